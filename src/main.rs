//! The program: hands its arguments, streams and clock to [`minsheng::cli`].

use std::io::IsTerminal;
use std::process::ExitCode;

use minsheng::cli::{self, Surroundings};

fn main() -> ExitCode {
    let args: Vec<std::ffi::OsString> = std::env::args_os().collect();
    let stdout = std::io::stdout();
    let mut out = std::io::BufWriter::new(stdout.lock());
    let mut err = std::io::stderr().lock();
    let surroundings = Surroundings {
        now: cli::clock(),
        terminal: std::io::stdout().is_terminal(),
        talk_terminal: std::io::stderr().is_terminal(),
        width: terminal_size::terminal_size().map_or(100, |(width, _)| usize::from(width.0)),
        exe: std::env::current_exe().ok(),
        env: |name| std::env::var(name).ok(),
    };
    ExitCode::from(cli::run(&args, &surroundings, &mut out, &mut err))
}
