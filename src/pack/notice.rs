//! Notices as data: what a clause wants to be told to the public, item by item.

use std::sync::{Arc, OnceLock};

use serde::Deserialize;

use super::check::Primitive;
use super::compile::Compiler;
use super::expr::Expr;
use super::late::Late;
use super::parameter::referred;
use super::{Pack, Rule, Treatment};
use crate::law::FirstDay;
use crate::step::{self, StepDef};
use crate::words::Words;

/// What a notice tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum NoticeKind {
    /// A planned project, before it is carried out (公示).
    Publicity,
    /// The result of an acceptance (公告).
    Acceptance,
    /// How an emergency project is carried out (通报).
    Emergency,
    /// What came of a project, after it is done.
    Result,
    /// A unit that was entered in the blocklist.
    Blocklist,
    /// The sign at the site of a project.
    Sign,
}

impl NoticeKind {
    /// Every kind, with its word in Chinese.
    pub const ALL: [(Self, &'static str, &'static str); 6] = [
        (Self::Publicity, "publicity", "公示"),
        (Self::Acceptance, "acceptance", "验收公告"),
        (Self::Emergency, "emergency", "应急通报"),
        (Self::Result, "result", "结果公示"),
        (Self::Blocklist, "blocklist", "异常名录公布"),
        (Self::Sign, "sign", "标识牌"),
    ];

    /// A kind by its word.
    #[must_use]
    pub fn find(word: &str) -> Option<Self> {
        let known = Self::ALL
            .iter()
            .find(|(_, id, zh)| *id == word || *zh == word);
        known.map(|(kind, _, _)| *kind)
    }

    /// Its word for people.
    #[must_use]
    pub fn word(self) -> Words {
        let known = Self::ALL.iter().find(|(kind, _, _)| *kind == self);
        known.map_or_else(Words::default, |(_, id, zh)| Words::new(*zh, *id))
    }
}

/// How long a notice must stand, by a rule of the pack.
#[derive(Clone, Debug)]
pub struct Standing {
    /// The rule.
    pub rule: String,
    /// Its clause.
    pub cite: String,
    /// At least so many days.
    pub min: i64,
    /// Whether the first day counts.
    pub first_day: FirstDay,
}

/// A notice.
#[derive(Debug)]
pub struct NoticeDef {
    /// What it tells.
    pub kind: NoticeKind,
    /// The clause that wants it, or that is silent.
    pub cite: String,
    /// The text has no such notice; says why.
    pub absent: Option<Words>,
    /// Only for subjects for which this holds.
    pub when: Option<Expr>,
    /// Title.
    pub title: String,
    /// What stands before the items, with slots.
    pub head: String,
    /// How long it must stand.
    pub standing: Option<Standing>,
    /// What stands beside the days where the text gives no number.
    pub standing_note: String,
    /// What it must say, in the order of the clause.
    pub items: Vec<ItemDef>,
    /// Who signs: the first whose condition holds.
    pub signed: Vec<Signer>,
    /// Where it goes, with the clause.
    pub places: Vec<String>,
    /// The step that records it.
    pub step: &'static StepDef,
    /// Further options of that step, as one would type them.
    pub options: String,
}

/// One thing that a notice says.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ItemDef {
    /// Heading.
    pub heading: String,
    /// The term of the record that stands for it.
    #[serde(default)]
    pub term: Option<String>,
    /// The clause, where it is not that of the notice.
    #[serde(default)]
    pub cite: String,
    /// Texts with slots: the first of which every slot is filled is taken.
    #[serde(default)]
    pub from: Vec<String>,
    /// Names and numbers of persons stand in full: the clause wants them.
    #[serde(default)]
    pub named: bool,
    /// A place to stick something on; the text says what.
    #[serde(default)]
    pub place: String,
    /// It stands with the case of an entry.
    #[serde(default)]
    pub of_case: bool,
}

