//! The audit of a year: judging every subject of it, and telling what was found.

mod divided;
mod findings;
mod kept;
mod subjects;
pub mod summary;
mod tally;
mod text;
mod year;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use super::table::clean;
use crate::corridor::quarters::Division;
use crate::corridor::whole_book;
use crate::judge::{Finding, Verdict, scope_of};
use crate::law::Day;
use crate::ledger::{Ledger, results::Unkept};
use crate::pack::{Pack, Rule};
use crate::state::Subject;
use crate::words::{Lang, Words};

pub(super) use findings::Held;
pub use findings::{Audit, Findings, Heading, shown};
pub use kept::{Kept, Stamp};
pub(super) use subjects::{above, names_of, serves, subjects_of};
pub use subjects::{subjects, title};
pub use text::{csv, text};
pub(super) use year::{Judged, Part, Year};

use kept::Keeper;
use year::Sink;

/// What of an audit is wanted.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// Only this community, by code or name.
    pub community: Option<String>,
    /// Only rules of this stage.
    pub stage: Option<String>,
    /// Only these rules.
    pub rules: Vec<String>,
    /// Also what passes and what does not apply.
    pub all: bool,
}

impl Wanted {
    /// True if a rule is wanted.
    pub(super) fn takes(&self, rule: &Rule) -> bool {
        self.stage.as_ref().is_none_or(|stage| rule.stage == *stage)
            && (self.rules.is_empty() || self.rules.contains(&rule.id))
    }

    /// True if no rule is left out.
    #[must_use]
    pub fn is_of_all_rules(&self) -> bool {
        self.stage.is_none() && self.rules.is_empty()
    }

    /// True if a verdict is told in words.
    pub(super) fn tells(&self, verdict: Verdict) -> bool {
        self.all || !matches!(verdict, Verdict::Pass | Verdict::NotApplicable)
    }

    /// True if a community is wanted, by its code or its name.
    pub(super) fn wants(&self, names: &BTreeMap<String, String>, code: &str) -> bool {
        match &self.community {
            None => true,
            Some(w) => w == code || names.get(code).is_some_and(|name| name == w),
        }
    }
}

/// Judges a year of a ledger, quarter by quarter where it can be divided; all findings are in
/// memory.
///
/// # Errors
/// If the ledger cannot be read.
pub fn audit(
    ledger: &Ledger,
    pack: &Pack,
    year: i32,
    as_of: Day,
    wanted: &Wanted,
) -> anyhow::Result<Audit> {
    let mut asked = Year::new(pack, (year, as_of), wanted, Held::default());
    judge(&mut asked, ledger)?;
    let (heading, held) = asked.done(&ledger.stated()?);
    Ok(held.told(heading))
}

/// As [`audit`], the findings in a file until they are told; under a path they are kept with what
/// they rest on.
///
/// # Errors
/// If the ledger cannot be read, or the file cannot be written.
pub fn audit_to_file<'p>(
    ledger: &Ledger,
    pack: &'p Pack,
    (year, as_of): (i32, Day),
    wanted: &Wanted,
    kept: Option<(&Path, &Stamp)>,
) -> anyhow::Result<Kept<'p>> {
    let keeper = Keeper::new(pack, kept.map(|(path, _)| path))?;
    let mut asked = Year::new(pack, (year, as_of), wanted, keeper);
    judge(&mut asked, ledger)?;
    let (heading, keeper) = asked.done(&ledger.stated()?);
    keeper.told(pack, heading, kept)
}

/// Findings that were kept under a path, brought up to what a ledger holds now: only the quarters
/// to which something was added are judged, and what stands above the streets. Nothing if they
/// rest on something else than an earlier state of the same ledger, or all must be judged.
///
/// # Errors
/// If the ledger cannot be read, or the file cannot be written.
pub fn renewed<'p>(
    ledger: &Ledger,
    pack: &'p Pack,
    (path, stamp): (&Path, &Stamp),
    wanted: &Wanted,
) -> anyhow::Result<Option<Kept<'p>>> {
    let Some((keeper, trace)) = Keeper::of_earlier(ledger, pack, path, stamp) else {
        return Ok(None);
    };
    let all = Wanted::default();
    let mut asked = Year::new(pack, (stamp.year, stamp.as_of), &all, keeper);
    let Some((division, changed)) = Division::again(ledger, &pack.steps_above(), trace)? else {
        return Ok(None);
    };
    let told = divided::judge_again(&mut asked, &division, &changed).and_then(|()| {
        let (heading, keeper) = asked.done(&ledger.stated()?);
        keeper.told(pack, heading, Some((path, stamp)))
    });
    match told {
        Ok(kept) => Ok(Some(kept.only(wanted))),
        // another process reads them, or there is no room: what is found anew has its own file
        Err(error) if error.is::<Unkept>() => Ok(None),
        Err(error) => Err(error),
    }
}

/// Judges a year with the whole ledger in memory: what [`audit`] must come to, too.
///
/// # Errors
/// If the ledger cannot be read.
pub fn audit_at_once(
    ledger: &Ledger,
    pack: &Pack,
    year: i32,
    as_of: Day,
    wanted: &Wanted,
) -> anyhow::Result<Audit> {
    let mut asked = Year::new(pack, (year, as_of), wanted, Held::default());
    asked.whole(&whole_book(ledger)?)?;
    let (heading, held) = asked.done(&ledger.stated()?);
    Ok(held.told(heading))
}

fn judge<S: Sink>(asked: &mut Year<'_, S>, ledger: &Ledger) -> anyhow::Result<()> {
    match Division::of(ledger, &asked.pack.steps_above())? {
        Some(division) => divided::judge(asked, &division),
        None => asked.whole(&whole_book(ledger)?),
    }
}

/// A finding with all that the pack says of its rule, to which what was found is added.
pub(super) fn worded(rule: &Rule, id: &str, verdict: Verdict) -> Finding {
    let subject = Subject::parse(id);
    Finding {
        rule: rule.id.clone(),
        verdict,
        severity: rule.severity,
        stage: rule.stage.clone(),
        scope: scope_of(&subject).unwrap_or(rule.scope),
        subject: id.to_owned(),
        community: subject.community().map(str::to_owned),
        title: rule.title.clone(),
        message: Words::default(),
        cite: rule.cite.clone(),
        quote: rule.quotes.join(" … "),
        facts: serde_json::Map::new(),
        events: Vec::new(),
        causes: Vec::new(),
        due: None,
        reading: None,
        reason: None,
        remedy: rule.remedy.clone(),
        missing: Vec::new(),
        count: Vec::new(),
    }
}

/// One finding in a few lines: what, the clause, the next move.
#[must_use]
pub fn entry(finding: &Finding, lang: Lang, indent: &str) -> String {
    let mut text = String::new();
    let colon = lang.pick("：", ": ");
    let _ = writeln!(
        text,
        "{indent}{} {}{colon}{}",
        finding.rule,
        finding.title.in_lang(lang),
        clean(finding.message.in_lang(lang))
    );
    let _ = writeln!(text, "{indent}  {}「{}」", finding.cite, finding.quote);
    if let Some(reason) = &finding.reason {
        let _ = writeln!(
            text,
            "{indent}  {}{colon}{}",
            lang.pick("已记说明", "Reason recorded"),
            clean(reason)
        );
    }
    // a reason justifies a principle; it does not cure a violation
    if !finding.remedy.is_empty()
        && (finding.reason.is_none() || finding.verdict == Verdict::Violation)
    {
        let _ = writeln!(text, "{indent}  → {}", finding.remedy.in_lang(lang));
    }
    text
}
