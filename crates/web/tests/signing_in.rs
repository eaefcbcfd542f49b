//! Signing in through the router, on both engines.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use common::{House, PASSWORD, between, csrf};
use store::testing::{temp_postgres, temp_sqlite};

/// Runs one story on both engines.
macro_rules! on_both {
    ($($name:ident)*) => {$(
        mod $name {
            #[tokio::test]
            async fn on_sqlite() {
                let (store, _guard) = super::temp_sqlite().await;
                super::stories::$name(super::House::open(store).await).await;
            }
            #[tokio::test]
            async fn on_postgres() {
                let (store, _guard) = super::temp_postgres().await;
                super::stories::$name(super::House::open(store).await).await;
            }
        }
    )*};
}

on_both! {
    the_setup_link_works_once_and_signs_the_owner_in
    a_wrong_password_and_an_unknown_name_read_the_same
    a_form_without_its_token_changes_nothing
    guessing_is_slowed_down_per_account
    guessing_many_names_is_slowed_down_per_address
    roles_open_and_close_doors
    the_last_owner_stays
    disabling_a_person_ends_their_sessions
    an_ended_session_is_signed_out
    a_new_password_ends_the_other_sessions
    a_second_factor_is_asked_for_and_codes_work_once
    an_invitation_works_once
    the_demo_link_signs_in_once
    an_api_token_works_until_it_is_revoked
    names_are_stored_sealed_and_failures_are_in_the_ledger
    colours_are_kept
}

mod stories {
    use super::*;
    use store::sqlx::{self, Row};

    pub async fn the_setup_link_works_once_and_signs_the_owner_in(house: House) {
        let link = house.web.setup_link().await.unwrap().unwrap();
        let path = link.strip_prefix(house.web.base_url()).unwrap().to_owned();
        let mut visitor = house.visitor();
        let weak = visitor
            .send(
                &path,
                &[
                    ("organisation", "Tea"),
                    ("name", "Li"),
                    ("login", "li"),
                    ("password", "short"),
                    ("lang", "en"),
                ],
            )
            .await;
        assert_eq!(weak.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(
            weak.body.contains("at least 12 characters") && weak.body.contains("value=\"Tea\"")
        );

        let done = visitor
            .send(
                &path,
                &[
                    ("organisation", "Tea"),
                    ("name", "Li"),
                    ("login", "li"),
                    ("password", PASSWORD),
                    ("lang", "en"),
                ],
            )
            .await;

        assert_eq!((done.status, done.location()), (StatusCode::SEE_OTHER, "/console"));
        assert_eq!(visitor.get("/console/people").await.status, StatusCode::OK);
        assert_eq!(house.visitor().get(&path).await.status, StatusCode::NOT_FOUND);
        assert!(house.web.setup_link().await.unwrap().is_none());
        assert_eq!(house.web.organisation(), "Tea");
    }

    pub async fn a_wrong_password_and_an_unknown_name_read_the_same(house: House) {
        house.owner().await;
        let mut visitor = house.visitor();
        let wrong = visitor
            .send("/signin", &[("login", "li@example.com"), ("password", "nope nope nope")])
            .await;
        let unknown = visitor
            .send("/signin", &[("login", "li@example.org"), ("password", "nope nope nope")])
            .await;

        assert_eq!(
            (wrong.status, unknown.status),
            (StatusCode::UNPROCESSABLE_ENTITY, StatusCode::UNPROCESSABLE_ENTITY)
        );
        assert!(wrong.body.contains("Name or password is not right."));
        assert_eq!(wrong.body.replace("example.com", ""), unknown.body.replace("example.org", ""));

        let right = visitor
            .send(
                "/signin?back=/console/people",
                &[("login", " LI@example.com"), ("password", PASSWORD), ("back", "//evil.example")],
            )
            .await;
        assert_eq!((right.status, right.location()), (StatusCode::SEE_OTHER, "/console"));
    }

    pub async fn a_form_without_its_token_changes_nothing(house: House) {
        let mut owner = house.owner().await;
        let refused = owner.post_raw("/console/account/name", &[("name", "Changed")]).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN);
        assert!(refused.body.contains("nothing was changed"));

        let stranger = csrf(&house.visitor().get("/signin").await.body);
        let refused = owner
            .post_raw("/console/account/name", &[("csrf", &stranger), ("name", "Changed")])
            .await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN);

