//! The TOML file of detectors: read, check, and tell everything that is wrong at once.

use std::collections::HashSet;

use serde::Deserialize;
use toml::Spanned;

use super::{
    Checksum, CustomDetector, column::NamePattern, error::CustomError, error::CustomErrors,
    error::Problem, find, guard,
};
use crate::{Entity, Sensitivity, taxonomy};

/// Bytes of a file at most.
const FILE_MAX: usize = 1 << 20;
/// Detectors of a file at most: each reads the text once.
const DETECTORS_MAX: usize = 200;
/// Entries of a list at most, and characters of an entry.
const ENTRIES_MAX: usize = 500;
const ENTRY_MAX: usize = 500;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    detector: Vec<Spanned<Row>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    name: Option<Spanned<String>>,
    en: Option<Spanned<String>>,
    zh: Option<Spanned<String>>,
    pattern: Option<Spanned<String>>,
    words: Option<Spanned<Vec<String>>>,
    checksum: Option<Spanned<String>>,
    context: Option<Spanned<Vec<String>>>,
    context_required: Option<Spanned<bool>>,
    column_names: Option<Spanned<Vec<String>>>,
    category: Option<Spanned<String>>,
    sensitivity: Option<Spanned<String>>,
    score: Option<Spanned<f64>>,
    examples: Option<Spanned<Vec<String>>>,
    counter_examples: Option<Spanned<Vec<String>>>,
}

pub(super) fn parse(text: &str, timed: bool) -> Result<Vec<CustomDetector>, CustomErrors> {
    let whole = |line, problem| {
        CustomErrors(vec![CustomError { detector: String::new(), line, field: "", problem }])
    };
    if text.len() > FILE_MAX {
        return Err(whole(1, Problem::TooLong { most: FILE_MAX }));
    }
    let file: File = toml::from_str(text).map_err(|error| toml_error(text, &error))?;
    if file.detector.len() > DETECTORS_MAX {
        return Err(whole(1, Problem::TooMany { most: DETECTORS_MAX }));
    }
    let mut errors = Vec::new();
    let mut names = HashSet::new();
    let mut detectors = Vec::new();
    for row in file.detector {
        let at = row.span().start;
        let mut check = Check::of(text, at, row.get_ref(), &mut errors, timed);
        if let Some(name) = &row.get_ref().name
            && !names.insert(name.get_ref().clone())
        {
            check.wrong("name", name.span().start, Problem::Twice);
        }
        detectors.extend(check.detector(row.get_ref()));
    }
    if errors.is_empty() { Ok(detectors) } else { Err(CustomErrors(errors)) }
}

/// A syntax error, an unknown key or a wrong type, with the name of the detector it stands in.
fn toml_error(text: &str, error: &toml::de::Error) -> CustomErrors {
    let at = error.span().map_or(0, |span| span.start.min(text.len()));
    let block = text[..at].rfind("[[detector]]").map_or("", |start| {
        let rest = &text[start + 12..];
        rest.split("[[detector]]").next().unwrap_or_default()
    });
    let name = block
        .lines()
        .filter_map(|line| line.trim().strip_prefix("name"))
        .find_map(|rest| rest.trim().strip_prefix('='))
        .map_or("", |value| value.trim().trim_matches(['"', '\'']));
    let name: String = name.chars().take(64).filter(char::is_ascii_graphic).collect();
    let why = error.message().lines().collect::<Vec<_>>().join(" ");
    let problem = Problem::Toml(format!("{why}; correct the file there"));
    let field = "";
    CustomErrors(vec![CustomError { detector: name, line: line_of(text, at), field, problem }])
}

fn line_of(text: &str, at: usize) -> usize {
    text[..at.min(text.len())].matches('\n').count() + 1
}

/// One row being checked.
struct Check<'f> {
    text: &'f str,
    at: usize,
    name: String,
    errors: &'f mut Vec<CustomError>,
    sound: bool,
    /// Patterns are tried on hostile texts against the clock.
    timed: bool,
}

impl<'f> Check<'f> {
    fn of(
        text: &'f str,
        at: usize,
        row: &Row,
        errors: &'f mut Vec<CustomError>,
        timed: bool,
    ) -> Self {
        let name = row.name.as_ref().map_or(String::new(), |name| name.get_ref().clone());
        Self { text, at, name: name.chars().take(64).collect(), errors, sound: true, timed }
    }

