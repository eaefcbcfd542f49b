//! Where requests come in: connections of HTTP/1.1, each with its patience. A client that sends its
//! head or its body by drops (Slowloris, R.U.D.Y.) holds a connection open for free; here it is let go.

use std::{
    convert::Infallible,
    io,
    net::SocketAddr,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::{ConnectInfo, Request},
    http::Extensions,
    serve::Listener,
};
use http_body::{Body as HttpBody, Frame, SizeHint};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    sync::{mpsc, watch},
    time::{Instant, Sleep},
};
use tower::ServiceExt as _;

/// How long is waited for what a client sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// For a whole request head, also on a connection that is kept open.
    pub head: Duration,
    /// For the next piece of a body, and as a head start before its pace counts.
    pub body: Duration,
    /// Bytes a second that a body comes with at least, over all of it.
    pub pace: u32,
}

impl Default for Patience {
    fn default() -> Self {
        Self { head: Duration::from_secs(30), body: Duration::from_secs(30), pace: 100 }
    }
}

/// Who is at the other end, as the rooms are told.
pub trait Caller: Clone + Send + Sync + 'static {
    /// Puts it into a request.
    fn tell(&self, request: &mut Extensions);
}

impl Caller for SocketAddr {
    fn tell(&self, request: &mut Extensions) {
        request.insert(ConnectInfo(*self));
    }
}

/// Serves connections until `closing` says so; then open requests finish.
pub async fn serve<L>(
    mut listener: L,
    router: Router,
    patience: Patience,
    mut closing: watch::Receiver<bool>,
) where
    L: Listener,
    L::Addr: Caller,
{
    // Each connection holds a sender; the receiver ends with the last of them.
    let (alive, mut ended) = mpsc::channel::<Infallible>(1);
    loop {
        let (stream, caller) = tokio::select! {
            accepted = listener.accept() => accepted,
            () = asked_to_close(&mut closing) => break,
        };
        let (router, closing, alive) = (router.clone(), closing.clone(), alive.clone());
        tokio::spawn(async move {
            connection(stream, caller, router, patience, closing).await;
            drop(alive);
        });
    }
    // The port closes first: a load balancer sends nobody here any more.
    drop((listener, alive));
    let _ = ended.recv().await;
}

async fn asked_to_close(closing: &mut watch::Receiver<bool>) {
    // An error means that the sender is gone: time to stop as well.
    let _ = closing.wait_for(|closing| *closing).await;
}

async fn connection<I, C>(
    stream: I,
    caller: C,
    router: Router,
    patience: Patience,
    mut closing: watch::Receiver<bool>,
) where
    I: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin + Send + 'static,
    C: Caller,
{
    let service = service_fn(move |request: Request<Incoming>| {
        let mut request = request.map(|body| Body::new(Paced::new(body, patience)));
        caller.tell(request.extensions_mut());
        router.clone().oneshot(request)
    });
    let served = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(patience.head)
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades();
    tokio::pin!(served);
    tokio::select! {
        // A client that goes away or is let go is no news.
        _ = served.as_mut() => return,
        () = asked_to_close(&mut closing) => served.as_mut().graceful_shutdown(),
    }
    let _ = served.await;
}

/// A body that must keep coming.
struct Paced<B> {
    body: B,
    patience: Patience,
    /// Time spent waiting for the client; what we take for ourselves does not count.
    waited: Duration,
    /// Since when we wait now.
    since: Option<Instant>,
    alarm: Pin<Box<Sleep>>,
    came: u64,
}

impl<B> Paced<B> {
    fn new(body: B, patience: Patience) -> Self {
        let alarm = Box::pin(tokio::time::sleep(patience.body));
        Self { body, patience, waited: Duration::ZERO, since: None, alarm, came: 0 }
    }

    /// How long the client may keep us waiting in all, for what came so far.
    fn allowed(&self) -> Duration {
        let earned = self.came as f64 / f64::from(self.patience.pace.max(1));
        self.patience.body + Duration::from_secs_f64(earned)
    }
}

impl<B> HttpBody for Paced<B>
where
    B: HttpBody<Data = Bytes> + Unpin,
    B::Error: std::error::Error + Send + Sync + 'static,
{
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        let this = &mut *self;
        if let Poll::Ready(frame) = Pin::new(&mut this.body).poll_frame(cx) {
            if let Some(since) = this.since.take() {
                this.waited += since.elapsed();
            }
            let frame = frame.map(|frame| frame.map_err(io::Error::other));
            if let Some(Ok(frame)) = &frame {
                this.came += frame.data_ref().map_or(0, |data| data.len() as u64);
            }
            return Poll::Ready(frame);
        }
        if this.since.is_none() {
            let now = Instant::now();
            this.since = Some(now);
            let left = this.allowed().saturating_sub(this.waited);
            this.alarm.as_mut().reset(now + left.min(this.patience.body));
        }
        ready!(this.alarm.as_mut().poll(cx));
        let slow = "the body came too slowly";
        Poll::Ready(Some(Err(io::Error::new(io::ErrorKind::TimedOut, slow))))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
