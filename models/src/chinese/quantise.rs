//! Rounds rows of numbers to eight bits and a scale.

/// Rows of signed bytes; a number is its byte times its row's scale.
pub struct Rows {
    /// One a row.
    pub scales: Vec<f32>,
    /// Row after row.
    pub bytes: Vec<i8>,
}

/// Each row with the scale that rounds it best. The largest number of a row often stands alone: a
/// smaller scale that clips it can serve the others better, so a few are tried and the one with the
/// least squared error is kept.
pub fn rows<'a>(rows: impl Iterator<Item = &'a [f32]>) -> Rows {
    let mut all = Rows { scales: Vec::new(), bytes: Vec::new() };
    for row in rows {
        let scale = best_scale(row);
        all.scales.push(scale);
        all.bytes.extend(row.iter().map(|x| round(*x, scale)));
    }
    all
}

fn best_scale(row: &[f32]) -> f32 {
    let largest = row.iter().fold(0f32, |most, x| most.max(x.abs()));
    if largest == 0.0 {
        return 1.0;
    }
    let error = |scale: f32| {
        row.iter()
            .map(|x| (f64::from(x - f32::from(round(*x, scale)) * scale)).powi(2))
            .sum::<f64>()
    };
    (80u8..=100)
        .map(|percent| largest / 127.0 * f32::from(percent) / 100.0)
        .min_by(|a, b| error(*a).total_cmp(&error(*b)))
        .unwrap_or(largest / 127.0)
}

fn round(x: f32, scale: f32) -> i8 {
    (x / scale).round().clamp(-127.0, 127.0) as i8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lone_large_number_costs_the_others_little() {
        let mut row: Vec<f32> = (0..128u8).map(|i| (f32::from(i) - 64.0) / 1000.0).collect();
        row[0] = 0.08;
        let error = |scale: f32| -> f32 {
            row.iter().map(|x| (x - f32::from(round(*x, scale)) * scale).powi(2)).sum()
        };

        let rounded = rows([row.as_slice()].into_iter());

        assert!(error(rounded.scales[0]) <= error(0.08 / 127.0));
        let expected: Vec<i8> = row.iter().map(|x| round(*x, rounded.scales[0])).collect();
        assert_eq!(rounded.bytes, expected);
    }

    #[test]
    fn a_row_of_zeros_stays_zero() {
        let rounded = rows([[0f32; 4].as_slice()].into_iter());
        assert_eq!(rounded.bytes, [0; 4]);
    }
}
