//! The pages, as staff see them.

use axum::http::StatusCode;
use rights::{Kind, template::Draft};

use crate::house::{house, me};

const LIST: &str = "/console/requests/templates";

async fn templates(postgres: bool) {
    let house = house(postgres).await;
    let mut reader = house.reader("en", "owner").await;
    let page = reader.page(LIST).await;
    assert!(page.contains("Copy is ready") && page.contains("副本已备好"), "{page}");

    // A place that is not filled in is told, with what was typed.
    let wrong = [("name", "Mine"), ("kind", "access"), ("lang", "en"), ("body", "Dear {name}")];
    let answer = reader
        .post("/console/requests/templates/new", "/console/requests/templates/new", &wrong)
        .await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        answer.text.contains("There is no such placeholder") && answer.text.contains("Dear {name}")
    );
    let right =
        [("name", "Mine"), ("kind", "access"), ("lang", "en"), ("body", "{number} until {day}")];
    let answer = reader
        .post("/console/requests/templates/new", "/console/requests/templates/new", &right)
        .await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    let all = house.rights.templates().await.unwrap();
    let mine = all.iter().find(|one| one.name == "Mine").unwrap();
    assert_eq!(mine.version, 1);

    // One that comes with Privet is changed by its version, once.
    let shipped = "shipped-access-en";
    let changed = |body: &str| Draft {
        kind: "access".into(),
        lang: "en".into(),
        name: "Ours".into(),
        body: body.into(),
    };
    house.rights.save_template(&me(), (shipped, 0), &changed("First")).await.unwrap();
    assert!(house.rights.save_template(&me(), (shipped, 0), &changed("Second")).await.is_err());
    house.rights.save_template(&me(), (shipped, 1), &changed("Third")).await.unwrap();
    let one = house.rights.template(shipped).await.unwrap();
    assert_eq!((one.version, one.body.as_str()), (2, "Third"));
    house.rights.delete_template(&me(), shipped).await.unwrap();
    assert!(house.rights.template(shipped).await.is_err());
    assert!(house.rights.save_template(&me(), (shipped, 2), &changed("Again")).await.is_err());
    assert_eq!(house.actions("rights.template_saved").await, 3);

    // On a request's page its words are filled in.
    let request = house.asked(Kind::Access, "li@example.com").await;
    let address = format!("/console/requests/{}?template={}", request.id, mine.id);
    let mut reader = house.opener("en", &address).await;
    let page = reader.page(&address).await;
    let filled = format!("{} until {}", request.name(), house.rights.day_of_answer(&request));
    assert!(page.contains(&filled), "{page}");
    assert!(!page.contains("Corrected"), "a template for another kind is not offered");
    let said = [("text", filled.as_str()), ("version", "1")];
    let to = format!("/console/requests/{}/say", request.id);
    assert_eq!(reader.post(&address, &to, &said).await.status, StatusCode::SEE_OTHER);
    let messages = house.rights.messages(&request.id, false).await.unwrap();
    assert_eq!(messages.last().unwrap().text, filled);
}

