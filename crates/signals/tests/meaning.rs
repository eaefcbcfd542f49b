//! Policies, choices and what purposes mean.

#![allow(clippy::unwrap_used)]

use std::str::FromStr;

use serde_json::json;
use signals::{
    Choices, Finding, Flags, Gpp, IdSet, LARGEST_VENDOR_LIST, Letters, Mapping, Meaning, Part,
    Signal, SignalError, Stamp, TcString, Today, Value, VendorList, Weight, layout,
};

const LIST: &str = include_str!("data/vendor-list.json");
/// 25 Oct 2026, 10:30 UTC.
const NOW: Stamp = Stamp::from_millis(1_792_924_200_000);

fn list() -> VendorList {
    VendorList::parse(LIST.as_bytes()).unwrap()
}

fn choices(consents: &[u8]) -> Choices {
    Choices {
        at: NOW,
        cmp_id: 300,
        cmp_version: 1,
        screen: 1,
        language: Letters::from_str("en").unwrap(),
        country: Letters::from_str("DE").unwrap(),
        consents: consents.iter().copied().collect(),
        objections: Flags::default(),
        special_features: Flags::default(),
        shown: None,
        refused: IdSet::default(),
        for_publisher: false,
        restrictions: Vec::new(),
    }
}

#[test]
fn what_we_write_ourselves_breaks_no_rule() {
    let list = list();
    for consents in [&[][..], &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11], &[1, 7]] {
        let tc = TcString::from_choices(&choices(consents), &list);
        let today = Today { now: Some(NOW), vendor_list: Some(&list), cmp_deleted: None };
        assert_eq!(tc.check(today), []);
        assert_eq!(TcString::decode(&tc.encode().unwrap()).unwrap(), tc);
    }
}

#[test]
fn vendors_get_the_signals_they_declared_and_no_others() {
    let list = list();
    let mut choices = choices(&[1, 7]);
    let tc = TcString::from_choices(&choices, &list);
    assert_eq!(tc.vendors_disclosed.as_ref().unwrap().iter().collect::<Vec<_>>(), [2, 3, 5]);
    assert_eq!(tc.vendor_consents.iter().collect::<Vec<_>>(), [2, 3]);
    // 5 has special purposes alone; 3 claims no legitimate interest.
    assert_eq!(tc.vendor_legitimate_interests.iter().collect::<Vec<_>>(), [2, 5]);
    assert!(tc.created.is_day());

    choices.objections = [2, 7].into_iter().collect();
    choices.refused.insert(3);
    let tc = TcString::from_choices(&choices, &list);
    assert_eq!(tc.vendor_consents.iter().collect::<Vec<_>>(), [2]);
    assert_eq!(tc.vendor_legitimate_interests.iter().collect::<Vec<_>>(), [5]);
    assert_eq!(tc.purpose_legitimate_interests.iter().collect::<Vec<_>>(), [8, 9, 10, 11]);
}

#[test]
fn findings_name_every_broken_rule() {
    let list = list();
    let mut tc = TcString::from_choices(&choices(&[1]), &list);
    tc.policy_version = 3;
    tc.is_service_specific = false;
    tc.cmp_id = 0;
    tc.purpose_legitimate_interests = [1, 2, 3].into_iter().collect();
    tc.purpose_consents.insert(12);
    tc.purpose_one_treatment = true;
    tc.vendor_consents.insert(7);
    tc.last_updated = NOW;
    let today = Today { now: None, vendor_list: Some(&list), cmp_deleted: Some(NOW) };
    let found = tc.check(today);
    for finding in [
        Finding::OldPolicy,
        Finding::GlobalScope,
        Finding::NoCmp,
        Finding::CmpDeleted,
        Finding::LegitimateInterestProhibited(1),
        Finding::LegitimateInterestProhibited(3),
        Finding::UnknownPurpose(12),
        Finding::PurposeOneContradiction,
        Finding::NotDisclosed(1),
        Finding::UnknownVendors(1),
        Finding::TellsTheHour,
    ] {
        assert!(found.contains(&finding), "{finding:?} in {found:?}");
    }
    assert!(found.is_sorted_by_key(|finding| std::cmp::Reverse(finding.weight())));
    // A string that breaks every rule is read all the same.
    assert_eq!(TcString::decode(&tc.encode().unwrap()).unwrap(), tc);
}

