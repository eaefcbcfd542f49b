//! Sealing values and opening them again. What comes back from sealing is kept by the program that
//! sent the value; here nothing of it stays.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use ::store::Actor;
use consent::{Consent, ConsentError, Subject};
use futures::{StreamExt as _, stream};
use vault::SubjectKey;

use crate::{
    Fault, ITEMS_MOST, Protect, ProtectError, Result, Reveal, VALUE_MOST,
    normal::normal,
    policy::Kept,
    usage::{Act, Done},
};

/// How a sealed value begins.
const FORM: &str = "pv1";
/// Bytes of a context at most.
const CONTEXT_MOST: usize = 256;
/// New customers written at once.
const AT_ONCE: usize = 32;

/// A value in clear. `Debug` prints nothing of it.
#[derive(Clone, PartialEq, Eq, serde::Deserialize)]
#[serde(transparent)]
pub struct Clear(pub String);

impl std::fmt::Debug for Clear {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Clear(…)")
    }
}

/// Whose value it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Whose {
    /// The customer these identifiers lead to; a new one if nobody has them yet.
    Identifiers(Subject),
    /// The customer with this number.
    Number(String),
}

/// A value to seal.
#[derive(Debug, Clone)]
pub struct ToSeal {
    /// Its category.
    pub category: String,
    /// Whose it is.
    pub whose: Whose,
    /// The value.
    pub value: Clear,
    /// Where it will stand (`crm.customers.phone`): it opens under the same context only.
    pub context: String,
}

/// A sealed value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    /// `pv1:CATEGORY:CUSTOMER:…`, for the program to keep.
    pub sealed: String,
    /// The blind index to find it by, where the policy lets values be searched for.
    pub index: Option<String>,
}

/// A sealed value to open.
#[derive(Debug, Clone)]
pub struct ToOpen {
    /// What sealing gave.
    pub sealed: String,
    /// The context it was sealed under.
    pub context: String,
}

/// What an opening tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Opened {
    /// The value, or a mask of it.
    Value {
        /// As the policy says for the purpose.
        value: Clear,
        /// How much of it.
        reveal: Reveal,
    },
    /// The customer was erased: the value is lost for good.
    Erased,
}

/// The parts of a sealed value.
struct Parts<'a> {
    category: &'a str,
    subject: &'a str,
    body: &'a str,
}

impl<'a> Parts<'a> {
    fn of(sealed: &'a str) -> Option<Self> {
        let mut parts = sealed.splitn(4, ':');
        let form = parts.next()? == FORM;
        let (category, subject, body) = (parts.next()?, parts.next()?, parts.next()?);
        let number = |text: &str| {
            text.len() <= 40 && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
        };
        (form && number(subject)).then_some(Self { category, subject, body })
    }
}

/// Whether a text is what sealing gives.
pub fn is_sealed(text: &str) -> bool {
    Parts::of(text).is_some()
}

impl Protect {
    /// Seals values, each with the key of its customer. All of them, or none and every fault with its
    /// place.
    pub async fn seal(&self, by: &Actor, items: &[ToSeal]) -> Result<Vec<Sealed>> {
        many(items.len())?;
        let policies = self.policies_for(items.iter().map(|item| item.category.as_str())).await?;
        let mut faults = Vec::new();
        for (at, item) in items.iter().enumerate() {
            if !policies.contains_key(&item.category) {
                faults.push(no_policy(at));
            } else if item.value.0.len() > VALUE_MOST {
                faults.push(Fault::new(
                    at,
                    "too-long",
                    format!("a value has {VALUE_MOST} bytes at most"),
                ));
            }
            faults.extend(context_fault(at, &item.context));
        }
        none_of(faults)?;
        let owners = self.owners(by, items.iter().map(|item| &item.whose)).await?;
        let keys = self.keys(&owners).await?;
        let region = self.region();
        let mut sealed = Vec::with_capacity(items.len());
        for (item, owner) in items.iter().zip(&owners) {
            let key = keys.get(owner).ok_or(ConsentError::Erased)?;
            let body = key.seal(&place(&item.category, &item.context), &item.value.0);
            let searchable = policies[&item.category].policy.searchable;
            sealed.push(Sealed {
                sealed: format!("{FORM}:{}:{owner}:{body}", item.category),
                index: searchable.then(|| self.index(&item.category, &item.value.0, &region)),
            });
        }
        let done = items.iter().zip(&owners).map(|(item, owner)| (item.category.as_str(), owner));
        self.record(by, &tally(Act::Seal, "", done, |_| ""), Vec::new()).await?;
        Ok(sealed)
    }

