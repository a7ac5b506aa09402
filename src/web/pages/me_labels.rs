//! "Wrong label": the form that corrects what a comment is about, and the list of corrections on `/me`.
use axum::extract::Path;
use axum::extract::State;
use axum::extract::rejection::PathRejection;
use axum::response::Redirect;
use chrono::DateTime;
use maud::Markup;
use maud::html;
use serde::Deserialize;

use crate::model::clock::Time;
use crate::model::comment::AreaGuess;
use crate::model::comment::CommentPlace;
use crate::model::correction::MOST_AREAS;
use crate::model::correction::Said;
use crate::model::correction::Teaches;
use crate::model::ids::CommentId;
use crate::model::skill::Area;
use crate::pipeline::Addresses;
use crate::pipeline::correct;
use crate::pipeline::correct::Heard;
use crate::pipeline::correct::Judged;
use crate::pipeline::profile;
use crate::pipeline::profile::Evidence;
use crate::store::corrections;
use crate::store::corrections::Correction;
use crate::store::corrections::Open;
use crate::web::Web;
use crate::web::access::Visitor;
use crate::web::error::PageError;
use crate::web::form::Sent;
use crate::web::form::token_field;
use crate::web::layout;
use crate::web::layout::Frame;
use crate::web::layout::Place;
use crate::web::pages::me_forms;
use crate::web::pages::me_forms::Saved;
use crate::web::prose;

/// The form whose buttons name one area, or none.
const ONE: &str = "one";

/// Whoever may not know of a comment reads the same as of one that doesn't exist.
fn no_such_comment() -> PageError {
    PageError::NotFound("There is no such comment, or its label isn't yours to correct.".to_owned())
}

/// A comment whose label is to be corrected, as its form shows it.
#[derive(Clone, PartialEq, Debug)]
pub struct View {
    /// Where it stands.
    pub place: CommentPlace,
    /// Its number.
    pub comment: CommentId,
    /// What is known of it.
    pub open: Open,
    /// It on the code host.
    pub link: String,
    /// What the forms carry.
    pub token: String,
}

/// `GET /me/labels/{place}/{comment}`: the form.
///
/// # Errors
/// [`PageError::NotFound`] unless the comment is the visitor's or told them something; [`PageError`] for a visitor who is
/// nobody, or where the database is away.
pub async fn show(
    State(web): State<Web>,
    visitor: Visitor,
    path: Result<Path<(String, i64)>, PathRejection>,
) -> Result<Markup, PageError> {
    let Ok(Path((place, number))) = path else {
        return Err(no_such_comment());
    };
    let place = CommentPlace::from_stored(&place).ok_or_else(no_such_comment)?;
    let comment = CommentId(number);
    let mut conn = web.pipeline.pool.acquire().await?;
    let (reader, person) = me_forms::me_as_reader(&mut conn, &visitor).await?;
    let open = corrections::open_to(&mut conn, (&reader, person.id), (place, comment)).await?;
    let open = open.ok_or_else(no_such_comment)?;
    if open.read.is_none() {
        return Err(not_read());
    }
    let frame = Frame {
        title: "Wrong label",
        place: Place::Me,
        visitor: Some(&visitor),
    };
    let of = (open.owner.as_str(), open.repo.as_str(), open.pull);
    let view = View {
        place,
        comment,
        link: profile::comment_link(&web.pipeline.addresses, of, (place, comment)),
        token: visitor.token.clone(),
        open,
    };
    Ok(layout::page(&frame, &render(&view)))
}

fn not_read() -> PageError {
    PageError::Unreadable(
        "This comment was edited and has not been read again yet, so it has no label to correct. Try again in a few minutes.",
    )
}

/// What somebody says of a comment.
#[derive(Debug, Deserialize)]
pub struct Word {
    place: String,
    comment: i64,
    edited: i64,
    #[serde(default)]
    area: Vec<String>,
    #[serde(default)]
    teaches: String,
    /// There where it passed nothing on.
    nothing: Option<String>,
}

/// `POST /me/labels`: what a comment is about.
///
/// # Errors
/// [`PageError`] for a form that isn't ours or can't be read, for a comment that isn't the visitor's to correct or was edited
/// meanwhile, or a visitor who is nobody.
pub async fn say(State(web): State<Web>, sent: Sent<Word>) -> Result<Redirect, PageError> {
    let unreadable = PageError::Unreadable("The form can't be read. Go back and try again.");
    let fields = sent.fields.ok_or(unreadable)?;
    let Some(areas) = me_forms::areas(&fields.area) else {
        return Err(PageError::Unreadable(
            "There is no such skill area. Go back and choose from the list.",
        ));
    };
    if areas.is_empty() && fields.nothing.is_none() {
        return Err(PageError::Unreadable(
            "No area is ticked. Go back and tick what the comment is about, or press “It taught nothing”.",
        ));
    }
    if areas.len() > MOST_AREAS {
        return Err(PageError::Unreadable(
            "A comment is about three areas at most. Go back and choose those that matter most.",
        ));
    }
    let teaches = match fields.teaches.as_str() {
        "" => None,
        other => Some(Teaches::from_stored(other).ok_or(PageError::Unreadable(
            "What the comment gives can't be read. Go back and choose from the list.",
        ))?),
    };
    let judged = Judged {
        place: CommentPlace::from_stored(&fields.place).ok_or_else(no_such_comment)?,
        comment: CommentId(fields.comment),
        edited: DateTime::from_timestamp_micros(fields.edited).unwrap_or_default(),
    };
    let mut conn = web.pipeline.pool.acquire().await?;
    let (reader, person) = me_forms::me_as_reader(&mut conn, &sent.visitor).await?;
    drop(conn);
    let word = Said {
        by: person.id,
        areas,
        teaches,
    };
    match correct::say(&web.pipeline, &reader, judged, &word).await? {
        Heard::Stored => Ok(Saved::Label.shown()),
        Heard::NoSuchComment => Err(no_such_comment()),
        Heard::NotRead => Err(not_read()),
        Heard::EditedMeanwhile => Err(PageError::Unreadable(
            "The comment was edited since you opened this form. Go back to your page and open it again.",
        )),
    }
}

