//! Examples: a value for each field that reads back without a problem. All persons, places and
//! companies are invented.

use crate::pack::Pack;
use crate::step::{Field, Kind, StepDef};

/// The year of the examples.
const YEAR: &str = "2026";

/// A value that the field can have.
pub(super) fn of(def: &StepDef, field: &Field, pack: &Pack) -> String {
    match field.kind {
        Kind::Text => text(def, field, pack),
        Kind::Count if field.name.contains("year") => YEAR.to_owned(),
        Kind::Count if field.list => "18、9、3、0、0".to_owned(),
        Kind::Count if matches!(field.name, "batch" | "event") => "1".to_owned(),
        Kind::Count => "30".to_owned(),
        Kind::Flag => "是".to_owned(),
        Kind::Money => "85000.00".to_owned(),
        Kind::Day => day(def, field),
        Kind::Moment => format!("{} 09:30", day(def, field)),
        Kind::Ref => reference(field),
        Kind::Code => "HZ".to_owned(),
        Kind::Term => words(field, pack),
        Kind::Personal if field.name.contains("phone") => "13800000001".to_owned(),
        Kind::Personal if field.name == "household" => "1栋101".to_owned(),
        Kind::Personal => "张示例".to_owned(),
        Kind::Member => members(field, pack),
    }
}

/// Days in the order of the form, three days apart: no period ends before it begins.
fn day(def: &StepDef, field: &Field) -> String {
    let days = def
        .fields
        .iter()
        .filter(|f| matches!(f.kind, Kind::Day | Kind::Moment));
    let place = days.take_while(|f| f.name != field.name).count();
    format!("{YEAR}-03-{:02}", (1 + 3 * place).min(28))
}

fn text(def: &StepDef, field: &Field, pack: &Pack) -> String {
    const NUMBERS: [&str; 9] = [
        "basis", "number", "minutes", "contract", "decision", "document", "approval", "voucher",
        "receipt",
    ];
    let part = |word: &&str| field.name.split('_').any(|part| part == *word);
    let one = match field.name {
        "title" => "3号楼加装扶手",
        "summary" | "content" => "在楼梯间加装扶手",
        "name" if def.id == "register.community" => "示例社区",
        "street" => "示例街道",
        "scope" => "HZ",
        "rule" => return pack.rules.first().map_or("A1", |rule| &rule.id).to_owned(),
        "reading" => "default",
        "set" => "amount=85000",
        "days" => return format!("{YEAR}-01-01 休 元旦"),
        "place" => "社区广场",
        "channel" | "channels" => "社区公开栏",
        "file" => "合同.pdf",
        "origin" => "LEDGER.1",
        _ if field.name.ends_with("code") => "91000000MAEXAMPLE0",
        _ if field.name.starts_with("unit") => "示例服务中心",
        _ if NUMBERS.iter().any(part) => return format!("示例〔{YEAR}〕1号"),
        _ => return format!("示例{}", field.heading),
    };
    one.to_owned()
}

fn reference(field: &Field) -> String {
    let tail = match field.name.trim_end_matches('s') {
        "demand" | "unresolvable" => "-D0001",
        "round" => "-R1",
        "meeting" => "-M1",
        "session" => "-E1",
        "inspection" => "-I1",
        "finding" => "-I1-F1",
        "item" => return "KU-001".to_owned(),
        "entry" => return "MD-001".to_owned(),
        "body" => return "示例街道".to_owned(),
        "scope" => return "HZ".to_owned(),
        _ => "-001",
    };
    format!("HZ{YEAR}{tail}")
}

fn words(field: &Field, pack: &Pack) -> String {
    let known = pack.vocabularies.iter().find(|v| v.id == field.vocabulary);
    let terms = known.map_or(&[][..], |known| &known.terms);
    let many = if field.list { 2 } else { 1 };
    let labels: Vec<&str> = terms.iter().take(many).map(|t| t.label.as_str()).collect();
    if labels.is_empty() {
        return "示例".to_owned();
    }
    // a word of the regulation may hold the sign that parts the others
    let parted = labels.iter().any(|label| label.contains('、'));
    labels.join(if parted { "；" } else { "、" })
}

fn members(field: &Field, pack: &Pack) -> String {
    let known = pack.vocabularies.iter().find(|v| v.id == field.vocabulary);
    let terms = known.map_or(&[][..], |known| &known.terms);
    let names = ["张示例", "李示例"];
    let list = terms.iter().zip(names);
    let list: Vec<String> = list
        .map(|(term, name)| format!("{}:{name}", term.label))
        .collect();
    if list.is_empty() {
        return "示例:张示例".to_owned();
    }
    list.join("、")
}
