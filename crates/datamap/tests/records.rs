//! Records of processing and privacy as code as their readers use them.
#![allow(clippy::unwrap_used)] // Helpers of tests are not in a test function.

#[macro_use]
mod support;

use std::{collections::BTreeMap, fmt::Write as _, path::Path};

use axum::http::StatusCode;
use datamap::{
    DataMap,
    code::{self, Files, PlanOptions},
    records::{
        Activity, ActivityRole, CategoryFact, Facts, FlowFact, Organisation, OriginFact,
        RecipientFact, SystemFact, Voice, law, rows, workbook,
    },
    systems::RecipientDraft,
};
use support::{SHOP, console::Reader, me, scan, sqlite, sqlite_draft};
use web::Lang;

/// A small map without a single person in it.
fn facts() -> Facts {
    let mut shop = SystemFact {
        name: "Web shop".into(),
        owner: "E-commerce".into(),
        country: "DE".into(),
        rows: 5000,
        ..SystemFact::default()
    };
    shop.categories
        .insert("contact.email".into(), CategoryFact { fields: 2, level: 1, minor: false });
    shop.categories
        .insert("identity.national_id".into(), CategoryFact { fields: 1, level: 3, minor: false });
    shop.people.insert("customers".into());
    shop.origins = vec![
        OriginFact {
            source_id: "s1".into(),
            source: "Orders".into(),
            kind: "direct".into(),
            touchpoint: "registration form".into(),
            ..OriginFact::default()
        },
        OriginFact { source_id: "s2".into(), source: "Leads".into(), ..OriginFact::default() },
    ];
    let recipient = |name: &str, country: &str, safeguard: &str| RecipientFact {
        name: name.into(),
        kind: "processor".into(),
        country: country.into(),
        safeguard: safeguard.into(),
        contract: String::new(),
    };
    let mut facts = Facts {
        organisation: Organisation {
            name: "Lantern Tea".into(),
            contact: "1 Harbour Road".into(),
            ..Organisation::default()
        },
        systems: [("shop".to_owned(), shop)].into(),
        recipients: [
            ("mailer".to_owned(), recipient("Mail sender", "US", "")),
            ("courier".to_owned(), recipient("Courier", "CH", "")),
            ("cloud".to_owned(), recipient("Cloud", "SG", "scc")),
        ]
        .into(),
        flows: vec![FlowFact {
            system: "shop".into(),
            recipient: "mailer".into(),
            categories: vec!["contact.email".into()],
        }],
        ..Facts::default()
    };
    facts.activities = vec![
        Activity {
            id: "a1".into(),
            name: "=Deliver orders".into(),
            purpose: "Send what was ordered\nto the door".into(),
            legal_basis: BTreeMap::from([("gdpr".into(), "contract".into())]),
            systems: vec!["shop".into()],
            recipients: vec!["courier".into(), "cloud".into()],
            retention: "10 years".into(),
            ..Activity::default()
        },
        Activity {
            id: "a2".into(),
            name: "Ship for others".into(),
            role: ActivityRole::Processor,
            ..Activity::default()
        },
    ];
    facts
}

/// Compares with the file of that name; `PRIVET_UPDATE_SNAPSHOTS=1` writes it anew.
fn snapshot(name: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/snapshots").join(name);
    if std::env::var_os("PRIVET_UPDATE_SNAPSHOTS").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(text, kept, "{name} differs; look at it, then PRIVET_UPDATE_SNAPSHOTS=1");
}

#[test]
fn the_records_read_as_their_snapshots_in_both_languages() {
    let facts = facts();
    for lang in [Lang::En, Lang::ZhCn] {
        let mut text = String::new();
        for view in &law().views {
            let (head, rows) = rows(Voice(lang), &facts, view);
            writeln!(text, "# {}", view.key).unwrap();
            for row in rows {
                for (name, value) in head.iter().zip(row) {
                    writeln!(text, "{name}: {}", value.replace('\n', "\n    ")).unwrap();
                }
                text += "\n";
            }
        }
        assert!(!text.contains('⟦'), "a text is missing: {text}");
        snapshot(&format!("records-{}.txt", lang.tag()), &text);
    }
}

#[test]
fn what_is_missing_is_a_gap_and_counts() {
    let facts = facts();
    let records = facts.records(law().view("controller").unwrap());
    let keys: Vec<&str> =
        records[0].cells.iter().flat_map(|c| &c.gaps).map(|g| g.key.as_str()).collect();

    assert_eq!(records.len(), 1);
    assert_eq!(
        keys,
        [
            "records-gap-officer",
            "records-gap-transfers",
            "records-gap-security",
            "records-gap-origin"
        ]
    );
    assert_eq!((records[0].complete, records[0].asked), (8, 11));
}

