//! What a pack still lacks: unanswered questions, quotes that the text does not have, clauses
//! that no row quotes, rows without examples.

mod examples;
mod terms;
mod values;

use std::collections::{BTreeMap, BTreeSet};

use crate::law::Unit;
use crate::pack::parameter::Catalogue;
use crate::pack::{Pack, Primitive, Rule, Severity, Treatment};
use crate::words;
use crate::words::Words;

pub use examples::Examples;

/// One thing that is wrong or missing.
#[derive(Clone, Debug)]
pub struct Flaw {
    /// The rule, the parameter, or the clause of the text.
    pub at: String,
    /// What is wrong, and what to do.
    pub words: Words,
}

impl Flaw {
    fn new(at: &str, words: Words) -> Self {
        Self {
            at: at.to_owned(),
            words,
        }
    }
}

/// Words and signs that mark a duty or a limit.
const MARKS: [&str; 28] = [
    "方可",
    "不少于",
    "不得",
    "不超过",
    "不低于",
    "不高于",
    "不能少于",
    "严禁",
    "以内",
    "以下",
    "以上",
    "原则上",
    "应",
    "须",
    "底前",
    "工作日",
    "每年",
    "每季度",
    "每半年",
    "至少",
    "超过",
    "之前完成",
    "日内",
    "天内",
    "个月内",
    "小时",
    "万元",
    "%",
];
/// Words in which a mark is no mark.
const NO_MARKS: [&str; 15] = [
    "以下问卷",
    "以下简称",
    "以下原则",
    "应急",
    "相应",
    "供应",
    "对应",
    "响应",
    "适应",
    "反应",
    "应用",
    "须知",
    "无须",
    "应届",
    "应有尽有",
];

/// The text of a regulation without blanks, and where its lines end.
struct Law {
    chars: Vec<char>,
    ends: BTreeSet<usize>,
}

impl Law {
    fn new(text: &str) -> Self {
        let (mut chars, mut ends) = (Vec::new(), BTreeSet::new());
        for c in text.chars() {
            if c == '\n' {
                ends.insert(chars.len());
            }
            if matches!(c, '。' | '；' | ';') {
                ends.insert(chars.len() + 1);
            }
            if !c.is_whitespace() {
                chars.push(c);
            }
        }
        Self { chars, ends }
    }

    /// Where some words stand.
    fn find(&self, words: &str) -> Vec<usize> {
        let wanted: Vec<char> = words.chars().filter(|c| !c.is_whitespace()).collect();
        if wanted.is_empty() || wanted.len() > self.chars.len() {
            return Vec::new();
        }
        (0..=self.chars.len() - wanted.len())
            .filter(|at| self.chars[*at..].starts_with(&wanted))
            .collect()
    }

    /// Where the clause around a place begins and ends.
    fn around(&self, at: usize) -> (usize, usize) {
        let from = self.ends.range(..=at).next_back().copied().unwrap_or(0);
        let to = self.ends.range(at + 1..).next().copied();
        (from, to.unwrap_or(self.chars.len()))
    }
}

/// Everything that is wrong with a pack. `text` is the regulation, `examples` the verdicts that
/// the examples of each rule expect.
#[must_use]
pub fn lint(
    pack: &Pack,
    text: Option<&str>,
    examples: Option<&BTreeMap<String, BTreeSet<String>>>,
) -> Vec<Flaw> {
    let mut flaws = parameters(pack);
    flaws.extend(values::values(pack));
    flaws.extend(terms::terms(pack));
    flaws.extend(terms::slots(pack));
    if pack.stages.is_empty() {
        flaws.push(Flaw::new(
            "pack.toml",
            words!(
                "没有 [[stage]]：环节过后还缺的记录不会列为“资料不足”。",
                "No [[stage]]: what is still missing once its stage has passed stays pending."
            ),
        ));
    }
    for rule in &pack.rules {
        flaws.extend(row(rule));
    }
    if let Some(text) = text {
        flaws.extend(against(pack, &Law::new(text)));
    }
    if let Some(examples) = examples {
        flaws.extend(shown(pack, examples));
    }
    flaws
}

