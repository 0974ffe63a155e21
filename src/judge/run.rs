//! Running the checks of a rule: for the subject, or for each record of it.

use super::cohort::Covering;
use super::dates::{Clock, Yearly};
use super::eval::{Answer, Facts};
use super::interests::Kin;
use super::lists::Cover;
use super::numbers::Counting;
use super::outcome::{Outcome, Status};
use super::parts::Recurring;
use super::records::join_labels;
use super::rulings::{DEFAULT, Judged, crosses, ruling, turned};
use crate::law::Unit;
use crate::pack::check::{Each, Latest};
use crate::pack::{Check, Expr, Primitive, Reading};
use crate::state::Fact;
use crate::words;
use crate::words::Words;

/// Runs all checks; a reading that turns the answer makes it borderline, unless the competent
/// office has said which one holds. A reading that several checks have is one reading.
pub(super) fn computed<'a>(
    facts: &Facts<'a>,
    rule: &str,
    checks: impl Iterator<Item = &'a Check> + Clone,
    passed: bool,
) -> Judged {
    let taken =
        |check: &'a Check| applied(facts, check, check.when.as_ref(), &check.primitive, passed);
    let nothing = || Outcome::exempt(words!("没有可核对的内容。", "Nothing to check."));
    if checks.clone().all(|check| check.readings.is_empty()) {
        let outcomes = checks.map(taken);
        return Judged::alone(Outcome::join(outcomes).unwrap_or_else(nothing));
    }
    let mut outcomes = Vec::new();
    let mut ruled = None;
    let mut open: Vec<&Reading> = Vec::new();
    let under = |check: &'a Check, reading: &Reading| {
        let when = reading.when.as_ref().or(check.when.as_ref());
        applied(facts, check, when, &reading.primitive, passed)
    };
    for check in checks.clone() {
        let mut outcome = taken(check);
        let day = outcome.governed.unwrap_or(facts.view.as_of);
        let asked = !check.readings.is_empty();
        let answer = if asked {
            ruling(facts, rule, day)
        } else {
            None
        };
        let chosen = answer
            .as_ref()
            .and_then(|a| check.readings.iter().find(|r| r.id == a.reading));
        match answer {
            Some(answer) if chosen.is_some() || answer.reading == DEFAULT => {
                if let Some(chosen) = chosen {
                    outcome = under(check, chosen);
                }
                ruled = Some(Box::new(answer));
            }
            _ => {
                for reading in &check.readings {
                    if !open.iter().any(|other| other.id == reading.id) {
                        open.push(reading);
                    }
                }
            }
        }
        outcomes.push(outcome);
    }
    let worst = outcomes.iter().map(|o| o.status).max();
    let disagrees = open.into_iter().find_map(|reading| {
        let mut turns = false;
        let others = checks.clone().zip(&outcomes).map(|(check, outcome)| {
            let Some(own) = check.readings.iter().find(|r| r.id == reading.id) else {
                return outcome.status;
            };
            let other = under(check, own).status;
            turns |= turned(outcome.status, other);
            other
        });
        let other = others.max();
        let across = matches!((worst, other), (Some(a), Some(b)) if crosses(a, b));
        (turns && across).then(|| Box::new((reading.id.clone(), reading.why.clone())))
    });
    Judged {
        outcome: Outcome::join(outcomes).unwrap_or_else(nothing),
        disagrees,
        ruled,
    }
}

