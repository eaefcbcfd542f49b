//! Asking again: a policy that does something new with data needs fresh consent (PIPL Art 14 ¶2), and
//! the consent room is who asks.

use std::collections::{BTreeMap, BTreeSet};

use ::store::Actor;
use consent::Reconsent;

use crate::{Policy, PolicyError, Result};

impl Policy {
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
