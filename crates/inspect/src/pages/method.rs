//! How detection decides: the page behind "why".

use std::sync::LazyLock;

use askama::Template;
use axum::{Router, response::Response, routing::get};
use web::{Page, Permission, WebError};

use crate::Room;

/// The handbook's page: what was measured stands there, and is shown from there.
const HANDBOOK: &str = include_str!("../../../../docs/detection.md");
/// How its table of confidence begins.
const TABLE: &str = "| confidence | verdicts | mean confidence | right |";

static MEASURED: LazyLock<Vec<Measured>> = LazyLock::new(|| measured(HANDBOOK));

pub(super) fn router() -> Router<Room> {
    Router::new().route("/console/try/method", get(show))
}

/// How verdicts of one range of confidence turned out.
#[derive(Debug, Clone, PartialEq)]
struct Measured {
    /// `90%–100%`.
    range: String,
    verdicts: i64,
    mean: f64,
    right: f64,
}

#[derive(Template)]
#[template(path = "inspect/method.html")]
struct MethodPage {
    p: Page,
    steps: Vec<(String, String)>,
    layers: Vec<(String, String)>,
    measured: &'static [Measured],
}

async fn show(p: Page) -> Result<Response, WebError> {
    p.require(Permission::ViewMap)?;
    let told = |prefix: &str, keys: &[&str]| {
        keys.iter()
            .map(|key| (p.t(&format!("{prefix}-{key}")), p.t(&format!("{prefix}-{key}-text"))))
            .collect()
    };
    let steps = told("method-step", &["name", "comment", "type", "store", "values", "inside"]);
    let layers = told("method-layer", &["custom", "checked", "pattern", "grammar", "model"]);
    web::render(&MethodPage { p, steps, layers, measured: &MEASURED })
}

fn measured(handbook: &str) -> Vec<Measured> {
    let after = handbook.lines().skip_while(|line| *line != TABLE).skip(2);
    after.take_while(|line| line.starts_with('|')).filter_map(row).collect()
}

fn row(line: &str) -> Option<Measured> {
    let mut cells = line.trim_matches('|').split('|').map(str::trim);
    let (from, to) = cells.next()?.split_once('–')?;
    let percent =
        |text: &str| text.parse::<f64>().ok().map(|share| format!("{:.0}%", share * 100.0));
    Some(Measured {
        range: format!("{}–{}", percent(from)?, percent(to)?),
        verdicts: cells.next()?.replace(',', "").parse().ok()?,
        mean: cells.next()?.parse().ok()?,
        right: cells.next()?.parse().ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_handbooks_table_is_shown() {
        let written = HANDBOOK
            .lines()
            .skip_while(|line| *line != TABLE)
            .skip(2)
            .take_while(|line| line.starts_with('|'))
            .count();

        let shown = measured(HANDBOOK);

        assert!(written >= 3, "the handbook has lost its table");
        assert_eq!(shown.len(), written);
        assert!(shown.iter().all(|row| (0.0..=1.0).contains(&row.right) && row.verdicts > 0));
    }

    #[test]
    fn a_row_is_read_with_its_range_in_percent() {
        let read = row("| 0.9–1.0 | 4,583 | 0.973 | 0.982 |").unwrap();

        assert_eq!((read.range.as_str(), read.verdicts), ("90%–100%", 4583));
        assert_eq!(row("| not | a | row | 1 |"), None);
    }
}
