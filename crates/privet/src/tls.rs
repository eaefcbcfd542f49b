//! TLS in front of the server: rustls, version 1.3 (1.2 only where the configuration asks for it),
//! certificates read again when their files change, client certificates checked against an authority.

use std::{
    io,
    net::SocketAddr,
    path::PathBuf,
    sync::{Arc, PoisonError, RwLock},
    time::{Duration, SystemTime},
};

use axum::{
    Router,
    extract::{ConnectInfo, Request, connect_info::Connected},
    middleware::{Next, from_fn},
    response::Response,
    serve::IncomingStream,
};
use rustls::{
    RootCertStore, ServerConfig,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _},
    server::{WebPkiClientVerifier, danger::ClientCertVerifier},
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::mpsc,
};
use tokio_rustls::{TlsAcceptor, server::TlsStream};
use web::ClientCertificate;

use crate::{Failure, config::Config};

/// A client that does not finish its hello in this time is let go.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// Hellos under way at once; more wait in the kernel's queue.
const HANDSHAKES: usize = 256;
/// How often the files' times are looked at.
const LOOK: Duration = Duration::from_secs(2);

/// Where certificate and key lie.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Files {
    /// Certificate chain, leaf first.
    pub cert: PathBuf,
    /// Its private key.
    pub key: PathBuf,
    /// Authorities of client certificates.
    pub client_ca: Option<PathBuf>,
    /// TLS 1.2 too.
    pub tls12: bool,
}

impl Files {
    fn load(&self) -> Result<Arc<ServerConfig>, Failure> {
        let chain = certificates(&self.cert, "certificate")?;
        let key = PrivateKeyDer::from_pem_file(&self.key).map_err(|_| {
            Failure::usage(format!(
                "the TLS key {} cannot be read; it is a PEM file with one private key",
                self.key.display()
            ))
        })?;
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let both: [&rustls::SupportedProtocolVersion; 2] =
            [&rustls::version::TLS13, &rustls::version::TLS12];
        let versions = if self.tls12 { &both[..] } else { &both[..1] };
        let failed = |error: rustls::Error| Failure::usage(format!("TLS cannot start: {error}"));
        let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
            .with_protocol_versions(versions)
            .map_err(failed)?;
        let builder = match self.verifier(&provider)? {
            Some(verifier) => builder.with_client_cert_verifier(verifier),
            None => builder.with_no_client_auth(),
        };
        let mut config = builder.with_single_cert(chain, key).map_err(|error| {
            Failure::usage(format!(
                "certificate {} and key {} do not go together: {error}",
                self.cert.display(),
                self.key.display()
            ))
        })?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Arc::new(config))
    }

    /// Client certificates are asked for, not demanded: people with browsers have none. Which token
    /// needs which certificate is the token's business.
    fn verifier(
        &self,
        provider: &Arc<rustls::crypto::CryptoProvider>,
    ) -> Result<Option<Arc<dyn ClientCertVerifier>>, Failure> {
        let Some(path) = &self.client_ca else { return Ok(None) };
        let wrong = |error: String| {
            Failure::usage(format!("the client authority {} is no use: {error}", path.display()))
        };
        let mut roots = RootCertStore::empty();
        for authority in certificates(path, "client authority")? {
            roots.add(authority).map_err(|error| wrong(error.to_string()))?;
        }
        let verifier =
            WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(provider))
                .allow_unauthenticated()
                .build()
                .map_err(|error| wrong(error.to_string()))?;
        Ok(Some(verifier))
    }

    /// When the files were last written.
    fn times(&self) -> Vec<Option<SystemTime>> {
        let all = [Some(&self.cert), Some(&self.key), self.client_ca.as_ref()];
        let time = |path: &PathBuf| std::fs::metadata(path).and_then(|meta| meta.modified()).ok();
        all.into_iter().flatten().map(time).collect()
    }
}

fn certificates(path: &PathBuf, what: &str) -> Result<Vec<CertificateDer<'static>>, Failure> {
    let read: Result<Vec<_>, _> = CertificateDer::pem_file_iter(path).and_then(Iterator::collect);
    match read {
        Ok(found) if !found.is_empty() => Ok(found),
        _ => Err(Failure::usage(format!(
            "the TLS {what} {} cannot be read; it is a PEM file with at least one certificate",
            path.display()
        ))),
    }
}

