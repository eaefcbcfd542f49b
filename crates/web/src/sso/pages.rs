//! `/signin/sso`: off to the provider and back.

use super::{Sso, SsoFault, jwt::Unverified};
use crate::limit::PER_ADDRESS;
use crate::session::{How, now_seconds};
use crate::signin::{address_key, note_failure, refused, safe_back, too_many, with_cookie};
use crate::{ClientAddress, Lang, Look, Web, WebError, redirect, secret};
use aws_lc_rs::digest;
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::response::Response;
use base64::{
    Engine as _, engine::general_purpose::STANDARD, engine::general_purpose::URL_SAFE_NO_PAD,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The provider must send people back within so many seconds.
const PATIENCE: i64 = 600;
/// What the waiting cookie is sealed for.
const CONTEXT: &str = "signin:sso";

/// What this browser waits for, sealed in its cookie: nothing is stored for visitors.
#[derive(Serialize, Deserialize)]
struct Waiting {
    state: String,
    nonce: String,
    verifier: String,
    back: String,
    at: i64,
}

#[derive(Deserialize)]
pub(crate) struct Start {
    #[serde(default)]
    back: String,
}

/// `GET /signin/sso`: sends the reader to the provider.
pub(crate) async fn start(
    p: Look,
    State(web): State<Web>,
    Query(query): Query<Start>,
) -> Result<Response, WebError> {
    let Some(sso) = web.sso() else { return Err(WebError::NotFound) };
    let waiting = Waiting {
        state: secret::random_token(),
        nonce: secret::random_token(),
        verifier: secret::random_token(),
        back: safe_back(&query.back).to_owned(),
        at: now_seconds(),
    };
    let to = match authorization(&web, sso, &waiting).await {
        Ok(to) => to,
        Err(fault) => return told(&web, p, &fault),
    };
    let text = serde_json::to_string(&waiting).map_err(WebError::internal)?;
    // Sealed text may hold `=`, which a cookie's value may not begin a pair with: encode it again.
    let sealed = URL_SAFE_NO_PAD.encode(web.store().seal(CONTEXT, &text));
    Ok(with_cookie(redirect(&to), web.jar().set("sso", &sealed, Some(PATIENCE))))
}

async fn authorization(web: &Web, sso: &Sso, waiting: &Waiting) -> Result<String, SsoFault> {
    let facts = sso.provider.facts().await?;
    let mut url = url::Url::parse(&facts.authorization_endpoint)
        .map_err(|_| SsoFault::Provider("its sign-in address is none".into()))?;
    let challenge = digest::digest(&digest::SHA256, waiting.verifier.as_bytes());
    let mut scope = "openid profile email".to_owned();
    for more in &sso.config.scopes {
        scope.push(' ');
        scope.push_str(more);
    }
    url.query_pairs_mut()
        .append_pair("response_type", "code")
        .append_pair("client_id", &sso.config.client_id)
        .append_pair("redirect_uri", &return_address(web))
        .append_pair("scope", &scope)
        .append_pair("state", &waiting.state)
        .append_pair("nonce", &waiting.nonce)
        .append_pair("code_challenge", &URL_SAFE_NO_PAD.encode(challenge))
        .append_pair("code_challenge_method", "S256");
    Ok(url.into())
}

fn return_address(web: &Web) -> String {
    format!("{}/signin/sso/back", web.base_url())
}

/// What the provider appends to the return address.
#[derive(Deserialize)]
pub(crate) struct Answer {
    #[serde(default)]
    code: String,
    #[serde(default)]
    state: String,
    #[serde(default)]
    error: String,
    #[serde(default)]
    iss: String,
}

/// `GET /signin/sso/back`: the reader comes back with a code.
pub(crate) async fn back(
    p: Look,
    State(web): State<Web>,
    ClientAddress(address): ClientAddress,
    Query(answer): Query<Answer>,
    headers: HeaderMap,
) -> Result<Response, WebError> {
    let Some(sso) = web.sso() else { return Err(WebError::NotFound) };
    // Each failure is a line in the ledger, and anybody can make up answers.
    let address = address_key(&web, &address);
    let wait = address.as_deref().and_then(|key| web.inner.limits.wait(key, PER_ADDRESS));
    if let Some(wait) = wait {
        return too_many(&web, p, String::new(), String::new(), wait);
    }
    match admitted(&web, sso, &answer, &headers, p.lang).await? {
        Ok((id, to)) => {
            let cookie = web.open_session(&id, &headers, How::Sso).await?;
            Ok(forget(&web, with_cookie(redirect(&to), cookie)))
        }
        Err(fault) => {
            if let Some(key) = &address {
                web.inner.limits.failed(key);
            }
            note_failure(&web, None).await?;
            told(&web, p, &fault)
        }
    }
}

/// The account that the answer signs in and where its reader wanted to go.
async fn admitted(
    web: &Web,
    sso: &Sso,
    answer: &Answer,
    headers: &HeaderMap,
    lang: Lang,
) -> Result<Result<(String, String), SsoFault>, WebError> {
    let believed = async {
        let waiting = waiting(web, headers, answer)?;
        let claims = redeem(web, sso, answer, &waiting).await?;
        Ok((claims, waiting.back))
    };
    match believed.await {
        Ok((claims, back)) => {
            Ok(web.sso_account(sso, &claims, lang).await?.map(|account| (account, back)))
        }
        Err(fault) => Ok(Err(fault)),
    }
}

fn forget(web: &Web, response: Response) -> Response {
    with_cookie(response, web.jar().set("sso", "", Some(0)))
}

fn told(web: &Web, p: Look, fault: &SsoFault) -> Result<Response, WebError> {
    tracing::warn!(%fault, "a single sign-on failed");
    Ok(forget(web, refused(web, p, fault.key())?))
}

/// The sign-in this browser began, if the answer belongs to it.
fn waiting(web: &Web, headers: &HeaderMap, answer: &Answer) -> Result<Waiting, SsoFault> {
    let found = || {
        let sealed = URL_SAFE_NO_PAD.decode(web.jar().read(headers, "sso")?).ok()?;
        let text = web.store().unseal(CONTEXT, &String::from_utf8(sealed).ok()?).ok()?;
        serde_json::from_str::<Waiting>(&text).ok()
    };
    let waiting = found().ok_or(SsoFault::Stale)?;
    let in_time = now_seconds() - waiting.at < PATIENCE;
    if !in_time || !secret::same(&waiting.state, &answer.state) {
        return Err(SsoFault::Stale);
    }
    Ok(waiting)
}

#[derive(Deserialize)]
struct Tokens {
    id_token: String,
}

/// The form, and the header, that trade the code.
fn ask_with_code(
    web: &Web,
    sso: &Sso,
    answer: &Answer,
    waiting: &Waiting,
    by_post: bool,
) -> (String, Option<String>) {
    let config = &sso.config;
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    form.append_pair("grant_type", "authorization_code")
        .append_pair("code", &answer.code)
        .append_pair("redirect_uri", &return_address(web))
        .append_pair("code_verifier", &waiting.verifier);
    if by_post {
        form.append_pair("client_id", &config.client_id)
            .append_pair("client_secret", &config.client_secret);
        return (form.finish(), None);
    }
    // RFC 6749 §2.3.1: both are form-encoded before they are joined.
    let encode =
        |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let pair = format!("{}:{}", encode(&config.client_id), encode(&config.client_secret));
    (form.finish(), Some(format!("Basic {}", STANDARD.encode(pair))))
}

/// Trades the code for what the provider says about the person.
async fn redeem(
    web: &Web,
    sso: &Sso,
    answer: &Answer,
    waiting: &Waiting,
) -> Result<Value, SsoFault> {
    let config = &sso.config;
    // RFC 9207: an answer of another provider, mixed up with ours.
    if !answer.iss.is_empty() && answer.iss != config.issuer {
        return Err(SsoFault::Stale);
    }
    if !answer.error.is_empty() || answer.code.is_empty() {
        return Err(SsoFault::Declined);
    }
    let facts = sso.provider.facts().await?;
    let methods = &facts.token_endpoint_auth_methods_supported;
    let by_post = !methods.is_empty() && !methods.iter().any(|m| m == "client_secret_basic");
    let (form, authorization) = ask_with_code(web, sso, answer, waiting, by_post);
    let tokens: Tokens = sso.provider.ask(&facts.token_endpoint, Some(form), authorization).await?;
    let token = Unverified::parse(&tokens.id_token)?;
    let keys = sso.provider.keys(|keys| token.has_key(keys)).await?;
    token.verify(&keys, &config.issuer, &config.client_id, &waiting.nonce, now_seconds())
}

/// Where the sign-in page leads to the provider.
pub(crate) fn link(back: &str) -> String {
    format!("/signin/sso?back={}", crate::encode(safe_back(back)))
}
