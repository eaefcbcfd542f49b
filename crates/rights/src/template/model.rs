//! What a template is, and what may stand in it. Pure.

use web::Lang;

use crate::Kind;

/// Characters of a name at most.
const LONGEST_NAME: usize = 100;
/// Characters of the words at most; a message may have as many.
const LONGEST: usize = 4_000;
/// What is filled in.
const PLACES: [&str; 4] = ["number", "what", "day", "organisation"];

/// Those that come with Privet: key, and the kind they are for ("" is any).
pub(super) const SHIPPED: [(&str, &str); 8] = [
    ("received", ""),
    ("access", "access"),
    ("portability", "portability"),
    ("correction", "correction"),
    ("erasure", "erasure"),
    ("objection", "objection"),
    ("identity", ""),
    ("nobody", ""),
];

/// A template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    /// Id; of those that come with Privet `shipped-access-en`.
    pub id: String,
    /// For which requests; `None` is any.
    pub kind: Option<Kind>,
    /// In which language.
    pub lang: Lang,
    /// What staff call it.
    pub name: String,
    /// The words, with places in braces.
    pub body: String,
    /// Counts its changes; 0 as it came with Privet.
    pub version: i64,
    /// When it was changed (µs), or 0.
    pub changed_at: i64,
    /// By whom, as the ledger writes it, or "".
    pub changed_by: String,
}

impl Template {
    /// Whether it fits a request.
    pub fn fits(&self, kind: Kind, lang: &str) -> bool {
        self.lang.tag() == lang && self.kind.is_none_or(|one| one == kind)
    }
}

/// What somebody typed.
#[derive(Debug, Clone, Default)]
pub struct Draft {
    /// The name of a [`Kind`], or "" for any.
    pub kind: String,
    /// `en` or `zh-CN`.
    pub lang: String,
    /// Its name.
    pub name: String,
    /// Its words.
    pub body: String,
}

impl Draft {
    /// What does not fit: a field, and the text key that says why.
    pub fn faults(&self) -> Vec<(&'static str, &'static str)> {
        let mut faults = Vec::new();
        if !(1..=LONGEST_NAME).contains(&self.name.trim().chars().count()) {
            faults.push(("name", "rights-error-template-name"));
        }
        if !self.kind.is_empty() && Kind::parse(&self.kind).is_none() {
            faults.push(("kind", "rights-error-kind"));
        }
        if Lang::from_tag(&self.lang).is_none() {
            faults.push(("lang", "rights-error-kind"));
        }
        if !(1..=LONGEST).contains(&self.body.trim().chars().count()) {
            faults.push(("body", "rights-error-template-body"));
        } else if !places_are_known(&self.body) {
            faults.push(("body", "rights-error-template-placeholder"));
        }
        faults
    }
}

/// Whether every brace belongs to a place that is filled in.
fn places_are_known(body: &str) -> bool {
    let mut rest = body.to_owned();
    for place in PLACES {
        rest = rest.replace(&format!("{{{place}}}"), "");
    }
    !rest.contains(['{', '}'])
}

/// What a request says to a template.
pub(crate) struct Filling<'a> {
    pub number: &'a str,
    pub what: &'a str,
    pub day: &'a str,
    pub organisation: &'a str,
}

/// The words with their places filled in. What is filled in is not looked through again.
pub(crate) fn fill(body: &str, filling: &Filling<'_>) -> String {
    let mut out = String::with_capacity(body.len());
    let mut rest = body;
    while let Some(at) = rest.find('{') {
        let (before, after) = rest.split_at(at);
        out.push_str(before);
        let place = after.find('}').map(|end| (&after[1..end], &after[end + 1..]));
        let known = place.and_then(|(name, after)| {
            let text = match name {
                "number" => filling.number,
                "what" => filling.what,
                "day" => filling.day,
                "organisation" => filling.organisation,
                _ => return None,
            };
            Some((text, after))
        });
        let (text, after) = known.unwrap_or(("{", &after[1..]));
        out.push_str(text);
        rest = after;
    }
    out.push_str(rest);
    out
}

/// One that comes with Privet, in a language.
pub(super) fn shipped(key: &str, kind: &str, lang: Lang) -> Template {
    Template {
        id: format!("shipped-{key}-{}", lang.tag()),
        kind: Kind::parse(kind),
        lang,
        name: web::translate(lang, &format!("rights-template-{key}-name"), &[]),
        body: web::translate(lang, &format!("rights-template-{key}-body"), &[]),
        version: 0,
        changed_at: 0,
        changed_by: String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_known_places_are_taken() {
        let draft = |body: &str| Draft {
            kind: "access".into(),
            lang: "en".into(),
            name: "Copy".into(),
            body: body.into(),
        };
        assert_eq!(draft("{number}: {what}, {day}. {organisation}").faults(), []);
        for body in ["{name}", "{ number }", "{number", "a } b", "{}", "{{number}}"] {
            let faults = draft(body).faults();
            assert_eq!(faults, [("body", "rights-error-template-placeholder")], "{body}");
        }
        assert_eq!(draft(" ").faults(), [("body", "rights-error-template-body")]);
        assert_eq!(Draft { kind: "all".into(), ..draft("x") }.faults().len(), 1);
    }

    #[test]
    fn what_is_filled_in_is_not_looked_through_again() {
        let filling =
            Filling {
                number: "R-7", what: "{day}", day: "2027-01-02", organisation: "灯下茶铺"
            };
        let filled = fill("{number} {what} {day} {organisation} {other} {", &filling);
        assert_eq!(filled, "R-7 {day} 2027-01-02 灯下茶铺 {other} {");
    }

    #[test]
    fn those_that_come_with_privet_can_be_saved_as_they_are() {
        for (key, kind) in SHIPPED {
            for lang in [Lang::En, Lang::ZhCn] {
                let one = shipped(key, kind, lang);
                let draft = Draft {
                    kind: kind.into(),
                    lang: lang.tag().into(),
                    name: one.name,
                    body: one.body.clone(),
                };
                assert_eq!(draft.faults(), [], "{key}");
                assert!(
                    one.body.contains("{organisation}") && one.body.contains("{number}"),
                    "{key}"
                );
            }
        }
    }
}