#[tokio::test(flavor = "multi_thread")]
async fn templates_are_kept_and_filled_in() {
    templates(false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn templates_are_kept_and_filled_in_on_postgresql() {
    templates(true).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn figures_are_shown_and_taken_away() {
    let house = house(false).await;
    let first = house.asked(Kind::Access, "li@example.com").await;
    house.asked(Kind::Access, "li@example.com").await;
    house.rights.answer(&me(), first, "Here it is.").await.unwrap();
    let year = rights::report::Month::of(store::now()).year();
    for lang in ["en", "zh-CN"] {
        let mut reader = house.reader(lang, "owner").await;
        let page = reader.page("/console/requests/report").await;
        assert!(page.contains("<svg class=\"chart\"") && page.contains("<desc"), "{page}");
        let page =
            reader.page(&format!("/console/requests/report/ccpa?year={year}&scope=all")).await;
        assert!(page.contains("11 CCR §7102") || page.contains("§7102"), "{page}");
        assert!(page.contains("|---|---:|"), "the section in Markdown");
        let empty = reader.page("/console/requests/report?period=2020-02").await;
        assert!(empty.contains("2020-02"));
        for wrong in
            ["/console/requests/report?period=soon", "/console/requests/report/ccpa?year=2026-01"]
        {
            let answer = reader.get(wrong).await;
            assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{wrong}");
        }
    }
    let mut reader = house.reader("en", "auditor").await;
    let csv = reader.get("/console/requests/report/csv").await.text;
    let line = csv.lines().find(|line| line.starts_with("kind,access")).unwrap();
    assert_eq!(line, "kind,access,2,1,0,0,1,0,0.0,0.0");
    let json =
        reader.get(&format!("/console/requests/report/ccpa/json?year={year}&scope=all")).await.text;
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["requests"][0]["received"], 2);
    assert_eq!(json["requests"][0]["complied_in_whole_or_part"], 1);
    let json = reader.get("/console/requests/report/json").await.text;
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!((&json["all"]["received"], &json["open_now"]), (&2.into(), &1.into()));
    for text in [csv, json.to_string()] {
        assert!(!text.contains("li@example.com"));
    }
    // Whoever may not see records sees no figures.
    let mut reader = house.reader("en", "employee").await;
    let answer = reader.get("/console/requests/report").await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_of_a_request_shows_its_twin_and_closes_it() {
    let house = house(false).await;
    let first = house.asked(Kind::Access, "li@example.com").await;
    let second = house.asked(Kind::Access, "li@example.com").await;
    let theirs = format!("/console/requests/{}", first.id);
    let mut reader = house.opener("en", &theirs).await;
    let page = reader.page(&theirs).await;
    assert!(page.contains(&format!("{}, received", second.name())), "{page}");
    assert!(!page.contains("Close this one as a duplicate"), "the earlier one goes on");
    let here = format!("/console/requests/{}", second.id);
    let page = reader.page(&here).await;
    assert!(
        page.contains("Close this one as a duplicate")
            && page.contains("2 requests of this person")
    );
    let version = second.version.to_string();
    let fields =
        [("version", version.as_str()), ("reason", first.id.as_str()), ("text", "See the other.")];
    let answer = reader.post(&here, &format!("{here}/duplicate"), &fields).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
    let page = reader.page(&here).await;
    assert!(page.contains(&format!("Closed as a duplicate of: {}", first.name())), "{page}");
}

/// Keeps a page to look at, where a folder is named.
fn shot(name: &str, lang: &str, page: &str) {
    if let Some(folder) = std::env::var_os("PRIVET_SHOTS") {
        let file = std::path::Path::new(&folder).join(format!("{name}.{lang}.html"));
        std::fs::write(file, page).unwrap();
    }
}

/// Every new page with something on it, in both languages: no text is missing.
#[tokio::test(flavor = "multi_thread")]
async fn pages_are_whole_in_both_languages() {
    let house = house(false).await;
    crate::figures::insert(&house, &crate::figures::requests(3_000)).await;
    house.set("UPDATE rights_counter SET number = 5000").await;
    house.asked(Kind::Access, "li@example.com").await;
    let second = house.asked(Kind::Access, "li@example.com").await;
    for lang in ["en", "zh-CN"] {
        let one = format!("/console/requests/{}", second.id);
        let mut reader = house.opener(lang, &one).await;
        let template = format!("{one}?template=shipped-access-en");
        let pages = [
            ("report", "/console/requests/report?period=2026"),
            ("ccpa", "/console/requests/report/ccpa?year=2026"),
            ("templates", LIST),
            ("template", "/console/requests/templates/shipped-access-en"),
            ("request", &template),
        ];
        for (name, address) in pages {
            let page = reader.page(address).await;
            assert!(page.contains(&format!("lang=\"{lang}\"")), "{name}");
            shot(name, lang, &page);
        }
    }
}
