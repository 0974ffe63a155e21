//! The commands that keep a ledger trustworthy: proof, backup, union, erasure.

use clap::{Arg, ArgAction, Command};

use super::{flag, option};
use crate::words::Lang;

/// Every one of them.
pub(super) fn trust(lang: Lang) -> Vec<Command> {
    let mut list = proof(lang);
    list.push(erase(lang));
    list.extend(copies(lang));
    list.push(super::sync::sync(lang));
    list
}

fn repeat(arg: Arg) -> Arg {
    arg.action(ArgAction::Append)
}

fn proof(lang: Lang) -> Vec<Command> {
    vec![
        Command::new("verify")
            .about(lang.pick(
                "核验账本：每个事件、链、表结构、附件",
                "Verify the ledger: every event, the chain, the schema, the evidence",
            ))
            .arg(repeat(option(
                "against",
                "FILE",
                lang.pick(
                    "与保存的校验点对照（可重复）",
                    "Compare with a kept checkpoint (repeat)",
                ),
            )))
            .arg(repeat(option(
                "fingerprint",
                "SIZE=FINGERPRINT",
                lang.pick(
                    "与抄在纸上的事件数和校验指纹对照（可重复）",
                    "Compare with a size and fingerprint kept on paper (repeat)",
                ),
            )))
            .arg(repeat(option(
                "verifier-key",
                "KEY|FILE",
                lang.pick(
                    "校验点须有这个公钥的签名（可重复）",
                    "The checkpoints must be signed by this key (repeat)",
                ),
            )))
            .arg(flag(
                "sealed",
                lang.pick(
                    "备份文件须与旁边的 .sha256 一致",
                    "A backup must match the .sha256 beside it",
                ),
            )),
        Command::new("checkpoint")
            .about(lang.pick(
                "校验点：抄进会议纪要或公开栏",
                "A checkpoint to keep elsewhere",
            ))
            .arg(option(
                "key",
                "FILE",
                lang.pick("用这个密钥签名", "Sign with this key"),
            ))
            .arg(
                option(
                    "new-key",
                    "FILE",
                    lang.pick(
                        "生成密钥文件，输出公钥",
                        "Make a key file, print its verifier key",
                    ),
                )
                .conflicts_with("key"),
            )
            .arg(option(
                "key-name",
                "NAME",
                lang.pick(
                    "密钥名称，默认账本编号",
                    "Name of the key, default the ledger's identifier",
                ),
            )),
    ]
}

fn erase(lang: Lang) -> Command {
    Command::new("erase")
        .about(lang.pick(
            "删除个人信息：链仍有效，原文不留",
            "Erase personal values: the chain holds, the values go",
        ))
        .arg(repeat(option(
            "value",
            "TEXT",
            lang.pick(
                "要删除的原文，如电话；- 从标准输入读（可重复）",
                "The value itself, a phone number say; - reads standard input (repeat)",
            ),
        )))
        .arg(repeat(option(
            "subject",
            "ID",
            lang.pick(
                "删除这个编号下登记的全部个人信息（可重复）",
                "All personal values recorded under this identifier (repeat)",
            ),
        )))
        .arg(repeat(option(
            "evidence",
            "DIGEST",
            lang.pick(
                "删除这份附件的副本（可重复）",
                "The kept copy of this file (repeat)",
            ),
        )))
        .arg(option("why", "TEXT", lang.pick("删除理由", "Why")))
        .arg(option(
            "request",
            "TEXT",
            lang.pick(
                "谁请求的（身份，不写姓名）",
                "On whose request (not the name)",
            ),
        ))
        .arg(flag(
            "again",
            lang.pick(
                "把已登记删除的再清除一遍",
                "Erase once more what is on record as erased",
            ),
        ))
}

fn copies(lang: Lang) -> Vec<Command> {
    vec![
        Command::new("merge")
            .about(lang.pick(
                "并入其他账本（社区并入街道、区）",
                "Merge other ledgers (communities into a street or the district)",
            ))
            .arg(
                Arg::new("file")
                    .value_name("FILE")
                    .required(true)
                    .num_args(1..),
            )
            .args(taking_in(lang)),
        Command::new("backup")
            .about(lang.pick(
                "备份账本和附件，并核验备份",
                "Back up the ledger and its evidence, and verify the copy",
            ))
            .arg(Arg::new("file").value_name("FILE").required(true))
            .arg(flag("force", lang.pick("覆盖已有文件", "Overwrite a file"))),
        Command::new("upgrade").about(lang.pick(
            "把较早格式的账本升级到现在的格式（先备份）",
            "Bring a ledger of an older format to the present one (backup first)",
        )),
    ]
}

/// What may be allowed when other ledgers are taken in.
pub(super) fn taking_in(lang: Lang) -> [Arg; 2] {
    [
        flag(
            "as-is",
            lang.pick(
                "编号冲突也并入（照样报告）",
                "Merge although identifiers conflict (they stay reported)",
            ),
        ),
        flag(
            "accept-erasures",
            lang.pick(
                "对方登记的删除涉及其他账本的个人信息、附件，也一并删除（不能恢复）",
                "Let erasures that came along act on what other ledgers recorded, too (for good)",
            ),
        ),
    ]
}
