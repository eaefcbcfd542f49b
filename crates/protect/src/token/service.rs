//! Making tokens, telling what they stand for, and finding them by value.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use ::store::{Actor, HotRow, now};
use consent::{
    Consent, ConsentError,
    renewal::{Column, Part},
};
use serde_json::Value;
use vault::SubjectKey;

pub use super::store::Found;
use super::{
    Format, Maker, Shape, hex, random, secret, shape,
    store::{KEY, TOKEN},
    unhex,
};
use crate::{
    Clear, Fault, Opened, Policy, Protect, ProtectError, Result, VALUE_MOST, Whose,
    normal::normal,
    seal::{many, no_policy, none_of, shown, tally},
    usage::Act,
};

/// How often a batch is begun anew because somebody else made the same tokens.
const TRIES: usize = 8;
/// How many tokens of a shape are tried for a value before its space counts as used up.
const ATTEMPTS: u32 = 32;

/// A value to make a token for.
#[derive(Debug, Clone)]
pub struct ToToken {
    /// Its category.
    pub category: String,
    /// Whose it is.
    pub whose: Whose,
    /// The value.
    pub value: Clear,
    /// What kind of token; may be left out where the policy allows one kind only.
    pub format: Option<Format>,
}

/// A token to ask about.
#[derive(Debug, Clone)]
pub struct ToValue {
    /// Its category.
    pub category: String,
    /// The token.
    pub token: String,
}

/// What is looked for, ready.
struct Wanted<'a> {
    item: &'a ToToken,
    format: Format,
    shape: Option<Shape>,
    /// In its one form.
    normal: String,
    blind: Option<String>,
    owner: &'a str,
}

impl Protect {
    /// Tokens for values, in their order: new ones, or those there are for the same value of the same
    /// customer. All of them, or none and every fault with its place.
    pub async fn tokens(&self, by: &Actor, items: &[ToToken]) -> Result<Vec<String>> {
        many(items.len())?;
        let policies = self.policies_for(items.iter().map(|item| item.category.as_str())).await?;
        let mut formats = Vec::with_capacity(items.len());
        let mut faults = Vec::new();
        for (at, item) in items.iter().enumerate() {
            let policy = policies.get(&item.category).map(|kept| &kept.policy);
            match policy.ok_or_else(|| no_policy(at)).and_then(|policy| format_of(at, item, policy))
            {
                Ok(format) => formats.push(format),
                Err(fault) => faults.push(fault),
            }
        }
        none_of(faults)?;
        let owners = self.owners(by, items.iter().map(|item| &item.whose)).await?;
        let region = self.region();
        let wanted: Vec<Wanted<'_>> = items
            .iter()
            .zip(&owners)
            .zip(formats)
            .map(|((item, owner), format)| {
                let policy = &policies[&item.category].policy;
                let index = || self.index(&item.category, &item.value.0, &region);
                Wanted {
                    format,
                    shape: policy.shape,
                    normal: normal(&item.category, &item.value.0, &region),
                    blind: policy.searchable.then(index),
                    owner,
                    item,
                }
            })
            .collect();
        for _ in 0..TRIES {
            match self.make(by, &wanted).await {
                // Somebody else made one of them in the meantime: it is there now.
                Err(ProtectError::Store(error)) if Consent::is_taken(&error) => {}
                // A customer's key got a new version since it was read.
                Err(ProtectError::Vault(vault::VaultError::Newer(_))) => {}
                made => return made,
            }
        }
        Err(ProtectError::Crowded)
    }

