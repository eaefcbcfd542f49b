//! NATS JetStream: acknowledged, de-duplicated by id, signed in, and waiting out an outage.
#![allow(clippy::unwrap_used, clippy::expect_used)] // A failure is the test's answer.

mod support;

use std::{
    net::TcpListener,
    process::{Child, Command, Stdio},
    time::Duration,
};

use async_nats::jetstream::{self, consumer, stream};
use deliver::{DeliveryFilter, Draft, Kind};
use futures::StreamExt as _;
use support::{Pump, draft, me, until_async};

fn server() -> String {
    std::env::var("PRIVET_TEST_NATS").expect("PRIVET_TEST_NATS is not set: run `cargo xtask test`")
}

/// A stream of its own, so that tests can share a server.
async fn stream(client: async_nats::Client, prefix: &str) -> stream::Stream {
    let config = stream::Config {
        name: prefix.to_owned(),
        subjects: vec![format!("{prefix}.>")],
        ..Default::default()
    };
    jetstream::new(client).create_stream(config).await.unwrap()
}

fn nats(address: &str, prefix: &str) -> Draft {
    let mut wanted = draft(Kind::Nats, address);
    wanted.config.subject = format!("{prefix}.{{event}}.{{subject}}");
    wanted
}

/// The messages in a stream: subject, id, type.
async fn messages(stream: &stream::Stream) -> Vec<(String, String, serde_json::Value)> {
    let config = consumer::pull::Config::default();
    let consumer = stream.create_consumer(config).await.unwrap();
    let mut found = consumer
        .fetch()
        .max_messages(100)
        .expires(Duration::from_millis(300))
        .messages()
        .await
        .unwrap();
    let mut all = Vec::new();
    while let Some(Ok(message)) = found.next().await {
        let id = message.headers.as_ref().unwrap().get("Nats-Msg-Id").unwrap().to_string();
        let body = serde_json::from_slice(&message.payload).unwrap();
        all.push((message.subject.to_string(), id, body));
    }
    all
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn events_stand_in_the_stream_once_and_in_order() {
    let (room, shop, _guard) = support::open(false).await;
    let prefix = format!("t{}", store::new_id().replace('-', ""));
    let stream = stream(async_nats::connect(server()).await.unwrap(), &prefix).await;
    let to = room.create_destination(me(), &nats(&server(), &prefix)).await.unwrap();
    let pump = Pump::start(&room);
    shop.person("a").await;
    shop.choose("a", "ads", "granted").await;
    shop.choose("a", "ads", "withdrawn").await;
    until_async("both are sent", || async {
        room.deliveries(&DeliveryFilter { state: "sent".into(), ..Default::default() }, 9, 0)
            .await
            .unwrap()
            .1
            == 2
    })
    .await;

    let all = messages(&stream).await;

    let subjects: Vec<_> = all.iter().map(|one| one.0.trim_start_matches(&prefix)).collect();
    assert_eq!(subjects, [".consent.recorded.a", ".consent.withdrawn.a"]);
    assert!(all.iter().all(|(_, id, body)| body["id"] == id.as_str()));
    // Sent once more, the stream knows the id.
    let (sent, _) = room.deliveries(&DeliveryFilter::default(), 9, 0).await.unwrap();
    let which: Vec<_> = sent.iter().map(|one| (one.destination_id.clone(), one.place)).collect();
    assert_eq!(room.replay(me(), &which).await.unwrap(), 2);
    until_async("both are sent again", || async {
        room.overview(room.destination(&to.id).await.unwrap()).await.unwrap().waiting == 0
    })
    .await;
    assert_eq!(messages(&stream).await.len(), 2);
    room.test(me(), &to.id).await.unwrap();
    pump.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_subject_no_stream_takes_is_told() {
    let (room, _shop, _guard) = support::open(false).await;
    let to = room.create_destination(me(), &nats(&server(), "nobody")).await.unwrap();

    let refused = room.test(me(), &to.id).await.unwrap_err().to_string();

    assert!(refused.contains("no-stream"), "{refused}");
}

/// A server of this test's own.
struct Own {
    child: Child,
    port: u16,
    folder: tempfile::TempDir,
}

impl Own {
    fn start(port: u16, folder: tempfile::TempDir) -> Self {
        let program = std::env::var("PRIVET_NATS_SERVER")
            .expect("PRIVET_NATS_SERVER is not set: run `cargo xtask test`");
        let child = Command::new(program)
            .args(["-js", "-a", "127.0.0.1", "-p", &port.to_string(), "--user", "privet"])
            .args(["--pass", "s3cret", "-sd"])
            .arg(folder.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        Self { child, port, folder }
    }

    fn stop(mut self) -> (u16, tempfile::TempDir) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        (self.port, self.folder)
    }

    async fn client(&self) -> async_nats::Client {
        let address = format!("nats://127.0.0.1:{}", self.port);
        for _ in 0..200 {
            let options = async_nats::ConnectOptions::with_user_and_password(
                "privet".into(),
                "s3cret".into(),
            );
            if let Ok(client) = options.connect(&address).await {
                return client;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("the server did not come up");
    }
}

async fn arrived(count: usize, own: &Own) {
    let stream = jetstream::new(own.client().await).get_stream("own").await.unwrap();
    until_async("arrived", || async { messages(&stream).await.len() == count }).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_outage_is_waited_out_and_a_wrong_password_is_told() {
    let (room, shop, _guard) = support::open(false).await;
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let own = Own::start(port, tempfile::tempdir().unwrap());
    stream(own.client().await, "own").await;
    let address = format!("nats://127.0.0.1:{port}");
    let mut wanted = nats(&address, "own");
    wanted.config.auth = "password".into();
    wanted.secret = Some("privet:wrong".into());
    let to = room.create_destination(me(), &wanted).await.unwrap();
    let refused = room.test(me(), &to.id).await.unwrap_err().to_string();
    assert!(refused.contains("login"), "{refused}");
    wanted.secret = Some("privet:s3cret".into());
    room.update_destination(me(), &to.id, &wanted).await.unwrap();
    let pump = Pump::start(&room);
    shop.person("a").await;
    shop.choose("a", "ads", "granted").await;
    arrived(1, &own).await;

    let (port, folder) = own.stop();
    shop.choose("a", "ads", "denied").await;
    until_async("the outage is told", || async {
        !room.destination(&to.id).await.unwrap().fault.is_empty()
    })
    .await;
    let own = Own::start(port, folder);

    arrived(2, &own).await;
    until_async("all is well", || async {
        let now = room.destination(&to.id).await.unwrap();
        now.failures == 0 && now.fault.is_empty()
    })
    .await;
    own.stop();
    pump.stop().await;
}
