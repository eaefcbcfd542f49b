//! What the laws of the place where a transfer starts make of it. Pure.

use std::{collections::BTreeMap, sync::LazyLock};

use jiff::civil::Date;
use law::{Fact, Kind, Law, Metric, Profile, Regime, Truth, Value};
use serde::Deserialize;

use crate::{Crossing, Unplaced};

/// The regime whose routes depend on how many people's data leaves.
const BY_COUNT: &str = "cn-pipl";

#[derive(Deserialize)]
struct Table {
    tools: Vec<Tool>,
    routes: Vec<RouteLine>,
    pipl: Vec<Reaches>,
}

#[derive(Deserialize)]
struct Tool {
    safeguard: String,
    regime: String,
    code: String,
}

#[derive(Deserialize)]
struct RouteLine {
    code: String,
    needs: Needs,
}

#[derive(Deserialize)]
struct Reaches {
    safeguard: String,
    reaches: Vec<Needs>,
}

#[allow(clippy::expect_used)] // The embedded file is parsed by a test.
static TOOLS: LazyLock<Table> =
    LazyLock::new(|| toml::from_str(include_str!("../data/tools.toml")).expect("embedded tools"));

/// What a route asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Needs {
    /// No mechanism.
    Nothing,
    /// A standard contract or a certification (标准合同 or 认证).
    Contract,
    /// A security assessment (安全评估).
    Assessment,
}

/// How many people's data leaves mainland China.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counted {
    /// People without sensitive data, at most: systems added up, the same person in two counts twice.
    pub people: u64,
    /// People with sensitive data, at most.
    pub sensitive: u64,
    /// Transfers left out of the count as exempt.
    pub exempt: usize,
    /// The profile says other numbers, and they count.
    pub told: bool,
}

/// The route by which data leaves mainland China.
#[derive(Debug, Clone)]
pub struct Route {
    /// What was counted.
    pub counted: Counted,
    /// What it asks for.
    pub needs: Needs,
    /// The fact that decided.
    pub fact: Fact,
    /// Facts that would decide otherwise if something unknown were so; to be told in the profile.
    pub unknown: Vec<Fact>,
}

/// What one law makes of one transfer.
#[derive(Debug, Clone)]
pub enum Verdict {
    /// To a place that the law holds to be safe.
    Adequate(Fact),
    /// By a tool of the law; whether there is a transfer impact assessment.
    Tool {
        /// The tool.
        fact: Fact,
        /// An assessment is noted.
        assessed: bool,
    },
    /// An exempt case.
    Exempt(Fact),
    /// Nothing is needed.
    Free,
    /// A tool is missing or does not reach; these would do.
    Missing(Vec<Fact>),
    /// The law has rules that we do not judge: they advise.
    Advice(Vec<Fact>),
}

impl Verdict {
    /// Something must be done.
    pub fn is_open(&self) -> bool {
        matches!(self, Self::Missing(_))
    }

    /// The facts it stands on.
    pub fn facts(&self) -> Vec<&Fact> {
        match self {
            Self::Adequate(fact) | Self::Tool { fact, .. } | Self::Exempt(fact) => vec![fact],
            Self::Advice(facts) | Self::Missing(facts) => facts.iter().collect(),
            Self::Free => Vec::new(),
        }
    }
}

/// All transfers, judged.
#[derive(Debug, Clone)]
pub struct Report {
    /// Transfers with what each law of their start makes of them: regime's key, verdict.
    pub crossings: Vec<(Crossing, Vec<(String, Verdict)>)>,
    /// Ends of which nobody told the country.
    pub unplaced: Vec<Unplaced>,
    /// The route out of mainland China, if anything leaves it.
    pub route: Option<Route>,
}

impl Report {
    /// Transfers for which something must be done.
    pub fn open(&self) -> usize {
        let open = |all: &[(String, Verdict)]| all.iter().any(|(_, verdict)| verdict.is_open());
        self.crossings.iter().filter(|(_, all)| open(all)).count()
    }

    /// One transfer.
    pub fn find(&self, key: &str) -> Option<&(Crossing, Vec<(String, Verdict)>)> {
        self.crossings.iter().find(|(crossing, _)| crossing.key == key)
    }
}