    fn wrong(&mut self, field: &'static str, at: usize, problem: Problem) {
        self.sound = false;
        let line = line_of(self.text, at);
        self.errors.push(CustomError { detector: self.name.clone(), line, field, problem });
    }

    fn detector(mut self, row: &Row) -> Option<CustomDetector> {
        let name = self.name_of(row);
        let en = self.words_for_people("en", row.en.as_ref()).unwrap_or_else(|| name.clone());
        let zh = self.words_for_people("zh", row.zh.as_ref()).unwrap_or_else(|| en.clone());
        let context = lower(self.list("context", row.context.as_ref()));
        let context_required = row.context_required.as_ref().is_some_and(|on| *on.get_ref());
        if let Some(on) = row.context_required.as_ref().filter(|_| context_required)
            && context.is_empty()
        {
            self.wrong("context_required", on.span().start, Problem::ContextMissing);
        }
        let checksum = self.checksum(row);
        let words = self.list("words", row.words.as_ref());
        let column_names = self.list("column_names", row.column_names.as_ref());
        if row.pattern.is_none() && words.is_empty() && column_names.is_empty() {
            self.wrong("", self.at, Problem::Nothing);
        }
        let examples = self.list("examples", row.examples.as_ref());
        let finder = self.finder(row, &words, context_required, &examples);
        let category = self.category(row);
        let sensitivity = self.sensitivity(row, &category);
        let detector = CustomDetector {
            score: self.score(row, checksum),
            name: name.into(),
            en,
            zh,
            pattern: row.pattern.as_ref().map(|pattern| pattern.get_ref().clone()),
            words,
            checksum,
            context,
            context_required,
            names: column_names.iter().map(|name| NamePattern::parse(name)).collect(),
            column_names,
            category: category.into(),
            sensitivity,
            line: line_of(self.text, self.at),
            finder,
        };
        if self.sound {
            self.examples(row, &examples, &detector);
        }
        self.sound.then_some(detector)
    }

    fn name_of(&mut self, row: &Row) -> String {
        let Some(name) = &row.name else {
            self.wrong("name", self.at, Problem::Missing);
            return String::new();
        };
        let text = name.get_ref();
        let fits = (2..=64).contains(&text.len())
            && text.starts_with(|c: char| c.is_ascii_uppercase())
            && text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_');
        if !fits {
            self.wrong("name", name.span().start, Problem::Name);
        } else if text.parse::<Entity>().is_ok() {
            self.wrong("name", name.span().start, Problem::BuiltIn);
        }
        text.clone()
    }

    fn words_for_people(
        &mut self,
        field: &'static str,
        given: Option<&Spanned<String>>,
    ) -> Option<String> {
        let given = given?;
        let text = given.get_ref().trim();
        if text.chars().count() > ENTRY_MAX {
            self.wrong(field, given.span().start, Problem::TooLong { most: ENTRY_MAX });
        }
        (!text.is_empty()).then(|| text.to_owned())
    }

    fn list(&mut self, field: &'static str, given: Option<&Spanned<Vec<String>>>) -> Vec<String> {
        let Some(given) = given else { return Vec::new() };
        let (at, entries) = (given.span().start, given.get_ref());
        if entries.len() > ENTRIES_MAX {
            self.wrong(field, at, Problem::TooMany { most: ENTRIES_MAX });
        } else if entries.iter().any(|entry| entry.chars().count() > ENTRY_MAX) {
            self.wrong(field, at, Problem::TooLong { most: ENTRY_MAX });
        }
        let keep = |entry: &&String| !entry.trim().is_empty();
        entries.iter().filter(keep).take(ENTRIES_MAX).cloned().collect()
    }

    fn checksum(&mut self, row: &Row) -> Checksum {
        let Some(given) = &row.checksum else { return Checksum::None };
        given.get_ref().parse().unwrap_or_else(|()| {
            let known = Checksum::ALL.iter().map(|(name, _)| (*name).to_owned()).collect();
            let value = given.get_ref().clone();
            self.wrong("checksum", given.span().start, Problem::Unknown { value, known });
            Checksum::None
        })
    }

