//! Findings and cases in the forms of other programs: SARIF 2.1.0, `JUnit` XML, OCDS 1.1. Each says
//! what the audit and the ledger say, fits its schema, and names no resident.

#![allow(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

mod common;

use std::collections::BTreeMap;
use std::process::Command;
use std::sync::OnceLock;

use common::cli::{Office, fixture};
use serde_json::{Value as Json, json};

/// The demo's year, walked once, its ledger copied for each test.
fn demo() -> Office {
    static LEDGER: OnceLock<Vec<u8>> = OnceLock::new();
    let bytes = LEDGER.get_or_init(|| {
        let office = Office::empty();
        office.run("demo year").ends(0);
        std::fs::read(office.path("year/minsheng.db")).unwrap()
    });
    let office = Office::empty();
    std::fs::write(office.ledger(), bytes).unwrap();
    office
}

const AUDIT: &str = "audit --year 2022 --as-of 2023-07-01 --fail-on never";

fn json_file(name: &str) -> Json {
    serde_json::from_str(&std::fs::read_to_string(fixture(name)).unwrap()).unwrap()
}

/// Where a document does not fit a schema, by what the schemas of the standard use of draft 4:
/// types, required, properties, items, enums, lengths, patterns of names, formats, references.
fn errors(schema: &Json, document: &Json) -> Vec<String> {
    let mut list = Vec::new();
    misfits(schema, schema, document, "", &mut list);
    list
}

fn misfits(root: &Json, schema: &Json, value: &Json, place: &str, list: &mut Vec<String>) {
    if let Some(reference) = schema["$ref"].as_str() {
        let target = reference.strip_prefix('#').unwrap();
        return misfits(root, root.pointer(target).unwrap(), value, place, list);
    }
    let kind = match value {
        Json::Null => "null",
        Json::Bool(_) => "boolean",
        Json::Number(n) if n.is_i64() || n.is_u64() => "integer",
        Json::Number(_) => "number",
        Json::String(_) => "string",
        Json::Array(_) => "array",
        Json::Object(_) => "object",
    };
    let of_type = |name: &Json| name == kind || (name == "number" && kind == "integer");
    let fits = match &schema["type"] {
        Json::Array(names) => names.iter().any(of_type),
        Json::Null => true,
        name => of_type(name),
    };
    if !fits {
        list.push(format!("{place}: {kind} is not {}", schema["type"]));
    }
    if schema["enum"]
        .as_array()
        .is_some_and(|all| !all.contains(value))
    {
        list.push(format!("{place}: {value} is not one of {}", schema["enum"]));
    }
    let size = match value {
        Json::String(text) => text.chars().count(),
        Json::Array(items) => items.len(),
        Json::Object(map) => map.len(),
        _ => usize::MAX,
    };
    for least in ["minLength", "minItems", "minProperties"] {
        let least = schema[least].as_u64().unwrap_or(0);
        if u64::try_from(size).unwrap() < least {
            list.push(format!("{place}: fewer than {least}"));
        }
    }
    if let (Some("date-time"), Some(text)) = (schema["format"].as_str(), value.as_str())
        && chrono::DateTime::parse_from_rfc3339(text).is_err()
    {
        list.push(format!("{place}: {text} is no time"));
    }
    if let (Some("uri"), Some(text)) = (schema["format"].as_str(), value.as_str())
        && !text
            .split_once(':')
            .is_some_and(|(scheme, rest)| !scheme.is_empty() && !rest.is_empty())
    {
        list.push(format!("{place}: {text} is no address"));
    }
    for name in schema["required"].as_array().into_iter().flatten() {
        if value.is_object() && value.get(name.as_str().unwrap()).is_none() {
            list.push(format!("{place}: no {name}"));
        }
    }
    for (name, inner) in value.as_object().into_iter().flatten() {
        match schema["properties"].get(name) {
            Some(own) => misfits(root, own, inner, &format!("{place}/{name}"), list),
            // a field that the standard does not have
            None if schema["properties"].is_object() => {
                list.push(format!("{place}/{name}: unknown"));
            }
            None => {}
        }
    }
    for (at, inner) in value.as_array().into_iter().flatten().enumerate() {
        if schema["items"].is_object() {
            misfits(
                root,
                &schema["items"],
                inner,
                &format!("{place}/{at}"),
                list,
            );
        }
    }
}