#[test]
fn policy_four_is_needed_from_the_first_of_october_2023() {
    let mut tc = TcString::from_choices(&choices(&[]), &list());
    tc.policy_version = 3;
    for (millis, invalid) in [(1_696_032_000_000, false), (1_696_118_400_000, true)] {
        tc.created = Stamp::from_millis(millis);
        tc.last_updated = tc.created;
        let found = tc.check(Today::default());
        assert_eq!(found.contains(&Finding::OldPolicy), invalid, "{}", tc.created);
    }
    tc.vendors_disclosed = None;
    assert_eq!(tc.check(Today::default())[0].weight(), Weight::Invalid);
}

#[test]
fn a_wrong_vendor_list_is_refused_with_the_reason() {
    let reason = |text: &str| match VendorList::parse(text.as_bytes()) {
        Err(SignalError::VendorList { reason }) => reason,
        other => panic!("{other:?}"),
    };
    assert!(reason("<html>").contains("expected value at line 1"));
    assert!(reason("{}").contains("gvlSpecificationVersion"));
    let older =
        LIST.replacen("\"gvlSpecificationVersion\": 3", "\"gvlSpecificationVersion\": 2", 1);
    assert!(reason(&older).contains("gvlSpecificationVersion is 2"));
    assert!(reason(&LIST.replace("142", "0")).contains("vendorListVersion"));
    assert!(
        reason(&LIST.replacen("{\"id\": 3, \"name\": \"Inv", "{\"id\": 4, \"name\": \"Inv", 1))
            .contains("vendors.3 has id 4")
    );
    assert!(
        reason(&LIST.replace("2026-03-01T00:00:00Z", "soon")).contains("vendors.7.deletedDate")
    );
    assert!(
        reason(&LIST.replace("[1, 3, 4]", "[1, 33]")).contains("vendors.2 declares purpose 33")
    );
    assert!(reason(&" ".repeat(LARGEST_VENDOR_LIST + 1)).contains("is it the right file"));
    assert!(
        reason(&"[".repeat(1 << 20)).contains("recursion limit")
            || reason(&"[".repeat(1 << 20)).contains("invalid type")
    );
}

#[test]
fn the_list_for_pages_has_what_a_tc_string_needs_and_no_texts() {
    let slim = list().for_pages();
    assert_eq!(slim["vendorListVersion"], 142);
    assert_eq!(slim["vendors"]["2"]["legIntPurposes"], json!([2, 7]));
    assert_eq!(slim["vendors"]["7"]["deletedDate"], "2026-03-01T00:00:00.000Z");
    assert!(!slim.to_string().contains("Invented"));
}

