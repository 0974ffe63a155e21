//! Parts of a pack. What a folder's files say is read at once, so that every mistake is told; what
//! stands inside the program is read when it is first asked for, since a step needs little of it.

use std::panic::UnwindSafe;
use std::sync::{Arc, LazyLock};

use serde::de::DeserializeOwned;

use super::compile::Compiler;
use super::load::LoadError;

/// A part that is read when it is first asked for.
pub type Late<T> = LazyLock<T, Box<dyn FnOnce() -> T + Send + UnwindSafe>>;

/// What a pack says of one thing.
#[derive(Clone)]
pub(super) enum Part<R> {
    /// Read from files.
    Read(R),
    /// The JSON inside the program, of which the tests say that it can be read.
    Text(&'static str),
}

impl<R: DeserializeOwned + 'static> Part<R> {
    /// The part as `make` makes it of what is said.
    pub(super) fn late<T: Send + UnwindSafe + 'static>(
        self,
        make: impl FnOnce(R) -> Result<T, LoadError> + Send + UnwindSafe + 'static,
    ) -> Result<Late<T>, LoadError> {
        match self {
            Self::Read(said) => {
                let part = make(said)?;
                Ok(Late::new(Box::new(move || part)))
            }
            Self::Text(text) => Ok(Late::new(Box::new(move || sound(make(said(text)))))),
        }
    }

    /// The same, by the names of a pack.
    pub(super) fn compiled<T: Send + UnwindSafe + 'static>(
        self,
        compiler: &Arc<Compiler>,
        make: fn(&Compiler, R) -> Result<T, LoadError>,
    ) -> Result<Late<T>, LoadError> {
        let compiler = Arc::clone(compiler);
        self.late(move |said| make(&compiler, said))
    }
}

/// What a text inside the program says.
pub(super) fn said<R: DeserializeOwned>(text: &'static str) -> R {
    sound(serde_json::from_str(text))
}

/// What is made of a text inside the program.
pub(super) fn sound<T, E: std::fmt::Display>(made: Result<T, E>) -> T {
    // the tests read all of every pack, see `Pack::whole`
    made.unwrap_or_else(|error| unreachable!("a pack of the program: {error}"))
}
