//! A gateway with an HTTP API: one POST a message, its form set in the configuration.

use std::{
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use http_body_util::Full;
use hyper::{Request, body::Bytes, header};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{
        Client,
        connect::{HttpConnector, dns::Name},
    },
    rt::TokioExecutor,
};
use rustls::{ClientConfig, RootCertStore};
use sources::{NetworkGuard, SourceError};

use super::{PhoneNumber, SmsError, SmsGateway};

/// Time for a whole message.
const PATIENCE: Duration = Duration::from_secs(15);
/// Time to resolve and connect.
const CONNECT: Duration = Duration::from_secs(5);

/// How the gateway wants to be spoken to.
#[derive(Clone, PartialEq, Eq)]
pub struct HttpGatewayConfig {
    /// Where messages are posted.
    pub url: String,
    /// Headers, `Authorization: Bearer {secret}`.
    pub headers: Vec<(String, String)>,
    /// `application/json` or `application/x-www-form-urlencoded`; decides how values are escaped.
    pub content_type: String,
    /// The body with `{to}` (E.164), `{digits}` (the same without +), `{text}` and `{secret}`.
    pub body: String,
    /// The account's secret.
    pub secret: String,
}

impl std::fmt::Debug for HttpGatewayConfig {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The address may hold an account.
        f.write_str("HttpGatewayConfig(…)")
    }
}

/// A gateway with an HTTP API.
pub struct HttpGateway {
    config: HttpGatewayConfig,
    guard: NetworkGuard,
    client: Client<HttpsConnector<HttpConnector<Guarded>>, Full<Bytes>>,
}

impl HttpGateway {
    /// A gateway that is dialled only where the guard allows. Fails when the settings make no request.
    pub fn new(config: HttpGatewayConfig, guard: NetworkGuard) -> Result<Self, SmsError> {
        let mut plain = HttpConnector::new_with_resolver(Guarded(guard.clone()));
        plain.enforce_http(false);
        plain.set_connect_timeout(Some(CONNECT));
        let connector = HttpsConnectorBuilder::new()
            .with_tls_config(tls_config())
            .https_or_http()
            .enable_http1()
            .wrap_connector(plain);
        let client = Client::builder(TokioExecutor::new()).build(connector);
        let gateway = Self { config, guard, client };
        gateway.request(&PhoneNumber::new("+8613800000000"), "test")?;
        Ok(gateway)
    }

    fn request(&self, to: &PhoneNumber, text: &str) -> Result<Request<Full<Bytes>>, SmsError> {
        let url = url::Url::parse(&self.config.url).map_err(|_| SmsError::Settings)?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(SmsError::Settings);
        }
        let secret = self.config.secret.as_str();
        let mut request =
            Request::post(url.as_str()).header(header::CONTENT_TYPE, &self.config.content_type);
        for (name, value) in &self.config.headers {
            request = request.header(name, value.replace("{secret}", secret));
        }
        let body = self.body(to, text);
        request.body(Full::new(body.into())).map_err(|_| SmsError::Settings)
    }

    fn body(&self, to: &PhoneNumber, text: &str) -> String {
        let escape = |value: &str| -> String {
            if self.config.content_type.contains("json") {
                let quoted = serde_json::Value::from(value).to_string();
                quoted[1..quoted.len() - 1].to_owned()
            } else {
                url::form_urlencoded::byte_serialize(value.as_bytes()).collect()
            }
        };
        let values = [
            ("{to}", to.reveal()),
            ("{digits}", to.reveal().trim_start_matches('+')),
            ("{text}", text),
            ("{secret}", &self.config.secret),
        ];
        fill(&self.config.body, &values.map(|(name, value)| (name, escape(value))))
    }

    /// The connector resolves names only; an address typed as numbers is judged here.
    fn check_address(&self) -> Result<(), SmsError> {
        let url = url::Url::parse(&self.config.url).map_err(|_| SmsError::Settings)?;
        let ip: Option<std::net::IpAddr> = match url.host() {
            Some(url::Host::Ipv4(ip)) => Some(ip.into()),
            Some(url::Host::Ipv6(ip)) => Some(ip.into()),
            _ => None,
        };
        match ip {
            Some(ip) if !self.guard.allows(&ip.to_string(), ip) => Err(SmsError::Blocked),
            _ => Ok(()),
        }
    }
}

