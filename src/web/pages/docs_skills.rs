//! `/docs/skills`: every skill that a comment can be about, with its slug, what it belongs to, and a line on what it is.
//!
//! What holds everywhere is open to everybody; skills of an organisation's own show to its members only.
use axum::extract::State;
use maud::Markup;
use maud::html;

use crate::model::skill::Area;
use crate::model::skill::Described;
use crate::model::skill::Skill;
use crate::model::skill::own::OwnSkills;
use crate::model::skill::technology;
use crate::pipeline::settings;
use crate::web::Web;
use crate::web::access::Visitor;
use crate::web::error::PageError;
use crate::web::layout;
use crate::web::layout::Frame;
use crate::web::layout::Place;
use crate::web::tenant;

/// `GET /docs/skills`
///
/// # Errors
/// [`PageError`] when the database is away.
pub async fn show(State(web): State<Web>, visitor: Result<Visitor, PageError>) -> Result<Markup, PageError> {
    let own = match &visitor {
        Ok(visitor) => own(&web, visitor).await?,
        Err(_) => Vec::new(),
    };
    let frame = Frame {
        title: "Skills",
        place: Place::Docs,
        visitor: visitor.as_ref().ok(),
    };
    Ok(layout::page(&frame, &render(&own)))
}

/// Reads the own skills of each organisation that a visitor belongs to.
pub(in crate::web) async fn own(web: &Web, visitor: &Visitor) -> Result<Vec<(String, OwnSkills)>, PageError> {
    let mut conn = web.pipeline.pool.acquire().await?;
    let mut own = Vec::new();
    for (tenant, reader) in tenant::seen_by(&mut conn, visitor).await? {
        own.push((
            tenant.login,
            settings::own_skills(&mut conn, reader.installation()).await?,
        ));
    }
    Ok(own)
}

/// The practice areas.
pub(in crate::web) fn areas() -> Vec<Described> {
    described(Area::ALL.map(Skill::Area), &OwnSkills::new())
}

/// An organisation's own skills.
pub(in crate::web) fn described_own(skills: &OwnSkills) -> Vec<Described> {
    described(skills.keys().cloned().map(Skill::Own), skills)
}

/// The page's text, with the own skills of each organisation that the visitor belongs to.
#[must_use]
pub fn render(own: &[(String, OwnSkills)]) -> Markup {
    let none = OwnSkills::new();
    let areas = areas();
    let technologies = technology::all()
        .iter()
        .map(|one| Skill::Technology(one.tag.to_owned()));
    let technologies = described(technologies, &none);
    html! {
        p.over { a href="/docs" { "How it works" } }
        h1 { "Skills" }
        p.lead {
            "A lesson is about one practice area. Beside it stand the language of the file, the technologies that the comment or "
            "the file names, and what an organisation added for its own folders."
        }
        h2 id="areas" { "Practice areas" }
        p { "What kind of knowledge a comment passes on. A comment can be about several, and Peerlore says so only where it is sure enough." }
        (table("The practice areas", &areas))
        h2 id="languages" { "Languages" }
        p {
            "By the names that GitHub shows, from GitHub Linguist's own tables. The path tells most of them. Where it can't (a header "
            "may be C, C++ or Objective-C, a script may have no ending), the lines of the diff under the comment tell, while the comment "
            "comes in: the name of the language is kept, and no line of the diff. Where they can't tell either, there is none."
        }
        p {
            "The slug is " code { "lang:" } " and the name in small letters, with a hyphen for each space: "
            code { "lang:rust" } ", " code { "lang:c++" } ", " code { "lang:protocol-buffer" } ". A language belongs to the group that Linguist "
            "counts it in (TSX to TypeScript), else to its kind: programming, markup, data or prose."
        }
        @for (login, skills) in own {
            @if !skills.is_empty() {
                h2 { (login) "’s own" }
                p { "From the organisation’s settings file. They count for the files that the settings name." }
                (table("The organisation’s own skills", &described_own(skills)))
            }
        }
        h2 id="technologies" { "Technologies" }
        p {
            "Named where a comment’s own words or inline code name them, or the file it stands on belongs to them; never from quoted text, "
            "code blocks or addresses, and five at most. A name that is also an English word counts only where it can’t be the word: "
            "“react to this” names nothing. The slug is " code { "tech:" } " and the tag that Stack Overflow uses."
        }
        (table("The technologies", &technologies))
    }
}

fn described(skills: impl IntoIterator<Item = Skill>, own: &OwnSkills) -> Vec<Described> {
    let skills = skills.into_iter();
    skills.filter_map(|skill| skill.described(own)).collect()
}

fn table(caption: &str, skills: &[Described]) -> Markup {
    html! {
        div.scroll {
            table.stack {
                caption.hidden { (caption) }
                thead { tr { th scope="col" { "Skill" } th scope="col" { "Slug" } th scope="col" { "Belongs to" } th scope="col" { "What it is" } } }
                tbody {
                    @for skill in skills {
                        tr { th scope="row" { (skill.name) } td.slug { (skill.slug) } td { (skill.parent) } td { (skill.about) } }
                    }
                }
            }
        }
    }
}
