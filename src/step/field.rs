//! Fields: the types of values that a step may hold, and their words.

use serde::{Deserialize, Serialize};

use crate::law::{Day, Moment, Money};

/// What a field holds, as far as reading and comparing it goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Free text.
    Text,
    /// A whole number that is not money.
    Count,
    /// Yes or no.
    Flag,
    /// An amount, exact to the fen.
    Money,
    /// A calendar day.
    Day,
    /// A minute, or the day alone where the minute is not known.
    Moment,
    /// The identifier of a case, a demand, a meeting …: the step mentions that subject.
    Ref,
    /// The short code of a community.
    Code,
    /// A word of one of the pack's vocabularies.
    Term,
    /// A name, a phone number or an address: kept in the side table.
    Personal,
    /// A person in a role.
    Member,
}

/// One field of a step.
#[derive(Debug)]
pub struct Field {
    /// Canonical name: the JSON key and the long option.
    pub name: &'static str,
    /// Chinese column heading.
    pub heading: &'static str,
    /// Further headings under which offices write it.
    pub aliases: &'static [&'static str],
    /// Meaning (English).
    pub en: &'static str,
    /// What it holds.
    pub kind: Kind,
    /// Several values.
    pub list: bool,
    /// Must be given.
    pub required: bool,
    /// The vocabulary of a term, or of a member's role.
    pub vocabulary: &'static str,
}

impl Field {
    /// The long option: the name with dashes.
    #[must_use]
    pub fn option(&self) -> String {
        self.name.replace('_', "-")
    }
}

