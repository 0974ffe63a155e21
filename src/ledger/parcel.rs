//! A parcel: chains on their way from a server, as a ledger file that is merged and then gone.

use std::collections::HashSet;
use std::path::Path;

use super::{Event, Ledger, OpenError, Writer, personal};

/// A parcel that is being filled.
#[derive(Debug)]
pub struct Packing<'a> {
    writer: Writer<'a>,
    tokens: HashSet<String>,
    erased: HashSet<String>,
}

impl Ledger {
    /// Makes an empty parcel, whose first chain has this name.
    ///
    /// # Errors
    /// If something stands there already or the folder cannot be written.
    pub fn parcel(path: &Path, origin: &str) -> Result<Self, OpenError> {
        let mut ledger = Self::create(path, origin)?;
        ledger.parcel = true;
        Ok(ledger)
    }

    /// True if these are chains on their way from a server.
    #[must_use]
    pub fn is_parcel(&self) -> bool {
        self.parcel
    }

    /// Begins to fill a parcel.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn pack(&mut self) -> anyhow::Result<Packing<'_>> {
        Ok(Packing {
            writer: self.write("", "")?,
            tokens: HashSet::new(),
            erased: HashSet::new(),
        })
    }
}

impl Packing<'_> {
    /// Puts the next event of its chain in, byte for byte.
    ///
    /// # Errors
    /// If it does not continue its chain, or the file cannot be written.
    pub fn put(&mut self, event: &Event) -> anyhow::Result<()> {
        let values = serde_json::from_str(&event.payload).unwrap_or_default();
        if event.step == "erase" {
            self.erased.extend(personal::erased(&values));
        }
        personal::tokens(&values, &mut |token| {
            self.tokens.insert(token.to_owned());
        });
        self.writer.take_in(event)
    }

    /// The tokens of the events so far whose erasure is on record in none of them.
    #[must_use]
    pub fn tokens(&self) -> Vec<String> {
        let mut list: Vec<String> = self.tokens.difference(&self.erased).cloned().collect();
        list.sort_unstable();
        list
    }

    /// Puts a personal value in.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn value(&self, token: &str, salt: &[u8], value: &str) -> anyhow::Result<()> {
        Ok(self.writer.value(token, salt, value)?)
    }

    /// Ends the packing.
    ///
    /// # Errors
    /// If the disk is full or fails. Whether the events are those that were hashed is for
    /// `verify` to say.
    pub fn close(self) -> anyhow::Result<()> {
        self.writer.keep()
    }
}
