//! How sure a law wants us to be of a person before data is handed out: more than an address that they
//! confirmed. It stands in the law packs, by what is asked: `verification_specific` (how many facts agree)
//! and `verification_specific_declaration` for requests that hand out the data itself. It is a default:
//! staff may go on with less, and say why.

use ::store::{Actor, Entry, now};
use law::{Fact, Kind as About};

use super::Verdict;
use crate::{
    Kind, Level, Request, Result, Rights, RightsError,
    request::{NewEvent, insert_event, words},
};

/// What rule packs call the rule that more is asked for only where there is reason to doubt.
const DOUBT: &str = "identity";
/// Rules beside which another law's degree only advises.
const SOFTENS: [&str; 2] = [DOUBT, "no_conditions"];

/// What the laws of a request want, the strictest of them.
#[derive(Debug, Clone)]
pub struct Degree {
    /// So many facts that the person told agree with what is held.
    pub points: u64,
    /// They declared that they are who they say.
    pub declares: bool,
    /// It must be shown. Where another law of the request lets us ask for more only where there is reason
    /// to doubt (GDPR Art 12(6)), or forbids unreasonable conditions (网络数据安全管理条例 Art 23), it
    /// advises: nobody knows which of the laws the person is under.
    pub binds: bool,
    /// The rules, for their words and citations.
    pub rules: Vec<Fact>,
}

/// Why staff went on with less.
#[derive(Debug, Clone)]
pub struct Waiver {
    /// When (µs).
    pub at: i64,
    /// Who, as the ledger names them.
    pub actor: String,
    /// Why.
    pub why: String,
}

/// How a request stands to that.
#[derive(Debug, Clone)]
pub struct Standing {
    /// What is wanted; `None` where the confirmed address is enough.
    pub degree: Option<Degree>,
    /// The level is enough by itself: an account, or somebody looked.
    pub known: bool,
    /// Facts that agree.
    pub agree: u64,
    /// The declaration was given.
    pub declared: bool,
    /// Staff went on with less.
    pub waiver: Option<Waiver>,
}

impl Standing {
    /// Whether data may be handed out.
    pub fn is_enough(&self) -> bool {
        let Some(degree) = self.degree.as_ref().filter(|one| one.binds) else { return true };
        let shown = self.agree >= degree.points && (self.declared || !degree.declares);
        self.known || shown || self.waiver.is_some()
    }
}

fn context(request: &str) -> String {
    format!("rights-degree:{request}")
}

impl Rights {
    /// How sure we are of a person, and how sure the laws of their request want us to be.
    ///
    /// # Errors
    /// Those of Privet's own database.
    pub async fn standing(&self, request: &Request) -> Result<Standing> {
        let degree = self.degree(request);
        let proof = self.proof(&request.id).await?;
        let agree = proof.iter().flat_map(|one| one.result.values());
        let agree = agree.filter(|one| **one == Verdict::Agrees).count();
        Ok(Standing {
            waiver: if degree.is_some() { self.waiver(&request.id).await? } else { None },
            degree,
            known: request.level >= Level::Account,
            agree: agree as u64,
            declared: proof.is_some_and(|one| one.declared),
        })
    }

    /// What the packs say about requests like this one, in force today.
    fn degree(&self, request: &Request) -> Option<Degree> {
        if !matches!(request.kind, Kind::Access | Kind::Portability) {
            return None;
        }
        let (law, day) = (self.regimes().law(), regime::today());
        let of = |regime: &String| -> Vec<Fact> {
            let rules = law.about(regime, About::RightsRule, day);
            rules.filter(|fact| fact.code.starts_with("verification_specific")).cloned().collect()
        };
        let rules: Vec<Fact> = request.regimes.iter().flat_map(of).collect();
        let points = rules.iter().filter_map(|fact| fact.value).max()?;
        let declares = rules.iter().any(|fact| fact.code == "verification_specific_declaration");
        let softens = |regime: &String| {
            let mut rules = law.about(regime, About::RightsRule, day);
            rules.any(|fact| SOFTENS.contains(&fact.code.as_str()))
        };
        Some(Degree { points, declares, binds: !request.regimes.iter().any(softens), rules })
    }

