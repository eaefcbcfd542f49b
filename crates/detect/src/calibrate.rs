//! From raw evidence to a confidence that can be trusted: of verdicts at .9, nine in ten are right.
//!
//! Each rule has a rising curve of its own, fitted by isotonic regression (pool adjacent violators) on
//! labelled tables and kept in `data/calibration.toml`; `examples/columns.rs --fit` makes it anew and
//! `docs/detection.md` shows how well it holds on tables that were kept apart.

use std::{collections::HashMap, sync::OnceLock};

use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    rule: Vec<Curve>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Curve {
    /// A rule, or a rule, a space and a category.
    key: String,
    /// Raw evidence and the share of verdicts that were right, both rising.
    points: Vec<(f64, f64)>,
}

/// The curves by rule.
///
/// # Panics
/// Never in a released build: a test parses the embedded file.
fn curves() -> &'static HashMap<String, Vec<(f64, f64)>> {
    static CURVES: OnceLock<HashMap<String, Vec<(f64, f64)>>> = OnceLock::new();
    CURVES.get_or_init(|| match toml::from_str::<File>(include_str!("../data/calibration.toml")) {
        Ok(file) => file.rule.into_iter().map(|curve| (curve.key, curve.points)).collect(),
        Err(why) => panic!("the embedded calibration.toml is broken: {why}"),
    })
}

/// The confidence of a rule's raw evidence for a category: straight lines between the points of the
/// category's own curve, else of the rule's; flat outside. Without a curve the raw evidence stays.
pub fn calibrated(rule: &str, category: &str, raw: f64) -> f64 {
    let own = curves().get(&format!("{rule} {category}"));
    let Some(points) = own.or_else(|| curves().get(rule)) else { return raw };
    let Some(after) = points.iter().position(|(x, _)| *x >= raw) else {
        return points.last().map_or(raw, |(_, y)| *y);
    };
    let (x1, y1) = points[after];
    if after == 0 {
        return y1;
    }
    let (x0, y0) = points[after - 1];
    y0 + (y1 - y0) * (raw - x0) / (x1 - x0).max(f64::EPSILON)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn curves_rise_and_stay_probabilities() {
        assert!(!curves().is_empty());
        for (rule, points) in curves() {
            assert!(points.windows(2).all(|p| p[0].0 < p[1].0 && p[0].1 <= p[1].1), "{rule}");
            assert!(points.iter().all(|(x, y)| (0.0..=1.0).contains(x) && (0.0..1.0).contains(y)));
            let (key, category) = rule.split_once(' ').unwrap_or((rule, ""));
            let steps: Vec<f64> =
                (0..=100).map(|n| calibrated(key, category, f64::from(n) / 100.0)).collect();
            assert!(steps.windows(2).all(|s| s[0] <= s[1] + 1e-12), "{rule}");
            assert!(steps.iter().all(|y| (0.0..1.0).contains(y)), "{rule}");
        }
    }

    #[test]
    fn a_rule_without_a_curve_keeps_its_evidence() {
        assert!((calibrated("no such rule", "contact.email", 0.42) - 0.42).abs() < f64::EPSILON);
    }
}
