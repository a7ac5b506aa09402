//! How the figures of `/replay` are worked out, on `/docs`.
use maud::Markup;
use maud::html;

use crate::model::settings::Settings;
use crate::pipeline::formulas::ranking;
use crate::pipeline::formulas::replay as replayed;
use crate::web::pages::docs::heading;
use crate::web::prose;

/// What is replayed, and how each figure is worked out.
#[must_use]
pub fn replay(settings: &Settings) -> Markup {
    html! {
        (heading("replay"))
        p {
            "The replay goes through the organisation's own pull requests in the order in which they were opened. Each one is asked about with only "
            "what was closed before it; nothing that came later counts, but where its files were never read (an import without them): there the places "
            "that were commented on stand for them, and the page says of how many. Asked about are the last ones that somebody reviewed, that are closed and "
            "whose author may appear. With fewer than " (replayed::ENOUGH) " of them no figure is shown. Every way of choosing lives in a world of "
            "its own: whoever it chose knows the files once that pull request is closed."
        }
        dl.terms {
            dt { "our pick" }
            dd {
                "the best by folders, author and here of the score " a href="#ranking" { "above" } ", less " (ranking::LOAD)
                " × open / (open + 3). Nobody is picked with " (settings.capacity) " open reviews, with " (settings.daily_cap)
                " picks within a day, or who did nothing for " (ranking::IDLE_DAYS) " days. Open are the reviews that this replay's own picks took, and "
                "those of everybody who wasn't replaced, until the pull request is closed, and " (replayed::OPEN_DAYS) " days at most. Skills, "
                "owners and absences of the past aren't known and count nothing"
            }
            dt { "expert only" }
            dd {
                "the best by cHRev: for each file own reviews / all, own days with a review / all days, and 1 / days since the own last one when the "
                "file was last reviewed, added up; a file without a review stands for its folder. Load counts nothing"
            }
            dt { "random" }
            dd { "anybody who reviewed in the repository and was active in the last " (replayed::ACTIVE_DAYS) " days" }
            dt { "with a learner" }
            dd {
                "what happened, and one more reviewer in one review of " (replayed::REVIEWS_A_LEARNER) " at most, so the first after "
                (replayed::REVIEWS_A_LEARNER) " of them: whoever, knowing code nearby, would most likely help most files out of risk in the coming "
                (replayed::HORIZON) " quarters, where that is among the best of the last " (replayed::WINDOW)
                " reviews (one in " (replayed::REVIEWS_A_LEARNER) " of them, and more the longer nobody joined). The curve of files at risk has the same with a learner in one review of "
                (prose::listed(&replayed::BUDGETS.map(|budget| budget.to_string()))) " at most"
            }
        }
        p { "Our pick, expert only and random each take the place of one reviewer, on one pull request always the same place. Then:" }
        dl.terms {
            dt { "right pick" }
            dd { "the first choice is one of those who really reviewed; with the interval of Wilson at 95%" }
            dt { "MRR" }
            dd { "mean of 1 / rank of the first who really reviewed, 0 where none is ranked" }
            dt { "expertise" }
            dd { "mean share of a pull request's files that somebody of its reviewers had reviewed before, or had written in a merged change" }
            dt { "at risk" }
            dd {
                "a file that the pull requests asked about touched, and that at most one person ever reviewed who was active in the last "
                (replayed::ACTIVE_DAYS) " days, at the end. A part of the code is a repository's top folder"
            }
            dt { "busiest" }
            dd { "reviews of the " (replayed::CORE) " with most / all reviews; none with no more people than those" }
            dt { "unevenness" }
            dd { "Gini's coefficient over everybody who reviews in any of these worlds; none with fewer than " (replayed::FEWEST_PEOPLE) " people" }
        }
        p.formula { "Gini = sum of (2i − n − 1) × reviewsᵢ / (n × all reviews), from the fewest reviews (i = 1) to the most (i = n)" }
        p {
            "Whoever wasn't asked may have reviewed as well, so a right pick tells how well picks fit habits. Files at risk come from one replay "
            "and have no interval."
        }
    }
}
