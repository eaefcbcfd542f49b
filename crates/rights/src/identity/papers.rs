//! Pictures of documents: asked for, given on the person's own page, looked at by staff, removed.

use std::path::PathBuf;

use ::store::{Actor, Entry, HotWrite, new_id, now};
use vault::Blob;
use web::Lang;

use super::{
    Paper,
    store::{begin, paper_context},
};
use crate::{
    Request, Result, Rights, RightsError, State,
    request::{NewEvent, insert_event},
};

/// Bytes of a picture at most: a telephone's photograph.
pub(super) const LARGEST: usize = 8 * 1024 * 1024;
/// Pictures that stand at once: both sides, and a letter of authority.
const AT_ONCE: usize = 4;
/// However long nobody looks, a picture stands no longer than this (µs): a week.
const LIFE: i64 = 7 * 24 * 3600 * 1_000_000;
const BY: Actor = Actor::System("rights");

/// What a file is, by how it begins: a name or a header may say anything.
fn media(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0xff, 0xd8, 0xff, ..] => Some("image/jpeg"),
        [0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, ..] => Some("image/png"),
        [b'%', b'P', b'D', b'F', b'-', ..] => Some("application/pdf"),
        _ => None,
    }
}

fn disk(error: &std::io::Error) -> RightsError {
    RightsError::Search(format!("the document could not be written or read ({error})"))
}

impl Rights {
    fn paper_blob(&self) -> Blob {
        Blob::with_profile(self.store().profile(), &self.store().derive_key("rights/paper"))
    }

    fn paper_folder(&self) -> PathBuf {
        self.store().data_dir().join("papers")
    }

    /// Asks the person for a picture of a document, and stops the clocks that stand still for that.
    ///
    /// # Errors
    /// [`RightsError::Conflict`] if it is not worked on.
    pub async fn ask_paper(&self, actor: &Actor, request: Request) -> Result<()> {
        if request.state != State::Open {
            return Err(RightsError::Conflict("rights-error-not-open"));
        }
        let entry = Entry::new(actor.clone(), "rights.paper_asked", "rights_request", &request.id);
        let mut tx = self.store().begin(entry).await?;
        begin(&mut tx, &request.id).await?;
        sqlx::query("UPDATE rights_identity SET paper_asked_at = $1 WHERE request = $2")
            .bind(now())
            .bind(&request.id)
            .execute(tx.conn())
            .await?;
        tx.commit().await?;
        let lang = Lang::from_tag(&request.lang).unwrap_or_default();
        let text = web::translate(lang, "rights-paper-asked-text", &[]);
        self.ask_person(actor, request, "identity", &text).await
    }

    /// Whether a picture may be given now.
    pub(crate) fn takes_paper(request: &Request, asked_at: i64, papers: &[Paper]) -> bool {
        let standing = papers.iter().filter(|one| one.removed_at == 0).count();
        asked_at > 0 && !request.state.is_closed() && standing < AT_ONCE
    }

    /// Takes a picture in. It is sealed before it reaches the disk.
    ///
    /// # Errors
    /// [`RightsError::Conflict`] if none is asked for, [`RightsError::Asked`] for a file of another kind
    /// or one that is too large.
    pub async fn take_paper(&self, request: Request, bytes: Vec<u8>) -> Result<()> {
        let asked_at = self.proof(&request.id).await?.map_or(0, |one| one.paper_asked_at);
        if !Self::takes_paper(&request, asked_at, &self.papers(&request.id).await?) {
            return Err(RightsError::Conflict("rights-error-no-paper"));
        }
        if bytes.len() > LARGEST {
            return Err(RightsError::Asked("rights-error-paper-large"));
        }
        let media = media(&bytes).ok_or(RightsError::Asked("rights-error-paper-kind"))?;
        let (id, size) = (new_id(), i64::try_from(bytes.len()).unwrap_or(i64::MAX));
        self.put_paper(&id, bytes).await.map_err(|error| disk(&error))?;
        let entry =
            Entry::new(crate::CUSTOMER, "rights.paper_given", "rights_request", &request.id);
        let mut tx = self.store().begin(entry).await?;
        sqlx::query(
            "INSERT INTO rights_paper (id, request, at, media, bytes) VALUES ($1, $2, $3, $4, $5)",
        )
        .bind(&id)
        .bind(&request.id)
        .bind(now())
        .bind(media)
        .bind(size)
        .execute(tx.conn())
        .await?;
        let event = NewEvent { request: &request.id, what: "paper-given", detail: "" };
        insert_event(&mut tx, &crate::CUSTOMER, &event).await?;
        tx.commit().await?;
        self.goes_on(request, "paper-came").await
    }

    async fn put_paper(&self, id: &str, bytes: Vec<u8>) -> std::io::Result<()> {
        let (folder, blob, id) = (self.paper_folder(), self.paper_blob(), id.to_owned());
        let write = move || {
            use std::io::Write as _;
            std::fs::create_dir_all(&folder)?;
            let sealed = blob.seal(paper_context(&id).as_bytes(), bytes);
            let mut file = std::fs::File::create(folder.join(&id))?;
            file.write_all(&sealed)?;
            file.sync_all()
        };
        tokio::task::spawn_blocking(write).await.map_err(std::io::Error::other)?
    }

