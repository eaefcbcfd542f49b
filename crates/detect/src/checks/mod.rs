//! Pure checks of identifiers, each by its standard or law: no input is kept, nothing is allocated.
//! Unless its name says otherwise a check takes the identifier in upper case without separators, as
//! [`Bare`] makes it; [`ALL`] wraps them for whole values as people write them.

pub mod bank;
pub mod cards;
pub mod china;
pub mod device;
pub mod digits;
pub mod europe;
pub mod mrz;
pub mod north_east;
pub mod plates;
pub mod secrets;
pub mod uk;
pub mod us;
pub mod wallets;
pub mod world;

use crate::Entity;

/// How much a passing value proves on its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Strength {
    /// A form without check: one value proves little.
    Form,
    /// One check digit: every tenth or so wrong number passes.
    Weak,
    /// Structure and check together: less than one wrong number in about two hundred passes.
    Strong,
}

/// A check as columns count it.
#[derive(Debug, Clone, Copy)]
pub struct Check {
    /// What a passing value is.
    pub entity: Entity,
    /// Tells whether a whole value passes.
    pub test: fn(&str) -> bool,
    /// What one passing value proves.
    pub strength: Strength,
}

impl Check {
    /// Stable name of the kind: that of the entity.
    pub const fn kind(&self) -> &'static str {
        self.entity.name()
    }
}

/// A value in upper case without spaces, `-`, `.`, `/`, `(`, `)`, on the stack.
#[derive(Debug, Clone, Copy)]
pub struct Bare {
    bytes: [u8; Self::MOST],
    len: usize,
}

impl Bare {
    const MOST: usize = 40;

    /// `None` for any other character, for nothing, and for more than 40 characters.
    pub fn of(value: &str) -> Option<Self> {
        let mut bare = Self { bytes: [0; Self::MOST], len: 0 };
        for byte in value.bytes() {
            match byte {
                b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' => {
                    *bare.bytes.get_mut(bare.len)? = byte.to_ascii_uppercase();
                    bare.len += 1;
                }
                b' ' | b'-' | b'.' | b'/' | b'(' | b')' => {}
                _ => return None,
            }
        }
        (bare.len > 0).then_some(bare)
    }

    /// Letters and digits.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes[..self.len]
    }
}

/// The value, freed of separators, passes a check.
pub fn bare(value: &str, check: fn(&[u8]) -> bool) -> bool {
    Bare::of(value).is_some_and(|bare| check(bare.bytes()))
}

macro_rules! table {
    ($($entity:ident $strength:ident $test:expr,)+) => {
        /// Every check, for counting in a column. A value may pass several.
        pub const ALL: &[Check] = &[$(Check {
            entity: Entity::$entity,
            test: $test,
            strength: Strength::$strength,
        },)+];
    };
}

