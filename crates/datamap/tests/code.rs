//! Privacy as code through its face, on both engines.
#![allow(clippy::unwrap_used)] // Helpers of tests are not in a test function.

use std::collections::BTreeMap;

use datamap::{
    DataMap,
    code::{self, CodeError, Files, Kind, PlanOptions, Verb, Wrong},
};
use store::{Actor, Store};

const ACTOR: Actor = Actor::CommandLine;

/// Runs each test on SQLite and on PostgreSQL.
macro_rules! both {
    ($($name:ident),* $(,)?) => {
        mod on_sqlite {
            $(#[tokio::test]
            async fn $name() {
                let (store, _guard) = store::testing::temp_sqlite().await;
                super::$name(super::open(store).await).await;
            })*
        }
        mod on_postgres {
            $(#[tokio::test]
            async fn $name() {
                let (store, _guard) = store::testing::temp_postgres().await;
                super::$name(super::open(store).await).await;
            })*
        }
    };
}

both!(
    applying_twice_changes_nothing_the_second_time,
    exporting_and_applying_is_a_no_op_here_and_rebuilds_the_map_elsewhere,
    a_change_is_shown_field_by_field_and_gets_its_ledger_entry,
    nothing_is_deleted_without_prune_and_only_kinds_with_a_file_with_it,
    pruning_what_is_still_used_is_refused,
    everything_goes_with_prune_in_one_transaction,
    a_plan_that_the_map_has_outrun_is_refused,
    a_decision_on_a_field_no_scan_has_seen_waits_on_the_map,
);

async fn open(store: Store) -> DataMap {
    DataMap::open(store).await.unwrap()
}

fn files(texts: &[(&str, &str)]) -> Files {
    Files::parse(parse_texts(texts)).unwrap()
}

fn parse_texts(texts: &[(&str, &str)]) -> BTreeMap<String, String> {
    texts.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
}

const SYSTEMS: &str = "privet: 1\nsystems:\n  shop:\n    name: 网上商城\n    country: CN\n    purpose: Sells tea\n  crm:\n    name: CRM\n    owner: Sales\n";
const RECIPIENTS: &str = "privet: 1\nrecipients:\n  mailer:\n    name: 'Mailer: the \"best\"'\n    kind: processor\n    country: US\n    safeguard: scc\n";
const SOURCES: &str = "privet: 1\nsources:\n  shop-db:\n    name: Shop database\n    system: shop\n    kind: declared\n    address: shop\n    origins:\n    - kind: direct\n      touchpoint: registration form\n    stores:\n      users:\n        comment: people\n        fields:\n        - name: id\n          type: integer\n          primary_key: true\n        - name: email\n          type: text\n        links:\n        - columns: [id]\n          store: users\n          references: [id]\n";
const FLOWS: &str = "privet: 1\nflows:\n  to-mailer:\n    from: system:shop\n    to: recipient:mailer\n    categories: [contact.email]\n  sign-up:\n    from: origin:shop-db/registration form\n    to: system:crm\n";
const ACTIVITIES: &str = "privet: 1\nactivities:\n  newsletter:\n    name: Newsletter\n    purpose: |\n      Tell people about tea.\n      Twice a month.\n    legal_basis:\n      gdpr: consent\n      pipl: consent\n    systems: [shop, crm]\n    recipients: [mailer]\n";
const DECISIONS: &str = "privet: 1\ndecisions:\n  shop-db:\n    users:\n      people: customers\n      fields:\n        email:\n          decision: corrected\n          category: contact.email\n          note: looked at it\n        id:\n          decision: dismissed\n";
const ORGANISATION: &str =
    "privet: 1\norganisation:\n  name: Lantern Tea 灯下茶铺\n  contact: 1 Harbour Road\n";

const ALL: [(&str, &str); 7] = [
    ("organisation.yaml", ORGANISATION),
    ("systems.yaml", SYSTEMS),
    ("recipients.yaml", RECIPIENTS),
    ("sources.yaml", SOURCES),
    ("flows.yaml", FLOWS),
    ("activities.yaml", ACTIVITIES),
    ("decisions.yaml", DECISIONS),
];

async fn fill(map: &DataMap) -> usize {
    let plan = code::plan(map, &files(&ALL), PlanOptions::default()).await.unwrap();
    code::apply(map, &plan, ACTOR).await.unwrap()
}

async fn applying_twice_changes_nothing_the_second_time(map: DataMap) {
    let changed = fill(&map).await;
    assert_eq!(changed, 11);

    let again = code::plan(&map, &files(&ALL), PlanOptions::default()).await.unwrap();

    assert!(again.is_empty(), "{again}");
    assert_eq!(again.to_string(), "Nothing to change: the map is as the files say.");
}

