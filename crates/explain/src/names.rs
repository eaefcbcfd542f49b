//! Names of categories, and lists of names, in the reader's language.

use detect::{Entity, Kind, docs::entities};
use web::Lang;

/// A category's name in a language; its key when the taxonomy does not know it (any more).
pub fn category_name(lang: Lang, key: &str) -> String {
    match detect::taxonomy().get(key) {
        Some(category) if lang == Lang::ZhCn => category.zh.clone(),
        Some(category) => category.en.clone(),
        None => key.to_owned(),
    }
}

/// "Contact details › E-mail address": the names from the top of the tree down.
pub fn category_path(lang: Lang, key: &str) -> String {
    let mut names = Vec::new();
    for (at, _) in key.match_indices('.').chain(std::iter::once((key.len(), ""))) {
        names.push(category_name(lang, &key[..at]));
    }
    names.join(" › ")
}

/// Names joined as the language joins them.
pub fn list_of(lang: Lang, names: &[String]) -> String {
    match (lang, names) {
        (_, []) => String::new(),
        (_, [one]) => one.clone(),
        (Lang::ZhCn, _) => names.join("、"),
        (Lang::En, [first @ .., last]) => format!("{} and {last}", first.join(", ")),
    }
}

/// What a finding is called.
pub fn kind_name(lang: Lang, kind: &Kind) -> String {
    match kind {
        Kind::Known(entity) => match entities::about(*entity) {
            Some(about) if lang == Lang::ZhCn => about.zh.clone(),
            Some(about) => about.en.clone(),
            None => category_name(lang, entity.category()),
        },
        Kind::Custom { entity, .. } => entity.to_string(),
    }
}

/// What makes a piece of text such a finding, as the handbook tells it; empty where it does not.
pub fn check_of(lang: Lang, entity: Entity) -> String {
    match entities::about(entity) {
        Some(about) if lang == Lang::ZhCn => about.check_zh.clone(),
        Some(about) => about.check_en.clone(),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_read_as_their_language_joins_them() {
        let names = ["a".to_owned(), "b".to_owned(), "c".to_owned()];
        assert_eq!(list_of(Lang::En, &names), "a, b and c");
        assert_eq!(list_of(Lang::ZhCn, &names), "a、b、c");
    }

    #[test]
    fn a_path_names_every_step_of_the_tree() {
        assert_eq!(category_path(Lang::En, "contact.email"), "Contact details › E-mail address");
        assert_eq!(category_path(Lang::En, "nobody.knows"), "nobody › nobody.knows");
    }
}
