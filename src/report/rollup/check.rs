//! Whether partial results belong together.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::Given;
use crate::pack::Pack;
use crate::report::audit::Wanted;
use crate::report::partial::{Partial, SCHEMA, collect};
use crate::state::subject::code_of;
use crate::words;
use crate::words::Words;

/// Everything for which some partial results cannot be put together; each names its files.
pub(super) fn refusals(pack: &Pack, given: &[Given], wanted: &Wanted) -> Vec<Words> {
    let Some((name, first)) = given.first() else {
        return vec![words!(
            "没有要汇总的分部结果。",
            "There is no partial result to put together."
        )];
    };
    let mut list: Vec<Words> = given
        .iter()
        .filter_map(|(file, partial)| alone(pack, file, partial))
        .collect();
    let brief = given
        .iter()
        .filter(|(_, partial)| wanted.all && !partial.all);
    list.extend(brief.map(|(file, _)| {
        words!(
            "{} 里没有“通过”和“不适用”的文字：用 --all 重做这个分部结果，或者汇总时不用 --all。",
            "{} does not tell in words what passes and what does not apply: make it again with --all, or roll up without --all.",
            file
        )
    }));
    for (file, partial) in &given[1..] {
        if (partial.year, partial.as_of) != (first.year, first.as_of) {
            list.push(words!(
                "{0} 是{1}年度、截至{2}的，{3} 是{4}年度、截至{5}的：只能汇总同一年度、同一截止日的结果。",
                "{0} is of {1} as of {2}, {3} of {4} as of {5}: only results of one year and one day go together.",
                name,
                first.year,
                first.as_of,
                file,
                partial.year,
                partial.as_of
            ));
        }
        if partial.part.is_some() != first.part.is_some() {
            list.push(words!(
                "{0} 和 {1} 一个是账本的一份（--partition），一个是整个账本（--partial），不能一起汇总。",
                "Of {0} and {1} one is a part of a ledger (--partition), one a whole ledger (--partial); they do not go together.",
                name,
                file
            ));
        }
    }
    if !list.is_empty() {
        return list;
    }
    if first.part.is_some() {
        parts(given, &mut list);
    } else {
        forks(given, &mut list);
        overlaps(given, &mut list);
        persons(given, &mut list);
    }
    list
}

/// What is wrong with one result by itself.
fn alone(pack: &Pack, file: &str, partial: &Partial) -> Option<Words> {
    let version = env!("CARGO_PKG_VERSION");
    if partial.schema != SCHEMA || partial.version != version {
        return Some(words!(
            "{0} 是 minsheng {1}（{2}）做的，本程序是 {3}（{4}）：请用同一版本重做。",
            "{0} was made by minsheng {1} ({2}), this is {3} ({4}): make it again with one version.",
            file,
            partial.version,
            partial.schema,
            version,
            SCHEMA
        ));
    }
    (partial.pack != pack.sha256).then(|| {
        words!(
            "{0} 依据的是 {1}（{2}），汇总用的是 {3}（{4}）：依据的文件必须完全相同。",
            "{0} was judged by {1} ({2}), the roll-up by {3} ({4}): the files of the regulation must be the same.",
            file,
            partial.regime,
            short(&partial.pack),
            pack.meta.id,
            short(&pack.sha256)
        )
    })
}

fn short(hash: &str) -> &str {
    hash.get(..12).unwrap_or(hash)
}

/// The parts of one ledger: of one state of it, each once, none missing.
fn parts(given: &[Given], list: &mut Vec<Words>) {
    let (name, first) = &given[0];
    let of = first.part.map_or(0, |part| part.of);
    let mut held: BTreeMap<u32, &str> = BTreeMap::new();
    for (file, partial) in given {
        let Some(part) = partial.part else { continue };
        if part.of != of {
            list.push(words!(
                "{0} 是{1}份中的一份，{2} 是{3}份中的一份：份数必须相同。",
                "{0} is one of {1} parts, {2} one of {3}: the number of parts must be the same.",
                name,
                of,
                file,
                part.of
            ));
        } else if let Some(other) = held.insert(part.number, file) {
            list.push(words!(
                "{0} 和 {1} 都是第{2}/{3}份，同一社区不能算两次。",
                "{0} and {1} are both part {2}/{3}; no community counts twice.",
                other,
                file,
                part.number,
                of
            ));
        }
        if partial.chains != first.chains || partial.own != first.own {
            list.push(words!(
                "{0} 和 {1} 不是从同一账本的同一状态做的（两次之间有新的登记，或是两个账本）：请对同一账本重做各份。",
                "{0} and {1} were not made from the same state of one ledger (something was recorded between, or they are two ledgers): make all parts again from one.",
                name,
                file
            ));
        }
    }
    let missing: Vec<String> = (1..=of)
        .filter(|number| !held.contains_key(number))
        .map(|number| format!("{number}/{of}"))
        .collect();
    if !missing.is_empty() && list.is_empty() {
        let files: Vec<&str> = held.into_values().collect();
        list.push(words!(
            "还缺第{0}份（已有：{1}）。补做：minsheng audit --year {2} --as-of {3} --partition {4} -o 文件",
            "Part {0} is missing (there are: {1}). Make it: minsheng audit --year {2} --as-of {3} --partition {4} -o FILE",
            missing.join("、"),
            files.join("、"),
            first.year,
            first.as_of,
            missing[0]
        ));
    }
}

