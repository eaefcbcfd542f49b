//! The profile: what the organisation says of itself, beside what Privet counts.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use askama::Template;
use axum::{
    Router,
    extract::State,
    response::Response,
    routing::{get, post},
};
use law::{Law, Metric, Value};
use web::{
    Choice, CsrfForm, Errors, Page, Permission, WebError, redirect_with_toast, render_status,
};

use super::{Nothing, words};
use crate::{Count, Live, Profile, Room, Told};

pub(super) fn router() -> Router<Room> {
    Router::new()
        .route("/console/laws/profile", get(show).post(save))
        .route("/console/laws/profile/count", post(count))
}

/// What was typed, by the field's name.
type Typed = HashMap<String, String>;

/// Longer reasons are read by nobody.
const LONGEST: usize = 500;

struct Row {
    /// Of the field.
    name: String,
    /// Of the field with the reason; empty where nothing is counted.
    why: String,
    label: String,
    number: bool,
    value: String,
    reason: String,
    /// What Privet counts, in words.
    live: String,
    error: String,
}

struct Group {
    /// Empty for the organisation.
    place: String,
    title: String,
    /// The name of the box that takes the place out.
    drop: String,
    /// Only counted: nobody has named the place.
    counted: bool,
    rows: Vec<Row>,
}

#[derive(Template)]
#[template(path = "regime/profile.html")]
struct ProfilePage {
    p: Page,
    tab: &'static str,
    groups: Vec<Group>,
    complete: bool,
    may: bool,
    add: Vec<Choice>,
    errors: Errors,
}

/// Metrics that the law in use asks for, in a place or (with an empty one) of the organisation.
fn asked(law: &Law, place: &str) -> Vec<Metric> {
    let mut used = BTreeSet::new();
    for regime in law.regimes() {
        let own =
            regime.places.iter().any(|one| one == place || place.starts_with(&format!("{one}-")));
        if !place.is_empty() && !own {
            continue;
        }
        let facts = law.facts().filter(|fact| fact.regime == regime.id);
        let facts = facts.flat_map(|fact| fact.when.iter().flatten());
        used.extend(regime.when.iter().flatten().chain(facts).map(|one| one.metric));
    }
    if !place.is_empty() {
        used.insert(Metric::People);
    }
    let wanted = |metric: &Metric| {
        let here = if place.is_empty() { !metric.adds_up() } else { metric.is_local() };
        let special = matches!(metric, Metric::HasPeople | Metric::RevenueThousands);
        here && !special && used.contains(metric)
    };
    Metric::ALL.into_iter().filter(wanted).collect()
}

/// Currencies in which a threshold of revenue is written.
fn currencies(law: &Law) -> BTreeSet<&'static str> {
    let asks = |one: &law::Condition| one.metric == Metric::RevenueThousands;
    let facts = law.facts().filter(|fact| fact.when.iter().flatten().any(asks));
    let of_facts = facts.filter_map(|fact| law.regime(&fact.regime));
    let own = law.regimes().filter(|regime| regime.when.iter().flatten().any(asks));
    of_facts.chain(own).map(|regime| law::code(regime.currency())).collect()
}

fn field(place: &str, metric: Metric) -> String {
    format!("v_{place}_{}", metric.as_str())
}

fn typed(value: Option<Value>) -> String {
    match value {
        Some(Value::Number(n)) => n.to_string(),
        Some(Value::Flag(true)) => "yes".into(),
        Some(Value::Flag(false)) => "no".into(),
        None => String::new(),
    }
}

/// The form as the profile stands.
fn as_typed(profile: &Profile) -> Typed {
    let mut form = Typed::new();
    for (place, told) in &profile.places {
        for (metric, told) in told {
            let name = field(place, *metric);
            form.insert(name.replacen('v', "w", 1), told.reason.clone());
            form.insert(name, typed(Some(told.value)));
        }
    }
    for (currency, amount) in &profile.revenue {
        form.insert(format!("r_{currency}"), amount.to_string());
    }
    if profile.complete {
        form.insert("complete".into(), "1".into());
    }
    form
}

fn live_words(p: &Page, count: &Count) -> String {
    let value = words::value(p, count.value);
    let source = p.t(&format!("profile-source-{}", count.source.as_str()));
    let key = if count.counts { "profile-live" } else { "profile-live-bound" };
    p.t2(key, "value", value, "source", source)
}

