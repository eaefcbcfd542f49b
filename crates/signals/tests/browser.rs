//! The browser's modules (`sdk/web/src/tcf.js`, `gpp.js`) beside this crate, on the same strings and the
//! same choices. Node runs the modules; where it is missing the test fails (`cargo xtask setup`
//! installs it).

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::{
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::OnceLock,
};

use serde_json::{Value, json};
use signals::{
    Choices, Flags, Gpp, IdSet, LAYOUTS, Letters, Mapping, Meaning, Stamp, TcString, VendorList,
    layout,
};

/// 25 Oct 2026, 10:30 UTC.
const NOW: Stamp = Stamp::from_millis(1_792_924_200_000);

fn run(jobs: &[Value]) -> Vec<Value> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut node = Command::new("node")
        .arg(here.join("tests/browser.mjs"))
        .arg(modules(here))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("Node is needed: `cargo xtask setup` installs it");
    let mut input = node.stdin.take().unwrap();
    let lines = jobs.iter().map(Value::to_string).collect::<Vec<_>>().join("\n");
    let writer = std::thread::spawn(move || input.write_all(lines.as_bytes()).unwrap());
    let output = node.wait_with_output().unwrap();
    writer.join().unwrap();
    assert!(output.status.success());
    let answers: Vec<Value> = String::from_utf8(output.stdout)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(answers.len(), jobs.len());
    answers
}

/// The modules under names that every Node takes for modules.
fn modules(here: &Path) -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("signals-modules");
        std::fs::create_dir_all(&folder).unwrap();
        for name in ["tcf", "gpp"] {
            let source = here.join(format!("../../sdk/web/src/{name}.js"));
            std::fs::copy(source, folder.join(format!("{name}.mjs"))).unwrap();
        }
        folder
    })
}

fn vectors(text: &str, field: &str) -> Vec<(String, Value)> {
    text.lines()
        .map(|line| {
            let mut vector: Value = serde_json::from_str(line).unwrap();
            (vector[field].as_str().unwrap().to_owned(), vector["decoded"].take())
        })
        .collect()
}

#[test]
fn the_browser_reads_and_writes_tc_strings_as_we_do() {
    let vectors = vectors(include_str!("data/tcf-vectors.jsonl"), "tc");
    let jobs: Vec<Value> =
        vectors.iter().map(|(text, _)| json!({ "job": "tcf", "text": text })).collect();
    for ((text, decoded), mut answer) in vectors.iter().zip(run(&jobs)) {
        assert_eq!(answer["text"], *text);
        let model = &mut answer["model"];
        let rules = model["publisherRestrictions"].as_array_mut().unwrap();
        rules.sort_by_key(|rule| (rule["purposeId"].as_u64(), rule["restrictionType"].as_u64()));
        for (name, value) in decoded.as_object().unwrap() {
            // Fields of a segment that is not there are absent; the vectors show them empty.
            let absent = model[name].is_null() && (*value == json!([]) || *value == json!(0));
            assert!(absent || model[name] == *value, "{name}");
        }
    }
}

#[test]
fn the_browser_reads_and_writes_gpp_strings_as_we_do() {
    let vectors = vectors(include_str!("data/gpp-vectors.jsonl"), "gpp");
    let jobs: Vec<Value> =
        vectors.iter().map(|(text, _)| json!({ "job": "gpp", "text": text })).collect();
    for ((text, decoded), answer) in vectors.iter().zip(run(&jobs)) {
        assert_eq!(answer["text"], *text);
        for entry in answer["entries"].as_array().unwrap() {
            let Some(segments) = entry["segments"].as_array() else { continue };
            let id = entry["id"].as_u64().unwrap();
            let layout = LAYOUTS.iter().find(|layout| u64::from(layout.id) == id).unwrap();
            let expected = &decoded[layout.name];
            for (name, value) in segments.iter().flat_map(|segment| segment.as_object().unwrap()) {
                // The specification's name; the reference library has its own.
                let name = if name == "SubsectionType" { "GpcSegmentType" } else { name };
                assert_eq!(expected[name], *value, "{}.{name}", layout.name);
            }
        }
    }
}

#[test]
fn the_browser_refuses_what_we_refuse() {
    let tc = vectors(include_str!("data/tcf-vectors.jsonl"), "tc")[0].0.clone();
    let texts = [
        "",
        "C",
        "*",
        "CQnF",
        &tc[..60],
        &format!("{tc}.IADQAAA"),
        &format!("{tc}.A"),
        "BOEFEAyOEFEAyAHABDENAI4AAAB9",
    ];
    let wrong = [
        "",
        "D",
        "DBABMA",
        "DBABMA~a~b",
        "DBAB",
        "DB__V",
        "DBABTA~1YN",
        "DBABTA~1YNX",
        "DBABBg~B",
        "DBABBg~B*",
    ];
    let jobs: Vec<Value> = texts
        .iter()
        .map(|text| json!({ "job": "tcf", "text": text }))
        .chain(wrong.iter().map(|text| json!({ "job": "gpp", "text": text })))
        .chain([json!({ "job": "gpp", "text": "D".repeat(1 << 20) })])
        .collect();
    for (job, answer) in jobs.iter().zip(run(&jobs)) {
        let text = job["text"].as_str().unwrap();
        let ours = if job["job"] == "tcf" {
            TcString::decode(text).is_err()
        } else {
            Gpp::decode(text).is_err()
        };
        assert!(ours, "{text}");
        assert_eq!(answer["error"], "RangeError", "{text}");
    }
}

