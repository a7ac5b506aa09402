//! The README against the program: its settings, its commands, what they answer and how they end.
use std::process::Command;
use std::process::Output;

use clap::CommandFactory;
use peerlore::cli::Cli;
use sqlx::ConnectOptions as _;

#[path = "support/database.rs"]
mod database;

const README: &str = include_str!("../README.md");

/// A setting: its variable, its flag and its default, as the table writes them.
type Setting = (String, String, String);

/// The settings that the program has.
fn settings() -> Vec<Setting> {
    let command = Cli::command();
    let of_environment = command.get_arguments().filter_map(|arg| Some((arg, arg.get_env()?)));
    of_environment
        .map(|(arg, variable)| {
            let flag = arg.get_long().expect("a setting has a long flag");
            let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
            let told = help
                .split_once("[default: ")
                .map(|(_, rest)| rest.trim_end_matches(']').to_owned());
            let values: Vec<&str> = arg
                .get_default_values()
                .iter()
                .filter_map(|value| value.to_str())
                .collect();
            let default = match (values.as_slice(), told) {
                ([], Some(words)) => words,
                ([], None) => "none".to_owned(),
                (values, _) => values.join(","),
            };
            (variable.to_string_lossy().into_owned(), format!("--{flag}"), default)
        })
        .collect()
}

/// The settings in the README's table.
fn table() -> Vec<Setting> {
    let rows = README
        .lines()
        .filter(|line| line.starts_with("| `") && line.contains("| `--"));
    rows.map(|row| {
        let cells: Vec<String> = row.split('|').map(|cell| cell.trim().replace('`', "")).collect();
        (cells[1].clone(), cells[2].clone(), cells[3].clone())
    })
    .collect()
}

/// The lines of the README's code blocks of one language.
fn code(language: &str) -> Vec<&'static str> {
    let mut inside = false;
    let mut lines = Vec::new();
    for line in README.lines().map(str::trim) {
        match line.strip_prefix("```") {
            Some(opened) => inside = !inside && opened == language,
            None if inside => lines.push(line),
            None => {}
        }
    }
    lines
}

/// What stands between backticks in the README's text.
fn quoted() -> Vec<&'static str> {
    README
        .lines()
        .filter(|line| !line.trim_start().starts_with("```"))
        .flat_map(|line| line.split('`').skip(1).step_by(2))
        .collect()
}

/// Every command and command of a command.
fn commands(of: &clap::Command) -> Vec<clap::Command> {
    let below = of.get_subcommands().filter(|command| command.get_name() != "help");
    below
        .flat_map(|command| std::iter::once(command.clone()).chain(commands(command)))
        .collect()
}

/// The lines in a command's help that show how to call it.
fn examples(command: &clap::Command) -> Vec<String> {
    let after = command.get_after_help().map(ToString::to_string).unwrap_or_default();
    let calls = after
        .lines()
        .filter_map(|line| line.find("peerlore ").map(|at| line[at..].to_owned()));
    calls.filter(|_| after.starts_with("Example")).collect()
}

fn parses(line: &str) -> Result<(), String> {
    let words = line.split_whitespace();
    Cli::command()
        .try_get_matches_from(words)
        .map(drop)
        .map_err(|error| format!("{line}: {error}"))
}

/// The program with nothing set but a data folder of its own.
fn peerlore(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_peerlore"));
    for (variable, _, _) in settings() {
        command.env_remove(variable);
    }
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("readme");
    command.env("PEERLORE_DATA_DIR", folder).args(arguments);
    command
}

