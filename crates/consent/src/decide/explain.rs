//! Why an answer is what it is: every rule that was asked, in its order, under every regime.

use serde::Serialize;

use super::{Ask, Decision, Question, Reason, Rule};
use crate::{Consent, LegalBasis, Regime, Result, Subject};

/// An answer with the way to it.
#[derive(Debug, Clone)]
pub struct Explanation {
    /// The answer.
    pub decision: Decision,
    /// The regimes that were asked, in their order; with the first that says no the asking ends for
    /// the answer, but all are told here.
    pub under: Vec<Under>,
    /// Whether anything is known of the person for this purpose or at all stands against them.
    pub chosen: Option<super::Chosen>,
}

/// The way under one regime.
#[derive(Debug, Clone, Serialize)]
pub struct Under {
    /// The regime.
    pub regime: Regime,
    /// The purpose's legal basis there.
    pub basis: LegalBasis,
    /// The rules that were asked; with the first that did not hold the asking ended.
    pub steps: Vec<Step>,
    /// What this regime says.
    pub allow: bool,
    /// Which rule said so.
    pub reason: Reason,
}

/// A rule that was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Step {
    /// The rule.
    pub rule: Rule,
    /// Whether it held.
    pub holds: bool,
}

impl Consent {
    /// What would be answered for this person and purpose, and every rule on the way there.
    pub async fn explain(
        &self,
        subject: &Subject,
        purpose: &str,
        ask: &Ask,
    ) -> Result<Explanation> {
        let catalogue = self.catalogue();
        let purpose = catalogue.purpose(purpose)?;
        let standing = self.standing(&subject.blind(self.vault()), purpose).await?;
        let question = Question::new(&catalogue, purpose, ask, ::store::now());
        let under = ask.regimes().iter().map(|regime| {
            let mut steps = Vec::new();
            let verdict =
                question.under(*regime, &standing, |rule, holds| steps.push(Step { rule, holds }));
            Under {
                regime: *regime,
                basis: verdict.basis,
                steps,
                allow: verdict.allow,
                reason: verdict.reason,
            }
        });
        Ok(Explanation {
            under: under.collect(),
            decision: question.judge(&standing).decision(&catalogue),
            chosen: standing.chosen,
        })
    }
}
