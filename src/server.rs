//! The server where the ledgers of a district meet: their chains in `PostgreSQL`.
//!
//! What it is and what it refuses stands in `server/schema.sql`; here it is only asked.

mod failure;

use postgres::{Client, IsolationLevel};

pub use failure::ServerError;
pub use postgres::Config;
pub use postgres::config::{Host, SslMode};

use crate::ledger::{Event, Head};

/// What makes the schema, the roles and the grants.
pub const SCHEMA: &str = include_str!("server/schema.sql");

/// Events of one transaction.
pub const BATCH: usize = 500;

/// Most bytes of one paper that the server keeps: 64 MiB.
pub const LARGEST: u64 = 64 << 20;

/// Rows that are asked for at once.
const PAGE: i64 = 1000;

/// A connection to the server.
pub struct Server {
    client: Client,
}

/// A personal value with its token and salt.
pub type Sealed = (String, Vec<u8>, String);

/// What the server says of one chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chain {
    /// Its end.
    pub head: Head,
    /// When its last event arrived, UTC.
    pub arrived: String,
    /// Who may continue it.
    pub logins: Vec<String>,
}

type Result<T> = std::result::Result<T, ServerError>;

impl Server {
    /// Connects; `tls` are the certificates that are trusted, none for a connection that does
    /// not leave the machine.
    ///
    /// # Errors
    /// If the server cannot be reached or does not let the login in.
    pub fn connect(config: &Config, tls: Option<rustls::ClientConfig>) -> Result<Self> {
        let client = match tls {
            Some(tls) => config.connect(tokio_postgres_rustls::MakeRustlsConnect::new(tls))?,
            None => config.connect(postgres::NoTls)?,
        };
        Ok(Self { client })
    }

    /// Makes the schema.
    ///
    /// # Errors
    /// If it is there already or the login may not.
    pub fn init(&mut self) -> Result<()> {
        let mut tx = self.client.transaction()?;
        tx.batch_execute(SCHEMA)?;
        Ok(tx.commit()?)
    }

