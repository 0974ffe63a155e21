//! Steps: the things that can be said to the ledger, each defined once.
//!
//! One definition in a stage's file is the command line, the JSON Lines record,
//! the spreadsheet row, the payload in the ledger and the JSON Schema.

pub mod accept;
pub mod close;
pub mod collect;
pub mod conflict;
pub mod deliberate;
pub mod evaluate;
pub mod field;
pub mod fund;
pub mod general;
pub mod handle;
pub mod implement;
pub mod input;
pub mod library;
pub mod mask;
pub mod oversight;
pub mod payload;
pub mod procure;
pub mod publicize;
pub mod register;
pub mod shortlist;
pub mod survey;
mod values;
pub mod works;

use std::sync::LazyLock;

use rustc_hash::FxHashMap;
use serde_json::{Map, Value as Json};

pub use field::{Code, Field, Kind, Member, Personal, Ref, Term};
pub use values::{Held, Said, Values};

/// One kind of fact: its name, its words and its fields.
#[derive(Debug)]
pub struct StepDef {
    /// Canonical name, `stage.verb`.
    pub id: &'static str,
    /// A number made from the name, by which steps are told apart.
    pub mark: u64,
    /// Chinese name: the sheet's name and the heading in lists.
    pub zh: &'static str,
    /// What it records (English, from the doc comment).
    pub en: &'static str,
    /// The field whose value is the subject of the event.
    pub subject: &'static str,
    /// The field that holds the business date, if one does.
    pub dated: &'static str,
    /// Fields that are positional on the command line.
    pub positional: &'static [&'static str],
    /// Every field, in the order of the form.
    pub fields: &'static [Field],
}

impl StepDef {
    /// The stage: what stands before the dot (`publicize`), or the whole name.
    #[must_use]
    pub fn stage(&self) -> &'static str {
        let dot = self.id.bytes().position(|byte| byte == b'.');
        dot.map_or(self.id, |dot| &self.id[..dot])
    }

    /// The verb: what stands after the dot (`post`), or the whole name.
    #[must_use]
    pub fn verb(&self) -> &'static str {
        self.id.split_once('.').map_or(self.id, |(_, verb)| verb)
    }

    /// Position of a field.
    #[must_use]
    pub fn index(&self, name: &str) -> Option<usize> {
        self.fields.iter().position(|field| field.name == name)
    }

    /// Position of the field that names the communities that a case serves, asked of every record
    /// of every case.
    #[must_use]
    pub fn serves(&self) -> Option<usize> {
        static SERVING: LazyLock<Vec<(u64, usize)>> = LazyLock::new(|| {
            let place = |def: &&StepDef| Some((def.mark, def.index("communities")?));
            STEPS.iter().filter_map(place).collect()
        });
        let mut serving = SERVING.iter();
        serving
            .find(|(mark, _)| *mark == self.mark)
            .map(|(_, place)| *place)
    }

    /// True for a field that the tool fills in itself.
    #[must_use]
    pub fn filled_in(&self, field: &Field) -> bool {
        match self.id {
            "amend" => matches!(field.name, "subject" | "concerns"),
            "withdraw" => field.name == "concerns",
            _ if self.stage() == "regime" && field.name == "ledger" => true,
            _ if matches!(field.name, "shelf" | "digest" | "size") => true,
            _ => field.name == "subject" && self.subject == "subject" && !field.required,
        }
    }

    /// A field by name.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&'static Field> {
        self.fields.iter().find(|field| field.name == name)
    }
}

impl PartialEq for StepDef {
    fn eq(&self, other: &Self) -> bool {
        self.mark == other.mark
    }
}

/// A step with its values: what stands as payload in the ledger. As it was read from there it may
/// have values that no field is for.
#[derive(Clone, Debug)]
pub struct Step<V = Values> {
    /// What kind of fact.
    pub def: &'static StepDef,
    /// The values, by field name, in canonical JSON.
    pub values: V,
}

