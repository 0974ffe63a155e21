//! What every command needs: language, ledger, pack, clock, streams.

use std::io::Write;
use std::path::{Path, PathBuf};

use chrono::{Duration, Utc};
use clap::ArgMatches;
use indicatif::ProgressBar;

use super::{Fail, Surroundings};
use crate::corridor::Terms;
use crate::law::Day;
use crate::ledger::Ledger;
use crate::pack::{LoadError, Pack};
use crate::report::Voice;
use crate::step::Kind;
use crate::step::mask::quoting;
use crate::words;
use crate::words::{Lang, did_you_mean};

/// The form of the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Table,
    Json,
    Csv,
    /// Only the audit has it.
    Sarif,
    /// Only the audit has it.
    Junit,
    /// Only the export has it.
    Ocds,
}

/// What every command needs.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is an option of the command line"
)]
pub(super) struct Context<'a> {
    pub(super) lang: Lang,
    pub(super) format: Format,
    pub(super) ledger: PathBuf,
    pub(super) actor: String,
    pub(super) as_of: Day,
    pub(super) today: Day,
    /// `--format markdown`, which only the book of rules has.
    pub(super) markdown: bool,
    /// `--format parquet`, which only the export has.
    pub(super) parquet: bool,
    /// `--as-of` was given.
    pub(super) as_of_given: bool,
    pub(super) quiet: bool,
    pub(super) color: bool,
    pub(super) dry_run: bool,
    pub(super) regime: Option<String>,
    /// Something was recorded and is durable.
    pub(super) recorded: bool,
    pub(super) surroundings: &'a Surroundings,
    pub(super) out: &'a mut dyn Write,
    pub(super) err: &'a mut dyn Write,
}

impl<'a> Context<'a> {
    pub(super) fn new(
        matches: &ArgMatches,
        lang: Lang,
        surroundings: &'a Surroundings,
        out: &'a mut dyn Write,
        err: &'a mut dyn Write,
    ) -> anyhow::Result<Self> {
        // global options may stand at any depth
        let mut deepest = matches;
        while let Some((_, sub)) = deepest.subcommand() {
            deepest = sub;
        }
        let text = |name: &str| deepest.get_one::<String>(name).cloned();
        // the regulation is Chinese law: its days are days in China
        let local = surroundings.now.with_timezone(&Utc) + Duration::hours(8);
        let today = Day::from_date(local.date_naive()).ok_or_else(|| {
            Fail(words!(
                "计算机的时钟不对（{0}），请先校准。",
                "The computer's clock is wrong ({0}); set it first.",
                local
            ))
        })?;
        let as_of = match text("as-of") {
            Some(text) => day(&text)?,
            None => today,
        };
        let actor = text("actor")
            .or_else(|| (surroundings.env)("MINSHENG_ACTOR"))
            .or_else(|| (surroundings.env)("USER").filter(|name| !name.is_empty()))
            .or_else(|| (surroundings.env)("LOGNAME"))
            .or_else(|| (surroundings.env)("USERNAME"))
            .filter(|name| !name.is_empty())
            .unwrap_or_else(|| lang.pick("未署名", "unnamed").to_owned());
        let ledger = text("ledger")
            .or_else(|| (surroundings.env)("MINSHENG_LEDGER"))
            .unwrap_or_else(|| "minsheng.db".to_owned());
        Ok(Self {
            lang,
            format: match text("format").as_deref() {
                Some("json") => Format::Json,
                Some("csv") => Format::Csv,
                Some("sarif") => Format::Sarif,
                Some("junit") => Format::Junit,
                Some("ocds") => Format::Ocds,
                _ => Format::Table,
            },
            ledger: PathBuf::from(ledger),
            actor,
            as_of,
            today,
            markdown: text("format").as_deref() == Some("markdown"),
            parquet: text("format").as_deref() == Some("parquet"),
            as_of_given: text("as-of").is_some(),
            quiet: deepest.get_flag("quiet"),
            color: match text("color").as_deref() {
                Some("always") => true,
                Some("never") => false,
                _ => {
                    let set = |name: &str| (surroundings.env)(name).filter(|v| !v.is_empty());
                    surroundings.terminal
                        && set("NO_COLOR").is_none()
                        && set("TERM").is_none_or(|term| term != "dumb")
                }
            },
            dry_run: deepest.get_flag("dry-run"),
            regime: text("regime"),
            recorded: false,
            surroundings,
            out,
            err,
        })
    }

