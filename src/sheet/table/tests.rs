//! Lists as offices lay them out.

use super::*;
use crate::sheet::CellKind;

const SPECS: [ColumnSpec; 5] = [
    ColumnSpec {
        key: "seq",
        heading: "序号",
        aliases: &[],
    },
    ColumnSpec {
        key: "name",
        heading: "项目名称",
        aliases: &["名称"],
    },
    ColumnSpec {
        key: "place",
        heading: "社区",
        aliases: &["所属社区"],
    },
    ColumnSpec {
        key: "amount",
        heading: "申请金额",
        aliases: &["金额", "资金"],
    },
    ColumnSpec {
        key: "approved",
        heading: "核定金额",
        aliases: &[],
    },
];

/// Rows of texts; `^` is merged with the cell above, `<` with the one to the left.
fn sheet(rows: &[(u32, &[&str])]) -> Sheet {
    let mut done: Vec<Row> = Vec::new();
    for (number, texts) in rows {
        let mut cells: Vec<(String, CellKind, bool)> = Vec::new();
        for (index, text) in texts.iter().enumerate() {
            let from = match *text {
                "^" => done
                    .last()
                    .map(|row| row.cells.get(index).unwrap().text.to_owned()),
                "<" => cells.last().map(|(text, ..)| text.clone()),
                _ => None,
            };
            let merged = from.is_some();
            let text = from.unwrap_or_else(|| (*text).to_owned());
            let kind = if text.is_empty() {
                CellKind::Empty
            } else {
                CellKind::Text
            };
            cells.push((text, kind, merged));
        }
        done.push(Row {
            number: *number,
            cells: cells
                .iter()
                .map(|(text, kind, merged)| Cell {
                    text,
                    kind: *kind,
                    merged: *merged,
                })
                .collect(),
        });
    }
    Sheet {
        name: "表".into(),
        rows: done,
    }
}

fn numbers(table: &Table) -> Vec<u32> {
    table.rows.iter().map(|row| row.row).collect()
}

#[test]
fn letters_count_like_the_head_of_a_sheet() {
    let letters = [0, 25, 26, 27, 701, 702, 16_383].map(column_letter);
    assert_eq!(letters, ["A", "Z", "AA", "AB", "ZZ", "AAA", "XFD"]);
}

#[test]
fn headings_lose_their_dress() {
    assert_eq!(norm_heading(" 项 目\n名称（必填）：* "), "项目名称");
    assert_eq!(norm_heading("＊金额(万元)"), "金额");
    assert_eq!(norm_heading("【序号】"), "序号");
    assert_eq!(norm_heading("ＩＤ"), "id");
    assert_eq!(norm_heading("（）"), "");
}

#[test]
fn an_office_list_is_read() {
    let table = locate(
        &sheet(&[
            (1, &["石狮市民生微实事项目表", "<", "<", "<", "<"]),
            (2, &["填报单位：某街道", "", "", "单位：万元"]),
            (
                4,
                &[
                    "序号",
                    "项目\n名称*",
                    "所属社区",
                    "申请金额（万元）",
                    "备注",
                    "名称",
                ],
            ),
            (5, &["1", " 路灯 ", "石湖社区", "１.5"]),
            (6, &["2", "水沟", "^", "2"]),
            (9, &["序号", "项目名称", "社区", "申请金额"]),
            (10, &["二、文化类", "<", "<", "<"]),
            (11, &["3", "步道", "前垵社区", "3", "合计"]),
            (12, &["4"]),
            (13, &["", "", "", "", "仅备注"]),
            (14, &["合 计", "<", "", "6.5"]),
            (15, &["注：1.本表一式三份"]),
            (16, &["2.请加盖公章"]),
            (17, &["填表人：张三", "", "审核：李四"]),
        ]),
        &SPECS,
        &["name", "amount"],
    )
    .unwrap();
    assert_eq!(table.header_row, 4);
    assert_eq!(numbers(&table), [5, 6, 11]);
    assert_eq!(table.rows[1].cells.get("place").unwrap().text, "石湖社区");
    assert!(table.rows[1].cells.get("place").unwrap().merged);
    assert_eq!(table.rows[0].cells.get("name").unwrap().text, "路灯");
    assert_eq!(table.rows[0].cells.get("amount").unwrap().text, "１.5");
    let wan: Vec<bool> = table.columns.iter().map(|column| column.wan).collect();
    assert_eq!(wan, [false, false, false, true]);
    assert_eq!(table.unknown, [(4, "备注".to_owned())]);
    assert_eq!(table.duplicate, [(5, "名称".to_owned())]);
    assert_eq!(
        table.preamble[1],
        (2, "填报单位：某街道 单位：万元".to_owned())
    );
    let skipped: Vec<(u32, &str)> = table
        .skipped
        .iter()
        .map(|(row, why)| (*row, why.as_str()))
        .collect();
    assert_eq!(
        skipped,
        [
            (9, "重复的表头"),
            (10, "分组标题或说明，不是数据"),
            (12, "只有序号"),
            (13, "已识别的列里没有内容"),
            (14, "合计行"),
            (15, "说明文字"),
            (16, "说明文字"),
            (17, "填表或签章信息"),
        ]
    );
}

