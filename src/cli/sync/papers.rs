//! Files of evidence on their way to the server and back, one by one: what was stopped goes on.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::Path;

use crate::ledger::{Ledger, evidence};
use crate::server::{BATCH, LARGEST, Server};

/// Brings the copies that a chain names and the server lacks; gives how many went, and how many
/// are too large for it. A copy that is not here, or not whole, stays out.
pub(super) fn push(
    ledger: &Ledger,
    server: &mut Server,
    origin: &str,
) -> anyhow::Result<(usize, usize)> {
    let living = ledger.named_evidence()?;
    let mut named = BTreeSet::new();
    ledger
        .reader()
        .of_chain(origin, 0, |event| -> anyhow::Result<()> {
            named.extend(evidence::named_by(&event).filter(|digest| living.contains(digest)));
            Ok(())
        })?;
    let named: Vec<String> = named.into_iter().collect();
    let (mut gone, mut large) = (0, 0);
    for some in named.chunks(BATCH) {
        for digest in server.lacks(some)? {
            let place = evidence::place(ledger.path(), &digest);
            match evidence::measure(&place) {
                Ok(found) if found.digest != digest => {}
                Ok(found) if found.size > LARGEST => large += 1,
                Ok(_) => gone += usize::from(server.keep(&digest, &std::fs::read(&place)?)?),
                Err(_) => {}
            }
        }
    }
    Ok((gone, large))
}

/// Fetches the copies that a parcel of chains names and this ledger lacks; gives how many came.
///
/// They come before the events that name them, as every copy does; one that no event names is
/// harmless, so a pull that is stopped does not fetch them twice.
pub(super) fn pull(
    home: &Path,
    parcel: &Ledger,
    folder: &Path,
    server: &mut Server,
) -> anyhow::Result<usize> {
    let mut came = 0;
    for digest in parcel.named_evidence()? {
        if evidence::place(home, &digest).is_file() {
            continue;
        }
        let Some(bytes) = server.paper(&digest)? else {
            continue;
        };
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        file.write_all(&bytes)?;
        // what has other bytes than its digest is not kept under it
        let whole = evidence::measure(file.path()).is_ok_and(|found| found.digest == digest);
        if whole {
            let kept = evidence::store(home, file.path());
            kept.map_err(|refused| crate::cli::Fail(refused.words()))?;
            came += 1;
        }
    }
    Ok(came)
}
