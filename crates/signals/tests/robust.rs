//! What a stranger may send: cut, altered, endless, absurd. Errors, never panics, in bounded time.

#![allow(clippy::unwrap_used)]

use std::{
    sync::OnceLock,
    time::{Duration, Instant},
};

use proptest::prelude::*;
use signals::{
    Flags, Gpp, HIGHEST_ID, IdSet, LAYOUTS, LONGEST_TC_STRING, Letters, PublisherTc, Restriction,
    RestrictionType, Section, SignalError, Stamp, TcString, UsPrivacy, Value, VendorList,
};

fn tc() -> String {
    let line = include_str!("data/tcf-vectors.jsonl").lines().next().unwrap();
    let vector: serde_json::Value = serde_json::from_str(line).unwrap();
    vector["tc"].as_str().unwrap().to_owned()
}

fn gpp_strings() -> &'static [String] {
    static READ: OnceLock<Vec<String>> = OnceLock::new();
    READ.get_or_init(|| {
        include_str!("data/gpp-vectors.jsonl")
            .lines()
            .map(|line| {
                let vector: serde_json::Value = serde_json::from_str(line).unwrap();
                vector["gpp"].as_str().unwrap().to_owned()
            })
            .collect()
    })
}

#[test]
fn a_tc_string_cut_anywhere_is_an_error_or_lacks_whole_segments() {
    let text = tc();
    let whole = TcString::decode(&text).unwrap();
    let core = text.find('.').unwrap();
    // What follows the last field is padding, at most 23 bits: three characters.
    for end in 0..core - 3 {
        assert!(TcString::decode(&text[..end]).is_err(), "cut at {end}");
    }
    let alone = TcString::decode(&text[..core]).unwrap();
    assert_eq!(alone.vendors_disclosed, None);
    assert_eq!(TcString { vendors_disclosed: None, publisher: None, ..whole }, alone);
}

#[test]
fn a_gpp_string_cut_anywhere_never_passes_for_the_whole() {
    for text in gpp_strings() {
        let whole = Gpp::decode(text).unwrap();
        for end in 0..text.len() {
            if let Ok(less) = Gpp::decode(&text[..end]) {
                // Only padding, or a segment that may be absent, can be missing unnoticed.
                assert!(less.ids().eq(whole.ids()), "{} characters of {}", end, text.len());
            }
        }
    }
}

#[test]
fn a_megabyte_is_refused_at_once() {
    let long = "C".repeat(1 << 20);
    let started = Instant::now();
    let refused = TcString::decode(&long).unwrap_err();
    assert_eq!(refused, SignalError::TooLong { length: 1 << 20, limit: LONGEST_TC_STRING });
    assert!(matches!(Gpp::decode(&long), Err(SignalError::TooLong { .. })));
    assert!(long.parse::<UsPrivacy>().is_err());
    assert!(started.elapsed() < Duration::from_millis(50));
}

#[test]
fn the_worst_string_of_allowed_length_takes_a_fraction_of_a_second() {
    // Version 2, then ones: every count at its highest, every entry the widest range it can be.
    let core = format!("C{}", "_".repeat(LONGEST_TC_STRING - 1));
    // A core with no vendors and 4 095 restrictions, each of the widest ranges.
    let head = "CPXxRfAPXxRfAAfKABENB-CgAAAAAAAAAAYgAAAAA";
    let restrictions = format!("{head}{}", "AP_AAEAA__".repeat(10_000));
    let sections = format!("DBAB{}", "~".repeat(200_000));
    let fibonacci = format!("DB__{}", "V".repeat(200_000));
    let started = Instant::now();
    let _ = TcString::decode(&core);
    let _ = TcString::decode(&restrictions[..LONGEST_TC_STRING.min(restrictions.len())]);
    assert!(Gpp::decode(&sections).is_err());
    assert!(Gpp::decode(&fibonacci).is_err());
    assert!(started.elapsed() < Duration::from_secs(2), "{:?}", started.elapsed());
}

#[test]
fn errors_say_what_and_where_and_never_quote() {
    let text = tc();
    let altered = format!("{}*{}", &text[..20], &text[21..]);
    let cases = [
        (TcString::decode("").unwrap_err(), "empty"),
        (TcString::decode(&altered).unwrap_err(), "character 20 is not base64url"),
        (TcString::decode(&text[..30]).unwrap_err(), "ends inside"),
        (TcString::decode("BOEFEAyOEFEAyAHABDENAI4AAAB9vABAASA").unwrap_err(), "has version 1"),
        (TcString::decode(text.split_once('.').unwrap().1).unwrap_err(), "core segment must come"),
        (Gpp::decode(&text).unwrap_err(), "its header has type 2"),
        (Gpp::decode("DBABMA").unwrap_err(), "lists 1 sections, but 0 follow"),
        (Gpp::decode("DBABMA~C~C").unwrap_err(), "lists 1 sections, but 2 follow"),
    ];
    for (error, part) in cases {
        let said = error.to_string();
        assert!(said.contains(part), "{said}");
        assert!(!said.contains(&text[..12]), "{said}");
    }
}

