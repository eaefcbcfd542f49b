//! A shop with customers: a furnished server, its mail server, and the company's systems that speak to
//! the API. What is furnished is written by the rooms themselves before the server starts.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use anyhow::{Context as _, Result, bail, ensure};
use axum::{
    Json, Router,
    extract::Query,
    response::Html,
    routing::{get, post},
};
use consent::{
    Choice, Consent, Identifier, IdentifierKind, LegalBasis, NoticeBody, PurposeBody, Reconsent,
    Recording, Regime, Subject, property::DEFAULT, purpose::Texts, record::Origin,
};
use preference::{Place, Preferences, Shown};
use serde_json::Value;
use store::{Actor, Store, StoreConfig};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use web::{
    NewToken, PURPOSE_HEADER, Web, WebConfig, access::SERVICE, mail::MailSecurity,
    testing::SmtpServer,
};

use crate::{Browser, Server};

/// The customer whose choices are opened.
pub const CUSTOMER: &str = "li.lei@example.com";

/// The same customer's phone.
pub const PHONE: &str = "+86 138 1234 5678";

/// What the gateway for text messages was given.
pub type Messages = Arc<Mutex<Vec<Value>>>;

/// A running shop, where customers come with their affairs.
pub struct Counter {
    /// The server.
    pub server: Server,
    /// Where its letters arrive.
    pub smtp: SmtpServer,
    /// Where its text messages arrive: the gateway's bodies, newest last.
    pub messages: Messages,
    /// A page of the shop that holds the centre in a frame: `/frame?src=ADDRESS`.
    pub site: String,
    /// An API token with every scope of customers' affairs.
    pub token: String,
    /// The server's data directory, for acts on the command line beside it.
    pub data: std::path::PathBuf,
}

impl Counter {
    /// Furnishes a data directory and starts the binary on it.
    pub async fn open() -> Result<Self> {
        let smtp = SmtpServer::start(MailSecurity::StartTls, "");
        let data = tempfile::tempdir()?;
        let (gateway, messages) = gateway().await?;
        let site = site().await?;
        let token = furnish(data.path(), &site).await?;
        let mail = smtp.config(MailSecurity::StartTls);
        let authority = mail.ca_file.context("the SMTP server has an authority")?;
        let config = format!(
            "contact = \"privacy@lantern.example\"\n[mail]\nserver = \"localhost\"\nport = {}\nfrom = \"privacy@lantern.example\"\nca_file = '{}'\n\
             [sms]\nurl = \"{gateway}/send\"\nbody = '{{\"to\":\"{{to}}\",\"text\":\"{{text}}\"}}'\n",
            smtp.port,
            authority.display()
        );
        std::fs::write(data.path().join("privet.toml"), config)?;
        let place = data.path().to_owned();
        let server = Server::on(data).await?;
        Ok(Self { server, smtp, messages, site, token, data: place })
    }

    /// Asks for a letter on the entrance page and opens the link in it, as a person does.
    pub async fn sign_in(&self, browser: &Browser) -> Result<()> {
        let before = self.smtp.letters().len();
        browser.open(&format!("{}/privacy", self.server.address)).await?;
        browser.fill("#f-email", CUSTOMER).await?;
        browser.click("form[action='/privacy/link'] button[type='submit']").await?;
        browser.text("a[href='/privacy']:not(.guest-brand)").await?;
        let letter = self.smtp.wait_for(before + 1).await;
        browser.open(&letter.link(&format!("{}/privacy/open/", self.server.address))).await?;
        browser.click("main form button.primary").await?;
        browser.text("ul.purposes").await.map(|_| ())
    }

