//! `sync init`, `sync status`, `sync erase`: the server itself.

use std::collections::BTreeSet;

use clap::ArgMatches;

use super::connect::connect;
use super::push::{Standing, standing};
use crate::cli::context::Context;
use crate::cli::{Exit, talk};
use crate::ledger::Head;
use crate::report::Table;
use crate::report::table::clean;
use crate::server::{Chain, SCHEMA};
use crate::words;
use crate::words::Lang;

/// Makes the tables, roles and grants; once.
pub(super) fn init(matches: &ArgMatches, context: &mut Context<'_>) -> anyhow::Result<Exit> {
    context.only(&[])?;
    if matches.get_flag("print") {
        write!(context.out, "{SCHEMA}")?;
        return Ok(Exit::Done);
    }
    let (mut server, name) = connect(matches, context)?;
    let (zh, en) = match server.init() {
        Ok(()) => (
            format!(
                "已在 {name} 建好同步用的表。给每位登记人一个登录名，再授权：GRANT minsheng_writer TO 登录名（送），GRANT minsheng_reader TO 登录名（只看）。"
            ),
            format!(
                "Made the tables at {name}. Give every clerk a login, then GRANT minsheng_writer TO LOGIN (to push), GRANT minsheng_reader TO LOGIN (to read only)."
            ),
        ),
        Err(error) if error.is_there() => (
            format!("{name} 已经建好同步用的表，没有改动。"),
            format!("{name} has the tables already; nothing was changed."),
        ),
        Err(error) => return Err(error.into()),
    };
    writeln!(context.out, "{}", context.lang.pick(&zh, &en))?;
    Ok(Exit::Done)
}

/// What is where: every chain, here and on the server.
pub(super) fn status(matches: &ArgMatches, context: &mut Context<'_>) -> anyhow::Result<Exit> {
    let ledger = context.open_read()?;
    let (mut server, _) = connect(matches, context)?;
    server.freeze()?;
    let lang = context.lang;
    let (ours, theirs) = (ledger.reader().heads()?, server.chains()?);
    let names: BTreeSet<&str> = ours
        .iter()
        .chain(theirs.iter().map(|chain| &chain.head))
        .map(|head| head.origin.as_str())
        .collect();
    let mut table = Table::new(vec![
        ("origin", lang.pick("账本", "Ledger").into()),
        ("here", lang.pick("本机事件", "Here").into()),
        ("server", lang.pick("服务器事件", "Server").into()),
        ("state", lang.pick("状态", "State").into()),
        (
            "arrived",
            lang.pick("最近送到（UTC）", "Last arrived (UTC)").into(),
        ),
        ("logins", lang.pick("由谁送", "Brought by").into()),
    ]);
    table.whole = vec![0, 1, 2, 4];
    table.right = vec![1, 2];
    let mut exit = Exit::Done;
    for name in names {
        let here = ours.iter().find(|head| head.origin == name);
        let chain = theirs.iter().find(|chain| chain.head.origin == name);
        let there = chain.map(|chain| &chain.head);
        let state = standing(&ledger, &mut server, here, there)?;
        if matches!(state, Standing::Fork(_)) {
            exit = Exit::Integrity;
        }
        let own = name == ledger.origin().name;
        let size = |head: Option<&Head>| head.map_or(0, |head| head.size).to_string();
        let text = |part: fn(&Chain) -> String| clean(&chain.map_or(String::new(), part));
        table.rows.push(vec![
            name.to_owned(),
            size(here),
            size(there),
            said(&state, own, lang),
            text(|chain| chain.arrived.clone()),
            text(|chain| chain.logins.join(" ")),
        ]);
    }
    context.table(&table, "minsheng.sync/1")?;
    for (origin, count) in server.waiting()? {
        talk(
            context,
            &format!(
                "账本 {origin} 登记的删除涉及别的账本的{count}条个人信息，服务器上还没有删；请区管理员核实后运行 minsheng sync erase --accept-erasures。"
            ),
            &format!(
                "Ledger {origin} erases {count} values that other ledgers recorded; the server still has them until its administrator runs minsheng sync erase --accept-erasures."
            ),
        );
    }
    Ok(exit)
}

fn said(state: &Standing, own: bool, lang: Lang) -> String {
    let words = match state {
        Standing::Same => words!("相同", "same"),
        Standing::Here if own => words!("待送出", "to push"),
        Standing::Here => words!("只在本机", "only here"),
        Standing::There => words!("待取回", "to pull"),
        Standing::Push(more) if own => words!("待送出{0}个", "{0} to push", more),
        Standing::Push(more) => words!("本机多{0}个", "{0} more here", more),
        Standing::Pull(more) => words!("待取回{0}个", "{0} to pull", more),
        Standing::Fork(seq) => words!("从第{0}个起分支", "branches at {0}", seq),
    };
    words.in_lang(lang).to_owned()
}

/// The erasures that wait; with `--accept-erasures` they act.
pub(super) fn erase(matches: &ArgMatches, context: &mut Context<'_>) -> anyhow::Result<Exit> {
    context.only(&[])?;
    let (mut server, _) = connect(matches, context)?;
    let waiting = server.waiting()?;
    if waiting.is_empty() {
        let none = context
            .lang
            .pick("没有等待核实的删除。", "No erasure waits.");
        writeln!(context.out, "{none}")?;
        return Ok(Exit::Done);
    }
    if !matches.get_flag("accept-erasures") || context.dry_run {
        let list = waiting.iter();
        let list: Vec<String> = list
            .map(|(origin, count)| format!("{origin}：{count}"))
            .collect();
        let words = words!(
            "等待核实的删除（账本：条数）：{0}。删除后不能恢复；先向这些账本核实是谁申请、为什么删，再加 --accept-erasures。",
            "Erasures that wait (ledger: values): {0}. What is erased cannot be brought back; ask these ledgers who requested it and why, then add --accept-erasures.",
            list.join("、")
        );
        writeln!(context.err, "✗ {}", clean(words.in_lang(context.lang)))?;
        return Ok(Exit::Findings);
    }
    let gone = server.accept_erasures()?;
    let zh = format!(
        "服务器上已删除个人信息{gone}条。要让字节也从磁盘上消失：VACUUM FULL minsheng.personal，并处理数据库备份。"
    );
    let en = format!(
        "{gone} personal values are gone from the server. For their bytes to leave the disk: VACUUM FULL minsheng.personal, and see to the backups of the database."
    );
    writeln!(context.out, "{}", context.lang.pick(&zh, &en))?;
    Ok(Exit::Done)
}
