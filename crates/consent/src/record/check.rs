//! Whether choices can be taken: the notice shows the purposes, the times make sense, the texts fit.

use std::{collections::BTreeMap, sync::Arc};

use super::{Choice, Origin, Recording, agent};
use crate::{Catalogue, ConsentError, NoticeVersion, Result};

/// How far a caller's clock may be ahead of ours, in µs: five minutes.
const AHEAD: i64 = 5 * 60 * 1_000_000;
/// 1 January 2000: no consent kept by a computer is older.
const EARLIEST: i64 = 946_684_800_000_000;

/// Choices that can be taken, with what they were made under.
#[derive(Debug)]
pub(crate) struct Checked {
    pub notice: Option<Arc<NoticeVersion>>,
    pub language: String,
    pub choices: BTreeMap<String, Choice>,
    pub given_at: i64,
    pub minor_until: Option<i64>,
    pub page: String,
    pub ip: String,
    pub agent: String,
}

impl Recording {
    pub(crate) fn check(&self, catalogue: &Catalogue, now: i64) -> Result<Checked> {
        let property = catalogue.property(&self.property)?;
        let notice = match self.notice.as_str() {
            "" if self.origin == Origin::Import => None,
            "" => return Err(invalid("notice is missing; name the notice that was shown")),
            name => Some(Arc::clone(catalogue.notice(name)?)),
        };
        if self.choices.is_empty() {
            return Err(invalid("choices is empty; give at least one purpose"));
        }
        let mut choices = BTreeMap::new();
        for (key, choice) in &self.choices {
            choices.insert(key.clone(), self.choice(catalogue, notice.as_deref(), key, *choice)?);
        }
        let given_at = self.given_at.unwrap_or(now);
        if given_at > now + AHEAD {
            return Err(invalid("given_at is in the future; check the clock of the sender"));
        }
        if given_at < EARLIEST {
            return Err(invalid("given_at is before the year 2000"));
        }
        if self.channel.chars().count() > 40 || self.language.len() > 35 {
            return Err(invalid("channel has at most 40 characters and language at most 35"));
        }
        let language = self.language(notice.as_deref(), &property.body.language)?;
        if let Some(minor) = &self.minor {
            minor.check()?;
        }
        let minor_until = self.minor.as_ref().and_then(|minor| {
            minor.until(&property.body.regimes, &property.body.country, given_at.min(now))
        });
        Ok(Checked {
            notice,
            language,
            choices,
            given_at: given_at.min(now),
            minor_until,
            page: agent::page_without_person(&self.page),
            ip: self.ip.map(agent::truncated).unwrap_or_default(),
            agent: agent::user_agent_class(&self.user_agent),
        })
    }

    /// A choice as it will be kept: a grant that an e-mail must confirm waits for it.
    fn choice(
        &self,
        catalogue: &Catalogue,
        notice: Option<&NoticeVersion>,
        key: &str,
        choice: Choice,
    ) -> Result<Choice> {
        let purpose = catalogue.purpose(key)?;
        let no = matches!(choice, Choice::Denied | Choice::Withdrawn);
        if purpose.retired_at.is_some() && !no {
            return Err(ConsentError::Conflict(format!(
                "the purpose “{key}” is retired; nobody can agree to it any more"
            )));
        }
        // Saying no is taken under any notice: it must never be harder than saying yes.
        if let Some(notice) = notice
            && !no
            && !notice.published.purposes.contains_key(key)
        {
            return Err(ConsentError::Conflict(format!(
                "the notice “{}” does not show the purpose “{key}”; nobody agreed to it there",
                notice.name()
            )));
        }
        let waits = purpose.body.double_opt_in && !self.confirmed && self.origin != Origin::Import;
        Ok(if choice == Choice::Granted && waits { Choice::Pending } else { choice })
    }

    fn language(&self, notice: Option<&NoticeVersion>, default: &str) -> Result<String> {
        let asked = if self.language.is_empty() { default } else { &self.language };
        let Some(notice) = notice else { return Ok(asked.to_owned()) };
        let spoken = notice.published.body.languages();
        if spoken.iter().any(|tag| tag == asked) {
            return Ok(asked.to_owned());
        }
        if self.language.is_empty()
            && let Some(first) = spoken.first()
        {
            return Ok(first.clone());
        }
        Err(invalid(&format!(
            "the notice “{}” was not shown in this language; it speaks {}",
            notice.name(),
            spoken.join(", ")
        )))
    }
}

fn invalid(text: &str) -> ConsentError {
    ConsentError::Invalid(text.to_owned())
}
