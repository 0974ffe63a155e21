//! The completions in the shells themselves: each is started, reads the script and presses Tab.

#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

mod common;

use std::process::Command;

use common::cli::Office;
use common::tools::program;

/// A ledger with a case, and the scripts of the shells beside it.
fn office(shell: &str) -> Office {
    let office = Office::new();
    office
        .run("shortlist candidate HZ --year 2022 --date 2022-01-14 --title 午餐 --type 服务类 --as-is")
        .ends(0);
    let script = office.run(&format!("completions {shell}")).ends(0).out;
    std::fs::create_dir(office.path("functions")).unwrap();
    office.write("functions/_minsheng", &script);
    office
}

/// What a shell prints that runs a script in the folder of the ledger.
fn shell(office: &Office, program: &str, args: &[&str]) -> String {
    let binary = std::path::Path::new(env!("CARGO_BIN_EXE_minsheng"));
    let path = std::env::var("PATH").unwrap();
    let folder = binary.parent().unwrap().to_str().unwrap();
    let mut command = Command::new(program);
    command
        .args(args)
        .current_dir(office.dir.path())
        .env("PATH", format!("{folder}:{path}"))
        .env("HOME", office.dir.path())
        .env("LC_ALL", "C.UTF-8")
        .env("TERM", "dumb");
    for name in ["MINSHENG_LEDGER", "MINSHENG_LANG", "MINSHENG_ENCODING"] {
        command.env_remove(name);
    }
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    said + &String::from_utf8_lossy(&output.stderr)
}

#[test]
fn bash_completes_cases_and_rules() {
    if !program("bash", "--version") {
        return;
    }
    let office = office("bash");
    let script = r#"
source functions/_minsheng
tab() {
  COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMP_TYPE=9; COMPREPLY=()
  "$(complete -p minsheng | sed 's/.*-F \([^ ]*\).*/\1/')" minsheng "${!#}" ""
  printf '<%s>\n' "${COMPREPLY[@]}"
}
tab minsheng publicize post HZ2022
tab minsheng rule A15-DA
"#;
    let said = shell(&office, "bash", &["--norc", "-c", script]);
    assert_eq!(said, "<HZ2022-001>\n<A15-DAYS>\n");
}

#[test]
fn fish_completes_cases_rules_and_words() {
    if !program("fish", "--version") {
        return;
    }
    let office = office("fish");
    let script = "source functions/_minsheng
complete -C 'minsheng publicize post HZ2022'
complete -C 'minsheng rule A15-DA'
complete -C 'minsheng publicize post HZ2022-001 --content 时间、地'";
    let said = shell(&office, "fish", &["--no-config", "-c", script]);
    let words: Vec<&str> = said
        .lines()
        .map(|line| line.split('\t').next().unwrap())
        .collect();
    assert_eq!(words, ["HZ2022-001", "A15-DAYS", "时间、地点"], "{said}");
}

/// An interactive zsh on a terminal of its own, which reads the script as `reading` says, then
/// gets a line with a Tab at its end; says what the line became.
fn zsh(office: &Office, reading: &str, line: &str) -> String {
    let script = r#"
zmodload zsh/zpty
wait_for() {
  local out all
  for (( i = 0; i < 600; i++ )); do
    while zpty -rt z out; do all+=$out; done
    [[ $all == *$1* ]] && return 0
    sleep 0.05
  done
  print -r -- "no $1 in: $all"; exit 1
}
zpty z zsh -f -i
zpty -w z "PS1=; autoload -Uz compinit; $READING; bindkey '^I' complete-word"
zpty -w z 'keep() { print -r -- "[$BUFFER]" > line; print KEPT; }; zle -N keep; bindkey "^X" keep; print RE""ADY'
wait_for READY
zpty -n -w z "$LINE"$'\t\x18'
wait_for KEPT
zpty -d z
cat line
"#;
    let script = format!("READING='{reading}'; LINE='{line}'\n{script}");
    shell(office, "zsh", &["-f", "-c", &script])
}

#[test]
fn zsh_completes_at_the_first_tab_however_the_script_is_kept() {
    if !program("zsh", "--version") {
        return;
    }
    let office = office("zsh");
    let kept = [
        "compinit -u -D; source functions/_minsheng",
        "fpath=($PWD/functions $fpath); compinit -u -D",
    ];
    for reading in kept {
        let said = zsh(&office, reading, "minsheng publicize post HZ2022");
        assert_eq!(
            said, "[minsheng publicize post HZ2022-001 ]\n",
            "{reading}: {said}"
        );
        let said = zsh(
            &office,
            reading,
            "minsheng publicize post HZ2022-001 --content 时间、地",
        );
        let expected = "[minsheng publicize post HZ2022-001 --content 时间、地点 ]\n";
        assert_eq!(said, expected, "{reading}");
    }
}
