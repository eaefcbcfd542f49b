//! Scores of judged columns: F1 by category, false alarms, and the calibration of the confidence.

use std::{collections::BTreeMap, fmt};

/// One column with its label and what the detector said; `""` is no personal data, `?` not counted.
pub struct Judged {
    pub place: String,
    pub expected: String,
    pub got: String,
    pub confidence: f64,
    pub rule: String,
    pub example: String,
    pub values: usize,
}

impl Judged {
    /// The detector said what the label says.
    pub fn right(&self) -> bool {
        self.expected == self.got
    }
}

/// A bucket of the calibration table.
#[derive(Default, Clone, Copy)]
pub struct Bucket {
    pub count: usize,
    pub right: usize,
    pub confidence: f64,
}

/// What a set of judged columns comes to.
pub struct Scores {
    /// Category, columns that are of it, precision, recall, F1.
    pub categories: Vec<(String, usize, f64, f64, f64)>,
    pub macro_f1: f64,
    /// Plain columns, and those of them taken for personal data.
    pub plain: usize,
    pub alarms: usize,
    /// By tenth of confidence, the lowest first, of verdicts that name a category.
    pub buckets: [Bucket; 10],
    pub brier: f64,
    pub ece: f64,
}

impl Scores {
    pub fn of(judged: &[Judged]) -> Self {
        let counted: Vec<&Judged> = judged.iter().filter(|j| j.expected != "?").collect();
        let mut tallies: BTreeMap<&str, (usize, usize, usize)> = BTreeMap::new();
        for one in &counted {
            tallies.entry(&one.expected).or_default().1 += 1;
            tallies.entry(&one.got).or_default().2 += 1;
            if one.right() {
                tallies.entry(&one.got).or_default().0 += 1;
            }
        }
        let categories: Vec<_> = tallies
            .iter()
            .filter(|(category, (_, expected, _))| !category.is_empty() && *expected > 0)
            .map(|(category, (hit, expected, got))| {
                let (hit, expected, got) = (*hit as f64, *expected as f64, *got as f64);
                let f1 = 2.0 * hit / (expected + got);
                ((*category).to_owned(), expected as usize, hit / got.max(1.0), hit / expected, f1)
            })
            .collect();
        let mut buckets = [Bucket::default(); 10];
        let mut brier = 0.0;
        for one in counted.iter().filter(|j| !j.got.is_empty()) {
            let bucket = &mut buckets[((one.confidence * 10.0) as usize).min(9)];
            bucket.count += 1;
            bucket.right += usize::from(one.right());
            bucket.confidence += one.confidence;
            brier += (one.confidence - f64::from(u8::from(one.right()))).powi(2);
        }
        let given: usize = buckets.iter().map(|b| b.count).sum();
        let off: f64 = buckets.iter().map(|b| (b.confidence - b.right as f64).abs()).sum();
        Self {
            macro_f1: categories.iter().map(|c| c.4).sum::<f64>() / categories.len().max(1) as f64,
            categories,
            plain: counted.iter().filter(|j| j.expected.is_empty()).count(),
            alarms: counted.iter().filter(|j| j.expected.is_empty() && !j.right()).count(),
            buckets,
            brier: brier / given.max(1) as f64,
            ece: off / given.max(1) as f64,
        }
    }

    /// Share of plain columns taken for personal data.
    pub fn alarm_rate(&self) -> f64 {
        self.alarms as f64 / self.plain.max(1) as f64
    }
}

impl fmt::Display for Scores {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (category, count, precision, recall, f1) in &self.categories {
            writeln!(f, "{category:30} {count:4}  P {precision:.3}  R {recall:.3}  F1 {f1:.3}")?;
        }
        writeln!(f, "macro F1 {:.3} over {} categories", self.macro_f1, self.categories.len())?;
        writeln!(
            f,
            "false alarms {} of {} plain columns = {:.2} %",
            self.alarms,
            self.plain,
            100.0 * self.alarm_rate()
        )?;
        writeln!(f, "| confidence | verdicts | mean confidence | right |")?;
        writeln!(f, "|---|---|---|---|")?;
        for (at, bucket) in self.buckets.iter().enumerate().filter(|(_, b)| b.count > 0) {
            let n = bucket.count as f64;
            let (from, to) = (at as f64 / 10.0, (at + 1) as f64 / 10.0);
            writeln!(
                f,
                "| {from:.1}–{to:.1} | {} | {:.3} | {:.3} |",
                bucket.count,
                bucket.confidence / n,
                bucket.right as f64 / n
            )?;
        }
        write!(f, "Brier {:.3}, ECE {:.3}", self.brier, self.ece)
    }
}

/// Verdicts pooled: how many, how many right, the sum of their evidence.
type Pool = (f64, f64, f64);

/// Isotonic regression by pooling adjacent violators: from (evidence, right), sorted by evidence, to the
/// points of a rising curve. Two made-up verdicts, one right and one wrong, temper every pool; nothing is
/// surer than .99.
pub fn isotonic(seen: &[(f64, bool)]) -> Vec<(f64, f64)> {
    let mut pools: Vec<Pool> = Vec::new();
    for pool in levels(seen) {
        pools.push(pool);
        while let [.., before, last] = pools.as_slice()
            && before.1 / before.0 >= last.1 / last.0
        {
            let both = join(*before, *last);
            pools.truncate(pools.len() - 2);
            pools.push(both);
        }
    }
    let mut points: Vec<(f64, f64)> = pools
        .iter()
        .map(|(count, right, evidence)| {
            (evidence / count, ((right + 1.0) / (count + 2.0)).min(0.99))
        })
        .collect();
    // The made-up verdicts may have bent small pools: let the curve rise again.
    for at in 1..points.len() {
        points[at].1 = points[at].1.max(points[at - 1].1);
    }
    points
}

/// One pool for each hundredth of evidence, joined with the next while fewer than twenty are in it.
fn levels(seen: &[(f64, bool)]) -> Vec<Pool> {
    let mut pools: Vec<Pool> = Vec::new();
    let mut level = i64::MIN;
    for (evidence, right) in seen {
        let one = (1.0, f64::from(u8::from(*right)), *evidence);
        let rounded = (evidence * 100.0).round() as i64;
        match pools.last_mut() {
            Some(last) if rounded == level || last.0 < 20.0 => *last = join(*last, one),
            _ => pools.push(one),
        }
        level = rounded;
    }
    if let [.., before, last] = pools.as_slice()
        && last.0 < 20.0
    {
        let both = join(*before, *last);
        pools.truncate(pools.len() - 2);
        pools.push(both);
    }
    pools
}

fn join(a: Pool, b: Pool) -> Pool {
    (a.0 + b.0, a.1 + b.1, a.2 + b.2)
}
