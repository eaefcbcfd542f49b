//! Consent: everybody's choices in memory (its size, a decision, a list of millions beside the same
//! question to PostgreSQL), the server's start and its answers over HTTP beside its empty endpoint, and
//! durable recording beside bare inserts of the same bytes.
//!
//! `cargo xtask bench consent --customers N`; ten million unless said otherwise.

mod crowd;
mod http;
mod join;
mod load;
mod same;
mod writes;

pub(crate) use http::ask;
pub use writes::recording;

use anyhow::Result;
use consent::{
    Consent, LegalBasis, NoticeBody, PurposeBody, Reconsent, Regime, Settings, purpose::Texts,
};
use store::{Actor, Store, StoreConfig};

use crate::table::Table;

/// Purposes of the company.
pub const PURPOSES: u16 = 16;
/// The purpose that is asked about.
pub const ASKED: &str = "p00";

/// Returns how many targets were missed.
pub async fn run(customers: usize) -> Result<usize> {
    let mut table = Table::new("consent");
    table.fact("customers in memory", format!("{customers}, three identifiers each"));
    writes::measure(&mut table, customers).await?;
    let folder = tempfile::tempdir()?;
    let config = StoreConfig { data_dir: folder.path().to_owned(), database: None };
    let consent = company(Store::open(config).await?).await?;
    let memory = load::measure(&mut table, &consent, customers)?;
    join::measure(&mut table, &consent, &memory, customers).await?;
    load::keep(&mut table, &consent, &memory).await?;
    drop(memory);
    consent.store().close().await;
    drop(consent);
    let served = http::measure(&mut table, folder.path(), customers).await;
    let missed = table.print();
    served.map(|()| missed)
}

/// Recording alone, which takes a minute.
pub async fn writes_alone(customers: usize) -> Result<usize> {
    let mut table = Table::new("recording");
    writes::measure(&mut table, customers).await?;
    Ok(table.print())
}

/// A company with sixteen purposes by consent under two notice versions.
pub async fn company(store: Store) -> Result<Consent> {
    let by = Actor::System("bench");
    let consent = Consent::open(store, Settings::default()).await?;
    let text = |text: &str| Texts::from([("en".to_owned(), text.to_owned())]);
    let mut purposes = Vec::new();
    for n in 0..PURPOSES {
        let key = format!("p{n:02}");
        let body = PurposeBody {
            name: text(&key),
            basis: Regime::ALL.map(|regime| (regime, LegalBasis::Consent)).into(),
            expires_months: Some(24),
            ..PurposeBody::default()
        };
        consent.save_purpose(&by, &key, &body).await?;
        purposes.push(key);
    }
    let body = NoticeBody { title: text("Join"), purposes, ..NoticeBody::default() };
    for _ in 0..2 {
        consent.save_draft(&by, "join", &body).await?;
        consent.publish(&by, "join", Reconsent::None).await?;
    }
    Ok(consent)
}
