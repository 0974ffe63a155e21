//! Primitives over sums of projects: totals within a bound, and what lies beyond a budget.

use std::collections::BTreeMap;

use serde_json::json;

use super::eval::{Answer, Facts};
use super::outcome::{Outcome, Status};
use super::records::join_labels;
use super::sums::{Sum, few, yuan};
use crate::law::{Day, Money};
use crate::pack::check::{Amount, Bound, Overflow, Per, Total};
use crate::pack::expr::{Expr, Path};
use crate::state::{Fact, View};
use crate::words;
use crate::words::Words;

impl<'a> Facts<'a> {
    pub(super) fn total(&self, total: &Total) -> Outcome {
        if let (Some((step, filter)), Some(Path::Field(_, index))) = (&total.records, &total.of) {
            let mut sum = Sum::default();
            for fact in self.records(step) {
                let fits = filter.as_ref().map(|f| self.test(f, Some(fact)));
                if fits == Some(Answer::No) {
                    continue;
                }
                let known = !matches!(fits, Some(Answer::Unknown(_)));
                match fact.values[*index].money().filter(|_| known) {
                    Some(amount) => sum.fen += i128::from(amount.fen()),
                    None => sum.unknown.push(fact.subject.clone()),
                }
            }
            return self.bounded(total, "", 0, &sum, &[]);
        }
        let population = self.projects(&total.among);
        let mut groups: BTreeMap<String, Vec<&View<'a>>> = BTreeMap::new();
        if total.per == Per::Street {
            for code in self.view.book.communities() {
                if let Some(street) = self.view.book.street(&code) {
                    groups.entry(street.to_owned()).or_default();
                }
            }
        }
        for view in &population.cases {
            let street = view
                .subject
                .community()
                .and_then(|code| self.view.book.street(code));
            let name = match total.per {
                Per::Street => street.unwrap_or_default().to_owned(),
                Per::Whole => String::new(),
            };
            groups.entry(name).or_default().push(view);
        }
        if groups.is_empty() {
            groups.insert(String::new(), Vec::new());
        }
        let parts = groups
            .iter()
            .map(|(name, cases)| self.total_of(total, name, cases, &population.unknown));
        let mut outcome = Outcome::join(parts).unwrap_or_else(|| Outcome::exempt(Words::default()));
        outcome.governed = self
            .view
            .subject
            .year()
            .and_then(|year| Day::new(year, 12, 31));
        outcome
    }

    /// The amount of a bound, with the record behind it.
    fn bound(&self, amount: &Amount) -> Option<(i128, Option<&'a Fact>)> {
        match amount {
            Amount::Number(number) => Some((i128::from(*number), None)),
            Amount::Money(money) => Some((i128::from(money.fen()), None)),
            Amount::Recorded(path, filter) => {
                let (money, fact) = self.recorded(path, filter.as_ref())?;
                Some((i128::from(money.fen()), Some(fact)))
            }
        }
    }

    /// The latest amount under a path among the records that fit.
    fn recorded(&self, path: &Path, filter: Option<&Expr>) -> Option<(Money, &'a Fact)> {
        self.values(path)
            .iter()
            .filter_map(|found| Some((found.value.money()?, found.fact?)))
            .filter(|(_, fact)| filter.is_none_or(|f| self.test(f, Some(fact)) == Answer::Yes))
            .max_by_key(|(_, fact)| fact.occurred)
    }

