//! What a new law changes in policies: every one is computed and checked anew under it, today and on
//! each later day on which the law changes, and held against the same under the law in use.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use jiff::civil::Date;
use law::Law;
use regime::{Affected, Effect};
use web::{Lang, translate};

use crate::{
    Policy, Result,
    changes::{self, changes},
    check::{self, Checklist, Item, State},
    document::{Audience, Composed},
    store::Row,
};

/// Items named one by one; the rest is counted.
const NAMED: usize = 6;

#[async_trait::async_trait]
impl Affected for Policy {
    async fn affected(&self, before: &Law, after: &Law, lang: Lang) -> Vec<Effect> {
        match self.affected_by(before, after, lang).await {
            Ok(effects) => effects,
            Err(error) => {
                tracing::error!(%error, "the policies could not be worked out under a new law");
                let text = translate(lang, "policy-effect-failed", &[]);
                vec![Effect { text, href: "/console/policies".to_owned() }]
            }
        }
    }
}

/// A policy under one law.
struct Under {
    composed: Composed,
    checklists: Vec<Checklist>,
}

impl Under {
    /// What is asked for and concerns this company, by fact.
    fn items(&self) -> BTreeMap<&str, &Item> {
        let items = self.checklists.iter().flat_map(|list| &list.items);
        let items = items.filter(|item| item.state != State::NotNeeded);
        items.map(|item| (item.fact.as_str(), item)).collect()
    }
}

fn is_open(item: &Item) -> bool {
    matches!(item.state, State::Lacking | State::Unsure)
}

impl Policy {
    /// What a new law changes in policies, drafts included.
    pub async fn affected_by(&self, before: &Law, after: &Law, lang: Lang) -> Result<Vec<Effect>> {
        let (before, after) = (Arc::new(before.clone()), Arc::new(after.clone()));
        let today = regime::today();
        let mut all = Vec::new();
        for row in self.rows().await? {
            let mut seen = BTreeSet::new();
            for day in regime::days_of_change(&before, &after, today) {
                let was = self.under(&row, &before, day).await?;
                let is = self.under(&row, &after, day).await?;
                let later = (day > today).then_some(day);
                all.extend(differences(&row, &was, &is, later, lang, &mut seen));
            }
        }
        Ok(all)
    }

    async fn under(&self, row: &Row, law: &Arc<Law>, day: Date) -> Result<Under> {
        let mut known = self.known_under(&row.property, Arc::clone(law), day).await?;
        if row.audience == Audience::California && !known.has("us-ca") {
            known.regimes.push("us-ca".to_owned());
        }
        let composed = crate::document::compose(&known, row.audience, &row.draft.answers);
        let composed = row.draft.assemble(composed);
        let checklists = check::checklists(&known, row.audience, &composed);
        Ok(Under { composed, checklists })
    }
}

fn differences(
    row: &Row,
    was: &Under,
    is: &Under,
    later: Option<Date>,
    lang: Lang,
    seen: &mut BTreeSet<String>,
) -> Vec<Effect> {
    let zh = lang == Lang::ZhCn;
    let document = &is.composed.document;
    let audience = translate(lang, row.audience.key(), &[]);
    let name = format!("{} ({audience})", document.title.get(zh));
    let (asked, asks) = (was.items(), is.items());
    let mut texts = Vec::new();
    let newly = asks.iter().filter(|(fact, item)| {
        is_open(item) && !asked.get(*fact).is_some_and(|before| is_open(before))
    });
    let newly: Vec<&&Item> = newly
        .filter(|(fact, _)| seen.insert(format!("lacks {fact}")))
        .map(|(_, one)| one)
        .collect();
    let about = |key: &str, item: &Item| {
        let args = [
            ("policy", name.as_str().into()),
            ("item", item.text.get(zh).into()),
            ("cite", item.cite.get(zh).into()),
        ];
        translate(lang, key, &args)
    };
    texts.extend(newly.iter().take(NAMED).map(|item| about("policy-effect-lacks", item)));
    if newly.len() > NAMED {
        let n = (newly.len() - NAMED).to_string();
        let args = [("policy", name.as_str().into()), ("n", n.into())];
        texts.push(translate(lang, "policy-effect-more", &args));
    }
    let gone = asked.iter().filter(|(fact, _)| !asks.contains_key(*fact));
    let gone = gone.filter(|(fact, _)| seen.insert(format!("gone {fact}")));
    texts.extend(gone.take(NAMED).map(|(_, item)| about("policy-effect-unasked", item)));
    let words = changes::count(&changes(&was.composed.document, document));
    if words > 0 && seen.insert(format!("words {words}")) {
        let args = [("policy", name.as_str().into()), ("n", words.into())];
        texts.push(translate(lang, "policy-effect-words", &args));
    }
    let href = format!("/console/policies/{}", row.id);
    let dated = |text: String| match later {
        None => text,
        Some(day) => {
            let args = [("text", text.into()), ("day", day.to_string().into())];
            translate(lang, "policy-effect-from", &args)
        }
    };
    texts.into_iter().map(|text| Effect { text: dated(text), href: href.clone() }).collect()
}
