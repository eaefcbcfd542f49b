//! Rule packs: which are in use, a new one checked and looked at before it is switched on, and the way
//! back.

use askama::Template;
use axum::{
    Router,
    extract::{DefaultBodyLimit, Multipart, Path, State},
    response::Response,
    routing::{get, post},
};
use law::{Changed, Fact, Pace, Regime};
use web::{CsrfForm, Page, Permission, WebError, redirect, redirect_with_toast, render_status};

use super::{Nothing, words};
use crate::{Effect, Loaded, Room, Stage, Staged, packs::MOST, today};

/// Problems drawn; the rest is counted.
const SHOWN: usize = 200;

pub(super) fn router() -> Router<Room> {
    Router::new()
        .route(
            "/console/laws/packs",
            get(list).post(load).layer(DefaultBodyLimit::max(MOST + 65_536)),
        )
        .route("/console/laws/packs/{id}", get(preview))
        .route("/console/laws/packs/{id}/switch", post(switch))
        .route("/console/laws/packs/{id}/drop", post(throw_away))
        .route("/console/laws/packs/{id}/back", post(back))
}

struct Used {
    id: String,
    name: String,
    version: String,
    as_of: String,
    regimes: usize,
    facts: usize,
    /// Installed here, not the one that came with Privet.
    installed: bool,
}

struct Kept {
    staged: Staged,
    by: String,
    state: String,
    badge: &'static str,
}

#[derive(Template)]
#[template(path = "regime/packs.html")]
struct PacksPage {
    p: Page,
    tab: &'static str,
    used: Vec<Used>,
    kept: Vec<Kept>,
    problems: Vec<String>,
    hidden: usize,
    told: String,
    may: bool,
}

async fn page(
    room: &Room,
    p: Page,
    problems: Vec<String>,
    told: String,
) -> Result<PacksPage, WebError> {
    room.regimes.refresh().await?;
    let loaded = room.regimes.packs().await?;
    let used = |pack: &law::Pack| Used {
        id: pack.head.id.clone(),
        name: pack.head.name.get(p.zh()).to_owned(),
        version: pack.head.version.clone(),
        as_of: pack.head.as_of.to_string(),
        regimes: pack.regimes.len(),
        facts: pack.facts.len(),
        installed: loaded.iter().any(|one| one.pack == pack.head.id && one.stage == Stage::InUse),
    };
    let used = room.regimes.law().packs().map(used).collect();
    let mut kept = Vec::new();
    for staged in loaded {
        kept.push(Kept {
            by: words::who(&room.web, &p, &staged.loaded_by).await?,
            state: p.t(&format!("pack-state-{}", staged.stage.as_str().replace('_', "-"))),
            badge: match staged.stage {
                Stage::Staged => "warn",
                Stage::InUse => "ok",
                Stage::Past => "none",
            },
            staged,
        });
    }
    let hidden = problems.len().saturating_sub(SHOWN);
    let problems = problems.into_iter().take(SHOWN).collect();
    let may = p.can(Permission::EditRecords);
    Ok(PacksPage { p, tab: "packs", used, kept, problems, hidden, told, may })
}

async fn list(p: Page, State(room): State<Room>) -> Result<Response, WebError> {
    p.require(Permission::ViewRecords)?;
    web::render(&page(&room, p, Vec::new(), String::new()).await?)
}

/// The file's name and text. The token is checked first: nothing is read for somebody else's page.
async fn receive(p: &Page, mut form: Multipart) -> Result<(String, Vec<u8>), WebError> {
    let bad = |_| WebError::BadRequest("web-error-bad-form".into());
    let (mut token, mut file) = (String::new(), (String::new(), Vec::new()));
    while let Some(part) = form.next_field().await.map_err(bad)? {
        match part.name().unwrap_or_default() {
            "csrf" => token = part.text().await.map_err(bad)?,
            "pack" => {
                let name = part.file_name().unwrap_or_default();
                let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
                let name: String = name.chars().filter(|c| !c.is_control()).take(100).collect();
                let bytes = part.bytes().await.map_err(|_| WebError::TooLarge)?;
                if bytes.len() > MOST {
                    return Err(WebError::TooLarge);
                }
                file = (name, bytes.to_vec());
            }
            _ => {}
        }
    }
    p.check_csrf(&token)?;
    Ok(file)
}

