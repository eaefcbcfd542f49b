//! Early warning as compliance checks see it.

use sqlx::Row as _;

use crate::{Result, Stand, Warn, engine::Severity};

/// Alarms, rules and canaries at one moment.
#[derive(Debug, Clone, Default)]
pub struct Posture {
    /// Alarms that wait: id, severity, first time (µs).
    pub open: Vec<(String, Severity, i64)>,
    /// Rules that are switched off.
    pub rules_off: Vec<&'static str>,
    /// Canaries that are planted somewhere.
    pub planted: usize,
}

impl Warn {
    /// Early warning as compliance checks see it.
    pub async fn posture(&self) -> Result<Posture> {
        let rows = sqlx::query(
            "SELECT id, severity, first_at FROM alarm WHERE state = 'open' ORDER BY first_at, id",
        )
        .fetch_all(self.store.reader())
        .await?;
        let read = |row: &sqlx::any::AnyRow| -> Result<_> {
            let severity = Severity::parse(row.try_get(1)?).unwrap_or(Severity::Medium);
            Ok((row.try_get(0)?, severity, row.try_get(2)?))
        };
        let rules = self.rules().await?;
        let off = crate::engine::RuleId::ALL.into_iter().filter(|id| !rules.get(*id).on);
        let canaries = self.canaries().await?;
        Ok(Posture {
            open: rows.iter().map(read).collect::<Result<_>>()?,
            rules_off: off.map(crate::engine::RuleId::as_str).collect(),
            planted: canaries.iter().filter(|one| one.stand == Stand::Planted).count(),
        })
    }
}