    /// A picture, for somebody of staff: its kind and its bytes. Each look is an entry of the ledger.
    ///
    /// # Errors
    /// [`RightsError::NotFound`] once it is removed.
    pub async fn open_paper(
        &self,
        actor: Actor,
        purpose: &str,
        request: &str,
        id: &str,
    ) -> Result<(String, Vec<u8>)> {
        let papers = self.papers(request).await?;
        let paper = papers.into_iter().find(|one| one.id == id && one.removed_at == 0);
        let paper = paper.ok_or(RightsError::NotFound("document"))?;
        let entry = Entry::new(actor, "rights.paper_opened", "rights_request", request)
            .for_purpose(purpose);
        self.store().submit(HotWrite { entry, rows: Vec::new() }).await?;
        let sealed = tokio::fs::read(self.paper_folder().join(&paper.id)).await;
        let sealed = sealed.map_err(|error| disk(&error))?;
        let opened = self.paper_blob().open(paper_context(&paper.id).as_bytes(), sealed);
        Ok((paper.media, opened.map_err(|_| RightsError::Damaged("document"))?))
    }

    /// Removes the pictures of a request: somebody decided.
    ///
    /// # Errors
    /// The disk's, and those of Privet's own database.
    pub async fn remove_papers(&self, actor: &Actor, request: &str) -> Result<()> {
        for paper in self.papers(request).await?.iter().filter(|one| one.removed_at == 0) {
            self.remove_paper(actor, request, &paper.id).await?;
        }
        Ok(())
    }

    /// Removes pictures of closed requests, those that stand for a week, and files that belong to
    /// nothing because the server stopped while they came in.
    ///
    /// # Errors
    /// The disk's, and those of Privet's own database.
    pub async fn remove_old_papers(&self) -> Result<usize> {
        let old: Vec<(String, String)> = sqlx::query_as(
            "SELECT p.request, p.id FROM rights_paper p JOIN rights_request r ON r.id = p.request
             WHERE p.removed_at = 0 AND (p.at < $1 OR r.closed_at > 0 OR r.level = 'checked') ORDER BY p.at LIMIT 1000",
        )
        .bind(now() - LIFE)
        .fetch_all(self.store().reader())
        .await?;
        for (request, id) in &old {
            // One that cannot be removed must not keep the others.
            if let Err(error) = self.remove_paper(&BY, request, id).await {
                tracing::error!(%error, paper = %id, "a document could not be removed");
            }
        }
        self.sweep_papers().await?;
        Ok(old.len())
    }

    async fn remove_paper(&self, actor: &Actor, request: &str, id: &str) -> Result<()> {
        // The file first: a crash in between only means that it is removed once more.
        match tokio::fs::remove_file(self.paper_folder().join(id)).await {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(disk(&error)),
            _ => {}
        }
        let entry = Entry::new(actor.clone(), "rights.paper_removed", "rights_request", request);
        let mut tx = self.store().begin(entry).await?;
        sqlx::query("UPDATE rights_paper SET removed_at = $1 WHERE id = $2 AND removed_at = 0")
            .bind(now())
            .bind(id)
            .execute(tx.conn())
            .await?;
        let event = NewEvent { request, what: "paper-removed", detail: "" };
        insert_event(&mut tx, actor, &event).await?;
        tx.commit().await?;
        Ok(())
    }

    async fn sweep_papers(&self) -> Result<()> {
        const COMING: std::time::Duration = std::time::Duration::from_hours(1);
        let Ok(mut files) = tokio::fs::read_dir(self.paper_folder()).await else { return Ok(()) };
        while let Some(file) = files.next_entry().await.map_err(|error| disk(&error))? {
            let age = file.metadata().await.and_then(|one| one.modified());
            let age = age.map_err(|error| disk(&error))?.elapsed().unwrap_or_default();
            let name = file.file_name().to_string_lossy().into_owned();
            let known: Option<i64> =
                sqlx::query_scalar("SELECT removed_at FROM rights_paper WHERE id = $1")
                    .bind(&name)
                    .fetch_optional(self.store().reader())
                    .await?;
            if known != Some(0) && age > COMING {
                tokio::fs::remove_file(file.path()).await.map_err(|error| disk(&error))?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_what_it_begins_with() {
        assert_eq!(media(&[0xff, 0xd8, 0xff, 0xe0, 0]), Some("image/jpeg"));
        assert_eq!(media(b"\x89PNG\r\n\x1a\n...."), Some("image/png"));
        assert_eq!(media(b"%PDF-1.7"), Some("application/pdf"));
        assert_eq!(media(b"<svg onload=alert(1)>"), None);
        assert_eq!(media(b""), None);
    }
}