#[test]
fn choices_become_the_same_tc_string() {
    let ours = VendorList::parse(include_str!("data/vendor-list.json").as_bytes()).unwrap();
    let list = ours.for_pages();
    let table = json!({ "measure": [1, 7], "ads": [1, 2, 3, 4] });
    let settings = json!({
        "cmpId": 300, "cmpVersion": 2, "publisherCountryCode": "DE", "language": "en-GB",
        "vendorList": "", "gdprApplies": true, "purposes": table, "specialFeatures": { "ads": [1] },
    });
    let cases = [
        (true, true, true),
        (true, true, false),
        (true, false, true),
        (true, false, false),
        (false, false, false),
    ];
    let jobs: Vec<Value> = cases
        .iter()
        .map(|(decided, measure, ads)| {
            json!({
                "job": "choices", "settings": settings, "list": list, "now": NOW.millis(),
                "state": { "decided": decided, "choices": { "measure": measure, "ads": ads } },
            })
        })
        .collect();
    for ((decided, measure, ads), answer) in cases.into_iter().zip(run(&jobs)) {
        let purposes = [("measure", vec![1, 7], vec![]), ("ads", vec![1, 2, 3, 4], vec![1])];
        let meaning = |(key, tcf, special_features): (&str, Vec<u8>, Vec<u8>)| {
            (key.to_owned(), Meaning { tcf, special_features, ..Meaning::default() })
        };
        let mapping = Mapping { purposes: purposes.into_iter().map(meaning).collect() };
        let granted = |key: &str| if key == "ads" { ads } else { measure };
        let shown = mapping.tcf_purposes(&|_| true);
        let allowed = if decided { mapping.tcf_purposes(&granted) } else { shown };
        let choices = Choices {
            at: NOW,
            cmp_id: 300,
            cmp_version: 2,
            screen: 1,
            language: "EN".parse::<Letters>().unwrap(),
            country: "DE".parse().unwrap(),
            consents: if decided { mapping.tcf_purposes(&granted) } else { Flags::default() },
            objections: (1..=11).filter(|purpose| !allowed.contains(*purpose)).collect(),
            special_features: if decided {
                mapping.special_features(&granted)
            } else {
                Flags::default()
            },
            shown: None,
            refused: IdSet::default(),
            for_publisher: false,
            restrictions: Vec::new(),
        };
        let expected = TcString::from_choices(&choices, &ours).encode().unwrap();
        assert_eq!(answer["text"], expected, "{decided} {measure} {ads}");
    }
}

#[test]
fn choices_become_the_same_us_sections() {
    let mapping = Mapping::parse(
        "[purposes.ads]\nus = [\"SaleOptOut\", \"TargetedAdvertisingOptOut\"]\n\
         [purposes.share]\nus = [\"SaleOptOut\", \"SharingOptOut\", \"KnownChildSensitiveDataConsents\"]\n\
         [purposes.health]\nus = [\"SensitiveDataProcessing.3\", \"SensitiveDataProcessing.10\"]\n",
    )
    .unwrap();
    let purposes: Value = mapping
        .purposes
        .iter()
        .map(|(key, meaning)| (key.clone(), json!(meaning.us)))
        .collect::<serde_json::Map<_, _>>()
        .into();
    let mut jobs = Vec::new();
    let mut expected = Vec::new();
    for layout in LAYOUTS.iter().filter(|layout| layout.id > 6) {
        for case in 0..16u8 {
            let yes = |at: u8| case >> at & 1 == 1;
            let granted = |key: &str| match key {
                "ads" => yes(0),
                "share" => yes(1),
                _ => yes(2),
            };
            jobs.push(json!({
                "job": "section", "name": layout.name,
                "settings": { "sections": [], "purposes": purposes, "applies": true },
                "state": { "decided": true, "gpc": yes(3),
                    "choices": { "ads": yes(0), "share": yes(1), "health": yes(2) } },
            }));
            let mut gpp = Gpp::default();
            gpp.put(mapping.us_section(layout, &granted, true, yes(3)).unwrap());
            expected.push(gpp.encode().unwrap());
        }
    }
    for ((job, answer), expected) in jobs.iter().zip(run(&jobs)).zip(expected) {
        assert_eq!(answer["text"], expected, "{job}");
    }
    assert!(layout("usca").is_some());
}
