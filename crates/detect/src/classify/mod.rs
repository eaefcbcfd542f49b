//! Puts name, comment, type, neighbours and values together.

use std::borrow::Cow;

mod by_name;
mod by_values;

use by_name::{name_candidate, what_is_said};
use by_values::{may_speak, value_candidates};

use crate::{
    CustomDetectors,
    calibrate::calibrated,
    inside,
    model::{CategoryKey, Column, Evidence, InnerFinding, Sensitivity, Verdict},
    names::Said,
    rules::{self, Paper, People},
    stores::{self, About, Look},
    taxonomy::taxonomy,
    types::{self, TypeClass},
    values::{Kind, Tally},
};

/// A possible verdict on the way.
#[derive(Debug, Clone)]
struct Candidate {
    category: &'static str,
    confidence: f64,
    matched: u32,
    checksum: bool,
    name_hint: bool,
    comment_hint: bool,
    type_hint: bool,
    reasons: Vec<&'static str>,
    /// Key of the rule.
    rule: &'static str,
}

impl Candidate {
    /// What it shows of people: what stands beside somebody's name, contact or papers is likely about the
    /// same people.
    fn shows(&self) -> People {
        match self.category {
            _ if self.confidence < 0.65 => People::Nobody,
            "contact.email"
            | "contact.phone"
            | "identity.name"
            | "identity.given_name"
            | "identity.family_name"
            | "identity.national_id"
            | "identity.birth_date"
            | "finance.bank_card"
            | "finance.iban"
            | "credential.password_hash"
            | "credential.password"
            | "social.wechat_id" => People::Persons,
            "identity.gender"
            | "identity.marital_status"
            | "identity.ethnicity"
            | "health.blood_type" => People::Traits,
            _ => People::Nobody,
        }
    }
}

/// A column as the first look sees it.
struct Sight<'a> {
    column: &'a Column<'a>,
    look: Look,
    tally: Tally,
    class: TypeClass,
    said: Said,
    from_comment: bool,
    /// What the values' check digits say.
    paper: Option<Paper>,
}

impl<'a> Sight<'a> {
    fn of(column: &'a Column<'a>, look: Look) -> Self {
        let (said, from_comment) = match what_is_said(column) {
            _ if look.headerless => (Said::Nothing, false),
            said => said,
        };
        let tally = Tally::of(column.values);
        let class = types::class_of(column.data_type);
        // Numbers of papers come in text and whole numbers; what has a format of its own needs no more checks.
        let may = !matches!(class, TypeClass::Real | TypeClass::Date | TypeClass::Bool)
            && tally.variety() > 0.3
            && tally.share(&[Kind::Email, Kind::Date, Kind::Decimal, Kind::Uuid, Kind::Ip]) < 0.5
            && tally.share(&[Kind::IdCn, Kind::Iban, Kind::Uscc]) < 0.5;
        let paper = if may { rules::by_checks(column.values) } else { None };
        Self { column, look, tally, class, said, from_comment, paper }
    }
}

/// Classifies one column, without its neighbours' values.
pub fn classify(column: &Column<'_>) -> Verdict {
    let look = stores::look(column.store, column.store_comment, column.siblings);
    with_confidence(classify_in(column, look, 0))
}

/// Turns raw evidence into a confidence.
fn with_confidence(mut verdict: Verdict) -> Verdict {
    if let Some(category) = &verdict.category {
        let raw = verdict.confidence;
        verdict.confidence = round(calibrated(&verdict.evidence.rule, category.as_str(), raw));
    }
    verdict
}

