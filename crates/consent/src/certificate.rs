//! The certificate of a deletion: signed JSON that says when a customer's keys were destroyed, with the
//! proof that the log of every change holds it. It names the customer by the opaque id and says nothing
//! of what was known.

use ::ledger::MEMBER;
use serde_json::{Value, json};
use store::LedgerFilter;

use crate::{Consent, ConsentError, Result, SubjectId};

/// What the document calls itself.
pub const KIND: &str = "privet-deletion-certificate-v1";
/// The action of its entry in the log.
pub const ACTION: &str = "subject.erased";

impl Consent {
    /// The certificate of an erased customer, as `{"certificate": …, "log_proof": …}`; an error for one
    /// who is not erased. Made again it says the same, under the log's newest checkpoint.
    pub async fn deletion_certificate(&self, id: &SubjectId) -> Result<Value> {
        let unknown = || ConsentError::Unknown { kind: "deletion", key: id.0.clone() };
        let standing = self.standing_of(&id.0).await?;
        if standing.erased_at.is_none() {
            return Err(unknown());
        }
        let filter = LedgerFilter {
            action: Some(ACTION.into()),
            object_kind: Some("subject".into()),
            object_id: Some(standing.id.0.clone()),
            ..LedgerFilter::default()
        };
        let ledger = self.store().ledger();
        let rows = ledger.page(&filter, None, 1).await?;
        let row = rows.first().ok_or_else(unknown)?;
        let document = json!({
            "type": KIND,
            "id": standing.id.0,
            "organisation": self.organisation(),
            "erased_at": web::rfc3339(row.at),
            "said": {
                "en": "The keys of this customer were destroyed. What they sealed - identifiers, \
                       notes - cannot be read any more, in the database and in its backups.",
                "zh-CN": "该客户的密钥已销毁。由其加密的内容（标识、备注）在数据库及其备份中均无法再读取。",
            },
            "ledger": { "position": row.seq },
        });
        let Value::Object(document) = document else { unreachable!("made above") };
        let proof = ledger.proof(row.seq).await?;
        Ok(json!({ "certificate": self.signer().sign(document), MEMBER: proof.to_json() }))
    }
}
