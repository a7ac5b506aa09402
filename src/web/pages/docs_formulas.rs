//! The formulas on `/docs`, with the constants that the code computes with.
use maud::Markup;
use maud::html;

use crate::model::lesson::Refusal;
use crate::model::settings::Settings;
use crate::pipeline::formulas::answers;
use crate::pipeline::formulas::edges;
use crate::pipeline::formulas::landing as useful;
use crate::pipeline::formulas::learner as learns;
use crate::pipeline::formulas::leaving as leaves;
use crate::pipeline::formulas::ranking as knows;
use crate::pipeline::formulas::silent as quiet;
use crate::web::pages::docs::heading;
use crate::web::prose;

/// Why comments are passed over, as far as a reader needs it.
const PASSED_OVER: [Refusal; 14] = [
    Refusal::NotHuman,
    Refusal::OptedOut,
    Refusal::NobodyTaught,
    Refusal::Praise,
    Refusal::Acknowledgement,
    Refusal::Formatting,
    Refusal::Question,
    Refusal::BareRequest,
    Refusal::Chatter,
    Refusal::NoArea,
    Refusal::FollowUp,
    Refusal::Unanswered,
    Refusal::SaidOtherwise,
    Refusal::Mechanical,
];

/// When a comment counts.
#[must_use]
pub fn lessons() -> Markup {
    html! {
        (heading("lessons"))
        p {
            "A lesson is one comment, or a thread on one place, in which one person passes something on to another: usually the reviewer "
            "to the author, sometimes the author to a reviewer who asked. Its subject is one of 17 practice areas, and where that can't "
            "be told, it is left. No lesson comes from:"
        }
        ul { @for refusal in PASSED_OVER { li { (refusal.words()) } } }
        p {
            "In a review thread, who taught whom isn't taken for granted: in 360 threads that people read, 24% of the lessons ran from the author "
            "to a reviewer and 7% between reviewers. For each two people a sum over how their comments are meant (a reason, a request, a "
            "question, a yes, a no, code; " code { "src/teach/model/threads.json" } " has every weight by name) says how likely one taught the other, and "
            "another one what came of it. On threads that it hadn't seen, four of five pairs that it tells are right, and it finds four of five "
            "(" code { "peerlore eval threads --cross-validate" } "). An explanation that nobody answered counts as given there. In a conversation, where subjects mix, only what gives a reason counts, and "
            "what the author explains only where somebody acknowledged it."
        }
        p {
            "Where the subject is wrong, whoever wrote the comment or was told something by it corrects it on their own page, by “wrong "
            "label”: it counts at once and stays until the text is edited or they undo it. The writer's word comes before others', the "
            "latest before earlier ones. Corrections also measure the classifier, each organisation's by themselves; since only what "
            "somebody found wrong is corrected, that figure is no accuracy of all that was read."
        }
    }
}

/// A figure with its sign: "+0.56", "−0.53".
fn signed(figure: f64) -> String {
    if figure < 0.0 {
        format!("−{}", -figure)
    } else {
        format!("+{figure}")
    }
}

