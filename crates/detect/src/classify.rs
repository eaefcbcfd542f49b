//! Puts name, comment, type, neighbours and values together.

use std::borrow::Cow;

use crate::{
    CustomDetectors, inside,
    model::{CategoryKey, Column, Evidence, InnerFinding, Sensitivity, Verdict},
    names::{Hint, Said, Strength, dictionary, read_cached},
    rules::{self, Agreement},
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
}

/// Classifies one column.
pub fn classify(column: &Column<'_>) -> Verdict {
    let look = stores::look(column.store, column.store_comment, column.siblings);
    classify_in(column, look, 0)
}

/// Classifies the columns of one store together: what neighbours turn out to be helps each.
pub fn classify_table(columns: &[Column<'_>]) -> Vec<Verdict> {
    columns.iter().map(classify).collect()
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
    let tally = Tally::of(column.values);
    let class = types::class_of(column.data_type);
    let (said, from_comment) = what_is_said(column);
    let by_name = match said {
        Said::Personal(hint) => name_candidate(column, look, &tally, class, hint, from_comment),
        _ => None,
    };
    let by_values = value_candidate(look, &tally, class, said);
    let mut best = choose(by_name, by_values);
    if column.primary_key || column.references.is_some() {
        best = best.filter(|candidate| survives_as_key(candidate, &tally, class));
    }
    let mut found = Vec::new();
    if inside::worth_reading(&tally, said) {
        found = inside::read(column, look, &tally, said, depth);
    }
    let verdict = conclude(column, look, &tally, best, found, said);
    with_minor(column, look, &tally, verdict)
}

/// The name speaks first; a comment helps where the name says little.
fn what_is_said(column: &Column<'_>) -> (Said, bool) {
    let said = read_cached(column.name);
    let weak = match said {
        Said::Never => return (said, false),
        Said::Personal(hint) => hint.strength < Strength::Strong,
        Said::Nothing | Said::Other => true,
    };
    if weak && !column.comment.trim().is_empty() {
        let comment: String = column.comment.chars().take(80).collect();
        // A comment may go on after the label: 手机号（登录用）; "phone number, if known".
        let label = comment
            .split(['(', '（', ',', '，', ';', '；', '。', ':', '：', '\n'])
            .next()
            .unwrap_or_default();
        if let Said::Personal(hint) = dictionary().read(label) {
            let stronger = !matches!(said, Said::Personal(old) if old.strength >= hint.strength);
            if stronger {
                return (Said::Personal(hint), true);
            }
        } else if matches!(said, Said::Nothing | Said::Other)
            && dictionary().read(label) == Said::Never
        {
            return (Said::Never, true);
        }
    }
    (said, false)
}

/// What the name makes of the column, after the values had their say.
fn name_candidate(
    column: &Column<'_>,
    look: Look,
    tally: &Tally,
    class: TypeClass,
    hint: Hint,
    from_comment: bool,
) -> Option<Candidate> {
    if !types::fits(hint.category, class) || in_a_log(column, hint.category) {
        return None;
    }
    let agreement = rules::agreement(hint.category, tally);
    if agreement == Agreement::Refuted {
        return None;
    }
    let owned = match look.about {
        About::People => true,
        About::Dealings => {
            allowed_in_dealings(hint.category, column.name)
                || agreement == Agreement::Confirmed && names_a_person(hint.category)
        }
        About::Things => {
            hint.category == "identity.name"
                && !is_bare(column.name)
                && rules::is_specific(hint.category, tally)
        }
        About::Unknown => look.personal_neighbours,
    };
    let confirmed = agreement == Agreement::Confirmed;
    let confidence = match (hint.strength, owned, agreement) {
        (Strength::Strong, _, Agreement::Confirmed) => 0.97,
        (Strength::Strong, _, Agreement::NoRule) => 0.88,
        (Strength::Strong, _, Agreement::NoValues) => 0.86,
        (Strength::Strong, _, _) => 0.7,
        (Strength::People, true, Agreement::Confirmed) => 0.93,
        (Strength::People, true, Agreement::NoRule | Agreement::NoValues) => 0.78,
        (Strength::People, true, _) => 0.6,
        (Strength::People, false, Agreement::Confirmed)
            if look.about == About::Unknown && rules::is_specific(hint.category, tally) =>
        {
            0.75
        }
        (Strength::Weak, _, _) => weak_confidence(look, tally, class, hint, confirmed)?,
        _ => return None,
    };
    if hint.category == "free_text"
        || look.about == About::Things
            && hint.strength == Strength::Strong
            && !stands_among_things(hint.category)
    {
        // Free text is judged by what is inside; a product's shoe size is not a person's.
        return None;
    }
    let mut reasons = vec![if from_comment {
        "comment"
    } else if hint.pinyin {
        "pinyin"
    } else {
        "name"
    }];
    let matched = rules::matched(hint.category, tally);
    if confirmed {
        reasons.push("values");
    }
    let checksum = confirmed && rules::has_checksum(hint.category, tally);
    if checksum {
        reasons.push("checksum");
    }
    if hint.strength == Strength::People && look.personal_neighbours {
        reasons.push("neighbour");
    }
    let type_hint = types::speaks_for(hint.category, class);
    if type_hint {
        reasons.push("type");
    }
    let bonus = if checksum { 0.02 } else { 0.0 } + if type_hint { 0.01 } else { 0.0 };
    Some(Candidate {
        category: hint.category,
        confidence: (confidence + bonus).min(0.99),
        matched,
        checksum,
        name_hint: !from_comment,
        comment_hint: from_comment,
        type_hint,
        reasons,
    })
}

/// In a store about dealings, places and words are the person's; a bare `name` is the dealing's.
fn allowed_in_dealings(category: &str, column: &str) -> bool {
    let bare = is_bare(column);
    !bare
        && (category.starts_with("location.")
            || category.starts_with("communication.")
            || category.starts_with("contact.")
            || matches!(
                category,
                "identity.age"
                    | "identity.gender"
                    | "identity.name"
                    | "identity.signature"
                    | "identity.photo"
            ))
}

/// A name that says nothing about whose it is.
fn is_bare(column: &str) -> bool {
    ["name", "names", "nm", "title", "display_name", "displayname", "alias"]
        .iter()
        .any(|bare| column.eq_ignore_ascii_case(bare))
}

/// A line in a log is a program's, not a person's.
fn in_a_log(column: &Column<'_>, category: &str) -> bool {
    let store = column.store.to_lowercase();
    category.starts_with("communication")
        && (store.ends_with("log") || store.ends_with("logs") || store.ends_with("日志"))
}

fn names_a_person(category: &str) -> bool {
    matches!(category, "identity.name" | "identity.given_name" | "identity.family_name")
}

/// Categories that are personal even in a store about things: a shop's manager has a phone.
fn stands_among_things(category: &str) -> bool {
    category.starts_with("contact.")
        || category.starts_with("credential.")
        || matches!(
            category,
            "identity.name"
                | "identity.given_name"
                | "identity.family_name"
                | "identity.national_id"
                | "finance.bank_card"
                | "finance.bank_account"
                | "finance.iban"
                | "device.ip_address"
                | "identity.username"
                | "location.address"
                | "location.postal_code"
                | "identity.birth_date"
                | "identity.passport"
                | "minor.guardian"
                | "minor.child_name"
        )
}

/// Weak names: numbers that a company gives to people, and words that need values.
fn weak_confidence(
    look: Look,
    tally: &Tally,
    class: TypeClass,
    hint: Hint,
    confirmed: bool,
) -> Option<f64> {
    let is_number = matches!(
        hint.category,
        "identity.customer_id"
            | "identity.employee_id"
            | "identity.student_id"
            | "health.record_id"
    );
    if is_number {
        if look.about == About::Things {
            return None;
        }
        // Plain counting numbers are keys, not identifiers one would meet outside the database.
        return if tally.checked == 0 {
            matches!(class, TypeClass::Text | TypeClass::Uuid).then_some(0.6)
        } else {
            let coded = tally.share(&[Kind::Uuid, Kind::Code, Kind::WechatOpenId])
                - tally.share(&[Kind::Integer]);
            (coded >= 0.6).then_some(0.72)
        };
    }
    (confirmed && rules::is_specific(hint.category, tally)).then_some(0.85)
}

/// What the values say without the name.
fn value_candidate(look: Look, tally: &Tally, class: TypeClass, said: Said) -> Option<Candidate> {
    if tally.checked < 3 || matches!(class, TypeClass::Real | TypeClass::Bool) {
        return None;
    }
    rules::by_values(look, tally, said).map(|found| Candidate {
        category: found.category,
        confidence: found.confidence,
        matched: found.matched,
        checksum: found.checksum,
        name_hint: false,
        comment_hint: false,
        type_hint: false,
        reasons: if found.checksum { vec!["values", "checksum"] } else { vec!["values"] },
    })
}

/// The name's candidate says more (a guardian's phone) unless the values clearly say another thing.
fn choose(by_name: Option<Candidate>, by_values: Option<Candidate>) -> Option<Candidate> {
    match (by_name, by_values) {
        (Some(name), Some(values)) => {
            let same = name.category == values.category;
            let doubted = name.confidence < 0.75 && values.confidence > 0.85 && !same;
            Some(if doubted { values } else { name })
        }
        (name, values) => name.or(values),
    }
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
        let evidence = Evidence { values_checked: tally.checked, ..Evidence::default() };
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
        confidence: (candidate.confidence * 1000.0).round() / 1000.0,
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
            ..Evidence::default()
        },
    }
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
        "identity.birth_date" => tally.checked >= 5 && rules::mostly_young(&tally.years),
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