/// The answers to the catalogue.
fn parameters(pack: &Pack) -> Vec<Flaw> {
    let catalogue = Catalogue::get();
    let mut flaws = Vec::new();
    for question in &catalogue.questions {
        let answer = pack.parameter(&question.id);
        if !answer.is_some_and(crate::pack::Parameter::is_answered) {
            flaws.push(Flaw::new(
                &question.id,
                words!(
                    "“{}”没有回答；在 parameters.toml 写 value 和条款，条文没有规定的写 absent = true。",
                    "“{1}” is not answered: give value and clause in parameters.toml, or absent = true where the text is silent.",
                    question.zh,
                    question.en
                ),
            ));
        }
    }
    let used = pack.used();
    for parameter in pack.parameters.iter() {
        let question = catalogue.question(&parameter.id);
        if question.is_none() && !parameter.id.starts_with("x.") {
            flaws.push(Flaw::new(
                &parameter.id,
                words!(
                    "没有这个参数；本依据自己的参数以 x. 开头。",
                    "There is no such parameter; one of this regulation alone begins with x."
                ),
            ));
        }
        let rule = parameter.rule.as_deref();
        if let Some(id) = rule.filter(|id| pack.rule(id).is_none()) {
            flaws.push(Flaw::new(
                &parameter.id,
                words!("没有规则“{0}”。", "There is no rule “{0}”.", id),
            ));
        }
        if parameter.value.is_none() {
            continue;
        }
        if rule.is_none() && (parameter.cite.is_empty() || parameter.quote.is_empty()) {
            flaws.push(Flaw::new(
                &parameter.id,
                words!(
                    "没有出处；写 rule，或写 cite 和 quote。",
                    "No source: give rule, or cite and quote."
                ),
            ));
        }
        let number = question.is_some_and(|q| {
            matches!(
                q.form.as_str(),
                "money" | "days" | "months" | "number" | "percent"
            )
        });
        let judged = rule
            .and_then(|id| pack.rule(id))
            .is_some_and(|rule| matches!(rule.treatment(), Treatment::Computed(_)));
        if number && judged && !used.contains(&parameter.id) {
            flaws.push(Flaw::new(
                &parameter.id,
                words!(
                    "没有规则引用它；在规则里写 @{0}，数字只写一处。",
                    "No row refers to it: write @{0} in the row, so that the number stands once.",
                    parameter.id
                ),
            ));
        }
    }
    flaws
}

/// What a row itself shows.
fn row(rule: &Rule) -> Vec<Flaw> {
    let mut flaws = Vec::new();
    let mut say = |words: Words| flaws.push(Flaw::new(&rule.id, words));
    let has = |word: &str| rule.quotes.iter().any(|quote| quote.contains(word));
    let why = match rule.treatment() {
        Treatment::Recorded(why) => why.zh.as_str(),
        _ => "",
    };
    if [rule.title.zh.as_str(), why]
        .iter()
        .any(|text| text.contains("待写") || text.contains("待编写"))
        || rule.cite.contains("第　条")
    {
        say(words!(
            "还是草稿：写出条款、标题和核对（或只收录的原因）。",
            "Still a draft: give clause, title and checks, or the reason why it is only recorded."
        ));
    }
    if rule.quotes.is_empty() || rule.cite.is_empty() {
        say(words!("没有条款或原文。", "No clause or no words of it."));
    }
    if has("原则上") && rule.severity == Severity::Must && rule.contested.is_none() {
        say(words!(
            "原文有“原则上”，要求却是 must；改为 principle，或以 contested 写明另一种读法。",
            "The words say 原则上 but the severity is must: make it principle, or name the other reading as contested."
        ));
    }
    let bound = matches!(rule.severity, Severity::Must | Severity::Principle);
    let Treatment::Computed(checks) = rule.treatment() else {
        return flaws;
    };
    if bound && rule.remedy.is_empty() {
        say(words!("没有补救办法 remedy。", "No remedy."));
    }
    for check in checks {
        let Primitive::Deadline { within, .. } = &check.primitive else {
            continue;
        };
        if within.unit == Unit::Workday && !has("工作日") {
            say(words!(
                "按工作日计算，原文却没有“工作日”。",
                "Working days are counted, but the words do not say 工作日."
            ));
        }
        if within.unit == Unit::Day && has("个工作日") {
            say(words!(
                "原文是工作日，却按自然日计算。",
                "The words say working days, calendar days are counted."
            ));
        }
    }
    flaws
}