async fn exporting_and_applying_is_a_no_op_here_and_rebuilds_the_map_elsewhere(map: DataMap) {
    fill(&map).await;
    let dir = tempfile::tempdir().unwrap();

    let names = code::export(&map, dir.path()).await.unwrap();
    let here =
        code::plan_dir(&map, dir.path(), PlanOptions { prune: true, secrets: true }).await.unwrap();

    assert_eq!(names.len(), 7);
    assert!(here.is_empty(), "{here}");
    let (store, _guard) = store::testing::temp_sqlite().await;
    let other = open(store).await;
    let there = code::plan_dir(&other, dir.path(), PlanOptions::default()).await.unwrap();
    code::apply(&other, &there, ACTOR).await.unwrap();
    assert_eq!(code::documents(&other).await.unwrap(), code::documents(&map).await.unwrap());
}

async fn a_change_is_shown_field_by_field_and_gets_its_ledger_entry(map: DataMap) {
    fill(&map).await;
    let text = SYSTEMS.replace("owner: Sales", "owner: Service\n    country: DE");

    let plan =
        code::plan(&map, &files(&[("systems.yaml", &text)]), PlanOptions::default()).await.unwrap();
    let shown = plan.to_string();
    code::apply(&map, &plan, ACTOR).await.unwrap();

    assert_eq!(plan.count(Verb::Change), 1);
    assert!(
        shown.contains("~ system crm\n    country: – → DE\n    owner: Sales → Service\n"),
        "{shown}"
    );
    assert_eq!(map.systems_by_name().await.unwrap()[0].owner, "Service");
}

async fn nothing_is_deleted_without_prune_and_only_kinds_with_a_file_with_it(map: DataMap) {
    fill(&map).await;
    let flows = files(&[("flows.yaml", "privet: 1\n")]);

    let kept = code::plan(&map, &flows, PlanOptions::default()).await.unwrap();
    let pruned =
        code::plan(&map, &flows, PlanOptions { prune: true, secrets: false }).await.unwrap();
    code::apply(&map, &pruned, ACTOR).await.unwrap();

    assert!(kept.is_empty());
    assert_eq!(kept.notes.len(), 1);
    assert_eq!(pruned.count(Verb::Delete), 2);
    assert!(pruned.changes.iter().all(|change| change.kind == Kind::Flow));
    assert!(code::documents(&map).await.unwrap().flows.unwrap().is_empty());
    assert_eq!(map.systems_by_name().await.unwrap().len(), 2);
}

async fn pruning_what_is_still_used_is_refused(map: DataMap) {
    fill(&map).await;

    let error = code::plan(
        &map,
        &files(&[("systems.yaml", "privet: 1\nsystems:\n")]),
        PlanOptions { prune: true, secrets: false },
    )
    .await
    .unwrap_err();

    let CodeError::Problems(problems) = error else { panic!("{error}") };
    assert!(problems.iter().all(|problem| matches!(problem.wrong, Wrong::StillUsed { .. })));
    assert!(!problems.is_empty());
}

async fn everything_goes_with_prune_in_one_transaction(map: DataMap) {
    fill(&map).await;

    let plan = code::plan(&map, &files(&FILES_EMPTY), PlanOptions { prune: true, secrets: false })
        .await
        .unwrap();
    code::apply(&map, &plan, ACTOR).await.unwrap();

    let left = code::documents(&map).await.unwrap();
    assert!(left.systems.unwrap().is_empty());
    assert!(left.sources.unwrap().is_empty());
    assert!(left.decisions.unwrap().is_empty());
}

const FILES_EMPTY: [(&str, &str); 6] = [
    ("systems.yaml", "privet: 1\n"),
    ("recipients.yaml", "privet: 1\n"),
    ("sources.yaml", "privet: 1\n"),
    ("flows.yaml", "privet: 1\n"),
    ("activities.yaml", "privet: 1\n"),
    ("decisions.yaml", "privet: 1\n"),
];

async fn a_plan_that_the_map_has_outrun_is_refused(map: DataMap) {
    fill(&map).await;
    let text = SYSTEMS.replace("Sales", "Service");
    let old =
        code::plan(&map, &files(&[("systems.yaml", &text)]), PlanOptions::default()).await.unwrap();
    let text = SYSTEMS.replace("Sales", "Board");
    let new =
        code::plan(&map, &files(&[("systems.yaml", &text)]), PlanOptions::default()).await.unwrap();
    code::apply(&map, &new, ACTOR).await.unwrap();

    let error = code::apply(&map, &old, ACTOR).await.unwrap_err();

    assert!(matches!(error, CodeError::Stale), "{error}");
    assert_eq!(map.systems_by_name().await.unwrap()[0].owner, "Board");
}

