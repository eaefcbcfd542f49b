//! Propagation as compliance checks see it: whether choices reach the systems they must reach.

use sqlx::FromRow;

use crate::{Deliver, Result};

/// A destination and how it does.
#[derive(Debug, Clone, Default, FromRow)]
pub struct DestinationPosture {
    /// Id.
    pub id: String,
    /// Name.
    pub name: String,
    /// `draft` | `active` | `paused` | `gone`.
    pub state: String,
    /// Code of the newest fault since the last success, or "".
    pub fault: String,
    /// When (µs).
    pub fault_at: i64,
    /// Changed (µs).
    pub updated_at: i64,
    /// Events that were given up.
    pub dead: i64,
}

/// A purpose view and what its last check found.
#[derive(Debug, Clone, Default, FromRow)]
pub struct ViewPosture {
    /// Id.
    pub id: String,
    /// `schema.view`.
    pub name: String,
    /// Codes found at the last check, with commas; "" for none.
    pub drift: String,
}

/// Destinations and views at one moment.
#[derive(Debug, Clone, Default)]
pub struct Posture {
    /// Destinations, by name.
    pub destinations: Vec<DestinationPosture>,
    /// Purpose views at work.
    pub views: Vec<ViewPosture>,
}

impl Deliver {
    /// Propagation as compliance checks see it.
    pub async fn posture(&self) -> Result<Posture> {
        let reader = self.store().reader();
        let destinations = sqlx::query_as(
            "SELECT d.id, d.name, d.state, d.fault, d.fault_at, d.updated_at,
               (SELECT COUNT(*) FROM delivery x WHERE x.destination_id = d.id AND x.state = 'dead')
                 AS dead
             FROM destination d ORDER BY LOWER(d.name), d.id",
        )
        .fetch_all(reader)
        .await?;
        let views = sqlx::query_as(
            "SELECT id, view_schema || '.' || view_name AS name, drift FROM purpose_view
             WHERE state = 'applied' ORDER BY 2, 1",
        )
        .fetch_all(reader)
        .await?;
        Ok(Posture { destinations, views })
    }
}