    /// The UTC time of recording.
    pub(super) fn now(&self) -> String {
        self.surroundings
            .now
            .format("%Y-%m-%dT%H:%M:%SZ")
            .to_string()
    }

    pub(super) fn terms(&self, as_is: bool) -> Terms {
        Terms {
            actor: self.actor.clone(),
            now: self.now(),
            today: self.today,
            as_of: self.as_of,
            as_is,
            dry_run: self.dry_run,
        }
    }

    /// Opens the ledger for recording; from now on a signal stops between two events.
    pub(super) fn open(&self) -> anyhow::Result<Ledger> {
        let mut ledger = Ledger::open(&self.ledger)?;
        ledger.heed(super::stop::listen());
        Ok(ledger)
    }

    pub(super) fn open_read(&self) -> anyhow::Result<Ledger> {
        Ok(Ledger::open_read(&self.ledger)?)
    }

    /// The pack that the ledger is bound to, or the one that `--regime` names.
    pub(super) fn pack(&mut self, ledger: &Ledger) -> anyhow::Result<Pack> {
        if let Some(name) = &self.regime {
            return load(name);
        }
        let Some(name) = bound(ledger, "init", "regime")? else {
            return load(default_pack());
        };
        if Pack::embedded().any(|id| id == name) {
            return load(&name);
        }
        let folder = beside(ledger.path(), &name);
        if !folder.is_dir() {
            return Err(Fail(words!(
                "账本所用的依据在文件夹 {0} 里，现在找不到；请把它放回去，或用 --regime 写明新的位置。",
                "The regulation of this ledger is in the folder {0}, which is not there; put it back, or name its new place with --regime.",
                shown(&folder)
            ))
            .into());
        }
        let mut pack = load(&shown(&folder))?;
        pack.source = name;
        let last = bound(ledger, "regime.bind", "pack_sha256")?;
        let last = match last {
            Some(last) => Some(last),
            None => bound(ledger, "init", "pack_sha256")?,
        };
        if last.is_some_and(|last| last != pack.sha256) {
            super::talk(
                self,
                "注意：依据的文件在上次登记以后改过，下面按改后的核对。",
                "Note: the files of the regulation were changed after the last recording; judged as they are now.",
            );
        }
        Ok(pack)
    }

    /// A pack without a ledger.
    pub(super) fn pack_alone(&mut self) -> anyhow::Result<Pack> {
        if let Some(name) = &self.regime {
            return load(name);
        }
        if self.ledger.exists()
            && let Ok(ledger) = self.open_read()
        {
            return self.pack(&ledger);
        }
        load(default_pack())
    }

