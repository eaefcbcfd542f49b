//! The log's state in the console: `/console/ledger`. How far it reaches, its newest checkpoint, who
//! cosigns it, what was found damaged; and the decision that lets writes go on.

use askama::Template;
use axum::{
    Router,
    extract::{FromRef, State},
    response::Response,
    routing::{get, post},
};
use serde::Deserialize;
use store::{Damage, Ledger, SignedCheckpoint, StoreError};
use web::{CsrfForm, Errors, NavItem, Page, Permission, Web, WebError};

use crate::witness::{Witness, Witnesses};

const PATH: &str = "/console/ledger";

#[derive(Clone, FromRef)]
struct Room {
    web: Web,
    witnesses: Witnesses,
}

/// The addresses of the page.
pub fn router(web: Web, witnesses: Witnesses) -> Router {
    Router::new()
        .route(PATH, get(show))
        .route("/console/ledger/check", post(check))
        .route("/console/ledger/accept", post(accept))
        .with_state(Room { web, witnesses })
}

/// Its place in the console's navigation.
pub fn nav() -> Vec<NavItem> {
    vec![NavItem {
        section: "audit-nav",
        label: "ledger-title",
        href: PATH,
        icon: "shield",
        permission: Permission::ViewLedger,
    }]
}

#[derive(Template)]
#[template(path = "ledger/log.html")]
struct LogPage {
    p: Page,
    /// The key with the log's name.
    key: String,
    newest: Option<SignedCheckpoint>,
    entries: i64,
    /// The damage that stops writes.
    open: Option<Damage>,
    accepted: Vec<Damage>,
    witnesses: Vec<Witness>,
    errors: Errors,
    reason: String,
}

#[derive(Deserialize)]
struct Nothing {}

#[derive(Deserialize, Default)]
struct Accepting {
    #[serde(default)]
    reason: String,
    #[serde(default)]
    copied: String,
}

async fn show(p: Page, State(room): State<Room>) -> Result<Response, WebError> {
    p.require(Permission::ViewLedger)?;
    web::render(&page(p, &room, Errors::new(), String::new()).await?)
}

async fn page(p: Page, room: &Room, errors: Errors, reason: String) -> Result<LogPage, WebError> {
    let ledger = room.web.store().ledger();
    // A damaged log still has to be shown: what does not hold is left out.
    let newest = whole(ledger.checkpoint().await)?;
    let key = whole(ledger.key().await)?.map(|key| key.to_string()).unwrap_or_default();
    let entries = whole(ledger.head().await)?.map_or(0, |head| head.seq);
    let (accepted, open): (Vec<_>, Vec<_>) =
        ledger.damages().await?.into_iter().partition(|damage| damage.accepted_at.is_some());
    Ok(LogPage {
        key,
        newest,
        entries,
        open: open.into_iter().next_back(),
        accepted,
        witnesses: room.witnesses.all(),
        errors,
        reason,
        p,
    })
}

fn whole<T>(result: Result<T, StoreError>) -> Result<Option<T>, WebError> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(StoreError::Ledger { .. }) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Walks the whole log.
async fn check(
    p: Page,
    State(room): State<Room>,
    CsrfForm(Nothing {}): CsrfForm<Nothing>,
) -> Result<Response, WebError> {
    p.require(Permission::ViewLedger)?;
    let toast = match whole(room.web.store().ledger().verify().await)? {
        Some(_) => "ledger-holds",
        None => "ledger-does-not-hold",
    };
    Ok(web::redirect_with_toast(PATH, toast))
}

/// Takes the entries as they are. Who may is who may remove every other protection, too; two people
/// cannot be asked, for asking would have to be written down.
async fn accept(
    p: Page,
    State(room): State<Room>,
    CsrfForm(input): CsrfForm<Accepting>,
) -> Result<Response, WebError> {
    p.require(Permission::ManagePeople)?;
    let ledger: Ledger = room.web.store().ledger();
    let mut errors = Errors::new();
    if input.reason.trim().is_empty() {
        errors.add("reason", p.t("ledger-reason-missing"));
    }
    if input.copied.is_empty() {
        errors.add("copied-1", p.t("ledger-copied-missing"));
    }
    if ledger.damages().await?.iter().all(|damage| damage.accepted_at.is_some()) {
        return Ok(web::redirect(PATH));
    }
    if errors.is_empty() {
        match ledger.accept(p.actor(), input.reason.trim()).await {
            Ok(_) => return Ok(web::redirect_with_toast(PATH, "ledger-accepted")),
            Err(StoreError::Ledger { position, why }) => {
                let text = format!("{}: {why}", p.number(position));
                errors.add("", p.t1("ledger-cannot-accept", "why", text));
            }
            Err(error) => return Err(error.into()),
        }
    }
    web::render_status(422, &page(p, &room, errors, input.reason).await?)
}

#[cfg(test)]
mod tests {
    use axum::{
        body::{Body, to_bytes},
        extract::connect_info::MockConnectInfo,
        http::{Request, StatusCode, header},
    };
    use std::net::SocketAddr;
    use store::{
        Actor, Entry, Store,
        sqlx::{self, AssertSqlSafe, Connection as _},
        testing,
    };
    use tower::ServiceExt as _;
    use web::WebConfig;

