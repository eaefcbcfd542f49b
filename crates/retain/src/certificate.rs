//! The certificate of a run: signed JSON that says which rule was carried out, over which tables, with
//! how many rows, from when to when, and the proof that the log of every change holds its end. It names
//! no row.

use ::ledger::MEMBER;
use serde_json::{Value, json};
use store::LedgerFilter;
use web::Lang;

use crate::{Result, Retain, RetainError, RunState, rule::sentence};

/// What the document calls itself.
pub const KIND: &str = "privet-retention-certificate-v1";
/// The actions of its entry in the log: how a run can come to stand.
pub const ACTION: [&str; 3] = ["retention.finished", "retention.stopped", "retention.failed"];

impl Retain {
    /// The certificate of a run that stands still, as `{"certificate": …, "log_proof": …}`. Made again
    /// it says the same, under the log's newest checkpoint.
    pub async fn certificate(&self, id: &str) -> Result<Value> {
        let run = self.run(id).await?;
        if !run.has_certificate() {
            return Err(RetainError::NotFound("certificate"));
        }
        let ledger = self.store().ledger();
        let mut last = None;
        for action in ACTION {
            let filter = LedgerFilter {
                action: Some(action.into()),
                object_kind: Some("retention_run".into()),
                object_id: Some(run.id.clone()),
                ..LedgerFilter::default()
            };
            let found = ledger.page(&filter, None, 1).await?.into_iter().next();
            last = [last, found].into_iter().flatten().max_by_key(|row| row.seq);
        }
        let row = last.ok_or(RetainError::NotFound("certificate"))?;
        let body = self.rule_at(&run.rule, run.version).await?;
        let rule = self.rule(&run.rule).await?;
        let en = sentence(Lang::En, &body, &self.names_of(&body, Lang::En).await?);
        let zh = sentence(Lang::ZhCn, &body, &self.names_of(&body, Lang::ZhCn).await?);
        let steps: Vec<Value> = run
            .steps
            .iter()
            .enumerate()
            .map(|(at, step)| {
                let (planned, done) = run.rows_of(at);
                json!({ "table": step.table, "action": step.act, "rows": done, "planned": planned })
            })
            .collect();
        let kept: Vec<Value> = run
            .done
            .kept
            .iter()
            .map(|one| json!({ "reason": one.reason, "table": one.table, "rows": one.rows }))
            .collect();
        let document = json!({
            "type": KIND,
            "id": run.id,
            "organisation": self.web().organisation(),
            "rule": { "key": rule.key, "name": body.name, "version": run.version },
            "said": { "en": en, "zh-CN": zh },
            "outcome": run.state.as_str(),
            "complete": run.state == RunState::Finished,
            "tables": steps,
            "rows": run.done.changed(),
            "kept": kept,
            "counted_from": web::rfc3339(run.cutoff),
            "begun_at": web::rfc3339(run.begun_at),
            "ended_at": web::rfc3339(run.ended_at),
            // Keyed: the plan holds values of conditions, and a bare hash could be guessed at.
            "plan": hex(&self.store().digest(&run.fingerprint).0),
            "ledger": { "position": row.seq },
        });
        let Value::Object(document) = document else { unreachable!("made above") };
        let proof = ledger.proof(row.seq).await?;
        let signed = self.consent().signer().sign(document);
        Ok(json!({ "certificate": signed, MEMBER: proof.to_json() }))
    }
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
