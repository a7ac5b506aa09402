//! A line over two axes, drawn by a library: axes, ticks and grid are its work; colours are the stylesheet's variables.
use std::sync::Arc;

use kuva::backend::svg::SvgBackend;
use kuva::plot::LinePlot;
use kuva::plot::ScatterPlot;
use kuva::render::layout::Layout;
use kuva::render::layout::TickFormat;
use kuva::render::plots::Plot;
use kuva::render::render::render_multiple;
use kuva::render::theme::Theme;
use maud::Markup;
use maud::PreEscaped;
use maud::html;

use crate::web::chart::Alternative;

/// Its width in its own units: as wide as there is room for on the narrowest page, so that letters stay readable there.
const WIDTH: f64 = 340.0;
/// Its height.
const HEIGHT: f64 = 230.0;
/// Letters of the axes.
const LETTERS: u32 = 12;
/// What the library begins its names for clipped parts with; it counts them, so that no two drawings of a process have one in common.
const CLIP: &str = "kuva-clip-";

/// How much room is left beside the first and above the highest point, of the whole, so that no dot is cut.
const ROOM: f64 = 0.03;

/// How a number on an axis is written.
pub type Written = Arc<dyn Fn(f64) -> String + Send + Sync>;

/// One axis.
#[derive(Clone)]
pub struct Axis<'a> {
    /// What it measures.
    pub words: &'a str,
    /// Where it ends; it begins at 0.
    pub most: f64,
    /// From mark to mark.
    pub step: f64,
    /// How its numbers are written.
    pub written: Written,
}

/// Runs of points joined by a line each: where one ends and the next begins, something isn't told.
#[must_use]
pub fn curve(alternative: &Alternative<'_>, runs: &[Vec<(f64, f64)>], (x, y): (Axis<'_>, Axis<'_>)) -> Markup {
    let line = |run: &Vec<(f64, f64)>| {
        let line = LinePlot::new().with_data(run.clone());
        Plot::Line(line.with_color("var(--knows)").with_stroke_width(2.0))
    };
    let all: Vec<(f64, f64)> = runs.iter().flatten().copied().collect();
    let dots = ScatterPlot::new()
        .with_data(all)
        .with_color("var(--knows)")
        .with_size(3.5);
    let mut plots: Vec<Plot> = runs.iter().filter(|run| run.len() > 1).map(line).collect();
    plots.push(Plot::Scatter(dots));
    let layout = layout(Layout::auto_from_plots(&plots), (x, y));
    let drawn = SvgBackend::new().render_scene(&render_multiple(plots, layout));
    let (title, shows) = (format!("{}-title", alternative.id), format!("{}-shows", alternative.id));
    html! {
        svg.curve viewBox={ "0 0 " (WIDTH) " " (HEIGHT) } role="img" aria-labelledby={ (title) " " (shows) } {
            title id=(title) { (alternative.title) }
            desc id=(shows) { (alternative.shows) }
            (PreEscaped(named(&drawn, alternative.id)))
        }
    }
}

fn layout(layout: Layout, (x, y): (Axis<'_>, Axis<'_>)) -> Layout {
    let colour = |name: &str| format!("var(--{name})");
    let theme = Theme {
        background: "none".to_owned(),
        axis_color: colour("soft"),
        grid_color: colour("line"),
        tick_color: colour("soft"),
        text_color: colour("ink"),
        font_family: Some("inherit".to_owned()),
        ..Theme::light()
    };
    layout
        .with_width(WIDTH)
        .with_height(HEIGHT)
        .with_theme(theme)
        .with_tick_size(LETTERS)
        .with_label_size(LETTERS)
        .with_x_label(x.words)
        .with_y_label(y.words)
        .with_x_axis_min(-ROOM * x.most)
        .with_x_axis_max(x.most * (1.0 + ROOM))
        .with_y_axis_min(0.0)
        .with_y_axis_max(y.most * (1.0 + ROOM))
        .with_x_tick_step(x.step)
        .with_y_tick_step(y.step)
        .with_x_tick_format(TickFormat::Custom(x.written))
        .with_y_tick_format(TickFormat::Custom(y.written))
}

/// The drawing with names of this figure's own: the same figures always give the same text.
fn named(drawn: &str, id: &str) -> String {
    let mut parts = drawn.split(CLIP);
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        text.push_str(id);
        text.push_str("-clip");
        text.push_str(part.trim_start_matches(|letter: char| letter.is_ascii_digit()));
    }
    text
}

/// A step that parts an axis of so much into four or so, in numbers that are easily read.
#[must_use]
pub fn step(most: f64) -> f64 {
    let rough = (most / 4.0).max(f64::MIN_POSITIVE);
    let power = 10_f64.powf(rough.log10().floor());
    let nice = [1.0, 2.0, 2.5, 5.0, 10.0]
        .into_iter()
        .find(|nice| nice * power >= rough);
    nice.unwrap_or(10.0) * power
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn drawn(title: &str) -> String {
        let axis = |words, most, step| Axis {
            words,
            most,
            step,
            written: Arc::new(|number| format!("{number:.0}")),
        };
        let alternative = Alternative {
            id: "reach",
            title,
            shows: "From 2 to 5.",
        };
        let runs = [vec![(0.0, 2.0), (1.0, 5.0)], vec![(3.0, 4.0)]];
        curve(
            &alternative,
            &runs,
            (axis("weeks & more", 4.0, 1.0), axis("<people>", 8.0, 2.0)),
        )
        .into_string()
    }

    #[test]
    fn a_curve_is_small_takes_the_pages_colours_and_is_the_same_each_time() {
        let first = drawn("\"><script>alert(1)</script>");
        assert_eq!(first, drawn("\"><script>alert(1)</script>"));
        assert!(first.len() < 6_000, "{} bytes", first.len());
        for never in [
            "<script",
            "style=",
            "<style",
            "#000",
            "kuva-clip",
            "<people>",
            " onload",
        ] {
            assert!(!first.contains(never), "{never}: {first}");
        }
        for there in [
            "var(--knows)",
            "&lt;people&gt;",
            "reach-clip",
            "<title id=\"reach-title\">&quot;&gt;&lt;script",
        ] {
            assert!(first.contains(there), "{there}: {first}");
        }
        assert_eq!(first.matches("<circle").count(), 3);
    }

    #[rstest]
    #[case(100.0, 25.0)]
    #[case(7.0, 2.0)]
    #[case(1.0, 0.25)]
    #[case(36.0, 10.0)]
    fn steps_are_easily_read(#[case] most: f64, #[case] expected: f64) {
        assert!((step(most) - expected).abs() < 1e-9, "{}", step(most));
    }
}
