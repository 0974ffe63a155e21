//! The book of rules: one page, the whole book, Markdown.

use std::fmt::Write as _;

use super::Voice;
use super::table::Table;
use crate::pack::{Check, Pack, Rule, Treatment};
use crate::words::Lang;

/// The page of one rule.
#[must_use]
pub fn page(rule: &Rule, voice: Voice<'_>) -> String {
    let lang = voice.lang;
    let meta = &voice.pack.meta;
    let mut text = format!("# {} {}\n\n", rule.id, rule.title.in_lang(lang));
    let _ = writeln!(
        text,
        "《{}》{}{}\n",
        meta.name,
        meta.document.as_deref().unwrap_or_default(),
        rule.cite
    );
    for quote in &rule.quotes {
        let _ = writeln!(text, "> {quote}");
    }
    let _ = writeln!(
        text,
        "\n- {}{}\n- {}{}\n- {}{}",
        lang.pick("要求：", "Severity: "),
        rule.severity.label(lang),
        lang.pick("环节：", "Stage: "),
        stage_label(&rule.stage, lang),
        lang.pick("对象：", "Scope: "),
        voice.pack.scope_label(rule.scope, lang)
    );
    let _ = writeln!(
        text,
        "- {}{}",
        lang.pick("核对：", "Check: "),
        treatment(rule, lang)
    );
    for index in &rule.exempt {
        let _ = writeln!(
            text,
            "- {}{}",
            lang.pick("不适用：", "Not applicable: "),
            voice.pack.conditions[*index].label.in_lang(lang)
        );
    }
    let mut told = Vec::new();
    let of_checks = match rule.treatment() {
        Treatment::Computed(checks) => checks.as_slice(),
        _ => &[],
    };
    let readings = of_checks.iter().flat_map(|check: &Check| &check.readings);
    let readings = readings.map(|reading| (&reading.id, &reading.why));
    let contested = rule.contested.iter().map(|c| (&c.id, &c.why));
    for (id, why) in readings.chain(contested) {
        // a reading that several checks have is one
        if told.contains(&id) {
            continue;
        }
        told.push(id);
        let _ = writeln!(
            text,
            "- {}{}：{}",
            lang.pick("另一种读法 ", "Another reading "),
            id,
            why.in_lang(lang)
        );
    }
    if !rule.remedy.is_empty() {
        let _ = writeln!(
            text,
            "- {}{}",
            lang.pick("补救：", "Remedy: "),
            rule.remedy.in_lang(lang)
        );
    }
    text
}

/// The name of a stage for people.
#[must_use]
pub fn stage_label(stage: &str, lang: Lang) -> &str {
    let zh = match stage {
        "collect" => "征集",
        "shortlist" => "候选与确定",
        "publicize" => "公示",
        "implement" => "实施",
        "accept" => "验收",
        "evaluate" => "评价",
        "audit" => "督查审计",
        other => other,
    };
    lang.pick(zh, stage)
}

fn treatment(rule: &Rule, lang: Lang) -> String {
    match rule.treatment() {
        Treatment::Computed(checks) => lang
            .pick(
                &format!("由账本事实判断（{}项核对）", checks.len()),
                &format!("judged from the facts ({} checks)", checks.len()),
            )
            .to_owned(),
        Treatment::Attested { body, .. } => lang
            .pick(
                &format!("以登记的文件为证（{body}）"),
                &format!("attested by a recorded document ({body})"),
            )
            .to_owned(),
        Treatment::Recorded(why) => lang
            .pick(
                &format!("仅收录：{}", why.in_lang(lang)),
                &format!("recorded only: {}", why.in_lang(lang)),
            )
            .to_owned(),
    }
}

