//! The picture of the months: what came in beside what was closed, measured here and drawn by a
//! template.

use super::{Month, Tally};

/// Size of the picture in its own units.
const WIDTH: f64 = 720.0;
const HEIGHT: f64 = 240.0;
const LEFT: f64 = 48.0;
const TOP: f64 = 10.0;
const BOTTOM: f64 = 26.0;

/// A piece of a column.
pub(super) struct Part {
    /// `waiting` (came in), `granted` (in time) or `withdrawn` (late): the colours of the console.
    pub kind: &'static str,
    pub x: f64,
    pub y: f64,
    pub width: f64,
    pub height: f64,
}

/// A month as drawn.
pub(super) struct Column {
    pub parts: Vec<Part>,
    /// Under the column.
    pub label: String,
    pub middle: f64,
}

/// The picture.
pub(super) struct Chart {
    pub columns: Vec<Column>,
    /// Height and number of each line across.
    pub lines: Vec<(f64, i64)>,
}

impl Chart {
    pub(super) fn new(months: &[(Month, Tally)]) -> Self {
        let height = |tally: &Tally| tally.received.max(tally.in_time + tally.late);
        let most = months.iter().map(|(_, tally)| height(tally)).max().unwrap_or(0).max(1);
        let step = step_of(most);
        let top = (most + step - 1) / step * step;
        let scale = (HEIGHT - TOP - BOTTOM) / top as f64;
        let ground = HEIGHT - BOTTOM;
        let lines = (0..=top / step).map(|n| (ground - (n * step) as f64 * scale, n * step));
        let slot = (WIDTH - LEFT) / months.len().max(1) as f64;
        let width = (slot * 0.36).min(26.0);
        let columns = months.iter().enumerate().map(|(at, (month, tally))| {
            let middle = LEFT + slot * (at as f64 + 0.5);
            let pile = [("granted", tally.in_time), ("withdrawn", tally.late)];
            let mut y = ground;
            let mut parts: Vec<Part> = Vec::new();
            let mut put = |kind, x, y, n: i64| {
                parts.push(Part { kind, x, y, width, height: n as f64 * scale });
            };
            if tally.received > 0 {
                put(
                    "waiting",
                    middle - width,
                    ground - tally.received as f64 * scale,
                    tally.received,
                );
            }
            for (kind, n) in pile.into_iter().filter(|(_, n)| *n > 0) {
                y -= n as f64 * scale;
                put(kind, middle, y, n);
            }
            Column { parts, label: month.name(), middle }
        });
        Self { lines: lines.collect(), columns: columns.collect() }
    }
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
        let months: Vec<(Month, Tally)> = (0..12)
            .map(|n| {
                let tally = Tally { received: n * 37, in_time: n, late: 2, ..Tally::default() };
                (Month(24_000 + n), tally)
            })
            .collect();
        let chart = Chart::new(&months);
        assert!((3..=7).contains(&chart.lines.len()), "{:?}", chart.lines);
        for part in chart.columns.iter().flat_map(|column| &column.parts) {
            assert!(part.x >= LEFT && part.x + part.width <= WIDTH);
            assert!(part.y >= TOP - 0.001 && part.y + part.height <= HEIGHT - BOTTOM + 0.001);
        }
        assert_eq!(chart.columns[0].parts.len(), 1, "nothing came, nothing was in time");
        assert_eq!(chart.columns[11].parts.len(), 3);
    }
}
