//! The groups that the provider named at a person's last sign-in. Policies may speak of them:
//! `principal in Privet::Group::"privacy-team"`.

use super::account::BY;
use crate::{Web, WebError};
use serde_json::Value;
use std::collections::{BTreeSet, HashMap};
use store::Entry;
use store::sqlx::{self, Row};

/// Groups kept of one person, and the longest name of one, in bytes: some providers list thousands,
/// and every request reads them.
const MOST: usize = 200;
const LONGEST: usize = 200;

/// The groups in a claim: a list, or one name.
pub(super) fn of_claim(claim: &Value) -> BTreeSet<String> {
    let names: Vec<&str> = match claim {
        Value::String(one) => vec![one],
        Value::Array(all) => all.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    names.into_iter().filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

/// What is kept of them.
fn kept(groups: &BTreeSet<String>) -> Vec<&String> {
    groups.iter().filter(|name| name.len() <= LONGEST).take(MOST).collect()
}

/// Writes a person's groups within a transaction that names the change.
pub(super) async fn write(
    conn: &mut sqlx::AnyConnection,
    user_id: &str,
    groups: &BTreeSet<String>,
) -> Result<(), sqlx::Error> {
    sqlx::query("DELETE FROM web_group WHERE user_id = $1")
        .bind(user_id)
        .execute(&mut *conn)
        .await?;
    for name in kept(groups) {
        sqlx::query("INSERT INTO web_group (user_id, name) VALUES ($1, $2)")
            .bind(user_id)
            .bind(name)
            .execute(&mut *conn)
            .await?;
    }
    Ok(())
}

impl Web {
    /// Brings a returning person's groups up to date; an entry only where they changed.
    pub(super) async fn set_groups(
        &self,
        user_id: &str,
        groups: &BTreeSet<String>,
    ) -> Result<(), WebError> {
        let all = self.groups_held().await?;
        let before = all.get(user_id).map_or(&[][..], Vec::as_slice);
        if before.iter().eq(kept(groups)) {
            return Ok(());
        }
        let entry = Entry::new(BY, "user.groups_changed", "user", user_id);
        let mut tx = self.store().begin(entry).await?;
        let digest = |names: &[&String]| self.store().digest(&names);
        let old: Vec<&String> = before.iter().collect();
        tx.states(Some(digest(&old)), Some(digest(&kept(groups))));
        write(tx.conn(), user_id, groups).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Everybody's groups, each list in order of its names.
    pub(crate) async fn groups_held(&self) -> Result<HashMap<String, Vec<String>>, WebError> {
        let rows = sqlx::query("SELECT user_id, name FROM web_group")
            .fetch_all(self.store().reader())
            .await?;
        let mut held: HashMap<String, Vec<String>> = HashMap::new();
        for row in &rows {
            held.entry(row.try_get(0)?).or_default().push(row.try_get(1)?);
        }
        // The databases sort by different rules.
        for names in held.values_mut() {
            names.sort();
        }
        Ok(held)
    }
}
