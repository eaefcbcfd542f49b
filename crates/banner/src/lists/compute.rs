//! The two lists of 网络数据安全管理条例 Art 21 ¶2, computed from the records of the data map: what
//! is collected, and what is provided to whom. Pure; nothing is typed in twice.

use std::collections::{BTreeMap, BTreeSet};

use datamap::records::{ActivityRole, Facts};

/// One line of 个人信息收集清单: one purpose and the kinds of data it needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Collected {
    /// What it is for, in the words of the records.
    pub purpose: String,
    /// The activity or system it belongs to: the scene (使用场景).
    pub scene: String,
    /// Category keys, most general order.
    pub categories: Vec<String>,
    /// Where customers give it (touchpoints), or from whom it comes.
    pub ways: Vec<String>,
    /// How long it is kept, or "".
    pub retention: String,
    /// One of them is sensitive (PIPL Art 28).
    pub sensitive: bool,
}

/// One line of 第三方共享清单: one recipient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shared {
    /// Who.
    pub recipient: String,
    /// `processor` | `controller` | `joint_controller` | `authority`.
    pub kind: String,
    /// Country, or "".
    pub country: String,
    /// Why.
    pub purposes: Vec<String>,
    /// Category keys.
    pub categories: Vec<String>,
    /// One of them is sensitive.
    pub sensitive: bool,
}

/// Both lists.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lists {
    /// What is collected.
    pub collected: Vec<Collected>,
    /// What is provided to others.
    pub shared: Vec<Shared>,
}

/// Level from which a category is sensitive, as the map counts.
const SENSITIVE: i64 = 3;
/// Computes both.
pub fn lists(facts: &Facts) -> Lists {
    let facts = &facts.clone().of_customers();
    Lists { collected: collected(facts), shared: shared(facts) }
}

/// One line per activity of ours; a system that no activity names stands for itself, so that nothing
/// that is found is left out.
fn collected(facts: &Facts) -> Vec<Collected> {
    let ours = || facts.activities.iter().filter(|a| a.role != ActivityRole::Processor);
    let named: BTreeSet<&str> = ours().flat_map(|a| a.systems.iter().map(String::as_str)).collect();
    let mut lines: Vec<Collected> = ours()
        .map(|activity| {
            let found = categories(facts, &activity.systems, &activity.categories);
            line(
                facts,
                &activity.purpose,
                &activity.name,
                &activity.systems,
                found,
                &activity.retention,
            )
        })
        .collect();
    for (id, system) in facts.systems.iter().filter(|(id, _)| !named.contains(id.as_str())) {
        let own = [id.clone()];
        let found = categories(facts, &own, &[]);
        lines.push(line(facts, &system.purpose, &system.name, &own, found, ""));
    }
    lines.retain(|line| !line.categories.is_empty());
    lines
}

fn line(
    facts: &Facts,
    purpose: &str,
    scene: &str,
    systems: &[String],
    found: BTreeMap<String, i64>,
    retention: &str,
) -> Collected {
    let origins = systems.iter().filter_map(|id| facts.systems.get(id)).flat_map(|s| &s.origins);
    let ways: BTreeSet<String> = origins
        .map(
            |origin| {
                if origin.kind == "third_party" { &origin.provider } else { &origin.touchpoint }
            },
        )
        .filter(|way| !way.is_empty())
        .cloned()
        .collect();
    Collected {
        purpose: purpose.to_owned(),
        scene: scene.to_owned(),
        sensitive: found.values().any(|level| *level >= SENSITIVE),
        categories: found.into_keys().collect(),
        ways: ways.into_iter().collect(),
        retention: retention.to_owned(),
    }
}

/// Categories of the systems with their level; only the wanted ones if any are named.
fn categories(facts: &Facts, systems: &[String], wanted: &[String]) -> BTreeMap<String, i64> {
    let mut all = BTreeMap::new();
    for system in systems.iter().filter_map(|id| facts.systems.get(id)) {
        for (key, fact) in &system.categories {
            if wanted.is_empty() || wanted.contains(key) {
                let level = all.entry(key.clone()).or_insert(0);
                *level = fact.level.max(*level);
            }
        }
    }
    for key in wanted {
        all.entry(key.clone()).or_insert(0);
    }
    all
}

fn shared(facts: &Facts) -> Vec<Shared> {
    let mut lines = Vec::new();
    for (id, recipient) in &facts.recipients {
        let (mut purposes, mut found) = (BTreeSet::new(), BTreeMap::new());
        for activity in facts.activities.iter().filter(|a| a.recipients.contains(id)) {
            purposes.insert(activity.purpose.clone());
            found.extend(categories(facts, &activity.systems, &activity.categories));
        }
        for flow in facts.flows.iter().filter(|flow| flow.recipient == *id) {
            let own = [flow.system.clone()];
            found.extend(categories(facts, &own, &flow.categories));
            let using = facts.activities.iter().filter(|a| a.systems.contains(&flow.system));
            purposes.extend(using.map(|activity| activity.purpose.clone()));
            if let Some(system) = facts.systems.get(&flow.system) {
                purposes.insert(system.purpose.clone());
            }
        }
        purposes.remove("");
        lines.push(Shared {
            recipient: recipient.name.clone(),
            kind: recipient.kind.clone(),
            country: recipient.country.clone(),
            purposes: purposes.into_iter().collect(),
            sensitive: found.values().any(|level| *level >= SENSITIVE),
            categories: found.into_keys().collect(),
        });
    }
    lines.retain(|line| !(line.categories.is_empty() && line.purposes.is_empty()));
    lines.sort_by(|a, b| a.recipient.cmp(&b.recipient));
    lines
}
