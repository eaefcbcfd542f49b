//! Flows: how personal data moves. Declared by people, or discovered with evidence and confidence
//! from keyed sketches ([`sketch`]), views and foreign keys ([`discover`]); laid out ([`layout`]) and
//! drawn ([`svg`], [`mermaid`]) as the picture of the whole organisation.

pub mod discover;
mod forms;
pub mod layout;
mod links;
pub mod mermaid;
pub mod model;
mod pages;
pub mod sketch;
mod store;
pub mod svg;
mod text;
pub(crate) mod view;

use crate::{DataMap, Result};

pub(crate) use pages::router;

pub use store::{FlowDecision, FlowDraft, FlowRow};

/// Looks for flows from and to the system of a source that was just scanned.
pub async fn discover(map: &DataMap, source_id: &str) -> Result<()> {
    discover::discover(map.store(), source_id).await?;
    Ok(())
}
