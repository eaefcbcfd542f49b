//! Receipts: what a person agreed to, in the fields of ISO/IEC TS 27560:2023, signed. A receipt is
//! computed from the record and the notice's version, both of which never change: the same receipt
//! can be made again at any time.

mod document;
mod fields;
mod page;
mod read;

pub use document::Document;
pub(crate) use fields::Fixed;
pub use page::{check_text, digest, file_name, page, qr, title};
pub use read::{Proved, verify};

use crate::{Consent, ConsentError, Result, Stored};
use ::store::LedgerFilter;

/// The name of the receipts' form, in each of them.
pub const SCHEMA: &str = "privet-consent-receipt-1";

/// A receipt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// The record's id.
    pub id: String,
    /// When it was recorded (µs).
    pub recorded_at: i64,
    /// The ledger's entry that holds it.
    pub position: i64,
    /// The signed document.
    pub document: Document,
}

impl Consent {
    /// The receipt of a record.
    pub async fn receipt(&self, id: &str) -> Result<Receipt> {
        let stored = self.stored_record(id).await?;
        let filter = LedgerFilter {
            object_kind: Some("consent".to_owned()),
            object_id: Some(id.to_owned()),
            ..LedgerFilter::default()
        };
        let entries = self.store().ledger().page(&filter, None, 10).await?;
        let position = entries.last().map(|entry| entry.seq).ok_or_else(|| {
            ConsentError::Invalid("the ledger has no entry of this record".to_owned())
        })?;
        self.receipt_of(&stored, position)
    }

    /// The receipt of a record at its position in the ledger.
    pub(crate) fn receipt_of(&self, stored: &Stored, position: i64) -> Result<Receipt> {
        let catalogue = self.catalogue();
        let notice = match stored.notice.as_str() {
            "" => None,
            key => Some(catalogue.notice(&format!("{key}@{}", stored.notice_version))?.as_ref()),
        };
        let (before, after) = self.inner.receipts.text(self.settings(), stored, notice, position);
        let document = Document::new(self.signer().sign_text(&before, &after));
        Ok(Receipt { id: stored.id.clone(), recorded_at: stored.recorded_at, position, document })
    }
}
