//! One table for all benchmarks: what, measured, peer or limit, ratio, target, verdict.

/// A row's worth of facts.
pub struct Line {
    what: String,
    measured: String,
    beside: String,
    target: String,
    met: Option<bool>,
}

/// Collects lines and prints them aligned.
pub struct Table {
    title: &'static str,
    lines: Vec<Line>,
}

impl Table {
    pub fn new(title: &'static str) -> Self {
        Self { title, lines: Vec::new() }
    }

    /// A measurement against a peer: the ratio must stay at or under the bound.
    pub fn ratio(&mut self, what: impl Into<String>, ours: f64, peer: f64, unit: &str, bound: f64) {
        let ratio = ours / peer;
        self.lines.push(Line {
            what: what.into(),
            measured: format!("{ours:.2} {unit}"),
            beside: format!("{peer:.2} {unit}, ratio {ratio:.2}"),
            target: format!("ratio ≤ {bound}"),
            met: Some(ratio <= bound),
        });
    }

    /// A measurement that must be so many times faster than the peer's.
    pub fn times(&mut self, what: impl Into<String>, ours: f64, peer: f64, unit: &str, bound: f64) {
        let faster = peer / ours;
        self.lines.push(Line {
            what: what.into(),
            measured: format!("{ours:.2} {unit}"),
            beside: format!("{peer:.2} {unit}, {faster:.0} × faster"),
            target: format!("≥ {bound} × faster"),
            met: Some(faster >= bound),
        });
    }

    /// A measurement against a fixed bound.
    pub fn bound(&mut self, what: impl Into<String>, ours: f64, unit: &str, bound: f64) {
        self.lines.push(Line {
            what: what.into(),
            measured: format!("{ours:.2} {unit}"),
            beside: String::new(),
            target: format!("< {bound} {unit}"),
            met: Some(ours < bound),
        });
    }

    /// A measurement that must reach a bound.
    pub fn least(&mut self, what: impl Into<String>, ours: f64, unit: &str, bound: f64) {
        self.lines.push(Line {
            what: what.into(),
            measured: format!("{ours:.3} {unit}"),
            beside: String::new(),
            target: format!("≥ {bound:.3} {unit}"),
            met: Some(ours >= bound),
        });
    }

    /// A measurement that only informs.
    pub fn fact(&mut self, what: impl Into<String>, measured: impl Into<String>) {
        self.lines.push(Line {
            what: what.into(),
            measured: measured.into(),
            beside: String::new(),
            target: String::new(),
            met: None,
        });
    }

    /// Prints; returns how many targets were missed.
    pub fn print(self) -> usize {
        let rows: Vec<[String; 5]> = self
            .lines
            .iter()
            .map(|line| {
                let verdict = match line.met {
                    Some(true) => "met",
                    Some(false) => "MISSED",
                    None => "",
                };
                [
                    line.what.clone(),
                    line.measured.clone(),
                    line.beside.clone(),
                    line.target.clone(),
                    verdict.to_owned(),
                ]
            })
            .collect();
        let head = [self.title, "measured", "beside it", "target", ""].map(String::from);
        let mut widths = head.each_ref().map(|cell| cell.chars().count());
        for row in &rows {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = (*width).max(cell.chars().count());
            }
        }
        println!();
        for row in std::iter::once(&head).chain(&rows) {
            let cells: Vec<String> = row
                .iter()
                .zip(widths)
                .map(|(cell, width)| {
                    format!("{cell}{}", " ".repeat(width.saturating_sub(cell.chars().count())))
                })
                .collect();
            println!("| {} |", cells.join(" | "));
        }
        self.lines.iter().filter(|line| line.met == Some(false)).count()
    }
}
