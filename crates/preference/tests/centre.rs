//! The preference centre as a person uses it: by letter, by code, from an app; switching, everything
//! off and back, history, receipts.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use std::time::{Duration, Instant};

use axum::http::StatusCode;
use consent::{Choice, receipt};
use preference::{Place, Shown};
use serde_json::json;
use support::{BASE, House, call, mail, me, phone};

on_both_engines!(
    a_letter_opens_the_choices_and_each_change_counts_at_once,
    everything_off_is_one_step_and_can_be_taken_back,
    strangers_get_the_same_answer_and_no_letter,
    a_link_works_once_and_looking_at_it_does_not_use_it_up,
    a_code_by_text_message_opens_them_and_guesses_do_not,
    an_app_signs_its_customer_in_and_only_its_own_pages_may_embed,
    receipts_are_shown_to_their_owner_only,
    a_form_from_elsewhere_changes_nothing,
    asking_again_and_again_becomes_slow,
);

async fn a_letter_opens_the_choices_and_each_change_counts_at_once(house: House) {
    let li = mail("li@example.com");
    house.choose(&li, &[("offers", Choice::Granted)], true).await;
    let mut browser = house.signed_in("li@example.com", 0).await;

    let page = browser.get("/privacy/preferences").await;
    assert!(page.body.contains("Lantern Tea") && page.body.contains("News by e-mail"));
    assert!(page.body.contains("l•") && !page.body.contains("li@example.com"), "masked");
    assert!(page.header("content-security-policy").contains("frame-ancestors 'none'"));

    let switch = "/privacy/preferences/switch";
    let centre = "/privacy/preferences";
    browser.post(centre, switch, &[("purpose", "offers"), ("to", "off")]).await;
    assert!(!house.allows(&li, "offers").await);
    let page = browser.get(centre).await;
    assert!(
        page.body.contains("Switched off") && page.body.contains("You took your agreement back")
    );
    // They came by a letter to this very address: it is confirmed already.
    browser.post(centre, switch, &[("purpose", "email_marketing"), ("to", "on")]).await;
    assert!(house.allows(&li, "email_marketing").await);

    browser.post_raw("/privacy/language", &[("to", "zh-CN"), ("back", centre)]).await;
    let page = browser.get(centre).await;
    assert!(page.body.contains("lang=\"zh-CN\"") && page.body.contains("邮件资讯"));
    let history = browser.get("/privacy/history").await;
    assert_eq!(history.body.matches("<li class=\"card\">").count(), 3, "{}", history.body);

    browser.post(centre, "/privacy/leave", &[]).await;
    let gone = browser.get(centre).await;
    assert_eq!((gone.status, gone.header("location")), (StatusCode::SEE_OTHER, "/privacy?ended=1"));
}

async fn everything_off_is_one_step_and_can_be_taken_back(house: House) {
    let li = mail("li@example.com");
    let all = [("offers", Choice::Granted), ("email_marketing", Choice::Granted)];
    house.choose(&li, &all, true).await;
    let mut browser = house.signed_in("li@example.com", 0).await;
    let centre = "/privacy/preferences";

    let off = browser.post(centre, "/privacy/preferences/withdraw-all", &[]).await;
    assert_eq!(off.header("location"), centre);
    for purpose in ["offers", "email_marketing", "analytics"] {
        assert!(!house.allows(&li, purpose).await, "{purpose}");
    }
    assert!(house.allows(&li, "delivery").await, "a contract goes on");
    let page = browser.get(centre).await;
    assert!(page.body.contains("Everything is off") && page.body.contains("id=\"undo\""));
    assert!(!page.body.contains("id=\"withdraw-all\""), "nothing is left to switch off");

    browser.post(centre, "/privacy/preferences/undo", &[]).await;

    assert!(house.allows(&li, "offers").await && house.allows(&li, "email_marketing").await);
    let again = browser.post(centre, "/privacy/preferences/undo", &[]).await;
    assert_eq!(again.status, StatusCode::CONFLICT);
}

