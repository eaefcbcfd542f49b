//! A document as one HTML file that needs nothing beside it: it is printed, sent, and kept.

use askama::Template;
use web::{Lang, Look};

use super::{Block, Document, look};
use crate::{ComplyError, Result};

/// Between these, the file holds what the console shows.
const BEGIN: &str = "<main class=\"paper-document\" lang=\"";
const END: &str = "</main>";

#[derive(Template)]
#[template(path = "comply/file.html")]
struct File<'a> {
    p: &'a Look,
    document: &'a Document,
    base: &'a str,
    style: &'static str,
}

impl File<'_> {
    fn link(&self, href: &str) -> String {
        format!("{}{href}", self.base)
    }
}

/// The file of a document; its links lead to the console at `base`.
pub(super) fn file(document: &Document, lang: Lang, base: &str) -> Result<String> {
    let style = include_str!("../../../web/assets/document.css");
    let page = File { p: &look(lang), document, base, style };
    page.render().map_err(|error| ComplyError::Room("the document", error.to_string()))
}

/// What the console shows of a file: the part between its `main` tags, which has no style of its own.
pub(crate) fn body(file: &str) -> &str {
    let from = file.find(BEGIN).unwrap_or(0);
    let until = file.rfind(END).map_or(file.len(), |at| at + END.len());
    file.get(from..until).unwrap_or("")
}
