//! The formulas about people and teams on `/docs`, with the constants that the code computes with.
use maud::Markup;
use maud::html;

use crate::pipeline::formulas::people;
use crate::web::pages::docs::heading;

/// What hangs on few people, how people come in and take part, and how knowledge flows.
#[must_use]
pub fn people() -> Markup {
    html! {
        (heading("people"))
        p {
            "At risk is a file that at most one active person wrote or reviewed (Mirsaeedi and Rigby 2020), and an area, language or "
            "technology that at most one active person holds with medium confidence or more; how many have only first signs is told, and nobody "
            "is named by these. Active is a member who opened a pull request or reviewed one in the last "
            (people::ACTIVE_DAYS) " days. Who holds something is named, who doesn't is not; whoever wasn't seen is said to be not seen since a "
            "day, without a reason and without a guess at what follows. Where an organisation's settings ask people first, whoever didn't agree "
            "to be asked is \"one person\" here, and nothing is told of what would be lost with them."
        }
        p { "If somebody were gone, what only they know or hold would be lost. Nearest to it is whoever has most of" }
        p.formula {
            "changes + " (people::REVIEW) " × reviews + " (people::APPLIED) " × applied lessons + " (people::BESIDE)
            " × (changes + " (people::REVIEW) " × reviews) beside it"
        }
        p {
            "Beside a part of the code lie the three that were changed together with it most, beside an area those that are close to it. Applied "
            "lessons count of people who show them on their page. The weight of a review is published, the other two are judgement; the sum is "
            "shown to nobody, and its parts are the reason in words."
        }
        p {
            "How people come in is told as medians in whole weeks over people who joined at least " (people::FOLLOWED_DAYS) " days ago, with the "
            "90% interval of the sign test where neither end is the first or the last of them, and as the share of comments that land, the mean of "
            "the m people's own shares, so that whoever says most isn't the figure, in whole hundredths:"
        }
        p.formula { "share = Σ (landedᵢ / givenᵢ) / m ± 1.645 × √(Σ (landedᵢ / givenᵢ − share)² / (m − 1) / m)" }
        p {
            "Somebody's first activity in the first " (people::LEAD_IN_DAYS) " days of what is known doesn't tell when they joined. Every such figure "
            "speaks of " (people::K) " people or more, and so does whatever can be worked out from two of them."
        }
        p {
            "Each month everybody is in one pair at most of whom one thanked the other for something that landed: the pair with most evidence first, 1 − "
            "(1 − p₁)(1 − p₂)… over its lessons. Only the two of them see it."
        }
        p {
            "Knowledge can flow on with each review that ends later than the one by which it came (Dorner and others). Within a window of some "
            "weeks the median over people of how many others it can have reached is an upper bound; beside it stand the lessons that landed between teams."
        }
    }
}
