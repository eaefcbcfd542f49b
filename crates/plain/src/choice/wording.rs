//! Words of buttons, boxes and texts that steer.

use std::ops::Range;

use super::{ChoiceDesign, get};
use crate::{
    model::{Finding, Language, Place, Spot, placed},
    rules::Rule,
};

/// Adds what the words give away.
pub fn check(design: &ChoiceDesign, found: &mut Vec<Finding>) {
    let buttons = std::iter::once((Place::Accept, &design.accept))
        .chain(design.refuse.iter().map(|button| (Place::Refuse, button)));
    let buttons: Vec<(Place, &str)> =
        buttons.map(|(place, button)| (place, button.label.as_str())).collect();
    for (place, label) in &buttons {
        whole(label, "unclear-button", *place, design.language, found);
        within(label, "confusing-button", *place, design.language, found);
        within(label, "shaming", *place, design.language, found);
    }
    let boxes = design.boxes.iter().enumerate();
    let texts = std::iter::once((Place::Text, design.text.as_str()))
        .chain(boxes.map(|(at, one)| (Place::Box(at), one.label.as_str())));
    for (place, text) in texts {
        within(text, "shaming", place, design.language, found);
        within(text, "inaction-as-consent", place, design.language, found);
    }
}

/// Adds a finding where the words of a rule stand in a text.
fn within(text: &str, code: &str, place: Place, language: Language, found: &mut Vec<Finding>) {
    let Some(rule) = get(code) else { return };
    if let Some(range) = find(text, rule, language) {
        let spot = Spot { rule, range, instead: None, measure: None };
        found.extend(placed(text, vec![spot], place));
    }
}

/// Adds a finding where a label is nothing but words of a rule.
fn whole(label: &str, code: &str, place: Place, language: Language, found: &mut Vec<Finding>) {
    let Some(rule) = get(code) else { return };
    let bare = label.trim_matches(|c: char| !c.is_alphanumeric());
    let start = label.find(bare).unwrap_or(0);
    if !bare.is_empty() && words(rule, language).iter().any(|word| same(word, bare)) {
        let range = start..start + bare.len();
        let spot = Spot { rule, range, instead: None, measure: None };
        found.extend(placed(label, vec![spot], place));
    }
}

fn words(rule: &Rule, language: Language) -> &[String] {
    match language {
        Language::English => &rule.words_en,
        Language::Chinese => &rule.words_zh,
    }
}

fn same(word: &str, text: &str) -> bool {
    word.chars().eq(text.chars().map(simple))
}

/// Small letters, one kind of apostrophe.
fn simple(c: char) -> char {
    match c {
        '’' | '‘' => '\'',
        _ => c.to_ascii_lowercase(),
    }
}

/// Where words of a rule stand first in a text.
pub fn find(text: &str, rule: &Rule, language: Language) -> Option<Range<usize>> {
    let letters: Vec<(usize, char)> = text.char_indices().map(|(at, c)| (at, simple(c))).collect();
    words(rule, language)
        .iter()
        .filter_map(|word| place(&letters, text.len(), word, language))
        .min_by_key(|range| range.start)
}

fn place(
    letters: &[(usize, char)],
    end: usize,
    word: &str,
    language: Language,
) -> Option<Range<usize>> {
    let wanted: Vec<char> = word.chars().collect();
    let glued = |at: Option<&(usize, char)>| {
        language == Language::English && at.is_some_and(|(_, c)| c.is_alphanumeric())
    };
    (0..=letters.len().checked_sub(wanted.len())?).find_map(|from| {
        let to = from + wanted.len();
        let fits = letters[from..to].iter().map(|(_, c)| c).eq(&wanted)
            && !(from > 0 && glued(letters.get(from - 1)))
            && !glued(letters.get(to));
        fits.then(|| letters[from].0..letters.get(to).map_or(end, |(at, _)| *at))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::rules;

    #[test]
    fn wordings_are_found_and_others_are_not() {
        for rule in rules().iter().filter(|rule| rule.language.is_none()) {
            for (language, found, not_found) in [
                (Language::English, &rule.found_en, &rule.not_found_en),
                (Language::Chinese, &rule.found_zh, &rule.not_found_zh),
            ] {
                if words(rule, language).is_empty() {
                    continue;
                }
                assert!(!found.is_empty() && !not_found.is_empty(), "{}", rule.code);
                // A button is unclear if it says nothing else; a text lacks what it does not say.
                let holds = |text: &str| match rule.code.as_str() {
                    "unclear-button" => {
                        let mut out = Vec::new();
                        whole(text, &rule.code, Place::Accept, language, &mut out);
                        !out.is_empty()
                    }
                    "no-withdrawal" => find(text, rule, language).is_none(),
                    _ => find(text, rule, language).is_some(),
                };
                for text in found {
                    assert!(holds(text), "{}: {text}", rule.code);
                }
                for text in not_found {
                    assert!(!holds(text), "{}: {text}", rule.code);
                }
            }
        }
    }
}
