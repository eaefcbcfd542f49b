//! A key service by HTTP, as Vault's transit engine speaks it: `POST /v1/MOUNT/encrypt/KEY` and
//! `…/decrypt/KEY` with the token in `X-Vault-Token`
//! (<https://developer.hashicorp.com/vault/api-docs/secret/transit>).

use std::{net::IpAddr, path::PathBuf, sync::Arc, time::Duration};

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::{
    Request, StatusCode,
    body::Bytes,
    header::{CONTENT_TYPE, HeaderValue},
};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use rustls::pki_types::{CertificateDer, pem::PemObject as _};
use serde::Deserialize;
use serde_json::{Value, json};
use store::{KeyProvider, ProviderError};
use url::{Host, Url};

use crate::secret_in;

/// Time for one question.
const PATIENCE: Duration = Duration::from_secs(10);
/// The longest answer that is read; a wrapped key is about 100 bytes.
const MOST: usize = 64 << 10;
/// How much of the service's own words is passed on.
const WORDS: usize = 200;

/// `[keys.transit]` of the configuration.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TransitConfig {
    /// The service, e.g. `https://vault.example.com:8200`. Plain http only on this machine.
    pub address: String,
    /// Where the transit engine is mounted.
    #[serde(default = "transit")]
    pub mount: String,
    /// The key's name; it must be there.
    pub key: String,
    /// File with the token in its first line, read anew each time: an agent may renew it.
    pub token_file: PathBuf,
    /// The namespace, where the service has several.
    #[serde(default)]
    pub namespace: String,
    /// The authority of the service's certificate (PEM), if it is no public one.
    #[serde(default)]
    pub ca_file: Option<PathBuf>,
}

fn transit() -> String {
    "transit".to_owned()
}

/// The service.
pub struct Transit {
    config: TransitConfig,
    base: Url,
    client: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
}

impl Transit {
    /// Checks the address and reads the authority; nothing is asked yet.
    pub fn new(config: TransitConfig) -> Result<Self, ProviderError> {
        let wrong = |why: &str| ProviderError(format!("[keys.transit] {why}"));
        let base = Url::parse(&config.address)
            .ok()
            .filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
            .ok_or_else(|| wrong("address is written like https://vault.example.com:8200"))?;
        if base.scheme() == "http" && !is_here(&base) {
            return Err(wrong(
                "address: plain http would show the root key to the network; use https, or a \
                 service on this machine",
            ));
        }
        for name in [&config.mount, &config.key] {
            let plain = |c: char| c.is_ascii_alphanumeric() || "-_./".contains(c);
            let parts = || name.split('/').all(|part| !matches!(part, "" | "." | ".."));
            if !name.chars().all(plain) || !parts() {
                return Err(wrong("mount and key are made of letters, digits, - _ . and /"));
            }
        }
        let mut plain = HttpConnector::new();
        plain.enforce_http(false);
        plain.set_connect_timeout(Some(PATIENCE));
        let connector = HttpsConnectorBuilder::new()
            .with_tls_config(roots(config.ca_file.as_ref())?)
            .https_or_http()
            .enable_http1()
            .wrap_connector(plain);
        Ok(Self { config, base, client: Client::builder(TokioExecutor::new()).build(connector) })
    }

    /// Asks for one thing and takes one text out of the answer.
    async fn ask(&self, what: &str, body: Value, answer: &str) -> Result<String, ProviderError> {
        let place = self.place();
        let told = |why: &str| ProviderError(format!("{place}: {why}"));
        let asked = tokio::time::timeout(PATIENCE, self.post(what, body));
        let asked = asked.await.unwrap_or_else(|_| Err("it does not answer in time".into()));
        let (status, body) = asked.map_err(|why| told(&why))?;
        let said: Value = serde_json::from_slice(&body).unwrap_or_default();
        if status != StatusCode::OK {
            return Err(told(&refusal(status, &said)));
        }
        let text = said["data"][answer].as_str().filter(|text| !text.is_empty());
        text.map(str::to_owned).ok_or_else(|| told("its answer is none that transit gives"))
    }

    async fn post(&self, what: &str, body: Value) -> Result<(StatusCode, Bytes), String> {
        let TransitConfig { mount, key, namespace, token_file, .. } = &self.config;
        let mut url = self.base.clone();
        let path = url.path().trim_end_matches('/').to_owned();
        url.set_path(&format!("{path}/v1/{mount}/{what}/{key}"));
        let token = secret_in(token_file).map_err(|error| error.0)?;
        let mut token = HeaderValue::from_str(&token)
            .map_err(|_| format!("{} holds no token", token_file.display()))?;
        token.set_sensitive(true);
        let mut request = Request::post(url.as_str())
            .header(CONTENT_TYPE, "application/json")
            // Vault's agents and proxies ask for it: a browser cannot be made to send it.
            .header("x-vault-request", "true")
            .header("x-vault-token", token);
        if !namespace.is_empty() {
            request = request.header("x-vault-namespace", namespace);
        }
        let request = request
            .body(Full::new(Bytes::from(body.to_string())))
            .map_err(|_| "namespace is none".to_owned())?;
        let response = self.client.request(request).await.map_err(|error| {
            // The innermost cause says it: refused, no such name, a certificate that is not trusted.
            let mut cause: &dyn std::error::Error = &error;
            while let Some(deeper) = cause.source() {
                cause = deeper;
            }
            format!("it cannot be reached: {}", words(&cause.to_string()))
        })?;
        let status = response.status();
        let body = Limited::new(response.into_body(), MOST).collect().await;
        let body = body.map_err(|_| "its answer broke off or is too long".to_owned())?;
        Ok((status, body.to_bytes()))
    }
}

