//! `/admin`: whether deliveries arrive and are worked off, what rests as a dead letter, how far history was read.
//!
//! The inbox belongs to the whole instance and not to one organisation, and reasons of failures may hold names. So numbers
//! and dead letters are shown only where one organisation is all there is, or to who runs Peerlore.
use axum::extract::FromRequestParts;
use axum::extract::Query;
use axum::extract::State;
use axum::extract::rejection::QueryRejection;
use axum::http::request::Parts;
use axum::response::IntoResponse;
use axum::response::Redirect;
use axum::response::Response;
use chrono::Duration;
use maud::Markup;
use maud::html;
use serde::Deserialize;
use sqlx::PgConnection;

use crate::model::clock::Time;
use crate::model::ids::InboxId;
use crate::model::wording;
use crate::pipeline::replay;
use crate::store::StoreError;
use crate::store::backfills;
use crate::store::inbox;
use crate::store::inbox::DeadLetter;
use crate::store::inbox::InboxState;
use crate::store::jobs;
use crate::store::jobs::Backlog;
use crate::store::lifecycle;
use crate::store::sweeps;
use crate::store::sweeps::Looks;
use crate::store::tenants;
use crate::web::Web;
use crate::web::access;
use crate::web::access::Owner;
use crate::web::access::Visitor;
use crate::web::error::PageError;
use crate::web::form::Sent;
use crate::web::layout;
use crate::web::layout::Frame;
use crate::web::layout::Live;
use crate::web::layout::Place;
use crate::web::live;
use crate::web::live::Seen;
use crate::web::pages::admin_backfill;
use crate::web::pages::admin_backfill::Progress;
use crate::web::pages::admin_letters;
use crate::web::pages::admin_letters::LETTERS;
use crate::web::paging::Paging;
use crate::web::prose;
use crate::web::table::Sort;

/// Dead letters, or repositories, on one page of their list.
const PAGE: usize = 50;
/// Dead letters that are read at most, the latest to fail.
pub(super) const READ: i64 = 5_000;

/// What the page shows.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct View {
    /// Everything of the instance; none: this visitor owns one organisation of several.
    pub instance: Option<Instance>,
    /// How the looks for missed deliveries went; none: nobody looked yet.
    pub looks: Option<Looks>,
    /// How far history was read, of the visitor's organisations.
    pub history: Vec<Progress>,
    /// Which pages of its lists are shown, and how they are sorted.
    pub lists: Lists,
    /// Dead letters that were taken anew just now.
    pub replayed: Option<u64>,
    /// What the page's forms carry.
    pub token: String,
    /// The time of looking.
    pub now: Time,
}

/// What concerns the whole instance.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Instance {
    /// How the inbox stands.
    pub inbox: InboxState,
    /// Deliveries that were processed within a day.
    pub done: i64,
    /// When the last one came.
    pub last: Option<Time>,
    /// The latest dead letters, where they are listed.
    pub dead: Vec<DeadLetter>,
    /// How the queue stands.
    pub jobs: Backlog,
    /// Calls left, as GitHub's last answer to this process said.
    pub calls_left: Option<u32>,
}

impl View {
    fn lists_of(&self, asked: &Asked) -> Result<Lists, PageError> {
        let letters = self.instance.as_ref().map_or(0, |instance| instance.dead.len());
        Lists::of(asked, letters, admin_backfill::named(&self.history).len())
    }

    /// Whether it looks different in a moment.
    #[must_use]
    pub fn is_moving(&self) -> bool {
        let busy = |one: &Instance| one.inbox.waiting > 0 || one.jobs.due > 0;
        self.instance.as_ref().is_some_and(busy) || admin_backfill::is_running(&self.history)
    }
}

/// Which pages of the two lists are shown, and how they are sorted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Lists {
    /// Dead letters.
    pub letters: (Sort, Paging),
    /// Repositories whose history is read.
    pub repos: (Sort, Paging),
}

impl Lists {
    /// All of both, as is usual.
    const WHOLE: Self = Self {
        letters: (LETTERS.usual(), Paging::WHOLE),
        repos: (admin_backfill::REPOS.usual(), Paging::WHOLE),
    };

