//! Small ones inside of other text: an interval on its rail, bars below each other.
use maud::Markup;
use maud::html;

/// Width of a picture in its own units.
const WIDTH: f64 = 200.0;

/// An interval on a rail from 0 to `most`, with a mark at `point` where there is one. The figures stand in `words`.
#[must_use]
pub fn interval(low: f64, high: f64, (point, most): (Option<f64>, f64), words: &str) -> Markup {
    let place = |value: f64| {
        if most > 0.0 {
            (value / most).clamp(0.0, 1.0) * WIDTH
        } else {
            0.0
        }
    };
    let (from, to) = (place(low), place(high));
    html! {
        svg.interval viewBox="0 0 200 12" preserveAspectRatio="none" role="img" aria-label=(words) {
            rect.rail x="0" y="4" width="200" height="4" rx="2" {}
            rect.span x=(figure(from)) y="2" width=(figure((to - from).max(3.0))) height="8" rx="4" {}
            @if let Some(point) = point.map(place) {
                rect.point x=(figure((point - 1.0).clamp(0.0, WIDTH - 2.0))) y="0" width="2" height="12" {}
            }
        }
    }
}

/// One bar.
#[derive(Clone, PartialEq, Debug)]
pub struct Bar {
    /// What it is of.
    pub name: &'static str,
    /// How long it is, in [0, 1].
    pub share: f64,
    /// Its figure, as people read it.
    pub figure: String,
    /// What it stands out in; none: it doesn't.
    pub accent: Option<Accent>,
}

/// The colour of who knows, or of who would learn.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Accent {
    /// Who knows.
    Knows,
    /// Who would learn.
    Learns,
}

impl Accent {
    fn class(self) -> &'static str {
        match self {
            Self::Knows => "bar knows",
            Self::Learns => "bar learns",
        }
    }
}

/// Bars below each other, each with its name and its figure as text.
#[must_use]
pub fn bars(bars: &[Bar]) -> Markup {
    html! {
        ul.bars {
            @for bar in bars {
                li {
                    span { (bar.name) }
                    svg class=(bar.accent.map_or("bar", Accent::class)) viewBox="0 0 200 12" preserveAspectRatio="none" role="img" aria-label={ (bar.name) ": " (bar.figure) } {
                        rect.rail x="0" y="0" width="200" height="12" rx="2" {}
                        rect.span x="0" y="0" width=(figure(bar.share.clamp(0.0, 1.0) * WIDTH)) height="12" rx="2" {}
                    }
                    span.number aria-hidden="true" { (bar.figure) }
                }
            }
        }
    }
}

fn figure(value: f64) -> String {
    format!("{value:.1}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interval_stays_on_its_rail() {
        let drawn = interval(-1.0, 9.0, (Some(5.0), 1.0), "from 0% to 100%").into_string();
        assert!(drawn.contains(r#"x="0.0" y="2" width="200.0""#), "{drawn}");
        assert!(drawn.contains(r#"x="198.0" y="0""#), "{drawn}");
        assert!(drawn.contains(r#"aria-label="from 0% to 100%""#), "{drawn}");
    }

    #[test]
    fn a_bar_says_its_figure_and_stays_on_its_rail() {
        let bar = |share, accent| Bar {
            name: "our pick",
            share,
            figure: "61%".to_owned(),
            accent,
        };
        let drawn = bars(&[bar(0.61, Some(Accent::Knows)), bar(7.0, None)]).into_string();
        assert!(
            drawn.contains(r#"width="122.0""#) && drawn.contains(r#"width="200.0""#),
            "{drawn}"
        );
        assert_eq!(drawn.matches(r#"aria-label="our pick: 61%""#).count(), 2, "{drawn}");
        assert_eq!(drawn.matches("bar knows").count(), 1, "{drawn}");
    }

    #[test]
    fn a_narrow_interval_can_still_be_seen() {
        assert!(
            interval(0.5, 0.5, (None, 1.0), "")
                .into_string()
                .contains(r#"width="3.0""#)
        );
    }
}
