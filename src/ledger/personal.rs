//! Personal values: out of the payload into the side table, and back.

use rusqlite::{Connection, OptionalExtension, params};
use serde_json::{Map, Value as Json};
use sha2::{Digest, Sha256};

use super::chain;

/// Replaces every `{"personal": VALUE}` by its token, entering new values in the table.
pub(super) fn seal(conn: &Connection, values: &mut Map<String, Json>) -> anyhow::Result<()> {
    for value in values.values_mut() {
        seal_value(conn, value)?;
    }
    Ok(())
}

fn seal_value(conn: &Connection, value: &mut Json) -> anyhow::Result<()> {
    match value {
        Json::Array(list) => {
            for item in list {
                seal_value(conn, item)?;
            }
        }
        Json::Object(map) => {
            if let Some(Json::String(text)) = map.get_mut("personal") {
                if !is_token(text) {
                    *text = token(conn, text)?;
                }
            } else {
                seal(conn, map)?;
            }
        }
        _ => {}
    }
    Ok(())
}

/// True for a token: 64 lower-case hexadecimal digits.
pub(super) fn is_token(text: &str) -> bool {
    text.len() == 64
        && text
            .bytes()
            .all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}

/// The token of a value: the one that the table has, else a new one with a fresh salt.
///
/// One value has one token, so that distinct people can be counted by tokens
/// alone, also after a value was erased.
fn token(conn: &Connection, value: &str) -> anyhow::Result<String> {
    let known: Option<String> = conn
        .prepare_cached("SELECT token FROM personal WHERE value = ?1")?
        .query_row([value], |row| row.get(0))
        .optional()?;
    if let Some(token) = known {
        return Ok(token);
    }
    let mut salt = [0_u8; 16];
    getrandom::fill(&mut salt)
        .map_err(|error| anyhow::anyhow!("no random numbers from the system: {error}"))?;
    let mut hasher = Sha256::new();
    hasher.update(salt);
    hasher.update(value);
    let token = chain::hex(&hasher.finalize());
    conn.prepare_cached("INSERT INTO personal (token, salt, value) VALUES (?1, ?2, ?3)")?
        .execute(params![token, salt, value])?;
    Ok(token)
}

/// The value behind a token; none if it was erased.
pub(super) fn open(conn: &Connection, token: &str) -> rusqlite::Result<Option<String>> {
    conn.prepare_cached("SELECT value FROM personal WHERE token = ?1")?
        .query_row([token], |row| row.get(0))
        .optional()
}
