//! How single sign-on asks its provider, and the log its witnesses: HTTPS to public addresses, or to inside ones that the
//! configuration names; no redirects, little time, small answers.

use std::{
    future::Future,
    net::{IpAddr, SocketAddr},
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use http_body_util::{BodyExt as _, Full, Limited};
use hyper::{Request, body::Bytes, header};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{
        Client,
        connect::{HttpConnector, dns::Name},
    },
    rt::TokioExecutor,
};
use sources::{NetworkGuard, SourceError};

/// Time for one question.
const PATIENCE: Duration = Duration::from_secs(10);
/// Time for a piece of a customer's copy.
const PIECE_PATIENCE: Duration = Duration::from_secs(25);
/// The longest answer that is read; key sets are a few kilobytes.
const MOST: usize = 512 << 10;

/// Which addresses may be asked: public ones, and those of `inside`.
#[derive(Debug, Clone)]
struct Reach {
    inside: Vec<String>,
}

impl Reach {
    fn allows(&self, host: &str, ip: IpAddr) -> bool {
        let public = NetworkGuard { allow_loopback: false, allow_private: false, only: Vec::new() };
        let named =
            NetworkGuard { allow_loopback: true, allow_private: true, only: self.inside.clone() };
        public.allows(host, ip) || (!self.inside.is_empty() && named.allows(host, ip))
    }
}

/// The client.
pub struct Guarded {
    client: Client<HttpsConnector<HttpConnector<Resolver>>, Full<Bytes>>,
    reach: Reach,
    setting: &'static str,
}

impl Guarded {
    /// A client that asks public addresses and those `inside`.
    pub fn new(inside: Vec<String>) -> Self {
        let reach = Reach { inside };
        let mut plain = HttpConnector::new_with_resolver(Resolver(reach.clone()));
        plain.enforce_http(false);
        plain.set_connect_timeout(Some(PATIENCE));
        let connector = HttpsConnectorBuilder::new()
            .with_tls_config(roots())
            .https_or_http()
            .enable_http1()
            .wrap_connector(plain);
        let client = Client::builder(TokioExecutor::new()).build(connector);
        Self { client, reach, setting: "[sso] inside" }
    }

    /// Which setting allows inside addresses, for what it tells.
    pub fn named(self, setting: &'static str) -> Self {
        Self { setting, ..self }
    }

    /// Asks for a text.
    pub async fn get(&self, url: &str) -> Result<(u16, Vec<u8>), String> {
        self.send(url, Request::builder().method("GET"), String::new()).await
    }

    /// Posts a text.
    pub async fn post(&self, url: &str, body: String) -> Result<(u16, Vec<u8>), String> {
        let request = Request::builder().method("POST");
        self.send(url, request.header(header::CONTENT_TYPE, "text/plain; charset=utf-8"), body)
            .await
    }

    async fn send(
        &self,
        url: &str,
        request: hyper::http::request::Builder,
        body: String,
    ) -> Result<(u16, Vec<u8>), String> {
        let parsed = url::Url::parse(url).map_err(|_| "its address is none".to_owned())?;
        // The connector resolves names only; an address typed as numbers is judged here.
        let ip: Option<IpAddr> = match parsed.host() {
            Some(url::Host::Ipv4(ip)) => Some(ip.into()),
            Some(url::Host::Ipv6(ip)) => Some(ip.into()),
            _ => None,
        };
        if ip.is_some_and(|ip| !self.reach.allows(&ip.to_string(), ip)) {
            return Err(self.inside());
        }
        let request = request.uri(parsed.as_str()).body(Full::new(Bytes::from(body)));
        let request = request.map_err(|_| "its address is none".to_owned())?;
        tokio::time::timeout(PATIENCE, self.ask(request))
            .await
            .map_err(|_| "it does not answer in time".to_owned())?
    }

    /// People's data goes over TLS; in clear only to an address inside that the configuration names.
    fn only_safe(&self, url: &str) -> Result<(), String> {
        let parsed = url::Url::parse(url).map_err(|_| "its address is none".to_owned())?;
        let ip: Option<IpAddr> = match parsed.host() {
            Some(url::Host::Ipv4(ip)) => Some(ip.into()),
            Some(url::Host::Ipv6(ip)) => Some(ip.into()),
            _ => None,
        };
        if ip.is_some_and(|ip| !self.reach.allows(&ip.to_string(), ip)) {
            return Err(self.inside());
        }
        let named = ip.is_some_and(|ip| !Reach { inside: Vec::new() }.allows(&ip.to_string(), ip));
        match parsed.scheme() {
            "https" => Ok(()),
            "http" if named => Ok(()),
            _ => Err("its address does not begin with https://".into()),
        }
    }

    fn inside(&self) -> String {
        format!("its address is inside; name it in {} to allow it", self.setting)
    }

    fn told(&self, error: &hyper_util::client::legacy::Error) -> String {
        let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
        while let Some(found) = cause {
            if matches!(found.downcast_ref(), Some(SourceError::Blocked(_))) {
                return self.inside();
            }
            cause = found.source();
        }
        "it cannot be reached".into()
    }

