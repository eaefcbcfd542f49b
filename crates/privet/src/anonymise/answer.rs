//! What is told: the columns, what was done to them, and the numbers.

use std::{fmt::Write as _, path::Path};

use anonymity::{Found, Ladder, Report};
use serde::Serialize;

use super::{
    Args,
    roles::{Column, Role},
    work::Input,
};
use crate::{Failure, say::say};

/// The answer to one call.
#[derive(Debug, Serialize)]
pub struct Answer {
    /// Whether the goal is reached.
    pub reached: bool,
    k: u64,
    l: u64,
    columns: Vec<Told>,
    /// Rows left out because they stand out.
    left_out: u64,
    /// The numbers of what leaves, or of the file as it is.
    pub report: Report,
    /// SHA-256 of the release, where it was written into a log; else "".
    #[serde(skip_serializing_if = "String::is_empty")]
    pub logged: String,
    #[serde(skip)]
    ends: String,
}

#[derive(Debug, Serialize)]
struct Told {
    name: String,
    role: &'static str,
    #[serde(skip_serializing_if = "str::is_empty")]
    seen: String,
    #[serde(skip_serializing_if = "str::is_empty")]
    coarsened: String,
}

fn told(column: &Column) -> Told {
    let role = match column.role {
        Role::Direct => "left out",
        Role::Quasi => "quasi",
        Role::Sensitive => "sensitive",
        Role::Kept => "kept",
    };
    Told { name: column.name.clone(), role, seen: column.seen.clone(), coarsened: String::new() }
}

impl Answer {
    fn new(args: &Args, input: &Input, report: Report) -> Self {
        let columns = input.columns.iter().map(told).collect();
        let ends = String::new();
        Self {
            reached: false,
            k: args.k,
            l: args.l,
            columns,
            left_out: 0,
            report,
            logged: String::new(),
            ends,
        }
    }

    /// The file as it is.
    pub fn as_it_is(args: &Args, input: &Input, report: Report) -> Self {
        let diverse = report.sensitive.iter().all(|column| column.l >= args.l);
        let named: Vec<&str> = input
            .columns
            .iter()
            .filter(|column| column.role == Role::Direct)
            .map(|column| column.name.as_str())
            .collect();
        let ends = match named.as_slice() {
            [] => String::new(),
            _ => format!("These columns name people: {}.", named.join(", ")),
        };
        let reached = named.is_empty() && report.rows > 0 && report.k >= args.k && diverse;
        Self { reached, ends, ..Self::new(args, input, report) }
    }

    /// Even with everything coarsened away.
    pub fn out_of_reach(args: &Args, input: &Input, report: Report) -> Self {
        let ends = "No coarsening reaches the goal: there are too few rows, or too few different sensitive \
                    values. Ask for a smaller k or l.";
        Self { ends: ends.to_owned(), ..Self::new(args, input, report) }
    }

    /// A coarsening was found.
    pub fn found(
        args: &Args,
        input: &Input,
        steps: &[(usize, &Ladder, usize)],
        found: &Found,
    ) -> Self {
        let mut answer = Self::new(args, input, found.report.clone());
        for (at, ladder, step) in steps {
            answer.columns[*at].coarsened = ladder.describe(*step);
        }
        Self { reached: true, left_out: found.left_out, ..answer }
    }

    /// The release is in its place.
    pub fn written(&mut self, output: &Path) {
        self.ends = format!("Written and measured once more: {}", output.display());
    }

    /// On stdout.
    pub fn tell(&self, json: bool) -> Result<(), Failure> {
        if json {
            let text = serde_json::to_string_pretty(self).map_err(anyhow::Error::from)?;
            say(&text);
            return Ok(());
        }
        say(self.sentences().trim_end());
        Ok(())
    }

    fn sentences(&self) -> String {
        let mut text = String::new();
        let width =
            self.columns.iter().map(|c| console::measure_text_width(&c.name)).max().unwrap_or(0);
        for column in &self.columns {
            let pad = " ".repeat(width - console::measure_text_width(&column.name));
            let more: Vec<&str> = [&*column.coarsened, &*column.seen]
                .into_iter()
                .filter(|more| !more.is_empty())
                .collect();
            let _ =
                writeln!(text, "{}{pad}  {:<9}  {}", column.name, column.role, more.join(" · "));
        }
        let report = &self.report;
        let _ = writeln!(
            text,
            "\n{} rows, {} left out. Everybody looks like {} others at least (k = {}; asked: {}).",
            report.rows,
            self.left_out,
            report.k.saturating_sub(1),
            report.k,
            self.k
        );
        let _ = writeln!(
            text,
            "Risk of being found again: {:.2} % at most, {:.2} % on average; {} rows are unique.",
            report.highest_risk * 100.0,
            report.average_risk * 100.0,
            report.unique_rows
        );
        let sensitive = self.columns.iter().filter(|column| column.role == "sensitive");
        for (column, spread) in sensitive.zip(&report.sensitive) {
            let _ = writeln!(
                text,
                "{}: at least {} different values among those who look alike (l = {}; asked: {}); t = {:.2}.",
                column.name, spread.l, spread.l, self.l, spread.t
            );
        }
        let verdict =
            if self.reached { "The goal is reached." } else { "The goal is not reached." };
        let _ = writeln!(text, "{verdict} {}", self.ends);
        if !self.logged.is_empty() {
            let _ = writeln!(text, "Written into the log under sha256 {}", self.logged);
        }
        text
    }
}
