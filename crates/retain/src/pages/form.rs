//! The form of a rule: first the table, then everything that the map proposes for it.

use askama::Template;
use axum::{
    Router,
    extract::{Path, State},
    response::Response,
    routing::{get, post},
};
use datamap::map::{Table, Tables};
use web::{Choice, CsrfForm, Errors, Lang, ListQuery, Page, Permission, WebError};

use super::input::{Input, ONLY_LINES, Reference, TIMES, WITHDRAWN, json};
use crate::{
    RetainError, Room,
    rule::{Act, Event, Fault, How, Kind, Step, Test, Unit, paths, sentence, time_like},
};

pub(super) fn router() -> Router<Room> {
    Router::new()
        .route("/console/retention/new", get(choose))
        .route("/console/retention/rules/new", get(new).post(create))
        .route("/console/retention/rules/{id}/edit", get(edit).post(change))
        .route("/console/retention/preview", post(preview))
}

/// Tables listed where one is chosen.
const MOST_TABLES: usize = 200;

#[derive(Template)]
#[template(path = "retain/choose.html")]
struct ChoosePage {
    p: Page,
    l: ListQuery,
    sources: Vec<Choice>,
    source: String,
    tables: Vec<Table>,
    more: usize,
}

#[allow(clippy::unused_self)] // called from the template
impl ChoosePage {
    fn personal(&self, table: &Table) -> usize {
        table.fields.iter().filter(|field| field.level > 0).count()
    }
}

async fn choose(p: Page, l: ListQuery, State(room): State<Room>) -> Result<Response, WebError> {
    p.require(Permission::EditRecords)?;
    let sources = super::sources(&room.retain).await?;
    let wanted = l.get("source");
    let known = sources.iter().find(|one| one.is(wanted)).or_else(|| sources.first());
    let source = known.map_or_else(String::new, |one| one.value.clone());
    let mut tables = match source.as_str() {
        "" => Vec::new(),
        id => room.retain.map().tables_of(id).await.map_err(RetainError::from)?.tables,
    };
    let words = l.q.to_lowercase();
    tables.retain(|one| one.name.to_lowercase().contains(&words));
    tables.sort_by_key(|one| (!one.is_personal(), one.name.clone()));
    let more = tables.len().saturating_sub(MOST_TABLES);
    tables.truncate(MOST_TABLES);
    web::render(&ChoosePage { p, l, sources, source, tables, more })
}

/// One column of the table, where columns are changed.
struct ColumnLine {
    name: String,
    category: String,
    nullable: bool,
    how: String,
}

/// One reference to the table, where what refers to it is told.
struct RelatedLine {
    reference: String,
    said: String,
    personal: bool,
    act: String,
    choices: Vec<Choice>,
}

struct OnlyLine {
    column: String,
    is: String,
    value: String,
}

#[derive(Template)]
#[template(path = "retain/form.html")]
struct FormPage {
    p: Page,
    /// "" for a new one.
    id: String,
    input: Input,
    errors: Errors,
    source_name: String,
    said: [String; 2],
    kinds: Vec<Choice>,
    events: Vec<Choice>,
    columns: Vec<Choice>,
    times: Vec<Choice>,
    purposes: Vec<Choice>,
    whos: Vec<Choice>,
    units: Vec<Choice>,
    onlys: Vec<OnlyLine>,
    tests: Vec<Choice>,
    acts: Vec<Choice>,
    changes: Vec<ColumnLine>,
    neutral: Vec<Choice>,
    masks: Vec<Choice>,
    related: Vec<RelatedLine>,
    facts: Vec<Choice>,
    activities: Vec<Choice>,
    schedules: Vec<Choice>,
}

impl FormPage {
    fn is_chosen(&self, activity: &str) -> bool {
        self.input.activities.iter().any(|one| one == activity)
    }
    fn sums(&self, column: &str) -> bool {
        self.input.sums.iter().any(|one| one == column)
    }
    fn groups(&self, column: &str) -> bool {
        self.input.by.iter().any(|one| one == column)
    }
}

