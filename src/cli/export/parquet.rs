//! `export --format parquet`: the ledger as folders of columns for other programs.

use clap::ArgMatches;

use crate::cli::context::Context;
use crate::cli::{Exit, Fail};
use crate::words;

/// What chooses a part of an official table.
const NARROW: [&str; 10] = [
    "table",
    "community",
    "year",
    "street",
    "case",
    "round",
    "batch",
    "date",
    "encoding",
    "output",
];

/// Exports the log, the facts and the cases into a new folder.
pub(super) fn export(matches: &ArgMatches, context: &mut Context<'_>) -> anyhow::Result<Exit> {
    let Some(out) = matches.get_one::<String>("out").filter(|_| context.parquet) else {
        return Err(Fail(words!(
            "--out 与 --format parquet 要一起用：minsheng export --format parquet --out 文件夹",
            "--out and --format parquet go together: minsheng export --format parquet --out DIR"
        ))
        .into());
    };
    if let Some(given) = NARROW.iter().find(|name| matches.contains_id(name)) {
        return Err(Fail(words!(
            "parquet 总是导出整个账本（按年度和社区分文件夹，读的时候再选），不能加 {0}。",
            "The form parquet is always the whole ledger (in folders of years and communities to choose from when reading); leave out {0}.",
            if *given == "table" { "TABLE".to_owned() } else { format!("--{given}") }
        ))
        .into());
    }
    write(out, matches, context)
}

#[cfg(not(feature = "parquet"))]
fn write(_: &str, _: &ArgMatches, _: &mut Context<'_>) -> anyhow::Result<Exit> {
    Err(Fail(words!(
        "这个程序编译时没有带 parquet；带上它：cargo install --path . --features parquet",
        "This program was built without parquet; with it: cargo install --path . --features parquet"
    ))
    .into())
}

#[cfg(feature = "parquet")]
use folder::write;

#[cfg(feature = "parquet")]
mod folder {
    //! The folder: datasets, partitions, checkpoints, a list of what is there.

    use std::collections::BTreeMap;
    use std::collections::btree_map::Entry;
    use std::path::{Path, PathBuf};

    use clap::ArgMatches;
    use serde_json::{Value as Json, json};

    use crate::cli::context::{Context, shown};
    use crate::cli::export::columns::Sink;
    use crate::cli::{Exit, Fail, talk};
    use crate::ledger::{self, Ledger, chain};
    use crate::report::flat::{CASES, Dataset, EVENTS, FACTS, Flat, Place};
    use crate::words;

    /// The list of what is in the folder; readers of datasets pass over what begins with `_`.
    const LIST: &str = "_export.json";

    /// The community of what concerns none; its year is 0. No engine takes them for empty, which
    /// pandas cannot read.
    const NOWHERE: &str = "-";

    pub(super) fn write(
        out: &str,
        matches: &ArgMatches,
        context: &mut Context<'_>,
    ) -> anyhow::Result<Exit> {
        let path = Path::new(out);
        free(path, matches.get_flag("force"))?;
        let ledger = context.open_read()?;
        let pack = context.pack(&ledger)?;
        let flat = Flat {
            ledger: &ledger,
            pack: &pack,
            as_of: context.as_of,
            public: matches.get_flag("public"),
        };
        let aside = aside(path)?;
        let made = fill(&aside, &flat, context)
            .and_then(|list| put(&aside, path).map(|()| list).map_err(Into::into));
        let list = match made {
            Ok(list) => list,
            Err(error) => {
                // what was begun is of no use to anybody
                let _ = std::fs::remove_dir_all(&aside);
                return Err(unwritten(out, error));
            }
        };
        for name in [EVENTS.name, FACTS.name, CASES.name] {
            let (rows, files) = (&list[name]["rows"], list[name]["files"].as_array());
            let files = files.map_or(0, Vec::len);
            talk(
                context,
                &format!("{out}/{name}：{rows}行，{files}个文件。"),
                &format!("{out}/{name}: {rows} rows in {files} files."),
            );
        }
        Ok(Exit::Done)
    }

    /// Refuses a folder that holds anything but an earlier export to be replaced.
    fn free(path: &Path, force: bool) -> anyhow::Result<()> {
        let Ok(there) = std::fs::symlink_metadata(path) else {
            let above = path.parent().unwrap_or(path);
            if above.as_os_str().is_empty() || above.is_dir() {
                return Ok(());
            }
            return Err(Fail(words!(
                "写不了 {0}：没有文件夹 {1}，请先建好。",
                "Cannot write {0}: there is no folder {1}; make it first.",
                shown(path),
                shown(above)
            ))
            .into());
        };
        let empty = || std::fs::read_dir(path).is_ok_and(|mut list| list.next().is_none());
        let words = if !there.is_dir() {
            words!(
                "{0} 是文件或链接，不是文件夹；请换一个名字。",
                "{0} is a file or a link, no folder; choose another name.",
                shown(path)
            )
        } else if empty() || force && path.join(LIST).is_file() {
            return Ok(());
        } else if path.join(LIST).is_file() {
            words!(
                "{0} 里已有一次导出；要换掉它，加 --force。",
                "{0} holds an export already; to replace it add --force.",
                shown(path)
            )
        } else {
            words!(
                "{0} 里有别的文件，没有写入；请换一个新文件夹。",
                "{0} holds other files and was left alone; choose a new folder.",
                shown(path)
            )
        };
        Err(Fail(words).into())
    }

