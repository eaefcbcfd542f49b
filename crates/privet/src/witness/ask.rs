//! Asks witnesses to cosign the newest checkpoint, again and again; and looks at what a witness holds
//! against this log: a database that was put back, or written anew, is behind what a witness has seen.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use ::ledger::{AddCheckpoint, Note, NoteKey};
use store::{Ledger, SignedCheckpoint, StoreError};
use tokio::sync::watch;
use url::Url;

use super::{Settings, seen_path};
use crate::fetch::Guarded;

/// How often witnesses are asked.
const EVERY: Duration = Duration::from_secs(2);
/// How long a start waits for witnesses before it publishes.
const FIRST: Duration = Duration::from_secs(5);
/// How often a witness is asked for one checkpoint: it may first say what it has seen.
const TRIES: usize = 3;

/// The witnesses of this server's log.
#[derive(Clone)]
pub struct Witnesses {
    inner: Arc<Inner>,
}

struct Inner {
    ledger: Ledger,
    fetch: Guarded,
    list: Vec<Asked>,
}

struct Asked {
    url: Url,
    key: NoteKey,
    said: Mutex<Said>,
}

/// What a witness said last.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Said {
    /// The size it cosigned last.
    pub size: u64,
    /// When (µs); 0: never since this server started.
    pub at: i64,
    /// Why it does not cosign, if it does not.
    pub trouble: Option<String>,
}

/// A witness, for a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Witness {
    /// Its name.
    pub name: String,
    /// Its address.
    pub url: String,
    /// What it said last.
    pub said: Said,
}

impl Witnesses {
    /// Those of the configuration.
    pub fn new(ledger: Ledger, settings: &Settings) -> Self {
        let fetch = Guarded::new(settings.inside.clone()).named("[ledger] inside");
        let list = settings.witnesses.iter().map(|(url, key)| Asked {
            url: url.clone(),
            key: key.clone(),
            said: Mutex::default(),
        });
        Self { inner: Arc::new(Inner { ledger, fetch, list: list.collect() }) }
    }

    /// What each said last.
    pub fn all(&self) -> Vec<Witness> {
        let all = self.inner.list.iter().map(|asked| Witness {
            name: asked.key.name().to_owned(),
            url: asked.url.to_string(),
            said: asked.said.lock().unwrap_or_else(PoisonError::into_inner).clone(),
        });
        all.collect()
    }

    /// Asks every witness once, but waits for none that is silent. A server does it before it publishes
    /// anything: what a witness has seen must not be signed differently.
    pub async fn ask_first(&self) {
        let all = self.inner.list.iter().map(|asked| self.inner.ask(asked));
        let _ = tokio::time::timeout(FIRST, futures::future::join_all(all)).await;
    }

    /// Goes on asking until told to stop; one that is slow holds up no other.
    pub async fn keep_asking(self, mut stop: watch::Receiver<bool>) {
        let all = self.inner.list.iter().map(|asked| self.inner.go_on_asking(asked));
        tokio::select! {
            _ = stop.wait_for(|stop| *stop) => {}
            _ = futures::future::join_all(all), if !self.inner.list.is_empty() => {}
        }
    }
}

impl Inner {
    async fn go_on_asking(&self, asked: &Asked) {
        loop {
            tokio::time::sleep(EVERY).await;
            self.ask(asked).await;
        }
    }

    async fn ask(&self, asked: &Asked) {
        let result = self.cosign(asked).await;
        let mut said = asked.said.lock().unwrap_or_else(PoisonError::into_inner);
        match result {
            Ok(Some(size)) => *said = Said { size, at: store::now(), trouble: None },
            Ok(None) => said.trouble = None,
            Err(trouble) => {
                if said.trouble.as_ref() != Some(&trouble) {
                    let witness = asked.key.name();
                    tracing::error!(witness, trouble, "the log's checkpoint was not cosigned");
                }
                said.trouble = Some(trouble);
            }
        }
    }

    /// The size that was cosigned now; `None` if the newest was already.
    async fn cosign(&self, asked: &Asked) -> Result<Option<u64>, String> {
        let mut old = asked.said.lock().unwrap_or_else(PoisonError::into_inner).size;
        for _ in 0..TRIES {
            let newest = self.newest().await?;
            let note = Note::parse(&newest.note).map_err(|error| error.to_string())?;
            if note.check(&asked.key).is_ok() {
                return Ok(None);
            }
            let size = newest.checkpoint.size;
            if old > size {
                return Err(self.held_against(asked, &newest, old).await);
            }
            match self.post(asked, old, &newest).await? {
                (200, body) => {
                    let line = Note::parse(&format!("{}{body}", newest.note))
                        .and_then(|note| note.line_of(&asked.key))
                        .map_err(|error| format!("what it answered is no cosignature: {error}"))?;
                    let kept = self.ledger.cosigned(size, asked.key.name(), &line).await;
                    return kept.map(|()| Some(size)).map_err(|error| error.to_string());
                }
                (409, body) => match body.trim().parse() {
                    // What another server of this log had cosigned meanwhile is read next.
                    Ok(seen) if seen != old => old = seen,
                    _ => return Err(self.held_against(asked, &newest, old).await),
                },
                (422, _) => return Err(self.held_against(asked, &newest, old).await),
                (404, _) => {
                    let key = self.ledger.key().await.map_err(|error| error.to_string())?;
                    return Err(format!(
                        "it does not know this log yet; give its operator the key {key}"
                    ));
                }
                (403, _) => return Err("it knows this log by another key".into()),
                (status, _) => return Err(format!("it answered {status}")),
            }
        }
        Err("it goes on naming other sizes".into())
    }

    async fn newest(&self) -> Result<SignedCheckpoint, String> {
        self.ledger.checkpoint().await.map_err(|error| error.to_string())
    }

    async fn post(
        &self,
        asked: &Asked,
        old: u64,
        newest: &SignedCheckpoint,
    ) -> Result<(u16, String), String> {
        let proof = self.ledger.consistency(old, newest.checkpoint.size).await;
        let path = proof.map_err(|error| error.to_string())?.path;
        let request = AddCheckpoint { old, path, note: newest.note.clone() };
        let (status, body) =
            self.fetch.post(&address(asked, "add-checkpoint")?, request.to_text()).await?;
        Ok((status, String::from_utf8_lossy(&body).into_owned()))
    }

    /// A witness does not take this log for the one it has seen. Its word alone stops nothing: it
    /// could stop every server it is asked by. The checkpoint it keeps, signed by this log's own key,
    /// is proof.
    async fn held_against(&self, asked: &Asked, newest: &SignedCheckpoint, old: u64) -> String {
        let said = format!(
            "it has seen another past of this log ({old} entries; this one has {}): was an older \
             database put back?",
            newest.checkpoint.size
        );
        let Ok(url) = address(asked, &seen_path(&newest.checkpoint.origin)) else { return said };
        let Ok((200, note)) = self.fetch.get(&url).await else {
            return said + " It shows no proof of that, so writes go on; look at it";
        };
        match self.ledger.check_known(&String::from_utf8_lossy(&note)).await {
            Err(StoreError::Ledger { .. }) => said + " Writes are stopped",
            Err(error) => format!("{said} What it shows proves nothing: {error}"),
            Ok(_) => "it refuses, though the checkpoint it keeps is of this log's past".into(),
        }
    }
}

fn address(asked: &Asked, path: &str) -> Result<String, String> {
    asked.url.join(path).map(String::from).map_err(|error| error.to_string())
}