struct Drawing<'a> {
    p: &'a Page,
    law: &'a Law,
    live: &'a Live,
    form: &'a Typed,
    wrong: &'a BTreeMap<String, String>,
}

impl Drawing<'_> {
    fn row(&self, place: &str, metric: Metric) -> Row {
        let name = field(place, metric);
        let why = name.replacen('v', "w", 1);
        let text = |name: &str| self.form.get(name).cloned().unwrap_or_default();
        let count = self.live.of(place, metric);
        Row {
            label: words::metric_name(self.p, metric),
            number: metric.is_number(),
            value: text(&name),
            reason: text(&why),
            live: count.map(|count| live_words(self.p, count)).unwrap_or_default(),
            error: self.wrong.get(&name).cloned().unwrap_or_default(),
            why: if count.is_some_and(|count| count.counts) { why } else { String::new() },
            name,
        }
    }

    fn revenue(&self, currency: &str) -> Row {
        let name = format!("r_{currency}");
        Row {
            label: self.p.t1("profile-revenue", "currency", currency.to_uppercase()),
            number: true,
            value: self.form.get(&name).cloned().unwrap_or_default(),
            reason: String::new(),
            live: String::new(),
            error: self.wrong.get(&name).cloned().unwrap_or_default(),
            why: String::new(),
            name,
        }
    }

    fn groups(&self, profile: &Profile) -> Vec<Group> {
        let counted = self.live.counts.iter().map(|count| count.place.as_str());
        let mut places: Vec<&str> =
            profile.places.keys().map(String::as_str).chain(counted).collect();
        places.retain(|place| !place.is_empty());
        places.sort_unstable();
        places.dedup();
        let mut groups: Vec<Group> = places
            .into_iter()
            .map(|place| Group {
                title: words::place(self.p, place),
                counted: !profile.places.contains_key(place),
                rows: asked(self.law, place).into_iter().map(|one| self.row(place, one)).collect(),
                drop: format!("drop_{place}"),
                place: place.to_owned(),
            })
            .collect();
        let mut rows: Vec<Row> =
            currencies(self.law).into_iter().map(|one| self.revenue(one)).collect();
        rows.extend(asked(self.law, "").into_iter().map(|metric| self.row("", metric)));
        groups.push(Group {
            place: String::new(),
            drop: String::new(),
            title: self.p.t("profile-organisation"),
            counted: false,
            rows,
        });
        groups
    }
}

/// Countries, and the parts of them that have a law of their own.
fn places(p: &Page, law: &Law) -> Vec<Choice> {
    let mut all: Vec<Choice> = datamap::systems::countries::options(p.zh())
        .into_iter()
        .map(|(code, name)| Choice::new(code, name))
        .collect();
    let parts = law.regimes().flat_map(|regime| &regime.places).filter(|code| code.contains('-'));
    let parts: BTreeSet<&String> = parts.collect();
    all.extend(parts.into_iter().map(|code| {
        let country = code.split('-').next().unwrap_or_default();
        let country = datamap::systems::countries::name(country, p.zh());
        Choice::new(code, p.t2("place-part", "country", country, "part", words::place(p, code)))
    }));
    all
}

async fn page(
    room: &Room,
    p: Page,
    profile: &Profile,
    form: &Typed,
    wrong: BTreeMap<String, String>,
) -> Result<ProfilePage, WebError> {
    let (law, live) = (room.regimes.law(), room.regimes.live().await?);
    let drawing = Drawing { p: &p, law: &law, live: &live, form, wrong: &wrong };
    let groups = drawing.groups(profile);
    let add = places(&p, &law)
        .into_iter()
        .filter(|choice| !groups.iter().any(|group| group.place == choice.value))
        .collect();
    let mut errors = Errors::new();
    for group in &groups {
        for row in group.rows.iter().filter(|row| !row.error.is_empty()) {
            errors.add("", format!("{} – {}: {}", group.title, row.label, row.error));
        }
    }
    let complete = form.contains_key("complete");
    let may = p.can(Permission::EditRecords);
    Ok(ProfilePage { p, tab: "profile", groups, complete, may, add, errors })
}

