//! What a column's name, or its comment, makes of it.

use super::Candidate;
use crate::{
    model::Column,
    names::{Hint, Said, Strength, dictionary, read_cached},
    rules::{self, Agreement, Paper},
    stores::{About, Look},
    types::{self, TypeClass},
    values::{Kind, Tally},
};

/// The name speaks first; a comment helps where the name says little.
pub(super) fn what_is_said(column: &Column<'_>) -> (Said, bool) {
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
pub(super) fn name_candidate(
    column: &Column<'_>,
    look: Look,
    tally: &Tally,
    class: TypeClass,
    hint: Hint,
    from_comment: bool,
    paper: Option<Paper>,
) -> Option<Candidate> {
    if !types::fits(hint.category, class) || in_a_log(column, hint.category) {
        return None;
    }
    let checked = paper.is_some_and(|paper| agrees(hint.category, paper.category));
    let agreement =
        if checked { Agreement::Confirmed } else { rules::agreement(hint.category, tally) };
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
            if look.about == About::Unknown && rules::is_peoples_own(hint.category, tally) =>
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
    // The values may be more exact than the name: a `password` that is a hash.
    let hashed =
        hint.category == "credential.password" && tally.share(&[Kind::PasswordHash]) >= 0.5;
    let category = if hashed { "credential.password_hash" } else { hint.category };
    let matched = rules::matched(category, tally);
    if confirmed || hashed {
        reasons.push("values");
    }
    let checksum = checked || confirmed && rules::has_checksum(hint.category, tally);
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
        category,
        confidence: (confidence + bonus).min(0.99),
        matched,
        checksum,
        name_hint: !from_comment,
        comment_hint: from_comment,
        type_hint,
        reasons,
        rule: match (agreement, hint.strength) {
            (Agreement::Confirmed, _) => "name+values",
            (Agreement::Doubtful, _) => "name-doubted",
            (_, Strength::Strong) => "name",
            _ => "name+store",
        },
    })
}

/// A number under one paper's name may be another of the same state's: a tax number serves as `national_id`.
fn agrees(named: &str, checked: &str) -> bool {
    const STATE: [&str; 5] = [
        "identity.national_id",
        "identity.tax_id",
        "identity.social_insurance",
        "identity.driver_licence",
        "health.insurance_id",
    ];
    named == checked || STATE.contains(&named) && STATE.contains(&checked)
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
