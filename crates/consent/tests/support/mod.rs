//! What the room's tests share: the room on both engines with purposes, a notice and people.
#![allow(dead_code, clippy::unwrap_used, clippy::expect_used)]

pub mod loot;

use std::collections::{BTreeMap, BTreeSet};

use consent::{
    Choice, Consent, Identifier, IdentifierKind, LegalBasis, NoticeBody, PurposeBody, Reconsent,
    Recording, Regime, Settings, Subject, property::DEFAULT, purpose::Texts, record::Origin,
};
use store::{Actor, Store};

/// Whoever acts in tests.
pub fn me() -> Actor {
    Actor::Person("tester".into())
}

/// The room in a throw-away database, with purposes and a notice.
pub async fn open(postgres: bool) -> (Consent, store::testing::TestGuard) {
    let (store, guard) = if postgres {
        store::testing::temp_postgres().await
    } else {
        store::testing::temp_sqlite().await
    };
    (furnished(store).await, guard)
}

/// The room on a store, with purposes and a notice.
pub async fn furnished(store: Store) -> Consent {
    let settings = Settings {
        contact: "privacy@lantern.example".into(),
        base_url: "https://lantern.example".into(),
    };
    let consent = Consent::open(store, settings).await.unwrap();
    consent.set_organisation("Lantern Tea");
    for (key, body) in purposes() {
        consent.save_purpose(&me(), key, &body).await.unwrap();
    }
    consent.save_draft(&me(), "newsletter", &newsletter()).await.unwrap();
    consent.publish(&me(), "newsletter", Reconsent::None).await.unwrap();
    consent
}

/// English and Chinese.
pub fn texts(en: &str, zh: &str) -> Texts {
    Texts::from([("en".to_owned(), en.to_owned()), ("zh-CN".to_owned(), zh.to_owned())])
}

/// One by consent, one by legitimate interests, one by contract, one that an e-mail must confirm.
pub fn purposes() -> Vec<(&'static str, PurposeBody)> {
    let email = PurposeBody {
        name: texts("News by e-mail", "邮件资讯"),
        description: texts("We send you news of new teas.", "我们向您发送新茶资讯。"),
        data: BTreeSet::from(["contact.email".to_owned()]),
        expires_months: Some(24),
        ..PurposeBody::default()
    };
    let analytics = PurposeBody {
        name: texts("Improving the shop", "改进商店"),
        basis: BTreeMap::from([
            (Regime::Gdpr, LegalBasis::LegitimateInterests),
            (Regime::Ccpa, LegalBasis::OptOut),
        ]),
        ..PurposeBody::default()
    };
    let delivery = PurposeBody {
        name: texts("Delivery", "配送"),
        basis: Regime::ALL.iter().map(|regime| (*regime, LegalBasis::Contract)).collect(),
        ..PurposeBody::default()
    };
    let sms = PurposeBody {
        name: texts("Offers by text message", "短信优惠"),
        double_opt_in: true,
        ..PurposeBody::default()
    };
    vec![("email_marketing", email), ("analytics", analytics), ("delivery", delivery), ("sms", sms)]
}

/// The notice of the purposes.
pub fn newsletter() -> NoticeBody {
    NoticeBody {
        title: texts("News from Lantern Tea", "灯笼茶资讯"),
        text: texts("Tick what you would like to get.", "请勾选您想收到的内容。"),
        accept: texts("Yes", "同意"),
        refuse: texts("No", "不同意"),
        purposes: vec!["email_marketing".into(), "analytics".into(), "sms".into()],
        ..NoticeBody::default()
    }
}

/// A person by identifiers.
pub fn person(all: &[(IdentifierKind, &str)]) -> Subject {
    let read =
        |(kind, text): &(IdentifierKind, &str)| Identifier::parse(*kind, text, "CN").unwrap();
    Subject::new(all.iter().map(read).collect()).unwrap()
}

/// A person by e-mail.
pub fn mail(text: &str) -> Subject {
    person(&[(IdentifierKind::Email, text)])
}

/// Choices of a person under the newsletter.
pub fn choosing(subject: &Subject, choices: &[(&str, Choice)]) -> Recording {
    Recording {
        subject: subject.clone(),
        property: DEFAULT.into(),
        notice: "newsletter".into(),
        language: "zh-CN".into(),
        choices: choices.iter().map(|(key, choice)| ((*key).to_owned(), *choice)).collect(),
        channel: "web".into(),
        page: "https://lantern.example/join?email=li@example.com".into(),
        ip: Some("203.0.113.77".parse().unwrap()),
        user_agent: String::new(),
        given_at: None,
        minor: None,
        origin: Origin::Api,
        confirmed: false,
        idempotency: None,
    }
}

/// Makes of each function two tests: the room in SQLite and in PostgreSQL.
#[macro_export]
macro_rules! on_both_engines {
    ($($name:ident),* $(,)?) => {
        mod on_sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                let (room, _guard) = super::support::open(false).await;
                super::$name(room).await;
            })*
        }
        mod on_postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                let (room, _guard) = super::support::open(true).await;
                super::$name(room).await;
            })*
        }
    };
}