/// Runs a check on the subject, or on each of the records that it is for.
fn applied<'a>(
    facts: &Facts<'a>,
    check: &'a Check,
    when: Option<&Expr>,
    primitive: &Primitive,
    passed: bool,
) -> Outcome {
    let Some(each) = &check.each else {
        return guarded(facts, check, when, primitive, passed);
    };
    let mut records: Vec<&Fact> = facts.view.facts(each.of).collect();
    if each.last != Latest::Each {
        records.retain(|fact| belongs(facts, each, fact) == Answer::Yes);
        let of = |fact: &Fact| match each.last {
            Latest::Per(field) => fact.value(field).text().map(str::to_owned),
            _ => None,
        };
        let later = |fact: &&Fact, other: &&Fact| {
            of(other) == of(fact) && (other.occurred, &other.key) > (fact.occurred, &fact.key)
        };
        let all = records.clone();
        records.retain(|fact| !all.iter().any(|other| later(fact, other)));
    }
    let outcomes = records.into_iter().filter_map(|fact| {
        let outcome = match belongs(facts, each, fact) {
            Answer::Yes => {
                let at = facts.at(fact, &each.same);
                let outcome = guarded(&at, check, when, primitive, passed);
                if outcome.status >= Status::Missing {
                    outcome.saying(|words| which(fact, words))
                } else {
                    outcome
                }
            }
            Answer::No => return None,
            Answer::Unknown(missing) => Outcome::lacking(missing),
        };
        Some(outcome.uses([fact]))
    });
    Outcome::join(outcomes)
        .unwrap_or_else(|| Outcome::exempt(words!("没有这样的记录。", "No such record.")))
}

/// Names the record at hand where a subject has several.
fn which(fact: &Fact, words: &Words) -> Words {
    let day = fact.occurred.map_or(String::new(), |day| day.to_string());
    words!(
        "{}（{}）：{}",
        "{3} ({1}): {4}",
        fact.def.zh,
        day,
        words.zh,
        fact.def.id,
        words.en
    )
}

/// Whether a check is run for this record.
fn belongs(facts: &Facts<'_>, each: &Each, fact: &Fact) -> Answer {
    if let Some(field) = each.year_of {
        let day = fact.value(field).day();
        if day.map(crate::law::Day::year) != facts.view.subject.year() {
            return Answer::No;
        }
    }
    match &each.filter {
        None => Answer::Yes,
        Some(filter) => facts.test(filter, Some(fact)),
    }
}

/// Runs a primitive if the guard of its check lets it.
fn guarded(
    facts: &Facts<'_>,
    check: &Check,
    when: Option<&Expr>,
    primitive: &Primitive,
    passed: bool,
) -> Outcome {
    match when.map(|when| facts.test(when, None)) {
        None | Some(Answer::Yes) => {
            let outcome = run(facts, primitive);
            if passed { outcome.overdue() } else { outcome }
        }
        Some(Answer::No) => Outcome::exempt(check.unless.told()),
        // whether it applies is not known yet; once the stage has passed it is missing
        Some(Answer::Unknown(missing)) => {
            let mut outcome = Outcome::waits_for(join_labels(missing.clone().into_iter()));
            outcome.lacks = missing;
            if passed { outcome.overdue() } else { outcome }
        }
    }
}

fn run(facts: &Facts<'_>, primitive: &Primitive) -> Outcome {
    match primitive {
        Primitive::Presence {
            of,
            any,
            gate,
            if_missing,
            after,
        } => facts.presence(of, *any, gate, *if_missing, after.as_ref()),
        Primitive::Holds {
            that,
            gate,
            uses,
            broken,
        } => facts.holds(that, gate, uses, broken),
        Primitive::SetCover {
            of,
            need,
            min,
            persons,
            together,
            filter,
            gate,
            lacking,
        } => facts.set_cover(
            of,
            &Cover {
                need,
                min: *min,
                persons: *persons,
                together: *together || filter.is_some(),
                filter: filter.as_ref(),
                lacking: *lacking,
            },
            gate,
        ),
        Primitive::Subset {
            of,
            within,
            standing,
            if_missing,
        } => facts.subset(of, within, *standing, *if_missing),
        Primitive::Disjoint { of, from, known } => facts.disjoint(of, from, *known),
        Primitive::Cap { of, max } => facts.cap(of, *max),
        Primitive::Count {
            of,
            among,
            sources,
            distinct,
            min,
            headcount,
            gate,
            yearly,
            if_missing,
            what,
        } => facts.count(&Counting {
            of,
            among: among.as_ref(),
            sources: *sources,
            distinct: *distinct,
            min: *min,
            headcount: headcount.as_ref(),
            gate,
            yearly: *yearly,
            if_missing: *if_missing,
            what,
        }),
        Primitive::Role { of, is } => facts.role(of, is),
        Primitive::RunningSum { max } => facts.running_sum(*max),
        Primitive::Register {
            of,
            key,
            until,
            within,
        } => facts.register(of, key, until.as_ref(), within),
        other => run_dated(facts, other),
    }
}

