//! Where the root key is kept, with real keepers: OpenBao by TLS and SoftHSM2 by PKCS#11; and a server
//! that starts sealed.
#![allow(clippy::unwrap_used)]

use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    path::PathBuf,
    process::{Child, Command, Output, Stdio},
    time::{Duration, Instant},
};

use tempfile::TempDir;

const PIN: &str = "5678";

fn needed(name: &str) -> PathBuf {
    let Some(path) = std::env::var_os(name) else {
        panic!("{name} is not set: run `cargo xtask test`");
    };
    let path = PathBuf::from(path);
    assert!(path.exists(), "{name}: {} is not there", path.display());
    path
}

fn succeed(output: &Output) {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// A data directory, a configuration, and what they need.
struct Place {
    dir: TempDir,
}

impl Place {
    fn new() -> Self {
        let place = Self { dir: tempfile::tempdir().unwrap() };
        place.config("");
        place
    }

    fn at(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn config(&self, text: &str) {
        fs::write(self.at("privet.toml"), text).unwrap();
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_privet"));
        command.args(arguments).arg("--data").arg(self.at("data"));
        command.arg("--config").arg(self.at("privet.toml"));
        command.env("SOFTHSM2_CONF", self.at("softhsm2.conf"));
        command.env_remove("PRIVET_KEY_PASSPHRASE").env_remove("PRIVET_KEY_PASSPHRASE_FILE");
        command
    }

    fn run(&self, arguments: &[&str]) -> (i32, String) {
        let output = self.command(arguments).output().unwrap();
        let text = [output.stdout, output.stderr].concat();
        (output.status.code().unwrap(), String::from_utf8(text).unwrap())
    }

    fn does(&self, arguments: &[&str]) -> String {
        let (code, text) = self.run(arguments);
        assert_eq!(code, 0, "{text}");
        text
    }

    fn key_file(&self) -> String {
        fs::read_to_string(self.at("data/privet.key")).unwrap()
    }

    /// A deployment with its key file.
    async fn deploy(&self) {
        let config = store::StoreConfig { data_dir: self.at("data"), database: None };
        store::Store::open(config).await.unwrap().close().await;
    }

    /// A token of SoftHSM2 with an AES key named `root`.
    fn token(&self) -> String {
        let module = needed("PRIVET_TEST_SOFTHSM");
        fs::create_dir(self.at("tokens")).unwrap();
        let conf = format!("directories.tokendir = {}\n", self.at("tokens").display());
        fs::write(self.at("softhsm2.conf"), conf).unwrap();
        fs::write(self.at("pin"), format!("{PIN}\n")).unwrap();
        fs::write(self.at("aes"), [7; 32]).unwrap();
        let util = |arguments: &[&str]| {
            let mut command = Command::new("softhsm2-util");
            command.args(arguments).env("SOFTHSM2_CONF", self.at("softhsm2.conf"));
            succeed(&command.output().unwrap());
        };
        let token = ["--init-token", "--free", "--label", "privet", "--so-pin", "12345678"];
        util(&[&token[..], &["--pin", PIN]].concat());
        let aes = self.at("aes");
        let key = ["--import", aes.to_str().unwrap(), "--aes", "--token", "privet"];
        util(&[&key[..], &["--label", "root", "--id", "01", "--pin", PIN]].concat());
        format!(
            "[keys.pkcs11]\nmodule = '{}'\ntoken = \"privet\"\nkey = \"root\"\npin_file = '{}'\n",
            module.display(),
            self.at("pin").display()
        )
    }
}

/// A process that ends with the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Running {
    fn signal(&self, name: &str) {
        let pid = self.0.id().to_string();
        assert!(Command::new("kill").args([name, &pid]).status().unwrap().success());
    }
}

/// OpenBao in memory, with its own certificate, and a transit key `privet`.
struct Bao {
    address: String,
    ca: PathBuf,
    process: Running,
}

impl Bao {
    fn start(place: &Place) -> Self {
        let bao = needed("PRIVET_TEST_OPENBAO");
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        fs::create_dir(place.at("bao")).unwrap();
        let child = Command::new(&bao)
            .args(["server", "-dev", "-dev-tls", "-dev-no-store-token", "-dev-root-token-id=root"])
            .arg(format!("-dev-listen-address=127.0.0.1:{port}"))
            .arg(format!("-dev-tls-cert-dir={}", place.at("bao").display()))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let address = format!("https://127.0.0.1:{port}");
        let ca = place.at("bao/vault-ca.pem");
        let service = Self { address, ca, process: Running(child) };
        wait("OpenBao answers", || service.bao(&["secrets", "enable", "transit"]).status.success());
        succeed(&service.bao(&["write", "-f", "transit/keys/privet"]));
        service
    }

    fn bao(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(needed("PRIVET_TEST_OPENBAO"));
        command.args(arguments).env("BAO_ADDR", &self.address).env("BAO_TOKEN", "root");
        command.env("BAO_CACERT", &self.ca).output().unwrap()
    }

    fn config(&self, place: &Place) -> String {
        format!(
            "[keys.transit]\naddress = '{}'\nkey = \"privet\"\ntoken_file = '{}'\nca_file = '{}'\n",
            self.address,
            place.at("token").display(),
            self.ca.display()
        )
    }
}

fn wait(what: &str, mut reached: impl FnMut() -> bool) {
    let started = Instant::now();
    while !reached() {
        assert!(started.elapsed() < Duration::from_mins(1), "not within a minute: {what}");
        std::thread::sleep(Duration::from_millis(100));
    }
}

/// A server; what it prints is read as it comes.
struct Server {
    process: Running,
    out: BufReader<std::process::ChildStdout>,
    address: String,
    first: String,
}

impl Server {
    fn start(place: &Place) -> Self {
        let mut command = place.command(&["serve", "--listen", "127.0.0.1:0"]);
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let out = BufReader::new(child.stdout.take().unwrap());
        let mut server =
            Self { process: Running(child), out, address: String::new(), first: String::new() };
        server.first = server.line();
        let address = server.first.split_whitespace().find(|word| word.starts_with("http://"));
        address.unwrap().trim_start_matches("http://").clone_into(&mut server.address);
        server
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.out.read_line(&mut line).unwrap();
        line
    }

    fn get(&self, path: &str, headers: &str) -> (u16, String) {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let host = &self.address;
        let request =
            format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{headers}\r\n");
        stream.write_all(request.as_bytes()).unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).unwrap();
        (text[9..12].parse().unwrap(), text)
    }

    fn is_open(&self) -> bool {
        self.get("/readyz", "").0 == 200
    }
}

