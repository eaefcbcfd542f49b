//! What no scan can find about Lantern Tea: who owns a system and why it is there, where the data
//! came from, who receives it, and what for. Everything else on the map comes from the scans.

use std::path::Path;

use anyhow::{Context, Result};
use datamap::{
    DataMap,
    flows::FlowDraft,
    records::{Activity, ActivityRole, Organisation},
    sources::{OriginDraft, SourceDraft, SystemChoice},
    systems::{RecipientDraft, SystemDraft},
};
use inspect::Inspect;
use store::Actor;

use super::Files;

const ACTOR: Actor = Actor::System("demo");

/// The sample company's name.
pub const NAME: &str = "Lantern Tea 灯下茶铺";

/// Ids of what was registered, for what refers to it.
struct Known {
    shop: String,
    crm: String,
    marketing: String,
    help_desk: String,
    courier: String,
    payment: String,
    mailer: String,
    ads: String,
    tax: String,
}

/// Registers the company and queues the scans, unless it is there; returns the scans' ids.
pub async fn register(map: &DataMap, files: &Files) -> Result<Vec<String>> {
    if !map.sources().await?.is_empty() {
        return Ok(Vec::new());
    }
    map.save_organisation(ACTOR, organisation()).await?;
    let known = systems_and_recipients(map).await?;
    let sources = sources(map, &known, files).await?;
    flows(map, &known).await?;
    for activity in activities(&known) {
        map.save_activity(ACTOR, activity).await?;
    }
    let mut scans = Vec::new();
    for source in sources {
        scans.push(map.start_scan(ACTOR, &source, "demo").await?);
    }
    Ok(scans)
}

/// Teaches Privet the company's own kind of data, unless it knows some.
pub async fn teach(inspect: &Inspect) -> Result<()> {
    if inspect.detectors().await?.is_empty() {
        inspect.create_detector(ACTOR, include_str!("detector.toml")).await?;
    }
    Ok(())
}

fn organisation() -> Organisation {
    Organisation {
        name: "Lantern Tea Trading Ltd. 灯下茶铺贸易有限公司".into(),
        contact: "18 Quay Road, Galway, Ireland\nprivacy@lantern-tea.example".into(),
        representative: "Lantern Tea Europe Ltd., Galway, Ireland".into(),
        officer: "Privacy office 个人信息保护办公室, privacy@lantern-tea.example".into(),
    }
}

async fn systems_and_recipients(map: &DataMap) -> Result<Known> {
    Ok(Known {
        shop: system(map, "Web shop 网店", "E-commerce team", "Sell and deliver tea", "IE").await?,
        crm: system(
            map,
            "CRM 客户关系",
            "Sales team Hangzhou 杭州销售部",
            "Care for customers and tea classes",
            "CN",
        )
        .await?,
        marketing: system(
            map,
            "Marketing 营销平台",
            "Marketing team",
            "Newsletters, push messages and campaign measurement",
            "DE",
        )
        .await?,
        help_desk: system(
            map,
            "Exports 数据导出",
            "Operations",
            "Exchange files with partners and between teams",
            "IE",
        )
        .await?,
        courier: recipient(
            map,
            "Swift Crane Express 快鹤速运",
            "processor",
            "CN",
            "",
            "Carriage agreement 2025-07",
        )
        .await?,
        payment: recipient(
            map,
            "Harbour Pay",
            "controller",
            "IE",
            "",
            "Merchant agreement 2024-02",
        )
        .await?,
        mailer: recipient(
            map,
            "Mailwren",
            "processor",
            "US",
            "scc",
            "Data processing agreement 2025-01",
        )
        .await?,
        ads: recipient(
            map,
            "Brightleaf Ads",
            "joint_controller",
            "US",
            "scc",
            "Joint controller agreement 2025-03",
        )
        .await?,
        tax: recipient(map, "Tax authority 税务机关", "authority", "CN", "", "").await?,
    })
}

async fn system(
    map: &DataMap,
    name: &str,
    owner: &str,
    purpose: &str,
    country: &str,
) -> Result<String> {
    let draft = SystemDraft {
        name: name.into(),
        owner: owner.into(),
        purpose: purpose.into(),
        country: country.into(),
        ..SystemDraft::default()
    };
    Ok(map.create_system(ACTOR, &draft).await?)
}

async fn recipient(
    map: &DataMap,
    name: &str,
    kind: &str,
    country: &str,
    safeguard: &str,
    contract: &str,
) -> Result<String> {
    let draft = RecipientDraft {
        name: name.into(),
        kind: kind.into(),
        country: country.into(),
        safeguard: safeguard.into(),
        contract: contract.into(),
    };
    Ok(map.create_recipient(ACTOR, &draft).await?)
}

