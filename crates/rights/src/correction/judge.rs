//! Whether a new value can be right, and which categories are ways in. Pure.

use consent::{Identifier, IdentifierKind};
use jiff::civil::Date;

use crate::{Result, RightsError};

/// Whoever changes one of these can take over an account, or be paid somebody else's money.
pub(super) fn is_way_in(category: &str) -> bool {
    matches!(
        category,
        "contact.email"
            | "contact.phone"
            | "identity.customer_id"
            | "identity.username"
            | "finance.bank_card"
            | "finance.bank_account"
            | "finance.iban"
            | "finance.payment_account"
    )
}

fn date(text: &str) -> Option<Date> {
    let rest = text.get(10..)?;
    let fits = rest.is_empty() || rest.starts_with(['T', ' ']);
    text.get(..10)?.parse().ok().filter(|_| fits)
}

/// Whether a value can be right: an error where it cannot, the end of `rights-correction-warning-…`
/// where it is unusual, else "".
pub(super) fn judge(category: &str, old: Option<&str>, new: &str) -> Result<&'static str> {
    if category == "contact.email" {
        let good = Identifier::parse(IdentifierKind::Email, new, "").is_ok();
        return if good {
            Ok("")
        } else {
            Err(RightsError::Asked("rights-error-correction-email"))
        };
    }
    if category == "contact.phone" {
        let known = Identifier::parse(IdentifierKind::Phone, new, "").is_ok()
            || detect::find_in_text(new).iter().any(|span| span.category() == category);
        return Ok(if known { "" } else { "phone" });
    }
    // A day that is written as databases write it; SQLite would take anything for one.
    if old.is_some_and(|old| date(old).is_some()) {
        let Some(day) = date(new) else {
            return Err(RightsError::Asked("rights-error-correction-date"));
        };
        let future = category == "identity.birth_date" && day > regime::today();
        return Ok(if future { "future" } else { "" });
    }
    let of = |one: &&detect::checks::Check| one.entity.category() == category;
    let known = || detect::checks::ALL.iter().filter(of);
    let fits = |value: &str| known().any(|check| (check.test)(value));
    let strange = known().next().is_some() && !fits(new) && old.is_none_or(fits);
    Ok(if strange { "digits" } else { "" })
}

/// Nobody has to see it to correct it: credentials, and what proves that somebody holds a card.
pub(super) fn is_secret(category: &str) -> bool {
    category.starts_with("credential") || category == "finance.card_security"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_judged_by_their_category() {
        let judged = |category: &str, old: Option<&str>, new: &str| match judge(category, old, new)
        {
            Ok(warning) => warning,
            Err(RightsError::Asked(key)) => key,
            Err(_) => "?",
        };
        assert_eq!(judged("contact.email", None, "li.lei@example.com"), "");
        assert_eq!(judged("contact.email", None, "li.lei@"), "rights-error-correction-email");
        assert_eq!(judged("contact.phone", None, "+86 138 0013 8000"), "");
        assert_eq!(judged("contact.phone", None, "see notes"), "phone");
        let born = "identity.birth_date";
        assert_eq!(judged(born, Some("1990-02-03"), "1990-03-02"), "");
        assert_eq!(judged(born, Some("1990-02-03"), "2990-03-02"), "future");
        assert_eq!(judged(born, Some("1990-02-03"), "1990-02-30"), "rights-error-correction-date");
        assert_eq!(judged(born, Some("1990-02-03"), "3.2.1990"), "rights-error-correction-date");
        assert_eq!(judged("finance.iban", None, "DE89 3704 0044 0532 0130 00"), "");
        assert_eq!(judged("finance.iban", None, "DE88 3704 0044 0532 0130 00"), "digits");
        assert_eq!(judged("finance.iban", Some("unknown"), "none"), "", "it never was one");
        assert_eq!(judged("identity.name", Some("Li"), "李雷"), "");
    }
}