#[test]
fn a_set_that_does_not_fit_its_field_is_an_error_not_a_lie() {
    let mut tc = TcString::decode(&tc()).unwrap();
    tc.cmp_id = 4096;
    assert!(matches!(tc.encode(), Err(SignalError::Value { field: "CmpId", .. })));
    tc.cmp_id = 4095;
    tc.purpose_consents.insert(25);
    assert!(matches!(tc.encode(), Err(SignalError::Value { field: "PurposesConsent", .. })));
    tc.purpose_consents.remove(25);
    tc.publisher_restrictions = vec![Restriction {
        purpose: 2,
        kind: RestrictionType::NotAllowed,
        vendors: (1..=30_000).filter(|id| id % 3 == 0).collect(),
    }];
    assert!(matches!(tc.encode(), Err(SignalError::Value { field: "PubRestrictions", .. })));
}

#[test]
fn a_section_that_came_later_is_kept_as_it_is() {
    // The header names section 28: count 1, lone, 28 = 2 + 5 + 21 in Fibonacci code.
    let text = "DBABKYA~some-text.of_a";
    let gpp = Gpp::decode(text).unwrap();
    assert_eq!(gpp.ids().collect::<Vec<_>>(), [28]);
    assert_eq!(gpp.sections().count(), 0);
    assert_eq!(gpp.encode().unwrap(), text);
}

fn any_set() -> impl Strategy<Value = IdSet> {
    let lone = prop::collection::btree_set(1..=HIGHEST_ID, 0..60);
    let runs = prop::collection::vec((1u16..3_000, 0u16..400), 0..6);
    (lone, runs).prop_map(|(lone, runs)| {
        let mut set: IdSet = lone.into_iter().collect();
        for (first, more) in runs {
            set.insert_range(first, first + more);
        }
        set
    })
}

fn any_flags(width: u32) -> impl Strategy<Value = Flags> {
    any::<u64>().prop_map(move |bits| Flags::from_bits(bits & ((1 << width) - 1)))
}

fn any_restrictions() -> impl Strategy<Value = Vec<Restriction>> {
    let kind = prop::sample::select(vec![
        RestrictionType::NotAllowed,
        RestrictionType::RequireConsent,
        RestrictionType::RequireLegitimateInterest,
        RestrictionType::Undefined,
    ]);
    prop::collection::btree_map((0u8..64, kind), any_set(), 0..5).prop_map(|rules| {
        let rule = |((purpose, kind), vendors)| Restriction { purpose, kind, vendors };
        rules.into_iter().map(rule).collect()
    })
}

fn any_publisher() -> impl Strategy<Value = PublisherTc> {
    (any_flags(24), any_flags(24), 0u8..64, any::<(u64, u64)>()).prop_map(
        |(consents, legitimate_interests, custom_purposes, (a, b))| {
            let own = |bits: u64| Flags::from_bits(bits & ((1 << custom_purposes) - 1));
            PublisherTc {
                consents,
                legitimate_interests,
                custom_purposes,
                custom_consents: own(a),
                custom_legitimate_interests: own(b),
            }
        },
    )
}

prop_compose! {
    fn any_tc()(
        times in (0u64..1 << 36, 0u64..1 << 36),
        small in (0u16..4096, 0u16..4096, 0u8..64, 0u16..4096, 0u8..64),
        codes in ("[A-Z]{2}", "[A-Z]{2}"),
        bits in any::<(bool, bool, bool)>(),
        flags in (any_flags(12), any_flags(24), any_flags(24)),
        sets in (any_set(), any_set()),
        rules in any_restrictions(),
        more in (prop::option::of(any_set()), prop::option::of(any_set()), prop::option::of(any_publisher())),
    ) -> TcString {
        TcString {
            created: Stamp::from_tenths(times.0),
            last_updated: Stamp::from_tenths(times.1),
            cmp_id: small.0,
            cmp_version: small.1,
            consent_screen: small.2,
            consent_language: codes.0.parse::<Letters>().unwrap(),
            vendor_list_version: small.3,
            policy_version: small.4,
            is_service_specific: bits.0,
            use_non_standard_texts: bits.1,
            special_feature_optins: flags.0,
            purpose_consents: flags.1,
            purpose_legitimate_interests: flags.2,
            purpose_one_treatment: bits.2,
            publisher_country: codes.1.parse::<Letters>().unwrap(),
            vendor_consents: sets.0,
            vendor_legitimate_interests: sets.1,
            publisher_restrictions: rules,
            vendors_disclosed: more.0,
            vendors_allowed: more.1,
            publisher: more.2,
        }
    }
}