    /// A new folder beside the one that is to be.
    fn aside(path: &Path) -> anyhow::Result<PathBuf> {
        let mut random = [0_u8; 6];
        getrandom::fill(&mut random)
            .map_err(|error| anyhow::anyhow!("no random numbers: {error}"))?;
        let Some(name) = path.file_name() else {
            return Err(Fail(words!(
                "--out 要写一个新文件夹的名字，不能是“{0}”。",
                "--out needs the name of a new folder, not “{0}”.",
                shown(path)
            ))
            .into());
        };
        let name = name.to_string_lossy();
        Ok(path.with_file_name(format!(".{name}.{}.tmp", chain::hex(&random))))
    }

    /// Gives the finished folder its name; an earlier export goes.
    fn put(made: &Path, path: &Path) -> std::io::Result<()> {
        if !path.exists() {
            return std::fs::rename(made, path);
        }
        let old = made.with_extension("old");
        std::fs::rename(path, &old)?;
        std::fs::rename(made, path)?;
        std::fs::remove_dir_all(old)
    }

    fn unwritten(out: &str, error: anyhow::Error) -> anyhow::Error {
        let Some(io) = error.downcast_ref::<std::io::Error>() else {
            return error;
        };
        Fail(words!("写不了 {}：{}。", "Cannot write {}: {}.", out, io)).into()
    }

    /// Writes everything; gives what `_export.json` says of the datasets.
    fn fill(root: &Path, flat: &Flat<'_>, context: &Context<'_>) -> anyhow::Result<Json> {
        let places = flat.places()?;
        let mut parts = Parts {
            root,
            list: BTreeMap::new(),
        };
        for place in places.iter() {
            let mut sinks: BTreeMap<&'static str, (PathBuf, Sink)> = BTreeMap::new();
            flat.rows(&places, place, &mut |dataset, row| {
                let (_, sink) = match sinks.entry(dataset.name) {
                    Entry::Occupied(there) => there.into_mut(),
                    Entry::Vacant(free) => free.insert(parts.begin(dataset, place)?),
                };
                sink.push(row)
            })?;
            for (name, (file, sink)) in sinks {
                parts.end(name, &file, sink)?;
            }
        }
        for dataset in [&EVENTS, &FACTS, &CASES] {
            // an engine finds the columns also where there is no row
            if !parts.list.contains_key(dataset.name) {
                let (file, sink) = parts.begin(dataset, &Place::default())?;
                parts.end(dataset.name, &file, sink)?;
            }
        }
        let sets = parts.told();
        let chains = checkpoints(root, flat.ledger)?;
        let list = json!({
            "schema": "minsheng.parquet/1",
            "regime": flat.pack.meta.id,
            "as_of": context.as_of.to_string(),
            "public": flat.public,
            "ledger": flat.ledger.origin().name,
            "chains": chains,
            "datasets": sets,
        });
        let mut text = serde_json::to_string_pretty(&list)?;
        text.push('\n');
        keep(&root.join(LIST), &text)?;
        Ok(sets)
    }

    /// The files so far.
    struct Parts<'r> {
        root: &'r Path,
        /// Rows and files of each dataset.
        list: BTreeMap<&'static str, (usize, Vec<Json>)>,
    }

    impl Parts<'_> {
        fn begin(
            &self,
            dataset: &'static Dataset,
            place: &Place,
        ) -> anyhow::Result<(PathBuf, Sink)> {
            let file = partition(dataset.name, place);
            let whole = self.root.join(&file);
            ledger::private_folder(whole.parent().unwrap_or(self.root))?;
            Ok((file, Sink::new(dataset, &whole)?))
        }

        fn end(&mut self, name: &'static str, file: &Path, sink: Sink) -> anyhow::Result<()> {
            let rows = sink.close()?;
            let bytes = std::fs::read(self.root.join(file))?;
            let set = self.list.entry(name).or_default();
            set.0 += rows;
            set.1.push(json!({
                "path": file.to_string_lossy().replace('\\', "/"), "rows": rows,
                "bytes": bytes.len(), "sha256": chain::digest(&bytes),
            }));
            Ok(())
        }

        fn told(self) -> Json {
            let list = self.list.into_iter();
            let list = list.map(|(name, (rows, files))| {
                (name.to_owned(), json!({ "rows": rows, "files": files }))
            });
            Json::Object(list.collect())
        }
    }

    /// `events/year=2022/community=HZ/part-0.parquet`
    fn partition(dataset: &str, place: &Place) -> PathBuf {
        let year = place.year.unwrap_or_default();
        let community = place.community.as_deref().unwrap_or(NOWHERE);
        Path::new(dataset)
            .join(format!("year={year}"))
            .join(format!("community={community}"))
            .join("part-0.parquet")
    }

    /// The checkpoint of every chain, one file each as `minsheng verify --against` reads it.
    fn checkpoints(root: &Path, ledger: &Ledger) -> anyhow::Result<Vec<Json>> {
        let folder = root.join("_checkpoint");
        ledger::private_folder(&folder)?;
        let mut list = Vec::new();
        for head in ledger.reader().heads()? {
            let checkpoint = ledger.checkpoint_of(&head.origin)?;
            let file = format!("_checkpoint/{}.txt", plain(&head.origin));
            keep(&root.join(&file), &checkpoint.body())?;
            list.push(json!({
                "origin": head.origin, "size": head.size, "head": head.hex(),
                "root": chain::hex(&checkpoint.root), "fingerprint": checkpoint.fingerprint(),
                "checkpoint": file,
            }));
        }
        Ok(list)
    }

    /// A chain's name as the name of a file.
    fn plain(origin: &str) -> String {
        let fine = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_');
        let name = origin.chars().map(|c| if fine(c) { c } else { '%' });
        name.collect()
    }

    fn keep(path: &Path, text: &str) -> anyhow::Result<()> {
        use std::io::Write;
        let mut file = ledger::create_private(path)?;
        file.write_all(text.as_bytes())?;
        Ok(file.sync_all()?)
    }
}
