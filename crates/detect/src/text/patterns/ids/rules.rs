//! The rules of numbers by length: which check, and what else must hold for the number to be reported.

use super::{
    super::context::ContextWords,
    words::{
        AADHAAR, ABN, AHV, AMKA, AT_SVNR, AU_MEDICARE, BALTIC, BE_NATIONAL, BSN, CARD, CARD_NAMED,
        CN_ID, CN_PASSPORT, CNP, CNPJ, CPF, CPR, CURP, DE_CARD, DE_PENSION, DE_TAX, DEA, EGN,
        ES_CIF, ES_NIE, ES_NIF, FODSELSNUMMER, FR_NIR, FR_TAX, HETU, HK_ID, ICCID, IMEI, IMSI, INN,
        IT_CODE, IT_VAT, ITIN, LICENCE, MACAU_ID, MEDICARE, MEID, MY_NUMBER, MYKAD, NHS, NINO, NIP,
        NPI, NRIC, OIB, ORGANISATION, PAN, PERMIT, PERSONNUMMER, PESEL, PPS, PT_NIF, RESIDENT, RFC,
        RODNE_CISLO, ROUTING, RRN, SIN, SNILS, SOCIAL_CREDIT, SORT_CODE, SSN, TAIWAN_ID,
        TAIWAN_PERMIT, TFN, THAI, TR_KIMLIK, UK_LICENCE, UTR, VAT, VIN, ZA_ID,
    },
};
use crate::{
    Entity,
    checks::{bank, cards, china, device, europe, north_east, uk, us, world},
};

/// When a number that passes its check is reported.
#[derive(Debug, Clone, Copy)]
pub enum Speaks {
    /// Always: the check is strong, or the form unmistakable.
    Alone,
    /// Unless a word for things (order, parcel, version …) stands nearer than one of its own.
    Likely,
    /// When written in one of these forms (`9` stands for a letter or digit, a separator for itself), or
    /// beside a word.
    Written(&'static [&'static str]),
    /// When it is the whole text (a cell, a form's field), or beside a word.
    WholeText,
    /// Beside a word only.
    Beside,
}

/// A rule for numbers of one length.
pub struct Rule {
    pub entity: Entity,
    pub test: fn(&[u8]) -> bool,
    pub speaks: Speaks,
    pub words: &'static ContextWords,
    /// Key for explanations.
    pub key: &'static str,
}

const fn rule(
    entity: Entity,
    key: &'static str,
    test: fn(&[u8]) -> bool,
    speaks: Speaks,
    words: &'static ContextWords,
) -> Rule {
    Rule { entity, test, speaks, words, key }
}

use Speaks::{Alone, Beside, Likely, WholeText, Written};

/// The rules for numbers of digits only, and for those with letters, by their length.
pub fn rules(length: usize, letters: bool) -> &'static [Rule] {
    if letters { mixed(length) } else { digits(length) }
}

fn digits(length: usize) -> &'static [Rule] {
    match length {
        8 => &D8,
        9 => &D9,
        10 => &D10,
        11 => &D11,
        12 => &D12,
        13 => &D13,
        14 => &D14,
        15 => &D15,
        16 => &D16,
        18 => &D18,
        17 => &CARDS,
        19 | 20 => &D19,
        _ => &[],
    }
}

fn mixed(length: usize) -> &'static [Rule] {
    match length {
        8 => &M8,
        9 => &M9,
        10 => &M10,
        11 => &M11,
        12 => &M12,
        13 => &M13,
        14 => &M14,
        15 => &M15,
        16 => &M16,
        17 => &M17,
        18 => &M18,
        _ => &[],
    }
}

/// Cards of networks speak alone; those of domestic ranges beside a word, as the whole text, or in the
/// groups that are printed on cards.
const NETWORK: Rule = rule(Entity::CreditCard, "luhn", cards::network_card, Likely, &CARD);
const DOMESTIC: Rule = rule(Entity::CreditCard, "luhn_domestic", cards::card, WholeText, &CARD);
/// What a text calls a card and passes Luhn's check is one, whoever issued it.
const NAMED: Rule = rule(Entity::CreditCard, "luhn_named", cards::luhn_number, Beside, &CARD_NAMED);
/// All-digit credit codes of `62` are those of foreign tourism offices: a bank card is far likelier.
const UNIONPAY: Rule = rule(Entity::CreditCard, "luhn", cards::unionpay, Likely, &CARD);
static CARDS: [Rule; 3] = [NETWORK, DOMESTIC, NAMED];

