//! An audit as `JUnit` XML, for tools that show test results: a suite for each subject, a case for
//! each rule.
//!
//! A breach fails; what cannot be decided (a missing fact, readings that disagree) is an error,
//! never a success; what is not due, not applicable or justified is skipped with its reason.

use std::collections::BTreeMap;

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use super::audit::Audit;
use crate::judge::{Finding, Verdict};
use crate::pack::Severity;
use crate::words::Lang;

fn status(finding: &Finding, lang: Lang) -> TestCaseStatus {
    let message = finding.message.in_lang(lang).to_owned();
    let not = |kind| {
        let mut status = TestCaseStatus::non_success(kind);
        status
            .set_message(message.clone())
            .set_type(finding.verdict.id())
            .set_description(format!(
                "{} {}「{}」\n{}",
                finding.severity.label(lang),
                finding.cite,
                finding.quote,
                finding.remedy.in_lang(lang)
            ));
        status
    };
    match finding.verdict {
        Verdict::Pass => TestCaseStatus::success(),
        // advice blocks nothing
        Verdict::Violation | Verdict::Deviation if finding.severity != Severity::Advisory => {
            not(NonSuccessKind::Failure)
        }
        Verdict::Borderline | Verdict::Unverifiable => not(NonSuccessKind::Error),
        _ => {
            let why = finding.reason.as_deref().unwrap_or(&message);
            let mut status = TestCaseStatus::skipped();
            status.set_message(format!("{}：{why}", finding.verdict.label(lang)));
            status
        }
    }
}

/// The findings to show as `JUnit` XML.
///
/// # Errors
/// If the XML cannot be written.
pub fn junit(audit: &Audit, shown: &[&Finding], lang: Lang) -> anyhow::Result<String> {
    let mut suites: BTreeMap<&str, Vec<&Finding>> = BTreeMap::new();
    for finding in shown {
        suites.entry(&finding.subject).or_default().push(finding);
    }
    let mut report = Report::new(format!("minsheng {} {}", audit.regime, audit.year));
    for (subject, findings) in suites {
        let mut suite = TestSuite::new(subject);
        suite.add_property(("as-of", audit.as_of.to_string().as_str()));
        suite.add_property(("ledger-head", audit.head.as_str()));
        if let Some(title) = audit.titles.get(subject) {
            suite.add_property(("title", title.as_str()));
        }
        for finding in findings {
            let name = format!("{} {}", finding.rule, finding.title.in_lang(lang));
            let mut case = TestCase::new(name, status(finding, lang));
            case.set_classname(format!("{}.{}", audit.regime, finding.stage));
            suite.add_test_case(case);
        }
        report.add_test_suite(suite);
    }
    Ok(report.to_string()?)
}
