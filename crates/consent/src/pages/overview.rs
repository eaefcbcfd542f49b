//! The overview: choices over time, by purpose, notice, channel and origin. Numbers only, no person.

use std::{borrow::Borrow, collections::BTreeMap};

use askama::Template;
use axum::{Router, extract::State, response::Response, routing::get};
use jiff::{Timestamp, ToSpan as _, civil::Date, tz::TimeZone};
use web::{Choice as Option_, ListQuery, Page, Permission, WebError};

use super::{
    chart::{Chart, Span},
    refused, words,
};
use crate::{
    Catalogue, Room,
    statistics::{By, Counts, DAY, Period, Tally},
};

/// Periods offered, in days; the first that is not named is the default.
const PERIODS: [(&str, i64); 4] = [("30", 30), ("90", 90), ("365", 365), ("1095", 1095)];
const DEFAULT: &str = "365";

pub(super) fn router() -> Router<Room> {
    Router::new()
        .route("/console/consents", get(show))
        .route("/console/consents/export", get(export))
}

/// A row of a table: what it is, how many, and how wide its bar is.
struct Line {
    label: String,
    tally: Tally,
    /// Shares of the longest bar, 0 to 100: where each part begins and how wide it is.
    bars: Vec<(&'static str, f64, f64)>,
}

/// A table with bars.
struct Table {
    id: &'static str,
    title: String,
    first: String,
    lines: Vec<Line>,
}

/// A notice's opt-in rate.
struct Rate {
    label: String,
    yes: i64,
    of: i64,
    share: f64,
    low: f64,
    high: f64,
}

#[derive(Template)]
#[template(path = "consent/overview.html")]
struct Overview {
    p: Page,
    l: ListQuery,
    periods: Vec<Option_>,
    properties: Vec<Option_>,
    period: String,
    counts: Counts,
    spans: Vec<Span>,
    chart: Chart,
    tables: Vec<Table>,
    rates: Vec<Rate>,
    query: String,
}

impl Overview {
    /// 0.004 as “4 ms”, 2.3 as “2.3 s”, 90 as “90 s”.
    fn seconds(&self, seconds: impl Borrow<f64>) -> String {
        let seconds = *seconds.borrow();
        if seconds < 1.0 {
            self.p.tn("consents-ms", (seconds * 1000.0).ceil() as i64)
        } else {
            let digits = usize::from(seconds < 10.0);
            self.p.t1("consents-s", "n", format!("{seconds:.digits$}"))
        }
    }
    /// `0.934` as `93.4%`.
    #[allow(clippy::unused_self)] // templates reach functions only as methods
    fn share(&self, share: impl Borrow<f64>) -> String {
        format!("{:.1}%", share.borrow() * 100.0)
    }
    /// Where a share lies on a line of a hundred units.
    #[allow(clippy::unused_self)]
    fn units(&self, share: impl Borrow<f64>) -> String {
        format!("{:.2}", share.borrow() * 100.0)
    }
    /// How long a range is on that line; never too short to be seen.
    #[allow(clippy::unused_self)]
    fn width(&self, low: impl Borrow<f64>, high: impl Borrow<f64>) -> String {
        format!("{:.2}", ((high.borrow() - low.borrow()) * 100.0).max(0.6))
    }
}

fn chosen_period(l: &ListQuery) -> (&'static str, i64) {
    let named = |name: &str| PERIODS.into_iter().find(|(key, _)| *key == name);
    named(l.get("period")).or_else(|| named(DEFAULT)).unwrap_or(PERIODS[0])
}

fn period(l: &ListQuery, catalogue: &Catalogue) -> Period {
    let today = ::store::now().div_euclid(DAY);
    let property = l.get("property");
    let known = catalogue.property(property).is_ok();
    Period {
        from: today - chosen_period(l).1 + 1,
        to: today,
        property: if known { property.to_owned() } else { String::new() },
    }
}

async fn show(p: Page, l: ListQuery, State(room): State<Room>) -> Result<Response, WebError> {
    p.require(Permission::ViewConsents)?;
    let catalogue = room.consent.catalogue();
    let period = period(&l, &catalogue);
    let ways = [By::Day, By::Purpose, By::Notice, By::Channel, By::Origin];
    let mut counts = room.consent.counts(&period, &ways).await.map_err(refused)?;
    let mut by = std::mem::take(&mut counts.by).into_iter();
    let mut next = || by.next().unwrap_or_default();
    let (days, purposes, notices, channels, origins) = (next(), next(), next(), next(), next());
    let spans = spans(&p, &period, &days);
    let table = |id: &'static str, tallies: Vec<(String, Tally)>| Table {
        id,
        title: p.t(&format!("consents-by-{id}")),
        first: p.t(&format!("consents-{id}")),
        lines: lines(tallies),
    };
    let rates = rates(&p, &catalogue, &notices);
    let name = |tallies: BTreeMap<String, Tally>, name: &dyn Fn(&str) -> String| {
        tallies.into_iter().map(|(key, tally)| (name(&key), tally)).collect()
    };
    let tables = vec![
        table("purpose", name(purposes, &|key| words::purpose(&p, &catalogue, key))),
        table("notice", name(notices, &|key| words::notice(&p, &catalogue, key))),
        table("channel", name(channels, &|key| words::channel(&p, key))),
        table("origin", name(origins, &|key| words::origin_of(&p, key))),
    ];
    let properties = catalogue.properties().map(|property| {
        let name = &property.body.name;
        Option_::new(&property.key, if name.is_empty() { &property.key } else { name })
    });
    web::render(&Overview {
        periods: PERIODS
            .iter()
            .map(|(key, _)| Option_::new(*key, p.t(&format!("consents-period-{key}"))))
            .collect(),
        properties: properties.collect(),
        period: chosen_period(&l).0.to_owned(),
        chart: Chart::new(&spans),
        query: p.query.clone(),
        p,
        l,
        counts,
        spans,
        tables,
        rates,
    })
}