/// Keeps the present certificate and renews it from its files.
#[derive(Clone)]
pub struct Keeper {
    files: Files,
    present: Arc<RwLock<Arc<ServerConfig>>>,
}

impl Keeper {
    /// Reads the files; fails at the start rather than at the first visitor.
    pub fn open(files: Files) -> Result<Self, Failure> {
        let present = Arc::new(RwLock::new(files.load()?));
        Ok(Self { files, present })
    }

    fn present(&self) -> TlsAcceptor {
        let config = self.present.read().unwrap_or_else(PoisonError::into_inner);
        TlsAcceptor::from(Arc::clone(&config))
    }

    /// Files that do not fit (half written, say) change nothing: the old certificate stays.
    fn renew(&self) -> bool {
        match self.files.load() {
            Ok(config) => {
                *self.present.write().unwrap_or_else(PoisonError::into_inner) = config;
                tracing::info!("the TLS certificate was read anew");
                true
            }
            Err(error) => {
                tracing::error!(%error, "the TLS certificate could not be read anew; the old one stays");
                false
            }
        }
    }

    /// Follows the files, and SIGHUP, for as long as the server runs.
    async fn follow(self) {
        let mut known = self.files.times();
        let mut hang_up = HangUp::catch();
        loop {
            tokio::select! {
                () = tokio::time::sleep(LOOK) => {}
                () = hang_up.next() => known.clear(),
            }
            let times = self.files.times();
            // A failed reading is tried again at the next look: a tool may be between two files.
            if times != known && self.renew() {
                known = times;
            }
        }
    }
}