/// Classifies the columns of one store together: what neighbours turn out to be helps each.
pub fn classify_table(columns: &[Column<'_>]) -> Vec<Verdict> {
    classify_table_uncalibrated(columns).into_iter().map(with_confidence).collect()
}

/// The same with the raw evidence as confidence: what the calibration is fitted on.
#[doc(hidden)]
pub fn classify_table_uncalibrated(columns: &[Column<'_>]) -> Vec<Verdict> {
    let sights: Vec<Sight<'_>> = columns
        .iter()
        .map(|column| {
            Sight::of(column, stores::look(column.store, column.store_comment, column.siblings))
        })
        .collect();
    // First alone, then in the light of the others.
    let alone: Vec<Option<Candidate>> =
        sights.iter().map(|sight| best(sight, People::Nobody).0).collect();
    sights
        .iter()
        .enumerate()
        .map(|(at, sight)| {
            let others: Vec<(usize, People)> = alone
                .iter()
                .enumerate()
                .filter(|(other, _)| *other != at)
                .map(|(other, c)| (other, c.as_ref().map_or(People::Nobody, Candidate::shows)))
                .filter(|(_, people)| *people > People::Nobody)
                .collect();
            let people = others.iter().map(|o| o.1).max().unwrap_or(People::Nobody);
            let mut verdict = verdict(sight, people, 0);
            if verdict.evidence.reasons.iter().any(|reason| reason == "neighbour") {
                let names = others.iter().take(5).map(|o| columns[o.0].name.to_owned());
                verdict.evidence.neighbours = names.collect();
            }
            verdict
        })
        .collect()
}

/// [`classify`] with a company's own detectors, which look first.
pub fn classify_with(column: &Column<'_>, own: &CustomDetectors) -> Verdict {
    by_own(column, own).unwrap_or_else(|| and_inside(column, own, classify(column)))
}

/// [`classify_table`] with a company's own detectors, which look first.
pub fn classify_table_with(columns: &[Column<'_>], own: &CustomDetectors) -> Vec<Verdict> {
    let verdicts = classify_table(columns);
    let judged = columns.iter().zip(verdicts);
    judged.map(|(c, v)| by_own(c, own).unwrap_or_else(|| and_inside(c, own, v))).collect()
}

/// What the company's own detectors find inside free text counts as well.
fn and_inside(column: &Column<'_>, own: &CustomDetectors, mut verdict: Verdict) -> Verdict {
    own.look_inside(column, &mut verdict);
    verdict
}

fn by_own(column: &Column<'_>, own: &CustomDetectors) -> Option<Verdict> {
    let verdict = own.classify(column)?;
    let look = stores::look(column.store, column.store_comment, column.siblings);
    Some(with_minor(column, look, &Tally::of(column.values), verdict))
}

/// Classifies a column of a store already looked at. `depth` counts the levels of JSON entered.
pub(crate) fn classify_in(column: &Column<'_>, look: Look, depth: u8) -> Verdict {
    let people = if look.personal_neighbours { People::Persons } else { People::Nobody };
    verdict(&Sight::of(column, look), people, depth)
}

/// The verdict on a column; `people` says what other columns show of people.
fn verdict(sight: &Sight<'_>, people: People, depth: u8) -> Verdict {
    let Sight { column, look, tally, said, .. } = sight;
    let (best, next) = best(sight, people);
    let mut found = Vec::new();
    if inside::worth_reading(tally, *said) {
        found = inside::read(column, *look, tally, *said, depth);
    }
    let mut verdict = conclude(column, *look, tally, best, found, *said);
    if let Some(paper) = sight.paper {
        let share = (paper.kind.to_ascii_lowercase(), round(paper.share));
        verdict.evidence.shares.insert(0, share);
        verdict.evidence.shares.truncate(5);
    }
    verdict.evidence.runner_up = next.map(|c| (key(c.category), round(c.confidence)));
    with_minor(column, *look, tally, verdict)
}

/// The best candidate and the next one of another category.
fn best(sight: &Sight<'_>, people: People) -> (Option<Candidate>, Option<Candidate>) {
    let Sight { column, look, tally, class, said, from_comment, paper } = sight;
    let people = if look.named_for_people { People::Persons } else { people };
    let beside = look.personal_neighbours || people > People::Nobody;
    let look = Look { personal_neighbours: beside, ..*look };
    let by_name = match said {
        Said::Personal(hint) => {
            name_candidate(column, look, tally, *class, *hint, *from_comment, *paper)
        }
        _ => None,
    };
    let (by_values, next) = value_candidates(look, people, tally, *class, *said);
    // A check digit on every value outweighs what only neighbours suggest.
    let by_paper = paper.filter(|_| may_speak(*said, look)).map(Candidate::of_paper);
    let soft = by_values.as_ref().is_none_or(|c| !c.checksum && c.confidence < 0.85);
    let (by_values, next) = match by_paper {
        Some(paper) if soft => (Some(paper), by_values.or(next)),
        _ => (by_values, next),
    };
    let (mut best, mut lost) = choose(by_name, by_values);
    let is_key = column.primary_key || column.references.is_some();
    if is_key && best.as_ref().is_some_and(|c| !survives_as_key(c, tally, *class)) {
        lost = best.take();
    }
    if lost.as_ref().map(|c| c.category) == best.as_ref().map(|c| c.category) {
        lost = None;
    }
    let next = next.filter(|c| best.as_ref().is_none_or(|b| b.category != c.category));
    (best, lost.or(next))
}

/// The name's candidate says more (a guardian's phone) unless the values clearly say another thing.
/// The winner and the loser.
fn choose(
    by_name: Option<Candidate>,
    by_values: Option<Candidate>,
) -> (Option<Candidate>, Option<Candidate>) {
    match (by_name, by_values) {
        (Some(name), Some(values)) => {
            let same = name.category == values.category;
            let doubted = name.confidence < 0.75 && values.confidence > 0.85 && !same;
            if doubted { (Some(values), Some(name)) } else { (Some(name), Some(values)) }
        }
        (name, values) => (name.or(values), None),
    }
}

fn round(confidence: f64) -> f64 {
    (confidence * 1000.0).round() / 1000.0
}

/// A key is a pointer, not data, unless a natural identifier serves as the key.
fn survives_as_key(candidate: &Candidate, tally: &Tally, class: TypeClass) -> bool {
    let natural = matches!(
        candidate.category,
        "contact.email"
            | "contact.phone"
            | "identity.national_id"
            | "identity.passport"
            | "finance.bank_card"
            | "finance.iban"
            | "identity.username"
            | "social.wechat_id"
            | "vehicle.plate"
            | "vehicle.vin"
            | "identity.social_credit_code"
            | "health.record_id"
            | "device.device_id"
    );
    let counting = tally.share(&[Kind::Integer]) > 0.8
        && tally.share(&[Kind::LongDigits, Kind::MobileCn]) < 0.5;
    natural && !counting && (tally.checked > 0 || class == TypeClass::Text)
}

fn conclude(
    column: &Column<'_>,
    look: Look,
    tally: &Tally,
    best: Option<Candidate>,
    found: Vec<InnerFinding>,
    said: Said,
) -> Verdict {
    let nested = tally.share(&[Kind::Json]) > 0.5;
    let candidate = best.or_else(|| free_text_candidate(column, look, tally, &found, said, nested));
    let Some(candidate) = candidate else {
        let evidence = Evidence {
            values_checked: tally.checked,
            values_distinct: tally.distinct,
            shares: tally.shares(),
            reasons: points_at_people(column)
                .then(|| "foreign_key".to_owned())
                .into_iter()
                .collect(),
            ..Evidence::default()
        };
        return Verdict { confidence: 0.0, evidence, ..Verdict::default() };
    };
    let tree = taxonomy();
    let own = tree.get(candidate.category).map_or(Sensitivity::Personal, |c| c.sensitivity);
    let inside_free =
        candidate.category == "free_text" || candidate.category.starts_with("communication.");
    let raised =
        found.iter().filter_map(|f| tree.get(f.category.as_str())).map(|c| c.sensitivity).max();
    Verdict {
        category: Some(key(candidate.category)),
        sensitivity: if inside_free { own.max(raised.unwrap_or_default()) } else { own },
        confidence: round(candidate.confidence),
        minor: false,
        evidence: Evidence {
            values_matched: candidate.matched,
            values_checked: tally.checked,
            name_hint: candidate.name_hint,
            comment_hint: candidate.comment_hint,
            type_hint: candidate.type_hint,
            checksum: candidate.checksum,
            reasons: candidate.reasons.into_iter().map(str::to_owned).collect(),
            inside: if inside_free { found } else { Vec::new() },
            values_distinct: tally.distinct,
            rule: candidate.rule.to_owned(),
            shares: tally.shares(),
            ..Evidence::default()
        },
    }
}

/// A foreign key to a store of people: a pseudonym, personal only together with what it points at
/// (GDPR Art 4(5)).
fn points_at_people(column: &Column<'_>) -> bool {
    column.references.is_some_and(|store| stores::people_category(store, &[]).is_some())
}

/// Text or JSON with personal data inside, or a column of notes about people.
fn free_text_candidate(
    column: &Column<'_>,
    look: Look,
    tally: &Tally,
    found: &[InnerFinding],
    said: Said,
    nested: bool,
) -> Option<Candidate> {
    let named = matches!(said, Said::Personal(hint) if hint.category == "free_text");
    let rows = found.iter().map(|f| f.rows).max().unwrap_or(0);
    let share = f64::from(rows) / f64::from(tally.checked.max(1));
    let class = types::class_of(column.data_type);
    let about_people =
        look.about == About::People || look.about == About::Dealings && look.personal_neighbours;
    let confidence = if rows >= 3 || share >= 0.1 || rows > 0 && named {
        0.8 + 0.15 * share.min(1.0)
    } else if named
        && about_people
        && class == TypeClass::Text
        && (tally.checked == 0 || look.about == About::People && tally.mean_chars > 8.0)
    {
        0.55
    } else {
        return None;
    };
    let mut reasons = Vec::new();
    if named {
        reasons.push("name");
    }
    if rows > 0 {
        reasons.push(if nested { "nested" } else { "free_text" });
    }
    Some(Candidate {
        category: "free_text",
        confidence,
        matched: rows,
        checksum: false,
        name_hint: named,
        comment_hint: false,
        type_hint: false,
        reasons,
        rule: if rows > 0 { "inside" } else { "name+store" },
    })
}

/// Says whether the person is a child: by category, by store, or by age and birth date.
fn with_minor(column: &Column<'_>, look: Look, tally: &Tally, mut verdict: Verdict) -> Verdict {
    let Some(category) = verdict.category.as_ref().map(|c| c.as_str().to_owned()) else {
        return verdict;
    };
    let of_child =
        category == "minor" || matches!(category.as_str(), "minor.child_name" | "minor.is_minor");
    let young = match category.as_str() {
        "identity.birth_date" => tally.checked >= 5 && rules::mostly_young(tally),
        "identity.age" => {
            let ages: Vec<u8> =
                column.values.iter().filter_map(|v| v.trim().parse().ok()).collect();
            ages.len() >= 5 && ages.iter().filter(|a| **a < 18).count() * 2 > ages.len()
        }
        _ => false,
    };
    verdict.minor = of_child || look.children || young;
    if verdict.minor {
        // PIPL Art 28: all personal information of children under 14 is sensitive.
        verdict.sensitivity = Sensitivity::Sensitive;
    }
    verdict
}

fn key(category: &'static str) -> CategoryKey {
    CategoryKey(Cow::Borrowed(category))
}
