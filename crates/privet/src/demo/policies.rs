//! The privacy policies of Lantern Tea: computed from what the scans found, with the few answers and
//! words that a company gives; published; then a change of the records and the version that tells it.

use std::{collections::BTreeMap, time::Duration};

use anyhow::Result;
use datamap::DataMap;
use policy::{Audience, Policy, document::Text, draft::Answers};
use store::Actor;

const ACTOR: Actor = Actor::System("demo");
/// Who approves at this company.
const OFFICER: Actor = Actor::System("demo-officer");
/// How often is looked whether the scans are done, and how many times.
const LOOK: Duration = Duration::from_millis(500);
const LOOKS: u32 = 1_200;

fn text(en: &str, zh: &str) -> Text {
    Text { en: en.to_owned(), zh: zh.to_owned() }
}

/// Publishes once the scans are done; what is there already stays.
pub async fn furnish(policy: Policy, map: DataMap, scans: Vec<String>) -> Result<()> {
    if !policy.rows().await?.is_empty() {
        return Ok(());
    }
    for _ in 0..LOOKS {
        let mut running = 0;
        for id in &scans {
            let state = map.scan(id).await?.state;
            running += usize::from(state == "queued" || state == "running");
        }
        if running == 0 {
            break;
        }
        tokio::time::sleep(LOOK).await;
    }
    policy.save_phrases(ACTOR, &words()).await?;
    let mut ids = Vec::new();
    for (property, audience) in [
        ("default", Audience::Customers),
        ("default", Audience::California),
        ("app", Audience::App),
        ("app", Audience::Children),
    ] {
        let id = policy.begin(ACTOR, property, audience).await?;
        answer(&policy, &map, &id).await?;
        publish(&policy, &id, &Text::default()).await?;
        ids.push(id);
    }
    change(&map).await?;
    let reason = text(
        "We now keep the addresses of the newsletter for one year after you unsubscribe, to prove that you had agreed.",
        "退订之后，我们会将会员通讯的邮箱地址再保存一年，以便证明您曾经同意。",
    );
    if let Some(id) = ids.first() {
        publish(&policy, id, &reason).await?;
    }
    Ok(())
}

/// What nobody can compute.
async fn answer(policy: &Policy, map: &DataMap, id: &str) -> Result<()> {
    let mut draft = policy.row(id).await?.draft;
    draft.answers = Answers {
        at_end: "either".to_owned(),
        automated: "no".to_owned(),
        sells: "no".to_owned(),
        ..draft.answers
    };
    for activity in map.activities().await? {
        let why = match activity.name.split(' ').next() {
            Some("Order") => text(
                "Without the card or account number a payment cannot be made or refunded. If it fell into wrong hands, somebody could try to pay with it; it is therefore kept encrypted.",
                "没有银行卡号或账号就无法付款和退款。一旦泄露，可能被他人用于支付，因此我们加密保存。",
            ),
            Some("Newsletter") => text(
                "The rough place tells us in which language and about which shop to write. It is never used to follow anybody.",
                "大致位置用于确定邮件的语言和介绍的门店，不会用于追踪任何人。",
            ),
            _ => text(
                "For the safety of a child in a class we must know its age, whom to call, and what it cannot take. Only the teachers see this.",
                "为了孩子上课时的安全，我们需要知道孩子的年龄、紧急联系人和忌口。只有授课老师可以看到。",
            ),
        };
        draft.answers.necessity.insert(activity.id, why);
    }
    policy.save_draft(ACTOR, id, &draft).await?;
    Ok(())
}

/// One asks, another approves.
async fn publish(policy: &Policy, id: &str, reason: &Text) -> Result<()> {
    policy.ask(ACTOR, id, reason, 0).await?;
    policy.approve(OFFICER, id, None, false).await?;
    Ok(())
}

/// The company changes what it does, and its records say so.
async fn change(map: &DataMap) -> Result<()> {
    let activities = map.activities().await?;
    let Some(newsletter) = activities.into_iter().find(|one| one.name.starts_with("Newsletter"))
    else {
        return Ok(());
    };
    let changed = datamap::records::Activity {
        retention: "Until unsubscribed, then one year".to_owned(),
        ..newsletter
    };
    map.save_activity(ACTOR, changed).await?;
    Ok(())
}

/// How the phrases of the records are said to customers.
fn words() -> BTreeMap<String, Text> {
    let say = |original: &str, en: &str, zh: &str| (original.to_owned(), text(en, zh));
    [
        say(
            "Lantern Tea Trading Ltd. 灯下茶铺贸易有限公司",
            "Lantern Tea Trading Ltd.",
            "灯下茶铺贸易有限公司",
        ),
        say(
            "18 Quay Road, Galway, Ireland, privacy@lantern-tea.example",
            "18 Quay Road, Galway, Ireland, privacy@lantern-tea.example",
            "爱尔兰戈尔韦码头路 18 号，privacy@lantern-tea.example",
        ),
        say(
            "Privacy office 个人信息保护办公室, privacy@lantern-tea.example",
            "our privacy office, privacy@lantern-tea.example",
            "个人信息保护办公室，privacy@lantern-tea.example",
        ),
        say(
            "Lantern Tea Europe Ltd., Galway, Ireland",
            "Lantern Tea Europe Ltd., Galway, Ireland",
            "灯下茶铺（欧洲）有限公司，爱尔兰戈尔韦",
        ),
        say(
            "Sell tea, take payment, deliver, handle returns",
            "to sell you tea, take payment, deliver and handle returns",
            "销售茶叶、收取货款、配送商品、办理退换货",
        ),
        say(
            "Tell subscribers about teas and offers",
            "to tell subscribers about teas and offers",
            "向订阅者介绍茶品和优惠",
        ),
        say(
            "Run classes for children with their guardians' consent",
            "to run tea classes for children, with their guardians' consent",
            "经监护人同意，为儿童开设茶课",
        ),
        say(
            "10 years after the order (accounting law)",
            "10 years after the order, as accounting law demands",
            "自下单之日起 10 年（会计法律的要求）",
        ),
        say(
            "Until unsubscribed, then 30 days",
            "until you unsubscribe, then 30 days",
            "至您退订为止，其后再保存 30 日",
        ),
        say(
            "Until unsubscribed, then one year",
            "until you unsubscribe, then one year",
            "至您退订为止，其后再保存一年",
        ),
        say(
            "Encrypted transport, access by role, yearly penetration test",
            "Encrypted transport, access by role, and a penetration test every year",
            "传输加密、按岗位授权访问、每年进行渗透测试",
        ),
        say(
            "Access by role, double opt-in",
            "Access by role, and a confirmation by e-mail before we write",
            "按岗位授权访问，发送邮件前先经邮件确认",
        ),
    ]
    .into()
}
