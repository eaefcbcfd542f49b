//! How a page speaks to its reader: language, theme, texts, numbers, times.

use crate::lang::{self, Lang};
use crate::{Web, cookie::Jar, secret};
use axum::extract::{FromRef, FromRequestParts};
use axum::http::{HeaderMap, header, request::Parts};
use fluent_bundle::FluentValue;

/// The colours a reader asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Theme {
    /// As the device says.
    #[default]
    Auto,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

impl Theme {
    /// All, in the order they are offered.
    pub const ALL: [Self; 3] = [Self::Auto, Self::Light, Self::Dark];

    /// The stored name, also `<html data-theme>`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// Parses the stored name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|theme| theme.as_str() == text)
    }

    /// The text key of its name.
    pub fn key(self) -> &'static str {
        match self {
            Self::Auto => "web-theme-auto",
            Self::Light => "web-theme-light",
            Self::Dark => "web-theme-dark",
        }
    }
}

/// A whole number of any width, by value or reference: what templates pass to [`Look::number`],
/// [`Look::tn`], [`Look::when`].
pub trait Count {
    /// As `i64`.
    fn count(&self) -> i64;
}

macro_rules! count {
    ($($kind:ty)*) => {$(
        impl Count for $kind {
            fn count(&self) -> i64 {
                i64::try_from(*self).unwrap_or(i64::MAX)
            }
        }
    )*};
}
count!(i64 i32 u64 u32 usize);

impl<T: Count + ?Sized> Count for &T {
    fn count(&self) -> i64 {
        (**self).count()
    }
}

/// What every template needs, signed in or not; as an extractor for public pages.
#[derive(Debug, Clone)]
pub struct Look {
    /// Language.
    pub lang: Lang,
    /// Theme.
    pub theme: Theme,
    /// The form protection token, for `c::csrf(p)`.
    pub csrf: String,
    /// The request's path.
    pub path: String,
    /// The request's query string with `?`, or empty.
    pub query: String,
    /// Whether htmx asked (it takes a part of the page).
    pub htmx: bool,
    /// A message from the request before, translated.
    pub toast: Option<String>,
}

/// The visitor's random id of this request, put there by [`crate::finish`].
#[derive(Debug, Clone)]
pub(crate) struct Visitor(pub String);

#[allow(clippy::unused_self)] // templates reach functions only as methods
impl Look {
    pub(crate) fn of(web: &Web, parts: &Parts) -> Self {
        let jar = web.jar();
        let lang = lang_of(jar, &parts.headers);
        let theme = jar.read(&parts.headers, "theme").and_then(Theme::parse).unwrap_or_default();
        let secret = csrf_secret(web, parts);
        Self {
            lang,
            theme,
            csrf: web.csrf_of(&secret),
            path: parts.uri.path().to_owned(),
            query: parts.uri.query().map(|query| format!("?{query}")).unwrap_or_default(),
            htmx: parts.headers.contains_key("hx-request"),
            toast: jar.read(&parts.headers, "toast").and_then(|flash| toast(lang, flash)),
        }
    }

    /// The text of a key.
    pub fn t(&self, key: &str) -> String {
        lang::translate(self.lang, key, &[])
    }

    /// The text of a key with the number `$n` (which may choose the plural).
    pub fn tn(&self, key: &str, n: impl Count) -> String {
        lang::translate(self.lang, key, &[("n", FluentValue::from(n.count()))])
    }

    /// The text of a key with one variable.
    pub fn t1(&self, key: &str, name: &str, value: impl ToString) -> String {
        lang::translate(self.lang, key, &[(name, FluentValue::from(value.to_string()))])
    }

    /// The text of a key with two variables.
    pub fn t2(
        &self,
        key: &str,
        name: &str,
        value: impl ToString,
        name2: &str,
        value2: impl ToString,
    ) -> String {
        let args = [
            (name, FluentValue::from(value.to_string())),
            (name2, FluentValue::from(value2.to_string())),
        ];
        lang::translate(self.lang, key, &args)
    }

    /// A date and time (UTC), as the language writes it.
    pub fn when(&self, micros: impl Count) -> String {
        lang::date_time(self.lang, micros.count())
    }

    /// A date (UTC).
    pub fn day(&self, micros: impl Count) -> String {
        lang::date(self.lang, micros.count())
    }

    /// How long ago, in words.
    pub fn ago(&self, micros: impl Count) -> String {
        lang::ago(self.lang, micros.count(), store::now())
    }

    /// For `<time datetime>`.
    pub fn iso(&self, micros: impl Count) -> String {
        lang::rfc3339(micros.count())
    }

    /// `12,345`.
    pub fn number(&self, n: impl Count) -> String {
        lang::grouped(n.count())
    }

    /// Whether there is anything to count.
    pub fn positive(&self, n: impl Count) -> bool {
        n.count() > 0
    }

    /// `0.934` as `93 %` or `93%`.
    pub fn percent(&self, share: impl std::borrow::Borrow<f64>) -> String {
        format!("{:.0}%", share.borrow() * 100.0)
    }

    /// Whether the language is Chinese (for names stored in both languages).
    pub fn zh(&self) -> bool {
        self.lang == Lang::ZhCn
    }

    /// Path and query, to come back to.
    pub fn here(&self) -> String {
        format!("{}{}", self.path, self.query)
    }
}

impl<S> FromRequestParts<S> for Look
where
    Web: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Self::Rejection> {
        Ok(Self::of(&Web::from_ref(state), parts))
    }
}

/// Cookie, then `Accept-Language`, then English.
pub(crate) fn lang_of(jar: Jar, headers: &HeaderMap) -> Lang {
    jar.read(headers, "lang").and_then(Lang::from_tag).unwrap_or_else(|| {
        headers
            .get(header::ACCEPT_LANGUAGE)
            .and_then(|value| value.to_str().ok())
            .and_then(Lang::from_accept)
            .unwrap_or_default()
    })
}

/// What the form token is bound to: the session if there is one, else the visitor.
pub(crate) fn csrf_secret(web: &Web, parts: &Parts) -> String {
    if let Some(token) = web.session_token(&parts.headers) {
        return token;
    }
    parts.extensions.get::<Visitor>().map_or_else(secret::random_token, |visitor| visitor.0.clone())
}

/// `key` or `key.n`.
pub(crate) fn toast(lang: Lang, flash: &str) -> Option<String> {
    let (key, n) = match flash.split_once('.') {
        Some((key, n)) => (key, n.parse::<i64>().ok()),
        None => (flash, None),
    };
    let named = key.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    if !named || !lang::has_key(lang, key) {
        return None;
    }
    let args: Vec<_> = n.map(|n| ("n", FluentValue::from(n))).into_iter().collect();
    Some(lang::translate(lang, key, &args))
}