    /// Opens sealed values for a purpose, as their policies say. All of them, or none and every fault
    /// with its place; values of erased customers are told as lost. The entries of the ledger are
    /// durable before anything is told.
    pub async fn open_values(
        &self,
        by: &Actor,
        purpose: &str,
        items: &[ToOpen],
    ) -> Result<Vec<Opened>> {
        many(items.len())?;
        let parts: Vec<Option<Parts<'_>>> =
            items.iter().map(|item| Parts::of(&item.sealed)).collect();
        let mut faults = Vec::new();
        for (at, (item, parts)) in items.iter().zip(&parts).enumerate() {
            if parts.is_none() {
                let told = "this is not a value that /v1/vault/seal gave";
                faults.push(Fault::new(at, "not-sealed", told));
            }
            faults.extend(context_fault(at, &item.context));
        }
        none_of(faults)?;
        let parts: Vec<Parts<'_>> = parts.into_iter().flatten().collect();
        let places: Vec<(&str, &str)> = parts.iter().map(|p| (p.category, p.subject)).collect();
        let reveals = self.may_open(by, purpose, &places).await?;
        let owners: Vec<String> = parts.iter().map(|parts| parts.subject.to_owned()).collect();
        let keys = self.keys(&owners).await?;
        let known = self.ever_known(&owners, &keys).await?;
        let (mut opened, mut faults) = (Vec::with_capacity(items.len()), Vec::new());
        for (at, (item, parts)) in items.iter().zip(&parts).enumerate() {
            let place = place(parts.category, &item.context);
            let result = match keys.get(parts.subject) {
                Some(key) => key.open(&place, parts.body).ok(),
                None if known.contains(parts.subject) => {
                    opened.push(Opened::Erased);
                    continue;
                }
                None => None,
            };
            match result {
                Some(value) => opened.push(shown(parts.category, value, reveals[parts.category])),
                None => faults.push(Fault::new(
                    at,
                    "does-not-open",
                    "this value does not open: it was changed, or sealed under another context",
                )),
            }
        }
        none_of(faults)?;
        let done = parts.iter().zip(&owners).map(|(parts, owner)| (parts.category, owner));
        let done = tally(Act::Open, purpose, done, |category| reveals[category].as_str());
        self.record(by, &done, Vec::new()).await?;
        Ok(opened)
    }

    /// The blind index of a value.
    pub(crate) fn index(&self, category: &str, value: &str, region: &str) -> String {
        let kind = format!("protect:{category}");
        self.consent().vault().blind(&kind, &normal(category, value, region)).to_text()
    }

    /// Where telephone numbers without a country code are dialled.
    pub(crate) fn region(&self) -> String {
        let catalogue = self.consent().catalogue();
        catalogue
            .property(consent::property::DEFAULT)
            .map_or_else(|_| String::new(), |property| property.body.country.clone())
    }

    pub(crate) async fn policies_for(
        &self,
        categories: impl Iterator<Item = &str>,
    ) -> Result<BTreeMap<String, Kept>> {
        self.policies_of(&categories.collect()).await
    }