async fn page(
    room: &Room,
    p: Page,
    id: String,
    input: Input,
    errors: Errors,
) -> Result<FormPage, WebError> {
    let map = room.retain.map();
    let source = map.source(&input.source).await.map_err(RetainError::from)?;
    let tables = map.tables_of(&source.id).await.map_err(RetainError::from)?;
    let table = tables.table(&input.table).cloned().ok_or(WebError::NotFound)?;
    let body = input.body(&tables, &source.kind);
    let mut said = [String::new(), String::new()];
    for (at, lang) in [Lang::En, Lang::ZhCn].into_iter().enumerate() {
        said[at] = sentence(lang, &body, &room.retain.names_of(&body, lang).await?);
    }
    let named = |prefix: &'static str, name: &str| {
        Choice::new(name, p.t(&format!("{prefix}-{}", name.replace('_', "-"))))
    };
    let activities = map.activities().await.map_err(RetainError::from)?;
    let column = |field: &datamap::map::TableField| Choice::new(&*field.name, &*field.name);
    Ok(FormPage {
        kinds: Kind::ALL.map(|one| named("retain-kind", one.as_str())).to_vec(),
        events: events(&p, &table, &tables, &input),
        columns: table.fields.iter().map(column).collect(),
        times: TIMES.map(|one| named("retain-time", one)).to_vec(),
        purposes: purposes(room, p.lang),
        whos: whos(&p, &table),
        units: Unit::ALL.map(|one| named("retain-unit", one.as_str())).to_vec(),
        onlys: onlys(&input),
        tests: Test::ALL.map(|one| named("retain-test", one.as_str())).to_vec(),
        acts: Act::ROOT.map(|one| named("retain-act", one.as_str())).to_vec(),
        changes: changes(&p, &table, &input),
        neutral: How::NEUTRAL.map(|one| named("retain-how", one.as_str())).to_vec(),
        masks: How::MASK.map(|one| named("retain-how", one.as_str())).to_vec(),
        related: related(&p, &tables, &input),
        facts: facts(&p),
        activities: activities.into_iter().map(|one| Choice::new(one.id, one.name)).collect(),
        schedules: datamap::sources::Preset::ALL
            .map(|one| Choice::new(one.name(), p.t(&format!("src-schedule-{}", one.name()))))
            .to_vec(),
        source_name: source.name,
        said,
        id,
        input,
        errors,
        p,
    })
}

/// What may start the clock: times of the table, times of rows that refer to it as sentences, a
/// withdrawal where the map found identifiers. What is chosen already is always offered.
fn events(p: &Page, table: &Table, tables: &Tables, input: &Input) -> Vec<Choice> {
    let mut all: Vec<Choice> = table
        .fields
        .iter()
        .filter(|field| time_like(field))
        .map(|field| {
            let event = Event::Column { column: field.name.clone() };
            Choice::new(json(&event), p.t1("retain-event-column", "column", &field.name))
        })
        .collect();
    for path in paths(&table.name, tables) {
        let label = way(p, &path.steps, &path.column);
        let event =
            Event::LastRelated { path: path.steps, column: path.column, otherwise: String::new() };
        all.push(Choice::new(json(&event), label));
    }
    if !whos(p, table).is_empty() {
        all.push(Choice::new(WITHDRAWN, p.t("retain-event-choose-withdrawn")));
    }
    if !input.event.is_empty() && !all.iter().any(|one| one.is(&input.event)) {
        let label = match serde_json::from_str::<Event>(&input.event) {
            Ok(Event::Column { column }) => p.t1("retain-event-column", "column", column),
            Ok(Event::LastRelated { path, column, .. }) => way(p, &path, &column),
            _ => return all,
        };
        all.push(Choice::new(input.event.clone(), label));
    }
    all
}

