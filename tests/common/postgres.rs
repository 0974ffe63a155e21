//! A real `PostgreSQL`, started by the test and gone with it.

#![allow(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, Weak};
use std::time::Duration;

use postgres::{Client, NoTls};
use tempfile::TempDir;

use super::tools;

/// The logins of the tests, with their passwords and what they may.
const LOGINS: [(&str, &str); 6] = [
    ("hz", "minsheng_writer"),
    ("tg", "minsheng_writer"),
    ("hzp", "minsheng_writer, minsheng_personal"),
    ("tgp", "minsheng_writer, minsheng_personal"),
    ("qu", "minsheng_writer, minsheng_personal"),
    ("reader", "minsheng_reader"),
];

/// The server that the tests of one program share; it stops when the last of them is done.
struct Server {
    dir: TempDir,
    child: Child,
    port: u16,
    bin: PathBuf,
}

static SHARED: Mutex<Weak<Server>> = Mutex::new(Weak::new());
static NUMBER: AtomicUsize = AtomicUsize::new(0);

/// A database of its own on the shared server.
pub struct Database {
    server: Arc<Server>,
    name: String,
}

/// The newest programs of the server, in the path or where Debian puts them.
fn programs() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut list: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .map(|entry| entry.unwrap().path().join("bin"))
        .collect();
    list.sort_by_key(|bin| {
        let version = bin
            .parent()
            .and_then(Path::file_name)
            .unwrap()
            .to_string_lossy();
        std::cmp::Reverse(version.parse::<u32>().unwrap_or(0))
    });
    list.extend(std::env::split_paths(&path));
    list.into_iter()
        .find(|bin| bin.join("initdb").is_file() && bin.join("postgres").is_file())
}

/// User and group of `postgres`, if this is root: the server refuses to run as root.
fn other_user() -> Option<(u32, u32)> {
    use std::os::unix::fs::MetadataExt;
    if std::fs::metadata("/proc/self").map_or(1, |m| m.uid()) != 0 {
        return None;
    }
    let users = std::fs::read_to_string("/etc/passwd").unwrap();
    let line = users.lines().find(|line| line.starts_with("postgres:"));
    let parts: Vec<&str> = line.expect("a user postgres").split(':').collect();
    Some((parts[2].parse().unwrap(), parts[3].parse().unwrap()))
}

/// A program of the server, as a user who may run it.
fn program(bin: &Path, name: &str, dir: &Path) -> Command {
    use std::os::unix::process::CommandExt;
    let mut command = Command::new(bin.join(name));
    if let Some((user, group)) = other_user() {
        command.uid(user).gid(group);
    }
    command
        .current_dir(dir)
        .env("LC_ALL", "C")
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command
}

/// A CA of its own, another CA, and a certificate of the first for `localhost`; the login `hz`
/// is let in with encryption only.
fn certified(home: &Path) {
    let openssl = |line: &str| {
        let done = program(Path::new(""), "openssl", home)
            .args(line.split(' '))
            .status();
        assert!(done.unwrap().success(), "openssl {line}");
    };
    for name in ["ca", "other"] {
        openssl(&format!(
            "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN={name} -keyout {name}.key -out {name}.pem"
        ));
    }
    openssl(
        "req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=localhost -keyout data/server.key -out server.csr",
    );
    std::fs::write(home.join("san"), "subjectAltName=DNS:localhost\n").unwrap();
    openssl(
        "x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile san -out data/server.crt",
    );
    let rules = home.join("data/pg_hba.conf");
    let kept = std::fs::read_to_string(&rules).unwrap();
    std::fs::write(&rules, format!("hostnossl all hz all reject\n{kept}")).unwrap();
}

impl Server {
    fn start(bin: &Path, tls: bool) -> Self {
        let dir = tempfile::tempdir().unwrap();
        if let Some((user, group)) = other_user() {
            std::os::unix::fs::chown(dir.path(), Some(user), Some(group)).unwrap();
        }
        let home = dir.path().to_owned();
        std::fs::write(home.join("password"), "owner-word").unwrap();
        let made = program(bin, "initdb", &home)
            .args(["-D", "data", "-U", "owner", "-E", "UTF8", "--locale=C"])
            .args(["-A", "scram-sha-256", "--pwfile=password", "--no-sync"])
            .status();
        assert!(made.unwrap().success(), "initdb");
        if tls {
            certified(&home);
        }
        for _ in 0..5 {
            let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
            let port = free.local_addr().unwrap().port();
            drop(free);
            let child = program(bin, "postgres", &home)
                .args([
                    "-D",
                    "data",
                    "-c",
                    "fsync=off",
                    "-c",
                    "listen_addresses=127.0.0.1",
                ])
                .args(["-p", &port.to_string(), "-k", home.to_str().unwrap()])
                .args(["-c", if tls { "ssl=on" } else { "ssl=off" }])
                .spawn();
            let mut server = Self {
                dir: tempfile::tempdir().unwrap(),
                child: child.unwrap(),
                port,
                bin: bin.to_owned(),
            };
            if server.is_up() {
                server.dir = dir;
                return server;
            }
        }
        panic!("the server does not start");
    }

