//! The Global Privacy Platform: one string with a section for each law that applies.
//!
//! ```text
//! header ~ section ~ section …      header: type 3 (6) · version 1 (6) · section numbers (Fibonacci)
//! section = core [. segment …]
//! ```

mod layout;
mod section;
mod value;

use serde_json::Value as Json;

pub use layout::{Field, Kind, LAYOUTS, Layout, Part, SegmentLayout};
pub use section::Section;
pub use value::Value;

use crate::{
    Result, SignalError,
    bits::{Bits, Padding, Writer},
    ids::IdSet,
    ranges::{self, Numbers},
    tcf,
};

const TYPE: u64 = 3;
const VERSION: u64 = 1;
/// Two TC strings at their longest.
const LONGEST: usize = 2 * tcf::LONGEST;

/// The layout of a section, by name.
pub fn layout(name: &str) -> Option<&'static Layout> {
    LAYOUTS.iter().find(|layout| layout.name == name)
}

/// A decoded GPP string.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Gpp {
    /// By number, ascending.
    entries: Vec<Entry>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Entry {
    Known(Section),
    /// A section that came later than this code: kept as it is.
    Foreign(u16, String),
}

impl Entry {
    const fn id(&self) -> u16 {
        match self {
            Self::Known(section) => section.layout().id,
            Self::Foreign(id, _) => *id,
        }
    }
}

impl Gpp {
    /// Reads a GPP string. Sections this code does not know are kept and written again as they are.
    pub fn decode(text: &str) -> Result<Self> {
        if text.is_empty() {
            return Err(SignalError::Empty);
        }
        if text.len() > LONGEST {
            return Err(SignalError::TooLong { length: text.len(), limit: LONGEST });
        }
        let (header, rest) = text.split_once('~').unwrap_or((text, ""));
        let ids = read_header(header)?;
        let found = if rest.is_empty() { 0 } else { rest.split('~').count() };
        if ids.len() != found {
            return Err(SignalError::SectionCount { listed: ids.len(), found });
        }
        let entries = ids
            .iter()
            .zip(rest.split('~'))
            .map(|(id, text)| match LAYOUTS.iter().find(|layout| layout.id == id) {
                Some(layout) => Section::decode(layout, text).map(Entry::Known),
                None => Ok(Entry::Foreign(id, text.to_owned())),
            })
            .collect::<Result<_>>()?;
        Ok(Self { entries })
    }

    /// Writes the GPP string, sections by number.
    pub fn encode(&self) -> Result<String> {
        let mut writer = Writer::default();
        writer.put(TYPE, 6);
        writer.put(VERSION, 6);
        let ids: IdSet = self.entries.iter().map(Entry::id).collect();
        ranges::write_ranges(&mut writer, &ids, Numbers::Fibonacci, "SectionIds")?;
        let mut text = writer.finish(Padding::ToByte);
        for entry in &self.entries {
            text.push('~');
            match entry {
                Entry::Known(section) => text.push_str(&section.encode()?),
                Entry::Foreign(_, section) => text.push_str(section),
            }
        }
        Ok(text)
    }

    /// The numbers of its sections, ascending.
    pub fn ids(&self) -> impl Iterator<Item = u16> {
        self.entries.iter().map(Entry::id)
    }

    /// The sections this code knows.
    pub fn sections(&self) -> impl Iterator<Item = &Section> {
        self.entries.iter().filter_map(|entry| match entry {
            Entry::Known(section) => Some(section),
            Entry::Foreign(..) => None,
        })
    }

    /// A section by its name.
    pub fn section(&self, name: &str) -> Option<&Section> {
        self.sections().find(|section| section.layout().name == name)
    }

    /// Puts a section in, in place of the one with its number.
    pub fn put(&mut self, section: Section) {
        let entry = Entry::Known(section);
        match self.entries.binary_search_by_key(&entry.id(), Entry::id) {
            Ok(at) => self.entries[at] = entry,
            Err(at) => self.entries.insert(at, entry),
        }
    }

    /// Takes a section out.
    pub fn remove(&mut self, name: &str) {
        if let Some(layout) = layout(name) {
            self.entries.retain(|entry| entry.id() != layout.id);
        }
    }

    /// Its sections under their names.
    pub fn to_json(&self) -> Json {
        let named = |section: &Section| (section.layout().name.to_owned(), section.to_json());
        Json::Object(self.sections().map(named).collect())
    }
}

fn read_header(text: &str) -> Result<IdSet> {
    // The first character is the type: a TC string taken for GPP is told as such.
    let first = text.get(..1).unwrap_or_default();
    match Bits::parse(first)?.take(6, "Type")? {
        TYPE => {}
        found => return Err(SignalError::NotGpp { found }),
    }
    let mut bits = Bits::parse(text)?;
    bits.take(6, "Type")?;
    match bits.take(6, "Version")? {
        VERSION => {}
        found => return Err(SignalError::Version { what: "the GPP string", found, known: "1" }),
    }
    ranges::read_ranges(&mut bits, Numbers::Fibonacci, "SectionIds")
}
