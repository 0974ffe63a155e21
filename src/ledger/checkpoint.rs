//! Checkpoints: what to write down elsewhere, so that a rewritten ledger shows.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use sha2::{Digest, Sha256};

use super::Ledger;
use super::chain;

/// Size and root of one chain at one moment: the body of a C2SP checkpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// Name of the chain.
    pub origin: String,
    /// Number of events.
    pub size: u64,
    /// RFC 6962 Merkle root over the event hashes.
    pub root: [u8; 32],
}

impl Checkpoint {
    /// The three lines of the checkpoint: origin, size, root in base64.
    #[must_use]
    pub fn body(&self) -> String {
        format!(
            "{}\n{}\n{}\n",
            self.origin,
            self.size,
            STANDARD.encode(self.root)
        )
    }

    /// Eight groups of four hexadecimal digits, short enough for minutes and notice boards.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let digest = chain::digest(self.body().as_bytes());
        let groups: Vec<&str> = (0..8).map(|i| &digest[i * 4..i * 4 + 4]).collect();
        groups.join("-")
    }

    /// Reads the three lines back; further lines (signatures, remarks) are left alone.
    ///
    /// # Errors
    /// Says which line is not as it must be.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut lines = text.lines();
        let origin = lines
            .next()
            .filter(|line| !line.trim().is_empty())
            .ok_or("line 1 must name the origin")?;
        let size = lines
            .next()
            .and_then(|line| line.trim().parse().ok())
            .ok_or("line 2 must be the number of events")?;
        let root = lines
            .next()
            .and_then(|line| STANDARD.decode(line.trim()).ok())
            .and_then(|bytes| bytes.try_into().ok())
            .ok_or("line 3 must be the root: 32 bytes in base64")?;
        Ok(Self {
            origin: origin.trim().to_owned(),
            size,
            root,
        })
    }
}

/// Builds the RFC 6962 root of a growing list of leaves in logarithmic memory.
#[derive(Debug, Default)]
pub struct Merkle {
    /// Roots of the full subtrees, largest first, with their sizes.
    peaks: Vec<(u64, [u8; 32])>,
}

impl Merkle {
    /// Adds one leaf: an event's hash.
    pub fn push(&mut self, leaf: &[u8; 32]) {
        let mut node: [u8; 32] = Sha256::new()
            .chain_update([0])
            .chain_update(leaf)
            .finalize()
            .into();
        let mut size = 1;
        while let Some(&(other, hash)) = self.peaks.last() {
            if other != size {
                break;
            }
            self.peaks.pop();
            node = parent(&hash, &node);
            size *= 2;
        }
        self.peaks.push((size, node));
    }

    /// The root of the leaves so far; the hash of nothing if there are none.
    #[must_use]
    pub fn root(&self) -> [u8; 32] {
        let mut peaks = self.peaks.iter().rev();
        let Some(&(_, mut root)) = peaks.next() else {
            return Sha256::digest([]).into();
        };
        for (_, peak) in peaks {
            root = parent(peak, &root);
        }
        root
    }
}

fn parent(left: &[u8; 32], right: &[u8; 32]) -> [u8; 32] {
    Sha256::new()
        .chain_update([1])
        .chain_update(left)
        .chain_update(right)
        .finalize()
        .into()
}

impl Ledger {
    /// The checkpoint of this ledger's own chain, as it stands now.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn checkpoint(&self) -> rusqlite::Result<Checkpoint> {
        let mut merkle = Merkle::default();
        let mut size = 0;
        self.reader().all(|event| {
            if event.origin == self.origin.name {
                merkle.push(&event.hash);
                size += 1;
            }
            true
        })?;
        Ok(Checkpoint {
            origin: self.origin.name.clone(),
            size,
            root: merkle.root(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6962, 2.1, written down as the recursion that it is.
    fn recursive(leaves: &[[u8; 32]]) -> [u8; 32] {
        match leaves {
            [] => Sha256::digest([]).into(),
            [one] => Sha256::new()
                .chain_update([0])
                .chain_update(one)
                .finalize()
                .into(),
            many => {
                let mut cut = 1;
                while cut * 2 < many.len() {
                    cut *= 2;
                }
                parent(&recursive(&many[..cut]), &recursive(&many[cut..]))
            }
        }
    }

    #[test]
    fn growing_root_is_the_recursive_root() {
        let mut merkle = Merkle::default();
        let mut leaves = Vec::new();
        assert_eq!(merkle.root(), recursive(&leaves));
        for number in 0..40_u8 {
            leaves.push([number; 32]);
            merkle.push(&[number; 32]);
            assert_eq!(merkle.root(), recursive(&leaves), "{number}");
        }
    }

    #[test]
    fn reads_its_own_body() {
        let checkpoint = Checkpoint {
            origin: "HZ.1".into(),
            size: 12,
            root: [7; 32],
        };
        assert_eq!(
            Checkpoint::parse(&checkpoint.body()),
            Ok(checkpoint.clone())
        );
        assert!(Checkpoint::parse("HZ.1\nx\n").is_err());
        assert_eq!(checkpoint.fingerprint().len(), 39);
    }
}
