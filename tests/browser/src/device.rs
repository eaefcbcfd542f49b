//! Devices that hold passkeys: the virtual authenticators of Web Authentication Level 3 §11, which
//! the driver keeps for its browser.

use anyhow::{Context, Result};
use fantoccini::wd::WebDriverCompatibleCommand;
use serde_json::{Value, json};

use crate::Browser;

impl Browser {
    /// Gives the browser a device with a fingerprint sensor; `recognises` says whether it knows its
    /// holder. Returns the device's id.
    pub async fn device(&self, recognises: bool) -> Result<String> {
        let kind = json!({ "protocol": "ctap2", "transport": "internal", "hasResidentKey": true,
            "hasUserVerification": true, "isUserConsenting": true, "isUserVerified": recognises });
        let id = self.authenticator(http::Method::POST, "", Some(kind)).await?;
        Ok(id.as_str().context("the driver named no device")?.to_owned())
    }

    /// Takes a device away.
    pub async fn lose_device(&self, id: &str) -> Result<()> {
        self.authenticator(http::Method::DELETE, &format!("/{id}"), None).await.map(|_| ())
    }

    /// The passkeys on a device, private keys included, as only a test may see them.
    pub async fn passkeys_on(&self, id: &str) -> Result<Vec<Value>> {
        let path = format!("/{id}/credentials");
        let found = self.authenticator(http::Method::GET, &path, None).await?;
        Ok(found.as_array().context("the driver gave no list")?.clone())
    }

    /// Puts a passkey on a device: how a copy is made.
    pub async fn put_passkey(&self, id: &str, passkey: Value) -> Result<()> {
        let path = format!("/{id}/credential");
        self.authenticator(http::Method::POST, &path, Some(passkey)).await.map(|_| ())
    }

    async fn authenticator(
        &self,
        method: http::Method,
        path: &str,
        body: Option<Value>,
    ) -> Result<Value> {
        let command = Authenticator { method, path: path.to_owned(), body };
        Ok(self.client.issue_cmd(command).await?)
    }
}

#[derive(Debug)]
struct Authenticator {
    method: http::Method,
    path: String,
    body: Option<Value>,
}

impl WebDriverCompatibleCommand for Authenticator {
    fn endpoint(
        &self,
        base: &url::Url,
        session: Option<&str>,
    ) -> Result<url::Url, url::ParseError> {
        let session = session.unwrap_or_default();
        base.join(&format!("session/{session}/webauthn/authenticator{}", self.path))
    }

    fn method_and_body(&self, _: &url::Url) -> (http::Method, Option<String>) {
        (self.method.clone(), self.body.as_ref().map(Value::to_string))
    }
}
