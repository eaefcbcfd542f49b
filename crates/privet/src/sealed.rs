//! A server whose root key cannot be had yet: it answers health and nothing else, asks again every few
//! seconds, and listens on a socket of the data directory for `privet unseal`.

use std::{future::IntoFuture as _, net::SocketAddr, time::Duration};

use axum::Router;
use store::{KeySettings, Store, StoreConfig, StoreError, Wants};
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};

use crate::{
    Failure,
    config::Config,
    say::say,
    serve::{Signals, address},
    tls,
    unseal::{Answer, Desk},
};

/// How often a provider is asked, and the key file looked for.
const AGAIN: Duration = Duration::from_secs(5);
/// How long a request that came while sealed may hold up the opening.
const GRACE: Duration = Duration::from_secs(2);

/// Opens the store; while its root key cannot be had, serves sealed. `None` when a signal ended it.
pub async fn open(
    config: &Config,
    listener: &TcpListener,
    tls: Option<&tls::Keeper>,
    signals: &mut Signals,
) -> Result<Option<Store>, Failure> {
    let locked = match attempt(config, None).await {
        Err(StoreError::Locked { wants, why }) => (wants, why),
        other => return Ok(Some(other?)),
    };
    let (wants, why) = locked;
    say(&format!("Privet is at {} and SEALED: {why}", address(config, listener.local_addr()?)));
    tracing::warn!(waits_for = wants.as_str(), why, "the server is sealed");
    let mut desk = Desk::open(&config.data)?;
    let mut waiting = Waiting { wants, why };
    let (stop, server) = serve(copy(listener)?, tls, web::sealed_router(wants.as_str()));
    let store = loop {
        let (passphrase, asked) = tokio::select! {
            () = signals.next() => break None,
            () = tokio::time::sleep(AGAIN) => (None, None),
            question = desk.next() => (question.passphrase, Some(question.answer)),
        };
        let done = attempt(config, passphrase).await;
        let opened = done.is_ok();
        let (answer, store) = waiting.judge(done);
        if let Some(asked) = asked {
            // Whoever asked may be gone.
            let _ = asked.send(answer);
        }
        if opened {
            break store;
        }
    };
    let _ = stop.send(());
    let _ = tokio::time::timeout(GRACE, server).await;
    if store.is_some() {
        tracing::warn!("the server is unsealed");
    }
    Ok(store)
}

async fn attempt(config: &Config, passphrase: Option<String>) -> Result<Store, StoreError> {
    let at = StoreConfig { data_dir: config.data.clone(), database: config.database.clone() };
    let passphrase = passphrase.or_else(|| config.keys.passphrase.clone());
    Store::open_with(at, KeySettings { passphrase, ..config.keys.clone() }).await
}

/// What it waits for.
struct Waiting {
    wants: Wants,
    why: String,
}

impl Waiting {
    /// Whatever goes wrong now, the server stays sealed: a wrong passphrase is typed again, a wrong key
    /// file replaced. A new reason is logged once.
    fn judge(&mut self, done: Result<Store, StoreError>) -> (Answer, Option<Store>) {
        let why = match done {
            Ok(store) => return (Answer::unsealed(), Some(store)),
            Err(StoreError::Locked { wants, why }) => {
                self.wants = wants;
                why
            }
            Err(error) => error.to_string(),
        };
        if why != self.why {
            tracing::warn!(why, "the server stays sealed");
            self.why.clone_from(&why);
        }
        (Answer::sealed(self.wants.as_str(), &why), None)
    }
}

/// The same port, once more: the house takes it over without a moment in which nobody listens.
fn copy(listener: &TcpListener) -> Result<TcpListener, Failure> {
    #[cfg(unix)]
    let copy = std::os::fd::AsFd::as_fd(listener).try_clone_to_owned()?;
    #[cfg(windows)]
    let copy = std::os::windows::io::AsSocket::as_socket(listener).try_clone_to_owned()?;
    let copy = std::net::TcpListener::from(copy);
    copy.set_nonblocking(true)?;
    Ok(TcpListener::from_std(copy)?)
}

fn serve(
    listener: TcpListener,
    tls: Option<&tls::Keeper>,
    router: Router,
) -> (oneshot::Sender<()>, JoinHandle<std::io::Result<()>>) {
    let (stop, stopped) = oneshot::channel();
    let stopped = async move {
        let _ = stopped.await;
    };
    let task = if let Some(keeper) = tls {
        let service = router.into_make_service_with_connect_info::<tls::Peer>();
        let listener = tls::Listener::new(listener, keeper.clone());
        let server = axum::serve(listener, service).with_graceful_shutdown(stopped);
        tokio::spawn(server.into_future())
    } else {
        let service = router.into_make_service_with_connect_info::<SocketAddr>();
        let server = axum::serve(listener, service).with_graceful_shutdown(stopped);
        tokio::spawn(server.into_future())
    };
    (stop, task)
}
