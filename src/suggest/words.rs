//! The comment on a pull request: two visible lines at most, the rest folded away, and nobody is pinged.
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

/// The parts in the order in which they tell most to somebody who reads one line: the strongest reason of each.
const TELLING: [ScorePart; 9] = [
    ScorePart::Owner,
    ScorePart::Paths,
    ScorePart::Adjacent,
    ScorePart::Skill,
    ScorePart::OtherTeam,
    ScorePart::Goal,
    ScorePart::Load,
    ScorePart::Pair,
    ScorePart::Activity,
];

/// Where the comment's links lead, and which repository it stands in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CommentLinks<'a> {
    /// The page that says why these two; none where its readers can't open it.
    pub details_url: Option<&'a str>,
    /// The page that says what is stored and who sees it; none where its readers can't open it.
    pub docs_url: Option<&'a str>,
    /// The repository, `owner/name`.
    pub repo: &'a str,
}

/// The comment, or none where nothing is worth saying: nobody is suggested for either place.
///
/// The same suggestion always gives the same text.
#[must_use]
pub fn comment(suggestion: &Suggestion, links: &CommentLinks<'_>) -> Option<String> {
    let mut visible = Vec::new();
    if let Slot::Picked(pick) = &suggestion.expert {
        visible.push(line("Knows this change", pick));
    }
    if let Slot::Picked(pick) = &suggestion.learner {
        visible.push(line("Would learn from it", pick));
    }
    if visible.is_empty() {
        return None;
    }
    let mut text = format!("{MARKER}\n{}\n\n", visible.join("\n"));
    text.push_str("<details><summary>Why, and how to accept, decline or turn this off</summary>\n\n");
    text.push_str(&slot("Someone who knows", &suggestion.expert));
    text.push_str(&slot(
        "Someone who would learn, beside a reviewer who knows",
        &suggestion.learner,
    ));
    text.push_str(&how(links));
    text.push_str("\n</details>\n");
    Some(text)
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

fn slot(title: &str, slot: &Slot) -> String {
    match slot {
        Slot::Picked(pick) => {
            let reasons = pick
                .reasons
                .iter()
                .map(|reason| format!("\n- {}", quiet(&reason.words)));
            format!("{title}: {}\n{}\n\n", code(&pick.login), reasons.collect::<String>())
        }
        Slot::AlreadyAsked { who } if who.is_empty() => format!("{title}: somebody is asked already\n\n"),
        Slot::AlreadyAsked { who } => {
            let who: Vec<String> = who.iter().map(|name| code(name)).collect();
            format!("{title}: {} already asked\n\n", who.join(", "))
        }
        Slot::Nobody { why } => format!("{title}: {}\n\n", quiet(why)),
    }
}

fn how(links: &CommentLinks<'_>) -> String {
    let repo = code(links.repo);
    let mut text = format!(
        "What you can do:\n\n\
         - To accept, request the review under Reviewers in the sidebar. Peerlore has asked and notified nobody.\n\
         - To decline, do nothing.\n\
         - To be left out of everything, ask whoever runs Peerlore for {repo} to run `peerlore opt-out LOGIN`.\n\
         - To turn this off, whoever runs Peerlore for {repo} sets `PEERLORE_SURFACE=web`.\n"
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