    /// Rules that let us ask for more only where there is reason to doubt who somebody is (GDPR Art 12(6)).
    pub fn doubt_rules(&self, request: &Request) -> Vec<Fact> {
        let (law, day) = (self.regimes().law(), regime::today());
        let of = |regime: &String| -> Vec<Fact> {
            let rules = law.about(regime, About::RightsRule, day);
            rules.filter(|fact| fact.code == DOUBT).cloned().collect()
        };
        request.regimes.iter().flat_map(of).collect()
    }

    async fn waiver(&self, request: &str) -> Result<Option<Waiver>> {
        let row: Option<(i64, String, String)> =
            sqlx::query_as("SELECT at, actor, sealed FROM rights_degree WHERE request = $1")
                .bind(request)
                .fetch_optional(self.store().reader())
                .await?;
        let Some((at, actor, sealed)) = row else { return Ok(None) };
        Ok(Some(Waiver { at, actor, why: self.store().unseal(&context(request), &sealed)? }))
    }

    /// Stops what hands out data while less is shown than the law wants and nobody said why that is
    /// enough.
    pub(crate) async fn certain(&self, request: &Request) -> Result<()> {
        if self.standing(request).await?.is_enough() {
            return Ok(());
        }
        Err(RightsError::Conflict("rights-error-degree"))
    }

    /// Goes on with less proof than the law has by default; the reason is kept.
    ///
    /// # Errors
    /// [`RightsError::Conflict`] where enough is shown, or the request is closed;
    /// [`RightsError::Asked`] without a reason.
    pub async fn waive_degree(&self, actor: &Actor, request: &Request, why: &str) -> Result<()> {
        let why = words(why)?;
        if request.state.is_closed() {
            return Err(RightsError::Conflict("rights-error-closed"));
        }
        if self.standing(request).await?.is_enough() {
            return Err(RightsError::Conflict("rights-error-degree-none"));
        }
        let id = &request.id;
        let entry = Entry::new(actor.clone(), "rights.degree_waived", "rights_request", id);
        let mut tx = self.store().begin(entry).await?;
        sqlx::query(
            "INSERT INTO rights_degree (request, at, actor, sealed) VALUES ($1, $2, $3, $4)
             ON CONFLICT (request) DO NOTHING",
        )
        .bind(id)
        .bind(now())
        .bind(actor.to_text())
        .bind(self.store().seal(&context(id), why))
        .execute(tx.conn())
        .await?;
        let event = NewEvent { request: id, what: "degree-waived", detail: "" };
        insert_event(&mut tx, actor, &event).await?;
        tx.commit().await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facts_and_declaration_an_account_or_a_reason_are_enough() {
        let degree = Degree { points: 3, declares: true, binds: true, rules: Vec::new() };
        let bare = Standing {
            degree: Some(degree),
            known: false,
            agree: 0,
            declared: false,
            waiver: None,
        };
        let waiver = Waiver { at: 1, actor: String::new(), why: "known by voice".into() };
        assert!(!bare.is_enough());
        assert!(!Standing { agree: 3, ..bare.clone() }.is_enough(), "no declaration");
        assert!(!Standing { agree: 2, declared: true, ..bare.clone() }.is_enough());
        assert!(Standing { agree: 3, declared: true, ..bare.clone() }.is_enough());
        assert!(Standing { known: true, ..bare.clone() }.is_enough());
        assert!(Standing { waiver: Some(waiver), ..bare.clone() }.is_enough());
        assert!(Standing { degree: None, ..bare.clone() }.is_enough());
        let advice = bare.degree.clone().map(|one| Degree { binds: false, ..one });
        assert!(Standing { degree: advice, ..bare }.is_enough());
    }
}
