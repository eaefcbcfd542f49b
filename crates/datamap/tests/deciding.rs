//! Decisions, undo, search and counts.
#![allow(clippy::unwrap_used, clippy::expect_used)] // A failure is the test's answer.

#[macro_use]
mod support;

use datamap::{
    DataMap,
    map::{Decision, FieldFilter, Scope},
};
use support::{SHOP, me, scan, sqlite, sqlite_draft};

async fn scanned(map: &DataMap) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("shop.db");
    sqlite(&file, SHOP).await;
    let source = map.create_source(me(), &sqlite_draft(&file)).await.unwrap();
    scan(map, &source.id).await;
    dir
}

async fn a_bulk_decision_can_be_taken_back(map: DataMap) {
    let _dir = scanned(&map).await;
    let personal = FieldFilter::default();
    let ids = map.field_ids(&personal, 100).await.unwrap();
    assert!(ids.len() >= 3);

    let decided = map.decide(me(), &ids, &Decision::Dismiss, "").await.unwrap();
    assert_eq!(decided.fields as usize, ids.len());
    assert_eq!(map.fields(&personal, "", 50, 0).await.unwrap().total, 0);

    let back = map.undo_decision(me(), &decided.undo).await.unwrap();
    assert_eq!(back as usize, ids.len());
    assert_eq!(map.field_ids(&personal, 100).await.unwrap(), ids);
    assert!(map.undo_decision(me(), &decided.undo).await.is_err(), "once only");
}

async fn undo_leaves_alone_what_was_decided_anew(map: DataMap) {
    let _dir = scanned(&map).await;
    let ids = map.field_ids(&FieldFilter::default(), 100).await.unwrap();
    let first = map.decide(me(), &ids, &Decision::Dismiss, "").await.unwrap();
    map.decide(me(), &ids[..1], &Decision::Confirm, "").await.unwrap();

    let back = map.undo_decision(me(), &first.undo).await.unwrap();

    assert_eq!(back as usize, ids.len() - 1);
    assert_eq!(map.field(&ids[0]).await.unwrap().field.decision, "confirmed");
}

async fn a_correction_names_a_known_category(map: DataMap) {
    let _dir = scanned(&map).await;
    let ids = map.field_ids(&FieldFilter::default(), 1).await.unwrap();
    let nonsense = Decision::Correct { category: "no.such".into(), sensitivity: String::new() };
    assert!(map.decide(me(), &ids, &nonsense, "").await.is_err());
    assert_eq!(map.field(&ids[0]).await.unwrap().field.decision, "");
}

async fn questions_are_answered_in_both_languages(map: DataMap) {
    let _dir = scanned(&map).await;
    for question in ["where do we keep phone numbers?", "手机号在哪里", "手机"] {
        let list = map.fields(&FieldFilter::default(), question, 50, 0).await.unwrap();
        let answer = list.answer.unwrap_or_else(|| panic!("{question} was not understood"));
        assert_eq!((answer.fields, answer.systems), (1, 1), "{question}");
        assert_eq!(answer.groups[0].source_name, "Shop");
        assert_eq!(list.rows[0].name, "phone");
    }
    let words = map
        .fields(&FieldFilter { scope: Scope::All, ..FieldFilter::default() }, "stat", 50, 0)
        .await
        .unwrap();
    assert_eq!(words.rows.iter().map(|f| f.name.as_str()).collect::<Vec<_>>(), ["status"]);
    let percent = map
        .fields(&FieldFilter { scope: Scope::All, ..FieldFilter::default() }, "%", 50, 0)
        .await
        .unwrap();
    assert!(percent.rows.is_empty());
}

async fn counts_follow_the_filter_and_every_change(map: DataMap) {
    let _dir = scanned(&map).await;
    let all = FieldFilter { scope: Scope::All, ..FieldFilter::default() };
    let plain = FieldFilter { scope: Scope::Plain, ..FieldFilter::default() };
    let summary = map.summary().await.unwrap();
    let personal = summary.count(&FieldFilter::default());
    assert_eq!(summary.count(&all), 9);
    assert_eq!(personal + summary.count(&plain), 9);
    let one = map.field_ids(&FieldFilter::default(), 1).await.unwrap();
    map.decide(me(), &one, &Decision::Dismiss, "").await.unwrap();
    assert_eq!(map.summary().await.unwrap().count(&FieldFilter::default()), personal - 1);
    let listed = map.fields(&FieldFilter::default(), "", 2, 0).await.unwrap();
    assert_eq!((listed.total, listed.rows.len()), (personal - 1, 2));
}

async fn whose_data_a_store_holds_can_be_said(map: DataMap) {
    let _dir = scanned(&map).await;
    let row = &map.fields(&FieldFilter::default(), "", 1, 0).await.unwrap().rows[0];
    map.decide_people(me(), &row.store_id, "employees").await.unwrap();
    let filter = FieldFilter { people: "employees".into(), ..FieldFilter::default() };
    assert!(map.fields(&filter, "", 10, 0).await.unwrap().total > 0);
    assert!(map.decide_people(me(), &row.store_id, "martians").await.is_err());
}

on_both_engines!(
    a_bulk_decision_can_be_taken_back,
    undo_leaves_alone_what_was_decided_anew,
    a_correction_names_a_known_category,
    questions_are_answered_in_both_languages,
    counts_follow_the_filter_and_every_change,
    whose_data_a_store_holds_can_be_said,
);
