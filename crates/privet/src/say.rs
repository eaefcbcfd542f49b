//! Lines for people on stdout.

use std::io::Write;

/// Prints a line. A reader that went away ends no server: its pipe is just not written to.
pub fn say(line: &str) {
    let mut out = std::io::stdout();
    if writeln!(out, "{line}").and_then(|()| out.flush()).is_err() {
        tracing::debug!("stdout is closed");
    }
}
