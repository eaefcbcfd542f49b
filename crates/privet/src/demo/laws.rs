//! What Lantern Tea says of itself so that its laws and duties can be worked out. Customers are counted
//! from its consents; only what no system of its own shows is told.

use anyhow::Result;
use regime::{Metric, Profile, Regimes, Told, Value};
use store::Actor;

const ACTOR: Actor = Actor::System("demo");

/// Tells the profile, unless one was told.
pub async fn furnish(regimes: &Regimes) -> Result<()> {
    if regimes.profile().await? != Profile::default() {
        return Ok(());
    }
    let mut profile = Profile { complete: true, ..Profile::default() };
    // More than the app's customers: the shops keep cards of their own.
    let reason = "Cards of the tea shops are kept on paper; 门店会员卡为纸质登记".to_owned();
    let people = Told { value: Value::Number(1_016_000), reason };
    profile.places.entry("CN".into()).or_default().insert(Metric::People, people);
    profile.tell("CN", Metric::SensitivePeople, Value::Number(4_200));
    profile.tell("CN", Metric::ExportedPeople, Value::Number(12_400));
    profile.tell("CN", Metric::ExportedSensitivePeople, Value::Number(0));
    for (place, people) in [("DE", 2_600), ("FR", 1_900), ("GB", 3_100), ("US-CA", 90_600)] {
        profile.tell(place, Metric::People, Value::Number(people));
    }
    profile.places.entry("IE".into()).or_default();
    for (metric, value) in [
        (Metric::Employees, Value::Number(210)),
        (Metric::SaleRevenuePercent, Value::Number(2)),
        (Metric::Sells, Value::Flag(true)),
        (Metric::Broker, Value::Flag(false)),
        (Metric::App, Value::Flag(true)),
        (Metric::SmallBusiness, Value::Flag(false)),
        (Metric::PublicAuthority, Value::Flag(false)),
        (Metric::CriticalInfrastructure, Value::Flag(false)),
        (Metric::ImportantData, Value::Flag(false)),
        (Metric::LargePlatform, Value::Flag(false)),
        (Metric::LargeScaleMonitoring, Value::Flag(false)),
        (Metric::LargeScaleSpecial, Value::Flag(false)),
    ] {
        profile.tell("", metric, value);
    }
    for (currency, thousands) in [("usd", 18_400), ("cny", 132_000), ("eur", 17_000)] {
        profile.revenue.insert(currency.into(), thousands);
    }
    regimes.save_profile(ACTOR, &profile).await?;
    Ok(())
}
