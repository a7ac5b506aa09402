//! What stands on a pull request: a comment with two visible lines at most and the rest folded away, or a check run.
//! Nobody is pinged.
use crate::model::ids::PersonId;
use crate::model::suggestion::Pick;
use crate::model::suggestion::ScorePart;
use crate::model::suggestion::Slot;
use crate::model::suggestion::Suggestion;
use crate::suggest::reasons::code;
use crate::suggest::reasons::harmless;

/// The first line of the comment, by which it is found again; it isn't shown.
pub const MARKER: &str = "<!-- peerlore:suggestion -->";

/// Reasons that stand in a visible line; all of them stand in the details.
const VISIBLE_REASONS: usize = 3;
/// Lines that everybody sees.
const VISIBLE_LINES: usize = 2;

/// The parts in the order in which they tell most to somebody who reads one line: the strongest reason of each.
const TELLING: [ScorePart; 11] = [
    ScorePart::ToLearn,
    ScorePart::Owner,
    ScorePart::Paths,
    ScorePart::Adjacent,
    ScorePart::Skill,
    ScorePart::Offer,
    ScorePart::OtherTeam,
    ScorePart::Goal,
    ScorePart::Load,
    ScorePart::Pair,
    ScorePart::Activity,
];

/// Where the comment's links lead, and which repository it stands in.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct CommentLinks<'a> {
    /// The page that says why these two; none where its readers can't open it.
    pub details_url: Option<&'a str>,
    /// The page that says what is stored and who sees it; none where its readers can't open it.
    pub docs_url: Option<&'a str>,
    /// The repository, `owner/name`.
    pub repo: &'a str,
    /// Whom Peerlore asked to review, with why.
    pub asked: &'a [Pick],
    /// Where readers say whether a place of the suggestion was of use.
    pub votes: &'a [VoteLinks],
}

/// Where readers say of one place of the suggestion whether it was of use.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct VoteLinks {
    /// The place, in words: "who knows".
    pub place: &'static str,
    /// The address for "good".
    pub good: String,
    /// The address for "not useful".
    pub not_useful: String,
}

/// The comment, or none where nothing is worth saying: nobody is suggested for either place.
///
/// The same suggestion always gives the same text.
#[must_use]
pub fn comment(suggestion: &Suggestion, links: &CommentLinks<'_>) -> Option<String> {
    let visible = visible(suggestion, links);
    if visible.is_empty() {
        return None;
    }
    let mut text = format!("{MARKER}\n{}\n\n", visible.join("\n"));
    text.push_str("<details><summary>Why, and how to accept, decline or turn this off</summary>\n\n");
    text.push_str(&both(suggestion, links.asked));
    text.push_str(&how(links));
    text.push_str("\n</details>\n");
    Some(text)
}

/// A check run's title and summary, or none where nothing is worth saying.
#[must_use]
pub fn check(suggestion: &Suggestion, links: &CommentLinks<'_>) -> Option<(String, String)> {
    let visible = visible(suggestion, links);
    if visible.is_empty() {
        return None;
    }
    let asked = links.asked.iter().map(|pick| (pick.login.as_str(), "is asked"));
    let knows = fresh(&suggestion.expert, links.asked).map(|pick| (pick.login.as_str(), "knows this"));
    let learns = fresh(&suggestion.learner, links.asked).map(|pick| (pick.login.as_str(), "would learn"));
    let title: Vec<String> = asked
        .chain(knows)
        .chain(learns)
        .take(VISIBLE_LINES)
        .map(|(login, word)| format!("{} {word}", code(login).trim_matches('`')))
        .collect();
    let summary = format!(
        "{}\n\n{}{}",
        visible.join("\n\n"),
        both(suggestion, links.asked),
        how(links)
    );
    Some((title.join(", "), summary))
}

/// What our check run says once nobody is suggested any more, or a newer head has a suggestion of its own.
#[must_use]
pub fn nobody_in_check() -> (String, String) {
    let title = "Nobody is suggested at the moment";
    (title.to_owned(), format!("{title}.\n"))
}