/// Judges everything.
pub(crate) fn report(
    law: &Law,
    known: Profile,
    day: Date,
    crossings: Vec<Crossing>,
    unplaced: Vec<Unplaced>,
) -> Report {
    let ruling: Vec<&Regime> = law
        .regimes()
        .filter(|regime| regime.holds(day))
        .filter(|regime| law.about(&regime.id, Kind::Transfer, day).next().is_some())
        .collect();
    let leaves = |regime: &Regime, one: &Crossing| {
        regime.places.contains(&one.from.country) && !regime.places.contains(&one.to.country)
    };
    let abroad: Vec<&Crossing> = crossings
        .iter()
        .filter(|one| ruling.iter().any(|regime| regime.id == BY_COUNT && leaves(regime, one)))
        .collect();
    let route = if abroad.is_empty() { None } else { route(law, known, day, &abroad) };
    let judged = crossings.into_iter().map(|one| {
        let laws = ruling.iter().filter(|regime| leaves(regime, &one));
        let verdicts = laws
            .map(|regime| (regime.id.clone(), verdict(law, regime, day, &one, route.as_ref())))
            .collect();
        (one, verdicts)
    });
    Report { crossings: judged.collect(), unplaced, route }
}

/// Which route China's rules ask for, by the first fact whose conditions hold.
fn route(law: &Law, mut known: Profile, day: Date, abroad: &[&Crossing]) -> Option<Route> {
    let mut counted = count(abroad);
    let place = known.places.entry("CN".to_owned()).or_default();
    for (metric, found) in [
        (Metric::ExportedPeople, &mut counted.people),
        (Metric::ExportedSensitivePeople, &mut counted.sensitive),
    ] {
        match place.get(&metric) {
            Some(Value::Number(told)) => {
                *found = *told;
                counted.told = true;
            }
            _ => {
                place.insert(metric, Value::Number(*found));
            }
        }
    }
    place.insert(Metric::Exports, Value::Flag(true));
    // Whatever else is unknown of other places does not change what was counted here.
    known.complete = true;
    let mut unknown = Vec::new();
    let mut decided = None;
    for line in &TOOLS.routes {
        let Some(fact) =
            law.about(BY_COUNT, Kind::Transfer, day).find(|fact| fact.code == line.code)
        else {
            continue;
        };
        match law.judge_fact(&known, fact).map(|judged| judged.truth) {
            Some(Truth::Yes) => {
                decided = Some((line.needs, fact.clone()));
                break;
            }
            // Taken for "no" until somebody tells, and told so.
            Some(Truth::Unknown) if line.needs == Needs::Nothing => {
                decided = Some((line.needs, fact.clone()));
                break;
            }
            Some(Truth::Unknown) => unknown.push(fact.clone()),
            _ => {}
        }
    }
    decided.map(|(needs, fact)| Route { counted, needs, fact, unknown })
}

fn count(abroad: &[&Crossing]) -> Counted {
    let exempt = abroad.iter().filter(|one| !one.note.exempt.is_empty()).count();
    // One system may send to many: its people count once.
    let mut systems: BTreeMap<&str, (u64, bool)> = BTreeMap::new();
    for one in abroad.iter().filter(|one| one.note.exempt.is_empty()) {
        let (people, sensitive) = systems.entry(&one.from.id).or_default();
        *people = (*people).max(one.people());
        *sensitive |= one.is_sensitive();
    }
    let sum = |of: bool| {
        let these = systems.values().filter(|(_, sensitive)| *sensitive == of);
        these.map(|(people, _)| people).sum()
    };
    Counted { people: sum(false), sensitive: sum(true), exempt, told: false }
}

