//! `privet detect`.

use std::{io::Write, process::Stdio};

use crate::privet::{command, finish};

fn detect(input: &str) -> crate::privet::Said {
    let mut child = command(&["detect"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_owned();
    let writer = std::thread::spawn(move || stdin.write_all(input.as_bytes()));
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
fn a_broken_line_is_wrong_usage_and_named() {
    let said = detect("{\"id\":1,\"text\":\"a\"}\nnot json 13800001234\n");

    assert_eq!(said.code, 2);
    assert!(said.err.contains("line 2"), "{}", said.err);
    assert!(!said.err.contains("13800001234"));
    assert_eq!(said.out.lines().count(), 1);
}
