//! Rows below each other on one scale: a name, a figure, and a bar or an interval.
use maud::Markup;
use maud::html;

use crate::model::wording;
use crate::web::chart::Accent;
use crate::web::chart::Alternative;
use crate::web::chart::fluid;
use crate::web::chart::place;

/// Height of a row, in the page's pixels.
const ROW: u32 = 44;
/// Height of what stands below the rows.
const SCALE: u32 = 20;
/// Letters of a name that fit beside its figure on a narrow page; the table has the whole.
const NAME: usize = 30;

/// What is drawn in a row, by shares of the scale.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Mark {
    /// A bar from the beginning.
    Bar(f64),
    /// An interval, with a mark where its middle is.
    Interval {
        /// Its lower end.
        low: f64,
        /// Its upper end.
        high: f64,
        /// The figure itself.
        point: f64,
    },
    /// The figure itself, without an interval.
    Point(f64),
    /// Nothing: there is too little to tell.
    Nothing,
}

/// One row.
#[derive(Clone, PartialEq, Debug)]
pub struct Row {
    /// What it is of.
    pub name: String,
    /// Its figure, as people read it.
    pub figure: String,
    /// What is drawn.
    pub mark: Mark,
    /// What it stands out in; none: it doesn't.
    pub accent: Option<Accent>,
}

/// The rows, above each other, and below them what the scale's places mean, each by its share.
#[must_use]
pub fn rows(alternative: &Alternative<'_>, rows: &[Row], scale: &[(f64, &str)]) -> Markup {
    let number = u32::try_from(rows.len()).unwrap_or(u32::MAX);
    let end = number.saturating_mul(ROW);
    let height = end + if scale.is_empty() { 0 } else { SCALE };
    fluid(
        alternative,
        height,
        &html! {
            @for (share, _) in scale { line.grid x1=(place(*share)) x2=(place(*share)) y1="0" y2=(end) {} }
            @for (row, top) in rows.iter().zip((0..).step_by(ROW as usize)) { (one(row, top)) }
            @for (share, words) in scale {
                text.scale x=(place(*share)) y=(end + 15) text-anchor=(anchor(*share)) { (words) }
            }
        },
    )
}

fn one(row: &Row, top: u32) -> Markup {
    let accent = match row.accent {
        Some(Accent::Knows) => "knows",
        Some(Accent::Learns) => "learns",
        None => "neither",
    };
    let middle = top + 31;
    html! {
        text x="0" y=(top + 17) { (wording::shortened(&row.name, NAME)) }
        text.figure x="100%" y=(top + 17) text-anchor="end" { (row.figure) }
        rect.rail x="0" y=(middle - 3) width="100%" height="6" rx="3" {}
        @match row.mark {
            Mark::Bar(share) => rect class=(accent) x="0" y=(middle - 6) width=(place(share)) height="12" rx="3" {},
            Mark::Interval { low, high, point } => {
                rect class=(accent) x=(place(low)) y=(middle - 5) width=(place((high - low).max(0.01))) height="10" rx="5" {}
                (dot(point, middle))
            }
            Mark::Point(point) => (dot(point, middle)),
            Mark::Nothing => {}
        }
    }
}

/// A mark at a place, with a rim, so that it is seen on any ground.
fn dot(point: f64, middle: u32) -> Markup {
    html! { circle.point cx=(place(point)) cy=(middle) r="6" {} }
}

/// How a text is held, so that it stays in the drawing at its ends.
pub(super) fn anchor(share: f64) -> &'static str {
    if share < 0.1 {
        "start"
    } else if share > 0.9 {
        "end"
    } else {
        "middle"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_row_says_its_figure_and_stays_on_its_rail() {
        let alternative = Alternative {
            id: "in",
            title: "What came in",
            shows: "Two teams.",
        };
        let row = |name: &str, mark| Row {
            name: name.to_owned(),
            figure: "3".to_owned(),
            mark,
            accent: None,
        };
        let drawn = rows(
            &alternative,
            &[
                row("\"><script>alert(1)</script>", Mark::Bar(7.0)),
                row(
                    "Web",
                    Mark::Interval {
                        low: 0.2,
                        high: 0.2,
                        point: 0.2,
                    },
                ),
                row("Data", Mark::Nothing),
            ],
            &[(0.0, "0%"), (0.5, "50%"), (1.0, "100%")],
        );
        insta::assert_snapshot!(drawn.into_string().replace("><", ">\n<"), @r#"
        <svg class="drawing" width="100%" height="152" role="img" aria-labelledby="in-title in-shows">
        <title id="in-title">What came in</title>
        <desc id="in-shows">Two teams.</desc>
        <line class="grid" x1="0%" x2="0%" y1="0" y2="132">
        </line>
        <line class="grid" x1="50%" x2="50%" y1="0" y2="132">
        </line>
        <line class="grid" x1="100%" x2="100%" y1="0" y2="132">
        </line>
        <text x="0" y="17">&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;</text>
        <text class="figure" x="100%" y="17" text-anchor="end">3</text>
        <rect class="rail" x="0" y="28" width="100%" height="6" rx="3">
        </rect>
        <rect class="neither" x="0" y="25" width="100%" height="12" rx="3">
        </rect>
        <text x="0" y="61">Web</text>
        <text class="figure" x="100%" y="61" text-anchor="end">3</text>
        <rect class="rail" x="0" y="72" width="100%" height="6" rx="3">
        </rect>
        <rect class="neither" x="20%" y="70" width="1%" height="10" rx="5">
        </rect>
        <circle class="point" cx="20%" cy="75" r="6">
        </circle>
        <text x="0" y="105">Data</text>
        <text class="figure" x="100%" y="105" text-anchor="end">3</text>
        <rect class="rail" x="0" y="116" width="100%" height="6" rx="3">
        </rect>
        <text class="scale" x="0%" y="147" text-anchor="start">0%</text>
        <text class="scale" x="50%" y="147" text-anchor="middle">50%</text>
        <text class="scale" x="100%" y="147" text-anchor="end">100%</text>
        </svg>
        "#);
    }
}