/// The whole book as a table.
#[must_use]
pub fn book(voice: Voice<'_>) -> Table {
    let lang = voice.lang;
    let mut table = Table::new(vec![
        ("id", lang.pick("规则", "Rule").into()),
        ("cite", lang.pick("条款", "Clause").into()),
        ("severity", lang.pick("要求", "Severity").into()),
        ("check", lang.pick("核对", "Check").into()),
        ("title", lang.pick("标题", "Title").into()),
    ]);
    table.whole = vec![0, 2];
    for rule in &voice.pack.rules {
        table.rows.push(vec![
            rule.id.clone(),
            rule.cite.clone(),
            rule.severity.label(lang).into(),
            word(rule, lang).into(),
            rule.title.in_lang(lang).into(),
        ]);
    }
    table
}

/// The whole book as Markdown, page after page.
#[must_use]
pub fn markdown(voice: Voice<'_>) -> String {
    let pages: Vec<String> = voice
        .pack
        .rules
        .iter()
        .map(|rule| page(rule, voice))
        .collect();
    pages.join("\n")
}

/// The law article by article: how each clause is treated, and the total.
#[must_use]
pub fn coverage(voice: Voice<'_>) -> Table {
    let lang = voice.lang;
    let mut table = Table::new(vec![
        ("cite", lang.pick("条款", "Clause").into()),
        ("id", lang.pick("规则", "Rule").into()),
        ("check", lang.pick("处理", "Treatment").into()),
        (
            "how",
            lang.pick("依据什么判断 / 为何只收录", "How, or why recorded only")
                .into(),
        ),
    ]);
    table.whole = vec![1, 2];
    let mut last = "";
    for rule in &voice.pack.rules {
        let same = rule.cite == last;
        last = &rule.cite;
        table.rows.push(vec![
            if same {
                String::new()
            } else {
                rule.cite.clone()
            },
            rule.id.clone(),
            word(rule, lang).into(),
            how(rule, lang),
        ]);
    }
    table
}

/// How many clauses there are, and how each kind of them is treated.
#[must_use]
pub fn totals(pack: &Pack) -> Totals {
    let mut totals = Totals::default();
    for rule in &pack.rules {
        totals.clauses += 1;
        match rule.treatment() {
            Treatment::Computed(_) => totals.computed += 1,
            Treatment::Attested { .. } => totals.attested += 1,
            Treatment::Recorded(_) => totals.recorded += 1,
        }
    }
    totals
}

/// Numbers of clauses.
#[derive(Clone, Copy, Debug, Default, serde::Serialize)]
pub struct Totals {
    /// All of them.
    pub clauses: usize,
    /// Judged from facts.
    pub computed: usize,
    /// Judged by a recorded document.
    pub attested: usize,
    /// Only recorded.
    pub recorded: usize,
}

impl Totals {
    /// Clauses that are judged.
    #[must_use]
    pub fn judged(&self) -> usize {
        self.computed + self.attested
    }

    /// The numbers in a line.
    #[must_use]
    pub fn said(&self, lang: Lang) -> String {
        let (all, judged) = (self.clauses, self.judged());
        let (computed, attested, recorded) = (self.computed, self.attested, self.recorded);
        lang.pick(
            &format!("共{all}款，全部收录：判断{judged}款（由事实{computed}，凭文件{attested}），仅收录{recorded}款。"),
            &format!("{all} of {all} clauses in the book: {judged} judged ({computed} from facts, {attested} by documents), {recorded} recorded only."),
        )
        .to_owned()
    }
}

/// The word for the treatment.
fn word(rule: &Rule, lang: Lang) -> &'static str {
    match rule.treatment() {
        Treatment::Computed(_) => lang.pick("判断", "computed"),
        Treatment::Attested { .. } => lang.pick("凭证", "attested"),
        Treatment::Recorded(_) => lang.pick("收录", "recorded"),
    }
}

/// What a clause is judged from, or why it is not.
fn how(rule: &Rule, lang: Lang) -> String {
    match rule.treatment() {
        Treatment::Recorded(why) => why.in_lang(lang).to_owned(),
        Treatment::Attested { .. } => lang.pick("登记的文件", "a recorded document").to_owned(),
        Treatment::Computed(_) => rule.title.in_lang(lang).to_owned(),
    }
}
