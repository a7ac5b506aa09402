//! On `/teams/SLUG`: what hangs on one of the team's people, how its people come in and take part, what flows in and out.
use maud::Markup;
use maud::html;

use crate::model::wording;
use crate::pipeline::at_risk::AtRiskSkill;
use crate::pipeline::flow::Across;
use crate::pipeline::flow::Flow;
use crate::pipeline::flow::K;
use crate::pipeline::onboarding;
use crate::pipeline::onboarding::Median;
use crate::pipeline::onboarding::Onboarding;
use crate::pipeline::participation::Count;
use crate::pipeline::participation::Participation;
use crate::pipeline::participation::Topic;
use crate::pipeline::team::figures::Figures;
use crate::web::chart;
use crate::web::chart::Accent;
use crate::web::chart::Alternative;
use crate::web::chart::Figure;
use crate::web::chart::rows::Mark;
use crate::web::chart::rows::Row;
use crate::web::chart::rows::rows;
use crate::web::pages::me::capital;
use crate::web::prose;

/// Weeks that the first of something is waited for: half a year.
const WEEKS: f64 = 26.0;
/// Topics that are drawn; the table has all.
const DRAWN: usize = 6;

/// What hangs on one of them, how they come in and take part, what flows.
#[must_use]
pub fn render(figures: &Figures, team: &str) -> Markup {
    html! {
        (at_risk(&figures.at_risk))
        (coming_in(&figures.onboarding))
        (taking_part(&figures.participation))
        (flowing(&figures.flow, team))
    }
}

fn at_risk(skills: &[AtRiskSkill]) -> Markup {
    html! {
        h2 { "What hangs on one person" }
        p.soft { "Areas, languages and technologies that at most one active person of the whole organisation surely holds, where that is somebody of this team. First signs aren't counted, so others may know more of it than is told here." }
        @if skills.is_empty() {
            p { "No skill is known that somebody of this team alone surely holds." }
        } @else {
            ul.claims {
                @for skill in skills {
                    li class="claim knows" {
                        h3 { (skill.name) }
                        @if let Some(login) = &skill.held_by {
                            p { "Only " a href={ "/offboarding/" (login) } { (login) } " holds it." }
                        } @else {
                            p { "Nobody active holds it." }
                        }
                    }
                }
            }
        }
    }
}

fn coming_in(found: &Onboarding) -> Markup {
    let medians = [
        ("First review", found.first_review),
        ("First landed comment", found.first_landed),
    ];
    let shares = found.by_tenure.iter().any(|row| row.share.is_some());
    html! {
        h2 { "How people come in" }
        @if medians.iter().all(|(_, median)| median.is_none()) && !shares {
            (chart::not_enough(&format!(
                "A figure here speaks of {K} people or more who joined at least half a year ago, and of so many that no other team's figure gives them away."
            )))
        } @else {
            @if medians.iter().any(|(_, median)| median.is_some()) { (first_steps(&medians)) }
            @if shares { (by_tenure(&found.by_tenure)) }
            @for note in &found.notes { p.soft.small { (note) } }
        }
    }
}

fn first_steps(medians: &[(&str, Option<Median>); 2]) -> Markup {
    let share = |weeks: Option<i64>| weeks.map_or(1.0, |weeks| float(usize::try_from(weeks).unwrap_or(0)) / WEEKS);
    let drawn = medians.iter().map(|(name, median)| Row {
        name: (*name).to_owned(),
        figure: match median {
            None => "too few people".to_owned(),
            Some(Median { weeks: None, .. }) => "over half a year".to_owned(),
            Some(median) => weeks(median.weeks),
        },
        mark: match median {
            None => Mark::Nothing,
            Some(Median {
                weeks,
                interval: Some((low, high)),
                ..
            }) => Mark::Interval {
                low: share(*low),
                high: share(*high),
                point: share(*weeks),
            },
            Some(median) => Mark::Point(share(median.weeks)),
        },
        accent: Some(Accent::Learns),
    });
    let told: Vec<String> = medians.iter().map(|(name, median)| step(name, *median)).collect();
    let alternative = Alternative {
        id: "first-steps",
        title: "Weeks from joining until half of the people had come to something",
        shows: &told.join(" "),
    };
    let shares = [(0.0, "joined"), (12.0 / WEEKS, "12 weeks"), (1.0, "half a year")];
    chart::figure(&Figure {
        id: "first-steps-figure",
        open: false,
        says: html! { @for words in &told { p { (words) } } },
        picture: rows(&alternative, &drawn.collect::<Vec<_>>(), &shares),
        table: html! {
            table {
                caption.hidden { (alternative.title) }
                thead { tr { th scope="col" { "From joining to" } th.number scope="col" { "Half had within" } th.number scope="col" { "90% interval" } th.number scope="col" { "People" } } }
                tbody {
                    @for (name, median) in medians {
                        tr {
                            th scope="row" { (name) }
                            @if let Some(median) = median {
                                td.number { (weeks(median.weeks)) }
                                td.number { @if let Some((low, high)) = median.interval { (weeks(low)) " to " (weeks(high)) } @else { "–" } }
                                td.number { (median.people) }
                            } @else { td.number { "too few people" } td.number { "–" } td.number { "–" } }
                        }
                    }
                }
            }
        },
    })
}

