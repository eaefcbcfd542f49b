//! `privet detect`.

use std::{io::Write, process::Stdio};

use crate::privet::{command, finish};

fn detect(input: &str) -> crate::privet::Said {
    detect_with(&[], input.as_bytes())
}

fn detect_with(args: &[&str], input: &[u8]) -> crate::privet::Said {
    let args: Vec<&str> = std::iter::once("detect").chain(args.iter().copied()).collect();
    let mut child = command(&args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_owned();
    let writer = std::thread::spawn(move || stdin.write_all(&input));
    let said = finish(child.wait_with_output().unwrap());
    let _ = writer.join();
    said
}

#[test]
fn answers_are_in_order_with_offsets_in_code_points() {
    let said = detect(
        "{\"id\":7,\"text\":\"nothing here\"}\n{\"id\":\"八\",\"text\":\"请打13800001234找我\"}\n",
    );

    assert_eq!(said.code, 0, "{}", said.err);
    let answers: Vec<serde_json::Value> =
        said.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(answers[0], serde_json::json!({"id": 7, "spans": []}));
    assert_eq!(answers[1]["id"], "八");
    let span = &answers[1]["spans"][0];
    assert_eq!(span["category"], "contact.phone");
    assert_eq!((&span["start"], &span["end"]), (&2.into(), &13.into()));
}

#[test]
fn a_broken_line_is_answered_in_its_place_and_wrong_usage() {
    let said =
        detect("{\"id\":1,\"text\":\"a\"}\nnot json 13800001234\n{\"id\":3,\"text\":\"b\"}\n");

    assert_eq!(said.code, 2);
    assert!(said.err.contains("line 2"), "{}", said.err);
    assert!(!(said.err + &said.out).contains("13800001234"));
    let lines: Vec<&str> = said.out.lines().collect();
    assert_eq!(lines.len(), 3);
    assert!(lines[1].contains("\"line\":2") && lines[2].contains("\"id\":3"), "{lines:?}");
}

fn file(dir: &tempfile::TempDir, name: &str, text: &[u8]) -> String {
    let path = dir.path().join(name);
    std::fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

const DETECTORS: &[u8] = br#"
[[detector]]
name = "LOYALTY_CARD"
pattern = 'LT-(?<check>\d{8})'
checksum = "luhn"
column_names = ["loyalty card"]
category = "identity.customer_id"
examples = ["LT-12345674"]
"#;

#[test]
fn own_detectors_work_in_texts_and_wrong_ones_are_told_by_line() {
    let dir = tempfile::tempdir().unwrap();
    let good = file(&dir, "good.toml", DETECTORS);
    let bad = file(
        &dir,
        "bad.toml",
        b"[[detector]]\nname = \"X1\"\npattern = '.*'\ncategory = \"work\"\n",
    );
    let input = b"{\"id\":1,\"text\":\"card LT-12345674, mail a@example.com\"}";

    let said = detect_with(&["--detectors", &good, "--entities", "LOYALTY_CARD"], input);
    let wrong = detect_with(&["--detectors", &bad], input);
    let unknown = detect_with(&["--entities", "LOYALTY_CARD"], input);

    let spans = said.json()["spans"].clone();
    assert_eq!(spans.as_array().unwrap().len(), 1, "{} {}", said.out, said.err);
    assert_eq!((&spans[0]["type"], &spans[0]["start"]), (&"LOYALTY_CARD".into(), &5.into()));
    assert_eq!((wrong.code, unknown.code), (2, 2));
    assert!(
        wrong.err.contains("detector X1, line 3: `pattern` matches the empty text"),
        "{}",
        wrong.err
    );
    assert!(unknown.err.contains("LOYALTY_CARD"), "{}", unknown.err);
}

#[test]
fn own_detectors_work_in_scans() {
    let dir = tempfile::tempdir().unwrap();
    let detectors = file(&dir, "own.toml", DETECTORS);
    let data = file(&dir, "people.csv", b"nr,code\n1,LT-12345674\n2,LT-00000042\n3,LT-12345674\n");

    let plain = crate::privet::run(&["scan", &data, "--format", "json"]);
    let own = crate::privet::run(&["scan", &data, "--format", "json", "--detectors", &detectors]);

    let code = |said: &crate::privet::Said| said.json()["stores"][0]["fields"][1].clone();
    assert_eq!(code(&own)["category"], "identity.customer_id");
    assert_eq!(code(&own)["evidence"]["detector"], "LOYALTY_CARD");
    assert!(code(&plain)["evidence"]["detector"].is_null());
}

#[test]
fn texts_come_out_with_inventions_the_same_for_the_same_key() {
    let dir = tempfile::tempdir().unwrap();
    let (one, two) = (file(&dir, "1", &[1; 32]), file(&dir, "2", &[2; 32]));
    let input =
        "{\"id\":1,\"text\":\"mail a.b@corp.cn or a.b@corp.cn, 手机13800001234\"}".as_bytes();
    let fake = |key: &str| {
        detect_with(&["--operator", "fake,PHONE_NUMBER=mask", "--key-file", key], input)
    };

    let (first, again, other) = (fake(&one), fake(&one), fake(&two));

    assert_eq!(first.out, again.out);
    assert_ne!(first.out, other.out);
    let answer = first.json();
    let text = answer["text"].as_str().unwrap();
    assert!(text.ends_with("手机***********") && !text.contains("corp"), "{text}");
    let mails: Vec<&str> = text.split([' ', ',']).filter(|word| word.contains('@')).collect();
    assert!(mails.len() == 2 && mails[0] == mails[1], "{text}");
    assert_eq!(answer["items"][2]["operator"], "mask");
    assert_eq!(answer["items"].as_array().unwrap().len(), 3);
}

#[test]
fn operators_that_need_a_key_say_how_to_make_one() {
    for args in [&["--operator", "fake"][..], &["--operator", "PERSON=hash"]] {
        let said = detect_with(args, b"");
        assert_eq!(said.code, 2);
        assert!(said.err.contains("--key-file"), "{}", said.err);
    }
    let said = detect_with(&["--operator", "shred"], b"");
    assert!(said.code == 2 && said.err.contains("redact"), "{}", said.err);
}

#[test]
fn long_plain_text_is_streamed_and_keeps_every_byte_that_is_nobodys() {
    let dir = tempfile::tempdir().unwrap();
    let line = "Nothing here is anybody's, only words about tea. ";
    let mut text = line.repeat(30_000);
    text.push_str("write to li.lei@corp.cn\n");
    text.push_str(&line.repeat(10_000));
    let path = file(&dir, "long.txt", text.as_bytes());

    let spans = detect_with(&["--text", "--patterns-only", &path], b"");
    let safe = detect_with(&["--text", "--patterns-only", "--operator", "replace", &path], b"");

    assert_eq!(spans.out.lines().count(), 1, "{}", spans.err);
    let span = spans.json();
    assert_eq!((&span["type"], &span["file"]), (&"EMAIL_ADDRESS".into(), &path.clone().into()));
    let at = text.find("li.lei@").unwrap();
    assert_eq!(span["start"].as_u64(), Some(at as u64));
    assert_eq!(safe.out, text.replace("li.lei@corp.cn", "<EMAIL_ADDRESS>"));
}

#[test]
fn text_that_is_not_utf8_is_told_and_still_searched() {
    let said = detect_with(&["--text", "--patterns-only"], b"caf\xe9: mail a@example.com");

    assert_eq!(said.code, 2);
    assert!(said.err.contains("1 places are not UTF-8, the first at byte 3"), "{}", said.err);
    assert_eq!(said.json()["start"], 11);
}

#[test]
fn the_language_decides_whose_names_are_found() {
    let input = "{\"id\":1,\"text\":\"王小明住在浙江省杭州市西湖区文三路478号\"}".as_bytes();

    let zh = detect_with(&["--lang", "zh"], input);
    let en = detect_with(&["--lang", "en"], input);

    let count = |said: &crate::privet::Said| said.json()["spans"].as_array().unwrap().len();
    assert!(count(&zh) > count(&en), "{} {}", zh.out, en.out);
}
