//! Signed notes (C2SP `signed-note`, Ed25519): a checkpoint that names who vouches for it.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use sha2::{Digest, Sha256};

use super::chain;
use crate::words;
use crate::words::Words;

/// Signature type of the specification: Ed25519.
const ED25519: u8 = 1;

/// How the text of a private key begins.
const PRIVATE: &str = "PRIVATE+KEY+";

/// Most signatures that are looked at, and most bytes of a note.
const SIGNATURES: usize = 100;
const LONGEST: usize = 1 << 20;

/// A key that signs.
pub struct Key {
    name: String,
    signing: SigningKey,
}

/// A key that verifies; its text is given to whoever checks.
#[derive(Clone, Debug)]
pub struct Verifier {
    /// Name of the key.
    pub name: String,
    id: [u8; 4],
    key: VerifyingKey,
}

/// What is wrong with a key or a signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoteError {
    /// The text of the key is not one.
    BadKey,
    /// A name with a blank or a plus, or none.
    BadName,
    /// Not a text, an empty line, and signatures.
    NotSigned,
    /// No signature of the key.
    UnknownKey,
    /// The key's signature does not fit the text.
    WrongSignature,
}

impl NoteError {
    /// The message for people, with the next step.
    #[must_use]
    pub fn words(self) -> Words {
        match self {
            Self::BadKey => words!(
                "不是密钥；应为 minsheng checkpoint --new-key 写出的内容。",
                "this is no key; it must be as minsheng checkpoint --new-key writes it."
            ),
            Self::BadName => words!(
                "密钥名称不能为空，不能有空格和加号。",
                "the name of a key must not be empty and has no blanks or plus signs."
            ),
            Self::NotSigned => words!(
                "没有签名；应为 minsheng checkpoint --key 输出的全文。",
                "it is not signed; it must be the whole output of minsheng checkpoint --key."
            ),
            Self::UnknownKey => words!(
                "没有这个密钥的签名；请核对 --verifier-key。",
                "it has no signature of this key; check --verifier-key."
            ),
            Self::WrongSignature => words!(
                "签名不符：内容在签名之后被改动过，不能用来核对。",
                "the signature does not fit: the text was changed after it was signed and proves nothing."
            ),
        }
    }
}

impl Key {
    /// Makes a key from 32 secret bytes.
    ///
    /// # Errors
    /// If the name is not one.
    pub fn new(name: &str, seed: [u8; 32]) -> Result<Self, NoteError> {
        if !is_name(name) {
            return Err(NoteError::BadName);
        }
        Ok(Self {
            name: name.to_owned(),
            signing: SigningKey::from_bytes(&seed),
        })
    }

    /// Reads the text of a private key.
    ///
    /// # Errors
    /// If it is not one.
    pub fn parse(text: &str) -> Result<Self, NoteError> {
        let rest = text.trim().strip_prefix(PRIVATE).ok_or(NoteError::BadKey)?;
        let (name, id, bytes) = parts(rest)?;
        let key = Self::new(name, bytes)?;
        if key.verifier().id != id {
            return Err(NoteError::BadKey);
        }
        Ok(key)
    }

    /// The text of the private key, for a file that only its owner reads.
    #[must_use]
    pub fn secret(&self) -> String {
        let verifier = self.verifier();
        format!(
            "{PRIVATE}{}+{}+{}\n",
            self.name,
            chain::hex(&verifier.id),
            encode(&self.signing.to_bytes())
        )
    }

    /// The key that verifies what this one signs.
    #[must_use]
    pub fn verifier(&self) -> Verifier {
        Verifier::of(&self.name, self.signing.verifying_key())
    }

    /// The note: the text, an empty line, the signature.
    #[must_use]
    pub fn sign(&self, text: &str) -> String {
        let signature = self.signing.sign(text.as_bytes());
        let mut bytes = self.verifier().id.to_vec();
        bytes.extend(signature.to_bytes());
        format!(
            "{text}\n\u{2014} {} {}\n",
            self.name,
            STANDARD.encode(bytes)
        )
    }
}

impl Verifier {
    fn of(name: &str, key: VerifyingKey) -> Self {
        let mut hasher = Sha256::new();
        hasher.update(name);
        hasher.update([b'\n', ED25519]);
        hasher.update(key.as_bytes());
        let digest: [u8; 32] = hasher.finalize().into();
        Self {
            name: name.to_owned(),
            id: [digest[0], digest[1], digest[2], digest[3]],
            key,
        }
    }

    /// Reads `NAME+ID+KEY`.
    ///
    /// # Errors
    /// If it is not one, or its identifier is not that of the key.
    pub fn parse(text: &str) -> Result<Self, NoteError> {
        let (name, id, bytes) = parts(text.trim())?;
        let key = VerifyingKey::from_bytes(&bytes).map_err(|_| NoteError::BadKey)?;
        let verifier = Self::of(name, key);
        if verifier.id != id {
            return Err(NoteError::BadKey);
        }
        Ok(verifier)
    }

    /// `NAME+ID+KEY`.
    #[must_use]
    pub fn text(&self) -> String {
        format!(
            "{}+{}+{}",
            self.name,
            chain::hex(&self.id),
            encode(self.key.as_bytes())
        )
    }

