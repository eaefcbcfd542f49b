//! Settings and the help that explains them.

use crate::privet::run;

#[test]
fn help_shows_examples_and_only_commands_that_work() {
    let said = run(&["--help"]);

    assert_eq!(said.code, 0);
    assert!(said.out.contains("Examples:"), "{}", said.out);
    for missing in ["gate", "rewrap"] {
        assert!(!said.out.contains(missing), "help promises {missing}");
    }
}

#[test]
fn a_misspelt_key_in_the_configuration_is_told_with_its_line() {
    let dir = tempfile::tempdir().unwrap();
    let config = dir.path().join("privet.toml");
    std::fs::write(&config, "listen = \"127.0.0.1:0\"\nlissten = \"x\"\n").unwrap();

    let said = run(&["serve", "--config", config.to_str().unwrap()]);

    assert_eq!(said.code, 2);
    assert!(said.err.contains("lissten") && said.err.contains("line 2"), "{}", said.err);
}

#[test]
fn a_taken_port_is_told_at_once() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let dir = tempfile::tempdir().unwrap();
    let address = taken.local_addr().unwrap().to_string();

    let said = run(&["serve", "--listen", &address, "--data", dir.path().to_str().unwrap()]);

    assert_eq!(said.code, 3);
    assert!(said.err.contains("taken") && said.err.contains("--listen"), "{}", said.err);
}

#[test]
fn what_is_no_address_is_wrong_usage() {
    let dir = tempfile::tempdir().unwrap();

    let said = run(&["serve", "--listen", "nonsense", "--data", dir.path().to_str().unwrap()]);

    assert_eq!(said.code, 2);
    assert!(said.err.contains("nonsense") && said.err.contains("127.0.0.1:8440"), "{}", said.err);
}
