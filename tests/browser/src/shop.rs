//! A shop's site on this machine with the banner, a stranger's host with a tag, a frame and a picture,
//! and a server that records: three origins, as in life.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

use anyhow::{Context, Result};
use axum::{
    Router,
    extract::{Path as UrlPath, State},
    http::{Uri, header},
    response::{Html, IntoResponse, Response},
    routing::get,
};
use banner::{Banner, site};
use consent::{
    Consent, LegalBasis, NoticeBody, PurposeBody, Reconsent, Regime,
    property::{DEFAULT, PropertyBody},
    purpose::Texts,
};
use datamap::DataMap;
use serde_json::{Value, json};
use store::{Actor, Store, StoreConfig};
use tokio::net::TcpListener;
use web::{Web, WebConfig};

use crate::{Browser, Server, asking};

/// A vendor list in the form of the IAB's.
pub const VENDORS: &str = include_str!("../../../crates/signals/tests/data/vendor-list.json");

/// How often each path of the stranger's host was fetched.
type Hits = Arc<Mutex<BTreeMap<String, usize>>>;

/// The three of them.
pub struct Shop {
    /// The recording server.
    pub server: Server,
    /// `http://localhost:PORT`: the shop.
    pub address: String,
    /// `http://127.0.0.1:PORT`: the stranger.
    pub stranger: String,
    token: String,
    hits: Hits,
}

#[derive(Clone)]
struct Site {
    privet: String,
    stranger: String,
}

impl Shop {
    /// Opens the shop; visitors whose country is unknown are in `country`.
    pub async fn open(country: &str) -> Result<Self> {
        Self::open_with(country, false).await
    }

    /// The same, speaking TCF and GPP.
    pub async fn open_with_iab(country: &str) -> Result<Self> {
        Self::open_with(country, true).await
    }

    async fn open_with(country: &str, iab: bool) -> Result<Self> {
        let (stranger, hits) = stranger().await?;
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = format!("http://localhost:{}", listener.local_addr()?.port());
        let data = tempfile::tempdir()?;
        let token = furnish(data.path(), &address, &stranger, country, iab).await?;
        let server = Server::on(data).await?;
        let site = Site { privet: server.address.clone(), stranger: stranger.clone() };
        let pages = Router::new().route("/{page}", get(page)).with_state(site);
        tokio::spawn(async move { axum::serve(listener, pages).await });
        Ok(Self { server, address, stranger, token, hits })
    }

    /// How often the stranger was asked for a path.
    pub fn hits(&self, path: &str) -> usize {
        let hits = self.hits.lock().unwrap_or_else(PoisonError::into_inner);
        hits.get(path).copied().unwrap_or(0)
    }

    /// What the server says of this browser's visitor: purpose → state.
    pub async fn recorded(&self, browser: &Browser) -> Result<BTreeMap<String, String>> {
        let answer = self.ask("/v1/preferences/lookup", subject(browser).await?).await?;
        let lines = answer["purposes"].as_array().context("no purposes")?;
        Ok(lines.iter().map(|line| (text(&line["purpose"]), text(&line["state"]))).collect())
    }

    /// Whether the decision API allows a purpose for this browser's visitor.
    pub async fn decides(&self, browser: &Browser, purpose: &str) -> Result<bool> {
        let mut question = subject(browser).await?;
        question["purpose"] = purpose.into();
        let answer = self.ask("/v1/decisions", question).await?;
        answer["allow"].as_bool().with_context(|| format!("no decision: {answer}"))
    }