/// Puts values in one pass, so that a text that holds `{secret}` is only a text.
fn fill(template: &str, values: &[(&str, String)]) -> String {
    let mut out = String::with_capacity(template.len() + 128);
    let mut rest = template;
    while let Some(at) = rest.find('{') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        if let Some((name, value)) = values.iter().find(|(name, _)| rest.starts_with(name)) {
            out.push_str(value);
            rest = &rest[name.len()..];
        } else {
            out.push('{');
            rest = &rest[1..];
        }
    }
    out.push_str(rest);
    out
}

#[async_trait::async_trait]
impl SmsGateway for HttpGateway {
    async fn send(&self, to: &PhoneNumber, text: &str) -> Result<(), SmsError> {
        self.check_address()?;
        let request = self.request(to, text)?;
        let answered = tokio::time::timeout(PATIENCE, self.client.request(request)).await;
        let response = match answered {
            Ok(Err(error)) if was_blocked(&error) => return Err(SmsError::Blocked),
            Ok(Err(_)) | Err(_) => return Err(SmsError::Unreachable),
            Ok(Ok(response)) => response,
        };
        let status = response.status();
        if status.is_success() { Ok(()) } else { Err(SmsError::Refused(status.as_u16())) }
    }
}

fn was_blocked(error: &(dyn std::error::Error + 'static)) -> bool {
    let mut cause = Some(error);
    while let Some(found) = cause {
        if matches!(found.downcast_ref::<SourceError>(), Some(SourceError::Blocked(_))) {
            return true;
        }
        cause = found.source();
    }
    false
}

/// TLS with the system's and Mozilla's roots. The provider is named: two may be compiled in.
fn tls_config() -> ClientConfig {
    let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    let provider = std::sync::Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder =
        ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let Ok(builder) = builder else {
        unreachable!("aws-lc-rs has the cipher suites of TLS 1.2 and 1.3")
    };
    builder.with_root_certificates(roots).with_no_client_auth()
}

/// Resolves names to addresses the guard has checked; those are what is dialled.
#[derive(Clone)]
struct Guarded(NetworkGuard);

impl tower::Service<Name> for Guarded {
    type Response = std::vec::IntoIter<std::net::SocketAddr>;
    type Error = SourceError;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, SourceError>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), SourceError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let guard = self.0.clone();
        Box::pin(async move {
            let host = name.as_str();
            let found =
                sources::resolve_allowed(host, 0, CONNECT, |ip| guard.allows(host, ip)).await?;
            Ok(found.into_iter())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gateway(content_type: &str, body: &str) -> HttpGateway {
        let config = HttpGatewayConfig {
            url: "https://sms.example/send".into(),
            headers: vec![("Authorization".into(), "Bearer {secret}".into())],
            content_type: content_type.into(),
            body: body.into(),
            secret: "s3cret".into(),
        };
        HttpGateway::new(config, NetworkGuard::default()).unwrap()
    }

    #[test]
    fn values_are_escaped_as_the_body_needs_and_never_read_as_places() {
        let to = PhoneNumber::new("+8613812345678");
        let json = gateway("application/json", r#"{"to":"{to}","text":"{text}"}"#);
        let body: serde_json::Value =
            serde_json::from_str(&json.body(&to, "say \"{secret}\"\n{to}")).unwrap();
        assert_eq!(body["text"], "say \"{secret}\"\n{to}");
        assert_eq!(body["to"], "+8613812345678");

        let form = gateway("application/x-www-form-urlencoded", "mobile={digits}&msg={text}");
        assert_eq!(form.body(&to, "a&b=c"), "mobile=8613812345678&msg=a%26b%3Dc");
    }

    #[test]
    fn nothing_prints_a_secret_or_a_number() {
        let config = gateway("application/json", "{}").config.clone();
        let text = format!("{config:?} {:?}", PhoneNumber::new("+8613812345678"));
        assert!(!text.contains("s3cret") && !text.contains("138"), "{text}");
    }
}
