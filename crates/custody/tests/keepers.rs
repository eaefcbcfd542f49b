//! Real keepers beneath a real store: OpenBao by TLS, SoftHSM2 by PKCS#11; the root moves between them.
#![allow(clippy::unwrap_used)]

use std::{
    fs,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::Arc,
    time::{Duration, Instant},
};

use custody::{Token, TokenConfig, Transit, TransitConfig};
use store::{Actor, KeyProvider as _, KeySettings, NewRoot, Store, StoreConfig, StoreError, Wants};

fn needed(name: &str) -> PathBuf {
    let Some(path) = std::env::var_os(name) else {
        panic!("{name} is not set: run `cargo xtask test`");
    };
    PathBuf::from(path)
}

/// A process that ends with the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// OpenBao in memory with its own certificate and a transit key `privet`.
fn open_bao(dir: &Path) -> (Running, Transit) {
    let program = needed("PRIVET_TEST_OPENBAO");
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let address = format!("https://127.0.0.1:{port}");
    let (certificates, token_file) = (dir.join("bao"), dir.join("bao-token"));
    fs::create_dir(&certificates).unwrap();
    fs::write(&token_file, "root\n").unwrap();
    let child = Command::new(&program)
        .args(["server", "-dev", "-dev-tls", "-dev-no-store-token", "-dev-root-token-id=root"])
        .arg(format!("-dev-listen-address=127.0.0.1:{port}"))
        .arg(format!("-dev-tls-cert-dir={}", certificates.display()))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let running = Running(child);
    let ca_file = certificates.join("vault-ca.pem");
    let bao = |arguments: &[&str]| {
        let mut command = Command::new(&program);
        command.args(arguments).env("BAO_ADDR", &address).env("BAO_TOKEN", "root");
        command.env("BAO_CACERT", &ca_file).output().unwrap().status.success()
    };
    let started = Instant::now();
    while !bao(&["secrets", "enable", "transit"]) {
        assert!(started.elapsed() < Duration::from_mins(1), "OpenBao does not answer");
        std::thread::sleep(Duration::from_millis(200));
    }
    assert!(bao(&["write", "-f", "transit/keys/privet"]));
    let config = TransitConfig {
        address,
        mount: "transit".into(),
        key: "privet".into(),
        token_file,
        namespace: String::new(),
        ca_file: Some(ca_file),
    };
    (running, Transit::new(config).unwrap())
}

/// A token of SoftHSM2 with an AES key; its configuration comes from the environment.
fn soft_hsm(dir: &Path) -> Token {
    let (pin_file, key) = (dir.join("pin"), dir.join("aes"));
    fs::write(&pin_file, "5678\n").unwrap();
    fs::write(&key, [7; 32]).unwrap();
    let util = |arguments: &[&str]| {
        let output = Command::new("softhsm2-util").args(arguments).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    };
    let token = ["--init-token", "--free", "--label", "privet", "--so-pin", "12345678"];
    util(&[&token[..], &["--pin", "5678"]].concat());
    let import = ["--import", key.to_str().unwrap(), "--aes", "--token", "privet"];
    util(&[&import[..], &["--label", "root", "--id", "01", "--pin", "5678"]].concat());
    Token::new(TokenConfig {
        module: needed("PRIVET_TEST_SOFTHSM"),
        token: "privet".into(),
        key: "root".into(),
        pin_file,
    })
}

/// SoftHSM2 reads its configuration from the environment, and a test may not change its own: it runs
/// itself again.
#[test]
fn the_root_moves_between_keepers_and_the_store_is_locked_without_them() {
    let dir = tempfile::tempdir().unwrap();
    let conf = dir.path().join("softhsm2.conf");
    fs::create_dir(dir.path().join("tokens")).unwrap();
    let text = format!("directories.tokendir = {}\n", dir.path().join("tokens").display());
    fs::write(&conf, text).unwrap();
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", "with_the_environment_of_a_token", "--nocapture"])
        .env("SOFTHSM2_CONF", &conf)
        .env("PRIVET_TEST_KEEPERS", dir.path())
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && text.contains("1 passed"), "{text}\n{errors}");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "run by the test above, with SOFTHSM2_CONF"]
async fn with_the_environment_of_a_token() {
    let dir = needed("PRIVET_TEST_KEEPERS");
    let ((bao, transit), token) = (open_bao(&dir), soft_hsm(&dir));
    let wrapped = token.wrap(&[9; 32]).await.unwrap();
    assert_eq!(token.unwrap(&wrapped).await.unwrap(), [9; 32]);
    assert_ne!(wrapped, token.wrap(&[9; 32]).await.unwrap());
    assert!(transit.unwrap(&wrapped).await.is_err() && token.unwrap("AAAA").await.is_err());
    let mut damaged = wrapped.into_bytes();
    damaged[30] ^= 1;
    assert!(token.unwrap(&String::from_utf8(damaged).unwrap()).await.is_err());

    let at = || StoreConfig { data_dir: dir.join("data"), database: None };
    let keys = KeySettings {
        providers: vec![Arc::new(transit), Arc::new(token)],
        first: Some(NewRoot::Provider("transit".into())),
        ..KeySettings::default()
    };
    let file = || fs::read_to_string(dir.join("data/privet.key")).unwrap();
    let store = Store::open_with(at(), keys.clone()).await.unwrap();
    let sealed = store.seal("c", "secret");
    assert!(file().starts_with("provider:transit:vault:v1:"), "{}", file());
    for kind in ["pkcs11", "transit", "pkcs11"] {
        let new = NewRoot::Provider(kind.into());
        store.rotate_root(&new, Actor::CommandLine).await.unwrap();
        assert!(file().starts_with(&format!("provider:{kind}:")), "{}", file());
        let again = Store::open_with(at(), keys.clone()).await.unwrap();
        assert_eq!(again.unseal("c", &sealed).unwrap(), "secret");
        assert!(again.key_status().await.unwrap().provider.starts_with(kind));
        again.close().await;
    }
    // The service is away: the root stays where it is.
    drop(bao);
    let to_nowhere = NewRoot::Provider("transit".into());
    let error = store.rotate_root(&to_nowhere, Actor::CommandLine).await.unwrap_err();
    assert!(matches!(&error, StoreError::Locked { wants: Wants::Provider, .. }), "{error}");
    store.close().await;
    Store::open_with(at(), keys.clone()).await.unwrap().close().await;

    fs::write(dir.join("pin"), "0000\n").unwrap();
    let error = Store::open_with(at(), keys.clone()).await.err().unwrap();
    assert!(error.to_string().contains("PIN is wrong"), "{error}");
    fs::write(dir.join("pin"), "5678\n").unwrap();
    fs::rename(dir.join("tokens"), dir.join("unplugged")).unwrap();
    fs::create_dir(dir.join("tokens")).unwrap();
    let error = Store::open_with(at(), keys.clone()).await.err().unwrap();
    assert!(error.to_string().contains("plugged in"), "{error}");
    fs::remove_dir(dir.join("tokens")).unwrap();
    fs::rename(dir.join("unplugged"), dir.join("tokens")).unwrap();
    let last = Store::open_with(at(), keys).await.unwrap();
    assert_eq!(last.unseal("c", &sealed).unwrap(), "secret");
    last.ledger().verify().await.unwrap();
}
