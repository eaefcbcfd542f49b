//! Which check a category's values carry. The text says what it is and which standard defines it.

/// The text key of the check behind a category's values; a general sentence for the rest.
pub(crate) fn key(category: &str) -> &'static str {
    match category {
        // GB 11643-1999 §4.3, ISO 7064 MOD 11-2.
        "identity.national_id" | "identity.driver_licence" | "identity.social_insurance" => {
            "explain-check-resident-id"
        }
        // ISO/IEC 7812-1 annex B.
        "finance.bank_card" => "explain-check-luhn",
        // ISO 13616, ISO 7064 MOD 97-10.
        "finance.iban" => "explain-check-iban",
        // GB 32100-2015.
        "identity.social_credit_code" | "identity.tax_id" => "explain-check-credit-code",
        // ISO 3779; 49 CFR 565.15.
        "vehicle.vin" => "explain-check-vin",
        // 3GPP TS 23.003 §6.2, Luhn.
        "device.imei" => "explain-check-imei",
        _ => "explain-check-other",
    }
}
