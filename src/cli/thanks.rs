//! `peerlore thanks`
use std::io::Write;

use chrono::NaiveDate;
use clap::Args;
use serde::Serialize;
use sqlx::PgConnection;

use crate::cli::arguments;
use crate::cli::organisation;
use crate::config::Config;
use crate::model::clock::Time;
use crate::pipeline::participation;

/// Show whom somebody may thank for a month, or who thanks them: one sentence at most, for these two people only.
#[derive(Debug, Args)]
#[command(after_help = "Example: peerlore thanks octocat --month 2026-05")]
pub struct Thanks {
    /// The person's login
    #[arg(value_parser = arguments::login)]
    login: String,
    /// The month, once it is over
    #[arg(long, value_name = "YYYY-MM", value_parser = arguments::past_month)]
    month: NaiveDate,
    /// The organisation; needed where several are known
    #[arg(long, value_name = "LOGIN", value_parser = arguments::login)]
    org: Option<String>,
    /// Print the result as JSON
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Answer {
    organisation: String,
    login: String,
    month: String,
    thanks: Option<participation::Thanks>,
}

/// Prints the sentence.
///
/// # Errors
/// When nobody is shown by that login.
pub async fn run(config: Config, command: Thanks) -> anyhow::Result<()> {
    organisation::told(
        &config,
        command.json,
        async |conn, at| answer(conn, &command, at).await,
        |out, answer| Ok(print(out, answer)?),
    )
    .await
}

async fn answer(conn: &mut PgConnection, command: &Thanks, at: Time) -> anyhow::Result<Answer> {
    let tenant = organisation::chosen(conn, command.org.as_deref()).await?;
    let person = organisation::person(conn, &tenant, &command.login).await?;
    let reader = organisation::as_person(conn, tenant.id, person.id).await?;
    Ok(Answer {
        thanks: participation::thanks(conn, &reader, (command.month, at)).await?,
        organisation: tenant.login,
        login: person.login,
        month: command.month.format("%Y-%m").to_string(),
    })
}

fn print(out: &mut impl Write, answer: &Answer) -> std::io::Result<()> {
    match &answer.thanks {
        Some(thanks) => {
            writeln!(out, "{}", thanks.words)?;
            writeln!(out, "Only the two of you are shown this.")
        }
        None => writeln!(out, "nothing for {} in {}.", answer.login, answer.month),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::skill::Area;

    fn told(thanks: Option<participation::Thanks>) -> String {
        let answer = Answer {
            organisation: "acme".to_owned(),
            login: "ben".to_owned(),
            month: "2026-05".to_owned(),
            thanks,
        };
        let mut out = Vec::new();
        print(&mut out, &answer).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn it_is_one_sentence_or_none() {
        let thanks = participation::Thanks {
            other: "ana".to_owned(),
            area: Area::Testing,
            pull: "acme/shop#7".to_owned(),
            words: "Thanks to `ana`.".to_owned(),
        };
        assert_eq!(
            told(Some(thanks)),
            "Thanks to `ana`.\nOnly the two of you are shown this.\n"
        );
        assert_eq!(told(None), "nothing for ben in 2026-05.\n");
    }
}