/// Who signs.
#[derive(Debug)]
pub struct Signer {
    /// Only where this holds.
    pub when: Option<Expr>,
    /// Name, with slots.
    pub text: String,
    /// The word for `--by`.
    pub by: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawNotice {
    kind: NoticeKind,
    #[serde(default)]
    cite: String,
    #[serde(default)]
    absent: Option<String>,
    #[serde(default)]
    absent_en: String,
    #[serde(default)]
    when: Option<String>,
    #[serde(default)]
    title: String,
    #[serde(default)]
    head: String,
    #[serde(default)]
    rule: Option<String>,
    #[serde(default)]
    standing: Option<String>,
    #[serde(default)]
    standing_note: String,
    #[serde(default)]
    items: Vec<ItemDef>,
    #[serde(default)]
    signed: Vec<RawSigner>,
    #[serde(default)]
    places: Vec<String>,
    #[serde(default)]
    step: Option<String>,
    #[serde(default)]
    options: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawSigner {
    #[serde(default)]
    when: Option<String>,
    text: String,
    #[serde(default)]
    by: String,
}

/// The notices of a pack: their text, and what has been compiled of it.
#[derive(Debug)]
pub(super) struct Notices {
    said: Late<Vec<RawNotice>>,
    compiler: Arc<Compiler>,
    compiled: OnceLock<Vec<NoticeDef>>,
}

impl Notices {
    pub(super) fn new(said: Late<Vec<RawNotice>>, compiler: Arc<Compiler>) -> Self {
        Self {
            said,
            compiler,
            compiled: OnceLock::new(),
        }
    }

    /// The parameters that they refer to.
    pub(super) fn referred(&self) -> impl Iterator<Item = &str> {
        let texts = self.said.iter().flat_map(|raw| {
            let signed = raw.signed.iter().filter_map(|signer| signer.when.as_ref());
            raw.places.iter().chain(&raw.when).chain(signed)
        });
        texts.flat_map(|text| referred(text))
    }

    /// Compiles them.
    ///
    /// # Errors
    /// Names the notice that is wrong.
    pub(super) fn compile(&self, pack: &Pack) -> Result<Vec<NoticeDef>, String> {
        let all = self.said.iter().map(|raw| {
            let notice = raw.compile(&self.compiler, &pack.rules);
            notice.map_err(|error| format!("notice {}: {error}", raw.name()))
        });
        all.collect()
    }
}

impl Pack {
    /// What is told to the public, and how.
    #[must_use]
    pub fn notices(&self) -> &[NoticeDef] {
        let compiled = &self.notices.compiled;
        compiled.get_or_init(|| match self.notices.compile(self) {
            Ok(list) => list,
            // as with rules, see `Pack::whole`
            Err(error) => unreachable!("{error}"),
        })
    }
}

/// The slots of a text.
pub fn slots(text: &str) -> impl Iterator<Item = &str> {
    text.split('{')
        .skip(1)
        .filter_map(|rest| rest.split_once('}').map(|(slot, _)| slot))
}

impl RawNotice {
    pub(super) fn name(&self) -> String {
        self.kind.word().en
    }

    /// A notice whose every name is known, and that says all that its rule asks for.
    pub(super) fn compile(&self, compiler: &Compiler, rules: &[Rule]) -> Result<NoticeDef, String> {
        let find = |id: &str| {
            let rule = rules.iter().find(|rule| rule.id == id);
            rule.ok_or_else(|| format!("no rule is called {id}"))
        };
        let filler = &compiler.filler;
        let expr = |text: &Option<String>| {
            let text = text.as_deref();
            text.map(|text| compiler.expr(&filler.text(text)?, None))
                .transpose()
        };
        let when = expr(&self.when)?;
        let mut signed = Vec::new();
        for signer in &self.signed {
            signed.push(Signer {
                when: expr(&signer.when)?,
                text: signer.text.clone(),
                by: signer.by.clone(),
            });
        }
        let absent = self.absent.as_ref();
        let absent = absent.map(|zh| Words::new(zh.clone(), self.absent_en.clone()));
        if absent.is_none() && (self.items.is_empty() || self.title.is_empty()) {
            return Err("it needs a title and items, or absent with the reason".into());
        }
        let standing = self.standing.as_ref();
        let standing = standing.map(|id| self::standing(find(id)?)).transpose()?;
        if let Some(id) = &self.rule {
            covers(find(id)?, &self.items)?;
        }
        for text in self.items.iter().flat_map(|item| &item.from) {
            for slot in slots(text) {
                known(compiler, slot)?;
            }
        }
        let places = self.places.iter().map(|text| filler.text(text));
        let places = places.collect::<Result<_, _>>()?;
        let name = self.step.as_deref().unwrap_or("attach");
        Ok(NoticeDef {
            kind: self.kind,
            cite: self.cite.clone(),
            absent,
            when,
            title: self.title.clone(),
            head: self.head.clone(),
            standing,
            standing_note: self.standing_note.clone(),
            items: self.items.clone(),
            signed,
            places,
            step: step::find(name).ok_or_else(|| format!("no step is called {name}"))?,
            options: self.options.clone(),
        })
    }
}

/// The days that a rule wants a notice to stand.
fn standing(rule: &Rule) -> Result<Standing, String> {
    let Treatment::Computed(checks) = rule.treatment() else {
        return Err(format!("{} counts no days", rule.id));
    };
    let days = checks.iter().find_map(|check| match &check.primitive {
        Primitive::Duration { min, first_day, .. } => Some((*min, *first_day)),
        _ => None,
    });
    let (min, first_day) = days.ok_or_else(|| format!("{} counts no days", rule.id))?;
    Ok(Standing {
        rule: rule.id.clone(),
        cite: rule.cite.clone(),
        min,
        first_day,
    })
}

/// Every term that a rule wants in the record has its item.
fn covers(rule: &Rule, items: &[ItemDef]) -> Result<(), String> {
    let Treatment::Computed(checks) = rule.treatment() else {
        return Err(format!("{} lists no contents", rule.id));
    };
    let mut listed = false;
    for check in checks {
        let Primitive::SetCover { need, .. } = &check.primitive else {
            continue;
        };
        listed = true;
        for term in need {
            let there = |item: &ItemDef| item.term.as_ref() == Some(term);
            if !items.iter().any(there) {
                return Err(format!("{} asks for {term}, no item says it", rule.id));
            }
        }
    }
    if listed {
        Ok(())
    } else {
        Err(format!("{} lists no contents", rule.id))
    }
}

/// A slot names a field of a step, a fact of the pack, or a place.
fn known(compiler: &Compiler, slot: &str) -> Result<(), String> {
    let path = slot.strip_prefix("date:").unwrap_or(slot);
    let path = path.split('#').next().unwrap_or(path);
    if matches!(path, "street" | "community" | "case" | "office") {
        return Ok(());
    }
    compiler.path(path).map(|_| ())
}
