//! Clocks that run: everything with a moment by which something must be done or will happen.

use std::collections::BTreeMap;

use comply::{Filter, Finding};
use jiff::{civil::Date, tz::TimeZone};
use regime::{Duty, Standing};
use retain::Run;
use store::now;
use web::{Lang, Look};

use crate::{Desk, Result};

/// A day in µs.
const DAY: i64 = 24 * 3600 * 1_000_000;
/// What ends later than in so many days is left to its own page.
pub(crate) const AHEAD: i64 = 60;
/// At most so many of one kind: the rest is on its own page.
const MOST: i64 = 50;

/// What a clock is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClockKind {
    /// A duty's day.
    Duty,
    /// A finding should be mended.
    Finding,
    /// Taking a finding as it is ends.
    Accepted,
    /// An approval that nobody gave ends.
    Approval,
    /// A published privacy policy begins to apply.
    Policy,
    /// What a retention run deleted can no longer be put back.
    Undo,
    /// A legal hold ends, and what it held may be deleted.
    Hold,
}

impl ClockKind {
    /// Stable name, for message keys.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Duty => "duty",
            Self::Finding => "finding",
            Self::Accepted => "accepted",
            Self::Approval => "approval",
            Self::Policy => "policy",
            Self::Undo => "undo",
            Self::Hold => "hold",
        }
    }
}

/// A clock that runs.
#[derive(Debug, Clone)]
pub struct Clock {
    /// About what.
    pub kind: ClockKind,
    /// Which, in the reader's language.
    pub title: String,
    /// The article or the system, or "".
    pub about: String,
    /// Its page.
    pub href: String,
    /// When it ends (µs).
    pub at: i64,
}

impl Clock {
    /// Its end has passed.
    pub fn is_late(&self) -> bool {
        self.at < now()
    }

    /// It ends within a week.
    pub fn is_near(&self) -> bool {
        !self.is_late() && self.at < now() + 7 * DAY
    }
}

/// The end of a day in UTC (µs): a duty is late when its day is over.
fn end_of(day: Date) -> i64 {
    let next = day.tomorrow().unwrap_or(day);
    TimeZone::UTC.to_timestamp(next.at(0, 0, 0, 0)).map_or(i64::MAX, |at| at.as_microsecond() - 1)
}

fn of_duty(lang: Lang, duty: &Duty) -> Option<Clock> {
    let runs = matches!(duty.standing, Standing::Overdue | Standing::Soon | Standing::Later);
    let zh = lang == Lang::ZhCn;
    let title = duty.fact.text.get(zh).to_owned();
    let about = duty.fact.cite.get(zh).to_owned();
    let href = format!("/console/duties/{}", duty.fact.id);
    let at = duty.due.filter(|_| runs).map(end_of)?;
    Some(Clock { kind: ClockKind::Duty, title, about, href, at })
}

fn of_finding(lang: Lang, finding: &Finding, (kind, at): (ClockKind, i64)) -> Clock {
    let title = finding.check.check.title.get(lang == Lang::ZhCn).to_owned();
    let about = finding.name.clone();
    Clock { kind, title, about, href: format!("/console/findings/{}", finding.id), at }
}

/// Grave findings that should be mended on the same day are one clock.
fn grave_by_day(p: &Look, grave: &[Finding]) -> Vec<Clock> {
    let mut days: BTreeMap<i64, Vec<&Finding>> = BTreeMap::new();
    for finding in grave {
        days.entry(finding.due_at.div_euclid(DAY)).or_default().push(finding);
    }
    let clock = |same: Vec<&Finding>| match same.as_slice() {
        [one] => of_finding(p.lang, one, (ClockKind::Finding, one.due_at)),
        many => Clock {
            kind: ClockKind::Finding,
            title: p.tn("desk-clock-findings", many.len()),
            about: String::new(),
            href: "/console/findings?severity=error".into(),
            at: many.iter().map(|one| one.due_at).min().unwrap_or(0),
        },
    };
    days.into_values().map(clock).collect()
}

fn of_undo(run: &Run) -> Option<Clock> {
    let kept = run.undo == "kept" && run.undo_until > 0;
    let href = format!("/console/retention/runs/{}", run.id);
    let title = run.rule_name.clone();
    let clock =
        Clock { kind: ClockKind::Undo, title, about: String::new(), href, at: run.undo_until };
    kept.then_some(clock)
}

impl Desk {
    /// Every clock that ends within two months or has run out, the first to end first. Approvals are
    /// told to whoever may give them.
    pub async fn clocks(&self, p: &Look, duties: &[Duty], approves: bool) -> Result<Vec<Clock>> {
        let mut all: Vec<Clock> = duties.iter().filter_map(|duty| of_duty(p.lang, duty)).collect();
        all.extend(self.clocks_of_findings(p).await?);
        all.extend(self.clocks_of_rooms(p, approves).await?);
        let until = now() + AHEAD * DAY;
        all.retain(|clock| clock.at <= until);
        all.sort_by(|a, b| a.at.cmp(&b.at).then_with(|| a.title.cmp(&b.title)));
        Ok(all)
    }

    async fn clocks_of_findings(&self, p: &Look) -> Result<Vec<Clock>> {
        let grave =
            Filter { state: "standing".into(), severity: "error".into(), ..Filter::default() };
        let taken = Filter { state: "accepted".into(), ..Filter::default() };
        let comply = &self.rooms().comply;
        let (grave, _) = comply.findings(&grave, MOST, 0).await?;
        let (taken, _) = comply.findings(&taken, MOST, 0).await?;
        let taken = taken
            .iter()
            .map(|one| of_finding(p.lang, one, (ClockKind::Accepted, one.accepted_until)));
        let mut all: Vec<Clock> = taken.collect();
        all.extend(grave_by_day(p, &grave));
        Ok(all)
    }

    async fn clocks_of_rooms(&self, p: &Look, approves: bool) -> Result<Vec<Clock>> {
        let rooms = self.rooms();
        let mut all = Vec::new();
        if approves {
            let asked = rooms.web.approvals().list(None).await?;
            all.extend(asked.iter().filter(|one| one.is_open()).map(|one| Clock {
                kind: ClockKind::Approval,
                title: one.what(p),
                about: String::new(),
                href: "/console/access/approvals".into(),
                at: one.expires_at,
            }));
        }
        let published = rooms.policy.published().await?;
        all.extend(published.into_iter().filter(|one| one.effective_at > now()).map(|one| Clock {
            kind: ClockKind::Policy,
            title: one.policy.clone(),
            about: String::new(),
            href: format!("/console/policies/{}", one.policy),
            at: one.effective_at,
        }));
        all.extend(rooms.retain.runs(MOST).await?.iter().filter_map(of_undo));
        let (holds, _) = rooms.retain.holds("open", MOST, 0).await?;
        all.extend(holds.into_iter().filter(|hold| hold.until > 0).map(|hold| Clock {
            kind: ClockKind::Hold,
            href: format!("/console/retention/holds/{}", hold.id),
            title: hold.name,
            about: String::new(),
            at: hold.until,
        }));
        Ok(all)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duty_is_late_only_when_its_day_is_over() {
        let day = jiff::civil::date(2026, 3, 31);
        let last: jiff::Timestamp = "2026-03-31T23:59:59.999999Z".parse().unwrap();
        assert_eq!(end_of(day), last.as_microsecond());
    }
}
