//! On `/teams`: who holds what as a map of areas by teams, for as many teams as the visitor may open.
use std::collections::BTreeMap;
use std::collections::BTreeSet;

use maud::Markup;
use maud::html;

use crate::model::ids::PersonId;
use crate::model::skill::Area;
use crate::model::wording;
use crate::pipeline::team;
use crate::pipeline::team::Told;
use crate::store::team_pages::Holder;
use crate::store::team_pages::Team;
use crate::web::chart;
use crate::web::prose;

/// Shades of a cell, beside none.
const SHADES: usize = 4;
/// Areas that a sentence names.
const SOME: usize = 4;

/// A team with what its page tells.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Mapped {
    /// The team.
    pub team: Team,
    /// Who holds what.
    pub holders: Vec<Holder>,
    /// What people were told who don't hold it, where the count may be shown.
    pub told: Vec<Told>,
}

impl Mapped {
    /// How many people of it surely hold an area.
    fn hold(&self, area: Area) -> usize {
        self.holders.iter().filter(|holder| holder.area == area.slug()).count()
    }
}

/// The map of an organisation's teams.
#[must_use]
pub fn render(teams: &[Mapped]) -> Markup {
    let mut held: BTreeMap<Area, BTreeSet<PersonId>> = BTreeMap::new();
    for holder in teams.iter().flat_map(|one| &one.holders) {
        if let Ok(area) = holder.area.parse() {
            held.entry(area).or_default().insert(holder.person);
        }
    }
    let is_told = |area: &Area| {
        teams
            .iter()
            .any(|one| one.told.iter().any(|told| told.area == area.slug()))
    };
    let (drawn, rest): (Vec<Area>, Vec<Area>) = Area::ALL
        .into_iter()
        .partition(|area| held.contains_key(area) || is_told(area));
    let most = Area::ALL
        .iter()
        .flat_map(|area| teams.iter().map(|one| one.hold(*area)))
        .max();
    let small = teams.iter().filter(|one| team::is_too_small(&one.team)).count();
    html! {
        h2 { "Who holds what" }
        @if small == teams.len() {
            (chart::not_enough("Each of these teams has fewer than five people, and every number would be about somebody."))
        } @else if held.is_empty() {
            (chart::not_enough("Somebody holds an area once what they passed on in it landed often enough to be more than a first sign. The map fills as reviews come in."))
        } @else {
            figure id="skill-map" {
                figcaption { (says(&held)) }
                p.soft.small.sideways { "Slide the table sideways for the other teams." }
                div.scroll tabindex="0" role="region" aria-label="Who holds what, by area and team" {
                    table.matrix {
                        caption.hidden { "How many people of each team surely hold each area" }
                        thead {
                            tr {
                                th scope="col" { "Area" }
                                @for one in teams { th scope="col" { a href={ "/teams/" (one.team.slug) } { (one.team.name) } } }
                            }
                        }
                        tbody {
                            @for area in &drawn {
                                tr { th scope="row" { (area.name()) } @for one in teams { (cell(one, *area, most.unwrap_or_default())) } }
                            }
                        }
                    }
                }
                @if !rest.is_empty() {
                    p { "Nobody in them surely holds " (prose::listed(&rest.iter().map(|area| wording::area(*area)).collect::<Vec<_>>())) "." }
                }
                p.soft.small {
                    "People who surely hold it, shaded more where there are more."
                    @if teams.iter().any(|one| drawn.iter().any(|area| one.told.iter().any(|told| told.area == area.slug()))) {
                        " Small: how many of the others were told something about it, where that may be said."
                    }
                    " A dash: nobody surely holds it, which doesn't mean that nobody knows it. Somebody in several teams is counted in each."
                    @if small > 0 { " “Too few”: fewer than five people." }
                }
            }
        }
    }
}

/// What the map says, before it.
fn says(held: &BTreeMap<Area, BTreeSet<PersonId>>) -> Markup {
    let single: Vec<String> = held
        .iter()
        .filter(|(_, people)| people.len() == 1)
        .map(|(area, _)| wording::area(*area))
        .collect();
    html! {
        p {
            (held.len()) " of " (Area::ALL.len()) " areas are surely held by somebody in these teams"
            @if single.is_empty() { "." } @else {
                ", " strong { (single.len()) } " of them by one person alone: " (shortly(single)) "."
            }
        }
        p.soft.small { "Surely means more than a first sign: lessons that landed with enough people, lately enough. First signs aren't counted." }
    }
}

fn shortly(mut names: Vec<String>) -> String {
    let more = names.len().saturating_sub(SOME);
    if more > 1 {
        names.truncate(SOME);
        names.push(format!("{more} more"));
    }
    prose::listed(&names)
}

fn cell(one: &Mapped, area: Area, most: usize) -> Markup {
    if team::is_too_small(&one.team) {
        return html! { td.same { span.soft.small { "too few" } } };
    }
    let hold = one.hold(area);
    let told = one.told.iter().find(|told| told.area == area.slug());
    html! {
        td class={ "shade" ((hold * SHADES).div_ceil(most.max(1))) } {
            @if hold > 0 { span.count { (hold) } span.hidden { @if hold == 1 { " person holds it" } @else { " people hold it" } } }
            @else { span.soft aria-hidden="true" { "–" } span.hidden { "nobody surely" } }
            @if let Some(told) = told { " " span.reached { (told.count.people) " of " (told.count.of) span.hidden { " others were told something" } } }
        }
    }
}
