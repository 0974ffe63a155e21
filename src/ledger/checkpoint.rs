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
        let mut lines = text.trim_start_matches('\u{FEFF}').lines();
        let origin = lines
            .next()
            .map(str::trim)
            .filter(|line| !line.is_empty() && line.len() <= 256)
            .ok_or("line 1 must name the origin")?;
        let size = lines
            .next()
            .map(str::trim)
            .filter(|line| line.bytes().all(|b| b.is_ascii_digit()))
            .and_then(|line| line.parse().ok())
            .ok_or("line 2 must be the number of events")?;
        let root = lines
            .next()
            .and_then(|line| STANDARD.decode(line.trim()).ok())
            .and_then(|bytes| bytes.try_into().ok())
            .ok_or("line 3 must be the root: 32 bytes in base64")?;
        Ok(Self {
            origin: origin.to_owned(),
            size,
            root,
        })
    }
}

/// What somebody keeps elsewhere: a whole checkpoint, or what was copied from one to paper.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Anchor {
    /// The three lines.
    Whole(Checkpoint),
    /// The number of events of the ledger's own chain and the fingerprint.
    Paper(u64, String),
}

impl Anchor {
    /// Reads `SIZE=FINGERPRINT`, as it stands in minutes or on a notice board.
    #[must_use]
    pub fn paper(text: &str) -> Option<Self> {
        let (size, print) = text.split_once(['=', ':', '：'])?;
        let digits: String = print
            .to_lowercase()
            .chars()
            .filter(char::is_ascii_hexdigit)
            .collect();
        let plain = |c: char| c.is_ascii_hexdigit() || c == '-' || c.is_whitespace();
        (digits.len() == 32 && print.chars().all(plain)).then(|| {
            size.trim()
                .parse()
                .ok()
                .map(|size| Self::Paper(size, digits))
        })?
    }

    /// The chain that it is of; `own` where paper does not say.
    #[must_use]
    pub fn origin<'a>(&'a self, own: &'a str) -> &'a str {
        match self {
            Self::Whole(checkpoint) => &checkpoint.origin,
            Self::Paper(..) => own,
        }
    }

    /// How many events it vouches for.
    #[must_use]
    pub fn size(&self) -> u64 {
        match self {
            Self::Whole(checkpoint) => checkpoint.size,
            Self::Paper(size, _) => *size,
        }
    }

    /// True if a chain whose first events have this root is the one that was anchored.
    #[must_use]
    pub fn fits(&self, found: &Checkpoint) -> bool {
        match self {
            Self::Whole(checkpoint) => checkpoint.root == found.root,
            Self::Paper(_, digits) => found.fingerprint().replace('-', "") == *digits,
        }
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
        self.checkpoint_of(&self.origin.name)
    }

    /// The checkpoint of a chain that is in this file.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn checkpoint_of(&self, origin: &str) -> rusqlite::Result<Checkpoint> {
        let mut merkle = Merkle::default();
        let mut size = 0;
        self.reader().of_chain(origin, 0, |event| {
            merkle.push(&event.hash);
            size += 1;
            Ok::<_, rusqlite::Error>(())
        })?;
        Ok(Checkpoint {
            origin: origin.to_owned(),
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

    #[test]
    fn reads_what_was_copied_to_paper() {
        let checkpoint = Checkpoint {
            origin: "HZ.1".into(),
            size: 12,
            root: [7; 32],
        };
        let print = checkpoint.fingerprint();
        for text in [
            format!("12={print}"),
            format!("12：{}", print.to_uppercase()),
        ] {
            let anchor = Anchor::paper(&text).unwrap();
            assert_eq!((anchor.size(), anchor.fits(&checkpoint)), (12, true));
        }
        for text in ["12", "12=", "x=0123", "12=0123-zzzz"] {
            assert_eq!(Anchor::paper(text), None, "{text}");
        }
        // the known answer of the specification, signature left alone
        let known = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n\u{2014} example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n";
        let read = Checkpoint::parse(known).unwrap();
        assert_eq!(
            (read.origin.as_str(), read.size),
            ("example.com/behind-the-sofa", 20_852_163)
        );
        assert!(known.starts_with(&read.body()));
    }
}
