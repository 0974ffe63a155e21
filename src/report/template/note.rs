//! The note on a heading: what to write, in which form, and which clause asks for it.

use crate::pack::{Pack, Rule};
use crate::step::{Field, Kind, StepDef};
use crate::words::Lang;

/// Clauses that a note names.
const MOST: usize = 3;
/// Characters of a clause's words.
const LONG: usize = 60;
/// Words of a vocabulary that a note names; the list has them all.
const WORDS: usize = 12;

/// The note on the heading of a field.
pub(super) fn of(def: &StepDef, index: usize, pack: &Pack, lang: Lang) -> String {
    let field = &def.fields[index];
    let mut lines = vec![head(field, lang), form(def, field, pack, lang)];
    if lang == Lang::En {
        lines.insert(1, field.en.trim().to_owned());
    }
    if !field.aliases.is_empty() {
        let names = field.aliases.join("、");
        lines.push(match lang {
            Lang::Zh => format!("列名也可写作：{names}"),
            Lang::En => format!("The heading may also read: {names}"),
        });
    }
    lines.extend(clauses(def, index, pack, lang));
    lines.join("\n")
}

fn head(field: &Field, lang: Lang) -> String {
    let heading = field.heading;
    match (lang, field.required) {
        (Lang::Zh, true) => format!("{heading}（必填）"),
        (Lang::Zh, false) => format!("{heading}（选填）"),
        (Lang::En, true) => format!("{heading} ({}, required)", field.name),
        (Lang::En, false) => format!("{heading} ({}, optional)", field.name),
    }
}

/// How a value is written.
fn form(def: &StepDef, field: &Field, pack: &Pack, lang: Lang) -> String {
    let phone = field.name.contains("phone");
    let (zh, en) = match field.kind {
        Kind::Text if field.name.ends_with("code") => (
            "18位统一社会信用代码，按文本填写".to_owned(),
            "credit code, as text".to_owned(),
        ),
        Kind::Text => (
            "文字，不超过5000字".to_owned(),
            "text of at most 5,000 characters".to_owned(),
        ),
        Kind::Count if field.name.contains("year") => (
            "四位年份，如2026".to_owned(),
            "a year of four digits".to_owned(),
        ),
        Kind::Count => (
            "不小于0的整数".to_owned(),
            "a whole number of at least 0".to_owned(),
        ),
        Kind::Flag => ("是 或 否".to_owned(), "是 (yes) or 否 (no)".to_owned()),
        Kind::Money => (
            "金额，单位元，精确到分；也可写“8.5万”".to_owned(),
            "an amount in yuan, exact to the fen; 8.5万 is understood".to_owned(),
        ),
        Kind::Day => (
            "日期，如 2026-03-01".to_owned(),
            "a day such as 2026-03-01".to_owned(),
        ),
        Kind::Moment => (
            "日期和时分，如 2026-03-01 09:30；不知道时分的只写日期".to_owned(),
            "a minute such as 2026-03-01 09:30, or the day alone".to_owned(),
        ),
        Kind::Ref if field.name == def.subject && !field.required => (
            "编号；留空则由程序编号".to_owned(),
            "an identifier; left blank, the tool numbers it".to_owned(),
        ),
        Kind::Ref => (
            "编号，如 HZ2026-001；须是已登记的，或本工作簿里登记的".to_owned(),
            "an identifier that is recorded, or recorded by this workbook".to_owned(),
        ),
        Kind::Code => (
            "社区代码，1至8个大写字母，如 HZ".to_owned(),
            "a community's code, one to eight capital letters".to_owned(),
        ),
        Kind::Term => words(field, pack),
        Kind::Personal if phone => (
            "电话号码，按文本填写；另行保存，公开版遮盖，可依申请删除".to_owned(),
            "a telephone number, as text; kept apart, masked in public copies, erasable".to_owned(),
        ),
        Kind::Personal => (
            "姓名或住址；另行保存，公开版遮盖，可依申请删除".to_owned(),
            "a name or an address; kept apart, masked in public copies, erasable".to_owned(),
        ),
        Kind::Member => {
            let (zh, en) = words(field, pack);
            (format!("角色:姓名；角色{zh}"), format!("role:name; {en}"))
        }
    };
    let (many, many_en) = if field.list {
        ("；多个用、隔开", "; several are parted by 、")
    } else {
        ("", "")
    };
    match lang {
        Lang::Zh => format!("格式：{zh}{many}"),
        Lang::En => format!("Form: {en}{many_en}"),
    }
}

/// The words that the regulation has for a field.
fn words(field: &Field, pack: &Pack) -> (String, String) {
    let known = pack.vocabularies.iter().find(|v| v.id == field.vocabulary);
    let Some(known) = known.filter(|v| !v.terms.is_empty()) else {
        return ("文字".to_owned(), "text".to_owned());
    };
    let labels = known.terms.iter().take(WORDS).map(|t| t.label.as_str());
    let mut list = labels.collect::<Vec<_>>().join("、");
    if known.terms.len() > WORDS {
        list.push('…');
    }
    if known.open {
        (
            format!("可填：{list}；也可写别的"),
            format!("one of {list}, or other words"),
        )
    } else {
        (format!("只能填：{list}"), format!("one of {list}"))
    }
}

/// The clauses that read the field, or the papers that print it.
fn clauses(def: &StepDef, index: usize, pack: &Pack, lang: Lang) -> Vec<String> {
    let field = &def.fields[index];
    let mut seen: Vec<&str> = Vec::new();
    let mut lines = Vec::new();
    let mut more = 0;
    // the rules that look at little else say most about the field
    let mut readers: Vec<&Rule> = pack.readers(def, Some(index)).collect();
    readers.sort_by_key(|rule| rule.names().len());
    for rule in readers {
        if seen.contains(&rule.cite.as_str()) {
            continue;
        }
        seen.push(&rule.cite);
        if lines.len() >= MOST {
            more += 1;
            continue;
        }
        let quote = rule.quotes.first().map_or("", String::as_str);
        let short: String = quote.chars().take(LONG).collect();
        let dots = if quote.chars().count() > LONG {
            "…"
        } else {
            ""
        };
        lines.push(match lang {
            Lang::Zh => format!("依据 {}（{}）：“{short}{dots}”", rule.cite, rule.id),
            Lang::En => format!("Clause {} ({}): “{short}{dots}”", rule.cite, rule.id),
        });
    }
    if more > 0 {
        lines.push(match lang {
            Lang::Zh => format!("另有{more}条也要看这一栏"),
            Lang::En => format!("{more} more clauses read this field"),
        });
    }
    if lines.is_empty() {
        let papers = pack.papers_with(def, field.name).take(2);
        lines.extend(papers.map(|(cite, title)| match lang {
            Lang::Zh => format!("填入 {cite}《{title}》"),
            Lang::En => format!("Printed in {cite} “{title}”"),
        }));
    }
    lines
}
