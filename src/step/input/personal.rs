//! Reading personal values: names, telephone numbers.

use serde_json::{Map, Value as Json};

use super::tidy;
use crate::step::Field;
use crate::words;
use crate::words::Words;

/// As [`personal`], in canonical JSON.
pub(super) fn read_personal(field: &Field, text: &str) -> Result<Json, Words> {
    let personal = ("personal".to_owned(), personal(field, text)?.into());
    Ok(Json::Object(Map::from_iter([personal])))
}

/// A personal value as it is kept: a phone number without the signs that only set it out.
pub(super) fn personal(field: &Field, text: &str) -> Result<String, Words> {
    let phone = field.name.contains("phone");
    let mut text = tidy(text);
    if text.contains('*') {
        return Err(words!(
            "“{}”是遮盖过的（公开版），请用未遮盖的清单。",
            "“{1}” is masked (a public copy); use the full list.",
            field.heading,
            field.name
        ));
    }
    if phone {
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        let only_number = text
            .chars()
            .all(|c| c.is_ascii_digit() || matches!(c, ' ' | '-' | '+' | '(' | ')'));
        if only_number && digits.len() >= 16 {
            return Err(words!(
                "“{}”有{}位数字，像身份证号；请改填电话，并把该列设为文本格式（Excel会丢失15位以后的数字）。",
                "“{}” has {} digits, like an identity number; give a phone number and format the column as text (Excel loses digits after the 15th).",
                field.heading,
                digits.len()
            ));
        }
        // a mobile number begins with 1 and has 11 digits; a local one has 7 or more
        let enough = if digits.starts_with('1') { 11 } else { 7 };
        if only_number && digits.len() < enough {
            return Err(words!(
                "“{}”只有{}位数字，请填写完整的电话号码。",
                "“{}” has only {} digits; give the whole phone number.",
                field.heading,
                digits.len()
            ));
        }
        if only_number {
            // the country's own prefix makes no other number
            let local = digits
                .strip_prefix("86")
                .filter(|d| d.len() == 11 && d.starts_with('1'));
            local.unwrap_or(&digits).clone_into(&mut text);
        }
    }
    Ok(text)
}
