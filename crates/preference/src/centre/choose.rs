//! Switching: one purpose, everything off, and taking that back.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::IpAddr,
    sync::Arc,
};

use consent::{
    Catalogue, Choice, LegalBasis, NoticeVersion, PurposeState, Receipt, Recording, Subject,
    notice::Touchpoint, record::Origin,
};
use serde::{Deserialize, Serialize};
use store::now;
use web::Lang;

use crate::{PreferenceError, Preferences, Result, session::CUSTOMER};

/// How long a change can be taken back, in µs: an hour.
pub(crate) const UNDO: i64 = 3600 * 1_000_000;

/// From where a choice comes.
#[derive(Debug, Clone)]
pub(crate) struct From {
    pub property: String,
    pub lang: Lang,
    pub origin: Origin,
    pub channel: &'static str,
    pub ip: Option<IpAddr>,
    pub user_agent: String,
    /// The person has proved the address by a letter.
    pub confirmed: bool,
}

/// What was before a change, so that it can be taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Undo {
    /// When the change was made (µs).
    pub at: i64,
    /// Purpose → the notice version under which it was on.
    pub on: BTreeMap<String, String>,
    /// Purposes that were off.
    pub off: BTreeSet<String>,
}

impl Undo {
    /// Whether it is still early enough.
    pub(crate) fn is_open(&self) -> bool {
        now() - self.at < UNDO
    }
}

/// The notice under which a purpose can be agreed to: the preference centre's own, else the one the
/// person knows, else the newest that shows it.
pub(crate) fn notice_for(
    catalogue: &Catalogue,
    purpose: &str,
    state: Option<&PurposeState>,
) -> Option<Arc<NoticeVersion>> {
    let shows = |notice: &&Arc<NoticeVersion>| notice.published.purposes.contains_key(purpose);
    let own = |notice: &&Arc<NoticeVersion>| {
        notice.published.body.touchpoint == Touchpoint::PreferenceCentre
    };
    let known = |notice: &&Arc<NoticeVersion>| state.is_some_and(|s| s.notice == notice.notice);
    let newest: Vec<&Arc<NoticeVersion>> = catalogue.newest().filter(shows).collect();
    let find = |test: &dyn Fn(&&Arc<NoticeVersion>) -> bool| newest.iter().find(|n| test(n));
    let latest = || newest.iter().max_by_key(|notice| notice.published_at);
    find(&own).or_else(|| find(&known)).or_else(latest).map(|notice| Arc::clone(notice))
}

impl Preferences {
    /// Switches one purpose.
    pub(crate) async fn switch(
        &self,
        person: &Subject,
        purpose: &str,
        on: bool,
        from: &From,
    ) -> Result<(Receipt, Undo)> {
        let catalogue = self.consent().catalogue();
        catalogue.purpose(purpose)?;
        let states = self.consent().states_of(person).await?;
        let undo = self.before(person, &[purpose.to_owned()], &states, from).await?;
        let notice = notice_for(&catalogue, purpose, states.get(purpose));
        let notice = notice.ok_or(PreferenceError::NoNotice)?;
        let choice = if on { Choice::Granted } else { Choice::Denied };
        let choices = BTreeMap::from([(purpose.to_owned(), choice)]);
        Ok((self.put(person, &notice, choices, from).await?, undo))
    }

    /// Switches everything off that the person can switch off: one record for each notice they agreed
    /// under, so that each receipt names the text it takes back.
    pub(crate) async fn withdraw(
        &self,
        person: &Subject,
        purposes: &[String],
        from: &From,
    ) -> Result<(Vec<Receipt>, Undo)> {
        let catalogue = self.consent().catalogue();
        let states = self.consent().states_of(person).await?;
        let undo = self.before(person, purposes, &states, from).await?;
        let mut by_notice: BTreeMap<String, (Arc<NoticeVersion>, BTreeMap<String, Choice>)> =
            BTreeMap::new();
        for purpose in purposes {
            let state = states.get(purpose);
            let shown = state.and_then(|state| {
                let name = format!("{}@{}", state.notice, state.notice_version);
                catalogue.notice(&name).ok().map(Arc::clone)
            });
            // A no is taken under any notice; somebody who never chose has none.
            let shown = shown.or_else(|| notice_for(&catalogue, purpose, state));
            let shown = shown.or_else(|| catalogue.newest().next().map(Arc::clone));
            let notice = shown.ok_or(PreferenceError::NoNotice)?;
            let agreed = state.is_some_and(|state| state.choice == Choice::Granted);
            let choice = if agreed { Choice::Withdrawn } else { Choice::Denied };
            let group = by_notice.entry(notice.name()).or_insert_with(|| (notice, BTreeMap::new()));
            group.1.insert(purpose.clone(), choice);
        }
        let mut receipts = Vec::with_capacity(by_notice.len());
        for (notice, choices) in by_notice.into_values() {
            receipts.push(self.put(person, &notice, choices, from).await?);
        }
        Ok((receipts, undo))
    }

