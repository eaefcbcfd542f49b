//! Customers who agree to a newsletter, and withdraw.

use std::collections::BTreeMap;

use consent::{
    Choice, NoticeBody, PurposeBody, Reconsent, Recording, Subject, property::DEFAULT,
    purpose::Texts,
};

use super::{House, li};

fn texts(en: &str, zh: &str) -> Texts {
    Texts::from([("en".to_owned(), en.to_owned()), ("zh-CN".to_owned(), zh.to_owned())])
}

/// A purpose and a notice that asks for it.
pub async fn newsletter(house: &House) {
    let purpose = PurposeBody {
        name: texts("Newsletter", "简报"),
        description: texts("We send you news of new teas.", "我们向您发送新茶资讯。"),
        if_refused: texts("You get no more news.", "您不再收到资讯。"),
        ..PurposeBody::default()
    };
    house.consent.save_purpose(&li(), "newsletter", &purpose).await.unwrap();
    let notice = NoticeBody {
        title: texts("News from Lantern Tea", "灯笼茶资讯"),
        text: texts("Tick what you would like to get.", "请勾选您想收到的内容。"),
        purposes: vec!["newsletter".into()],
        ..NoticeBody::default()
    };
    house.consent.set_organisation("Lantern Tea");
    house.consent.save_draft(&li(), "newsletter", &notice).await.unwrap();
    house.consent.publish(&li(), "newsletter", Reconsent::None).await.unwrap();
}

/// Agrees or withdraws.
pub async fn choose(house: &House, subject: &Subject, granted: bool) {
    let choice = if granted { Choice::Granted } else { Choice::Withdrawn };
    let recording = Recording {
        subject: subject.clone(),
        property: DEFAULT.into(),
        notice: "newsletter".into(),
        language: "en".into(),
        choices: BTreeMap::from([("newsletter".to_owned(), choice)]),
        channel: "web".into(),
        page: String::new(),
        ip: None,
        user_agent: String::new(),
        given_at: None,
        minor: None,
        origin: consent::record::Origin::Api,
        confirmed: true,
        idempotency: None,
    };
    house.consent.record(&li(), &recording).await.unwrap();
}