#[test]
fn a_system_with_personal_data_and_no_activity_is_offered() {
    let mut facts = facts();
    facts.activities.clear();

    let offers = facts.suggestions();

    assert_eq!(offers.len(), 1);
    assert_eq!(offers[0].level, 3);
    let draft = facts.draft("shop").unwrap();
    assert_eq!((draft.name.as_str(), draft.owner.as_str()), ("Web shop", "E-commerce"));
}

#[test]
fn the_workbook_holds_texts_and_no_formulas() {
    let bytes = workbook(Voice(Lang::ZhCn), &facts(), "2026-11-24").unwrap();
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    let mut all = String::new();
    for n in 0..zip.len() {
        let mut file = zip.by_index(n).unwrap();
        if file.name().unwrap().ends_with(".xml") {
            std::io::Read::read_to_string(&mut file, &mut all).unwrap();
        }
    }
    assert!(all.contains("=Deliver orders"));
    assert!(all.contains("个人信息保护法"));
    assert!(!all.contains("<f>"));
}

async fn shop(map: &DataMap) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("shop.db");
    sqlite(&file, SHOP).await;
    let mut draft = sqlite_draft(&file);
    draft.system = datamap::sources::SystemChoice::New("Web shop".into());
    let source = map.create_source(me(), &draft).await.unwrap();
    scan(map, &source.id).await;
    dir
}

async fn an_activity_is_drafted_from_the_map_completed_and_deleted(map: DataMap) {
    let _dir = shop(&map).await;
    map.create_recipient(
        me(),
        &RecipientDraft {
            name: "Courier".into(),
            kind: "processor".into(),
            country: "CN".into(),
            ..RecipientDraft::default()
        },
    )
    .await
    .unwrap();
    for lang in ["en", "zh-CN"] {
        let mut reader = Reader::owner(&map, lang).await;
        for path in [
            "/console/records",
            "/console/records?view=processor",
            "/console/records?view=pipl",
            "/console/organisation",
            "/console/records/activities/new",
            "/console/records/print",
            "/console/code",
        ] {
            reader.page(path).await;
        }
        assert_eq!(reader.get("/console/records?view=none").await.status, StatusCode::NOT_FOUND);
    }
    let mut reader = Reader::owner(&map, "en").await;
    let system = map.systems_by_name().await.unwrap()[0].id.clone();

    let drafted = reader
        .post("/console/records", "/console/records/activities/suggest", &[("system", &system)])
        .await;
    assert_eq!(drafted.status, StatusCode::SEE_OTHER, "{}", drafted.text);
    let at = drafted.location.clone();
    let page = reader.page(&at).await;
    for found in ["Customers", "E-mail address", "Missing: purpose", "Missing: recipients"] {
        assert!(page.contains(found), "{found} not on {page}");
    }
    let edit = format!("{at}/edit");
    let recipient = map.recipients().await.unwrap()[0].id.clone();
    let refused = reader.post(&edit, &edit, &[("name", " "), ("purpose", "kept text")]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        refused.text.contains("kept text") && refused.text.contains("Give the activity a name")
    );
    let saved = reader
        .post(
            &edit,
            &edit,
            &[
                ("name", "Deliver orders"),
                ("role", "controller"),
                ("purpose", "Deliver"),
                ("gdpr", "contract"),
                ("pipl", "contract"),
                ("systems", &system),
                ("people_other", "neighbours，小区保安"),
                ("recipients", &recipient),
                ("retention", "10 years"),
                ("security", "locked"),
            ],
        )
        .await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text);
    let activity = map.activities().await.unwrap().remove(0);
    assert_eq!(activity.people, ["neighbours", "小区保安"]);
    for view in ["controller", "pipl"] {
        let list = reader.page(&format!("/console/records?view={view}&q=deliver")).await;
        assert!(list.contains("Courier"), "{list}");
        let csv = reader.get(&format!("/console/records.csv?view={view}")).await;
        assert!(csv.kind.starts_with("text/csv") && csv.text.contains("Deliver orders"));
    }
    let gone = reader.post(&at, &format!("{at}/delete"), &[]).await;
    assert_eq!(gone.location, "/console/records");
    assert!(map.activities().await.unwrap().is_empty());
}

async fn the_organisation_heads_every_record(map: DataMap) {
    let mut reader = Reader::owner(&map, "zh-CN").await;
    let from = "/console/organisation";
    assert!(
        reader.page(from).await.contains("Lantern Tea"),
        "the name from set-up is not typed twice"
    );

    reader
        .post(
            from,
            from,
            &[
                ("name", "灯下茶铺有限公司"),
                ("contact", "港口路 1 号"),
                ("officer", ""),
                ("representative", ""),
            ],
        )
        .await;
    map.save_activity(me(), Activity { name: "配送".into(), ..Activity::default() }).await.unwrap();

    let print = reader.page("/console/records/print?view=pipl").await;
    assert!(print.contains("灯下茶铺有限公司") && print.contains("港口路 1 号"));
    assert!(print.contains("至少保存 3 年"));
    let xlsx = reader.get("/console/records.xlsx").await;
    assert!(xlsx.kind.contains("spreadsheetml"));
}