/// The primitives over dates.
fn run_dated(facts: &Facts<'_>, primitive: &Primitive) -> Outcome {
    match primitive {
        Primitive::Order {
            first,
            then,
            strict,
            filter,
            any,
        } => facts.order(first, then, *strict, filter.as_ref(), *any),
        Primitive::Deadline {
            from,
            to,
            within,
            first,
            filter,
            start,
            first_day,
            rollover,
        } => {
            let clock = Clock {
                from,
                start: start.as_ref(),
                to,
                filter: filter.as_ref(),
                first: *first,
                within: *within,
                first_day: *first_day,
                rollover: *rollover,
            };
            if within.unit == Unit::Hour {
                facts.hours(&clock)
            } else {
                facts.deadline(&clock)
            }
        }
        Primitive::FixedDate {
            of,
            filter,
            slot,
            slots,
            month,
            day,
            year_offset,
            last,
            what,
            rollover,
        } => facts.fixed_date(&Yearly {
            of,
            filter: filter.as_ref(),
            slot: (*slot, *slots),
            on: (*month, *day, *year_offset),
            last: *last,
            what,
            rollover: *rollover,
        }),
        Primitive::Window {
            each,
            event,
            key,
            date,
            unless,
            from,
            to,
        } => facts.window(each, event, *key, *date, *unless, from, to),
        Primitive::Duration {
            of,
            from,
            to,
            min,
            first_day,
            per,
            terms,
        } => facts.duration(
            of,
            (*from, *to),
            *min,
            *first_day,
            per.map(|p| (p, &terms[..])),
        ),
        Primitive::Validity => facts.validity(),
        other => run_yearly(facts, other),
    }
}

/// The primitives over the projects, the records and the money of a year, and over units.
fn run_yearly(facts: &Facts<'_>, primitive: &Primitive) -> Outcome {
    match primitive {
        Primitive::Coverage {
            by,
            filter,
            cohort,
            among,
            least,
            until,
            what,
        } => facts.coverage(
            &Covering {
                by,
                filter: filter.as_ref(),
                cohort: *cohort,
                among: among.as_ref(),
                what,
            },
            *least,
            *until,
        ),
        Primitive::Periods {
            of,
            filter,
            per,
            needs,
            among,
            partly,
            gap,
            part,
        } => facts.periods(&Recurring {
            of,
            filter: filter.as_ref(),
            per: *per,
            needs: *needs,
            among: among.as_ref(),
            partly: *partly,
            gap: *gap,
            part: *part,
        }),
        Primitive::Share {
            of,
            done,
            same,
            percent,
            per,
            down,
        } => facts.share(of, done, same, (*percent, *down), *per),
        Primitive::Ratio {
            of,
            filter,
            total,
            percent,
        } => facts.ratio(of, filter.as_ref(), total, *percent),
        Primitive::Majority {
            of,
            votes,
            against,
            members,
            times,
        } => facts.majority(of, [*votes, *against, *members], *times),
        Primitive::TakenUp {
            by,
            filter,
            list,
            from,
            per,
        } => facts.taken_up(by, filter.as_ref(), *list, from, *per),
        Primitive::Blocklist { of, years } => facts.blocklist(of, *years),
        Primitive::Conflict {
            role,
            relations,
            generations,
            wide,
        } => facts.conflict(
            *role,
            &Kin {
                relations,
                generations: *generations,
            },
            *wide,
        ),
        Primitive::Portion(portion) => facts.portion(portion),
        Primitive::Total(total) => facts.total(total),
        Primitive::Members(members) => facts.members(members),
        Primitive::Overflow(overflow) => facts.overflow(overflow),
        Primitive::Tally(tally) => facts.tally(tally),
        Primitive::Lag(lag) => facts.lag(lag),
        Primitive::Season(season) => facts.season(season),
        _ => Outcome::exempt(Words::default()),
    }
}