fn any_value(field: &signals::Field) -> BoxedStrategy<Value> {
    use signals::Kind;
    match field.kind {
        Kind::Int(width) => (0u32..1 << width).prop_map(Value::Int).boxed(),
        Kind::Flag => any::<bool>().prop_map(Value::Flag).boxed(),
        Kind::Time => (0u64..1 << 36).prop_map(|t| Value::Time(Stamp::from_tenths(t))).boxed(),
        Kind::Letters => "[A-Z]{2}".prop_map(|code| Value::Letters(code.parse().unwrap())).boxed(),
        Kind::Bits(width) => {
            any_flags(width.into()).prop_map(move |set| Value::Bits { set, width }).boxed()
        }
        Kind::CustomBits => Just(Value::Bits { set: Flags::default(), width: 0 }).boxed(),
        Kind::Twos(count) => {
            prop::collection::vec(0u8..4, usize::from(count)).prop_map(Value::Twos).boxed()
        }
        Kind::Vendors(_) => any_set().prop_map(Value::Ids).boxed(),
        Kind::Restrictions(_) => any_restrictions().prop_map(Value::Restrictions).boxed(),
        Kind::Letter => prop::sample::select(vec!['Y', 'N', '-']).prop_map(Value::Letter).boxed(),
        Kind::Digit => Just(Value::Int(1)).boxed(),
    }
}

fn any_section() -> impl Strategy<Value = Section> {
    prop::sample::select(LAYOUTS.iter().collect::<Vec<_>>()).prop_flat_map(|layout| {
        let fields: Vec<_> = layout
            .segments
            .iter()
            .flat_map(|segment| segment.fields)
            // Marks and the numbers that change a layout stay as they are.
            .filter(|f| {
                !f.name.ends_with("Type") && f.name != "Version" && f.name != "NumCustomPurposes"
            })
            .filter(|f| f.kind != signals::Kind::CustomBits)
            .collect();
        let values: Vec<_> = fields.iter().map(|field| any_value(field)).collect();
        values.prop_map(move |values| {
            let mut section = Section::new(layout);
            for (field, value) in fields.iter().zip(values) {
                section.set(field.name, value).unwrap();
            }
            section
        })
    })
}

proptest! {
    #[test]
    fn every_tc_string_comes_back(tc in any_tc()) {
        let text = tc.encode().unwrap();
        prop_assert_eq!(TcString::decode(&text).unwrap(), tc);
    }

    #[test]
    fn segments_behind_the_core_may_stand_in_any_order(tc in any_tc()) {
        let text = tc.encode().unwrap();
        let mut segments: Vec<&str> = text.split('.').collect();
        segments[1..].reverse();
        prop_assert_eq!(TcString::decode(&segments.join(".")).unwrap(), tc);
    }

    #[test]
    fn every_gpp_string_comes_back(sections in prop::collection::vec(any_section(), 0..6)) {
        let mut gpp = Gpp::default();
        for section in sections {
            gpp.put(section);
        }
        let text = gpp.encode().unwrap();
        prop_assert_eq!(Gpp::decode(&text).unwrap(), gpp);
    }

    #[test]
    fn nothing_panics_on_any_text(text in any::<String>()) {
        let _ = TcString::decode(&text);
        let _ = Gpp::decode(&text);
        let _ = text.parse::<UsPrivacy>();
        let _ = VendorList::parse(text.as_bytes());
    }

    #[test]
    fn nothing_panics_on_what_looks_like_a_signal(
        tc in "C[A-Za-z0-9_-]{0,400}(\\.[A-Za-z0-9_-]{0,60}){0,4}",
        gpp in "DB[A-Za-z0-9_-]{0,12}(~[A-Za-z0-9_-]{1,60}(\\.[A-Za-z0-9_-]{0,20}){0,2}){0,5}",
    ) {
        if let Ok(read) = TcString::decode(&tc) {
            let again = TcString::decode(&read.encode().unwrap()).unwrap();
            prop_assert_eq!(again, read);
        }
        if let Ok(read) = Gpp::decode(&gpp) {
            read.to_json();
            prop_assert_eq!(Gpp::decode(&read.encode().unwrap()).unwrap(), read);
        }
    }

    #[test]
    fn one_altered_character_never_panics(place in any::<prop::sample::Index>(), letter in "[A-Za-z0-9_-]", which in any::<prop::sample::Index>()) {
        let texts = gpp_strings();
        let mut text = which.get(texts).clone();
        let at = place.index(text.len());
        text.replace_range(at..=at, &letter);
        if let Ok(read) = Gpp::decode(&text) {
            read.encode().unwrap();
        }
    }
}