impl Step {
    /// Builds a step from its struct.
    ///
    /// # Errors
    /// If the struct does not serialise to an object; none of ours does that.
    pub fn of<T: Recorded>(fact: &T) -> serde_json::Result<Self> {
        let mut values = match serde_json::to_value(fact)? {
            Json::Object(map) => map,
            _ => Map::new(),
        };
        values.retain(|_, value| !is_blank(value));
        Ok(Self {
            def: T::DEF,
            values: Values::of(T::DEF, values),
        })
    }

    /// Reads the values into the step's struct.
    ///
    /// # Errors
    /// If a value has another type than the struct's field.
    pub fn into<T: Recorded>(mut self) -> serde_json::Result<T> {
        for field in self.def.fields.iter().filter(|field| field.list) {
            if !self.values.contains_key(field.name) {
                self.values.push(field, Json::Array(Vec::new()).into());
            }
        }
        serde_json::from_value(Json::Object(self.values.into_map()))
    }
}

impl<V: Held> Step<V> {
    /// The text of a field, if it is one.
    #[must_use]
    pub fn text(&self, field: &str) -> Option<&str> {
        self.values.text(field)
    }

    /// Every subject that the step names: its own, and those its reference fields name.
    #[must_use]
    pub fn mentions(&self) -> Vec<String> {
        let mut subjects = Vec::new();
        let mut push = |text: &str| {
            if !text.is_empty() && !subjects.iter().any(|s| s == text) {
                subjects.push(text.to_owned());
            }
        };
        if let Some(text) = self.text(self.def.subject) {
            push(text);
        }
        for field in self.def.fields.iter().filter(|f| f.kind == Kind::Ref) {
            self.values.texts(field.name, &mut push);
        }
        subjects
    }
}

fn is_blank(value: &Json) -> bool {
    match value {
        Json::Null => true,
        Json::Array(list) => list.is_empty(),
        Json::String(text) => text.is_empty(),
        _ => false,
    }
}

/// A struct that is a step.
pub trait Recorded: serde::Serialize + serde::de::DeserializeOwned {
    /// The definition made from the struct.
    const DEF: &'static StepDef;
}

