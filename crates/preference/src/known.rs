//! People whom another room knows, and this one does not: whoever asked for their data and is no
//! customer, for example, comes back for the answer.

/// Says whether somebody who shows that an address is theirs has something to see here.
#[async_trait::async_trait]
pub trait Known: Send + Sync {
    /// Whether one of these blind indexes is of such a person. Only the job that answers asks: what is
    /// said at once, and how long that takes, is the same for everybody.
    ///
    /// # Errors
    /// What could not be looked up, as text without a person; it is tried again.
    async fn knows(&self, blind: &[vault::BlindIndex]) -> Result<bool, String>;
}