fn verdict(
    law: &Law,
    regime: &Regime,
    day: Date,
    one: &Crossing,
    route: Option<&Route>,
) -> Verdict {
    let facts = || law.about(&regime.id, Kind::Transfer, day);
    let by_code = |code: &str| facts().find(|fact| fact.code == code).cloned();
    if regime.id == BY_COUNT {
        if let Some(fact) = (!one.note.exempt.is_empty()).then(|| by_code(&one.note.exempt)) {
            return fact.map_or(Verdict::Missing(Vec::new()), Verdict::Exempt);
        }
        let Some(route) = route else { return Verdict::Missing(Vec::new()) };
        if route.needs == Needs::Nothing {
            return Verdict::Free;
        }
        let reaches = TOOLS.pipl.iter().find(|tool| tool.safeguard == one.safeguard);
        return match reaches {
            Some(tool) if tool.reaches.contains(&route.needs) => Verdict::Tool {
                fact: route.fact.clone(),
                assessed: !one.note.assessment.is_empty(),
            },
            _ => Verdict::Missing(vec![route.fact.clone()]),
        };
    }
    if let Some(fact) = by_code(&format!("adequate.{}", one.to.country)) {
        return Verdict::Adequate(fact);
    }
    let known: Vec<&Tool> = TOOLS.tools.iter().filter(|tool| tool.regime == regime.id).collect();
    if known.is_empty() {
        return Verdict::Advice(facts().cloned().collect());
    }
    let tool = known.iter().find(|tool| tool.safeguard == one.safeguard);
    match tool.and_then(|tool| by_code(&tool.code)) {
        Some(fact) => Verdict::Tool { fact, assessed: !one.note.assessment.is_empty() },
        None => Verdict::Missing(known.iter().filter_map(|tool| by_code(&tool.code)).collect()),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::{End, EndKind, Note};

    fn crossing(from: &str, to: &str, rows: u64, category: &str, safeguard: &str) -> Crossing {
        let end = |kind, country: &str| End {
            kind,
            id: format!("{from}{rows}{category}"),
            name: "x".into(),
            country: country.into(),
        };
        Crossing {
            key: format!("{from}>{to}:{rows}:{category}"),
            from: end(EndKind::System, from),
            to: end(EndKind::Recipient, to),
            categories: BTreeSet::from([category.to_owned()]),
            told: true,
            activities: Vec::new(),
            rows,
            safeguard: safeguard.into(),
            note: Note::default(),
        }
    }

    fn judged(crossings: Vec<Crossing>, known: Profile) -> Report {
        report(Law::shipped(), known, jiff::civil::date(2026, 11, 24), crossings, Vec::new())
    }

    fn needs(rows: &[(u64, &str)]) -> Needs {
        let crossings =
            rows.iter().map(|(n, category)| crossing("CN", "IE", *n, category, "")).collect();
        judged(crossings, Profile::default()).route.map_or(Needs::Nothing, |route| route.needs)
    }

    // 促进和规范数据跨境流动规定 Art 5(4), 7, 8, as the packs give them.
    #[test]
    fn the_chinese_route_turns_at_each_threshold() {
        assert_eq!(needs(&[(99_999, "contact.email")]), Needs::Nothing);
        assert_eq!(needs(&[(100_000, "contact.email")]), Needs::Contract);
        assert_eq!(needs(&[(999_999, "contact.email")]), Needs::Contract);
        assert_eq!(needs(&[(1_000_000, "contact.email")]), Needs::Assessment);
        assert_eq!(needs(&[(1, "health.condition")]), Needs::Contract);
        assert_eq!(needs(&[(9_999, "health.condition")]), Needs::Contract);
        assert_eq!(needs(&[(10_000, "health.condition")]), Needs::Assessment);
        // Two systems add up; splitting does not help.
        assert_eq!(needs(&[(60_000, "contact.email"), (60_001, "contact.phone")]), Needs::Contract);
    }

    #[test]
    fn what_is_exempt_is_not_counted_and_what_the_profile_tells_counts() {
        let mut exempt = crossing("CN", "IE", 2_000_000, "contact.email", "");
        exempt.note.exempt = "exempt.contract".into();
        let report = judged(vec![exempt], Profile::default());
        assert_eq!(report.route.as_ref().map(|route| route.needs), Some(Needs::Nothing));
        assert!(matches!(report.crossings[0].1[0].1, Verdict::Exempt(_)));

        let mut told = Profile::default();
        let place = told.places.entry("CN".into()).or_default();
        place.insert(Metric::ExportedPeople, Value::Number(1_500_000));
        let report = judged(vec![crossing("CN", "IE", 10, "contact.email", "")], told);
        assert_eq!(report.route.map(|route| route.needs), Some(Needs::Assessment));
    }

    #[test]
    fn a_contract_does_not_reach_where_an_assessment_is_needed() {
        let with = |safeguard, rows| {
            let one = crossing("CN", "IE", rows, "contact.email", safeguard);
            judged(vec![one], Profile::default()).open()
        };
        assert_eq!(with("pipl_standard_contract", 200_000), 0);
        assert_eq!(with("pipl_standard_contract", 2_000_000), 1);
        assert_eq!(with("pipl_assessment", 2_000_000), 0);
        assert_eq!(with("scc", 200_000), 1);
    }

    #[test]
    fn the_union_asks_for_adequacy_or_a_tool() {
        let verdict = |to, safeguard| {
            let one = crossing("IE", to, 10, "contact.email", safeguard);
            judged(vec![one], Profile::default()).crossings.remove(0).1
        };
        assert!(verdict("DE", "").is_empty(), "inside of the territory nothing is transferred");
        assert!(matches!(&verdict("JP", "")[0], (law, Verdict::Adequate(_)) if law == "eu-gdpr"));
        assert!(matches!(&verdict("CN", "scc")[0].1, Verdict::Tool { assessed: false, .. }));
        assert!(matches!(&verdict("CN", "")[0].1, Verdict::Missing(tools) if tools.len() == 4));
        assert!(matches!(&verdict("CN", "pipl_assessment")[0].1, Verdict::Missing(_)));
    }

    #[test]
    fn a_law_that_is_not_judged_advises() {
        let one = crossing("SG", "CN", 10, "contact.email", "");
        let report = judged(vec![one], Profile::default());
        assert!(matches!(&report.crossings[0].1[0].1, Verdict::Advice(facts) if !facts.is_empty()));
    }
}