    async fn ask(&self, request: Request<Full<Bytes>>) -> Result<(u16, Vec<u8>), String> {
        let response = self.client.request(request).await.map_err(|error| self.told(&error))?;
        let status = response.status().as_u16();
        let body = Limited::new(response.into_body(), MOST).collect().await;
        let body = body.map_err(|_| "its answer broke off or is too long".to_owned())?;
        Ok((status, body.to_bytes().to_vec()))
    }
}

/// The system's authorities, and the usual public ones where the system has none. The provider is
/// named: two may be compiled in, and rustls then refuses to choose.
fn roots() -> rustls::ClientConfig {
    let mut roots = rustls::RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if roots.is_empty() {
        roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    }
    let provider = std::sync::Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder =
        rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let Ok(builder) = builder else {
        unreachable!("aws-lc-rs has the cipher suites of TLS 1.2 and 1.3")
    };
    builder.with_root_certificates(roots).with_no_client_auth()
}

#[async_trait::async_trait]
impl web::sso::Fetch for Guarded {
    async fn fetch(
        &self,
        url: &str,
        form: Option<String>,
        authorization: Option<String>,
    ) -> Result<(u16, Vec<u8>), String> {
        let mut request = Request::builder().method("GET");
        if form.is_some() {
            request = request
                .method("POST")
                .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        }
        if let Some(value) = authorization {
            request = request.header(header::AUTHORIZATION, value);
        }
        self.send(url, request, form.unwrap_or_default()).await
    }
}

/// How a customer's copy goes to another company: its pieces take longer than a question.
#[async_trait::async_trait]
impl rights::handover::Reach for Guarded {
    async fn get(&self, url: &str) -> Result<(u16, Vec<u8>), String> {
        self.only_safe(url)?;
        self.get(url).await
    }

    async fn send(
        &self,
        method: &'static str,
        url: &str,
        headers: &[(&'static str, &str)],
        body: Vec<u8>,
    ) -> Result<(u16, Vec<u8>), String> {
        self.only_safe(url)?;
        let request = headers
            .iter()
            .fold(Request::builder().method(method), |request, one| request.header(one.0, one.1));
        let request = request.uri(url).body(Full::new(Bytes::from(body)));
        let request = request.map_err(|_| "its address is none".to_owned())?;
        tokio::time::timeout(PIECE_PATIENCE, self.ask(request))
            .await
            .map_err(|_| "it does not answer in time".to_owned())?
    }
}

#[derive(Debug, Clone)]
struct Resolver(Reach);

impl tower::Service<Name> for Resolver {
    type Response = std::vec::IntoIter<SocketAddr>;
    type Error = SourceError;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, SourceError>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), SourceError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let reach = self.0.clone();
        Box::pin(async move {
            let host = name.as_str();
            let allowed = |ip| reach.allows(host, ip);
            let found = sources::resolve_allowed(host, 0, PATIENCE, allowed).await?;
            Ok(found.into_iter())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use web::sso::Fetch as _;

    #[tokio::test]
    async fn an_issuer_inside_is_asked_only_if_it_is_named() {
        let inside = [
            "http://127.0.0.1:9/",
            "http://[::1]:9/",
            "http://localhost:9/",
            "http://10.0.0.1/",
            "http://169.254.169.254/latest",
            "http://[::ffff:169.254.169.254]/",
            "http://0.0.0.0:9/",
        ];
        let client = Guarded::new(Vec::new());
        for url in inside {
            let told = client.fetch(url, None, None).await.unwrap_err();
            assert!(told.contains("inside"), "{url}: {told}");
        }
        let named = Guarded::new(vec!["127.0.0.1".into(), "169.254.169.254".into()]);
        let told = named.fetch("http://127.0.0.1:9/", None, None).await.unwrap_err();
        assert!(told.contains("cannot be reached"), "{told}");
        let metadata = named.fetch("http://169.254.169.254/", None, None).await.unwrap_err();
        assert!(metadata.contains("inside"), "metadata addresses stay out: {metadata}");
    }

    #[tokio::test]
    async fn an_address_that_somebody_else_chose_leads_outside_only() {
        use rights::handover::Reach;
        // Where a connection would be seen.
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let client = Guarded::new(Vec::new());
        for host in ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "2130706433", "0"] {
            let url = format!("https://{host}:{port}/update_status");
            let told = Reach::send(&client, "POST", &url, &[], b"{}".to_vec()).await.unwrap_err();
            assert!(told.contains("inside"), "{url}: {told}");
        }
        let url = "http://agent.example/";
        let told = Reach::send(&client, "POST", url, &[], Vec::new()).await.unwrap_err();
        assert!(told.contains("https"), "{told}");
        let accepted = tokio::time::timeout(Duration::from_millis(100), listener.accept()).await;
        assert!(accepted.is_err(), "a connection was opened");
    }
}
