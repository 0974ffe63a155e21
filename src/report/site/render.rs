//! Templates: every number on a page is looked up in the figures, by its path.

use std::collections::BTreeMap;

use minijinja::value::Serde;
use minijinja::{Environment, Value, context};
use serde_json::Value as Json;

use crate::words::Lang;

/// The style sheet.
pub const STYLE: &str = include_str!("site.css");
/// The script: filters, sorting.
pub const SCRIPT: &str = include_str!("site.js");

macro_rules! templates {
    ($($name:literal),* $(,)?) => {
        &[$(($name, include_str!($name))),*]
    };
}

/// The templates, by name; the names end in `.html`, so that everything is escaped.
const TEMPLATES: &[(&str, &str)] = templates![
    "layout.html",
    "parts.html",
    "index.html",
    "findings.html",
    "flow.html",
    "money.html",
    "deadlines.html",
    "indicators.html",
    "flags.html",
    "communities.html",
    "community.html",
    "about.html",
];

/// Renders pages over one set of figures.
pub struct Renderer {
    environment: Environment<'static>,
    data: Value,
    lang: Lang,
}

impl Renderer {
    /// Reads the templates.
    ///
    /// # Errors
    /// If a template is wrong; a test renders them all.
    pub fn new(data: &Json, lang: Lang) -> anyhow::Result<Self> {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(minijinja::UndefinedBehavior::Strict);
        for (name, text) in TEMPLATES {
            environment.add_template(name, text)?;
        }
        environment.add_function("t", move |zh: String, en: String| {
            lang.pick(&zh, &en).to_owned()
        });
        let figures = data.clone();
        environment.add_function("fig", move |path: String, form: Option<String>| {
            Value::from_safe_string(figure(&figures, &path, form.as_deref().unwrap_or("number")))
        });
        let dossiers = dossiers(data);
        environment.add_function("dossier", move |case: String| {
            dossiers.get(&case).cloned().unwrap_or_default()
        });
        Ok(Self {
            environment,
            data: Value::from(Serde(data)),
            lang,
        })
    }

    /// Renders one page.
    ///
    /// # Errors
    /// If the template asks for what is not there.
    pub fn page(
        &self,
        template: &str,
        file: &str,
        title: &str,
        more: Value,
    ) -> anyhow::Result<String> {
        let template = self.environment.get_template(template)?;
        let own = context! {
            d => self.data.clone(),
            file => file,
            title => title,
            html_lang => self.lang.pick("zh-CN", "en"),
            version => env!("CARGO_PKG_VERSION"),
        };
        Ok(template.render(context! { ..own, ..more })?)
    }
}

/// The cases that have a dossier beside the report, each with its page.
pub fn dossiers(data: &Json) -> BTreeMap<String, String> {
    let cases = data["cases"].as_array().into_iter().flatten();
    cases
        .filter_map(|case| {
            let text = |key: &str| case[key].as_str().map(str::to_owned);
            Some((text("id")?, text("dossier")?))
        })
        .collect()
}

/// The figure under a path, with the path and the exact value beside what is shown.
fn figure(data: &Json, path: &str, form: &str) -> String {
    let mut value = data;
    for key in path.split('.') {
        value = match value {
            Json::Array(list) => key.parse::<usize>().ok().and_then(|i| list.get(i)),
            other => other.get(key),
        }
        .unwrap_or(&Json::Null);
    }
    let raw = match value {
        Json::Null => String::new(),
        Json::String(text) => text.clone(),
        other => other.to_string(),
    };
    format!(
        "<data data-figure=\"{}\" value=\"{}\">{}</data>",
        escaped(path),
        escaped(&raw),
        escaped(&shown(value, form))
    )
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

/// A value for people.
fn shown(value: &Json, form: &str) -> String {
    match (value, form) {
        (Json::Null, _) => "–".to_owned(),
        (Json::Number(number), "share") => {
            format!("{:.1}%", number.as_f64().unwrap_or_default() * 100.0)
        }
        (Json::Number(number), "yuan") => {
            grouped(&format!("{:.2}", number.as_f64().unwrap_or_default()))
        }
        (Json::Number(number), _) if number.is_f64() => {
            let text = format!("{:.3}", number.as_f64().unwrap_or_default());
            grouped(text.trim_end_matches('0').trim_end_matches('.'))
        }
        (Json::Number(number), "text") => number.to_string(),
        (Json::Number(number), _) => grouped(&number.to_string()),
        (Json::String(text), "yuan") => grouped(text),
        (Json::String(text), _) => text.clone(),
        (other, _) => other.to_string(),
    }
}

/// A number with its thousands apart.
fn grouped(text: &str) -> String {
    let (sign, rest) = match text.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", text),
    };
    let (whole, part) = rest.split_once('.').unwrap_or((rest, ""));
    let mut out = String::from(sign);
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index) % 3 == 0 {
            out.push(',');
        }
        out.push(digit);
    }
    if !part.is_empty() {
        out.push('.');
        out.push_str(part);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_figure_carries_its_path_and_its_exact_value() {
        let data = json!({"a": [{"b": 1234}, {"b": "860000.00"}], "c": 0.125, "d": "<b>"});
        let of = |path, form| figure(&data, path, form);
        assert_eq!(
            of("a.0.b", "number"),
            "<data data-figure=\"a.0.b\" value=\"1234\">1,234</data>"
        );
        assert!(of("a.1.b", "yuan").contains(">860,000.00<"));
        assert!(of("c", "share").contains("value=\"0.125\">12.5%<"));
        assert!(of("d", "text").contains("&lt;b&gt;"));
        assert!(of("x.y", "number").contains("value=\"\">–<"));
    }
}