/// "the newest placed_at in orders", with the tables on the way where there are some.
fn way(p: &Page, steps: &[Step], column: &str) -> String {
    let table = steps.last().map_or("", |step| step.table.as_str());
    let last = p.t2("retain-event-last", "table", table, "column", column);
    match steps {
        [] | [_] => last,
        [before @ .., _] => {
            let names: Vec<&str> = before.iter().map(|step| step.table.as_str()).collect();
            p.t2("retain-event-by-way", "event", last, "tables", names.join(" → "))
        }
    }
}

fn purposes(room: &Room, lang: Lang) -> Vec<Choice> {
    let catalogue = room.retain.consent().catalogue();
    let name =
        |body: &consent::PurposeBody| consent::purpose::text_in(&body.name, lang.tag()).to_owned();
    catalogue.purposes().map(|one| Choice::new(&*one.key, name(&one.body))).collect()
}

/// Columns in which the map found identifiers that consents are kept under.
fn whos(p: &Page, table: &Table) -> Vec<Choice> {
    let fields = table.fields.iter().filter_map(|field| {
        let kind = crate::rule::compile::kind_of(&field.category)?;
        let label = format!(
            "{} · {}",
            field.name,
            p.t(&format!("retain-identifier-{}", kind.replace('_', "-")))
        );
        Some(Choice::new(format!("{} {kind}", field.name), label))
    });
    fields.collect()
}

fn onlys(input: &Input) -> Vec<OnlyLine> {
    let lines = ONLY_LINES.max(input.only_column.len());
    (0..lines)
        .map(|at| {
            let (column, is, value) = input.only_at(at);
            OnlyLine { column: column.into(), is: is.into(), value: value.into() }
        })
        .collect()
}

fn changes(p: &Page, table: &Table, input: &Input) -> Vec<ColumnLine> {
    let line = |field: &datamap::map::TableField| ColumnLine {
        category: match field.category.as_str() {
            "" => String::new(),
            key => explain::category_path(p.lang, key),
        },
        nullable: field.nullable == 1,
        how: input.how_of(&field.name).to_owned(),
        name: field.name.clone(),
    };
    table.fields.iter().filter(|field| field.primary_key == 0).map(line).collect()
}

fn related(p: &Page, tables: &Tables, input: &Input) -> Vec<RelatedLine> {
    let line = |text: &String| {
        let one: Reference = serde_json::from_str(text).ok()?;
        let table = tables.table(&one.table)?;
        let nullable =
            one.columns.iter().all(|name| table.field(name).is_some_and(|f| f.nullable == 1));
        let acts = [Act::Delete, Act::Unlink, Act::Anonymise, Act::Keep];
        let fits = |act: &Act| match act {
            Act::Unlink => nullable,
            Act::Anonymise => nullable && table.is_personal(),
            _ => true,
        };
        let choice =
            |act: Act| Choice::new(act.as_str(), p.t(&format!("retain-related-{}", act.as_str())));
        Some(RelatedLine {
            said: p.t2(
                "retain-related-said",
                "table",
                &one.table,
                "columns",
                one.columns.join(", "),
            ),
            personal: table.is_personal(),
            act: input.act_of(text).to_owned(),
            choices: acts.into_iter().filter(fits).map(choice).collect(),
            reference: text.clone(),
        })
    };
    input.related.iter().filter_map(line).collect()
}

/// What laws say about keeping.
fn facts(p: &Page) -> Vec<Choice> {
    let law = law::Law::shipped();
    law.facts()
        .filter(|fact| fact.kind == law::Kind::Retention)
        .map(|fact| {
            let text: String = fact.text.get(p.zh()).chars().take(90).collect();
            Choice::new(&*fact.id, format!("{} · {text}", fact.cite.get(p.zh())))
        })
        .collect()
}