/// Was it useful, and did it land?
#[must_use]
pub fn landing() -> Markup {
    let rows = [
        ("any comment that counts", useful::BASE, true),
        ("code in its text", useful::CODE, true),
        ("a word of proposing in its text", useful::PROPOSES, true),
        ("per ln(1 + characters)", useful::LENGTH, true),
        (
            "the next push changes a line within 3 of the commented one",
            useful::WITHIN_3,
            true,
        ),
        ("the next push changes a line 4 to 10 away", useful::WITHIN_10, true),
        ("the next push changes the file, elsewhere", useful::SAME_FILE, true),
        ("the next push leaves the file as it was", useful::UNTOUCHED, true),
        ("there is no later push", useful::NO_LATER_PUSH, true),
        (
            "the suggested lines were applied (as a change within 3 lines, and besides)",
            useful::APPLIED,
            false,
        ),
        ("an acknowledging reply", useful::ACKNOWLEDGED, false),
        ("the other one disagrees", useful::DISAGREED, false),
        (
            "resolved by the author without a change",
            useful::RESOLVED_UNCHANGED,
            false,
        ),
        ("a thumbs-up", useful::THUMBS_UP, false),
    ];
    html! {
        (heading("landing"))
        p { "Whether a comment was useful is a probability: the parts that apply are added up, and" }
        p.formula { "p = 1 / (1 + exp(−sum))" }
        div.scroll tabindex="0" role="region" aria-label="Parts of the sum" {
            table {
                caption.hidden { "Parts of the sum" }
                thead { tr { th scope="col" { "Part" } th.number scope="col" { "Adds" } th scope="col" { "From" } } }
                tbody {
                    @for (what, weight, measured) in rows {
                        tr { th scope="row" { (what) } td.number { (signed(weight)) } td { @if measured { "measured" } @else { "judgement" } } }
                    }
                }
            }
        }
        p {
            "Measured means fitted on public comments that people rated for usefulness. The judgements together count ±"
            (useful::JUDGEMENT_LIMIT) " at most. The next push is the first one after others could read the comment, so after its review was submitted. Where no diffs are "
            "known, the parts about pushes are left out and confidence stays low."
        }
        p {
            "It landed where a change within 10 lines, an applied suggestion or an acknowledging reply shows it. A useful comment without "
            "such a sign counts as given, and stays out of the strength below. A yes that the same person takes back later is a no, unless the lines "
            "changed. “Said to be new” is what the other one wrote; it is no proof that it stayed."
        }
        p {
            "On their own page people are asked once a week at most whether a comment taught them something. From " (answers::MIN_ANSWERS)
            " answers of " (answers::MIN_PEOPLE) " people on, an organisation gets weights of its own, where these foretell its answers better "
            "than the weights above by more than two standard errors (both with a base of the answers, for people whose answers they were not fitted on), and as long as they do. Each weight stays near the one above, within a "
            "standard deviation of " (answers::PRIOR_FITTED) ", " (answers::PRIOR_JUDGED) " for a judgement, " (answers::PRIOR_LENGTH) " for the length; a judgement that "
            (answers::MIN_WITH) " answers of " (answers::MIN_PEOPLE_WITH) " people bear counts as measured. The base is set so that the mean p of these comments stays what it was: p goes on meaning “useful”. One person's answers say "
            (prose::percent(answers::MOST_OF_ONE)) " of all at most. Nobody else sees what somebody answered, and one answer alone changes nothing. "
            "An admin sees the weights by " code { "peerlore eval landing --from-answers" } "."
        }
    }
}

/// Who passed on what, how sure, and what was learned.
#[must_use]
pub fn graph() -> Markup {
    html! {
        (heading("graph"))
        p { "All lessons of one pull request from one person to another in one area count as one, which grows with each of them but never beyond 1:" }
        p.formula { "P = 1 − (1 − p₁)(1 − p₂)…" }
        p { "Over pull requests they add up and fade. For who is current, and for a person's own page:" }
        p.formula {
            "S = sum of P × (" (edges::FLOOR) " + " (1.0 - edges::FLOOR) " × 2^(−age / " (edges::CURRENT_HALF_LIFE) " days))" br;
            "S = sum of P × 2^(−age / " (edges::PROFILE_HALF_LIFE) " days)"
        }
        p {
            "Of one week, no more than " (edges::BURST_PULLS) " pull requests' worth between the same two people counts in an area: praising each "
            "other all day makes nobody look surer."
        }
        p {
            "How sure: pull requests whose diffs are known, each faded like the first formula, are added up. Below 3 is low, to 8 medium, "
            "above that high. What is low is called a first sign."
        }
        p { "The share of comments that are useful, with its 90% interval, over landed and given lessons:" }
        p.formula { "Beta(" (edges::PRIOR_LANDED) " + sum of p, " (edges::PRIOR_NOT) " + sum of (1 − p))" }
        p {
            "“Applied feedback” is all that a change after a comment shows. “Learned” needs a later sign without the teacher: either own "
            "advice in that area to somebody else landed, or nobody had to tell them again although at least "
            (edges::EXPECTED_AT_LEAST) " such comments would have been expected by chance (so that none is below 5%)."
        }
        p.formula { "expected = sum over later pull requests of told / reviewed" }
        p {
            "Only later pull requests with files in a language count in which they were taught the area; of several languages the highest "
            "share counts. Reviewed are the organisation's pull requests of the last " (edges::RATE_DAYS) " days with files in that language "
            "(the newest " (edges::GROUND_PULLS) " pull requests at most), told are those whose author got a lesson on the area in that language. On both sides "
            "only closed pull requests with known files count on which somebody else spoke, and nobody who is out of everything."
        }
    }
}

