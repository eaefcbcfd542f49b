//! Writes the model: weights in one byte each, and how far its probabilities can be trusted.

use std::fs;
use std::path::Path;

use anyhow::Result;
use detect::english::labels::LABELS;
use detect::english::tagger::{KNOTS, MAGIC};

use super::crf::{Stretch, Trainer};

/// Writes the file and reports what the held-out stretches say.
pub fn write(path: &Path, slots: &[[u8; 4]], trainer: &Trainer, held: &[Stretch]) -> Result<()> {
    // One byte holds ±127 steps; the few weights beyond are cut.
    let mut sizes: Vec<f32> =
        trainer.rows.iter().flatten().map(|w| w.abs()).filter(|w| *w > 0.0).collect();
    sizes.sort_by(f32::total_cmp);
    let most = sizes.get(sizes.len().saturating_sub(sizes.len() / 20_000 + 1)).copied();
    let step = most.unwrap_or(1.0).max(0.01) / 127.0;
    let used = trainer.rows.iter().filter(|row| row.iter().any(|w| *w != 0.0)).count();
    println!("{used} of {} rows used; step {step:.4}", trainer.rows.len());

    let knots = trainer.calibration(held);
    let mut file = Vec::from(MAGIC);
    file.extend(step.to_le_bytes());
    for weight in trainer.transitions.iter().flatten() {
        file.extend(weight.max(-1e9).to_le_bytes());
    }
    for knot in knots {
        file.extend(knot.to_le_bytes());
    }
    file.extend((slots.len() as u32).to_le_bytes());
    file.extend(slots.iter().flatten());
    for row in &trainer.rows {
        let row: [i8; LABELS] = row.map(|w| (w / step).round().clamp(-127.0, 127.0) as i8);
        file.extend(row.map(|w| w.to_le_bytes()[0]));
    }
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(path, &file)?;
    println!("{}: {:.1} MB", path.display(), file.len() as f64 / 1e6);
    Ok(())
}

/// Shares at the knots from counts of (marginal probability, right): isotonic regression by pooling
/// adjacent violators, as for the confidence of columns. Ten imagined findings at each knot that agree
/// with the model steady thin data.
pub fn knots(findings: &[(f32, bool)]) -> [f32; KNOTS] {
    let own = |at: usize| at as f32 / (KNOTS - 1) as f32;
    let mut counts: [(f32, f32); KNOTS] = std::array::from_fn(|at| (10.0, 10.0 * own(at)));
    for &(marginal, is_right) in findings {
        let (all, right) = &mut counts[(marginal * (KNOTS - 1) as f32).round() as usize];
        *all += 1.0;
        *right += f32::from(u8::from(is_right));
    }
    // Findings, right ones and knots of each pool.
    let mut pools: Vec<(f32, f32, usize)> = Vec::with_capacity(KNOTS);
    for (all, right) in counts {
        pools.push((all, right, 1));
        while let [.., before, last] = pools.as_slice()
            && before.1 / before.0 >= last.1 / last.0
        {
            let both = (before.0 + last.0, before.1 + last.1, before.2 + last.2);
            pools.truncate(pools.len() - 2);
            pools.push(both);
        }
    }
    let mut knots = [0.0; KNOTS];
    let shares = pools.iter().flat_map(|(all, right, width)| vec![right / all; *width]);
    for (knot, share) in knots.iter_mut().zip(shares) {
        *knot = share;
    }
    knots
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fall_is_pooled_and_not_carried_on() {
        // Nine in ten right at .5, half at .6: together seven in ten, not nine.
        let at = |marginal: f32, right: usize| (0..1000).map(move |n| (marginal, n % 10 < right));
        let findings: Vec<_> = at(0.5, 9).chain(at(0.6, 5)).collect();

        let knots = knots(&findings);

        assert!((knots[5] - 0.7).abs() < 0.01 && (knots[6] - 0.7).abs() < 0.01, "{knots:?}");
    }

    #[test]
    fn knots_follow_the_share_that_was_right_and_never_fall() {
        let findings: Vec<_> = (0..2000).map(|n| (0.9, n % 20 != 0)).collect();

        let knots = knots(&findings);

        assert!((knots[9] - 0.95).abs() < 0.03, "{knots:?}");
        assert!(knots.windows(2).all(|pair| pair[1] >= pair[0]));
    }
}
