//! What is done with data, in the few fields that decide whether people must be asked again: a new
//! purpose, a new way, a new category (PIPL Art 14 ¶2; GDPR Art 6(4), 13(3)).

use std::collections::BTreeSet;

use law::Text;
use serde::{Deserialize, Serialize};

use super::Document;

/// One purpose and what is done for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Handling {
    /// `activity:ID` or `choice:KEY`.
    pub id: String,
    /// What customers call it.
    pub name: Text,
    /// Why.
    pub purpose: Text,
    /// It rests on consent somewhere.
    pub consent: bool,
    /// Category keys.
    pub categories: BTreeSet<String>,
    /// How: kinds of recipients and countries, what makes the way of processing another one.
    pub ways: BTreeSet<String>,
    /// Keys of the purposes under which customers were asked, as far as they are known.
    pub asked: BTreeSet<String>,
}

/// Why people must be asked again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Asks {
    /// Which.
    pub id: String,
    /// What customers call it.
    pub name: Text,
    /// `purpose`, `method`, `recipient`, `category`: what is new.
    pub new: Vec<&'static str>,
    /// The purposes concerned.
    pub purposes: BTreeSet<String>,
}

/// Whether a way is who or where: another recipient or country needs consent of its own (PIPL Art 23, 39).
fn is_place(way: &str) -> bool {
    way.starts_with("recipient:") || way.starts_with("country:")
}

/// What of a newer version is covered by no consent given under the older one.
pub(crate) fn fresh(before: &Document, after: &Document) -> Vec<Asks> {
    let mut all = Vec::new();
    for now in after.handling.iter().filter(|one| one.consent) {
        let was = before.handling.iter().find(|one| one.id == now.id);
        let mut new = Vec::new();
        match was {
            None => new.push("purpose"),
            Some(was) => {
                if was.purpose != now.purpose {
                    new.push("purpose");
                }
                let more: Vec<&String> = now.ways.difference(&was.ways).collect();
                if more.iter().any(|way| !is_place(way)) {
                    new.push("method");
                }
                if more.iter().any(|way| is_place(way)) {
                    new.push("recipient");
                }
                if !now.categories.is_subset(&was.categories) {
                    new.push("category");
                }
            }
        }
        if !new.is_empty() {
            let purposes = now.asked.clone();
            all.push(Asks { id: now.id.clone(), name: now.name.clone(), new, purposes });
        }
    }
    all
}
