//! The kinds of personal data found in running text, by the names that detectors share
//! (Microsoft Presidio's where it has one), each with the category of the data map it belongs to.
//! What people read about an entity (names, examples, check, source, sensitivity) stands in
//! `data/entities.toml`; a test holds both lists together.

macro_rules! entities {
    ($($variant:ident $name:literal $category:literal,)+) => {
        /// A kind of personal data in running text.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[allow(missing_docs)] // described in `data/entities.toml`
        pub enum Entity { $($variant,)+ }

        impl Entity {
            /// Every entity, in the order of the handbook.
            pub const ALL: &'static [Entity] = &[$(Entity::$variant,)+];

            /// The stable upper-case name used by the API and the command line.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }

            /// Key of the category of the data map, e.g. `contact.email`.
            pub const fn category(self) -> &'static str {
                match self { $(Self::$variant => $category,)+ }
            }
        }
    };
}

entities! {
    // --- entities that need language -------------------------------------------------------------
    Person "PERSON" "identity.name",
    Title "TITLE" "identity.salutation",
    JobTitle "JOB_TITLE" "work.job_title",
    Organization "ORGANIZATION" "work.employer",
    Location "LOCATION" "location.city",
    StreetAddress "STREET_ADDRESS" "location.address",
    ZipCode "ZIP_CODE" "location.postal_code",
    Nrp "NRP" "identity.nationality",
    Age "AGE" "identity.age",
    DateTime "DATE_TIME" "identity.birth_date",
    DateOfBirth "DATE_OF_BIRTH" "identity.birth_date",
    Health "HEALTH" "health",
    TradeUnion "TRADE_UNION" "belief.union",
    SexualOrientation "SEXUAL_ORIENTATION" "orientation",
    // --- contact and network ---------------------------------------------------------------------
    Email "EMAIL_ADDRESS" "contact.email",
    Phone "PHONE_NUMBER" "contact.phone",
    Url "URL" "contact.website",
    Ip "IP_ADDRESS" "device.ip_address",
    Mac "MAC_ADDRESS" "device.mac",
    Coordinates "COORDINATES" "location.coordinates",
    // --- finance ---------------------------------------------------------------------------------
    CreditCard "CREDIT_CARD" "finance.bank_card",
    Iban "IBAN_CODE" "finance.iban",
    // --- identity papers -------------------------------------------------------------------------
    CnId "CN_ID_CARD" "identity.national_id",
    CnSocialCredit "CN_SOCIAL_CREDIT_CODE" "identity.social_credit_code",
    CnPassport "CN_PASSPORT" "identity.passport",
    UsSsn "US_SSN" "identity.national_id",
    // --- vehicles, devices -----------------------------------------------------------------------
    CnPlate "CN_LICENSE_PLATE" "vehicle.plate",
    Vin "VIN" "vehicle.vin",
    Imei "IMEI" "device.imei",
    // --- secrets ---------------------------------------------------------------------------------
    ApiKey "API_KEY" "credential.api_key",
    PasswordHash "PASSWORD_HASH" "credential.password_hash",
}

impl std::fmt::Display for Entity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

impl std::str::FromStr for Entity {
    type Err = ();
    fn from_str(s: &str) -> Result<Self, ()> {
        Self::ALL.iter().copied().find(|e| e.name().eq_ignore_ascii_case(s)).ok_or(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::taxonomy;

    #[test]
    fn every_entity_has_a_known_category_and_a_name_of_its_own() {
        for entity in Entity::ALL {
            assert!(taxonomy().get(entity.category()).is_some(), "{entity}");
            assert_eq!(entity.name().parse(), Ok(*entity));
        }
    }
}