static D8: [Rule; 3] = [
    rule(Entity::TwTravelPermit, "taiwan_permit", china::taiwan_permit, Beside, &TAIWAN_PERMIT),
    rule(Entity::MoId, "macau_id", world::macau_id, Beside, &MACAU_ID),
    rule(Entity::AuTfn, "tfn", world::tfn, Beside, &TFN),
];
static D9: [Rule; 7] = [
    rule(Entity::UsSsn, "ssn", us::ssn, Written(&["999-99-9999", "999 99 9999"]), &SSN),
    rule(Entity::UsItin, "itin", us::itin, Written(&["999-99-9999", "999 99 9999"]), &ITIN),
    rule(Entity::AbaRouting, "aba", bank::aba_routing, Beside, &ROUTING),
    rule(Entity::CaSin, "sin", world::ca_sin, Beside, &SIN),
    rule(Entity::NlBsn, "bsn", europe::nl_bsn, Beside, &BSN),
    rule(Entity::PtNif, "pt_nif", europe::pt_nif, Beside, &PT_NIF),
    rule(Entity::AuTfn, "tfn", world::tfn, Beside, &TFN),
];
static D10: [Rule; 10] = [
    rule(
        Entity::SePersonnummer,
        "personnummer",
        north_east::se_personnummer,
        Written(&["999999-9999"]),
        &PERSONNUMMER,
    ),
    rule(
        Entity::CzRodneCislo,
        "rodne_cislo",
        north_east::cz_rodne_cislo,
        Written(&["999999/9999"]),
        &RODNE_CISLO,
    ),
    rule(Entity::UkNhs, "nhs", uk::nhs, Beside, &NHS),
    rule(Entity::UkUtr, "utr", uk::utr, Beside, &UTR),
    rule(Entity::UsNpi, "npi", us::npi, Beside, &NPI),
    rule(Entity::PlNip, "nip", north_east::pl_nip, Beside, &NIP),
    rule(Entity::DkCpr, "cpr", north_east::dk_cpr, Beside, &CPR),
    rule(Entity::AtSocialSecurity, "svnr", europe::at_social_security, Beside, &AT_SVNR),
    rule(Entity::BgEgn, "egn", north_east::bg_egn, Beside, &EGN),
    rule(Entity::AuMedicare, "au_medicare", world::au_medicare, Beside, &AU_MEDICARE),
];
static D11: [Rule; 13] = [
    rule(Entity::BrCpf, "cpf", world::cpf, Written(&["999.999.999-99"]), &CPF),
    rule(
        Entity::BeNationalNumber,
        "be_national",
        europe::be_national,
        Written(&["99.99.99-999.99", "99.99.99-999-99"]),
        &BE_NATIONAL,
    ),
    rule(Entity::DeTaxId, "steuer_id", europe::de_tax_id, Written(&["99 999 999 999"]), &DE_TAX),
    rule(
        Entity::NoFodselsnummer,
        "fodselsnummer",
        north_east::no_fodselsnummer,
        Written(&["999999 99999"]),
        &FODSELSNUMMER,
    ),
    rule(Entity::AuAbn, "abn", world::abn, Written(&["99 999 999 999"]), &ABN),
    rule(
        Entity::RuSnils,
        "snils",
        world::snils,
        Written(&["999-999-999 99", "999-999-999-99"]),
        &SNILS,
    ),
    rule(Entity::PlPesel, "pesel", north_east::pl_pesel, Beside, &PESEL),
    rule(Entity::TrKimlik, "kimlik", world::tr_kimlik, Beside, &TR_KIMLIK),
    rule(Entity::ItVat, "partita_iva", europe::it_vat, Beside, &IT_VAT),
    rule(Entity::HrOib, "oib", north_east::hr_oib, Beside, &OIB),
    rule(Entity::BalticPersonalCode, "baltic", north_east::baltic_personal_code, Beside, &BALTIC),
    rule(Entity::GrAmka, "amka", north_east::gr_amka, Beside, &AMKA),
    rule(Entity::AuMedicare, "au_medicare", world::au_medicare, Beside, &AU_MEDICARE),
];
static D12: [Rule; 7] = [
    NETWORK,
    rule(
        Entity::SePersonnummer,
        "personnummer",
        north_east::se_personnummer,
        Written(&["99999999-9999"]),
        &PERSONNUMMER,
    ),
    rule(
        Entity::InAadhaar,
        "aadhaar",
        world::aadhaar,
        Written(&["9999 9999 9999", "9999-9999-9999"]),
        &AADHAAR,
    ),
    rule(Entity::JpMyNumber, "my_number", world::my_number, Beside, &MY_NUMBER),
    rule(Entity::MyKad, "mykad", world::my_kad, Beside, &MYKAD),
    rule(Entity::RuInn, "inn", world::inn, Beside, &INN),
    NAMED,
];
static D13: [Rule; 9] = [
    NETWORK,
    rule(Entity::ChAhv, "ahv", europe::ch_ahv, Alone, &AHV),
    rule(Entity::KrRrn, "rrn", world::kr_rrn_checked, Written(&["999999-9999999"]), &RRN),
    rule(Entity::KrRrn, "rrn_unchecked", world::kr_rrn, Beside, &RRN),
    rule(Entity::FrTaxId, "spi", europe::fr_tax_id, Written(&["99 99 999 999 999"]), &FR_TAX),
    rule(
        Entity::ThId,
        "thai_id",
        world::th_id,
        Written(&["9-9999-99999-99-9", "9 9999 99999 99 9"]),
        &THAI,
    ),
    rule(Entity::ZaId, "za_id", world::za_id, Beside, &ZA_ID),
    rule(Entity::RoCnp, "cnp", north_east::ro_cnp, Beside, &CNP),
    NAMED,
];
static D14: [Rule; 5] = [
    NETWORK,
    rule(Entity::BrCnpj, "cnpj", world::cnpj, Written(&["99.999.999/9999-99"]), &CNPJ),
    rule(Entity::BankAccount, "sort_code", bank::sort_code_and_account, Beside, &SORT_CODE),
    rule(Entity::Imsi, "imsi", device::imsi, Beside, &IMSI),
    NAMED,
];
static D15: [Rule; 7] = [
    rule(Entity::FrNir, "nir", europe::fr_nir, Alone, &FR_NIR),
    NETWORK,
    rule(Entity::Imei, "imei", device::imei, WholeText, &IMEI),
    rule(Entity::CnId, "resident_id_15", china::resident_id_15, WholeText, &CN_ID),
    rule(Entity::CnBusinessLicence, "business_licence", china::business_licence, Beside, &LICENCE),
    rule(Entity::Imsi, "imsi", device::imsi, Beside, &IMSI),
    NAMED,
];
static D16: [Rule; 4] =
    [NETWORK, DOMESTIC, rule(Entity::Imei, "imeisv", device::imeisv, Beside, &IMEI), NAMED];
