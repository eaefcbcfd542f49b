//! A person's copy that is encrypted by itself, the way back to it, how sure a law wants us to be before
//! it is handed out, and people who write in languages that our pages do not speak.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "copies/house.rs"]
mod house;
mod support;

use house::{california, opens, people, shot};
use rights::identity::Verdict;
use support::*;

async fn an_encrypted_copy(postgres: bool) {
    let house = house(postgres).await;
    let folder = tempfile::tempdir().unwrap();
    for url in databases(folder.path()).await {
        scanned(&house, &url).await;
    }
    let lang = if postgres { Lang::ZhCn } else { Lang::En };
    let asked = New { lang, ..new(Kind::Access, "li.lei@example.com") };
    let (request, cookie) = house.signed_in(asked).await;
    let own = format!("/privacy/requests/{}", request.id);
    let (lock, get) = (format!("{own}/bundle/lock"), format!("{own}/bundle/encrypted"));
    let early = house.send(&own, &lock, &cookie, &[]).await;
    assert_eq!(early.0, StatusCode::NOT_FOUND, "there is no copy yet");
    house.copied(&request).await;

    // Nothing encrypted before its person asks for it, by the form of their own page.
    assert_eq!(house.raw(&get, &cookie).await.0, StatusCode::NOT_FOUND);
    let (status, ..) = house.send(&own, &lock, &cookie, &[]).await;
    assert_eq!(status, StatusCode::SEE_OTHER);
    let (_, page) = house.get(&own, &cookie).await;
    shot(&format!("own-locked.{}", lang.tag()), &page);
    let shown = page.split_once("<dd class=\"secret\">").expect("the passphrase").1;
    let passphrase = shown.split_once("</dd>").unwrap().0.to_owned();
    assert_eq!(passphrase.len(), 29, "{passphrase}");
    let (status, zip) = house.raw(&get, &cookie).await;
    assert_eq!(status, StatusCode::OK);
    assert!(!zip.windows(6).any(|part| part == b"Li Lei"));
    let read = opens(&zip, &passphrase);
    assert!(read.contains("Li Lei") && !read.contains("Han Meimei"), "{read}");
    assert_eq!(
        house
            .number("SELECT COUNT(*) FROM ledger_entry WHERE action = 'rights.bundle_fetched'")
            .await,
        1
    );

    // Only its person has it: not another one who is signed in, not whoever is not, nor a stranger's form.
    let (_, other) = house.signed_in(new(Kind::Access, "han@example.com")).await;
    for path in [own.clone(), format!("{own}/bundle"), get.clone()] {
        assert_eq!(house.raw(&path, &other).await.0, StatusCode::NOT_FOUND, "{path}");
        assert_eq!(house.raw(&path, "").await.0, StatusCode::SEE_OTHER, "{path}");
    }
    let theirs = house.send("/privacy/requests", &lock, &other, &[]).await;
    assert_eq!(theirs.0, StatusCode::NOT_FOUND);
    let forged = Call::post(&lock).header(header::COOKIE, &cookie).body(Body::empty()).unwrap();
    let forged = house.app.clone().oneshot(forged).await.unwrap();
    assert!(forged.status().is_client_error(), "{}", forged.status());

    // Nowhere in clear: no letter, no row.
    assert!(house.smtp.letters().iter().all(|letter| !letter.text().contains(&passphrase)));
    let sealed: Vec<String> = sqlx::query_scalar("SELECT sealed FROM rights_bundle_lock")
        .fetch_all(house.rights.store().reader())
        .await
        .unwrap();
    assert!(sealed.len() == 1 && !sealed[0].contains(&passphrase));

    // Another passphrase takes the place of the first; both end with the copy.
    house.send(&own, &lock, &cookie, &[]).await;
    let second = house.rights.bundle_passphrase(&request.id).await.unwrap();
    assert_ne!(second, passphrase);
    assert!(opens(&house.raw(&get, &cookie).await.1, &second).contains("Li Lei"));
    house.set("UPDATE rights_bundle SET expires_at = 1").await;
    for path in [format!("{own}/bundle"), get] {
        assert_eq!(house.raw(&path, &cookie).await.0, StatusCode::NOT_FOUND, "{path}");
    }
    assert!(!house.get(&own, &cookie).await.1.contains(&second));
    house.rights.remove_bundles().await.unwrap();
    assert_eq!(house.number("SELECT COUNT(*) FROM rights_bundle_lock").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_is_encrypted_for_its_person_alone_on_sqlite() {
    an_encrypted_copy(false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_is_encrypted_for_its_person_alone_on_postgres() {
    an_encrypted_copy(true).await;
}

/// Asks at the entrance for a letter; what is answered, without what differs each time.
async fn at_the_entrance(house: &House, address: &str) -> String {
    let (status, _, page) =
        house.send("/privacy", "/privacy/link", "", &[("email", address)]).await;
    assert_eq!(status, StatusCode::OK);
    let csrf = value_of(&page, "csrf").unwrap_or_default();
    for _ in 0..400 {
        if house.number("SELECT COUNT(*) FROM preference_request").await == 0 {
            return page.replace(&csrf, "");
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("nobody answered");
}

async fn the_way_back(postgres: bool) {
    let house = house(postgres).await;
    let (request, _) = house.signed_in(new(Kind::Access, "li@example.com")).await;
    // A customer number and another address that were only told; an address that nobody confirmed.
    let mut told = new(Kind::Access, "han@example.com");
    let more = Identifier::parse(IdentifierKind::Email, "victim@example.com", "").unwrap();
    told.person = Subject::new(vec![told.person.identifiers()[0].clone(), more]).unwrap();
    let (theirs, _) = house.signed_in(told).await;
    assert!(house.rights.own(&theirs.id, &person("han@example.com")).await.is_ok());
    let victim = house.rights.own(&theirs.id, &person("victim@example.com")).await;
    assert!(matches!(victim, Err(RightsError::NotFound(_))), "what was told proves nothing");
    house.rights.receive(me(), new(Kind::Access, "unconfirmed@example.com")).await.unwrap();
    house.rights.receive(me(), new(Kind::Objection, "objector@example.com")).await.unwrap();
    tokio::time::sleep(Duration::from_millis(300)).await;

    let before = house.smtp.letters().len();
    let mine = at_the_entrance(&house, "li@example.com").await;
    let letter = house.letter_with(before, "/privacy/open/").await;
    let at = letter.find("/privacy/open/").unwrap();
    let path: String = letter[at..].chars().take_while(|c| !c.is_whitespace()).collect();
    let cookie = house.opened(&path).await;
    let (status, page) = house.get(&format!("/privacy/requests/{}", request.id), &cookie).await;
    assert_eq!(status, StatusCode::OK);
    assert!(page.contains(&request.name()));

    // Whoever has nothing to come back for sees the same and gets nothing.
    let before = house.smtp.letters().len();
    for address in ["nobody@example.com", "victim@example.com", "unconfirmed@example.com"] {
        assert_eq!(at_the_entrance(&house, address).await, mine, "{address}");
    }
    // Long after the answer, neither does the first.
    let open = house.rights.request(&request.id).await.unwrap();
    house.rights.answer(&me(), open, "Here it is.").await.unwrap();
    let day = 24 * 3600 * 1_000_000_i64;
    house
        .set(&format!(
            "UPDATE rights_request SET closed_at = {} WHERE closed_at > 0",
            now() - 91 * day
        ))
        .await;
    at_the_entrance(&house, "li@example.com").await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    let opens = |letter: &web::testing::TakenLetter| letter.text().contains("/privacy/open/");
    let after = house.smtp.letters();
    assert!(!after[before..].iter().any(opens), "a stranger got a link");
    // Nobody has to prove an objection; its letters go to the address that was given, and so does this.
    let before_that = after.len();
    assert_eq!(at_the_entrance(&house, "objector@example.com").await, mine);
    house.letter_with(before_that, "/privacy/open/").await;

    // A little earlier, they do.
    house
        .set(&format!(
            "UPDATE rights_request SET closed_at = {} WHERE closed_at > 0",
            now() - 89 * day
        ))
        .await;
    let before = house.smtp.letters().len();
    at_the_entrance(&house, "li@example.com").await;
    house.letter_with(before, "/privacy/open/").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_asked_can_come_back_and_nobody_else_learns_of_it_on_sqlite() {
    the_way_back(false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_asked_can_come_back_and_nobody_else_learns_of_it_on_postgres() {
    the_way_back(true).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_could_not_be_taken_is_shown_again_with_what_was_typed() {
    let house = house(false).await;
    let folder = tempfile::tempdir().unwrap();
    scanned(&house, &people(folder.path()).await).await;
    let (request, cookie) = house.signed_in(new(Kind::Access, "li.lei@example.com")).await;
    let own = format!("/privacy/requests/{}", request.id);
    let long = format!("It is about <b>my</b> order {}", "x".repeat(4_000));
    let (status, _, page) =
        house.send(&own, &format!("{own}/message"), &cookie, &[("text", &long)]).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    shot("own-faulty.en", &page);
    assert!(page.contains("It is about &#60;b&#62;my&#60;/b&#62; order xxx"), "{page}");
    assert!(page.contains("href=\"#f-text\"") && page.contains("id=\"e-text\""));
    assert!(house.rights.messages(&request.id, false).await.unwrap().is_empty());
    // The page that came back is whole: its form works.
    let csrf = value_of(&page, "csrf").unwrap();
    assert!(!csrf.is_empty() && page.contains(&request.name()));

    let asked = ["contact.phone".to_owned(), "identity.birth_date".to_owned()];
    house.rights.ask_facts(&me(), request, &asked, true).await.unwrap();
    let facts = [("contact.phone", "138 0013 8000"), ("identity.birth_date", "1990-12-31")];
    let (status, _, page) = house.send(&own, &format!("{own}/facts"), &cookie, &facts).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "the declaration is missing");
    assert!(page.contains("value=\"138 0013 8000\"") && page.contains("value=\"1990-12-31\""));
    assert!(page.contains("The declaration is missing") && page.contains("href=\"#f-declared\""));
}

async fn degrees(postgres: bool) {
    let house = house(postgres).await;
    let folder = tempfile::tempdir().unwrap();
    scanned(&house, &people(folder.path()).await).await;
    california(&house).await;
    let rights = &house.rights;
    let at = |kind, address: &str| New { property: "us".into(), ..new(kind, address) };
    let (request, cookie) = house.signed_in(at(Kind::Access, "li.lei@example.com")).await;
    assert_eq!(request.regimes, ["us-ca"]);
    let page = format!("/console/requests/{}/identity", request.id);
    let mut staff = house.staff("en", &page).await;
    shot("degree-open.en", &staff.page(&page).await);

    // An address that was confirmed is not enough to hand data out.
    let early = rights.make_bundle(&me(), &request).await;
    assert!(matches!(early, Err(RightsError::Conflict("rights-error-degree"))), "{early:?}");
    let early = rights.answer(&me(), request.clone(), "Here it is.").await;
    assert!(matches!(early, Err(RightsError::Conflict("rights-error-degree"))), "{early:?}");
    let told = [
        ("contact.phone", "138 0013 8000"),
        ("identity.birth_date", "1990-12-31"),
        ("identity.name", "Li Lei"),
    ];
    let asked = told.map(|one| one.0.to_owned());
    for (wrong, enough) in [("1990-01-01", false), ("1990-12-31", true)] {
        let open = rights.request(&request.id).await.unwrap();
        rights.ask_facts(&me(), open, &asked, true).await.unwrap();
        let mut told = told.to_vec();
        told[1].1 = wrong;
        told.push(("declared", "yes"));
        let own = format!("/privacy/requests/{}", request.id);
        let sent = house.send(&own, &format!("{own}/facts"), &cookie, &told).await;
        assert_eq!(sent.0, StatusCode::SEE_OTHER, "{}", sent.2);
        for _ in 0..800 {
            let proof = rights.proof(&request.id).await.unwrap().unwrap();
            if !proof.result.is_empty()
                && rights.request(&request.id).await.unwrap().state == State::Open
            {
                break;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        let standing = rights.standing(&request).await.unwrap();
        assert_eq!((standing.agree, standing.is_enough()), (if enough { 3 } else { 2 }, enough));
    }
    let proof = rights.proof(&request.id).await.unwrap().unwrap();
    assert!(proof.result.values().all(|one| *one == Verdict::Agrees));
    let open = rights.request(&request.id).await.unwrap();
    house.copied(&open).await;

    // Staff may go on with less, and say why; nobody else's request is touched by that.
    let (request, _) = house.signed_in(at(Kind::Portability, "han@example.com")).await;
    let page = format!("/console/requests/{}/identity", request.id);
    let none = rights.waive_degree(&me(), &request, "  ").await;
    assert!(matches!(none, Err(RightsError::Asked("rights-error-words"))));
    let version = request.version.to_string();
    let said = [("version", version.as_str()), ("text", "Known by voice for years.")];
    let done = staff.post(&page, &format!("{page}/waive"), &said).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
    let shown = staff.page(&page).await;
    shot("degree-waived.en", &shown);
    assert!(shown.contains("Known by voice for years.") && !shown.contains("Enough is shown"));
    assert!(
        rights.events(&request.id).await.unwrap().iter().any(|one| one.what == "degree-waived")
    );
    assert_eq!(
        house
            .number("SELECT COUNT(*) FROM ledger_entry WHERE action = 'rights.degree_waived'")
            .await,
        1
    );
    house.copied(&request).await;

    // Deleting hands nothing out; whoever signed in to their account has shown enough.
    let (erasure, _) = house.signed_in(at(Kind::Erasure, "li.lei@example.com")).await;
    assert!(rights.standing(&erasure).await.unwrap().is_enough());
    let account = New { level: Level::Account, ..at(Kind::Access, "wang@example.com") };
    let made = rights.receive(me(), account).await.unwrap();
    assert!(rights.standing(&made.request).await.unwrap().is_enough());

    // Where the GDPR applies, too, more may be asked for only in doubt: California's rule advises.
    let (everywhere, _) = house.signed_in(new(Kind::Access, "li.lei@example.com")).await;
    assert!(everywhere.regimes.len() > 1);
    let standing = rights.standing(&everywhere).await.unwrap();
    assert!(
        standing.is_enough() && standing.degree.is_some_and(|one| one.points == 3 && !one.binds)
    );
    let page = format!("/console/requests/{}/identity", everywhere.id);
    let version = everywhere.version.to_string();
    let mut asked = vec![("version", version.as_str()), ("facts", "identity.birth_date")];
    let refused = staff.post(&page, &format!("{page}/facts"), &asked).await;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST, "no reason to doubt is given");
    asked.push(("doubt", "The address is a new one."));
    let done = staff.post(&page, &format!("{page}/facts"), &asked).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
    let notes = rights.messages(&everywhere.id, true).await.unwrap();
    assert!(notes.iter().any(|one| one.text.contains("The address is a new one.")));
    let told = rights.messages(&everywhere.id, false).await.unwrap();
    assert!(told.iter().all(|one| !one.text.contains("new one")), "a note is not for the person");
}

#[tokio::test(flavor = "multi_thread")]
async fn data_is_handed_out_when_as_much_is_shown_as_the_law_wants_on_sqlite() {
    degrees(false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn data_is_handed_out_when_as_much_is_shown_as_the_law_wants_on_postgres() {
    degrees(true).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_writes_another_language_is_kept_as_written_and_answered_in_theirs() {
    let house = house(false).await;
    for (words, name, tag, lang) in [
        (
            "Bonjour, je souhaite une copie de toutes mes données. Merci de me répondre en français, je vous prie.",
            "French",
            "fr",
            Lang::En,
        ),
        ("私の個人情報のコピーを送ってください。", "Japanese", "ja", Lang::ZhCn),
        ("أرجو إرسال نسخة من بياناتي الشخصية إليّ.", "Arabic", "ar", Lang::En),
    ] {
        let mut asked = new(Kind::Access, &format!("{tag}@example.com"));
        asked.private.words = words.into();
        asked.lang = lang;
        let before = house.smtp.letters().len();
        let (request, cookie) = house.signed_in(asked).await;
        assert_eq!(request.private.words, words);
        let letter = house.letter_with(before, "/privacy/requests/confirm/").await;
        let spoken = if lang == Lang::En { "Confirm" } else { "确认" };
        assert!(letter.contains(spoken), "{letter}");
        let page = format!("/console/requests/{}", request.id);
        let shown = house.staff("en", &page).await.page(&page).await;
        shot(&format!("tongue-{tag}.en"), &shown);
        assert!(shown.contains(&format!("Written in {name}")), "{shown}");
        assert!(shown.contains(&format!("dir=\"auto\" lang=\"{tag}\">{words}")));
        let (_, own) = house.get(&format!("/privacy/requests/{}", request.id), &cookie).await;
        assert!(own.contains(&format!("dir=\"auto\">{words}")), "{own}");
    }
    let (ours, _) = house.signed_in(new(Kind::Access, "li@example.com")).await;
    let page = format!("/console/requests/{}", ours.id);
    let shown = house.staff("zh-CN", &page).await.page(&page).await;
    assert!(!shown.contains("书写") && shown.contains("以英语浏览页面"), "{shown}");
}

#[tokio::test(flavor = "multi_thread")]
async fn letters_and_files_in_another_language_come_in() {
    let house = house(false).await;
    let rights = &house.rights;
    let letter = |from: &str, text: &str| {
        format!("From: {from}\r\nTo: privacy@lantern.example\r\nSubject: =?UTF-8?B?44GK6aGY44GE?=\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n").into_bytes()
    };
    let words = "個人情報の削除を要求いたします。お願いします。";
    rights.take_mail(me(), &letter("sato@example.com", words)).await.unwrap();
    let waiting = rights.inbox(10, 0).await.unwrap().0.remove(0);
    let page = format!("/console/requests/inbox/{}", waiting.id);
    let shown = house.staff("en", &page).await.page(&page).await;
    assert!(shown.contains("Written in Japanese") && shown.contains("lang=\"ja\""), "{shown}");
    let made = rights.make_from_mail(me(), &waiting.id, Kind::Erasure, words).await.unwrap();
    assert_eq!((made.lang.as_str(), made.private.words.as_str()), ("en", words), "not Chinese");

    let csv = "kind,email,words,language\nerasure,a@example.com,,fr\nerasure,b@example.com,\"Bitte löschen Sie meine Daten, ich nutze sie nicht.\",\nerasure,c@example.com,,zh-CN\nerasure,d@example.com,,\n";
    let id = rights.check_import(&me(), csv.as_bytes(), Lang::ZhCn).await.unwrap().unwrap();
    rights.begin_import(&me(), &id).await.unwrap();
    for _ in 0..800 {
        if rights.import(&id).await.unwrap().stage == "done" {
            break;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    let mut all = Vec::new();
    for address in ["a@example.com", "b@example.com", "c@example.com", "d@example.com"] {
        let one = rights.requests_of(&person(address)).await.unwrap().remove(0);
        all.push((one.lang, one.private.language));
    }
    let expected = [("en", "fr"), ("en", ""), ("zh-CN", ""), ("zh-CN", "")];
    assert_eq!(all, expected.map(|one| (one.0.to_owned(), one.1.to_owned())));
    let wrong = "kind,email,language\nerasure,a@example.com,french\n";
    let faults = rights.check_import(&me(), wrong.as_bytes(), Lang::En).await.unwrap().unwrap_err();
    assert_eq!(faults[0].key, "rights-import-language");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_plan_of_an_erasure_is_drawn_with_what_becomes_of_each_table() {
    let house = house(false).await;
    let folder = tempfile::tempdir().unwrap();
    for url in databases(folder.path()).await {
        scanned(&house, &url).await;
    }
    let (request, _) = house.signed_in(new(Kind::Erasure, "li.lei@example.com")).await;
    house.rights.plan_erasure(&me(), &request).await.unwrap();
    for _ in 0..1_200 {
        if !house.rights.erasure(&request.id).await.unwrap().unwrap().stage.moves() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    let steps = house.rights.erasure(&request.id).await.unwrap().unwrap().steps;
    let orders = steps.iter().find(|one| one.table == "orders").unwrap();
    assert_eq!(orders.hop, 1, "over the customers");
    let page = format!("/console/requests/{}/erasure", request.id);
    for (lang, gone) in [("en", "delete 2"), ("zh-CN", "删除 2")] {
        let shown = house.staff(lang, &page).await.page(&page).await;
        shot(&format!("erasure-picture.{lang}"), &shown);
        let svg =
            shown.split_once("<svg xmlns").expect("a drawing").1.split_once("</svg>").unwrap().0;
        assert!(svg.contains("orders") && svg.contains(gone), "{svg}");
        assert_eq!(svg.matches("<rect").count(), 1 + steps.len());
        let (picture, tables) = (shown.find("id=\"picture\""), shown.find("id=\"tables\""));
        assert!(picture < tables, "above the table, which says the same");
    }
}
