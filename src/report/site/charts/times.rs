//! Drawings over time: what was recorded of each project and when, who entered what, year by year.

use kuva::plot::scatter::MarkerShape;
use kuva::plot::{LinePlot, ScatterPlot};
use kuva::prelude::{Layout, Plot};
use kuva::render::datetime::DateTimeAxis;

use super::{Axes, COLOURS, Chart, drawn, label, layout, rows_high};
use crate::report::site::stats::float;

/// The work of one project, from its first day to its last, with the records of it.
#[derive(Clone, Debug, Default)]
pub struct Span {
    /// Its name.
    pub name: String,
    /// First and last day, in seconds.
    pub ends: (f64, f64),
    /// Records entered by the last day, at what they say of themselves.
    pub timely: Vec<f64>,
    /// Records entered after it.
    pub late: Vec<f64>,
}

/// Ticks of a span of seconds, about eight.
fn calendar(from: f64, to: f64) -> DateTimeAxis {
    const DAY: f64 = 86_400.0;
    let days = (to - from) / DAY;
    let every = |unit: f64| -> usize {
        (1..60)
            .find(|n| days / (unit * float(*n)) <= 8.0)
            .unwrap_or(60)
    };
    if days > 120.0 {
        DateTimeAxis::months("%Y-%m").with_step(every(30.4))
    } else if days > 2.0 {
        DateTimeAxis::days("%m-%d").with_step(every(1.0))
    } else {
        DateTimeAxis::hours("%d %H:%M").with_step(every(1.0 / 24.0))
    }
}

/// A named row for each line, the first on top.
fn rowed(plots: &[Plot], rows: &[String], axes: &Axes<'_>) -> Layout {
    layout(plots, rows_high(rows.len()) + 40.0, axes, true)
        .with_y_categories(rows.iter().rev().map(|row| label(row)).collect())
        .with_y_axis_min(0.4)
        .with_y_axis_max(float(rows.len()) + 0.6)
}

/// Sets the axis of days over some moments; a single moment gets room on both sides.
fn dated(layout: Layout, moments: impl Iterator<Item = f64>) -> Layout {
    let (mut from, mut to) = (f64::INFINITY, f64::NEG_INFINITY);
    for at in moments {
        (from, to) = (from.min(at), to.max(at));
    }
    if !from.is_finite() {
        return layout;
    }
    let room = ((to - from) * 0.03).max(3600.0);
    layout
        .with_x_datetime(calendar(from, to))
        .with_x_axis_min(from - room)
        .with_x_axis_max(to + room)
}

fn dots(points: Vec<(f64, f64)>, colour: &str, marker: MarkerShape) -> ScatterPlot {
    ScatterPlot::new()
        .with_data(points)
        .with_color(colour)
        .with_size(4.5)
        .with_marker(marker)
        .with_marker_stroke_width(1.5)
}

/// A line from the first day to the last for each project, with a mark for each record; hollow
/// where it was entered afterwards. The title says so: the library's legend knows no hollow marks.
#[must_use]
pub fn timeline(id: &str, title: &str, spans: &[Span]) -> Chart {
    let height = |index: usize| float(spans.len() - index);
    let mut plots = Vec::new();
    for (index, span) in spans.iter().enumerate() {
        let ends = vec![(span.ends.0, height(index)), (span.ends.1, height(index))];
        let line = LinePlot::new()
            .with_data(ends)
            .with_color("var(--quiet)")
            .with_stroke_width(5.0);
        plots.push(Plot::Line(line));
    }
    let of = |pick: fn(&Span) -> &Vec<f64>| -> Vec<(f64, f64)> {
        let rows = spans.iter().enumerate();
        rows.flat_map(|(index, span)| pick(span).iter().map(move |at| (*at, height(index))))
            .collect()
    };
    let (timely, late) = (of(|span| &span.timely), of(|span| &span.late));
    let moments: Vec<f64> = spans
        .iter()
        .flat_map(|span| [span.ends.0, span.ends.1])
        .chain(timely.iter().chain(&late).map(|point| point.0))
        .collect();
    for (points, opacity) in [(timely, 1.0), (late, 0.0)] {
        if !points.is_empty() {
            let dots = dots(points, COLOURS[0], MarkerShape::Circle);
            plots.push(Plot::Scatter(dots.with_marker_opacity(opacity)));
        }
    }
    let rows: Vec<String> = spans.iter().map(|span| span.name.clone()).collect();
    let layout = rowed(&plots, &rows, &Axes::default());
    let layout = dated(layout, moments.into_iter());
    drawn(id, title, plots, layout)
}

