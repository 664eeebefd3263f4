//! Figures drawn on the server: a lane per measurement, as SVG that stretches with the page and prints.
//!
//! Dots are strokes without length, so they stay round at any width; bands are NEWS2 points. Every figure says in a sentence
//! what it shows; the numbers stand in a table beside it. Pure: no styles inside, geometry in attributes.

use maud::{Markup, html};

use akson_core::scores::news2::Band;

/// Width and height of a lane in its own units.
const WIDTH: f64 = 700.0;
const HEIGHT: f64 = 40.0;

/// A lane.
pub struct Lane<'a> {
    /// What it shows, in a sentence.
    pub label: &'a str,
    /// Points: where from 0 to 1, the value, and how many points it gives.
    pub points: &'a [(f64, f64, u8)],
    /// The lowest and highest value that is drawn.
    pub range: (f64, f64),
    /// Bands of values and their points, in steps of `step`.
    pub bands: &'a [Band],
    /// What one step of a band is in the value's unit.
    pub step: f64,
    /// Where days begin, from 0 to 1.
    pub grid: &'a [f64],
}

fn x(place: f64) -> String {
    format!("{:.1}", place.clamp(0.0, 1.0) * WIDTH)
}

fn y(value: f64, (low, high): (f64, f64)) -> f64 {
    HEIGHT - 3.0 - (value.clamp(low, high) - low) / (high - low) * (HEIGHT - 6.0)
}

/// A lane of single values.
pub fn lane(lane: &Lane<'_>) -> Markup {
    let place = |(at, value, _): &(f64, f64, u8)| format!("{},{:.1}", x(*at), y(*value, lane.range));
    let line = lane.points.iter().map(place).collect::<Vec<_>>().join(" ");
    let dots = |abnormal: bool| {
        let some = lane.points.iter().filter(|(_, _, points)| (*points > 0) == abnormal);
        some.map(|(at, value, _)| format!("M{} {:.1}h.01", x(*at), y(*value, lane.range))).collect::<String>()
    };
    figure(
        lane.label,
        &html! {
            (bands(lane))
            (grid(lane.grid))
            polyline class="ak-l" points=(line) {}
            path class="ak-d" d=(dots(false)) {}
            path class="ak-d ak-d--x" d=(dots(true)) {}
        },
    )
}

fn bands(lane: &Lane<'_>) -> Markup {
    let (low, high) = lane.range;
    let half = lane.step / 2.0;
    let edge = |value: i64, more: f64| value as f64 * lane.step + more;
    html! {
        @for (from, to, points) in lane.bands.iter().filter(|(_, _, points)| *points > 0) {
            @let bottom = if *from == i64::MIN { HEIGHT } else { y(edge(*from, -half), (low, high)) };
            @let top = if *to == i64::MAX { 0.0 } else { y(edge(*to, half), (low, high)) };
            @if bottom - top > 0.05 {
                rect class={ "ak-b" (points) } x="0" y=(format!("{top:.1}")) width="700" height=(format!("{:.1}", bottom - top)) {}
            }
        }
    }
}

/// Blood pressure: a bar from the lower to the upper value, and lines where the upper one gives 1 and 3 points.
pub fn pressure(label: &str, points: &[(f64, i64, Option<i64>)], days: &[f64]) -> Markup {
    const RANGE: (f64, f64) = (50.0, 190.0);
    let at = |value: f64| format!("{:.1}", y(value, RANGE));
    figure(
        label,
        &html! {
            (grid(days))
            path class="ak-th ak-th1" d={ "M0 " (at(110.0)) "H700" } {}
            path class="ak-th ak-th3" d={ "M0 " (at(90.0)) "H700" } {}
            @for (place, upper, lower) in points {
                @let lower = lower.unwrap_or(*upper);
                path class="ak-r" d={ "M" (x(*place)) " " (at(*upper as f64)) "V" (at(lower as f64)) } {}
            }
        },
    )
}

/// Sums as bars: place, sum, and the colour of the risk.
pub fn bars(label: &str, sums: &[(f64, u8, u8)], days: &[f64]) -> Markup {
    figure(
        label,
        &html! {
            (grid(days))
            @for (place, sum, colour) in sums {
                @let height = (f64::from(*sum) / 12.0 * (HEIGHT - 4.0)).clamp(3.0, HEIGHT);
                path class={ "ak-nb ak-nb" (colour) } d={ "M" (x(*place)) " 40V" (format!("{:.1}", HEIGHT - height)) } {}
            }
        },
    )
}

fn grid(days: &[f64]) -> Markup {
    html! { @for day in days { path class="ak-g" d={ "M" (x(*day)) " 0V40" } {} } }
}

fn figure(label: &str, inside: &Markup) -> Markup {
    html! { svg class="ak-plot" viewBox="0 0 700 40" preserveAspectRatio="none" role="img" aria-label=(label) { (inside) } }
}

#[cfg(test)]
mod tests {
    use super::*;
    use akson_core::scores::news2;

    #[test]
    fn a_lane_is_drawn_with_its_bands_and_bigger_dots_outside() {
        let points = [(0.0, 72.0, 0), (0.5, 96.0, 1), (1.0, 135.0, 3)];
        let drawn = lane(&Lane {
            label: "Puls",
            points: &points,
            range: (36.0, 140.0),
            bands: news2::PULSE,
            step: 1.0,
            grid: &[0.5],
        });
        let text = drawn.0;
        assert!(text.contains("aria-label=\"Puls\"") && !text.contains("style"));
        assert_eq!(text.matches("<rect").count(), 5, "{text}");
        assert!(text.contains("points=\"0.0,25.2 350.0,17.4 700.0,4.6\""), "{text}");
        assert!(text.contains("class=\"ak-d ak-d--x\" d=\"M350.0 17.4h.01M700.0 4.6h.01\""), "{text}");
    }

    #[test]
    fn what_lies_outside_the_figure_stays_in_it() {
        assert!((y(500.0, (0.0, 100.0)) - 3.0).abs() < 0.01);
        assert!((y(-500.0, (0.0, 100.0)) - 37.0).abs() < 0.01);
        assert_eq!((x(-1.0), x(2.0)), ("0.0".to_string(), "700.0".to_string()));
    }
}
