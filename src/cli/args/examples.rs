//! Two examples for each main command, as one would type them.

use crate::words::Lang;

/// A line each: command, what is typed, what it does in Chinese and in English.
const EXAMPLES: &str = include_str!("examples.txt");

fn examples() -> impl Iterator<Item = [&'static str; 4]> {
    EXAMPLES.lines().filter_map(|line| {
        let mut parts = line.split(" | ");
        Some([parts.next()?, parts.next()?, parts.next()?, parts.next()?])
    })
}

/// The examples of a command, as they stand under its help.
pub(super) fn of(name: &str, lang: Lang) -> String {
    let mut text = String::new();
    for [_, line, zh, en] in examples().filter(|[command, ..]| *command == name) {
        if text.is_empty() {
            text.push_str(lang.pick("例：", "Examples:"));
        }
        text.push_str("\n  minsheng ");
        text.push_str(line);
        text.push_str("\n      ");
        text.push_str(lang.pick(zh, en));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_example_is_a_command_that_can_be_parsed() {
        assert_eq!(EXAMPLES.lines().count(), examples().count());
        for lang in [Lang::Zh, Lang::En] {
            for [name, line, ..] in examples() {
                let line = line.split('>').next().unwrap_or(line);
                let words = std::iter::once("minsheng").chain(line.split_whitespace());
                let parsed = super::super::command(lang).try_get_matches_from(words);
                assert!(parsed.is_ok(), "{name}: {line}: {:?}", parsed.err());
                let two = examples().filter(|[other, ..]| *other == name).count();
                assert_eq!(two, 2, "{name}");
            }
        }
    }
}
