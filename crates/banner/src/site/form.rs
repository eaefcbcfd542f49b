//! The form of a banner: what people write, line by line, and what it means.

use std::collections::BTreeMap;

use serde::Deserialize;
use web::{Errors, Page};

use super::{Body, COLORS, Gpp, Tcf, Theme, origin};
use crate::geo;

/// GPP sections that the module speaks.
pub(super) const SECTIONS: [&str; 21] = [
    "usnat", "usca", "usva", "usco", "usut", "usct", "usfl", "usmt", "usor", "ustx", "usde",
    "usia", "usne", "usnh", "usnj", "ustn", "usmn", "usmd", "usin", "usky", "usri",
];

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Form {
    pub property: String,
    pub notice: String,
    pub origins: String,
    pub country: String,
    pub geo: String,
    pub hosts: String,
    pub clear: String,
    pub scheme: String,
    pub position: String,
    pub accent: String,
    #[serde(rename = "on-accent")]
    pub on_accent: String,
    pub background: String,
    pub text: String,
    pub line: String,
    pub days: String,
    pub news_days: String,
    pub button: String,
    pub reload: String,
    pub tcf: String,
    pub cmp_id: String,
    pub publisher_country: String,
    pub gpp: String,
    pub sections: Vec<String>,
}

impl Form {
    pub fn of(property: &str, body: &Body) -> Self {
        let yes = |yes: bool| if yes { "1".to_owned() } else { String::new() };
        let color = |name: &str| body.theme.colors.get(name).cloned().unwrap_or_default();
        let lines = |lines: Vec<String>| lines.join("\n");
        Self {
            property: property.to_owned(),
            notice: body.notice.clone(),
            origins: body.origins.join("\n"),
            country: body.country.clone(),
            geo: geo::write_rules(&body.geo),
            hosts: lines(body.hosts.iter().map(|(host, to)| format!("{host} = {to}")).collect()),
            clear: lines(
                body.clear.iter().map(|(to, all)| format!("{to} = {}", all.join(", "))).collect(),
            ),
            scheme: body.theme.scheme.clone(),
            position: body.theme.position.clone(),
            accent: color("accent"),
            on_accent: color("on-accent"),
            background: color("background"),
            text: color("text"),
            line: color("line"),
            days: body.days.to_string(),
            news_days: body.news_days.to_string(),
            button: yes(body.button),
            reload: yes(body.reload),
            tcf: yes(body.tcf.is_some()),
            cmp_id: body.tcf.as_ref().map(|tcf| tcf.cmp_id.to_string()).unwrap_or_default(),
            publisher_country: body
                .tcf
                .as_ref()
                .map(|tcf| tcf.publisher_country.clone())
                .unwrap_or_default(),
            gpp: yes(body.gpp.is_some()),
            sections: body.gpp.as_ref().map(|gpp| gpp.sections.clone()).unwrap_or_default(),
        }
    }

    /// What it means; what does not fit is in `errors`. `purposes` are those of the chosen notice.
    pub fn read(&self, p: &Page, purposes: &[String], errors: &mut Errors) -> Body {
        if self.notice.is_empty() {
            errors.add("notice", p.t("banner-error-notice"));
        }
        let country = self.country.trim();
        if !country.is_empty() && geo::country(country).is_none() {
            errors.add("country", p.t("banner-error-country"));
        }
        let days = self.days.trim().parse().ok().filter(|days| (1..=730).contains(days));
        if days.is_none() {
            errors.add("days", p.t("banner-error-days"));
        }
        let own = self.news_days.trim();
        let news_days = if own.is_empty() { Some(30) } else { own.parse().ok() };
        let news_days = news_days.filter(|days| *days <= 365);
        if news_days.is_none() {
            errors.add("news_days", p.t("banner-error-news"));
        }
        Body {
            origins: self.origins(p, errors),
            notice: self.notice.clone(),
            country: geo::country(country).unwrap_or_default(),
            geo: geo::parse_rules(&self.geo).unwrap_or_else(|line| {
                errors.add("geo", p.t1("banner-error-geo", "line", line));
                Vec::new()
            }),
            hosts: self.hosts(p, purposes, errors),
            clear: self.clear(p, purposes, errors),
            theme: self.theme(p, errors),
            days: days.unwrap_or(180),
            news_days: news_days.unwrap_or(30),
            button: !self.button.is_empty(),
            reload: !self.reload.is_empty(),
            tcf: self.tcf(p, errors),
            gpp: (!self.gpp.is_empty()).then(|| Gpp {
                sections: self
                    .sections
                    .iter()
                    .filter(|section| SECTIONS.contains(&section.as_str()))
                    .cloned()
                    .collect(),
            }),
        }
    }