/// The pack against the words of the regulation.
fn against(pack: &Pack, law: &Law) -> Vec<Flaw> {
    let mut flaws = Vec::new();
    let mut covered = vec![false; law.chars.len()];
    let of_rules = pack
        .rules
        .iter()
        .flat_map(|rule| rule.quotes.iter().map(|q| (rule.id.as_str(), q.as_str())));
    let of_parameters = pack
        .parameters
        .iter()
        .filter(|p| !p.quote.is_empty())
        .map(|p| (p.id.as_str(), p.quote.as_str()));
    for (at, quote) in of_rules.chain(of_parameters) {
        let places = law.find(quote);
        let length = quote.chars().filter(|c| !c.is_whitespace()).count();
        for place in &places {
            covered[*place..place + length].fill(true);
        }
        if places.is_empty() {
            flaws.push(Flaw::new(
                at,
                words!("原文中没有“{0}”。", "The text does not have “{0}”.", quote),
            ));
        }
    }
    let mut told = BTreeSet::new();
    for mark in MARKS {
        for place in law.find(mark) {
            let (from, to) = law.around(place);
            // a row that quotes a part of the clause stands for it
            let stands = covered[from..to].iter().any(|c| *c);
            if stands || is_no_mark(law, place) {
                continue;
            }
            let clause: String = law.chars[from..to].iter().collect();
            // what introduces a list is told by the list
            if clause.ends_with(['：', ':']) {
                continue;
            }
            if told.insert(clause.clone()) {
                flaws.push(Flaw::new(
                    &clause,
                    words!(
                        "这一句有“{0}”，没有规则引用；补一条规则，或并入已有规则的 quotes。",
                        "This clause says {0} and no row quotes it: add a row, or its words to a row.",
                        mark
                    ),
                ));
            }
        }
    }
    flaws
}

/// True if a mark is a part of another word, or money without a number.
fn is_no_mark(law: &Law, place: usize) -> bool {
    let unit = law.chars[place..].starts_with(&['万', '元']);
    let number = place > 0 && law.chars[place - 1].is_ascii_digit();
    if unit && !number {
        return true;
    }
    NO_MARKS.iter().any(|word| {
        let length = word.chars().count();
        let from = place.saturating_sub(length - 1);
        (from..=place).any(|at| {
            let end = (at + length).min(law.chars.len());
            law.chars[at..end].iter().collect::<String>() == *word && place < at + length
        })
    })
}

/// True for a check that rests on a number or a date of law.
fn has_number(primitive: &Primitive) -> bool {
    matches!(
        primitive,
        Primitive::Deadline { .. }
            | Primitive::FixedDate { .. }
            | Primitive::Duration { .. }
            | Primitive::Cap { .. }
            | Primitive::Count { .. }
            | Primitive::RunningSum { .. }
            | Primitive::Ratio { .. }
            | Primitive::Coverage { .. }
            | Primitive::Share { .. }
            | Primitive::Portion(_)
            | Primitive::Total(_)
            | Primitive::Members(_)
            | Primitive::Season(_)
    )
}

/// The examples: each judged row is seen kept, and one with a number on both sides of it.
fn shown(pack: &Pack, examples: &BTreeMap<String, BTreeSet<String>>) -> Vec<Flaw> {
    let mut flaws = Vec::new();
    for rule in &pack.rules {
        let Treatment::Computed(checks) = rule.treatment() else {
            continue;
        };
        let number = checks.iter().any(|check| has_number(&check.primitive));
        let none = BTreeSet::new();
        let seen = examples.get(&rule.id).unwrap_or(&none);
        let kept = seen.contains("pass");
        let other = seen
            .iter()
            .any(|v| !matches!(v.as_str(), "pass" | "pending"));
        if !kept || (number && !other) {
            flaws.push(Flaw::new(
                &rule.id,
                words!(
                    "例子不全：要有合规的，也要有界线另一边的；现有：{0}。",
                    "Examples on both sides are wanted; there are: {0}.",
                    seen.iter().cloned().collect::<Vec<_>>().join("、")
                ),
            ));
        }
    }
    flaws
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_found_where_they_are_marks() {
        let law = Law::new("社区应当公示。\n应急项目除外；公示不少于3天。");
        let at = law.find("应");
        assert_eq!(at.len(), 2);
        assert!(!is_no_mark(&law, at[0]) && is_no_mark(&law, at[1]));
        let (from, to) = law.around(law.find("不少于")[0]);
        let clause: String = law.chars[from..to].iter().collect();
        assert_eq!(clause, "公示不少于3天。");
    }
}
