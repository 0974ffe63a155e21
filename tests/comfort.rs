//! Comfort: help and manual in both languages, completions, slips of the name, other consoles.

#![allow(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

mod common;

use common::cli::{Answer, Office, answer};
use minsheng::pack::Pack;

fn is_han(c: char) -> bool {
    ('\u{4e00}'..='\u{9fff}').contains(&c)
}

/// Every command by its words, from the help itself.
fn commands(office: &Office, path: &str, list: &mut Vec<String>) {
    let help = office.run(&format!("{path} --help --lang en")).ends(0).out;
    list.push(path.to_owned());
    let Some((_, rest)) = help.split_once("\nCommands:\n") else {
        return;
    };
    for line in rest.lines().take_while(|line| line.starts_with("  ")) {
        let word = line.trim_start().split(' ').next().unwrap();
        if !line.starts_with("    ") && !word.is_empty() {
            commands(office, format!("{path} {word}").trim(), list);
        }
    }
}

#[test]
fn the_help_of_every_command_is_english_where_english_is_asked_for() {
    let office = Office::empty();
    let mut list = Vec::new();
    commands(&office, "", &mut list);
    assert!(list.len() > 120, "{}", list.len());
    for path in &list {
        let help = office.run(&format!("{path} --help --lang en")).ends(0).out;
        let help = help.split("\nExamples:").next().unwrap();
        for line in help.lines() {
            // what is to be typed as it stands: words of a notice, a file, a day of rest or of work
            let line = line
                .replace("监督电话=12345", "")
                .replace("台账.xlsx", "")
                .replace("休", "")
                .replace("班", "");
            assert!(!line.contains(is_han), "{path}: {line}");
        }
        let chinese = office.run(&format!("{path} --help")).ends(0).out;
        assert!(
            chinese.contains("用法：") && !chinese.contains("Usage"),
            "{path}: {chinese}"
        );
        assert!(chinese.lines().next().unwrap().contains(is_han), "{path}");
    }
}

