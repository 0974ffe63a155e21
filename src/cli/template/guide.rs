//! The first sheet: how to fill in the others, what to run afterwards, and a list of them.

use super::Binder;
use crate::cli::pages::{self, Column, Look, Page};
use crate::report::template::{self, Form, GUIDE};
use crate::step::StepDef;
use crate::words::Lang;

impl Binder<'_> {
    /// The sheet, with a link to each of the others.
    pub(super) fn guide(&self, chosen: &[&'static StepDef]) -> Page {
        let lang = self.lang;
        let mut page = Page {
            name: GUIDE.to_owned(),
            protect: true,
            ..Page::default()
        };
        for (at, width) in (0_u16..).zip([16.0, 20.0, 26.0, 70.0]) {
            let column = Column {
                width,
                form: Form::Text,
                open: false,
            };
            page.columns.insert(at, column);
        }
        let title = lang.pick("民生微实事台账填报工作簿", "Workbook of case files");
        page.put(0, 0, title, Look::Title);
        let regime = match (lang, &self.pack.meta.document) {
            (Lang::Zh, Some(number)) => format!("依据：{}（{number}）", self.pack.meta.name),
            (Lang::Zh, None) => format!("依据：{}", self.pack.meta.name),
            (Lang::En, _) => format!("Regulation: {}", self.pack.meta.name_en),
        };
        let mut row = 1;
        page.put(row, 0, &regime, Look::Title);
        for (number, text) in (1..).zip(self.advice()) {
            row += 1;
            page.put(row, 0, &format!("{number}"), Look::Guide);
            page.put(row, 1, text.0, Look::Guide);
            page.put(row, 3, &text.1, Look::Guide);
        }
        row += 2;
        let heads = match lang {
            Lang::Zh => ["环节", "工作表（点击打开）", "步骤名", "依据条文"],
            Lang::En => ["Stage", "Sheet (click)", "Step", "Clauses"],
        };
        for (at, head) in (0_u16..).zip(heads) {
            page.put(row, at, head, Look::Heading);
        }
        if self.filled {
            let column = Column {
                width: 10.0,
                form: Form::Count,
                open: false,
            };
            page.columns.insert(4, column);
            page.put(row, 4, lang.pick("已有记录", "Records"), Look::Heading);
        }
        page.head = Some(row);
        for def in chosen {
            row += 1;
            page.put(row, 0, stage(def, lang), Look::Guide);
            page.cells.push(pages::Cell {
                row,
                column: 1,
                text: def.zh.to_owned(),
                form: Form::Text,
                look: Look::Link,
                link: Some(def.zh.to_owned()),
            });
            page.put(row, 2, def.id, Look::Guide);
            let clauses = template::clauses(def, self.pack).join("、");
            page.put(row, 3, &clauses, Look::Guide);
            if self.filled {
                let held = self.records.get(def.id).map_or(0, Vec::len);
                page.put(row, 4, &held.to_string(), Look::Guide);
            }
        }
        page
    }

    /// What to know, in the order of the work.
    fn advice(&self) -> Vec<(&'static str, String)> {
        let file = &self.file;
        let lang = self.lang;
        let mut list = match lang {
            Lang::Zh => vec![
                ("填哪些表", "每个工作表是一个步骤，一行是一条记录；只填用得到的表，其余留空。表头和工作表的名称不要改。".to_owned()),
                ("表头颜色", "深蓝底白字的必填，浅蓝底的选填，灰底的由程序填写。把鼠标停在表头上，可看到填写格式和依据的条文。".to_owned()),
                ("示例行", "第三行是示例，登记时不读；从第四行起填写，最多填到第5000行的下拉列表有效。".to_owned()),
                ("下拉列表", "有下拉箭头的从列表中选；可填多个的，用、隔开。列表的词和代码见最后的“词表”。".to_owned()),
                ("日期和金额", "日期写作 2026-03-01。金额的单位是元，也可写“8.5万”。电话、代码、编号按文本填写，不要改成数字格式。".to_owned()),
                ("编号", "编号留空则由程序编号。同一本工作簿里后面的表要引用某个项目的，请自己填编号，如 HZ2026-001（社区代码、年度、短横、三位数字）。".to_owned()),
                ("情况说明", "与规定不符又确已发生的，在最后一栏“情况说明”里写“规则编号=理由”，例如 A11-DAYS=台风停工。".to_owned()),
                ("填好以后", format!("先试：minsheng record {file} --dry-run，只核对，不登记。没有问题再登记：minsheng record {file}。全部登记，或者一条也不登记。")),
                ("有问题时", "登记时发现的问题一次全部列出，并写进“…-问题.xlsx”：有错的单元格标红，行末一栏“登记问题”写明缘由。在这份副本里改好，再登记副本即可；原文件不会被改动。".to_owned()),
            ],
            Lang::En => vec![
                ("Sheets", "Each sheet is a step, each row a record; fill in the sheets you need. Leave the headings as they are.".to_owned()),
                ("Colours", "Dark blue headings are required, light ones optional, grey is filled in by the tool. Rest the mouse on a heading for the form and the clause.".to_owned()),
                ("Example", "The third row is an example and is not read; fill in from the fourth on.".to_owned()),
                ("Drop-downs", "Choose from the list where there is an arrow; several values are parted by 、. All words stand on the last sheet.".to_owned()),
                ("Days, money", "Days read 2026-03-01. Amounts are in yuan, 8.5万 is understood. Telephones, codes and identifiers are text.".to_owned()),
                ("Identifiers", "Left blank, the tool numbers a record. Where other sheets refer to it, give it yourself, such as HZ2026-001.".to_owned()),
                ("Reasons", "What breaks a rule but did happen needs RULE=REASON in the last column.".to_owned()),
                ("Afterwards", format!("Try it: minsheng record {file} --dry-run. Then record it: minsheng record {file}. All rows are recorded or none.")),
                ("Problems", "All problems are told at once and written into a copy, …-问题.xlsx: wrong cells are red, the last column says why. Mend the copy and record it; the original is never changed.".to_owned()),
            ],
        };
        if self.filled {
            list.push(match lang {
                Lang::Zh => ("改已登记的", "灰色的“记录号”说明这一行是哪条记录，不要改。改过的行登记为对那条记录的更正；没有记录号的行登记为新记录；删掉的行不撤回登记（要撤回用 minsheng withdraw）。遮盖的姓名、电话原样留着不算改动。".to_owned()),
                Lang::En => ("Corrections", "The grey 记录号 says which record a row is. A changed row becomes a correction of that record, a row without it a new record; a deleted row withdraws nothing (use minsheng withdraw). Masked values left as they are change nothing.".to_owned()),
            });
        }
        list
    }
}

/// The name of a step's stage.
fn stage(def: &StepDef, lang: Lang) -> &'static str {
    let (zh, en) = match def.stage() {
        "register" => ("登记", "register"),
        "collect" => ("征集", "collect"),
        "shortlist" => ("候选", "shortlist"),
        "publicize" => ("公示", "publicize"),
        "implement" => ("实施", "implement"),
        "accept" => ("验收", "accept"),
        "evaluate" => ("评价", "evaluate"),
        "fund" => ("资金", "fund"),
        "audit" => ("监督检查", "audit"),
        "regime" => ("依据", "regime"),
        _ => ("更正和附件", "corrections"),
    };
    lang.pick(zh, en)
}
