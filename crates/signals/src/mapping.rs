//! Which of our purposes means what in each signal. The operator owns the table; the rules of
//! combining are the same everywhere and lean to “no”: where several purposes stand behind one signal,
//! it says yes only if every one of them was granted.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    Result, SignalError,
    consent_mode::{ConsentMode, Signal},
    gpp::{LAYOUTS, Layout, Part, Section, Value},
    ids::Flags,
};

/// Sections of the United States.
const US: std::ops::RangeInclusive<u16> = 7..=27;
/// Opt-outs that a GPC request exercises (each section's specification, “GPC sub-section”).
const BY_GPC: [&str; 3] = ["SaleOptOut", "SharingOptOut", "TargetedAdvertisingOptOut"];
/// Notices that go with sensitive data; a section has one of them or none.
const SENSITIVE_NOTICES: [&str; 3] = [
    "SensitiveDataProcessingOptOutNotice",
    "SensitiveDataOptOutNotice",
    "SensitiveDataLimitUseNotice",
];
/// Notices of processing as such.
const GENERAL_NOTICES: [&str; 2] = ["SharingNotice", "ProcessingNotice"];

/// Short names of fields; one meaning has another name in some states.
const US_NAMES: [(&str, &[&str]); 5] = [
    ("sale", &["SaleOptOut"]),
    ("sharing", &["SharingOptOut"]),
    ("targeted_advertising", &["TargetedAdvertisingOptOut"]),
    ("additional", &["AdditionalDataProcessingConsent", "PersonalDataConsents"]),
    ("children", &["KnownChildSensitiveDataConsents"]),
];

const REFUSED: u8 = 1;
const ALLOWED: u8 = 2;
const NOTICED: u32 = 1;

/// The table.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mapping {
    /// By purpose key.
    pub purposes: BTreeMap<String, Meaning>,
}

/// What one purpose means.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Meaning {
    /// Purposes of the TCF, 1 to 11.
    pub tcf: Vec<u8>,
    /// Special features of the TCF, 1 and 2.
    pub special_features: Vec<u8>,
    /// Signals of Google Consent Mode.
    pub consent_mode: Vec<Signal>,
    /// Fields of the US sections: `SaleOptOut`, or `SensitiveDataProcessing.8` for a place in a list.
    pub us: Vec<String>,
}

impl Meaning {
    /// From the short names that a purpose carries: `tcf.1` to `tcf.11`, `tcf.special_feature.1` and `.2`,
    /// `gcm.ad_storage` and the others of Consent Mode, `gpp.sale`, `gpp.sharing`,
    /// `gpp.targeted_advertising`, `gpp.additional`, `gpp.children`, `gpp.sensitive.1` to `.16`, or a field
    /// by its own name: `gpp.SensitiveDataProcessing.8`.
    /// The second value holds those that mean nothing.
    pub fn from_names<'a>(names: impl IntoIterator<Item = &'a str>) -> (Self, Vec<&'a str>) {
        let (mut meaning, mut unknown) = (Self::default(), Vec::new());
        for name in names {
            if meaning.add(name).is_none() {
                unknown.push(name);
            }
        }
        (meaning, unknown)
    }

    fn add(&mut self, name: &str) -> Option<()> {
        let number = |text: &str, last: u8| {
            text.parse::<u8>().ok().filter(|number| (1..=last).contains(number))
        };
        let (system, rest) = name.split_once('.')?;
        match (system, rest.split_once('.')) {
            ("tcf", None) => self.tcf.push(number(rest, 11)?),
            ("tcf", Some(("special_feature", id))) => self.special_features.push(number(id, 2)?),
            ("gcm", None) => {
                let signal = toml::Value::String(rest.to_owned()).try_into().ok()?;
                self.consent_mode.push(signal);
            }
            ("gpp", Some(("sensitive", place))) => {
                self.us.push(format!("SensitiveDataProcessing.{}", number(place, 16)?));
            }
            ("gpp", _) if is_us_field(rest) => self.us.push(rest.to_owned()),
            ("gpp", None) => {
                let known = US_NAMES.iter().find(|(short, _)| *short == rest)?;
                self.us.extend(known.1.iter().map(|field| (*field).to_owned()));
            }
            _ => return None,
        }
        Some(())
    }
}

impl Mapping {
    /// A starting point for common purposes, from `data/mapping.toml`.
    pub fn suggested() -> Self {
        // The file is part of the program; a test reads it.
        toml::from_str(include_str!("../data/mapping.toml")).unwrap_or_default()
    }

    /// Reads a table in TOML and checks that everything it names exists.
    pub fn parse(text: &str) -> Result<Self> {
        let mapping: Self = toml::from_str(text).map_err(|_| SignalError::Value {
            field: "mapping",
            need: "tables [purposes.KEY] with tcf, special_features, consent_mode and us",
        })?;
        mapping.check()?;
        Ok(mapping)
    }

