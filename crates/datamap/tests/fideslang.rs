//! Fides' own sample resources import, on both engines.
#![allow(clippy::unwrap_used)] // Helpers of tests are not in a test function.

use std::{collections::BTreeMap, path::Path};

use datamap::{
    DataMap,
    code::{
        self, PlanOptions,
        fideslang::{self, Report, Said, Taken},
    },
};
use store::Actor;

async fn open(store: store::Store) -> DataMap {
    DataMap::open(store).await.unwrap()
}

fn samples(prefixes: &[&str]) -> BTreeMap<String, String> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fideslang");
    let mut all = BTreeMap::new();
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if path.extension().is_some_and(|end| end == "yml")
            && prefixes.iter().any(|prefix| name.starts_with(prefix))
        {
            all.insert(name, std::fs::read_to_string(path).unwrap());
        }
    }
    assert!(!all.is_empty());
    all
}

async fn import(map: &DataMap, texts: &BTreeMap<String, String>, into: Option<&str>) -> Report {
    let (files, report) = fideslang::import(map, texts, into).await.unwrap();
    let plan = code::plan(map, &files, PlanOptions::default()).await.unwrap();
    code::apply(map, &plan, Actor::CommandLine).await.unwrap();
    report
}

async fn sample_project(map: DataMap) {
    let texts = samples(&["sample_", "postgres_", "mongo_"]);

    let report = import(&map, &texts, None).await;

    let docs = code::documents(&map).await.unwrap();
    let sources = docs.sources.unwrap().0;
    assert_eq!(sources.len(), 4);
    assert_eq!(sources["postgres_example_test_dataset"].system, "cookie_house_postgresql_database");
    assert_eq!(docs.systems.unwrap().0.len(), 6);
    assert_eq!(docs.activities.as_ref().unwrap().0.len(), 6);
    let flows = docs.flows.unwrap().0;
    assert_eq!(
        flows["cookie-house-postgresql-database-to-cookie-house"].from,
        "system:cookie_house_postgresql_database"
    );
    let decisions = docs.decisions.unwrap().0;
    let customer = &decisions["postgres_example_test_dataset"].0["customer"].fields.0;
    assert_eq!(customer["email"].category, "contact.email");
    assert_eq!(customer["email"].note, "Fideslang: user.contact.email; identity email");
    assert_eq!(customer["address_id"].decision, "dismissed");
    let nested = &decisions["mongo_test"].0["customer_details"].fields.0;
    assert_eq!(nested["emergency_contacts[].phone"].category, "contact.phone");
    assert!(report.of(Taken::Not).any(|line| line.said == Said::Kind("policy")));
    assert!(report.of(Taken::Not).any(|line| line.said == Said::Kind("organization")));

    let (files, _) = fideslang::import(&map, &texts, None).await.unwrap();
    let again = code::plan(&map, &files, PlanOptions::default()).await.unwrap();
    assert!(again.is_empty(), "{again}");
    let dir = tempfile::tempdir().unwrap();
    code::export(&map, dir.path()).await.unwrap();
    let exported =
        code::plan_dir(&map, dir.path(), PlanOptions { prune: true, secrets: true }).await.unwrap();
    assert!(exported.is_empty(), "{exported}");
}

async fn demo_resources(map: DataMap) {
    let report = import(&map, &samples(&["demo_"]), None).await;

    let docs = code::documents(&map).await.unwrap();
    let activity = &docs.activities.unwrap().0["demo-analytics-system-improve-system"];
    assert_eq!(activity.name, "Analyze customer behaviour for improvements.");
    assert_eq!(activity.people, ["customers"]);
    assert_eq!(docs.sources.unwrap().0["demo_users_dataset"].system, "demo_analytics_system");
    assert!(report.of(Taken::Fully).any(|line| line.place == "demo_users_dataset"));
}

