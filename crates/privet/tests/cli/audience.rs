//! Decisions and filtered lists, through the binary.

use std::{io::Write as _, process::Stdio};

use crate::privet::{Said, command, finish, run};

const CODE: &str = "privet: 1
purposes:
  news:
    name: {en: News by e-mail, zh-CN: 邮件资讯}
notices:
  join:
    title: {en: Join, zh-CN: 加入}
    purposes: [news]
    publish: none
";

fn with_input(args: &[&str], input: &str) -> Said {
    let mut child = command(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // Who refuses its arguments may not read its input.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    finish(child.wait_with_output().unwrap())
}

#[test]
fn lists_are_filtered_and_every_line_is_decided() {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name).display().to_string();
    let (data, code) = (path("data"), path("code"));
    std::fs::create_dir(&code).unwrap();
    std::fs::write(path("code/consent.yaml"), CODE).unwrap();
    std::fs::write(
        path("in.csv"),
        "email,news,given_at\na@example.com,yes,2026-01-01\nb@example.com,no,2026-01-01\n",
    )
    .unwrap();
    drop(crate::server::Server::start("serve", data.as_ref(), 1));
    assert_eq!(run(&["apply", &code, "--data", &data]).code, 0);
    let imported =
        run(&["consents", "import", &path("in.csv"), "--notice", "join", "--data", &data]);
    assert_eq!(imported.code, 0, "{}", imported.err);
    let input = "B@example.com\nA@Example.com\r\n\nnobody\nc@example.com\na@example.com";

    let filtered = with_input(&["audience", "filter", "--purpose", "news", "--data", &data], input);
    assert_eq!(filtered.out, "A@Example.com\na@example.com\n", "{}", filtered.err);
    assert_eq!(filtered.code, 0);
    assert_eq!(filtered.err, "2 of 5 allowed; 1 not a valid email\n");

    let decided = with_input(&["decide", "--purpose", "news", "--data", &data], input);
    assert_eq!(
        decided.out,
        "deny denied\nallow granted\ndeny malformed\ndeny nothing_recorded\nallow granted\n"
    );

    let unknown = with_input(&["decide", "--purpose", "post", "--data", &data], input);
    assert_eq!((unknown.code, unknown.out.as_str()), (2, ""));
    assert!(unknown.err.contains("“post”") && unknown.err.contains("news"), "{}", unknown.err);
    let kind = ["decide", "--purpose", "news", "--identifier", "fax", "--data", &data];
    let wrong = with_input(&kind, input);
    assert!(wrong.code == 2 && wrong.err.contains("customer_id"), "{}", wrong.err);
    let nowhere = with_input(&["decide", "--purpose", "news", "--data", &path("empty")], input);
    assert_eq!(nowhere.code, 3, "{}", nowhere.err);
}
