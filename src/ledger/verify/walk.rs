//! The walk along all chains, in the order in which the events arrived.

use std::collections::{BTreeMap, HashMap};

use serde_json::{Map, Value as Json};

use super::stream::Seen;
use super::tally::{Tally, Tokens};
use super::{Anchored, Faults, payload};
use crate::ledger::chain::Recipe;
use crate::ledger::checkpoint::{Anchor, Checkpoint, Merkle};
use crate::ledger::copies::{self, Copies};
use crate::ledger::personal::Token;
use crate::ledger::{Event, Head, chain, personal};
use crate::step::{self, Step};
use crate::words;

/// The steps that say something of the ledger itself, or of the files beside it.
const TELLING: [u64; 4] = [
    step::mark("attach"),
    step::mark("register.document"),
    step::mark("erase"),
    step::mark("ledger.receive"),
];

/// The growing root of one chain, with the sizes at which it is asked for.
struct Tree {
    merkle: Merkle,
    size: u64,
    asked: BTreeMap<u64, Option<[u8; 32]>>,
}

/// How far a chain has been walked.
struct End {
    origin: String,
    size: i64,
    hash: [u8; 32],
}

/// What the events say, gathered on the way.
pub(super) struct Walk {
    own: String,
    pub(super) events: i64,
    /// The ends of the chains, by their number.
    ends: Vec<Option<End>>,
    /// Every subject with its event, and whether it is only named there.
    pub(super) mentions: Tally,
    /// The chain's row number in the file, with place and arrival of every event.
    pub(super) places: Tally,
    trees: BTreeMap<String, Tree>,
    /// Tokens that events hold.
    pub(super) tokens: Tokens,
    /// Tokens whose erasure is on record.
    pub(super) erased: Tokens,
    /// Arrivals of the erasures.
    pub(super) erasures: Vec<i64>,
    /// Of chains that were received without personal values, up to which event.
    pub(super) withheld: HashMap<String, i64>,
    /// Chain, size and head that were received, and whether by this ledger itself.
    pub(super) received: Vec<(String, i64, String, bool)>,
    /// What events say of the files beside the ledger.
    pub(super) copies: Copies,
    recipe: Recipe,
    /// The tokens of one event.
    found: Vec<Token>,
}

impl Walk {
    pub(super) fn new(own: &str, against: &[Anchor]) -> Self {
        let mut trees: BTreeMap<String, Tree> = BTreeMap::new();
        for anchor in against {
            let tree = trees
                .entry(anchor.origin(own).to_owned())
                .or_insert_with(|| Tree {
                    merkle: Merkle::default(),
                    size: 0,
                    asked: BTreeMap::new(),
                });
            let empty = (anchor.size() == 0).then(|| tree.merkle.root());
            tree.asked.insert(anchor.size(), empty);
        }
        Self {
            own: own.to_owned(),
            events: 0,
            ends: Vec::new(),
            mentions: Tally::default(),
            places: Tally::default(),
            trees,
            tokens: Tokens::default(),
            erased: Tokens::default(),
            erasures: Vec::new(),
            withheld: HashMap::new(),
            received: Vec::new(),
            copies: Copies::default(),
            recipe: Recipe::default(),
            found: Vec::new(),
        }
    }

    pub(super) fn heads(&self) -> Vec<Head> {
        let ends = self.ends.iter().flatten();
        let mut heads: Vec<Head> = ends
            .map(|end| Head {
                origin: end.origin.clone(),
                size: end.size,
                hash: end.hash,
            })
            .collect();
        heads.sort_by(|a, b| a.origin.cmp(&b.origin));
        heads
    }

    fn knows(&self, origin: &str) -> bool {
        let mut ends = self.ends.iter().flatten();
        ends.any(|end| end.origin == origin)
    }