    /// Whether every value may be opened for the purpose, and how much of it is shown. A refusal is
    /// recorded; the program's minute is counted.
    pub(crate) async fn may_open(
        &self,
        by: &Actor,
        purpose: &str,
        values: &[(&str, &str)],
    ) -> Result<BTreeMap<String, Reveal>> {
        let policies = self.policies_for(values.iter().map(|(category, _)| *category)).await?;
        let may_name = self.may_name(by, purpose).await?;
        let mut reveals = BTreeMap::new();
        let (mut faults, mut refused) = (Vec::new(), Vec::new());
        let mut amounts: BTreeMap<&str, u64> = BTreeMap::new();
        for (at, (category, _)) in values.iter().enumerate() {
            let Some(kept) = policies.get(*category) else {
                faults.push(no_policy(at));
                continue;
            };
            *amounts.entry(category).or_default() += 1;
            let told = match kept.policy.reveal(purpose) {
                Some(reveal) if may_name => {
                    reveals.insert((*category).to_owned(), reveal);
                    continue;
                }
                Some(_) => "this token may not open values for this purpose".to_owned(),
                None => format!("the policy of {category} does not open it for this purpose"),
            };
            refused.push(*category);
            faults.push(Fault::new(at, "refused", told));
        }
        if !refused.is_empty() {
            // Only what is known: free text could hold somebody's number, and the ledger keeps it.
            let known = self.known_purposes().iter().any(|known| known == purpose);
            let purpose = if known { purpose } else { "unknown" };
            let mut done = tally(Act::Refused, purpose, values.iter().map(|v| (v.0, "")), |_| "");
            done.retain(|one| refused.contains(&one.category.as_str()));
            self.record(by, &done, Vec::new()).await?;
        }
        none_of(faults)?;
        if matches!(by, Actor::Token(_)) {
            let amounts: Vec<(&str, u64, u32)> = amounts
                .iter()
                .map(|(category, amount)| {
                    (*category, *amount, policies[*category].policy.per_minute)
                })
                .collect();
            // Waiting would not help.
            if let Some((category, _, most)) =
                amounts.iter().find(|(_, amount, most)| *most > 0 && *amount > u64::from(*most))
            {
                let told = format!(
                    "the policy of {category} opens {most} values in a minute; send fewer at once"
                );
                return Err(ProtectError::Invalid(told));
            }
            let taken = self.limits.take(&by.to_text(), &amounts, std::time::Instant::now());
            taken.map_err(|(category, seconds)| ProtectError::TooMany { category, seconds })?;
        }
        Ok(reveals)
    }

    /// Whether a program may come with the purpose at all.
    async fn may_name(&self, by: &Actor, purpose: &str) -> Result<bool> {
        let Actor::Token(id) = by else { return Ok(true) };
        let limited = self.purposes_of_program(id).await?;
        Ok(limited.is_none_or(|purposes| purposes.contains(purpose)))
    }

    /// The numbers of the customers, who are made where there is none. In the order of the items.
    pub(crate) async fn owners(
        &self,
        by: &Actor,
        whose: impl Iterator<Item = &Whose>,
    ) -> Result<Vec<String>> {
        let mut distinct: Vec<&Whose> = Vec::new();
        let mut at_of: HashMap<Vec<u8>, usize> = HashMap::new();
        let mut places = Vec::new();
        for one in whose {
            let at = *at_of.entry(print(self.consent(), one)).or_insert_with(|| {
                distinct.push(one);
                distinct.len() - 1
            });
            places.push(at);
        }
        let mut looks = Vec::with_capacity(distinct.len());
        for one in distinct {
            looks.push(self.owner(by, one));
        }
        let found: Vec<Result<String>> = stream::iter(looks).buffered(AT_ONCE).collect().await;
        let mut owners = Vec::with_capacity(places.len());
        let mut faults = Vec::new();
        for (at, place) in places.into_iter().enumerate() {
            match &found[place] {
                Ok(owner) => owners.push(owner.clone()),
                Err(ProtectError::Consent(error)) => match customer_fault(at, error) {
                    Some(fault) => faults.push(fault),
                    None => return Err(first_error(found)),
                },
                Err(_) => return Err(first_error(found)),
            }
        }
        none_of(faults)?;
        Ok(owners)
    }

    async fn owner(&self, by: &Actor, whose: &Whose) -> Result<String> {
        match whose {
            Whose::Number(number) => {
                let standing = self.consent().standing_of(number).await?;
                if standing.erased_at.is_some() {
                    return Err(ConsentError::Erased.into());
                }
                Ok(standing.id.0)
            }
            Whose::Identifiers(subject) => {
                let known = self.consent().find(&subject.blind(self.consent().vault())).await?;
                if known.erased {
                    return Err(ConsentError::Erased.into());
                }
                // The usual case costs no write.
                if let ([one], []) = (known.people.as_slice(), known.missing.as_slice()) {
                    return Ok(one.0.clone());
                }
                Ok(self.consent().link(by, subject).await?.subject.0)
            }
        }
    }

