//! Counters for Prometheus: requests by route template and status, and how long they took. Nothing
//! here knows an address, an id or a person.

use crate::{Web, WebError};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::net::SocketAddr;
use std::sync::{LazyLock, Mutex};
use std::time::Duration;
use store::sqlx::{self, Row};

/// Who may read `/metrics`. A token with the scope `metrics` always may.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum MetricsAccess {
    /// Programs on this machine that connect directly, too.
    #[default]
    Loopback,
    /// Nobody else.
    Token,
    /// Everybody who reaches the server.
    Open,
}

impl MetricsAccess {
    /// Parses the word of the configuration file.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "loopback" => Some(Self::Loopback),
            "token" => Some(Self::Token),
            "open" => Some(Self::Open),
            _ => None,
        }
    }

    /// Whether a request may read them without a token. A proxy on this machine connects from
    /// loopback for the whole world, so whatever was forwarded does not count as local.
    pub(crate) fn allows(self, peer: Option<SocketAddr>, passed_proxy: bool) -> bool {
        match self {
            Self::Open => true,
            Self::Token => false,
            Self::Loopback => {
                let local = peer.is_some_and(|peer| peer.ip().to_canonical().is_loopback());
                local && !passed_proxy
            }
        }
    }
}

const BUCKETS: [f64; 9] = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1.0, 5.0];

#[derive(Default)]
struct Counts {
    requests: BTreeMap<(String, u16), u64>,
    latency: [u64; BUCKETS.len()],
    count: u64,
    sum: f64,
}

static COUNTS: LazyLock<Mutex<Counts>> = LazyLock::new(Mutex::default);

pub(crate) fn record(route: &str, status: u16, took: Duration) {
    let Ok(mut counts) = COUNTS.lock() else { return };
    *counts.requests.entry((route.to_owned(), status)).or_default() += 1;
    let seconds = took.as_secs_f64();
    for (slot, limit) in counts.latency.iter_mut().zip(BUCKETS) {
        if seconds <= limit {
            *slot += 1;
        }
    }
    counts.count += 1;
    counts.sum += seconds;
}

/// The exposition text.
pub(crate) async fn text(web: &Web) -> Result<String, WebError> {
    let mut out = String::new();
    write_requests(&mut out);
    let rows = sqlx::query("SELECT state, COUNT(*) FROM job GROUP BY state ORDER BY state")
        .fetch_all(web.store().reader())
        .await?;
    out.push_str("# HELP privet_jobs Background jobs by state.\n# TYPE privet_jobs gauge\n");
    for row in &rows {
        let (state, n): (String, i64) = (row.try_get(0)?, row.try_get(1)?);
        let _ = writeln!(out, "privet_jobs{{state=\"{state}\"}} {n}");
    }
    Ok(out)
}

fn write_requests(out: &mut String) {
    let Ok(counts) = COUNTS.lock() else { return };
    out.push_str("# HELP privet_http_requests_total Requests by route and status.\n");
    out.push_str("# TYPE privet_http_requests_total counter\n");
    for ((route, status), n) in &counts.requests {
        let _ = writeln!(
            out,
            "privet_http_requests_total{{route=\"{route}\",status=\"{status}\"}} {n}"
        );
    }
    out.push_str("# HELP privet_http_request_seconds Time to answer.\n");
    out.push_str("# TYPE privet_http_request_seconds histogram\n");
    for (limit, n) in BUCKETS.iter().zip(counts.latency) {
        let _ = writeln!(out, "privet_http_request_seconds_bucket{{le=\"{limit}\"}} {n}");
    }
    let _ = writeln!(out, "privet_http_request_seconds_bucket{{le=\"+Inf\"}} {}", counts.count);
    let _ = writeln!(out, "privet_http_request_seconds_sum {}", counts.sum);
    let _ = writeln!(out, "privet_http_request_seconds_count {}", counts.count);
}
