//! `/console/unsubscribing`: the law's clocks beside what we measured.

use askama::Template;
use axum::{extract::State, response::Response};
use web::{Page, Permission, WebError, render};

use crate::{
    Room,
    unsubscribe::{Measures, clocks},
};

struct Line {
    name: String,
    within: String,
    keeps: String,
    cite: String,
}

#[derive(Template)]
#[template(path = "preference/clocks.html")]
struct ClocksPage {
    p: Page,
    lines: Vec<Line>,
    measures: Measures,
    address: String,
}

impl ClocksPage {
    /// Seconds with three digits after the point; a measured time of 0 was no time.
    #[allow(clippy::trivially_copy_pass_by_ref)] // templates pass references
    fn took(&self, micros: &i64) -> String {
        if *micros == 0 {
            return "–".to_owned();
        }
        self.p.t1("preference-clocks-seconds", "n", format!("{:.3}", *micros as f64 / 1e6))
    }
}

pub(super) async fn show(p: Page, State(room): State<Room>) -> Result<Response, WebError> {
    p.require(Permission::ViewRecords)?;
    let within = |clock: &crate::unsubscribe::Clock| match clock.unit.as_str() {
        "calendar_days" => p.tn("preference-clocks-calendar-days", clock.value),
        "business_days" => p.tn("preference-clocks-business-days", clock.value),
        _ => p.t("preference-clocks-at-once"),
    };
    let lines = clocks()
        .iter()
        .map(|clock| Line {
            name: format!("preference-clock-{}", clock.key),
            within: within(clock),
            keeps: clock
                .keeps_working_days
                .map(|days| p.tn("preference-clocks-keeps", days))
                .unwrap_or_default(),
            cite: clock.cite.clone(),
        })
        .collect();
    let measures = room.preferences.measures().await?;
    let address = room.web.base_url().to_owned();
    render(&ClocksPage { p, lines, measures, address })
}
