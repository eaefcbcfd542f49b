//! The shred list: whose keys were destroyed, in a file of the data directory that only grows and that
//! no backup of the database brings back to an older state. It is applied at every start, so a restored
//! database forgets again what was to be forgotten. It holds opaque ids and nothing else.

use std::{fs, io::Write as _, path::PathBuf};

use sqlx::AssertSqlSafe;
use store::{Actor, Entry};

use crate::{Consent, ConsentError, Result, SubjectId, subject::store::places};

/// Its name in the data directory.
const FILE: &str = "privet.shredded";
/// Customers looked for in one query: the list is read at every start and only grows.
const BATCH: usize = 500;

impl Consent {
    fn shred_list(&self) -> PathBuf {
        self.store().data_dir().join(FILE)
    }

    /// Adds customers to the list, durably. Called before the erasure commits: one that fails now is
    /// done at the next start, one that was told as done is never missing.
    pub(crate) fn remember_shredded(&self, people: &[String]) -> Result<()> {
        let path = self.shred_list();
        let write = || {
            let mut options = fs::OpenOptions::new();
            options.create(true).append(true);
            #[cfg(unix)]
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
            let mut file = options.open(&path)?;
            let mut lines = people.join("\n");
            lines.push('\n');
            file.write_all(lines.as_bytes())?;
            file.sync_all()?;
            fs::File::open(self.store().data_dir())?.sync_all()
        };
        write().map_err(|error| {
            let path = path.display();
            ConsentError::Store(store::StoreError::DataDir(format!(
                "nothing was erased, because the shred list {path} cannot be written: {error}"
            )))
        })
    }

    /// Erases again whoever is on the list and not erased: a restored database brings keys back.
    pub(crate) async fn shred_again(&self) -> Result<()> {
        let path = self.shred_list();
        let list = match fs::read_to_string(&path) {
            Ok(list) => list,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
            Err(error) => {
                return Err(ConsentError::Store(store::StoreError::DataDir(format!(
                    "the shred list {} cannot be read: {error}; without it, erased customers could \
                     come back",
                    path.display()
                ))));
            }
        };
        let mut erased = 0_u64;
        let list: Vec<&str> = list.lines().collect();
        for ids in list.chunks(BATCH) {
            let sql = format!(
                "SELECT id FROM subject WHERE wrapped_key <> '' AND id IN ({})",
                places(ids.len())
            );
            let query =
                ids.iter().fold(sqlx::query_scalar(AssertSqlSafe(sql)), |q, id| q.bind(*id));
            let alive: Vec<String> = query.fetch_all(self.store().reader()).await?;
            for id in alive {
                let by = Actor::System("shred-list");
                let entry = Entry::new(by, "subject.erased", "subject", &*id).about(&*id);
                // An old state is a damage that stops writes; what was erased must not be back
                // until somebody accepts it.
                let tx = self.store().begin_forgetting(entry).await?;
                self.erase_in(tx, &SubjectId(id)).await?;
                erased += 1;
            }
        }
        if erased > 0 {
            tracing::warn!(erased, "the database was older than the shred list: erased again");
        }
        Ok(())
    }
}
