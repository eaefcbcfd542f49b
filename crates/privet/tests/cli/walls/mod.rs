//! Walks over every address that any room names: who is let in, what a form without its token does,
//! what another's ids open. A new address is walked without being listed anywhere; only what is open
//! on purpose is.

pub mod client;
mod evidence;
mod wire;

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use client::{Answer, Visitor};

use crate::server::Server;

/// Open to anybody by design: signing in, customers' own pages, the banner, health, keys for
/// checking proofs, the reference.
const PUBLIC: [&str; 13] = [
    "/",
    "/assets/",
    "/demo/",
    "/docs",
    "/health",
    "/invite/",
    "/openapi.json",
    "/preferences",
    "/privacy",
    "/readyz",
    "/sdk/",
    "/setup/",
    "/u/",
];
const PUBLIC_TOO: [&str; 5] = ["/.well-known/", "/ledger/", "/schemas/", "/signin", "/signout"];

/// What every member of staff may do, whatever their role: their own account, and asking.
const OWN: [&str; 3] = ["/console/account", "/console/access/purpose", "/console/components"];

/// What everybody may see of the map: no customer, no member of staff.
const MAP: [&str; 8] = [
    "/console/detectors/",
    "/console/fields/",
    "/console/flows/",
    "/console/recipients/",
    "/console/scans/",
    "/console/sources/",
    "/console/stores/",
    "/console/systems/",
];

/// Auditors may have the log checked; it changes nothing.
const CHECK: [&str; 2] = ["/console/audit/check", "/console/ledger/check"];

/// All addresses that the rooms' sources name in a `.route(`.
fn routes() -> BTreeSet<String> {
    fn walk(folder: &Path, found: &mut BTreeSet<String>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|end| end == "rs") {
                let text = std::fs::read_to_string(&path).unwrap();
                // Doc comments show routes, too.
                let lines = text.lines().filter(|line| !line.trim_start().starts_with("//"));
                let text: String = lines.flat_map(str::split_whitespace).collect();
                for part in text.split(".route(\"").skip(1) {
                    found.insert(part.split('"').next().unwrap().to_owned());
                }
            }
        }
    }
    let mut found = BTreeSet::new();
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    for room in std::fs::read_dir(crates).unwrap() {
        let source = room.unwrap().path().join("src");
        if source.is_dir() {
            walk(&source, &mut found);
        }
    }
    assert!(found.len() > 200, "{} addresses: the walk sees too few", found.len());
    found
}

/// The address with something in each of its places.
fn filled(route: &str, id: &str) -> String {
    let mut out = String::new();
    let mut rest = route;
    while let Some((before, after)) = rest.split_once('{') {
        let (name, after) = after.split_once('}').unwrap();
        out.push_str(before);
        out.push_str(if name == "format" { "csv" } else { id });
        rest = after;
    }
    out + rest
}

fn starts(route: &str, with: &[&str]) -> bool {
    with.iter().any(|one| if *one == "/" { route == "/" } else { route.starts_with(one) })
}

/// The demonstration with its owner signed in.
fn company() -> (tempfile::TempDir, Server, Visitor) {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::start("demo", dir.path(), 2);
    let mut words = server.lines.iter().flat_map(|line| line.split_whitespace());
    let link = words.rfind(|word| word.contains("/demo/")).unwrap().to_owned();
    let mut owner = Visitor::new(&server.address);
    let path = link.split_once("://").unwrap().1.split_once('/').unwrap().1.to_owned();
    assert_eq!(owner.get(&format!("/{path}")).status, 303);
    (dir, server, owner)
}

/// Somebody else of this role.
fn colleague(owner: &mut Visitor, role: &str) -> Visitor {
    let page = owner.send("/console/people", "/console/people/invite", &[("role", role)]).body;
    let at = page.find("/invite/").unwrap_or_else(|| panic!("no invitation: {page}"));
    let link: String = page[at..].chars().take_while(|c| !"<\"".contains(*c)).collect();
    let mut person = Visitor { host: owner.host.clone(), cookies: BTreeMap::new() };
    let fields = [
        ("name", "Somebody"),
        ("login", role),
        ("password", "correct horse battery staple"),
        ("lang", "en"),
    ];
    let done = person.send(&link, &link, &fields);
    assert_eq!(done.status, 303, "{}", done.body);
    person
}

/// The statuses with which somebody is turned away.
fn is_refused(answer: &Answer) -> bool {
    let to_sign_in = answer.status == 303 && answer.header("location").starts_with("/signin");
    to_sign_in || matches!(answer.status, 401 | 403 | 404 | 405)
}

#[test]
fn strangers_open_nothing_that_is_not_meant_for_them() {
    let (_dir, server, _) = company();
    let mut wrong = Vec::new();
    for route in routes() {
        if starts(&route, &PUBLIC) || starts(&route, &PUBLIC_TOO) {
            continue;
        }
        let path = filled(&route, "0");
        let mut stranger = Visitor::new(&server.address);
        for first in [stranger.get(&path), stranger.post(&path, "")] {
            let answer = stranger.follow(first);
            // `/metrics` is for programs of this machine, as this test is one.
            if !is_refused(&answer) && route != "/metrics" {
                wrong.push(format!("{route}: {}", answer.status));
            }
        }
    }
    assert!(wrong.is_empty(), "open to strangers:\n{}", wrong.join("\n"));
}