    pub(super) fn step(&mut self, event: &Seen<'_>, faults: &mut Faults) {
        self.events += 1;
        if event.id != self.events {
            faults.tell(words!(
                "到达序号断开：应为{}，实为{}。",
                "The order of arrival breaks: {} expected, {} found.",
                self.events,
                event.id
            ));
            self.events = event.id;
        }
        self.places
            .add(&[event.row, event.parts.seq, event.id], &[]);
        self.link(event, faults);
        if let Some(tree) = self.trees.get_mut(event.parts.origin) {
            tree.merkle.push(event.hash);
            tree.size += 1;
            if let Some(root) = tree.asked.get_mut(&tree.size) {
                *root = Some(tree.merkle.root());
            }
        }
        let def = step::find(event.parts.step).filter(|def| !TELLING.contains(&def.mark));
        let found = &mut self.found;
        match def.and_then(|def| payload::named(def, event.parts.payload, found)) {
            Some(named) => {
                self.tokens.extend(self.found.drain(..));
                let own = event.parts.subject;
                for subject in named.iter().filter(|subject| *subject != own) {
                    self.mentions.add(&[event.id, 1], &[subject]);
                }
                self.mentions.add(&[event.id, 0], &[own]);
            }
            None => self.tell(&event.owned(), faults),
        }
    }

    /// Is it the next one of its chain, and unchanged?
    fn link(&mut self, event: &Seen<'_>, faults: &mut Faults) {
        if self.ends.len() <= event.chain {
            self.ends.resize_with(event.chain + 1, || None);
        }
        let parts = &event.parts;
        let end = self.ends[event.chain].get_or_insert_with(|| End {
            origin: parts.origin.to_owned(),
            size: 0,
            hash: chain::GENESIS,
        });
        if parts.seq != end.size + 1 {
            faults.tell(words!(
                "链 {} 断开：第{}个之后是第{}个。",
                "The chain {} breaks: after {} stands {}.",
                parts.origin,
                end.size,
                parts.seq
            ));
        } else if self.recipe.hash(&end.hash, parts) != *event.hash {
            faults.tell(words!(
                "链 {} 第{}个事件（{}，{}）与其摘要不符：内容被改动过。",
                "Event {1} of chain {0} ({2}, {3}) does not match its hash: it was changed.",
                parts.origin,
                parts.seq,
                parts.step,
                parts.subject
            ));
        }
        end.size = parts.seq;
        end.hash = *event.hash;
    }

    /// Reads an event that says something of the ledger itself, or is not of the usual form.
    fn tell(&mut self, event: &Event, faults: &mut Faults) {
        let values: Map<String, Json> = serde_json::from_str(&event.payload).unwrap_or_else(|_| {
            faults.tell(words!(
                "链 {} 第{}个事件（{}）的内容读不成 JSON。",
                "The payload of event {1} of chain {0} ({2}) cannot be read as JSON.",
                event.origin,
                event.seq,
                event.step
            ));
            Map::new()
        });
        personal::tokens(&values, &mut |token| {
            self.tokens.extend(personal::bytes(token));
        });
        match event.step.as_str() {
            "erase" => {
                self.erasures.push(event.id);
                let erased = personal::erased(&values);
                let erased = erased.iter().filter_map(|token| personal::bytes(token));
                self.erased.extend(erased);
            }
            "ledger.receive" => match copies::received(&values) {
                Some(received) => {
                    if values.get("withheld") == Some(&Json::Bool(true)) {
                        let size = self.withheld.entry(received.0.clone()).or_default();
                        *size = received.1.max(*size);
                    }
                    let (chain, size, head) = received;
                    let own = event.origin == self.own;
                    self.received.push((chain, size, head, own));
                }
                None => faults.tell(words!(
                    "链 {} 第{}个事件（ledger.receive）没有说清并入了哪个账本的多少个事件。",
                    "Event {1} of chain {0} (ledger.receive) does not say which chain it received and how many events.",
                    event.origin,
                    event.seq
                )),
            },
            _ => {}
        }
        self.copies.note(event, &values);
        for subject in mentions(event, values) {
            let named = i64::from(subject != event.subject);
            self.mentions.add(&[event.id, named], &[&subject]);
        }
    }