async fn sources(map: &DataMap, known: &Known, files: &Files) -> Result<Vec<String>> {
    let shop = source(map, "Shop database", &known.shop, &sqlite(&files.shop)?).await?;
    direct(map, &shop, "Web shop checkout 网店结账").await?;
    direct(map, &shop, "WeChat mini-program 微信小程序").await?;

    let crm = source(map, "CRM database", &known.crm, &sqlite(&files.crm)?).await?;
    direct(map, &crm, "Shop counter 门店柜台").await?;
    direct(map, &crm, "Children's class form 亲子茶课报名表").await?;

    let marketing =
        source(map, "Marketing database", &known.marketing, &sqlite(&files.marketing)?).await?;
    direct(map, &marketing, "Newsletter form 订阅表单").await?;
    third_party(map, &marketing, "Brightleaf Ads", "Joint controller agreement 2025-03", "US")
        .await?;

    let exports = source(map, "Export folder", &known.help_desk, &text(&files.exports)?).await?;
    direct(map, &exports, "Support e-mail and chat 客服").await?;
    third_party(map, &exports, "Swift Crane Express 快鹤速运", "Carriage agreement 2025-07", "CN")
        .await?;
    Ok(vec![shop, crm, marketing, exports])
}

fn text(path: &Path) -> Result<String> {
    let path = std::path::absolute(path).context("the data directory's path")?;
    Ok(path
        .to_str()
        .context("the data directory's path is not UTF-8; choose another --data")?
        .into())
}

fn sqlite(path: &Path) -> Result<String> {
    Ok(format!("sqlite:{}", text(path)?))
}

async fn source(map: &DataMap, name: &str, system: &str, address: &str) -> Result<String> {
    let draft = SourceDraft {
        name: name.into(),
        system: SystemChoice::Existing(system.into()),
        address: address.into(),
        // Mondays at six, when nobody works.
        cron: "0 6 * * 1".into(),
        zone: "Europe/Dublin".into(),
        ..SourceDraft::default()
    };
    Ok(map.create_source(ACTOR, &draft).await?.id)
}

async fn direct(map: &DataMap, source: &str, touchpoint: &str) -> Result<()> {
    let draft = OriginDraft { touchpoint: touchpoint.into(), ..OriginDraft::default() };
    map.add_origin(ACTOR, source, &draft).await?;
    Ok(())
}

async fn third_party(
    map: &DataMap,
    source: &str,
    provider: &str,
    contract: &str,
    country: &str,
) -> Result<()> {
    let draft = OriginDraft {
        third_party: true,
        provider: provider.into(),
        contract: contract.into(),
        country: country.into(),
        ..OriginDraft::default()
    };
    map.add_origin(ACTOR, source, &draft).await?;
    Ok(())
}

async fn flows(map: &DataMap, known: &Known) -> Result<()> {
    let declared: [(&str, &str, &[&str], &str); 5] = [
        (
            &known.shop,
            &known.courier,
            &["identity.name", "contact.phone", "location.address"],
            "Delivery labels, with every parcel",
        ),
        (&known.shop, &known.payment, &["finance.bank_card", "identity.name"], "Card payments"),
        (
            &known.marketing,
            &known.mailer,
            &["contact.email", "identity.name"],
            "Newsletter dispatch",
        ),
        (&known.marketing, &known.ads, &["device.ad_id"], "Audience upload, hashed"),
        (&known.crm, &known.tax, &["identity.name"], "Invoices on request"),
    ];
    for (from, to, categories, description) in declared {
        let draft = FlowDraft {
            from_end: format!("system:{from}"),
            to_end: format!("recipient:{to}"),
            categories: categories
                .iter()
                .filter(|key| detect::taxonomy().get(key).is_some())
                .map(|key| (*key).to_owned())
                .collect(),
            description: description.into(),
        };
        map.declare_flow(ACTOR, &draft).await?;
    }
    Ok(())
}

/// The last one has gaps, as records have in life.
fn activities(known: &Known) -> [Activity; 3] {
    let bases = |gdpr: &str, pipl: &str| {
        [("gdpr".to_owned(), gdpr.to_owned()), ("pipl".to_owned(), pipl.to_owned())].into()
    };
    [
        Activity {
            name: "Order fulfilment 订单履行".into(),
            role: ActivityRole::Controller,
            purpose: "Sell tea, take payment, deliver, handle returns".into(),
            legal_basis: bases("contract", "contract"),
            systems: vec![known.shop.clone(), known.help_desk.clone()],
            recipients: vec![known.courier.clone(), known.payment.clone()],
            retention: "10 years after the order (accounting law)".into(),
            security: "Encrypted transport, access by role, yearly penetration test".into(),
            owner: "E-commerce team".into(),
            ..Activity::default()
        },
        Activity {
            name: "Newsletter 会员通讯".into(),
            role: ActivityRole::Controller,
            purpose: "Tell subscribers about teas and offers".into(),
            legal_basis: bases("consent", "consent"),
            systems: vec![known.marketing.clone()],
            recipients: vec![known.mailer.clone()],
            retention: "Until unsubscribed, then 30 days".into(),
            security: "Access by role, double opt-in".into(),
            owner: "Marketing team".into(),
            ..Activity::default()
        },
        Activity {
            name: "Children's tea classes 亲子茶课".into(),
            role: ActivityRole::Controller,
            purpose: "Run classes for children with their guardians' consent".into(),
            legal_basis: bases("consent", "consent"),
            systems: vec![known.crm.clone()],
            owner: "Sales team Hangzhou 杭州销售部".into(),
            ..Activity::default()
        },
    ]
}
