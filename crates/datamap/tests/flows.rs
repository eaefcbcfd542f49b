//! Flows: discovered between really scanned files, decided, drawn.

#![allow(clippy::unwrap_used)]

#[macro_use]
mod support;

use datamap::DataMap;
use datamap::flows::{FlowDecision, FlowDraft, FlowRow};
use datamap::sources::{OriginDraft, SourceDraft, SystemChoice};
use datamap::systems::{RecipientDraft, SystemDraft};
use support::{me, scan, sqlite, sqlite_draft};

/// A table of people numbered from `first` to `last`.
fn people(table: &str, first: u32, last: u32) -> String {
    format!(
        "CREATE TABLE {table} (id INTEGER PRIMARY KEY, email TEXT, mobile TEXT, created_at TEXT);
         WITH RECURSIVE n (i) AS (SELECT {first} UNION ALL SELECT i + 1 FROM n WHERE i < {last})
         INSERT INTO {table} SELECT i - {first} + 1, 'guest' || i || '@example.org',
           '138' || substr('00000000' || (i * 7919), -8), '2024-01-' || substr('0' || (i % 28 + 1), -2) FROM n;"
    )
}

async fn source(map: &DataMap, dir: &tempfile::TempDir, system: &str, sql: &str) -> String {
    let file = dir.path().join(format!("{}.db", system.to_lowercase()));
    sqlite(&file, sql).await;
    let draft = SourceDraft {
        name: format!("{system} database"),
        system: SystemChoice::New(system.into()),
        ..sqlite_draft(&file)
    };
    let source = map.create_source(me(), &draft).await.unwrap();
    let done = scan(map, &source.id).await;
    assert_eq!(done.state, "finished");
    source.id
}

async fn discovered(map: &DataMap) -> Vec<FlowRow> {
    let rows = map.flows_in_state("active").await.unwrap();
    rows.into_iter().filter(|row| row.found == "discovered").collect()
}

async fn entries(map: &DataMap, action: &str) -> i64 {
    let (n,): (i64,) = sqlx::query_as("SELECT COUNT(*) FROM ledger_entry WHERE action = $1")
        .bind(action)
        .fetch_one(map.store().reader())
        .await
        .unwrap();
    n
}

async fn equal_values_in_two_systems_are_a_flow(map: DataMap) {
    let dir = tempfile::tempdir().unwrap();
    source(&map, &dir, "Shop", &people("customers", 1, 600)).await;
    source(&map, &dir, "Warehouse", "CREATE TABLE bins (id INTEGER PRIMARY KEY, code TEXT);").await;
    source(&map, &dir, "Newsletter", &people("subscribers", 101, 350)).await;

    let flows = discovered(&map).await;
    let picture = map.picture().await.unwrap();

    assert_eq!(flows.len(), 1);
    let evidence = flows[0].evidence();
    assert_eq!(evidence.direction, "superset");
    assert!(
        flows[0].confidence > 0.8 && flows[0].categories().contains(&"contact.email".to_owned())
    );
    let edge = &picture.edges[0];
    assert_eq!(picture.nodes[edge.from].name, "Shop");
    assert_eq!(picture.nodes[edge.to].name, "Newsletter");
    assert!(evidence.pairs[0].a_path.starts_with("Shop database › customers"));
    assert!(!flows[0].evidence.contains("guest") && !flows[0].evidence.contains("example.org"));
}

async fn scanning_again_changes_nothing_and_writes_nothing(map: DataMap) {
    let dir = tempfile::tempdir().unwrap();
    let shop = source(&map, &dir, "Shop", &people("customers", 1, 300)).await;
    source(&map, &dir, "Crm", &people("contacts", 1, 300)).await;
    let before = discovered(&map).await;

    scan(&map, &shop).await;

    assert_eq!(discovered(&map).await, before);
    assert_eq!(entries(&map, "flow.discovered").await, 1);
    assert_eq!(entries(&map, "flow.evidence_changed").await, 0);
}

async fn people_decide_and_later_scans_obey(map: DataMap) {
    let dir = tempfile::tempdir().unwrap();
    let shop = source(&map, &dir, "Shop", &people("customers", 1, 300)).await;
    source(&map, &dir, "Crm", &people("contacts", 1, 300)).await;
    let ids = vec![discovered(&map).await[0].id.clone()];

    let dismissed = map.decide_flows(me(), &ids, FlowDecision::Dismiss).await.unwrap();
    scan(&map, &shop).await;
    assert_eq!((dismissed, discovered(&map).await.len()), (1, 0));
    assert_eq!(map.dismissed_picture().await.unwrap().edges.len(), 1);

    map.decide_flows(me(), &ids, FlowDecision::Reopen).await.unwrap();
    assert_eq!(discovered(&map).await.len(), 1);

    map.decide_flows(me(), &ids, FlowDecision::Confirm).await.unwrap();
    scan(&map, &shop).await;
    let rows = map.flows_in_state("active").await.unwrap();
    assert_eq!(rows.len(), 1);
    assert!(rows[0].is_confirmed());
    assert_eq!(map.decide_flows(me(), &ids, FlowDecision::Confirm).await.unwrap(), 0);
    assert_eq!(entries(&map, "flow.confirmed").await, 1);
}

