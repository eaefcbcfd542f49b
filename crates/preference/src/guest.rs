//! The frame of the customers' own pages: the organisation's name and colour, the language switch,
//! and the policy of who may embed them.

use std::ops::Deref;

use axum::{
    extract::{FromRef, FromRequestParts},
    http::request::Parts,
    response::Response,
};
use web::{Framed, Look, Web, WebError};

use crate::{Preferences, session::Session};

/// What a customer's page needs, signed in or not; templates have it as `p`.
#[derive(Debug, Clone)]
pub struct Guest {
    look: Look,
    /// The organisation's name.
    pub organisation: String,
    /// How to reach the privacy team; may be empty.
    pub contact: String,
    /// Whether somebody's choices are open.
    pub signed_in: bool,
    /// Changes with the colour, so that a cached stylesheet is not used for a new one.
    pub theme: String,
    frame: Option<String>,
}

impl Deref for Guest {
    type Target = Look;
    fn deref(&self) -> &Look {
        &self.look
    }
}

impl Guest {
    pub(crate) fn new(
        preferences: &Preferences,
        mut look: Look,
        session: Option<&Session>,
    ) -> Self {
        look.theme = web::Theme::Auto;
        let shown = preferences.shown();
        let mut frame = None;
        if let Some(session) = session {
            look.lang = session.lang;
            look.csrf = preferences.mac(&["csrf", &session.token]);
            frame = shown.frame_ancestors(&session.property);
        }
        let organisation = match preferences.web().organisation() {
            name if name.is_empty() => preferences.consent().organisation(),
            name => name,
        };
        Self {
            look,
            organisation,
            contact: preferences.consent().settings().contact.clone(),
            signed_in: session.is_some(),
            theme: shown.colour.trim_start_matches('#').to_ascii_lowercase(),
            frame,
        }
    }

    /// Lets a page be embedded as its property says.
    ///
    /// # Errors
    /// Those of the page.
    pub fn framed(&self, response: Result<Response, WebError>) -> Result<Response, WebError> {
        let mut response = response?;
        if let Some(origins) = &self.frame {
            response.extensions_mut().insert(Framed(origins.clone()));
        }
        Ok(response)
    }

    /// Stops a form that was not drawn for this reader, signed in or not.
    ///
    /// # Errors
    /// [`WebError::Csrf`].
    pub fn check(&self, headers: &axum::http::HeaderMap, csrf: &str) -> Result<(), WebError> {
        let site = headers.get("sec-fetch-site").and_then(|value| value.to_str().ok());
        let from_elsewhere = matches!(site, Some("cross-site" | "same-site"));
        if from_elsewhere || csrf.is_empty() || !crate::token::same(csrf, &self.csrf) {
            return Err(WebError::Csrf);
        }
        Ok(())
    }

    /// Where the language switch leads back to: pages that only a form can reach have no address.
    pub fn back(&self) -> &str {
        match self.look.path.as_str() {
            "/privacy/link" | "/privacy/code" | "/privacy/code/check" => "/privacy",
            path if path.starts_with("/privacy/requests/") && path.ends_with("/message") => {
                "/privacy/requests"
            }
            path => path.strip_suffix("/undo").or(path.strip_suffix("/more")).unwrap_or(path),
        }
    }

    /// Whether the contact is an address of mail.
    pub fn contact_is_mail(&self) -> bool {
        self.contact.contains('@') && !self.contact.contains(' ')
    }

    /// Lets a page be embedded in the pages of a property, for those who are not signed in yet.
    pub(crate) fn of_property(mut self, preferences: &Preferences, property: &str) -> Self {
        self.frame = preferences.shown().frame_ancestors(property);
        self
    }

    /// Speaks the language that a link was made for, unless the reader has chosen another.
    #[must_use]
    pub fn in_language(mut self, lang: web::Lang) -> Self {
        self.look.lang = lang;
        self
    }
}

impl<S> FromRequestParts<S> for Guest
where
    S: Send + Sync,
    Web: FromRef<S>,
    Preferences: FromRef<S>,
{
    type Rejection = WebError;

    async fn from_request_parts(parts: &mut Parts, room: &S) -> Result<Self, WebError> {
        let web = Web::from_ref(room);
        let Ok(look) = <Look as FromRequestParts<Web>>::from_request_parts(parts, &web).await;
        let preferences = Preferences::from_ref(room);
        let session = preferences.session(&parts.headers).await?;
        Ok(Self::new(&preferences, look, session.as_ref()))
    }
}