#[test]
fn the_demo_in_english_shows_chinese_only_where_it_is_data_or_law() {
    let office = Office::empty();
    let out = office.run("demo year --lang en").ends(0).out;
    let chinese = office.run("demo jahr").ends(0).out;
    // data: what the commands and the files say, and what the law says
    let mut known: String = out.lines().filter(|l| l.starts_with("$ ")).collect();
    for entry in std::fs::read_dir(office.path("year")).unwrap() {
        let path = entry.unwrap().path();
        known.push_str(&path.to_string_lossy());
        if let Ok(text) = std::fs::read_to_string(&path) {
            known.push_str(&text);
        }
    }
    let ledger = office.path("year/minsheng.db");
    let ledger = ledger.to_str().unwrap();
    let shown = office
        .args(&["log", "--ledger", ledger, "--format", "json"])
        .ends(0)
        .out;
    known.push_str(&shown);
    let pack = Pack::load("nanshan-2020").unwrap();
    let mut law = String::new();
    for rule in &pack.rules {
        law.push_str(&rule.cite);
        law.push_str(&rule.quotes.join(""));
    }
    law.push_str(&pack.meta.name);
    law.push_str(pack.meta.document.as_deref().unwrap_or_default());
    let mut runs = 0;
    let mut wrong = Vec::new();
    for line in out.lines().filter(|line| !line.starts_with("$ ")) {
        assert!(!line.starts_with("# ") || !line.contains(is_han), "{line}");
        // number and clause of the regulation stand side by side
        let line = line.replace("3号第", "3号 第");
        for run in line.split(|c| !is_han(c)).filter(|run| !run.is_empty()) {
            runs += 1;
            if !known.contains(run) && !law.contains(run) {
                wrong.push(format!("{run}: {line}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(runs > 100, "{runs}");
    // the narration is told in both languages, line by line
    let told = |text: &str| text.lines().filter(|l| l.starts_with("# ")).count();
    assert_eq!(told(&out), told(&chinese));
    // words of the regulation are told by their canonical names
    assert!(
        out.contains("\n    by: community\n") && chinese.contains("\n    公示单位：社区党委\n")
    );
}

#[test]
fn help_with_two_examples_in_both_languages() {
    let office = Office::empty();
    let zh = office.run("help publicize").ends(0).out;
    assert!(
        zh.contains("例：\n  minsheng publicize notice HZ2022-001"),
        "{zh}"
    );
    let en = office.run("help audit --lang en").ends(0).out;
    assert!(
        en.contains("Examples:\n  minsheng audit --year 2022"),
        "{en}"
    );
    let deep = office.run("help publicize post").ends(0).out;
    assert!(
        deep.contains("--start") && deep.contains("用法：minsheng publicize post"),
        "{deep}"
    );
    assert!(office.run("help").ends(0).out.contains("minsheng demo"));
    let near = office.run("help publicise").ends(2);
    assert!(near.err.contains("是不是 publicize？"), "{}", near.err);
}

#[test]
fn a_slip_of_the_name_is_answered_with_the_name() {
    let office = Office::new();
    office
        .run("shortlist candidate HZ --year 2022 --date 2022-01-14 --title 午餐 --type 服务类 --as-is")
        .ends(0);
    office.write("a.csv", "项目编号,日期\r\nHZ2022-001,2022-01-14\r\n");
    for (line, meant) in [
        ("publicise post", "是不是：publicize？"),
        ("公示", "是不是：publicize post？"),
        ("告知提出房", "是不是：publicize notify？"),
        ("todo --ycar 2022", "是不是：--year？"),
        ("show HZ2022-01", "是不是 HZ2022-001？"),
        ("explain HZ2022-01", "是不是 HZ2022-001？"),
        ("todo HX", "是不是 HZ？"),
        ("todo 粤海街到", "是不是 粤海街道？"),
        ("rule A15-DAY", "是不是 A15-DAYS？"),
        ("export T11", "是不是 T1？"),
        ("export T1 --community 海株社区", "是不是 海珠社区？"),
        ("audit --year 2022 --community HX", "是不是 HZ？"),
        ("audit --year 2022 --stage publicise", "是不是 publicize？"),
        ("audit --year 2022 --rule A15-DAY", "是不是 A15-DAYS？"),
        ("show fund 粤海街到", "是不是 粤海街道？"),
        ("schema publicize.pots", "是不是 publicize.post？"),
        ("record a.csv --step 居民意件", "是不是 居民意见？"),
        (
            "register reason HZ2022 --rule A9-50 --text 理由",
            "是不是 A9-500？",
        ),
        (
            "shortlist file HZ2022-01 --date 2022-02-01 --reason A15-DAY=x",
            "是不是 A15-DAYS？",
        ),
        ("publicize notice HZ2022-01", "是不是 HZ2022-001？"),
        (
            "audit --year 2022 --regime nanshan-2002",
            "是不是 nanshan-2020？",
        ),
    ] {
        let answer = office.run(line).ends(2);
        assert!(answer.err.contains(meant), "{line}: {}", answer.err);
    }
    let english = office.run("show HZ2022-01 --lang en").ends(2);
    assert!(
        english.err.contains("Did you mean HZ2022-001?"),
        "{}",
        english.err
    );
    let english = office.run("公示 --lang en").ends(2);
    assert!(english.err.contains("publicize post"), "{}", english.err);
    // nothing like it: nothing is guessed
    assert!(!office.run("show QQ1999-123").ends(2).err.contains("是不是"));
}

fn complete(office: &Office, words: &[&str]) -> Vec<String> {
    let mut args = vec!["--", "minsheng"];
    args.extend(words);
    let output = office
        .command(&args)
        .env("MINSHENG_COMPLETE", "bash")
        .env("_CLAP_COMPLETE_INDEX", words.len().to_string())
        .env("_CLAP_IFS", "\n")
        .output()
        .unwrap();
    let answer = answer(&output).ends(0);
    answer.out.lines().map(str::to_owned).collect()
}

#[test]
fn a_shell_completes_commands_cases_communities_rules_and_words() {
    let office = Office::new();
    office
        .run("shortlist candidate HZ --year 2022 --date 2022-01-14 --title 午餐 --type 服务类 --as-is")
        .ends(0);
    let is = |words: &[&str], expected: &[&str]| {
        let found = complete(&office, words);
        for word in expected {
            assert!(found.iter().any(|f| f == word), "{words:?}: {found:?}");
        }
        found
    };
    is(&["publ"], &["publicize"]);
    is(&["publicize", "po"], &["post"]);
    let cases = is(&["publicize", "post", "HZ"], &["HZ2022-001"]);
    assert!(!cases.iter().any(|c| c == "HZ"), "{cases:?}");
    is(&["explain", "HZ2022-001", "A15-D"], &["A15-DAYS"]);
    is(&["audit", "--community", ""], &["HZ"]);
    is(
        &["register", "reason", "HZ2022", "--rule", "a9"],
        &["A9-500"],
    );
    is(
        &["publicize", "post", "HZ2022-001", "--by", "社"],
        &["社区党委"],
    );
    is(
        &["publicize", "post", "HZ2022-001", "--content", "时间、地"],
        &["时间、地点"],
    );
    is(&["export", "T"], &["T1", "T4"]);
    is(&["export", "T1", "--street", ""], &["粤海街道"]);
    is(
        &["init", "--regime", ""],
        &["dongguan-2020", "haicang-2018", "nanshan-2020"],
    );
    // without a ledger the rules are still there
    let empty = Office::empty();
    assert_eq!(complete(&empty, &["rule", "A15-DA"]), ["A15-DAYS"]);
    assert!(complete(&empty, &["show", "HZ"]).is_empty());
    for shell in ["bash", "zsh", "fish", "powershell"] {
        let script = office.run(&format!("completions {shell}")).ends(0).out;
        assert!(
            script.contains("MINSHENG_COMPLETE") && script.contains("minsheng"),
            "{shell}"
        );
    }
    office.run("completions tcsh").ends(2);
}

#[test]
fn the_manual_has_a_page_for_every_command_in_both_languages() {
    let office = Office::empty();
    office.run("man pages").ends(0);
    let names = |place: &str| {
        let mut names: Vec<String> = std::fs::read_dir(office.path(place))
            .unwrap()
            .map(|e| e.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    };
    let english = names("pages/man1");
    assert_eq!(english, names("pages/zh_CN/man1"));
    for page in [
        "minsheng.1",
        "minsheng-audit.1",
        "minsheng-publicize-post.1",
        "minsheng-notice.1",
    ] {
        assert!(english.iter().any(|name| name == page), "{page}");
    }
    let read = |file: &str| std::fs::read_to_string(office.path(file)).unwrap();
    let page = read("pages/zh_CN/man1/minsheng-audit.1");
    assert!(
        page.contains(".SH 选项") && page.contains("审计一个年度"),
        "{page}"
    );
    let page = read("pages/man1/minsheng-audit.1");
    assert!(
        page.contains(".SH OPTIONS") && page.contains("Audit a year"),
        "{page}"
    );
    assert!(office.run("man").ends(0).out.starts_with(".ie"));
}

fn gb18030(office: &Office, args: &[&str], variable: (&str, &str)) -> (Vec<u8>, Vec<u8>, i32) {
    let output = office
        .command(args)
        .env(variable.0, variable.1)
        .output()
        .unwrap();
    (output.stdout, output.stderr, output.status.code().unwrap())
}

#[test]
fn a_console_in_gb18030_reads_what_is_said_and_data_stays_utf_8() {
    let office = Office::new();
    let decode = |bytes: &[u8]| {
        let (text, _, bad) = encoding_rs::GB18030.decode(bytes);
        assert!(!bad && std::str::from_utf8(bytes).is_err(), "{text}");
        text.into_owned()
    };
    for variable in [
        ("MINSHENG_ENCODING", "gb18030"),
        ("LANG", "zh_CN.GB18030"),
        ("LC_ALL", "zh_CN.gbk"),
    ] {
        let (out, _, code) = gb18030(&office, &["list", "communities"], variable);
        assert!(decode(&out).contains("海珠社区"), "{variable:?}");
        assert_eq!(code, 0);
        let (_, err, code) = gb18030(&office, &["show", "HZ2022-001"], variable);
        assert!(decode(&err).contains("账本中没有"), "{variable:?}");
        assert_eq!(code, 2);
        let (out, _, _) = gb18030(&office, &["--help"], variable);
        assert!(decode(&out).contains("用法："));
        // what a program reads is always UTF-8
        let (out, _, _) = gb18030(
            &office,
            &["list", "communities", "--format", "json"],
            variable,
        );
        assert!(String::from_utf8(out).unwrap().contains("海珠社区"));
        let (out, _, _) = gb18030(&office, &["export", "T4", "--encoding", "utf-8"], variable);
        assert!(String::from_utf8(out).unwrap().contains("异常名录"));
    }
    // the option goes before the variable, and a name that is not known is refused
    let plain = ["list", "communities", "--console-encoding", "utf-8"];
    let (out, _, _) = gb18030(&office, &plain, ("MINSHENG_ENCODING", "gb18030"));
    assert!(String::from_utf8(out).unwrap().contains("海珠社区"));
    office.run("list --console-encoding big5").ends(2);
}

#[cfg(unix)]
#[test]
fn arguments_typed_on_such_a_console_are_understood() {
    use std::os::unix::ffi::OsStringExt;
    let office = Office::new();
    let (name, _, _) = encoding_rs::GB18030.encode("海珠社区");
    let output = office
        .command(&[
            "audit",
            "--year",
            "2022",
            "--fail-on",
            "never",
            "--community",
        ])
        .arg(std::ffi::OsString::from_vec(name.into_owned()))
        .env("MINSHENG_ENCODING", "gb18030")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn files_of_another_system() {
    let office = Office::new();
    // lines that end as on Windows
    office
        .record(
            "{\"step\":\"shortlist.candidate\",\"community\":\"HZ\",\"year\":2022,\"date\":\"2022-01-14\",\"title\":\"午餐\",\"type\":\"服务类\"}\r\n\r\n",
            "--as-is",
        )
        .ends(0);
    let refused: Answer = office.run("notice sign HZ2022-001 -o NUL.html").ends(2);
    assert!(refused.err.contains("Windows"), "{}", refused.err);
    office.run("export T4 -o con.csv").ends(2);
    office.run("export T4 -o T4.csv").ends(0);
    // a community that is called like a device is no name of a file
    office
        .run("register community CON --name 康社区 --street 粤海街道")
        .ends(0);
    office
        .run("export T1 --community CON -o T1-CON.csv")
        .ends(0);
}