    /// Whether everything it names exists.
    pub fn check(&self) -> Result<()> {
        for meaning in self.purposes.values() {
            if meaning.tcf.iter().any(|purpose| !(1..=11).contains(purpose)) {
                return Err(SignalError::Value { field: "tcf", need: "purposes from 1 to 11" });
            }
            if meaning.special_features.iter().any(|feature| !(1..=2).contains(feature)) {
                return Err(SignalError::Value { field: "special_features", need: "1 or 2" });
            }
            if let Some(field) = meaning.us.iter().find(|name| !is_us_field(name)) {
                return Err(SignalError::NoField { section: "us…", field: field.clone() });
            }
        }
        Ok(())
    }

    /// The purposes of the TCF that these choices consent to.
    pub fn tcf_purposes(&self, granted: &dyn Fn(&str) -> bool) -> Flags {
        (1..=24).filter(|purpose| self.all(granted, |m| m.tcf.contains(purpose))).collect()
    }

    /// The special features that these choices opt in to.
    pub fn special_features(&self, granted: &dyn Fn(&str) -> bool) -> Flags {
        (1..=12).filter(|id| self.all(granted, |m| m.special_features.contains(id))).collect()
    }

    /// The answers for Google.
    pub fn consent_mode(&self, granted: &dyn Fn(&str) -> bool, gpc: bool) -> ConsentMode {
        ConsentMode::new(|signal| self.all(granted, |m| m.consent_mode.contains(&signal)), gpc)
    }

    /// A US section: notices given (or not), opt-outs and consents by these choices, GPC as requested.
    /// Fields that no purpose stands behind stay “not applicable”.
    pub fn us_section(
        &self,
        layout: &'static Layout,
        granted: &dyn Fn(&str) -> bool,
        noticed: bool,
        gpc: bool,
    ) -> Result<Section> {
        if !US.contains(&layout.id) {
            return Err(SignalError::NoSection { name: layout.name.to_owned() });
        }
        let mut section = Section::new(layout);
        let notice = Value::Int(if noticed { NOTICED } else { 2 });
        for name in GENERAL_NOTICES {
            set_if_there(&mut section, name, notice.clone())?;
        }
        let mut names: Vec<&str> =
            self.purposes.values().flat_map(|m| &m.us).map(String::as_str).collect();
        names.sort_unstable();
        names.dedup();
        for name in names {
            let yes = self.all(granted, |m| m.us.iter().any(|field| field == name));
            let refused = !yes || (gpc && BY_GPC.contains(&name));
            answer(&mut section, name, if refused { REFUSED } else { ALLOWED }, &notice)?;
        }
        if gpc && section.has(Part::Gpc) {
            section.set("Gpc", Value::Flag(true))?;
        }
        Ok(section)
    }

    /// Whether a purpose stands behind the signal and all that do are granted.
    fn all(&self, granted: &dyn Fn(&str) -> bool, behind: impl Fn(&Meaning) -> bool) -> bool {
        let mut any = false;
        for (key, meaning) in &self.purposes {
            if behind(meaning) {
                any = true;
                if !granted(key) {
                    return false;
                }
            }
        }
        any
    }
}

/// Writes an answer and the notice that goes with it; fields the section lacks are passed over.
fn answer(section: &mut Section, name: &str, value: u8, notice: &Value) -> Result<()> {
    let Some((list, place)) = name.split_once('.') else {
        set_if_there(section, &format!("{name}Notice"), notice.clone())?;
        return match section.get(name) {
            // A list (children, in some states) is answered as a whole.
            Some(Value::Twos(twos)) => {
                let all = vec![value; twos.len()];
                section.set(name, Value::Twos(all))
            }
            _ => set_if_there(section, name, Value::Int(value.into())),
        };
    };
    if let Some(layout) = section.layout().segments.iter().find(|segment| {
        segment.part == Part::SensitiveData && segment.fields.iter().any(|f| f.name == list)
    }) {
        section.add(layout.part);
    }
    let Some(Value::Twos(mut twos)) = section.get(list).cloned() else { return Ok(()) };
    let at = place.parse::<usize>().ok().and_then(|place| place.checked_sub(1));
    let Some(two) = at.and_then(|at| twos.get_mut(at)) else { return Ok(()) };
    *two = value;
    section.set(list, Value::Twos(twos))?;
    if list == "SensitiveDataProcessing" {
        for name in SENSITIVE_NOTICES {
            set_if_there(section, name, notice.clone())?;
        }
    }
    Ok(())
}

fn set_if_there(section: &mut Section, name: &str, value: Value) -> Result<()> {
    match section.set(name, value) {
        Err(SignalError::NoField { .. }) => Ok(()),
        other => other,
    }
}

fn is_us_field(name: &str) -> bool {
    let (field, place) = match name.split_once('.') {
        Some((field, place)) => (field, Some(place)),
        None => (name, None),
    };
    let known = LAYOUTS
        .iter()
        .filter(|layout| US.contains(&layout.id))
        .flat_map(|layout| layout.segments)
        .flat_map(|segment| segment.fields)
        .any(|known| known.name == field);
    let placed =
        place.is_none_or(|place| place.parse::<u8>().is_ok_and(|at| (1..=16).contains(&at)));
    known && placed
}
