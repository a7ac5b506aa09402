//! `/me`: what one person passed on, applied and learned, with the evidence; for that person only.
use axum::extract::Query;
use axum::extract::State;
use axum::extract::rejection::QueryRejection;
use maud::Markup;
use maud::html;
use serde::Deserialize;
use sqlx::PgConnection;

use crate::model::availability::Availability;
use crate::model::clock::Time;
use crate::model::graph::Confidence;
use crate::model::lesson::Outcome;
use crate::model::settings::Settings;
use crate::model::wording;
use crate::pipeline;
use crate::pipeline::Addresses;
use crate::pipeline::answers;
use crate::pipeline::answers::OneQuestion;
use crate::pipeline::card;
use crate::pipeline::profile;
use crate::pipeline::profile::Beside;
use crate::pipeline::profile::Evidence;
use crate::pipeline::profile::Held;
use crate::pipeline::profile::Profile;
use crate::pipeline::profile::Taken;
use crate::store::availability;
use crate::store::cards;
use crate::store::cards::Card;
use crate::store::corrections;
use crate::store::corrections::Correction;
use crate::store::declines;
use crate::store::declines::Declined;
use crate::store::people;
use crate::store::people::Person;
use crate::store::reader::Reader;
use crate::store::settings;
use crate::web::Web;
use crate::web::access::Visitor;
use crate::web::chart;
use crate::web::error::PageError;
use crate::web::layout;
use crate::web::layout::Frame;
use crate::web::layout::Place;
use crate::web::pages::choose;
use crate::web::pages::me_asked;
use crate::web::pages::me_card;
use crate::web::pages::me_declined;
use crate::web::pages::me_erase;
use crate::web::pages::me_export;
use crate::web::pages::me_forms;
use crate::web::pages::me_forms::Saved;
use crate::web::pages::me_labels;
use crate::web::pages::me_question;
use crate::web::pages::me_timeline;
use crate::web::pages::me_tokens;
use crate::web::pages::sharing;
use crate::web::pages::sharing::Sharing;
use crate::web::paging::Paging;
use crate::web::prose;
use crate::web::tenant;

/// Lines of evidence, corrections, or looks on one page.
const PAGE: usize = 25;
/// Corrections that are read at most.
const CORRECTIONS: i64 = 10_000;

/// What the page shows.
#[derive(Clone, PartialEq, Debug)]
pub struct View {
    /// What they share, and who looked.
    pub sharing: Sharing,
    /// What their forms carry.
    pub token: String,
    /// They signed in, and so can sign out.
    pub signed_in: bool,
    /// The person, as the organisation knows them.
    pub person: Person,
    /// What they passed on, applied and learned.
    pub profile: Profile,
    /// What they said is not theirs.
    pub declined: Vec<Declined>,
    /// What they said of labels, and what others said of theirs.
    pub corrections: Vec<Correction>,
    /// Where things are in a browser.
    pub addresses: Addresses,
    /// Which pages of its lists are shown.
    pub pages: Pages,
    /// They said that they may be listed among the silent experts.
    pub may_be_asked: bool,
    /// When and how much they want to be asked.
    pub availability: Availability,
    /// What is usual where they say nothing.
    pub settings: Settings,
    /// The one question, and how they stand to it.
    pub question: OneQuestion,
    /// What was saved just now.
    pub saved: Option<Saved>,
    /// Their card, where it is shown.
    pub card: Option<Card>,
    /// The time of looking.
    pub now: Time,
}

impl View {
    /// How long its lists are: evidence, corrections, looks.
    fn lengths(&self) -> (usize, usize, usize) {
        (
            self.profile.evidence.len(),
            self.corrections.len(),
            self.sharing.looks.len(),
        )
    }
}

/// Which pages of the three lists are shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Pages {
    /// Of the evidence.
    pub evidence: Paging,
    /// Of corrections.
    pub corrections: Paging,
    /// Of who looked.
    pub looks: Paging,
}

impl Pages {
    /// All of each.
    const WHOLE: Self = Self {
        evidence: Paging::WHOLE,
        corrections: Paging::WHOLE,
        looks: Paging::WHOLE,
    };

