//! Profiles: how another system writes its export, as data. Built-in ones are in `data/imports`; a
//! file in the same form describes any other.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::{Choice, ConsentError, IdentifierKind, Result};

const BUILT_IN: [&str; 6] = [
    include_str!("../../data/imports/onetrust.toml"),
    include_str!("../../data/imports/mailchimp-unsubscribed.toml"),
    include_str!("../../data/imports/mailchimp.toml"),
    include_str!("../../data/imports/cookiebot.toml"),
    include_str!("../../data/imports/lines.toml"),
    include_str!("../../data/imports/privet.toml"),
];

/// How a file is read.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// Its name on the command line.
    pub key: String,
    /// What people call the file.
    pub title: String,
    /// Where its form is described.
    pub source: String,
    /// For each kind of identifier the headings it may have.
    identifiers: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    columns: Columns,
    /// One line a choice.
    long: Option<Long>,
    /// One column for each purpose.
    wide: Option<Wide>,
    /// One choice for the whole file.
    fixed: Option<Fixed>,
    /// Words for choices beside the usual ones.
    #[serde(default)]
    words: BTreeMap<String, Choice>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Columns {
    #[serde(default)]
    given_at: Vec<String>,
    #[serde(default)]
    notice: Vec<String>,
    #[serde(default)]
    language: Vec<String>,
    #[serde(default)]
    channel: Vec<String>,
    /// Headings by which the file is known.
    #[serde(default)]
    must: Vec<String>,
    /// Headings that another file has.
    #[serde(default)]
    must_not: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Long {
    purpose: Vec<String>,
    state: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wide {
    columns: Which,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
enum Which {
    /// `"*"`: every heading that is a purpose.
    All(String),
    These(Vec<String>),
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Fixed {
    purpose: String,
    state: Choice,
}

/// Where in a line is what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Layout {
    pub identifiers: Vec<(IdentifierKind, usize)>,
    pub given_at: Vec<usize>,
    pub notice: Option<usize>,
    pub language: Option<usize>,
    pub channel: Option<usize>,
    pub choices: Choices,
    words: BTreeMap<String, Choice>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Choices {
    Long { purpose: usize, state: usize },
    Wide(Vec<(String, usize)>),
    Fixed(String, Choice),
}

impl Profile {
    /// The built-in profiles; a file is read with the first that knows its headings.
    pub fn built_in() -> Vec<Self> {
        BUILT_IN
            .iter()
            .map(|text| match toml::from_str(text) {
                Ok(profile) => profile,
                Err(error) => unreachable!("built-in profiles are read by a test: {error}"),
            })
            .collect()
    }

    /// A profile of one's own, from a file in the form of the built-in ones.
    pub fn parse(text: &str) -> Result<Self> {
        let profile: Self = toml::from_str(text)
            .map_err(|error| ConsentError::Invalid(format!("the profile is wrong: {error}")))?;
        let ways = [profile.long.is_some(), profile.wide.is_some(), profile.fixed.is_some()];
        if ways.iter().filter(|way| **way).count() != 1 {
            let text = "a profile has exactly one of [long], [wide] and [fixed]";
            return Err(ConsentError::Invalid(text.to_owned()));
        }
        if let Some(kind) = profile.identifiers.keys().find(|k| IdentifierKind::parse(k).is_none())
        {
            let text = format!("the profile names “{kind}”, which is no kind of identifier");
            return Err(ConsentError::Invalid(text));
        }
        Ok(profile)
    }

    /// Finds its columns among a file's headings; `purposes` tells which headings are purposes.
    pub(crate) fn layout(
        &self,
        headings: &[&str],
        purposes: &dyn Fn(&str) -> bool,
    ) -> Option<Layout> {
        let folded: Vec<String> = headings.iter().map(|text| fold(text)).collect();
        let find = |names: &[String]| {
            names.iter().find_map(|name| folded.iter().position(|one| *one == fold(name)))
        };
        let has = |name: &String| folded.contains(&fold(name));
        if !self.columns.must.iter().all(has) || self.columns.must_not.iter().any(has) {
            return None;
        }
        let identifiers: Vec<(IdentifierKind, usize)> = self
            .identifiers
            .iter()
            .filter_map(|(kind, names)| Some((IdentifierKind::parse(kind)?, find(names)?)))
            .collect();
        let choices = match (&self.long, &self.wide, &self.fixed) {
            (Some(long), _, _) => {
                Choices::Long { purpose: find(&long.purpose)?, state: find(&long.state)? }
            }
            (_, Some(wide), _) => Choices::Wide(wide.found(headings, &folded, purposes)),
            (_, _, Some(fixed)) => Choices::Fixed(fixed.purpose.clone(), fixed.state),
            _ => return None,
        };
        let nothing = matches!(&choices, Choices::Wide(all) if all.is_empty());
        if identifiers.is_empty() || nothing {
            return None;
        }
        let columns = &self.columns;
        Some(Layout {
            identifiers,
            given_at: columns
                .given_at
                .iter()
                .filter_map(|name| find(std::slice::from_ref(name)))
                .collect(),
            notice: find(&columns.notice),
            language: find(&columns.language),
            channel: find(&columns.channel),
            choices,
            words: self.words.iter().map(|(word, choice)| (fold(word), *choice)).collect(),
        })
    }
}

impl Wide {
    fn found(
        &self,
        headings: &[&str],
        folded: &[String],
        purposes: &dyn Fn(&str) -> bool,
    ) -> Vec<(String, usize)> {
        let all = headings.iter().enumerate();
        let wanted = |at: usize, heading: &str| match &self.columns {
            Which::All(_) => purposes(heading.trim()),
            Which::These(names) => names.iter().any(|name| fold(name) == folded[at]),
        };
        all.filter(|(at, heading)| wanted(*at, heading))
            .map(|(at, heading)| (heading.trim().to_owned(), at))
            .collect()
    }
}

fn fold(text: &str) -> String {
    text.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}').to_lowercase()
}

impl Layout {
    /// What a cell says; `Ok(None)` for an empty one.
    pub(crate) fn choice(&self, cell: &str) -> Result<Option<Choice>, ()> {
        let word = fold(cell);
        if word.is_empty() {
            return Ok(None);
        }
        if let Some(choice) = self.words.get(&word) {
            return Ok(Some(*choice));
        }
        let is = |words: &[&str]| words.contains(&word.as_str());
        let choice = if is(&GRANTED) {
            Choice::Granted
        } else if is(&WITHDRAWN) {
            Choice::Withdrawn
        } else if is(&DENIED) {
            Choice::Denied
        } else if is(&PENDING) {
            Choice::Pending
        } else {
            return Err(());
        };
        Ok(Some(choice))
    }
}

const GRANTED: [&str; 23] = [
    "true",
    "yes",
    "y",
    "1",
    "granted",
    "given",
    "opt-in",
    "opt_in",
    "opted in",
    "optin",
    "accept",
    "accepted",
    "active",
    "confirmed",
    "subscribed",
    "consented",
    "explicit",
    "是",
    "同意",
    "已同意",
    "已订阅",
    "订阅",
    "授权",
];
const DENIED: [&str; 14] = [
    "false",
    "no",
    "n",
    "0",
    "denied",
    "declined",
    "reject",
    "rejected",
    "refused",
    "notgiven",
    "not given",
    "否",
    "不同意",
    "拒绝",
];
const WITHDRAWN: [&str; 14] = [
    "withdrawn",
    "withdraw",
    "opt-out",
    "opt_out",
    "opted out",
    "optout",
    "unsubscribed",
    "revoked",
    "inactive",
    "撤回",
    "已撤回",
    "退订",
    "已退订",
    "取消授权",
];
const PENDING: [&str; 5] = ["pending", "unconfirmed", "requested", "待确认", "未确认"];

#[cfg(test)]
mod tests {
    use super::*;

    fn which(headings: &str) -> Option<String> {
        let headings: Vec<&str> = headings.split(',').collect();
        let purposes = |key: &str| key == "email_marketing";
        Profile::built_in()
            .into_iter()
            .find(|profile| profile.layout(&headings, &purposes).is_some())
            .map(|profile| profile.key)
    }

    #[test]
    fn files_are_known_by_their_headings() {
        assert_eq!(which("email,email_marketing,given_at").as_deref(), Some("privet"));
        assert_eq!(which("\u{feff}Email,Purpose,Status,Date").as_deref(), Some("lines"));
        assert_eq!(
            which("Email Address,MEMBER_RATING,OPTIN_TIME,OPTIN_IP").as_deref(),
            Some("mailchimp")
        );
        assert_eq!(
            which("Email Address,MEMBER_RATING,OPTIN_TIME,UNSUB_TIME").as_deref(),
            Some("mailchimp-unsubscribed")
        );
        assert_eq!(
            which("Key,Consent date,Preferences,Statistics,Marketing").as_deref(),
            Some("cookiebot")
        );
        assert_eq!(
            which("Data Subject Identifier,Purpose Name,Transaction Type,Interaction Date")
                .as_deref(),
            Some("onetrust")
        );
        assert_eq!(which("name,price"), None);
        assert_eq!(which("email,price"), None, "no purpose among the headings");
    }

    #[test]
    fn a_profile_of_ones_own_is_checked() {
        let own = "key='x'\ntitle='X'\nsource='us'\n[identifiers]\nemail=['Mail']\n[fixed]\npurpose='news'\nstate='granted'\n[words]\n'joined'='granted'\n";
        let layout = Profile::parse(own).unwrap().layout(&["Mail"], &|_| false).unwrap();
        assert_eq!(layout.choice("Joined"), Ok(Some(Choice::Granted)));
        assert_eq!(layout.choice("退订"), Ok(Some(Choice::Withdrawn)));
        assert_eq!(layout.choice(" "), Ok(None));
        assert_eq!(layout.choice("perhaps"), Err(()));
        assert!(Profile::parse("key='x'").is_err());
        assert!(Profile::parse(&own.replace("email=", "fax=")).is_err());
        assert!(
            Profile::parse(&own.replace("[fixed]", "[long]\npurpose=[]\nstate=[]\n[fixed]"))
                .is_err()
        );
    }
}
