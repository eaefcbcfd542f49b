//! Dark patterns in the description of a banner, a dialog or a consent form.

mod design;
mod wording;

pub use design::{Button, ChoiceDesign, Look, Tickbox};

use crate::{
    model::{Finding, Place},
    rules::{Rule, rule},
};

/// Contrast below which text is hard to read (WCAG 2.2, 1.4.3).
const CONTRAST: f64 = 4.5;
/// Share of the accepting button's size below which the refusing one is smaller.
const SMALLER: f64 = 0.8;
/// Days after a refusal before which asking again is nagging: six months.
const PATIENCE: u32 = 180;

/// Finds what a choice does to steer people, in the order: boxes, buttons, words, what is missing.
pub fn check_choice(design: &ChoiceDesign) -> Vec<Finding> {
    let mut found = Vec::new();
    boxes(design, &mut found);
    buttons(design, &mut found);
    wording::check(design, &mut found);
    missing(design, &mut found);
    found
}

fn get(code: &str) -> Option<&'static Rule> {
    rule(code, None)
}

fn add(found: &mut Vec<Finding>, code: &str, place: Place, measure: Option<f64>) {
    found.extend(get(code).map(|rule| Finding::of_design(rule, place, measure)));
}

fn boxes(design: &ChoiceDesign, found: &mut Vec<Finding>) {
    for (at, one) in design.boxes.iter().enumerate() {
        let place = Place::Box(at);
        if one.ticked && !one.necessary {
            add(found, "ticked-box", place, None);
        }
        let purposes = one.purposes.len();
        if purposes > 1 && !one.necessary {
            add(found, "bundled-purposes", place, Some(purposes as f64));
            if one.sensitive {
                add(found, "sensitive-bundled", place, None);
            }
        }
        if one.required && !one.necessary {
            add(found, "tied-to-service", place, None);
        }
    }
    // Without boxes the button itself stands for all purposes.
    let purposes = design.purposes.len();
    if design.boxes.is_empty() && purposes > 1 && !design.has_settings {
        add(found, "bundled-purposes", Place::Accept, Some(purposes as f64));
    }
}

fn buttons(design: &ChoiceDesign, found: &mut Vec<Finding>) {
    if design.inaction_is_consent {
        add(found, "inaction-as-consent", Place::Design, None);
    }
    if let Some(clicks) =
        design.withdrawal_clicks.filter(|clicks| *clicks > design.accept.clicks.max(2))
    {
        add(found, "harder-withdrawal", Place::Design, Some(f64::from(clicks)));
    }
    let accept = &design.accept;
    let Some(refuse) = &design.refuse else {
        add(found, "no-refusal", Place::Design, None);
        return;
    };
    if refuse.clicks > accept.clicks {
        add(found, "harder-refusal", Place::Refuse, Some(f64::from(refuse.clicks - accept.clicks)));
    }
    let smaller = accept.size.zip(refuse.size).is_some_and(|(a, r)| r < a * SMALLER);
    let readable = refuse.contrast.is_none_or(|contrast| contrast >= CONTRAST);
    if !readable {
        add(found, "invisible-refusal", Place::Refuse, refuse.contrast);
    } else if refuse.look < accept.look || smaller {
        add(found, "weaker-refusal", Place::Refuse, None);
    }
    if let Some(days) = design.asks_again_after_days.filter(|days| *days < PATIENCE) {
        add(found, "nagging", Place::Design, Some(f64::from(days)));
    }
}

/// What the text does not say.
fn missing(design: &ChoiceDesign, found: &mut Vec<Finding>) {
    let told = |code: &str| {
        get(code).is_none_or(|rule| {
            let texts = std::iter::once(&design.text).chain(design.boxes.iter().map(|b| &b.label));
            texts.into_iter().any(|text| wording::find(text, rule, design.language).is_some())
        })
    };
    if !told("no-withdrawal") {
        add(found, "no-withdrawal", Place::Text, None);
    }
    let named = design.controller.trim();
    let text = design.text.to_lowercase();
    if named.is_empty() || !text.contains(&named.to_lowercase()) {
        add(found, "hidden-controller", Place::Text, None);
    }
}