    /// As an address asks for, of lists of such lengths.
    ///
    /// # Errors
    /// [`PageError::NotFound`] where one of them has no such page.
    pub fn of(asked: &Asked, (evidence, corrections, looks): (usize, usize, usize)) -> Result<Self, PageError> {
        Ok(Self {
            evidence: Paging::asked(asked.page.as_deref(), evidence, PAGE)?,
            corrections: Paging::asked(asked.corrections.as_deref(), corrections, PAGE)?,
            looks: Paging::asked(asked.looked.as_deref(), looks, PAGE)?,
        })
    }

    /// The page's address with these pages of its lists.
    fn address(evidence: usize, corrections: usize, looks: usize) -> String {
        let pages = [("page", evidence), ("corrections", corrections), ("looked", looks)];
        let said: Vec<String> = pages
            .iter()
            .filter(|(_, page)| *page > 1)
            .map(|(key, page)| format!("{key}={page}"))
            .collect();
        if said.is_empty() {
            "/me".to_owned()
        } else {
            format!("/me?{}", said.join("&"))
        }
    }
}

/// What the address asks for.
#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    /// The page of the evidence.
    pub page: Option<String>,
    /// The page of corrections.
    pub corrections: Option<String>,
    /// The page of who looked.
    pub looked: Option<String>,
    /// What was saved just now, in a word.
    pub saved: Option<String>,
}

/// `GET /me`, with `?page=N` for older evidence, and the same for `corrections` and `looked`.
///
/// # Errors
/// [`PageError::NobodyHere`] for a visitor who is nobody here, and can't choose; [`PageError`] where the database is away.
pub async fn show(
    State(web): State<Web>,
    visitor: Visitor,
    query: Result<Query<Asked>, QueryRejection>,
) -> Result<Markup, PageError> {
    let Ok(Query(query)) = query else {
        return Err(PageError::no_such_page());
    };
    let saved = query.saved.as_deref().and_then(Saved::from_word);
    let mut conn = web.pipeline.pool.acquire().await?;
    let (Some(login), Some(reader)) = (visitor.login.as_deref(), tenant::own(&mut conn, &visitor).await?) else {
        return choice(&mut conn, &visitor).await;
    };
    let id = reader.installation();
    let frame = Frame {
        title: "My page",
        place: Place::Me,
        visitor: Some(&visitor),
    };
    let Some(person) = me_forms::standing(&mut conn, &reader, login).await? else {
        let number = me_forms::number(&mut conn, &reader, login).await?;
        if let Some(person) = number
            && people::has_opted_out(&mut conn, id, person).await?
        {
            return Ok(layout::page(&frame, &me_forms::render_out(login, &visitor.token)));
        }
        return choice(&mut conn, &visitor).await;
    };
    let view = view(&web, &mut conn, &visitor, (&reader, person)).await?;
    let view = View {
        pages: Pages::of(&query, view.lengths())?,
        saved,
        ..view
    };
    Ok(layout::page(&frame, &render(&view)))
}

/// Reads what the first page shows.
pub(in crate::web) async fn view(
    web: &Web,
    conn: &mut PgConnection,
    visitor: &Visitor,
    (reader, person): (&Reader, Person),
) -> Result<View, PageError> {
    let now = web.pipeline.clock.now();
    let id = reader.installation();
    let may_be_asked = settings::may_be_asked(conn, id).await?.contains(&person.id);
    Ok(View {
        profile: profile::profile(conn, reader, &person, (now, &web.pipeline.addresses)).await?,
        declined: declines::of_person(conn, reader, person.id).await?,
        corrections: corrections::seen_by(conn, reader, person.id, CORRECTIONS).await?,
        settings: pipeline::settings::of_tenant(conn, &web.pipeline.settings, id).await?,
        availability: availability::of_person(conn, id, person.id, now.date_naive()).await?,
        question: answers::of_week(conn, reader, person.id, now).await?,
        sharing: sharing::read(conn, reader, person.id).await?,
        card: cards::of_person(conn, id, person.id).await?,
        token: visitor.token.clone(),
        signed_in: visitor.signed_in.is_some(),
        person,
        addresses: web.pipeline.addresses.clone(),
        pages: Pages::WHOLE,
        may_be_asked,
        saved: None,
        now,
    })
}