    /// As an address asks for, of so many dead letters and so many repositories.
    ///
    /// # Errors
    /// [`PageError::NotFound`] where there is no such page or column.
    pub fn of(asked: &Asked, letters: usize, repos: usize) -> Result<Self, PageError> {
        Ok(Self {
            letters: (
                LETTERS.asked(asked.letters.as_deref())?,
                Paging::asked(asked.letter_page.as_deref(), letters, PAGE)?,
            ),
            repos: (
                admin_backfill::REPOS.asked(asked.repos.as_deref())?,
                Paging::asked(asked.repo_page.as_deref(), repos, PAGE)?,
            ),
        })
    }

    /// The page's own address with these lists; without what is usual.
    #[must_use]
    pub fn address(letters: (&str, usize), repos: (&str, usize)) -> String {
        let pages = (letters.1.to_string(), repos.1.to_string());
        let usual = [
            ("letters", letters.0, LETTERS.usual),
            ("letter_page", pages.0.as_str(), "1"),
            ("repos", repos.0, admin_backfill::REPOS.usual),
            ("repo_page", pages.1.as_str(), "1"),
        ];
        let said: Vec<String> = usual
            .iter()
            .filter(|(_, value, usual)| value != usual)
            .map(|(key, value, _)| format!("{key}={value}"))
            .collect();
        if said.is_empty() {
            "/admin".to_owned()
        } else {
            format!("/admin?{}", said.join("&"))
        }
    }

    /// The page's address with repositories in this order and on this page, and dead letters as they are.
    fn with_repos(&self, word: &str, page: usize) -> String {
        let (sort, letters) = self.letters;
        Self::address((&sort.word(), letters.page), (word, page)) + "#backfill"
    }

    /// The address that shows the same again.
    fn again(&self) -> String {
        let (letters, repos) = (self.letters, self.repos);
        Self::address((&letters.0.word(), letters.1.page), (&repos.0.word(), repos.1.page))
    }
}

/// What the address asks for.
#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    replayed: Option<u64>,
    letters: Option<String>,
    letter_page: Option<String>,
    repos: Option<String>,
    repo_page: Option<String>,
}

/// `GET /admin`, with `?letters=COLUMN&letter_page=N` for dead letters and the same by `repos` for the reading of history: renews itself while something runs.
///
/// # Errors
/// [`PageError`] for whoever owns no organisation, or when the database is away.
pub async fn show(
    State(web): State<Web>,
    Owner(visitor): Owner,
    query: Result<Query<Asked>, QueryRejection>,
) -> Result<Response, PageError> {
    let asked = query.map(|Query(asked)| asked).unwrap_or_default();
    let mut view = view(&web, &visitor).await?;
    if let Some(instance) = &mut view.instance {
        instance.dead = inbox::dead(&mut *web.pipeline.pool.acquire().await?, None, READ).await?;
    }
    view.replayed = asked.replayed;
    view.lists = view.lists_of(&asked)?;
    let frame = Frame {
        title: "Admin",
        place: Place::Admin,
        visitor: Some(&visitor),
    };
    let text = render(&view);
    if !view.is_moving() {
        return Ok(layout::page(&frame, &text).into_response());
    }
    let again = view.lists.again();
    let live = Live {
        stream: &again.replacen("/admin", "/admin/live", 1),
        again: Some(&again),
    };
    Ok(layout::live_page(&frame, live, &text))
}

/// `GET /admin/live`: the parts of the page that move, as they are now and whenever they change.
///
/// # Errors
/// [`PageError`] for whoever owns no organisation, or when the database is away.
pub async fn live(State(web): State<Web>, request: Parts) -> Result<Response, PageError> {
    live::stream(web, request, look).await
}

