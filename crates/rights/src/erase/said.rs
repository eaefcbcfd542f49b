//! What a person is told of their erasure: how much is gone, what stays and by which law.

use std::collections::BTreeSet;

use ::store::now;
use web::{Lang, translate};

use super::{Act, Erasure, Stage};
use crate::{Result, Rights};

impl Rights {
    /// Sentences for the person, in their language; none while it is not finished.
    ///
    /// # Errors
    /// Those of Privet's own database.
    pub(crate) async fn erasure_said(&self, erasure: &Erasure, lang: Lang) -> Result<Vec<String>> {
        if erasure.stage != Stage::Done {
            return Ok(Vec::new());
        }
        let done = erasure.done();
        let say = |key: &str, count: u64, why: &str| {
            translate(lang, key, &[("count", count.into()), ("why", why.to_owned().into())])
        };
        let mut said = Vec::new();
        if done.deleted > 0 {
            said.push(say("rights-own-erased-deleted", done.deleted, ""));
        }
        if done.emptied > 0 {
            said.push(say("rights-own-erased-emptied", done.emptied, ""));
        }
        if done.duty > 0 {
            let why = self.duties_of(erasure, lang).await?;
            said.push(say("rights-own-erased-duty", done.duty, &why));
        }
        if done.hold > 0 {
            said.push(say("rights-own-erased-hold", done.hold, ""));
        }
        for step in erasure.steps.iter().filter(|step| step.act == Act::Keep && step.own > 0) {
            let key = if step.ground.is_empty() { "public" } else { step.ground.as_str() };
            let why = translate(lang, &format!("rights-ground-{key}"), &[]);
            said.push(say("rights-own-erased-stays", step.done.stays, &why));
        }
        Ok(said)
    }

    /// The duties that keep rows of an erasure, by name and article.
    async fn duties_of(&self, erasure: &Erasure, lang: Lang) -> Result<String> {
        let law = self.regimes().law();
        let mut names = BTreeSet::new();
        let sources: BTreeSet<&str> =
            erasure.steps.iter().map(|step| step.source.as_str()).collect();
        for source in sources {
            let keeps = self.retain().keeps(source, now()).await?;
            let kept = erasure.steps.iter().filter(|one| one.source == source && one.done.duty > 0);
            for duty in kept.flat_map(|step| keeps.duties(&step.table)) {
                let cite = law.facts().find(|fact| fact.id == duty.fact);
                let cite = cite.map(|fact| format!(" ({})", fact.cite.get(lang == Lang::ZhCn)));
                names.insert(duty.name + &cite.unwrap_or_default());
            }
        }
        let join = if lang == Lang::ZhCn { "；" } else { "; " };
        Ok(names.into_iter().collect::<Vec<_>>().join(join))
    }
}
