//! Drawings with bars: side by side, in parts, in bins, narrower and narrower.

use kuva::plot::legend::{LegendEntry, LegendShape};
use kuva::plot::{BarPlot, FunnelPlot, Histogram};
use kuva::prelude::Plot;

use super::{Axes, COLOURS, Chart, drawn, label, layout, rows_high};
use crate::report::site::stats::{float, step};

/// One bar for each name, the first on top.
#[must_use]
pub fn bars(id: &str, title: &str, rows: &[(String, f64)], axes: &Axes<'_>) -> Chart {
    let mut plot = BarPlot::new().with_horizontal(true).with_width(0.7);
    for (name, value) in rows.iter().rev() {
        plot = plot.with_colored_bar(label(name), *value, COLOURS[0]);
    }
    let plots = vec![Plot::Bar(plot)];
    let mut layout = layout(&plots, rows_high(rows.len()), axes, true).with_x_axis_min(0.0);
    let most = rows.iter().map(|(_, value)| *value).fold(0.0, f64::max);
    // half a project is none
    if rows.iter().all(|(_, value)| value.fract() == 0.0) && most > 0.0 && !axes.share {
        layout = layout.with_x_tick_step(step(most).max(1.0));
    }
    drawn(id, title, plots, layout)
}

/// A bar of several parts for each name.
#[must_use]
pub fn stacked(
    id: &str,
    title: &str,
    parts: &[(String, &'static str)],
    rows: &[(String, Vec<f64>)],
    axes: &Axes<'_>,
) -> Chart {
    let mut plot = BarPlot::new()
        .with_stacked()
        .with_horizontal(true)
        .with_width(0.7);
    for (name, values) in rows.iter().rev() {
        let pairs: Vec<(f64, &str)> = values
            .iter()
            .zip(parts)
            .map(|(value, (_, colour))| (*value, *colour))
            .collect();
        plot = plot.with_group(label(name), pairs);
    }
    let names: Vec<String> = parts.iter().map(|(name, _)| label(name)).collect();
    plot = plot.with_legend(names.iter().map(String::as_str).collect());
    let plots = vec![Plot::Bar(plot)];
    // the legend stands beside the bars and must not reach the axis
    let legend = 60.0 + 20.0 * float(parts.len());
    let height = rows_high(rows.len()).max(130.0).max(legend);
    let layout = layout(&plots, height, axes, true).with_x_axis_min(0.0);
    drawn(id, title, plots, layout)
}

/// Several bars side by side for each name.
#[must_use]
pub fn grouped(
    id: &str,
    title: &str,
    parts: &[(String, &'static str)],
    rows: &[(String, Vec<f64>)],
    axes: &Axes<'_>,
) -> Chart {
    let mut plot = BarPlot::new().with_horizontal(true).with_width(0.8);
    for (name, values) in rows.iter().rev() {
        // from below: the last part is drawn first
        let pairs: Vec<(f64, &str)> = values
            .iter()
            .zip(parts)
            .map(|(value, (_, colour))| (*value, *colour))
            .rev()
            .collect();
        plot = plot.with_group(label(name), pairs);
    }
    let names: Vec<String> = parts.iter().rev().map(|(name, _)| label(name)).collect();
    plot = plot.with_legend(names.iter().map(String::as_str).collect());
    let plots = vec![Plot::Bar(plot)];
    // the legend reads in the order in which the bars stand
    let legend = parts.iter().map(|(name, colour)| LegendEntry {
        label: label(name),
        color: (*colour).to_owned(),
        shape: LegendShape::Rect,
        dasharray: None,
    });
    let height = 80.0 + 20.0 * float(rows.len() * parts.len());
    let layout = layout(&plots, height.max(150.0), axes, true)
        .with_x_axis_min(0.0)
        .with_legend_entries(legend.collect());
    drawn(id, title, plots, layout)
}

/// Counts in bins.
#[must_use]
pub fn histogram(id: &str, title: &str, edges: &[f64], counts: &[usize], axes: &Axes<'_>) -> Chart {
    let counts: Vec<f64> = counts.iter().map(|n| float(*n)).collect();
    let plot = Histogram::new()
        .with_precomputed(edges.to_vec(), counts)
        .with_color(COLOURS[0]);
    let plots = vec![Plot::Histogram(plot)];
    let mut layout = layout(&plots, 250.0, axes, true);
    if let (Some(first), Some(last)) = (edges.first(), edges.last()) {
        layout = layout
            .with_x_axis_min(*first)
            .with_x_axis_max(*last)
            .with_x_tick_step(step(last - first));
    }
    drawn(id, title, plots, layout)
}

/// A bar for each step on the way, narrower and narrower.
#[must_use]
pub fn funnel(id: &str, title: &str, steps: &[(String, f64)]) -> Chart {
    let mut plot = FunnelPlot::new().with_show_percents(false);
    for (name, value) in steps {
        plot = plot.with_stage_color(label(name), *value, COLOURS[0]);
    }
    let plots = vec![Plot::Funnel(plot)];
    let height = 30.0 + 44.0 * float(steps.len());
    let layout = layout(&plots, height, &Axes::default(), true);
    drawn(id, title, plots, layout)
}

/// Bars of how far a plan was attained, side by side; hollow, since nobody has verified them. The
/// bar of what was attained exactly has the colour of a mark.
#[must_use]
pub fn attained(
    id: &str,
    title: &str,
    rows: &[(String, usize)],
    exact: usize,
    axes: &Axes<'_>,
) -> Chart {
    let mut plot = BarPlot::new().with_width(0.8);
    for (index, (name, count)) in rows.iter().enumerate() {
        let colour = if index == exact {
            "var(--hollow-exact)"
        } else {
            "var(--hollow)"
        };
        plot = plot.with_colored_bar(label(name), float(*count), colour);
    }
    let plots = vec![Plot::Bar(plot)];
    let most = rows.iter().map(|(_, count)| *count).max().unwrap_or(1);
    let layout = layout(&plots, 270.0, axes, true)
        .with_y_axis_min(0.0)
        .with_y_tick_step(step(float(most)).max(1.0));
    drawn(id, title, plots, layout)
}
