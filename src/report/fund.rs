//! The two ledgers of a street's fund: what was handed out, what was used, to the fen.

use std::fmt::Write as _;

use serde_json::{Value as Json, json};

use super::Voice;
use super::table::{Table, clean};
use crate::judge::{Fund, Line};
use crate::law::Money;
use crate::state::{Value, View};
use crate::step::{Recorded, fund};
use crate::words;
use crate::words::{Lang, Words};

/// A street's fund year, added up.
#[derive(Debug)]
pub struct Account {
    /// The street's year.
    pub id: String,
    /// The last total of the fund.
    pub total: Option<Money>,
    /// What was set aside, by unit.
    pub allocated: Vec<(String, Money)>,
    /// The two ledgers.
    pub fund: Fund,
}

impl Account {
    /// Adds up the fund of a street's year; none if the identifier names no such year.
    #[must_use]
    pub fn of(view: &View<'_>) -> Option<Self> {
        let fund = Fund::of(view)?;
        let total = view
            .last(fund::Budget::DEF)
            .and_then(|fact| fact.value("total").money());
        let allocated = view
            .facts(fund::Allocate::DEF)
            .filter_map(|fact| {
                let unit = fact.value("community").text().unwrap_or_default();
                match fact.value("amount") {
                    Value::Money(amount) => Some((unit.to_owned(), *amount)),
                    _ => None,
                }
            })
            .collect();
        Some(Self {
            id: view.id.clone(),
            total,
            allocated,
            fund,
        })
    }

    /// True if nothing at all is recorded.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.total.is_none()
            && self.allocated.is_empty()
            && self.fund.paid.is_empty()
            && self.fund.disbursed.is_empty()
    }

    /// Every unit of the account, the street itself first.
    fn units(&self) -> Vec<&str> {
        let mut units = self.fund.units();
        units.extend(self.allocated.iter().map(|(unit, _)| unit.as_str()));
        units.sort_unstable();
        units.dedup();
        units
    }

    /// Set aside, handed out, used, and what is left of the two, of one unit or of all.
    fn sums(&self, unit: Option<&str>) -> Sums {
        let mine = |line: &&Line| unit.is_none_or(|unit| line.unit == unit);
        let aside = self
            .allocated
            .iter()
            .filter(|(of, _)| unit.is_none_or(|unit| of == unit))
            .try_fold(Money::ZERO, |sum, (_, amount)| sum.checked_add(*amount));
        let disbursed = Fund::sum(self.fund.disbursed.iter().filter(mine));
        let paid = Fund::sum(self.fund.paid.iter().filter(mine));
        let returned = Fund::sum(self.fund.returned.iter().filter(mine));
        let used = paid.zip(returned).map(|(a, b)| a.fen() - b.fen());
        let left = disbursed.zip(used).map(|(a, b)| a.fen() - b);
        Sums {
            aside,
            disbursed,
            paid,
            returned,
            left: left.map(Money::from_fen),
        }
    }

    /// What does not fit together, for people.
    fn notes(&self) -> Vec<Words> {
        let mut notes = Vec::new();
        for unit in self.units() {
            let sums = self.sums(Some(unit));
            if sums.left.is_some_and(|left| left < Money::ZERO) {
                let gap = shown(sums.left).replace('-', "");
                notes.push(words!(
                    "{}的支出大于发放，差{}元：补登 fund disburse，或核对支出。",
                    "{2}: more paid than disbursed, by {1} yuan: record fund disburse, or check the payments.",
                    unit_name(unit, Lang::Zh),
                    gap,
                    unit_name(unit, Lang::En)
                ));
            }
        }
        let all = self.sums(None);
        let more = |amount: Option<Money>| amount.zip(self.total).is_some_and(|(a, t)| a > t);
        if more(all.aside) {
            notes.push(words!(
                "安排合计大于资金总额。",
                "More is set aside than the fund holds."
            ));
        }
        if more(all.disbursed) {
            notes.push(words!(
                "发放合计大于资金总额。",
                "More is disbursed than the fund holds."
            ));
        }
        if more(all.paid) {
            notes.push(words!(
                "支出合计大于资金总额。",
                "More is paid than the fund holds."
            ));
        }
        notes
    }
}

struct Sums {
    aside: Option<Money>,
    disbursed: Option<Money>,
    paid: Option<Money>,
    returned: Option<Money>,
    left: Option<Money>,
}

fn shown(amount: Option<Money>) -> String {
    amount.map_or_else(|| "–".to_owned(), |amount| amount.to_string())
}

/// The name of a unit: a community's code, or the street.
fn unit_name(unit: &str, lang: Lang) -> &str {
    if unit.is_empty() {
        lang.pick("街道", "street")
    } else {
        unit
    }
}

