//! What is answered to commands, in short.
use crate::model::command::Name;
use crate::model::command::Nearest;
use crate::suggest::reasons::code;

pub const NOT_YOURS: &str =
    "Only whoever wrote this pull request, or somebody who can triage or write here, can do that.";
pub const CLOSED: &str = "This pull request is closed, so nobody is asked any more.";
pub const DRAFT: &str = "This is a draft. Reviewers are suggested once it is ready for review.";
pub const BY_BOT: &str = "A bot wrote this pull request, so nobody is suggested.";
pub const NOTHING_YET: &str = "Nothing is worked out for this pull request yet. `/peerlore suggest` does it.";
pub const NO_PERSON: &str = "Name one person, as in `/peerlore assign LOGIN`; teams and bots can't be asked this way.";
pub const ENOUGH: &str = "Others were looked for often enough here. `/peerlore assign LOGIN` asks somebody you choose.";
pub const OWN: &str = "You wrote this pull request, so you are not suggested for it anyway.";

/// Nobody of that login can be asked, for whatever reason: why is nobody's business.
pub fn cannot_be_asked(login: &str) -> String {
    format!(
        "{} can't be asked here: nobody of that login can be suggested in this repository.",
        code(login)
    )
}

/// They wrote it, or a part of it.
pub fn wrote_it(login: &str) -> String {
    format!(
        "{} wrote this, at least in part, and nobody reviews their own change.",
        code(login)
    )
}

/// By the settings or by a number of their own: which of them, and what number, is nobody's business.
pub fn has_enough(login: &str) -> String {
    format!(
        "{} has enough on their hands for now. Ask somebody else, or ask again another day.",
        code(login)
    )
}

pub fn asked_already(who: &[String]) -> String {
    let who: Vec<String> = who.iter().map(|name| code(name)).collect();
    if who.is_empty() {
        "Somebody is asked already.".to_owned()
    } else {
        format!("{} already asked.", who.join(", "))
    }
}

pub fn declined(login: &str) -> String {
    format!(
        "GitHub declined to ask {} for a review: only collaborators can be asked.",
        code(login)
    )
}

pub fn help(unknown: Option<Nearest>) -> String {
    let mut text = match unknown {
        Some(Nearest(Some(name))) => {
            format!(
                "There is no such command. Did you mean `/peerlore {}`?\n\n",
                name.word()
            )
        }
        Some(Nearest(None)) => "There is no such command.\n\n".to_owned(),
        None => String::new(),
    };
    let about = |name| match name {
        Name::Suggest => "works the suggestion out anew and shows it",
        Name::Assign => {
            "requests the review of whoever is suggested; `assign learner` and `assign LOGIN` work too (author, triage or write)"
        }
        Name::Reroll => "suggests others (author, triage or write)",
        Name::Why => "says why these, and who was left out in general terms",
        Name::NotMe => "leaves you out here; say `busy`, `not-my-area` or `left-that-code` if you like",
        Name::Help => "says this",
    };
    for name in Name::ALL {
        text.extend(["- `/peerlore ", name.word(), "` ", about(name), "\n"]);
    }
    text
}
