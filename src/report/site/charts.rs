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

mod bars;
mod points;
mod times;

use std::fmt::Write as _;

use kuva::prelude::{Layout, Plot};
use kuva::render::annotations::ReferenceLine;
use kuva::render::layout::TickFormat;
use kuva::render::theme::Theme;

pub use bars::{attained, bars, funnel, grouped, histogram, stacked};
pub use points::{dumbbell, ecdf, forest, heat, strip, waiting};
pub use times::{Kind, Span, entries, slopes, timeline, values};

use super::stats::{float, rounded};

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