/// Both ledgers and their reconciliation, for people.
#[must_use]
pub fn text(account: &Account, voice: Voice<'_>) -> String {
    let lang = voice.lang;
    let mut text = String::new();
    let _ = writeln!(
        text,
        "{} {}{}",
        account.id,
        lang.pick("项目资金（元），总额：", "project fund (yuan), total: "),
        shown(account.total),
    );
    let ledgers = [
        (
            lang.pick("发放台账", "Disbursement ledger"),
            &account.fund.disbursed,
        ),
        (lang.pick("使用台账", "Usage ledger"), &account.fund.paid),
    ];
    for (title, lines) in ledgers {
        let _ = writeln!(text, "\n{title}");
        let _ = write!(text, "{}", ledger(lines, voice).terminal(voice.width));
    }
    let _ = writeln!(text, "\n{}", lang.pick("核对", "Reconciliation"));
    let mut table = Table::new(vec![
        ("unit", lang.pick("单位", "Unit").into()),
        ("allocated", lang.pick("安排", "Allocated").into()),
        ("disbursed", lang.pick("发放", "Disbursed").into()),
        ("paid", lang.pick("支出", "Paid").into()),
        ("returned", lang.pick("追回", "Returned").into()),
        (
            "left",
            lang.pick(
                "结余（发放－支出＋追回）",
                "Left (disbursed − paid + returned)",
            )
            .into(),
        ),
    ]);
    table.right = (1..6).collect();
    let mut row = |name: &str, sums: &Sums| {
        table.rows.push(vec![
            name.to_owned(),
            shown(sums.aside),
            shown(sums.disbursed),
            shown(sums.paid),
            shown(sums.returned),
            shown(sums.left),
        ]);
    };
    for unit in account.units() {
        row(unit_name(unit, lang), &account.sums(Some(unit)));
    }
    row(lang.pick("合计", "Total"), &account.sums(None));
    let _ = write!(text, "{}", table.terminal(voice.width));
    let _ = writeln!(
        text,
        "{}{}",
        lang.pick(
            "支撑经费（按合同或已付，取大者）：",
            "Support costs (contract or paid, whichever is more): "
        ),
        shown(account.fund.support)
    );
    for note in account.notes() {
        let _ = writeln!(
            text,
            "{}{}",
            lang.pick("注意：", "Note: "),
            note.in_lang(lang)
        );
    }
    text
}

/// The lines of one ledger.
#[must_use]
pub fn ledger(lines: &[Line], voice: Voice<'_>) -> Table {
    let lang = voice.lang;
    let mut table = Table::new(vec![
        ("date", lang.pick("日期", "Date").into()),
        ("unit", lang.pick("单位", "Unit").into()),
        ("case", lang.pick("项目", "Case").into()),
        ("what", lang.pick("内容", "What").into()),
        ("amount", lang.pick("金额（元）", "Amount (yuan)").into()),
        ("event", lang.pick("事件号", "Event").into()),
    ]);
    table.right = vec![4, 5];
    for line in lines {
        let kind = line.kind.as_deref().map(|kind| voice.term("expense", kind));
        table.rows.push(vec![
            line.day.to_string(),
            unit_name(&line.unit, lang).to_owned(),
            clean(line.case.as_deref().unwrap_or_default()),
            clean(kind.unwrap_or(lang.pick(line.def.zh, line.def.id))),
            line.amount.to_string(),
            line.key.seq.to_string(),
        ]);
    }
    table
}

/// The account for machines.
#[must_use]
pub fn json(account: &Account) -> Json {
    let lines = |lines: &[Line]| -> Vec<Json> {
        lines
            .iter()
            .map(|line| {
                json!({
                    "date": line.day.to_string(), "unit": line.unit, "case": line.case,
                    "step": line.def.id, "kind": line.kind, "amount": line.amount.to_string(),
                    "event": line.key,
                })
            })
            .collect()
    };
    let sums = |unit: Option<&str>| {
        let sums = account.sums(unit);
        json!({
            "unit": unit, "allocated": sums.aside.map(|m| m.to_string()),
            "disbursed": sums.disbursed.map(|m| m.to_string()),
            "paid": sums.paid.map(|m| m.to_string()),
            "returned": sums.returned.map(|m| m.to_string()), "left": sums.left.map(|m| m.to_string()),
        })
    };
    json!({
        "schema": "minsheng.fund/1",
        "id": account.id,
        "total": account.total.map(|m| m.to_string()),
        "support": account.fund.support.map(|m| m.to_string()),
        "disbursed": lines(&account.fund.disbursed),
        "paid": lines(&account.fund.paid),
        "units": account.units().into_iter().map(|unit| sums(Some(unit))).collect::<Vec<_>>(),
        "sums": sums(None),
    })
}
