//! One reader's standing in one request: the policies at work, the purposes they hold, the one they
//! chose, and whether the glass is broken.

use crate::access::decisions::Seen;
use crate::{Permission, Web, WebError};
use ::access::{Action, Actor, Context, Engine, Principal, Resource};
use std::sync::{Arc, OnceLock};
use store::sqlx::{self, Row};

/// What the policies say of one reader. Cheap to clone.
#[derive(Clone)]
pub struct Standing {
    inner: Arc<Held>,
}

struct Held {
    web: Web,
    engine: Arc<Engine>,
    person: Option<Principal>,
    user: String,
    role: &'static str,
    purposes: Vec<String>,
    chosen: String,
    emergency_until: i64,
    alarms: Vec<(String, i64)>,
    decided: [OnceLock<bool>; Action::ALL.len()],
}

impl std::fmt::Debug for Standing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Standing")
            .field("user", &self.inner.user)
            .field("role", &self.inner.role)
            .finish_non_exhaustive()
    }
}

impl Web {
    /// Loads a reader's standing: one query. `chosen` is the purpose their browser names; it counts
    /// only if they hold it.
    pub(crate) async fn standing(
        &self,
        user: &crate::User,
        chosen: &str,
    ) -> Result<Standing, WebError> {
        let now = store::now();
        let rows = sqlx::query(
            "SELECT 'purpose', purpose, CAST(0 AS BIGINT) FROM access_purpose WHERE user_id = $1
             UNION ALL
             SELECT 'group', name, CAST(0 AS BIGINT) FROM web_group WHERE user_id = $1
             UNION ALL
             SELECT 'glass', user_id, expires_at FROM access_glass
             WHERE ended_at = 0 AND expires_at > $2
             UNION ALL
             SELECT 'policy', policy, since FROM access_active WHERE id = 1",
        )
        .bind(&user.id)
        .bind(now)
        .fetch_all(self.store().reader())
        .await?;
        let (mut purposes, mut groups) = (Vec::new(), Vec::new());
        let (mut alarms, mut active) = (Vec::new(), String::new());
        for row in &rows {
            let (what, text): (String, String) = (row.try_get(0)?, row.try_get(1)?);
            match what.as_str() {
                "purpose" => purposes.push(text),
                "group" => groups.push(text),
                "glass" => alarms.push((text, row.try_get::<i64, _>(2)?)),
                _ => active = text,
            }
        }
        purposes.sort();
        let emergency_until =
            alarms.iter().filter(|(id, _)| *id == user.id).map(|(_, until)| *until).max();
        let engine = self.engine_of(&active).await?;
        let actor = Actor {
            id: user.id.clone(),
            role: user.role.as_str().to_owned(),
            groups,
            purposes: purposes.clone(),
        };
        Ok(Standing {
            inner: Arc::new(Held {
                person: engine.principal(&actor).ok(),
                web: self.clone(),
                engine,
                user: user.id.clone(),
                role: user.role.as_str(),
                chosen: purposes.iter().find(|one| *one == chosen).cloned().unwrap_or_default(),
                purposes,
                emergency_until: emergency_until.unwrap_or(0),
                alarms,
                decided: [const { OnceLock::new() }; Action::ALL.len()],
            }),
        })
    }

    /// The engine for the policies that are on. They may have been switched on by another server, so
    /// what is in memory is checked against the row that every request reads anyway.
    pub(crate) async fn engine_of(&self, active: &str) -> Result<Arc<Engine>, WebError> {
        let (held, engine) = self.inner.access.engine();
        if held == active {
            return Ok(engine);
        }
        let body = if active.is_empty() {
            String::new()
        } else {
            self.policy(active).await?.map(|policy| policy.body).unwrap_or_default()
        };
        let engine = Arc::new(Engine::with(&body).map_err(WebError::internal)?);
        self.inner.access.set_engine(active, Arc::clone(&engine));
        Ok(engine)
    }
}

impl Standing {
    /// Whether the reader may, without recording that it was asked (navigation asks for everything).
    pub fn can(&self, permission: Permission) -> bool {
        let action = permission.action();
        let held = &self.inner;
        *held.decided[action as usize]
            .get_or_init(|| self.ask(action, &Resource::CONSOLE, "", false))
    }

    /// Whether the reader may; the decision is counted for dry runs.
    pub fn decide(&self, action: Action, kind: &str, purpose: &str, approved: bool) -> bool {
        let allowed = self.ask(action, &Resource { kind }, purpose, approved);
        self.note(action, kind, purpose, approved, allowed);
        allowed
    }

    pub(crate) fn require(&self, permission: Permission) -> bool {
        let allowed = self.can(permission);
        self.note(permission.action(), Resource::CONSOLE.kind, "", false, allowed);
        allowed
    }

    fn ask(&self, action: Action, resource: &Resource<'_>, purpose: &str, approved: bool) -> bool {
        let context = Context { purpose, approved, emergency: self.emergency().is_some() };
        let Some(person) = &self.inner.person else { return false };
        match self.inner.engine.decide(person, action, resource, &context) {
            Ok(decision) => decision.allow,
            Err(error) => {
                tracing::error!(%error, "a decision could not be made; it counts as refused");
                false
            }
        }
    }

    fn note(&self, action: Action, kind: &str, purpose: &str, approved: bool, allowed: bool) {
        self.inner.web.inner.access.decisions.note(Seen {
            actor: self.inner.user.clone(),
            role: self.inner.role.to_owned(),
            action,
            kind: kind.to_owned(),
            purpose: purpose.to_owned(),
            emergency: self.emergency().is_some(),
            approved,
            allowed,
        });
    }

    /// The purposes the reader holds.
    pub fn purposes(&self) -> &[String] {
        &self.inner.purposes
    }

    /// The purpose chosen for opening customers' data; empty for none.
    pub fn chosen(&self) -> &str {
        &self.inner.chosen
    }

    /// Until when (µs) the reader has emergency access.
    pub fn emergency(&self) -> Option<i64> {
        Some(self.inner.emergency_until).filter(|until| *until > store::now())
    }

    /// Colleagues with emergency access just now, and until when; for those who watch over it.
    pub fn alarms(&self) -> Vec<&(String, i64)> {
        if !self.can(Permission::ReviewAccess) {
            return Vec::new();
        }
        self.inner.alarms.iter().filter(|(id, _)| *id != self.inner.user).collect()
    }

    /// The purpose under which a customer's data may be opened now: the chosen one, or `emergency`.
    pub(crate) fn purpose_to_open(&self) -> Option<String> {
        let chosen = &self.inner.chosen;
        let purpose = if chosen.is_empty() && self.emergency().is_some() {
            super::purposes::EMERGENCY
        } else {
            chosen.as_str()
        };
        (!purpose.is_empty() && self.decide(Action::OpenPersonalData, "subject", purpose, false))
            .then(|| purpose.to_owned())
    }
}