    /// Refuses, for somebody who asked for it by a rights request, what is done without consent until
    /// they object, under whichever law; with `all`, what they agreed to as well. Says how many
    /// purposes that were.
    ///
    /// # Errors
    /// Those of consents.
    pub async fn refuse(
        &self,
        person: &Subject,
        property: &str,
        lang: Lang,
        all: bool,
    ) -> Result<usize> {
        let catalogue = self.consent().catalogue();
        let states = self.consent().states_of(person).await?;
        let off: Vec<String> = catalogue
            .purposes()
            .filter(|purpose| purpose.retired_at.is_none())
            .filter(|purpose| {
                let choice = states.get(&purpose.key).map(|state| state.choice);
                let refused = matches!(choice, Some(Choice::Denied | Choice::Withdrawn));
                let agreed = matches!(choice, Some(Choice::Granted | Choice::Pending));
                let until_objected = purpose.body.basis.values().any(|basis| {
                    matches!(basis, LegalBasis::LegitimateInterests | LegalBasis::OptOut)
                });
                !refused && (until_objected || (all && agreed))
            })
            .map(|purpose| purpose.key.clone())
            .collect();
        if off.is_empty() {
            return Ok(0);
        }
        let from = From {
            property: property.to_owned(),
            lang,
            origin: Origin::PreferenceCentre,
            channel: "rights_request",
            ip: None,
            user_agent: String::new(),
            confirmed: true,
        };
        self.withdraw(person, &off, &from).await?;
        Ok(off.len())
    }

    /// Takes a change back: what was on is on again under the text it was agreed under.
    pub(crate) async fn undo(&self, person: &Subject, undo: &Undo, from: &From) -> Result<()> {
        let catalogue = self.consent().catalogue();
        // They had agreed before; nothing new is asked of them.
        let from = From { confirmed: true, ..from.clone() };
        let mut groups: BTreeMap<&str, BTreeMap<String, Choice>> = BTreeMap::new();
        for (purpose, notice) in &undo.on {
            groups.entry(notice).or_default().insert(purpose.clone(), Choice::Granted);
        }
        for (name, choices) in groups {
            let notice = Arc::clone(catalogue.notice(name)?);
            self.put(person, &notice, choices, &from).await?;
        }
        let off: Vec<String> = undo.off.iter().cloned().collect();
        if !off.is_empty() {
            self.withdraw(person, &off, &from).await?;
        }
        Ok(())
    }

    /// Which of the purposes are on, under which text.
    async fn before(
        &self,
        person: &Subject,
        purposes: &[String],
        states: &BTreeMap<String, PurposeState>,
        from: &From,
    ) -> Result<Undo> {
        let catalogue = self.consent().catalogue();
        let mut undo = Undo { at: now(), on: BTreeMap::new(), off: BTreeSet::new() };
        let lines = self.lines(person, &from.property, from.lang).await?;
        for purpose in purposes {
            let is_on = lines.iter().any(|line| line.key == *purpose && line.on);
            let state = states.get(purpose);
            let agreed = state.filter(|state| state.choice == Choice::Granted);
            let name = match agreed {
                Some(state) => Some(format!("{}@{}", state.notice, state.notice_version)),
                None => notice_for(&catalogue, purpose, state).map(|notice| notice.name()),
            };
            match name.filter(|name| is_on && catalogue.notice(name).is_ok()) {
                Some(name) => {
                    undo.on.insert(purpose.clone(), name);
                }
                None if !is_on => {
                    undo.off.insert(purpose.clone());
                }
                None => {}
            }
        }
        Ok(undo)
    }

    async fn put(
        &self,
        person: &Subject,
        notice: &NoticeVersion,
        choices: BTreeMap<String, Choice>,
        from: &From,
    ) -> Result<Receipt> {
        let spoken = notice.published.body.languages();
        let language = if spoken.iter().any(|tag| tag == from.lang.tag()) {
            from.lang.tag().to_owned()
        } else {
            String::new()
        };
        let recording = Recording {
            subject: person.clone(),
            property: from.property.clone(),
            notice: notice.name(),
            language,
            choices,
            channel: from.channel.to_owned(),
            page: String::new(),
            ip: from.ip,
            user_agent: from.user_agent.clone(),
            given_at: None,
            minor: None,
            origin: from.origin,
            confirmed: from.confirmed,
            idempotency: None,
        };
        Ok(self.consent().record(&CUSTOMER, &recording).await?)
    }
}