#[test]
fn the_check_of_the_schema_can_fail() {
    let schema = json_file("ocds/release-schema.json");
    let whole = json!({"ocid": "a", "id": "b", "date": "2022-01-01T00:00:00Z", "tag": ["planning"], "initiationType": "tender"});
    assert_eq!(errors(&schema, &whole), Vec::<String>::new());
    for (name, wrong) in [
        ("ocid", json!("")),
        ("date", json!("2022-01-01")),
        ("tag", json!(["begun"])),
        ("tender", json!({"id": "x", "value": {"amount": "1"}})),
        ("contracts", json!([{"awardID": "x"}])),
        ("parties", json!([{"id": "x", "phone": "1"}])),
    ] {
        let mut broken = whole.clone();
        broken[name] = wrong;
        assert!(!errors(&schema, &broken).is_empty(), "{name}");
    }
}

#[test]
fn sarif_and_junit_say_what_the_audit_says() {
    let office = demo();
    let audit = office
        .run(&format!("{AUDIT} --format json --all"))
        .ends(0)
        .json();
    let findings = audit["findings"].as_array().unwrap();
    let log = office
        .run(&format!("{AUDIT} --format sarif --all"))
        .ends(0)
        .json();
    assert_eq!(log["version"], "2.1.0");
    let run = &log["runs"][0];
    let (results, rules) = (
        run["results"].as_array().unwrap(),
        run["tool"]["driver"]["rules"].as_array().unwrap(),
    );
    assert_eq!(results.len(), findings.len());
    assert_eq!(run["properties"]["ledger"], audit["ledger"]);
    for (result, finding) in results.iter().zip(findings) {
        let verdict = finding["verdict"].as_str().unwrap();
        assert_eq!(result["ruleId"], finding["rule"]);
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(rules[index]["id"], finding["rule"]);
        assert_eq!(result["properties"]["verdict"], verdict);
        let place = &result["locations"][0]["logicalLocations"][0];
        assert_eq!(place["name"], finding["subject"]);
        // every kind but a fail has the level none, and only a pass passes
        let (kind, level) = (
            result["kind"].as_str().unwrap(),
            result["level"].as_str().unwrap(),
        );
        assert_eq!(kind == "fail", level != "none", "{result}");
        assert_eq!(kind == "pass", verdict == "pass");
        assert_eq!(result["suppressions"].is_array(), verdict == "justified");
        assert!(!result["message"]["text"].as_str().unwrap().is_empty());
    }
    let xml = office
        .run(&format!("{AUDIT} --format junit --all"))
        .ends(0)
        .out;
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for finding in findings {
        let advisory = finding["severity"] == "advisory";
        let kind = match finding["verdict"].as_str().unwrap() {
            "violation" | "deviation" if !advisory => "<failure",
            "borderline" | "unverifiable" => "<error",
            "pass" => continue,
            _ => "<skipped",
        };
        *counts.entry(kind).or_default() += 1;
    }
    for (kind, count) in counts {
        assert_eq!(xml.matches(kind).count(), count, "{kind}");
    }
    assert_eq!(xml.matches("<testcase").count(), findings.len());
    let total = format!("tests=\"{}\"", findings.len());
    assert!(xml.contains(&total), "{total}");
    // without --all only what is to be looked at, and the exit code as ever
    let open = office
        .run("audit --year 2022 --as-of 2023-07-01 --format sarif")
        .ends(1)
        .json();
    assert!(open["runs"][0]["results"].as_array().unwrap().len() < findings.len());
    office.run("list --format sarif").ends(2);
    office.run("audit flags --year 2022 --format junit").ends(2);
}

#[test]
fn cases_are_releases_that_fit_the_standard() {
    let office = demo();
    let package = office
        .run("export --format ocds --year 2022 --as-of 2023-07-01 --ocid-prefix ocds-a1b2c3 --publisher 粤海街道")
        .ends(0)
        .json();
    let mut frame = json_file("ocds/release-package-schema.json");
    frame["properties"]["releases"]["items"] = json!({});
    assert_eq!(errors(&frame, &package), Vec::<String>::new());
    let schema = json_file("ocds/release-schema.json");
    let releases = package["releases"].as_array().unwrap();
    for release in releases {
        assert_eq!(errors(&schema, release), Vec::<String>::new());
    }
    let audit = office.run(&format!("{AUDIT} --format json")).ends(0).json();
    assert_eq!(json!(releases.len()), audit["summary"]["projects"]);
    let lunch = releases
        .iter()
        .find(|r| r["ocid"] == "ocds-a1b2c3-HZ2022-001")
        .unwrap();
    assert_eq!(
        lunch["tag"],
        json!(["planning", "tender", "award", "contract", "implementation"])
    );
    assert_eq!(
        lunch["contracts"][0]["value"],
        json!({"amount": 80000, "currency": "CNY"})
    );
    let paid = &lunch["contracts"][0]["implementation"]["transactions"][0];
    assert_eq!(paid["value"]["amount"], 79600);
    assert_eq!(paid["date"], "2022-09-26T00:00:00+08:00");
    // whoever is referred to is a party, with the role
    let parties = lunch["parties"].as_array().unwrap();
    for (reference, role) in [
        (&lunch["buyer"], "buyer"),
        (&lunch["tender"]["procuringEntity"], "procuringEntity"),
        (&lunch["awards"][0]["suppliers"][0], "supplier"),
        (&paid["payee"], "payee"),
        (&paid["payer"], "payer"),
    ] {
        let party = parties.iter().find(|p| p["id"] == reference["id"]).unwrap();
        assert_eq!(party["name"], reference["name"]);
        assert!(
            party["roles"].as_array().unwrap().contains(&json!(role)),
            "{role}"
        );
    }
    assert_eq!(lunch["contracts"][0]["awardID"], lunch["awards"][0]["id"]);
    let text = package.to_string();
    for person in [
        "王示例",
        "海珠负责人甲",
        "海珠监督员甲",
        "海珠书记甲",
        "13900009001",
        "居民甲",
    ] {
        assert!(!text.contains(person), "{person}");
    }
}