/// The page for somebody who is nobody yet: in the demo, a choice.
async fn choice(conn: &mut PgConnection, visitor: &Visitor) -> Result<Markup, PageError> {
    let Some((tenant, _)) = tenant::seen_by(conn, visitor)
        .await?
        .into_iter()
        .next()
        .filter(|_| visitor.demo)
    else {
        return Err(if visitor.demo {
            PageError::NobodyChosen
        } else {
            PageError::NobodyHere
        });
    };
    let people: Vec<String> = people::standing(conn, tenant.id)
        .await?
        .into_iter()
        .map(|person| person.login)
        .collect();
    let frame = Frame {
        title: "Who are you?",
        place: Place::Me,
        visitor: Some(visitor),
    };
    let text = html! { h1 { "My page" } (choose::form(&[tenant.login], &people, (None, &visitor.token))) };
    Ok(layout::page(&frame, &text))
}

/// The page's text.
#[must_use]
pub fn render(view: &View) -> Markup {
    let pages = view.pages;
    html! {
        p.over { "My page" }
        h1 { (view.person.login) }
        @if let Some(saved) = view.saved { p.note role="status" { (saved.words()) } }
        p { "Only you see this page; what colleagues see of it you choose " a href="#sharing" { "below" } ". Nothing on it is a score, and nobody is compared with anybody." }
        (jumps())
        (me_question::render(&view.question, (&view.addresses, &view.token), view.now))
        (helped(&view.profile.helped))
        (taken(&view.profile.taken, view.now))
        (me_timeline::render(&view.profile, view.now))
        (evidence(view))
        (me_labels::list(view.pages.corrections.cut(&view.corrections), (&view.addresses, &view.token), view.now))
        (view.pages.corrections.turn("corrections", ("Newer", "Older"), |page| Pages::address(pages.evidence.page, page, pages.looks.page) + "#corrections"))
        (me_forms::render((&view.person, &view.sharing.shared), (&view.availability, &view.settings), &view.token))
        (me_declined::render(&view.declined, &view.token, view.now))
        (me_asked::render(view.may_be_asked, view.settings.silent_experts, &view.token))
        (me_question::render_choice(&view.question, &view.token))
        (sharing::render(&view.sharing, (&view.person.login, &view.token)))
        (looks(view))
        (me_card::render(view.card.as_ref(), (&view.person.login, &card::said(&view.profile)), (&view.addresses.own, &view.token), view.now))
        (me_export::section())
        (me_tokens::section())
        (me_forms::render_out_of_all(&view.token))
        (me_erase::section())
        @if view.signed_in { (sharing::render_sessions(&view.token)) }
    }
}

/// The ways to its parts, since it is long.
fn jumps() -> Markup {
    let parts = [
        ("passed-on", "Passed on"),
        ("took-up", "Took up"),
        ("timeline", "Timeline"),
        ("evidence", "Evidence"),
        ("goals", "Goals"),
        ("availability", "Availability"),
        ("sharing", "What others see"),
        ("export", "Your data"),
    ];
    html! {
        nav.jumps aria-label="On this page" {
            ul { @for (id, words) in parts { li { a href={ "#" (id) } { (words) } } } }
        }
    }
}

fn helped(helped: &[Held]) -> Markup {
    let (first, surely): (Vec<&Held>, Vec<&Held>) = helped.iter().partition(|held| held.confidence == Confidence::Low);
    html! {
        section id="passed-on" {
            h2 { "What you passed on" }
            @if helped.is_empty() {
                p { "Nothing that landed yet. When somebody changes something after your review comment, or thanks you for it, it appears here." }
            }
            @if !surely.is_empty() { ul.claims { @for held in surely { (passed_on(held)) } } }
            @if !first.is_empty() {
                p.soft.apart { "First signs: too little lately to be sure." }
                ul.signs { @for held in first { li { strong { (held.area.name()) } " landed in " (landed(held)) @if !held.on.is_empty() { ", on " (names(&held.on)) } "." } } }
            }
        }
    }
}

/// "3 pull requests, with 2 people".
fn landed(held: &Held) -> String {
    let pulls = wording::count(held.pulls.unsigned_abs(), "pull request");
    format!("{pulls}, with {}", wording::count(held.people, "person"))
}

fn passed_on(held: &Held) -> Markup {
    let landing = held.landing;
    let share = format!(
        "between {} and {}",
        prose::percent(landing.low),
        prose::percent(landing.high)
    );
    html! {
        li class="claim knows" {
            h3 { (held.area.name()) }
            p { "Landed in " (landed(held)) "." }
            (on(&held.on))
            p.soft.small { (sure(held.confidence)) }
            (chart::interval(landing.low, landing.high, (Some(landing.mean), 1.0), &format!("your comments are useful {share} of the time")))
            p.small { "Your comments on it are useful " (share) " of the time (90% interval)." }
        }
    }
}