/// A short answer to somebody who asked for the suggestion: everybody in it with a line of reasons, or why nobody.
#[must_use]
pub fn answer(suggestion: &Suggestion, asked: &[Pick]) -> String {
    let links = CommentLinks {
        details_url: None,
        docs_url: None,
        repo: "",
        asked,
        votes: &[],
    };
    let told = lines(suggestion, &links);
    if told.is_empty() {
        both(suggestion, asked).trim().to_owned()
    } else {
        told.join("\n")
    }
}

/// The lines that everybody sees.
fn visible(suggestion: &Suggestion, links: &CommentLinks<'_>) -> Vec<String> {
    let mut visible = lines(suggestion, links);
    visible.truncate(VISIBLE_LINES);
    visible
}

/// All the reasons, and who was left out in general terms.
#[must_use]
pub fn why(suggestion: &Suggestion, links: &CommentLinks<'_>) -> String {
    let left_out = &suggestion.left_out;
    let counts = [
        (left_out.not_members, "without access"),
        (left_out.away, "away"),
        (left_out.at_capacity, "at the limit of open reviews"),
        (left_out.daily_cap, "suggested often enough today"),
        (
            left_out.mentoring_budget,
            "suggested as a learner often enough this week",
        ),
    ];
    let counts: Vec<String> = counts
        .into_iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, words)| format!("{number} {words}"))
        .collect();
    let left_out = if counts.is_empty() {
        String::new()
    } else {
        format!("Left out: {}.\n\n", counts.join(", "))
    };
    let link = links.details_url.map_or_else(String::new, |url| {
        format!("[How this was worked out]({})\n", address(url))
    });
    format!("{}{left_out}{link}", both(suggestion, links.asked))
}

/// Why somebody is asked, in one line.
#[must_use]
pub fn asked(pick: &Pick) -> String {
    line("Asked to review", pick)
}

/// Whom Peerlore asked, then who else is suggested, a line each.
fn lines(suggestion: &Suggestion, links: &CommentLinks<'_>) -> Vec<String> {
    let asked = links.asked.iter().map(asked);
    let knows = fresh(&suggestion.expert, links.asked).map(|pick| line("Knows this change", pick));
    let learns = fresh(&suggestion.learner, links.asked).map(|pick| line("Would learn from it", pick));
    asked.chain(knows).chain(learns).collect()
}

/// The pick of a place, unless Peerlore has asked them already.
fn fresh<'a>(slot: &'a Slot, asked: &[Pick]) -> Option<&'a Pick> {
    let is_asked = |person: PersonId| asked.iter().any(|asked| asked.person == person);
    match slot {
        Slot::Picked(pick) if !is_asked(pick.person) => Some(pick),
        Slot::Picked(_) | Slot::AlreadyAsked { .. } | Slot::Nobody { .. } => None,
    }
}

/// Both places with all their reasons.
fn both(suggestion: &Suggestion, asked: &[Pick]) -> String {
    let expert = slot("Someone who knows", &suggestion.expert, asked);
    let learner = slot(
        "Someone who would learn, beside a reviewer who knows",
        &suggestion.learner,
        asked,
    );
    format!("{expert}{learner}")
}

/// What our comment says once nobody is suggested any more. It stays, since people have read it, and names nobody.
#[must_use]
pub fn nobody_now(links: &CommentLinks<'_>) -> String {
    let why = links
        .details_url
        .map_or_else(String::new, |url| format!(" ([why]({}))", address(url)));
    format!("{MARKER}\nNobody is suggested for this pull request at the moment{why}.\n")
}

fn line(title: &str, pick: &Pick) -> String {
    let telling = TELLING
        .iter()
        .filter_map(|part| pick.reasons.iter().find(|reason| reason.part == *part));
    let reasons: Vec<String> = telling
        .take(VISIBLE_REASONS)
        .map(|reason| quiet(&reason.words))
        .collect();
    let who = format!("**{title}:** {}", code(&pick.login));
    if reasons.is_empty() {
        who
    } else {
        format!("{who} – {}", reasons.join("; "))
    }
}

