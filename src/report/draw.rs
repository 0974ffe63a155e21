//! A draw of projects to inspect: one that meets every clause at once, as small as it can be,
//! in an order that anybody can redo with a hash tool.
//!
//! The ticket of a project is `SHA-256(SEED|CASE)` in hexadecimal. It depends on nothing else, so
//! that a project that is recorded later changes no other ticket and no order among the others.

mod smallest;

use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};

use self::smallest::{Need, smallest};
use super::Voice;
use super::audit::title;
use super::table::{Table, clean};
use crate::judge::{self, Quota};
use crate::law::Day;
use crate::ledger::chain::hex;
use crate::pack::Pack;
use crate::state::{Book, Subject};
use crate::words::Lang;

/// One project with its ticket.
#[derive(Clone, Debug)]
pub struct Ticket {
    /// The ticket, 64 hexadecimal digits.
    pub ticket: String,
    /// The case.
    pub case: String,
    /// It was drawn.
    pub drawn: bool,
    /// It had to be: a clause wants all projects of its kind.
    pub forced: bool,
    /// The clauses that it counts for, as places in `quotas`.
    pub counts: Vec<usize>,
}

/// A draw.
#[derive(Clone, Debug)]
pub struct Draw {
    /// The seed.
    pub seed: String,
    /// The year of the projects.
    pub year: i32,
    /// The day up to which facts count.
    pub as_of: Day,
    /// Every project of the year by ticket.
    pub tickets: Vec<Ticket>,
    /// What the clauses ask.
    pub quotas: Vec<Quota>,
    /// It is proved that no smaller choice meets all clauses.
    pub proved: bool,
}

/// The ticket of a case.
#[must_use]
pub fn ticket(seed: &str, case: &str) -> String {
    hex(&Sha256::digest(format!("{seed}|{case}")))
}

/// Draws from the projects of a year.
#[must_use]
pub fn draw(pack: &Pack, book: &Book, year: i32, as_of: Day, seed: &str) -> Draw {
    let quotas = judge::quotas(pack, book, year, as_of);
    let cases: BTreeSet<&String> = quotas.iter().flat_map(|q| &q.population).collect();
    let mut tickets: Vec<Ticket> = cases
        .into_iter()
        .map(|case| Ticket {
            ticket: ticket(seed, case),
            case: case.clone(),
            drawn: false,
            forced: false,
            counts: Vec::new(),
        })
        .collect();
    tickets.sort_by(|a, b| a.ticket.cmp(&b.ticket));
    let mut needs = Vec::new();
    for (number, quota) in quotas.iter().enumerate() {
        let wanted: BTreeSet<&String> = quota.population.iter().collect();
        let mut items = Vec::new();
        for (place, ticket) in tickets.iter_mut().enumerate() {
            if wanted.contains(&ticket.case) {
                items.push(place);
                ticket.counts.push(number);
            }
        }
        needs.push(Need {
            items,
            need: quota.need,
        });
    }
    let chosen = smallest(tickets.len(), &needs);
    for place in &chosen.items {
        tickets[*place].drawn = true;
    }
    for place in &chosen.forced {
        tickets[*place].forced = true;
    }
    Draw {
        seed: seed.to_owned(),
        year,
        as_of,
        tickets,
        quotas,
        proved: chosen.proved,
    }
}

impl Draw {
    /// The cases that were drawn, by ticket.
    pub fn drawn(&self) -> impl Iterator<Item = &Ticket> {
        self.tickets.iter().filter(|ticket| ticket.drawn)
    }

    /// How many drawn cases count for a clause.
    #[must_use]
    pub fn have(&self, quota: usize) -> usize {
        self.drawn().filter(|t| t.counts.contains(&quota)).count()
    }

    /// The clauses in one line each, as they are recorded: rule, subject, drawn, needed, of how
    /// many.
    #[must_use]
    pub fn clauses(&self) -> Vec<String> {
        self.quotas
            .iter()
            .enumerate()
            .map(|(number, quota)| {
                let reading = quota
                    .reading
                    .as_ref()
                    .map_or(String::new(), |r| format!("[{r}]"));
                format!(
                    "{}{reading} {} {}>={}/{}",
                    quota.rule,
                    quota.subject,
                    self.have(number),
                    quota.need,
                    quota.population.len()
                )
            })
            .collect()
    }

