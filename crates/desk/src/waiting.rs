//! What waits for the reader: late rights requests, tasks of theirs, questions of colleagues, plans to agree to, alarms, columns to judge.

use datamap::{inbox::DriftFilter, map::FieldFilter};
use retain::run::RunFilter;
use web::Page;

use crate::{Desk, Result};

/// What waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WaitingKind {
    /// The answer to a rights request is late.
    Request,
    /// A task of a rights request that is the reader's.
    Task,
    /// A colleague asks for an approval.
    Approval,
    /// A privacy policy waits for a second person.
    Policy,
    /// A published policy says what is no longer so.
    Stale,
    /// A retention plan waits for a person.
    Plan,
    /// A retention run stopped or failed.
    Stopped,
    /// An alarm that nobody has acknowledged.
    Alarm,
    /// Grave findings that stand.
    Findings,
    /// Columns of which nobody has decided what they are.
    Fields,
    /// Databases are not as they were.
    Drift,
    /// Something must be told to know which duties apply.
    Unknown,
}

impl WaitingKind {
    /// Stable name, for message keys.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Request => "request",
            Self::Task => "task",
            Self::Approval => "approval",
            Self::Policy => "policy",
            Self::Stale => "stale",
            Self::Plan => "plan",
            Self::Stopped => "stopped",
            Self::Alarm => "alarm",
            Self::Findings => "findings",
            Self::Fields => "fields",
            Self::Drift => "drift",
            Self::Unknown => "unknown",
        }
    }

    /// A picture for it.
    pub fn icon(self) -> &'static str {
        match self {
            Self::Approval | Self::Policy | Self::Plan | Self::Task => "check",
            Self::Request | Self::Alarm | Self::Stopped | Self::Stale | Self::Findings => "alert",
            Self::Fields => "map",
            Self::Drift => "inbox",
            Self::Unknown => "globe",
        }
    }
}

/// How many of a kind wait, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// What.
    pub kind: WaitingKind,
    /// How many.
    pub count: i64,
    /// Where.
    pub href: String,
}

impl Desk {
    /// Everything that waits for this reader, what a person waits for first; only what is there.
    pub async fn waiting(&self, p: &Page, unknown: usize) -> Result<Vec<Waiting>> {
        use WaitingKind::{
            Alarm, Approval, Drift, Fields, Findings, Plan, Policy, Request, Stale, Stopped, Task,
            Unknown,
        };
        let rooms = self.rooms();
        let mut all = Vec::new();
        let mut add = |kind, count: i64, href: &str| {
            all.push(Waiting { kind, count, href: href.to_owned() });
        };
        if p.can(web::Permission::LookUpPeople) {
            add(Request, rooms.rights.counts().await?.late, "/console/requests?state=late");
        }
        let mine = rights::task::Filter { owner: p.user.id.clone(), ..Default::default() };
        let mine = rooms.rights.tasks(&mine, 1, 0).await?.1;
        add(Task, mine, "/console/requests/tasks?owner=me");
        if p.can(web::Permission::Approve) {
            let asked = rooms.web.approvals().list(None).await?;
            let mine = |one: &&web::access::Approval| one.is_open() && one.asked_by != p.user.id;
            add(Approval, count(asked.iter().filter(mine).count()), "/console/access/approvals");
            let me = p.actor().to_text();
            let rows = rooms.policy.rows().await?;
            let asked = rows.iter().filter_map(|row| row.candidate.as_ref());
            add(Policy, count(asked.filter(|one| one.asked_by != me).count()), "/console/policies");
        }
        let stale = rooms.policy.published().await?;
        let stale = stale.iter().filter(|one| one.stale > 0).count();
        add(Stale, count(stale), "/console/policies");
        for (kind, state) in [(Plan, "planned"), (Stopped, "stopped"), (Stopped, "failed")] {
            let filter = RunFilter { state, ..RunFilter::default() };
            let (_, total) = rooms.retain.list_runs(filter, 1, 0).await?;
            add(kind, total, &format!("/console/retention/runs?state={state}"));
        }
        add(Alarm, rooms.warn.alarms(("open", "", ""), 1, 0).await?.1, "/console/alarms");
        let grave = comply::Filter {
            state: "standing".into(),
            severity: "error".into(),
            ..comply::Filter::default()
        };
        let grave = rooms.comply.findings(&grave, 1, 0).await?.1;
        add(Findings, grave, "/console/findings?severity=error");
        if p.can(web::Permission::ViewMap) {
            let open = FieldFilter { decision: "open".into(), ..FieldFilter::default() };
            let counts = rooms.map.summary().await?;
            add(Fields, counts.count(&open), "/console/map?decision=open");
            let drift = DriftFilter { state: "open".into(), ..DriftFilter::default() };
            add(Drift, rooms.map.drift(&drift, 1, 0).await?.1, "/console/inbox");
        }
        add(Unknown, count(unknown), "/console/duties?standing=unknown");
        all.retain(|one| one.count > 0);
        Ok(all)
    }
}

fn count(n: usize) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}
