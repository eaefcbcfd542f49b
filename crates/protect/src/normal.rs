//! One form of a value for searching and for tokens that are the same for the same value: however it
//! is typed, equal values have one index.

use consent::{Identifier, IdentifierKind};
use unicode_normalization::UnicodeNormalization as _;

/// The one form in which equal values of a category are equal. A value that is no e-mail address or
/// telephone number is compared as text.
pub(crate) fn normal(category: &str, value: &str, region: &str) -> String {
    let kind = match category {
        "contact.email" => Some(IdentifierKind::Email),
        "contact.phone" | "contact.fax" => Some(IdentifierKind::Phone),
        _ => None,
    };
    let read = kind.and_then(|kind| Identifier::parse(kind, value, region).ok());
    if let Some(read) = read {
        return read.expose().to_owned();
    }
    let folded: String = value.nfkc().collect::<String>().to_lowercase();
    if is_number(category) {
        return folded.chars().filter(|c| c.is_alphanumeric()).collect();
    }
    folded.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Categories whose values are written with or without spaces and dashes.
fn is_number(category: &str) -> bool {
    ["identity.national_id", "finance.bank_card", "finance.bank_account", "finance.iban"]
        .contains(&category)
        || category.starts_with("contact.phone")
        || category.starts_with("identity.passport")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_values_have_one_form() {
        for (category, a, b) in [
            ("contact.email", "Li.Lei@Example.com", "li.lei@example.com "),
            ("contact.phone", "138 1234 5678", "+8613812345678"),
            ("identity.national_id", "11010519491231002x", "110105 19491231 002X"),
            ("finance.bank_card", "6222-0212-3456-7890", "６２２２０２１２３４５６７８９０"),
            ("identity.name", "Li  Lei", "li lei"),
        ] {
            assert_eq!(normal(category, a, "CN"), normal(category, b, "CN"), "{category}");
        }
    }

    #[test]
    fn what_is_no_address_is_compared_as_text() {
        assert_eq!(normal("contact.email", "None ", "CN"), "none");
        assert_ne!(normal("identity.name", "李雷", "CN"), normal("identity.name", "李磊", "CN"));
    }
}
