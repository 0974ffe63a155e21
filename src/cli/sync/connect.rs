//! The way to the server: its address, the password, the certificates.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use clap::ArgMatches;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

use crate::cli::context::{Context, shown};
use crate::cli::{Exit, Fail};
use crate::ledger::merge::agreement;
use crate::ledger::{Event, read::Reader};
use crate::server::{Config, Host, Server, ServerError, SslMode};
use crate::words;

/// Where a socket stands if nothing else is said.
const SOCKETS: &str = "/var/run/postgresql";

/// The server that the command names, and how to call it in messages: without login and
/// password.
pub(super) fn connect(
    matches: &ArgMatches,
    context: &mut Context<'_>,
) -> anyhow::Result<(Server, String)> {
    let env = context.surroundings.env;
    let given = matches.get_one::<String>("server").cloned();
    let Some(address) = given.or_else(|| env("MINSHENG_SERVER")) else {
        return Err(Fail(words!(
            "没有给出服务器；加 --server postgresql://登录名@主机/数据库，或设环境变量 MINSHENG_SERVER。",
            "No server is given; add --server postgresql://LOGIN@HOST/DATABASE, or set the variable MINSHENG_SERVER."
        ))
        .into());
    };
    // what is wrong with it may be in the password: it is not quoted
    // certificate and name are always checked, which is what others call by this name
    let address = address.replace("sslmode=verify-full", "sslmode=require");
    let mut config: Config = address.parse().map_err(|_| {
        Fail(words!(
            "服务器地址读不懂；应为 postgresql://登录名@主机:端口/数据库，密码里的特殊字符写成 %XX，sslmode 只能是 disable、prefer、require、verify-full。",
            "The server's address cannot be read; it must be postgresql://LOGIN@HOST:PORT/DATABASE, special characters of a password as %XX, sslmode one of disable, prefer, require, verify-full."
        ))
    })?;
    complete(&mut config, env)?;
    let local = config.get_hosts().iter().all(is_local);
    let tls = match (config.get_ssl_mode(), local) {
        (SslMode::Disable, false) => {
            crate::cli::talk(
                context,
                "注意：连接没有加密（sslmode=disable），只应在可信的内网里这样用。",
                "Note: the connection is not encrypted (sslmode=disable); do this in a trusted network only.",
            );
            None
        }
        (SslMode::Require, _) | (_, false) => {
            // prefer would fall back to a plain connection
            config.ssl_mode(SslMode::Require);
            Some(certificates(matches, env)?)
        }
        _ => {
            config.ssl_mode(SslMode::Disable);
            None
        }
    };
    let name = format!(
        "{}/{}",
        config.get_hosts().first().map_or(String::new(), host),
        config.get_dbname().unwrap_or_default()
    );
    Ok((Server::connect(&config, tls)?, name))
}

/// What the address leaves out, from where other programs of `PostgreSQL` take it.
fn complete(config: &mut Config, env: fn(&str) -> Option<String>) -> anyhow::Result<()> {
    let set = |name: &str| env(name).filter(|value| !value.is_empty());
    if config.get_hosts().is_empty() && config.get_hostaddrs().is_empty() {
        config.host(set("PGHOST").as_deref().unwrap_or(SOCKETS));
    }
    if config.get_ports().is_empty()
        && let Some(port) = set("PGPORT").and_then(|port| port.parse().ok())
    {
        config.port(port);
    }
    if config.get_user().is_none() {
        let user = set("PGUSER")
            .or_else(|| set("USER"))
            .or_else(|| set("LOGNAME"));
        config.user(user.as_deref().unwrap_or("postgres"));
    }
    if config.get_dbname().is_none() {
        let user = config.get_user().unwrap_or_default().to_owned();
        config.dbname(&set("PGDATABASE").unwrap_or(user));
    }
    if config.get_password().is_none() {
        let password = match set("PGPASSWORD") {
            Some(password) => Some(password),
            None => kept(config, set("PGPASSFILE"), set("HOME"))?,
        };
        if let Some(password) = password {
            config.password(password);
        }
    }
    config.application_name("minsheng");
    if config.get_connect_timeout().is_none() {
        config.connect_timeout(Duration::from_secs(15));
    }
    Ok(())
}