async fn what_is_not_found_again_grows_stale_once(map: DataMap) {
    let dir = tempfile::tempdir().unwrap();
    let shop = source(&map, &dir, "Shop", &people("customers", 1, 300)).await;
    source(&map, &dir, "Crm", &people("contacts", 1, 300)).await;
    let sure = discovered(&map).await[0].confidence;
    sqlite(&dir.path().join("shop.db"), "DELETE FROM customers;").await;

    scan(&map, &shop).await;
    scan(&map, &shop).await;

    let row = &discovered(&map).await[0];
    assert!(row.evidence().stale && (row.confidence - sure / 2.0).abs() < 0.01);
    assert_eq!(entries(&map, "flow.not_found_again").await, 1);
    assert!(map.picture().await.unwrap().edges[0].stale);
}

async fn origins_decide_the_direction_and_stand_in_the_picture(map: DataMap) {
    let dir = tempfile::tempdir().unwrap();
    source(&map, &dir, "Shop", &people("customers", 1, 300)).await;
    let crm = source(&map, &dir, "Crm", &people("contacts", 1, 300)).await;
    let app = OriginDraft { touchpoint: "app".into(), ..OriginDraft::default() };
    map.add_origin(me(), &crm, &app).await.unwrap();

    scan(&map, &crm).await;

    let picture = map.picture().await.unwrap();
    let name = |at: usize| picture.nodes[at].name.as_str();
    let arrows: Vec<(&str, &str)> =
        picture.edges.iter().map(|e| (name(e.from), name(e.to))).collect();
    assert!(arrows.contains(&("app", "Crm")) && arrows.contains(&("Crm", "Shop")), "{arrows:?}");
    assert_eq!(discovered(&map).await[0].evidence().direction, "origin");
}

async fn declared_flows_name_their_ends_and_replace_a_discovery(map: DataMap) {
    let dir = tempfile::tempdir().unwrap();
    let shop = map
        .create_system(me(), &SystemDraft { name: "Shop".into(), ..SystemDraft::default() })
        .await
        .unwrap();
    let crm = map
        .create_system(me(), &SystemDraft { name: "Crm".into(), ..SystemDraft::default() })
        .await
        .unwrap();
    let mail = RecipientDraft {
        name: "Mailer".into(),
        kind: "processor".into(),
        country: "us".into(),
        ..RecipientDraft::default()
    };
    let mail = map.create_recipient(me(), &mail).await.unwrap();
    let flow = |from: &str, to: &str| FlowDraft {
        from_end: from.into(),
        to_end: to.into(),
        ..FlowDraft::default()
    };
    let (shop_end, crm_end) = (format!("system:{shop}"), format!("system:{crm}"));

    let id = map.declare_flow(me(), &flow(&shop_end, &crm_end)).await.unwrap();
    map.declare_flow(me(), &flow(&crm_end, &format!("recipient:{mail}"))).await.unwrap();
    for (from, to) in [
        (&shop_end, &shop_end),
        (&crm_end, &"system:nobody".to_owned()),
        (&format!("recipient:{mail}"), &shop_end),
    ] {
        assert!(map.declare_flow(me(), &flow(from, to)).await.is_err());
    }
    source(&map, &dir, "Shop", &people("customers", 1, 300)).await;
    source(&map, &dir, "Crm", &people("contacts", 1, 300)).await;

    assert_eq!(discovered(&map).await.len(), 0);
    let picture = map.picture().await.unwrap();
    let edge = picture.edges.iter().find(|e| e.id == id).unwrap();
    assert!(
        edge.categories.contains(&"contact.email".to_owned()),
        "computed from what the shop holds"
    );
    assert!(map.delete_system(me(), &shop).await.is_err(), "a source belongs to it");
    map.delete_flow(me(), &id).await.unwrap();
    map.delete_recipient(me(), &mail).await.unwrap();
    assert!(map.picture().await.unwrap().edges.is_empty());
}

on_both_engines!(
    equal_values_in_two_systems_are_a_flow,
    scanning_again_changes_nothing_and_writes_nothing,
    people_decide_and_later_scans_obey,
    what_is_not_found_again_grows_stale_once,
    origins_decide_the_direction_and_stand_in_the_picture,
    declared_flows_name_their_ends_and_replace_a_discovery,
);
