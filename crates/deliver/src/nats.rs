//! NATS JetStream: one message an event, `Nats-Msg-Id` is the event's id (the stream drops a second
//! one within its window), and an event counts as sent when the stream has acknowledged it.

use std::time::Duration;

use async_nats::{
    Client, ConnectErrorKind, ConnectOptions,
    jetstream::{self, Context, context::PublishErrorKind, message::PublishMessage},
};
use rustls::pki_types::{CertificateDer, pem::PemObject as _};

use crate::{
    Config, Fault, Reach,
    reach::{CONNECT, tls_config},
};

/// An open connection to a JetStream.
pub(crate) struct Queue {
    context: Context,
    subject: String,
    timeout: Duration,
}

impl Queue {
    /// Connects once; a connection that breaks later is given up and made anew by the caller.
    pub async fn connect(
        address: &str,
        config: &Config,
        secret: Option<&str>,
        reach: &Reach,
        timeout: Duration,
    ) -> Result<Self, Fault> {
        let url = url::Url::parse(address).map_err(|_| Fault::new("other"))?;
        let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
        let port = url.port().unwrap_or(4222);
        let found = reach.addresses(host, port).await.map_err(|error| Fault::from(&error))?;
        let tls = url.scheme() == "tls";
        let mut options = sign_in(config, secret)?
            .name("privet")
            .connection_timeout(CONNECT)
            .request_timeout(Some(timeout))
            // Addresses that the server tells of its neighbours were not checked by the guard.
            .ignore_discovered_servers()
            .max_reconnects(1)
            .require_tls(tls);
        if tls {
            options = options.tls_client_config(tls_config(&certificates(&config.tls_ca)?));
        }
        // With TLS the certificate needs the name: a rebound one has no certificate for it. Without,
        // the checked address is dialled.
        let target = match found.first() {
            Some(address) if !tls => format!("nats://{address}"),
            _ => address.to_owned(),
        };
        let client: Client = tokio::time::timeout(timeout, options.connect(target))
            .await
            .map_err(|_| Fault::new("timeout"))?
            .map_err(|error| connect_fault(&error))?;
        Ok(Self { context: jetstream::new(client), subject: config.subject.clone(), timeout })
    }

    /// Publishes one event and waits for the stream's acknowledgement.
    pub async fn send(
        &self,
        id: &str,
        event: &str,
        subject_id: &str,
        body: Vec<u8>,
    ) -> Result<(), Fault> {
        let person = if subject_id.is_empty() { "none" } else { subject_id };
        let subject = self.subject.replace("{event}", event).replace("{subject}", person);
        let message = PublishMessage::build().message_id(id).payload(body.into());
        let publish = async { self.context.send_publish(subject, message).await?.await };
        match tokio::time::timeout(self.timeout, publish).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => Err(Fault::new(match error.kind() {
                PublishErrorKind::StreamNotFound => "no-stream",
                PublishErrorKind::TimedOut => "timeout",
                PublishErrorKind::MaxPayloadExceeded => "large",
                _ => "lost",
            })),
            Err(_) => Err(Fault::new("timeout")),
        }
    }
}

fn sign_in(config: &Config, secret: Option<&str>) -> Result<ConnectOptions, Fault> {
    let options = ConnectOptions::new();
    if config.auth == "none" {
        return Ok(options);
    }
    let secret = secret.ok_or(Fault::new("login"))?.trim();
    Ok(match config.auth.as_str() {
        "token" => options.token(secret.to_owned()),
        "nkey" => options.nkey(secret.to_owned()),
        "creds" => options.credentials(secret).map_err(|_| Fault::new("login"))?,
        _ => {
            let (user, password) = secret.split_once(':').ok_or(Fault::new("login"))?;
            options.user_and_password(user.to_owned(), password.to_owned())
        }
    })
}

fn certificates(path: &str) -> Result<Vec<CertificateDer<'static>>, Fault> {
    if path.is_empty() {
        return Ok(Vec::new());
    }
    let found = CertificateDer::pem_file_iter(path).map_err(|_| Fault::new("tls"))?;
    found.collect::<Result<_, _>>().map_err(|_| Fault::new("tls"))
}

fn connect_fault(error: &async_nats::ConnectError) -> Fault {
    Fault::new(match error.kind() {
        ConnectErrorKind::Dns => "dns",
        ConnectErrorKind::Authentication | ConnectErrorKind::AuthorizationViolation => "login",
        ConnectErrorKind::TimedOut => "timeout",
        ConnectErrorKind::Tls => "tls",
        ConnectErrorKind::Io => "refused",
        _ => "other",
    })
}