fn output(command: &mut Command) -> Output {
    command.output().expect("the program starts")
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// The program failed with 1 and one plain line that holds these words; gives the line.
#[track_caller]
fn fails(command: &mut Command, words: &[&str]) -> String {
    let output = output(command);
    let said = said(&output);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert_eq!(said.lines().count(), 1, "{said}");
    assert!(said.starts_with("peerlore: "), "{said}");
    for word in words {
        assert!(said.contains(word), "{word:?} is not in: {said}");
    }
    assert!(output.stdout.is_empty());
    said
}

#[test]
fn the_table_holds_every_setting_with_its_default_and_no_other() {
    assert!(settings().len() > 10);
    assert_eq!(table(), settings());
}

#[test]
fn every_setting_is_in_the_help_of_a_command() {
    let help = String::from_utf8(output(&mut peerlore(&["serve", "--help"])).stdout).expect("text");
    for (variable, flag, _) in settings() {
        assert!(
            help.contains(&flag) && help.contains(&format!("[env: {variable}")),
            "{variable}"
        );
    }
}

#[test]
fn a_secret_in_the_environment_is_not_in_the_help() {
    let mut command = peerlore(&["serve", "--help"]);
    command.env("PEERLORE_WEBHOOK_SECRET", "hunter2-webhooks");
    command.env("DATABASE_URL", "postgres://someone:hunter2-database@127.0.0.1/x");
    let help = String::from_utf8(output(&mut command).stdout).expect("text");
    assert!(!help.contains("hunter2"), "{help}");
}

#[test]
fn every_variable_in_the_readme_is_a_setting() {
    let known = settings();
    let words = README.split(|c: char| !(c.is_ascii_uppercase() || c == '_'));
    for word in words.filter(|word| word.starts_with("PEERLORE_")) {
        assert!(known.iter().any(|(variable, _, _)| variable == word), "{word}");
    }
}

#[test]
fn the_two_commands_are_there() {
    assert!(code("sh").contains(&"cargo run --release -- demo"));
    assert!(code("sh").contains(&"cargo test"));
}

#[test]
fn every_command_line_in_the_readme_parses() {
    let lines: Vec<&str> = code("sh")
        .into_iter()
        .chain(quoted())
        .filter(|line| line.starts_with("peerlore "))
        .collect();
    assert!(lines.len() > 12, "{lines:?}");
    let wrong: Vec<String> = lines.iter().filter_map(|line| parses(line).err()).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_command_shows_an_example_that_parses() {
    let all = commands(&Cli::command());
    assert!(all.len() > 12);
    for command in &all {
        let examples = examples(command);
        assert!(
            !examples.is_empty(),
            "peerlore {} --help shows no example",
            command.get_name()
        );
        for example in examples {
            parses(&example).unwrap_or_else(|wrong| panic!("{wrong}"));
        }
    }
}

#[test]
fn every_file_that_the_readme_links_to_is_there() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let links = README.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    for link in links.filter(|link| !link.contains("://") && !link.starts_with('#')) {
        assert!(root.join(link).exists(), "{link}");
    }
}

#[test]
fn help_and_version_end_with_0() {
    for arguments in [&["--help"][..], &["--version"], &["suggest", "--help"]] {
        let output = output(&mut peerlore(arguments));
        assert_eq!(output.status.code(), Some(0), "{arguments:?}");
        assert!(!output.stdout.is_empty());
    }
}

#[test]
fn a_command_line_that_makes_no_sense_ends_with_2() {
    let wrong: [&[&str]; 13] = [
        &[],
        &["frobnicate"],
        &["serve", "--workers", "0"],
        &["suggest", "--repo", "nonsense", "--files", "a"],
        &["suggest", "--repo", "a/b"],
        &["experts", "--area", "juggling"],
        &["backfill", "--repo", "nonsense"],
        &["backfill", "--since", "9999-01-01"],
        &["sweep", "--since", "31.1.2026"],
        &["suggest", "--repo", "a/b", "--pull=-5"],
        &["opt-out", "https://github.com/acme/shop"],
        &["replay", "--last", "0"],
        &["replay", "--last", "2001"],
    ];
    for arguments in wrong {
        let output = output(&mut peerlore(arguments));
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {}", said(&output));
        assert!(output.stdout.is_empty());
    }
}

#[test]
fn a_wrong_area_lists_the_right_ones() {
    let said = said(&output(&mut peerlore(&["experts", "--area", "juggling"])));
    assert!(
        said.contains("concurrency") && said.contains("error-handling"),
        "{said}"
    );
}

#[test]
fn serve_with_an_app_and_without_its_secret_says_what_to_set() {
    fails(
        &mut peerlore(&["serve", "--github-app-id", "1"]),
        &["PEERLORE_WEBHOOK_SECRET is not set", "set-up page"],
    );
}

#[test]
fn an_address_that_is_none_is_refused() {
    fails(
        &mut peerlore(&["serve", "--url", "nonsense"]),
        &["PEERLORE_URL is no address", "https://peerlore.example.com"],
    );
    let output = output(&mut peerlore(&["serve", "--listen", "localhost"]));
    assert_eq!(output.status.code(), Some(2));
    assert!(
        said(&output).contains("write it as 127.0.0.1:8080 or localhost:8080"),
        "{}",
        said(&output)
    );
}

#[test]
fn half_of_the_credentials_is_refused() {
    let mut command = peerlore(&["serve", "--webhook-secret", "0123456789abcdef", "--github-app-id", "1"]);
    fails(&mut command, &["PEERLORE_GITHUB_PRIVATE_KEY_FILE is not; set both"]);
}

#[test]
fn a_file_that_is_not_there_is_named() {
    fails(
        &mut peerlore(&["import", "github-json", "no-such-file.gz"]),
        &["no-such-file.gz can't be opened"],
    );
    fails(
        &mut peerlore(&["eval", "classify", "no-such-file.gz"]),
        &["no-such-file.gz can't be read"],
    );
}

#[test]
fn a_database_that_is_away_is_told_without_its_password() {
    let mut command = peerlore(&["rebuild"]);
    command.env("DATABASE_URL", "postgres://someone:hunter2@127.0.0.1:1/peerlore");
    let said = fails(&mut command, &["DATABASE_URL", "can't be reached", "refused"]);
    assert!(!said.contains("hunter2"), "{said}");
}

#[test]
fn an_address_of_a_database_that_makes_no_sense_is_told_without_its_password() {
    for address in [
        "postgres://someone:hunter2@host:port/x",
        "hunter2",
        "mysql://someone:hunter2@host/x",
    ] {
        let mut command = peerlore(&["rebuild"]);
        command.env("DATABASE_URL", address);
        let said = fails(&mut command, &["DATABASE_URL"]);
        assert!(!said.contains("hunter2"), "{said}");
    }
}

#[tokio::test]
async fn what_is_not_known_is_named() {
    let database = database::fresh_database().await;
    let address = database.pool.connect_options().to_url_lossy();
    let known = |arguments: &[&str]| {
        let mut command = peerlore(arguments);
        command.env("DATABASE_URL", address.as_str());
        command
    };
    fails(
        &mut known(&["suggest", "--repo", "a/b", "--files", "c"]),
        &["a/b isn't known"],
    );
    fails(
        &mut known(&["profile", "nobody"]),
        &["nobody is known by the login \"nobody\""],
    );
    fails(
        &mut known(&["opt-out", "nobody"]),
        &["nobody is known by the login \"nobody\""],
    );
    let empty = output(&mut known(&["experts", "--area", "security", "--json"]));
    assert_eq!(
        (empty.status.code(), empty.stdout.as_slice()),
        (Some(0), b"[]\n".as_slice()),
        "{}",
        said(&empty)
    );
}

/// The keys of the README's table of settings files.
fn file_keys() -> Vec<String> {
    let (_, section) = README.split_once("## Settings of a repository").expect("the section");
    let (section, _) = section.split_once("\n## ").expect("the next section");
    let rows = section
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split('`').next());
    rows.map(str::to_owned).collect()
}

