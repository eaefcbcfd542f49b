//! Duties: from the profile to the page, done with evidence, reminded of by mail, in a calendar.

use axum::http::StatusCode;
use jiff::ToSpan as _;
use regime::{Metric, Profile, Standing, Value, today};

use crate::support::{House, me, owner, with_role};

/// A company with a million people in China.
async fn company(house: &House, people: u64) {
    let mut profile = Profile { complete: true, ..Profile::default() };
    profile.tell("CN", Metric::People, Value::Number(people));
    profile.tell("CN", Metric::Minors, Value::Flag(true));
    house.regimes.save_profile(me(), &profile).await.unwrap();
}

async fn actions(house: &House, action: &str) -> i64 {
    sqlx::query_scalar("SELECT COUNT(*) FROM ledger_entry WHERE action = $1")
        .bind(action)
        .fetch_one(house.web.store().reader())
        .await
        .unwrap()
}

async fn duties_begin_and_end_with_the_numbers(house: House) {
    company(&house, 999_999).await;
    assert!(house.regimes.duty("cn.duty.officer_filing", today()).await.is_err());

    company(&house, 1_000_000).await;
    let filing = house.regimes.duty("cn.duty.officer_filing", today()).await.unwrap();
    assert_eq!(filing.begun, Some(today()));
    assert!(filing.due.unwrap() > today().checked_add(30.days()).unwrap());
    assert_eq!(filing.because[0].known, Some(Value::Number(1_000_000)));
    let minors = house.regimes.duty("cn.duty.audit_minor", today()).await.unwrap();
    assert_eq!((minors.due.unwrap().month(), minors.due.unwrap().day()), (1, 31));
    assert!(house.regimes.duty("cn.duty.audit_10m", today()).await.is_err());

    company(&house, 10_000_001).await;
    let audit = house.regimes.duty("cn.duty.audit_10m", today()).await.unwrap();
    assert_eq!(audit.due, Some(today().checked_add(2.years()).unwrap()));

    company(&house, 5).await;
    assert!(house.regimes.duty("cn.duty.audit_10m", today()).await.is_err());
    assert!(actions(&house, "duty.ended").await >= 2);
}

async fn a_duty_is_done_with_evidence_and_taken_back(house: House) {
    company(&house, 1_000_000).await;
    let mut reader = owner(&house, "en").await;
    let page = "/console/duties/cn.duty.audit_minor";

    let nothing = reader.post(page, &format!("{page}/done"), &[("day", "2020-01-01")]).await;
    assert_eq!(nothing.status, StatusCode::UNPROCESSABLE_ENTITY);
    let day = today().to_string();
    let done = [("day", day.as_str()), ("evidence", "Report 7 of Mei Lin")];
    let noted = reader.post(page, &format!("{page}/done"), &done).await;
    assert_eq!(noted.status, StatusCode::SEE_OTHER);

    let duty = house.regimes.duty("cn.duty.audit_minor", today()).await.unwrap();
    assert_eq!(duty.standing, Standing::Done);
    let next = duty.due.unwrap();
    assert_eq!(next.year(), duty.done[0].due[..4].parse::<i16>().unwrap() + 1);
    assert!(reader.page(page).await.contains("Report 7 of Mei Lin"));
    let kept: String = sqlx::query_scalar("SELECT evidence_sealed FROM regime_duty_done")
        .fetch_one(house.web.store().reader())
        .await
        .unwrap();
    assert!(!kept.contains("Mei Lin"));

    let back = format!("{page}/reopen/{}", duty.done[0].id);
    assert_eq!(reader.post(page, &back, &[]).await.status, StatusCode::SEE_OTHER);
    let duty = house.regimes.duty("cn.duty.audit_minor", today()).await.unwrap();
    assert!(duty.done.is_empty());
}

async fn a_clock_runs_from_the_day_somebody_says(house: House) {
    company(&house, 1_000_000).await;
    let mut reader = owner(&house, "zh-CN").await;
    let page = "/console/duties/cn.duty.officer_filing";

    let told = reader.post(page, &format!("{page}/begun"), &[("begun", "2026-01-06")]).await;

    assert_eq!(told.status, StatusCode::SEE_OTHER);
    let duty = house.regimes.duty("cn.duty.officer_filing", today()).await.unwrap();
    // Thirty working days with the Saturdays worked for the Spring Festival.
    assert_eq!(duty.due.unwrap().to_string(), "2026-02-24");
    assert_eq!(duty.standing, Standing::Overdue);
    let list = reader.page("/console/duties?standing=overdue").await;
    assert!(list.contains("2026-02-24"));
    let future = reader.post(page, &format!("{page}/begun"), &[("begun", "2999-01-05")]).await;
    assert_eq!(future.status, StatusCode::UNPROCESSABLE_ENTITY);
}

async fn the_calendar_file_holds_what_has_a_day(house: House) {
    company(&house, 1_000_000).await;

    let text = owner(&house, "en").await.get("/console/duties/calendar.ics").await.text;

    assert!(text.starts_with("BEGIN:VCALENDAR\r\n") && text.ends_with("END:VCALENDAR\r\n"));
    assert!(text.contains("UID:cn.duty.audit_minor-"), "{text}");
    assert_eq!(text.matches("BEGIN:VEVENT").count(), text.matches("END:VEVENT").count());
}

async fn reminders_go_out_once_for_each_stage(house: House) {
    company(&house, 1_000_000).await;
    house
        .regimes
        .set_begun(me(), "cn.duty.officer_filing", "2026-01-05".parse().unwrap())
        .await
        .unwrap();
    let _reader = owner(&house, "en").await;
    let config = web::mail::MailConfig {
        server: "127.0.0.1".into(),
        port: Some(9),
        security: web::mail::MailSecurity::None,
        user: String::new(),
        password: None,
        from: "Privet <privet@example.com>".into(),
        reply_to: None,
        ca_file: None,
    };
    let web = house.web.clone().with_mail(config).unwrap();

    // Without a mail server nothing is marked as told.
    assert_eq!(house.regimes.remind(&house.web).await.unwrap(), 0);
    let first = house.regimes.remind(&web).await.unwrap();
    let again = house.regimes.remind(&web).await.unwrap();

    assert!(first >= 1);
    assert_eq!(again, 0);
    assert_eq!(actions(&house, "duty.reminded").await, i64::try_from(first).unwrap());
}

async fn those_who_only_read_change_nothing(house: House) {
    company(&house, 1_000_000).await;
    let mut reader = with_role(&house, "en", "auditor").await;
    let page = "/console/duties/cn.duty.audit_minor";

    let text = reader.page(page).await;

    assert!(!text.contains("/done"));
    let day = today().to_string();
    let done = [("day", day.as_str()), ("evidence", "x")];
    let answer = reader.post("/console/account", &format!("{page}/done"), &done).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
}

on_both_engines!(
    duties_begin_and_end_with_the_numbers,
    a_duty_is_done_with_evidence_and_taken_back,
    a_clock_runs_from_the_day_somebody_says,
    the_calendar_file_holds_what_has_a_day,
    reminders_go_out_once_for_each_stage,
    those_who_only_read_change_nothing,
);
