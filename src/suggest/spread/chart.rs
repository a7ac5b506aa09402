//! The curve of files at risk by budget, drawn as text and as SVG.
use std::fmt::Write;

use crate::suggest::spread::curve::Point;
use crate::suggest::spread::history::float;

const ROWS: usize = 12;

const COLUMNS: usize = 60;

/// Lowest change of files at risk that fits, in per cent.
const DEEPEST: f64 = -100.0;

/// A chart in characters: `o` is ours, `x` the best of the others at the same share, `*` both.
#[must_use]
pub fn text(curve: &[Point]) -> String {
    let mut cells = vec![vec![' '; COLUMNS + 1]; ROWS + 1];
    let most = most(curve);
    for (rev_plus, far, mark) in marks(curve) {
        let row = place(far / DEEPEST, ROWS);
        let column = place(rev_plus / most, COLUMNS);
        let cell = &mut cells[row][column];
        *cell = if *cell == ' ' || *cell == mark { mark } else { '*' };
    }
    let mut drawn = String::new();
    for (row, cells) in cells.into_iter().enumerate() {
        let line: String = cells.into_iter().collect();
        let far = 0.0 + DEEPEST * float(row) / float(ROWS);
        // Writing to a text can't fail.
        let _ = writeln!(drawn, "{far:>6.0}% |{}", line.trim_end());
    }
    let _ = writeln!(drawn, "        +{}", "-".repeat(COLUMNS));
    let _ = writeln!(
        drawn,
        "         0%{:>width$}",
        format!("{most:.1}%"),
        width = COLUMNS - 2
    );
    drawn
}

/// The same as a picture of 640 x 400.
#[must_use]
pub fn svg(curve: &[Point], title: &str) -> String {
    let most = most(curve);
    let line = |mark: char| -> String {
        let points = marks(curve).into_iter().filter(|(_, _, other)| *other == mark);
        let points = [(0.0, 0.0)]
            .into_iter()
            .chain(points.map(|(rev_plus, far, _)| (rev_plus, far)));
        let points = points.map(|(rev_plus, far)| format!("{:.1},{:.1}", x(rev_plus / most), y(far)));
        points.collect::<Vec<_>>().join(" ")
    };
    let mut drawn = String::from(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 640 400\" font-family=\"sans-serif\" font-size=\"13\">\n",
    );
    let title = title.replace('&', "&amp;").replace('<', "&lt;");
    let _ = writeln!(
        drawn,
        "<title>{title}: files at risk by share of reviews with a learner</title>"
    );
    let _ = writeln!(drawn, "<text x=\"60\" y=\"20\">{title}: change of files at risk</text>");
    for far in [0.0, -25.0, -50.0, -75.0, -100.0] {
        let at = y(far);
        let _ = writeln!(
            drawn,
            "<path d=\"M60 {at:.1}H620\" stroke=\"#ccc\"/><text x=\"8\" y=\"{:.1}\">{far:.0}%</text>",
            at + 4.0
        );
    }
    for part in [0.0, 0.5, 1.0] {
        let _ = writeln!(
            drawn,
            "<text x=\"{:.1}\" y=\"388\" text-anchor=\"middle\">{:.1}%</text>",
            x(part),
            most * part
        );
    }
    for (mark, name, colour, below) in [
        ('o', "Peerlore", "#0a6", 0.0),
        ('x', "best of the others", "#b40", 18.0),
    ] {
        let _ = writeln!(
            drawn,
            "<polyline points=\"{}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"/>",
            line(mark)
        );
        let _ = writeln!(
            drawn,
            "<text x=\"480\" y=\"{:.1}\" fill=\"{colour}\">{name}</text>",
            56.0 + below
        );
    }
    drawn.push_str("</svg>\n");
    drawn
}

fn x(part: f64) -> f64 {
    60.0 + 560.0 * part
}

fn y(far: f64) -> f64 {
    40.0 + 330.0 * (far / DEEPEST).clamp(0.0, 1.0)
}

fn most(curve: &[Point]) -> f64 {
    curve.iter().map(|point| point.ours.rev_plus).fold(1.0, f64::max)
}

fn marks(curve: &[Point]) -> Vec<(f64, f64, char)> {
    let ours = curve.iter().map(|point| (point.ours.rev_plus, point.ours.far, 'o'));
    let theirs = curve
        .iter()
        .filter_map(|point| Some((point.ours.rev_plus, point.theirs?.far, 'x')));
    ours.chain(theirs).collect()
}

/// Which of the places 0 to `last` a part of the whole lies at.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "it is clamped to 0 to `last`"
)]
fn place(part: f64, last: usize) -> usize {
    (part.clamp(0.0, 1.0) * float(last)).round() as usize
}