/// Which correction.
#[derive(Debug, Deserialize)]
pub struct Which {
    place: String,
    comment: i64,
}

/// `POST /me/labels/undo`: takes back what the visitor said of a comment.
///
/// # Errors
/// [`PageError`] for a form that isn't ours or can't be read, or a visitor who is nobody.
pub async fn undo(State(web): State<Web>, sent: Sent<Which>) -> Result<Redirect, PageError> {
    let unreadable = || PageError::Unreadable("There is no such correction. Go back and choose one from the list.");
    let which = sent.fields.ok_or_else(unreadable)?;
    let place = CommentPlace::from_stored(&which.place).ok_or_else(unreadable)?;
    let mut conn = web.pipeline.pool.acquire().await?;
    let (id, person) = me_forms::me(&mut conn, &sent.visitor).await?;
    drop(conn);
    correct::take_back(&web.pipeline, (id, person.id), (place, CommentId(which.comment))).await?;
    Ok(Saved::LabelBack.shown())
}

/// The form's page.
#[must_use]
pub fn render(view: &View) -> Markup {
    let open = &view.open;
    let read = open.read.as_ref().map_or(&[][..], |reading| &reading.areas);
    html! {
        p.over { a href="/me#evidence" { "My page" } }
        h1 { "What is it about?" }
        p.lead {
            @if open.own { "Your comment on " } @else { "The comment by " (open.writer) " on " }
            a href=(view.link) { (open.owner) "/" (open.repo) "#" (open.pull.number) } ", " (prose::date(open.at)) "."
        }
        p { "It was read as " (guesses(read)) "." }
        @if let Some((by, areas)) = &open.counts { p { (by) " said that " (said(areas)) "." } }
        @if !open.own { p.soft { "Whoever wrote a comment has the last word on it." } }
        form id=(ONE) method="post" action="/me/labels" { (hidden(view)) }
        section.sheet id="dispute" {
            h2 { "Dispute it" }
            p { "It passed nothing on? Then it counts for nobody, neither for who wrote it nor for whom it was written to." }
            p { button.quiet type="submit" form=(ONE) name="nothing" value="yes" { "It taught nothing" } }
        }
        form method="post" action="/me/labels" {
            (hidden(view))
            div.scroll {
                table.goals {
                    caption.hidden { "Skill areas" }
                    thead { tr { th scope="col" { "Area" } th scope="col" { "About it" } th scope="col" { "Send at once" } } }
                    tbody { @for area in Area::ALL { (row(area, (chosen(open).contains(&area), read))) } }
                }
            }
            (gives())
            p { button type="submit" { "Send what is ticked" } }
            p.soft.small { "Three areas at most." }
        }
    }
}

/// What is ticked at first: what they said, else what it is shown as, else what was read.
fn chosen(open: &Open) -> Vec<Area> {
    let read = || {
        let read = open.read.iter().flat_map(|reading| &reading.areas);
        read.take(MOST_AREAS).map(|guess| guess.area).collect()
    };
    match (&open.said, &open.counts) {
        (Some(said), _) => said.clone(),
        (None, Some((_, counting))) => counting.clone(),
        (None, None) if !open.shown.is_empty() => open.shown.clone(),
        (None, None) => read(),
    }
}

fn hidden(view: &View) -> Markup {
    html! {
        (token_field(&view.token))
        input type="hidden" name="place" value=(view.place.as_str());
        input type="hidden" name="comment" value=(view.comment);
        input type="hidden" name="edited" value=(view.open.edited.timestamp_micros());
    }
}

fn row(area: Area, (ticked, read): (bool, &[AreaGuess])) -> Markup {
    let name = area.name();
    let sure = read.iter().find(|guess| guess.area == area);
    html! {
        tr {
            th scope="row" {
                (name)
                @if let Some(guess) = sure { span.soft { ", " (prose::percent(guess.probability)) " sure" } }
                br; span.soft.small { (area.about()) }
            }
            td { label { input type="checkbox" name="area" value=(area.slug()) checked[ticked] aria-label={ "It is about " (name) }; } }
            td { button.quiet type="submit" form=(ONE) name="area" value=(area.slug()) aria-label={ "Only this: " (name) } { "Only this" } }
        }
    }
}