    async fn make(&self, by: &Actor, wanted: &[Wanted<'_>]) -> Result<Vec<String>> {
        let owners: Vec<String> = wanted.iter().map(|one| one.owner.to_owned()).collect();
        let keys = self.keys(&owners).await?;
        let (makers, mut rows) = self.makers(&owners, &keys).await?;
        let mut made: Vec<Option<String>> = vec![None; wanted.len()];
        // What this batch makes itself, so that it does not stand in its own way.
        let mut fresh: HashMap<(String, String), (String, String)> = HashMap::new();
        for attempt in 0..ATTEMPTS {
            let open: Vec<usize> = (0..wanted.len()).filter(|at| made[*at].is_none()).collect();
            if open.is_empty() {
                break;
            }
            let mut tries = Vec::with_capacity(open.len());
            for at in open {
                tries.push((at, candidate(at, &wanted[at], &makers[wanted[at].owner], attempt)?));
            }
            let asked = tries
                .iter()
                .filter(|(at, _)| wanted[*at].format != Format::Random)
                .map(|(at, token)| (wanted[*at].item.category.as_str(), token.as_str()))
                .collect();
            let known = self.known_tokens(&asked).await?;
            for (at, token) in tries {
                let one = &wanted[at];
                if one.format == Format::Preserving && token == one.item.value.0 {
                    continue;
                }
                let place = (one.item.category.clone(), token);
                let key = keys.get(one.owner).ok_or(ConsentError::Erased)?;
                if let Some(row) = known.get(&place) {
                    let same =
                        row.subject == one.owner && stands_for(key, &place, &row.sealed, one)?;
                    made[at] = same.then_some(place.1);
                } else if let Some((owner, value)) = fresh.get(&place) {
                    let same = owner == one.owner && *value == compared(one);
                    made[at] = same.then_some(place.1);
                } else {
                    rows.push(token_row(one, &place.1, key));
                    made[at] = Some(place.1.clone());
                    fresh.insert(place, (one.owner.to_owned(), compared(one)));
                }
            }
        }
        let exhausted = |at: usize| {
            Fault::new(
                at,
                "used-up",
                "there is no free token of this shape for the value; use another format",
            )
        };
        let missing = made.iter().enumerate().filter(|(_, token)| token.is_none());
        none_of(missing.map(|(at, _)| exhausted(at)).collect())?;
        let done = wanted.iter().map(|one| (one.item.category.as_str(), one.owner));
        self.record(by, &tally(Act::Tokenize, "", done, |_| ""), rows).await?;
        Ok(made.into_iter().flatten().collect())
    }

    /// What makes the customers' tokens, and rows for those who had no secret yet.
    async fn makers(
        &self,
        owners: &[String],
        keys: &HashMap<String, SubjectKey>,
    ) -> Result<(HashMap<String, Maker>, Vec<HotRow>)> {
        let distinct: BTreeSet<&str> = owners.iter().map(String::as_str).collect();
        let kept = self.secrets(&distinct).await?;
        let mut makers = HashMap::with_capacity(distinct.len());
        let mut rows = Vec::new();
        for owner in distinct {
            let key = keys.get(owner).ok_or(ConsentError::Erased)?;
            let bytes = if let Some(sealed) = kept.get(owner) {
                unhex(&key.open(SECRET, sealed)?).ok_or(vault::VaultError::Form)?
            } else {
                let bytes = secret::<32>();
                let sealed = key.seal(SECRET, &hex(&bytes));
                let values: Vec<Value> = vec![owner.into(), sealed.into(), now().into()];
                rows.push(HotRow { table: "protect_key", columns: KEY, values });
                bytes
            };
            makers.insert(owner.to_owned(), Maker::new(&bytes));
        }
        Ok((makers, rows))
    }

    /// What tokens stand for, for a purpose, as their policies say. All of them, or none and every
    /// fault with its place; those of erased customers are told as lost.
    pub async fn detokenize(
        &self,
        by: &Actor,
        purpose: &str,
        items: &[ToValue],
    ) -> Result<Vec<Opened>> {
        many(items.len())?;
        let places: Vec<(&str, &str)> =
            items.iter().map(|item| (item.category.as_str(), "")).collect();
        let reveals = self.may_open(by, purpose, &places).await?;
        let asked: BTreeSet<(&str, &str)> =
            items.iter().map(|item| (item.category.as_str(), item.token.as_str())).collect();
        let known = self.known_tokens(&asked).await?;
        let place = |item: &ToValue| (item.category.clone(), item.token.clone());
        let unknown =
            items.iter().enumerate().filter(|(_, item)| !known.contains_key(&place(item)));
        none_of(
            unknown
                .map(|(at, _)| {
                    Fault::new(at, "unknown-token", "there is no such token of this category")
                })
                .collect(),
        )?;
        let owners: Vec<String> =
            items.iter().map(|item| known[&place(item)].subject.clone()).collect();
        let keys = self.keys(&owners).await?;
        let mut opened = Vec::with_capacity(items.len());
        for item in items {
            let place = place(item);
            let row = &known[&place];
            opened.push(match keys.get(&row.subject) {
                None => Opened::Erased,
                Some(key) => {
                    let value = key.open(&sealing(&place.0, &place.1), &row.sealed)?;
                    shown(&item.category, value, reveals[&item.category])
                }
            });
        }
        let done = items.iter().zip(&owners).map(|(item, owner)| (item.category.as_str(), owner));
        let done = tally(Act::Detokenize, purpose, done, |category| reveals[category].as_str());
        self.record(by, &done, Vec::new()).await?;
        Ok(opened)
    }

    /// The blind index of each value, to find it in the company's own tables, and the tokens there are
    /// of it.
    pub async fn search(
        &self,
        by: &Actor,
        purpose: &str,
        category: &str,
        values: &[Clear],
    ) -> Result<Vec<(String, Vec<Found>)>> {
        many(values.len())?;
        let places: Vec<(&str, &str)> = values.iter().map(|_| (category, "")).collect();
        self.may_open(by, purpose, &places).await?;
        let searchable = self.policy(category).await?.is_some_and(|kept| kept.policy.searchable);
        if !searchable {
            let told = "the policy of this category makes no index; values cannot be searched for";
            return Err(ProtectError::Invalid(told.to_owned()));
        }
        let region = self.region();
        let mut found = Vec::with_capacity(values.len());
        for value in values {
            let index = self.index(category, &value.0, &region);
            let tokens = self.by_blind(category, &index).await?;
            found.push((index, tokens));
        }
        let owners: BTreeSet<String> =
            found.iter().flat_map(|(_, tokens)| tokens).map(|one| one.subject.clone()).collect();
        let keys = self.consent().keys_of(&owners).await?;
        for (_, tokens) in &mut found {
            tokens.retain(|one| keys.contains_key(&one.subject));
        }
        let mut done = tally(Act::Search, purpose, values.iter().map(|_| (category, "")), |_| "");
        for one in &mut done {
            one.subjects = keys.keys().cloned().collect();
        }
        self.record(by, &done, Vec::new()).await?;
        Ok(found)
    }
}

/// What is sealed here with customers' keys, for runs that give those a new version.
pub const COLUMNS: &[Column] = &[
    Column {
        table: "protect_key",
        sealed: "sealed",
        row: &["subject"],
        context: &[Part::Text(SECRET)],
        member: None,
    },
    Column {
        table: "protect_token",
        sealed: "sealed",
        row: &["category", "token"],
        context: &[
            Part::Text("protect_token\u{1f}sealed\u{1f}"),
            Part::Cell("category"),
            Part::Text("\u{1f}"),
            Part::Cell("token"),
        ],
        member: None,
    },
];

/// Where a customer's secret may be opened.
const SECRET: &str = "protect_key\u{1f}sealed";

/// Where what a token stands for may be opened: in its own row.
fn sealing(category: &str, token: &str) -> String {
    format!("protect_token\u{1f}sealed\u{1f}{category}\u{1f}{token}")
}

fn candidate(at: usize, one: &Wanted<'_>, maker: &Maker, attempt: u32) -> Result<String> {
    let category = &one.item.category;
    match (one.format, one.shape) {
        (Format::Preserving, Some(shape)) => {
            maker.preserving(category, shape, &one.item.value.0, attempt).map_err(|unfit| {
                ProtectError::Items(vec![Fault::new(at, unfit.kind(), unfit.to_string())])
            })
        }
        (Format::Deterministic, _) => Ok(maker.deterministic(category, &one.normal)),
        _ => Ok(random()),
    }
}

/// What makes two values of a customer one for the format.
fn compared(one: &Wanted<'_>) -> String {
    match one.format {
        Format::Deterministic => one.normal.clone(),
        _ => one.item.value.0.clone(),
    }
}

/// Whether a token that is there is this value's. A deterministic one is by how it is made.
fn stands_for(
    key: &SubjectKey,
    (category, token): &(String, String),
    sealed: &str,
    one: &Wanted<'_>,
) -> Result<bool> {
    if one.format == Format::Deterministic {
        return Ok(true);
    }
    Ok(key.open(&sealing(category, token), sealed)? == one.item.value.0)
}

fn token_row(one: &Wanted<'_>, token: &str, key: &SubjectKey) -> HotRow {
    let sealed = key.seal(&sealing(&one.item.category, token), &one.item.value.0);
    let values: Vec<Value> = vec![
        one.item.category.clone().into(),
        token.into(),
        one.owner.into(),
        one.format.as_str().into(),
        one.blind.clone().into(),
        sealed.into(),
        now().into(),
    ];
    HotRow { table: "protect_token", columns: TOKEN, values }
}

/// The kind of token for an item, and that the value fits it.
fn format_of(at: usize, item: &ToToken, policy: &Policy) -> Result<Format, Fault> {
    let allowed = policy.formats();
    let names = || allowed.iter().map(|one| one.as_str()).collect::<Vec<_>>().join(", ");
    let format = match (item.format, allowed.as_slice()) {
        (_, []) => Err("the policy of this category makes no tokens".to_owned()),
        (None, [only]) => Ok(*only),
        (None, _) => Err(format!("say which `format`: {}", names())),
        (Some(format), allowed) if allowed.contains(&format) => Ok(format),
        (Some(_), _) => Err(format!("the policy of this category makes tokens of: {}", names())),
    };
    let format = format.map_err(|told| Fault::new(at, "format", told))?;
    let value = &item.value.0;
    if value.is_empty() {
        return Err(Fault::new(at, "empty", "an empty value has no token"));
    }
    if value.len() > VALUE_MOST {
        return Err(Fault::new(at, "too-long", format!("a value has {VALUE_MOST} bytes at most")));
    }
    if let (Format::Preserving, Some(shape)) = (format, policy.shape) {
        shape::Form::read(shape, value)
            .map_err(|unfit| Fault::new(at, unfit.kind(), unfit.to_string()))?;
    }
    Ok(format)
}

/// Tokens of a category by format, for the console.
impl Protect {
    /// How many tokens of each format a category has.
    pub async fn tokens_by_format(&self, category: &str) -> Result<BTreeMap<String, i64>> {
        let rows: Vec<(String, i64)> = sqlx::query_as(
            "SELECT format, COUNT(*) FROM protect_token WHERE category = $1 GROUP BY format",
        )
        .bind(category)
        .fetch_all(self.store().reader())
        .await?;
        Ok(rows.into_iter().collect())
    }
}
