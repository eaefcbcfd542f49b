//! Agents of the Data Rights Protocol over real sockets, on both databases: what they bring becomes a
//! request whose person is asked, they learn how it stands and nothing else, and whoever is no agent of
//! the network, or not of this request, gets nothing.
#![allow(clippy::unwrap_used, clippy::expect_used)] // Helpers of tests are not in a test function.

#[path = "agents/network.rs"]
mod network;

use std::{sync::atomic::Ordering, time::Duration};

use consent::{Identifier, IdentifierKind, Subject};
use ed25519_dalek::SigningKey;
use network::{Agent, House, alike, all_good, house, me, person, secret_in, settings, soon};
use rights::{By, Channel, Kind, Level, RightsError, State};
use serde_json::{Value, json};

const ADA: &str = "ada@example.com";

fn agent() -> Agent {
    Agent::new("CR_AA_ONE", 1)
}

async fn a_life(postgres: bool) {
    let mut one = agent();
    let house = House::with(postgres, &mut [&mut one]).await;
    let info = house.call("GET", "/v1/agent/CR_AA_ONE", &one.token, b"").await;
    assert_eq!((info.status, info.text.as_str()), (200, "{}"));

    // Asked: the person must confirm, whoever verified their address elsewhere.
    let (request, asked) = house.asked(&one, "access", ADA).await;
    assert_eq!(
        (request.kind, request.by, request.channel),
        (Kind::Access, By::Agent, Channel::Agent)
    );
    assert_eq!((request.state, request.level), (State::Unverified, Level::Claimed));
    assert_eq!(request.regimes, ["us-ca"]);
    assert_eq!(asked["status"], "in_progress");
    assert_eq!(asked["reason"], "need_user_verification");
    assert_eq!(asked["agent_request_id"], "own-access");
    let page = format!("{}/privacy/requests/{}", network::BASE, request.id);
    assert_eq!(asked["user_verification_url"], page);
    let early = house.rights.answer(&me(), request.clone(), "Here.").await;
    assert!(matches!(early, Err(RightsError::Conflict("rights-error-unverified"))), "{early:?}");

    // The person reads who asked, and allows it.
    let secret = secret_in(&house.letter(ADA, "/confirm/").await);
    let shown = house.page(&format!("/privacy/requests/confirm/{secret}"), "").await;
    assert!(shown.text.contains("Agent CR_AA_ONE") && shown.text.contains("I allowed this"));
    let confirmed = house.rights.confirm(&secret).await.unwrap();
    assert_eq!((confirmed.state, confirmed.level), (State::Open, Level::Contact));
    assert_eq!(confirmed.proved().unwrap().unwrap(), person(ADA), "and nothing told beside it");
    let (place, open) = house.was_told("in_progress").await;
    assert_eq!(place, "/update_status/77");
    assert!(open.get("reason").is_none(), "{open}");
    assert_eq!(house.status(&one, &request.id).await.json(), open);

    // Done: the agent is told, and is given no data, not even by the address of the results. California
    // wants more than an address; here the agent's own look at the person is enough for staff.
    let early = house.rights.answer(&me(), confirmed.clone(), "It is on your page.").await;
    assert!(matches!(early, Err(RightsError::Conflict("rights-error-degree"))), "{early:?}");
    let why = "The agent verified who she is.";
    house.rights.waive_degree(&me(), &confirmed, why).await.unwrap();
    house.rights.answer(&me(), confirmed, "It is on your page.").await.unwrap();
    let (_, done) = house.was_told("fulfilled").await;
    assert_eq!(house.status(&one, &request.id).await.json(), done);
    assert!(!done.to_string().contains("It is on your page"), "{done}");
    let late = house.revoke(&one, &request.id).await;
    assert_eq!(late.status, 409, "{}", late.text);

    // Another one is taken back; twice is once.
    let (other, erasure) = house.asked(&one, "deletion", "bea@example.com").await;
    let revoked = house.revoke(&one, &other.id).await;
    assert_eq!((revoked.status, &revoked.json()["status"]), (200, &json!("revoked")));
    assert_eq!(house.revoke(&one, &other.id).await.json(), revoked.json());
    assert_eq!(house.rights.request(&other.id).await.unwrap().state, State::TakenBack);
    let notes = house.rights.messages(&other.id, true).await.unwrap();
    assert!(notes.iter().any(|note| note.text == "I changed my mind."));
    let secret = secret_in(&house.letter("bea@example.com", "/confirm/").await);
    assert!(house.rights.confirm(&secret).await.is_err(), "it is not opened again");

    // Refused, in words of the protocol.
    let mut refused = Vec::new();
    for (reason, _) in rights::REFUSALS {
        let (one_of, _) = house.asked(&one, "access", &format!("{reason}@example.com")).await;
        let words = "Our words: the same was asked four times this month, and answered each time.";
        house.rights.refuse(&me(), one_of.clone(), reason, words).await.unwrap();
        let told = house.status(&one, &one_of.id).await.json();
        assert_eq!(told["status"], "denied", "{told}");
        assert!(!told.to_string().contains("Our words"), "{told}");
        refused.push(("status", told));
    }
    refused.extend([
        ("info-answer", info.json()),
        ("status", asked),
        ("status", open),
        ("status", done),
        ("status", erasure),
        ("status", revoked.json()),
        ("error", late.json()),
    ]);
    all_good(&refused);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_life_on_sqlite() {
    a_life(false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_life_on_postgres() {
    a_life(true).await;
}

async fn refusals(postgres: bool) {
    let mut one = agent();
    let house = House::with(postgres, &mut [&mut one]).await;
    let mut told = Vec::new();
    let changed = |name: &str, value: Value| {
        let mut message = one.exercise("access", ADA);
        message[name] = value;
        message
    };
    let past = |minutes: i64| {
        (jiff::Timestamp::now() - jiff::SignedDuration::from_mins(minutes)).to_string()
    };
    let mut old = changed("issued-at", json!(past(30)));
    old["expires-at"] = json!(past(15));
    let mut nameless = changed("email", Value::Null);
    nameless["phone_number"] = Value::Null;
    for (status, message, word) in [
        (403, changed("business-id", json!("OTHER_TEA")), "business-id"),
        (403, changed("agent-id", json!("CR_AA_TWO")), "agent-id"),
        (400, old, "expires-at has passed"),
        (400, changed("issued-at", json!(past(-5))), "issued-at is in the future"),
        (400, changed("exercise", json!("sale:opt_in")), "Unsupported rights actions submitted."),
        (400, changed("regime", json!("gdpr")), "regime"),
        (400, changed("status_callback", json!("http://agent.example/")), "status_callback"),
        (400, nameless, "email or phone_number is missing"),
    ] {
        let answer = house.exercise(&one, &message).await;
        assert_eq!(answer.status, status, "{word}: {}", answer.text);
        assert!(answer.text.contains(word), "{word}: {}", answer.text);
        assert!(!answer.text.contains(ADA), "{}", answer.text);
        told.push(("error", answer.json()));
    }
    // Another's signature; a body that is longer than is read; no body at all.
    let forger = Agent { key: SigningKey::from_bytes(&[9; 32]), ..one.clone() };
    let forged = house.exercise(&forger, &forger.exercise("access", ADA)).await;
    assert_eq!(forged.status, 403, "{}", forged.text);
    let path = "/v1/data-rights-request";
    let long = house.call("POST", path, &one.token, &vec![b'A'; 80 * 1024]).await;
    assert_eq!(long.status, 413, "{}", long.text);
    let empty = house.call("POST", path, &one.token, b"").await;
    assert_eq!(empty.status, 400, "{}", empty.text);
    told.extend([&forged, &long, &empty].map(|answer| ("error", answer.json())));
    let (_, none) =
        house.rights.requests(&rights::request::Filter::default(), 10, 0).await.unwrap();
    assert_eq!(none, 0, "nothing of it was kept");

    // A message is good once, even when both come at the same moment.
    let body = one.seal(&one.exercise("access", ADA));
    let send = || house.call("POST", path, &one.token, &body);
    let (a, b, c) = tokio::join!(send(), send(), send());
    let mut all = [a.status, b.status, c.status];
    all.sort_unstable();
    assert_eq!(all, [200, 409, 409], "{} {} {}", a.text, b.text, c.text);
    told.push(("error", send().await.json()));
    let (_, taken) =
        house.rights.requests(&rights::request::Filter::default(), 10, 0).await.unwrap();
    assert_eq!(taken, 1);
    all_good(&told);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_is_not_good_or_comes_again_is_refused() {
    for postgres in [false, true] {
        refusals(postgres).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_else_gets_anything() {
    let (mut one, mut two) = (agent(), Agent::new("CR_AA_TWO", 2));
    let house = House::with(false, &mut [&mut one, &mut two]).await;
    let (request, _) = house.asked(&one, "access", ADA).await;

    // Another agent's request is told from none by nothing.
    for (others, none) in [
        (house.status(&two, &request.id).await, house.status(&two, "no-such").await),
        (house.revoke(&two, &request.id).await, house.revoke(&two, "no-such").await),
    ] {
        assert_eq!((others.status, others.text), (403, none.text));
    }
    let info = house.call("GET", "/v1/agent/CR_AA_ONE", &two.token, b"").await;
    assert_eq!(info.status, 403);
    // A revocation that another signed does not count, whoever holds the token.
    let stolen = Agent { token: one.token.clone(), ..two.clone() };
    assert_eq!(house.revoke(&stolen, &request.id).await.status, 403);
    assert_eq!(house.rights.request(&request.id).await.unwrap().state, State::Unverified);
    // An own request that is not an agent's is nobody's here.
    let made = house.rights.requests_of(&person(ADA)).await.unwrap();
    assert_eq!(made.len(), 1);

    // Who is not in the directory is told nothing at all; nor is a forger of one who is.
    let stranger = Agent::new("CR_AA_STRANGER", 7);
    let refused = house.set_up(&stranger).await;
    assert_eq!((refused.status, refused.text.as_str()), (403, ""));
    let forger = Agent { key: SigningKey::from_bytes(&[9; 32]), ..one.clone() };
    let refused = house.set_up(&forger).await;
    assert_eq!((refused.status, refused.text.as_str()), (403, ""));
    let none = house.status(&Agent { token: String::new(), ..one.clone() }, &request.id).await;
    let wrong = house.status(&Agent { token: "A".repeat(43), ..one.clone() }, &request.id).await;
    assert_eq!((none.status, wrong.status), (401, 401));
    all_good(&[("error", none.json()), ("error", wrong.json())]);
    assert_eq!(house.status(&one, &request.id).await.status, 200, "its own token still works");

    // A set-up message is good once; a new token takes the place of the old one.
    let body = two.seal(&two.envelope());
    let first = house.call("POST", "/v1/agent/CR_AA_TWO", "", &body).await;
    let again = house.call("POST", "/v1/agent/CR_AA_TWO", "", &body).await;
    assert_eq!((first.status, again.status), (200, 403));
    all_good(&[("setup-answer", first.json())]);
    let info = "/v1/agent/CR_AA_TWO";
    assert_eq!(house.call("GET", info, &two.token, b"").await.status, 401);
    let fresh = first.json()["token"].as_str().unwrap().to_owned();
    assert_eq!(house.call("GET", info, &fresh, b"").await.status, 200);
}

async fn comings_and_goings(postgres: bool) {
    let (mut one, mut two) = (agent(), Agent::new("CR_AA_TWO", 2));
    // Off: as where nothing is, whatever is sent.
    let off = house(postgres).await;
    assert_eq!(off.set_up(&one).await.status, 404);
    assert_eq!(off.exercise(&one, &one.exercise("access", ADA)).await.status, 404);
    assert_eq!(off.status(&one, "0").await.status, 404);
    assert_eq!(off.revoke(&one, "0").await.status, 404);
    drop(off);

    let house = House::with(postgres, &mut [&mut one, &mut two]).await;
    let (request, _) = house.asked(&one, "access", ADA).await;
    // Blocked: its token is none, it gets no other, and is told nothing.
    house.rights.block_agent(&me(), one.id, true).await.unwrap();
    assert_eq!(house.status(&one, &request.id).await.status, 401);
    assert_eq!(house.set_up(&one).await.status, 403);
    assert_eq!(house.call("GET", "/v1/agent/CR_AA_TWO", &two.token, b"").await.status, 200);
    house.refreshed(&[&one, &two]).await;
    assert_eq!(house.set_up(&one).await.status, 403, "the directory does not unblock");
    let secret = secret_in(&house.letter(ADA, "/confirm/").await);
    house.rights.confirm(&secret).await.unwrap();
    house.refreshed(&[&one, &two]).await;
    assert!(house.outside.told.lock().unwrap().is_empty(), "a blocked agent is told nothing");
    house.rights.block_agent(&me(), one.id, false).await.unwrap();
    assert_eq!(house.status(&one, &request.id).await.status, 401, "the old token stays none");
    let fresh = house.set_up(&one).await.json();
    fresh["token"].as_str().unwrap().clone_into(&mut one.token);
    assert_eq!(house.status(&one, &request.id).await.status, 200);

    // Left the directory, and back with another key: whoever had the old one has nothing.
    house.refreshed(&[&two]).await;
    assert_eq!(house.status(&one, &request.id).await.status, 401);
    let renewed = Agent { key: SigningKey::from_bytes(&[5; 32]), ..one.clone() };
    house.refreshed(&[&renewed, &two]).await;
    assert_eq!(house.status(&one, &request.id).await.status, 401);
    assert_eq!(house.set_up(&one).await.status, 403);
    assert_eq!(house.set_up(&renewed).await.status, 200);
    assert_eq!(house.call("GET", "/v1/agent/CR_AA_TWO", &two.token, b"").await.status, 200);

    // A list with a fault changes nothing; off again, everybody's access ends for good.
    *house.outside.directory.lock().unwrap() = json!([two.entry(), two.entry()]).to_string();
    house.rights.ask_directory(&me()).await.unwrap();
    house.agents_are(2).await;
    house.rights.stop_agents(&me()).await.unwrap();
    assert_eq!(house.call("GET", "/v1/agent/CR_AA_TWO", &two.token, b"").await.status, 404);
    house.rights.set_agents(&me(), &settings()).await.unwrap();
    assert_eq!(house.call("GET", "/v1/agent/CR_AA_TWO", &two.token, b"").await.status, 401);
    assert_eq!(house.rights.request(&request.id).await.unwrap().state, State::Open);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_off_blocked_gone_or_has_another_key_is_not_heard() {
    for postgres in [false, true] {
        comings_and_goings(postgres).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_learns_from_the_answer_whom_we_know() {
    let mut one = agent();
    let house = House::with(false, &mut [&mut one]).await;
    house.consent.link(&me(), &person(ADA)).await.unwrap();
    for right in ["access", "access:categories", "deletion", "sale:opt_out"] {
        let (known, of_known) = house.asked(&one, right, ADA).await;
        let (unknown, of_unknown) = house.asked(&one, right, "nobody@example.com").await;
        assert_eq!(alike(&of_known), alike(&of_unknown), "{right}");
        assert_eq!(known.state, unknown.state, "{right}");
    }
    for to in [ADA, "nobody@example.com"] {
        house.letter(to, "/confirm/").await;
    }
}

/// Purposes that go on until somebody objects.
async fn advertising(house: &House) {
    use consent::{LegalBasis, NoticeBody, PurposeBody, Reconsent, Regime};
    let said = |en: &str, zh: &str| {
        [("en".to_owned(), en.to_owned()), ("zh-CN".to_owned(), zh.to_owned())].into()
    };
    let ads = PurposeBody {
        name: said("Advertising", "广告"),
        description: said("We show you offers.", "我们向您展示优惠。"),
        if_refused: said("You see no offers.", "您看不到优惠。"),
        basis: [(Regime::Ccpa, LegalBasis::OptOut)].into(),
        ..PurposeBody::default()
    };
    house.consent.set_organisation("Lantern Tea");
    house.consent.save_purpose(&me(), "ads", &ads).await.unwrap();
    let notice = NoticeBody {
        title: said("Offers", "优惠"),
        text: said("Tick what you like.", "请勾选。"),
        purposes: vec!["ads".into()],
        ..NoticeBody::default()
    };
    house.consent.save_draft(&me(), "all", &notice).await.unwrap();
    house.consent.publish(&me(), "all", Reconsent::None).await.unwrap();
}

async fn opting_out(postgres: bool) {
    use consent::{Regime, decide::Ask};
    let mut one = agent();
    let house = House::with(postgres, &mut [&mut one]).await;
    advertising(&house).await;
    let phone = Identifier::parse(IdentifierKind::Phone, "+14155550123", "").unwrap();
    let phone = Subject::new(vec![phone]).unwrap();
    let allowed = async |who: &Subject| {
        let ask = Ask { regimes: vec![Regime::Ccpa], ..Ask::default() };
        house.consent.decide(who, "ads", &ask).await.unwrap().allow
    };
    assert!(allowed(&person(ADA)).await && allowed(&phone).await);
    let mut message = one.exercise("sale:opt-out", ADA);
    message["phone_number"] = json!("+14155550123");
    let told = house.exercise(&one, &message).await.json();
    assert_eq!(told["status"], "in_progress");
    assert!(told.get("reason").is_none(), "{told}");
    let id = told["request_id"].as_str().unwrap().to_owned();
    let request = house.rights.request(&id).await.unwrap();
    assert_eq!((request.kind, request.state), (Kind::Objection, State::Open));
    let effect = async || {
        let events = house.rights.events(&id).await.unwrap();
        events.iter().any(|one| one.what == "took-effect").then_some(())
    };
    soon("the effect", effect).await;
    assert!(!allowed(&person(ADA)).await && !allowed(&phone).await);
    assert!(allowed(&person("han@example.com")).await);
    // Whose number it is the agent claims, and nobody has shown.
    let both = [person(ADA).identifiers(), phone.identifiers()].concat();
    let both = Subject::new(both).unwrap().blind(house.consent.vault());
    let found = house.consent.find(&both).await.unwrap();
    assert_eq!((found.people.len(), found.missing.len()), (2, 0), "two claims are not one person");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_opt_out_needs_no_proof_and_makes_no_two_people_one() {
    for postgres in [false, true] {
        opting_out(postgres).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_is_slowed_down() {
    let mut one = agent();
    let house = House::with(false, &mut [&mut one]).await;
    // Letters to one person.
    let mut statuses = Vec::new();
    for n in 0..7 {
        let mut message = one.exercise("access", ADA);
        message["phone_number"] = json!(format!("+1415555012{n}"));
        statuses.push(house.exercise(&one, &message).await.status);
    }
    assert_eq!(statuses, [200, 200, 200, 200, 200, 200, 429]);
    assert_eq!(house.exercise(&one, &one.exercise("access", "b@example.com")).await.status, 200);
    // Messages of one agent, good or not.
    let path = "/v1/data-rights-request";
    let mut last = house.call("POST", path, &one.token, b"?").await;
    for _ in 0..100 {
        last = house.call("POST", path, &one.token, b"?").await;
        if last.status == 429 {
            break;
        }
    }
    assert_eq!(last.status, 429, "{}", last.text);
    assert!(last.head.contains("retry-after: "), "{}", last.head);
    all_good(&[("error", last.json())]);
    // Guesses from one address; an agent comes from another.
    for _ in 0..10 {
        house.call("GET", "/v1/agent/CR_AA_ONE", "guess", b"").await;
    }
    assert_eq!(house.call("GET", "/v1/agent/CR_AA_ONE", "guess", b"").await.status, 429);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_that_does_not_answer_is_told_later_or_noted() {
    let mut one = agent();
    let house = House::with(false, &mut [&mut one]).await;
    house.outside.answers.store(503, Ordering::SeqCst);
    let (request, _) = house.asked(&one, "access", ADA).await;
    let secret = secret_in(&house.letter(ADA, "/confirm/").await);
    house.rights.confirm(&secret).await.unwrap();
    tokio::time::sleep(Duration::from_millis(400)).await;
    assert!(house.outside.told.lock().unwrap().is_empty());
    house.outside.answers.store(200, Ordering::SeqCst);
    house.was_told("in_progress").await;

    // What the agent cannot see is not told again.
    let open = house.rights.request(&request.id).await.unwrap();
    house.rights.assign(&me(), open, "ann").await.unwrap();
    house.refreshed(&[&one]).await;
    assert_eq!(house.outside.told.lock().unwrap().len(), 1);

    // It refuses for good: staff see it.
    house.outside.answers.store(410, Ordering::SeqCst);
    let open = house.rights.request(&request.id).await.unwrap();
    house.rights.waive_degree(&me(), &open, "The agent verified who she is.").await.unwrap();
    house.rights.answer(&me(), open, "It is on your page.").await.unwrap();
    let untold = async || {
        let (agents, _) = house.rights.agents(50, 0).await.unwrap();
        (agents[0].untold == 1).then_some(())
    };
    soon("the note", untold).await;
    let events = house.rights.events(&request.id).await.unwrap();
    assert!(events.iter().any(|one| one.what == "agent-untold"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_who_is_signed_in_allows_it_and_nobody_else_does() {
    let mut one = agent();
    let house = House::with(false, &mut [&mut one]).await;
    let mut message = one.exercise("deletion", ADA);
    message["phone_number"] = json!("+14155550123");
    let told = house.exercise(&one, &message).await.json();
    let id = told["request_id"].as_str().unwrap().to_owned();
    let page = told["user_verification_url"].as_str().unwrap();
    let page = page.strip_prefix(network::BASE).unwrap().to_owned();

    // Not the agent, who was given that address; not another person; not who has the telephone.
    let stranger = house.page(&page, "").await;
    assert!(stranger.status == 303 || !stranger.text.contains("Berg"), "{}", stranger.text);
    let phone = Identifier::parse(IdentifierKind::Phone, "+14155550123", "").unwrap();
    for other in [person("han@example.com"), Subject::new(vec![phone]).unwrap()] {
        let cookie = house.signed_in(&other).await;
        assert_eq!(house.page(&page, &cookie).await.status, 404);
        let request = house.rights.request(&id).await.unwrap();
        assert!(house.rights.allow(request, &other).await.is_err());
    }
    let cookie = house.signed_in(&person(ADA)).await;
    let shown = house.page(&page, &cookie).await.text;
    assert!(shown.contains("Agent CR_AA_ONE"), "{shown}");
    let (_, csrf) = shown.split_once("name=\"csrf\" value=\"").unwrap();
    let body = format!("csrf={}", csrf.split('"').next().unwrap());
    let headers =
        [("Cookie", cookie.as_str()), ("Content-Type", "application/x-www-form-urlencoded")];
    let path = format!("{page}/allow");
    let wrong = network::call(house.at, "POST", &path, &headers, b"csrf=none").await;
    assert_eq!(wrong.status, 403);
    let done = network::call(house.at, "POST", &path, &headers, body.as_bytes()).await;
    assert_eq!(done.status, 303, "{}", done.text);
    let request = house.rights.request(&id).await.unwrap();
    assert_eq!((request.state, request.level), (State::Open, Level::Contact));
    assert_eq!(request.proved().unwrap().unwrap(), person(ADA), "the telephone is not proved");
}
