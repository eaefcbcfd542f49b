//! Requests through the face of the room, on both databases, with a real SMTP server.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use support::*;

async fn a_life(postgres: bool) {
    let house = house(postgres).await;
    let rights = &house.rights;
    let made = rights.receive(me(), new(Kind::Access, "li@example.com")).await.unwrap();
    let request = rights.request(&made.id).await.unwrap();
    assert_eq!(request.state, State::Unverified);
    assert!(request.due_at > now(), "the clock runs before anybody confirmed");

    // Not answered before the person is known.
    let early = rights.answer(&me(), request, "Here it is.").await;
    assert!(matches!(early, Err(RightsError::Conflict("rights-error-unverified"))), "{early:?}");

    // The letter's link opens it once.
    let secret = secret_in(&house.letter(0).await);
    let confirmed = rights.confirm(&secret).await.unwrap();
    assert_eq!((confirmed.state, confirmed.level), (State::Open, Level::Contact));
    assert!(matches!(rights.confirm(&secret).await, Err(RightsError::NotFound(_))));

    // A question, an answer, an end.
    rights.ask_person(&me(), confirmed, "clarification", "Which order?").await.unwrap();
    let waiting = rights.request(&made.id).await.unwrap();
    assert_eq!(waiting.state, State::Waiting);
    rights.hear(waiting, "The one of May.").await.unwrap();
    let open = rights.request(&made.id).await.unwrap();
    assert_eq!(open.state, State::Open);
    assert!(rights.awaited(&made.id).await.unwrap()[0].pause.to.is_some());
    rights.note(&me(), open, "Called back.").await.unwrap();
    let open = rights.request(&made.id).await.unwrap();
    rights.answer(&me(), open, "You find it attached.").await.unwrap();
    let done = rights.request(&made.id).await.unwrap();
    assert_eq!(done.state, State::Done);
    assert!(done.closed_at > 0);
    assert_eq!(rights.messages(&made.id, false).await.unwrap().len(), 3, "no note for the person");
    assert_eq!(rights.messages(&made.id, true).await.unwrap().len(), 4);

    // Closed is closed.
    let again = rights.refuse(&me(), done, "nobody", "No.").await;
    assert!(matches!(again, Err(RightsError::Conflict("rights-error-closed"))));

    // Whose it is sees it; nobody else does.
    assert_eq!(rights.requests_of(&person("li@example.com")).await.unwrap().len(), 1);
    assert!(rights.requests_of(&person("wang@example.com")).await.unwrap().is_empty());
    let theirs = rights.own(&made.id, &person("wang@example.com")).await;
    assert!(matches!(theirs, Err(RightsError::NotFound(_))));
}

#[tokio::test]
async fn a_life_on_sqlite() {
    a_life(false).await;
}

#[tokio::test]
async fn a_life_on_postgres() {
    a_life(true).await;
}

#[tokio::test]
async fn two_people_do_not_overwrite_each_other() {
    let house = house(false).await;
    let made = house.rights.receive(me(), new(Kind::Objection, "li@example.com")).await.unwrap();
    let seen = house.rights.request(&made.id).await.unwrap();
    assert_eq!(seen.state, State::Open, "an objection needs no proof");
    house.rights.assign(&me(), seen.clone(), "ann").await.unwrap();
    let late = house.rights.assign(&me(), seen, "bob").await;
    assert!(matches!(late, Err(RightsError::Conflict("rights-error-changed"))));
    assert_eq!(house.rights.request(&made.id).await.unwrap().assignee, "ann");
}

#[tokio::test]
async fn no_word_and_no_address_stands_in_clear() {
    let house = house(false).await;
    let mut asked = new(Kind::Correction, "zhang.wei@example.com");
    asked.private.words = "My street is Teehaus 17".into();
    let made = house.rights.receive(me(), asked).await.unwrap();
    let request = house.rights.request(&made.id).await.unwrap();
    house.rights.note(&me(), request, "Teehaus is right").await.unwrap();
    house.rights.store().close().await;
    let folder = house.rights.store().data_dir().to_owned();
    for file in std::fs::read_dir(folder).unwrap().flatten() {
        let bytes = std::fs::read(file.path()).unwrap_or_default();
        for needle in ["zhang.wei", "Teehaus"] {
            let found = bytes.windows(needle.len()).any(|part| part == needle.as_bytes());
            assert!(!found, "{needle} stands in {}", file.path().display());
        }
    }
}

