//! Progress on stderr; nothing when stderr is no terminal.

use indicatif::{ProgressBar, ProgressStyle};

/// A bar for one source.
pub struct Progress(ProgressBar);

impl Progress {
    /// Shows that a source is being opened.
    pub fn opening(source: &str) -> Self {
        let bar = ProgressBar::new_spinner();
        bar.set_style(style("{spinner} {msg}"));
        bar.set_message(format!("reading the catalogue of {source}"));
        bar.enable_steady_tick(std::time::Duration::from_millis(120));
        Self(bar)
    }

    /// The number of stores is known.
    pub fn stores(&self, total: usize) {
        self.0.set_length(total as u64);
        self.0.set_style(style("{spinner} {bar:24} {pos}/{len} {wide_msg}"));
    }

    /// One store is done.
    pub fn done(&self, store: &str) {
        self.0.set_message(store.to_owned());
        self.0.inc(1);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}
