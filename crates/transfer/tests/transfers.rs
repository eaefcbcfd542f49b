//! Transfers from a real map, on both engines, and their pages.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use axum::http::StatusCode;
use consent::Consent;
use datamap::{
    DataMap,
    flows::FlowDraft,
    systems::{RecipientDraft, SystemDraft},
};
use regime::{Regimes, today};
use store::Actor;
use transfer::{Needs, Note, Transfers, Verdict};
use web::{Web, WebConfig, testing::reader::Reader};

struct House {
    web: Web,
    map: DataMap,
    transfers: Transfers,
}

fn me() -> Actor {
    Actor::Person("tester".into())
}

async fn open(postgres: bool) -> (House, store::testing::TestGuard) {
    let (store, guard) = if postgres {
        store::testing::temp_postgres().await
    } else {
        store::testing::temp_sqlite().await
    };
    let web = Web::open(store.clone(), WebConfig::default()).await.unwrap();
    let map = DataMap::open(store.clone()).await.unwrap();
    let consent = Consent::open(store.clone(), consent::Settings::default()).await.unwrap();
    let regimes = Regimes::open(store.clone(), consent, map.clone()).await.unwrap();
    let transfers = Transfers::open(store, map.clone(), regimes).await.unwrap();
    (House { web, map, transfers }, guard)
}

/// A system somewhere that sends e-mail addresses to a recipient somewhere; the transfer's key.
async fn sends(map: &DataMap, from: &str, to: &str, safeguard: &str) -> String {
    let system = SystemDraft {
        name: format!("Shop {from}"),
        country: from.into(),
        ..SystemDraft::default()
    };
    let system = map.create_system(me(), &system).await.unwrap();
    let recipient = RecipientDraft {
        name: format!("Mailer {to}"),
        kind: "processor".into(),
        country: to.into(),
        safeguard: safeguard.into(),
        ..RecipientDraft::default()
    };
    let recipient = map.create_recipient(me(), &recipient).await.unwrap();
    let (from_end, to_end) = (format!("system:{system}"), format!("recipient:{recipient}"));
    let key = format!("{from_end}>{to_end}");
    let categories = vec!["contact.email".to_owned()];
    let flow = FlowDraft { from_end, to_end, categories, description: String::new() };
    map.declare_flow(me(), &flow).await.unwrap();
    key
}

async fn a_flow_over_a_border_is_found_and_judged(house: House) {
    let missing = sends(&house.map, "IE", "CN", "").await;
    let covered = sends(&house.map, "DE", "US", "scc").await;
    let inside = sends(&house.map, "FR", "DE", "").await;
    sends(&house.map, "IE", "", "").await;

    let report = house.transfers.report(today()).await.unwrap();

    let verdict = |key: &str| &report.find(key).unwrap().1[0].1;
    assert!(matches!(verdict(&missing), Verdict::Missing(_)));
    assert!(matches!(verdict(&covered), Verdict::Adequate(_) | Verdict::Tool { .. }));
    assert!(report.find(&inside).unwrap().1.is_empty());
    assert_eq!((report.open(), report.unplaced.len()), (1, 1));
    assert!(report.route.is_none(), "nothing leaves mainland China");
}

async fn a_better_count_changes_the_route_and_is_sealed_with_its_reason(house: House) {
    let key = sends(&house.map, "CN", "IE", "pipl_standard_contract").await;
    let needs = async || house.transfers.report(today()).await.unwrap().route.unwrap().needs;
    assert_eq!(needs().await, Needs::Nothing);

    let note = Note {
        people: Some(150_000),
        reason: "counted by the data team".into(),
        ..Note::default()
    };
    house.transfers.note(me(), &key, &note).await.unwrap();
    house.transfers.note(me(), &key, &note).await.unwrap();

    assert_eq!(needs().await, Needs::Contract);
    let report = house.transfers.report(today()).await.unwrap();
    assert!(matches!(report.find(&key).unwrap().1[0].1, Verdict::Tool { assessed: false, .. }));
    let one = |sql: &'static str| {
        let reader = house.transfers.store().reader();
        async move { sqlx::query_scalar::<_, String>(sql).fetch_one(reader).await.unwrap() }
    };
    let kept = one("SELECT body_sealed FROM transfer_note").await;
    assert!(!kept.contains("150000") && !kept.contains("data team"));
    let entries =
        one("SELECT CAST(COUNT(*) AS TEXT) FROM ledger_entry WHERE action = 'transfer.noted'");
    assert_eq!(entries.await, "1");
}

async fn the_pages_ask_for_a_reason_and_keep_what_was_typed(house: House) {
    let key = sends(&house.map, "CN", "IE", "").await;
    for lang in ["en", "zh-CN"] {
        let rooms = transfer::router(house.web.clone(), house.transfers.clone());
        let web = house.web.clone().with_nav(transfer::nav());
        let mut reader = Reader::open(web, rooms, "/console/transfers", lang, "owner").await;
        let list = reader.page("/console/transfers").await;
        assert!(list.contains("Mailer IE") && list.contains("<svg class=\"transfer-picture\""));
        let page = format!("/console/transfers/{}", key.replace('>', "%3E"));

        let fields = [("exempt", "exempt.contract"), ("assessment", "TIA-7")];
        let refused = reader.post(&page, &page, &fields).await;

        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", refused.text);
        assert!(refused.text.contains("TIA-7") && refused.text.contains("f-reason"));
        let fields = [("exempt", "exempt.contract"), ("assessment", "TIA-7"), ("reason", "orders")];
        let saved = reader.post(&page, &page, &fields).await;
        assert_eq!(saved.status, StatusCode::SEE_OTHER);
        assert!(reader.page(&page).await.contains("TIA-7"));
        assert_eq!(reader.get("/console/transfers/system:x").await.status, StatusCode::NOT_FOUND);
    }
}

macro_rules! on_both_engines {
    ($($name:ident),* $(,)?) => {
        mod on_sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                let (house, _guard) = super::open(false).await;
                super::$name(house).await;
            })*
        }
        mod on_postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                let (house, _guard) = super::open(true).await;
                super::$name(house).await;
            })*
        }
    };
}

on_both_engines!(
    a_flow_over_a_border_is_found_and_judged,
    a_better_count_changes_the_route_and_is_sealed_with_its_reason,
    the_pages_ask_for_a_reason_and_keep_what_was_typed,
);
