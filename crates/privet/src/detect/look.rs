//! What to look for and what to do with it, as the command line said.

use std::path::Path;

use ::detect::{
    CustomDetectors, Entity, Key, Language, Operator, Options, ReplaceError, Replacer, Span,
    Target, splice,
};
use serde::Serialize;

use super::{Args, Lang};
use crate::Failure;

/// What to look for and what to do with it.
pub struct Look {
    pub options: Options,
    min_score: f64,
    entities: Vec<String>,
    explain: bool,
    pub replacer: Option<Replacer>,
}

/// A finding as it is written.
#[derive(Serialize)]
pub struct SpanJson {
    pub start: usize,
    pub end: usize,
    #[serde(rename = "type")]
    kind: String,
    category: String,
    score: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    layer: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule: Option<&'static str>,
}

/// A replacement as it is written.
#[derive(Serialize)]
pub struct ItemJson {
    start: usize,
    end: usize,
    #[serde(rename = "type")]
    kind: String,
    operator: &'static str,
}

impl Look {
    /// Checks what was said.
    pub fn of(args: &Args) -> Result<Self, Failure> {
        let custom = args.detectors.as_deref().map(detectors).transpose()?;
        check_entities(&args.entities, custom.as_ref())?;
        Ok(Self {
            replacer: replacer(&args.operator, args.key_file.as_deref())?,
            options: Options {
                language: match args.lang {
                    Lang::Auto => Language::Auto,
                    Lang::En => Language::English,
                    Lang::Zh => Language::Chinese,
                },
                patterns_only: args.patterns_only,
                custom,
            },
            min_score: args.min_score,
            entities: args.entities.clone(),
            explain: args.explain,
        })
    }

    /// What was asked for in a text.
    pub fn find(&self, text: &str) -> Vec<Span> {
        let mut spans = ::detect::find_long(text, &self.options);
        spans.retain(|span| self.wants(span));
        spans
    }

    /// Whether a finding was asked for.
    pub fn wants(&self, span: &Span) -> bool {
        span.score >= self.min_score
            && (self.entities.is_empty() || self.entities.iter().any(|e| e == span.entity()))
    }

    /// A finding by offsets in code points.
    pub fn written(&self, span: &Span, start: usize, end: usize) -> SpanJson {
        SpanJson {
            start,
            end,
            kind: span.entity().to_owned(),
            category: span.category().to_owned(),
            score: (span.score * 100.0).round() / 100.0,
            layer: self.explain.then(|| span.layer.name()),
            rule: self.explain.then_some(span.rule),
        }
    }

    /// The text with its findings replaced, and what stands where in it.
    pub fn replaced(
        replacer: &Replacer,
        text: &str,
        spans: &[Span],
    ) -> Result<(String, Vec<ItemJson>), ReplaceError> {
        let targets: Vec<Target<'_>> = spans.iter().map(Target::from).collect();
        let done = splice(text, &targets, |target, found| replacer.apply(target, found))?;
        let mut points = CodePoints::of(&done.text);
        let items = done
            .items
            .iter()
            .map(|item| {
                let kind = targets[item.target].entity.to_owned();
                let operator = replacer.operator(&kind).name();
                ItemJson { start: points.at(item.start), end: points.at(item.end), kind, operator }
            })
            .collect();
        Ok((done.text, items))
    }
}

/// Reads a file of detectors.
pub fn detectors(path: &Path) -> Result<CustomDetectors, Failure> {
    let text = std::fs::read_to_string(path).map_err(|error| {
        Failure::usage(format!(
            "the detectors in {} could not be read: {error}; check the path given with --detectors",
            path.display()
        ))
    })?;
    CustomDetectors::parse(&text).map_err(|errors| {
        Failure::usage(format!("the detectors in {} are wrong:\n{errors}", path.display()))
    })
}

fn check_entities(names: &[String], custom: Option<&CustomDetectors>) -> Result<(), Failure> {
    let own = |name: &str| {
        custom.is_some_and(|own| own.list().iter().any(|detector| &*detector.name == name))
    };
    match names.iter().find(|name| !own(name) && !Entity::ALL.iter().any(|e| e.name() == *name)) {
        None => Ok(()),
        Some(wrong) => Err(Failure::usage(format!(
            "“{wrong}” is no entity; write names such as PHONE_NUMBER, all of them are in docs/entities.md"
        ))),
    }
}

fn replacer(operators: &[String], key: Option<&Path>) -> Result<Option<Replacer>, Failure> {
    if operators.is_empty() {
        return Ok(None);
    }
    let parse = |name: &str| {
        name.parse::<Operator>().map_err(|()| {
            Failure::usage(format!(
                "“{name}” is no operator; there are: mask, replace, redact, hash, fake, keep"
            ))
        })
    };
    // What no operator was given for is covered: an export must not leak what its maker forgot.
    let mut replacer = Replacer::new(Operator::cover());
    let plain = operators.iter().filter(|text| !text.contains('='));
    for (count, name) in plain.enumerate() {
        if count > 0 {
            return Err(Failure::usage(
                "there are two operators for all entities; write one of them as ENTITY=OPERATOR"
                    .to_owned(),
            ));
        }
        replacer = Replacer::new(parse(name)?);
    }
    for (entity, name) in operators.iter().filter_map(|text| text.split_once('=')) {
        replacer = replacer.with(entity, parse(name)?);
    }
    if let Some(path) = key {
        replacer = replacer.with_key(read_key(path)?);
    }
    if replacer.lacks_key() {
        return Err(Failure::usage(
            "hash and fake need a secret; make one with `head -c 32 /dev/urandom > key.bin` and give it with --key-file"
                .to_owned(),
        ));
    }
    Ok(Some(replacer))
}

fn read_key(path: &Path) -> Result<Key, Failure> {
    let bytes = std::fs::read(path).map_err(|error| {
        Failure::usage(format!(
            "the key file {} could not be read: {error}; check the path given with --key-file",
            path.display()
        ))
    })?;
    Key::new(bytes.trim_ascii_end()).ok_or_else(|| {
        Failure::usage(format!(
            "the key file {} has fewer than 16 bytes; make one with `head -c 32 /dev/urandom`",
            path.display()
        ))
    })
}

/// Turns byte offsets, given in order, into code points in one walk.
pub struct CodePoints<'a> {
    text: &'a str,
    byte: usize,
    point: usize,
}

impl<'a> CodePoints<'a> {
    pub fn of(text: &'a str) -> Self {
        Self { text, byte: 0, point: 0 }
    }

    pub fn at(&mut self, byte: usize) -> usize {
        self.point += self.text[self.byte..byte].chars().count();
        self.byte = byte;
        self.point
    }
}
