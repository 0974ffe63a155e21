//! The ledger as columns: the same rows, the same fen, the same chain, read by other programs.

#![allow(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

mod common;

#[cfg(not(feature = "parquet"))]
#[test]
fn without_the_feature_one_line_says_how_to_get_it() {
    let office = common::cli::Office::new();
    let answer = office.run("export --format parquet --out flat").ends(2);
    assert!(answer.err.contains("--features parquet"), "{}", answer.err);
    assert_eq!(answer.err.lines().count(), 1, "{}", answer.err);
    assert!(!office.path("flat").exists());
}

#[cfg(feature = "parquet")]
mod with {
    use std::collections::BTreeMap;
    use std::fmt::Write as _;
    use std::path::{Path, PathBuf};
    use std::process::Command;

    use parquet::file::reader::{FileReader, SerializedFileReader};
    use parquet::record::{Field, Row};
    use serde_json::Value as Json;

    use crate::common::cli::{Answer, Office, answer, base_case};
    use crate::common::tools;
    use crate::common::trust::{community, demand, path};

    /// A ledger with a whole case, a corrected and a struck fact, and another ledger merged.
    fn office() -> Office {
        let office = Office::new();
        office
            .record(&base_case("works").join("\n"), "--as-is")
            .ends(0);
        office.run(&demand("HZ", "测试丙", "13800000003")).ends(0);
        let log = office.run("log --format json").ends(0).out;
        let last: Json = serde_json::from_str(log.lines().last().unwrap()).unwrap();
        office
            .run(&format!(
                "amend {} --set title=更正的标题 --why 笔误",
                last["seq"]
            ))
            .ends(0);
        let subject = last["subject"].as_str().unwrap();
        office.write("amended", subject);
        office.run(&demand("HZ", "测试丁", "13800000004")).ends(0);
        let tg = community("TG", "铜鼓社区", "13800000009");
        office.run(&format!("merge {}", path(&tg))).ends(0);
        office
    }

    fn export(office: &Office, more: &str) -> Answer {
        office.run(&format!("export --format parquet {more}"))
    }

