//! How the customers' pages look, and who may embed them.

use std::{
    collections::BTreeMap,
    sync::{Arc, PoisonError},
};

use serde::{Deserialize, Serialize};
use sqlx::Row as _;
use store::{Actor, Entry, Store};

use crate::{PreferenceError, Preferences, Result};

/// Privet's own green, where the organisation has chosen no colour.
const GREEN: &str = "#1f6b4f";
const KEY: &str = "shown";

/// How a property's pages may be embedded.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Place {
    /// Origins whose pages may hold ours in a frame, `https://shop.example.com`.
    pub embed: Vec<String>,
}

/// The settings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Shown {
    /// The organisation's colour, `#rrggbb`.
    pub colour: String,
    /// Days within which a double opt-in must be confirmed.
    pub confirm_days: i64,
    /// By property.
    pub places: BTreeMap<String, Place>,
}

impl Default for Shown {
    fn default() -> Self {
        Self { colour: GREEN.to_owned(), confirm_days: 7, places: BTreeMap::new() }
    }
}

impl Shown {
    /// Fails with the text key of what is wrong.
    pub fn check(&self) -> Result<()> {
        if parse_colour(&self.colour).is_none() {
            return Err(PreferenceError::Setting("preference-colour-wrong"));
        }
        if !(1..=60).contains(&self.confirm_days) {
            return Err(PreferenceError::Setting("preference-days-wrong"));
        }
        let mut origins = self.places.values().flat_map(|place| &place.embed);
        if origins.any(|origin| !is_origin(origin)) {
            return Err(PreferenceError::Setting("preference-embed-wrong"));
        }
        Ok(())
    }

    /// The origins that may embed the pages of a property, as a CSP source list; `None`: nobody.
    pub(crate) fn frame_ancestors(&self, property: &str) -> Option<String> {
        let place = self.places.get(property)?;
        (!place.embed.is_empty()).then(|| place.embed.join(" "))
    }

    /// The stylesheet that carries the colour: a variant for light and one for dark, each readable.
    pub(crate) fn stylesheet(&self) -> String {
        let colour = parse_colour(&self.colour).unwrap_or([0x1f, 0x6b, 0x4f]);
        let light = readable(colour, [0xff, 0xff, 0xff], 0.0);
        let dark = readable(colour, [0x20, 0x2a, 0x26], 255.0);
        let strong = mix(light, 0.0, 0.2);
        let pale = mix(dark, 255.0, 0.25);
        let soft = mix(light, 255.0, 0.88);
        let deep = mix(dark, 16.0, 0.78);
        let light_rules = rules(light, strong, soft, [255, 255, 255]);
        let dark_rules = rules(dark, pale, deep, [13, 22, 19]);
        format!(
            ":root{{{light_rules}}}\n@media (prefers-color-scheme: dark){{:root[data-theme=\"auto\"]{{{dark_rules}}}}}\n"
        )
    }
}

type Rgb = [u8; 3];

fn rules(accent: Rgb, strong: Rgb, soft: Rgb, on: Rgb) -> String {
    let (accent, strong, soft, on) = (hex(accent), hex(strong), hex(soft), hex(on));
    format!("--accent:{accent};--accent-strong:{strong};--accent-soft:{soft};--on-accent:{on}")
}

fn hex([r, g, b]: Rgb) -> String {
    format!("#{r:02x}{g:02x}{b:02x}")
}

fn parse_colour(text: &str) -> Option<Rgb> {
    let digits = text.strip_prefix('#')?;
    if digits.len() != 6 || !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    let part = |at: usize| u8::from_str_radix(&digits[at..at + 2], 16).ok();
    Some([part(0)?, part(2)?, part(4)?])
}

/// The colour, moved towards black or white until text in it is readable on `ground`, with room to
/// spare for tinted grounds (WCAG 2.2 §1.4.3 asks for 4.5 : 1).
fn readable(colour: Rgb, ground: Rgb, towards: f64) -> Rgb {
    let steps = (0..=20).map(|step| mix(colour, towards, f64::from(step) / 20.0));
    let mut last = colour;
    for step in steps {
        last = step;
        if contrast(step, ground) >= 5.6 {
            break;
        }
    }
    last
}

