//! What the server refuses or cannot do, in words. No message has the address or the password.

use postgres::error::SqlState;

use crate::words;
use crate::words::Words;

/// Why the server did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    /// The client's or the server's own word.
    #[error("{0}")]
    Postgres(#[from] postgres::Error),
    /// The answer is not of the form that it must be.
    #[error("the server's answer makes no sense")]
    Odd,
}

impl ServerError {
    /// The server's code of the refusal.
    fn code(&self) -> Option<&SqlState> {
        match self {
            Self::Postgres(error) => error.code(),
            Self::Odd => None,
        }
    }

    /// Somebody else has continued the chain meanwhile, or otherwise.
    #[must_use]
    pub fn is_overtaken(&self) -> bool {
        let code = self.code().map(SqlState::code);
        matches!(code, Some("MS001" | "MS002" | "23505"))
    }

    /// An event is not what its hash says.
    #[must_use]
    pub fn is_damage(&self) -> bool {
        self.code().map(SqlState::code) == Some("MS003")
    }

    /// The schema is there already.
    #[must_use]
    pub fn is_there(&self) -> bool {
        self.code() == Some(&SqlState::DUPLICATE_SCHEMA)
    }

    /// The message for people, with the next step.
    #[must_use]
    pub fn words(&self) -> Words {
        let Self::Postgres(error) = self else {
            return words!(
                "服务器上的内容不合规定；请区管理员检查：SELECT * FROM minsheng.broken。",
                "What is on the server is not as it must be; ask its administrator: SELECT * FROM minsheng.broken."
            );
        };
        let Some(db) = error.as_db_error() else {
            if let Some(words) = untrusted(error) {
                return words;
            }
            return words!(
                "连不上服务器，或连接断了（{0}）；账本没有改动，已送到的内容不会丢，稍后重试会接着送。请检查网络、服务器地址和端口。",
                "The server cannot be reached, or the connection broke ({0}); the ledger was not changed, what has arrived stays, and the next try goes on from there. Check the network, the address and the port.",
                causes(error)
            );
        };
        let message = db.message();
        match db.code().code() {
            "28P01" | "28000" => words!(
                "服务器不接受这个用户名或密码（{0}）。密码放在 ~/.pgpass 或环境变量 PGPASSWORD 里。",
                "The server does not accept this login or password ({0}). The password stands in ~/.pgpass or in the variable PGPASSWORD.",
                message
            ),
            "3D000" => words!(
                "服务器上没有这个数据库（{0}）。请区管理员先建库，再运行 minsheng sync init。",
                "The server has no such database ({0}). Its administrator makes it, then runs minsheng sync init.",
                message
            ),
            "3F000" | "42P01" => words!(
                "数据库里还没有同步用的表；请区管理员先运行 minsheng sync init。",
                "The database has no tables for this yet; its administrator runs minsheng sync init first."
            ),
            "42501" => words!(
                "这个登录名没有所需的权限（{0}）。请区管理员授权：看 GRANT minsheng_reader，送 GRANT minsheng_writer，带个人信息另加 GRANT minsheng_personal。",
                "This login may not ({0}). Ask the administrator: to read GRANT minsheng_reader, to push GRANT minsheng_writer, with personal values GRANT minsheng_personal as well.",
                message
            ),
            "42P06" => words!(
                "同步用的表已经建好，没有改动。",
                "The tables are there already; nothing was changed."
            ),
            "MS003" => words!(
                "服务器拒收：{0}。账本里的事件与摘要不符；请运行 minsheng verify，用备份恢复。",
                "The server refused it: {0}. Run minsheng verify, and restore a backup.",
                message
            ),
            "MS004" => words!(
                "服务器拒收：{0}。这条链由别的登录名送来；确需换人的，请区管理员在 minsheng.origin_login 里加上。",
                "The server refused it: {0}. Another login brought this chain first; if the person changed, the administrator adds the login to minsheng.origin_login.",
                message
            ),
            "MS006" => words!(
                "服务器拒收：{0}。附件要在登记它的事件之后送；请先 minsheng sync push。",
                "The server refused it: {0}. A paper goes after the event that names it; run minsheng sync push first.",
                message
            ),
            _ => words!(
                "服务器没有做成（{0}）；这一批没有写入，稍后重试会接着送。",
                "The server did not do it ({0}); nothing of this batch was written, the next try goes on from there.",
                message
            ),
        }
    }
}

/// What was wrong with the encryption, if it was that: then no password was sent.
fn untrusted(error: &postgres::Error) -> Option<Words> {
    use rustls::{CertificateError as Bad, Error as Tls};
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        let wrapped = inner.downcast_ref::<std::io::Error>();
        let wrapped = wrapped.and_then(std::io::Error::get_ref);
        let tls = wrapped.map_or_else(
            || inner.downcast_ref::<Tls>(),
            |error| error.downcast_ref::<Tls>(),
        );
        if let Some(Tls::InvalidCertificate(bad)) = tls {
            return Some(match bad {
                Bad::UnknownIssuer | Bad::BadSignature => words!(
                    "服务器的证书不是可信的CA签发的，没有连接，密码没有送出；请向区管理员要CA证书（PEM），加 --ca 文件 或设 PGSSLROOTCERT。",
                    "The server's certificate is not signed by a CA that is trusted; nothing was sent, no password either. Ask the administrator for the CA's certificate (PEM) and add --ca FILE or set PGSSLROOTCERT."
                ),
                Bad::NotValidForName | Bad::NotValidForNameContext { .. } => words!(
                    "服务器的证书不是给这个主机名的，没有连接，密码没有送出；地址里请写证书上的主机名，或请区管理员换证书。",
                    "The server's certificate is not for this host; nothing was sent, no password either. Give the name that stands in the certificate, or ask the administrator for another one."
                ),
                other => words!(
                    "服务器的证书不可用（{0}），没有连接，密码没有送出；请区管理员检查证书，也请核对本机的日期。",
                    "The server's certificate is no good ({0}); nothing was sent, no password either. Ask the administrator to look at it, and check the date of this computer.",
                    other
                ),
            });
        }
        if inner.to_string().contains("does not support TLS") {
            return Some(words!(
                "服务器没有开启加密（TLS），没有连接，密码没有送出；请区管理员设 ssl = on，可信的内网里可在地址后加 ?sslmode=disable。",
                "The server does not encrypt (TLS); nothing was sent, no password either. Its administrator sets ssl = on; in a trusted network add ?sslmode=disable to the address."
            ));
        }
        cause = inner.source();
    }
    None
}

/// The error with what caused it.
fn causes(error: &postgres::Error) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        let more = inner.to_string();
        if !text.contains(&more) {
            text.push_str(": ");
            text.push_str(&more);
        }
        cause = inner.source();
    }
    text
}