/// Days, weeks or months, whichever the period holds some dozens of.
fn spans(p: &Page, period: &Period, days: &BTreeMap<String, Tally>) -> Vec<Span> {
    let length = period.to - period.from + 1;
    let mut spans: Vec<(Date, Span)> = Vec::new();
    for day in period.from..=period.to {
        let Some(date) = date_of(day) else { continue };
        let first = match length {
            ..32 => date,
            32..=120 => {
                date.saturating_sub(i64::from(date.weekday().to_monday_zero_offset()).days())
            }
            _ => date.first_of_month(),
        };
        if spans.last().is_none_or(|(last, _)| *last != first) {
            let label = if length <= 120 { day_label(p, first) } else { month_label(p, first) };
            spans.push((first, Span { label, tally: Tally::default() }));
        }
        if let (Some(tally), Some((_, span))) = (days.get(&day.to_string()), spans.last_mut()) {
            span.tally.join(tally);
        }
    }
    spans.into_iter().map(|(_, span)| span).collect()
}

fn date_of(day: i64) -> Option<Date> {
    let at = Timestamp::from_microsecond(day.checked_mul(DAY)?).ok()?;
    Some(at.to_zoned_datetime(TimeZone::UTC).date())
}

fn day_label(p: &Page, date: Date) -> String {
    date.strftime(if p.zh() { "%-m月%-d日" } else { "%-d %b" }).to_string()
}

fn month_label(p: &Page, date: Date) -> String {
    date.strftime(if p.zh() { "%Y年%-m月" } else { "%b %Y" }).to_string()
}

/// The largest first; their bars against the largest.
fn lines(mut tallies: Vec<(String, Tally)>) -> Vec<Line> {
    tallies.sort_by(|(a, one), (b, two)| two.total().cmp(&one.total()).then_with(|| a.cmp(b)));
    let most = tallies.first().map_or(1, |(_, tally)| shown(tally)).max(1) as f64;
    let line = |(label, tally): (String, Tally)| {
        let mut at = 0.0;
        let parts = [
            ("granted", tally.granted),
            ("denied", tally.denied),
            ("withdrawn", tally.withdrawn),
            ("waiting", tally.waiting()),
        ];
        let bars = parts.into_iter().filter(|(_, n)| *n > 0).map(|(kind, n)| {
            let width = n as f64 / most * 100.0;
            at += width;
            (kind, at - width, width)
        });
        Line { label, bars: bars.collect(), tally }
    };
    tallies.into_iter().map(line).collect()
}

fn shown(tally: &Tally) -> i64 {
    tally.granted + tally.denied + tally.withdrawn + tally.waiting()
}

fn rates(p: &Page, catalogue: &Catalogue, notices: &BTreeMap<String, Tally>) -> Vec<Rate> {
    let rate = |(name, tally): (&String, &Tally)| {
        let share = tally.opt_in();
        let (low, high) = share.interval()?;
        let (yes, of, rate) = (share.yes, share.of, share.rate()?);
        Some(Rate { label: words::notice(p, catalogue, name), yes, of, share: rate, low, high })
    };
    notices.iter().filter(|(name, _)| !name.is_empty()).filter_map(rate).collect()
}

/// Every count of the period as a file.
async fn export(p: Page, l: ListQuery, State(room): State<Room>) -> Result<Response, WebError> {
    p.require(Permission::ViewConsents)?;
    p.require(Permission::Export)?;
    let catalogue = room.consent.catalogue();
    let cells = room.consent.cells(&period(&l, &catalogue)).await.map_err(refused)?;
    let head = [
        "day", "property", "notice", "version", "purpose", "channel", "origin", "choice", "number",
    ];
    let rows = cells.into_iter().map(|(cell, n)| {
        let day = date_of(cell.day).map(|date| date.to_string()).unwrap_or_default();
        let version =
            if cell.notice.is_empty() { String::new() } else { cell.notice_version.to_string() };
        vec![
            day,
            cell.property,
            cell.notice,
            version,
            cell.purpose,
            cell.channel,
            cell.origin.as_str().to_owned(),
            cell.choice.as_str().to_owned(),
            n.to_string(),
        ]
    });
    Ok(web::csv("consents", head.map(str::to_owned).into(), rows))
}