    fn is_up(&mut self) -> bool {
        for _ in 0..600 {
            if self.child.try_wait().unwrap().is_some() {
                return false;
            }
            if let Ok(mut owner) = Client::connect(&self.url("owner", "postgres"), NoTls) {
                let mut sql = String::new();
                for role in ["minsheng_reader", "minsheng_writer", "minsheng_personal"] {
                    sql.push_str("CREATE ROLE ");
                    sql.push_str(role);
                    sql.push_str(" NOLOGIN;");
                }
                for (login, may) in LOGINS {
                    let word = format!("CREATE ROLE {login} LOGIN PASSWORD '{login}-word';");
                    sql.push_str(&word);
                    let grant = format!("GRANT {may} TO {login};");
                    sql.push_str(&grant);
                }
                owner.batch_execute(&sql).unwrap();
                return true;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        false
    }

    fn url(&self, login: &str, database: &str) -> String {
        format!(
            "postgresql://{login}:{login}-word@127.0.0.1:{}/{database}",
            self.port
        )
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let home = self.dir.path();
        if home.join("data").is_dir() {
            let _ = program(&self.bin, "pg_ctl", home)
                .args(["-D", "data", "-m", "immediate", "stop"])
                .status();
        } else {
            let _ = self.child.kill();
        }
        let _ = self.child.wait();
    }
}

impl Database {
    /// A new database; none where there is no `PostgreSQL`.
    #[track_caller]
    pub fn new() -> Option<Self> {
        let bin = programs();
        if !tools::have("PostgreSQL", bin.is_some()) {
            return None;
        }
        let mut shared = SHARED
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        let server = if let Some(server) = shared.upgrade() {
            server
        } else {
            let server = Arc::new(Server::start(&bin?, false));
            *shared = Arc::downgrade(&server);
            server
        };
        drop(shared);
        Some(Self::on(server))
    }

    /// A new database on a server of its own that encrypts; none where that cannot be had.
    #[track_caller]
    pub fn encrypted() -> Option<Self> {
        let bin = programs();
        if !tools::have("PostgreSQL", bin.is_some()) || !tools::program("openssl", "version") {
            return None;
        }
        Some(Self::on(Arc::new(Server::start(&bin?, true))))
    }

    /// A certificate of the server's folder.
    pub fn certificate(&self, name: &str) -> String {
        let file = self.server.dir.path().join(name);
        file.to_str().unwrap().to_owned()
    }

    fn on(server: Arc<Server>) -> Self {
        let number = NUMBER.fetch_add(1, Ordering::SeqCst);
        let name = format!("d{number}");
        let mut owner = Client::connect(&server.url("owner", "postgres"), NoTls).unwrap();
        owner
            .batch_execute(&format!("CREATE DATABASE {name}"))
            .unwrap();
        Self { server, name }
    }

    pub fn url(&self, login: &str) -> String {
        self.server.url(login, &self.name)
    }

    /// The address without a password.
    pub fn bare(&self, login: &str) -> String {
        format!(
            "postgresql://{login}@127.0.0.1:{}/{}",
            self.server.port, self.name
        )
    }

    pub fn port(&self) -> u16 {
        self.server.port
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    pub fn client(&self, login: &str) -> Client {
        Client::connect(&self.url(login), NoTls).unwrap()
    }

    /// What one query gives, as text.
    pub fn text(&self, sql: &str) -> String {
        let row = self.client("owner").query_one(sql, &[]).unwrap();
        row.get(0)
    }

    pub fn count(&self, sql: &str) -> i64 {
        let row = self.client("owner").query_one(sql, &[]).unwrap();
        row.get(0)
    }

    /// The code with which the server refuses something.
    pub fn refusal(&self, login: &str, sql: &str) -> String {
        let error = self.client(login).batch_execute(sql).unwrap_err();
        error.code().unwrap().code().to_owned()
    }
}
