//! Banners: who has one, whether a refusal is kept as long as a consent, signals, the way back.

use banner::site::Site;

use super::Code;
use crate::{model::Hit, snapshot::Snapshot};

pub(super) const CODE: &[Code] = &[
    ("banner-notice", |s| lacking(s, |s, one| !is_published(s, &one.body.notice))),
    ("banner-origins", |s| lacking(s, |_, one| one.body.origins.is_empty())),
    ("banner-way-back", |s| lacking(s, |_, one| !one.body.button)),
    ("banner-asks-often", |s| lacking(s, |s, one| i64::from(one.body.days) < least(s))),
    ("banner-asks-never", |s| lacking(s, |_, one| one.body.days > MOST)),
    ("banner-gpp", |s| lacking(s, |s, one| s.under(&["us-ca"]) && one.body.gpp.is_none())),
    ("banner-loosened", |s| lacking(s, loosened)),
];

/// Days after which a choice is so old that nobody remembers it (CNIL: thirteen months for a tracker).
const MOST: u32 = 395;
/// Days before which asking again after a refusal is nagging, where no fact of the law says a time.
const LEAST: i64 = 180;

fn least(s: &Snapshot) -> i64 {
    let months = s.number("eu.banner.keep_choice").and_then(|n| i64::try_from(n).ok());
    months.map_or(LEAST, |months| months * 30)
}

fn lacking(s: &Snapshot, lacks: impl Fn(&Snapshot, &Site) -> bool) -> Vec<Hit> {
    let bad = s.parts.banners.iter().filter(|one| lacks(s, one));
    bad.map(|one| {
        let href = format!("/console/banners/{}/edit", one.property);
        let property = s.parts.consent.catalogue.property(&one.property);
        let name = property.map_or("", |property| property.body.name.as_str());
        let name = if name.is_empty() { &one.property } else { name };
        Hit::new("banner", &one.property, name, href).with("days", i64::from(one.body.days))
    })
    .collect()
}

fn is_published(s: &Snapshot, notice: &str) -> bool {
    let shown = s.parts.consent.notices.iter();
    shown.filter(|one| one.version > 0 && one.retired_at.is_none()).any(|one| one.key == notice)
}

/// An own rule lets things run before a choice where the law asks first.
fn loosened(s: &Snapshot, site: &Site) -> bool {
    site.body.geo.iter().any(|rule| {
        let strict = s.law.regimes().any(|regime| {
            regime.opt_in
                && s.regimes.contains(&regime.id)
                && rule.places.iter().any(|one| one == "*" || regime.places.contains(one))
        });
        strict && rule.asks != banner::geo::Asks::OptIn
    })
}
