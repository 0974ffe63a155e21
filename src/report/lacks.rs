//! Missing facts by record: what to bring, a form at a time and not a field at a time.

use crate::judge::Finding;
use crate::step::StepDef;
use crate::words::Words;

/// Takes the labels of missing things apart: the record, and its field if one is named.
pub(super) fn records(missing: &[Words]) -> Vec<(Words, Words)> {
    missing
        .iter()
        .map(|what| {
            let zh = what
                .zh
                .strip_suffix('”')
                .and_then(|text| text.split_once("的“"));
            let en = what.en.split_once(" of ");
            if let (Some((record, field)), Some((name, step))) = (zh, en) {
                (Words::new(record, step), Words::new(field, name))
            } else {
                let zh = what.zh.strip_suffix("记录").unwrap_or(&what.zh);
                let en = what.en.strip_prefix("record ").unwrap_or(&what.en);
                (Words::new(zh, en), Words::default())
            }
        })
        .collect()
}

/// The fields that some rules ask for of the records of one step, and those rules.
#[must_use]
pub fn of_step(findings: &[Finding], def: &StepDef) -> Option<(Words, Vec<String>)> {
    let (mut said, mut rules) = (Words::default(), Vec::new());
    for finding in findings {
        for (record, field) in records(&finding.missing) {
            if record.zh != def.zh || field.is_empty() {
                continue;
            }
            said = with_field(&said, &record, &field);
            if !rules.contains(&finding.rule) {
                rules.push(finding.rule.clone());
            }
        }
    }
    (!rules.is_empty()).then_some((said, rules))
}

/// Adds a field to the words for a record: `采购：采购人、采购计划`.
pub(super) fn with_field(so_far: &Words, record: &Words, field: &Words) -> Words {
    let add = |so_far: &str, record: &str, field: &str, colon: &str, gap: &str| {
        if so_far.is_empty() {
            return if field.is_empty() {
                record.to_owned()
            } else {
                format!("{record}{colon}{field}")
            };
        }
        let listed = so_far.split_once(colon).map(|(_, list)| list);
        if field.is_empty() || listed.is_some_and(|list| list.split(gap).any(|f| f == field)) {
            return so_far.to_owned();
        }
        match listed {
            Some(_) => format!("{so_far}{gap}{field}"),
            None => format!("{so_far}{colon}{field}"),
        }
    };
    Words::new(
        add(&so_far.zh, &record.zh, &field.zh, "：", "、"),
        add(&so_far.en, &record.en, &field.en, ": ", ", "),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_stand_under_their_record() {
        let missing = [
            Words::new("采购的“采购人”", "purchaser of implement.procure"),
            Words::new("采购的“采购计划”", "plan of implement.procure"),
            Words::new("采购记录", "record implement.procure"),
        ];
        let mut said = Words::default();
        for (record, field) in records(&missing) {
            assert_eq!(record.zh, "采购");
            said = with_field(&said, &record, &field);
        }
        assert_eq!(said.zh, "采购：采购人、采购计划");
        assert_eq!(said.en, "implement.procure: purchaser, plan");
    }
}