    /// The digits of the newest text message, once there are as many messages.
    pub async fn code(&self, messages: usize) -> Result<String> {
        let deadline = tokio::time::Instant::now() + std::time::Duration::from_secs(10);
        loop {
            let taken = self.messages.lock().unwrap_or_else(PoisonError::into_inner).clone();
            if taken.len() >= messages {
                let text = taken[messages - 1]["text"].as_str().unwrap_or_default();
                let digits = text.split(|c: char| !c.is_ascii_digit()).find(|part| part.len() == 6);
                return Ok(digits.context("no code in the message")?.to_owned());
            }
            ensure!(tokio::time::Instant::now() < deadline, "no text message came");
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
    }

    /// One request as a program sends it; status and body.
    pub async fn http(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Result<(u16, String)> {
        let host = self.server.address.trim_start_matches("http://");
        let mut stream = tokio::net::TcpStream::connect(host).await?;
        let mut text = format!("{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n");
        for (name, value) in headers {
            text.extend([name, ": ", value, "\r\n"]);
        }
        text.extend(["Content-Length: ", &body.len().to_string(), "\r\n\r\n", body]);
        stream.write_all(text.as_bytes()).await?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await?;
        let answer = String::from_utf8_lossy(&answer).into_owned();
        let (head, body) = answer.split_once("\r\n\r\n").context("no HTTP answer")?;
        let status = head.split(' ').nth(1).and_then(|code| code.parse().ok());
        let body = if head.to_ascii_lowercase().contains("transfer-encoding: chunked") {
            unchunked(body)
        } else {
            body.to_owned()
        };
        Ok((status.context("no status")?, body))
    }

    /// One call of the API with the shop's token.
    pub async fn call(&self, path: &str, body: &Value) -> Result<Value> {
        let bearer = format!("Bearer {}", self.token);
        let headers = [
            ("Authorization", bearer.as_str()),
            ("Content-Type", "application/json"),
            (PURPOSE_HEADER, SERVICE),
        ];
        let (status, text) = self.http("POST", path, &headers, &body.to_string()).await?;
        ensure!(status < 300, "{path} answered {status}: {text}");
        Ok(serde_json::from_str(&text)?)
    }

    /// Whether a use would be allowed now, as every system is told.
    pub async fn allows(&self, purpose: &str) -> Result<bool> {
        let asked = serde_json::json!({ "subject": { "email": CUSTOMER }, "purpose": purpose });
        let answer = self.call("/v1/decisions", &asked).await?;
        match answer["allow"].as_bool() {
            Some(allow) => Ok(allow),
            None => bail!("no decision: {answer}"),
        }
    }
}

/// A gateway for text messages with an HTTP API.
async fn gateway() -> Result<(String, Messages)> {
    let messages = Messages::default();
    let taken = Arc::clone(&messages);
    let take = move |Json(message): Json<Value>| {
        let taken = Arc::clone(&taken);
        async move { taken.lock().unwrap_or_else(PoisonError::into_inner).push(message) }
    };
    let app = Router::new().route("/send", post(take));
    Ok((listen(app).await?, messages))
}

/// The shop's own site, another origin than the centre's.
async fn site() -> Result<String> {
    let page = |Query(query): Query<BTreeMap<String, String>>| async move {
        let source = query.get("src").cloned().unwrap_or_default();
        Html(format!(
            "<!doctype html><html lang=en><title>Lantern Tea</title><main><h1>Your account</h1>\
             <iframe title=\"Your choices\" src=\"{source}\" width=360 height=700></iframe></main>"
        ))
    };
    listen(Router::new().route("/frame", get(page))).await
}

async fn listen(app: Router) -> Result<String> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let address = format!("http://{}", listener.local_addr()?);
    tokio::spawn(async move { axum::serve(listener, app).await });
    Ok(address)
}

fn unchunked(body: &str) -> String {
    let mut out = String::new();
    let mut rest = body;
    while let Some((size, after)) = rest.split_once("\r\n") {
        let size = usize::from_str_radix(size.trim(), 16).unwrap_or(0);
        let Some(part) = after.get(..size).filter(|part| !part.is_empty()) else { break };
        out.push_str(part);
        rest = after.get(size + 2..).unwrap_or("");
    }
    out
}

fn texts(en: &str, zh: &str) -> Texts {
    Texts::from([("en".to_owned(), en.to_owned()), ("zh-CN".to_owned(), zh.to_owned())])
}

fn purposes() -> Vec<(&'static str, PurposeBody)> {
    let email = PurposeBody {
        name: texts("News by e-mail", "邮件资讯"),
        description: texts(
            "Once a month we write to you about new teas and recipes.",
            "我们每月给您写一封信，介绍新茶和冲泡方法。",
        ),
        if_refused: texts(
            "You get no more letters. Your orders are not affected.",
            "您不再收到这些邮件，订单不受影响。",
        ),
        vendors: vec!["Postkutsche GmbH".into()],
        retention_days: Some(730),
        double_opt_in: true,
        ..PurposeBody::default()
    };
    let offers = PurposeBody {
        name: texts("Offers that fit you", "适合您的优惠"),
        description: texts(
            "We look at what you bought to choose offers for you.",
            "我们根据您买过的茶为您挑选优惠。",
        ),
        if_refused: texts("You see the same offers as everybody.", "您看到的优惠与其他人一样。"),
        ..PurposeBody::default()
    };
    let analytics = PurposeBody {
        name: texts("Improving the shop", "改进商店"),
        description: texts("We count which pages are read.", "我们统计哪些页面被阅读。"),
        basis: BTreeMap::from([(Regime::Gdpr, LegalBasis::LegitimateInterests)]),
        ..PurposeBody::default()
    };
    let delivery = PurposeBody {
        name: texts("Delivering your orders", "配送您的订单"),
        description: texts(
            "Your address goes to the parcel service.",
            "您的地址会提供给快递公司。",
        ),
        basis: Regime::ALL.iter().map(|regime| (*regime, LegalBasis::Contract)).collect(),
        vendors: vec!["SF Express".into()],
        ..PurposeBody::default()
    };
    vec![
        ("email_marketing", email),
        ("offers", offers),
        ("analytics", analytics),
        ("delivery", delivery),
    ]
}

/// Purposes, a notice, a customer who agreed, and a token.
async fn furnish(data: &std::path::Path, site: &str) -> Result<String> {
    let me = Actor::CommandLine;
    let store = Store::open(StoreConfig { data_dir: data.to_owned(), database: None }).await?;
    let web = Web::open(store.clone(), WebConfig::default()).await?;
    web.set_organisation(me.clone(), "Lantern Tea").await?;
    let scopes = [
        "consent:read",
        "consent:write",
        "decide",
        "preferences:link",
        "unsubscribe:link",
        "suppressions:read",
        "audit:read",
    ];
    let scopes = &scopes.map(str::to_owned);
    let held = &["service_delivery", "customer_support", "email_marketing"].map(str::to_owned);
    let new = NewToken { name: "shop", scopes, purposes: held, ..NewToken::default() };
    let (_, token) = web.make_token(me.clone(), new).await?;
    let said =
        consent::Settings { contact: "privacy@lantern.example".into(), ..Default::default() };
    let consent = Consent::open(store, said).await?;
    consent.set_organisation("Lantern Tea");
    let preferences = Preferences::open(web, consent.clone(), None).await?;
    let place = Place { embed: vec![site.to_owned()] };
    let places = BTreeMap::from([(DEFAULT.to_owned(), place)]);
    preferences.save_shown(me.clone(), Shown { places, ..Shown::default() }).await?;
    for (key, body) in purposes() {
        consent.save_purpose(&me, key, &body).await?;
    }
    let body = NoticeBody {
        title: texts("Welcome to Lantern Tea", "欢迎来到灯笼茶"),
        text: texts("Choose what you would like.", "请选择您想要的内容。"),
        purposes: vec!["email_marketing".into(), "offers".into(), "analytics".into()],
        ..NoticeBody::default()
    };
    consent.save_draft(&me, "welcome", &body).await?;
    consent.publish(&me, "welcome", Reconsent::None).await?;
    let one = Identifier::parse(IdentifierKind::Email, CUSTOMER, "CN")?;
    let phone = Identifier::parse(IdentifierKind::Phone, PHONE, "CN")?;
    let choices = [("email_marketing", Choice::Granted), ("offers", Choice::Granted)];
    let recording = Recording {
        subject: Subject::new(vec![one, phone])?,
        property: DEFAULT.into(),
        notice: "welcome".into(),
        language: "en".into(),
        choices: choices.map(|(key, choice)| (key.to_owned(), choice)).into(),
        channel: "web".into(),
        page: String::new(),
        ip: None,
        user_agent: String::new(),
        given_at: None,
        minor: None,
        origin: Origin::Api,
        confirmed: true,
        idempotency: None,
    };
    consent.record(&me, &recording).await?;
    Ok(token)
}
