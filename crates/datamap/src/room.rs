//! What the room's pages share: their state, errors on their way to the reader, and names in the
//! reader's language.

use axum::extract::FromRef;
use web::{Page, Web, WebError};

use crate::{DataMap, DataMapError};

/// State of the room's pages.
#[derive(Clone)]
pub struct Room {
    /// What every page shares.
    pub web: Web,
    /// The data map.
    pub map: DataMap,
}

impl FromRef<Room> for Web {
    fn from_ref(room: &Room) -> Self {
        room.web.clone()
    }
}

impl From<DataMapError> for WebError {
    fn from(error: DataMapError) -> Self {
        match error {
            DataMapError::NotFound(_) => Self::NotFound,
            DataMapError::Invalid(key) => Self::BadRequest(key.into()),
            DataMapError::Conflict(key) => Self::Conflict(key.into()),
            DataMapError::Form(errors) => Self::BadRequest(
                errors
                    .first()
                    .map_or_else(|| "src-error-name".to_owned(), |error| error.key.clone()),
            ),
            DataMapError::Store(error) => error.into(),
            DataMapError::Source(error) => Self::internal(error),
        }
    }
}

pub use explain::{category_name, category_path, list_of};

/// The text key of a kind of source.
pub fn kind_key(kind: impl AsRef<str>) -> &'static str {
    match kind.as_ref() {
        "postgres" => "source-kind-postgres",
        "mysql" => "source-kind-mysql",
        "sqlite" => "source-kind-sqlite",
        "declared" => "source-kind-declared",
        _ => "source-kind-files",
    }
}

/// A duration in words that need no key: `4.2 s`, `3 min 5 s`.
pub fn duration(micros: i64) -> String {
    let tenths = micros.max(0) / 100_000;
    match tenths {
        0..600 => format!("{}.{} s", tenths / 10, tenths % 10),
        _ => format!("{} min {} s", tenths / 600, tenths % 600 / 10),
    }
}

/// Sentences for the reader's page from the errors of a form.
pub fn form_errors(page: &Page, errors: &[crate::sources::FieldError]) -> web::Errors {
    let mut told = web::Errors::new();
    for error in errors {
        told.add(error.field, page.t(&error.key));
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_short() {
        assert_eq!(duration(4_230_000), "4.2 s");
        assert_eq!(duration(185_000_000), "3 min 5 s");
    }
}
