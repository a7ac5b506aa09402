//! `peerlore flow`
use std::io::Write;

use clap::Args;
use serde::Serialize;
use sqlx::PgConnection;

use crate::cli::arguments;
use crate::cli::organisation;
use crate::config::Config;
use crate::model::clock::Time;
use crate::model::wording;
use crate::pipeline::flow;
use crate::pipeline::flow::Pair;
use crate::pipeline::flow::Reach;
use crate::pipeline::flow::WindowFlow;
use crate::store::reader::Reader;

/// Show how knowledge flowed in the last year: whom it can have reached by reviews at all, and which lessons landed between teams. No
/// people, and nothing of fewer than five.
#[derive(Debug, Args)]
#[command(after_help = "Example: peerlore flow --weeks 4")]
pub struct Flow {
    /// The organisation; needed where several are known
    #[arg(long, value_name = "LOGIN", value_parser = arguments::login)]
    org: Option<String>,
    /// Weeks of a window
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u8).range(1..=52))]
    weeks: u8,
    /// Print the whole result, the teams of every window among it, as JSON
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Answer {
    organisation: String,
    at: Time,
    #[serde(flatten)]
    found: flow::Flow,
}

/// Prints how knowledge flowed.
///
/// # Errors
/// When nothing is known, or it isn't told of which organisation.
pub async fn run(config: Config, command: Flow) -> anyhow::Result<()> {
    organisation::told(
        &config,
        command.json,
        async |conn, at| answer(conn, &command, at).await,
        |out, answer| Ok(print(out, answer)?),
    )
    .await
}

async fn answer(conn: &mut PgConnection, command: &Flow, at: Time) -> anyhow::Result<Answer> {
    let tenant = organisation::chosen(conn, command.org.as_deref()).await?;
    Ok(Answer {
        found: flow::of(conn, &Reader::of_everything(tenant.id), command.weeks, at).await?,
        organisation: tenant.login,
        at,
    })
}

fn print(out: &mut impl Write, answer: &Answer) -> std::io::Result<()> {
    let found = &answer.found;
    let weeks = if found.weeks == 1 {
        "a week".to_owned()
    } else {
        wording::count(found.weeks, "week")
    };
    writeln!(
        out,
        "{}: the last year in windows of {weeks}, up to the last Monday (UTC)\n",
        answer.organisation
    )?;
    if found.windows.iter().all(|window| window.reach.is_none()) {
        writeln!(out, "nothing yet: in no window did reviews of five people or more end.")?;
    } else {
        writeln!(
            out,
            "How many others half of the people can have reached by reviews, each ending later than the one before:"
        )?;
        writeln!(
            out,
            "{:<12}{:>9}{:>9}{:>9}{:>18}",
            "from", "reviews", "people", "median", "of all others"
        )?;
        for window in &found.windows {
            reach(out, window)?;
        }
    }
    writeln!(out, "\nBetween teams:")?;
    if found.teams.len() < 2 {
        writeln!(
            out,
            "  nothing yet: fewer than two teams have enough people to be shown."
        )?;
    } else {
        between(out, found)?;
    }
    if !found.too_few_people.is_empty() {
        writeln!(
            out,
            "  too few people, or beside other teams it would tell of a few: {}",
            found.too_few_people.join(", ")
        )?;
    }
    writeln!(
        out,
        "\nReach is an upper bound: who takes part in a review may learn what the others know, and need not. Lessons are those that landed."
    )
}

fn reach(out: &mut impl Write, window: &WindowFlow) -> std::io::Result<()> {
    let day = window.from.format("%Y-%m-%d");
    let Some(Reach {
        reviews,
        people,
        median,
        share,
    }) = window.reach
    else {
        return writeln!(out, "{day:<12} too few people");
    };
    let median = median.map_or_else(|| "–".to_owned(), |median| median.to_string());
    let share = share.map_or_else(|| "–".to_owned(), |share| format!("{:.0}%", share * 100.0));
    writeln!(out, "{day:<12}{reviews:>9}{people:>9}{median:>9}{share:>18}")
}

/// Lessons of the whole year by pair of teams, and the upper bound of the last window.
fn between(out: &mut impl Write, found: &flow::Flow) -> std::io::Result<()> {
    let pairs = found.pairs();
    if pairs.is_empty() {
        return writeln!(out, "  nothing yet: no lesson landed from one to another.");
    }
    for ((from, to), Pair { lessons, last }) in pairs {
        let year = wording::count(lessons, "lesson");
        let landed = last.map_or(0, |last| last.lessons);
        let reachable = last.and_then(|last| last.reachable).map_or_else(
            || "how many people can have been reached is not shown".to_owned(),
            |count| {
                format!(
                    "{} of {} there can have been reached",
                    count.people,
                    wording::count(count.of, "person")
                )
            },
        );
        writeln!(
            out,
            "  {from} to {to}: {year} landed in the year; in the last window {landed}, and {reachable}"
        )?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;
    use crate::pipeline::flow::Between;
    use crate::pipeline::flow::Count;

    fn told(found: flow::Flow) -> String {
        let answer = Answer {
            organisation: "acme".to_owned(),
            at: Time::UNIX_EPOCH,
            found,
        };
        let mut out = Vec::new();
        print(&mut out, &answer).unwrap();
        String::from_utf8(out).unwrap()
    }

    fn window(reach: Option<Reach>, between: Vec<Between>) -> WindowFlow {
        WindowFlow {
            from: Time::UNIX_EPOCH,
            to: Time::UNIX_EPOCH,
            reach,
            between,
        }
    }

    #[test]
    fn what_landed_stands_beside_the_upper_bound() {
        let reach = Reach {
            reviews: 40,
            people: 21,
            median: Some(15),
            share: Some(0.75),
        };
        let pair = |lessons, reachable| Between {
            from: "Payments".to_owned(),
            to: "Web".to_owned(),
            lessons,
            reachable,
        };
        let found = flow::Flow {
            weeks: 4,
            windows: vec![
                window(None, vec![pair(2, None)]),
                window(Some(reach), vec![pair(1, Some(Count { people: 5, of: 11 }))]),
            ],
            teams: vec!["Payments".to_owned(), "Web".to_owned()],
            too_few_people: vec!["Design".to_owned()],
        };
        assert_snapshot!(told(found), @r"
        acme: the last year in windows of 4 weeks, up to the last Monday (UTC)

        How many others half of the people can have reached by reviews, each ending later than the one before:
        from          reviews   people   median     of all others
        1970-01-01   too few people
        1970-01-01         40       21       15               75%

        Between teams:
          Payments to Web: 3 lessons landed in the year; in the last window 1, and 5 of 11 people there can have been reached
          too few people, or beside other teams it would tell of a few: Design

        Reach is an upper bound: who takes part in a review may learn what the others know, and need not. Lessons are those that landed.
        ");
    }

    #[test]
    fn where_nothing_is_there_it_says_so() {
        let nothing = flow::Flow {
            weeks: 52,
            windows: vec![window(None, Vec::new())],
            teams: Vec::new(),
            too_few_people: Vec::new(),
        };
        assert_eq!(told(nothing).matches("nothing yet: ").count(), 2);
    }
}