async fn strangers_get_the_same_answer_and_no_letter(house: House) {
    house.choose(&mail("li@example.com"), &[("offers", Choice::Granted)], true).await;
    let ask = async |address: &str| {
        let mut browser = house.browser();
        let page = browser.post("/privacy", "/privacy/link", &[("email", address)]).await;
        (page.status, page.body)
    };

    let known = ask("li@example.com").await;
    let unknown = ask("nobody@example.com").await;

    assert_eq!(known, unknown);
    house.smtp.wait_for(1).await;
    // The stranger's request is answered too, with nothing.
    let deadline = Instant::now() + Duration::from_secs(10);
    loop {
        let left: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM preference_request")
            .fetch_one(house.store().reader())
            .await
            .unwrap();
        if left == 0 {
            break;
        }
        assert!(Instant::now() < deadline);
        tokio::time::sleep(Duration::from_millis(30)).await;
    }
    assert_eq!(house.smtp.letters().len(), 1);
}

async fn a_link_works_once_and_looking_at_it_does_not_use_it_up(house: House) {
    house.choose(&mail("li@example.com"), &[("offers", Choice::Granted)], true).await;
    let mut browser = house.browser();
    browser.post("/privacy", "/privacy/link", &[("email", "LI@example.com")]).await;
    let letter = house.smtp.wait_for(1).await;
    let path = letter.link(&format!("{BASE}/privacy/open/")).replace(BASE, "");

    for _ in 0..3 {
        assert_eq!(house.browser().get(&path).await.status, StatusCode::OK);
    }
    assert_eq!(browser.post_raw(&path, &[]).await.status, StatusCode::SEE_OTHER);

    assert_eq!(house.browser().post_raw(&path, &[]).await.status, StatusCode::NOT_FOUND);
    assert_eq!(house.browser().get(&path).await.status, StatusCode::NOT_FOUND);
    assert_eq!(house.browser().get("/privacy/open/guessed").await.status, StatusCode::NOT_FOUND);
}