#[test]
fn a_package_says_what_it_lacks() {
    let office = demo();
    let own = office
        .run("export --format ocds --year 2022 -o 2022.json")
        .ends(0);
    assert!(own.err.contains("ocds-000000"), "{}", own.err);
    office.run("export ocds --year 2022 -o 2022.json").ends(2);
    office
        .run("export ocds --year 2022 -o 2022.json --force")
        .ends(0);
    office
        .run("export --format ocds --year 2022 -o minsheng.db --force")
        .ends(2);
    office.run("export --format ocds").ends(2);
    office.run("export --format ocds --year 1999").ends(2);
    office
        .run("export --format ocds --year 2022 --ocid-prefix abc")
        .ends(2);
    office.run("export --format json").ends(2);
}

/// The Python that may have the programs of the Open Contracting Partnership.
fn python() -> String {
    std::env::var("MINSHENG_PYTHON").unwrap_or_else(|_| "python3".to_owned())
}

/// True if that Python has a module.
fn has(module: &str) -> bool {
    let found = Command::new(python())
        .args(["-c", &format!("import {module}")])
        .output();
    let found = found.is_ok_and(|output| output.status.success());
    common::tools::have(&format!("Python with {module}"), found)
}

/// Merging is what every user of releases does first.
#[test]
fn the_merger_of_releases_reads_it() {
    if !has("ocdsmerge") {
        return;
    }
    let office = demo();
    office
        .run("export --format ocds --year 2022 --as-of 2023-07-01 -o 2022.json")
        .ends(0);
    let script = "
import json, sys, ocdsmerge
package = json.load(open('2022.json'))
schema = json.load(open(sys.argv[1]))
merger = ocdsmerge.Merger(schema)
for release in package['releases']:
    compiled = merger.create_compiled_release([release])
    assert compiled['ocid'] == release['ocid']
    assert len(compiled.get('parties', [])) == len(release['parties'])
print(len(package['releases']))
";
    let schema = fixture("ocds/release-schema.json");
    let output = Command::new(python())
        .args(["-W", "error", "-c", script, &schema])
        .current_dir(office.dir.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{said}");
}

/// The validator of the Open Contracting Partnership, with the schemas that are kept here.
#[test]
fn the_open_contracting_validator_finds_nothing_and_can_find_something() {
    if !has("libcoveocds.api") {
        return;
    }
    let office = demo();
    let validate = |file: &str| {
        let output = Command::new(python())
            .args([&fixture("ocds/validate.py"), &fixture("ocds"), file])
            .current_dir(office.dir.path())
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        (
            output.status.code(),
            said + &String::from_utf8_lossy(&output.stderr),
        )
    };
    let line = "export --format ocds --year 2022 --as-of 2023-07-01 -o 2022.json";
    office.run(line).ends(0);
    let mut package: Json =
        serde_json::from_slice(&std::fs::read(office.path("2022.json")).unwrap()).unwrap();
    let count = package["releases"].as_array().unwrap().len();
    assert!(count > 10);
    let (code, said) = validate("2022.json");
    assert_eq!(
        (code, said.trim_end()),
        (
            Some(0),
            format!("{count} releases, {count} ocids, 0 errors").as_str()
        )
    );
    let release = &mut package["releases"][0];
    release["date"] = json!("gestern");
    release["tag"] = json!(["vielleicht"]);
    release["buyer"]["stimmung"] = json!("gut");
    release.as_object_mut().unwrap().remove("ocid");
    office.write("schlecht.json", &package.to_string());
    let (code, said) = validate("schlecht.json");
    assert_eq!(code, Some(1), "{said}");
    for part in [
        "'ocid' is missing",
        "releases/0/date: Date is not in the correct format",
        "not in the codelist: releases/tag",
        "not of the standard: /releases/buyer/stimmung",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
}
