//! `peerlore onboarding`
use std::io::Write;

use clap::Args;
use serde::Serialize;
use sqlx::PgConnection;

use crate::cli::arguments;
use crate::cli::organisation;
use crate::config::Config;
use crate::model::clock::Time;
use crate::model::wording;
use crate::pipeline::buddies;
use crate::pipeline::buddies::Buddies;
use crate::pipeline::onboarding;
use crate::pipeline::onboarding::Median;
use crate::pipeline::onboarding::Row;
use crate::store::reader::Reader;

/// Show how people come in: time to a first review and a first comment that lands, and which share of comments lands by tenure. Nothing of
/// fewer than five people.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  peerlore onboarding --team payments\n  peerlore onboarding --person octocat")]
pub struct Onboarding {
    /// The organisation; needed where several are known
    #[arg(long, value_name = "LOGIN", value_parser = arguments::login)]
    org: Option<String>,
    /// Only the people of this team
    #[arg(long, value_name = "SLUG")]
    team: Option<String>,
    /// What this person may see of their own beginning, and nobody else but the other one of the two
    #[arg(long, value_name = "LOGIN", value_parser = arguments::login, conflicts_with = "team")]
    person: Option<String>,
    /// Print the result as JSON
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Answer {
    organisation: String,
    team: Option<String>,
    at: Time,
    #[serde(flatten)]
    found: Found,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Found {
    Figures(onboarding::Onboarding),
    Own(Buddies),
}

/// Prints how people come in.
///
/// # Errors
/// When nothing is known, or the team or person isn't.
pub async fn run(config: Config, command: Onboarding) -> anyhow::Result<()> {
    organisation::told(
        &config,
        command.json,
        async |conn, at| answer(conn, &command, at).await,
        |out, answer| Ok(print(out, answer)?),
    )
    .await
}

async fn answer(conn: &mut PgConnection, command: &Onboarding, at: Time) -> anyhow::Result<Answer> {
    let (tenant, team) = organisation::with_team(conn, (command.org.as_deref(), command.team.as_deref()), at).await?;
    let found = if let Some(login) = &command.person {
        let person = organisation::person(conn, &tenant, login).await?;
        let reader = organisation::as_person(conn, tenant.id, person.id).await?;
        Found::Own(buddies::buddies(conn, &reader, at).await?)
    } else {
        let reader = Reader::of_everything(tenant.id);
        let asked = team.as_ref().map(|team| team.id);
        Found::Figures(onboarding::of(conn, &reader, asked, at).await?)
    };
    Ok(Answer {
        organisation: tenant.login,
        team: team.map(|team| team.name),
        at,
        found,
    })
}

fn print(out: &mut impl Write, answer: &Answer) -> std::io::Result<()> {
    let found = match &answer.found {
        Found::Figures(found) => found,
        Found::Own(buddies) => return own(out, buddies),
    };
    writeln!(out, "{}", answer.team.as_deref().unwrap_or(&answer.organisation))?;
    writeln!(out, "\nFrom joining, half of the people needed:")?;
    median(out, "to their first review", found.first_review)?;
    median(out, "to their first comment that landed", found.first_landed)?;
    rows(out, "Share of comments that land, by tenure:", &found.by_tenure)?;
    rows(
        out,
        "The same, by how often they had reviewed the file:",
        &found.by_file,
    )?;
    writeln!(out)?;
    for note in &found.notes {
        writeln!(out, "{note}")?;
    }
    Ok(())
}

fn median(out: &mut impl Write, what: &str, median: Option<Median>) -> std::io::Result<()> {
    let Some(median) = median else {
        return writeln!(out, "  {what}: too few people");
    };
    let weeks = |weeks: Option<i64>| {
        weeks.map_or_else(
            || "more than half a year".to_owned(),
            |weeks| wording::count(weeks, "week"),
        )
    };
    let interval = match median.interval {
        Some((low, high)) => format!("between {} and {}", weeks(low), weeks(high)),
        None => "too few people for an interval".to_owned(),
    };
    let people = wording::count(median.people, "person");
    writeln!(out, "  {what}: {} ({interval}; {people})", weeks(median.weeks))
}

fn rows(out: &mut impl Write, title: &str, rows: &[Row]) -> std::io::Result<()> {
    writeln!(out, "\n{title}")?;
    for row in rows {
        let share = row.share.map_or_else(
            || "too few people".to_owned(),
            |share| {
                format!(
                    "{:.0}% (between {:.0}% and {:.0}%; {})",
                    share.share * 100.0,
                    share.low * 100.0,
                    share.high * 100.0,
                    wording::count(share.people, "person")
                )
            },
        );
        writeln!(out, "  {}: {share}; elsewhere: {}", row.what, row.elsewhere)?;
    }
    Ok(())
}

fn own(out: &mut impl Write, buddies: &Buddies) -> std::io::Result<()> {
    if buddies.mine.is_none() && buddies.i_was.is_empty() {
        return writeln!(
            out,
            "nothing yet: no lesson landed in the first 90 days of a beginning that is known."
        );
    }
    for buddy in buddies.mine.iter().chain(&buddies.i_was) {
        writeln!(out, "{}", buddy.words)?;
    }
    writeln!(out, "Only the two of you are shown this.")
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;
    use crate::pipeline::buddies::Buddy;
    use crate::pipeline::onboarding::Share;

    fn told(found: Found) -> String {
        let answer = Answer {
            organisation: "acme".to_owned(),
            team: None,
            at: Time::UNIX_EPOCH,
            found,
        };
        let mut out = Vec::new();
        print(&mut out, &answer).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn figures_say_what_they_rest_on_and_few_people_are_not_told_of() {
        let share = Share {
            people: 6,
            share: 0.5,
            low: 0.25,
            high: 0.75,
        };
        let found = onboarding::Onboarding {
            first_review: Some(Median {
                people: 8,
                weeks: Some(1),
                interval: Some((Some(1), None)),
            }),
            first_landed: None,
            by_tenure: vec![Row {
                what: "after a year",
                share: Some(share),
                elsewhere: "a plateau",
            }],
            by_file: vec![Row {
                what: "on a new file",
                share: None,
                elsewhere: "32 to 37% useful",
            }],
            notes: vec!["A note.".to_owned()],
        };
        assert_snapshot!(told(Found::Figures(found)), @r"
        acme

        From joining, half of the people needed:
          to their first review: 1 week (between 1 week and more than half a year; 8 people)
          to their first comment that landed: too few people

        Share of comments that land, by tenure:
          after a year: 50% (between 25% and 75%; 6 people); elsewhere: a plateau

        The same, by how often they had reviewed the file:
          on a new file: too few people; elsewhere: 32 to 37% useful

        A note.
        ");
    }

    #[test]
    fn a_beginning_is_told_to_the_two_of_it() {
        let buddy = Buddy {
            login: "ada".to_owned(),
            areas: vec!["testing".to_owned()],
            words: "Ada did.".to_owned(),
        };
        let mine = Buddies {
            mine: Some(buddy),
            i_was: Vec::new(),
        };
        assert_eq!(
            told(Found::Own(mine)),
            "Ada did.\nOnly the two of you are shown this.\n"
        );
        assert!(told(Found::Own(Buddies::default())).starts_with("nothing yet: "));
    }
}
