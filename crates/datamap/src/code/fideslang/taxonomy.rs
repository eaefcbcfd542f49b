//! Fides keys in our words: categories by their longest known prefix, people, legal bases, purposes.

use std::collections::{BTreeMap, HashMap};

use detect::Category;

/// What a Fides data category becomes.
#[derive(Debug, Clone, Copy)]
pub(super) enum Mapped {
    /// The very same.
    Exactly(&'static Category),
    /// The nearest one.
    Nearly(&'static Category),
    /// `system.*`: no personal data.
    System,
    /// Nothing like it.
    Unknown,
}

/// Custom categories know their parents.
#[derive(Default)]
pub(super) struct Categories {
    pub parents: HashMap<String, String>,
}

impl Categories {
    /// The category of ours that a Fides key means.
    pub fn map(&self, key: &str) -> Mapped {
        if key == "system" || key.starts_with("system.") {
            return Mapped::System;
        }
        // Fides 1 wrote user.provided.identifiable.contact.email.
        let key = key
            .replace("provided.identifiable.", "")
            .replace("derived.identifiable.", "")
            .replace("provided.nonidentifiable.", "");
        let mut at = key.as_str();
        // A custom category may have any key; its parents lead into the tree.
        for _ in 0..20 {
            if let Some(found) = detect::taxonomy().from_fides(at) {
                let exact = at == key && found.fides == key;
                return if exact { Mapped::Exactly(found) } else { Mapped::Nearly(found) };
            }
            match self.parents.get(at) {
                Some(parent) if !parent.is_empty() && parent != at => at = parent,
                _ => break,
            }
        }
        same_leaf(&key).map_or(Mapped::Unknown, Mapped::Nearly)
    }
}

/// `user.cookie_id` of old files is `user.device.cookie_id` now.
fn same_leaf(key: &str) -> Option<&'static Category> {
    let leaf = key.strip_prefix("user.")?.rsplit('.').next()?;
    let mut same = detect::taxonomy()
        .categories
        .iter()
        .filter(|category| category.fides.rsplit('.').next() == Some(leaf));
    same.next()
}

/// Fides' data subjects in our words; others keep theirs.
pub(super) fn people(subject: &str) -> String {
    let ours = match subject {
        "customer" => "customers",
        "prospect" | "potential_customer" => "prospects",
        "employee" | "consultant" => "employees",
        "job_applicant" => "candidates",
        "supplier_vendor" => "suppliers",
        "visitor" | "anonymous_user" => "visitors",
        "patient" => "patients",
        "trainee" => "students",
        other => return other.replace(['_', '.'], " "),
    };
    ours.to_owned()
}

/// Art 6 GDPR as Fides names it.
pub(super) fn basis(text: &str) -> Option<&'static str> {
    Some(match text {
        "Consent" => "consent",
        "Contract" => "contract",
        "Legal obligations" => "legal_obligation",
        "Vital interests" => "vital_interests",
        "Public interest" => "public_task",
        "Legitimate interests" => "legitimate_interests",
        _ => return None,
    })
}

/// A data use in words: its own name, else `Marketing › Advertising › Third party`.
pub(super) fn purpose(key: &str, names: &BTreeMap<String, String>) -> String {
    if let Some(name) = names.get(key).filter(|name| !name.is_empty()) {
        return name.clone();
    }
    let words = |part: &str| {
        let mut text = part.replace('_', " ");
        if let Some(first) = text.get(..1).map(str::to_uppercase) {
            text.replace_range(..1, &first);
        }
        text
    };
    key.split('.').map(words).collect::<Vec<_>>().join(" › ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_all_ages_find_their_category() {
        let categories = Categories {
            parents: [("loyalty_mail".to_owned(), "user.contact.email".to_owned())].into(),
        };
        for (fides, ours) in [
            ("user.contact.email", "contact.email"),
            ("user.contact.email.work", "contact.email"),
            ("user.provided.identifiable.contact.email", "contact.email"),
            ("loyalty_mail", "contact.email"),
        ] {
            let (Mapped::Exactly(found) | Mapped::Nearly(found)) = categories.map(fides) else {
                panic!("{fides}")
            };
            assert_eq!(found.key, ours, "{fides}");
        }
        assert!(matches!(categories.map("user.contact.email"), Mapped::Exactly(_)));
        assert!(matches!(categories.map("system.operations"), Mapped::System));
        assert!(matches!(categories.map("user"), Mapped::Unknown));
    }

    #[test]
    fn a_data_use_reads_as_words() {
        let none = BTreeMap::new();
        assert_eq!(
            purpose("marketing.advertising.third_party", &none),
            "Marketing › Advertising › Third party"
        );
        assert_eq!(purpose("", &none), "");
    }
}