fn slot(title: &str, slot: &Slot, asked: &[Pick]) -> String {
    let by_us = |login: &str, person: Option<PersonId>| {
        asked.iter().find(|pick| {
            person.map_or_else(
                || pick.login.eq_ignore_ascii_case(login),
                |person| pick.person == person,
            )
        })
    };
    match slot {
        Slot::Picked(pick) => match by_us(&pick.login, Some(pick.person)) {
            Some(pick) => reasons(title, pick, ", asked by Peerlore"),
            None => reasons(title, pick, ""),
        },
        Slot::AlreadyAsked { who } if who.is_empty() => format!("{title}: somebody is asked already\n\n"),
        Slot::AlreadyAsked { who } => {
            if let ([_], Some(pick)) = (who.as_slice(), who.first().and_then(|login| by_us(login, None))) {
                return reasons(title, pick, ", asked by Peerlore");
            }
            let who: Vec<String> = who.iter().map(|name| code(name)).collect();
            format!("{title}: {} already asked\n\n", who.join(", "))
        }
        Slot::Nobody { why } => format!("{title}: {}\n\n", quiet(why)),
    }
}

fn reasons(title: &str, pick: &Pick, addition: &str) -> String {
    let reasons = pick
        .reasons
        .iter()
        .map(|reason| format!("\n- {}", quiet(&reason.words)));
    let reasons: String = reasons.collect();
    format!("{title}: {}{addition}\n{reasons}\n\n", code(&pick.login))
}

fn how(links: &CommentLinks<'_>) -> String {
    let repo = code(links.repo);
    let asked = if links.asked.is_empty() {
        "Peerlore has asked and notified nobody."
    } else {
        "Peerlore has asked for a review where it says so, and nobody else."
    };
    let mut text = format!(
        "What you can do:\n\n\
         - To accept, comment `/peerlore assign`, or request the review under Reviewers in the sidebar. {asked}\n\
         - To decline, do nothing; `/peerlore reroll` looks for others, and `/peerlore not-me` leaves you out here.\n\
         - To be left out of everything, ask whoever runs Peerlore for {repo} to run `peerlore opt-out LOGIN`.\n\
         - To turn this off for {repo}, set `surface = \"web\"` in its `.github/peerlore.toml` on the default branch.\n"
    );
    let more = [
        ("How this works, what is stored and who sees it", links.docs_url),
        (
            "How this was chosen, and who was left out in general terms",
            links.details_url,
        ),
    ];
    for (words, url) in more {
        if let Some(url) = url {
            text.push_str("- [");
            text.push_str(words);
            text.push_str("](");
            text.push_str(&address(url));
            text.push_str(")\n");
        }
    }
    for vote in links.votes {
        let (good, not_useful) = (address(&vote.good), address(&vote.not_useful));
        let place = vote.place;
        text.extend([format!(
            "- Was it right for {place}? [good]({good}) or [not useful]({not_useful})\n"
        )]);
    }
    text
}

/// Words made by the ranker, once more without anything that pings, breaks a line or opens a tag. Code spans stay
/// where they are whole.
fn quiet(words: &str) -> String {
    let mut kept: String = words.chars().filter_map(harmless).collect();
    if kept.matches('`').count() % 2 == 1 {
        kept.retain(|c| c != '`');
    }
    kept.trim().to_owned()
}

/// An address that can't end its link or start a mention.
fn address(url: &str) -> String {
    let kept = url.chars().filter(|c| !c.is_control());
    let kept = kept.map(|c| match c {
        ' ' | '@' | '<' | '>' | '(' | ')' | '"' | '`' | '|' | '\\' => format!("%{:02X}", u32::from(c)),
        other => other.to_string(),
    });
    kept.collect()
}
