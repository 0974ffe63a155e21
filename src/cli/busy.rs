//! Long work on a terminal says that it goes on.

use std::cell::RefCell;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use super::context::Context;

/// Work that is told of once it takes longer than a moment, until it is dropped.
pub(super) struct Busy {
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Busy {
    fn start(message: String) -> Self {
        let (stop, stopped) = channel::<()>();
        let thread = std::thread::spawn(move || {
            // nobody needs to be told of work that is done at once
            let moment = Duration::from_millis(700);
            if stopped.recv_timeout(moment) != Err(RecvTimeoutError::Timeout) {
                return;
            }
            let bar = ProgressBar::new_spinner().with_message(message);
            if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} {elapsed}") {
                bar.set_style(style);
            }
            bar.enable_steady_tick(Duration::from_millis(150));
            let _ = stopped.recv();
            bar.finish_and_clear();
        });
        Self {
            stop: Some(stop),
            thread: Some(thread),
        }
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Context<'_> {
    /// Tells of work whose length is not known; on a terminal only, and not with `--quiet`.
    pub(super) fn busy(&self, zh: &str, en: &str) -> Option<Busy> {
        let told = self.surroundings.talk_terminal && !self.quiet;
        told.then(|| Busy::start(self.lang.pick(zh, en).to_owned()))
    }

    /// A bar for the steps of long work, and after the last of them what follows: the judging.
    pub(super) fn stepwise<T>(&self, length: usize, work: impl FnOnce(&dyn Fn(usize)) -> T) -> T {
        let bar = self.bar(length);
        let judging = RefCell::new(None);
        let done = work(&|done| {
            bar.set_position(done as u64);
            if done >= length && judging.borrow().is_none() {
                bar.finish_and_clear();
                *judging.borrow_mut() = self.busy("正在核对…", "Judging…");
            }
        });
        bar.finish_and_clear();
        done
    }
}