/// A chain that two ledgers have in two versions.
fn forks(given: &[Given], list: &mut Vec<Words>) {
    let mut tips: HashMap<(&str, i64), (&str, &str)> = HashMap::new();
    for (file, partial) in given {
        for chain in &partial.chains {
            let place = (chain.origin.as_str(), chain.size);
            let (other, tip) = *tips.entry(place).or_insert((file, &chain.tip));
            if tip != chain.tip {
                list.push(forked(other, file, &chain.origin, chain.size));
            }
        }
    }
}

pub(super) fn forked(one: &str, other: &str, origin: &str, seq: i64) -> Words {
    words!(
        "{0} 和 {1} 里账本 {2} 的第{3}号事件不同：同一账本的两份拷贝分别登记过，先用 minsheng merge 查明。",
        "Event {3} of ledger {2} differs between {0} and {1}: two copies of it were continued apart; find out with minsheng merge.",
        one,
        other,
        origin,
        seq
    )
}

/// Communities whose cases or demands two ledgers hold.
fn overlaps(given: &[Given], list: &mut Vec<Words>) {
    let mut made: HashMap<&str, &str> = HashMap::new();
    let mut twice: BTreeMap<(&str, &str), BTreeSet<&str>> = BTreeMap::new();
    for (file, partial) in given {
        for listed in partial.subjects.iter().filter(|listed| listed.made) {
            if let Some(other) = made.insert(&listed.id, file)
                && let Some(code) = code_of(&listed.id)
            {
                twice.entry((other, file)).or_default().insert(code);
            }
        }
    }
    for ((one, other), codes) in twice {
        let codes: Vec<&str> = codes.into_iter().collect();
        list.push(words!(
            "社区 {2} 在 {0} 和 {1} 里都有：同一社区不能算两次：只留一个，或者并入过别的账本的那个加 --own 重做。",
            "{0} and {1} both hold {2}: no community counts twice: keep one, or make that of the ledger which received the other again with --own.",
            one,
            other,
            codes.join("、")
        ));
    }
}

/// Persons of several ledgers are known as the same by a common key only.
fn persons(given: &[Given], list: &mut Vec<Words>) {
    let (name, first) = &given[0];
    for (file, partial) in &given[1..] {
        if partial.key.is_some() && first.key.is_some() && partial.key != first.key {
            list.push(words!(
                "{0} 和 {1} 用的不是同一个密钥（--key），认不出同一个人：请用同一密钥重做。",
                "{0} and {1} were made with different keys (--key), so one person is not known as one: make them again with one key.",
                name,
                file
            ));
        }
    }
    if given.iter().all(|(_, partial)| partial.key.is_some()) {
        return;
    }
    let mut seen: HashMap<String, &str> = HashMap::new();
    let mut files: BTreeSet<&str> = BTreeSet::new();
    for (file, partial) in given {
        let mut tokens = BTreeSet::new();
        for event in partial.events.iter().chain(&partial.more) {
            collect(&event.6, &mut tokens);
        }
        for token in tokens {
            files.insert(seen.entry(token).or_insert(file));
        }
    }
    if files.len() > 1 {
        let without = given.iter().filter(|(_, partial)| partial.key.is_none());
        let without: Vec<&str> = without.map(|(file, _)| file.as_str()).collect();
        list.push(words!(
            "{0} 没有用密钥：几个账本里的人，不用密钥无法知道是不是同一个人（分部结果不带姓名）。请为各账本使用同一个密钥文件重做，加 --key 文件（至少32字节的随机数，例如 head -c 32 /dev/urandom > 文件）。",
            "{0} was made without a key: whether persons of several ledgers are the same cannot be told without one (partial results hold no names). Make them again with one key file for all, --key FILE (at least 32 random bytes, for example head -c 32 /dev/urandom > FILE).",
            without.join("、")
        ));
    }
}