#[tokio::test]
async fn the_root_moves_into_a_key_service_and_a_module_and_back() {
    let place = Place::new();
    place.deploy().await;
    let bao = Bao::start(&place);
    fs::write(place.at("token"), "root\n").unwrap();
    place.config(&format!("{}{}", bao.config(&place), place.token()));

    place.does(&["keys", "rotate", "--root", "--provider", "transit"]);
    assert!(place.key_file().starts_with("provider:transit:vault:v1:"), "{}", place.key_file());
    let status = place.does(&["keys", "status"]);
    assert!(status.contains("transit: key “privet”"), "{status}");
    // Another version of the service's key: what the older one wrapped still opens.
    succeed(&bao.bao(&["write", "-f", "transit/keys/privet/rotate"]));
    place.does(&["keys", "status"]);

    place.does(&["keys", "rotate", "--root", "--provider", "pkcs11"]);
    assert!(place.key_file().starts_with("provider:pkcs11:"), "{}", place.key_file());
    drop(bao);
    let status = place.does(&["keys", "status"]);
    assert!(status.contains("token “privet”"), "{status}");
    fs::write(place.at("pin"), "0000\n").unwrap();
    let (code, text) = place.run(&["keys", "status"]);
    assert!(code == 3 && text.contains("PIN is wrong"), "{text}");
    fs::write(place.at("pin"), format!("{PIN}\n")).unwrap();
    fs::rename(place.at("tokens"), place.at("unplugged")).unwrap();
    fs::create_dir(place.at("tokens")).unwrap();
    let (code, text) = place.run(&["keys", "status"]);
    assert!(code == 3 && text.contains("plugged in"), "{text}");
    fs::remove_dir_all(place.at("tokens")).unwrap();
    fs::rename(place.at("unplugged"), place.at("tokens")).unwrap();

    // The service is away: the root stays where it is.
    let (code, text) = place.run(&["keys", "rotate", "--root", "--provider", "transit"]);
    assert!(code == 3 && text.contains("cannot be reached"), "{text}");
    place.does(&["keys", "rotate", "--root"]);
    assert!(!place.key_file().contains(':'), "a key file again");
    place.config("");
    place.does(&["keys", "status"]);
    place.does(&["ledger", "check"]);
}

#[tokio::test]
async fn a_service_that_refuses_or_is_not_trusted_is_told() {
    let place = Place::new();
    place.deploy().await;
    let bao = Bao::start(&place);
    place.config(&bao.config(&place));
    let rotate = ["keys", "rotate", "--root", "--provider", "transit"];

    fs::write(place.at("token"), "s.nobody\n").unwrap();
    let (code, text) = place.run(&rotate);
    assert!(code == 3 && text.contains("refuses the token"), "{text}");
    assert!(!text.contains("s.nobody"), "{text}");
    fs::write(place.at("token"), "root\n").unwrap();
    let ca = format!("ca_file = '{}'\n", bao.ca.display());
    place.config(&bao.config(&place).replace(&ca, ""));
    let (code, text) = place.run(&rotate);
    assert!(code == 3 && text.contains("certificate"), "{text}");
    place.config(&bao.config(&place).replace("https://127", "http://10"));
    let (code, text) = place.run(&rotate);
    assert!(code == 2 && text.contains("https"), "{text}");
    place.config("[keys]\nroot = \"transit\"\n");
    let (code, text) = place.run(&["keys", "status"]);
    assert!(code == 2 && text.contains("[keys.transit]"), "{text}");
}