async fn a_decision_on_a_field_no_scan_has_seen_waits_on_the_map(map: DataMap) {
    let sources = "privet: 1\nsources:\n  s:\n    name: S\n    kind: sqlite\n    address: sqlite:/tmp/never-there.db\n";
    let decisions = "privet: 1\ndecisions:\n  s:\n    t:\n      fields:\n        tel:\n          decision: corrected\n          category: contact.phone\n";
    let files = files(&[("sources.yaml", sources), ("decisions.yaml", decisions)]);

    let plan = code::plan(&map, &files, PlanOptions::default()).await.unwrap();
    code::apply(&map, &plan, ACTOR).await.unwrap();
    let again = code::plan(&map, &files, PlanOptions::default()).await.unwrap();

    assert!(again.is_empty(), "{again}");
}

#[tokio::test]
async fn passwords_come_from_the_environment_or_a_file_and_are_never_exported() {
    let (store, _guard) = store::testing::temp_sqlite().await;
    let map = open(store).await;
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("password");
    std::fs::write(&file, "geheim\n").unwrap();
    let text = format!(
        "privet: 1\nsources:\n  db:\n    name: DB\n    kind: postgres\n    address: postgres://reader@db.internal/shop\n    password_from: file:{}\n",
        file.display()
    );
    let files = files(&[("sources.yaml", &text)]);
    let options = PlanOptions { prune: false, secrets: true };

    let refused = code::plan(&map, &files, PlanOptions::default()).await.unwrap_err();
    let plan = code::plan(&map, &files, options).await.unwrap();
    code::apply(&map, &plan, ACTOR).await.unwrap();
    let again = code::plan(&map, &files, options).await.unwrap();

    assert!(refused.to_string().contains("sources.yaml:7"), "{refused}");
    assert!(!plan.to_string().contains("geheim"));
    assert!(again.is_empty(), "{again}");
    let exported = code::documents(&map).await.unwrap().texts().unwrap();
    assert!(!exported["sources.yaml"].contains("geheim"));
    let moved = text.replace("db.internal", "elsewhere").replace("    password_from", "    # ");
    let plan = code::plan(&map, &self::files(&[("sources.yaml", &moved)]), options).await.unwrap();
    assert!(plan.to_string().contains("password: (stored) → –"), "{plan}");
}

async fn problems(texts: &[(&str, &str)]) -> String {
    let (store, _guard) = store::testing::temp_sqlite().await;
    let map = open(store).await;
    match Files::parse(parse_texts(texts)) {
        Err(error) => error.to_string(),
        Ok(files) => {
            code::plan(&map, &files, PlanOptions::default()).await.unwrap_err().to_string()
        }
    }
}

#[tokio::test]
async fn an_unknown_key_is_refused_with_its_line_and_the_word_that_was_meant() {
    let told = problems(&[("systems.yaml", "privet: 1\nsystems:\n  crm:\n    nmae: CRM\n")]).await;
    assert!(
        told.starts_with("systems.yaml:4:5: unknown key `nmae`; did you mean `name`?"),
        "{told}"
    );
}

#[tokio::test]
async fn wrong_values_and_references_are_all_told_at_once_with_their_lines() {
    let told = problems(&[
        ("recipients.yaml", "privet: 1\nrecipients:\n  m:\n    name: M\n    kind: procesor\n    country: XX\n"),
        ("activities.yaml", "privet: 1\nactivities:\n  a:\n    name: A\n    systems: [shpo]\n    categories:\n    - contact.emial\n    legal_basis:\n      pipl: legitimate_interests\n"),
        ("systems.yaml", "privet: 1\nsystems:\n  shop:\n    name: Shop\n"),
    ])
    .await;
    for expected in [
        "recipients.yaml:5: `procesor` is no kind of recipient; did you mean `processor`?",
        "recipients.yaml:6: `XX` is no country code",
        "activities.yaml:5: there is no system `shpo`; did you mean `shop`?",
        "activities.yaml:6: `contact.emial` is no category; did you mean `contact.email`?",
        "activities.yaml:9: `legitimate_interests` is no legal basis of this regime",
    ] {
        assert!(told.contains(expected), "{expected}\nnot in\n{told}");
    }
}

