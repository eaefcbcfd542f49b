//! What people hear of their requests: a letter, or a text message where they gave no address.

use ::store::WriteTx;

use super::{Level, Request, receive::mail_of};
use crate::{Result, Rights};

impl Rights {
    /// Whether letters about a request reach anybody.
    ///
    /// # Errors
    /// What was kept is no person (any more).
    pub fn can_write(&self, request: &Request) -> Result<bool> {
        let person = request.private.person()?;
        Ok(if mail_of(&person).is_some() { self.web().has_mail() } else { self.can_text(&person) })
    }

    /// Whether somebody who gave no address hears of us by text message.
    fn can_text(&self, person: &consent::Subject) -> bool {
        self.preferences().has_sms() && person.only(consent::IdentifierKind::Phone).is_some()
    }

    /// Queues a letter about a request, or a text message that there is news.
    pub(super) async fn write(
        &self,
        tx: &mut WriteTx,
        request: &Request,
        kind: &'static str,
    ) -> Result<()> {
        let person = request.private.person()?;
        let Some(to) = mail_of(&person) else { return self.text(tx, request, &person).await };
        let url = self.address(&format!("/privacy/requests/{}", request.id));
        let letter = self.letter(kind, request, to).with_action(&url);
        self.web().queue_mail(tx, &letter).await?;
        Ok(())
    }

    /// A text message that says that there is news, and not which.
    async fn text(
        &self,
        tx: &mut WriteTx,
        request: &Request,
        person: &consent::Subject,
    ) -> Result<()> {
        if !self.can_text(person) || request.level < Level::Contact {
            return Ok(());
        }
        let lang = web::Lang::from_tag(&request.lang).unwrap_or_default();
        let args = [
            ("organisation", self.organisation().into()),
            ("name", request.name().into()),
            ("address", self.address("/privacy/requests").into()),
        ];
        let text = web::translate(lang, "rights-sms-news", &args);
        let place = (request.property.as_str(), lang);
        self.preferences().queue_text(tx, person, place, &text).await?;
        Ok(())
    }
}