    /// Publishes the shop's privacy policy, and changes it, beside the running server: which hears of it
    /// like of another server's doing.
    pub async fn change_policy(&self) -> Result<()> {
        let config = StoreConfig { data_dir: self.server.data().to_owned(), database: None };
        let store = Store::open(config).await?;
        let consent = Consent::open(store.clone(), consent::Settings::default()).await?;
        let map = DataMap::open(store.clone()).await?;
        let regimes = regime::Regimes::open(store.clone(), consent.clone(), map.clone()).await?;
        let web = Web::open(store.clone(), WebConfig::default()).await?;
        let policy = policy::Policy::open(web, consent, map, regimes).await?;
        let (by, officer) = (Actor::System("test"), Actor::Person("officer".into()));
        let id = policy.begin(by.clone(), DEFAULT, policy::Audience::Customers).await?;
        let reason = policy::document::Text {
            en: "We say what happens to your data at the end.".into(),
            zh: "我们说明期满后如何处理您的信息。".into(),
        };
        policy.ask(by.clone(), &id, &policy::document::Text::default(), 0).await?;
        policy.approve(officer.clone(), &id, None, false).await?;
        let mut draft = policy.row(&id).await?.draft;
        "delete".clone_into(&mut draft.answers.at_end);
        policy.save_draft(by.clone(), &id, &draft).await?;
        policy.ask(by, &id, &reason, 0).await?;
        policy.approve(officer, &id, None, false).await?;
        store.close().await;
        Ok(())
    }