async fn look(web: Web, request: Parts) -> Result<Seen, PageError> {
    let mut request = access::looked_again(request);
    let Owner(visitor) = Owner::from_request_parts(&mut request, &web).await?;
    let asked = Query::try_from_uri(&request.uri)
        .map(|Query(asked)| asked)
        .unwrap_or_default();
    let mut view = view(&web, &visitor).await?;
    // Dead letters stand in no part; and the list of repositories may have become shorter meanwhile.
    let repos = Asked {
        letter_page: None,
        ..asked
    };
    view.lists = view.lists_of(&repos).unwrap_or(view.lists);
    Ok(Seen {
        parts: vec![
            ("now", now_part(&view)),
            (
                "history",
                admin_backfill::part(&view.history, view.lists.repos, |word, page| {
                    view.lists.with_repos(word, page)
                }),
            ),
        ],
        moving: view.is_moving(),
    })
}

/// Reads what the page shows.
///
/// # Errors
/// [`PageError`] when the database is away.
pub(in crate::web) async fn view(web: &Web, visitor: &Visitor) -> Result<View, PageError> {
    let mut conn = web.pipeline.pool.acquire().await?;
    let now = web.pipeline.clock.now();
    let instance = if sees_instance(&mut conn, visitor).await? {
        Some(instance(&mut conn, now, web.pipeline.forge.calls_left()).await?)
    } else {
        None
    };
    Ok(View {
        lists: Lists::WHOLE,
        instance,
        looks: sweeps::looks(&mut conn).await?,
        history: history(&mut conn, visitor, now).await?,
        replayed: None,
        token: visitor.token.clone(),
        now,
    })
}

/// Whether what concerns the whole instance is this visitor's to see: they run Peerlore, or theirs is the only organisation.
async fn sees_instance(conn: &mut PgConnection, visitor: &Visitor) -> Result<bool, StoreError> {
    Ok(visitor.signed_in.is_none() || lifecycle::known(conn).await? <= 1)
}

/// How far the past was read: of the organisation that the visitor owns, or of all for whoever runs Peerlore.
async fn history(conn: &mut PgConnection, visitor: &Visitor, now: Time) -> Result<Vec<Progress>, StoreError> {
    let tenants = match &visitor.signed_in {
        Some(place) => vec![place.reader.installation()],
        None => tenants::all(conn).await?.into_iter().map(|tenant| tenant.id).collect(),
    };
    let mut all = Vec::new();
    for id in tenants {
        let found = backfills::progress(conn, id).await?;
        all.extend(found.into_iter().map(|one| Progress::of(one, now)));
    }
    Ok(all)
}

async fn instance(conn: &mut PgConnection, now: Time, calls_left: Option<u32>) -> Result<Instance, StoreError> {
    Ok(Instance {
        inbox: inbox::state(conn).await?,
        done: inbox::done_since(conn, now - Duration::days(1)).await?,
        last: inbox::latest(conn).await?,
        dead: Vec::new(),
        jobs: jobs::backlog(conn).await?,
        calls_left,
    })
}

/// The form's fields.
#[derive(Debug, Deserialize)]
pub struct Replay {
    /// Our number of a dead letter; none: all.
    id: Option<i64>,
}

/// `POST /admin/replay`: takes a dead letter anew, or all.
///
/// # Errors
/// [`PageError`] for a form that isn't ours, whoever may not see dead letters, or when the database is away.
pub async fn replay(State(web): State<Web>, sent: Sent<Replay>) -> Result<Redirect, PageError> {
    if !sent.visitor.owns() {
        return Err(PageError::ForOwners);
    }
    let fields = sent.fields;
    let Replay { id } = fields.ok_or(PageError::Unreadable(
        "There is no such delivery. Go back and choose from the list.",
    ))?;
    let mut conn = web.pipeline.pool.acquire().await?;
    if !sees_instance(&mut conn, &sent.visitor).await? {
        return Err(PageError::no_such_page());
    }
    drop(conn);
    let replayed = replay::run(&web.pipeline, id.map(InboxId)).await?;
    Ok(Redirect::to(&format!("/admin?replayed={replayed}")))
}

/// The page's text.
#[must_use]
pub fn render(view: &View) -> Markup {
    html! {
        h1 { "Admin" }
        @match view.replayed {
            Some(0) => { p.note role="status" { "Nothing was replayed: it was before, or its body is gone." } }
            Some(number) => { p.note role="status" { (dead_letters(number)) " replayed." } }
            None => {}
        }
        div data-part="now" { (now_part(view)) }
        @if let Some(instance) = &view.instance { (admin_letters::render(instance, view)) }
        (admin_backfill::render(&view.history, view.lists.repos, &view.token, |word, page| view.lists.with_repos(word, page)))
    }
}