    /// The projects by ticket: those drawn, or all.
    #[must_use]
    pub fn table(&self, book: &Book, lang: Lang, all: bool, whole_tickets: bool) -> Table {
        let mut table = Table::new(vec![
            ("place", lang.pick("序号", "No.").into()),
            ("ticket", lang.pick("票号", "Ticket").into()),
            ("case", lang.pick("项目编号", "Case").into()),
            ("community", lang.pick("社区", "Community").into()),
            ("title", lang.pick("项目名称", "Title").into()),
            ("drawn", lang.pick("抽中", "Drawn").into()),
            ("clauses", lang.pick("计入的条款", "Counts for").into()),
        ]);
        table.whole = vec![0, 1, 2];
        table.right = vec![0];
        for (place, ticket) in self.tickets.iter().enumerate() {
            if !all && !ticket.drawn {
                continue;
            }
            let subject = Subject::parse(&ticket.case);
            let code = subject.community().unwrap_or_default();
            let length = if whole_tickets { 64 } else { 16 };
            let mut rules: Vec<&str> = ticket
                .counts
                .iter()
                .map(|number| self.quotas[*number].rule.as_str())
                .collect();
            rules.dedup();
            table.rows.push(vec![
                (place + 1).to_string(),
                ticket.ticket[..length].to_owned(),
                ticket.case.clone(),
                book.community_name(code).unwrap_or(code).to_owned(),
                title(book, &ticket.case, self.as_of).unwrap_or_default(),
                match (ticket.drawn, ticket.forced) {
                    (true, true) => lang.pick("必查", "must").to_owned(),
                    (true, false) => lang.pick("抽中", "drawn").to_owned(),
                    _ => String::new(),
                },
                rules.join(" "),
            ]);
        }
        table
    }

    /// The draw for people.
    #[must_use]
    pub fn text(&self, book: &Book, voice: Voice<'_>, all: bool) -> String {
        let lang = voice.lang;
        let (drawn, forced) = (
            self.drawn().count(),
            self.tickets.iter().filter(|t| t.forced).count(),
        );
        let proved = if self.proved {
            lang.pick(
                "不能再少（已证明）",
                "no smaller draw meets them all (proved)",
            )
        } else {
            lang.pick(
                "未能证明最少（条款交错太多）",
                "not proved to be the smallest (the clauses cross too much)",
            )
        };
        let mut text = lang.pick(
            &format!(
                "{}年度项目抽样（截至{}），种子“{}”\n项目{}个，抽中{drawn}个，其中必查{forced}个；{proved}。\n\n",
                self.year, self.as_of, clean(&self.seed), self.tickets.len()
            ),
            &format!(
                "Sample of the projects of {} (as of {}), seed “{}”\n{} projects, {drawn} drawn, {forced} of them by a clause that wants them all; {proved}.\n\n",
                self.year, self.as_of, clean(&self.seed), self.tickets.len()
            ),
        ).to_owned();
        let table = self.table(book, lang, all, false);
        text.push_str(&table.terminal(voice.width));
        let _ = writeln!(
            text,
            "\n{}",
            lang.pick("各条要求：", "What the clauses ask:")
        );
        for (number, quota) in self.quotas.iter().enumerate() {
            let _ = writeln!(text, "  {}", self.asked(number, quota, lang));
        }
        if let Some(first) = self.tickets.first() {
            let _ = writeln!(
                text,
                "\n{}\n  printf '%s' '{}|{}' | sha256sum",
                lang.pick(
                    "票号可以自己算，按票号从小到大排：",
                    "Anybody can make the tickets; the lowest come first:"
                ),
                clean(&self.seed),
                first.case
            );
        }
        text
    }

    fn asked(&self, number: usize, quota: &Quota, lang: Lang) -> String {
        let (have, of) = (self.have(number), quota.population.len());
        let reading = quota.reading.as_ref().map_or(String::new(), |reading| {
            lang.pick(
                &format!("（读法 {reading}）"),
                &format!(" (reading {reading})"),
            )
            .to_owned()
        });
        let unknown = if quota.unknown > 0 {
            lang.pick(
                &format!("；{}个资料不全，一并列入", quota.unknown),
                &format!("; {} lack a fact and are taken in", quota.unknown),
            )
            .to_owned()
        } else {
            String::new()
        };
        lang.pick(
            &format!(
                "{} {}{reading} {}：{of}个中应查{}个，抽中{have}个{unknown}",
                quota.rule, quota.cite, quota.subject, quota.need
            ),
            &format!(
                "{} {}{reading} {}: {} of {of} asked, {have} drawn{unknown}",
                quota.rule, quota.cite, quota.subject, quota.need
            ),
        )
        .to_owned()
    }

    /// The draw as in `minsheng.sample/1`, without the frame.
    #[must_use]
    pub fn json(&self) -> Json {
        let tickets = self.tickets.iter().map(|ticket| {
            json!({
                "ticket": ticket.ticket,
                "case": ticket.case,
                "drawn": ticket.drawn,
                "forced": ticket.forced,
                "clauses": ticket.counts,
            })
        });
        let clauses = self.quotas.iter().enumerate().map(|(number, quota)| {
            json!({
                "rule": quota.rule,
                "cite": quota.cite,
                "quote": quota.quote,
                "reading": quota.reading,
                "subject": quota.subject,
                "population": quota.population.len(),
                "need": quota.need,
                "drawn": self.have(number),
                "unknown": quota.unknown,
            })
        });
        json!({
            "seed": self.seed,
            "year": self.year,
            "as_of": self.as_of.to_string(),
            "population": self.tickets.len(),
            "drawn": self.drawn().map(|t| t.case.clone()).collect::<Vec<_>>(),
            "smallest": self.proved,
            "clauses": clauses.collect::<Vec<_>>(),
            "tickets": tickets.collect::<Vec<_>>(),
        })
    }
}