        let own = csrf(&owner.get("/console/account").await.body);
        let request = Request::post("/console/account/name")
            .header("content-type", "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "cross-site")
            .body(Body::from(format!("csrf={own}&name=Changed")))
            .unwrap();
        assert_eq!(owner.ask(request).await.status, StatusCode::FORBIDDEN);
        assert!(!owner.get("/console/account").await.body.contains("Changed"));

        let request = Request::post("/console/account/name")
            .header("content-type", "application/x-www-form-urlencoded")
            .header("x-csrf-token", &own)
            .body(Body::from("name=Changed"))
            .unwrap();
        assert_eq!(owner.ask(request).await.status, StatusCode::SEE_OTHER);
        let page = owner.get("/console/account").await.body;
        assert!(page.contains("Changed") && page.contains("<span>Saved.</span>"));
        assert!(!owner.get("/console/account").await.body.contains("<span>Saved.</span>"));
    }

    pub async fn guessing_is_slowed_down_per_account(house: House) {
        house.owner().await;
        let mut visitor = house.visitor();
        let guess = [("login", "li@example.com"), ("password", "nope nope nope")];
        for _ in 0..5 {
            assert_eq!(
                visitor.send("/signin", &guess).await.status,
                StatusCode::UNPROCESSABLE_ENTITY
            );
        }
        let slowed = visitor.send("/signin", &guess).await;
        assert_eq!(slowed.status, StatusCode::TOO_MANY_REQUESTS);
        assert!(
            slowed.headers.contains_key("retry-after") && slowed.body.contains("Too many attempts")
        );
        let right =
            visitor.send("/signin", &[("login", "li@example.com"), ("password", PASSWORD)]).await;
        assert_eq!(right.status, StatusCode::TOO_MANY_REQUESTS);
        let other =
            visitor.send("/signin", &[("login", "wang"), ("password", "nope nope nope")]).await;
        assert_eq!(other.status, StatusCode::UNPROCESSABLE_ENTITY);
    }

    pub async fn guessing_many_names_is_slowed_down_per_address(house: House) {
        house.owner().await;
        let mut visitor = house.visitor();
        visitor.address = Some("192.0.2.7:1000".parse().unwrap());
        for n in 0..20 {
            let login = format!("guess{n}");
            let tried =
                visitor.send("/signin", &[("login", &login), ("password", "nope nope nope")]).await;
            assert_eq!(tried.status, StatusCode::UNPROCESSABLE_ENTITY);
        }
        let slowed =
            visitor.send("/signin", &[("login", "li@example.com"), ("password", PASSWORD)]).await;
        assert_eq!(slowed.status, StatusCode::TOO_MANY_REQUESTS);

        let mut elsewhere = house.visitor();
        elsewhere.address = Some("192.0.2.8:1000".parse().unwrap());
        let fine =
            elsewhere.send("/signin", &[("login", "li@example.com"), ("password", PASSWORD)]).await;
        assert_eq!(fine.location(), "/console");
    }

