//! The hot paths from inside: reading, appending, folding, judging, counting; then the whole of
//! one step, a batch, an audit, a verification.

#![allow(
    clippy::unwrap_used,
    missing_docs,
    reason = "a benchmark stops at what it did not expect"
)]

use std::hint::black_box;
use std::path::{Path, PathBuf};

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use minsheng::corridor::{Entry, Terms, record};
use minsheng::judge::judge;
use minsheng::law::count::{Unit, add};
use minsheng::law::{Calendar, Day};
use minsheng::ledger::{Draft, Event, Ledger};
use minsheng::pack::Pack;
use minsheng::report::audit::{Wanted, audit};
use minsheng::state::Book;
use minsheng::step::{self, Step, Values, general, input};
use serde_json::{Map, Value as Json};

const PACK: &str = "nanshan-2020";

fn steps(pack: &Pack) -> Vec<Entry> {
    let file =
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures/golden/two-communities.jsonl");
    std::fs::read_to_string(file)
        .unwrap()
        .lines()
        .map(|line| {
            let mut map: Map<String, Json> = serde_json::from_str(line).unwrap();
            let id = map.remove("step").unwrap();
            let def = step::find(id.as_str().unwrap()).unwrap();
            Entry::new(input::read(def, &map, pack).unwrap())
        })
        .collect()
}

fn terms() -> Terms {
    let today: Day = "2023-07-01".parse().unwrap();
    Terms {
        actor: "bench".into(),
        now: "2023-07-01T00:00:00Z".into(),
        today,
        as_of: today,
        as_is: true,
        dry_run: false,
    }
}

fn ledger(folder: &Path, pack: &Pack) -> Ledger {
    let mut ledger = Ledger::create(&folder.join("bench.db"), "BENCH.1").unwrap();
    let step = Step::of(&general::Init {
        ledger: "BENCH.1".into(),
        name: None,
        regime: PACK.into(),
        pack_sha256: pack.sha256.clone(),
        date: "2020-09-10".parse().unwrap(),
    })
    .unwrap();
    let mut writer = ledger.write("bench", "2023-07-01T00:00:00Z").unwrap();
    let draft = Draft {
        step,
        subject: "BENCH.1".into(),
        occurred: "2020-09-10".into(),
    };
    writer.append(draft).unwrap();
    writer.commit().unwrap();
    ledger
}

/// The events of a ledger, in the order of arrival.
fn events(ledger: &Ledger) -> Vec<Event> {
    let mut list = Vec::new();
    let each = |event| {
        list.push(event);
        true
    };
    ledger.reader().all(each).unwrap();
    list
}

/// The parts, one by one.
fn inside(c: &mut Criterion) {
    let pack = Pack::load(PACK).unwrap();
    let dir = tempfile::tempdir().unwrap();
    let mut full = ledger(dir.path(), &pack);
    record(&mut full, &pack, steps(&pack), &terms())
        .unwrap()
        .unwrap();

    let def = step::find("publicize.post").unwrap();
    let raw = serde_json::json!({
        "case": "AA2022-001", "start": "2022-04-01", "end": "2022-04-04", "by": "社区党委",
        "online": ["南山先锋"], "offline": ["社区公开栏", "项目实施地点", "楼栋"],
        "content": ["时间", "地点", "服务对象"],
    });
    let raw = raw.as_object().unwrap();
    c.bench_function("read one step as people write it", |b| {
        b.iter(|| input::read(def, black_box(raw), &pack).unwrap());
    });

    let events = events(&full);
    let mut group = c.benchmark_group("for each event");
    group.throughput(Throughput::Elements(events.len() as u64));
    group.bench_function("read from the ledger", |b| {
        b.iter(|| self::events(&full).len());
    });
    group.bench_function("fold", |b| {
        b.iter_batched(
            || events.clone(),
            |events| {
                let mut book = Book::new();
                book.extend(events);
                book
            },
            BatchSize::LargeInput,
        );
    });
    group.bench_function("append, one transaction", |b| {
        let drafts: Vec<Draft> = events.iter().filter_map(draft).collect();
        b.iter_batched(
            || drafts.clone(),
            |drafts| {
                let mut writer = full.write("bench", "2023-07-01T00:00:00Z").unwrap();
                for draft in drafts {
                    writer.append(draft).unwrap();
                }
                writer.roll_back().unwrap();
            },
            BatchSize::LargeInput,
        );
    });
    group.finish();

    let mut book = Book::new();
    book.extend(events);
    let as_of = "2023-07-01".parse().unwrap();
    for (subject, what) in [
        ("AA2022-003", "a works case"),
        ("AA2022", "a community's year"),
    ] {
        c.bench_function(&format!("judge {what} by the whole book"), |b| {
            b.iter(|| judge(&pack, &book, black_box(subject), as_of));
        });
    }

    let from: Day = "2022-01-28".parse().unwrap();
    for (unit, what) in [(Unit::Workday, "working days"), (Unit::Month, "months")] {
        c.bench_function(&format!("count seven {what}"), |b| {
            b.iter(|| add(black_box(from), 7, unit, Calendar::embedded()).unwrap());
        });
    }
}

/// The event as somebody would append it again.
fn draft(event: &Event) -> Option<Draft> {
    let Json::Object(values) = serde_json::from_str(&event.payload).ok()? else {
        return None;
    };
    let def = step::find(&event.step)?;
    Some(Draft {
        step: Step {
            def,
            values: Values::of(def, values),
        },
        subject: event.subject.clone(),
        occurred: event.occurred.clone(),
    })
}

/// The commands, whole.
fn hot(c: &mut Criterion) {
    let pack = Pack::load(PACK).unwrap();
    c.bench_function("load the pack", |b| b.iter(|| Pack::load(PACK).unwrap()));

    c.bench_function("record a year of two communities (1,269 steps)", |b| {
        b.iter_batched(
            || {
                let dir = tempfile::tempdir().unwrap();
                (ledger(dir.path(), &pack), steps(&pack), dir)
            },
            |(mut ledger, entries, dir)| {
                record(&mut ledger, &pack, entries, &terms())
                    .unwrap()
                    .unwrap();
                dir
            },
            BatchSize::PerIteration,
        );
    });

    let dir = tempfile::tempdir().unwrap();
    let mut full = ledger(dir.path(), &pack);
    record(&mut full, &pack, steps(&pack), &terms())
        .unwrap()
        .unwrap();
    let as_of = "2023-07-01".parse().unwrap();
    c.bench_function("audit a year of two communities (1,270 events)", |b| {
        b.iter(|| audit(&full, &pack, 2022, as_of, &Wanted::default()).unwrap());
    });
    c.bench_function("verify 1,270 events", |b| {
        b.iter(|| full.verify(&[]).unwrap());
    });

    let def = step::find("implement.progress").unwrap();
    let mut day = 0_u32;
    c.bench_function("append one step, durable", |b| {
        b.iter(|| {
            day += 1;
            let note = format!("正常{day}");
            let map =
                serde_json::json!({ "case": "AA2022-001", "date": "2022-10-20", "note": note });
            let step = input::read(def, map.as_object().unwrap(), &pack).unwrap();
            record(&mut full, &pack, vec![Entry::new(step)], &terms())
                .unwrap()
                .unwrap()
        });
    });
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(20);
    targets = inside, hot
}
criterion_main!(benches);
