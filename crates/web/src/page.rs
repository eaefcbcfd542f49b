//! A console page: the signed-in reader, navigation, permission checks.

use crate::access::Standing;
use crate::look::{Look, Theme};
use crate::session::{Session, User};
use crate::{Choice, Permission, Web, WebError, secret};
use axum::extract::{FromRef, FromRequestParts};
use axum::http::request::Parts;
use std::ops::Deref;
use std::sync::Arc;

/// One entry of the console's navigation, registered with [`Web::with_nav`].
#[derive(Debug, Clone, Copy)]
pub struct NavItem {
    /// Text key of the group it stands in; groups keep the order they first appear in.
    pub section: &'static str,
    /// Text key of the link.
    pub label: &'static str,
    /// Where it goes. The longest matching address is the current one.
    pub href: &'static str,
    /// Symbol in `icons.svg`.
    pub icon: &'static str,
    /// Who sees it.
    pub permission: Permission,
}

/// A navigation group as drawn.
#[derive(Debug, Clone)]
pub struct NavGroup {
    /// Text key.
    pub title: &'static str,
    /// Links.
    pub links: Vec<NavLink>,
}

/// A navigation link as drawn.
#[derive(Debug, Clone)]
pub struct NavLink {
    /// The entry.
    pub item: NavItem,
    /// Whether the reader is there.
    pub current: bool,
    /// How much waits there; 0 shows nothing.
    pub badge: i64,
}

/// The extractor of every console page and action; templates have it as `p`. Sends readers who are
/// not signed in to the sign-in page (htmx gets 401). Everything of [`Look`] is there too:
/// `p.t("key")`, `p.number(n)`, `p.when(t)`, `p.csrf`, `p.path` …
#[derive(Debug, Clone)]
pub struct Page {
    /// Who is reading.
    pub user: User,
    /// The organisation's name, as given at set-up.
    pub organisation: String,
    /// This session's id.
    pub session_id: String,
    look: Look,
    nav: Arc<Vec<NavItem>>,
    badges: Vec<(&'static str, i64)>,
    standing: Standing,
}

impl Deref for Page {
    type Target = Look;
    fn deref(&self) -> &Look {
        &self.look
    }
}

impl Page {
    pub(crate) fn new(web: &Web, session: Session, mut look: Look, standing: Standing) -> Self {
        if let Some(lang) = session.user.lang {
            look.lang = lang;
        }
        if session.user.theme != Theme::Auto {
            look.theme = session.user.theme;
        }
        Self {
            user: session.user,
            organisation: web.organisation(),
            session_id: session.id,
            look,
            nav: web.nav(),
            badges: web.badges(),
            standing,
        }
    }

    /// Whether the reader may.
    pub fn can(&self, permission: Permission) -> bool {
        self.standing.can(permission)
    }

    /// Stops with "forbidden" unless the reader may.
    pub fn require(&self, permission: Permission) -> Result<(), WebError> {
        if self.standing.require(permission) { Ok(()) } else { Err(WebError::Forbidden) }
    }

    /// The reader's purposes, choice and emergency access.
    pub fn standing(&self) -> &Standing {
        &self.standing
    }

    /// The purpose under which a customer's data may be opened now, for the ledger. Without one the
    /// reader is sent to choose, and comes back.
    pub fn require_purpose(&self) -> Result<String, WebError> {
        self.require(Permission::LookUpPeople)?;
        self.standing.purpose_to_open().ok_or_else(|| WebError::Purpose(self.here()))
    }

    /// The purposes the reader holds, to choose from.
    pub fn held_purposes(&self) -> Vec<Choice> {
        let choice =
            |one: &String| Choice::new(one.clone(), self.t(&crate::access::purpose_key(one)));
        self.standing.purposes().iter().map(choice).collect()
    }

    /// The cookie that remembers the purpose chosen, for half an hour; `None` unless it is held. It
    /// needs no seal: what it names counts only while the reader holds it.
    pub fn purpose_cookie(&self, web: &Web, purpose: &str) -> Option<axum::http::HeaderValue> {
        let held = self.standing.purposes().iter().any(|one| one == purpose);
        held.then(|| web.jar().set("purpose", purpose, Some(1800)))
    }

    /// Banners of emergencies: the reader's own end, and those of colleagues they watch over.
    pub fn alarms(&self) -> Vec<i64> {
        self.standing.alarms().into_iter().map(|(_, until)| *until).collect()
    }

    /// The reader as the ledger names them.
    pub fn actor(&self) -> store::Actor {
        store::Actor::Person(self.user.id.clone())
    }

    /// Checks a form token by hand, for multipart forms that [`crate::CsrfForm`] cannot read.
    pub fn check_csrf(&self, token: &str) -> Result<(), WebError> {
        if secret::same(token, &self.csrf) { Ok(()) } else { Err(WebError::Csrf) }
    }

    /// The navigation for this reader.
    pub fn nav(&self) -> Vec<NavGroup> {
        let here = self
            .nav
            .iter()
            .map(|item| item.href)
            .filter(|href| within(&self.path, href))
            .max_by_key(|href| href.len());
        let mut groups: Vec<NavGroup> = Vec::new();
        for item in self.nav.iter().filter(|item| self.can(item.permission)) {
            let badge = self.badges.iter().find(|(href, _)| *href == item.href);
            let badge = badge.map_or(0, |(_, count)| *count);
            let link = NavLink { item: *item, current: here == Some(item.href), badge };
            match groups.iter_mut().find(|group| group.title == item.section) {
                Some(group) => group.links.push(link),
                None => groups.push(NavGroup { title: item.section, links: vec![link] }),
            }
        }
        groups
    }
}

fn within(path: &str, href: &str) -> bool {
    path == href
        || (href != "/console" && path.starts_with(href) && path[href.len()..].starts_with('/'))
}

impl<S> FromRequestParts<S> for Page
where
    Web: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = WebError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, WebError> {
        let web = Web::from_ref(state);
        let look = Look::of(&web, parts);
        let found = match web.session_token(&parts.headers) {
            Some(token) => web.session(&token).await?,
            None => None,
        };
        let Some(session) = found else {
            // A form sent after the session ended comes back to the page it was on, not to its action.
            let back = if parts.method == axum::http::Method::GET {
                look.here()
            } else {
                "/console".into()
            };
            return Err(WebError::SignIn(back));
        };
        if let Err(error) = web.note_move(&session, &parts.headers).await {
            // A ledger that takes no entries must not keep people from seeing that.
            tracing::warn!(%error, "a session that moved could not be noted");
        }
        let chosen = web.jar().read(&parts.headers, "purpose").unwrap_or_default().to_owned();
        let standing = web.standing(&session.user, &chosen).await?;
        Ok(Self::new(&web, session, look, standing))
    }
}