/// SIGHUP where there is such a thing.
struct HangUp(#[cfg(unix)] Option<tokio::signal::unix::Signal>);

impl HangUp {
    fn catch() -> Self {
        #[cfg(unix)]
        {
            use tokio::signal::unix::{SignalKind, signal};
            Self(signal(SignalKind::hangup()).ok())
        }
        #[cfg(not(unix))]
        Self()
    }

    async fn next(&mut self) {
        #[cfg(unix)]
        if let Some(signal) = &mut self.0 {
            signal.recv().await;
            return;
        }
        std::future::pending::<()>().await;
    }
}

/// Who is at the other end.
#[derive(Debug, Clone)]
pub struct Peer {
    address: SocketAddr,
    certificate: Option<ClientCertificate>,
}

/// Accepts connections whose hello succeeded. Hellos run beside each other, so that a slow client
/// holds up nobody.
pub struct Listener {
    address: io::Result<SocketAddr>,
    ready: mpsc::Receiver<(TlsStream<TcpStream>, Peer)>,
    tasks: [tokio::task::JoinHandle<()>; 2],
}

impl Drop for Listener {
    fn drop(&mut self) {
        // The port closes with the task that holds it.
        self.tasks.iter().for_each(tokio::task::JoinHandle::abort);
    }
}

impl Listener {
    /// Starts accepting.
    pub fn new(listener: TcpListener, keeper: Keeper) -> Self {
        let address = listener.local_addr();
        let (send, ready) = mpsc::channel(16);
        let follow = tokio::spawn(keeper.clone().follow());
        let accept = tokio::spawn(accept(listener, keeper, send));
        Self { address, ready, tasks: [follow, accept] }
    }
}

async fn accept(
    listener: TcpListener,
    keeper: Keeper,
    ready: mpsc::Sender<(TlsStream<TcpStream>, Peer)>,
) {
    let places = Arc::new(tokio::sync::Semaphore::new(HANDSHAKES));
    loop {
        let Ok(place) = Arc::clone(&places).acquire_owned().await else { return };
        let (stream, address) = match listener.accept().await {
            Ok(accepted) => accepted,
            Err(error) => {
                // Out of files, usually: somebody must close one first.
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(Duration::from_millis(200)).await;
                continue;
            }
        };
        let (acceptor, ready) = (keeper.present(), ready.clone());
        tokio::spawn(async move {
            let _place = place;
            let _ = stream.set_nodelay(true);
            let hello = tokio::time::timeout(HANDSHAKE, acceptor.accept(stream)).await;
            // Scanners and plain HTTP end here; there is nobody to answer.
            let Ok(Ok(stream)) = hello else { return };
            let certificate = stream.get_ref().1.peer_certificates().and_then(<[_]>::first);
            let certificate = certificate.and_then(|der| common_name(der));
            let certificate = certificate.map(|common_name| ClientCertificate { common_name });
            let _ = ready.send((stream, Peer { address, certificate })).await;
        });
    }
}

impl axum::serve::Listener for Listener {
    type Io = TlsStream<TcpStream>;
    type Addr = Peer;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        match self.ready.recv().await {
            Some(accepted) => accepted,
            // The accepting task ended with the runtime.
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> io::Result<Peer> {
        match &self.address {
            Ok(address) => Ok(Peer { address: *address, certificate: None }),
            Err(error) => Err(io::Error::from(error.kind())),
        }
    }
}

impl Connected<IncomingStream<'_, Listener>> for Peer {
    fn connect_info(stream: IncomingStream<'_, Listener>) -> Self {
        stream.remote_addr().clone()
    }
}

/// Tells the rooms, in the words they know, who is at the other end.
pub fn tell_peer(router: Router) -> Router {
    router.layer(from_fn(|mut request: Request, next: Next| async move {
        let peer = request.extensions().get::<ConnectInfo<Peer>>().map(|info| info.0.clone());
        if let Some(peer) = peer {
            request.extensions_mut().insert(ConnectInfo(peer.address));
            if let Some(certificate) = peer.certificate {
                request.extensions_mut().insert(certificate);
            }
        }
        let response: Response = next.run(request).await;
        response
    }))
}

/// Refuses to send passwords and personal data over the network in clear.
pub fn check_plain(config: &Config, local: SocketAddr) -> Result<(), Failure> {
    if config.tls.is_some() || local.ip().to_canonical().is_loopback() || !config.proxies.is_empty()
    {
        return Ok(());
    }
    Err(Failure::usage(format!(
        "{local} can be reached from the network, where plain HTTP shows passwords and personal data \
         to everybody on the way; give --tls-cert and --tls-key, or listen on 127.0.0.1, or name the \
         proxy that speaks TLS in front with trusted_proxies in the configuration file"
    )))
}

/// The common name of a certificate's subject (RFC 5280 §4.1.2.6), walked to through the DER; the
/// certificate's signature is checked before this is asked.
fn common_name(der: &[u8]) -> Option<String> {
    /// `id-at-commonName`, 2.5.4.3.
    const COMMON_NAME: [u8; 3] = [0x55, 0x04, 0x03];
    let (_, certificate, _) = element(der)?;
    let (_, mut fields, _) = element(certificate)?;
    if fields.first() == Some(&0xa0) {
        fields = element(fields)?.2; // version
    }
    for _ in 0..4 {
        fields = element(fields)?.2; // serial number, signature, issuer, validity
    }
    let (_, mut names, _) = element(fields)?;
    while !names.is_empty() {
        let (_, set, rest) = element(names)?;
        let (_, pair, _) = element(set)?;
        let (_, kind, value) = element(pair)?;
        if kind == COMMON_NAME {
            return String::from_utf8(element(value)?.1.to_vec()).ok();
        }
        names = rest;
    }
    None
}

/// The first DER element: tag, content, what follows it.
fn element(der: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&tag, rest) = der.split_first()?;
    let (&first, rest) = rest.split_first()?;
    let (length, rest) = match usize::from(first) {
        short @ 0..=0x7f => (short, rest),
        long @ 0x81..=0x84 => {
            let (bytes, rest) = rest.split_at_checked(long - 0x80)?;
            (bytes.iter().fold(0, |sum, &byte| sum << 8 | usize::from(byte)), rest)
        }
        _ => return None,
    };
    let (content, rest) = rest.split_at_checked(length)?;
    Some((tag, content, rest))
}