async fn a_code_by_text_message_opens_them_and_guesses_do_not(house: House) {
    house.choose(&phone("13812345678"), &[("offers", Choice::Granted)], true).await;
    let mut browser = house.browser();
    let page = browser.post("/privacy", "/privacy/code", &[("phone", "138 1234 5678")]).await;
    let request = support::between(&page.body, "name=\"request\" value=\"", "\"").unwrap();
    let deadline = Instant::now() + Duration::from_secs(10);
    let text = loop {
        if let Some((to, text)) = house.sms.0.lock().unwrap().first().cloned() {
            assert_eq!(to, "+8613812345678");
            break text;
        }
        assert!(Instant::now() < deadline, "no text message came");
        tokio::time::sleep(Duration::from_millis(30)).await;
    };
    let code: String = text.chars().filter(char::is_ascii_digit).take(6).collect();
    let check = "/privacy/code/check";
    let wrong = if code == "000000" { "000001" } else { "000000" };

    let refused = browser.post("/privacy", check, &[("request", &request), ("code", wrong)]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let opened = browser.post("/privacy", check, &[("request", &request), ("code", &code)]).await;
    assert_eq!(opened.status, StatusCode::SEE_OTHER, "{}", opened.body);
    assert_eq!(browser.get("/privacy/preferences").await.status, StatusCode::OK);

    // A second code dies of five guesses; then the right one does not help either.
    let mut thief = house.browser();
    let page = thief.post("/privacy", "/privacy/code", &[("phone", "13812345678")]).await;
    let request = support::between(&page.body, "name=\"request\" value=\"", "\"").unwrap();
    while house.sms.0.lock().unwrap().len() < 2 {
        tokio::time::sleep(Duration::from_millis(30)).await;
    }
    let text = house.sms.0.lock().unwrap()[1].1.clone();
    let code: String = text.chars().filter(char::is_ascii_digit).take(6).collect();
    let wrong = if code == "000000" { "000001" } else { "000000" };
    for _ in 0..5 {
        thief.post("/privacy", check, &[("request", &request), ("code", wrong)]).await;
    }
    let late = thief.post("/privacy", check, &[("request", &request), ("code", &code)]).await;
    assert_eq!(late.status, StatusCode::UNPROCESSABLE_ENTITY);
}

async fn an_app_signs_its_customer_in_and_only_its_own_pages_may_embed(house: House) {
    let mut shown = Shown::default();
    let embed = vec!["https://shop.example.com".to_owned()];
    shown.places.insert("default".into(), Place { embed });
    house.preferences.save_shown(me(), shown).await.unwrap();
    let token = house.program("preferences:link").await;
    let body = json!({ "subject": { "customer_id": "C-1001" }, "language": "zh-CN" });

    let answer = call(&house, &token, "/v1/preference-links", Some(body)).await;

    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.body);
    let url = answer.json()["url"].as_str().unwrap().to_owned();
    assert!(!url.contains("C-1001"));
    let mut browser = house.browser();
    let path = url.replace(BASE, "");
    let page = browser.get(&path).await;
    assert!(page.body.contains("打开我的选择"));
    let policy = page.header("content-security-policy");
    assert!(policy.contains("frame-ancestors https://shop.example.com"), "{policy}");
    assert_eq!(page.header("x-frame-options"), "");
    browser.post_raw(&path, &[]).await;
    let centre = browser.get("/privacy/preferences").await;
    assert!(centre.header("content-security-policy").contains("https://shop.example.com"));
    let switched = browser
        .post(
            "/privacy/preferences",
            "/privacy/preferences/switch",
            &[("purpose", "offers"), ("to", "on")],
        )
        .await;
    assert_eq!(switched.status, StatusCode::SEE_OTHER, "{}", switched.body);
    let unknown =
        call(&house, &token, "/v1/preference-links", Some(json!({ "subject": {} }))).await;
    assert_eq!(unknown.status, StatusCode::UNPROCESSABLE_ENTITY);
}

async fn receipts_are_shown_to_their_owner_only(house: House) {
    let id = house.choose(&mail("li@example.com"), &[("offers", Choice::Granted)], true).await;
    let other = house.choose(&mail("wang@example.com"), &[("offers", Choice::Granted)], true).await;
    let mut browser = house.signed_in("li@example.com", 0).await;

    let page = browser.get(&format!("/privacy/receipts/{id}")).await;
    assert!(page.body.contains("<svg") && page.body.contains(&id), "{}", page.body);
    let file = browser.get(&format!("/privacy/receipts/{id}/download")).await;
    assert!(file.header("content-disposition").contains("attachment"));
    let proved = receipt::verify(&file.json(), Some(house.consent.signer().public())).unwrap();

    assert_eq!(proved.id, id);
    for path in
        [format!("/privacy/receipts/{other}"), format!("/privacy/receipts/{other}/download")]
    {
        assert_eq!(browser.get(&path).await.status, StatusCode::NOT_FOUND);
    }
}

async fn a_form_from_elsewhere_changes_nothing(house: House) {
    let li = mail("li@example.com");
    house.choose(&li, &[("offers", Choice::Granted)], true).await;
    let mut browser = house.signed_in("li@example.com", 0).await;

    for fields in [&[][..], &[("csrf", "guessed")]] {
        let refused = browser.post_raw("/privacy/preferences/withdraw-all", fields).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN);
    }

    assert!(house.allows(&li, "offers").await);
}

async fn asking_again_and_again_becomes_slow(house: House) {
    let mut browser = house.browser();
    let mut last = StatusCode::OK;
    for _ in 0..6 {
        last =
            browser.post("/privacy", "/privacy/link", &[("email", "li@example.com")]).await.status;
    }
    assert_eq!(last, StatusCode::TOO_MANY_REQUESTS);
}
