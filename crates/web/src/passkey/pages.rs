//! Signing in with a passkey, and `/console/account/passkeys`: one's own.

use super::ceremony::{self, Kind};
use super::cose::ALGORITHMS;
use super::rows::{MOST, PasskeyRow, Spent};
use super::{PasskeyFault, Site};
use crate::account::is_own_password;
use crate::limit::PER_ADDRESS;
use crate::password::Password;
use crate::session::{How, now_seconds};
use crate::signin::{address_key, note_failure, refused, safe_back, too_many, with_cookie};
use crate::{
    ClientAddress, CsrfForm, Errors, Look, Page, Web, WebError, redirect, redirect_with_toast,
    render, render_status, secret,
};
use askama::Template;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// A challenge must be answered within so many seconds.
const PATIENCE: i64 = 300;
/// Longest answer of a device that we decode, in characters of base64.
const LONGEST: usize = 16 * 1024;

/// What this browser was asked. It waits, sealed, in the page: nothing is stored for visitors.
#[derive(Serialize, Deserialize)]
struct Waiting {
    challenge: String,
    at: i64,
}

/// A fresh challenge, and its sealed copy for the form. The form's token binds it to the browser.
fn ask(web: &Web, use_for: &str, csrf: &str) -> Result<(String, String), WebError> {
    let waiting = Waiting { challenge: secret::random_token(), at: now_seconds() };
    let text = serde_json::to_string(&waiting).map_err(WebError::internal)?;
    let sealed = web.store().seal(&context(use_for, csrf), &text);
    Ok((waiting.challenge, sealed))
}

fn context(use_for: &str, csrf: &str) -> String {
    format!("passkey:{use_for}:{csrf}")
}

fn waiting(web: &Web, use_for: &str, csrf: &str, sealed: &str) -> Result<Waiting, PasskeyFault> {
    let text = web.store().unseal(&context(use_for, csrf), sealed);
    let waiting: Waiting =
        text.ok().and_then(|text| serde_json::from_str(&text).ok()).ok_or(PasskeyFault::Stale)?;
    let fresh = now_seconds() - waiting.at < PATIENCE;
    if fresh { Ok(waiting) } else { Err(PasskeyFault::Stale) }
}

impl Waiting {
    fn spent(&self) -> Spent<'_> {
        Spent { challenge: &self.challenge, expires_at: (self.at + PATIENCE) * 1_000_000 }
    }
}

fn decode(text: &str) -> Result<Vec<u8>, PasskeyFault> {
    if text.len() > LONGEST {
        return Err(PasskeyFault::Unreadable);
    }
    URL_SAFE_NO_PAD.decode(text).map_err(|_| PasskeyFault::Unreadable)
}