async fn load(State(room): State<Room>, p: Page, form: Multipart) -> Result<Response, WebError> {
    p.require(Permission::EditRecords)?;
    let (name, bytes) = receive(&p, form).await?;
    let Ok(text) = String::from_utf8(bytes) else {
        let told = p.t("pack-error-text");
        return render_status(422, &page(&room, p, Vec::new(), told).await?);
    };
    if text.trim().is_empty() {
        let told = p.t("pack-error-none");
        return render_status(422, &page(&room, p, Vec::new(), told).await?);
    }
    match room.regimes.load_pack(p.actor(), &name, &text).await? {
        Loaded::Staged(id) => Ok(redirect(&format!("/console/laws/packs/{id}"))),
        Loaded::InUse => {
            let told = p.t("pack-error-in-use");
            render_status(422, &page(&room, p, Vec::new(), told).await?)
        }
        Loaded::Refused(problems) => {
            let problems = problems.iter().map(ToString::to_string).collect();
            render_status(422, &page(&room, p, problems, String::new()).await?)
        }
    }
}

struct Difference {
    name: String,
    before: String,
    after: String,
}

struct Change {
    id: String,
    text: String,
    cite: String,
    /// `added`, `removed` or `changed`.
    what: &'static str,
    word: String,
    badge: &'static str,
    pace: String,
    fields: Vec<Difference>,
}

struct Named {
    name: String,
    cite: String,
}

#[derive(Template)]
#[template(path = "regime/pack.html")]
struct PreviewPage {
    p: Page,
    staged: Staged,
    name: String,
    older: bool,
    regimes: Vec<Change>,
    facts: Vec<Change>,
    begin: Vec<Named>,
    end: Vec<Named>,
    apply: Vec<Named>,
    cease: Vec<Named>,
    effects: Vec<Effect>,
    may: bool,
}

fn fields(p: &Page, fields: &[law::Field]) -> Vec<Difference> {
    let other = if p.zh() { ".en" } else { ".zh" };
    let own = fields.iter().filter(|field| !field.name.ends_with(other));
    own.map(|field| {
        let name = field.name.split('.').next().unwrap_or_default().replace('_', "-");
        Difference {
            name: p.t(&format!("pack-field-{name}")),
            before: field.before.clone(),
            after: field.after.clone(),
        }
    })
    .collect()
}

/// Of a rule that is new or gone: its number and when it is in force.
fn alone(p: &Page, change: &Changed<'_, Fact>) -> Vec<Difference> {
    let number = |fact: Option<&Fact>| fact.map(|one| words::number(p, one)).unwrap_or_default();
    let valid = |fact: Option<&Fact>| {
        fact.map(|one| words::validity(p, one.from, one.to)).unwrap_or_default()
    };
    let row =
        |key: &str, before: String, after: String| Difference { name: p.t(key), before, after };
    let mut rows = vec![
        row("pack-field-value", number(change.before), number(change.after)),
        row("laws-validity", valid(change.before), valid(change.after)),
    ];
    rows.retain(|one| one.before != one.after);
    rows
}

fn sides<T>(p: &Page, change: &Changed<'_, T>) -> (&'static str, String, &'static str) {
    let (what, badge) = match (change.before, change.after) {
        (None, _) => ("added", "info"),
        (_, None) => ("removed", "danger"),
        _ => ("changed", "warn"),
    };
    (what, p.t(&format!("pack-{what}")), badge)
}

