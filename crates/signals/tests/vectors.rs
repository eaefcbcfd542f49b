//! The reference libraries' own strings: read to the same content, written to the same text.

#![allow(clippy::unwrap_used)]

use serde_json::Value;
use signals::{Gpp, TcString, UsPrivacy};

fn lines(text: &str) -> impl Iterator<Item = Value> + '_ {
    text.lines().map(|line| serde_json::from_str(line).unwrap())
}

#[test]
fn every_tc_string_reads_and_writes_as_the_reference_library_does() {
    let mut count = 0;
    for vector in lines(include_str!("data/tcf-vectors.jsonl")) {
        let text = vector["tc"].as_str().unwrap();
        let tc = TcString::decode(text).unwrap();
        assert!(tc.to_json() == vector["decoded"], "vector {}", vector["n"]);
        assert_eq!(tc.publisher.is_some(), vector["hasPublisherTC"].as_bool().unwrap());
        assert_eq!(tc.encode().unwrap(), text, "vector {}", vector["n"]);
        count += 1;
    }
    assert_eq!(count, 110);
}

#[test]
fn every_gpp_string_reads_and_writes_as_the_reference_library_does() {
    let mut count = 0;
    for vector in lines(include_str!("data/gpp-vectors.jsonl")) {
        let text = vector["gpp"].as_str().unwrap();
        let gpp = Gpp::decode(text).unwrap();
        let ids: Vec<u64> = gpp.ids().map(u64::from).collect();
        assert_eq!(serde_json::json!(ids), vector["sectionIds"], "vector {}", vector["n"]);
        assert!(gpp.to_json() == vector["decoded"], "vector {}", vector["n"]);
        assert_eq!(gpp.encode().unwrap(), text, "vector {}", vector["n"]);
        count += 1;
    }
    assert_eq!(count, 120);
}

#[test]
fn a_tc_string_inside_gpp_is_a_tc_string() {
    for vector in lines(include_str!("data/gpp-vectors.jsonl")) {
        let text = vector["gpp"].as_str().unwrap();
        let Some(at) = vector["sectionIds"].as_array().unwrap().iter().position(|id| id == 2)
        else {
            continue;
        };
        let tc = TcString::decode(text.split('~').nth(at + 1).unwrap()).unwrap();
        assert_eq!(
            serde_json::json!(tc.vendor_consents),
            vector["decoded"]["tcfeuv2"]["VendorConsents"]
        );
    }
}

#[test]
fn the_examples_of_the_gpp_specification_read() {
    let text = "DBACNYA~CPXxRfAPXxRfAAfKABENB-CgAAAAAAAAAAYgAAAAAAAA~1YNN";
    let gpp = Gpp::decode(text).unwrap();
    assert_eq!(gpp.ids().collect::<Vec<_>>(), [2, 6]);
    assert_eq!(gpp.encode().unwrap(), text);
    // As the specification pads headers, and as it once did without whole bytes.
    for header in ["DBABMA", "DBABM"] {
        let text = format!("{header}~CPXxRfAPXxRfAAfKABENB-CgAAAAAAAAAAYgAAAAAAAA");
        assert_eq!(Gpp::decode(&text).unwrap().ids().collect::<Vec<_>>(), [2]);
    }
    // A run of two sections is written as a group. (The specification’s own example puts a TC string of
    // the EU where Canada’s belongs, so only the header is taken from it.)
    let mut both = Gpp::default();
    for name in ["tcfcav1", "uspv1"] {
        both.put(signals::Section::new(signals::layout(name).unwrap()));
    }
    assert!(both.encode().unwrap().starts_with("DBABjw~"));
}

#[test]
fn us_privacy_strings_read_and_write() {
    for text in ["1YNN", "1---", "1YYY", "1NN-"] {
        assert_eq!(text.parse::<UsPrivacy>().unwrap().to_string(), text);
    }
    for text in ["", "1", "1YN", "1YNNN", "2YNN", "1ynn", "1YN\u{e9}"] {
        assert!(text.parse::<UsPrivacy>().is_err(), "{text}");
    }
}