/// A median with how sure it is, in words.
fn step(name: &str, median: Option<Median>) -> String {
    let Some(median) = median else {
        return format!("{name}: too few people to say.");
    };
    let people = wording::count(median.people, "person");
    match median.interval {
        Some((low, high)) => format!(
            "{name}: within {} for half of {people}; of others like them probably between {} and {}.",
            weeks(median.weeks),
            weeks(low),
            weeks(high)
        ),
        None => format!(
            "{name}: within {} for half of {people}; so few people can be far from the usual.",
            weeks(median.weeks)
        ),
    }
}

fn weeks(weeks: Option<i64>) -> String {
    weeks.map_or_else(
        || "more than half a year".to_owned(),
        |weeks| wording::count(weeks, "week"),
    )
}

fn by_tenure(found: &[onboarding::Row]) -> Markup {
    let drawn = found.iter().map(|row| Row {
        name: capital(row.what),
        figure: row
            .share
            .map_or_else(|| "too few people".to_owned(), |share| prose::percent(share.share)),
        mark: row.share.map_or(Mark::Nothing, |share| Mark::Interval {
            low: share.low,
            high: share.high,
            point: share.share,
        }),
        accent: Some(Accent::Knows),
    });
    let told: Vec<String> = found.iter().map(tenure).collect();
    let alternative = Alternative {
        id: "tenure",
        title: "Share of people's review comments that land, by how long they have been here",
        shows: &told.join(" "),
    };
    chart::figure(&Figure {
        id: "tenure-figure",
        open: false,
        says: html! {
            p { "How much of what people say in reviews lands, by how long they have been here." }
            p.soft.small { "Bars are 90% intervals: where two overlap, chance alone can make the difference." }
        },
        picture: rows(
            &alternative,
            &drawn.collect::<Vec<_>>(),
            &[(0.0, "0%"), (0.5, "50%"), (1.0, "100%")],
        ),
        table: html! {
            table {
                caption.hidden { (alternative.title) }
                thead { tr { th scope="col" { "Comments" } th.number scope="col" { "That land" } th.number scope="col" { "90% interval" } th.number scope="col" { "People" } th scope="col" { "Found elsewhere" } } }
                tbody {
                    @for row in found {
                        tr {
                            th scope="row" { (capital(row.what)) }
                            @if let Some(share) = row.share {
                                td.number { (prose::percent(share.share)) }
                                td.number { (prose::percent(share.low)) " to " (prose::percent(share.high)) }
                                td.number { (share.people) }
                            } @else { td.number { "too few people" } td.number { "–" } td.number { "–" } }
                            td { (row.elsewhere) }
                        }
                    }
                }
            }
        },
    })
}

fn tenure(row: &onboarding::Row) -> String {
    let name = capital(row.what);
    row.share.map_or_else(
        || format!("{name}: too few people."),
        |share| {
            format!(
                "{name}: {}, between {} and {}.",
                prose::percent(share.share),
                prose::percent(share.low),
                prose::percent(share.high)
            )
        },
    )
}

fn taking_part(found: &Participation) -> Markup {
    html! {
        h2 { "How the team takes part" }
        @if found.gave.is_none() && found.got.is_none() && found.topics.is_empty() {
            (chart::not_enough(&format!("Nothing of the last year can be told that speaks of {K} people or more.")))
        } @else {
            p { (gave_and_got(found)) }
            @if found.topics.is_empty() {
                (chart::not_enough(&format!("No area has {K} people or more who spoke about it.")))
            } @else { (topics(&found.topics)) }
        }
    }
}

fn gave_and_got(found: &Participation) -> String {
    let people = |count: Count| format!("{} of {}", count.people, wording::count(count.of, "person"));
    match (found.gave.map(people), found.got.map(people)) {
        (Some(gave), Some(got)) => format!("In the last year {gave} gave feedback and {got} got some."),
        (Some(gave), None) => {
            format!("In the last year {gave} gave feedback. How many got some would tell of too few people.")
        }
        (None, Some(got)) => {
            format!("In the last year {got} got feedback. How many gave some would tell of too few people.")
        }
        (None, None) => "How many gave or got feedback in the last year would tell of too few people.".to_owned(),
    }
}

