//! A way to a real database that can be shut: connections are refused, as by a server that is down.

use std::net::SocketAddr;

use tokio::{
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

pub struct Gate {
    here: SocketAddr,
    there: String,
    open: Option<JoinHandle<()>>,
}

impl Gate {
    /// Before the database of an address; its address is now [`Self::address`].
    pub async fn before(url: &str) -> Self {
        let url = url::Url::parse(url).unwrap();
        let there = format!("{}:{}", url.host_str().unwrap(), url.port().unwrap());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let here = listener.local_addr().unwrap();
        let open = Some(tokio::spawn(pass(listener, there.clone())));
        Self { here, there, open }
    }

    pub fn address(&self, url: &str) -> String {
        let mut url = url::Url::parse(url).unwrap();
        url.set_host(Some("127.0.0.1")).unwrap();
        url.set_port(Some(self.here.port())).unwrap();
        url.to_string()
    }

    /// New connections are refused, those that stand are cut.
    pub async fn shut(&mut self) {
        if let Some(open) = self.open.take() {
            open.abort();
            let _ = open.await;
        }
        assert!(TcpStream::connect(self.here).await.is_err(), "it is shut");
    }

    pub async fn open(&mut self) {
        let listener = TcpListener::bind(self.here).await.unwrap();
        self.open = Some(tokio::spawn(pass(listener, self.there.clone())));
    }
}

async fn pass(listener: TcpListener, there: String) {
    let mut ways = tokio::task::JoinSet::new();
    loop {
        let Ok((mut from, _)) = listener.accept().await else { return };
        let there = there.clone();
        ways.spawn(async move {
            let Ok(mut to) = TcpStream::connect(there).await else { return };
            let _ = tokio::io::copy_bidirectional(&mut from, &mut to).await;
        });
    }
}