/// Defines one step as a struct, with its Chinese words and its column headings.
///
/// `Name = "stage.verb" "中文名" (subject: FIELD, dated: FIELD, args: [FIELD…]) { fields }`.
/// A field reads `name: Type = "列名" ["别名", …]`; `Option` and `Vec` may be left out.
macro_rules! step {
    (
        $(#[doc = $doc:literal])+
        $name:ident = $id:literal $zh:literal
        (subject: $subject:ident, dated: $dated:ident, args: [$($arg:ident),*])
        {
            $(
                $(#[doc = $fdoc:literal])+
                $field:ident : $ty:ty = $heading:literal $([$($alias:literal),* $(,)?])?
            ),* $(,)?
        }
    ) => {
        $(#[doc = $doc])+
        #[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
        #[serde(deny_unknown_fields)]
        pub struct $name {
            $(
                $(#[doc = $fdoc])+
                pub $field: $ty,
            )*
        }

        impl $crate::step::Recorded for $name {
            const DEF: &'static $crate::step::StepDef = &$crate::step::StepDef {
                id: $id,
                mark: $crate::step::mark($id),
                zh: $zh,
                en: concat!($($doc),+),
                subject: $crate::step::field::plain(stringify!($subject)),
                dated: $crate::step::field::plain(stringify!($dated)),
                positional: &[$($crate::step::field::plain(stringify!($arg))),*],
                fields: &[
                    $($crate::step::Field {
                        name: $crate::step::field::plain(stringify!($field)),
                        heading: $heading,
                        aliases: &[$($($alias),*)?],
                        en: concat!($($fdoc),+),
                        kind: <$ty as $crate::step::field::FieldType>::KIND,
                        list: <$ty as $crate::step::field::FieldType>::LIST,
                        required: <$ty as $crate::step::field::FieldType>::REQUIRED,
                        vocabulary: <$ty as $crate::step::field::FieldType>::VOCABULARY,
                    }),*
                ],
            };
        }
    };
}
pub(crate) use step;

/// Lists the steps of the tool once; everything else is made from this list.
macro_rules! steps {
    ($($path:path),* $(,)?) => {
        /// Every step, in the order of a case's life.
        pub static STEPS: &[&StepDef] = &[$(<$path as Recorded>::DEF),*];
    };
}

steps![
    general::Init,
    general::Bind,
    general::Extend,
    general::Ruling,
    general::Holidays,
    general::Amend,
    general::Withdraw,
    general::Attach,
    general::Erase,
    general::Receive,
    register::Community,
    register::Operator,
    register::Delegation,
    register::Household,
    library::Library,
    library::Blocklist,
    library::Publish,
    library::Appeal,
    library::Reply,
    conflict::Staff,
    conflict::Relation,
    conflict::Interest,
    conflict::Recusal,
    conflict::Remind,
    register::Document,
    register::Reason,
    collect::Round,
    collect::Demand,
    collect::Contact,
    handle::Dispatch,
    handle::Feedback,
    shortlist::Meet,
    handle::Route,
    handle::Transfer,
    shortlist::Candidate,
    shortlist::Consult,
    shortlist::Consent,
    deliberate::Opinion,
    deliberate::Deliberate,
    deliberate::Apply,
    deliberate::Confirm,
    deliberate::Annual,
    shortlist::Plan,
    shortlist::Screen,
    shortlist::Search,
    shortlist::Design,
    shortlist::Follow,
    shortlist::Review,
    shortlist::File,
    publicize::Post,
    publicize::Notify,
    publicize::Experience,
    publicize::Promote,
    implement::Emergency,
    implement::Determine,
    implement::Platform,
    procure::Procure,
    procure::Decide,
    procure::Apply,
    procure::Award,
    works::Works,
    works::Cost,
    works::Commission,
    works::Safety,
    works::Placard,
    implement::Contract,
    implement::Start,
    implement::Progress,
    implement::Report,
    implement::Sign,
    implement::Pay,
    library::Conduct,
    implement::Complete,
    implement::Archive,
    accept::Record,
    accept::Announce,
    accept::Settle,
    accept::Defer,
    accept::Rectify,
    accept::Negative,
    accept::Claim,
    close::Close,
    close::Maintain,
    works::Station,
    works::Check,
    works::Use,
    evaluate::Session,
    evaluate::Daily,
    evaluate::File,
    survey::Survey,
    survey::Answer,
    survey::Assess,
    close::Post,
    procure::Supplier,
    fund::Budget,
    fund::Mix,
    fund::Allocate,
    fund::Disburse,
    fund::Expense,
    fund::Misuse,
    fund::Clawback,
    fund::Evaluate,
    oversight::Sample,
    oversight::Inspect,
    oversight::Finding,
    oversight::Rectify,
    oversight::Report,
    oversight::Progress,
];

/// The number of a step's name (FNV-1a); a test sees that no two steps share one.
#[must_use]
pub const fn mark(id: &str) -> u64 {
    let bytes = id.as_bytes();
    let (mut hash, mut at) = (0xcbf2_9ce4_8422_2325_u64, 0);
    while at < bytes.len() {
        hash = (hash ^ bytes[at] as u64).wrapping_mul(0x0100_0000_01b3);
        at += 1;
    }
    hash
}

/// Finds a step by its canonical name or its Chinese name.
#[must_use]
pub fn find(name: &str) -> Option<&'static StepDef> {
    static NAMES: LazyLock<FxHashMap<&str, &StepDef>> = LazyLock::new(|| {
        // of two steps of one name the first is meant
        let names = STEPS.iter().rev();
        names
            .flat_map(|def| [(def.zh, *def), (def.id, *def)])
            .collect()
    });
    NAMES.get(name).copied()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::STEPS;

    #[test]
    fn every_step_has_a_mark_of_its_own() {
        let marks: BTreeSet<u64> = STEPS.iter().map(|def| def.mark).collect();
        assert_eq!(marks.len(), STEPS.len());
    }
}