    /// The signed text of a note, if this key signed it.
    ///
    /// # Errors
    /// See [`NoteError`].
    pub fn open(&self, note: &str) -> Result<String, NoteError> {
        // a mail program that changed the ends of the lines changed no word
        let note = note.replace("\r\n", "\n");
        let control = |c: char| c < ' ' && c != '\n';
        if note.len() > LONGEST || note.contains(control) || !note.ends_with('\n') {
            return Err(NoteError::NotSigned);
        }
        let cut = note.rfind("\n\n").ok_or(NoteError::NotSigned)?;
        let (text, signatures) = (&note[..=cut], &note[cut + 2..]);
        if signatures.lines().count() > SIGNATURES || signatures.is_empty() {
            return Err(NoteError::NotSigned);
        }
        let mut signed = false;
        for line in signatures.lines() {
            let (name, bytes) = signature(line).ok_or(NoteError::NotSigned)?;
            if name != self.name || bytes[..4] != self.id {
                continue;
            }
            let bytes: [u8; 64] = bytes[4..]
                .try_into()
                .map_err(|_| NoteError::WrongSignature)?;
            self.key
                .verify_strict(text.as_bytes(), &Signature::from_bytes(&bytes))
                .map_err(|_| NoteError::WrongSignature)?;
            signed = true;
        }
        if signed {
            Ok(text.to_owned())
        } else {
            Err(NoteError::UnknownKey)
        }
    }
}

/// Name and bytes (identifier and signature) of one line.
fn signature(line: &str) -> Option<(&str, Vec<u8>)> {
    let (name, base64) = line.strip_prefix("\u{2014} ")?.split_once(' ')?;
    let bytes = STANDARD.decode(base64).ok()?;
    (is_name(name) && bytes.len() > 4).then_some((name, bytes))
}

/// Name, identifier and 32 bytes of `NAME+ID+BASE64`.
fn parts(text: &str) -> Result<(&str, [u8; 4], [u8; 32]), NoteError> {
    let mut parts = text.splitn(3, '+');
    let mut next = || parts.next().ok_or(NoteError::BadKey);
    let (name, id, base64) = (next()?, next()?, next()?);
    if !is_name(name) {
        return Err(NoteError::BadName);
    }
    let id = u32::from_str_radix(id, 16)
        .ok()
        .filter(|_| id.len() == 8)
        .ok_or(NoteError::BadKey)?;
    let bytes = STANDARD.decode(base64).map_err(|_| NoteError::BadKey)?;
    let key = bytes
        .split_first()
        .filter(|(kind, _)| **kind == ED25519)
        .and_then(|(_, key)| key.try_into().ok())
        .ok_or(NoteError::BadKey)?;
    Ok((name, id.to_be_bytes(), key))
}

fn encode(key: &[u8; 32]) -> String {
    let mut bytes = vec![ED25519];
    bytes.extend(key);
    STANDARD.encode(bytes)
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && !name.contains(|c: char| c.is_whitespace() || c == '+' || c.is_control())
}

#[cfg(test)]
mod tests {
    use super::*;

    // known answers: the example of the specification's note format, and the key of the
    // reference implementation's manual
    const VERIFIER: &str = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
    const NOTE: &str = "This is an example message.\n\n\u{2014} example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";
    const SECRET: &str =
        "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
    const PUBLIC: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
    const TEXT: &str = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
    const SIGNED: &str = "\u{2014} PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

    #[test]
    fn known_answers() {
        let verifier = Verifier::parse(VERIFIER).unwrap();
        assert_eq!(verifier.text(), VERIFIER);
        assert_eq!(
            verifier.open(NOTE).unwrap(),
            "This is an example message.\n"
        );
        let key = Key::parse(SECRET).unwrap();
        assert_eq!(key.secret().trim_end(), SECRET);
        assert_eq!(key.verifier().text(), PUBLIC);
        assert_eq!(key.sign(TEXT), format!("{TEXT}\n{SIGNED}"));
        let opened = Verifier::parse(PUBLIC).unwrap().open(&key.sign(TEXT));
        assert_eq!(opened.as_deref(), Ok(TEXT));
    }

    #[test]
    fn other_signatures_are_passed_over_and_wrong_ones_refuse_the_note() {
        let verifier = Verifier::parse(VERIFIER).unwrap();
        let other = Key::parse(SECRET).unwrap();
        let line = other.sign("x\n").lines().last().unwrap().to_owned();
        let many = format!("{NOTE}{}", format!("{line}\n").repeat(17));
        assert!(verifier.open(&many).is_ok());
        let crowd = format!("{NOTE}{}", format!("{line}\n").repeat(100));
        assert_eq!(verifier.open(&crowd), Err(NoteError::NotSigned));
        let changed = NOTE.replace("example message", "exomple message");
        assert_eq!(verifier.open(&changed), Err(NoteError::WrongSignature));
        assert!(verifier.open(&NOTE.replace('\n', "\r\n")).is_ok());
        for broken in [
            "",
            "text\n",
            "text\n\n",
            "text\n\nno signature\n",
            "a\u{1}\n\n",
        ] {
            assert_eq!(verifier.open(broken), Err(NoteError::NotSigned), "{broken}");
        }
        let by_other = Verifier::parse(PUBLIC).unwrap().open(NOTE);
        assert_eq!(by_other, Err(NoteError::UnknownKey));
    }

    #[test]
    fn keys_that_are_none() {
        assert_eq!(Key::new("a b", [1; 32]).err(), Some(NoteError::BadName));
        assert_eq!(Key::new("", [1; 32]).err(), Some(NoteError::BadName));
        for text in [
            "",
            "PRIVATE+KEY+x",
            PUBLIC,
            &SECRET.replace("c74f20a3", "c74f20a4"),
        ] {
            assert!(Key::parse(text).is_err(), "{text}");
        }
        assert!(Verifier::parse(&VERIFIER.replace("530d903a", "530d903b")).is_err());
        assert!(Verifier::parse(SECRET).is_err());
    }
}
