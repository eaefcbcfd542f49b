//! TLS by the server itself: versions, renewal, client certificates, and no plain HTTP to the network.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::Path,
    process::{Child, Stdio},
    sync::Arc,
    time::{Duration, Instant},
};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use rustls::{
    ClientConfig, ClientConnection, RootCertStore, StreamOwned, SupportedProtocolVersion,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    version::{TLS12, TLS13},
};

use crate::privet::{command, run};

/// An authority of the test's own.
fn authority() -> CertifiedIssuer<'static, KeyPair> {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

/// A certificate and its key, both PEM.
fn issue(by: &CertifiedIssuer<'static, KeyPair>, common_name: &str) -> (String, String) {
    let mut params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    params.distinguished_name.push(DnType::OrganizationName, "Lantern Tea");
    params.distinguished_name.push(DnType::CommonName, common_name);
    let key = KeyPair::generate().unwrap();
    (params.signed_by(&key, by).unwrap().pem(), key.serialize_pem())
}

struct Running {
    child: Child,
    port: u16,
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Starts it with the certificate in the folder; `more` goes into the configuration file.
fn start(dir: &Path, more: &str) -> Running {
    let path = |name: &str| dir.join(name).display().to_string();
    let config = format!(
        "metrics = \"token\"\n[tls]\ncert = {:?}\nkey = {:?}\n{more}\n",
        path("cert.pem"),
        path("key.pem")
    );
    std::fs::write(dir.join("privet.toml"), config).unwrap();
    let (config, data) = (path("privet.toml"), path("data"));
    let args = ["serve", "--listen", "127.0.0.1:0", "--data", &data, "--config", &config];
    let mut child = command(&args).stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let at = line.find("https://127.0.0.1:").unwrap_or_else(|| panic!("no address: {line}"));
    let port = line[at + 18..].trim().parse().unwrap();
    Running { child, port }
}

fn write(dir: &Path, (cert, key): &(String, String)) {
    std::fs::write(dir.join("cert.pem"), cert).unwrap();
    std::fs::write(dir.join("key.pem"), key).unwrap();
}

/// A page over TLS: the head and the body, or why the connection failed.
fn get(
    port: u16,
    trusted: &str,
    version: &'static SupportedProtocolVersion,
    identity: Option<&(String, String)>,
    request: &str,
) -> std::io::Result<String> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(trusted.as_bytes()).unwrap()).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(&[version])
        .unwrap()
        .with_root_certificates(roots);
    let config = match identity {
        None => config.with_no_client_auth(),
        Some((cert, key)) => {
            let cert = CertificateDer::from_pem_slice(cert.as_bytes()).unwrap();
            let key = PrivateKeyDer::from_pem_slice(key.as_bytes()).unwrap();
            config.with_client_auth_cert(vec![cert], key).unwrap()
        }
    };
    let name = "localhost".try_into().unwrap();
    let connection = ClientConnection::new(Arc::new(config), name).unwrap();
    let stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_read_timeout(Some(Duration::from_secs(20)))?;
    let mut stream = StreamOwned::new(connection, stream);
    let head = format!("GET {request}\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    stream.write_all(head.as_bytes())?;
    let mut answer = Vec::new();
    match stream.read_to_end(&mut answer) {
        // The server may close without a farewell.
        Err(error) if answer.is_empty() => return Err(error),
        _ => {}
    }
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

const SIGN_IN: &str = "/signin HTTP/1.1";

#[test]
fn the_server_speaks_tls_1_3_with_secure_cookies_and_ends_politely() {
    let dir = tempfile::tempdir().unwrap();
    let authority = authority();
    write(dir.path(), &issue(&authority, "privet"));
    let mut server = start(dir.path(), "");

    let page = get(server.port, &authority.pem(), &TLS13, None, SIGN_IN).unwrap();
    assert!(page.starts_with("HTTP/1.1 200"), "{page}");
    let head = page.split("\r\n\r\n").next().unwrap().to_lowercase();
    assert!(head.contains("strict-transport-security: max-age=31536000"), "{head}");
    assert!(head.contains("__host-privet_visitor=") && head.contains("; secure"), "{head}");
    assert!(get(server.port, &authority.pem(), &TLS12, None, SIGN_IN).is_err(), "1.2 is off");
    let mut plain = TcpStream::connect(("127.0.0.1", server.port)).unwrap();
    plain.write_all(b"GET /signin HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
    let mut answer = Vec::new();
    let _ = plain.read_to_end(&mut answer);
    assert!(!answer.starts_with(b"HTTP"), "plain HTTP gets no page");

    let pid = server.child.id().to_string();
    std::process::Command::new("kill").args(["-TERM", &pid]).status().unwrap();
    let started = Instant::now();
    let status = loop {
        if let Some(status) = server.child.try_wait().unwrap() {
            break status;
        }
        assert!(started.elapsed() < Duration::from_secs(10), "the server does not end");
        std::thread::sleep(Duration::from_millis(20));
    };
    assert!(status.success());
}

#[test]
fn tls_1_2_is_spoken_only_where_it_is_asked_for() {
    let dir = tempfile::tempdir().unwrap();
    let authority = authority();
    write(dir.path(), &issue(&authority, "privet"));
    let server = start(dir.path(), "tls12 = true");

    for version in [&TLS12, &TLS13] {
        let page = get(server.port, &authority.pem(), version, None, SIGN_IN).unwrap();
        assert!(page.starts_with("HTTP/1.1 200"), "{page}");
    }
}

#[test]
fn a_new_certificate_is_taken_up_without_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let (old, new) = (authority(), authority());
    write(dir.path(), &issue(&old, "privet"));
    let server = start(dir.path(), "");
    assert!(get(server.port, &old.pem(), &TLS13, None, SIGN_IN).is_ok());

    // A half-written file changes nothing.
    std::fs::write(dir.path().join("cert.pem"), "-----BEGIN CERT").unwrap();
    let pid = server.child.id().to_string();
    std::process::Command::new("kill").args(["-HUP", &pid]).status().unwrap();
    std::thread::sleep(Duration::from_millis(300));
    assert!(get(server.port, &old.pem(), &TLS13, None, SIGN_IN).is_ok());

    write(dir.path(), &issue(&new, "privet"));
    let started = Instant::now();
    while get(server.port, &new.pem(), &TLS13, None, SIGN_IN).is_err() {
        assert!(started.elapsed() < Duration::from_secs(10), "the new one is not taken up");
        std::thread::sleep(Duration::from_millis(100));
    }
    assert!(get(server.port, &old.pem(), &TLS13, None, SIGN_IN).is_err());
}

#[test]
fn a_bound_token_works_only_beside_its_client_certificate() {
    let dir = tempfile::tempdir().unwrap();
    let (authority, clients, strangers) = (authority(), self::authority(), self::authority());
    write(dir.path(), &issue(&authority, "privet"));
    let clients_file = dir.path().join("clients.pem");
    std::fs::write(&clients_file, clients.pem()).unwrap();
    let server = start(dir.path(), &format!("client_ca = {:?}", clients_file.display()));
    let data = dir.path().join("data").display().to_string();
    let made = run(&[
        "token",
        "create",
        "--scope",
        "metrics",
        "--certificate",
        "shop",
        "--expires",
        "30",
        "--data",
        &data,
    ]);
    let token = made.out.trim().to_owned();
    let request = format!("/metrics HTTP/1.1\r\nAuthorization: Bearer {token}");
    let ask = |identity: Option<&(String, String)>| {
        get(server.port, &authority.pem(), &TLS13, identity, &request)
    };

    assert!(ask(Some(&issue(&clients, "shop"))).unwrap().starts_with("HTTP/1.1 200"));
    assert!(ask(Some(&issue(&clients, "till"))).unwrap().starts_with("HTTP/1.1 401"));
    assert!(ask(None).unwrap().starts_with("HTTP/1.1 401"), "browsers need no certificate");
    assert!(ask(Some(&issue(&strangers, "shop"))).is_err(), "not of our authority");
}

#[test]
fn plain_http_to_the_network_is_refused_with_what_to_do() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data").display().to_string();

    let said = run(&["serve", "--listen", "0.0.0.0:0", "--data", &data]);

    assert_eq!(said.code, 2, "{}", said.err);
    assert!(
        said.err.contains("--tls-cert") && said.err.contains("trusted_proxies"),
        "{}",
        said.err
    );
    assert!(!dir.path().join("data").exists(), "nothing was made");
}

#[test]
fn a_certificate_without_its_key_is_refused_at_the_start() {
    let dir = tempfile::tempdir().unwrap();
    let authority = authority();
    let (cert, _) = issue(&authority, "privet");
    write(dir.path(), &(cert, issue(&authority, "other").1));
    let path = |name: &str| dir.path().join(name).display().to_string();
    let (cert, key, data) = (path("cert.pem"), path("key.pem"), path("data"));
    let serve = ["serve", "--listen", "127.0.0.1:0", "--data", &data];

    let alone = run(&[&serve[..], &["--tls-cert", &cert]].concat());
    let wrong = run(&[&serve[..], &["--tls-cert", &cert, "--tls-key", &key]].concat());

    assert_eq!((alone.code, wrong.code), (2, 2), "{} {}", alone.err, wrong.err);
    assert!(wrong.err.contains("do not go together"), "{}", wrong.err);
}
