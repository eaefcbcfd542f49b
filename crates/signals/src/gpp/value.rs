//! One field's value: read, written, shown.

use serde_json::{Value as Json, json};

use crate::{
    Result, SignalError,
    bits::{Bits, Writer},
    gpp::layout::{Field, Kind},
    ids::{Flags, IdSet},
    ranges::{self, Choice, Numbers},
    stamp::{Letters, Stamp},
    tcf::{Restriction, codec},
};

/// The value of a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// A number.
    Int(u32),
    /// Yes or no.
    Flag(bool),
    /// A moment.
    Time(Stamp),
    /// Two letters.
    Letters(Letters),
    /// Flags of a fixed width.
    Bits {
        /// Those that are set.
        set: Flags,
        /// How many there are.
        width: u8,
    },
    /// Numbers of two bits.
    Twos(Vec<u8>),
    /// Vendor ids.
    Ids(IdSet),
    /// Restrictions.
    Restrictions(Vec<Restriction>),
    /// A letter of a US Privacy string.
    Letter(char),
}

impl Value {
    /// What a field holds in a new string.
    pub fn blank(field: &Field, version: u8) -> Self {
        match field.kind {
            Kind::Int(_) | Kind::Digit if matches!(field.name, "Version" | "MspaVersion") => {
                Self::Int(version.into())
            }
            // “No”: only who signed the Multi-State Privacy Agreement may say yes, and 0 is not allowed.
            Kind::Int(_) if field.name == "MspaCoveredTransaction" => Self::Int(2),
            Kind::Int(_) | Kind::Digit => Self::Int(0),
            Kind::Flag => Self::Flag(false),
            Kind::Time => Self::Time(Stamp::default()),
            Kind::Letters => Self::Letters(Letters::from_bits(0)),
            Kind::Bits(width) => Self::Bits { set: Flags::default(), width },
            Kind::CustomBits => Self::Bits { set: Flags::default(), width: 0 },
            Kind::Twos(count) => Self::Twos(vec![0; count.into()]),
            Kind::Vendors(_) => Self::Ids(IdSet::default()),
            Kind::Restrictions(_) => Self::Restrictions(Vec::new()),
            Kind::Letter => Self::Letter('-'),
        }
    }

    /// The number, if it is one.
    pub const fn as_int(&self) -> Option<u32> {
        match self {
            Self::Int(number) => Some(*number),
            _ => None,
        }
    }

    /// Reads a field; `custom` is the width of custom purposes, `numbers` overrides the layout's.
    pub(super) fn read(
        bits: &mut Bits,
        field: &Field,
        custom: u8,
        numbers: Option<Numbers>,
    ) -> Result<Self> {
        let name = field.name;
        Ok(match field.kind {
            Kind::Int(width) => Self::Int(bits.take(width.into(), name)? as u32),
            Kind::Flag => Self::Flag(bits.flag(name)?),
            Kind::Time => Self::Time(Stamp::from_tenths(bits.take(36, name)?)),
            Kind::Letters => Self::Letters(Letters::from_bits(bits.take(12, name)?)),
            Kind::Bits(width) => Self::Bits { set: codec::flags(bits, width.into(), name)?, width },
            Kind::CustomBits => {
                Self::Bits { set: codec::flags(bits, custom.into(), name)?, width: custom }
            }
            Kind::Twos(count) => Self::Twos(
                (0..count).map(|_| Ok(bits.take(2, name)? as u8)).collect::<Result<_>>()?,
            ),
            Kind::Vendors(usual) => {
                Self::Ids(ranges::read_vendors(bits, numbers.unwrap_or(usual), name)?)
            }
            // Some writers leave out the count when there are none, and readers must bear it.
            Kind::Restrictions(_) if bits.left() < 12 => Self::Restrictions(Vec::new()),
            Kind::Restrictions(usual) => {
                let numbers = numbers.unwrap_or(usual);
                Self::Restrictions(codec::read_restrictions(bits, |bits| match numbers {
                    Numbers::Fixed => ranges::read_ranges(bits, numbers, name),
                    Numbers::Fibonacci => ranges::read_vendors(bits, numbers, name),
                })?)
            }
            Kind::Letter | Kind::Digit => return Err(SignalError::UsPrivacy),
        })
    }

