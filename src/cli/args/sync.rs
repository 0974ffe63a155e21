//! The arguments of `sync`.

use clap::{Arg, ArgAction, Command};

use super::trust::taking_in;
use super::{flag, option};
use crate::words::Lang;

pub(super) fn sync(lang: Lang) -> Command {
    Command::new("sync")
        .about(lang.pick(
            "与区里的服务器（PostgreSQL）同步：建表、送出、取回、状态",
            "With the district's server (PostgreSQL): set up, push, pull, status",
        ))
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommands([
            init(lang),
            push(lang),
            pull(lang),
            status(lang),
            erase(lang),
        ])
}

/// The server, for every verb.
fn server(command: Command, lang: Lang) -> Command {
    command
        .arg(option(
            "server",
            "URL",
            lang.pick(
                "服务器，如 postgresql://登录名@主机/数据库（MINSHENG_SERVER）；密码用 ~/.pgpass 或 PGPASSWORD",
                "Server, as postgresql://LOGIN@HOST/DATABASE (MINSHENG_SERVER); the password from ~/.pgpass or PGPASSWORD",
            ),
        ))
        .arg(option(
            "ca",
            "FILE",
            lang.pick(
                "信任的CA证书（PGSSLROOTCERT），默认系统的",
                "CA certificates to trust (PGSSLROOTCERT), default the system's",
            ),
        ))
}

fn init(lang: Lang) -> Command {
    let command = Command::new("init")
        .about(lang.pick(
            "在数据库里建表、角色和权限（管理员，一次）",
            "Make tables, roles and grants in the database (administrator, once)",
        ))
        .arg(flag(
            "print",
            lang.pick(
                "只打印SQL，供审阅或用psql执行",
                "Only print the SQL, to read or run by psql",
            ),
        ));
    server(command, lang)
}

fn push(lang: Lang) -> Command {
    let command = Command::new("push")
        .about(lang.pick(
            "把本账本的新事件送到服务器",
            "Push this ledger's new events to the server",
        ))
        .arg(flag(
            "all",
            lang.pick("并入的别的账本也送", "Merged chains of other ledgers, too"),
        ))
        .arg(flag(
            "with-personal",
            lang.pick(
                "个人信息（姓名、电话）也送，默认不送",
                "Personal values, too; by default they stay here",
            ),
        ))
        .arg(flag(
            "with-evidence",
            lang.pick(
                "附件（扫描件，可能有个人信息）也送，每份不超过64 MB，默认不送",
                "Files of evidence, too (scans, personal data in them), of at most 64 MB each; by default they stay here",
            ),
        ));
    server(command, lang)
}

fn pull(lang: Lang) -> Command {
    let command = Command::new("pull")
        .about(lang.pick(
            "把别的账本的新事件取回来并入（检查与 merge 相同）",
            "Take in other ledgers' new events (checked as merge does)",
        ))
        .arg(
            Arg::new("origin")
                .value_name("LEDGER")
                .action(ArgAction::Append)
                .help(lang.pick("只取这些账本", "Only these ledgers").to_owned()),
        )
        .arg(flag(
            "with-personal",
            lang.pick(
                "个人信息也取，补上缺的",
                "Personal values, too; fills in what is missing",
            ),
        ))
        .arg(flag(
            "with-evidence",
            lang.pick(
                "附件也取，补上缺的",
                "Files of evidence, too; fills in what is missing",
            ),
        ))
        .args(taking_in(lang));
    server(command, lang)
}

fn status(lang: Lang) -> Command {
    let command = Command::new("status").about(lang.pick(
        "各账本在本机和服务器上各有多少事件",
        "How many events of each ledger are here and on the server",
    ));
    server(command, lang)
}

fn erase(lang: Lang) -> Command {
    let command = Command::new("erase")
        .about(lang.pick(
            "等待核实的删除（管理员）",
            "Erasures that wait for the administrator",
        ))
        .arg(flag(
            "accept-erasures",
            lang.pick("核实后执行（不能恢复）", "Let them act (for good)"),
        ));
    server(command, lang)
}
