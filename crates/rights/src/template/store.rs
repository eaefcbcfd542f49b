//! All SQL of templates.

use std::collections::BTreeMap;

use ::store::{Actor, Entry, new_id, now};
use web::Lang;

use super::{
    Draft, Template,
    model::{SHIPPED, shipped},
};
use crate::{Kind, Result, Rights, RightsError};

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    kind: String,
    lang: String,
    name: String,
    body: String,
    version: i64,
    changed_at: i64,
    changed_by: String,
    gone: i64,
}

impl Rights {
    /// All templates: those that come with Privet as far as nobody changed or deleted them, and those
    /// of staff; by language, kind and name.
    ///
    /// # Errors
    /// Those of Privet's own database.
    pub async fn templates(&self) -> Result<Vec<Template>> {
        let mut all: BTreeMap<String, Template> = BTreeMap::new();
        for (key, kind) in SHIPPED {
            for lang in [Lang::En, Lang::ZhCn] {
                let one = shipped(key, kind, lang);
                all.insert(one.id.clone(), one);
            }
        }
        let rows: Vec<Row> = sqlx::query_as(
            "SELECT id, kind, lang, name, body, version, changed_at, changed_by, gone
             FROM rights_template",
        )
        .fetch_all(self.store().reader())
        .await?;
        for row in rows {
            if row.gone != 0 {
                all.remove(&row.id);
                continue;
            }
            let one = Template {
                id: row.id,
                kind: Kind::parse(&row.kind),
                lang: Lang::from_tag(&row.lang).unwrap_or_default(),
                name: row.name,
                body: row.body,
                version: row.version,
                changed_at: row.changed_at,
                changed_by: row.changed_by,
            };
            all.insert(one.id.clone(), one);
        }
        let mut all: Vec<Template> = all.into_values().collect();
        let order = |one: &Template| (one.lang.tag(), one.kind, one.name.clone());
        all.sort_by_key(order);
        Ok(all)
    }

    /// One by id.
    ///
    /// # Errors
    /// [`RightsError::NotFound`].
    pub async fn template(&self, id: &str) -> Result<Template> {
        let all = self.templates().await?;
        all.into_iter().find(|one| one.id == id).ok_or(RightsError::NotFound("template"))
    }

    /// Saves a template: a new one ("" as id), or a change of the version that was read; says its id.
    ///
    /// # Errors
    /// [`RightsError::Asked`] for words that do not fit; [`RightsError::Conflict`] if somebody else
    /// changed it.
    pub async fn save_template(
        &self,
        by: &Actor,
        (id, version): (&str, i64),
        draft: &Draft,
    ) -> Result<String> {
        if let Some((_, key)) = draft.faults().first() {
            return Err(RightsError::Asked(key));
        }
        let before = if id.is_empty() { None } else { Some(self.template(id).await?) };
        let id = if id.is_empty() { new_id() } else { id.to_owned() };
        let entry = Entry::new(by.clone(), "rights.template_saved", "rights_template", &id);
        let mut tx = self.store().begin(entry).await?;
        let done = sqlx::query(
            "INSERT INTO rights_template (id, kind, lang, name, body, version, changed_at, changed_by)
             VALUES ($1, $2, $3, $4, $5, CAST($6 AS BIGINT) + 1, $7, $8)
             ON CONFLICT (id) DO UPDATE SET kind = $2, lang = $3, name = $4, body = $5,
               version = rights_template.version + 1, changed_at = $7, changed_by = $8
             WHERE rights_template.version = $6 AND rights_template.gone = 0",
        )
        .bind(&id)
        .bind(&draft.kind)
        .bind(&draft.lang)
        .bind(draft.name.trim())
        .bind(draft.body.trim())
        .bind(version)
        .bind(now())
        .bind(by.to_text())
        .execute(tx.conn())
        .await?;
        if done.rows_affected() == 0 {
            return Err(RightsError::Conflict("rights-error-changed"));
        }
        let digest = |body: &str| self.store().digest(&body);
        tx.states(before.map(|one| digest(&one.body)), Some(digest(draft.body.trim())));
        tx.commit().await?;
        Ok(id)
    }

    /// Deletes one. Of those that come with Privet it is kept that nobody wants it.
    ///
    /// # Errors
    /// [`RightsError::NotFound`].
    pub async fn delete_template(&self, by: &Actor, id: &str) -> Result<()> {
        let one = self.template(id).await?;
        let entry = Entry::new(by.clone(), "rights.template_deleted", "rights_template", id);
        let mut tx = self.store().begin(entry).await?;
        sqlx::query(
            "INSERT INTO rights_template (id, kind, lang, name, body, version, changed_at, changed_by,
               gone) VALUES ($1, '', $2, '', '', CAST($3 AS BIGINT) + 1, $4, $5, 1)
             ON CONFLICT (id) DO UPDATE SET name = '', body = '', gone = 1, changed_at = $4,
               changed_by = $5, version = rights_template.version + 1",
        )
        .bind(id)
        .bind(one.lang.tag())
        .bind(one.version)
        .bind(now())
        .bind(by.to_text())
        .execute(tx.conn())
        .await?;
        tx.states(Some(self.store().digest(&one.body)), None);
        tx.commit().await?;
        Ok(())
    }
}