/// The password of the file of passwords.
fn kept(
    config: &Config,
    file: Option<String>,
    home: Option<String>,
) -> anyhow::Result<Option<String>> {
    let file = file.map(PathBuf::from);
    let Some(file) = file.or_else(|| Some(Path::new(&home?).join(".pgpass"))) else {
        return Ok(None);
    };
    let Ok(text) = std::fs::read_to_string(&file) else {
        return Ok(None);
    };
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let open = std::fs::metadata(&file).is_ok_and(|m| m.permissions().mode() & 0o077 != 0);
        if open {
            return Err(Fail(words!(
                "密码文件 {0} 别人也能读，没有使用；先运行 chmod 600 {0}。",
                "Others can read the file of passwords {0}, so it was not used; first run chmod 600 {0}.",
                shown(&file)
            ))
            .into());
        }
    }
    let host = match config.get_hosts().first() {
        Some(Host::Tcp(name)) => name.clone(),
        _ => "localhost".to_owned(),
    };
    let port = config
        .get_ports()
        .first()
        .copied()
        .unwrap_or(5432)
        .to_string();
    let wanted = [
        host.as_str(),
        port.as_str(),
        config.get_dbname().unwrap_or_default(),
        config.get_user().unwrap_or_default(),
    ];
    Ok(text.lines().find_map(|line| password(line, wanted)))
}

/// The password of a line `host:port:database:user:password`, if it is of this server.
fn password(line: &str, wanted: [&str; 4]) -> Option<String> {
    if line.starts_with('#') {
        return None;
    }
    let mut parts = vec![String::new()];
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => parts.last_mut()?.extend(chars.next()),
            ':' if parts.len() < 5 => parts.push(String::new()),
            c => parts.last_mut()?.push(c),
        }
    }
    let [host, port, database, user, password] = parts.as_slice() else {
        return None;
    };
    let given = [host, port, database, user];
    let fits = given
        .into_iter()
        .zip(wanted)
        .all(|(part, wanted)| part == "*" || part == wanted);
    fits.then(|| password.clone())
}

/// True if the way to a host does not leave the machine.
fn is_local(host: &Host) -> bool {
    match host {
        Host::Tcp(name) => matches!(name.as_str(), "localhost" | "127.0.0.1" | "::1"),
        #[cfg(unix)]
        Host::Unix(_) => true,
    }
}

fn host(host: &Host) -> String {
    match host {
        Host::Tcp(name) => name.clone(),
        #[cfg(unix)]
        Host::Unix(_) => "localhost".to_owned(),
    }
}

/// The certificates that are trusted: those of a file, else those of the system.
fn certificates(
    matches: &ArgMatches,
    env: fn(&str) -> Option<String>,
) -> anyhow::Result<rustls::ClientConfig> {
    let file = matches.get_one::<String>("ca").cloned();
    let mut roots = rustls::RootCertStore::empty();
    if let Some(file) = file.or_else(|| env("PGSSLROOTCERT")) {
        let unread = || {
            Fail(words!(
                "读不出证书文件 {0}；应为PEM格式的CA证书。",
                "Cannot read the certificates of {0}; it must hold CA certificates as PEM.",
                file
            ))
        };
        let list = CertificateDer::pem_file_iter(&file).map_err(|_| unread())?;
        for certificate in list {
            roots
                .add(certificate.map_err(|_| unread())?)
                .map_err(|_| unread())?;
        }
        if roots.is_empty() {
            return Err(unread().into());
        }
    } else {
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(config)
}

/// Tells what the server refused.
pub(super) fn tell(error: anyhow::Error, context: &mut Context<'_>) -> anyhow::Result<Exit> {
    let Some(refused) = error.downcast_ref::<ServerError>() else {
        return Err(error);
    };
    if !refused.is_damage() {
        return Err(Fail(refused.words()).into());
    }
    let mark = context.lang.pick("错误：", "error: ");
    writeln!(
        context.err,
        "{mark}{}",
        refused.words().in_lang(context.lang)
    )?;
    Ok(Exit::Integrity)
}

/// Up to which event a chain is the same here and on the server, which hold so many of it.
pub(super) fn agreed(
    ours: Reader<'_>,
    server: &mut Server,
    origin: &str,
    common: i64,
) -> anyhow::Result<i64> {
    agreement(common, |seq| {
        let hash = |event: Option<Event>| event.map(|event| event.hash);
        Ok(hash(ours.at(origin, seq)?) == hash(server.at(origin, seq)?))
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn reads_a_line_of_passwords() {
        let wanted = ["db.example", "5432", "minsheng", "hz"];
        for (line, expected) in [
            ("db.example:5432:minsheng:hz:geheim", Some("geheim")),
            ("*:*:*:hz:a\\:b\\\\c:d", Some("a:b\\c:d")),
            ("db.example:5433:minsheng:hz:geheim", None),
            ("#*:*:*:*:x", None),
            ("*:*:*:*", None),
        ] {
            assert_eq!(password(line, wanted).as_deref(), expected, "{line}");
        }
    }
}
