//! Lines for people on stdout.

use std::io::{self, BufWriter, ErrorKind, Write};

/// Prints a line. A reader that went away ends no server: its pipe is just not written to.
pub fn say(line: &str) {
    let mut out = std::io::stdout();
    if writeln!(out, "{line}").and_then(|()| out.flush()).is_err() {
        tracing::debug!("stdout is closed");
    }
}

/// Prints what is too long for one text, and ends it with a line's end. A reader that went away is no
/// error here either.
///
/// # Errors
/// Those of `write`, and of writing.
pub fn say_all(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let mut out = BufWriter::new(io::stdout().lock());
    let done = write(&mut out).and_then(|()| writeln!(out)).and_then(|()| out.flush());
    match done {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        done => done,
    }
}