/// Who could review: somebody who knows.
#[must_use]
pub fn ranking(settings: &Settings) -> Markup {
    html! {
        (heading("ranking"))
        p {
            "Nobody is suggested who wrote a part of the change, is a bot, no member, away, out of everything, has " (settings.capacity)
            " open reviews (or as many as they chose), had " (settings.daily_cap) " suggestions within a day, or was not seen for "
            (knows::IDLE_DAYS) " days. Where somebody is asked already, nobody else is suggested for that place. For those who remain:"
        }
        p.formula {
            "score = folders + author + here + " (knows::SKILL) " × skill + " (knows::TEACH_GOAL) " × offer + "
            (knows::OWNER) " × owned − " (knows::LOAD) " × open / (open + 3)"
        }
        p {
            "The first three are sums of signals, each times a weight that the repository's own past teaches: after every review that is "
            "closed, the weights move so that whoever reviewed becomes likelier. One more in the score is about 2.7 times as likely. A signal "
            "that is a share of everybody's counts as ln(1 + share / " (knows::memory::LITTLE) "), a time that has passed as 1 / (1 + days / "
            (knows::memory::A_WHILE) ")."
        }
        dl.terms {
            dt { "folders" }
            dd {
                "for every folder above the changed files: ln(1 + all changes / changes in it) × share of the files in it × own / (all + 1), "
                "once halved every " (knows::memory::PLACES[0]) " days and once every " (knows::memory::PLACES[1])
                "; the same by names of files and folders (" (knows::memory::NAMES[0]) " and " (knows::memory::NAMES[1]) " days), by changes "
                "written there (" (knows::memory::PLACES[2]) " days) and by the last few changes; less the share of all reviews, since who "
                "reviews everything has touched every folder. Changes of more than " (knows::MOST_FILES) " files don't count."
            }
            dt { "author" }
            dd { "own reviews of this author, halved every " (knows::memory::PAIR) " days, and how long ago the last one was" }
            dt { "here" }
            dd {
                "how long ago they reviewed or wrote anything here, whether they reviewed the last change, and how much more often they "
                "review than all of this tells"
            }
            dt { "skill" }
            dd {
                "for the areas that comments in these folders are about: share of the area × S / (S + " (knows::HALF_STRENGTH)
                ") × trust, where trust is 0.5 for low, 0.8 for medium and 1 for high confidence"
            }
            dt { "offer" }
            dd { "share of the first of these areas that they offered to teach" }
            dt { "owned" }
            dd { "share of the files that they own by the base branch's CODEOWNERS, themselves or through a team; owners come first" }
        }
        p {
            "Somebody is suggested with at least " (knows::LEAST_EVIDENCE) " faded changes on the paths, or a skill match of "
            (knows::LEAST_MATCH) " that is more than a first sign, or " (knows::LEAST_PAIR) " faded review of this author; otherwise nobody is. "
            "An owner is suggested without any of these. The weights of skill, offer, owned and load are a judgement. This is " code { (knows::MODEL) } "."
        }
        p {
            "Whoever wrote " code { "/peerlore not-me" } " is left out on that pull request. What they did in its folders before counts for "
            "nothing for " (knows::DECLINED_DAYS) " days, and their S in its areas counts × (1 − 2^(−days / " (knows::DECLINED_DAYS) "))."
        }
    }
}