async fn show(p: Page, State(room): State<Room>) -> Result<Response, WebError> {
    p.require(Permission::ViewRecords)?;
    room.regimes.refresh().await?;
    let profile = room.regimes.profile().await?;
    let form = as_typed(&profile);
    web::render(&page(&room, p, &profile, &form, BTreeMap::new()).await?)
}

/// A value as typed; `Err` is the key of what is wrong with it.
fn parse(metric: Metric, text: &str) -> Result<Option<Value>, &'static str> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    if !metric.is_number() {
        return match text {
            "yes" => Ok(Some(Value::Flag(true))),
            "no" => Ok(Some(Value::Flag(false))),
            _ => Err("profile-error-choice"),
        };
    }
    let digits: String = text.chars().filter(|c| !matches!(c, ',' | ' ' | '_' | '，')).collect();
    match digits.parse::<u64>() {
        Ok(n) if metric == Metric::SaleRevenuePercent && n > 100 => Err("profile-error-percent"),
        Ok(n) if n <= 100_000_000_000 => Ok(Some(Value::Number(n))),
        _ => Err("profile-error-number"),
    }
}

/// The profile as typed, and what is wrong with it by field.
fn read(p: &Page, law: &Law, live: &Live, form: &Typed) -> (Profile, BTreeMap<String, String>) {
    let mut profile = Profile { complete: form.contains_key("complete"), ..Profile::default() };
    let mut wrong = BTreeMap::new();
    for place in form.keys().filter_map(|name| name.strip_prefix("place_")) {
        if !form.contains_key(&format!("drop_{place}")) {
            profile.places.entry(place.to_owned()).or_default();
        }
    }
    let known: Vec<String> = places(p, law).into_iter().map(|choice| choice.value).collect();
    if let Some(added) = form.get("add").filter(|code| known.contains(code)) {
        profile.places.entry(added.clone()).or_default();
    }
    profile.places.retain(|place, _| known.contains(place));
    let mut all: Vec<String> = profile.places.keys().cloned().collect();
    all.push(String::new());
    for place in all {
        for metric in asked(law, &place) {
            let name = field(&place, metric);
            let text = form.get(&name).map_or("", String::as_str);
            let value = match parse(metric, text) {
                Ok(Some(value)) => value,
                Ok(None) => continue,
                Err(key) => {
                    wrong.insert(name, p.t(key));
                    continue;
                }
            };
            let reason = form.get(&name.replacen('v', "w", 1)).map_or("", |text| text.trim());
            let reason: String = reason.chars().take(LONGEST).collect();
            let counted = live.of(&place, metric).filter(|count| count.counts);
            if counted.is_some_and(|count| count.value != value) && reason.is_empty() {
                wrong.insert(name, p.t("profile-error-reason"));
            }
            profile.places.entry(place.clone()).or_default().insert(metric, Told { value, reason });
        }
    }
    for currency in currencies(law) {
        let name = format!("r_{currency}");
        let text = form.get(&name).map_or("", String::as_str);
        match parse(Metric::RevenueThousands, text) {
            Ok(Some(Value::Number(n))) => {
                profile.revenue.insert(currency.to_owned(), n);
            }
            Ok(_) => {}
            Err(key) => {
                wrong.insert(name, p.t(key));
            }
        }
    }
    (profile, wrong)
}

async fn save(
    State(room): State<Room>,
    p: Page,
    CsrfForm(form): CsrfForm<Typed>,
) -> Result<Response, WebError> {
    p.require(Permission::EditRecords)?;
    room.regimes.refresh().await?;
    let (law, live) = (room.regimes.law(), room.regimes.live().await?);
    let (profile, wrong) = read(&p, &law, &live, &form);
    if !wrong.is_empty() {
        return render_status(422, &page(&room, p, &profile, &form, wrong).await?);
    }
    room.regimes.save_profile(p.actor(), &profile).await?;
    Ok(redirect_with_toast("/console/laws/profile", "profile-toast-saved"))
}

async fn count(
    State(room): State<Room>,
    p: Page,
    CsrfForm(Nothing {}): CsrfForm<Nothing>,
) -> Result<Response, WebError> {
    p.require(Permission::EditRecords)?;
    room.regimes.count_again().await?;
    Ok(redirect_with_toast("/console/laws/profile", "profile-toast-counted"))
}