    fn finder(
        &mut self,
        row: &Row,
        words: &[String],
        in_context: bool,
        examples: &[String],
    ) -> Option<find::Finder> {
        let mut parts = Vec::new();
        let (mut field, mut at) = ("pattern", self.at);
        if let Some(pattern) = &row.pattern {
            at = pattern.span().start;
            parts.push(pattern.get_ref().clone());
        } else if let Some(given) = &row.words {
            (field, at) = ("words", given.span().start);
        }
        parts.extend(any_of(words));
        let whole = match parts.as_slice() {
            [] => return None,
            [one] => one.clone(),
            several => format!("(?:{})", several.join("\n)|(?:")),
        };
        match guard::compile(&whole, in_context, examples, self.timed) {
            Ok(finder) => Some(finder),
            Err(problem) => {
                self.wrong(field, at, problem);
                None
            }
        }
    }

    fn category(&mut self, row: &Row) -> String {
        let Some(given) = &row.category else {
            self.wrong("category", self.at, Problem::Missing);
            return String::new();
        };
        let value = given.get_ref().clone();
        if taxonomy().get(&value).is_none() {
            let mut known: Vec<String> = taxonomy()
                .find(&value.replace(['.', '_'], " "))
                .iter()
                .map(|c| c.key.clone())
                .collect();
            if known.is_empty() {
                known = taxonomy().categories.iter().map(|c| c.key.clone()).collect();
            }
            let problem = Problem::Unknown { value: value.clone(), known };
            self.wrong("category", given.span().start, problem);
        }
        value
    }

    fn sensitivity(&mut self, row: &Row, category: &str) -> Sensitivity {
        let own = taxonomy().get(category).map_or(Sensitivity::Personal, |c| c.sensitivity);
        let Some(given) = &row.sensitivity else { return own };
        match given.get_ref().parse() {
            Ok(Sensitivity::None) | Err(()) => {
                let known = ["personal", "confidential", "sensitive"].map(str::to_owned).to_vec();
                let value = given.get_ref().clone();
                self.wrong("sensitivity", given.span().start, Problem::Unknown { value, known });
                own
            }
            Ok(level) => level,
        }
    }

    fn score(&mut self, row: &Row, checksum: Checksum) -> f64 {
        let Some(given) = &row.score else {
            return if checksum == Checksum::None { 0.6 } else { 0.9 };
        };
        let score = *given.get_ref();
        if !(score > 0.0 && score <= 1.0) {
            self.wrong("score", given.span().start, Problem::Bounds);
        }
        score
    }

    /// Examples are found, with or without context; counter-examples are not.
    fn examples(&mut self, row: &Row, examples: &[String], detector: &CustomDetector) {
        let Some(finder) = &detector.finder else { return };
        let at = row.examples.as_ref().map_or(self.at, |given| given.span().start);
        if examples.is_empty() && row.pattern.is_some() {
            self.wrong("examples", at, Problem::NoExamples);
        }
        for example in examples {
            let (mut matched, mut passed) = (false, false);
            finder.each(example, |_, checked| {
                matched = true;
                passed |= detector.checksum.holds(checked);
            });
            if !passed {
                let example = example.clone();
                self.wrong(
                    "examples",
                    at,
                    Problem::ExampleMissed { example, by_checksum: matched },
                );
            }
        }
        for example in self.list("counter_examples", row.counter_examples.as_ref()) {
            let mut found = Vec::new();
            detector.find(&example, &mut found);
            let at = row.counter_examples.as_ref().map_or(self.at, |given| given.span().start);
            if !found.is_empty() {
                self.wrong("counter_examples", at, Problem::CounterExampleFound { example });
            }
        }
    }
}

fn lower(words: Vec<String>) -> Vec<String> {
    words.iter().map(|word| word.trim().to_lowercase()).collect()
}

/// A pattern that matches one of the words as a whole word, in any case; Chinese has no word borders.
pub(super) fn any_of(words: &[String]) -> Option<String> {
    if words.is_empty() {
        return None;
    }
    let border = |c: Option<char>| {
        if c.is_some_and(|c| c.is_alphanumeric() && !crate::words::is_han(c)) {
            r"(?-u:\b)"
        } else {
            ""
        }
    };
    let mut sorted: Vec<&str> = words.iter().map(|word| word.trim()).collect();
    // Of alternatives the first wins: the longest must stand first.
    sorted.sort_by_key(|word| std::cmp::Reverse(word.len()));
    let each = sorted.iter().map(|word| {
        let chars = || word.chars();
        format!("{}{}{}", border(chars().next()), regex::escape(word), border(chars().next_back()))
    });
    Some(format!("(?i:{})", each.collect::<Vec<_>>().join("|")))
}