fn topics(topics: &[Topic]) -> Markup {
    let most = topics.iter().map(|topic| topic.threads).max().unwrap_or_default();
    let drawn: Vec<Row> = topics
        .iter()
        .take(DRAWN)
        .map(|topic| Row {
            name: topic.area.name().to_owned(),
            figure: wording::count(topic.threads, "thread"),
            mark: Mark::Bar(float(topic.threads) / float(most.max(1))),
            accent: None,
        })
        .collect();
    let told: Vec<String> = drawn
        .iter()
        .map(|row| format!("{}: {}", row.name, row.figure))
        .collect();
    let alternative = Alternative {
        id: "topics",
        title: "What the team's review threads are about",
        shows: &format!("{}.", told.join("; ")),
    };
    chart::figure(&Figure {
        id: "topics-figure",
        open: false,
        says: html! {
            p {
                "What review threads are about in which somebody of the team spoke"
                @if topics.len() > DRAWN { ", the " (DRAWN) " most frequent of " (topics.len()) " areas" }
                ". An area is left out where that would tell of fewer than " (K) " people. Areas are read from the comments and now and then wrong, so small differences mean little."
            }
        },
        picture: rows(&alternative, &drawn, &[]),
        table: html! {
            table {
                caption.hidden { (alternative.title) }
                thead { tr { th scope="col" { "Area" } th.number scope="col" { "Threads" } th.number scope="col" { "Comments a thread" } th.number scope="col" { "People a thread" } } }
                tbody {
                    @for topic in topics {
                        tr {
                            th scope="row" { (topic.area.name()) }
                            td.number { (topic.threads) }
                            td.number { (format!("{:.1}", topic.comments)) }
                            td.number { (format!("{:.1}", topic.people)) }
                        }
                    }
                }
            }
        },
    })
}

fn flowing(flow: &Flow, team: &str) -> Markup {
    html! {
        h2 { "What flows in and out" }
        @match flow.across(team) {
            None => (chart::not_enough("The team isn't told of beside others: it has too few people for that, or would tell of a few of another team.")),
            Some(across) if across.is_empty() => (chart::not_enough("No lesson of the last year landed between this team and another one that may be told of.")),
            Some(across) => (in_and_out(&across)),
        }
        p.small { a href="/flow" { "All teams beside each other" } "." }
    }
}

fn in_and_out(across: &[Across<'_>]) -> Markup {
    let most = across
        .iter()
        .flat_map(|one| [one.came, one.went])
        .max()
        .unwrap_or_default();
    let row = |name: String, lessons: usize, accent| Row {
        name,
        figure: wording::count(lessons, "lesson"),
        mark: Mark::Bar(float(lessons) / float(most.max(1))),
        accent: Some(accent),
    };
    let mut drawn = Vec::new();
    for Across { other, came, went } in across.iter().copied() {
        if came > 0 {
            drawn.push(row(format!("in from {other}"), came, Accent::Learns));
        }
        if went > 0 {
            drawn.push(row(format!("out to {other}"), went, Accent::Knows));
        }
    }
    let told: Vec<String> = drawn.iter().map(|row| format!("{} {}", row.figure, row.name)).collect();
    let (came, went) = across
        .iter()
        .fold((0, 0), |sum, one| (sum.0 + one.came, sum.1 + one.went));
    let alternative = Alternative {
        id: "in-and-out",
        title: "Lessons that landed between this team and others",
        shows: &format!("{}.", told.join("; ")),
    };
    chart::figure(&Figure {
        id: "in-and-out-figure",
        open: false,
        says: html! {
            p {
                strong { (wording::count(came, "lesson")) } " came in from other teams and " strong { (wording::count(went, "lesson")) }
                " went out to them in the last year, each with a sign that it landed. Signs can be missed or mistaken, so small numbers say little."
            }
        },
        picture: rows(&alternative, &drawn, &[]),
        table: html! {
            table {
                caption.hidden { (alternative.title) }
                thead { tr { th scope="col" { "Team" } th.number scope="col" { "In from it" } th.number scope="col" { "Out to it" } } }
                tbody { @for one in across { tr { th scope="row" { (one.other) } td.number { (one.came) } td.number { (one.went) } } } }
            }
        },
    })
}

#[expect(
    clippy::cast_precision_loss,
    reason = "numbers of lessons, threads and weeks are far below 2^53"
)]
fn float(number: usize) -> f64 {
    number as f64
}
