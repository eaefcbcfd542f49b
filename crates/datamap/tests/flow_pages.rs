//! The pages of flows, systems and recipients as their readers use them.

#![allow(clippy::unwrap_used)]

#[macro_use]
mod support;

use axum::http::StatusCode;
use datamap::DataMap;
use datamap::flows::FlowDraft;
use datamap::sources::{OriginDraft, SourceDraft, SystemChoice};
use datamap::systems::RecipientDraft;
use support::console::{Reader, between};
use support::{SHOP, me, scan, sqlite, sqlite_draft};

/// Two scanned systems with the same people, an origin, a recipient and a declared flow.
async fn company(map: &DataMap) -> (tempfile::TempDir, String, String) {
    let dir = tempfile::tempdir().unwrap();
    let mut ends = Vec::new();
    for name in ["Shop <&\" 商城", "Crm"] {
        let file = dir.path().join(format!("{}.db", ends.len()));
        sqlite(&file, SHOP).await;
        let draft = SourceDraft {
            name: name.into(),
            system: SystemChoice::New(name.into()),
            ..sqlite_draft(&file)
        };
        let source = map.create_source(me(), &draft).await.unwrap();
        let app = OriginDraft { touchpoint: "App".into(), ..OriginDraft::default() };
        map.add_origin(me(), &source.id, &app).await.unwrap();
        scan(map, &source.id).await;
        ends.push(source.system_id.unwrap());
    }
    let mail = RecipientDraft {
        name: "Mailer".into(),
        kind: "processor".into(),
        country: "US".into(),
        ..RecipientDraft::default()
    };
    let mail = map.create_recipient(me(), &mail).await.unwrap();
    let flow = FlowDraft {
        from_end: format!("system:{}", ends[1]),
        to_end: format!("recipient:{mail}"),
        ..FlowDraft::default()
    };
    map.declare_flow(me(), &flow).await.unwrap();
    (dir, ends[0].clone(), mail)
}

async fn every_page_is_whole_in_both_languages(map: DataMap) {
    let lists =
        ["/console/flows", "/console/flows/table", "/console/systems", "/console/recipients"];
    for lang in ["en", "zh-CN"] {
        let mut reader = Reader::owner(&map, lang).await;
        for path in lists {
            reader.page(path).await;
        }
    }
    let (_dir, system, mail) = company(&map).await;
    let found = map.flows_in_state("active").await.unwrap();
    let found = &found.iter().find(|row| row.found == "discovered").unwrap().id;
    for lang in ["en", "zh-CN"] {
        let mut reader = Reader::owner(&map, lang).await;
        for path in lists {
            reader.page(path).await;
        }
        for path in [
            format!("/console/flows?node=system:{system}"),
            format!("/console/flows?flow={found}&found=discovered"),
            "/console/flows?sensitivity=sensitive&country=US&category=contact".into(),
            "/console/flows/table?show=open&sort=confidence&dir=desc&q=shop".into(),
            "/console/flows/table?show=dismissed".into(),
            "/console/flows/new".into(),
            format!("/console/systems/{system}"),
            format!("/console/systems/{system}/edit"),
            format!("/console/systems/{system}/delete"),
            "/console/systems/new".into(),
            "/console/systems?gap=owner&sort=fields".into(),
            format!("/console/recipients/{mail}"),
            format!("/console/recipients/{mail}/edit"),
            format!("/console/recipients/{mail}/delete"),
            "/console/recipients/new".into(),
        ] {
            reader.page(&path).await;
        }
        for (path, kind) in [
            ("/console/flows.svg", "image/svg+xml"),
            ("/console/flows.mmd", "text/vnd.mermaid; charset=utf-8"),
            ("/console/flows.csv", "text/csv; charset=utf-8"),
            ("/console/systems.csv", "text/csv; charset=utf-8"),
            ("/console/recipients.csv", "text/csv; charset=utf-8"),
        ] {
            let answer = reader.get(path).await;
            assert_eq!((answer.status, answer.kind.as_str()), (StatusCode::OK, kind));
            assert!(!answer.text.contains('⟦'), "{path}");
        }
    }
}

async fn the_picture_shows_what_was_scanned_and_escapes_names(map: DataMap) {
    let (_dir, _, _) = company(&map).await;
    let mut reader = Reader::owner(&map, "en").await;

    let page = reader.page("/console/flows").await;
    let svg = reader.get("/console/flows.svg").await.text;

    let tree = roxmltree::Document::parse(&svg).unwrap();
    assert_eq!(tree.descendants().filter(|n| n.attribute("data-node").is_some()).count(), 4);
    assert_eq!(tree.descendants().filter(|n| n.attribute("data-edge").is_some()).count(), 4);
    assert!(page.contains("flow-found") && page.contains("Shop &lt;&amp;"));
    assert!(!page.contains("li.lei") && !svg.contains("13800138"), "no value is shown");
}

async fn a_flow_is_declared_confirmed_and_taken_back_on_the_pages(map: DataMap) {
    let (_dir, system, mail) = company(&map).await;
    let mut reader = Reader::owner(&map, "en").await;
    let from = format!("system:{system}");

    let wrong = reader
        .post(
            "/console/flows/new",
            "/console/flows/new",
            &[("from_end", &from), ("description", "by mail")],
        )
        .await;
    assert!(wrong.text.contains("by mail") && wrong.text.contains("Choose where the data goes"));
    let to = format!("recipient:{mail}");
    let right =
        [("from_end", from.as_str()), ("to_end", to.as_str()), ("categories", "contact.email")];
    let saved = reader.post("/console/flows/new", "/console/flows/new", &right).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER);

    let open = reader.page("/console/flows/table?show=open").await;
    let id = between(&open, "name=\"id\" value=\"", "\"").to_owned();
    let decide = "/console/flows/decide";
    let back = ("back", "/console/flows/table?show=open");
    let sent = [("id", id.as_str()), ("decision", "confirm"), back];
    let done = reader.post("/console/flows/table", decide, &sent).await;
    assert!(map.flow(&id).await.unwrap().is_confirmed());
    assert!(reader.page(&done.location).await.contains("1 flow confirmed"));
    let sent =
        [("id", id.as_str()), ("decision", "reopen"), ("back", "https://elsewhere.example/")];
    let done = reader.post("/console/flows/table", decide, &sent).await;
    assert!(done.location.starts_with("/console/flows/table"), "never leads elsewhere");
    assert_eq!(map.flow(&id).await.unwrap().found, "discovered");
}

async fn a_system_with_sources_says_why_it_stays(map: DataMap) {
    let (_dir, system, _) = company(&map).await;
    let mut reader = Reader::owner(&map, "zh-CN").await;

    let page = reader.page(&format!("/console/systems/{system}/delete")).await;
    let path = format!("/console/systems/{system}/delete");
    let refused = reader.post("/console/systems/new", &path, &[]).await;

    assert!(page.contains("仍有数据源属于该系统") && !page.contains("button danger\""));
    assert_eq!(refused.status, StatusCode::CONFLICT);
    let nameless = [("name", " "), ("country", "XX"), ("purpose", "keeps this")];
    let again = reader.post("/console/systems/new", "/console/systems/new", &nameless).await;
    assert!(again.text.contains("请填写系统名称") && again.text.contains("keeps this"));
}

on_both_engines!(
    every_page_is_whole_in_both_languages,
    the_picture_shows_what_was_scanned_and_escapes_names,
    a_flow_is_declared_confirmed_and_taken_back_on_the_pages,
    a_system_with_sources_says_why_it_stays,
);
