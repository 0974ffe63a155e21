//! The walk along all chains, in the order in which the events arrived.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use serde_json::{Map, Value as Json};

use super::{Anchored, Faults};
use crate::ledger::checkpoint::{Anchor, Checkpoint, Merkle};
use crate::ledger::copies::{self, Copies};
use crate::ledger::{Event, Head, chain, personal};
use crate::step::{self, Step};
use crate::words;

/// The growing root of one chain, with the sizes at which it is asked for.
struct Tree {
    merkle: Merkle,
    size: u64,
    asked: BTreeMap<u64, Option<[u8; 32]>>,
}

/// What the events say, gathered on the way.
pub(super) struct Walk {
    own: String,
    pub(super) events: i64,
    heads: BTreeMap<String, (i64, [u8; 32])>,
    pub(super) mentions: BTreeSet<(String, bool, i64)>,
    trees: BTreeMap<String, Tree>,
    /// Tokens that events hold.
    pub(super) tokens: HashSet<String>,
    /// Tokens whose erasure is on record.
    pub(super) erased: HashSet<String>,
    /// Of chains that were received without personal values, up to which event.
    pub(super) withheld: HashMap<String, i64>,
    /// Chain, size and head that were received, and whether by this ledger itself.
    pub(super) received: Vec<(String, i64, String, bool)>,
    /// What events say of the files beside the ledger.
    pub(super) copies: Copies,
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
            heads: BTreeMap::new(),
            mentions: BTreeSet::new(),
            trees,
            tokens: HashSet::new(),
            erased: HashSet::new(),
            withheld: HashMap::new(),
            received: Vec::new(),
            copies: Copies::default(),
        }
    }

    pub(super) fn heads(&self) -> Vec<Head> {
        let heads = self.heads.iter();
        heads
            .map(|(origin, (size, hash))| Head {
                origin: origin.clone(),
                size: *size,
                hash: *hash,
            })
            .collect()
    }

    pub(super) fn step(&mut self, event: &Event, faults: &mut Faults) {
        self.events += 1;
        let (size, previous) = self
            .heads
            .get(&event.origin)
            .copied()
            .unwrap_or((0, chain::GENESIS));
        if event.id != self.events {
            faults.tell(words!(
                "到达序号断开：应为{}，实为{}。",
                "The order of arrival breaks: {} expected, {} found.",
                self.events,
                event.id
            ));
            self.events = event.id;
        }
        if event.seq != size + 1 {
            faults.tell(words!(
                "链 {} 断开：第{}个之后是第{}个。",
                "The chain {} breaks: after {} stands {}.",
                event.origin,
                size,
                event.seq
            ));
        } else if chain::hash(&previous, event) != event.hash {
            faults.tell(words!(
                "链 {} 第{}个事件（{}，{}）与其摘要不符：内容被改动过。",
                "Event {1} of chain {0} ({2}, {3}) does not match its hash: it was changed.",
                event.origin,
                event.seq,
                event.step,
                event.subject
            ));
        }
        self.heads
            .insert(event.origin.clone(), (event.seq, event.hash));
        if let Some(tree) = self.trees.get_mut(&event.origin) {
            tree.merkle.push(&event.hash);
            tree.size += 1;
            if let Some(root) = tree.asked.get_mut(&tree.size) {
                *root = Some(tree.merkle.root());
            }
        }
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
            self.tokens.insert(token.to_owned());
        });
        match event.step.as_str() {
            "erase" => self.erased.extend(personal::erased(&values)),
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
            let named = subject != event.subject;
            self.mentions.insert((subject, named, event.id));
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
        if origin != self.own && !self.heads.contains_key(origin) {
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