    fn files(folder: &Path, list: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                files(&path, list);
            } else {
                list.push(path);
            }
        }
    }

    /// Every file below a folder with its bytes.
    fn bytes(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut list = Vec::new();
        files(folder, &mut list);
        let list = list.into_iter();
        list.map(|path| {
            let bytes = std::fs::read(&path).unwrap();
            (path.strip_prefix(folder).unwrap().to_owned(), bytes)
        })
        .collect()
    }

    /// Every row of a dataset, with the folder of its partition.
    fn rows(folder: &Path, name: &str) -> Vec<(String, BTreeMap<String, Field>)> {
        let mut list = Vec::new();
        files(&folder.join(name), &mut list);
        list.sort();
        let mut all = Vec::new();
        for path in list {
            let part = path.parent().unwrap().strip_prefix(folder).unwrap();
            let part = part.to_str().unwrap().to_owned();
            let reader = SerializedFileReader::try_from(path.as_path()).unwrap();
            for row in reader.get_row_iter(None).unwrap() {
                let row: Row = row.unwrap();
                let cells = row.get_column_iter();
                let cells = cells.map(|(name, field)| (name.clone(), field.clone()));
                all.push((part.clone(), cells.collect()));
            }
        }
        all
    }

    fn text(row: &BTreeMap<String, Field>, name: &str) -> String {
        match &row[name] {
            Field::Str(text) => text.clone(),
            other => panic!("{name}: {other}"),
        }
    }

    fn whole(row: &BTreeMap<String, Field>, name: &str) -> i64 {
        match &row[name] {
            Field::Long(number) => *number,
            other => panic!("{name}: {other}"),
        }
    }

    #[test]
    fn the_log_the_facts_and_the_cases_are_what_the_ledger_says() {
        let office = office();
        export(&office, "--out flat").ends(0);
        let flat = office.path("flat");
        // the events are those of the log, each once
        let log = office.run("log --format json").ends(0).out;
        let mut expected: Vec<(String, i64, String, String, String)> = log
            .lines()
            .map(|line| {
                let json: Json = serde_json::from_str(line).unwrap();
                let text = |name: &str| json[name].as_str().unwrap().to_owned();
                let seq = json["seq"].as_i64().unwrap();
                (
                    text("origin"),
                    seq,
                    text("step"),
                    text("hash"),
                    json["payload"].to_string(),
                )
            })
            .collect();
        let events = rows(&flat, "events");
        let mut found: Vec<_> = events
            .iter()
            .map(|(_, row)| {
                let Field::Bytes(hash) = &row["hash"] else {
                    panic!("{}", row["hash"]);
                };
                (
                    text(row, "origin"),
                    whole(row, "seq"),
                    text(row, "step"),
                    minsheng::ledger::chain::hex(hash.data()),
                    text(row, "payload"),
                )
            })
            .collect();
        expected.sort();
        found.sort();
        assert_eq!(found, expected);
        assert!(found.iter().any(|(origin, ..)| origin == "TG.1"));
        // in the folder of its year and community, in order
        for (part, row) in &events {
            let subject = text(row, "subject");
            let is = |begin: &str, folder: &str| !subject.starts_with(begin) || part == folder;
            assert!(
                is("HZ2022-", "events/year=2022/community=HZ"),
                "{subject} {part}"
            );
            assert!(
                is("TG2022-", "events/year=2022/community=TG"),
                "{subject} {part}"
            );
        }
        let keys: Vec<_> = events
            .iter()
            .map(|(part, row)| (part.clone(), text(row, "origin"), whole(row, "seq")))
            .collect();
        assert!(keys.is_sorted());
        // the facts are corrected, and what was struck says so
        let facts = rows(&flat, "facts");
        let title = |subject: &str| {
            let found = facts.iter().find(|(_, row)| {
                text(row, "subject") == subject
                    && text(row, "step") == "collect.demand"
                    && text(row, "field") == "title"
            });
            let row = &found.unwrap().1;
            (text(row, "text"), row["amended"].clone())
        };
        let amended = std::fs::read_to_string(office.path("amended")).unwrap();
        assert_eq!(
            title(&amended),
            ("更正的标题".to_owned(), Field::Bool(true))
        );
        // the cases are those of the list, to the fen
        let list = office.run("list --format json").ends(0).json();
        let cases = rows(&flat, "cases");
        let list = list["rows"].as_array().unwrap();
        assert_eq!(list.len(), cases.len());
        for (row, (_, case)) in list.iter().zip(&cases) {
            assert_eq!(row["case"].as_str(), Some(text(case, "case_id").as_str()));
            let yuan: minsheng::law::Money = row["amount"].as_str().unwrap().parse().unwrap();
            assert_eq!(yuan.fen(), whole(case, "amount_fen"));
            assert!(matches!(case["contracted_date"], Field::Date(_)));
        }
    }

    #[test]
    fn the_same_ledger_gives_the_same_bytes_and_every_file_is_listed() {
        let office = office();
        export(&office, "--out one").ends(0);
        export(&office, "--out two").ends(0);
        let (one, two) = (bytes(&office.path("one")), bytes(&office.path("two")));
        assert_eq!(one, two);
        let list: Json = serde_json::from_slice(&one[Path::new("_export.json")]).unwrap();
        let mut told = 0;
        for name in ["events", "facts", "cases"] {
            for file in list["datasets"][name]["files"].as_array().unwrap() {
                let bytes = &one[Path::new(file["path"].as_str().unwrap())];
                let digest = minsheng::ledger::chain::digest(bytes);
                assert_eq!(file["sha256"], digest);
                told += 1;
            }
        }
        // and beside them one checkpoint a chain, which verify accepts
        assert_eq!(one.len(), told + 1 + 2);
        for chain in list["chains"].as_array().unwrap() {
            let file = chain["checkpoint"].as_str().unwrap();
            office.run(&format!("verify --against one/{file}")).ends(0);
        }
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = |path: PathBuf| path.metadata().unwrap().permissions().mode() & 0o777;
            assert_eq!(mode(office.path("one/events")), 0o700);
            assert_eq!(mode(office.path("one/_export.json")), 0o600);
        }
    }

    #[test]
    fn a_public_copy_names_nobody_and_lets_nobody_guess() {
        let office = office();
        office
            .run("collect demand HZ --year 2022 --received 2022-01-03 --title 联系13900001111 --type 工程类 --summary 找测试戊 --grounds 安全 --proposer 测试戊 --phone 13800000005")
            .ends(0);
        export(&office, "--out public --public").ends(0);
        export(&office, "--out whole").ends(0);
        let said = |folder: &str| {
            let folder = office.path(folder);
            let mut text = String::new();
            for name in ["events", "facts", "cases"] {
                for (_, row) in rows(&folder, name) {
                    for (name, cell) in row {
                        writeln!(text, "{name}={cell}").unwrap();
                    }
                }
            }
            text
        };
        let public = said("public");
        for hidden in ["测试戊", "13800000005", "13900001111", "测试员", "测试甲"] {
            assert!(!public.contains(hidden), "{hidden}");
        }
        assert!(public.contains("138******05") && public.contains("测**"));
        // whole copies hold tokens, and free text as it was recorded
        let whole = said("whole");
        assert!(!whole.contains("13800000005") && whole.contains("13900001111"));
        for (_, row) in rows(&office.path("public"), "events") {
            assert_eq!(row["hash"], Field::Null);
        }
    }

    #[test]
    fn nothing_that_is_there_is_lost() {
        let office = office();
        office.write("kept.txt", "x");
        std::fs::create_dir(office.path("full")).unwrap();
        office.write("full/a.txt", "x");
        std::fs::create_dir(office.path("empty")).unwrap();
        for (line, said) in [
            ("--out kept.txt", "不是文件夹"),
            ("--out full", "别的文件"),
            ("--out full --force", "别的文件"),
            ("T1", "--out"),
            ("--out x --year 2022", "--year"),
            ("T1 --out x", "TABLE"),
            ("--out no/such/place", "写不了"),
        ] {
            let answer = export(&office, line).ends(2);
            assert!(answer.err.contains(said), "{line}: {}", answer.err);
        }
        assert!(office.path("full/a.txt").exists());
        export(&office, "--out empty").ends(0);
        let said = export(&office, "--out empty").ends(2).err;
        assert!(said.contains("--force"), "{said}");
        office.run(&demand("HZ", "测试己", "13800000006")).ends(0);
        export(&office, "--out empty --force").ends(0);
        let left: Vec<String> = std::fs::read_dir(office.dir.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
            .filter(|name| name.starts_with('.'))
            .collect();
        assert!(left.is_empty(), "{left:?}");
        let said = office.run("list --format parquet").ends(2).err;
        assert!(said.contains("export"), "{said}");
    }

    /// The script that reads the folder with other programs.
    fn script(office: &Office, args: &[&str]) -> Answer {
        let script = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tools/read_parquet.py");
        let mut command = Command::new("python3");
        command
            .arg(script)
            .args(args)
            .current_dir(office.dir.path());
        answer(&command.output().unwrap())
    }

    fn read_by(engine: &str, modules: &[&str]) {
        if !tools::python(modules) {
            return;
        }
        let office = office();
        export(&office, "--out flat").ends(0);
        let list = office.run("list --format json").ends(0).out;
        office.write("list.json", &list);
        let said = script(
            &office,
            &["flat", "--engine", engine, "--list", "list.json"],
        )
        .ends(0)
        .out;
        let fen = said.lines().find(|line| line.contains("amount, fen"));
        assert!(fen.is_some_and(|line| !line.ends_with(" 0")), "{said}");
        assert!(
            said.contains("the cases and the fen of minsheng list"),
            "{said}"
        );
        // a list of other cases is told apart
        office.write("list.json", &list.replace("0.00\"", "0.01\""));
        script(
            &office,
            &["flat", "--engine", engine, "--list", "list.json"],
        )
        .ends(1);
        // a ledger without cases is read as well
        let none = Office::new();
        export(&none, "--out flat").ends(0);
        let said = none.run("list --format json").ends(0).out;
        assert!(said.contains("[]"), "{said}");
    }

    #[test]
    fn duckdb_reads_the_same() {
        read_by("duckdb", &["duckdb"]);
    }

    #[test]
    fn pandas_reads_the_same() {
        read_by("pandas", &["pandas", "pyarrow"]);
    }

    #[test]
    fn spark_reads_the_same() {
        if tools::program("java", "-version") {
            read_by("spark", &["pyspark"]);
        }
    }

    #[test]
    fn the_chain_can_be_verified_from_the_columns_alone() {
        if !tools::python(&["pyarrow.parquet"]) {
            return;
        }
        let office = office();
        export(&office, "--out flat").ends(0);
        let said = script(&office, &["flat", "--verify"]).ends(0).out;
        assert_eq!(
            said.matches("are those of the checkpoint").count(),
            2,
            "{said}"
        );
        // one word of one payload
        office.write(
            "change.py",
            "import glob, sys
import pyarrow.parquet as pq, pyarrow as pa
for file in glob.glob('flat/events/year=2022/community=HZ/*.parquet'):
    table = pq.ParquetFile(file).read()
    rows = table.to_pylist()
    rows[3]['payload'] = rows[3]['payload'].replace('2022', '2021')
    pq.write_table(pa.Table.from_pylist(rows, schema=table.schema), file)
",
        );
        let mut command = Command::new("python3");
        command.arg("change.py").current_dir(office.dir.path());
        assert!(command.status().unwrap().success());
        let said = script(&office, &["flat", "--verify"]).ends(1).out;
        assert!(said.contains("does not match its hash"), "{said}");
        // a whole partition that is gone
        export(&office, "--out flat --force").ends(0);
        std::fs::remove_dir_all(office.path("flat/events/year=2022/community=TG")).unwrap();
        let said = script(&office, &["flat", "--verify"]).ends(1).out;
        assert!(said.contains("TG.1"), "{said}");
    }
}
