//! Generated documents: what the law wants shown on request, written from the live state. Every statement
//! leads to the page of the console on which it can be seen; what no program sees says so, and people
//! answer it. A document that is made is kept as it is, and its SHA-256 stands in the ledger.

mod accountability;
mod china;
mod keep;
mod paper;
pub mod points;
mod security;
mod writer;

use web::Lang;

pub use keep::{Answer, Kept, Verdict};
pub(crate) use paper::body;
pub use writer::{Block, Document, Said, Section, Table};

/// What can be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// What shows compliance with the GDPR (Art 5(2), 24, 30).
    Accountability,
    /// 个人信息保护合规审计报告 (PIPL Art 54).
    ChinaAudit,
}

impl Kind {
    /// All, in order.
    pub const ALL: [Self; 2] = [Self::Accountability, Self::ChinaAudit];

    /// The name in addresses, on the command line and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Accountability => "accountability",
            Self::ChinaAudit => "cn-audit",
        }
    }

    /// Reads that name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.as_str() == text)
    }
}

/// The look of a document: a language, and nobody's session.
pub(crate) fn look(lang: Lang) -> web::Look {
    web::Look {
        lang,
        theme: web::Theme::default(),
        csrf: String::new(),
        path: String::new(),
        query: String::new(),
        htmx: false,
        toast: None,
    }
}
