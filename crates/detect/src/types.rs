//! Database types: which categories can live in them.

/// A coarse class of a database's own type name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TypeClass {
    /// Text.
    Text,
    /// Whole numbers.
    Int,
    /// Numbers with fractions.
    Real,
    /// Dates and times.
    Date,
    /// Truth values.
    Bool,
    /// Bytes.
    Binary,
    /// UUID.
    Uuid,
    /// Network addresses.
    Network,
    /// Not known: anything may be in it.
    Unknown,
}

/// Classes a type name such as `NVARCHAR(60)`, `timestamp without time zone`, `tinyint(1)`.
pub fn class_of(data_type: &str) -> TypeClass {
    let lower = data_type.to_ascii_lowercase();
    let has = |words: &[&str]| words.iter().any(|w| lower.contains(w));
    if has(&["char", "text", "string", "clob", "json", "enum", "xml", "name", "citext", "utf8"]) {
        TypeClass::Text
    } else if has(&["bool"]) || lower == "bit" || lower == "bit(1)" {
        TypeClass::Bool
    } else if has(&["interval", "point", "geometry", "geography"]) {
        TypeClass::Unknown
    } else if has(&["date", "time"]) {
        TypeClass::Date
    } else if has(&["int", "serial"]) || lower == "year" {
        TypeClass::Int
    } else if has(&["numeric", "decimal", "number"]) {
        // A decimal without fraction holds whole numbers: NUMERIC(18), NUMBER(11,0).
        let whole = lower.contains('(') && (!lower.contains(',') || lower.contains(",0)"));
        if whole { TypeClass::Int } else { TypeClass::Real }
    } else if has(&["real", "double", "float", "money"]) {
        TypeClass::Real
    } else if has(&["blob", "binary", "bytea", "image", "bytes"]) {
        TypeClass::Binary
    } else if has(&["uuid", "uniqueidentifier"]) {
        TypeClass::Uuid
    } else if has(&["inet", "cidr", "macaddr"]) {
        TypeClass::Network
    } else {
        TypeClass::Unknown
    }
}

/// A category's data can live in the type.
pub fn fits(category: &str, class: TypeClass) -> bool {
    let root = category.split('.').next().unwrap_or(category);
    match class {
        TypeClass::Text | TypeClass::Unknown => true,
        TypeClass::Bool => {
            matches!(root, "health" | "criminal" | "orientation" | "specific_identity")
                || matches!(
                    category,
                    "identity.gender"
                        | "identity.marital_status"
                        | "minor.is_minor"
                        | "behaviour.privacy_choice"
                        | "belief.union"
                        | "minor.guardian"
                        | "finance.property"
                )
        }
        TypeClass::Date => {
            matches!(
                category,
                "identity.birth_date"
                    | "work.history"
                    | "minor"
                    | "finance.card_security"
                    | "behaviour.purchase"
            ) || root == "health"
        }
        TypeClass::Binary => {
            matches!(root, "biometric" | "genetic")
                || matches!(
                    category,
                    "identity.photo"
                        | "identity.signature"
                        | "identity.document_image"
                        | "communication.recording"
                        | "credential.password_hash"
                        | "credential.password"
                )
        }
        TypeClass::Uuid => {
            matches!(root, "device")
                || matches!(
                    category,
                    "identity.customer_id" | "identity.employee_id" | "credential.api_key"
                )
        }
        TypeClass::Network => root == "device",
        TypeClass::Real => {
            matches!(root, "finance" | "health")
                && !matches!(
                    category,
                    "finance.bank_account" | "finance.iban" | "finance.bank_card"
                )
                || matches!(
                    category,
                    "location.coordinates"
                        | "identity.physical"
                        | "work.grades"
                        | "behaviour.purchase"
                        | "behaviour.profile"
                        | "identity.age"
                        | "work.performance"
                )
        }
        TypeClass::Int => !NO_NUMBERS.contains(&category),
    }
}

/// Categories whose values are words.
const NO_NUMBERS: [&str; 35] = [
    "identity.name",
    "identity.given_name",
    "identity.family_name",
    "identity.nickname",
    "identity.salutation",
    "contact.email",
    "contact.website",
    "location.address",
    "location.city",
    "location.country",
    "location.region",
    "free_text",
    "device.user_agent",
    "device.mac",
    "social.wechat_id",
    "identity.photo",
    "family.member",
    "minor.child_name",
    "credential.password_hash",
    "credential.api_key",
    "communication.message",
    "communication.email_body",
    "work.employer",
    "work.job_title",
    "work.history",
    "finance.iban",
    "identity.username",
    "identity.language",
    "identity.signature",
    "device.cookie_id",
    "minor.guardian",
    "family.emergency_contact",
    "vehicle.plate",
    "vehicle.vin",
    "identity.birth_place",
];

/// The type itself makes the category likelier.
pub fn speaks_for(category: &str, class: TypeClass) -> bool {
    matches!(
        (category, class),
        ("identity.birth_date", TypeClass::Date)
            | ("device.ip_address", TypeClass::Network)
            | ("identity.photo" | "identity.signature", TypeClass::Binary)
            | ("minor.is_minor" | "behaviour.privacy_choice", TypeClass::Bool)
    ) || category.starts_with("biometric") && class == TypeClass::Binary
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn type_names_of_all_databases_are_classed() {
        for (name, class) in [
            ("NVARCHAR(60)", TypeClass::Text),
            ("character varying(50)", TypeClass::Text),
            ("timestamp without time zone", TypeClass::Date),
            ("DATETIME", TypeClass::Date),
            ("tinyint(1)", TypeClass::Int),
            ("INTEGER", TypeClass::Int),
            ("NUMERIC(10,2)", TypeClass::Real),
            ("numeric(18,0)", TypeClass::Int),
            ("double precision", TypeClass::Real),
            ("BLOB", TypeClass::Binary),
            ("bytea", TypeClass::Binary),
            ("boolean", TypeClass::Bool),
            ("uuid", TypeClass::Uuid),
            ("inet", TypeClass::Network),
            ("jsonb", TypeClass::Text),
            ("", TypeClass::Unknown),
        ] {
            assert_eq!(class_of(name), class, "{name}");
        }
    }

    #[test]
    fn dates_hold_birthdays_and_numbers_hold_no_names() {
        assert!(
            fits("identity.birth_date", TypeClass::Date) && !fits("identity.name", TypeClass::Int)
        );
        assert!(fits("finance.salary", TypeClass::Real) && !fits("contact.email", TypeClass::Bool));
    }
}
