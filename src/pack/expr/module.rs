//! Facts that code computes, by the names under which a pack refers to them.

/// Facts computed by code that a pack switches on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ModuleFact {
    /// The chosen library item is in the library on the day it was chosen.
    LibraryInForce,
    /// Number of communities that the case serves.
    Communities,
    /// The contractor operates this community's service centre on the day of signing.
    OperatorHere,
    /// The people of the operator's purchased service on the day of signing.
    OperatorPersonnel,
    /// All payments of the case.
    CasePaid,
    /// All that was misused of the case's money.
    CaseMisused,
    /// All of it that was paid back.
    CaseClawed,
    /// How often the acceptance of the case failed.
    CaseFailures,
    /// The payment at hand is the last one, as declared or by its sum.
    PayCloses,
    /// Result of the latest acceptance up to the record at hand.
    AcceptStanding,
    /// Day of the first acceptance; the day that is judged while there is none.
    AcceptFirst,
    /// All that the same body contracted out of the same kind in the year, up to the record at hand.
    CommissionTotal,
    /// All payments from the fund of the street's year.
    FundPaid,
    /// All that the street handed out in the year.
    FundDisbursed,
    /// Units that paid more than they were handed.
    FundOverdrawn,
    /// Day of the last payment from the fund of the street's year.
    FundLastPayment,
    /// Last day of the year that is judged.
    YearEnd,
    /// First day on which a project of the year was started.
    FirstStart,
    /// Number of the year that is judged.
    YearNumber,
    /// Names of the streets of the registered communities.
    Streets,
    /// Money of a project from all sources, by the record at hand or the latest one.
    MixTotal,
    /// The same of the latest budget.
    MixBudget,
    /// Of it, government money.
    MixGovernment,
    /// Of it, what society gives: money, goods, labour.
    MixSocial,
    /// Of it, donations of money and goods.
    MixDonated,
    /// Of it, what society gives and the community's own money.
    MixRaised,
    /// The budget on the closing form, from all sources.
    CloseBudget,
    /// What was spent by the closing form, from all sources.
    CloseSpent,
    /// What was handed out for the case from the fund.
    CaseDisbursed,
}

impl ModuleFact {
    /// Every module fact with its name and the module that gives it.
    pub const ALL: [(&'static str, &'static str, Self); 29] = [
        ("library.in_force", "library", Self::LibraryInForce),
        ("case.communities", "case", Self::Communities),
        ("operator.here", "operator", Self::OperatorHere),
        ("operator.personnel", "operator", Self::OperatorPersonnel),
        ("case.paid", "money", Self::CasePaid),
        ("case.misused", "money", Self::CaseMisused),
        ("case.clawed", "money", Self::CaseClawed),
        ("case.failures", "accept", Self::CaseFailures),
        ("pay.closes", "money", Self::PayCloses),
        ("accept.standing", "accept", Self::AcceptStanding),
        ("accept.first", "accept", Self::AcceptFirst),
        ("commission.total", "works", Self::CommissionTotal),
        ("fund.paid", "money", Self::FundPaid),
        ("fund.disbursed", "money", Self::FundDisbursed),
        ("fund.overdrawn", "money", Self::FundOverdrawn),
        ("fund.last_payment", "money", Self::FundLastPayment),
        ("year.end", "case", Self::YearEnd),
        ("street.first_start", "case", Self::FirstStart),
        ("year.number", "case", Self::YearNumber),
        ("district.streets", "case", Self::Streets),
        ("mix.total", "sources", Self::MixTotal),
        ("mix.budget", "sources", Self::MixBudget),
        ("mix.government", "sources", Self::MixGovernment),
        ("mix.social", "sources", Self::MixSocial),
        ("mix.donated", "sources", Self::MixDonated),
        ("mix.raised", "sources", Self::MixRaised),
        ("close.budget", "close", Self::CloseBudget),
        ("close.spent", "close", Self::CloseSpent),
        ("case.disbursed", "sources", Self::CaseDisbursed),
    ];
}
