//! Primitives over records: what must be there, what must hold, who must act.

use super::eval::{Answer, Facts, Found, is_personal, path_id, step_label};
use super::outcome::Outcome;
use crate::law::add;
use crate::pack::check::{Gate, IfMissing, Span};
use crate::pack::expr::{Expr, Path};
use crate::state::{Fact, Value};
use crate::words;
use crate::words::{Words, is_silent};

impl<'a> Facts<'a> {
    /// The facts that opened a gate; none while it is closed. No gate is always open.
    pub(super) fn passed(&self, gate: &Gate) -> Option<Vec<&'a Fact>> {
        if gate.is_empty() {
            return Some(Vec::new());
        }
        let facts = self.evidence(gate);
        (!facts.is_empty()).then_some(facts)
    }

    /// The facts under some paths; where nobody is told of them, no more than say the law of
    /// which day governs.
    fn evidence<'p>(&self, paths: impl IntoIterator<Item = &'p Path>) -> Vec<&'a Fact> {
        let paths = paths.into_iter();
        if !is_silent() {
            return paths.flat_map(|path| self.facts(path)).collect();
        }
        let mut first = None;
        for path in paths {
            let mut dated = None;
            self.each_fact(path, &mut |fact| {
                first = first.or(Some(fact));
                dated = dated.or(Some(fact).filter(|fact| fact.occurred.is_some()));
            });
            if dated.is_some() {
                first = dated;
                break;
            }
        }
        first.into_iter().collect()
    }

    /// The stage of a rule lies behind the subject: what it wants should be recorded.
    pub(super) fn stage_passed(&self, stage: &str) -> bool {
        let passed = || {
            let mut stages = self.pack.stages.iter().filter(|(id, _)| id == stage);
            stages.any(|(_, gate)| gate.iter().any(|path| self.is_there(path)))
        };
        self.once(stage, passed)
    }

    /// “before the notice”, for a gate that was passed.
    pub(super) fn before(&self, gate: &Gate) -> Words {
        match gate.iter().find(|path| self.is_there(path)) {
            Some(Path::Step(def) | Path::Field(def, _)) => {
                words!(
                    "（已登记“{}”）",
                    " although {1} is recorded",
                    def.zh,
                    def.id
                )
            }
            _ => Words::default(),
        }
    }

    /// All records under a path, not only the one that counts.
    fn all(&self, path: &Path) -> impl Iterator<Item = &'a Fact> {
        let def = match path {
            Path::Step(def) | Path::Field(def, _) => Some(*def),
            _ => None,
        };
        def.into_iter().flat_map(|def| self.records(def))
    }

    fn has(&self, path: &Path) -> bool {
        match path {
            Path::Step(_) => self.is_there(path),
            _ => self.value(path).is_some(),
        }
    }

    pub(super) fn presence(
        &self,
        of: &[Path],
        any: bool,
        gate: &Gate,
        if_missing: IfMissing,
        after: Option<&(Path, Span)>,
    ) -> Outcome {
        // a duty that follows some day is met by records from that day on
        let since = after.and_then(|(start, _)| self.value(start)?.value.day());
        let has = |path: &&Path| match since {
            None => self.has(path),
            Some(day) => self.all(path).any(|fact| {
                let said = match path {
                    Path::Field(_, index) => !fact.values[*index].is_none(),
                    _ => true,
                };
                said && fact.occurred.is_none_or(|d| day <= d)
            }),
        };
        let (there, missing): (Vec<&Path>, Vec<&Path>) = of.iter().partition(has);
        let found = || self.evidence(there.iter().copied());
        // without the record there is no field to fill in
        let label = |path: &Path| match path {
            Path::Field(def, _) if !self.is_there(path) => step_label(def),
            _ => self.label(path),
        };
        let labels = join_labels(missing.iter().map(|path| label(path)));
        let all_there = missing.is_empty() || (any && missing.len() < of.len());
        if all_there {
            return self.show(
                Outcome::kept(words!("记录齐全。", "All recorded.")).uses(found()),
                of,
            );
        }
        // a blank field of a record can only be asked for once the record is there
        let no_record = |path: &&Path| matches!(path, Path::Field(..)) && !self.is_there(path);
        let due = self.passed(gate);
        let Some(gates) = due.filter(|_| !(gate.is_empty() && missing.iter().all(no_record)))
        else {
            let mut outcome = Outcome::pending(words!(
                "尚未到办理{}的环节。",
                "{1} is not due yet.",
                labels.zh,
                labels.en
            ))
            .uses(found());
            if gate.is_empty() {
                outcome.lacks = missing.iter().map(|path| label(path)).collect();
            }
            return outcome;
        };
        if let Some((start, span)) = after {
            return self
                .late(start, *span, &labels, if_missing)
                .uses(gates)
                .uses(found());
        }
        let before = self.before(gate);
        match if_missing {
            IfMissing::Breach => {
                let blanks: Vec<&Fact> = missing.iter().flat_map(|path| self.facts(path)).collect();
                Outcome::broken(words!(
                    "没有{}{}。",
                    "No {2}{3}.",
                    labels.zh,
                    before.zh,
                    labels.en,
                    before.en
                ))
                .blames(gates)
                .blames(blanks)
                .uses(found())
            }
            IfMissing::Unverifiable => {
                let outcome = Outcome::missing(labels).uses(gates).uses(found());
                outcome.without(|| missing.iter().map(|path| label(path)).collect())
            }
        }
    }

    /// What is missing may still come until a span after some day has passed.
    fn late(&self, start: &Path, span: Span, labels: &Words, if_missing: IfMissing) -> Outcome {
        let Some(start) = self.value(start).and_then(|found| found.value.day()) else {
            return Outcome::missing(self.label(start));
        };
        let Ok(due) = add(start, span.n, span.unit, self.view.book.calendar()) else {
            return Outcome::missing(labels.clone());
        };
        let said = words!(
            "至{}没有{}（最迟{}）。",
            "No {3} by {0} (due {2}).",
            self.view.as_of,
            labels.zh,
            due,
            labels.en
        );
        let outcome = if self.view.as_of > due && if_missing == IfMissing::Unverifiable {
            Outcome::missing(labels.clone())
        } else if self.view.as_of > due {
            Outcome::broken(said)
        } else {
            Outcome::pending(said)
        };
        // the law of the day on which the clock started governs
        let mut outcome = outcome.due(due);
        outcome.governed = Some(start);
        outcome
    }

    pub(super) fn holds(&self, that: &Expr, gate: &Gate, uses: &[Path], broken: &Words) -> Outcome {
        let facts = self.evidence(uses);
        let Some(gates) = self.passed(gate) else {
            return Outcome::pending(words!("尚未到核对的环节。", "Not due yet.")).uses(facts);
        };
        let outcome = match self.test(that, None) {
            Answer::Yes => Outcome::kept(words!("符合。", "It holds.")),
            Answer::No => Outcome::broken(broken.told())
                .blames(facts.clone())
                .blames(gates.clone()),
            Answer::Unknown(missing) if gate.is_empty() && facts.is_empty() => {
                Outcome::waits_for(join_labels(missing.into_iter()))
            }
            Answer::Unknown(missing) => Outcome::lacking(missing),
        };
        self.show(outcome.uses(facts).uses(gates), uses)
    }

    pub(super) fn role(&self, of: &[Path], is: &[String]) -> Outcome {
        let mut parts = Vec::new();
        for path in of {
            let records = self.facts(path);
            let said = self.values(path);
            for fact in records {
                let own: Vec<&Found<'a>> = said
                    .iter()
                    .filter(|found| found.fact.is_some_and(|f| f.key == fact.key))
                    .collect();
                let bodies: Vec<&str> = own
                    .iter()
                    .flat_map(|found| found.value.items())
                    .filter_map(Value::text)
                    .collect();
                let outcome = if bodies.is_empty() {
                    Outcome::missing(self.label(path)).uses([fact])
                } else if let Some(other) = bodies.iter().find(|b| !is.iter().any(|i| i == **b)) {
                    let found = self.term(path, other);
                    let allowed = join_labels(is.iter().map(|b| self.term(path, b)));
                    let label = self.label(path);
                    Outcome::broken(words!(
                        "{}为{}，应为{}。",
                        "{3} is {4}, it must be {5}.",
                        label.zh,
                        found.zh,
                        allowed.zh,
                        label.en,
                        found.en,
                        allowed.en
                    ))
                    .blames([fact])
                } else {
                    Outcome::kept(words!("办理单位符合。", "The right body acts.")).uses([fact])
                };
                if is_silent() {
                    parts.push(outcome);
                    continue;
                }
                let shown = own.last().map_or(&Value::None, |found| &*found.value);
                parts.push(outcome.fact(&path_id(self.pack, path), Self::json(shown)));
            }
        }
        Outcome::join(parts)
            .unwrap_or_else(|| Outcome::waits_for(join_labels(of.iter().map(|p| self.label(p)))))
    }

    /// The items of a list as it stood on the day of the record at hand.
    fn standing(&self, path: &Path) -> Vec<Value> {
        let until = self.focus.and_then(|focus| focus.fact.occurred);
        let Path::Field(def, index) = path else {
            return self.items(path);
        };
        let last = self
            .records(def)
            .filter(|fact| until.is_none_or(|until| fact.occurred.is_none_or(|d| d <= until)))
            .max_by_key(|fact| fact.occurred);
        last.map_or_else(Vec::new, |fact| fact.values[*index].items().to_vec())
    }

    pub(super) fn subset(
        &self,
        of: &Path,
        within: &Path,
        standing: bool,
        if_missing: IfMissing,
    ) -> Outcome {
        let items = self.items(of);
        let facts = self.facts(of);
        let computed = matches!(of, Path::Module(_));
        if facts.is_empty() && !computed {
            return Outcome::waits_for(self.label(of));
        }
        if items.is_empty() {
            let label = self.label(of);
            return match if_missing {
                IfMissing::Unverifiable => Outcome::missing(label).uses(facts),
                IfMissing::Breach => {
                    Outcome::broken(words!("没有{}。", "No {1}.", label.zh, label.en)).blames(facts)
                }
            };
        }
        let list = if standing {
            self.standing(within)
        } else {
            self.items(within)
        };
        let within_label = self.label(within);
        if list.is_empty() {
            return Outcome::missing(within_label).uses(facts);
        }
        let outside: Vec<Value> = items
            .into_iter()
            .filter(|item| !list.iter().any(|other| item.same(other)))
            .collect();
        self.list_outcome(of, &outside, facts, |names| {
            words!(
                "{}不在{}之中。",
                "{0} does not stand in {2}.",
                names,
                within_label.zh,
                within_label.en
            )
        })
    }

    pub(super) fn disjoint(&self, of: &Path, from: &Path, known: bool) -> Outcome {
        let facts = self.facts(of);
        if facts.is_empty() && !matches!(of, Path::Module(_)) {
            return Outcome::waits_for(self.label(of));
        }
        let items = self.items(of);
        if items.is_empty() {
            return Outcome::missing(self.label(of)).uses(facts);
        }
        let list = self.items(from);
        if known && list.is_empty() {
            return Outcome::missing(self.label(from)).uses(facts);
        }
        let common: Vec<Value> = items
            .into_iter()
            .filter(|item| list.iter().any(|other| item.same(other)))
            .collect();
        let from_label = self.label(from);
        self.list_outcome(of, &common, facts, |names| {
            words!(
                "{}同时在{}之中。",
                "{0} also stands in {2}.",
                names,
                from_label.zh,
                from_label.en
            )
        })
    }

    fn list_outcome(
        &self,
        of: &Path,
        wrong: &[Value],
        facts: Vec<&Fact>,
        say: impl Fn(String) -> Words,
    ) -> Outcome {
        if wrong.is_empty() {
            return Outcome::kept(words!("逐项核对一致。", "Every item agrees.")).uses(facts);
        }
        let names = if is_personal(of) {
            format!("{}项", wrong.len())
        } else {
            wrong
                .iter()
                .filter_map(Value::text)
                .collect::<Vec<_>>()
                .join("、")
        };
        Outcome::broken(say(names)).blames(facts).fact(
            &path_id(self.pack, of),
            Self::json(&Value::List(wrong.into())),
        )
    }

    /// Shows the values under some paths with the outcome.
    pub(super) fn show<'p>(
        &self,
        mut outcome: Outcome,
        paths: impl IntoIterator<Item = &'p Path>,
    ) -> Outcome {
        if is_silent() {
            return outcome;
        }
        for path in paths.into_iter().filter(|path| !is_personal(path)) {
            if let Some(found) = self.value(path) {
                outcome = outcome.fact(&path_id(self.pack, path), Self::json(&found.value));
            }
        }
        outcome
    }
}

/// Labels as one list.
pub(super) fn join_labels(labels: impl Iterator<Item = Words>) -> Words {
    if is_silent() {
        return Words::default();
    }
    let labels: Vec<Words> = labels.collect();
    let join = |f: fn(&Words) -> &str, gap: &str| {
        let mut list: Vec<&str> = labels.iter().map(f).collect();
        list.dedup();
        list.join(gap)
    };
    Words::new(join(|w| &w.zh, "、"), join(|w| &w.en, ", "))
}