    pub(super) fn voice<'p>(&self, pack: &'p Pack) -> Voice<'p> {
        Voice {
            lang: self.lang,
            pack,
            width: if self.surroundings.terminal {
                self.surroundings.width
            } else {
                0
            },
            color: self.color,
        }
    }

    /// Data that goes to a terminal as it is, where it could move the cursor.
    pub(super) fn raw_on_terminal(&self) -> bool {
        self.surroundings.terminal && self.format != Format::Table
    }

    /// Refuses a form that the command does not have, before anything is written.
    pub(super) fn only(&self, forms: &[Format]) -> anyhow::Result<()> {
        if forms.contains(&self.format) || self.format == Format::Table {
            return Ok(());
        }
        Err(Fail(words!(
            "这个命令没有该输出格式；去掉 --format，或换一种。",
            "This command has no such form; leave --format out, or choose another."
        ))
        .into())
    }

    /// A bar for long work on a terminal, on standard error; hidden elsewhere, with
    /// `--quiet`, and for work that nobody notices.
    pub(super) fn bar(&self, length: usize) -> ProgressBar {
        if self.quiet || length < 1000 {
            return ProgressBar::hidden();
        }
        ProgressBar::new(length as u64)
    }

    /// Writes JSON, one object, readable.
    pub(super) fn json(&mut self, json: &impl serde::Serialize) -> anyhow::Result<()> {
        // many small pieces; the answer itself is passed on when the ledger is closed
        let mut out = std::io::BufWriter::with_capacity(1 << 16, &mut *self.out);
        serde_json::to_writer_pretty(&mut out, json)?;
        writeln!(out)?;
        out.into_inner()
            .map_err(std::io::IntoInnerError::into_error)?;
        Ok(())
    }

    /// Writes a table in the wanted form.
    pub(super) fn table(
        &mut self,
        table: &crate::report::Table,
        schema: &str,
    ) -> anyhow::Result<()> {
        match self.format {
            Format::Table | Format::Sarif | Format::Junit | Format::Ocds => {
                let width = if self.surroundings.terminal {
                    self.surroundings.width
                } else {
                    0
                };
                write!(self.out, "{}", table.terminal(width))?;
            }
            Format::Csv => table.csv(&mut *self.out)?,
            Format::Json => {
                let json = serde_json::json!({ "schema": schema, "rows": table.json() });
                self.json(&json)?;
            }
        }
        Ok(())
    }
}

/// Reads a day of an option.
pub(super) fn day(text: &str) -> anyhow::Result<Day> {
    text.parse::<Day>().map_err(|error| {
        let words = words::Words::new(error.zh(), error.en());
        Fail(quoting(&words, Some(Kind::Day), &[])).into()
    })
}

pub(super) fn load(name: &str) -> anyhow::Result<Pack> {
    Pack::load(name).map_err(|error| match error {
        LoadError::Unknown(..) => {
            let near = did_you_mean(name, Pack::embedded());
            let all: Vec<&str> = Pack::embedded().collect();
            Fail(words!(
                "没有名为“{0}”的依据。{2}内置的有：{1}（或给出依据文件夹的路径）。",
                "There is no regulation “{0}”.{3} Built in: {1} (or give a folder).",
                name,
                all.join("、"),
                near.zh,
                near.en
            ))
            .into()
        }
        other => other.into(),
    })
}

/// The first embedded pack.
pub(super) fn default_pack() -> &'static str {
    Pack::embedded().next().unwrap_or_default()
}

/// A folder that a ledger names: beside the ledger, or from where the command is given.
fn beside(ledger: &Path, name: &str) -> PathBuf {
    let beside = ledger.with_file_name(name);
    if beside.is_dir() {
        return beside;
    }
    PathBuf::from(name)
}

/// The name under which a ledger finds its pack again: a folder from that of the ledger on, if
/// it lies there, or from the root.
pub(super) fn regime_of(ledger: &Path, regime: &str) -> String {
    let folder = ledger.parent().filter(|p| !p.as_os_str().is_empty());
    let whole = |path: &Path| path.canonicalize().ok();
    let (Some(pack), Some(home)) = (
        whole(Path::new(regime)).filter(|_| Pack::embedded().all(|id| id != regime)),
        whole(folder.unwrap_or_else(|| Path::new("."))),
    ) else {
        return regime.to_owned();
    };
    shown(pack.strip_prefix(&home).unwrap_or(&pack))
}

/// What an event of a ledger's own chain says of its pack, the latest first.
pub(super) fn bound(ledger: &Ledger, step: &str, field: &str) -> anyhow::Result<Option<String>> {
    let events = ledger.reader().of_subject(&ledger.origin().name)?;
    Ok(events
        .iter()
        .rev()
        .filter(|event| event.step == step)
        .find_map(|event| {
            let json: serde_json::Value = serde_json::from_str(&event.payload).ok()?;
            json.get(field)?.as_str().map(str::to_owned)
        }))
}

/// A path as people know it.
pub(super) fn shown(path: &Path) -> String {
    path.display().to_string()
}
