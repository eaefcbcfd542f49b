//! Pictures of how a notice was shown: part of the proof of what people saw.

use ::store::{Actor, Entry, new_id, now};
use sqlx::{AnyConnection, Row as _};

use crate::{Consent, ConsentError, Result};

/// Bytes of a picture at most.
pub const LARGEST: usize = 2 << 20;
/// Pictures of a version at most.
const MOST: i64 = 12;

/// A picture as it is given.
#[derive(Debug, Clone)]
pub struct NewPicture {
    /// The language of the notice on it.
    pub language: String,
    /// Its bytes: PNG, JPEG or WebP.
    pub bytes: Vec<u8>,
}

/// A picture as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// Id.
    pub id: String,
    /// The version it belongs to.
    pub version: i64,
    /// The language of the notice on it.
    pub language: String,
    /// `image/png`, `image/jpeg` or `image/webp`.
    pub media_type: String,
    /// SHA-256 of its bytes.
    pub digest: String,
}

/// What kind of picture the bytes are, by their first ones.
fn media_type(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0x89, b'P', b'N', b'G', ..] => Some("image/png"),
        [0xff, 0xd8, 0xff, ..] => Some("image/jpeg"),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some("image/webp"),
        _ => None,
    }
}

/// Digests of a version's pictures with their languages.
pub(crate) async fn digests(
    conn: &mut AnyConnection,
    notice: &str,
    version: i64,
) -> Result<Vec<(String, String)>> {
    let rows = sqlx::query(
        "SELECT language, digest FROM notice_picture WHERE notice = $1 AND version = $2
         ORDER BY language, digest",
    )
    .bind(notice)
    .bind(version)
    .fetch_all(conn)
    .await?;
    rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect()
}

impl Consent {
    /// Adds a picture to what will be the notice's next version.
    pub async fn add_picture(
        &self,
        actor: &Actor,
        notice: &str,
        picture: NewPicture,
    ) -> Result<String> {
        let wrong = |text: &str| Err(ConsentError::Invalid(text.to_owned()));
        if picture.bytes.len() > LARGEST {
            return wrong("the picture is larger than 2 MB; save it smaller");
        }
        let Some(media_type) = media_type(&picture.bytes) else {
            return wrong("the picture is no PNG, JPEG or WebP");
        };
        let version = self.notice(notice).await?.version + 1;
        let digest = ledger::sha256_hex(&picture.bytes);
        let id = new_id();
        let entry = Entry::new(actor.clone(), "notice.picture_added", "notice", notice);
        let mut tx = self.store().begin(entry).await?;
        let kept: i64 = sqlx::query_scalar(
            "SELECT COUNT(*) FROM notice_picture WHERE notice = $1 AND version = $2",
        )
        .bind(notice)
        .bind(version)
        .fetch_one(tx.conn())
        .await?;
        if kept >= MOST {
            return wrong("a version has at most 12 pictures");
        }
        sqlx::query(
            "INSERT INTO notice_picture (id, notice, version, language, media_type, digest, bytes, created_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        )
        .bind(&id)
        .bind(notice)
        .bind(version)
        .bind(&picture.language)
        .bind(media_type)
        .bind(&digest)
        .bind(crate::base64(&picture.bytes))
        .bind(now())
        .execute(tx.conn())
        .await?;
        tx.states(None, Some(self.store().digest(&digest)));
        tx.commit().await?;
        Ok(id)
    }

    /// The pictures of a notice, all versions; those of the next version too.
    pub async fn pictures(&self, notice: &str) -> Result<Vec<Picture>> {
        let rows = sqlx::query(
            "SELECT id, version, language, media_type, digest FROM notice_picture
             WHERE notice = $1 ORDER BY version DESC, language, created_at",
        )
        .bind(notice)
        .fetch_all(self.store().reader())
        .await?;
        let read = |row: &sqlx::any::AnyRow| -> Result<Picture> {
            Ok(Picture {
                id: row.try_get(0)?,
                version: row.try_get(1)?,
                language: row.try_get(2)?,
                media_type: row.try_get(3)?,
                digest: row.try_get(4)?,
            })
        };
        rows.iter().map(read).collect()
    }

    /// A picture's media type and bytes.
    pub async fn picture(&self, id: &str) -> Result<(String, Vec<u8>)> {
        let row = sqlx::query("SELECT media_type, bytes FROM notice_picture WHERE id = $1")
            .bind(id)
            .fetch_optional(self.store().reader())
            .await?
            .ok_or_else(|| ConsentError::Unknown { kind: "picture", key: id.to_owned() })?;
        let bytes = crate::unbase64(&row.try_get::<String, _>(1)?)
            .ok_or_else(|| ConsentError::Invalid("a stored picture is damaged".to_owned()))?;
        Ok((row.try_get(0)?, bytes))
    }

    /// Removes a picture that no published version holds.
    pub async fn remove_picture(&self, actor: &Actor, notice: &str, id: &str) -> Result<()> {
        let entry = Entry::new(actor.clone(), "notice.picture_removed", "notice", notice);
        let mut tx = self.store().begin(entry).await?;
        let done = sqlx::query(
            "DELETE FROM notice_picture WHERE id = $1 AND notice = $2
             AND version > (SELECT version FROM notice WHERE key = $2)",
        )
        .bind(id)
        .bind(notice)
        .execute(tx.conn())
        .await?;
        if done.rows_affected() == 0 {
            return Err(ConsentError::Conflict(
                "this picture belongs to a published version and stays".into(),
            ));
        }
        tx.commit().await?;
        Ok(())
    }
}