#[tokio::test]
async fn a_deadline_is_made_longer_once_and_the_person_is_told() {
    let house = house(false).await;
    let mut asked = new(Kind::Access, "li@example.com");
    asked.level = Level::Account;
    let made = house.rights.receive(me(), asked).await.unwrap();
    let request = house.rights.request(&made.id).await.unwrap();
    if request.extendable_to == 0 {
        // The default property is under no law that allows it: then nobody may.
        let refused = house.rights.extend(&me(), request, "Many systems").await;
        assert!(matches!(refused, Err(RightsError::Conflict("rights-error-extend"))));
        return;
    }
    let first = request.due_at;
    house.rights.extend(&me(), request, "Many systems").await.unwrap();
    let longer = house.rights.request(&made.id).await.unwrap();
    assert!(longer.due_at > first && longer.extended_at > 0);
    let again = house.rights.extend(&me(), longer, "Still more").await;
    assert!(matches!(again, Err(RightsError::Conflict("rights-error-extend"))));
}

#[tokio::test]
async fn pages_of_a_request_are_its_persons_only() {
    let house = house(false).await;
    let made = house.rights.receive(me(), new(Kind::Erasure, "li@example.com")).await.unwrap();
    let (status, body) = house.get("/privacy/requests", "").await;
    assert_eq!(status, StatusCode::OK);
    assert!(body.contains("Delete my data") && !body.contains("R-1"), "{body}");
    let (status, _) = house.get(&format!("/privacy/requests/{}", made.id), "").await;
    assert_eq!(status, StatusCode::SEE_OTHER, "strangers are sent to the entrance");
    let (status, body) = house.get("/privacy/requests/confirm/nothing", "").await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    assert!(body.contains("does not work"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_persons_rows_are_found_in_every_database_and_only_counted() {
    let house = house(true).await;
    let folder = tempfile::tempdir().unwrap();
    for url in databases(folder.path()).await {
        scanned(&house, &url).await;
    }
    let rights = &house.rights;
    let made = rights.receive(me(), new(Kind::Access, "li.lei@example.com")).await.unwrap();
    let request = rights.request(&made.id).await.unwrap();
    let early = rights.search(&me(), &request).await;
    assert!(matches!(early, Err(RightsError::Conflict("rights-error-unverified"))));
    let secret = secret_in(&house.letter(0).await);
    let request = rights.confirm(&secret).await.unwrap();
    rights.search(&me(), &request).await.unwrap();
    let mut search = rights.found(&made.id).await.unwrap().unwrap();
    for _ in 0..1_200 {
        if search.stage != Stage::Running {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
        search = rights.found(&made.id).await.unwrap().unwrap();
    }
    assert_eq!(search.stage, Stage::Done, "{}", search.error);
    let own = |table: &str| {
        let place = search.findings.places.iter().find(|one| one.table == table);
        place.unwrap_or_else(|| panic!("{table} was not looked through")).own
    };
    assert_eq!((own("customers"), own("orders")), (1, 2), "{:?}", search.findings);
    assert_eq!(own("readers"), 1, "the other spelling of the same address");
    let kept = serde_json::to_string(&search.findings).unwrap();
    assert!(!kept.contains("example.com") && !kept.contains("Li Lei"), "{kept}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_persons_copy_holds_their_rows_and_nobody_elses() {
    for postgres in [false, true] {
        a_copy(postgres).await;
    }
}

async fn a_copy(postgres: bool) {
    let house = house(postgres).await;
    let folder = tempfile::tempdir().unwrap();
    for url in databases(folder.path()).await {
        scanned(&house, &url).await;
    }
    let rights = &house.rights;
    let made = rights.receive(me(), new(Kind::Access, "li.lei@example.com")).await.unwrap();
    let secret = secret_in(&house.letter(0).await);
    let request = rights.confirm(&secret).await.unwrap();
    rights.make_bundle(&me(), &request).await.unwrap();
    let mut bundle = rights.bundle(&made.id).await.unwrap().unwrap();
    for _ in 0..1_200 {
        if bundle.stage != bundle::Stage::Making {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
        bundle = rights.bundle(&made.id).await.unwrap().unwrap();
    }
    assert_eq!((bundle.stage, bundle.rows, bundle.missing), (bundle::Stage::Ready, 4, 0));
    let mut pieces = rights.fetch_bundle(me(), &made.id).await.unwrap();
    let mut bytes = Vec::new();
    while let Some(piece) = pieces.recv().await {
        bytes.extend(piece.unwrap());
    }
    assert_eq!(bytes.len() as i64, bundle.bytes);
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    let mut read = |name: &str| {
        let mut text = String::new();
        zip.by_name(name).unwrap().read_to_string(&mut text).unwrap();
        text
    };
    let data: serde_json::Value = serde_json::from_str(&read("data.json")).unwrap();
    let rows = |table: &str| {
        let tables = data["tables"].as_array().unwrap();
        let found = tables.iter().find(|one| one["table"] == table).unwrap();
        found["rows"].as_array().unwrap().clone()
    };
    assert_eq!(rows("orders").len(), 2, "{data}");
    assert_eq!(rows("customers")[0]["name"], "Li Lei");
    for name in ["index.html", "index.zh-CN.html", "data.json"] {
        let text = read(name);
        assert!(text.contains("Li Lei") && !text.contains("Han Meimei"), "{name}: {text}");
    }
    if let Some(folder) = std::env::var_os("PRIVET_SHOTS") {
        for name in ["index.html", "index.zh-CN.html"] {
            std::fs::write(std::path::Path::new(&folder).join(name), read(name)).unwrap();
        }
    }
    let place = rights.store().data_dir().join("bundles").join(&made.id).join("bundle");
    let kept = std::fs::read(place).unwrap();
    assert!(!kept.windows(6).any(|part| part == b"Li Lei") && kept[4..6] != *b"PK");
}

#[tokio::test]
async fn a_link_proves_its_address_and_nothing_that_was_told_beside_it() {
    let house = house(false).await;
    let mut told = new(Kind::Access, "new.address@example.com");
    let number = Identifier::parse(IdentifierKind::CustomerId, "4711", "").unwrap();
    let mut all = told.person.identifiers().to_vec();
    all.push(number.clone());
    told.person = Subject::new(all).unwrap();
    told.channel = Channel::Staff;
    house.rights.receive(me(), told).await.unwrap();
    let secret = secret_in(&house.letter(0).await);
    let request = house.rights.confirm(&secret).await.unwrap();
    let proved = request.proved().unwrap().unwrap();
    assert!(!proved.identifiers().contains(&number), "a stranger's number is not theirs");

    // The session that the link opens is that of the address.
    let other = new(Kind::Access, "other@example.com");
    let mut other = New { person: Subject::new(vec![number]).unwrap(), ..other };
    other.level = Level::Account;
    let others = house.rights.receive(me(), other).await.unwrap();
    assert!(house.rights.own(&others.id, &proved).await.is_err());
}

#[tokio::test]
async fn whoever_asks_for_another_is_checked_by_staff() {
    let house = house(false).await;
    let mut asked = new(Kind::Erasure, "agent@example.com");
    (asked.by, asked.level) = (By::Agent, Level::Account);
    let without = house.rights.receive(me(), asked.clone()).await;
    assert!(matches!(without, Err(RightsError::Asked("rights-error-authority"))));
    asked.private.authority = "Signed permission of Li Lei".into();
    let made = house.rights.receive(me(), asked).await.unwrap();
    let request = house.rights.request(&made.id).await.unwrap();
    assert_eq!(request.state, State::Unverified);
    house.rights.verify(&me(), request, "Saw the signed permission").await.unwrap();
    assert_eq!(house.rights.request(&made.id).await.unwrap().state, State::Open);
}

#[tokio::test]
async fn a_request_that_ended_is_not_opened_again_by_its_old_link() {
    let house = house(false).await;
    let made = house.rights.receive(me(), new(Kind::Access, "li@example.com")).await.unwrap();
    let secret = secret_in(&house.letter(0).await);
    let request = house.rights.request(&made.id).await.unwrap();
    house.rights.refuse(&me(), request, "nobody", "We hold nothing.").await.unwrap();
    assert!(matches!(house.rights.confirm(&secret).await, Err(RightsError::NotFound(_))));
    assert_eq!(house.rights.request(&made.id).await.unwrap().state, State::Refused);
}

/// Waits until a request took effect.
async fn in_effect(house: &House, id: &str) {
    for _ in 0..1_200 {
        let events = house.rights.events(id).await.unwrap();
        if events.iter().any(|one| one.what == "took-effect") {
            return;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("the request did not take effect");
}

fn said(en: &str, zh: &str) -> std::collections::BTreeMap<String, String> {
    [("en".to_owned(), en.to_owned()), ("zh-CN".to_owned(), zh.to_owned())].into()
}

#[tokio::test(flavor = "multi_thread")]
async fn objecting_withdrawing_and_restricting_reach_decisions_at_once() {
    for postgres in [false, true] {
        effects(postgres).await;
    }
}

async fn effects(postgres: bool) {
    use consent::{Choice, LegalBasis, NoticeBody, PurposeBody, Recording, Regime, decide::Ask};
    let house = house(postgres).await;
    let consent = &house.consent;
    let news = PurposeBody {
        name: said("News", "资讯"),
        description: said("We send you news.", "我们向您发送资讯。"),
        if_refused: said("You get no news.", "您不再收到资讯。"),
        ..PurposeBody::default()
    };
    let ads = PurposeBody {
        name: said("Advertising", "广告"),
        basis: [(Regime::Ccpa, LegalBasis::OptOut)].into(),
        ..news.clone()
    };
    consent.save_purpose(&me(), "news", &news).await.unwrap();
    consent.save_purpose(&me(), "ads", &ads).await.unwrap();
    let notice = NoticeBody {
        title: said("News", "资讯"),
        text: said("Tick what you like.", "请勾选。"),
        purposes: vec!["news".into(), "ads".into()],
        ..NoticeBody::default()
    };
    consent.set_organisation("Lantern Tea");
    consent.save_draft(&me(), "all", &notice).await.unwrap();
    consent.publish(&me(), "all", consent::Reconsent::None).await.unwrap();
    let agree = |address: &str| Recording {
        subject: person(address),
        property: DEFAULT.into(),
        notice: "all".into(),
        language: "en".into(),
        choices: [("news".to_owned(), Choice::Granted)].into(),
        channel: "web".into(),
        page: String::new(),
        ip: None,
        user_agent: String::new(),
        given_at: None,
        minor: None,
        origin: consent::record::Origin::Api,
        confirmed: true,
        idempotency: None,
    };
    let allowed = async |address: &str, purpose: &str| {
        let ask = Ask { regimes: vec![Regime::Ccpa], ..Ask::default() };
        consent.decide(&person(address), purpose, &ask).await.unwrap().allow
    };
    for address in ["li@example.com", "han@example.com", "mei@example.com"] {
        consent.record(&me(), &agree(address)).await.unwrap();
        assert!(allowed(address, "news").await && allowed(address, "ads").await);
    }
    let asked = async |kind: Kind, address: &str, level: Level| {
        let new = New { channel: Channel::Staff, level, ..new(kind, address) };
        let made = house.rights.receive(me(), new).await.unwrap();
        in_effect(&house, &made.id).await;
        house.rights.request(&made.id).await.unwrap()
    };
    // Nobody has to prove anything to object (11 CCR §7026(d)); consents stay.
    asked(Kind::Objection, "li@example.com", Level::Claimed).await;
    assert!(allowed("li@example.com", "news").await && !allowed("li@example.com", "ads").await);
    asked(Kind::WithdrawAll, "han@example.com", Level::Claimed).await;
    assert!(!allowed("han@example.com", "news").await && !allowed("han@example.com", "ads").await);
    // A restriction is proved, stops every use, and can be lifted.
    let request = asked(Kind::Restriction, "mei@example.com", Level::Checked).await;
    assert!(!allowed("mei@example.com", "news").await && !allowed("mei@example.com", "ads").await);
    house.rights.lift(&me(), request, "We checked it: the data is right.").await.unwrap();
    assert!(allowed("mei@example.com", "news").await);
}

/// A CRM whose contacts have an address, and tickets in another database that name a contact by number.
async fn crm_and_tickets(folder: &std::path::Path) -> [String; 2] {
    const CRM: &str = "CREATE TABLE contacts (id INTEGER PRIMARY KEY, email TEXT NOT NULL);
        INSERT INTO contacts VALUES (7, 'li.lei@example.com'), (8, 'han@example.com');";
    const DESK: &str = "CREATE TABLE tickets (id INTEGER PRIMARY KEY, contact INTEGER, words TEXT);
        CREATE TABLE notes (id INTEGER PRIMARY KEY, ticket_id INTEGER NOT NULL REFERENCES tickets (id), words TEXT);
        INSERT INTO tickets VALUES (1, 7, 'x'), (2, 8, 'y'), (3, 7, 'z');
        INSERT INTO notes VALUES (1, 1, 'a'), (2, 2, 'b'), (3, 3, 'c'), (4, 3, 'd');";
    let mut all = Vec::new();
    for (name, sql) in [("crm.db", CRM), ("tickets.db", DESK)] {
        let file = folder.join(name);
        std::fs::File::create(&file).unwrap();
        let url = format!("sqlite:{}", file.display());
        let mut conn = sqlx::SqliteConnection::connect(&url).await.unwrap();
        sqlx::raw_sql(sql).execute(&mut conn).await.unwrap();
        conn.close().await.unwrap();
        all.push(url);
    }
    [all.remove(0), all.remove(0)]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_declared_reference_leads_into_another_database_on_sqlite() {
    a_reference(false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_declared_reference_leads_into_another_database_on_postgres() {
    a_reference(true).await;
}

async fn a_reference(postgres: bool) {
    use rights::references::End;
    let house = house(postgres).await;
    let folder = tempfile::tempdir().unwrap();
    for url in crm_and_tickets(folder.path()).await {
        scanned(&house, &url).await;
    }
    let rights = &house.rights;
    let made = rights.receive(me(), new(Kind::Access, "li.lei@example.com")).await.unwrap();
    let request = rights.confirm(&secret_in(&house.letter(0).await)).await.unwrap();
    let rows = async |table: &str| {
        rights.search(&me(), &request).await.unwrap();
        let mut search = rights.found(&made.id).await.unwrap().unwrap();
        while search.stage == Stage::Running {
            tokio::time::sleep(Duration::from_millis(25)).await;
            search = rights.found(&made.id).await.unwrap().unwrap();
        }
        let place = search.findings.places.iter().find(|one| one.table == table);
        place.map_or(0, |one| one.own)
    };
    assert_eq!((rows("contacts").await, rows("tickets").await), (1, 0));

    let sources = house.map.sources().await.unwrap();
    let end = |name: &str, table: &str, column: &str| End {
        source: sources.iter().find(|one| one.name == name).unwrap().id.clone(),
        table: table.into(),
        column: column.into(),
    };
    let (from, to) = (end("tickets.db", "tickets", "contact"), end("crm.db", "contacts", "id"));
    let unknown = rights.declare(&me(), &end("tickets.db", "tickets", "nothing"), &to).await;
    assert!(matches!(unknown, Err(RightsError::Asked("rights-error-reference-column"))));
    rights.declare(&me(), &from, &to).await.unwrap();
    let twice = rights.declare(&me(), &from, &to).await;
    assert!(matches!(twice, Err(RightsError::Conflict("rights-error-reference-known"))));
    assert_eq!((rows("tickets").await, rows("notes").await), (2, 3));
    let id = rights.references().await.unwrap().remove(0).id;
    rights.undeclare(&me(), &id).await.unwrap();
    assert_eq!(rows("tickets").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_decision_is_looked_at_by_a_human_being() {
    let house = house(false).await;
    let rights = &house.rights;
    rights.receive(me(), new(Kind::HumanReview, "li@example.com")).await.unwrap();
    let open = rights.confirm(&secret_in(&house.letter(0).await)).await.unwrap();
    let plain = rights.answer(&me(), open.clone(), "Done.").await;
    assert!(matches!(plain, Err(RightsError::Conflict("rights-error-review"))));
    let program = Actor::Token("t".into());
    let machine = rights.review(&program, open.clone(), "upheld", "It was right.").await;
    assert!(matches!(machine, Err(RightsError::Conflict("rights-error-no-review"))));
    let nothing = rights.review(&me(), open.clone(), "", "It was right.").await;
    assert!(matches!(nothing, Err(RightsError::Asked("rights-error-outcome"))));
    rights.review(&me(), open.clone(), "changed", "Your income counted twice.").await.unwrap();
    assert_eq!(rights.request(&open.id).await.unwrap().state, State::Done);
    let said = rights.messages(&open.id, false).await.unwrap();
    assert!(said[0].text.contains("changed it") && said[0].text.contains("counted twice"));
}
