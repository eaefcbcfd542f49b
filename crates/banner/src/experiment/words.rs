//! What a variant may say. It may change words; it can never make refusing harder, because order,
//! size and number of clicks are no part of it, and these rules hold its words. The lists are data
//! (`data/words.toml`).

use std::sync::LazyLock;

use serde::Deserialize;

use super::Texts;

#[derive(Deserialize, Default)]
struct Says {
    says: Vec<String>,
}

#[derive(Deserialize, Default)]
struct Rules {
    accept: Says,
    refuse: Says,
    never: Says,
}

static RULES: LazyLock<Rules> = LazyLock::new(|| {
    // The file is part of the binary; a test reads it.
    toml::from_str(include_str!("../../data/words.toml")).unwrap_or_default()
});

/// What is wrong with a variant's text: message key, and the piece it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Message key.
    pub key: &'static str,
    /// The text's name (`refuse`), or the phrase.
    pub about: String,
}

/// Checks the texts that visitors will read (a variant's own over the usual ones).
pub fn faults(texts: &Texts) -> Vec<Fault> {
    let get = |name: &str| texts.get(name).map_or("", String::as_str);
    let mut faults = Vec::new();
    let mut fault = |key, about: &str| faults.push(Fault { key, about: about.to_owned() });
    for (name, text) in texts {
        let most = if name == "body" {
            600
        } else if name == "title" {
            120
        } else {
            40
        };
        if text.trim().is_empty() {
            fault("banner-words-empty", name);
        }
        if text.chars().count() > most {
            fault("banner-words-long", name);
        }
        let lower = text.to_lowercase().replace('’', "'");
        if let Some(phrase) = RULES.never.says.iter().find(|phrase| lower.contains(*phrase)) {
            fault("banner-words-never", phrase);
        }
    }
    let (accept, refuse) = (get("accept"), get("refuse"));
    if !says(&RULES.accept, accept) {
        fault("banner-words-accept", accept);
    }
    if !says(&RULES.refuse, refuse) {
        fault("banner-words-refuse", refuse);
    }
    // The eye goes to marks and to what is short.
    if [accept, refuse].iter().any(|text| text.chars().any(is_mark)) {
        fault("banner-words-marks", accept);
    }
    let (a, r) = (accept.chars().count(), refuse.chars().count());
    if r > a.max(4) * 2 || a > r.max(4) * 2 {
        fault("banner-words-uneven", refuse);
    }
    faults
}

/// Whole words in languages with spaces: “know” is no “no”.
fn says(rule: &Says, text: &str) -> bool {
    let lower = text.to_lowercase();
    let words: Vec<&str> = lower.split(|c: char| !c.is_alphanumeric()).collect();
    rule.says.iter().any(|phrase| {
        if phrase.is_ascii() && !phrase.contains(' ') {
            words.contains(&phrase.as_str())
        } else {
            lower.contains(phrase)
        }
    })
}

fn is_mark(c: char) -> bool {
    !(c.is_alphanumeric() || c.is_whitespace() || "-,，、'’()（）".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(accept: &str, refuse: &str) -> Texts {
        [
            ("title", "Your privacy"),
            ("body", "We ask first."),
            ("accept", accept),
            ("refuse", refuse),
        ]
        .map(|(name, text)| (name.to_owned(), text.to_owned()))
        .into()
    }

    fn keys(accept: &str, refuse: &str) -> Vec<&'static str> {
        faults(&texts(accept, refuse)).into_iter().map(|fault| fault.key).collect()
    }

    #[test]
    fn plain_labels_pass_in_both_languages() {
        for (accept, refuse) in
            [("Accept all", "Refuse all"), ("Yes, allow", "No, decline"), ("全部同意", "全部拒绝")]
        {
            assert_eq!(keys(accept, refuse), Vec::<&str>::new(), "{accept} / {refuse}");
        }
    }

    #[test]
    fn sneaky_labels_are_refused() {
        assert_eq!(keys("Continue", "Refuse all"), ["banner-words-accept"]);
        assert_eq!(keys("Accept", "Maybe later"), ["banner-words-refuse"]);
        assert_eq!(keys("Accept ✓", "Refuse"), ["banner-words-marks"]);
        assert_eq!(keys("Accept", "Refuse and go on with fewer features"), ["banner-words-uneven"]);
        assert!(keys("Accept", "No, I don’t care").contains(&"banner-words-never"));
        assert!(keys("同意", "残忍拒绝").contains(&"banner-words-never"));
        assert_eq!(keys("Accept", "I know"), ["banner-words-refuse"]);
    }
}
