//! Asking again: a policy that does something new with data needs fresh consent (PIPL Art 14 ¶2), and
//! the consent room is who asks.

use std::collections::{BTreeMap, BTreeSet};

use ::store::{Actor, WriteTx};
use consent::Reconsent;

use crate::{Policy, PolicyError, PolicyVersion, Result, version};

impl Policy {
    /// Tells the consent room, with the version itself, which purposes earlier consents do not cover.
    pub(crate) async fn note_fresh(
        &self,
        tx: &mut WriteTx,
        actor: &Actor,
        version: &PolicyVersion,
    ) -> Result<()> {
        let Ok(before) = self.version(&version.policy, version.version - 1).await else {
            return Ok(());
        };
        let asks = version::asks(&before, version);
        let purposes: BTreeSet<String> = asks.into_iter().flat_map(|one| one.purposes).collect();
        if !purposes.is_empty() {
            let page = format!("/console/policies/{}/versions/{}", version.policy, version.version);
            self.consent().need_fresh(tx, actor, &purposes, &page).await?;
        }
        Ok(())
    }

    /// Publishes the notices anew, so that consents given before hold no longer for the purposes named,
    /// and starts the campaigns. A notice that somebody is writing on is left to them.
    pub async fn ask_again(
        &self,
        actor: &Actor,
        wanted: &BTreeMap<String, BTreeSet<String>>,
    ) -> Result<()> {
        for notice in wanted.keys() {
            if self.consent().notice(notice).await?.draft.is_some() {
                return Err(PolicyError::Conflict("policy-error-notice-draft"));
            }
        }
        for (notice, purposes) in wanted {
            let body = self.consent().catalogue().notice(notice)?.published.body.clone();
            if !purposes.iter().all(|key| body.purposes.contains(key)) {
                return Err(PolicyError::NotFound);
            }
            self.consent().save_draft(actor, notice, &body).await?;
            let again = Reconsent::Purposes(purposes.clone());
            let version = self.consent().publish(actor, notice, again).await?;
            self.consent().start_campaign(actor, &version.name()).await?;
        }
        Ok(())
    }
}