#[tokio::test]
async fn headers_duplicates_and_broken_yaml_are_told_with_their_place() {
    let none = problems(&[("systems.yaml", "systems: {}\n")]).await;
    assert!(
        none.contains("systems.yaml:1:1: the file must begin with the header `privet: 1`"),
        "{none}"
    );
    let newer = problems(&[("systems.yaml", "privet: 2\nsystems: {}\n")]).await;
    assert!(newer.contains("this version of Privet reads files with `privet: 1`"), "{newer}");
    let twice =
        problems(&[("systems.yaml", "privet: 1\nsystems:\n  a: {name: A}\n  a: {name: B}\n")])
            .await;
    assert!(twice.contains("systems.yaml:4"), "{twice}");
    assert!(twice.contains("`a` is given twice"), "{twice}");
    let broken = problems(&[("systems.yaml", "privet: 1\nsystems:\n  a: [\n")]).await;
    assert!(broken.starts_with("systems.yaml:"), "{broken}");
    let empty = problems(&[("systems.yaml", "")]).await;
    assert!(empty.contains("header"), "{empty}");
    let bomb = "privet: 1\na: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: &f [*e,*e,*e,*e,*e,*e,*e,*e,*e]\ng: &g [*f,*f,*f,*f,*f,*f,*f,*f,*f]\nsystems: *g\n";
    let told = problems(&[("systems.yaml", bomb)]).await;
    assert!(told.starts_with("systems.yaml"), "{told}");
}

#[tokio::test]
async fn a_missing_directory_and_a_file_that_is_no_text_are_told() {
    let dir = tempfile::tempdir().unwrap();
    assert!(matches!(Files::read(&dir.path().join("none")), Err(CodeError::Io { .. })));
    assert!(matches!(Files::read(dir.path()), Err(CodeError::Empty { .. })));
    std::fs::write(dir.path().join("systems.yaml"), b"privet: 1\n\xff\n").unwrap();
    let error = Files::read(dir.path()).unwrap_err();
    assert!(error.to_string().contains("systems.yaml:2:1: the file is not UTF-8 text"), "{error}");
}

mod names {
    use super::*;
    use code::{Docs, Keyed, SystemDoc};
    use proptest::prelude::*;

    fn nasty() -> impl Strategy<Value = String> {
        prop_oneof![
            Just("no".to_owned()),
            Just("yes".to_owned()),
            Just("NO".to_owned()),
            Just("null".to_owned()),
            Just("~".to_owned()),
            Just("007".to_owned()),
            Just("1e3".to_owned()),
            Just("0x1F".to_owned()),
            Just("12:30:45".to_owned()),
            Just("2024-01-01".to_owned()),
            Just(": ".to_owned()),
            Just("- a".to_owned()),
            Just("# x".to_owned()),
            Just("a: b # c".to_owned()),
            Just("'\"".to_owned()),
            Just("灯下茶铺 🍵".to_owned()),
            Just("!!str x".to_owned()),
            Just("&a *b".to_owned()),
            Just("a\nb\n\nc".to_owned()),
            Just(" lead".to_owned()),
            "\\PC{0,40}",
            "[ \\t\\n:'\"#\\-{}\\[\\]a-c\u{85}\u{2028}\u{feff}]{0,12}",
        ]
    }

    proptest! {
        #[test]
        fn yaml_round_trips_whatever_the_names(keys in prop::collection::btree_map(nasty(), (nasty(), nasty()), 0..6)) {
            let systems = keys
                .into_iter()
                .map(|(key, (name, purpose))| (key, SystemDoc { name, purpose, ..SystemDoc::default() }))
                .collect();
            let docs = Docs { systems: Some(Keyed(systems)), ..Docs::default() };

            let back = Files::parse(docs.texts().unwrap()).unwrap();

            prop_assert_eq!(back.docs, docs);
        }
    }
}

/// Ten lines that mean ten thousand million ("billion laughs"): the reader gives up, soon.
#[test]
fn a_bomb_of_yaml_is_refused() {
    let mut bomb = "privet: 1\na0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for n in 1..10 {
        let names = vec![format!("*a{}", n - 1); 10].join(", ");
        bomb.extend(["a", &n.to_string(), ": &a", &n.to_string(), " [", &names, "]\n"]);
    }
    bomb.push_str("systems: *a9\n");
    let started = std::time::Instant::now();

    for name in code::FILES {
        let parsed = Files::parse(parse_texts(&[(name, &bomb)]));
        assert!(matches!(parsed, Err(CodeError::Problems(_))), "{name} took a bomb");
    }

    assert!(!code::fideslang::is_fideslang(&bomb));
    assert!(started.elapsed().as_secs() < 20, "it took {:?}", started.elapsed());
}
