//! Pages: try a text, try a column, how detection decides, own detectors.

mod column;
mod detectors;
mod marked;
mod method;
mod text;

use axum::Router;

use crate::Room;

/// Bytes of a pasted text at most.
pub(crate) const TEXT_MAX: usize = 100_000;

pub(crate) fn router() -> Router<Room> {
    Router::new()
        .merge(text::router())
        .merge(column::router())
        .merge(method::router())
        .merge(detectors::router())
}

/// Browsers send line ends as CR LF; files and databases mostly hold LF.
pub(crate) fn plain_lines(text: &str) -> String {
    text.replace("\r\n", "\n")
}
