//! `privet anonymise`.

use std::{collections::HashMap, fmt::Write as _, path::Path};

use sha2::Digest as _;

use crate::privet::run;

/// Two hundred made-up people: many ages, few places, three illnesses.
fn patients(dir: &Path) -> String {
    let mut text = "full_name,email,birth_date,postcode,gender,diagnosis,visits\n".to_owned();
    for n in 0..200_u32 {
        let (year, month) = (1940 + n * 7 % 60, 1 + n % 12);
        let place = ["200030", "200031", "200040", "100081"][(n % 4) as usize];
        let illness = ["influenza", "asthma", "diabetes"][(n % 3) as usize];
        let given =
            ["Anna", "Robert", "Maria", "Peter", "Sofia", "James", "Laura"][(n % 7) as usize];
        let family = ["Smith", "Miller", "Johnson", "Brown", "Schmidt"][(n % 5) as usize];
        let sex = ["female", "male"][(n % 2) as usize];
        let _ = writeln!(
            text,
            "{given} {family},{n}@example.com,{year}-{month:02}-0{},{place},{sex},{illness},{}",
            1 + n % 9,
            n % 5
        );
    }
    let path = dir.join("patients.csv");
    std::fs::write(&path, text).unwrap();
    path.display().to_string()
}

#[test]
fn a_release_hides_everybody_among_k_and_names_nobody() {
    let dir = tempfile::tempdir().unwrap();
    let (file, output) = (patients(dir.path()), dir.path().join("release.csv"));
    let out = output.display().to_string();

    let said =
        run(&["anonymise", &file, "--k", "8", "--l", "2", "--keep", "visits", "--output", &out]);

    assert_eq!(said.code, 0, "{}{}", said.out, said.err);
    let text = std::fs::read_to_string(&output).unwrap();
    assert!(!text.contains("Schmidt") && !text.contains("example.com"));
    // Judged by hand: no class below 8, none with a single illness.
    let mut classes: HashMap<String, Vec<String>> = HashMap::new();
    for line in text.lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        classes.entry(cells[..3].join(",")).or_default().push(cells[3].to_owned());
    }
    assert!(classes.len() > 1, "everything was coarsened away: {}", said.out);
    for (class, illnesses) in &classes {
        let different: std::collections::HashSet<_> = illnesses.iter().collect();
        assert!(illnesses.len() >= 8 && different.len() >= 2, "{class}: {illnesses:?}");
    }
    let again = run(&["anonymise", &file, "--keep", "visits", "--output", &out]);
    assert_eq!(again.code, 2, "a release was overwritten");
    assert!(again.err.contains("exists"), "{}", again.err);
}

#[test]
fn a_table_with_names_is_not_anonymous_however_large_its_classes() {
    let dir = tempfile::tempdir().unwrap();
    let file = patients(dir.path());

    let said = run(&["anonymise", &file, "--check", "--keep", "visits", "--json"]);

    assert_eq!(said.code, 1);
    let answer = said.json();
    assert_eq!(answer["reached"], false);
    assert_eq!(answer["report"]["rows"], 200);
    assert!(answer["report"]["unique_rows"].as_u64().unwrap() > 100, "{answer}");
    assert!(!said.out.contains("Schmidt"));
}

#[test]
fn a_column_nobody_knows_is_asked_for() {
    let dir = tempfile::tempdir().unwrap();
    let file = patients(dir.path());

    let said = run(&["anonymise", &file, "--check"]);

    assert_eq!(said.code, 2);
    assert!(said.err.contains("visits") && said.err.contains("--keep"), "{}", said.err);
}

#[test]
fn a_goal_out_of_reach_writes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let (file, output) = (patients(dir.path()), dir.path().join("release.csv"));
    let out = output.display().to_string();

    let said = run(&["anonymise", &file, "--k", "500", "--keep", "visits", "--output", &out]);

    assert_eq!(said.code, 1, "{}{}", said.out, said.err);
    assert!(!output.exists());
}

#[test]
fn a_broken_line_is_told_by_its_number_and_not_by_its_text() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("broken.csv");
    std::fs::write(&path, "email,age\nli@example.com,30\nzhang@example.com\n").unwrap();

    let said = run(&["anonymise", &path.display().to_string(), "--check"]);

    assert_eq!(said.code, 3);
    assert!(said.err.contains(":3: has 1 values where the heading has 2"), "{}", said.err);
    assert!(!said.err.contains("zhang"));
}

#[test]
fn a_release_beside_a_deployment_stands_in_its_log_by_its_hash() {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name).display().to_string();
    let (file, out, data) = (patients(dir.path()), path("release.csv"), path("data"));
    let release = ["anonymise", &file, "--k", "8", "--keep", "visits", "--output", &out, "--json"];

    let nowhere = run(&[&release[..], &["--data", &path("nothing")]].concat());
    assert_eq!(nowhere.code, 3, "{}", nowhere.err);
    assert!(!dir.path().join("release.csv").exists(), "it left without an entry");

    drop(crate::server::Server::start("serve", data.as_ref(), 1));
    // The company asks for more than this export would reach.
    let config = path("privet.toml");
    std::fs::write(&config, "[exports]\nk = 10\nl = 2\n").unwrap();
    let refused = run(&[&release[..], &["--data", &data, "--config", &config]].concat());
    assert_eq!(refused.code, 2, "{}", refused.err);
    assert!(refused.err.contains("--k 10") && refused.err.contains("--l 2"), "{}", refused.err);
    assert!(!dir.path().join("release.csv").exists());

    let said = run(&[&release[..], &["--data", &data]].concat());
    assert_eq!(said.code, 0, "{}{}", said.out, said.err);
    let hash = said.json()["logged"].as_str().unwrap().to_owned();
    let written = std::fs::read(dir.path().join("release.csv")).unwrap();
    let digest = sha2::Sha256::digest(&written);
    let own = digest.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    });
    assert_eq!(hash, own);

    let made = run(&[
        "token",
        "create",
        "--scope",
        "audit:read",
        "--purpose",
        crate::PURPOSES,
        "--data",
        &data,
    ]);
    let bearer = format!("Bearer {}", made.out.trim());
    let server = crate::server::Server::start("serve", data.as_ref(), 1);
    let headers = [("Authorization", bearer.as_str()), ("Privet-Purpose", "incident")];
    let asked = format!("/v1/audit?object={hash}");
    let (status, text) = crate::reference::ask(&server, "GET", &asked, &headers, "");
    assert_eq!(status, 200, "{text}");
    assert!(text.contains("anonymised.released") && text.contains(&hash), "{text}");
}
