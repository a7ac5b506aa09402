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

/// The same as a picture of 640 x 430, on white wherever it is shown; each budget is a dot.
#[must_use]
pub fn svg(curve: &[Point], title: &str) -> String {
    let most = most(curve);
    let title = title.replace('&', "&amp;").replace('<', "&lt;");
    let mut drawn = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 640 430\" font-family=\"sans-serif\" font-size=\"13\" fill=\"#1e2429\">\n\
         <title>{title}: files at risk by share of reviews with a learner</title>\n\
         <rect width=\"640\" height=\"430\" fill=\"#fff\"/>\n\
         <text x=\"60\" y=\"20\">{title}: change of files at risk (lower is better)</text>\n\
         <text x=\"340\" y=\"416\" text-anchor=\"middle\">share of reviews with a learner</text>\n"
    );
    for far in [0.0, -25.0, -50.0, -75.0, -100.0] {
        let at = y(far);
        // Writing to a text can't fail.
        let _ = writeln!(
            drawn,
            "<path d=\"M60 {at:.1}H620\" stroke=\"#dcd9d1\"/><text x=\"52\" y=\"{:.1}\" text-anchor=\"end\">{far:.0}%</text>",
            at + 4.0
        );
    }
    for part in [0.0, 0.5, 1.0] {
        let _ = writeln!(
            drawn,
            "<text x=\"{:.1}\" y=\"392\" text-anchor=\"middle\">{:.1}%</text>",
            x(part),
            most * part
        );
    }
    // Ours lies above, where both are alike.
    for (mark, name, colour, below, dashes) in [
        ('x', "best of the others", "#8a3670", 18.0, " stroke-dasharray=\"6 4\""),
        ('o', "Peerlore", "#0b6170", 0.0, ""),
    ] {
        let of_mark = marks(curve).into_iter().filter(|(_, _, other)| *other == mark);
        let at: Vec<(f64, f64)> = of_mark.map(|(rev_plus, far, _)| (x(rev_plus / most), y(far))).collect();
        let line = [(x(0.0), y(0.0))].into_iter().chain(at.iter().copied());
        let line: Vec<String> = line.map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
        let _ = writeln!(
            drawn,
            "<polyline points=\"{}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"{dashes}/>",
            line.join(" ")
        );
        for (x, y) in at {
            let _ = writeln!(drawn, "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3\" fill=\"{colour}\"/>");
        }
        let at = 56.0 + below;
        let _ = writeln!(
            drawn,
            "<path d=\"M440 {:.1}H470\" stroke=\"{colour}\" stroke-width=\"2\"{dashes}/><text x=\"480\" y=\"{at:.1}\" fill=\"{colour}\">{name}</text>",
            at - 4.0
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
