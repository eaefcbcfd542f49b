//! Seal telephone numbers with Privet, find them again, and open them for a purpose.
//!
//! ```text
//! PRIVET_URL=http://127.0.0.1:8440 PRIVET_TOKEN=pvt_… cargo run -p privet --example vault
//! ```
//! The same as `examples/vault.py`. Nothing that is printed shows a number in clear unless the policy of
//! `contact.phone` opens it in clear for the purpose.

use std::{collections::HashMap, env};

use anyhow::{Context as _, Result, bail};
use http_body_util::{BodyExt as _, Full};
use hyper::{Request, body::Bytes, header};
use hyper_util::{
    client::legacy::Client, client::legacy::connect::HttpConnector, rt::TokioExecutor,
};
use serde_json::{Value, json};

/// Where the values stand: they open under the same context only.
const CONTEXT: &str = "crm.customers.phone";

/// The calls of `/v1/vault`.
struct Vault {
    http: Client<HttpConnector, Full<Bytes>>,
    url: String,
    token: String,
}

impl Vault {
    async fn call(&self, name: &str, body: Value) -> Result<Value> {
        let request = Request::post(format!("{}/v1/vault/{name}", self.url))
            .header(header::AUTHORIZATION, format!("Bearer {}", self.token))
            .header(header::CONTENT_TYPE, "application/json")
            .body(Full::from(body.to_string()))?;
        let answer = self.http.request(request).await.context("Privet cannot be reached")?;
        let done = answer.status().is_success();
        let body: Value = serde_json::from_slice(&answer.into_body().collect().await?.to_bytes())?;
        if !done {
            // `errors` names each item that is wrong by its place; nothing was done.
            bail!("{} {}", body["detail"], body["errors"]);
        }
        Ok(body)
    }
}

#[tokio::main]
async fn main() -> Result<()> {
    let vault = Vault {
        http: Client::builder(TokioExecutor::new()).build_http(),
        url: env::var("PRIVET_URL")?.trim_end_matches('/').to_owned(),
        token: env::var("PRIVET_TOKEN")?,
    };
    let people = [("C-1", "+8613812345678"), ("C-2", "+8613900001111")];

    // Our own table has the sealed value by its index, never the number.
    let items: Vec<Value> = people
        .iter()
        .map(|(who, phone)| json!({ "subject": { "customer_id": who }, "value": phone }))
        .collect();
    let body = json!({ "category": "contact.phone", "context": CONTEXT, "items": items });
    let sealed = vault.call("seal", body).await?;
    let sealed = sealed["items"].as_array().context("no items")?;
    let mut crm: HashMap<String, (&str, &Value)> = HashMap::new();
    for ((who, _), one) in people.iter().zip(sealed) {
        crm.insert(one["index"].as_str().context("no index")?.to_owned(), (who, &one["sealed"]));
    }
    println!("sealed: {}", sealed.len());

    // Who has this number? The index finds the row; the number may be typed in another way.
    let body = json!({ "category": "contact.phone", "purpose": "customer_support",
                       "value": "138 1234 5678" });
    let found = vault.call("search", body).await?;
    let (who, phone) = crm[found["index"].as_str().context("no index")?];
    println!("found: {who}");

    // Support sees a mask, delivery the number; both openings are in the ledger.
    for purpose in ["customer_support", "service_delivery"] {
        let body = json!({ "purpose": purpose, "context": CONTEXT, "sealed": phone });
        let opened = vault.call("open", body).await?;
        let (value, shown) = (opened["value"].as_str(), opened["shown"].as_str());
        println!("{purpose}: {} ({})", value.unwrap_or("–"), shown.unwrap_or("–"));
    }

    // A partner gets a token that fits its telephone column, and never the number.
    let number = people[0].1;
    let body = json!({ "category": "contact.phone", "subject": { "customer_id": who },
                       "format": "preserving", "value": number });
    let made = vault.call("tokens", body).await?;
    let token = made["token"].as_str().context("no token")?;
    let body =
        json!({ "category": "contact.phone", "purpose": "service_delivery", "token": token });
    let back = vault.call("detokenize", body).await?;
    let fits = token.starts_with("+861") && token.len() == number.len();
    let same = back["value"] == number;
    println!("token fits: {fits} and stands for the number: {same}");
    Ok(())
}