#[async_trait::async_trait]
impl KeyProvider for Transit {
    fn kind(&self) -> &'static str {
        "transit"
    }

    fn place(&self) -> String {
        let host = self.base.host_str().unwrap_or_default();
        format!("key “{}” of the key service at {host}", self.config.key)
    }

    async fn wrap(&self, root: &[u8; 32]) -> Result<String, ProviderError> {
        let sealed = self.ask("encrypt", json!({"plaintext": BASE64.encode(root)}), "ciphertext");
        let sealed = sealed.await?;
        // It goes into a file of one line, after two colons.
        if sealed.chars().all(|c| c.is_ascii_graphic()) {
            Ok(sealed)
        } else {
            Err(ProviderError(format!("{}: its answer is none that transit gives", self.place())))
        }
    }

    async fn unwrap(&self, wrapped: &str) -> Result<[u8; 32], ProviderError> {
        let plain = self.ask("decrypt", json!({"ciphertext": wrapped}), "plaintext").await?;
        let bytes = BASE64.decode(plain).ok().and_then(|bytes| bytes.try_into().ok());
        bytes.ok_or_else(|| ProviderError(format!("{}: what it opened is no key", self.place())))
    }
}

/// Loopback by number, or the name that always is (RFC 6761 §6.3).
fn is_here(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(ip)) => IpAddr::from(ip).is_loopback(),
        Some(Host::Ipv6(ip)) => IpAddr::from(ip).is_loopback(),
        None => false,
    }
}

fn refusal(status: StatusCode, said: &Value) -> String {
    let own = said["errors"][0].as_str().map(words).unwrap_or_default();
    let what = match status.as_u16() {
        403 => "it refuses the token; it may have run out, or its policy does not allow this key",
        404 => "it knows no such mount or key",
        429 | 473 => "it is busy or a stand-by",
        503 => "it is sealed or in maintenance",
        _ => "it said no",
    };
    format!("{what} (status {}{}{own})", status.as_u16(), if own.is_empty() { "" } else { ": " })
}

/// Foreign words for a log: short, one line.
fn words(text: &str) -> String {
    let plain = |c: char| if c.is_control() { ' ' } else { c };
    text.chars().map(plain).take(WORDS).collect::<String>().trim().to_owned()
}

/// The authority that is named, or the system's, or the usual public ones where the system has none.
fn roots(ca_file: Option<&PathBuf>) -> Result<rustls::ClientConfig, ProviderError> {
    let mut roots = rustls::RootCertStore::empty();
    if let Some(path) = ca_file {
        let wrong = || {
            ProviderError(format!(
                "[keys.transit] ca_file: {} cannot be read; it is a PEM file with at least one \
                 certificate",
                path.display()
            ))
        };
        let found: Result<Vec<_>, _> =
            CertificateDer::pem_file_iter(path).and_then(Iterator::collect);
        roots.add_parsable_certificates(found.map_err(|_| wrong())?);
        if roots.is_empty() {
            return Err(wrong());
        }
    } else {
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        if roots.is_empty() {
            roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
        }
    }
    // Named: two providers may be compiled in, and rustls then refuses to choose.
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder =
        rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let builder = builder.map_err(|error| ProviderError(format!("TLS cannot start: {error}")))?;
    Ok(builder.with_root_certificates(roots).with_no_client_auth())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(address: &str) -> TransitConfig {
        TransitConfig {
            address: address.into(),
            mount: transit(),
            key: "privet".into(),
            token_file: "/nowhere/token".into(),
            namespace: String::new(),
            ca_file: None,
        }
    }

    #[test]
    fn plain_http_is_for_this_machine_only() {
        for here in ["http://127.0.0.1:8200", "http://[::1]:8200", "http://localhost:8200/"] {
            assert!(Transit::new(config(here)).is_ok(), "{here}");
        }
        for away in ["http://10.0.0.7:8200", "http://vault.example.com", "http://127.0.0.1.nip.io"]
        {
            let told = Transit::new(config(away)).err().unwrap().0;
            assert!(told.contains("https"), "{away}: {told}");
        }
        for none in ["", "vault.example.com", "ftp://127.0.0.1/", "unix:/x"] {
            assert!(Transit::new(config(none)).is_err(), "{none}");
        }
        let above = TransitConfig { key: "../sys/seal".into(), ..config("http://127.0.0.1:1") };
        assert!(Transit::new(above).is_err());
    }

    #[tokio::test]
    async fn a_missing_token_and_a_silent_service_are_told_apart() {
        let dir = tempfile::tempdir().unwrap();
        let token = dir.path().join("token");
        let there = TransitConfig { token_file: token.clone(), ..config("http://127.0.0.1:9") };
        let service = Transit::new(there).unwrap();

        let told = service.wrap(&[1; 32]).await.unwrap_err().0;
        assert!(told.contains("token"), "{told}");
        std::fs::write(&token, "s.secret\n").unwrap();
        let told = service.wrap(&[1; 32]).await.unwrap_err().0;
        assert!(told.contains("cannot be reached") && !told.contains("s.secret"), "{told}");
    }

    #[test]
    fn foreign_words_are_short_and_one_line() {
        let said = json!({"errors": [format!("a\nb{}", "x".repeat(500))]});
        let told = refusal(StatusCode::BAD_REQUEST, &said);
        assert!(told.contains("a b") && !told.contains('\n') && told.len() < 260, "{told}");
    }
}
