//! On `/me`: when somebody applied feedback, area by area, and what they learned by now.
use std::collections::BTreeMap;

use chrono::Datelike;
use chrono::NaiveDate;
use maud::Markup;
use maud::html;

use crate::model::clock::Time;
use crate::model::lesson::Outcome;
use crate::model::skill::Area;
use crate::model::wording;
use crate::pipeline::profile::Evidence;
use crate::pipeline::profile::Profile;
use crate::web::chart;
use crate::web::chart::Alternative;
use crate::web::chart::Figure;
use crate::web::chart::lanes::Lane;
use crate::web::chart::lanes::lanes;
use crate::web::prose;

/// Months that are drawn at most, this one included.
const MONTHS: i32 = 24;
/// Areas that are drawn at most; the table has all.
const LANES: usize = 8;
/// Lessons under which a picture would say nothing.
const FEW: usize = 3;
/// Links in a line of the table; the evidence has all.
const LINKS: usize = 3;

/// What was applied in one month and area, newest first.
type Month<'p> = Vec<&'p Evidence>;

/// The timeline.
#[must_use]
pub fn render(profile: &Profile, now: Time) -> Markup {
    let this = month(now);
    let mut by_area: BTreeMap<Area, BTreeMap<i32, Month<'_>>> = BTreeMap::new();
    let applied = profile
        .evidence
        .iter()
        .filter(|line| line.role == "was taught" && line.outcome == Outcome::Landed);
    for line in applied.filter(|line| (this - MONTHS + 1..=this).contains(&month(line.at))) {
        by_area
            .entry(line.area)
            .or_default()
            .entry(month(line.at))
            .or_default()
            .push(line);
    }
    let lessons: usize = by_area.values().flat_map(BTreeMap::values).map(Vec::len).sum();
    html! {
        section id="timeline" {
            h2 { "Your timeline" }
            @if lessons < FEW {
                (chart::not_enough("Feedback that you apply appears here month by month, once there are three pieces of it in the last two years."))
            } @else { (drawn(profile, &by_area, this)) }
        }
    }
}

fn drawn(profile: &Profile, by_area: &BTreeMap<Area, BTreeMap<i32, Month<'_>>>, this: i32) -> Markup {
    let first = by_area
        .values()
        .filter_map(|months| months.keys().next())
        .min()
        .copied()
        .unwrap_or(this);
    let first = first.min(this - 5);
    let learned = |area: Area| {
        profile
            .taken
            .iter()
            .any(|taken| taken.area == area && taken.claim == "learned")
    };
    let place = |month: &i32| usize::try_from(month - first).unwrap_or(0);
    let shown: Vec<Area> = profile
        .taken
        .iter()
        .map(|taken| taken.area)
        .filter(|area| by_area.contains_key(area))
        .take(LANES)
        .collect();
    let drawn: Vec<Lane> = shown
        .iter()
        .map(|area| Lane {
            name: area.name().to_owned(),
            there: by_area[area]
                .iter()
                .map(|(month, lines)| (place(month), lines.len()))
                .collect(),
            reached: learned(*area).then_some("learned"),
        })
        .collect();
    let told: Vec<String> = shown
        .iter()
        .map(|area| told(*area, &by_area[area], learned(*area)))
        .collect();
    let alternative = Alternative {
        id: "timeline-drawn",
        title: "Feedback applied, month by month, and what is learned by now",
        shows: &told.join(" "),
    };
    let months = place(&this) + 1;
    let names = [0, months / 2, months - 1].map(|at| (at, name(first + i32::try_from(at).unwrap_or(0))));
    chart::figure(&Figure {
        id: "timeline-figure",
        open: false,
        says: says(by_area, by_area.keys().filter(|area| learned(**area)).count()),
        picture: lanes(&alternative, &drawn, (months, &names)),
        table: table(by_area, learned),
    })
}

fn says(by_area: &BTreeMap<Area, BTreeMap<i32, Month<'_>>>, learned: usize) -> Markup {
    let lessons: usize = by_area.values().flat_map(BTreeMap::values).map(Vec::len).sum();
    html! {
        p {
            "In the last two years you applied feedback " strong { (times(lessons)) } " in " (wording::count(by_area.len(), "area"))
            @match learned {
                0 => "; a later sign that you learned one of them isn't there yet.",
                1 => "; one of them you learned since, by a later sign without the teacher.",
                some => { "; " (some) " of them you learned since, by a later sign without the teacher." }
            }
        }
        p.soft.small {
            "A dot is a month in which you changed something after a comment, its number above it where it happened more than once; a ring says “learned”. "
            "That a change came of a comment is likely, not certain, and signs can be missed. The "
            a href="#evidence" { "evidence" } " says how likely each is."
            @if by_area.len() > LANES { " Drawn are the " (LANES) " areas with the latest." }
        }
    }
}

fn table(by_area: &BTreeMap<Area, BTreeMap<i32, Month<'_>>>, learned: impl Fn(Area) -> bool) -> Markup {
    let mut lines: Vec<(i32, Area, &Month<'_>)> = by_area
        .iter()
        .flat_map(|(area, months)| months.iter().map(|(month, lines)| (*month, *area, lines)))
        .collect();
    lines.sort_by(|one, other| other.0.cmp(&one.0).then(one.1.cmp(&other.1)));
    html! {
        table.stack {
            caption.hidden { "Feedback applied, newest month first" }
            thead { tr { th scope="col" { "Month" } th scope="col" { "Area" } th scope="col" { "By now" } th scope="col" { "Comments" } } }
            tbody {
                @for (month, area, lines) in lines {
                    tr {
                        th scope="row" { (name(month)) }
                        td { (area.name()) }
                        td { @if learned(area) { "learned" } @else { "applied" } }
                        td {
                            @for (at, line) in lines.iter().take(LINKS).enumerate() {
                                @if at > 0 { ", " }
                                a href=(line.link) { (line.pull) } " by " (line.other)
                            }
                            @if lines.len() > LINKS { " and " (lines.len() - LINKS) " more" }
                        }
                    }
                }
            }
        }
    }
}

/// A lane in words.
fn told(area: Area, months: &BTreeMap<i32, Month<'_>>, learned: bool) -> String {
    let months: Vec<String> = months
        .iter()
        .map(|(month, lines)| match lines.len() {
            1 => name(*month),
            times => format!("{} ({times})", name(*month)),
        })
        .collect();
    let by_now = if learned { ", and learned by now" } else { "" };
    format!("{}: applied in {}{by_now}.", area.name(), prose::listed(&months))
}

fn times(times: usize) -> String {
    match times {
        1 => "once".to_owned(),
        times => format!("{times} times"),
    }
}

/// The number of a month since year 0.
fn month(at: Time) -> i32 {
    let at = at.date_naive();
    at.year() * 12 + at.month0().cast_signed()
}

/// "Mar 2026".
fn name(month: i32) -> String {
    let first = NaiveDate::from_ymd_opt(month.div_euclid(12), month.rem_euclid(12).unsigned_abs() + 1, 1);
    first.unwrap_or_default().format("%b %Y").to_string()
}
