//! Vocabularies: canonical terms, the regulation's words for them, and what people write.

use super::Pack;
use crate::step::input::{Vocabulary, tidy};
use crate::words;
use crate::words::Words;

/// The words of one kind.
#[derive(Clone, Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VocabularyDef {
    /// Name, as fields refer to it.
    pub id: String,
    /// Other words are kept as they are written.
    #[serde(default)]
    pub open: bool,
    /// The terms.
    pub terms: Vec<Term>,
}

/// One canonical term.
#[derive(Clone, Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Term {
    /// Canonical form, the same for every city.
    pub id: String,
    /// The regulation's word.
    pub label: String,
    /// What people write for it.
    #[serde(default)]
    pub aliases: Vec<String>,
}

impl Vocabulary for Pack {
    fn term(&self, vocabulary: &str, word: &str) -> Result<String, Words> {
        let Some(list) = self.vocabularies.iter().find(|v| v.id == vocabulary) else {
            return Ok(word.to_owned());
        };
        // most words are written as they stand here
        let exact = list.terms.iter().find(|term| {
            term.id == word || term.label == word || term.aliases.iter().any(|alias| alias == word)
        });
        if let Some(term) = exact {
            return Ok(term.id.clone());
        }
        let plain = |text: &str| -> String {
            tidy(text)
                .chars()
                .filter(|c| !c.is_whitespace() && !matches!(c, '“' | '”' | '"' | '《' | '》'))
                .collect::<String>()
                .to_lowercase()
        };
        let wanted = plain(word);
        let known = list.terms.iter().find(|term| {
            plain(&term.id) == wanted
                || plain(&term.label) == wanted
                || term.aliases.iter().any(|alias| plain(alias) == wanted)
        });
        match known {
            Some(term) => Ok(term.id.clone()),
            None if list.open => Ok(word.trim().to_owned()),
            None => {
                let words = |f: fn(&Term) -> &str| {
                    let all: Vec<_> = list.terms.iter().map(f).collect();
                    all.join("、")
                };
                Err(words!(
                    "不认识“{}”；请填：{}。",
                    "“{0}” is not known; use one of: {2}.",
                    word,
                    words(|t| &t.label),
                    words(|t| &t.id)
                ))
            }
        }
    }
}