    pub async fn roles_open_and_close_doors(house: House) {
        let mut owner = house.owner().await;
        let mut auditor = house.person(&mut owner, "auditor", "audit").await;
        let mut employee = house.person(&mut owner, "employee", "empl").await;

        assert_eq!(employee.get("/console/people").await.status, StatusCode::FORBIDDEN);
        let page = auditor.get("/console/people").await.body;
        assert!(!page.contains("Make invitation link"));
        let refused =
            auditor.post("/console/people", "/console/people/invite", &[("role", "owner")]).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN);
        let away = house.visitor().get("/console/people?x=1").await;
        assert_eq!(away.location(), "/signin?back=%2Fconsole%2Fpeople%3Fx%3D1");
    }

    async fn ids(house: &House) -> Vec<String> {
        sqlx::query("SELECT id FROM web_user ORDER BY created_at")
            .fetch_all(house.web.store().reader())
            .await
            .unwrap()
            .iter()
            .map(|row| row.get(0))
            .collect()
    }

    pub async fn the_last_owner_stays(house: House) {
        let mut owner = house.owner().await;
        let id = &ids(&house).await[0];
        let refused =
            owner.post("/console/people", &format!("/console/people/{id}/disable"), &[]).await;
        assert_eq!(refused.status, StatusCode::CONFLICT);
        assert!(refused.body.contains("This is the last owner."));
        let refused = owner
            .post("/console/people", &format!("/console/people/{id}/role"), &[("role", "auditor")])
            .await;
        assert_eq!(refused.status, StatusCode::CONFLICT);

        house.person(&mut owner, "owner", "second").await;
        let allowed = owner
            .post("/console/people", &format!("/console/people/{id}/role"), &[("role", "auditor")])
            .await;
        assert_eq!(allowed.status, StatusCode::SEE_OTHER);
    }

    pub async fn disabling_a_person_ends_their_sessions(house: House) {
        let mut owner = house.owner().await;
        let mut engineer = house.person(&mut owner, "engineer", "eng").await;
        assert_eq!(engineer.get("/console/jobs").await.status, StatusCode::OK);
        let id = &ids(&house).await[1];

        let done =
            owner.post("/console/people", &format!("/console/people/{id}/disable"), &[]).await;

        assert_eq!(done.status, StatusCode::SEE_OTHER);
        assert_eq!(engineer.get("/console/jobs").await.status, StatusCode::SEE_OTHER);
        let refused =
            house.visitor().send("/signin", &[("login", "eng"), ("password", PASSWORD)]).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        owner.post("/console/people", &format!("/console/people/{id}/enable"), &[]).await;
        assert_eq!(
            engineer.get("/console/jobs").await.status,
            StatusCode::SEE_OTHER,
            "old sessions stay ended"
        );
        let again =
            house.visitor().send("/signin", &[("login", "eng"), ("password", PASSWORD)]).await;
        assert_eq!(again.location(), "/console");
    }

    pub async fn an_ended_session_is_signed_out(house: House) {
        let mut owner = house.owner().await;
        let mut other = house.visitor();
        other.send("/signin", &[("login", "li@example.com"), ("password", PASSWORD)]).await;
        let page = owner.get("/console/account").await.body;
        let action = between(&page, "action=\"/console/account/sessions/", "\"").unwrap();

        owner.post("/console/account", &format!("/console/account/sessions/{action}"), &[]).await;

        assert_eq!(other.get("/console/jobs").await.status, StatusCode::SEE_OTHER);
        assert_eq!(owner.get("/console/jobs").await.status, StatusCode::OK);
        let kept = owner.cookies.clone();
        assert_eq!(owner.post("/console/account", "/signout", &[]).await.location(), "/signin");
        owner.cookies = kept;
        assert_eq!(
            owner.get("/console/jobs").await.status,
            StatusCode::SEE_OTHER,
            "a kept cookie is useless"
        );
    }

    pub async fn a_new_password_ends_the_other_sessions(house: House) {
        let mut owner = house.owner().await;
        let mut other = house.visitor();
        other.send("/signin", &[("login", "li@example.com"), ("password", PASSWORD)]).await;
        let new = "seven grey geese resting";
        let wrong = owner
            .post(
                "/console/account",
                "/console/account/password",
                &[("current", "nope"), ("password", new)],
            )
            .await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);

        let done = owner
            .post(
                "/console/account",
                "/console/account/password",
                &[("current", PASSWORD), ("password", new)],
            )
            .await;

        assert_eq!(done.status, StatusCode::SEE_OTHER);
        assert_eq!(owner.get("/console/jobs").await.status, StatusCode::OK);
        assert_eq!(other.get("/console/jobs").await.status, StatusCode::SEE_OTHER);
    }

    pub async fn a_second_factor_is_asked_for_and_codes_work_once(house: House) {
        let mut owner = house.owner().await;
        let page = owner.get("/console/account/totp").await.body;
        let secret = between(&page, "<p class=\"secret\">", "<").unwrap();
        let pending = between(&page, "name=\"pending\" value=\"", "\"").unwrap();
        let code = code_of(&secret);
        let fields =
            [("pending", pending.as_str()), ("code", code.as_str()), ("current", PASSWORD)];
        let done = owner.post("/console/account", "/console/account/totp", &fields).await;
        assert_eq!(done.status, StatusCode::OK, "{}", done.body);
        let recovery = between(&done.body, "<ul class=\"codes\"><li>", "<").unwrap();

        let mut visitor = house.visitor();
        let step =
            visitor.send("/signin", &[("login", "li@example.com"), ("password", PASSWORD)]).await;
        assert!(step.location().starts_with("/signin/code"));
        assert_eq!(visitor.get("/console/jobs").await.status, StatusCode::SEE_OTHER);
        let replay = visitor.send("/signin/code", &[("code", &code)]).await;
        assert_eq!(
            replay.status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "the enrolment's code is used up"
        );
        let by_recovery = visitor.send("/signin/code", &[("code", &recovery.to_uppercase())]).await;
        assert_eq!(by_recovery.location(), "/console");
        assert_eq!(visitor.get("/console/jobs").await.status, StatusCode::OK);

        let mut again = house.visitor();
        again.send("/signin", &[("login", "li@example.com"), ("password", PASSWORD)]).await;
        let used = again.send("/signin/code", &[("code", &recovery)]).await;
        assert_eq!(used.status, StatusCode::UNPROCESSABLE_ENTITY, "a recovery code works once");
    }

    fn code_of(secret: &str) -> String {
        let secret = totp_rs::Secret::try_from_base32(secret).unwrap();
        let totp = totp_rs::Builder::new().with_secret(secret).build().unwrap();
        totp.generate((store::now() / 1_000_000) as u64).to_string()
    }

    pub async fn an_invitation_works_once(house: House) {
        let mut owner = house.owner().await;
        let page =
            owner.post("/console/people", "/console/people/invite", &[("role", "engineer")]).await;
        let token = between(&page.body, "/invite/", "<").unwrap();
        let path = format!("/invite/{token}");
        let fields =
            [("name", "Wang"), ("login", "wang"), ("password", PASSWORD), ("lang", "zh-CN")];
        let taken = house
            .visitor()
            .send(&path, &[("name", "W"), ("login", "li@example.com"), ("password", PASSWORD)])
            .await;
        assert_eq!(taken.status, StatusCode::UNPROCESSABLE_ENTITY);

        assert_eq!(house.visitor().send(&path, &fields).await.location(), "/console");

        assert_eq!(house.visitor().get(&path).await.status, StatusCode::NOT_FOUND);
        let page = owner.get("/console/people").await.body;
        assert!(page.contains("Wang") && page.contains("Li Wei"));
        owner.post("/console/people", "/console/people/invite", &[("role", "auditor")]).await;
        let page = owner.get("/console/people").await.body;
        let id = between(&page, "/console/people/invitations/", "/").unwrap();
        owner
            .post("/console/people", &format!("/console/people/invitations/{id}/revoke"), &[])
            .await;
        assert!(!owner.get("/console/people").await.body.contains("Open invitations"));
    }

    pub async fn the_demo_link_signs_in_once(house: House) {
        let link = house.web.demo_link("Lantern Tea 灯下茶铺", "/console/jobs").await.unwrap();
        let path = link.strip_prefix(house.web.base_url()).unwrap().to_owned();
        let mut visitor = house.visitor();

        assert_eq!(visitor.get(&path).await.location(), "/console/jobs");

        assert!(visitor.get("/console/jobs").await.body.contains("Lantern Tea 灯下茶铺"));
        assert_eq!(visitor.get(&path).await.location(), "/console/jobs");
        assert_eq!(house.visitor().get(&path).await.status, StatusCode::NOT_FOUND);
    }

    pub async fn an_api_token_works_until_it_is_revoked(house: House) {
        use axum::{Router, extract::State, response::Response, routing::get};
        async fn hello(token: web::Token, State(_): State<web::Web>) -> Result<String, Response> {
            token.require("map:read")?;
            Ok("hello".into())
        }
        let by = store::Actor::CommandLine;
        let (id, text) =
            house.web.create_token(by.clone(), "ci", &["map:read".into()]).await.unwrap();
        let (_, other) =
            house.web.create_token(by.clone(), "other", &["scan".into()]).await.unwrap();
        let api = Router::new().route("/v1/hello", get(hello)).with_state(house.web.clone());
        let app = web::finish(house.web.clone(), api);
        let mut visitor = House { web: house.web.clone(), app }.visitor();
        // Another server on the same database believes a token for less than a second.
        let elsewhere = web::Web::open(house.web.store().clone(), web::WebConfig::default());
        let elsewhere = elsewhere.await.unwrap();
        let api = Router::new().route("/v1/hello", get(hello)).with_state(elsewhere.clone());
        let app = web::finish(elsewhere.clone(), api);
        let mut there = House { web: elsewhere, app }.visitor();
        let mut ask_there = async |token: &str| {
            let request =
                Request::get("/v1/hello").header("authorization", format!("Bearer {token}"));
            there.ask(request.body(Body::empty()).unwrap()).await
        };
        let mut ask = async |token: &str| {
            let request =
                Request::get("/v1/hello").header("authorization", format!("Bearer {token}"));
            visitor.ask(request.body(Body::empty()).unwrap()).await
        };

        assert_eq!(ask(&text).await.body, "hello");
        assert_eq!(ask_there(&text).await.body, "hello");
        assert_eq!(ask(&other).await.status, StatusCode::FORBIDDEN);
        let refused = ask("pvt_nonsense").await;
        assert_eq!(refused.status, StatusCode::UNAUTHORIZED);
        assert_eq!(refused.headers["content-type"], "application/problem+json");
        assert!(house.web.list_tokens().await.unwrap().iter().any(|token| token.used_at > 0));
        assert!(house.web.revoke_token(by.clone(), &id).await.unwrap());
        assert!(!house.web.revoke_token(by, &id).await.unwrap());
        let revoked = std::time::Instant::now();
        assert_eq!(ask(&text).await.status, StatusCode::UNAUTHORIZED);
        while ask_there(&text).await.status != StatusCode::UNAUTHORIZED {
            assert!(revoked.elapsed() < std::time::Duration::from_secs(1));
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    }

    pub async fn names_are_stored_sealed_and_failures_are_in_the_ledger(house: House) {
        house.owner().await;
        house
            .visitor()
            .send("/signin", &[("login", "li@example.com"), ("password", "nope nope nope")])
            .await;
        let row = sqlx::query("SELECT name_sealed, login_sealed, login_index FROM web_user")
            .fetch_one(house.web.store().reader())
            .await
            .unwrap();
        for at in 0..3 {
            let cell: String = row.get(at);
            assert!(!cell.contains("Li Wei") && !cell.contains("li@example.com"), "{cell}");
        }
        let rows = sqlx::query("SELECT actor, action, object_id FROM ledger_entry ORDER BY seq")
            .fetch_all(house.web.store().reader())
            .await
            .unwrap();
        let mut actions: Vec<String> = rows.iter().map(|row| row.get(1)).collect();
        actions.retain(|action| action != "schema.migrated");
        assert_eq!(actions, ["link.created", "user.created", "session.started", "signin.failed"]);
        for row in rows {
            let (actor, object): (String, String) = (row.get(0), row.get(2));
            assert!(!actor.contains("li@") && !object.contains("li@"));
        }
    }

    pub async fn colours_are_kept(house: House) {
        let mut owner = house.owner().await;
        owner
            .post(
                "/console/account",
                "/preferences",
                &[("theme", "dark"), ("back", "/console/account")],
            )
            .await;
        assert!(owner.get("/console/account").await.body.contains("data-theme=\"dark\""));
    }
}