    use super::*;
    use crate::witness::Settings;

    /// An owner who is signed in, without a browser.
    struct Owner {
        app: Router,
        cookies: Vec<String>,
    }

    impl Owner {
        async fn of(store: &Store) -> Self {
            let web = Web::open(store.clone(), WebConfig::default()).await.unwrap();
            let web = web.with_nav(nav());
            let link = web.demo_link("Lantern Tea", PATH).await.unwrap();
            let key = ledger::Signer::from_seed(&[3; 32]).public().clone();
            let witness = ledger::NoteKey::witness("w.example/1", key).unwrap();
            let witnesses = vec![("https://w.example/".parse().unwrap(), witness)];
            let settings = Settings { witnesses, inside: Vec::new() };
            let witnesses = Witnesses::new(store.ledger(), &settings);
            let rooms = web::router(web.clone()).merge(router(web.clone(), witnesses));
            let peer = SocketAddr::from(([127, 0, 0, 1], 40_000));
            let app = web::finish(web, rooms).layer(MockConnectInfo(peer));
            let mut owner = Self { app, cookies: Vec::new() };
            let path = link.split_once("8440").unwrap().1.to_owned();
            assert_eq!(owner.send("GET", &path, String::new()).await.0, StatusCode::SEE_OTHER);
            owner
        }

        async fn send(&mut self, method: &str, path: &str, body: String) -> (StatusCode, String) {
            let request = Request::builder()
                .method(method)
                .uri(path)
                .header(header::HOST, "127.0.0.1:8440")
                .header(header::COOKIE, self.cookies.join("; "))
                .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
                .body(Body::from(body))
                .unwrap();
            let response = self.app.clone().oneshot(request).await.unwrap();
            for cookie in response.headers().get_all(header::SET_COOKIE) {
                let pair = cookie.to_str().unwrap().split(';').next().unwrap().to_owned();
                let name = pair.split_once('=').unwrap().0.to_owned() + "=";
                self.cookies.retain(|kept| !kept.starts_with(&name));
                self.cookies.push(pair);
            }
            let status = response.status();
            let bytes = to_bytes(response.into_body(), 1 << 20).await.unwrap();
            (status, String::from_utf8(bytes.to_vec()).unwrap())
        }

        async fn page(&mut self) -> String {
            let (status, text) = self.send("GET", PATH, String::new()).await;
            assert_eq!(status, StatusCode::OK, "{text}");
            text
        }

        async fn post(&mut self, path: &str, fields: &str) -> (StatusCode, String) {
            let page = self.page().await;
            let csrf = page.split_once("name=\"csrf\" value=\"").unwrap().1;
            let csrf = csrf.split_once('"').unwrap().0.to_owned();
            self.send("POST", path, format!("csrf={csrf}&{fields}")).await
        }
    }

    async fn an_owner_sees_a_damage_and_decides(store: Store, guard: testing::TestGuard) {
        let mut owner = Owner::of(&store).await;
        store.ledger().publish().await.unwrap();
        let whole = owner.page().await;
        for shown in ["go on", "w.example/1", "not asked yet", "privet/"] {
            assert!(whole.contains(shown), "{shown}: {whole}");
        }
        assert!(!whole.contains("Accept the entries"));
        let file = format!("sqlite://{}/privet.db", guard.dir().display());
        let address = guard.config().database.unwrap_or(file);
        let mut conn = sqlx::AnyConnection::connect(&address).await.unwrap();
        let change = "UPDATE ledger_entry SET actor = 'person:x' WHERE seq = 2";
        sqlx::raw_sql(AssertSqlSafe(change)).execute(&mut conn).await.unwrap();
        conn.close().await.unwrap();

        let (checked, _) = owner.post("/console/ledger/check", "").await;
        let damaged = owner.page().await;
        let (missing, told) = owner.post("/console/ledger/accept", "reason=&copied=").await;
        let writes = Entry::new(Actor::CommandLine, "item.created", "item", "x");
        let stopped = store.begin(writes.clone()).await.is_err();
        let (accepted, _) =
            owner.post("/console/ledger/accept", "reason=a+disk+fault&copied=1").await;

        assert_eq!(checked, StatusCode::SEE_OTHER);
        assert!(damaged.contains("damaged at entry 2") && damaged.contains("stopped"));
        assert_eq!(missing, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(told.contains("Say why") && told.contains("Make the copy first"), "{told}");
        assert!(stopped);
        assert_eq!(accepted, StatusCode::SEE_OTHER);
        store.begin(writes).await.unwrap().commit().await.unwrap();
        let after = owner.page().await;
        assert!(after.contains("a disk fault") && after.contains("go on"), "{after}");
        store.ledger().verify().await.unwrap();
    }

    #[tokio::test]
    async fn an_owner_sees_a_damage_and_decides_on_sqlite() {
        let (store, guard) = testing::temp_sqlite().await;
        an_owner_sees_a_damage_and_decides(store, guard).await;
    }

    #[tokio::test]
    async fn an_owner_sees_a_damage_and_decides_on_postgres() {
        let (store, guard) = testing::temp_postgres().await;
        an_owner_sees_a_damage_and_decides(store, guard).await;
    }
}
