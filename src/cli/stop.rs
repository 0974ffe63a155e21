//! Signals: who writes is stopped between two events, never inside one.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Once, OnceLock};

/// The signal that asked the program to stop; 0 if none did.
static SIGNAL: OnceLock<Arc<AtomicUsize>> = OnceLock::new();

/// Listens from now on, and gives the flag that is raised by the first signal.
///
/// The second signal ends the program at once: the ledger is whole then too, because the next
/// command rolls back what was open.
pub(super) fn listen() -> Arc<AtomicBool> {
    static RAISED: OnceLock<Arc<AtomicBool>> = OnceLock::new();
    static ONCE: Once = Once::new();
    let raised = RAISED.get_or_init(Arc::default);
    ONCE.call_once(|| {
        use signal_hook::consts::{SIGINT, SIGTERM};
        use signal_hook::flag;
        let number = SIGNAL.get_or_init(Arc::default);
        #[cfg(unix)]
        let signals = [SIGINT, SIGTERM, signal_hook::consts::SIGHUP];
        #[cfg(not(unix))]
        let signals = [SIGINT, SIGTERM];
        for signal in signals {
            let told = usize::try_from(signal).unwrap_or_default();
            // in this order: the first signal finds the flag still down. A signal that cannot
            // be caught ends the program as ever, and the next command rolls back.
            let _ = flag::register_conditional_shutdown(signal, 128 + signal, raised.clone());
            let _ = flag::register_usize(signal, number.clone(), told);
            let _ = flag::register(signal, raised.clone());
        }
    });
    raised.clone()
}

/// The exit code that belongs to the signal that asked to stop: 130 for Ctrl-C.
pub(super) fn code() -> Option<u8> {
    match SIGNAL.get().map(|number| number.load(Ordering::SeqCst)) {
        None | Some(0) => None,
        Some(number) => u8::try_from(128 + number).ok(),
    }
}

/// Makes a file that outgrows a limit of the shell a failed write, not a killed program.
#[cfg(unix)]
pub(super) fn survive_full_files() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // SIGXFSZ, which the list of `signal_hook` leaves out; 25 on Linux, macOS and the BSDs
        let _ = signal_hook::flag::register(25, Arc::default());
    });
}

#[cfg(not(unix))]
pub(super) fn survive_full_files() {}