/// Lines of the ledger.
async fn entries(data: &Path) -> i64 {
    let address = format!("sqlite:{}?mode=ro", data.join("privet.db").display());
    let pool = sqlx::SqlitePool::connect(&address).await.unwrap();
    let actor = "SELECT COUNT(*) FROM ledger_entry WHERE actor LIKE 'person:%'";
    let count: i64 = sqlx::query_scalar(actor).fetch_one(&pool).await.unwrap();
    pool.close().await;
    count
}

#[tokio::test]
async fn no_form_works_without_its_token() {
    let (dir, _server, mut owner) = company();
    let before = entries(dir.path()).await;
    let mut wrong = Vec::new();
    for route in routes().iter().filter(|route| route.starts_with("/console")) {
        let path = filled(route, "0");
        for body in ["", "csrf=", "csrf=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"] {
            let answer = owner.post(&path, body);
            // 400: a form of another kind, with files, whose token is checked by hand.
            if !matches!(answer.status, 400 | 403 | 404 | 405) {
                wrong.push(format!("{route}: {}", answer.status));
            }
        }
    }
    assert!(wrong.is_empty(), "forms that work without a token:\n{}", wrong.join("\n"));
    assert_eq!(entries(dir.path()).await, before, "something was changed without a token");
    let still = owner.get("/console").status;
    assert_eq!(still, 200, "the owner was signed out by a form without a token");
}

/// Ids of everything there is, so that a walk with them finds what a guess would not.
async fn ids(data: &Path) -> BTreeSet<String> {
    let address = format!("sqlite:{}?mode=ro", data.join("privet.db").display());
    let pool = sqlx::SqlitePool::connect(&address).await.unwrap();
    let tables: Vec<String> = sqlx::query_scalar(
        "SELECT m.name FROM sqlite_master m JOIN pragma_table_info(m.name) c ON c.name = 'id'
         WHERE m.type = 'table' AND c.type = 'TEXT'",
    )
    .fetch_all(&pool)
    .await
    .unwrap();
    let mut all = BTreeSet::new();
    for table in tables {
        let sql = format!("SELECT id FROM {table} ORDER BY id DESC LIMIT 2");
        let sql = sqlx::AssertSqlSafe(sql);
        let found: Vec<String> = sqlx::query_scalar(sql).fetch_all(&pool).await.unwrap();
        all.extend(found);
    }
    pool.close().await;
    all
}

/// An auditor looks and changes nothing; an employee has their own account only. Both know every id.
#[tokio::test]
async fn roles_end_where_they_should_even_with_anothers_ids() {
    let (dir, _server, mut owner) = company();
    let (mut auditor, mut employee) =
        (colleague(&mut owner, "auditor"), colleague(&mut owner, "employee"));
    let (auditors, employees) =
        (auditor.token("/console/account"), employee.token("/console/account"));
    let ids = ids(dir.path()).await;
    assert!(ids.len() > 20, "{} ids: the company is empty", ids.len());
    let mut wrong = Vec::new();
    for route in routes().iter().filter(|route| route.starts_with("/console")) {
        if starts(route, &OWN) {
            continue;
        }
        let personal = route.contains('{');
        let none = BTreeSet::from(["0".to_owned()]);
        for id in if personal { &ids } else { &none } {
            let path = filled(route, id);
            let answer = auditor.post(&path, &format!("csrf={}", web::encode(&auditors)));
            if answer.status < 400 && !is_refused(&answer) && !CHECK.contains(&&**route) {
                wrong.push(format!("auditor POST {route}: {}", answer.status));
            }
            let answer = employee.post(&path, &format!("csrf={}", web::encode(&employees)));
            if answer.status < 400 && !is_refused(&answer) {
                wrong.push(format!("employee POST {route}: {}", answer.status));
            }
            let may = starts(route, &MAP);
            if personal && !may && employee.get(&path).status == 200 {
                wrong.push(format!("employee GET {route}"));
            }
        }
    }
    wrong.dedup();
    assert!(wrong.is_empty(), "too much for a role:\n{}", wrong.join("\n"));
}

/// The sessions of whoever came last.
async fn sessions_of_the_newest(data: &Path) -> BTreeSet<String> {
    let address = format!("sqlite:{}?mode=ro", data.join("privet.db").display());
    let pool = sqlx::SqlitePool::connect(&address).await.unwrap();
    let own: Vec<String> = sqlx::query_scalar(
        "SELECT id FROM web_session WHERE user_id = (SELECT MAX(id) FROM web_user)",
    )
    .fetch_all(&pool)
    .await
    .unwrap();
    pool.close().await;
    assert!(!own.is_empty(), "the colleague signed in");
    own.into_iter().collect()
}

#[tokio::test]
async fn another_persons_session_is_not_found_and_stays() {
    let (dir, _server, mut owner) = company();
    let mut employee = colleague(&mut owner, "employee");
    let token = employee.token("/console/account");
    let own = sessions_of_the_newest(dir.path()).await;
    for id in ids(dir.path()).await.difference(&own) {
        for path in [
            format!("/console/account/sessions/{id}/end"),
            format!("/console/account/passkeys/{id}/remove"),
        ] {
            let answer = employee.post(&path, &format!("csrf={}", web::encode(&token)));
            assert_eq!(answer.status, 404, "{path}");
        }
    }
    assert_eq!(owner.get("/console").status, 200, "the owner's session was ended");
}