fn answer(options: &Value) -> Response {
    let headers = [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")];
    (headers, options.to_string()).into_response()
}

/// `GET /signin/passkey`: what the script asks the device.
pub(crate) async fn sign_in_options(p: Look, State(web): State<Web>) -> Result<Response, WebError> {
    let site = web.passkey_site().ok_or(WebError::NotFound)?;
    let (challenge, waiting) = ask(&web, "sign-in", &p.csrf)?;
    Ok(answer(&json!({
        "waiting": waiting,
        "publicKey": {
            "challenge": challenge,
            "rpId": site.rp_id,
            "userVerification": "required",
            "timeout": PATIENCE * 1000,
        },
    })))
}

/// What the script sends of a device's answer; all but the first in URL-safe base64.
#[derive(Deserialize, Default)]
pub(crate) struct SignInInput {
    #[serde(default)]
    waiting: String,
    #[serde(default)]
    credential: String,
    #[serde(default)]
    client: String,
    #[serde(default)]
    device: String,
    #[serde(default)]
    signature: String,
    #[serde(default)]
    user: String,
    #[serde(default)]
    back: String,
}

/// `POST /signin/passkey`.
pub(crate) async fn sign_in(
    p: Look,
    State(web): State<Web>,
    ClientAddress(address): ClientAddress,
    headers: HeaderMap,
    CsrfForm(input): CsrfForm<SignInInput>,
) -> Result<Response, WebError> {
    let site = web.passkey_site().ok_or(WebError::NotFound)?;
    let address = address_key(&web, &address);
    let wait = address.as_deref().and_then(|key| web.inner.limits.wait(key, PER_ADDRESS));
    if let Some(wait) = wait {
        return too_many(&web, p, input.back, String::new(), wait);
    }
    match admitted(&web, &site, &p.csrf, &input).await? {
        Ok(user_id) => {
            let cookie = web.open_session(&user_id, &headers, How::Passkey).await?;
            Ok(with_cookie(redirect(safe_back(&input.back)), cookie))
        }
        Err(fault) => {
            tracing::warn!(%fault, "a passkey was refused");
            if let Some(key) = &address {
                web.inner.limits.failed(key);
            }
            note_failure(&web, None).await?;
            refused(&web, p, fault.key())
        }
    }
}

/// The person whom the answer signs in (Level 3 §7.2).
async fn admitted(
    web: &Web,
    site: &Site,
    csrf: &str,
    input: &SignInInput,
) -> Result<Result<String, PasskeyFault>, WebError> {
    let read = || {
        let waiting = waiting(web, "sign-in", csrf, &input.waiting)?;
        let client = decode(&input.client)?;
        ceremony::check_client(&client, Kind::SignIn, &waiting.challenge, site)?;
        let device = decode(&input.device)?;
        let facts = ceremony::authenticator(&device, site)?;
        let (counter, synced) = (facts.counter, facts.synced);
        Ok((waiting, client, device, counter, synced))
    };
    let (waiting, client, device, counter, synced) = match read() {
        Ok(read) => read,
        Err(fault) => return Ok(Err(fault)),
    };
    let parts = (decode(&input.credential), decode(&input.user), decode(&input.signature));
    let (Ok(credential), Ok(user), Ok(signature)) = parts else {
        return Ok(Err(PasskeyFault::Unreadable));
    };
    let Some(held) = web.passkey(&credential).await? else {
        return Ok(Err(PasskeyFault::Unknown));
    };
    // “Only single sign-on” leaves owners their own ways in, as with passwords.
    let only_sso = web.sso().is_some_and(|sso| sso.config.only);
    let may = !only_sso || held.is_owner;
    let right = user == held.user_id.as_bytes()
        && ceremony::signed(&held.cose, &device, &client, &signature);
    if !may || !right {
        return Ok(Err(PasskeyFault::Unknown));
    }
    let used = web.use_passkey(&held, counter, synced, waiting.spent()).await?;
    Ok(used.map(|()| held.user_id))
}

#[derive(Template)]
#[template(path = "web/passkeys.html")]
struct PasskeysPage {
    p: Page,
    passkeys: Vec<PasskeyRow>,
    /// The origin whose pages may make one; empty where there is none.
    origin: String,
    /// The provider lets this person in, and nothing else.
    provider: bool,
    full: bool,
    name: String,
    errors: Errors,
}

async fn page(web: &Web, p: Page, name: String, errors: Errors) -> Result<PasskeysPage, WebError> {
    let passkeys = web.passkeys_of(&p.user.id).await?;
    Ok(PasskeysPage {
        full: passkeys.len() >= MOST,
        passkeys,
        origin: web.passkey_site().map(|site| site.origin).unwrap_or_default(),
        provider: web.is_of_provider(&p.user.id).await?,
        name,
        errors,
        p,
    })
}

/// `GET /console/account/passkeys`.
pub(crate) async fn show(p: Page, State(web): State<Web>) -> Result<Response, WebError> {
    render(&page(&web, p, String::new(), Errors::new()).await?)
}

/// `GET /console/account/passkeys/options`: what the script asks the device for a new passkey.
pub(crate) async fn add_options(p: Page, State(web): State<Web>) -> Result<Response, WebError> {
    let site = web.passkey_site().ok_or(WebError::NotFound)?;
    let (challenge, waiting) = ask(&web, "add", &p.csrf)?;
    let known = web.passkeys_of(&p.user.id).await?;
    let known: Vec<Value> =
        known.iter().map(|key| json!({"type": "public-key", "id": key.credential})).collect();
    let kinds = ALGORITHMS.map(|alg| json!({"type": "public-key", "alg": alg}));
    Ok(answer(&json!({
        "waiting": waiting,
        "publicKey": {
            "challenge": challenge,
            "rp": {"id": site.rp_id, "name": "Privet"},
            // The device shows the names; the id says nothing (§14.6.1).
            "user": {
                "id": URL_SAFE_NO_PAD.encode(&p.user.id),
                "name": web.login_of(&p.user.id).await?,
                "displayName": p.user.name,
            },
            "pubKeyCredParams": kinds,
            "excludeCredentials": known,
            "attestation": "none",
            "authenticatorSelection": {
                "residentKey": "required",
                "requireResidentKey": true,
                "userVerification": "required",
            },
            "timeout": PATIENCE * 1000,
        },
    })))
}

#[derive(Deserialize, Default)]
pub(crate) struct AddInput {
    #[serde(default)]
    waiting: String,
    #[serde(default)]
    client: String,
    #[serde(default)]
    object: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    current: Password,
}

/// `POST /console/account/passkeys`: keeps a new one. It asks for the password, because whoever
/// finds an open session could otherwise make themselves a key to it.
pub(crate) async fn add(
    p: Page,
    State(web): State<Web>,
    CsrfForm(input): CsrfForm<AddInput>,
) -> Result<Response, WebError> {
    let site = web.passkey_site().ok_or(WebError::NotFound)?;
    if web.is_of_provider(&p.user.id).await? || web.passkeys_of(&p.user.id).await?.len() >= MOST {
        return Err(WebError::Forbidden);
    }
    let mut errors = Errors::new();
    let name = input.name.trim();
    if name.is_empty() || name.chars().count() > 60 {
        errors.add("name", p.t("signin-passkey-name-missing"));
    }
    if !is_own_password(&web, &p, &input.current).await? {
        errors.add("current", p.t("web-password-current-wrong"));
    }
    if errors.is_empty() {
        let fault = match new_key(&web, &site, &p.csrf, &input) {
            Ok((key, waiting)) => {
                let spent = waiting.spent();
                web.add_passkey(p.actor(), &p.user.id, name, &key, spent).await?.err()
            }
            Err(fault) => Some(fault),
        };
        match fault {
            None => {
                return Ok(redirect_with_toast(
                    "/console/account/passkeys",
                    "signin-passkey-added",
                ));
            }
            Some(fault) => errors.add("", p.t(fault.key())),
        }
    }
    let name = name.to_owned();
    render_status(422, &page(&web, p, name, errors).await?)
}

/// Level 3 §7.1.
fn new_key(
    web: &Web,
    site: &Site,
    csrf: &str,
    input: &AddInput,
) -> Result<(ceremony::NewKey, Waiting), PasskeyFault> {
    let waiting = waiting(web, "add", csrf, &input.waiting)?;
    let client = decode(&input.client)?;
    ceremony::check_client(&client, Kind::Register, &waiting.challenge, site)?;
    let key = ceremony::new_key(&decode(&input.object)?, site)?;
    Ok((key, waiting))
}

#[derive(Deserialize)]
pub(crate) struct Nothing {}

/// `POST /console/account/passkeys/{id}/remove`.
pub(crate) async fn remove(
    p: Page,
    State(web): State<Web>,
    Path(id): Path<String>,
    CsrfForm(Nothing {}): CsrfForm<Nothing>,
) -> Result<Response, WebError> {
    web.remove_passkey(p.actor(), &p.user.id, &id).await?;
    Ok(redirect_with_toast("/console/account/passkeys", "signin-passkey-removed"))
}
