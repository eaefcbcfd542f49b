//! Asking again: a notice's version whose consents given before hold no longer. Who must be asked and
//! who has answered is computed from the records; only that somebody started or closed the campaign is
//! written, in the ledger. Nobody is reminded by themselves.

mod count;

pub use count::{Line, Progress};

use std::{collections::HashMap, sync::Arc, time::Duration};

use ::store::{Actor, Entry, LedgerFilter};
use tokio::sync::Mutex;

use crate::{Consent, ConsentError, NoticeVersion, Reconsent, Result, SubjectId};

/// How old a count may be, in µs, when something has changed since.
const FRESH: i64 = 30 * 1_000_000;
/// How long a page waits for a count; it goes on without the page.
const PATIENCE: Duration = Duration::from_millis(1_500);

/// Counts that were made, by `newsletter@2`.
pub(crate) type Kept = Mutex<HashMap<String, Slot>>;

/// A count, the one before it while it is made anew.
#[derive(Debug, Default)]
pub(crate) struct Slot {
    made: Option<Arc<Progress>>,
    running: bool,
}

/// A version that asks again.
#[derive(Debug, Clone)]
pub struct Campaign {
    /// The version.
    pub version: Arc<NoticeVersion>,
    /// The purposes it asks for again.
    pub purposes: Vec<String>,
    /// When somebody started it (µs), and who, as the ledger names them.
    pub started: Option<(i64, String)>,
    /// When somebody closed it.
    pub closed: Option<(i64, String)>,
}

impl Campaign {
    /// `newsletter@2`
    pub fn name(&self) -> String {
        self.version.name()
    }

    /// Started and not closed.
    pub fn is_running(&self) -> bool {
        self.started.is_some() && self.closed.is_none()
    }
}

/// The purposes a version asks for again; empty when it asks nobody.
fn asked_again(version: &NoticeVersion) -> Vec<String> {
    // The first version has nobody to ask again.
    if version.version == 1 {
        return Vec::new();
    }
    let all = version.published.body.purposes.iter();
    match &version.published.reconsent {
        Reconsent::None => Vec::new(),
        Reconsent::All => all.cloned().collect(),
        Reconsent::Purposes(keys) => all.filter(|key| keys.contains(*key)).cloned().collect(),
    }
}

impl Consent {
    /// All versions that ask again, the newest first.
    pub async fn campaigns(&self) -> Result<Vec<Campaign>> {
        let catalogue = self.catalogue();
        let mut campaigns = Vec::new();
        for newest in catalogue.newest() {
            for version in catalogue.versions(&newest.notice) {
                let purposes = asked_again(version);
                if !purposes.is_empty() {
                    campaigns.push(self.campaign_of(Arc::clone(version), purposes).await?);
                }
            }
        }
        campaigns.sort_by_key(|one| std::cmp::Reverse(one.version.published_at));
        Ok(campaigns)
    }

    /// The campaign of a version, `newsletter@2`.
    pub async fn campaign(&self, name: &str) -> Result<Campaign> {
        let version = Arc::clone(self.catalogue().notice(name)?);
        let purposes = asked_again(&version);
        if purposes.is_empty() || version.name() != name {
            return Err(ConsentError::Unknown { kind: "campaign", key: version.name() });
        }
        self.campaign_of(version, purposes).await
    }

    async fn campaign_of(
        &self,
        version: Arc<NoticeVersion>,
        purposes: Vec<String>,
    ) -> Result<Campaign> {
        let filter = LedgerFilter {
            object_kind: Some("campaign".to_owned()),
            object_id: Some(version.name()),
            ..LedgerFilter::default()
        };
        let mut campaign = Campaign { version, purposes, started: None, closed: None };
        // Newest first: a start after a close opens it again.
        for entry in self.store().ledger().page(&filter, None, 100).await?.into_iter().rev() {
            match entry.action.as_str() {
                "campaign.started" => {
                    campaign.started = Some((entry.at, entry.actor));
                    campaign.closed = None;
                }
                "campaign.closed" => campaign.closed = Some((entry.at, entry.actor)),
                _ => {}
            }
        }
        Ok(campaign)
    }

    /// Notes that people are being asked from now on. Nothing is sent: whoever comes sees the newest
    /// version anyway.
    pub async fn start_campaign(&self, actor: &Actor, name: &str) -> Result<()> {
        if self.campaign(name).await?.is_running() {
            return Ok(());
        }
        self.campaign_noted(actor, "campaign.started", name).await
    }

    /// Notes that nobody is asked any more. Open ones stay open: every decision about them says no.
    pub async fn close_campaign(&self, actor: &Actor, name: &str) -> Result<()> {
        if !self.campaign(name).await?.is_running() {
            return Ok(());
        }
        self.campaign_noted(actor, "campaign.closed", name).await
    }

    /// The people who must still be asked, and that somebody took the list.
    pub async fn open_people(&self, actor: &Actor, name: &str) -> Result<Vec<SubjectId>> {
        let campaign = self.campaign(name).await?;
        let people = count::open_people(self, &campaign).await?;
        self.campaign_noted(actor, "campaign.exported", name).await?;
        Ok(people)
    }

    async fn campaign_noted(&self, actor: &Actor, action: &'static str, name: &str) -> Result<()> {
        self.store()
            .begin(Entry::new(actor.clone(), action, "campaign", name))
            .await?
            .commit()
            .await?;
        Ok(())
    }

    /// How far a campaign is. Counting millions takes seconds: whoever waits longer than a moment gets
    /// the count before, or none, while the new one is made.
    pub async fn campaign_progress(&self, campaign: &Campaign) -> Result<Option<Arc<Progress>>> {
        let name = campaign.name();
        let (_, head) = self.marks().await?;
        let known = {
            let mut kept = self.inner.campaigns.lock().await;
            let slot = kept.entry(name.clone()).or_default();
            let known = slot.made.clone();
            let fresh = known
                .as_ref()
                .is_some_and(|made| made.head == head || ::store::now() - made.at < FRESH);
            if fresh || slot.running {
                return Ok(known);
            }
            slot.running = true;
            known
        };
        let (consent, campaign) = (self.clone(), campaign.clone());
        let counting = tokio::spawn(async move {
            let counted = count::progress(&consent, &campaign, head).await;
            let mut kept = consent.inner.campaigns.lock().await;
            let slot = kept.entry(campaign.name()).or_default();
            slot.running = false;
            let made = Arc::new(counted?);
            slot.made = Some(Arc::clone(&made));
            Ok(made)
        });
        match tokio::time::timeout(PATIENCE, counting).await {
            Ok(Ok(made)) => made.map(Some),
            Ok(Err(_)) => Err(ConsentError::Invalid("counting a campaign ended early".to_owned())),
            Err(_) => Ok(known),
        }
    }
}