fn mix(colour: Rgb, towards: f64, share: f64) -> Rgb {
    colour.map(|part| (f64::from(part) + (towards - f64::from(part)) * share).round() as u8)
}

/// WCAG 2.2, "contrast ratio".
fn contrast(a: Rgb, b: Rgb) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

fn luminance(colour: Rgb) -> f64 {
    let [r, g, b] = colour.map(|part| {
        let part = f64::from(part) / 255.0;
        if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
    });
    0.2126 * r + 0.7152 * g + 0.0722 * b
}

/// An origin as a CSP source: scheme, host, port, nothing that could end the directive. Plain HTTP
/// only on this machine.
fn is_origin(text: &str) -> bool {
    let Ok(url) = url::Url::parse(text) else { return false };
    let local = matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
    let scheme = url.scheme() == "https" || (url.scheme() == "http" && local);
    scheme && url.origin().ascii_serialization() == text
}

pub(crate) async fn read(store: &Store) -> Result<Shown> {
    let row = sqlx::query("SELECT value FROM preference_setting WHERE key = $1")
        .bind(KEY)
        .fetch_optional(store.reader())
        .await?;
    let Some(row) = row else { return Ok(Shown::default()) };
    Ok(serde_json::from_str(&row.try_get::<String, _>(0)?).unwrap_or_default())
}

impl Preferences {
    /// The settings as they stand.
    pub fn shown(&self) -> Arc<Shown> {
        Arc::clone(&self.inner.shown.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Changes the settings.
    pub async fn save_shown(&self, by: Actor, shown: Shown) -> Result<()> {
        shown.check()?;
        let entry = Entry::new(by, "preference.settings", "setting", "preference");
        let mut tx = self.store().begin(entry).await?;
        let before = self.store().digest(&*self.shown());
        tx.states(Some(before), Some(self.store().digest(&shown)));
        sqlx::query(
            "INSERT INTO preference_setting (key, value) VALUES ($1, $2)
             ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        )
        .bind(KEY)
        .bind(serde_json::to_string(&shown).unwrap_or_default())
        .execute(tx.conn())
        .await?;
        tx.commit().await?;
        *self.inner.shown.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(shown);
        Ok(())
    }

    /// Reads the settings again: another server may have changed them.
    pub(crate) async fn refresh_shown(&self) -> Result<()> {
        let shown = Arc::new(read(self.store()).await?);
        *self.inner.shown.write().unwrap_or_else(PoisonError::into_inner) = shown;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_colour_becomes_readable_in_light_and_dark() {
        for colour in ["#ffff00", "#000000", "#ffffff", "#e2001a", "#1f6b4f", "#777777"] {
            let colour = parse_colour(colour).unwrap();
            assert!(contrast(readable(colour, [255, 255, 255], 0.0), [255, 255, 255]) >= 4.5);
            assert!(
                contrast(readable(colour, [0x20, 0x2a, 0x26], 255.0), [0x20, 0x2a, 0x26]) >= 4.5
            );
        }
    }

    #[test]
    fn only_plain_origins_may_embed() {
        for good in ["https://shop.example.com", "https://a.example:8443", "http://127.0.0.1:9000"]
        {
            assert!(is_origin(good), "{good}");
        }
        for bad in [
            "*",
            "https:",
            "http://shop.example.com",
            "https://shop.example.com/",
            "https://a.example; script-src *",
            "https://a.example https://b.example",
            "",
        ] {
            assert!(!is_origin(bad), "{bad}");
        }
    }

    #[test]
    fn a_colour_is_six_digits() {
        let with = |colour: &str| Shown { colour: colour.into(), ..Shown::default() }.check();
        assert!(with("#A1b2C3").is_ok());
        for bad in ["red", "#fff", "#12345g", "#123456;}"] {
            assert!(with(bad).is_err(), "{bad}");
        }
    }
}
