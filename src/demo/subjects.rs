//! What the demo's pull requests are about.
use crate::demo::stories::STORIES;

/// Titles; the slots are those of the first function.
pub const TITLES: [&str; 12] = [
    "Stop {state} {nouns} from blocking the rest",
    "Let dispatchers {verb} {state} {nouns}",
    "{Verb} {state} {nouns} before the cutoff",
    "Fix {state} {nouns} being skipped",
    "Move the checks for {nouns} into one place",
    "Make it safe to {verb} a {noun} twice",
    "Show {state} {nouns} to the depot",
    "{Verb} {nouns} in batches",
    "Count {state} {nouns} by depot",
    "Take {state} {nouns} out of the nightly run",
    "Handle a {noun} without a carrier",
    "Speed up the search for {state} {nouns}",
];

/// Descriptions.
pub const BODIES: [&str; 6] = [
    "The depots reported that {state} {nouns} get lost in the morning batch. This looks at them first.\n\nTested with last week's data.",
    "Part of the work on {state} {nouns}. The old path stays until the handhelds are updated.",
    "We had three tickets about this. I could reproduce it with a {noun} that has no stops.",
    "Follow-up to the discussion in the planning: we {verb} each {noun} once and write down why.",
    "No change in behaviour meant, apart from the {state} {nouns} in the second function.",
    "",
];

/// The pull requests that are left open at the end: repository, author, title, module, and who is asked.
pub const LEFTOVERS: [(&str, &str, &str, usize, Option<&str>); 8] = [
    (
        "route-engine",
        "mateus-prado",
        "Plan detours around closed bridges",
        0,
        Some("hannelore-v"),
    ),
    (
        "dispatch-api",
        "ayla-demir",
        "Reserve dock slots for returned loads",
        2,
        None,
    ),
    (
        "shipper-portal",
        "mei-lindqvist",
        "Show the delay in the booking list",
        0,
        Some("camille-rousset"),
    ),
    (
        "billing-service",
        "nadia-bensaid",
        "Refund surcharges of cancelled trips",
        2,
        Some("greta-holm"),
    ),
    ("warehouse-db", STORIES.example_author, STORIES.example_title, 0, None),
    (
        "driver-app",
        "amara-nwosu",
        "Keep signatures when the upload fails",
        0,
        None,
    ),
    ("eta-models", "kofi-annor", "Learn arrival times by lane", 0, None),
    (
        "route-engine",
        "yuki-tanabe",
        "Let the solver give up early",
        0,
        Some("hannelore-v"),
    ),
];