#[test]
fn the_table_of_a_repositorys_settings_has_the_keys_of_the_schema() {
    let schema = peerlore::model::settings::schema::schema();
    let keys = |value: &serde_json::Value| -> Vec<String> {
        value["properties"].as_object().expect("keys").keys().cloned().collect()
    };
    let inner = keys(&schema["definitions"]["PartialIgnore"])
        .into_iter()
        .map(|key| format!("ignore.{key}"));
    let mut known: Vec<String> = keys(&schema)
        .into_iter()
        .filter(|key| key != "ignore")
        .chain(inner)
        .collect();
    let mut told = file_keys();
    known.sort();
    told.sort();
    assert_eq!(told, known);
}

#[test]
fn the_table_of_a_repositorys_settings_tells_their_defaults() {
    let all = serde_json::to_value(peerlore::model::settings::Settings::default()).expect("plain values");
    for key in [
        "max_experts",
        "learner",
        "mentoring_budget",
        "daily_cap",
        "capacity",
        "retention_days",
        "half_life",
    ] {
        assert!(README.contains(&format!("| `{key}` | {} |", all[key])), "{key}");
    }
}

#[test]
fn the_example_of_a_repositorys_settings_is_good() {
    let text = code("toml").join("\n");
    let scope = peerlore::model::settings::parse::Scope::Organisation;
    let read = peerlore::model::settings::parse::parse(text.as_bytes(), scope);
    let settings = peerlore::model::settings::Settings::default().with(&read.expect("a good file"));
    assert_eq!((settings.daily_cap, settings.ignore.paths.len()), (3, 2));
    assert_eq!(settings.own_skills["payments"].name, "Payments");
}
