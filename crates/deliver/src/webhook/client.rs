//! The HTTP client of webhooks: one pool, a resolver that asks the guard, no redirects, little time,
//! and of the answer only its status.

use std::{
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use http_body_util::{BodyExt as _, Full, Limited};
use hyper::{Request, Response, StatusCode, body::Bytes, body::Incoming, header};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{
        Client as Pooled, Error,
        connect::{HttpConnector, dns::Name},
    },
    rt::{TokioExecutor, TokioTimer},
};
use sources::SourceError;

use super::sign;
use crate::{Fault, Reach, reach::CONNECT};

/// Of an answer's body this much is read, so that the connection can be used again; more ends it.
const BODY: usize = 64 << 10;
/// A receiver may ask for this much patience at most.
const LONGEST_AFTER: Duration = Duration::from_hours(24);

/// One message ready to go.
pub struct Message<'a> {
    /// Where.
    pub url: &'a str,
    /// The event's id.
    pub id: &'a str,
    /// The JSON.
    pub body: Vec<u8>,
    /// What signs it.
    pub secrets: &'a [String],
}

/// Sends webhooks. Cheap to clone.
#[derive(Clone)]
pub struct Client {
    pool: Pooled<HttpsConnector<HttpConnector<Guarded>>, Full<Bytes>>,
    reach: Reach,
    timeout: Duration,
}

impl Client {
    /// A client that goes where `reach` lets it.
    pub fn new(reach: Reach, timeout: Duration) -> Self {
        let mut plain = HttpConnector::new_with_resolver(Guarded(reach.clone()));
        plain.enforce_http(false);
        plain.set_connect_timeout(Some(CONNECT));
        plain.set_nodelay(true);
        let connector = HttpsConnectorBuilder::new()
            .with_tls_config(crate::reach::tls_config(&[]))
            .https_or_http()
            .enable_http1()
            .wrap_connector(plain);
        let pool = Pooled::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(Duration::from_secs(50))
            .pool_max_idle_per_host(16)
            .build(connector);
        Self { pool, reach, timeout }
    }

    /// Sends one message; the status if the receiver took it.
    pub async fn send(&self, message: Message<'_>) -> Result<u16, Fault> {
        let request = self.request(message)?;
        let answer = async {
            let response = self.pool.request(request).await.map_err(|error| fault_of(&error))?;
            Ok(drained(response).await)
        };
        let response: Result<_, Fault> =
            tokio::time::timeout(self.timeout, answer).await.map_err(|_| Fault::new("timeout"))?;
        judge(&response?)
    }

    fn request(&self, message: Message<'_>) -> Result<Request<Full<Bytes>>, Fault> {
        let url = url::Url::parse(message.url).map_err(|_| Fault::new("other"))?;
        // The connector resolves names only; an address typed as numbers is judged here.
        let ip: Option<std::net::IpAddr> = match url.host() {
            Some(url::Host::Ipv4(ip)) => Some(ip.into()),
            Some(url::Host::Ipv6(ip)) => Some(ip.into()),
            _ => None,
        };
        if let Some(ip) = ip
            && !self.reach.webhook(&ip.to_string(), ip)
        {
            return Err(Fault::new("blocked"));
        }
        let timestamp = store::now() / 1_000_000;
        let signature = sign(message.secrets, message.id, timestamp, &message.body)
            .ok_or(Fault::new("login"))?;
        Request::post(url.as_str())
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::USER_AGENT, concat!("Privet/", env!("CARGO_PKG_VERSION")))
            .header("webhook-id", message.id)
            .header("webhook-timestamp", timestamp)
            .header("webhook-signature", signature)
            .body(Full::new(message.body.into()))
            .map_err(|_| Fault::new("other"))
    }
}

/// The answer's head; its body is read and forgotten, up to a bound.
async fn drained(response: Response<Incoming>) -> Response<()> {
    let (parts, body) = response.into_parts();
    // A longer or broken body only costs the connection: what it says does not matter.
    let _ = Limited::new(body, BODY).collect().await;
    Response::from_parts(parts, ())
}

fn judge(response: &Response<()>) -> Result<u16, Fault> {
    let status = response.status();
    let code = match status {
        _ if status.is_success() => return Ok(status.as_u16()),
        StatusCode::GONE => "gone",
        StatusCode::PAYLOAD_TOO_LARGE => "large",
        _ if status.is_redirection() => "redirect",
        _ => "status",
    };
    let after = response.headers().get(header::RETRY_AFTER);
    let after = after.and_then(|value| value.to_str().ok()?.trim().parse().ok());
    let after = after.map(|seconds| Duration::from_secs(seconds).min(LONGEST_AFTER));
    Err(Fault { code, status: status.as_u16(), after })
}

fn fault_of(error: &Error) -> Fault {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(found) = cause {
        if let Some(error) = found.downcast_ref::<SourceError>() {
            return error.into();
        }
        if found.downcast_ref::<rustls::Error>().is_some() {
            return Fault::new("tls");
        }
        if let Some(io) = found.downcast_ref::<std::io::Error>() {
            // rustls hides its error inside.
            if io.get_ref().is_some_and(|inner| inner.downcast_ref::<rustls::Error>().is_some()) {
                return Fault::new("tls");
            }
            match io.kind() {
                std::io::ErrorKind::ConnectionRefused => return Fault::new("refused"),
                std::io::ErrorKind::TimedOut => return Fault::new("timeout"),
                _ => {}
            }
        }
        cause = found.source();
    }
    Fault::new("lost")
}

/// Resolves names to addresses the guard has checked; those are what is dialled.
#[derive(Clone)]
struct Guarded(Reach);

impl tower::Service<Name> for Guarded {
    type Response = std::vec::IntoIter<std::net::SocketAddr>;
    type Error = SourceError;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, SourceError>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), SourceError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let reach = self.0.clone();
        // The port is the connector's to set.
        Box::pin(async move { Ok(reach.webhook_addresses(name.as_str(), 0).await?.into_iter()) })
    }
}
