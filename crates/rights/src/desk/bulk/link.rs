//! A link once more, for whoever did not use the first one.

use store::{Actor, Entry, now};

use crate::{
    Channel, Request, Result, Rights, RightsError,
    request::{Author, LINK_LIFE, NewEvent, insert_event, insert_message, mail_of, words},
    token,
};

impl Rights {
    /// Sends the letter with a link by which a person shows that their address is theirs, as when their
    /// request came in. Words of ours wait on the page that it opens.
    ///
    /// # Errors
    /// [`RightsError::Conflict`] without an address, or if the request is not open (any more).
    pub(super) async fn link_again(
        &self,
        by: &Actor,
        request: &Request,
        typed: &str,
    ) -> Result<()> {
        let to = mail_of(&request.private.person()?);
        let to = to.ok_or(RightsError::Conflict("rights-bulk-no-mail"))?;
        let secret = token::random();
        let kind = match request.channel {
            Channel::Agent => "rights-agents-letter",
            _ => "rights-confirm-letter",
        };
        let letter = self
            .letter(kind, request, to)
            .with_action(&self.address(&format!("/privacy/requests/confirm/{secret}")));
        let entry = Entry::new(by.clone(), "rights.asked", "rights_request", &request.id);
        let mut tx = self.store().begin(entry).await?;
        // Links of before go on working. None is made for a request that was closed this very moment.
        let made = sqlx::query(
            "INSERT INTO rights_link (hash, request, expires_at)
             SELECT $1, id, $2 FROM rights_request WHERE id = $3 AND closed_at = 0",
        )
        .bind(token::hash(&secret))
        .bind(now() + LINK_LIFE)
        .bind(&request.id)
        .execute(tx.conn())
        .await?;
        if made.rows_affected() == 0 {
            return Err(RightsError::Conflict("rights-error-closed"));
        }
        if !typed.trim().is_empty() {
            let said = (by, words(typed)?);
            insert_message(self, &mut tx, &request.id, Author::Staff, said).await?;
        }
        let event = NewEvent { request: &request.id, what: "asked", detail: "identity" };
        insert_event(&mut tx, by, &event).await?;
        self.web().queue_mail(&mut tx, &letter).await?;
        tx.commit().await?;
        Ok(())
    }
}