    /// From now on every answer is of one state of the server; nothing is written.
    ///
    /// # Errors
    /// If the server fails.
    pub fn freeze(&mut self) -> Result<()> {
        Ok(self
            .client
            .batch_execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")?)
    }

    /// Every chain, by name.
    ///
    /// # Errors
    /// If the server fails.
    pub fn chains(&mut self) -> Result<Vec<Chain>> {
        let rows = self.client.query(
            "SELECT o.name, e.seq, e.hash,
                    to_char(e.arrived AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"'),
                    ARRAY(SELECT l.login::text FROM minsheng.origin_login l
                          WHERE l.origin = o.name ORDER BY 1)
             FROM minsheng.origin o CROSS JOIN LATERAL
               (SELECT seq, hash, arrived FROM minsheng.event
                WHERE origin = o.name ORDER BY seq DESC LIMIT 1) e
             ORDER BY o.name",
            &[],
        )?;
        rows.iter()
            .map(|row| {
                Ok(Chain {
                    head: Head {
                        origin: row.try_get(0)?,
                        size: row.try_get(1)?,
                        hash: digest(row.try_get(2)?)?,
                    },
                    arrived: row.try_get(3)?,
                    logins: row.try_get(4)?,
                })
            })
            .collect()
    }

    /// Number of events of a chain; none if the server does not know it.
    ///
    /// # Errors
    /// If the server fails.
    pub fn size(&mut self, origin: &str) -> Result<i64> {
        let row = self.client.query_one(
            "SELECT coalesce(max(seq), 0) FROM minsheng.event WHERE origin = $1",
            &[&origin],
        )?;
        Ok(row.try_get(0)?)
    }

    /// The event at a place of a chain.
    ///
    /// # Errors
    /// If the server fails.
    pub fn at(&mut self, origin: &str, seq: i64) -> Result<Option<Event>> {
        Ok(self
            .page(origin, seq - 1, 1)?
            .pop()
            .filter(|e| e.seq == seq))
    }

    /// Calls `each` with the events of a chain after a place, in order.
    ///
    /// # Errors
    /// If the server fails, or as `each` says.
    pub fn after(
        &mut self,
        origin: &str,
        seq: i64,
        each: &mut dyn FnMut(Event) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        let mut last = seq;
        loop {
            let page = self.page(origin, last, PAGE)?;
            let Some(end) = page.last().map(|event| event.seq) else {
                return Ok(());
            };
            last = end;
            page.into_iter().try_for_each(&mut *each)?;
        }
    }

    /// True if a chain has anything after a place but what its ledger received.
    ///
    /// # Errors
    /// If the server fails.
    pub fn has_news(&mut self, origin: &str, seq: i64) -> Result<bool> {
        let row = self.client.query_one(
            "SELECT EXISTS (SELECT FROM minsheng.event
             WHERE origin = $1 AND seq > $2 AND step <> 'ledger.receive')",
            &[&origin, &seq],
        )?;
        Ok(row.try_get(0)?)
    }

    fn page(&mut self, origin: &str, after: i64, rows: i64) -> Result<Vec<Event>> {
        let rows = self.client.query(
            "SELECT seq, step, subject, occurred, recorded_at, actor, payload, hash
             FROM minsheng.event WHERE origin = $1 AND seq > $2 ORDER BY seq LIMIT $3",
            &[&origin, &after, &rows],
        )?;
        rows.iter()
            .map(|row| {
                Ok(Event {
                    id: 0,
                    origin: origin.to_owned(),
                    seq: row.try_get(0)?,
                    step: row.try_get(1)?,
                    subject: row.try_get(2)?,
                    occurred: row.try_get(3)?,
                    recorded_at: row.try_get(4)?,
                    actor: row.try_get(5)?,
                    payload: row.try_get(6)?,
                    hash: digest(row.try_get(7)?)?,
                })
            })
            .collect()
    }

    /// Appends events of one chain, all or none; gives how many were not there yet.
    ///
    /// # Errors
    /// If the server refuses them or fails; nothing of them was appended then.
    pub fn append(&mut self, origin: &str, events: &[Event]) -> Result<u64> {
        fn texts(events: &[Event], part: fn(&Event) -> &String) -> Vec<&str> {
            events.iter().map(|event| part(event).as_str()).collect()
        }
        let seqs: Vec<i64> = events.iter().map(|event| event.seq).collect();
        let hashes: Vec<&[u8]> = events.iter().map(|event| &event.hash[..]).collect();
        // a transaction by itself; waits for who continues the same chain
        let level = IsolationLevel::ReadCommitted;
        let mut tx = self
            .client
            .build_transaction()
            .isolation_level(level)
            .start()?;
        let new = tx.execute(
            "INSERT INTO minsheng.event (origin, seq, step, subject, occurred, recorded_at, actor, payload, hash)
             SELECT $1, * FROM unnest($2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[],
                                      $7::text[], $8::text[], $9::bytea[]) AS e (seq) ORDER BY seq",
            &[
                &origin,
                &seqs,
                &texts(events, |e| &e.step),
                &texts(events, |e| &e.subject),
                &texts(events, |e| &e.occurred),
                &texts(events, |e| &e.recorded_at),
                &texts(events, |e| &e.actor),
                &texts(events, |e| &e.payload),
                &hashes,
            ],
        )?;
        tx.commit()?;
        Ok(new)
    }

    /// Of some tokens those that have no value on the server and were not erased there.
    ///
    /// # Errors
    /// If the server fails, or the login may not see personal values.
    pub fn wanted(&mut self, tokens: &[String]) -> Result<Vec<String>> {
        let rows = self.client.query(
            "SELECT t FROM unnest($1::text[]) t
             WHERE NOT EXISTS (SELECT FROM minsheng.personal p WHERE p.token = t)
               AND NOT EXISTS (SELECT FROM minsheng.erasure x WHERE x.token = t AND x.acts)
             ORDER BY t",
            &[&tokens],
        )?;
        rows.iter().map(|row| Ok(row.try_get(0)?)).collect()
    }

    /// Brings personal values; gives how many were not there yet.
    ///
    /// # Errors
    /// If the server fails, or the login may not.
    pub fn give(&mut self, values: &[Sealed]) -> Result<u64> {
        let tokens: Vec<&str> = values.iter().map(|(token, ..)| token.as_str()).collect();
        let salts: Vec<&[u8]> = values.iter().map(|(_, salt, _)| salt.as_slice()).collect();
        let texts: Vec<&str> = values.iter().map(|(.., value)| value.as_str()).collect();
        Ok(self.client.execute(
            "INSERT INTO minsheng.personal (token, salt, value)
             SELECT * FROM unnest($1::text[], $2::bytea[], $3::text[])",
            &[&tokens, &salts, &texts],
        )?)
    }

    /// The personal values of some tokens, as far as the server has them.
    ///
    /// # Errors
    /// If the server fails, or the login may not see them.
    pub fn values(&mut self, tokens: &[String]) -> Result<Vec<Sealed>> {
        let rows = self.client.query(
            "SELECT token, salt, value FROM minsheng.personal WHERE token = ANY ($1) ORDER BY token",
            &[&tokens],
        )?;
        let row = |row: &postgres::Row| Ok((row.try_get(0)?, row.try_get(1)?, row.try_get(2)?));
        rows.iter().map(row).collect()
    }

    /// Of some papers those that the server lacks and an event of it names that was not erased.
    ///
    /// # Errors
    /// If the server fails, or the login may not see papers.
    pub fn lacks(&mut self, digests: &[String]) -> Result<Vec<String>> {
        let rows = self.client.query(
            "SELECT d FROM unnest($1::text[]) d WHERE minsheng.paper_stands(d)
               AND NOT EXISTS (SELECT FROM minsheng.evidence e WHERE e.digest = d) ORDER BY d",
            &[&digests],
        )?;
        rows.iter().map(|row| Ok(row.try_get(0)?)).collect()
    }

    /// Brings a paper of at most [`LARGEST`] bytes; gives whether it was not there yet.
    ///
    /// # Errors
    /// If the server refuses it or fails.
    pub fn keep(&mut self, digest: &str, bytes: &[u8]) -> Result<bool> {
        let sql = "INSERT INTO minsheng.evidence (digest, bytes) VALUES ($1, $2)";
        Ok(self.client.execute(sql, &[&digest, &bytes])? == 1)
    }

    /// The bytes of a paper, if the server has them.
    ///
    /// # Errors
    /// If the server fails, or the login may not see papers.
    pub fn paper(&mut self, digest: &str) -> Result<Option<Vec<u8>>> {
        let sql = "SELECT bytes FROM minsheng.evidence WHERE digest = $1";
        let row = self.client.query_opt(sql, &[&digest])?;
        row.map(|row| Ok(row.try_get(0)?)).transpose()
    }

    /// Erasures that wait for the owner: the chain that erases, and how many values.
    ///
    /// # Errors
    /// If the server fails.
    pub fn waiting(&mut self) -> Result<Vec<(String, i64)>> {
        let sql = "SELECT origin, tokens FROM minsheng.waiting ORDER BY origin";
        let rows = self.client.query(sql, &[])?;
        let row = |row: &postgres::Row| Ok((row.try_get(0)?, row.try_get(1)?));
        rows.iter().map(row).collect()
    }

    /// Lets the erasures act that concern other ledgers' values; gives how many values went.
    ///
    /// # Errors
    /// If the server fails, or the login is not the owner.
    pub fn accept_erasures(&mut self) -> Result<i64> {
        let row = self
            .client
            .query_one("SELECT minsheng.accept_erasures()", &[])?;
        Ok(row.try_get(0)?)
    }
}

fn digest(bytes: &[u8]) -> Result<[u8; 32]> {
    bytes.try_into().map_err(|_| ServerError::Odd)
}
