//! A new pack: the questions to be answered and the clauses to be turned into rows. Nothing is
//! filled in from another city.

use std::fmt::Write as _;

use crate::pack::parameter::Catalogue;
use crate::step::STEPS;
use crate::words::Lang;

/// Name and text of a regulation that begins to be a pack.
pub struct Beginning<'a> {
    /// Identifier of the pack.
    pub id: &'a str,
    /// Title of the regulation.
    pub name: &'a str,
    /// The words of the regulation, if they are given.
    pub text: Option<&'a str>,
}

/// The files of the new pack, by name.
#[must_use]
pub fn begin(beginning: &Beginning<'_>) -> Vec<(&'static str, String)> {
    vec![
        ("pack.toml", pack(beginning)),
        ("words.toml", vocabularies()),
        ("parameters.toml", questions()),
        ("rows.toml", rows(beginning)),
    ]
}

fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

fn pack(beginning: &Beginning<'_>) -> String {
    format!(
        "# {name}: name, validity, named facts, stages, conditions (docs/packs.md).\n\n\
         [meta]\nid = {id}\nname = {quoted_name}\nname_en = {id}\n\
         # document = \"文号\"\n# from = \"施行日期，如 2022-01-01\"; to = \"有效期至\"\n\
         # validity_cite = \"第几条\"\nmodules = [\"case\"]\n\n\
         [meta.roles]\n# community = \"社区\"; street = \"街道\"; district = \"全区\"\n\n\
         # Facts that stand in several places: the first that is recorded counts.\n\n\
         [[fact]]\nid = \"title\"\nlabel = \"项目名称\"\nlabel_en = \"project name\"\n\
         from = [\"shortlist.candidate.title\"]\n\n\
         [[fact]]\nid = \"type\"\nlabel = \"项目类型\"\nlabel_en = \"project type\"\n\
         from = [\"shortlist.candidate.type\", \"collect.demand.type\"]\n\n\
         [[fact]]\nid = \"amount\"\nlabel = \"项目金额\"\nlabel_en = \"project amount\"\n\
         from = [\"shortlist.candidate.amount\"]\n\n\
         # A stage has passed once one of these is recorded: what its rules wait for is missing then.\n\n\
         [[stage]]\nid = \"collect\"\npassed = [\"implement.start\", \"implement.complete\"]\n\n\
         [[stage]]\nid = \"shortlist\"\npassed = [\"implement.start\", \"implement.complete\"]\n\n\
         [[stage]]\nid = \"publicize\"\npassed = [\"implement.start\", \"implement.complete\"]\n\n\
         [[stage]]\nid = \"implement\"\npassed = [\"accept.record\", \"accept.close\"]\n\n\
         [[stage]]\nid = \"accept\"\npassed = [\"accept.settle\"]\n",
        name = beginning.name,
        quoted_name = quoted(beginning.name),
        id = quoted(beginning.id),
    )
}

/// Every vocabulary that a step has a field of, to be answered in the regulation's words.
fn vocabularies() -> String {
    let mut text = String::from(
        "# The regulation's words for canonical terms; what is not listed here is taken as it is\n\
         # written. A term: { id = \"service\", label = \"服务类\", aliases = [\"服务\"] }\n",
    );
    let mut told = Vec::new();
    for def in STEPS {
        for field in def.fields.iter().filter(|f| !f.vocabulary.is_empty()) {
            if told.contains(&field.vocabulary) {
                continue;
            }
            told.push(field.vocabulary);
            let _ = write!(
                text,
                "\n# {}（{}）\n# [[vocabulary]]\n# id = \"{}\"\n# terms = [\n# ]\n",
                field.heading, def.zh, field.vocabulary
            );
        }
    }
    text
}

/// Every question of the catalogue, unanswered.
fn questions() -> String {
    let catalogue = Catalogue::get();
    let mut text = String::from(
        "# Each question is answered by value with rule, or value with cite and quote, or by\n\
         # absent = true where the text is silent. Nothing is filled in from another city.\n",
    );
    let mut last = "";
    for question in &catalogue.questions {
        if question.step != last {
            last = &question.step;
            let _ = write!(text, "\n# {}\n", catalogue.step(last, Lang::Zh));
        }
        let value = match question.form.as_str() {
            "money" => "\"200000.00\"",
            "days" | "months" | "number" | "percent" => "0",
            "date" => "\"2022-01-01\" (每年的月日: \"12-31\")",
            "list" => "[\"…\"]",
            _ => "\"…\"",
        };
        let _ = write!(
            text,
            "\n[[parameter]] # {}\nid = \"{}\"\n# value = {value}\n# rule = \"…\" (or: cite = \"…\", quote = \"…\")\n# absent = true\n",
            question.zh, question.id
        );
    }
    text
}

/// A draft row for each sentence of the text, to be turned into checks.
fn rows(beginning: &Beginning<'_>) -> String {
    let mut text = String::from(
        "# One row for each clause, in the order of the law: name the defect, choose severity,\n\
         # stage and scope, and replace `recorded` by checks, or keep it with its reason. A clause\n\
         # that says two things makes two rows.\n",
    );
    let mut cite = String::new();
    let mut number = 0;
    for line in beginning.text.unwrap_or_default().lines().map(str::trim) {
        let (article, rest) = article(line);
        if let Some(article) = article {
            article.clone_into(&mut cite);
        }
        for clause in rest.split(['。', '；', ';']).map(str::trim) {
            if clause.chars().count() <= 5 {
                continue;
            }
            number += 1;
            let _ = write!(
                text,
                "\n[[rule]]\nid = \"R{number}\"\ncite = {}\nquotes = [{}]\ntitle = \"（待写：说出不符之处）\"\ntitle_en = \"(to be written: name the defect)\"\nseverity = \"{}\"\nstage = \"shortlist\"\nscope = \"case\"\nrecorded = \"待编写：说明为何不能核对，或改为 [[rule.check]]。\"\nrecorded_en = \"To be written: why it cannot be checked, or [[rule.check]].\"\n",
                quoted(if cite.is_empty() { "第　条" } else { &cite }),
                quoted(clause),
                severity(clause)
            );
        }
    }
    text
}

/// The article that a line begins with, and the rest of the line.
fn article(line: &str) -> (Option<&str>, &str) {
    let end = line.find('条').filter(|_| line.starts_with('第'));
    match end {
        Some(end) if line[..end].chars().count() <= 6 => {
            let (article, rest) = line.split_at(end + '条'.len_utf8());
            (Some(article), rest.trim())
        }
        _ => (None, line),
    }
}

/// How hard a clause is, by its words.
fn severity(clause: &str) -> &'static str {
    const BOUND: [&str; 16] = [
        "应",
        "须",
        "不得",
        "不少于",
        "不超过",
        "不低于",
        "不高于",
        "严禁",
        "方可",
        "日内",
        "天内",
        "个月内",
        "以内",
        "底前",
        "每年",
        "每季度",
    ];
    if clause.contains("原则上") {
        "principle"
    } else if BOUND.iter().any(|mark| clause.contains(mark)) {
        "must"
    } else {
        "info"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_draft_has_the_article_and_the_weight_of_its_words() {
        let (cite, rest) = article("第十一条　公示不少于5日。");
        assert_eq!((cite, rest), (Some("第十一条"), "公示不少于5日。"));
        assert_eq!(article("项目应公示。"), (None, "项目应公示。"));
        assert_eq!(severity("15日内组织验收"), "must");
        assert_eq!(severity("原则上不超过30万元"), "principle");
        assert_eq!(severity("鼓励社会组织承接"), "info");
    }
}
