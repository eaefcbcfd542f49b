//! Handing letters to the mail server.

use super::config::MailConfigError;
use super::fault::Failure;
use super::letter::Written;
use super::{MailConfig, MailSecurity};
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};
use lettre::transport::smtp::PoolConfig;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor};
use std::sync::{PoisonError, RwLock};
use std::time::Duration;

/// A server that says nothing for so long is not there.
const PATIENCE: Duration = Duration::from_secs(20);
/// Connections at once: a server that sends to its own customers must not look like an attack.
const CONNECTIONS: u32 = 4;

type Transport = AsyncSmtpTransport<Tokio1Executor>;

/// The way out.
pub(crate) struct Mailer {
    pub(crate) config: MailConfig,
    hello: String,
    // Kept for its open connections; dropped when the password changes.
    open: RwLock<Option<Transport>>,
}

impl Mailer {
    pub(crate) fn new(config: MailConfig, base_url: &str) -> Result<Self, MailConfigError> {
        config.check()?;
        let host = url::Url::parse(base_url).ok();
        let hello = host.and_then(|url| url.domain().map(str::to_owned)).unwrap_or_default();
        Ok(Self { config, hello, open: RwLock::new(None) })
    }

    /// Forgets open connections, because the password changed.
    pub(super) fn reset(&self) {
        *self.open.write().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// Sends one letter; `id` makes its `Message-ID`, so that one sent twice after a crash is
    /// recognised as one.
    pub(super) async fn send(
        &self,
        id: &str,
        organisation: &str,
        password: Option<&str>,
        written: &Written,
    ) -> Result<(), Failure> {
        let message = self.message(id, organisation, written).ok_or_else(Failure::settings)?;
        let transport = self.transport(password)?;
        transport.send(message).await?;
        Ok(())
    }

    fn message(&self, id: &str, organisation: &str, written: &Written) -> Option<Message> {
        let mut from: Mailbox = self.config.from.parse().ok()?;
        if from.name.is_none() && !organisation.is_empty() {
            from.name = Some(organisation.to_owned());
        }
        let domain = from.email.domain().to_owned();
        let mut builder = Message::builder()
            .from(from)
            .to(Mailbox::new(None, written.to.parse().ok()?))
            .subject(&written.subject)
            .message_id(Some(format!("<{id}@{domain}>")))
            .date_now()
            // RFC 3834: nobody's holiday notice should answer a machine.
            .raw_header(header("Auto-Submitted", "auto-generated")?);
        if let Some(reply_to) = &self.config.reply_to {
            builder = builder.reply_to(reply_to.parse().ok()?);
        }
        for (name, value) in &written.headers {
            builder = builder.raw_header(header(name, value)?);
        }
        let body = MultiPart::alternative_plain_html(written.text.clone(), written.html.clone());
        builder.multipart(body).ok()
    }

    fn transport(&self, password: Option<&str>) -> Result<Transport, Failure> {
        if let Some(open) = &*self.open.read().unwrap_or_else(PoisonError::into_inner) {
            return Ok(open.clone());
        }
        let made = self.connect(password)?;
        *self.open.write().unwrap_or_else(PoisonError::into_inner) = Some(made.clone());
        Ok(made)
    }

    fn connect(&self, password: Option<&str>) -> Result<Transport, Failure> {
        let tls = match self.config.security {
            MailSecurity::None => Tls::None,
            MailSecurity::StartTls => Tls::Required(self.tls()?),
            MailSecurity::Tls => Tls::Wrapper(self.tls()?),
        };
        let mut builder = Transport::builder_dangerous(&self.config.server)
            .port(self.config.port())
            .timeout(Some(PATIENCE))
            .tls(tls)
            .pool_config(PoolConfig::new().max_size(CONNECTIONS));
        if !self.hello.is_empty() {
            builder = builder.hello_name(ClientId::Domain(self.hello.clone()));
        }
        if !self.config.user.is_empty() {
            let password = password.ok_or_else(Failure::settings)?;
            builder = builder
                .credentials(Credentials::new(self.config.user.clone(), password.to_owned()));
        }
        Ok(builder.build())
    }

    fn tls(&self) -> Result<TlsParameters, Failure> {
        let mut builder = TlsParameters::builder(self.config.server.clone());
        if let Some(authority) = self.config.authority().map_err(|_| Failure::settings())? {
            builder = builder.add_root_certificate(authority);
        }
        builder.build_rustls().map_err(Failure::from)
    }
}

fn header(name: &str, value: &str) -> Option<HeaderValue> {
    let name = HeaderName::new_from_ascii(name.to_owned()).ok()?;
    Some(HeaderValue::new(name, value.to_owned()))
}