/// What an area was on: languages, technologies, the organisation's own skills.
pub(super) fn on(skills: &[Beside]) -> Markup {
    html! { @if !skills.is_empty() { p.small { "On " (names(skills)) "." } } }
}

fn names(skills: &[Beside]) -> String {
    let names: Vec<String> = skills.iter().map(|skill| skill.name.clone()).collect();
    prose::listed(&names)
}

fn sure(confidence: Confidence) -> &'static str {
    match confidence {
        Confidence::Low => "A first sign: too little lately to be sure.",
        Confidence::Medium => "Fairly sure.",
        Confidence::High => "Well supported.",
    }
}

fn taken(taken: &[Taken], now: Time) -> Markup {
    html! {
        section id="took-up" {
            h2 { "What you took up" }
            p.soft { "“Applied feedback” means that you changed something after a comment. “Learned” needs a later sign without the teacher." }
            @if taken.is_empty() {
                p { "Nothing yet. When you change something after a comment on your pull request, or thank for it, it appears here." }
            } @else {
                ul.claims {
                    @for one in taken {
                        li class="claim learns" {
                            h3 { (capital(one.claim)) " " (wording::area(one.area)) }
                            p { (wording::count(one.lessons, "lesson")) " from " (prose::listed(&one.from)) "." }
                            (on(&one.on))
                            p.soft.small { "Last on " (prose::when(one.last, now)) "." }
                        }
                    }
                }
            }
        }
    }
}

pub(super) fn capital(words: &str) -> String {
    let mut letters = words.chars();
    letters
        .next()
        .map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

fn evidence(view: &View) -> Markup {
    let profile = &view.profile;
    let pages = view.pages;
    let lines = pages.evidence.cut(&profile.evidence);
    html! {
        section id="evidence" {
            h2 { "The evidence" }
            @for note in &profile.notes { p.note { (note) } }
            @if profile.evidence.is_empty() {
                p { "There is none yet." }
            } @else {
                div.scroll {
                    table.stack {
                        caption.hidden { "Comments that passed something on, newest first" }
                        thead {
                            tr {
                                th scope="col" { "When" } th scope="col" { "About" } th scope="col" { "Who" }
                                th scope="col" { "Where" } th scope="col" { "What came of it" }
                            }
                        }
                        tbody { @for line in lines { (line_of(line, &profile.login)) } }
                    }
                }
                (pages.evidence.turn("evidence", ("Newer", "Older"), |page| Pages::address(page, pages.corrections.page, pages.looks.page) + "#evidence"))
            }
        }
    }
}

fn line_of(line: &Evidence, login: &str) -> Markup {
    html! {
        tr {
            td { (prose::date(line.at)) }
            th scope="row" { (me_labels::label(line, login)) }
            td { @if line.role == "taught" { "you to " } @else { "to you from " } (line.other) }
            td { a href=(line.link) { (line.pull) } }
            td { (outcome(line)) }
        }
    }
}

fn outcome(line: &Evidence) -> Markup {
    html! {
        @match line.outcome {
            Outcome::Landed if line.said_new => "Landed, and was said to be new",
            Outcome::Landed => "Landed",
            Outcome::Given => "Given; nothing shows that it landed",
            Outcome::Declined => "Declined",
        }
        span.soft {
            ", " (prose::percent(line.p)) " likely useful"
            @if line.provisional { ", may change" }
            @if !line.diffs_known { ", diffs unknown" }
        }
    }
}

fn looks(view: &View) -> Markup {
    let pages = view.pages;
    let address = |page| Pages::address(pages.evidence.page, pages.corrections.page, page) + "#looked";
    html! {
        section id="looked" {
            h3 { "Who looked" }
            p.soft { "At your page as colleagues see it, or at what would be lost if you were gone." }
            @if view.sharing.looks.is_empty() {
                p { "Nobody in the last 90 days." }
            } @else {
                ul.plain {
                    @for look in pages.looks.cut(&view.sharing.looks) {
                        li { (look.login.as_deref().unwrap_or("Somebody who is not shown")) ", " (prose::when(look.at, view.now)) }
                    }
                }
            }
            (pages.looks.turn("who looked", ("Newer", "Older"), address))
        }
    }
}
