//! What tests of copies share: people who are signed in, staff who look at their requests, and a program
//! of somebody else's that opens ZIP files.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::process::Command;

use web::testing::reader::Reader;

use crate::support::*;

const CUSTOMER: Actor = Actor::System("customer");

impl House {
    pub async fn raw(&self, path: &str, cookie: &str) -> (StatusCode, Vec<u8>) {
        let call = Call::get(path).header(header::COOKIE, cookie).body(Body::empty()).unwrap();
        let answer = self.app.clone().oneshot(call).await.unwrap();
        let status = answer.status();
        (status, to_bytes(answer.into_body(), 1 << 24).await.unwrap().to_vec())
    }

    /// Opens a link as its page's button does; the cookie of the session.
    pub async fn opened(&self, path: &str) -> String {
        let call = Call::post(path).body(Body::empty()).unwrap();
        let answer = self.app.clone().oneshot(call).await.unwrap();
        assert_eq!(answer.status(), StatusCode::SEE_OTHER);
        let cookie = answer.headers()[header::SET_COOKIE].to_str().unwrap();
        cookie.split(';').next().unwrap().to_owned()
    }

    /// A request whose person opened the link in their letter, and their session.
    pub async fn signed_in(&self, new: New) -> (rights::Request, String) {
        let before = self.smtp.letters().len();
        let made = self.rights.receive(CUSTOMER, new).await.unwrap();
        let secret = secret_in(&self.letter_with(before, "/privacy/requests/confirm/").await);
        let cookie = self.opened(&format!("/privacy/requests/confirm/{secret}")).await;
        (self.rights.request(&made.id).await.unwrap(), cookie)
    }

    /// The first letter after so many with a link.
    pub async fn letter_with(&self, mut from: usize, link: &str) -> String {
        loop {
            let letter = self.letter(from).await;
            if letter.contains(link) {
                return letter;
            }
            from += 1;
        }
    }

    pub async fn copied(&self, request: &rights::Request) -> bundle::Bundle {
        self.rights.make_bundle(&me(), request).await.unwrap();
        for _ in 0..1_200 {
            let bundle = self.rights.bundle(&request.id).await.unwrap().unwrap();
            if bundle.stage != bundle::Stage::Making {
                assert_eq!(bundle.stage, bundle::Stage::Ready);
                return bundle;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("the copy was not made");
    }

    pub async fn set(&self, sql: &str) {
        let mut tx = self.rights.store().begin_upkeep().await.unwrap();
        sqlx::raw_sql(sqlx::AssertSqlSafe(sql.to_owned())).execute(tx.conn()).await.unwrap();
        tx.commit().await.unwrap();
    }

    pub async fn number(&self, sql: &str) -> i64 {
        let reader = self.rights.store().reader();
        sqlx::query_scalar(sqlx::AssertSqlSafe(sql.to_owned())).fetch_one(reader).await.unwrap()
    }

    /// Staff, who have said what for they open a page.
    pub async fn staff(&self, lang: &str, page: &str) -> Reader {
        let rooms = rights::router(self.web.clone(), self.rights.clone());
        let mut reader =
            Reader::open(self.web.clone(), rooms, "/console/requests", lang, "owner").await;
        let asked = reader.get(page).await.location;
        // Not every page asks for what.
        if asked.is_empty() {
            return reader;
        }
        let chosen = [("back", page), ("purpose", "customer_support")];
        reader.post(&asked, "/console/access/purpose", &chosen).await;
        reader
    }
}

/// Keeps a page to look at, where a folder is named.
pub fn shot(name: &str, page: &str) {
    if let Some(folder) = std::env::var_os("PRIVET_SHOTS") {
        std::fs::write(std::path::Path::new(&folder).join(format!("{name}.html")), page).unwrap();
    }
}

/// Python's pyzipper, which shares no code with ours.
pub fn opens(zip: &[u8], passphrase: &str) -> String {
    const READ: &str = "
import sys, pyzipper
with pyzipper.AESZipFile(sys.argv[1]) as z:
    assert all(one.flag_bits & 1 for one in z.infolist())
    z.setpassword(sys.argv[2].encode())
    print(z.read('data.json').decode(), z.read('index.html').decode())";
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), zip).unwrap();
    let python = std::env::var("PRIVET_TEST_PYTHON").expect("cargo xtask test sets it");
    let said = Command::new(python)
        .args(["-c", READ, &file.path().display().to_string(), passphrase])
        .output()
        .unwrap();
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
    String::from_utf8(said.stdout).unwrap()
}

/// People with enough facts to be asked for.
pub async fn people(folder: &std::path::Path) -> String {
    const SQL: &str = "CREATE TABLE customers (id INTEGER PRIMARY KEY, email TEXT NOT NULL, phone TEXT, birth_date TEXT, name TEXT);
        INSERT INTO customers VALUES (1, 'li.lei@example.com', '+8613800138000', '1990-12-31', 'Li Lei'),
          (2, 'han@example.com', '+8613900139000', '1985-02-03', 'Han Meimei'),
          (3, 'wang@example.com', NULL, '1971-07-08', 'Wang Wei');";
    let file = folder.join("people.db");
    std::fs::File::create(&file).unwrap();
    let url = format!("sqlite:{}", file.display());
    let mut conn = sqlx::SqliteConnection::connect(&url).await.unwrap();
    sqlx::raw_sql(SQL).execute(&mut conn).await.unwrap();
    conn.close().await.unwrap();
    url
}

/// A site for Californians.
pub async fn california(house: &House) {
    let body = consent::property::PropertyBody {
        name: "Lantern Tea US".into(),
        country: "US".into(),
        regimes: vec![consent::Regime::Ccpa],
        language: "en".into(),
    };
    house.consent.save_property(&me(), "us", &body).await.unwrap();
}