async fn new(p: Page, l: ListQuery, State(room): State<Room>) -> Result<Response, WebError> {
    p.require(Permission::EditRecords)?;
    let (source, table) = (l.get("source"), l.get("table"));
    let tables = room.retain.map().tables_of(source).await.map_err(RetainError::from)?;
    let input = Input::proposed(source, table, &tables);
    web::render(&page(&room, p, String::new(), input, Errors::new()).await?)
}

async fn edit(
    p: Page,
    Path(id): Path<String>,
    State(room): State<Room>,
) -> Result<Response, WebError> {
    p.require(Permission::EditRecords)?;
    let rule = room.retain.rule(&id).await?;
    let mut input = Input::of(&rule.body);
    // References that came into the database since the rule was written.
    let tables = room.retain.map().tables_of(&input.source).await.map_err(RetainError::from)?;
    for one in crate::rule::related_to(&input.table, &tables) {
        let text = super::input::reference(&one);
        if !input.related.contains(&text) {
            input.related.push(text);
            input.related_act.push(Act::Keep.as_str().into());
        }
    }
    web::render(&page(&room, p, rule.id, input, Errors::new()).await?)
}

async fn create(
    State(room): State<Room>,
    p: Page,
    CsrfForm(input): CsrfForm<Input>,
) -> Result<Response, WebError> {
    save(&room, p, String::new(), input).await
}

async fn change(
    State(room): State<Room>,
    p: Page,
    Path(id): Path<String>,
    CsrfForm(input): CsrfForm<Input>,
) -> Result<Response, WebError> {
    let id = room.retain.rule(&id).await?.id;
    save(&room, p, id, input).await
}

async fn save(room: &Room, p: Page, id: String, input: Input) -> Result<Response, WebError> {
    p.require(Permission::EditRecords)?;
    let source = room.retain.map().source(&input.source).await.map_err(RetainError::from)?;
    let tables = room.retain.map().tables_of(&source.id).await.map_err(RetainError::from)?;
    let body = input.body(&tables, &source.kind);
    if input.go == "preview" {
        return web::render(&page(room, p, id, input, Errors::new()).await?);
    }
    let saved = match id.as_str() {
        "" => room.retain.create_rule(&p.actor(), &body).await,
        id => room.retain.change_rule(&p.actor(), id, &body).await.map(|()| id.to_owned()),
    };
    match saved {
        Ok(rule) => {
            let to = format!("/console/retention/rules/{rule}");
            Ok(web::redirect_with_toast(&to, "retain-toast-saved"))
        }
        Err(RetainError::Form(faults)) => {
            let errors = told(&p, &faults);
            web::render_status(422, &page(room, p, id, input, errors).await?)
        }
        Err(error) => Err(error.into()),
    }
}

fn told(p: &Page, faults: &[Fault]) -> Errors {
    let mut errors = Errors::new();
    for fault in faults {
        errors.add(fault.field, p.t1(fault.key, "what", &fault.what));
    }
    errors
}

#[derive(Template)]
#[template(path = "retain/preview.html")]
struct PreviewPart {
    p: Page,
    said: [String; 2],
}

/// The sentence of what the form says now; htmx puts it beside the form.
async fn preview(
    State(room): State<Room>,
    p: Page,
    CsrfForm(input): CsrfForm<Input>,
) -> Result<Response, WebError> {
    p.require(Permission::EditRecords)?;
    let source = room.retain.map().source(&input.source).await.map_err(RetainError::from)?;
    let tables = room.retain.map().tables_of(&source.id).await.map_err(RetainError::from)?;
    let body = input.body(&tables, &source.kind);
    let en = sentence(Lang::En, &body, &room.retain.names_of(&body, Lang::En).await?);
    let zh = sentence(Lang::ZhCn, &body, &room.retain.names_of(&body, Lang::ZhCn).await?);
    web::render(&PreviewPart { p, said: [en, zh] })
}
