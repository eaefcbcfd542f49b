//! The certificate of an erasure: signed JSON that says which tables lost how many rows, what stays and
//! why, and what could not be reached, with the proof that the log of every change holds its end. It
//! names nobody and no row; who holds the request knows whom it is about.

use ::ledger::MEMBER;
use ::store::LedgerFilter;
use serde_json::{Value, json};
use web::{Lang, translate};

use super::{Act, Stage};
use crate::{Result, Rights, RightsError};

/// What the document calls itself.
pub const KIND: &str = "privet-erasure-certificate-v1";
/// The action of its entry in the log.
pub const ACTION: &str = "rights.erased";

impl Rights {
    /// The certificate of a finished erasure, as `{"certificate": …, "log_proof": …}`. Made again it
    /// says the same, under the log's newest checkpoint.
    ///
    /// # Errors
    /// [`RightsError::NotFound`] while it is not finished.
    pub async fn erasure_certificate(&self, id: &str) -> Result<Value> {
        let none = || RightsError::NotFound("certificate");
        let erasure = self.erasure(id).await?.filter(|one| one.stage == Stage::Done);
        let erasure = erasure.ok_or_else(none)?;
        let request = self.request(id).await?;
        let ledger = self.store().ledger();
        let filter = LedgerFilter {
            action: Some(ACTION.into()),
            object_kind: Some("rights_request".into()),
            object_id: Some(id.to_owned()),
            ..LedgerFilter::default()
        };
        let row = ledger.page(&filter, None, 1).await?.into_iter().next().ok_or_else(none)?;
        let sources = self.regimes().map().sources().await?;
        let name = |id: &str| {
            sources.iter().find(|one| one.id == id).map_or(id, |one| &one.name).to_owned()
        };
        let mut tables = Vec::new();
        for step in &erasure.steps {
            let done = step.done;
            let ground = if step.act == Act::Keep { step.ground.as_str() } else { "" };
            tables.push(json!({
                "source": name(&step.source),
                "table": step.table,
                "rows": step.own,
                "deleted": done.deleted,
                "emptied": done.emptied,
                "cells_emptied": done.cells,
                "kept": { "duty": done.duty, "legal_hold": done.hold, "other": done.stays },
                "ground": ground,
                "left_to_people": step.doubtful,
                "complete": step.is_done,
            }));
        }
        let left: Vec<Value> = erasure
            .unreached
            .iter()
            .map(|one| json!({ "source": name(&one.source), "table": one.table, "why": one.why }))
            .collect();
        let done = erasure.done();
        let words = |lang: Lang| {
            let number = |n: u64| n.to_string().into();
            let kept = done.kept() + erasure.steps.iter().map(|step| step.doubtful).sum::<u64>();
            let said = [
                ("deleted", number(done.deleted)),
                ("emptied", number(done.emptied)),
                ("kept", number(kept)),
            ];
            translate(lang, "rights-certificate-said", &said)
        };
        let document = json!({
            "type": KIND,
            "id": id,
            "request": request.name(),
            "organisation": self.organisation(),
            "said": { "en": words(Lang::En), "zh-CN": words(Lang::ZhCn) },
            "received_at": web::rfc3339(request.received_at),
            "begun_at": web::rfc3339(erasure.begun_at),
            "ended_at": web::rfc3339(erasure.ended_at),
            "tables": tables,
            "not_reached": left,
            "customer_keys_destroyed": erasure.customers,
            "ledger": { "position": row.seq },
        });
        let Value::Object(document) = document else { unreachable!("made above") };
        let proof = ledger.proof(row.seq).await?;
        let signed = self.consent().signer().sign(document);
        Ok(json!({ "certificate": signed, MEMBER: proof.to_json() }))
    }
}
