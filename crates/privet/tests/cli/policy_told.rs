//! Letters about a new policy, by the real server to a real mail server: killed again and again while
//! it writes and sends, it goes on, and every customer has exactly one letter.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    time::Duration,
};

use consent::{
    Choice, Consent, Identifier, IdentifierKind, NoticeBody, PurposeBody, Reconsent, Recording,
    Subject, property::DEFAULT, purpose::Texts, record::Origin,
};
use datamap::DataMap;
use policy::{Audience, Policy};
use regime::Regimes;
use store::{Actor, Store, StoreConfig};
use web::{Web, WebConfig, mail::MailSecurity, testing::SmtpServer};

use crate::server::Server;

const CUSTOMERS: usize = 150;
/// One more, and the runner takes the job for one that stops every server.
const KILLS: usize = 3;
const ID: &str = "customers-default";

/// The policy's room over a data directory, beside or without a server.
async fn open(data: &Path, smtp: &SmtpServer) -> Policy {
    let config = StoreConfig { data_dir: data.to_owned(), database: None };
    let store = Store::open(config).await.unwrap();
    let consent = Consent::open(store.clone(), consent::Settings::default()).await.unwrap();
    let map = DataMap::open(store.clone()).await.unwrap();
    let web = Web::open(store.clone(), WebConfig::default()).await.unwrap();
    let web = web.with_mail(smtp.config(MailSecurity::StartTls)).unwrap();
    let regimes = Regimes::open(store, consent.clone(), map.clone()).await.unwrap();
    Policy::open(web, consent, map, regimes).await.unwrap()
}

async fn furnish(policy: &Policy) {
    let (consent, by) = (policy.consent(), Actor::System("test"));
    let name = Texts::from([("en".to_owned(), "News".to_owned())]);
    let body = PurposeBody { name: name.clone(), ..PurposeBody::default() };
    consent.save_purpose(&by, "news", &body).await.unwrap();
    let notice = NoticeBody { title: name, purposes: vec!["news".into()], ..NoticeBody::default() };
    consent.save_draft(&by, "join", &notice).await.unwrap();
    consent.publish(&by, "join", Reconsent::None).await.unwrap();
    for at in 0..CUSTOMERS {
        let email = format!("c{at}@tea.example");
        let who = Identifier::parse(IdentifierKind::Email, &email, "").unwrap();
        let recording = Recording {
            subject: Subject::new(vec![who]).unwrap(),
            property: DEFAULT.to_owned(),
            notice: "join".into(),
            language: "en".into(),
            // Whoever refused everything is told as well.
            choices: BTreeMap::from([("news".to_owned(), Choice::Denied)]),
            channel: "web".into(),
            page: String::new(),
            ip: None,
            user_agent: String::new(),
            given_at: None,
            minor: None,
            origin: Origin::Api,
            confirmed: false,
            idempotency: None,
        };
        consent.record(&by, &recording).await.unwrap();
    }
    policy.begin(by.clone(), DEFAULT, Audience::Customers).await.unwrap();
    policy.ask(by.clone(), ID, &policy::document::Text::default(), 0).await.unwrap();
    policy.approve(Actor::Person("officer".into()), ID, None, false).await.unwrap();
    policy.start_telling(by, ID, 1).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_again_and_again_the_server_tells_every_customer_once() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let smtp = SmtpServer::start(MailSecurity::StartTls, "");
    let room = open(&data, &smtp).await;
    furnish(&room).await;
    room.store().close().await;
    drop(room);
    let settings = smtp.config(MailSecurity::StartTls);
    let authority = settings.ca_file.unwrap();
    let config = data.join("privet.toml");
    let text = format!(
        "[mail]\nserver = \"localhost\"\nport = {}\nfrom = \"{}\"\nca_file = '{}'\n",
        smtp.port,
        settings.from,
        authority.display()
    );
    std::fs::write(&config, text).unwrap();
    let args = ["serve", "--config", config.to_str().unwrap(), "--data", data.to_str().unwrap()];

    let mut before = 0;
    for round in 0..KILLS {
        let mut server = Server::start_with(&args, 1);
        // Another moment each round; a round that sends nothing is over after a while as well.
        for _ in 0..200 {
            if smtp.letters().len() > before + 5 + round * 7 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        server.child.kill().unwrap();
        server.child.wait().unwrap();
        before = smtp.letters().len();
    }
    let server = Server::start_with(&args, 1);
    let told = || smtp.letters().iter().map(|one| one.to.clone()).collect::<BTreeSet<_>>().len();
    for _ in 0..6_000 {
        if told() == CUSTOMERS {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    drop(server);

    assert_eq!(told(), CUSTOMERS, "everybody is told");
    let letters = smtp.letters();
    // Killed between the mail server's yes and writing it down, a letter goes out again as the same
    // letter, which mail programs show once (RFC 5322 §3.6.4).
    let ids: BTreeSet<String> = letters.iter().map(|one| one.header("Message-ID")).collect();
    assert_eq!(ids.len(), CUSTOMERS, "nobody has two letters");
    let again = letters.len() - CUSTOMERS;
    assert!(again <= KILLS * 4, "{again} letters were sent again in {KILLS} kills");
    let room = open(&data, &smtp).await;
    let run = room.telling(ID, 1).await.unwrap().unwrap();
    assert_eq!((run.queued, run.without), (CUSTOMERS as i64, 0));
    room.store().ledger().verify().await.unwrap();
}
