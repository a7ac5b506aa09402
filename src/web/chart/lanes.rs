//! A timeline: a lane for each thing, months from left to right.
use maud::Markup;
use maud::html;

use crate::model::wording;
use crate::web::chart::Alternative;
use crate::web::chart::fluid;
use crate::web::chart::place;
use crate::web::chart::rows::anchor;

/// Height of a lane, in the page's pixels.
const LANE: u32 = 52;
/// Height of what stands below the lanes.
const SCALE: u32 = 22;
/// Letters of a lane's name that fit on a narrow page.
const NAME: usize = 40;

/// One lane.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Lane {
    /// What it is of.
    pub name: String,
    /// In which month, from 0, how often something was there; months in rising order.
    pub there: Vec<(usize, usize)>,
    /// What is reached by now, in a word; none: nothing yet.
    pub reached: Option<&'static str>,
}

/// The lanes over so many months, the names of some of which stand below. A dot is a month with something in it, its number above it where it
/// is more than one; a ring at the end is what is reached by now.
#[must_use]
pub fn lanes(alternative: &Alternative<'_>, lanes: &[Lane], (months, names): (usize, &[(usize, String)])) -> Markup {
    let number = u32::try_from(lanes.len()).unwrap_or(u32::MAX);
    let end = number.saturating_mul(LANE);
    let at = |month: usize| share(month, months);
    fluid(
        alternative,
        end + SCALE,
        &html! {
            @for (month, _) in names { line.grid x1=(place(at(*month))) x2=(place(at(*month))) y1="0" y2=(end) {} }
            @for (lane, top) in lanes.iter().zip((0..).step_by(LANE as usize)) { (one(lane, top, months)) }
            @for (month, name) in names {
                text.scale x=(place(at(*month))) y=(end + 16) text-anchor=(anchor(at(*month))) { (name) }
            }
        },
    )
}

fn one(lane: &Lane, top: u32, months: usize) -> Markup {
    let middle = top + 38;
    let at = |month: usize| place(share(month, months));
    let (first, last) = (lane.there.first(), lane.there.last());
    html! {
        text x="0" y=(top + 15) { (wording::shortened(&lane.name, NAME)) }
        line.rail x1="0" x2="100%" y1=(middle) y2=(middle) {}
        @if let (Some((first, _)), Some((last, _))) = (first, last) {
            line.learns x1=(at(*first)) x2=(at(*last)) y1=(middle) y2=(middle) {}
            @if lane.reached.is_some() { line.learns.later x1=(at(*last)) x2="98%" y1=(middle) y2=(middle) {} }
        }
        @for (month, times) in &lane.there {
            circle.learns cx=(at(*month)) cy=(middle) r="6" {}
            @if *times > 1 { text.times x=(at(*month)) y=(middle - 10) text-anchor=(anchor(share(*month, months))) { (times) } }
        }
        @if let Some(word) = lane.reached {
            circle.reached cx="98%" cy=(middle) r="6" {}
            text.figure x="100%" y=(top + 15) text-anchor="end" { (word) }
        }
    }
}

/// The place of a month: the last one leaves room for what is reached after it.
#[expect(clippy::cast_precision_loss, reason = "a few years of months")]
fn share(month: usize, months: usize) -> f64 {
    0.02 + 0.90 * month as f64 / (months.max(2) - 1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lane_has_a_dot_a_month_and_a_ring_for_what_is_reached() {
        let alternative = Alternative {
            id: "time",
            title: "My timeline",
            shows: "One area.",
        };
        let lane = |name: &str, there: &[(usize, usize)], reached| Lane {
            name: name.to_owned(),
            there: there.to_vec(),
            reached,
        };
        let drawn = lanes(
            &alternative,
            &[
                lane("Databases", &[(0, 3), (4, 1)], Some("learned")),
                lane("<script>", &[], None),
            ],
            (5, &[(0, "Jan 2026".to_owned()), (4, "May 2026".to_owned())]),
        );
        insta::assert_snapshot!(drawn.into_string().replace("><", ">\n<"), @r#"
        <svg class="drawing" width="100%" height="126" role="img" aria-labelledby="time-title time-shows">
        <title id="time-title">My timeline</title>
        <desc id="time-shows">One area.</desc>
        <line class="grid" x1="2%" x2="2%" y1="0" y2="104">
        </line>
        <line class="grid" x1="92%" x2="92%" y1="0" y2="104">
        </line>
        <text x="0" y="15">Databases</text>
        <line class="rail" x1="0" x2="100%" y1="38" y2="38">
        </line>
        <line class="learns" x1="2%" x2="92%" y1="38" y2="38">
        </line>
        <line class="learns later" x1="92%" x2="98%" y1="38" y2="38">
        </line>
        <circle class="learns" cx="2%" cy="38" r="6">
        </circle>
        <text class="times" x="2%" y="28" text-anchor="start">3</text>
        <circle class="learns" cx="92%" cy="38" r="6">
        </circle>
        <circle class="reached" cx="98%" cy="38" r="6">
        </circle>
        <text class="figure" x="100%" y="15" text-anchor="end">learned</text>
        <text x="0" y="67">&lt;script&gt;</text>
        <line class="rail" x1="0" x2="100%" y1="90" y2="90">
        </line>
        <text class="scale" x="2%" y="120" text-anchor="start">Jan 2026</text>
        <text class="scale" x="92%" y="120" text-anchor="end">May 2026</text>
        </svg>
        "#);
    }
}
