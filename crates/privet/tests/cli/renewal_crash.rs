//! New versions of customers' keys: whoever works on them is killed again and again, and every customer
//! is done once, whole, and readable at any moment.

use std::{
    path::Path,
    process::{Child, Stdio},
    time::{Duration, Instant},
};

use consent::{
    Consent, Identifier, IdentifierKind, Settings, Subject, SubjectId, renewal::Renewal,
};
use sqlx::Row as _;
use store::{Actor, Store, StoreConfig};

use crate::{
    privet::{command, run},
    server::Server,
};

const CUSTOMERS: usize = 2_000;
const KILLS: usize = 12;

async fn open(data: &Path) -> Consent {
    let config = StoreConfig { data_dir: data.to_owned(), database: None };
    Consent::open(Store::open(config).await.unwrap(), Settings::default()).await.unwrap()
}

fn customer(at: usize) -> Subject {
    let mail = format!("customer{at}@example.com");
    Subject::new(vec![Identifier::parse(IdentifierKind::Email, &mail, "CN").unwrap()]).unwrap()
}

async fn furnish(data: &Path) -> Vec<SubjectId> {
    let consent = open(data).await;
    let by = Actor::System("test");
    let people: Vec<Subject> = (0..CUSTOMERS).map(customer).collect();
    let linked = people.iter().map(|one| consent.link(&by, one));
    let linked = futures::future::join_all(linked).await;
    consent.store().close().await;
    linked.into_iter().map(|one| one.unwrap().subject).collect()
}

async fn progress(consent: &Consent) -> Renewal {
    consent.newest_renewal().await.unwrap().unwrap()
}

/// Works on the run from the command line or as a server, by turns.
fn worker(data: &Path, round: usize) -> Child {
    if round.is_multiple_of(3) {
        let mut server = Server::start("serve", data, 1);
        // The child lives on without its keeper, to be killed here.
        return std::mem::replace(&mut server.child, command(&["--version"]).spawn().unwrap());
    }
    let data = data.to_str().unwrap();
    command(&["keys", "rotate", "--customers", "--data", data])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

async fn readable(consent: &Consent, ids: &[SubjectId], from: usize) {
    for at in (from..ids.len()).step_by(97) {
        let found = consent.identifiers(&ids[at]).await.unwrap();
        assert_eq!(found[0].expose(), format!("customer{at}@example.com"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_customer_gets_one_new_version_however_often_the_worker_is_killed() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let ids = furnish(&data).await;
    let begun = ["keys", "rotate", "--customers", "--background", "--data"];
    let begun = run(&[&begun[..], &[data.to_str().unwrap()]].concat());
    assert!(begun.code == 0 && begun.out.contains("0 done"), "{} {}", begun.out, begun.err);
    let consent = open(&data).await;
    let mut kills = 0;

    for round in 0..KILLS {
        let before = progress(&consent).await.done;
        let mut working = worker(&data, round);
        let started = Instant::now();
        // Another moment each time, once it has moved.
        while progress(&consent).await.done == before {
            assert!(started.elapsed() < Duration::from_mins(1), "nobody works on the run");
            readable(&consent, &ids, round).await;
        }
        tokio::time::sleep(Duration::from_micros(round as u64 * 2_911 % 17_000)).await;
        kills += usize::from(working.kill().is_ok() && !working.wait().unwrap().success());
        readable(&consent, &ids, round).await;
        if progress(&consent).await.finished_at.is_some() {
            break;
        }
    }
    if progress(&consent).await.finished_at.is_none() {
        let last = run(&["keys", "rotate", "--customers", "--data", data.to_str().unwrap()]);
        assert_eq!(last.code, 0, "{}", last.err);
    }

    assert!(kills > 2, "the run was over too soon to be killed");
    let run = progress(&consent).await;
    assert_eq!((run.done, run.left), (CUSTOMERS as i64, 0));
    assert_eq!(run.resealed, CUSTOMERS as i64, "each value once");
    let sql = "SELECT s.wrapped_key, i.sealed FROM subject s JOIN identifier i ON i.subject = s.id";
    for row in sqlx::query(sql).fetch_all(consent.store().reader()).await.unwrap() {
        let (key, sealed): (String, String) = (row.get(0), row.get(1));
        assert!(key.split(' ').count() == 2 && sealed.starts_with("s2/2:"), "{sealed}");
    }
    for id in &ids {
        assert_eq!(consent.identifiers(id).await.unwrap().len(), 1);
    }
    consent.store().ledger().verify().await.unwrap();
}
