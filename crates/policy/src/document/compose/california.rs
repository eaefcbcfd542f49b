//! What Californians read beside it: categories of the last twelve months, sale and sharing, signals
//! (CCPA §1798.130(a)(5), CCPA Regulations §7011).

use std::collections::{BTreeMap, BTreeSet};

use consent::{LegalBasis, Regime, purpose::text_in};
use law::Text;

use super::{
    super::say::{category, inside, list},
    Composer, Section, Setting, Source,
    activities::named,
    answer, block,
};

/// What a category is used for, where that is told, and to what kinds of recipients it goes.
#[derive(Default)]
struct Used {
    purposes: Vec<Text>,
    from: Vec<Source>,
    kinds: BTreeSet<String>,
}

impl Composer<'_> {
    /// Each category: for what, from where, given to whom.
    pub(super) fn california_collected(&mut self) -> Section {
        let activities: Vec<_> = self.ours().cloned().collect();
        let mut why: BTreeMap<String, Used> = BTreeMap::new();
        for activity in &activities {
            let from = Source::new("activity", &activity.id, &activity.name);
            let recipients = self.known.map.recipients_of(activity);
            for key in self.known.map.categories_of(activity).into_keys() {
                let line = why.entry(key).or_default();
                line.purposes.push(inside(&self.known.phrases.both(&activity.name)));
                line.from.push(from.clone());
                line.kinds.extend(recipients.iter().map(|(_, fact)| fact.kind.clone()));
            }
        }
        let mut block = block("california-collected", Setting::List);
        block.sentences.push(
            self.say("california:months", "policy-text-california-months", &[])
                .telling(&["collected_12_months"], [Source::new("organisation", "", "")]),
        );
        for (key, Used { purposes, from, kinds }) in why {
            let what = category(&key);
            let sensitive = detect::taxonomy().get(&key).is_some_and(|one| one.cpra_sensitive);
            let purposes = list(&purposes);
            let kinds: Vec<Text> = kinds
                .iter()
                .map(|kind| super::both(&format!("policy-kind-{}", kind.replace('_', "-")), &[]))
                .collect();
            let text = match (sensitive, kinds.is_empty()) {
                (true, false) => "policy-text-california-sensitive-given",
                (true, true) => "policy-text-california-sensitive",
                (false, false) => "policy-text-california-given",
                (false, true) => "policy-text-california-kept",
            };
            let kinds = list(&kinds);
            let args =
                [("what", (&what).into()), ("why", (&purposes).into()), ("who", (&kinds).into())];
            let sentence = self.say(&format!("california:{key}"), text, &args);
            let tells = ["collected_12_months", "categories", "disclosed", "sensitive"];
            block.sentences.push(named(sentence, &tells, from));
        }
        self.section("california", "collect", vec![block])
    }

    /// Sale and sharing, the opt-out, the signal (§1798.120, §1798.121, §1798.135, §7025).
    pub(super) fn california_sale(&mut self) -> Section {
        let mut block = block("sale", Setting::List);
        let advertising: Vec<Source> = self
            .known
            .purposes
            .iter()
            .filter(|(_, body)| body.basis(Regime::Ccpa) == LegalBasis::OptOut && is_sale(body))
            .map(|(key, body)| Source::new("purpose", key, text_in(&body.name, "en")))
            .collect();
        let tells = ["sold_shared", "opt_out", "do_not_sell"];
        match (self.answers.sells.as_str(), advertising.is_empty()) {
            ("", true) => self.gap("sold_shared", &Text::default(), ""),
            ("no", true) => {
                self.needs_no(&["opt_out", "do_not_sell"]);
                let sentence = self.say("sale:none", "policy-text-sale-none", &[]);
                block.sentences.push(sentence.telling(&tells, [answer("sells")]));
            }
            (_, true) => {
                let sentence = self.say("sale:yes", "policy-text-sale", &[]);
                block.sentences.push(sentence.telling(&tells, [answer("sells")]));
            }
            // Purposes that pass data on for advertising are what the law calls sharing, whatever is answered.
            (_, false) => {
                let sentence = self.say("sale:sharing", "policy-text-sale", &[]);
                block.sentences.push(named(sentence, &tells, advertising));
            }
        }
        let from = Source::new("property", &self.known.property.key, "");
        for (id, key, tells) in [
            ("sale:gpc", "policy-text-gpc", ["gpc", "signals"]),
            ("sale:minors", "policy-text-sale-minors", ["under_16", "minors_sale"]),
            ("sale:agent", "policy-text-agent", ["agents", "verification"]),
            ("sale:equal", "policy-text-no-retaliation", ["no_retaliation", "rights"]),
        ] {
            let sentence = self.say(id, key, &[]);
            block.sentences.push(sentence.telling(&tells, [from.clone()]));
        }
        self.section("sale", "sale", vec![block])
    }
}

/// Signals by which a purpose passes data on for advertising elsewhere.
fn is_sale(body: &consent::PurposeBody) -> bool {
    body.signals.iter().any(|signal| signal.starts_with("gcm.ad_") || signal.starts_with("gpp.s"))
}
