//! What is wrong with a text of policies, line by line.

use crate::SCHEMA;
use cedar_policy::{PolicySet, Schema, ValidationMode, Validator};
use miette::Diagnostic;
use std::str::FromStr as _;

/// Largest text of policies, in bytes: more is no longer read by people.
const LARGEST: usize = 64 * 1024;

/// Something wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Line, from 1.
    pub line: usize,
    /// What is wrong, in Cedar's words.
    pub reason: String,
}

/// Parses and checks policies against the schema; empty when they can be used.
pub fn check(text: &str) -> Vec<Fault> {
    let whole = |reason: String| vec![Fault { line: 1, reason }];
    if text.len() > LARGEST {
        return whole(format!("the text is longer than {LARGEST} bytes"));
    }
    let set = match PolicySet::from_str(text) {
        Ok(set) => set,
        Err(errors) => {
            return errors.iter().map(|error| fault(text, error, error.to_string())).collect();
        }
    };
    if set.templates().next().is_some() {
        return whole("templates (?principal, ?resource) are not used here".into());
    }
    let schema = match Schema::from_cedarschema_str(SCHEMA) {
        Ok((schema, _)) => schema,
        Err(error) => return whole(error.to_string()),
    };
    let result = Validator::new(schema).validate(&set, ValidationMode::Strict);
    result.validation_errors().map(|error| fault(text, error, error.to_string())).collect()
}

fn fault(text: &str, error: &dyn Diagnostic, reason: String) -> Fault {
    let offset = error
        .labels()
        .and_then(|mut labels| labels.next())
        .map_or(0, |label| label.offset())
        .min(text.len());
    let line = text.get(..offset).unwrap_or(text).matches('\n').count() + 1;
    let reason = match error.labels().and_then(|mut labels| labels.next()) {
        Some(label) => match label.label() {
            Some(more) if !reason.contains(more) => format!("{reason}: {more}"),
            _ => reason,
        },
        None => reason,
    };
    Fault { line, reason }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SHIPPED;

    #[test]
    fn the_shipped_policies_fit_the_schema() {
        assert_eq!(check(SHIPPED), Vec::new());
    }

    #[test]
    fn a_fault_is_told_with_its_line() {
        let unknown = "\n\npermit (principal, action == Privet::Action::\"fly\", resource);";
        let syntax = "permit (principal, action, resource);\nforbid (principal, action resource);";

        assert_eq!(check(unknown)[0].line, 3, "{:?}", check(unknown));
        assert!(check(unknown)[0].reason.contains("fly"));
        assert_eq!(check(syntax)[0].line, 2, "{:?}", check(syntax));
    }

    #[test]
    fn an_attribute_that_does_not_exist_is_refused() {
        let text = "permit (principal, action, resource) when { principal.salary == 1 };";

        assert!(check(text)[0].reason.contains("salary"), "{:?}", check(text));
    }

    #[test]
    fn templates_and_endless_texts_are_refused() {
        assert_eq!(check("permit (principal == ?principal, action, resource);").len(), 1);
        assert_eq!(check(&"//\n".repeat(40_000)).len(), 1);
    }
}