static D18: [Rule; 7] = [
    rule(Entity::CnId, "resident_id", china::resident_id, Alone, &CN_ID),
    rule(
        Entity::CnPermanentResident,
        "permanent_resident",
        china::permanent_resident,
        Alone,
        &RESIDENT,
    ),
    UNIONPAY,
    rule(Entity::CnSocialCredit, "uscc", china::social_credit_code, Alone, &SOCIAL_CREDIT),
    NETWORK,
    DOMESTIC,
    NAMED,
];
static D19: [Rule; 4] =
    [rule(Entity::Iccid, "iccid", device::iccid, Alone, &ICCID), NETWORK, DOMESTIC, NAMED];

static M8: [Rule; 2] = [
    rule(Entity::HkId, "hk_id", world::hk_id, WholeText, &HK_ID),
    rule(Entity::IePps, "pps", north_east::ie_pps, Beside, &PPS),
];
static M9: [Rule; 12] = [
    rule(Entity::UkNino, "nino", uk::nino, Likely, &NINO),
    rule(Entity::EsNif, "dni", europe::es_dni, Likely, &ES_NIF),
    rule(Entity::EsNie, "nie", europe::es_nie, Likely, &ES_NIE),
    rule(Entity::SgNric, "nric", world::nric, Likely, &NRIC),
    rule(Entity::CnPassport, "passport", china::passport, WholeText, &CN_PASSPORT),
    rule(Entity::CnTravelPermit, "travel_permit", china::travel_permit, WholeText, &PERMIT),
    rule(
        Entity::CnOrganizationCode,
        "organisation_code",
        china::organisation_code,
        Beside,
        &ORGANISATION,
    ),
    rule(Entity::UsDea, "dea", us::dea, Beside, &DEA),
    rule(Entity::EsCif, "cif", europe::es_cif, Beside, &ES_CIF),
    rule(Entity::HkId, "hk_id", world::hk_id, Beside, &HK_ID),
    rule(Entity::IePps, "pps", north_east::ie_pps, Beside, &PPS),
    rule(Entity::EuVat, "vat", europe::eu_vat, Beside, &VAT),
];
static M10: [Rule; 5] = [
    rule(Entity::FiHetu, "hetu", north_east::fi_hetu, Alone, &HETU),
    rule(Entity::InPan, "pan", world::pan, WholeText, &PAN),
    rule(Entity::TwId, "taiwan_id", world::taiwan_id, WholeText, &TAIWAN_ID),
    rule(Entity::DeIdCard, "personalausweis", europe::de_id_card, Beside, &DE_CARD),
    rule(Entity::EuVat, "vat", europe::eu_vat, Beside, &VAT),
];
static M11: [Rule; 6] = [
    rule(Entity::UsMbi, "mbi", us::mbi, Written(&["9999-999-9999"]), &MEDICARE),
    rule(Entity::FiHetu, "hetu", north_east::fi_hetu, Alone, &HETU),
    rule(Entity::CnTravelPermit, "travel_permit", china::travel_permit, WholeText, &PERMIT),
    rule(Entity::TwTravelPermit, "taiwan_permit", china::taiwan_permit, Beside, &TAIWAN_PERMIT),
    rule(Entity::DeIdCard, "personalausweis", europe::de_id_card, Beside, &DE_CARD),
    rule(Entity::EuVat, "vat", europe::eu_vat, Beside, &VAT),
];
static M12: [Rule; 2] = [
    rule(
        Entity::DeSocialSecurity,
        "rentenversicherung",
        europe::de_social_security,
        Alone,
        &DE_PENSION,
    ),
    rule(Entity::EuVat, "vat", europe::eu_vat, Beside, &VAT),
];
static M13: [Rule; 2] = [
    rule(Entity::MxRfc, "rfc", world::rfc, Alone, &RFC),
    rule(Entity::EuVat, "vat", europe::eu_vat, Beside, &VAT),
];
static M14: [Rule; 2] = [
    rule(Entity::Meid, "meid", device::meid, Beside, &MEID),
    rule(Entity::EuVat, "vat", europe::eu_vat, Beside, &VAT),
];
static M15: [Rule; 2] = [
    rule(Entity::FrNir, "nir", europe::fr_nir, Alone, &FR_NIR),
    rule(
        Entity::CnPermanentResident,
        "permanent_resident_2017",
        china::permanent_resident_2017,
        WholeText,
        &RESIDENT,
    ),
];
static M16: [Rule; 2] = [
    rule(Entity::ItFiscalCode, "codice_fiscale", europe::it_fiscal_code, Alone, &IT_CODE),
    rule(Entity::UkDrivingLicence, "uk_driving", uk::driving_licence, Alone, &UK_LICENCE),
];
static M17: [Rule; 2] = [
    rule(Entity::Vin, "vin", device::vin, Alone, &VIN),
    rule(Entity::Vin, "vin_form", device::vin_form, Beside, &VIN),
];
static M18: [Rule; 3] = [
    rule(Entity::CnId, "resident_id", china::resident_id, Alone, &CN_ID),
    rule(Entity::CnSocialCredit, "uscc", china::social_credit_code, Alone, &SOCIAL_CREDIT),
    rule(Entity::MxCurp, "curp", world::curp, Alone, &CURP),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_has_a_key_and_forms_of_its_length() {
        for length in 0..40 {
            for letters in [false, true] {
                for rule in rules(length, letters) {
                    assert!(!rule.key.is_empty());
                    if let Written(forms) = rule.speaks {
                        for form in forms {
                            let count = form.bytes().filter(|b| *b == b'9').count();
                            assert_eq!(count, length, "{}", rule.key);
                        }
                    }
                }
            }
        }
    }
}