async fn files_are_uploaded_previewed_and_confirmed(map: DataMap) {
    let mut reader = Reader::owner(&map, "en").await;
    let text = "privet: 1\nsystems:\n  crm:\n    name: CRM\n    owner: <b>Sales</b>\n";
    let from = "/console/code";

    let wrong = reader
        .upload(
            from,
            "/console/code/plan",
            &[],
            &[("systems.yaml", b"privet: 1\nsystems:\n  crm:\n    nmae: CRM\n")],
        )
        .await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        wrong.text.contains("systems.yaml:4:5") && wrong.text.contains("Did you mean “name”?"),
        "{}",
        wrong.text
    );
    let none = reader.upload(from, "/console/code/plan", &[], &[]).await;
    assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY);
    let binary =
        reader.upload(from, "/console/code/plan", &[], &[("systems.yaml", b"\xff\xfe")]).await;
    assert!(binary.text.contains("not UTF-8"));
    let huge = vec![b' '; 1_500_000];
    let large = reader.upload(from, "/console/code/plan", &[], &[("systems.yaml", &huge)]).await;
    assert_eq!(large.status, StatusCode::PAYLOAD_TOO_LARGE);

    let plan =
        reader.upload(from, "/console/code/plan", &[], &[("systems.yaml", text.as_bytes())]).await;
    assert_eq!(plan.status, StatusCode::OK);
    assert!(
        plan.text.contains("Apply 1 change") && plan.text.contains("&#60;b&#62;Sales"),
        "{}",
        plan.text
    );
    assert!(
        map.systems_by_name().await.unwrap().is_empty(),
        "nothing changes before the confirmation"
    );
    let value = |name: &str| {
        support::console::between(&plan.text, &format!("name=\"{name}\" value=\""), "\"")
            .replace("&#43;", "+")
    };
    let (upload, digest) = (value("upload"), value("digest"));
    let done =
        reader.post(from, "/console/code/apply", &[("upload", &upload), ("digest", &digest)]).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
    assert_eq!(map.systems_by_name().await.unwrap()[0].owner, "<b>Sales</b>");
    let again =
        reader.post(from, "/console/code/apply", &[("upload", &upload), ("digest", &digest)]).await;
    assert!(again.text.contains("The map changed meanwhile"), "{}", again.text);

    let file = reader.get("/console/code/files/systems.yaml").await;
    let files = Files::parse([("systems.yaml".to_owned(), file.text)].into()).unwrap();
    assert!(code::plan(&map, &files, PlanOptions::default()).await.unwrap().is_empty());
    assert_eq!(reader.get("/console/code/privet.zip").await.kind, "application/zip");
    assert_eq!(
        reader.get("/console/code/files/..%2Fprivet.db").await.status,
        StatusCode::NOT_FOUND
    );
}

async fn a_fideslang_file_is_imported_from_the_page(map: DataMap) {
    for lang in ["en", "zh-CN"] {
        let mut reader = Reader::owner(&map, lang).await;
        let text = std::fs::read(
            Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fideslang/demo_dataset.yml"),
        )
        .unwrap();

        let plan = reader
            .upload("/console/code", "/console/code/plan", &[], &[("demo_dataset.yml", &text)])
            .await;

        assert_eq!(plan.status, StatusCode::OK, "{}", plan.text);
        assert!(
            plan.text.contains("demo_users_dataset") && !plan.text.contains('⟦'),
            "{}",
            plan.text
        );
        if lang == "zh-CN" {
            let value = |name: &str| {
                support::console::between(&plan.text, &format!("name=\"{name}\" value=\""), "\"")
                    .replace("&#43;", "+")
            };
            let done = reader
                .post(
                    "/console/code",
                    "/console/code/apply",
                    &[("upload", &value("upload")), ("digest", &value("digest"))],
                )
                .await;
            assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
            let source = map.sources().await.unwrap().remove(0);
            let page = reader.page(&format!("/console/sources/{}", source.id)).await;
            assert!(page.contains("Demo Users Dataset"));
            reader.page("/console/sources").await;
            reader.page("/console/map").await;
            assert!(map.start_scan(me(), &source.id, "person").await.is_err(), "nothing to scan");
        }
    }
}

on_both_engines!(
    an_activity_is_drafted_from_the_map_completed_and_deleted,
    the_organisation_heads_every_record,
    files_are_uploaded_previewed_and_confirmed,
    a_fideslang_file_is_imported_from_the_page,
);