#[test]
fn a_heading_may_lie_in_two_rows() {
    let rows: [(u32, &[&str]); 4] = [
        (1, &["项目资金表", "<", "<", "<"]),
        (2, &["序号", "项目名称", "金额（万元）", "<"]),
        (3, &["^", "^", "申请", "核定"]),
        (4, &["1", "路灯", "5", "4"]),
    ];
    let specs = [
        SPECS[1],
        ColumnSpec {
            key: "amount",
            heading: "金额申请",
            aliases: &[],
        },
        ColumnSpec {
            key: "approved",
            heading: "金额核定",
            aliases: &[],
        },
    ];
    let table = locate(&sheet(&rows), &specs, &["approved"]).unwrap();
    assert_eq!((table.header_row, table.preamble.len()), (3, 1));
    assert_eq!(table.rows[0].cells.get("approved").unwrap().text, "4");
    assert!(table.columns[1].wan && table.columns[2].wan && !table.columns[0].wan);
    // the lower row is enough when its headings speak for themselves
    let rows: [(u32, &[&str]); 3] = [
        (1, &["项目名称", "资金（万元）", "<"]),
        (2, &["", "申请金额", "核定金额"]),
        (3, &["路灯", "5", "4"]),
    ];
    let table = locate(&sheet(&rows), &SPECS, &["name", "approved"]).unwrap();
    assert_eq!((table.header_row, numbers(&table)), (2, vec![3]));
    assert!(table.columns[1].wan && !table.columns[0].wan);
    assert_eq!(table.columns[2].heading, "核定金额");
}

#[test]
fn a_total_or_note_is_not_looked_for_inside_names() {
    let rows: [(u32, &[&str]); 5] = [
        (1, &["项目名称", "金额"]),
        (2, &["注水井改造", "1"]),
        (3, &["审核大厅改造", "1"]),
        (4, &["合计亭修缮工程", "1"]),
        (5, &["说明牌", "1"]),
    ];
    let table = locate(&sheet(&rows), &SPECS, &["name"]).unwrap();
    assert_eq!(numbers(&table), [2, 3, 4, 5]);
}

#[test]
fn a_missing_heading_is_told_with_what_may_be_meant() {
    let rows: [(u32, &[&str]); 2] = [
        (3, &["序号", "项日名称", "社区"]),
        (4, &["1", "路灯", "甲"]),
    ];
    let none = locate(&sheet(&rows), &SPECS, &["name", "place"]).unwrap_err();
    assert_eq!(none.row, Some(3));
    assert_eq!(none.missing, ["项目名称"]);
    assert_eq!(none.near, [("项日名称".to_owned(), "项目名称".to_owned())]);
    assert!(none.zh().contains("“项日名称”是否应为“项目名称”？"));
    let none = locate(&sheet(&[(1, &["x"])]), &SPECS, &[]).unwrap_err();
    assert_eq!((none.row, none.looked.len()), (None, 5));
    assert!(locate(&sheet(&[]), &SPECS, &["name"]).is_err());
}

#[test]
fn rows_that_only_continue_another_are_no_records() {
    let rows: [(u32, &[&str]); 6] = [
        (1, &["社区", "项目名称", "金额", "备注"]),
        (2, &["石湖", "路灯", "5", "第一行"]),
        (3, &["^", "^", "^", "第二行"]),
        (4, &["^", "水沟", "3"]),
        (5, &["^", "小 计", "8"]),
        (6, &["前垵", "步道", "2"]),
    ];
    let table = locate(&sheet(&rows), &SPECS, &["name"]).unwrap();
    assert_eq!(numbers(&table), [2, 4, 6]);
    assert_eq!(table.skipped[0], (3, "与上一行合并，不另成一条".to_owned()));
    assert_eq!(table.skipped[1], (5, "合计行".to_owned()));
}
