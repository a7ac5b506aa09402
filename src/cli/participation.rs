//! `peerlore participation`
use std::io::Write;

use clap::Args;
use serde::Serialize;
use sqlx::PgConnection;

use crate::cli::arguments;
use crate::cli::organisation;
use crate::config::Config;
use crate::model::clock::Time;
use crate::model::wording;
use crate::pipeline::participation;
use crate::pipeline::participation::Connection;
use crate::pipeline::participation::Count;
use crate::store::reader::Reader;

/// Show what was discussed in the last year, and how many gave and got feedback. No people, and nothing of fewer than five.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  peerlore participation --team payments\n  peerlore participation --person octocat"
)]
pub struct Participation {
    /// The organisation; needed where several are known
    #[arg(long, value_name = "LOGIN", value_parser = arguments::login)]
    org: Option<String>,
    /// Only the people of this team
    #[arg(long, value_name = "SLUG")]
    team: Option<String>,
    /// Which teams this person connects, which they alone may see
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
#[serde(rename_all = "snake_case")]
enum Found {
    Figures(participation::Participation),
    Connects(Vec<Connection>),
}

/// Prints what is discussed, and how many take part.
///
/// # Errors
/// When nothing is known, or the team or person isn't.
pub async fn run(config: Config, command: Participation) -> anyhow::Result<()> {
    organisation::told(
        &config,
        command.json,
        async |conn, at| answer(conn, &command, at).await,
        |out, answer| Ok(print(out, answer)?),
    )
    .await
}

async fn answer(conn: &mut PgConnection, command: &Participation, at: Time) -> anyhow::Result<Answer> {
    let (tenant, team) = organisation::with_team(conn, (command.org.as_deref(), command.team.as_deref()), at).await?;
    let found = if let Some(login) = &command.person {
        let person = organisation::person(conn, &tenant, login).await?;
        let reader = organisation::as_person(conn, tenant.id, person.id).await?;
        Found::Connects(participation::connections(conn, &reader, at).await?)
    } else {
        let reader = Reader::of_everything(tenant.id);
        let asked = team.as_ref().map(|team| team.id);
        Found::Figures(participation::of(conn, &reader, asked, at).await?)
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
        Found::Connects(connections) => {
            if connections.is_empty() {
                return writeln!(
                    out,
                    "nothing yet: no lesson of the last year landed between teams here."
                );
            }
            for connection in connections {
                writeln!(out, "{}", connection.words)?;
            }
            return writeln!(out, "Only you are shown this.");
        }
    };
    writeln!(
        out,
        "{}, the last year",
        answer.team.as_deref().unwrap_or(&answer.organisation)
    )?;
    writeln!(out, "  gave feedback: {}", count(found.gave))?;
    writeln!(out, "  got feedback: {}", count(found.got))?;
    if found.topics.is_empty() {
        return writeln!(
            out,
            "\nTopics: nothing yet: no area in which five people or more spoke."
        );
    }
    writeln!(
        out,
        "\n{:<22}{:>9}{:>20}{:>18}",
        "Topics", "threads", "comments a thread", "people a thread"
    )?;
    for topic in &found.topics {
        writeln!(
            out,
            "  {:<20}{:>9}{:>20.1}{:>18.1}",
            topic.area.name(),
            topic.threads,
            topic.comments,
            topic.people
        )?;
    }
    Ok(())
}

fn count(count: Option<Count>) -> String {
    count.map_or_else(
        || "not shown, since it would tell of too few people".to_owned(),
        |count| format!("{} of {}", count.people, wording::count(count.of, "person")),
    )
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;
    use crate::model::skill::Area;
    use crate::pipeline::participation::Topic;

    fn told(found: Found) -> String {
        let answer = Answer {
            organisation: "acme".to_owned(),
            team: Some("Payments".to_owned()),
            at: Time::UNIX_EPOCH,
            found,
        };
        let mut out = Vec::new();
        print(&mut out, &answer).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn topics_stand_without_people_and_small_counts_are_not_shown() {
        let topic = Topic {
            area: Area::Databases,
            threads: 12,
            comments: 3.25,
            people: 2.0,
        };
        let found = participation::Participation {
            topics: vec![topic],
            gave: Some(Count { people: 5, of: 12 }),
            got: None,
        };
        assert_snapshot!(told(Found::Figures(found)), @r"
        Payments, the last year
          gave feedback: 5 of 12 people
          got feedback: not shown, since it would tell of too few people

        Topics                  threads   comments a thread   people a thread
          Databases                  12                 3.2               2.0
        ");
    }

    #[test]
    fn where_nothing_is_there_it_says_so() {
        assert!(told(Found::Connects(Vec::new())).starts_with("nothing yet: "));
        let nothing = participation::Participation {
            topics: Vec::new(),
            gave: None,
            got: None,
        };
        assert!(told(Found::Figures(nothing)).contains("Topics: nothing yet: "));
    }
}