/// What moves, beside the reading of history.
fn now_part(view: &View) -> Markup {
    html! {
        @match &view.instance {
            Some(instance) => {
                p.lead { (verdict(instance, view.looks.as_ref())) }
                (deliveries(instance, view.now))
                (looks(view.looks.as_ref(), view.now, true))
            }
            None => {
                p.lead { "Several organisations share this Peerlore, so what concerns all of them is shown to its operator only." }
                (looks(view.looks.as_ref(), view.now, false))
            }
        }
    }
}

fn dead_letters(number: u64) -> String {
    wording::count(number, "dead letter")
}

/// One sentence for a tired person.
fn verdict(instance: &Instance, looks: Option<&Looks>) -> String {
    let mut wrong = Vec::new();
    if instance.inbox.dead > 0 {
        wrong.push(format!("{} could not be read", webhooks(instance.inbox.dead)));
    }
    if instance.jobs.gave_up > 0 {
        wrong.push(format!("{} gave up", wording::count(instance.jobs.gave_up, "job")));
    }
    if looks.is_some_and(|looks| looks.failure().is_some()) {
        wrong.push("the last look for missed webhooks failed".to_owned());
    }
    if wrong.is_empty() {
        "Nothing needs you.".to_owned()
    } else {
        format!("Worth a look: {}.", prose::listed(&wrong))
    }
}

fn webhooks(number: i64) -> String {
    wording::count(number, "webhook")
}

fn deliveries(instance: &Instance, now: Time) -> Markup {
    html! {
        section id="deliveries" {
            h2 { "Webhooks" }
            dl.pairs {
                dt { "Last one" } dd { @if let Some(last) = instance.last { (prose::when(last, now)) } @else { "None yet" } }
                dt { "Done in a day" } dd { (instance.done) }
                dt { "Waiting" }
                dd {
                    (instance.inbox.waiting)
                    @if let Some(oldest) = instance.inbox.oldest { ", the oldest came " (prose::ago(oldest, now)) }
                }
                dt { "Jobs waiting" } dd { (instance.jobs.waiting) }
                dt { "Jobs that gave up" }
                dd { (instance.jobs.gave_up) @if instance.jobs.gave_up > 0 { " (the log says why)" } }
                dt { "Calls to GitHub left" } dd { @if let Some(left) = instance.calls_left { (left) } @else { "Not known yet" } }
            }
        }
    }
}

/// How the looks for missed deliveries went; numbers only for whoever may see those of the instance.
fn looks(looks: Option<&Looks>, now: Time, with_numbers: bool) -> Markup {
    html! {
        section id="sweep" {
            h2 { "Missed webhooks" }
            @match looks {
                None => p { "Nobody looked yet. It is done every hour where Peerlore acts as a GitHub App." },
                Some(looks) => {
                    @if let Some(swept) = looks.swept_at {
                        p {
                            "Looked " (prose::ago(swept, now))
                            @if with_numbers { ": " (found(looks)) } @else { "." }
                        }
                    }
                    @if let Some((at, why)) = looks.failure() {
                        p { strong { "The last look failed" } " " (prose::ago(*at, now)) @if with_numbers { ": " (prose::reason(why)) } "." }
                    }
                    @if let Some(gap) = looks.gap {
                        p {
                            "GitHub can't send again what happened from " (prose::date(gap.from)) " to " (prose::date(gap.to))
                            ". It is read anew as history."
                        }
                    }
                }
            }
        }
    }
}

fn found(looks: &Looks) -> String {
    let counts = &looks.counts;
    if counts.lost == 0 {
        return "everything arrived.".to_owned();
    }
    let mut parts = vec![format!("asked GitHub to send {} again", webhooks(counts.asked))];
    if counts.waiting > 0 {
        parts.push(format!("{} left for the next look", counts.waiting));
    }
    if counts.given_up > 0 {
        parts.push(format!(
            "{} failed too often and will be read as history",
            counts.given_up
        ));
    }
    format!("{}.", parts.join(", "))
}
