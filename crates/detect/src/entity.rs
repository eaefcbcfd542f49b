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
    DateTime "DATE_TIME" "behaviour.event_time",
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
    Bic "BIC_SWIFT" "finance.bank_account",
    AbaRouting "ABA_ROUTING_NUMBER" "finance.bank_account",
    UsBank "US_BANK_NUMBER" "finance.bank_account",
    BankAccount "BANK_ACCOUNT" "finance.bank_account",
    Crypto "CRYPTO" "finance.payment_account",
    Alipay "ALIPAY_ACCOUNT" "social.alipay",
    // --- identity papers -------------------------------------------------------------------------
    CnId "CN_ID_CARD" "identity.national_id",
    CnSocialCredit "CN_SOCIAL_CREDIT_CODE" "identity.social_credit_code",
    CnPassport "CN_PASSPORT" "identity.passport",
    CnOrganizationCode "CN_ORGANIZATION_CODE" "identity.social_credit_code",
    CnBusinessLicence "CN_BUSINESS_LICENCE" "identity.social_credit_code",
    CnTravelPermit "CN_TRAVEL_PERMIT" "identity.travel_permit",
    TwTravelPermit "TW_TRAVEL_PERMIT" "identity.travel_permit",
    CnPermanentResident "CN_PERMANENT_RESIDENT" "identity.national_id",
    HkId "HK_ID" "identity.national_id",
    MoId "MO_ID" "identity.national_id",
    TwId "TW_ID" "identity.national_id",
    Mrz "MRZ" "identity.passport",
    Passport "PASSPORT" "identity.passport",
    UsPassport "US_PASSPORT" "identity.passport",
    SocialInsurance "CN_SOCIAL_INSURANCE" "identity.social_insurance",
    EmployeeId "EMPLOYEE_ID" "identity.employee_id",
    StudentId "STUDENT_ID" "identity.student_id",
    UserId "USER_ID" "identity.customer_id",
    UsSsn "US_SSN" "identity.national_id",
    UsItin "US_ITIN" "identity.tax_id",
    UsDriverLicence "US_DRIVER_LICENSE" "identity.driver_licence",
    UsNpi "US_NPI" "work",
    UsMbi "US_MBI" "health.insurance_id",
    UsDea "MEDICAL_LICENSE" "work",
    CaSin "CA_SIN" "identity.social_insurance",
    MxCurp "MX_CURP" "identity.national_id",
    MxRfc "MX_RFC" "identity.tax_id",
    BrCpf "BR_CPF" "identity.tax_id",
    BrCnpj "BR_CNPJ" "identity.tax_id",
    // --- Europe -----------------------------------------------------------------------------------
    UkNino "UK_NINO" "identity.social_insurance",
    UkNhs "UK_NHS" "health.insurance_id",
    UkDrivingLicence "UK_DRIVING_LICENCE" "identity.driver_licence",
    UkUtr "UK_UTR" "identity.tax_id",
    DeTaxId "DE_TAX_ID" "identity.tax_id",
    DeIdCard "DE_ID_CARD" "identity.national_id",
    DeSocialSecurity "DE_SOCIAL_SECURITY" "identity.social_insurance",
    FrNir "FR_NIR" "identity.social_insurance",
    FrTaxId "FR_TAX_ID" "identity.tax_id",
    EsNif "ES_NIF" "identity.national_id",
    EsNie "ES_NIE" "identity.national_id",
    EsCif "ES_CIF" "identity.tax_id",
    ItFiscalCode "IT_FISCAL_CODE" "identity.tax_id",
    ItVat "IT_VAT_CODE" "identity.tax_id",
    NlBsn "NL_BSN" "identity.national_id",
    PtNif "PT_NIF" "identity.tax_id",
    BeNationalNumber "BE_NATIONAL_NUMBER" "identity.national_id",
    AtSocialSecurity "AT_SVNR" "identity.social_insurance",
    ChAhv "CH_AHV" "identity.social_insurance",
    EuVat "EU_VAT" "identity.tax_id",
    PlPesel "PL_PESEL" "identity.national_id",
    PlNip "PL_NIP" "identity.tax_id",
    SePersonnummer "SE_PERSONNUMMER" "identity.national_id",
    DkCpr "DK_CPR" "identity.national_id",
    NoFodselsnummer "NO_FODSELSNUMMER" "identity.national_id",
    FiHetu "FI_PERSONAL_IDENTITY_CODE" "identity.national_id",
    IePps "IE_PPS" "identity.social_insurance",
    CzRodneCislo "CZ_RODNE_CISLO" "identity.national_id",
    HrOib "HR_OIB" "identity.national_id",
    RoCnp "RO_CNP" "identity.national_id",
    BgEgn "BG_EGN" "identity.national_id",
    BalticPersonalCode "BALTIC_PERSONAL_CODE" "identity.national_id",
    GrAmka "GR_AMKA" "identity.social_insurance",
    // --- Asia, Africa, Oceania, Russia ------------------------------------------------------------
    InAadhaar "IN_AADHAAR" "identity.national_id",
    InPan "IN_PAN" "identity.tax_id",
    KrRrn "KR_RRN" "identity.national_id",
    JpMyNumber "JP_MY_NUMBER" "identity.national_id",
    SgNric "SG_NRIC_FIN" "identity.national_id",
    ThId "TH_TNIN" "identity.national_id",
    MyKad "MY_MYKAD" "identity.national_id",
    AuTfn "AU_TFN" "identity.tax_id",
    AuMedicare "AU_MEDICARE" "health.insurance_id",
    AuAbn "AU_ABN" "identity.tax_id",
    ZaId "ZA_ID" "identity.national_id",
    TrKimlik "TR_NATIONAL_ID" "identity.national_id",
    RuSnils "RU_SNILS" "identity.social_insurance",
    RuInn "RU_INN" "identity.tax_id",
    // --- health -----------------------------------------------------------------------------------
    MedicalRecord "MEDICAL_RECORD_NUMBER" "health.record_id",
    HealthInsurance "HEALTH_INSURANCE_NUMBER" "health.insurance_id",
    // --- accounts ---------------------------------------------------------------------------------
    WechatId "WECHAT_ID" "social.wechat_id",
    Qq "QQ_NUMBER" "social.qq",
    // --- vehicles, devices -----------------------------------------------------------------------
    CnPlate "CN_LICENSE_PLATE" "vehicle.plate",
    Vin "VIN" "vehicle.vin",
    Imei "IMEI" "device.imei",
    Plate "LICENSE_PLATE" "vehicle.plate",
    Imsi "IMSI" "device.imei",
    Iccid "ICCID" "device.imei",
    Meid "MEID" "device.imei",
    AdId "ADVERTISING_ID" "device.ad_id",
    CookieId "COOKIE_ID" "device.cookie_id",
    DeviceId "DEVICE_ID" "device.device_id",
    // --- secrets ---------------------------------------------------------------------------------
    ApiKey "API_KEY" "credential.api_key",
    PasswordHash "PASSWORD_HASH" "credential.password_hash",
    PrivateKey "PRIVATE_KEY" "credential.api_key",
    Password "PASSWORD" "credential.password",
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
