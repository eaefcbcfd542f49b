//! Papers and accounts by their check digits: a column of which nearly every value passes the check of
//! one issuer holds that issuer's numbers. A tenth of any digits pass a check digit; all of twelve do not.

use crate::checks::{self, Check, Strength};

/// What nearly all values of a column pass.
#[derive(Debug, Clone, Copy)]
pub struct Paper {
    /// Category of the data map.
    pub category: &'static str,
    /// Name of the entity, e.g. `UK_NHS`.
    pub kind: &'static str,
    /// Values that passed.
    pub matched: u32,
    /// Their share of the values looked at.
    pub share: f64,
}

/// Values looked at.
const MOST: usize = 64;
/// Values after which a check that none passed is given up.
const FIRST: usize = 6;

/// The check that the values pass best, if that is no chance.
pub fn by_checks(values: &[&str]) -> Option<Paper> {
    let step = (values.len() / MOST).max(1);
    let sample: Vec<&str> = values
        .iter()
        .step_by(step)
        .map(|value| value.trim())
        .filter(|value| !value.is_empty())
        .take(MOST)
        .collect();
    if sample.len() < 5 || !sample.iter().take(FIRST).all(|value| looks_numbered(value)) {
        return None;
    }
    checks::ALL
        .iter()
        .filter(|check| check.strength > Strength::Form)
        .filter_map(|check| passed(check, &sample))
        .max_by(|a, b| a.share.total_cmp(&b.share))
}

fn passed(check: &Check, sample: &[&str]) -> Option<Paper> {
    let passes = |value: &&&str| (check.test)(value);
    if !sample.iter().take(FIRST).any(|value| passes(&value)) {
        return None;
    }
    let matched = sample.iter().filter(passes).count();
    let share = matched as f64 / sample.len() as f64;
    let enough = match check.strength {
        Strength::Strong => share >= 0.75,
        _ => share >= 0.95 && sample.len() >= 12,
    };
    enough.then_some(Paper {
        category: check.entity.category(),
        kind: check.kind(),
        matched: matched as u32,
        share,
    })
}

/// Long enough, with digits enough, and no decimal: worth trying.
fn looks_numbered(value: &str) -> bool {
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    (6..=34).contains(&value.len()) && digits >= 4 && !value.contains([':', '@', '_'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_with_a_check_digit_are_known_and_others_are_not() {
        let nhs: Vec<String> = (0..400u64)
            .filter_map(|n| {
                let head = format!("{:09}", 401_023_213 + n * 1_237);
                (0..10).map(|d| format!("{head}{d}")).find(|v| checks::bare(v, checks::uk::nhs))
            })
            .take(30)
            .collect();
        let nhs: Vec<&str> = nhs.iter().map(String::as_str).collect();
        let found = by_checks(&nhs).unwrap();
        assert_eq!((found.category, found.kind), ("health.insurance_id", "UK_NHS"));
        let counted: Vec<String> = (0..60).map(|n| (4_010_232_137u64 + n).to_string()).collect();
        let counted: Vec<&str> = counted.iter().map(String::as_str).collect();
        assert!(by_checks(&counted).is_none());
        assert!(by_checks(&nhs[..4]).is_none());
        assert!(by_checks(&["12.5", "13.75", "99.0", "1.5", "3.25", "8.5"]).is_none());
    }
}
