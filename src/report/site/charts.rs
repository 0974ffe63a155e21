//! Drawings: SVG in the page, made when the report is made.
//!
//! The library is `kuva` (MIT; three releases in the last half year; three small dependencies,
//! thirteen seconds to build). Judged beside it: `plotters` (no release for two years, colours
//! fixed in the file), `charts-rs` (no intervals, no logarithmic axis, measures text by a built-in
//! Latin font), `charming` (draws in the reader's browser by a megabyte of script), `poloto` (no
//! release for three years), Chart.js and uPlot (canvas: no text, blurred in print, nothing without
//! script). `kuva` has the plots that the indicators name (forest, ECDF, strip, dumbbell, survival,
//! histogram), writes text as text and takes colours as they are given: the page's style sheet
//! turns them for a dark screen and for print. Every drawing has its numbers in a table beside it.

use std::fmt::Write as _;

use kuva::plot::scatter::MarkerShape;
use kuva::plot::{
    BarPlot, BoxPlot, ColorMap, EcdfPlot, ForestPlot, FunnelPlot, Heatmap, Histogram, ScatterPlot,
    SlopePlot, StripPlot, SurvivalPlot,
};
use kuva::prelude::{Layout, Plot};
use kuva::render::annotations::ReferenceLine;
use kuva::render::layout::TickFormat;
use kuva::render::theme::Theme;

use super::stats::{float, quantile, rounded, step};

/// One drawing.
#[derive(Clone, Debug)]
pub struct Chart {
    /// Name on its page.
    pub id: String,
    /// What it shows.
    pub title: String,
    /// The drawing.
    pub svg: String,
}

/// The colours of groups, by turns; the style sheet says which.
pub const COLOURS: [&str; 6] = [
    "var(--c1)",
    "var(--c2)",
    "var(--c3)",
    "var(--c4)",
    "var(--c5)",
    "var(--c6)",
];

/// Width of a drawing before the page scales it.
const WIDTH: f64 = 680.0;

/// How an axis or a line is labelled.
#[derive(Clone, Debug, Default)]
pub struct Axes<'a> {
    /// Under the drawing.
    pub x: &'a str,
    /// Beside it.
    pub y: &'a str,
    /// Lines across, each with its words.
    pub marks: Vec<(f64, String)>,
    /// The values are shares.
    pub share: bool,
    /// The axis is logarithmic.
    pub log: bool,
}

fn theme() -> Theme {
    let of = |name: &str| format!("var(--{name})");
    Theme {
        background: "none".into(),
        axis_color: of("axis"),
        grid_color: of("grid"),
        tick_color: of("axis"),
        text_color: of("ink"),
        legend_bg: "none".into(),
        legend_border: "none".into(),
        pie_leader: of("axis"),
        box_median: of("paper"),
        violin_border: of("axis"),
        colorbar_border: of("axis"),
        font_family: Some("inherit".into()),
        show_grid: true,
    }
}

/// A label as the library takes it: no formulas, one line, not endless.
#[must_use]
pub fn label(text: &str) -> String {
    const MOST: usize = 24;
    let line: String = crate::words::clean(text)
        .chars()
        .map(|c| match c {
            '$' => '＄',
            '\n' => ' ',
            c => c,
        })
        .collect();
    if line.chars().count() <= MOST {
        return line;
    }
    line.chars().take(MOST - 1).chain(['…']).collect()
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c => out.push(c),
        }
    }
    out
}

/// Draws, names the drawing for those who do not see it, and makes its inner names its own.
fn drawn(id: &str, title: &str, plots: Vec<Plot>, layout: Layout) -> Chart {
    let raw = kuva::render_to_svg(plots, layout);
    let svg = raw.replace("kuva-clip-", &format!("{id}-clip-"));
    let (head, body) = svg.split_once('>').unwrap_or((&svg, ""));
    let side = |name: &str| {
        let from = head
            .find(&format!(" {name}=\""))
            .map(|at| at + name.len() + 3);
        from.and_then(|from| head[from..].split('"').next())
            .unwrap_or("0")
            .to_owned()
    };
    let mut out = format!(
        "{head} viewBox=\"0 0 {} {}\" role=\"img\"",
        side("width"),
        side("height")
    );
    let _ = write!(
        out,
        " aria-labelledby=\"{id}-t\"><title id=\"{id}-t\">{}</title>{body}",
        escaped(title)
    );
    Chart {
        id: id.to_owned(),
        title: title.to_owned(),
        svg: out,
    }
}

fn layout(plots: &[Plot], height: f64, axes: &Axes<'_>, upright: bool) -> Layout {
    let mut layout = Layout::auto_from_plots(plots)
        .with_theme(theme())
        .with_width(WIDTH)
        .with_height(height)
        .with_body_size(12)
        .with_tick_size(12)
        .with_label_size(13);
    if !axes.x.is_empty() {
        layout = layout.with_x_label(axes.x);
    }
    if !axes.y.is_empty() {
        layout = layout.with_y_label(axes.y);
    }
    if axes.share {
        let percent = TickFormat::Custom(std::sync::Arc::new(|v| format!("{:.0}%", v * 100.0)));
        layout = layout.with_x_tick_format(percent);
        layout = layout.with_x_axis_min(0.0).with_x_axis_max(1.0);
    }
    if axes.log {
        layout = layout.with_log_x();
    } else if !axes.share {
        let plain = TickFormat::Custom(std::sync::Arc::new(|v| rounded(v).to_string()));
        layout = layout.with_x_tick_format(plain);
    }
    for (at, said) in &axes.marks {
        let line = if upright {
            ReferenceLine::vertical(*at)
        } else {
            ReferenceLine::horizontal(*at)
        };
        layout = layout.with_reference_line(
            line.with_color("var(--mark)")
                .with_stroke_width(1.5)
                .with_label(label(said)),
        );
    }
    layout
}

fn rows_high(rows: usize) -> f64 {
    70.0 + 26.0 * float(rows.max(2))
}

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
    let layout = layout(&plots, rows_high(rows.len()).max(130.0), axes, true).with_x_axis_min(0.0);
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
    let height = 80.0 + 20.0 * float(rows.len() * parts.len());
    let layout = layout(&plots, height.max(150.0), axes, true).with_x_axis_min(0.0);
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
    let layout = layout(&plots, rows_high(rows.len()), axes, true);
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
        let layout = layout(&plots, rows_high(groups.len()) + 20.0, axes, true);
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
    let layout = layout(&plots, rows_high(groups.len()) + 20.0, axes, true);
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
    let layout = layout(&plots, rows_high(rows.len()) + 40.0, &Axes::default(), true)
        .with_y_categories(rows.iter().rev().map(|r| label(r)).collect())
        .with_x_categories(columns.iter().map(|c| label(c)).collect());
    drawn(id, title, plots, layout)
}