    fn origins(&self, p: &Page, errors: &mut Errors) -> Vec<String> {
        let mut origins = Vec::new();
        for line in lines(&self.origins) {
            match origin(line) {
                Some(origin) if !origins.contains(&origin) => origins.push(origin),
                Some(_) => {}
                None => errors.add("origins", p.t1("banner-error-origin", "line", line)),
            }
        }
        if origins.is_empty() && errors.on("origins").is_empty() {
            errors.add("origins", p.t("banner-error-origins"));
        }
        origins
    }

    fn hosts(&self, p: &Page, purposes: &[String], errors: &mut Errors) -> Vec<(String, String)> {
        let mut hosts = Vec::new();
        for line in lines(&self.hosts) {
            let pair = line.split_once('=').map(|(host, purpose)| {
                let host = host.trim().trim_start_matches("*.").to_ascii_lowercase();
                (host, purpose.trim().to_owned())
            });
            let is_host = |host: &str| {
                url::Host::parse(host).is_ok() && host.contains('.') && !host.contains('/')
                    || host.starts_with("localhost")
                    || host.contains(':')
            };
            match pair.filter(|(host, to)| is_host(host) && purposes.contains(to)) {
                Some(pair) => hosts.push(pair),
                None => errors.add("hosts", p.t1("banner-error-host", "line", line)),
            }
        }
        hosts
    }

    fn clear(
        &self,
        p: &Page,
        purposes: &[String],
        errors: &mut Errors,
    ) -> BTreeMap<String, Vec<String>> {
        let mut clear: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for line in lines(&self.clear) {
            let pair = line.split_once('=').map(|(to, names)| {
                let names: Vec<String> = names
                    .split([',', ' ', '，'])
                    .filter(|name| !name.is_empty() && *name != "*")
                    .map(str::to_owned)
                    .collect();
                (to.trim().to_owned(), names)
            });
            match pair.filter(|(to, names)| purposes.contains(to) && !names.is_empty()) {
                Some((to, names)) => clear.entry(to).or_default().extend(names),
                None => errors.add("clear", p.t1("banner-error-clear", "line", line)),
            }
        }
        clear
    }

    fn theme(&self, p: &Page, errors: &mut Errors) -> Theme {
        let written = [&self.accent, &self.on_accent, &self.background, &self.text, &self.line];
        let mut colors = BTreeMap::new();
        for (name, value) in COLORS.into_iter().zip(written) {
            let value = value.trim();
            let digits = value.strip_prefix('#').unwrap_or_default();
            if value.is_empty() {
                continue;
            }
            if digits.len() == 6 && digits.bytes().all(|b| b.is_ascii_hexdigit()) {
                colors.insert(name.to_owned(), value.to_ascii_lowercase());
            } else {
                errors.add(name, p.t("banner-error-color"));
            }
        }
        if let (Some(front), Some(back)) = (colors.get("on-accent"), colors.get("accent"))
            && contrast(front, back) < 4.5
        {
            errors.add("on-accent", p.t("banner-error-contrast"));
        }
        if let (Some(front), Some(back)) = (colors.get("text"), colors.get("background"))
            && contrast(front, back) < 4.5
        {
            errors.add("text", p.t("banner-error-contrast"));
        }
        Theme {
            scheme: one_of(&self.scheme, &["auto", "light", "dark"]),
            position: one_of(&self.position, &["bar", "corner"]),
            colors,
        }
    }

    fn tcf(&self, p: &Page, errors: &mut Errors) -> Option<Tcf> {
        if self.tcf.is_empty() {
            return None;
        }
        let id = self.cmp_id.trim().parse().ok().filter(|id| (1..4096).contains(id));
        if id.is_none() {
            errors.add("cmp_id", p.t("banner-error-cmp"));
        }
        let country = geo::country(&self.publisher_country);
        if country.is_none() {
            errors.add("publisher_country", p.t("banner-error-country"));
        }
        Some(Tcf { cmp_id: id?, publisher_country: country? })
    }
}

fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines().map(str::trim).filter(|line| !line.is_empty())
}

fn one_of(text: &str, all: &[&str]) -> String {
    all.iter().find(|one| **one == text).unwrap_or(&all[0]).to_string()
}

/// WCAG 2.2 contrast ratio of two `#rrggbb` colours.
fn contrast(a: &str, b: &str) -> f64 {
    let light = |color: &str| {
        let part = |at: usize| {
            let value = color.get(at..at + 2).and_then(|hex| u8::from_str_radix(hex, 16).ok());
            let share = f64::from(value.unwrap_or(0)) / 255.0;
            if share <= 0.04045 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5)
    };
    let (a, b) = (light(a) + 0.05, light(b) + 0.05);
    if a > b { a / b } else { b / a }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contrast_is_wcags() {
        assert!((contrast("#ffffff", "#000000") - 21.0).abs() < 0.01);
        assert!((contrast("#777777", "#ffffff") - 4.48).abs() < 0.01);
    }
}
