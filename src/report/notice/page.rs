//! A notice as a page: for the screen and for A4 paper, without network, in black and white.

use minijinja::{AutoEscape, Environment, context};

use super::Notice;
use crate::pack::NoticeKind;
use crate::words;
use crate::words::Words;

/// The page; every value is escaped by the engine.
const PAGE: &str = include_str!("page.html");

/// The notice as a page of its own.
///
/// # Errors
/// If the template does not fit what it is given; a test says that it does.
pub fn html(notice: &Notice) -> Result<String, Words> {
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    // the days hold together, and so does what stands in brackets
    let period = notice.period.as_deref();
    let at = period.map_or(0, |text| text.find('（').unwrap_or(text.len()));
    let lines: Vec<_> = notice
        .lines
        .iter()
        .map(|line| {
            context! {
                heading => line.heading.clone(),
                text => line.shown(),
                missing => line.text.is_none(),
                place => line.place,
            }
        })
        .collect();
    environment
        .render_str(
            PAGE,
            context! {
                sign => notice.kind == NoticeKind::Sign,
                title => notice.title.clone(),
                head => notice.head.clone(),
                lines,
                period => period.map(|text| &text[..at]),
                rule => period.map(|text| &text[at..]),
                signed => notice.signed.clone(),
                date => notice.date.clone(),
                cite => notice.cite.clone(),
                subject => notice.subject.clone(),
            },
        )
        .map_err(|error| words!("页面写不出来：{}。", "The page cannot be made: {}.", error))
}
