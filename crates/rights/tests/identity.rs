//! Showing who somebody is where a link is not enough: codes, facts, documents; and attacks on that.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use std::collections::BTreeMap;

use rights::identity::{Proof, TRIES, Verdict};
use support::*;

const CUSTOMER: Actor = Actor::System("customer");

fn by_phone(number: &str) -> New {
    let one = Identifier::parse(IdentifierKind::Phone, number, "").unwrap();
    New { person: Subject::new(vec![one]).unwrap(), ..new(Kind::Access, "li@example.com") }
}

impl House {
    async fn code(&self, n: usize) -> String {
        for _ in 0..400 {
            if let Some((_, text)) = self.sms.0.lock().unwrap().get(n) {
                let six = text.split(|c: char| !c.is_ascii_digit()).find(|part| part.len() == 6);
                return six.expect("six digits").to_owned();
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("text message {n} did not come");
    }

    /// A request of somebody who opened the link in their mail.
    async fn linked(&self, kind: Kind, address: &str) -> rights::Request {
        let secret = self.link(kind, address).await;
        self.rights.confirm(&secret).await.unwrap()
    }

    /// The link of a new request; letters about older ones may come in between.
    async fn link(&self, kind: Kind, address: &str) -> String {
        let mut n = self.smtp.letters().len();
        self.rights.receive(me(), new(kind, address)).await.unwrap();
        loop {
            let letter = self.letter(n).await;
            if letter.contains("/privacy/requests/confirm/") {
                return secret_in(&letter);
            }
            n += 1;
        }
    }

    async fn compared(&self, id: &str) -> Proof {
        for _ in 0..800 {
            let proof = self.rights.proof(id).await.unwrap().unwrap();
            let state = self.rights.request(id).await.unwrap().state;
            if !proof.result.is_empty() && state == State::Open {
                return proof;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("it was not compared");
    }
}

fn told(all: &[(&str, &str)]) -> BTreeMap<String, String> {
    all.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

/// People of a database: a telephone is known of one, a birthday of both.
async fn people(folder: &std::path::Path) -> String {
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

async fn a_code(postgres: bool) {
    let house = house(postgres).await;
    let made = house.rights.receive(CUSTOMER, by_phone("+8613800138000")).await.unwrap();
    assert!(!made.code.is_empty());
    let code = house.code(0).await;
    assert_eq!(house.sms.0.lock().unwrap()[0].0, "+8613800138000");
    let wrong = if code == "000000" { "000001" } else { "000000" };
    assert!(house.rights.confirm_code(&made.code, wrong).await.unwrap().is_none());
    assert!(house.rights.confirm_code("another token", &code).await.unwrap().is_none());
    let shown = house.rights.confirm_code(&made.code, &code).await.unwrap().unwrap();
    assert_eq!((shown.state, shown.level), (State::Open, Level::Contact));
    let proved = shown.proved().unwrap().unwrap();
    assert_eq!(proved.identifiers()[0].expose(), "+8613800138000");
    // Used up.
    assert!(house.rights.confirm_code(&made.code, &code).await.unwrap().is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_shows_whose_number_it_is_on_sqlite() {
    a_code(false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_shows_whose_number_it_is_on_postgres() {
    a_code(true).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn guesses_of_a_code_end_after_five() {
    let house = house(false).await;
    let made = house.rights.receive(CUSTOMER, by_phone("+8613800138000")).await.unwrap();
    let code = house.code(0).await;
    let others = (0..=9).map(|n| format!("{n}{n}{n}{n}{n}{n}")).filter(|one| *one != code);
    let guesses = others.take(20).map(|guess| {
        let (rights, token) = (house.rights.clone(), made.code.clone());
        tokio::spawn(async move { rights.confirm_code(&token, &guess).await.unwrap().is_some() })
    });
    for guess in guesses.collect::<Vec<_>>() {
        assert!(!guess.await.unwrap());
    }
    assert!(house.rights.confirm_code(&made.code, &code).await.unwrap().is_none(), "dead by now");
    assert_eq!(house.rights.request(&made.id).await.unwrap().state, State::Unverified);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_of_a_request_opens_no_choices_and_the_form_needs_no_script() {
    let house = house(false).await;
    let (status, asked, _) = house
        .send(
            "/privacy/requests/new?kind=access",
            "/privacy/requests/new",
            "",
            &[("kind", "access"), ("phone", "+8613800138000"), ("by", "person")],
        )
        .await;
    assert_eq!(status, StatusCode::SEE_OTHER, "reloading the page with the code sends nothing");
    let (status, page) = house.get("/privacy/requests/code", &asked).await;
    assert_eq!(status, StatusCode::OK);
    let token = value_of(&page, "token").expect("the code's form");
    let (status, _) = house.get("/privacy/requests/code", "").await;
    assert_eq!(status, StatusCode::SEE_OTHER, "whoever was asked for no code begins anew");
    let wrong = [("token", token.as_str()), ("code", "12")];
    let (status, again, _) =
        house.send("/privacy/requests/code", "/privacy/requests/code", &asked, &wrong).await;
    assert_eq!(status, StatusCode::SEE_OTHER);
    let (_, page) = house.get("/privacy/requests/code?wrong=yes", &again).await;
    assert!(page.contains("role=\"alert\"") && page.contains(&token), "{page}");
    let code = house.code(0).await;
    let fields = [("request", token.as_str()), ("code", code.as_str())];
    let (status, ..) = house.send("/privacy", "/privacy/code/check", "", &fields).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "it is no code of the preference centre");
    let fields = [("token", token.as_str()), ("code", code.as_str())];
    let (status, cookie, _) =
        house.send("/privacy/requests/new", "/privacy/requests/code", "", &fields).await;
    assert_eq!(status, StatusCode::SEE_OTHER);
    let (status, list) = house.get("/privacy/requests", &cookie).await;
    assert_eq!(status, StatusCode::OK);
    assert!(list.contains("R-1"), "the person is signed in and sees it");
}

#[tokio::test(flavor = "multi_thread")]
async fn facts_are_compared_and_the_person_learns_nothing_of_it() {
    facts(false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn facts_are_compared_on_postgres() {
    facts(true).await;
}

async fn facts(postgres: bool) {
    let house = house(postgres).await;
    let folder = tempfile::tempdir().unwrap();
    scanned(&house, &people(folder.path()).await).await;
    let rights = &house.rights;
    let request = house.linked(Kind::Access, "li.lei@example.com").await;
    let may = rights.facts_to_ask(&request).await.unwrap();
    assert!(may.contains(&"contact.phone") && may.contains(&"identity.birth_date"), "{may:?}");
    assert!(!may.contains(&"contact.email"), "what is proved already is not asked for");
    let asked = ["contact.phone".to_owned(), "identity.birth_date".to_owned()];
    let health = ["health".to_owned()];
    let refused = rights.ask_facts(&me(), request.clone(), &health, false).await;
    assert!(matches!(refused, Err(RightsError::Asked("rights-error-facts"))));
    rights.ask_facts(&me(), request.clone(), &asked, true).await.unwrap();
    let waiting = rights.request(&request.id).await.unwrap();
    assert_eq!(waiting.state, State::Waiting);

    let mine = told(&[
        ("contact.phone", "138 0013 8000"),
        ("identity.birth_date", "1990-01-01"),
        ("identity.name", "x"),
    ]);
    let undeclared = rights.tell_facts(&waiting, mine.clone(), false).await;
    assert!(matches!(undeclared, Err(RightsError::Asked("rights-error-declare"))));
    rights.tell_facts(&waiting, mine.clone(), true).await.unwrap();
    let state = rights.request(&request.id).await.unwrap().state;
    assert_eq!(state, State::Open, "at once, whatever the comparison takes");
    let again = rights.tell_facts(&waiting, mine, true).await;
    assert!(matches!(again, Err(RightsError::Conflict("rights-error-facts-over"))));
    let proof = house.compared(&request.id).await;
    assert_eq!(proof.result["contact.phone"], Verdict::Agrees);
    assert_eq!(proof.result["identity.birth_date"], Verdict::Differs);
    assert!(proof.declared && !proof.result.contains_key("identity.name"));

    // Nothing of it stands anywhere, sealed or not.
    let sql = "SELECT told_sealed FROM rights_identity";
    let left: Vec<String> =
        sqlx::query_scalar(sql).fetch_all(rights.store().reader()).await.unwrap();
    assert_eq!(left, [String::new()]);
    // It does not make anybody surer by itself: somebody of staff decides.
    assert_eq!(rights.request(&request.id).await.unwrap().level, Level::Contact);
    let request = rights.request(&request.id).await.unwrap();
    rights.verify(&me(), request.clone(), "2 of 2 agree").await.unwrap();
    assert_eq!(rights.request(&request.id).await.unwrap().level, Level::Checked);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_who_guesses_sees_what_a_customer_sees() {
    let house = house(false).await;
    let folder = tempfile::tempdir().unwrap();
    scanned(&house, &people(folder.path()).await).await;
    let mut pages = Vec::new();
    for address in ["li.lei@example.com", "nobody@example.com"] {
        let secret = house.link(Kind::Access, address).await;
        let request = house.rights.behind(&secret).await.unwrap();
        let confirm = format!("/privacy/requests/confirm/{secret}");
        let call = Call::post(&confirm).body(Body::empty()).unwrap();
        let answer = house.app.clone().oneshot(call).await.unwrap();
        let cookie = answer.headers()[header::SET_COOKIE].to_str().unwrap().to_owned();
        let cookie = cookie.split(';').next().unwrap().to_owned();
        let open = house.rights.request(&request.id).await.unwrap();
        let asked = ["identity.birth_date".to_owned()];
        house.rights.ask_facts(&me(), open, &asked, false).await.unwrap();
        let own = format!("/privacy/requests/{}", request.id);
        let (_, form) = house.get(&own, &cookie).await;
        assert!(form.contains("identity.birth_date"), "the form is there");
        let fields = [("identity.birth_date", "1990-12-31")];
        let (status, _, body) = house.send(&own, &format!("{own}/facts"), &cookie, &fields).await;
        assert_eq!(status, StatusCode::SEE_OTHER);
        house.compared(&request.id).await;
        let (status, after) = house.get(&own, &cookie).await;
        assert_eq!(status, StatusCode::OK);
        let same = after.replace(&request.id, "ID").replace(&request.name(), "NAME");
        let csrf = value_of(&same, "csrf").unwrap();
        pages.push((body, same.replace(&csrf, "CSRF")));
    }
    let times = |page: &str| -> String {
        // Moments differ.
        let mut out = String::new();
        for (n, part) in page.split("<time").enumerate() {
            out.push_str(if n == 0 { part } else { part.split_once("</time>").unwrap().1 });
        }
        out
    };
    assert_eq!(times(&pages[0].1), times(&pages[1].1));
    assert_eq!(pages[0].0, pages[1].0);
}

#[tokio::test(flavor = "multi_thread")]
async fn after_three_tries_nothing_is_asked_any_more() {
    let house = house(false).await;
    let folder = tempfile::tempdir().unwrap();
    scanned(&house, &people(folder.path()).await).await;
    let id = house.linked(Kind::Access, "han@example.com").await.id;
    let asked = ["identity.birth_date".to_owned()];
    for n in 0..TRIES {
        let request = house.rights.request(&id).await.unwrap();
        house.rights.ask_facts(&me(), request, &asked, false).await.unwrap();
        let request = house.rights.request(&id).await.unwrap();
        let guess = told(&[("identity.birth_date", &format!("199{n}-01-01"))]);
        house.rights.tell_facts(&request, guess, false).await.unwrap();
        house.compared(&id).await;
    }
    let request = house.rights.request(&id).await.unwrap();
    let more = house.rights.ask_facts(&me(), request, &asked, false).await;
    assert!(matches!(more, Err(RightsError::Conflict("rights-error-tries"))));
}

async fn a_document(postgres: bool) {
    let house = house(postgres).await;
    let rights = &house.rights;
    let request = house.linked(Kind::Erasure, "li.lei@example.com").await;
    let unasked = rights.take_paper(request.clone(), b"%PDF-1.7 name".to_vec()).await;
    assert!(matches!(unasked, Err(RightsError::Conflict("rights-error-no-paper"))));
    rights.ask_paper(&me(), request.clone()).await.unwrap();
    let waiting = rights.request(&request.id).await.unwrap();
    assert_eq!(waiting.state, State::Waiting);
    let script = rights.take_paper(waiting.clone(), b"<svg/>".to_vec()).await;
    assert!(matches!(script, Err(RightsError::Asked("rights-error-paper-kind"))));
    rights.take_paper(waiting, b"%PDF-1.7 Li Lei".to_vec()).await.unwrap();
    let open = rights.request(&request.id).await.unwrap();
    assert_eq!(open.state, State::Open, "the clock goes on");

    // Sealed on the disk, opened by staff of this request only.
    let folder = rights.store().data_dir().join("papers");
    let files =
        || std::fs::read_dir(&folder).unwrap().map(|one| one.unwrap().path()).collect::<Vec<_>>();
    let [file] = &files()[..] else { panic!("one file") };
    assert!(!std::fs::read(file).unwrap().windows(6).any(|part| part == b"Li Lei"));
    let paper = rights.papers(&request.id).await.unwrap().remove(0);
    let (media, bytes) = rights.open_paper(me(), "support", &request.id, &paper.id).await.unwrap();
    assert_eq!((media.as_str(), bytes.as_slice()), ("application/pdf", &b"%PDF-1.7 Li Lei"[..]));
    let other = house.linked(Kind::Erasure, "han@example.com").await;
    let stranger = rights.open_paper(me(), "support", &other.id, &paper.id).await;
    assert!(matches!(stranger, Err(RightsError::NotFound(_))));

    // Nobody looked for a week; a file without a row is left from a crash.
    let mut tx = rights.store().begin_upkeep().await.unwrap();
    sqlx::query("UPDATE rights_paper SET at = 1").execute(tx.conn()).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(rights.remove_old_papers().await.unwrap(), 1);
    assert!(files().is_empty());
    let gone = rights.open_paper(me(), "support", &request.id, &paper.id).await;
    assert!(matches!(gone, Err(RightsError::NotFound(_))));

    // A closed request keeps none.
    let open = rights.request(&request.id).await.unwrap();
    rights.take_paper(open, b"\xff\xd8\xff picture".to_vec()).await.unwrap();
    let open = rights.request(&request.id).await.unwrap();
    rights.answer(&me(), open, "Done.").await.unwrap();
    assert_eq!(rights.remove_old_papers().await.unwrap(), 1);
    assert!(files().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_is_sealed_and_removed_on_sqlite() {
    a_document(false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_is_sealed_and_removed_on_postgres() {
    a_document(true).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_carries_a_header_or_only_a_part_is_none() {
    let house = house(false).await;
    for address in [
        "li@example.com\r\nBcc: eve@example.com",
        "li@example.com, eve@example.com",
        "Li <li@example.com>",
        "li@",
        "@example.com",
        "li",
        "li@example.com\u{0}",
    ] {
        let (status, ..) = house
            .send(
                "/privacy/requests/new?kind=erasure",
                "/privacy/requests/new",
                "",
                &[("kind", "erasure"), ("email", address), ("by", "person")],
            )
            .await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{address:?}");
    }
    // A name goes into no letter's head.
    let private = Private { name: "Li\r\nBcc: eve@example.com".into(), ..Private::default() };
    let named = New { private, ..new(Kind::Erasure, "li@example.com") };
    house.rights.receive(me(), named).await.unwrap();
    let letter = house.letter(0).await;
    assert!(!letter.contains("eve@example.com"));
    assert_eq!(house.smtp.letters().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_look_alike_address_is_another_person() {
    let house = house(false).await;
    let folder = tempfile::tempdir().unwrap();
    scanned(&house, &people(folder.path()).await).await;
    let real = house.linked(Kind::Access, "li.lei@example.com").await;
    // A dot less, a plus more, a Cyrillic е.
    for address in ["lilei@example.com", "li.lei+x@example.com", "li.lеi@example.com"] {
        let Ok(one) = Identifier::parse(IdentifierKind::Email, address, "") else { continue };
        let person = Subject::new(vec![one]).unwrap();
        assert!(house.rights.own(&real.id, &person).await.is_err(), "{address}");
        let made = house.rights.receive(me(), New { person, ..new(Kind::Access, "x@example.com") });
        let made = made.await.unwrap();
        let request = house.rights.request(&made.id).await.unwrap();
        house.rights.verify(&me(), request, "for the test").await.unwrap();
        let request = house.rights.request(&made.id).await.unwrap();
        house.rights.search(&me(), &request).await.unwrap();
        let mut found = house.rights.found(&made.id).await.unwrap().unwrap();
        for _ in 0..800 {
            if found.stage != Stage::Running {
                break;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
            found = house.rights.found(&made.id).await.unwrap().unwrap();
        }
        assert!(found.findings.places.iter().all(|place| place.own == 0), "{address}");
    }
}