/// A field's name without the mark of a raw identifier (`r#type` is `type`).
#[must_use]
pub const fn plain(name: &'static str) -> &'static str {
    if let [b'r', b'#', rest @ ..] = name.as_bytes()
        && let Ok(text) = std::str::from_utf8(rest)
    {
        return text;
    }
    name
}

/// A Rust type that can be a field.
pub trait FieldType {
    /// What it holds.
    const KIND: Kind;
    /// Several values.
    const LIST: bool = false;
    /// Must be given.
    const REQUIRED: bool = true;
    /// The vocabulary of its words.
    const VOCABULARY: &'static str = "";
}

macro_rules! field_types {
    ($($ty:ty => $kind:ident),* $(,)?) => {
        $(impl FieldType for $ty { const KIND: Kind = Kind::$kind; })*
    };
}
field_types!(String => Text, i64 => Count, bool => Flag, Money => Money, Day => Day, Moment => Moment, Ref => Ref, Code => Code, Personal => Personal);

impl<T: FieldType> FieldType for Option<T> {
    const KIND: Kind = T::KIND;
    const REQUIRED: bool = false;
    const VOCABULARY: &'static str = T::VOCABULARY;
}

impl<T: FieldType> FieldType for Vec<T> {
    const KIND: Kind = T::KIND;
    const LIST: bool = true;
    const REQUIRED: bool = false;
    const VOCABULARY: &'static str = T::VOCABULARY;
}

macro_rules! text_types {
    ($($(#[doc = $doc:literal])+ $name:ident),*) => {
        $(
            $(#[doc = $doc])+
            #[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
            #[serde(transparent)]
            pub struct $name(pub String);
        )*
    };
}
text_types!(
    /// The identifier of a subject: `HZ2022-007`, `HZ2022-D0123`, `HZ2022-M1`.
    Ref,
    /// The short code of a community: one to eight capital letters.
    Code
);

/// A name, a phone number, an address: plain on the way in, a token in the ledger.
///
/// The ledger's payload holds `{"personal": TOKEN}`; the value itself stands in
/// the side table and can be erased there.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Personal {
    /// The value, or in the ledger its token.
    pub personal: String,
}

/// A person and the role in which that person takes part.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member<const ROLES: usize> {
    /// The person's name.
    pub who: Personal,
    /// The role, a word of the vocabulary.
    pub role: String,
}

/// A word of vocabulary number `V` (see [`VOCABULARIES`]), stored in its canonical form.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Term<const V: usize>(pub String);

/// The vocabularies that fields refer to; a pack gives the words of each.
pub const VOCABULARIES: [&str; 50] = [
    "type",
    "category",
    "body",
    "group",
    "meeting",
    "source",
    "mode",
    "way",
    "focus",
    "library",
    "cause",
    "lead",
    "result",
    "item",
    "place",
    "fund",
    "inspection",
    "staff",
    "relation",
    "expense",
    "cost",
    "misuse",
    "ground",
    "conduct",
    "route",
    "method",
    "matter",
    "works",
    "nature",
    "trade",
    "phase",
    "entry",
    "tag",
    "paper",
    "point",
    "platform",
    "feedback",
    "path",
    "handling",
    "forum",
    "origin",
    "department",
    "pot",
    "account",
    "level",
    "unit",
    "money",
    "assessment",
    "charity",
    "gathering",
];

macro_rules! vocabularies {
    ($($(#[doc = $doc:literal])+ $name:ident = $number:literal),*) => {
        $($(#[doc = $doc])+ pub type $name = Term<$number>;)*
    };
}
vocabularies!(
    /// Project type: service, goods, works.
    TypeTerm = 0,
    /// Category of the project.
    CategoryTerm = 1,
    /// A body: community party committee, street party committee, …
    BodyTerm = 2,
    /// A group of people: proposers, organisation leaders, …
    GroupTerm = 3,
    /// Kind of meeting.
    MeetingTerm = 4,
    /// Kind of source: person, household, organisation.
    SourceTerm = 5,
    /// Concentrated or daily collection.
    ModeTerm = 6,
    /// Online or offline.
    WayTerm = 7,
    /// Group of focus households.
    FocusTerm = 8,
    /// Level of a project library.
    LibraryTerm = 9,
    /// Cause of an emergency project.
    CauseTerm = 10,
    /// Reason for a street-led project.
    LeadTerm = 11,
    /// Pass or fail.
    ResultTerm = 12,
    /// Item of a notice, a review or a sign.
    ItemTerm = 13,
    /// Offline place of a notice.
    PlaceTerm = 14,
    /// Level of the fund that pays.
    FundTerm = 15,
    /// Kind of inspection: by the district, census, self-check, special audit, ….
    InspectionTerm = 16,
    /// Staff or supervisor.
    StaffTerm = 17,
    /// How two persons are related.
    RelationTerm = 18,
    /// Kind of expense of the fund.
    ExpenseTerm = 19,
    /// What an expense pays for.
    CostTerm = 20,
    /// Kind of misuse of money.
    MisuseTerm = 21,
    /// Ground of a removal or a listing.
    GroundTerm = 22,
    /// Conduct of a contractor.
    ConductTerm = 23,
    /// Who organises a procurement.
    RouteTerm = 24,
    /// Method of procurement.
    MethodTerm = 25,
    /// Matter of a leadership's decision.
    MatterTerm = 26,
    /// Kind of works.
    WorksTerm = 27,
    /// New building, rebuilding, extension or none.
    NatureTerm = 28,
    /// What is contracted out in works.
    TradeTerm = 29,
    /// Budget or settlement.
    PhaseTerm = 30,
    /// By what right an item is in the library.
    EntryTerm = 31,
    /// What a library item is about.
    TagTerm = 32,
    /// Papers that are put up or archived.
    PaperTerm = 33,
    /// Points that a check, a need or an evaluation covers.
    PointTerm = 34,
    /// Online platform of a notice.
    PlatformTerm = 35,
    /// What a proposer is told: received, decided, claimed, done.
    FeedbackTerm = 36,
    /// By what a demand is met: the programme, an existing policy, neither.
    PathTerm = 37,
    /// How a project is handled.
    HandlingTerm = 38,
    /// Form of a deliberation.
    ForumTerm = 39,
    /// Where a project comes from, on the application.
    OriginTerm = 40,
    /// A department.
    DepartmentTerm = 41,
    /// The pot of money that pays.
    PotTerm = 42,
    /// Kind of account that is paid.
    AccountTerm = 43,
    /// Level of satisfaction.
    LevelTerm = 44,
    /// Kind of contractor.
    UnitTerm = 45,
    /// Source of money.
    MoneyTerm = 46,
    /// Kind of assessment.
    AssessmentTerm = 47,
    /// Kind of charity.
    CharityTerm = 48,
    /// How an assessment was made.
    GatheringTerm = 49
);

/// A member of the supervision team: roles are groups.
pub type TeamMember = Member<3>;

impl<const V: usize> FieldType for Term<V> {
    const KIND: Kind = Kind::Term;
    const VOCABULARY: &'static str = VOCABULARIES[V];
}

impl<const V: usize> FieldType for Member<V> {
    const KIND: Kind = Kind::Member;
    const VOCABULARY: &'static str = VOCABULARIES[V];
}
