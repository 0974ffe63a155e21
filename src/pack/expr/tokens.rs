//! The words and signs of a guard.

/// A word, a text, a number or a sign.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Token<'t> {
    Word(&'t str),
    Text(&'t str),
    Number(&'t str),
    Sign(&'static str),
}

/// Cuts a guard into its words and signs.
///
/// # Errors
/// Says what is not understood.
pub(super) fn tokens(text: &str) -> Result<Vec<Token<'_>>, String> {
    const SIGNS: [&str; 13] = [
        "==", "!=", "<=", ">=", "<", ">", "(", ")", "[", "]", ",", "*", "+",
    ];
    let mut list = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let mut signs = SIGNS.iter().filter(|_| is_sign(first));
        if let Some(sign) = signs.find(|sign| rest.starts_with(**sign)) {
            list.push(Token::Sign(sign));
            rest = &rest[sign.len()..];
        } else if first == '\'' {
            let (word, after) = rest[1..]
                .split_once('\'')
                .ok_or_else(|| format!("a quote is not closed in “{text}”"))?;
            list.push(Token::Text(word));
            rest = after;
        } else {
            let end = rest
                .find(|c: char| c.is_whitespace() || c == '\'' || is_sign(c))
                .unwrap_or(rest.len());
            if end == 0 {
                return Err(format!("“{first}” is not understood in “{text}”"));
            }
            let word = &rest[..end];
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

/// True if a sign begins so.
fn is_sign(c: char) -> bool {
    matches!(
        c,
        '=' | '!' | '<' | '>' | '(' | ')' | '[' | ']' | ',' | '*' | '+'
    )
}