#[tokio::test]
async fn a_server_whose_service_is_silent_serves_only_health_until_it_answers() {
    let place = Place::new();
    let bao = Bao::start(&place);
    fs::write(place.at("token"), "root\n").unwrap();
    place.config(&format!("[keys]\nroot = \"transit\"\n{}", bao.config(&place)));
    // A new deployment, its root in the service from the first start.
    let mut open = Server::start(&place);
    assert!(!open.first.contains("SEALED"), "{}", open.first);
    assert!(place.key_file().starts_with("provider:transit:"));
    open.process.signal("-TERM");
    open.process.0.wait().unwrap();

    bao.process.signal("-STOP");
    let mut server = Server::start(&place);
    assert!(
        server.first.contains("SEALED") && server.first.contains("in time"),
        "{}",
        server.first
    );
    assert_eq!(server.get("/healthz", ""), (200, server.get("/healthz", "").1));
    assert!(server.get("/healthz", "").1.ends_with("sealed\n"));
    let (code, ready) = server.get("/readyz", "");
    assert!(code == 503 && ready.contains("provider"), "{ready}");
    for path in ["/", "/console", "/v1/decisions", "/privacy", "/metrics", "/ledger/checkpoint"] {
        assert_eq!(server.get(path, "").0, 503, "{path}");
    }
    let (_, page) = server.get("/console", "Accept-Language: zh-CN,zh;q=0.9\r\n");
    assert!(page.contains("lang=\"zh-CN\"") && page.contains("尚未开启"), "{page}");
    assert!(page.to_lowercase().contains("retry-after") && page.contains("default-src 'self'"));
    let (_, problem) = server.get("/v1/consents", "");
    assert!(problem.contains("urn:privet:problem:sealed"), "{problem}");

    bao.process.signal("-CONT");
    wait("it opens by itself", || server.is_open());
    assert!(server.line().contains("Privet is at"));
    assert_ne!(server.get("/console", "").0, 503);
    server.process.signal("-TERM");
    assert!(server.process.0.wait().unwrap().success());
}

#[tokio::test]
async fn a_server_waits_for_its_passphrase_and_is_unsealed_from_the_command_line() {
    let place = Place::new();
    place.deploy().await;
    let (right, wrong) = (place.at("right"), place.at("wrong"));
    fs::write(&right, "seven green lanterns over the harbour\n").unwrap();
    fs::write(&wrong, "seven green lanterns over the water\n").unwrap();
    let (right, wrong) = (right.to_str().unwrap(), wrong.to_str().unwrap());
    place.does(&["keys", "rotate", "--root", "--passphrase", right]);
    let (code, text) = place.run(&["unseal"]);
    assert!(code == 3 && text.contains("no sealed server"), "{text}");

    let server = Server::start(&place);
    assert!(server.first.contains("SEALED") && server.first.contains("privet unseal"));
    assert!(server.get("/readyz", "").1.contains("passphrase"));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = fs::metadata(place.at("data/privet.unseal")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    let second = place.run(&["serve", "--listen", "127.0.0.1:0"]);
    assert!(second.0 == 3 && second.1.contains("another sealed Privet"), "{}", second.1);
    let (code, text) = place.run(&["unseal", "--passphrase", wrong]);
    assert!(code == 3 && text.contains("still sealed"), "{text}");
    assert!(!text.contains("lanterns") && !server.is_open());

    place.does(&["unseal", "--passphrase", right]);

    wait("it is open", || server.is_open());
    assert!(!place.at("data/privet.unseal").exists());
}

#[tokio::test]
async fn a_server_without_its_key_file_waits_until_it_is_put_back() {
    let place = Place::new();
    place.deploy().await;
    let (key, away) = (place.at("data/privet.key"), place.at("away"));
    fs::rename(&key, &away).unwrap();

    let mut server = Server::start(&place);
    assert!(server.first.contains("SEALED") && server.first.contains("backup"), "{}", server.first);
    assert!(server.get("/readyz", "").1.contains("key-file"));
    // Another deployment's key: it stays sealed, and nothing is written.
    let other = Place::new();
    other.deploy().await;
    fs::copy(other.at("data/privet.key"), &key).unwrap();
    let (code, text) = place.run(&["unseal"]);
    assert!(code == 3 && text.contains("not the one"), "{text}");
    fs::remove_file(&key).unwrap();
    fs::rename(&away, &key).unwrap();
    place.does(&["unseal"]);
    wait("it is open", || server.is_open());
    server.process.signal("-TERM");
    assert!(server.process.0.wait().unwrap().success());
}