macro_rules! both {
    ($($name:ident),*) => {
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
both!(sample_project, demo_resources);

/// Written after Fideslang's documentation, with what the samples leave out.
const EXTRA: &str = "
data_category:
- fides_key: loyalty_card
  name: Loyalty card
  parent_key: user.unique_id
dataset:
- fides_key: club
  data_categories: [user.contact]
  meta: null
  collections:
  - name: Members
    data_categories: null
    fields:
    - name: Card
      data_categories: [loyalty_card]
    - name: Phone
      data_categories: [user.contact.phone_number, user.health_and_medical]
    - name: nickname
    - name: odd
      data_categories: [user]
system:
- fides_key: crm
  system_type: Service
  responsibility: [Processor]
  administrating_department: Not defined
  ingress:
  - {fides_key: user, type: user}
  egress:
  - {fides_key: elsewhere, type: system, data_categories: [user.contact.email]}
  privacy_declarations:
  - data_use: marketing.communications.email
    data_categories: [user.contact.email]
    data_subjects: [customer, next_of_kin]
    legal_basis_for_processing: Legitimate interests
    retention_period: 2 years
    third_parties: Mail houses
";

#[tokio::test]
async fn what_is_taken_only_nearly_or_not_at_all_is_told() {
    let (store, _guard) = store::testing::temp_sqlite().await;
    let map = open(store).await;

    let report = import(&map, &[("x.yml".to_owned(), EXTRA.to_owned())].into(), None).await;

    let told = report.to_string();
    for expected in [
        "club.Members.nickname: took user.contact from its collection or dataset",
        "club.Members.Phone: several categories; kept the most sensitive",
        "club.Members.odd: category user has no like here",
        "crm / user: data from users themselves",
        "elsewhere: named only by a data flow",
        "third parties “Mail houses” became one recipient",
    ] {
        assert!(told.contains(expected), "{expected}\nnot in\n{told}");
    }
    let docs = code::documents(&map).await.unwrap();
    let activity = &docs.activities.unwrap().0["crm-marketing-communications-email"];
    assert_eq!(activity.role, "processor");
    assert_eq!(activity.legal_basis.0["gdpr"], "legitimate_interests");
    assert_eq!(activity.people, ["customers", "next of kin"]);
    assert_eq!(activity.recipients, ["mail-houses"]);
}

#[tokio::test]
async fn a_dataset_merges_into_a_source_with_the_same_tables() {
    let (store, _guard) = store::testing::temp_sqlite().await;
    let map = open(store).await;
    let sources = "privet: 1\nsources:\n  live:\n    name: Live\n    kind: declared\n    address: live\n    stores:\n      public.members:\n        fields:\n        - name: card\n        - name: phone\n";
    let files =
        code::Files::parse([("sources.yaml".to_owned(), sources.to_owned())].into()).unwrap();
    let plan = code::plan(&map, &files, PlanOptions::default()).await.unwrap();
    code::apply(&map, &plan, Actor::CommandLine).await.unwrap();

    let report = import(&map, &[("x.yml".to_owned(), EXTRA.to_owned())].into(), Some("live")).await;

    let docs = code::documents(&map).await.unwrap();
    assert_eq!(docs.sources.unwrap().0.len(), 1);
    let fields = &docs.decisions.unwrap().0["live"].0["public.members"].fields.0;
    assert_eq!(fields.keys().collect::<Vec<_>>(), ["card", "phone"]);
    assert!(
        report
            .of(Taken::Not)
            .any(|l| l.said == Said::NoField && l.place == "club.Members.nickname")
    );
}

#[tokio::test]
async fn broken_files_are_told_with_their_line() {
    let (store, _guard) = store::testing::temp_sqlite().await;
    let map = open(store).await;
    let text = "dataset:\n- name: no key\n  collections: []\n";
    let error =
        fideslang::import(&map, &[("x.yml".to_owned(), text.to_owned())].into(), None).await;
    assert_eq!(error.unwrap_err().to_string(), "x.yml:2:3: dataset[0]: missing field `fides_key`");
    assert!(fideslang::is_fideslang(text));
    assert!(!fideslang::is_fideslang("privet: 1\nsystems: {}\n"));
}
