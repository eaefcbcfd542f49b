//! The trend: findings that stood at the end of each day, stacked by severity. Measured here, drawn by a
//! template.

use crate::Run;

const WIDTH: f64 = 720.0;
const HEIGHT: f64 = 200.0;
const LEFT: f64 = 48.0;
const TOP: f64 = 10.0;
const BOTTOM: f64 = 26.0;

/// A part of a column.
pub(super) struct Part {
    /// `error`, `warning` or `info`.
    pub kind: &'static str,
    pub y: f64,
    pub height: f64,
}

/// A day.
pub(super) struct Column {
    pub x: f64,
    pub width: f64,
    pub middle: f64,
    pub parts: Vec<Part>,
    /// When (µs); 0 where there is no room for a label.
    pub label: i64,
}

/// The picture.
pub(super) struct Chart {
    pub columns: Vec<Column>,
    /// Height and number of each line across.
    pub lines: Vec<(f64, i64)>,
}

impl Chart {
    /// Of the last runs of days, the oldest first.
    #[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    pub(super) fn new(days: &[Run]) -> Self {
        let most = days.iter().map(|run| run.errors + run.warnings + run.infos).max();
        let step = step_of(most.unwrap_or(0).max(1));
        let top = (most.unwrap_or(0).max(1) + step - 1) / step * step;
        let scale = (HEIGHT - TOP - BOTTOM) / top as f64;
        let ground = HEIGHT - BOTTOM;
        let slot = (WIDTH - LEFT) / days.len().max(1) as f64;
        let width = (slot * 0.72).min(44.0);
        let every = ((86.0 / slot).ceil() as usize).max(1);
        let column = |(at, run): (usize, &Run)| {
            let x = LEFT + slot * at as f64 + (slot - width) / 2.0;
            let shown = days.len() - 1 - at;
            Column {
                x,
                width,
                middle: x + width / 2.0,
                parts: parts(run, ground, scale),
                label: if shown.is_multiple_of(every) { run.at } else { 0 },
            }
        };
        Self {
            columns: days.iter().enumerate().map(column).collect(),
            lines: (0..=top / step)
                .map(|n| (ground - (n * step) as f64 * scale, n * step))
                .collect(),
        }
    }
}

#[allow(clippy::cast_precision_loss)]
fn parts(run: &Run, ground: f64, scale: f64) -> Vec<Part> {
    let mut y = ground;
    let all = [("error", run.errors), ("warning", run.warnings), ("info", run.infos)];
    let drawn = all.into_iter().filter(|(_, n)| *n > 0).map(|(kind, n)| {
        let height = n as f64 * scale;
        y -= height;
        Part { kind, y, height }
    });
    drawn.collect()
}

/// The distance of the lines: 1, 2 or 5 times a power of ten, so that there are three to six.
fn step_of(most: i64) -> i64 {
    let mut power = 1;
    loop {
        for factor in [1, 2, 5] {
            if most <= factor * power * 5 {
                return factor * power;
            }
        }
        power *= 10;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stand_on_the_ground_and_stay_inside() {
        let days: Vec<Run> = (0..30)
            .map(|n| Run { at: n, errors: n, warnings: 2 * n, infos: 3 * n, ..Run::default() })
            .collect();

        let chart = Chart::new(&days);

        assert!((3..=7).contains(&chart.lines.len()));
        for column in &chart.columns {
            assert!(column.x >= LEFT && column.x + column.width <= WIDTH);
            assert!(column.parts.iter().all(|part| part.y >= TOP - 0.001 && part.height > 0.0));
        }
        assert!(chart.columns[0].parts.is_empty());
        assert_eq!(Chart::new(&[]).columns.len(), 0);
    }
}
