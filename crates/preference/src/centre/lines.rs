//! What the preference centre shows of each purpose. Whether it is on is asked of the decision itself,
//! so that the page never says something else than every system is told.

use std::collections::BTreeMap;

use consent::{
    Choice, LegalBasis, Purpose, PurposeState, Regime, Subject,
    decide::{Ask, Reason},
    purpose::text_in,
};
use web::Lang;

use super::choose::notice_for;
use crate::{Preferences, Result};

/// A purpose as shown.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    pub key: String,
    pub name: String,
    pub description: String,
    pub if_refused: String,
    pub on: bool,
    pub pending: bool,
    /// Whether the person can change it.
    pub may_switch: bool,
    /// Whether it can be switched on here: some notice must show it.
    pub may_agree: bool,
    /// The newest choice was made at (µs).
    pub since: Option<i64>,
    pub notice: String,
    pub record: String,
    /// Text key of the reason of the answer.
    pub reason: String,
    /// Regime and text key of the basis, one line each where they differ.
    pub bases: Vec<(&'static str, String)>,
    pub vendors: Vec<String>,
    pub retention_days: Option<u32>,
    pub sensitive: bool,
}

impl Preferences {
    /// Every purpose that is not retired, those the person can change first.
    pub(crate) async fn lines(
        &self,
        person: &Subject,
        property: &str,
        lang: Lang,
    ) -> Result<Vec<Line>> {
        let catalogue = self.consent().catalogue();
        let regimes = catalogue
            .property(property)
            .map(|place| place.body.regimes.clone())
            .unwrap_or_default();
        let states = self.consent().states_of(person).await?;
        let ask = Ask { regimes: regimes.clone(), ..Ask::default() };
        let mut lines = Vec::new();
        for purpose in catalogue.purposes().filter(|purpose| purpose.retired_at.is_none()) {
            let decision = self.consent().decide(person, &purpose.key, &ask).await?;
            let state = states.get(&purpose.key);
            let mut line = describe(purpose, lang, &regimes);
            line.on = decision.allow;
            line.pending = decision.reason == Reason::Pending;
            line.reason =
                format!("preference-reason-{}", decision.reason.as_str().replace('_', "-"));
            line.may_agree = notice_for(&catalogue, &purpose.key, state).is_some();
            if let Some(state) = state {
                self.add_state(&mut line, state, lang);
            }
            lines.push(line);
        }
        lines.sort_by_key(|line| !line.may_switch);
        Ok(lines)
    }

    fn add_state(&self, line: &mut Line, state: &PurposeState, lang: Lang) {
        line.since = Some(state.since);
        line.record.clone_from(&state.record);
        let named = format!("{}@{}", state.notice, state.notice_version);
        if let Ok(notice) = self.consent().catalogue().notice(&named) {
            text_in(&notice.published.body.title, lang.tag()).clone_into(&mut line.notice);
        }
        // An objection to what needs no consent is a choice too.
        line.pending |= state.choice == Choice::Pending;
    }
}

fn describe(purpose: &Purpose, lang: Lang, regimes: &[Regime]) -> Line {
    let body = &purpose.body;
    let text = |texts| text_in(texts, lang.tag()).to_owned();
    Line {
        key: purpose.key.clone(),
        name: text(&body.name),
        description: text(&body.description),
        if_refused: text(&body.if_refused),
        on: false,
        pending: false,
        may_switch: regimes.iter().any(|regime| purpose.basis(*regime).heeds_choices()),
        may_agree: false,
        since: None,
        notice: String::new(),
        record: String::new(),
        reason: String::new(),
        bases: bases(purpose, regimes),
        vendors: body.vendors.clone(),
        retention_days: body.retention_days,
        sensitive: body.sensitive,
    }
}

/// One line without a regime's name where all agree.
fn bases(purpose: &Purpose, regimes: &[Regime]) -> Vec<(&'static str, String)> {
    let key = |basis: LegalBasis| format!("preference-basis-{}", basis.as_str().replace('_', "-"));
    let by_regime: BTreeMap<&str, LegalBasis> =
        regimes.iter().map(|regime| (name(*regime), purpose.basis(*regime))).collect();
    let mut different: Vec<LegalBasis> = by_regime.values().copied().collect();
    different.dedup();
    match different.as_slice() {
        [one] => vec![("", key(*one))],
        _ => by_regime.into_iter().map(|(name, basis)| (name, key(basis))).collect(),
    }
}

fn name(regime: Regime) -> &'static str {
    match regime {
        Regime::Gdpr => "GDPR",
        Regime::Ccpa => "CCPA",
        _ => "PIPL",
    }
}