    async fn ask(&self, path: &str, body: Value) -> Result<Value> {
        let request = http::Request::post(path)
            .header(header::HOST, self.server.address.trim_start_matches("http://"))
            .header(header::AUTHORIZATION, format!("Bearer {}", self.token))
            .header(web::PURPOSE_HEADER, web::access::SERVICE)
            .header(header::CONTENT_TYPE, "application/json");
        let text = crate::plain::send(&self.server.address, request, &body.to_string()).await?;
        serde_json::from_str(&text).with_context(|| format!("{path} said {text}"))
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

async fn subject(browser: &Browser) -> Result<Value> {
    let script = "return privet.state().device || '';";
    let device = browser.client.execute(script, vec![]).await?;
    Ok(json!({ "subject": { "device_id": device } }))
}

fn texts(en: &str, zh: &str) -> Texts {
    Texts::from([("en".to_owned(), en.to_owned()), ("zh-CN".to_owned(), zh.to_owned())])
}

/// What the shop asks for.
fn purposes() -> [(&'static str, PurposeBody); 4] {
    let opt_out = || BTreeMap::from([(Regime::Ccpa, LegalBasis::OptOut)]);
    let of = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<_>>();
    [
        (
            "shop",
            PurposeBody {
                name: texts("Running the shop", "网站运行"),
                description: texts(
                    "Your basket, signing in, keeping the shop safe.",
                    "购物篮、登录和安全防护。",
                ),
                basis: Regime::ALL.iter().map(|regime| (*regime, LegalBasis::Contract)).collect(),
                ..PurposeBody::default()
            },
        ),
        (
            "analytics",
            PurposeBody {
                name: texts("Improving the shop", "改进网站"),
                description: texts(
                    "We count which pages are read and where people get stuck.",
                    "统计哪些页面有人看、哪里让人卡住。",
                ),
                vendors: vec!["Stranger Statistics".into()],
                basis: opt_out(),
                signals: of(&["gcm.analytics_storage", "tcf.8"]),
                ..PurposeBody::default()
            },
        ),
        (
            "video",
            PurposeBody {
                name: texts("Films from elsewhere", "外部视频"),
                description: texts(
                    "Films of our tea gardens come from a film site, which sees that you watch.",
                    "茶园影片来自视频网站，对方会知道您在观看。",
                ),
                basis: opt_out(),
                ..PurposeBody::default()
            },
        ),
        (
            "ads",
            PurposeBody {
                name: texts("Advertising on other sites", "其他网站上的广告"),
                description: texts(
                    "Others learn which teas you looked at and show you offers.",
                    "合作方会得知您看过哪些茶，并向您展示优惠。",
                ),
                vendors: vec!["Stranger Ads".into(), "Example Exchange".into()],
                basis: opt_out(),
                signals: of(&["gcm.ad_storage", "gcm.ad_user_data", "gpp.sale", "tcf.1"]),
                ..PurposeBody::default()
            },
        ),
    ]
}

/// Fills a data directory before the server opens it; returns an API token.
async fn furnish(
    data: &Path,
    shop: &str,
    stranger: &str,
    country: &str,
    iab: bool,
) -> Result<String> {
    let by = Actor::System("test");
    let store = Store::open(StoreConfig { data_dir: data.to_owned(), database: None }).await?;
    let consent = Consent::open(store.clone(), consent::Settings::default()).await?;
    for (key, body) in purposes() {
        consent.save_purpose(&by, key, &body).await?;
    }
    let notice = NoticeBody {
        title: texts("Your privacy at Lantern Tea", "灯笼茶与您的隐私"),
        text: texts(
            "We and a few partners would like to use data for more than running the shop. You decide, and you can change your mind at any time. [Privacy policy](https://lantern.example/privacy)",
            "除网站运行之外，我们和少数合作方还想把数据用于其他用途。由您决定，随时可以改变主意。[隐私政策](https://lantern.example/zh/privacy)",
        ),
        accept: texts("Accept all", "全部同意"),
        refuse: texts("Refuse all", "全部拒绝"),
        purposes: purposes().iter().map(|(key, _)| (*key).to_owned()).collect(),
        ..NoticeBody::default()
    };
    consent.save_draft(&by, "web", &notice).await?;
    consent.publish(&by, "web", Reconsent::None).await?;
    let regimes = if country == "US" { vec![Regime::Ccpa] } else { vec![Regime::Gdpr] };
    let property = PropertyBody { name: "Lantern Tea".into(), regimes, ..PropertyBody::default() };
    consent.save_property(&by, DEFAULT, &property).await?;
    let map = DataMap::open(store.clone()).await?;
    let banner = Banner::open(consent, map, banner::Settings::default()).await?;
    let body = site::Body {
        origins: vec![shop.to_owned()],
        notice: "web".into(),
        country: country.into(),
        hosts: vec![(stranger.trim_start_matches("http://").to_owned(), "analytics".into())],
        clear: BTreeMap::from([("analytics".into(), vec!["_ga*".into()])]),
        tcf: iab.then(|| site::Tcf { cmp_id: 7, publisher_country: "DE".into() }),
        gpp: iab.then(|| site::Gpp { sections: vec!["usnat".into(), "usca".into()] }),
        ..site::Body::default()
    };
    banner.save_site(by.clone(), DEFAULT, &body).await?;
    if iab {
        banner.save_vendor_list(by.clone(), DEFAULT, VENDORS).await?;
    }
    let web = Web::open(store, WebConfig::default()).await?;
    let scopes = ["consent:read", "consent:write", "consent:decide", "decide"].map(str::to_owned);
    let (_, token) = web.create_token(by, "test", &scopes).await?;
    Ok(token)
}

/// The stranger's host: counts what is fetched; its tag leaves a cookie and a storage key.
async fn stranger() -> Result<(String, Hits)> {
    let hits = Hits::default();
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = format!("http://{}", listener.local_addr()?);
    let app = Router::new().route("/{file}", get(tag)).with_state(Arc::clone(&hits));
    tokio::spawn(async move { axum::serve(listener, app).await });
    Ok((address, hits))
}

async fn tag(State(hits): State<Hits>, UrlPath(file): UrlPath<String>) -> Response {
    *hits.lock().unwrap_or_else(PoisonError::into_inner).entry(file.clone()).or_default() += 1;
    let ran = format!("(window.ran ||= []).push('{}');", file.trim_end_matches(".js"));
    let script = [(header::CONTENT_TYPE, "text/javascript")];
    match file.as_str() {
        "film.html" => {
            Html("<!doctype html><html lang=en><title>Film</title><main><h1>A film</h1></main>")
                .into_response()
        }
        frame if frame.split_once('.').is_some_and(|(_, end)| end == "frame") => {
            Html(asking::frame(frame)).into_response()
        }
        "pixel.gif" => ([(header::CONTENT_TYPE, "image/gif")], "GIF89a\u{1}").into_response(),
        "slow.js" => {
            tokio::time::sleep(std::time::Duration::from_millis(300)).await;
            (script, ran).into_response()
        }
        "stats.js" => (script, format!("{ran} document.cookie = '_ga=1'; localStorage._ga_x = 1;"))
            .into_response(),
        _ => (script, ran).into_response(),
    }
}

/// A page of the shop, under a policy as strict as such a page can have.
async fn page(State(site): State<Site>, UrlPath(page): UrlPath<String>, uri: Uri) -> Response {
    let Site { privet, stranger } = &site;
    let query = uri.query().unwrap_or_default();
    let lang = if query.contains("zh") { "zh-CN" } else { "en" };
    let auto = if page.starts_with("auto") { " data-auto" } else { "" };
    let stub = ["tcf", "gpp"].into_iter().find(|name| page == *name);
    let stub = stub.map(asking::stub).unwrap_or_default();
    let sdk = format!(
        "{stub}<script src=\"{privet}/sdk/privet.js\" data-property=\"default\"{auto} crossorigin></script>"
    );
    let body = match page.as_str() {
        "tcf" | "gpp" | "tcf-bare" | "gpp-bare" => {
            format!("<iframe src=\"{stranger}/{page}.frame\" title=\"Advertising\"></iframe>")
        }
        page if page.starts_with("auto") => automatic(stranger),
        _ => tagged(stranger),
    };
    let html = format!(
        "<!doctype html><html lang=\"{lang}\"><head><meta charset=\"utf-8\"><title>Lantern Tea</title>
<meta name=\"viewport\" content=\"width=device-width\"><link rel=\"stylesheet\" href=\"/shop.css\">{sdk}</head>
<body><main><h1>Lantern Tea</h1><p>Spring oolong, picked by hand.</p>{body}
<p><a href=\"#\" data-privet-open>Privacy settings</a></p>
<noscript><p id=\"noscript\">Without JavaScript nothing here watches you.</p></noscript></main></body></html>"
    );
    if page == "shop.css" {
        let css = "body{font:17px/1.6 sans-serif;margin:0;padding:2rem;background:#f6f3ec;color:#222}
            iframe{border:0;width:560px;max-width:100%;height:315px;background:#e8e2d4}a{color:#14532d}";
        return ([(header::CONTENT_TYPE, "text/css")], css).into_response();
    }
    let policy = format!(
        "default-src 'none'; script-src 'nonce-lantern' {privet} {stranger}; connect-src {privet}; \
         style-src 'self'; frame-src {stranger}; img-src {stranger}; base-uri 'none'; form-action 'none'"
    );
    ([(header::CONTENT_SECURITY_POLICY, policy)], Html(html)).into_response()
}

/// Tags that wait: two scripts in order around an inline one, a frame, a picture.
fn tagged(stranger: &str) -> String {
    format!(
        "<script type=\"text/plain\" data-privet=\"analytics\" data-src=\"{stranger}/slow.js\"></script>
<script type=\"text/plain\" data-privet=\"analytics\" nonce=\"lantern\">(window.ran ||= []).push('inline');</script>
<script type=\"text/plain\" data-privet=\"analytics\" data-src=\"{stranger}/stats.js\"></script>
<script type=\"text/plain\" data-privet=\"ads\" data-src=\"{stranger}/ads.js\"></script>
<img data-privet=\"ads\" data-src=\"{stranger}/pixel.gif\" alt=\"\" width=\"1\" height=\"1\">
<iframe data-privet=\"video\" data-src=\"{stranger}/film.html\" title=\"Our tea gardens\"></iframe>"
    )
}

/// Nothing is tagged: a script in the page and one that a script of the shop adds.
fn automatic(stranger: &str) -> String {
    format!(
        "<script src=\"{stranger}/written.js\"></script>
<script nonce=\"lantern\">
  for (const name of ['added', 'later']) {{
    const tag = document.createElement('script');
    tag.async = false;
    tag.onload = () => (window.loaded ||= []).push(name);
    if (name === 'added') tag.src = '{stranger}/added.js';
    else tag.setAttribute('src', '{stranger}/later.js');
    document.head.append(tag);
  }}
  new Image().src = '{stranger}/pixel.gif';
</script>"
    )
}