    /// Writes a field.
    pub(super) fn write(
        &self,
        writer: &mut Writer,
        field: &Field,
        numbers: Option<Numbers>,
    ) -> Result<()> {
        match (field.kind, self) {
            (Kind::Int(width), Self::Int(number)) => writer.put(u64::from(*number), width.into()),
            (Kind::Flag, Self::Flag(flag)) => writer.flag(*flag),
            (Kind::Time, Self::Time(time)) => writer.put(time.tenths(), 36),
            (Kind::Letters, Self::Letters(letters)) => writer.put(letters.bits(), 12),
            (Kind::Bits(_) | Kind::CustomBits, Self::Bits { set, width }) => {
                codec::write_flags(writer, *set, usize::from(*width), field.name)?;
            }
            (Kind::Twos(_), Self::Twos(twos)) => {
                for two in twos {
                    writer.put(u64::from(*two), 2);
                }
            }
            (Kind::Vendors(usual), Self::Ids(ids)) => {
                ranges::write_vendors(writer, ids, numbers.unwrap_or(usual), Choice::Gpp)?;
            }
            (Kind::Restrictions(usual), Self::Restrictions(restrictions)) => {
                let numbers = numbers.unwrap_or(usual);
                codec::write_restrictions(writer, restrictions, |writer, ids| match numbers {
                    Numbers::Fixed => ranges::write_ranges(writer, ids, numbers, field.name),
                    Numbers::Fibonacci => ranges::write_vendors(writer, ids, numbers, Choice::Gpp),
                })?;
            }
            _ => return Err(SignalError::Value { field: field.name, need: "its own kind" }),
        }
        Ok(())
    }

    /// Whether it may stand in the field; the error says what the field needs.
    pub(super) fn fits(&self, field: &Field) -> Result<()> {
        let fits = match (field.kind, self) {
            (Kind::Int(width), Self::Int(number)) => number >> width == 0,
            (Kind::Digit, Self::Int(number)) => *number == 1,
            (Kind::Letter, Self::Letter(letter)) => matches!(letter, 'Y' | 'N' | '-'),
            (Kind::Bits(wide), Self::Bits { set, width }) => {
                *width == wide && set.bits().unbounded_shr(wide.into()) == 0
            }
            (Kind::CustomBits, Self::Bits { set, width }) => {
                *width < 64 && set.bits().unbounded_shr((*width).into()) == 0
            }
            (Kind::Twos(count), Self::Twos(twos)) => {
                twos.len() == usize::from(count) && twos.iter().all(|two| *two < 4)
            }
            (Kind::Flag, Self::Flag(_))
            | (Kind::Time, Self::Time(_))
            | (Kind::Letters, Self::Letters(_))
            | (Kind::Vendors(_), Self::Ids(_))
            | (Kind::Restrictions(_), Self::Restrictions(_)) => true,
            _ => false,
        };
        if fits {
            return Ok(());
        }
        let need = match field.kind {
            Kind::Int(_) => "a number of its width",
            Kind::Digit => "1",
            Kind::Letter => "Y, N or -",
            Kind::Bits(_) | Kind::CustomBits => "flags of its width",
            Kind::Twos(_) => "as many numbers from 0 to 3 as it has places",
            Kind::Flag => "yes or no",
            Kind::Time => "a moment",
            Kind::Letters => "two letters",
            Kind::Vendors(_) => "vendor ids",
            Kind::Restrictions(_) => "restrictions",
        };
        Err(SignalError::Value { field: field.name, need })
    }

    /// As the browser's API and the reference library show it.
    pub fn to_json(&self) -> Json {
        match self {
            Self::Int(number) => json!(number),
            Self::Flag(flag) => json!(flag),
            Self::Time(time) => json!(time.to_string()),
            Self::Letters(letters) => json!(letters.to_string()),
            Self::Bits { set, width } => {
                (1..=*width).map(|id| Json::Bool(set.contains(id))).collect()
            }
            Self::Twos(twos) => json!(twos),
            Self::Ids(ids) => json!(ids),
            Self::Restrictions(restrictions) => restrictions
                .iter()
                .map(|rule| {
                    json!({
                        "key": rule.purpose,
                        "type": rule.kind,
                        "ids": rule.vendors,
                    })
                })
                .collect(),
            Self::Letter(letter) => json!(letter),
        }
    }
}
