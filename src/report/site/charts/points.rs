//! Drawings with points and lines: intervals, shares, dots, tones.

use kuva::plot::scatter::MarkerShape;
use kuva::plot::{
    BoxPlot, ColorMap, EcdfPlot, ForestPlot, Heatmap, ScatterPlot, SlopePlot, StripPlot,
    SurvivalPlot,
};
use kuva::prelude::Plot;

use super::{Axes, COLOURS, Chart, drawn, label, layout, rows_high};
use crate::report::site::stats::{float, quantile};

/// A point with its interval for each name.
#[must_use]
pub fn forest(
    id: &str,
    title: &str,
    rows: &[(String, f64, f64, f64)],
    null: Option<f64>,
    axes: &Axes<'_>,
) -> Chart {
    let mut plot = ForestPlot::new().with_color(COLOURS[0]);
    plot.null_value = null;
    plot.show_null_line = null.is_some();
    for (name, value, low, high) in rows {
        plot = plot.with_row(label(name), *value, *low, *high);
    }
    let plots = vec![Plot::Forest(plot)];
    let mut layout = layout(&plots, rows_high(rows.len()), axes, true);
    if axes.share {
        // room for a mark at the very end
        layout = layout
            .with_x_axis_min(-0.02)
            .with_x_axis_max(1.02)
            .with_x_tick_step(0.2);
    }
    drawn(id, title, plots, layout)
}

/// The share at or below each value, a step line for each group.
#[must_use]
pub fn ecdf(id: &str, title: &str, groups: &[(String, Vec<f64>)], axes: &Axes<'_>) -> Chart {
    let mut plot = EcdfPlot::new().with_stroke_width(2.0);
    for ((name, values), colour) in groups.iter().zip(COLOURS.iter().cycle()) {
        plot = plot.with_data_colored(label(name), values.clone(), *colour);
    }
    if groups.len() > 1 {
        plot = plot.with_legend("");
    }
    let plots = vec![Plot::Ecdf(plot)];
    let layout = layout(&plots, 250.0, axes, true).with_x_axis_min(0.0);
    drawn(id, title, plots, layout)
}

/// Two dots joined by a line for each name.
#[must_use]
pub fn dumbbell(
    id: &str,
    title: &str,
    ends: [&str; 2],
    rows: &[(String, f64, f64)],
    axes: &Axes<'_>,
) -> Chart {
    let mut plot = SlopePlot::new()
        .with_direction_colors(false)
        .with_color("var(--axis)")
        .with_dot_radius(0.0);
    let (mut from, mut to) = (Vec::new(), Vec::new());
    for (index, (name, before, after)) in rows.iter().enumerate() {
        plot = plot.with_point(label(name), *before, *after);
        let height = float(rows.len() - index);
        from.push((*before, height));
        to.push((*after, height));
    }
    let dots = |points: Vec<(f64, f64)>, name: &str, colour: &str, marker| {
        Plot::Scatter(
            ScatterPlot::new()
                .with_data(points)
                .with_color(colour)
                .with_size(6.0)
                .with_marker(marker)
                .with_legend(label(name)),
        )
    };
    let plots = vec![
        Plot::Slope(plot),
        dots(from, ends[0], COLOURS[0], MarkerShape::Circle),
        dots(to, ends[1], COLOURS[1], MarkerShape::Square),
    ];
    let layout = layout(&plots, rows_high(rows.len()) + 20.0, axes, true);
    drawn(id, title, plots, layout)
}

/// The values beyond the whiskers of a box.
fn outside(values: &[f64]) -> Vec<f64> {
    let (Some(low), Some(high)) = (quantile(values, 0.25), quantile(values, 0.75)) else {
        return Vec::new();
    };
    let reach = 1.5 * (high - low);
    let far = |v: &&f64| **v < low - reach || **v > high + reach;
    values.iter().filter(far).copied().collect()
}

/// A dot for each value, a line of them for each name; boxes where the dots would be too many.
#[must_use]
pub fn strip(id: &str, title: &str, groups: &[(String, Vec<f64>)], axes: &Axes<'_>) -> Chart {
    const MOST: usize = 1500;
    if groups.iter().map(|(_, values)| values.len()).sum::<usize>() > MOST {
        let mut plot = BoxPlot::new().with_horizontal(true).with_color(COLOURS[0]);
        for (name, values) in groups.iter().rev() {
            plot = plot.with_group(label(name), values.clone());
        }
        // a box does not show who is far out, and those are what one looks for
        let mut far = StripPlot::new()
            .with_horizontal(true)
            .with_color(COLOURS[4])
            .with_seed(1);
        for (name, values) in groups.iter().rev() {
            far = far.with_group(label(name), outside(values));
        }
        let plots = vec![Plot::Box(plot), Plot::Strip(far)];
        // room above the first row for the words of a line
        let layout = layout(&plots, rows_high(groups.len()) + 30.0, axes, true)
            .with_y_axis_min(0.4)
            .with_y_axis_max(float(groups.len()) + 1.0);
        return drawn(id, title, plots, layout);
    }
    let mut plot = StripPlot::new()
        .with_horizontal(true)
        .with_color(COLOURS[0])
        .with_marker_opacity(0.6)
        .with_jitter(0.25)
        .with_seed(1);
    for (name, values) in groups.iter().rev() {
        plot = plot.with_group(label(name), values.clone());
    }
    let plots = vec![Plot::Strip(plot)];
    // room above the first row for the words of a line
    let layout = layout(&plots, rows_high(groups.len()) + 30.0, axes, true)
        .with_y_axis_min(0.4)
        .with_y_axis_max(float(groups.len()) + 1.0);
    drawn(id, title, plots, layout)
}

/// What share still waits after so many days; who waits at the end is marked.
#[must_use]
pub fn waiting(id: &str, title: &str, times: Vec<f64>, ended: Vec<bool>, axes: &Axes<'_>) -> Chart {
    let plot = SurvivalPlot::new()
        .with_colored_group("", times, ended, COLOURS[0])
        .with_ci(true);
    let plots = vec![Plot::Survival(plot)];
    let layout = layout(&plots, 250.0, axes, true);
    drawn(id, title, plots, layout)
}

/// A table of tones.
#[must_use]
pub fn heat(
    id: &str,
    title: &str,
    rows: &[String],
    columns: &[String],
    cells: Vec<Vec<f64>>,
) -> Chart {
    // the library draws the first row at the bottom
    let cells: Vec<Vec<f64>> = cells.into_iter().rev().collect();
    let tone = |share: f64| {
        let level = (0..=5)
            .rev()
            .find(|n| share * 5.0 >= f64::from(*n))
            .unwrap_or(0);
        format!("var(--h{level})")
    };
    let plot = Heatmap::new()
        .with_data(cells)
        .with_color_map(ColorMap::Custom(std::sync::Arc::new(tone)));
    let plots = vec![Plot::Heatmap(plot)];
    // long names of many columns would run into each other
    let letters: usize = columns.iter().map(|c| c.chars().count()).sum();
    let turned = letters > 30;
    let height = rows_high(rows.len()) + if turned { 80.0 } else { 40.0 };
    let mut layout = layout(&plots, height, &Axes::default(), true)
        .with_y_categories(rows.iter().rev().map(|r| label(r)).collect())
        .with_x_categories(columns.iter().map(|c| label(c)).collect());
    if turned {
        layout = layout.with_x_tick_rotate(-45.0);
    }
    drawn(id, title, plots, layout)
}
