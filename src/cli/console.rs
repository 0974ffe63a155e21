//! Consoles that are not UTF-8: what people read goes out in GB18030 where it is wanted.

use std::borrow::Cow;
use std::ffi::OsString;

use encoding_rs::{Encoding, GB18030, UTF_8};

use crate::words;
use crate::words::Words;

/// The encoding of what people read: `--console-encoding`, `MINSHENG_ENCODING`, else that of the
/// locale. None is UTF-8.
pub(super) fn encoding(
    args: &[OsString],
    env: fn(&str) -> Option<String>,
) -> Result<Option<&'static Encoding>, String> {
    let given = option(args, "--console-encoding").or_else(|| env("MINSHENG_ENCODING"));
    if let Some(name) = given.filter(|name| !name.is_empty()) {
        let known = known(&name).ok_or(name)?;
        return Ok(Some(known).filter(|known| *known != UTF_8));
    }
    let mut locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().filter_map(env);
    let locale = locale.find(|value| !value.is_empty()).unwrap_or_default();
    let charset = locale.split_once('.').map_or("", |(_, charset)| charset);
    let charset = charset.split('@').next().unwrap_or_default();
    Ok(known(charset).filter(|known| *known != UTF_8))
}

/// No such encoding.
pub(super) fn unknown(name: &str) -> Words {
    words!(
        "错误：屏幕编码“{0}”不认识；可用：utf-8、gb18030（--console-encoding 或环境变量 MINSHENG_ENCODING）。",
        "error: the console encoding “{0}” is not known; use utf-8 or gb18030 (--console-encoding or MINSHENG_ENCODING).",
        name
    )
}

/// GB18030 by any of its names, or UTF-8.
fn known(name: &str) -> Option<&'static Encoding> {
    match name.to_ascii_lowercase().as_str() {
        "utf-8" | "utf8" => Some(UTF_8),
        "gb18030" | "gbk" | "gb2312" | "euccn" | "euc-cn" | "cp936" | "936" => Some(GB18030),
        _ => None,
    }
}

/// The value of an option, before anything is parsed.
pub(super) fn option(args: &[OsString], name: &str) -> Option<String> {
    let mut texts = args.iter().map(|arg| arg.to_string_lossy());
    while let Some(text) = texts.next() {
        if text == name {
            return texts.next().map(Cow::into_owned);
        }
        let value = text.strip_prefix(name).and_then(|v| v.strip_prefix('='));
        if let Some(value) = value {
            return Some(value.to_owned());
        }
    }
    None
}

/// Arguments that were typed in the console's encoding, as text.
pub(super) fn decoded(args: &[OsString], encoding: Option<&'static Encoding>) -> Vec<OsString> {
    let Some(encoding) = encoding.filter(|encoding| *encoding != UTF_8) else {
        return args.to_vec();
    };
    let one = |arg: &OsString| {
        if arg.to_str().is_some() {
            return arg.clone();
        }
        let text =
            encoding.decode_without_bom_handling_and_without_replacement(arg.as_encoded_bytes());
        text.map_or_else(|| arg.clone(), |text| text.into_owned().into())
    };
    args.iter().map(one).collect()
}

/// A text in an encoding; GB18030 has a form for every character.
pub(super) fn encoded(bytes: &[u8], encoding: Option<&'static Encoding>) -> Vec<u8> {
    match (encoding, std::str::from_utf8(bytes)) {
        (Some(encoding), Ok(text)) => encoding.encode(text).0.into_owned(),
        _ => bytes.to_vec(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn args(list: &[&str]) -> Vec<OsString> {
        list.iter().map(OsString::from).collect()
    }

    #[test]
    fn the_option_goes_before_the_variable_and_the_locale() {
        let set = |name: &str| match name {
            "MINSHENG_ENCODING" => Some("gb18030".to_owned()),
            _ => None,
        };
        let locale = |name: &str| (name == "LANG").then(|| "zh_CN.GB18030".to_owned());
        let none = |_: &str| None;
        let plain = args(&["minsheng", "todo"]);
        assert_eq!(encoding(&plain, none), Ok(None));
        assert_eq!(encoding(&plain, set), Ok(Some(GB18030)));
        assert_eq!(encoding(&plain, locale), Ok(Some(GB18030)));
        let utf8 = args(&["minsheng", "--console-encoding=utf-8", "todo"]);
        assert_eq!(encoding(&utf8, set), Ok(None));
        let wrong = args(&["minsheng", "--console-encoding", "big5"]);
        assert_eq!(encoding(&wrong, none), Err("big5".to_owned()));
    }

    #[test]
    fn every_character_goes_there_and_back() {
        let text = "长者午餐 〔2022〕 ☑ 𠮷 é 🏮";
        let bytes = encoded(text.as_bytes(), Some(GB18030));
        assert_ne!(bytes, text.as_bytes());
        let (back, _, bad) = GB18030.decode(&bytes);
        assert!(!bad);
        assert_eq!(back, text);
        assert_eq!(encoded(text.as_bytes(), None), text.as_bytes());
    }
}
