//! `/people/LOGIN`: what somebody chose to share with colleagues, and nothing else. Each look is noted for them.
use axum::extract::Path;
use axum::extract::State;
use axum::extract::rejection::PathRejection;
use maud::Markup;
use maud::html;

use crate::model::clock::Time;
use crate::model::skill::Area;
use crate::model::wording;
use crate::pipeline::profile;
use crate::pipeline::profile::Profile;
use crate::store::people;
use crate::store::people::Person;
use crate::store::sharing;
use crate::store::sharing::Section;
use crate::web::Web;
use crate::web::access::Visitor;
use crate::web::error::PageError;
use crate::web::layout;
use crate::web::layout::Frame;
use crate::web::layout::Place;
use crate::web::pages::me;
use crate::web::pages::me_forms;
use crate::web::prose;
use crate::web::tenant;

/// What the page shows.
#[derive(Clone, PartialEq, Debug)]
pub struct View {
    /// Whose page it is.
    pub person: Person,
    /// What they share.
    pub shared: Vec<Section>,
    /// What they passed on and took up, as far as the visitor may read it.
    pub profile: Profile,
    /// The visitor looks at their own page.
    pub own: bool,
    /// The time of looking.
    pub now: Time,
}

/// `GET /people/{login}`: 404 for whoever isn't there or opted out.
///
/// # Errors
/// [`PageError`] when the visitor may not see pages, there is no such person, or the database is away.
pub async fn show(
    State(web): State<Web>,
    visitor: Visitor,
    path: Result<Path<String>, PathRejection>,
) -> Result<Markup, PageError> {
    let Ok(Path(login)) = path else {
        return Err(missing());
    };
    let view = view(&web, &visitor, &login).await?;
    let frame = Frame {
        title: &view.person.login,
        place: Place::Elsewhere,
        visitor: Some(&visitor),
    };
    Ok(layout::page(&frame, &render(&view)))
}

fn missing() -> PageError {
    PageError::NotFound("There is nobody of that login here, or they are not shown.".to_owned())
}

/// Reads what somebody shares, and notes the look for them.
pub(in crate::web) async fn view(web: &Web, visitor: &Visitor, login: &str) -> Result<View, PageError> {
    let now = web.pipeline.clock.now();
    let mut conn = web.pipeline.pool.acquire().await?;
    let mut found = None;
    for (_, reader) in tenant::seen_by(&mut conn, visitor).await? {
        let person = people::by_login(&mut conn, reader.installation(), login).await?;
        found = found.or(person.map(|person| (reader, person)));
    }
    let (reader, person) = found.ok_or_else(missing)?;
    let viewer = match &visitor.login {
        Some(login) => me_forms::viewer(&mut conn, &reader, login).await?,
        None => None,
    };
    let own = viewer == Some(person.id);
    let shared = sharing::shares(&mut conn, &reader, person.id).await?;
    let profile = profile::profile(&mut conn, &reader, &person, (now, &web.pipeline.addresses)).await?;
    if let Some(viewer) = viewer.filter(|_| !own) {
        sharing::looked(&mut conn, &reader, (viewer, person.id), now).await?;
    }
    Ok(View {
        person,
        shared,
        profile,
        own,
        now,
    })
}

/// The page's text.
#[must_use]
pub fn render(view: &View) -> Markup {
    let login = &view.person.login;
    html! {
        p.over { "What a colleague shares" }
        h1 { (login) }
        @if view.own {
            p.note { "This is your page as colleagues see it. " a href="/me#sharing" { "Choose what they see" } "." }
        } @else {
            p.soft { (login) " sees that you looked." }
        }
        @if view.shared.is_empty() { p { (login) " shares nothing." } }
        @for section in &view.shared { (shared(*section, view)) }
    }
}

fn shared(section: Section, view: &View) -> Markup {
    match section {
        Section::Helped => html! {
            h2 { "Passed on" }
            @if view.profile.helped.is_empty() { p { "Nothing yet that you may read." } }
            ul.claims {
                @for held in &view.profile.helped {
                    li class="claim knows" {
                        h3 { (held.area.name()) }
                        p { "Landed in " (wording::count(held.pulls.unsigned_abs(), "pull request")) "." }
                        (me::on(&held.on))
                    }
                }
            }
        },
        Section::Taken => html! {
            h2 { "Took up" }
            @if view.profile.taken.is_empty() { p { "Nothing yet that you may read." } }
            ul.claims {
                @for one in &view.profile.taken {
                    li class="claim learns" {
                        h3 { (me::capital(one.claim)) " " (wording::area(one.area)) }
                        (me::on(&one.on))
                        p.soft.small { "Last on " (prose::when(one.last, view.now)) "." }
                    }
                }
            }
        },
        Section::Goals => html! {
            h2 { "Goals" }
            (goals("Would like to learn ", &view.person.learn))
            (goals("Would like to teach ", &view.person.teach))
        },
    }
}

fn goals(words: &str, slugs: &[String]) -> Markup {
    let areas = slugs.iter().filter_map(|slug| slug.parse::<Area>().ok());
    let names: Vec<String> = areas.map(wording::area).collect();
    html! { p { (words) @if names.is_empty() { "nothing in particular" } @else { (prose::listed(&names)) } "." } }
}