fn gives() -> Markup {
    let choices = [
        ("", "I say nothing of that"),
        (Teaches::Knowledge.as_str(), "Knowledge for other code, too"),
        (Teaches::Request.as_str(), "A request without a reason"),
        (Teaches::None.as_str(), "Nothing to take away"),
    ];
    html! {
        details {
            summary { "What does it give?" }
            fieldset {
                legend.hidden { "What does it give?" }
                ul.plain {
                    @for (value, words) in choices {
                        li { label { input type="radio" name="teaches" value=(value) checked[value.is_empty()]; " " (words) } }
                    }
                }
            }
        }
    }
}

/// What a line of evidence is about, how sure that is, and the way to say otherwise.
#[must_use]
pub fn label(line: &Evidence, login: &str) -> Markup {
    let name = line.area.name();
    html! {
        (name)
        span.soft {
            @if !line.on.is_empty() { " on " (prose::listed(&line.on.iter().map(|skill| skill.name.clone()).collect::<Vec<_>>())) }
            @match (&line.said_by, line.area_probability) {
                (Some(by), _) if by == login => ", said by you",
                (Some(by), _) => { ", said by " (by) }
                (None, Some(probability)) => { ", " (prose::percent(probability)) " sure" }
                (None, None) => {}
            }
        }
        " "
        a.small href=(address(line.place, line.comment)) aria-label={ "Wrong label: " (name) " on " (line.pull) } { "wrong label" }
        " "
        a.small href={ (address(line.place, line.comment)) "#dispute" } aria-label={ "Dispute: " (name) " on " (line.pull) } { "dispute" }
    }
}

fn address(place: CommentPlace, comment: CommentId) -> String {
    format!("/me/labels/{}/{comment}", place.as_str())
}

/// The corrections of somebody's page, or nothing where there are none.
#[must_use]
pub fn list(corrections: &[Correction], (addresses, token): (&Addresses, &str), now: Time) -> Markup {
    let (others, own): (Vec<_>, Vec<_>) = corrections.iter().partition(|one| one.by.is_some());
    html! {
        @if !corrections.is_empty() {
            section id="corrections" {
                @if !own.is_empty() {
                    h2 { "Corrections you made" }
                    ul { @for one in own { (mine(one, (addresses, token), now)) } }
                }
                @if !others.is_empty() {
                    h2 { "Corrections to what you wrote" }
                    p { "Somebody whom a comment of yours told something may say what it is about. Your own word counts before theirs." }
                    ul { @for one in others { (theirs(one, addresses, now)) } }
                }
            }
        }
    }
}

fn mine(one: &Correction, (addresses, token): (&Addresses, &str), now: Time) -> Markup {
    let pull = pull(one);
    html! {
        li {
            a href=(link(one, addresses)) { (pull) } ": " (said(&one.areas)) ", " (prose::when(one.at, now))
            span.soft { ". It was read as " (guesses(&one.read)) "." }
            @if !one.counts { " Somebody whose word counts before yours says otherwise." }
            " " a href=(address(one.place, one.comment)) aria-label={ "Change what you said of " (pull) } { "Change" }
            form method="post" action="/me/labels/undo" {
                (token_field(token))
                input type="hidden" name="place" value=(one.place.as_str());
                input type="hidden" name="comment" value=(one.comment);
                button.quiet type="submit" aria-label={ "Undo what you said of " (pull) } { "Undo" }
            }
        }
    }
}

fn theirs(one: &Correction, addresses: &Addresses, now: Time) -> Markup {
    let pull = pull(one);
    html! {
        li {
            a href=(link(one, addresses)) { (pull) } ": " (one.by.as_deref().unwrap_or_default()) " said that " (said(&one.areas)) ", "
            (prose::when(one.at, now)) span.soft { ". It was read as " (guesses(&one.read)) "." }
            " " a href=(address(one.place, one.comment)) aria-label={ "Say what your comment on " (pull) " is about" } { "Say what it is about" }
        }
    }
}

fn pull(one: &Correction) -> String {
    format!("{}/{}#{}", one.owner, one.repo, one.pull.number)
}

fn link(one: &Correction, addresses: &Addresses) -> String {
    profile::comment_link(addresses, (&one.owner, &one.repo, one.pull), (one.place, one.comment))
}

/// "it is about Testing and Security"; "it teaches nothing about a skill".
fn said(areas: &[Area]) -> String {
    if areas.is_empty() {
        return "it teaches nothing about a skill".to_owned();
    }
    let names: Vec<String> = areas.iter().map(|area| area.name().to_owned()).collect();
    format!("it is about {}", prose::listed(&names))
}

/// "Testing (84% sure)"; "nothing that could be told".
fn guesses(read: &[AreaGuess]) -> String {
    if read.is_empty() {
        return "nothing that could be told".to_owned();
    }
    let words = |guess: &AreaGuess| format!("{} ({} sure)", guess.area.name(), prose::percent(guess.probability));
    prose::listed(&read.iter().map(words).collect::<Vec<_>>())
}
