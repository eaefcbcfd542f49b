//! The document: sections of blocks of sentences. Every sentence says the same in both languages and
//! names the facts it was made from, so that two documents can be compared by what they tell and not
//! only by their letters. Pure: facts go in, a document comes out.

mod compose;
mod handling;
mod phrases;
mod say;

pub use compose::{Composed, Gap, compose};
pub use handling::Handling;
pub(crate) use handling::{Asks, fresh};
pub use phrases::{Phrase, Phrases};

pub use law::Text;
use serde::{Deserialize, Serialize};

/// For whom a policy is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Audience {
    /// Customers in general.
    Customers,
    /// Those who use an app.
    App,
    /// Children, in simple words (GDPR Art 12(1), 未成年人网络保护条例).
    Children,
    /// Californians (CCPA §1798.130(a)(5), §7011).
    California,
}

impl Audience {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Customers, Self::App, Self::Children, Self::California];

    /// The name in addresses and in the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Customers => "customers",
            Self::App => "app",
            Self::Children => "children",
            Self::California => "california",
        }
    }

    /// The audience of that name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.as_str() == text)
    }

    /// The text key of its name.
    pub fn key(self) -> &'static str {
        match self {
            Self::Customers => "policy-audience-customers",
            Self::App => "policy-audience-app",
            Self::Children => "policy-audience-children",
            Self::California => "policy-audience-california",
        }
    }
}

/// Where a sentence comes from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Source {
    /// `organisation`, `activity`, `system`, `recipient`, `source`, `purpose`, `property`, `law`,
    /// `answer` (given in the policy itself), `own` (written by a person).
    pub kind: String,
    /// Which one; "" where there is only one.
    #[serde(default)]
    pub id: String,
    /// What it is called.
    #[serde(default)]
    pub name: String,
}

impl Source {
    pub(crate) fn new(kind: &str, id: &str, name: &str) -> Self {
        Self { kind: kind.to_owned(), id: id.to_owned(), name: name.to_owned() }
    }

    /// The page of the console on which the fact is kept; "" if there is none.
    pub fn href(&self) -> String {
        match self.kind.as_str() {
            "organisation" => "/console/organisation".to_owned(),
            "activity" => format!("/console/records/activities/{}", self.id),
            "system" => format!("/console/systems/{}", self.id),
            "recipient" => format!("/console/recipients/{}", self.id),
            "source" => format!("/console/sources/{}", self.id),
            "purpose" => format!("/console/purposes/{}", self.id),
            "property" => format!("/console/properties/{}", self.id),
            _ => String::new(),
        }
    }
}

/// One statement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sentence {
    /// What it is about, the same in every version: `activity:ID:retention`.
    pub id: String,
    /// In both languages.
    pub text: Text,
    /// Which items of checklists it answers: `retention`.
    #[serde(default)]
    pub tells: Vec<String>,
    /// The facts it was made from.
    #[serde(default)]
    pub from: Vec<Source>,
}

/// How the sentences of a block are set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Setting {
    /// One after the other.
    #[default]
    Paragraph,
    /// One under the other.
    List,
}

/// A block: what is edited as one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Block {
    /// The same in every version: `activity:ID`.
    pub key: String,
    /// Its heading; empty for none.
    #[serde(default)]
    pub title: Text,
    /// A symbol of `policy.svg`; "" for none.
    #[serde(default)]
    pub icon: String,
    /// How it is set.
    #[serde(default)]
    pub setting: Setting,
    /// What it says.
    pub sentences: Vec<Sentence>,
}

/// A section of the full text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Section {
    /// Its anchor: `collect`.
    pub key: String,
    /// A symbol of `policy.svg`.
    pub icon: String,
    /// Its heading.
    pub title: Text,
    /// What it holds.
    pub blocks: Vec<Block>,
}

/// A whole policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    /// For which property.
    pub property: String,
    /// What customers call that property.
    pub place: Text,
    /// For whom.
    pub audience: Audience,
    /// Who publishes it.
    pub controller: Text,
    /// The laws it answers to, by key.
    pub regimes: Vec<String>,
    /// Its heading.
    pub title: Text,
    /// The short layer: a few friendly sentences, each with a symbol.
    pub summary: Vec<Block>,
    /// The full text.
    pub sections: Vec<Section>,
    /// What is done with data, for telling which changes need fresh consent.
    pub handling: Vec<Handling>,
}

impl Document {
    /// Every sentence with its section and block, in order.
    pub fn sentences(&self) -> impl Iterator<Item = (&Section, &Block, &Sentence)> {
        let blocks =
            self.sections.iter().flat_map(|s| s.blocks.iter().map(move |block| (s, block)));
        blocks.flat_map(|(section, block)| block.sentences.iter().map(move |s| (section, block, s)))
    }

    /// A block by its key.
    pub fn block(&self, key: &str) -> Option<(&Section, &Block)> {
        self.sections
            .iter()
            .flat_map(|section| section.blocks.iter().map(move |block| (section, block)))
            .find(|(_, block)| block.key == key)
    }

    /// The whole text of a language, for measuring how plain it is.
    pub fn prose(&self, zh: bool) -> String {
        let summary = self.summary.iter().flat_map(|block| &block.sentences);
        let full = self.sentences().map(|(_, _, sentence)| sentence);
        let all: Vec<&str> = summary.chain(full).map(|s| s.text.get(zh)).collect();
        all.join("\n")
    }
}
