//! A choice as it is put to people.

use serde::{Deserialize, Serialize};

use crate::model::Language;

/// How strong a button looks.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Look {
    /// Words with a link, or small print.
    Link,
    /// A button with an outline only.
    Outline,
    /// A button filled with colour.
    #[default]
    Filled,
}

/// A button.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Button {
    /// What stands on it.
    pub label: String,
    /// Clicks from the first sight of the choice until it is done.
    pub clicks: u32,
    /// How strong it looks.
    #[serde(default)]
    pub look: Look,
    /// Contrast of its words, 1 to 21, where it is known.
    #[serde(default)]
    pub contrast: Option<f64>,
    /// Its area in any unit, where it is known.
    #[serde(default)]
    pub size: Option<f64>,
}

impl Button {
    /// A filled button that does it with one click.
    pub fn new(label: &str) -> Self {
        Self { label: label.to_owned(), clicks: 1, look: Look::Filled, contrast: None, size: None }
    }
}

/// A box or switch.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Tickbox {
    /// What stands beside it.
    pub label: String,
    /// Keys of the purposes it stands for.
    pub purposes: Vec<String>,
    /// On before anybody touched it.
    #[serde(default)]
    pub ticked: bool,
    /// The service is refused without it.
    #[serde(default)]
    pub required: bool,
    /// Needed for the service itself, or asked for by a law: no consent is asked.
    #[serde(default)]
    pub necessary: bool,
    /// It is about sensitive data.
    #[serde(default)]
    pub sensitive: bool,
}

/// A banner, dialog or form, described.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ChoiceDesign {
    /// Language of its words.
    #[serde(skip, default = "english")]
    pub language: Language,
    /// The text shown.
    pub text: String,
    /// Name of who is responsible, as the text should give it.
    pub controller: String,
    /// Keys of the purposes that the accepting button stands for.
    #[serde(default)]
    pub purposes: Vec<String>,
    /// People can choose purpose by purpose.
    #[serde(default)]
    pub has_settings: bool,
    /// Its boxes and switches.
    #[serde(default)]
    pub boxes: Vec<Tickbox>,
    /// The button that accepts.
    pub accept: Button,
    /// The button that refuses; `None`: there is none.
    pub refuse: Option<Button>,
    /// Going on, scrolling or closing counts as consent.
    #[serde(default)]
    pub inaction_is_consent: bool,
    /// Clicks it takes to withdraw later, where it is known.
    #[serde(default)]
    pub withdrawal_clicks: Option<u32>,
    /// Days after a refusal until it asks again; `None`: it does not.
    #[serde(default)]
    pub asks_again_after_days: Option<u32>,
}

fn english() -> Language {
    Language::English
}
