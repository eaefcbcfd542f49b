//! What is wrong with a detector, in the reader's language, with what to do about it.

use detect::{CustomError, CustomErrors, Problem};
use web::{Errors, Look};

/// Values listed of those that would be known.
const KNOWN: usize = 12;

/// For a form: each sentence at its field.
pub(crate) fn on_fields(look: &Look, errors: &CustomErrors) -> Errors {
    let mut told = Errors::new();
    for error in &errors.0 {
        let field = field_name(look, error.field);
        told.add(
            error.field,
            look.t2("detector-wrong", "field", field, "why", why(look, &error.problem)),
        );
    }
    told
}

/// For a file: each sentence with its line.
pub(crate) fn on_lines(look: &Look, errors: &CustomErrors) -> Errors {
    let mut told = Errors::new();
    for error in &errors.0 {
        let place = place(look, error);
        told.add(
            "toml",
            look.t2("detector-wrong", "field", place, "why", why(look, &error.problem)),
        );
    }
    told
}

fn place(look: &Look, error: &CustomError) -> String {
    let line = look.tn("detector-line", error.line);
    if error.field.is_empty() {
        line
    } else {
        look.t2("detector-line-key", "line", line, "key", error.field)
    }
}

fn field_name(look: &Look, field: &str) -> String {
    if field.is_empty() {
        return look.t("detector-whole");
    }
    look.t(&format!("detector-{}", field.replace('_', "-")))
}

fn why(look: &Look, problem: &Problem) -> String {
    let key = format!("detector-problem-{}", problem.key());
    match problem {
        Problem::Toml(why) | Problem::Syntax(why) => look.t1(&key, "why", why),
        Problem::TooLong { most } | Problem::TooMany { most } => look.tn(&key, *most),
        Problem::Repetition { most } => look.tn(&key, *most),
        Problem::Unknown { value, known } => {
            let shown = &known[..known.len().min(KNOWN)];
            look.t2(&key, "value", value, "known", shown.join(look.t("explain-comma").as_str()))
        }
        Problem::Everything { percent } => look.tn(&key, i64::from(*percent)),
        Problem::ExampleMissed { example, .. } | Problem::CounterExampleFound { example } => {
            look.t1(&key, "example", example)
        }
        _ => look.t(&key),
    }
}
