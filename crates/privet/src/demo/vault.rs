//! What Lantern Tea's own programs keep in the vault: telephone and card numbers, sealed and replaced by
//! tokens through the same calls that programs make.

use std::collections::BTreeMap;

use anyhow::Result;
use consent::{Identifier, IdentifierKind, Subject};
use protect::{
    Clear, Policy, Protect, Reveal, ToOpen, ToSeal, Whose,
    token::{Format, Shape, ToToken, ToValue},
};
use store::Actor;
use web::{NewToken, Web};

use super::people;

const ACTOR: Actor = Actor::System("demo");
/// Those whose choices are recorded too.
const EVERY: usize = 2;
/// Customers whose numbers are kept there.
const CUSTOMERS: usize = 400;
const PHONE: &str = "contact.phone";
const CARD: &str = "finance.bank_card";

/// Keeps policies, values, tokens and some openings, unless they are there.
pub async fn furnish(protect: &Protect, web: &Web) -> Result<()> {
    if !protect.policies().await?.is_empty() {
        return Ok(());
    }
    for (category, policy) in policies() {
        protect.save_policy(&ACTOR, category, 0, &policy).await?;
    }
    let shop = program(web, "Web shop", &["vault:seal", "vault:open"], "service_delivery").await?;
    let desk =
        program(web, "Help desk", &["vault:open", "vault:search"], "customer_support").await?;
    let customers = people::customers();
    let mut values = Vec::new();
    let mut tokens = Vec::new();
    for person in customers.iter().step_by(EVERY).take(CUSTOMERS) {
        let email = Identifier::parse(IdentifierKind::Email, &person.email, "CN")?;
        let whose = Whose::Identifiers(Subject::new(vec![email])?);
        values.push(ToSeal {
            category: PHONE.to_owned(),
            whose: whose.clone(),
            value: Clear(person.phone.clone()),
            context: "crm.contacts.phone".to_owned(),
        });
        tokens.push(ToToken {
            category: CARD.to_owned(),
            whose,
            value: Clear(person.card.clone()),
            format: Some(Format::Preserving),
        });
    }
    let sealed = protect.seal(&shop, &values).await?;
    let tokens = protect.tokens(&shop, &tokens).await?;
    for (at, one) in sealed.iter().enumerate().step_by(37) {
        let item = ToOpen { sealed: one.sealed.clone(), context: "crm.contacts.phone".to_owned() };
        let (by, purpose) = match at % 3 {
            0 => (&shop, "service_delivery"),
            _ => (&desk, "customer_support"),
        };
        protect.open_values(by, purpose, &[item]).await?;
    }
    let item = ToValue { category: CARD.to_owned(), token: tokens[0].clone() };
    protect.detokenize(&shop, "service_delivery", std::slice::from_ref(&item)).await?;
    // The help desk may not see cards: the refusal is on the page too.
    if protect.detokenize(&desk, "quality", &[item]).await.is_ok() {
        anyhow::bail!("the policy of cards opens them for any purpose");
    }
    let wanted = [Clear(customers[0].phone.clone())];
    protect.search(&desk, "customer_support", PHONE, &wanted).await?;
    Ok(())
}

fn policies() -> [(&'static str, Policy); 2] {
    let purposes = |all: &[(&str, Reveal)]| -> BTreeMap<String, Reveal> {
        all.iter().map(|(key, reveal)| ((*key).to_owned(), *reveal)).collect()
    };
    let phone = Policy {
        purposes: purposes(&[
            ("customer_support", Reveal::Masked),
            ("rights_requests", Reveal::Clear),
            ("service_delivery", Reveal::Clear),
        ]),
        searchable: true,
        deterministic: true,
        shape: Some(Shape::Phone),
        ..Policy::default()
    };
    let card = Policy {
        purposes: purposes(&[("service_delivery", Reveal::Clear), ("complaints", Reveal::Masked)]),
        random: false,
        shape: Some(Shape::CardLuhn),
        per_minute: 60,
        ..Policy::default()
    };
    [(PHONE, phone), (CARD, card)]
}

/// The token's text is for nobody: only its name shows.
async fn program(web: &Web, name: &str, scopes: &[&str], purpose: &str) -> Result<Actor> {
    let scopes: Vec<String> = scopes.iter().map(|scope| (*scope).to_owned()).collect();
    let (scopes, purposes) = (&scopes, &[purpose.to_owned()]);
    let new = NewToken { name, scopes, purposes, ..NewToken::default() };
    Ok(Actor::Token(web.make_token(ACTOR, new).await?.0))
}
