//! The picture of choices over time: stacked columns, measured here and drawn by a template.

use crate::statistics::Tally;

/// Size of the picture in its own units.
const WIDTH: f64 = 720.0;
const HEIGHT: f64 = 240.0;
const LEFT: f64 = 48.0;
const TOP: f64 = 10.0;
const BOTTOM: f64 = 26.0;

/// A column of the picture, and a row of the table beside it.
pub(super) struct Span {
    /// As a reader says it: `3 May 2026`, `May 2026`.
    pub label: String,
    /// Choices in it.
    pub tally: Tally,
}

/// A part of a column.
pub(super) struct Part {
    /// `granted`, `denied`, `withdrawn` or `waiting`.
    pub kind: &'static str,
    pub y: f64,
    pub height: f64,
}

/// A column as drawn.
pub(super) struct Column {
    pub x: f64,
    pub width: f64,
    pub parts: Vec<Part>,
    /// Under the column; empty where there is no room.
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
    pub(super) fn new(spans: &[Span]) -> Self {
        let most = spans.iter().map(|span| height_of(&span.tally)).max().unwrap_or(0).max(1);
        let step = step_of(most);
        let top = (most + step - 1) / step * step;
        let scale = (HEIGHT - TOP - BOTTOM) / top as f64;
        let ground = HEIGHT - BOTTOM;
        let lines = (0..=top / step).map(|n| (ground - (n * step) as f64 * scale, n * step));
        let slot = (WIDTH - LEFT) / spans.len().max(1) as f64;
        let width = (slot * 0.72).min(44.0);
        // A label needs some seventy units.
        let every = ((78.0 / slot).ceil() as usize).max(1);
        let columns = spans.iter().enumerate().map(|(at, span)| {
            let x = LEFT + slot * at as f64 + (slot - width) / 2.0;
            let shown = at % every == every / 2 && spans.len() > every / 2;
            Column {
                x,
                width,
                middle: x + width / 2.0,
                parts: parts(&span.tally, ground, scale),
                label: if shown || spans.len() == 1 { span.label.clone() } else { String::new() },
            }
        });
        Self { lines: lines.collect(), columns: columns.collect() }
    }
}

fn height_of(tally: &Tally) -> i64 {
    tally.granted + tally.denied + tally.withdrawn + tally.waiting()
}

fn parts(tally: &Tally, ground: f64, scale: f64) -> Vec<Part> {
    let all = [
        ("granted", tally.granted),
        ("denied", tally.denied),
        ("withdrawn", tally.withdrawn),
        ("waiting", tally.waiting()),
    ];
    let mut y = ground;
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
    use crate::Choice;

    #[test]
    fn columns_stand_on_the_ground_and_stay_inside() {
        let spans: Vec<Span> = (0..40)
            .map(|n| {
                let mut tally = Tally::default();
                tally.add(Choice::Granted, n * 37, 0);
                tally.add(Choice::Denied, n, 0);
                Span { label: format!("{n}"), tally }
            })
            .collect();

        let chart = Chart::new(&spans);

        assert!((3..=7).contains(&chart.lines.len()), "{:?}", chart.lines);
        for column in &chart.columns {
            assert!(column.x >= LEFT && column.x + column.width <= WIDTH);
            assert!(column.parts.iter().all(|part| part.y >= TOP - 0.001 && part.height > 0.0));
        }
        assert!(chart.columns[0].parts.is_empty());
        assert!(chart.columns.iter().filter(|column| !column.label.is_empty()).count() <= 9);
    }

    #[test]
    fn lines_are_round_numbers() {
        assert_eq!([1, 5, 6, 10, 11, 26, 4_000].map(step_of), [1, 1, 2, 2, 5, 10, 1_000]);
        assert_eq!(Chart::new(&[]).columns.len(), 0);
    }
}
