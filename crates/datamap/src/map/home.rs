//! The dashboard: what there is, what waits for somebody, what is missing.

use askama::Template;
use axum::{Router, extract::State, response::Response, routing::get};
use web::{Page, Permission, WebError};

use super::{FieldFilter, Summary, summary};
use crate::{
    DataMap, Result,
    inbox::{DriftFilter, DriftRow},
    room::{Room, category_name},
    scan::ScanSummary,
};

pub(super) fn router() -> Router<Room> {
    Router::new().route("/console", get(home))
}

/// Share of one sensitivity, for the bar.
pub(super) struct Share {
    pub name: &'static str,
    pub fields: i64,
    /// Where its piece starts, in thousandths of the bar.
    pub start: i64,
    /// Its width, in thousandths.
    pub width: i64,
}

/// A category and how many fields hold it.
pub(super) struct Top {
    pub key: String,
    pub name: String,
    pub fields: i64,
}

/// What a person could add.
#[derive(Default)]
pub(super) struct Gaps {
    pub no_origin: i64,
    pub no_system: i64,
    pub never_scanned: i64,
    pub no_owner: i64,
    pub no_country: i64,
}

impl Gaps {
    fn any(&self) -> bool {
        self.no_origin + self.no_system + self.never_scanned + self.no_owner + self.no_country > 0
    }
}

#[derive(Template)]
#[template(path = "datamap/home.html")]
struct HomePage {
    p: Page,
    sources: i64,
    systems: i64,
    fields: i64,
    personal: i64,
    sensitive: i64,
    review: i64,
    changes: i64,
    shares: Vec<Share>,
    top: Vec<Top>,
    drift: Vec<DriftRow>,
    scans: Vec<ScanSummary>,
    gaps: Gaps,
    may_add: bool,
    is_scanning: bool,
}

async fn home(State(room): State<Room>, p: Page) -> Result<Response, WebError> {
    p.require(Permission::ViewMap)?;
    let map = &room.map;
    let counts = map.summary().await?;
    let open = FieldFilter { decision: "open".into(), ..FieldFilter::default() };
    let all = FieldFilter { scope: super::Scope::All, ..FieldFilter::default() };
    let grave = FieldFilter { sensitivity: "sensitive".into(), ..FieldFilter::default() };
    let unseen = DriftFilter { state: "open".into(), ..DriftFilter::default() };
    let (drift, changes) = map.drift(&unseen, 5, 0).await?;
    let scans = map.recent_scans(None, 5).await?;
    let (systems, gaps) = map.gaps().await?;
    web::render(&HomePage {
        sources: counts.sources.len() as i64,
        systems,
        fields: counts.count(&all),
        personal: counts.count(&FieldFilter::default()),
        sensitive: counts.count(&grave),
        review: counts.count(&open),
        shares: shares(&counts),
        top: top(&p, &counts),
        may_add: p.can(Permission::ManageSources),
        is_scanning: scans.iter().any(|s| matches!(s.scan.state.as_str(), "queued" | "running")),
        changes,
        drift,
        scans,
        gaps,
        p,
    })
}

fn shares(counts: &Summary) -> Vec<Share> {
    let levels = [3, 2, 1];
    let filter = FieldFilter::default();
    let fields = levels.map(|level| {
        counts
            .matching(&filter)
            .filter(|group| group.level == level)
            .map(|group| group.fields)
            .sum::<i64>()
    });
    let total: i64 = fields.iter().sum::<i64>().max(1);
    let mut start = 0;
    levels
        .into_iter()
        .zip(fields)
        .map(|(level, fields)| {
            let width = fields * 1000 / total;
            let share = Share { name: summary::name(level), fields, start, width };
            start += width;
            share
        })
        .collect()
}

fn top(p: &Page, counts: &Summary) -> Vec<Top> {
    let filter = FieldFilter::default();
    let mut top: Vec<Top> = counts
        .facet(&filter, |group| group.category.clone())
        .into_iter()
        .filter(|(key, _)| !key.is_empty())
        .map(|(key, fields)| Top { name: category_name(p.lang, &key), key, fields })
        .collect();
    top.sort_by(|a, b| b.fields.cmp(&a.fields).then_with(|| a.key.cmp(&b.key)));
    top.truncate(8);
    top
}

impl DataMap {
    /// How many systems there are, and what sources and systems do not say.
    async fn gaps(&self) -> Result<(i64, Gaps)> {
        let (systems, no_origin, no_system, never_scanned, no_owner, no_country): (
            i64,
            i64,
            i64,
            i64,
            i64,
            i64,
        ) = sqlx::query_as(
            "SELECT (SELECT COUNT(*) FROM system),
                   (SELECT COUNT(*) FROM source s WHERE NOT EXISTS
                      (SELECT 1 FROM origin o WHERE o.source_id = s.id)),
                   (SELECT COUNT(*) FROM source WHERE system_id IS NULL),
                   (SELECT COUNT(*) FROM source WHERE last_scan_id IS NULL),
                   (SELECT COUNT(*) FROM system WHERE owner = ''),
                   (SELECT COUNT(*) FROM system WHERE country = '')",
        )
        .fetch_one(self.store().reader())
        .await?;
        Ok((systems, Gaps { no_origin, no_system, never_scanned, no_owner, no_country }))
    }
}