    pub(crate) async fn keys(&self, owners: &[String]) -> Result<HashMap<String, SubjectKey>> {
        let distinct: BTreeSet<String> = owners.iter().cloned().collect();
        Ok(self.consent().keys_of(&distinct).await?)
    }

    /// Which of the customers without a key there ever were: theirs was destroyed.
    pub(crate) async fn ever_known(
        &self,
        owners: &[String],
        keys: &HashMap<String, SubjectKey>,
    ) -> Result<BTreeSet<String>> {
        let without: BTreeSet<&String> =
            owners.iter().filter(|owner| !keys.contains_key(*owner)).collect();
        let mut known = BTreeSet::new();
        for owner in without {
            match self.consent().standing_of(owner).await {
                Ok(_) => _ = known.insert(owner.clone()),
                Err(ConsentError::Unknown { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(known)
    }
}

/// Where a value may be opened: table, column and row are what the program says they are.
fn place(category: &str, context: &str) -> String {
    format!("protect:value\u{1f}{category}\u{1f}{context}")
}

/// As much of a value as may be seen.
pub(crate) fn shown(category: &str, value: String, reveal: Reveal) -> Opened {
    let value = match reveal {
        Reveal::Clear => value,
        Reveal::Masked => detect::mask(Some(category), &value),
    };
    Opened::Value { value: Clear(value), reveal }
}

/// Groups what was done by category.
pub(crate) fn tally<'a>(
    act: Act,
    purpose: &str,
    values: impl Iterator<Item = (&'a str, impl AsRef<str>)>,
    reveal: impl Fn(&str) -> &'static str,
) -> Vec<Done> {
    let mut done: BTreeMap<&str, Done> = BTreeMap::new();
    for (category, subject) in values {
        let one = done.entry(category).or_insert_with(|| Done {
            act,
            category: category.to_owned(),
            purpose: purpose.to_owned(),
            reveal: reveal(category),
            amount: 0,
            subjects: BTreeSet::new(),
        });
        one.amount += 1;
        if !subject.as_ref().is_empty() {
            one.subjects.insert(subject.as_ref().to_owned());
        }
    }
    done.into_values().collect()
}

pub(crate) fn many(count: usize) -> Result<()> {
    if count == 0 {
        return Err(ProtectError::Invalid("send at least one item".to_owned()));
    }
    if count > ITEMS_MOST {
        let told = format!("send at most {ITEMS_MOST} items in one request, not {count}");
        return Err(ProtectError::Invalid(told));
    }
    Ok(())
}

pub(crate) fn none_of(faults: Vec<Fault>) -> Result<()> {
    if faults.is_empty() { Ok(()) } else { Err(ProtectError::Items(faults)) }
}

/// One sentence for a category that does not exist and for one without a policy: what was sent as a
/// category may be a value in the wrong place.
pub(crate) fn no_policy(at: usize) -> Fault {
    let told =
        "there is no policy for this category; the console has the list, and a page to add one";
    Fault::new(at, "unknown-category", told)
}

fn context_fault(at: usize, context: &str) -> Option<Fault> {
    let wrong = context.len() > CONTEXT_MOST || context.chars().any(char::is_control);
    let told = format!("a context has {CONTEXT_MOST} bytes at most and no control characters");
    wrong.then(|| Fault::new(at, "context", told))
}

/// What tells customers of a request apart.
fn print(consent: &Consent, whose: &Whose) -> Vec<u8> {
    match whose {
        Whose::Number(number) => number.as_bytes().to_vec(),
        Whose::Identifiers(subject) => {
            subject.blind(consent.vault()).iter().flat_map(|blind| blind.0).collect()
        }
    }
}

fn customer_fault(at: usize, error: &ConsentError) -> Option<Fault> {
    match error {
        ConsentError::Unknown { .. } => {
            Some(Fault::new(at, "unknown-customer", "there is no customer with this number"))
        }
        ConsentError::Erased => Some(Fault::new(
            at,
            "erased",
            "this customer was erased; nothing is sealed for them any more",
        )),
        ConsentError::TwoPeople(_) | ConsentError::Conflict(_) => {
            Some(Fault::new(at, "conflict", error.to_string()))
        }
        _ => None,
    }
}

fn first_error(found: Vec<Result<String>>) -> ProtectError {
    found.into_iter().find_map(Result::err).unwrap_or(ProtectError::Crowded)
}