    fn total_of(
        &self,
        total: &Total,
        name: &str,
        cases: &[&View<'a>],
        unknown: &[String],
    ) -> Outcome {
        let sum = self.added(cases, total.of.as_ref());
        self.bounded(total, name, cases.len(), &sum, unknown)
    }

    /// A sum against its bound.
    fn bounded(
        &self,
        total: &Total,
        name: &str,
        projects: usize,
        sum: &Sum,
        unknown: &[String],
    ) -> Outcome {
        let shown = |fen: i128| {
            if total.of.is_some() {
                words!("{0}元", "{0} yuan", yuan(fen))
            } else {
                words!("{0}个", "{0}", fen)
            }
        };
        let (amount, word) = match &total.bound {
            Bound::Least(amount) => (amount, Words::new("不少于", "at least")),
            Bound::Most(amount) => (amount, Words::new("不超过", "at most")),
            Bound::Shown(amount) => (amount, Words::new("参照", "beside")),
        };
        let Some((limit, fact)) = self.bound(amount) else {
            let label = match amount {
                Amount::Recorded(path, _) => self.label(path),
                _ => Words::default(),
            };
            // what bounds a yearly sum may still come until the sum is due
            return match self.waits(total.until) {
                Some(end) => Outcome::waits_for(label).due(end),
                None => Outcome::missing(label),
            };
        };
        let (found, wanted) = (shown(sum.fen), shown(limit));
        let mut said = words!(
            "{}{}{}，{}{}（含）。",
            "{0}{5}: {6}, {7} {8} (inclusive).",
            name,
            total.what.zh,
            found.zh,
            word.zh,
            wanted.zh,
            total.what.en,
            found.en,
            word.en,
            wanted.en
        );
        if let Bound::Shown(_) = total.bound {
            said = words!(
                "{}{}，{}{}，为其{}%。",
                "{5}: {6}, {7} {8}: {4}%.",
                total.what.zh,
                found.zh,
                word.zh,
                wanted.zh,
                if limit == 0 { 0 } else { sum.fen * 100 / limit },
                total.what.en,
                found.en,
                word.en,
                wanted.en
            );
        }
        let status = match total.bound {
            Bound::Least(_) if sum.fen >= limit => Status::Kept,
            Bound::Most(_) if sum.fen > limit => Status::Broken,
            Bound::Least(_) if self.waits(total.until).is_some() => Status::Pending,
            _ if !sum.unknown.is_empty() || !unknown.is_empty() => Status::Missing,
            Bound::Least(_) => Status::Broken,
            Bound::Most(_) if self.waits(total.until).is_some() => Status::Pending,
            Bound::Most(_) | Bound::Shown(_) => Status::Kept,
        };
        let mut outcome = match status {
            Status::Kept => Outcome::kept(said),
            Status::Broken => Outcome::broken(said),
            Status::Pending => {
                let mut pending = Outcome::pending(said);
                pending.due = self.waits(total.until);
                pending
            }
            _ => {
                let ids: Vec<String> = sum.unknown.iter().chain(unknown).cloned().collect();
                Outcome::missing(words!("{}的金额或类型", "amount or type of {}", few(&ids)))
            }
        };
        let number = |fen: i128| match total.of {
            Some(_) => json!(yuan(fen)),
            None => json!(i64::try_from(fen).unwrap_or(i64::MAX)),
        };
        outcome = outcome
            .uses(fact)
            .fact("projects", projects)
            .fact("total", number(sum.fen))
            .fact("bound", number(limit));
        outcome
    }

    /// Projects beyond a budget, taken in order of their days.
    pub(super) fn overflow(&self, overflow: &Overflow) -> Outcome {
        let population = self.projects(&overflow.among);
        if !population.unknown.is_empty() {
            return Outcome::missing(words!(
                "{}的金额、类型或途径",
                "amount, type or path of {}",
                few(&population.unknown)
            ));
        }
        if population.cases.is_empty() {
            return Outcome::exempt(words!(
                "该年度没有这样的项目。",
                "No such project in the year."
            ));
        }
        let (path, filter) = &overflow.budget;
        let Some((budget, fact)) = self.recorded(path, filter.as_ref()) else {
            return Outcome::missing(self.label(path));
        };
        let mut dated = Vec::new();
        for view in &population.cases {
            let facts = self.of(view);
            let day = facts.dates(&overflow.by).pop().map(|(day, _)| day);
            match (day, self.amount_of(view, &overflow.of)) {
                (Some(day), Some(amount)) => dated.push((day, view.id.clone(), amount, view)),
                _ => {
                    return Outcome::missing(words!(
                        "{}的金额或日期",
                        "amount or day of {}",
                        view.id
                    ));
                }
            }
        }
        dated.sort_by(|a, b| (a.0, &a.1).cmp(&(b.0, &b.1)));
        let (mut sum, mut parts) = (0_i128, Vec::new());
        for (day, id, amount, view) in &dated {
            sum += i128::from(amount.fen());
            if sum <= i128::from(budget.fen()) {
                continue;
            }
            let said = words!(
                "{}（{}确认）起累计{}元，超出额度{}元：",
                "From {} (confirmed {}) the sum is {}, beyond {}: ",
                id,
                day,
                yuan(sum),
                budget
            );
            let joined = |words: &Words| {
                Words::new(
                    format!("{}{}", said.zh, words.zh),
                    format!("{}{}", said.en, words.en),
                )
            };
            parts.push(match self.of_case(view, &overflow.then) {
                Answer::Yes => Outcome::kept(words!("符合。", "It holds.")),
                Answer::No => Outcome::broken(joined(&overflow.broken)),
                Answer::Unknown(missing) => Outcome::missing(join_labels(missing.into_iter())),
            });
        }
        Outcome::join(parts)
            .unwrap_or_else(|| {
                Outcome::kept(words!(
                    "累计{}元，未超出额度{}元。",
                    "{} in all, within {}.",
                    yuan(sum),
                    budget
                ))
            })
            .uses([fact])
            .fact("total", yuan(sum))
            .fact("bound", budget.to_string())
    }
}