/// Points of one kind: where they lie, and in which row.
pub type Kind = (String, Vec<(f64, usize)>);

/// A named row of points for each name, coloured by their kind; a little up and down, so that
/// those of one moment are seen apart.
fn scattered(rows: usize, kinds: &[Kind]) -> Vec<Plot> {
    let shapes = [
        MarkerShape::Circle,
        MarkerShape::Square,
        MarkerShape::Triangle,
        MarkerShape::Diamond,
    ];
    let colours = COLOURS.iter().cycle();
    kinds
        .iter()
        .zip(colours)
        .zip(shapes.iter().cycle())
        .map(|(((name, points), colour), shape)| {
            let points = points.iter().enumerate().map(|(n, (at, row))| {
                let shift = float(n * 7 % 11) / 10.0 - 0.5;
                (*at, float(rows - row) + 0.5 * shift)
            });
            let dots = dots(points.collect(), colour, *shape).with_legend(label(name));
            Plot::Scatter(dots.with_marker_opacity(0.45))
        })
        .collect()
}

/// What was entered when, a row for each who entered it.
#[must_use]
pub fn entries(id: &str, title: &str, rows: &[String], kinds: &[Kind], axes: &Axes<'_>) -> Chart {
    let plots = scattered(rows.len(), kinds);
    let moments = kinds.iter().flat_map(|(_, points)| points).map(|p| p.0);
    let layout = dated(rowed(&plots, rows, axes), moments);
    drawn(id, title, plots, layout)
}

/// Values, a row for each group, coloured by their kind.
#[must_use]
pub fn values(id: &str, title: &str, rows: &[String], kinds: &[Kind], axes: &Axes<'_>) -> Chart {
    let plots = scattered(rows.len(), kinds);
    let all = || kinds.iter().flat_map(|(_, points)| points).map(|p| p.0);
    let (low, high) = (
        all().fold(f64::INFINITY, f64::min),
        all().fold(f64::NEG_INFINITY, f64::max),
    );
    let mut layout = rowed(&plots, rows, axes);
    // room for a mark at either end
    if axes.log && low > 0.0 {
        layout = layout
            .with_x_axis_min(low * 0.8)
            .with_x_axis_max(high * 1.25);
    }
    drawn(id, title, plots, layout)
}

/// A line over the years for each name; a year without a value is passed over.
#[must_use]
pub fn slopes(
    id: &str,
    title: &str,
    years: &[i32],
    lines: &[(String, Vec<Option<f64>>)],
    axes: &Axes<'_>,
) -> Chart {
    let mut plots = Vec::new();
    for ((name, values), colour) in lines.iter().zip(COLOURS.iter().cycle()) {
        let points: Vec<(f64, f64)> = years
            .iter()
            .zip(values)
            .filter_map(|(year, value)| Some((f64::from(*year), (*value)?)))
            .collect();
        let line = LinePlot::new()
            .with_data(points.clone())
            .with_color(*colour)
            .with_stroke_width(2.0);
        plots.push(Plot::Line(line));
        let dots = dots(points, colour, MarkerShape::Circle);
        plots.push(Plot::Scatter(dots.with_legend(label(name))));
    }
    let ends = years.first().zip(years.last());
    let (from, to) = ends.map_or((0.0, 1.0), |(a, b)| (f64::from(*a), f64::from(*b)));
    let layout = layout(&plots, 280.0, axes, true)
        .with_x_axis_min(from - 0.2)
        .with_x_axis_max(to + 0.2)
        .with_x_tick_step(1.0)
        .with_y_axis_min(0.0);
    drawn(id, title, plots, layout)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_entered_afterwards_is_hollow() {
        let span = |timely: &[f64], late: &[f64]| Span {
            name: "HZ2022-001".to_owned(),
            ends: (1.65e9, 1.66e9),
            timely: timely.to_vec(),
            late: late.to_vec(),
        };
        let marks = |span: Span| {
            let svg = timeline("t", "t", &[span]).svg;
            let hollow = svg
                .split("fill-opacity=\"0\"")
                .skip(1)
                .map(|part| part.matches("<circle").count().max(1))
                .sum::<usize>();
            (svg.matches("<circle").count(), hollow > 0)
        };
        assert_eq!(marks(span(&[1.651e9, 1.652e9], &[])), (2, false));
        assert_eq!(marks(span(&[1.651e9], &[1.652e9, 1.653e9])), (3, true));
    }
}
