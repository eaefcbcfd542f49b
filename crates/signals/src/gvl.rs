//! The vendor list (“Global Vendor List”, specification version 3) that the operator supplies as a
//! file. Pages load it from the operator's server, never from its origin (TCF policies); this reads it
//! with a bound on size, so that a wrong file is refused with a reason instead of served.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};

use crate::{Result, SignalError, ids::IdSet, stamp::Stamp};

/// The most bytes of a vendor list: the real one is near 1.5 MB (spring 2026), translations near 2.
pub const LARGEST: usize = 16 * 1024 * 1024;
/// The specification version that is read.
const SPECIFICATION: u32 = 3;
/// The highest purpose a TC string has room for.
const LAST_PURPOSE: u8 = 24;

/// What a TC string needs to know of a vendor list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VendorList {
    /// Its number; grows weekly (12 bits).
    pub version: u32,
    /// The version of the policies it belongs to.
    pub policy_version: u8,
    /// When it was published.
    pub updated: Stamp,
    /// Purposes, by id, with their names.
    pub purposes: BTreeMap<u8, String>,
    /// Special features, by id, with their names.
    pub special_features: BTreeMap<u8, String>,
    /// Vendors by id.
    pub vendors: BTreeMap<u16, Vendor>,
}

/// A vendor as it declares itself.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Vendor {
    /// Its id again.
    pub id: u16,
    /// Its name.
    pub name: String,
    /// Purposes it asks consent for.
    #[serde(default)]
    pub purposes: Vec<u8>,
    /// Purposes it claims legitimate interest for.
    #[serde(default, rename = "legIntPurposes")]
    pub legitimate_interest_purposes: Vec<u8>,
    /// Purposes for which it takes either.
    #[serde(default)]
    pub flexible_purposes: Vec<u8>,
    /// Special purposes (security, delivery): no choice.
    #[serde(default)]
    pub special_purposes: Vec<u8>,
    /// Features.
    #[serde(default)]
    pub features: Vec<u8>,
    /// Special features (precise location, scanning the device): opt-in.
    #[serde(default)]
    pub special_features: Vec<u8>,
    /// When it was struck off.
    #[serde(default)]
    deleted_date: Option<String>,
    #[serde(skip)]
    deleted: Option<Stamp>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Document {
    gvl_specification_version: u32,
    vendor_list_version: u32,
    tcf_policy_version: u8,
    last_updated: String,
    purposes: BTreeMap<u8, Named>,
    special_features: BTreeMap<u8, Named>,
    vendors: BTreeMap<u16, Vendor>,
}

#[derive(Deserialize)]
struct Named {
    id: u8,
    name: String,
}

impl VendorList {
    /// Reads `vendor-list.json`. Errors say what is wrong and where.
    pub fn parse(json: &[u8]) -> Result<Self> {
        if json.len() > LARGEST {
            return Err(refuse(format!(
                "it has {} bytes, {LARGEST} are accepted; is it the right file?",
                json.len()
            )));
        }
        let document: Document =
            serde_json::from_slice(json).map_err(|error| refuse(error.to_string()))?;
        if document.gvl_specification_version != SPECIFICATION {
            return Err(refuse(format!(
                "gvlSpecificationVersion is {}, {SPECIFICATION} is needed (from the folder v3 of the \
                 list's publisher)",
                document.gvl_specification_version
            )));
        }
        if !(1..1 << 12).contains(&document.vendor_list_version) {
            return Err(refuse("vendorListVersion must be from 1 to 4095".to_owned()));
        }
        let mut vendors = document.vendors;
        for (id, vendor) in &mut vendors {
            vendor.settle(*id)?;
        }
        Ok(Self {
            version: document.vendor_list_version,
            policy_version: document.tcf_policy_version,
            updated: moment(&document.last_updated, "lastUpdated")?,
            purposes: names(document.purposes, "purposes")?,
            special_features: names(document.special_features, "specialFeatures")?,
            vendors,
        })
    }

    /// What the browser needs to build a TC string, in the list's own form: no names, no texts. A real
    /// list shrinks from 1.5 MB to a tenth.
    pub fn for_pages(&self) -> Value {
        let vendors: serde_json::Map<String, Value> = self
            .vendors
            .iter()
            .map(|(id, vendor)| {
                let mut facts = json!({
                    "id": id,
                    "purposes": vendor.purposes,
                    "legIntPurposes": vendor.legitimate_interest_purposes,
                    "specialPurposes": vendor.special_purposes,
                });
                if let Some(deleted) = vendor.deleted {
                    facts["deletedDate"] = json!(deleted.to_string());
                }
                (id.to_string(), facts)
            })
            .collect();
        json!({
            "gvlSpecificationVersion": SPECIFICATION,
            "vendorListVersion": self.version,
            "tcfPolicyVersion": self.policy_version,
            "lastUpdated": self.updated.to_string(),
            "vendors": vendors,
        })
    }

    /// Whether the vendor is listed and was not yet struck off at this moment.
    pub fn is_active(&self, vendor: u16, at: Stamp) -> bool {
        self.vendors.get(&vendor).is_some_and(|vendor| vendor.is_active(at))
    }

    /// The vendors active at this moment.
    pub fn active(&self, at: Stamp) -> impl Iterator<Item = (u16, &Vendor)> {
        self.vendors
            .iter()
            .filter(move |(_, vendor)| vendor.is_active(at))
            .map(|(id, vendor)| (*id, vendor))
    }

    /// The ids of the vendors active at this moment.
    pub fn active_ids(&self, at: Stamp) -> IdSet {
        self.active(at).map(|(id, _)| id).collect()
    }
}

impl Vendor {
    /// Whether it was not yet struck off at this moment.
    pub fn is_active(&self, at: Stamp) -> bool {
        self.deleted.is_none_or(|deleted| at < deleted)
    }

    fn settle(&mut self, key: u16) -> Result<()> {
        if key == 0 || self.id != key {
            return Err(refuse(format!("vendors.{key} has id {}", self.id)));
        }
        let purposes =
            [&self.purposes, &self.legitimate_interest_purposes, &self.flexible_purposes];
        let foreign =
            purposes.into_iter().flatten().find(|purpose| !(1..=LAST_PURPOSE).contains(*purpose));
        if let Some(purpose) = foreign {
            return Err(refuse(format!("vendors.{key} declares purpose {purpose}")));
        }
        self.deleted = match &self.deleted_date {
            None => None,
            Some(date) => Some(moment(date, &format!("vendors.{key}.deletedDate"))?),
        };
        Ok(())
    }
}

fn names(listed: BTreeMap<u8, Named>, what: &str) -> Result<BTreeMap<u8, String>> {
    listed
        .into_iter()
        .map(|(key, named)| {
            if named.id == key {
                Ok((key, named.name))
            } else {
                Err(refuse(format!("{what}.{key} has id {}", named.id)))
            }
        })
        .collect()
}

/// A time such as `2026-10-22T16:00:27Z`, or a day.
fn moment(text: &str, place: &str) -> Result<Stamp> {
    let time = text
        .parse::<jiff::Timestamp>()
        .or_else(|_| format!("{text}T00:00:00Z").parse::<jiff::Timestamp>())
        .ok();
    time.and_then(|time| u64::try_from(time.as_millisecond()).ok())
        .map(Stamp::from_millis)
        .ok_or_else(|| refuse(format!("{place} is no time since 1970")))
}

fn refuse(reason: String) -> SignalError {
    SignalError::VendorList { reason }
}