fn of_fact(p: &Page, change: &Changed<'_, Fact>) -> Option<Change> {
    let fact = change.any()?;
    let (what, word, badge) = sides(p, change);
    let pace = match change.pace() {
        Some(Pace::Shorter) => p.t("pack-shorter"),
        Some(Pace::Longer) => p.t("pack-longer"),
        None => String::new(),
    };
    Some(Change {
        id: fact.id.clone(),
        text: fact.text.get(p.zh()).to_owned(),
        cite: fact.cite.get(p.zh()).to_owned(),
        fields: match (change.before, change.after) {
            (Some(_), Some(_)) => fields(p, &change.fields),
            _ => alone(p, change),
        },
        what,
        word,
        badge,
        pace,
    })
}

fn of_regime(p: &Page, change: &Changed<'_, Regime>) -> Option<Change> {
    let regime = change.any()?;
    let (what, word, badge) = sides(p, change);
    Some(Change {
        id: regime.id.clone(),
        text: regime.name.get(p.zh()).to_owned(),
        cite: regime.cite.get(p.zh()).to_owned(),
        fields: fields(p, &change.fields),
        what,
        word,
        badge,
        pace: String::new(),
    })
}

async fn preview(
    p: Page,
    Path(id): Path<String>,
    State(room): State<Room>,
) -> Result<Response, WebError> {
    p.require(Permission::ViewRecords)?;
    let staged = room.regimes.pack(&id).await?;
    let preview = room.regimes.preview(&id, today()).await?;
    let diff = preview.before.diff(&preview.after);
    let used = preview.before.packs().find(|one| one.head.id == preview.pack.head.id);
    let older = used.is_some_and(|used| preview.pack.head.version < used.head.version);
    let duty = |law: &law::Law, ids: &[String]| -> Vec<Named> {
        let facts = ids.iter().filter_map(|id| law.fact(id, today()));
        facts
            .map(|fact| Named {
                name: fact.text.get(p.zh()).to_owned(),
                cite: fact.cite.get(p.zh()).to_owned(),
            })
            .collect()
    };
    let regime = |law: &law::Law, ids: &[String]| -> Vec<Named> {
        let regimes = ids.iter().filter_map(|id| law.regime(id));
        regimes
            .map(|one| Named {
                name: one.name.get(p.zh()).to_owned(),
                cite: one.cite.get(p.zh()).to_owned(),
            })
            .collect()
    };
    web::render(&PreviewPage {
        name: preview.pack.head.name.get(p.zh()).to_owned(),
        regimes: diff.regimes.iter().filter_map(|one| of_regime(&p, one)).collect(),
        facts: diff.facts.iter().filter_map(|one| of_fact(&p, one)).collect(),
        begin: duty(&preview.after, &preview.begin),
        end: duty(&preview.before, &preview.end),
        apply: regime(&preview.after, &preview.apply),
        cease: regime(&preview.before, &preview.cease),
        effects: room.regimes.effects(&preview, p.lang).await,
        may: p.can(Permission::EditRecords),
        staged,
        older,
        p,
    })
}

async fn switch(
    State(room): State<Room>,
    p: Page,
    Path(id): Path<String>,
    CsrfForm(Nothing {}): CsrfForm<Nothing>,
) -> Result<Response, WebError> {
    p.require(Permission::EditRecords)?;
    room.regimes.switch_pack(p.actor(), &id).await?;
    Ok(redirect_with_toast("/console/laws/packs", "pack-toast-switched"))
}

async fn throw_away(
    State(room): State<Room>,
    p: Page,
    Path(id): Path<String>,
    CsrfForm(Nothing {}): CsrfForm<Nothing>,
) -> Result<Response, WebError> {
    p.require(Permission::EditRecords)?;
    room.regimes.drop_pack(p.actor(), &id).await?;
    Ok(redirect_with_toast("/console/laws/packs", "pack-toast-dropped"))
}

async fn back(
    State(room): State<Room>,
    p: Page,
    Path(pack): Path<String>,
    CsrfForm(Nothing {}): CsrfForm<Nothing>,
) -> Result<Response, WebError> {
    p.require(Permission::EditRecords)?;
    room.regimes.switch_back(p.actor(), &pack).await?;
    Ok(redirect_with_toast("/console/laws/packs", "pack-toast-back"))
}
