//! The words and signs of a guard.

/// A word, a text, a number or a sign.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    Word(String),
    Text(String),
    Number(String),
    Sign(&'static str),
}

/// Cuts a guard into its words and signs.
///
/// # Errors
/// Says what is not understood.
pub(super) fn tokens(text: &str) -> Result<Vec<Token>, String> {
    const SIGNS: [&str; 13] = [
        "==", "!=", "<=", ">=", "<", ">", "(", ")", "[", "]", ",", "*", "+",
    ];
    let mut list = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        if let Some(sign) = SIGNS.iter().find(|sign| rest.starts_with(**sign)) {
            list.push(Token::Sign(sign));
            rest = &rest[sign.len()..];
        } else if first == '\'' {
            let (word, after) = rest[1..]
                .split_once('\'')
                .ok_or_else(|| format!("a quote is not closed in “{text}”"))?;
            list.push(Token::Text(word.to_owned()));
            rest = after;
        } else {
            let end = rest
                .find(|c: char| c.is_whitespace() || "=!<>()[],'*+".contains(c))
                .unwrap_or(rest.len());
            if end == 0 {
                return Err(format!("“{first}” is not understood in “{text}”"));
            }
            let word = rest[..end].to_owned();
            list.push(if first.is_ascii_digit() {
                Token::Number(word)
            } else {
                Token::Word(word)
            });
            rest = &rest[end..];
        }
        rest = rest.trim_start();
    }
    Ok(list)
}