    /// Compares with the anchors; says how many own events stand after the last that holds.
    pub(super) fn conclude(
        &self,
        against: &[Anchor],
        faults: &mut Faults,
    ) -> (Vec<Anchored>, Option<u64>) {
        equivocation(against, faults);
        let mut results = Vec::new();
        let mut last = None;
        for anchor in against {
            let origin = anchor.origin(&self.own);
            let holds = self.anchor(anchor, origin, faults);
            if holds && origin == self.own {
                last = last.max(Some(anchor.size()));
            }
            results.push(Anchored {
                origin: origin.to_owned(),
                size: anchor.size(),
                holds,
            });
        }
        let own = self.trees.get(&self.own).map_or(0, |tree| tree.size);
        (results, last.map(|size| own - size))
    }

    fn anchor(&self, anchor: &Anchor, origin: &str, faults: &mut Faults) -> bool {
        let size = anchor.size();
        if origin != self.own && !self.knows(origin) {
            faults.tell(words!(
                "校验点属于账本 {}，不是本账本 {}。",
                "The checkpoint is of the ledger {}, not of this one, {}.",
                origin,
                self.own
            ));
            return false;
        }
        let Some(tree) = self.trees.get(origin) else {
            return false;
        };
        if tree.size < size {
            faults.tell(words!(
                "校验点时有{}个事件，现在只有{}个：末尾被截去，或换成了旧文件（账本 {}）。",
                "At the checkpoint there were {} events, now there are {}: the tail was cut, or an old file put in place (ledger {}).",
                size,
                tree.size,
                origin
            ));
            return false;
        }
        let found = tree.asked.get(&size).copied().flatten();
        let holds = found.is_some_and(|root| {
            anchor.fits(&Checkpoint {
                origin: origin.to_owned(),
                size,
                root,
            })
        });
        if !holds {
            faults.tell(words!(
                "前{0}个事件与校验点不符：历史被改写过（账本 {1}）。",
                "The first {0} events are not those of the checkpoint: history was rewritten (ledger {1}).",
                size,
                origin
            ));
        }
        holds
    }
}

/// Two checkpoints of one chain and one size that differ: somebody shows two histories.
fn equivocation(against: &[Anchor], faults: &mut Faults) {
    let mut roots: BTreeMap<(&str, u64), [u8; 32]> = BTreeMap::new();
    for anchor in against {
        let Anchor::Whole(checkpoint) = anchor else {
            continue;
        };
        let known = roots
            .entry((&checkpoint.origin, checkpoint.size))
            .or_insert(checkpoint.root);
        if *known != checkpoint.root {
            faults.tell(words!(
                "给出的校验点互相矛盾：账本 {} 第{}个事件有两个不同的根。有人出示过两套历史；请保留这两份校验点作为证据。",
                "The checkpoints contradict each other: ledger {} has two roots at {} events. Somebody shows two histories; keep both checkpoints as evidence.",
                checkpoint.origin,
                checkpoint.size
            ));
        }
    }
}

/// The subjects that an event concerns, from its stored text alone.
fn mentions(event: &Event, values: Map<String, Json>) -> Vec<String> {
    let mut subjects = match step::find(&event.step) {
        Some(def) => Step { def, values }.mentions(),
        None => Vec::new(),
    };
    if !subjects.contains(&event.subject) {
        subjects.push(event.subject.clone());
    }
    subjects
}

/// As the derived table says it: the subjects of an event that comes from another ledger.
pub(crate) fn subjects(event: &Event) -> Vec<String> {
    mentions(
        event,
        serde_json::from_str(&event.payload).unwrap_or_default(),
    )
}