table! {
    // --- China ------------------------------------------------------------------------------------
    CnId Strong |v| bare(v, china::resident_id),
    CnId Form |v| bare(v, china::resident_id_15),
    CnSocialCredit Strong |v| bare(v, china::social_credit_code),
    CnOrganizationCode Weak |v| bare(v, china::organisation_code),
    CnBusinessLicence Weak |v| bare(v, china::business_licence),
    CnPassport Form |v| bare(v, china::passport),
    CnTravelPermit Form |v| bare(v, china::travel_permit),
    CnPermanentResident Strong |v| bare(v, china::permanent_resident),
    CnPermanentResident Form |v| bare(v, china::permanent_resident_2017),
    TwTravelPermit Form |v| bare(v, china::taiwan_permit),
    CnPlate Form plates::chinese,
    HkId Weak |v| bare(v, world::hk_id),
    MoId Form |v| bare(v, world::macau_id),
    TwId Weak |v| bare(v, world::taiwan_id),
    // --- finance ----------------------------------------------------------------------------------
    CreditCard Weak |v| bare(v, cards::card),
    Iban Strong |v| bare(v, bank::iban),
    Bic Form |v| bare(v, bank::bic),
    AbaRouting Weak |v| bare(v, bank::aba_routing),
    Crypto Strong wallets::wallet,
    // --- Americas ---------------------------------------------------------------------------------
    UsSsn Form |v| bare(v, us::ssn),
    UsItin Form |v| bare(v, us::itin),
    UsNpi Weak |v| bare(v, us::npi),
    UsMbi Strong |v| bare(v, us::mbi),
    UsDea Weak |v| bare(v, us::dea),
    UsDriverLicence Form |v| bare(v, us::driver_licence),
    UsPassport Form |v| bare(v, us::passport),
    CaSin Weak |v| bare(v, world::ca_sin),
    BrCpf Strong |v| bare(v, world::cpf),
    BrCnpj Strong |v| bare(v, world::cnpj),
    MxCurp Strong |v| bare(v, world::curp),
    MxRfc Strong |v| bare(v, world::rfc),
    // --- Europe -----------------------------------------------------------------------------------
    UkNino Strong |v| bare(v, uk::nino),
    UkNhs Weak |v| bare(v, uk::nhs),
    UkDrivingLicence Strong |v| bare(v, uk::driving_licence),
    UkUtr Weak |v| bare(v, uk::utr),
    DeTaxId Strong |v| bare(v, europe::de_tax_id),
    DeIdCard Weak |v| bare(v, europe::de_id_card),
    DeSocialSecurity Strong |v| bare(v, europe::de_social_security),
    FrNir Strong |v| bare(v, europe::fr_nir),
    FrTaxId Strong |v| bare(v, europe::fr_tax_id),
    EsNif Weak |v| bare(v, europe::es_dni),
    EsNie Weak |v| bare(v, europe::es_nie),
    EsCif Weak |v| bare(v, europe::es_cif),
    ItFiscalCode Strong |v| bare(v, europe::it_fiscal_code),
    ItVat Weak |v| bare(v, europe::it_vat),
    NlBsn Weak |v| bare(v, europe::nl_bsn),
    PtNif Weak |v| bare(v, europe::pt_nif),
    BeNationalNumber Strong |v| bare(v, europe::be_national),
    AtSocialSecurity Strong |v| bare(v, europe::at_social_security),
    ChAhv Strong |v| bare(v, europe::ch_ahv),
    EuVat Weak |v| bare(v, europe::eu_vat),
    PlPesel Weak |v| bare(v, north_east::pl_pesel),
    PlNip Weak |v| bare(v, north_east::pl_nip),
    SePersonnummer Strong |v| bare(v, north_east::se_personnummer),
    DkCpr Form |v| bare(v, north_east::dk_cpr),
    NoFodselsnummer Strong |v| bare(v, north_east::no_fodselsnummer),
    FiHetu Strong |v| bare(v, north_east::fi_hetu),
    IePps Weak |v| bare(v, north_east::ie_pps),
    CzRodneCislo Strong |v| bare(v, north_east::cz_rodne_cislo),
    HrOib Weak |v| bare(v, north_east::hr_oib),
    RoCnp Strong |v| bare(v, north_east::ro_cnp),
    BgEgn Strong |v| bare(v, north_east::bg_egn),
    BalticPersonalCode Strong |v| bare(v, north_east::baltic_personal_code),
    GrAmka Strong |v| bare(v, north_east::gr_amka),
    // --- Asia, Africa, Oceania --------------------------------------------------------------------
    InAadhaar Weak |v| bare(v, world::aadhaar),
    InPan Strong |v| bare(v, world::pan),
    KrRrn Form |v| bare(v, world::kr_rrn),
    JpMyNumber Weak |v| bare(v, world::my_number),
    SgNric Weak |v| bare(v, world::nric),
    ThId Weak |v| bare(v, world::th_id),
    MyKad Form |v| bare(v, world::my_kad),
    AuTfn Weak |v| bare(v, world::tfn),
    AuMedicare Weak |v| bare(v, world::au_medicare),
    AuAbn Weak |v| bare(v, world::abn),
    ZaId Strong |v| bare(v, world::za_id),
    TrKimlik Weak |v| bare(v, world::tr_kimlik),
    RuSnils Weak |v| bare(v, world::snils),
    RuInn Weak |v| bare(v, world::inn),
    // --- vehicles, devices ------------------------------------------------------------------------
    Vin Strong |v| bare(v, device::vin),
    Imei Weak |v| bare(v, device::imei),
    Imsi Form |v| bare(v, device::imsi),
    Iccid Strong |v| bare(v, device::iccid),
    Meid Form |v| bare(v, device::meid),
    CookieId Strong device::analytics_cookie,
    // --- secrets, papers --------------------------------------------------------------------------
    ApiKey Strong secrets::api_key,
    ApiKey Strong secrets::jwt,
    PasswordHash Strong secrets::password_hash,
    Mrz Strong mrz::zone,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn separators_are_dropped_and_other_signs_refused() {
        assert_eq!(
            Bare::of("de89 3704-0044").map(|b| b.bytes().to_vec()),
            Some(b"DE8937040044".into())
        );
        assert!(Bare::of("a_b").is_none() && Bare::of("").is_none() && Bare::of("  ").is_none());
        assert!(Bare::of(&"1".repeat(41)).is_none() && Bare::of("１２").is_none());
    }

    #[test]
    fn no_check_panics_or_passes_on_odd_values() {
        let mut values: Vec<String> =
            ["", " ", "-", "张", "é", "0", "A", "<<", "0x", "r", "bc1", "GA1", "fb", ":", "$"]
                .map(str::to_owned)
                .into();
        for length in 1..60 {
            values.push("0".repeat(length));
            values.push("A".repeat(length));
            values.push("é".repeat(length));
        }
        for check in ALL {
            for value in &values {
                assert!(!(check.test)(value), "{} {value}", check.kind());
            }
        }
    }
}