#[test]
fn the_suggested_mapping_names_only_what_exists() {
    let mapping = Mapping::suggested();
    assert!(mapping.purposes.len() > 4);
    mapping.check().unwrap();
    assert!(
        Mapping::parse("[purposes.a]\nus = [\"SaleOptOut\", \"SensitiveDataProcessing.8\"]")
            .is_ok()
    );
    for wrong in [
        "[purposes.a]\ntcf = [12]",
        "[purposes.a]\nus = [\"Sale\"]",
        "[purposes.a]\nwrong = 1",
        "x",
    ] {
        assert!(Mapping::parse(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn short_names_of_signals_are_read_or_told_as_unknown() {
    let names = [
        "tcf.1",
        "tcf.11",
        "tcf.special_feature.2",
        "gcm.ad_user_data",
        "gpp.sale",
        "gpp.sensitive.8",
        "gpp.additional",
        "gpp.SharingOptOut",
        "gpp.SensitiveDataProcessing.3",
        "tcf.12",
        "tcf.special_feature.3",
        "gcm.x",
        "gpp.sold",
        "x",
        "",
        "gpp.sensitive.0",
    ];
    let (meaning, unknown) = Meaning::from_names(names);
    assert_eq!(
        unknown,
        ["tcf.12", "tcf.special_feature.3", "gcm.x", "gpp.sold", "x", "", "gpp.sensitive.0"]
    );
    assert_eq!(meaning.tcf, [1, 11]);
    assert_eq!(meaning.special_features, [2]);
    assert_eq!(meaning.consent_mode, [Signal::AdUserData]);
    assert!(meaning.us.contains(&"SensitiveDataProcessing.3".to_owned()));
    let purposes = std::iter::once(("ads".to_owned(), meaning)).collect();
    Mapping { purposes }.check().unwrap();
}

#[test]
fn a_signal_says_yes_only_if_every_purpose_behind_it_does() {
    let mapping = Mapping::suggested();
    let all = |_: &str| true;
    let no_profiles = |key: &str| key != "personalised_advertising";
    assert_eq!(mapping.tcf_purposes(&all).iter().collect::<Vec<_>>(), (1..=11).collect::<Vec<_>>());
    assert!(!mapping.tcf_purposes(&no_profiles).contains(1));
    assert!(mapping.special_features(&all).contains(1));
    let mode = mapping.consent_mode(&no_profiles, false);
    assert!(!mode.is_granted(Signal::AdPersonalization));
    assert!(mode.is_granted(Signal::AnalyticsStorage));
    assert_eq!(
        json!(mapping.consent_mode(&all, true)),
        json!({
            "ad_storage": "denied", "ad_user_data": "denied", "ad_personalization": "denied",
            "analytics_storage": "granted", "functionality_storage": "granted",
            "personalization_storage": "granted", "security_storage": "granted",
        })
    );
    assert!(json!(mapping.consent_mode(&|_| false, false))["security_storage"] == "granted");
}

#[test]
fn us_sections_say_what_was_chosen_and_gpc_opts_out() {
    let mapping = Mapping::suggested();
    let int = |section: &signals::Section, name: &str| section.get(name).and_then(Value::as_int);
    for layout in signals::LAYOUTS.iter().filter(|layout| layout.id >= 7) {
        let yes = mapping.us_section(layout, &|_| true, true, false).unwrap();
        assert_eq!(int(&yes, "SaleOptOut"), Some(2), "{}", layout.name);
        assert_eq!(int(&yes, "SaleOptOutNotice"), Some(1), "{}", layout.name);
        assert_eq!(int(&yes, "MspaCoveredTransaction"), Some(2), "{}", layout.name);
        let no = mapping.us_section(layout, &|_| true, true, true).unwrap();
        assert_eq!(int(&no, "SaleOptOut"), Some(1), "{}", layout.name);
        if no.has(Part::Gpc) {
            assert_eq!(no.get("Gpc"), Some(&Value::Flag(true)));
        }
        let mut gpp = Gpp::default();
        gpp.put(no);
        assert_eq!(Gpp::decode(&gpp.encode().unwrap()).unwrap(), gpp);
    }
    assert!(mapping.us_section(layout("tcfeuv2").unwrap(), &|_| true, true, false).is_err());
}

#[test]
fn sensitive_data_is_answered_by_place() {
    let mapping =
        Mapping::parse("[purposes.health]\nus = [\"SensitiveDataProcessing.3\"]").unwrap();
    let section = mapping.us_section(layout("usin").unwrap(), &|_| true, true, false).unwrap();
    assert_eq!(
        section.get("SensitiveDataProcessing"),
        Some(&Value::Twos(vec![0, 0, 2, 0, 0, 0, 0, 0]))
    );
    let section = mapping.us_section(layout("usca").unwrap(), &|_| false, true, false).unwrap();
    assert_eq!(section.get("SensitiveDataLimitUseNotice"), Some(&Value::Int(1)));
}

#[test]
fn the_national_section_of_version_one_is_shorter() {
    let mut section = signals::Section::new(layout("usnat").unwrap());
    section.set("SensitiveDataProcessing", Value::Twos(vec![1; 16])).unwrap();
    section.set("Version", Value::Int(1)).unwrap();
    assert_eq!(section.get("SensitiveDataProcessing"), Some(&Value::Twos(vec![1; 12])));
    let text = section.encode().unwrap();
    assert_eq!(text.split('.').next().unwrap().len(), 11);
    assert_eq!(signals::Section::decode(section.layout(), &text).unwrap(), section);
    // 60 bits without padding to whole bytes, as the specification asks.
    let exact = &text.split('.').next().unwrap()[..10];
    assert!(signals::Section::decode(section.layout(), exact).is_ok());
}