/// Somebody who would learn.
#[must_use]
pub fn learner(settings: &Settings) -> Markup {
    html! {
        h3 { "Somebody who would learn" }
        p {
            "Only beside somebody who can judge the change, at most " (settings.mentoring_budget) " times in seven days for one person, "
            "never twice in a row within " (learns::IN_A_ROW_DAYS) " days, "
            "on changes of at most " (knows::MOST_FILES) " files, and never somebody who is at home in these folders already (" (learns::AT_HOME) " changes there) or has no footing next to them:"
        }
        p.formula {
            "score = " (learns::LANGUAGE) " × language + " (learns::NEIGHBOUR) " × neighbour + " (learns::RELATED) " × related + "
            (learns::HERE) " × here + " (learns::OWN_CODE) " × own code + " (learns::GOAL) " × goal + "
            (learns::OTHER_TEAM) " if from another team − load"
        }
        p {
            "Language, neighbouring folders and having been here before count as n / (n + " (knows::HALF_STRENGTH) "); a related skill counts "
            "half of the same one; a goal counts twice the area's share, 1 at most. The first five together must reach "
            (learns::LEAST_FOOTING) "."
        }
        p {
            "Own code counts 1 where the others of their team hold " (learns::TEAMS_OWN) " or more of what is known, faded, of the folder that "
            "most files lie in. Whoever has been here for less than " (learns::ONBOARDING_DAYS) " days comes first there, and no reason says so. Since "
            "when somebody is here is known where the list of members changed since Peerlore was installed, or where the first thing they did "
            "comes at least " (learns::ONBOARDING_DAYS) " days after the first of all. Then another team comes first, and a team-mate last. Among "
            "those within " (learns::NEAR) " of the best, the one whose last turn "
            "lies furthest back is suggested. All of these weights are a judgement."
        }
    }
}

/// Silent experts.
#[must_use]
pub fn silent() -> Markup {
    let [b0, b1, b2] = quiet::DEFAULTS.b;
    html! {
        (heading("silent"))
        p {
            "For each person and part of the code over the last 365 days: E, own merged changes, halved every 365 days; share, E as a part of "
            "everybody's; O, merged changes by others; R, reviews given on these. What is usual:"
        }
        p.formula { "usual = O × exp(b₀ + b₁ ln(1 + E) + b₂ ln(share + 0.001))" }
        p {
            "The b and the spread k are fitted to the organisation around " (b0) ", " (b1) ", " (b2) " and " (quiet::DEFAULTS.k)
            ", which stand alone below " (quiet::MIN_PEOPLE) " people. What was given as a part of the usual then lies in"
        }
        p.formula { "Gamma(k + R, k + usual)" }
        p {
            "Somebody is shown who is among the " (quiet::TOP) " with most E there, has E of at least " (quiet::MIN_EVIDENCE)
            ", was active in the last " (quiet::MAX_IDLE_DAYS) " days, and gave below " (prose::percent(quiet::QUIET))
            " of the usual with a probability of at least " (prose::percent(quiet::SURE))
            ". Not somebody who is away or left, nor who is often asked and hardly answers: that is a busy expert."
        }
    }
}

/// What would leave with whom, by a git history.
#[must_use]
pub fn leaving() -> Markup {
    let [authorship, made, changed, others] = leaves::AUTHORSHIP;
    let [expertise, adds, made_it, age, size] = leaves::EXPERTISE;
    html! {
        (heading("leaving"))
        p {
            code { "peerlore risk --git" } " reads the history of a local repository and asks how many people would have to leave before fewer "
            "than half of its files have anybody left who knows them. Two answers stand beside each other. As published (Fritz et al. 2010; "
            "Avelino et al. 2016), whoever has at least " (authorship) " and " (prose::percent(leaves::SHARE)) " of a file's highest degree of "
            "authorship is its author:"
        }
        p.formula {
            "authorship = " (authorship) " + " (made) " if they made it + " (changed) " × own changes − " (others) " × ln(1 + changes by others)"
        }
        p {
            "Ours takes the degree of expertise (Cury et al. 2022), with " (prose::percent(leaves::SHARE)) " of the highest that anybody has, and "
            "counts only people who did something in the last " (leaves::ACTIVE_DAYS) " days:"
        }
        p.formula {
            "expertise = " (expertise) " + " (adds) " × ln(1 + lines added) + " (made_it) " if they made it − " (age)
            " × ln(1 + days since) − " (size) " × ln(lines of the file)"
        }
        p {
            "Lines fade by e^(−days / " (leaves::FADING) "), those of a change that they reviewed count × " (leaves::REVIEW)
            ", and a review is a last time, too. That reviews count half and that this fading is put into that formula is a judgement. A file "
            "that one active person or nobody ever wrote or reviewed is at risk (Mirsaeedi and Rigby 2020)."
        }
    }
}
