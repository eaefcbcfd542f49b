//! `privet keys` as an operator types it.
#![allow(clippy::unwrap_used)]

use std::{path::Path, process::Command};

use store::{Store, StoreConfig};

fn keys(dir: &Path, arguments: &[&str], passphrase: Option<&Path>) -> (i32, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_privet"));
    command.arg("keys").args(arguments).arg("--data").arg(dir);
    command.env_remove("PRIVET_KEY_PASSPHRASE").env_remove("PRIVET_KEY_PASSPHRASE_FILE");
    if let Some(path) = passphrase {
        command.env("PRIVET_KEY_PASSPHRASE_FILE", path);
    }
    let output = command.output().unwrap();
    let text = [output.stdout, output.stderr].concat();
    (output.status.code().unwrap(), String::from_utf8(text).unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_are_rotated_and_the_root_comes_from_a_passphrase_and_back() {
    let place = tempfile::tempdir().unwrap();
    let (data, phrase) = (place.path().join("data"), place.path().join("phrase"));
    std::fs::write(&phrase, "seven green lanterns over the harbour\n").unwrap();
    let store = Store::open(StoreConfig { data_dir: data.clone(), database: None }).await.unwrap();
    let sealed = store.seal("c", "secret");

    let (code, text) = keys(&data, &["rotate"], None);
    assert_eq!(code, 0, "{text}");
    let (code, text) = keys(&data, &["rewrap"], None);
    assert_eq!(code, 0, "{text}");
    let (_, text) = keys(&data, &["status"], None);
    assert!(text.contains("key file") && text.contains("retired"), "{text}");
    assert!(text.contains("wraps new keys"), "{text}");

    let new = phrase.to_str().unwrap();
    let (code, text) = keys(&data, &["rotate", "--root", "--passphrase", new], None);
    assert_eq!(code, 0, "{text}");
    let file = std::fs::read_to_string(data.join("privet.key")).unwrap();
    assert!(file.starts_with("argon2id:"), "{file}");
    let (code, text) = keys(&data, &["status"], None);
    assert!(code == 3 && text.contains("PRIVET_KEY_PASSPHRASE"), "{text}");
    let (code, text) = keys(&data, &["status"], Some(&phrase));
    assert!(code == 0 && text.contains("passphrase"), "{text}");

    // Back to a key file, while the first process still has the database open.
    let (code, text) = keys(&data, &["rotate", "--root"], Some(&phrase));
    assert_eq!(code, 0, "{text}");
    assert_eq!(store.unseal("c", &sealed).unwrap(), "secret");
    store.close().await;
    let again = Store::open(StoreConfig { data_dir: data, database: None }).await.unwrap();
    assert_eq!(again.unseal("c", &sealed).unwrap(), "secret");
    again.ledger().verify().await.unwrap();
}
