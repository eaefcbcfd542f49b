//! How sets of vendor ids are written: as one bit per id or as ranges, with fixed numbers (TCF) or
//! Fibonacci ones (GPP). Both reading and the choice of the shorter form live here.
//!
//! ```text
//! vendors:  highest id (16) · form (1) · bits, one per id up to the highest
//!                                      | ranges
//! ranges:   how many (12) · for each: 0 id(16) | 1 first(16) last(16)
//! Fibonacci ranges:  how many (12) · for each: 0 step | 1 step length
//! ```

use crate::{
    Result, SignalError,
    bits::{Bits, Writer},
    ids::IdSet,
};

const COUNT: usize = 12;
const ID: usize = 16;

/// The numbers inside ranges.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Numbers {
    /// 16 bits each.
    Fixed,
    /// Fibonacci-coded differences.
    Fibonacci,
}

/// When ranges are written instead of bits. A reader accepts either; only a writer has to choose, and
/// ours chooses as the reference library of each format does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// TC strings: never up to 45 ids; else when the ranges before the last id are shorter, a lone id
    /// counted without its own first bit.
    Tcf,
    /// GPP sections: when the ranges are not longer.
    Gpp,
}

/// Reads a set of vendors.
pub fn read_vendors(bits: &mut Bits, numbers: Numbers, field: &'static str) -> Result<IdSet> {
    let highest = bits.take(ID, field)? as usize;
    if bits.flag(field)? {
        return read_ranges(bits, numbers, field);
    }
    if highest > bits.left() {
        return Err(SignalError::Truncated { field });
    }
    let mut words = Vec::with_capacity(highest.div_ceil(64));
    for at in (0..highest).step_by(64) {
        words.push(bits.take_reversed((highest - at).min(64), field)?);
    }
    Ok(IdSet::from_words(words))
}

/// Writes a set of vendors in the form that `choice` says.
pub fn write_vendors(
    writer: &mut Writer,
    set: &IdSet,
    numbers: Numbers,
    choice: Choice,
) -> Result<()> {
    let highest = set.highest();
    writer.put(u64::from(highest), ID);
    let as_ranges = match choice {
        Choice::Tcf => ranges_as_tcf_chooses(set),
        Choice::Gpp => ranges_as_gpp_chooses(set, numbers),
    };
    writer.flag(as_ranges);
    if as_ranges {
        return write_ranges(writer, set, numbers, "vendors");
    }
    for at in (0..usize::from(highest)).step_by(64) {
        let width = (usize::from(highest) - at).min(64);
        let word = set.word(at / 64).reverse_bits() >> (64 - width);
        writer.put(word, width);
    }
    Ok(())
}

/// Reads ranges.
pub fn read_ranges(bits: &mut Bits, numbers: Numbers, field: &'static str) -> Result<IdSet> {
    let mut set = IdSet::default();
    let mut last = 0;
    for _ in 0..bits.take(COUNT, field)? {
        let first;
        (first, last) = read_range(bits, numbers, last, field)?;
        if first == 0 || first > last {
            return Err(SignalError::Range { field });
        }
        set.insert_range(first, last);
    }
    Ok(set)
}

fn read_range(
    bits: &mut Bits,
    numbers: Numbers,
    before: u16,
    field: &'static str,
) -> Result<(u16, u16)> {
    let group = bits.flag(field)?;
    let id = |value: u32| u16::try_from(value).map_err(|_| SignalError::Range { field });
    match numbers {
        Numbers::Fixed => {
            let first = bits.take(ID, field)? as u16;
            Ok((first, if group { bits.take(ID, field)? as u16 } else { first }))
        }
        Numbers::Fibonacci => {
            let first = id(u32::from(before) + bits.fibonacci(field)?)?;
            let more = if group { bits.fibonacci(field)? } else { 0 };
            Ok((first, id(u32::from(first) + more)?))
        }
    }
}

/// Writes ranges. A set of ids may have 32 768 runs, but a field holds 4 095.
pub fn write_ranges(
    writer: &mut Writer,
    set: &IdSet,
    numbers: Numbers,
    field: &'static str,
) -> Result<()> {
    let runs = set.runs().count();
    if runs >= 1 << COUNT {
        return Err(SignalError::Value { field, need: "at most 4095 runs of ids" });
    }
    writer.put(runs as u64, COUNT);
    let mut before = 0;
    for (first, last) in set.runs() {
        writer.flag(first != last);
        match numbers {
            Numbers::Fixed => {
                writer.put(u64::from(first), ID);
                if first != last {
                    writer.put(u64::from(last), ID);
                }
            }
            Numbers::Fibonacci => {
                writer.fibonacci(u32::from(first - before));
                if first != last {
                    writer.fibonacci(u32::from(last - first));
                }
                before = last;
            }
        }
    }
    Ok(())
}

/// As @iabtechlabtcf/core decides while it walks over the ids: it looks at the sum before adding the
/// last id's share, and charges a lone id 16 bits, not 17.
fn ranges_as_tcf_chooses(set: &IdSet) -> bool {
    const SHORTEST: usize = 2 * ID + 1 + COUNT;
    let highest = usize::from(set.highest());
    if highest <= SHORTEST {
        return false;
    }
    let mut length = COUNT;
    let mut runs = set.runs().peekable();
    while let Some((first, last)) = runs.next() {
        let is_last = runs.peek().is_none();
        length += match (first == last, is_last) {
            (true, true) => 0,
            (true, false) => ID,
            (false, true) => 1 + ID,
            (false, false) => 1 + 2 * ID,
        };
    }
    length < highest
}

fn ranges_as_gpp_chooses(set: &IdSet, numbers: Numbers) -> bool {
    let mut ranges = Writer::default();
    let written = write_ranges(&mut ranges, set, numbers, "vendors");
    written.is_ok() && ranges.len() <= usize::from(set.highest())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::bits::Padding;

    fn written(set: &IdSet, numbers: Numbers, choice: Choice) -> String {
        let mut writer = Writer::default();
        write_vendors(&mut writer, set, numbers, choice).unwrap();
        writer.finish(Padding::ToByte)
    }

    #[test]
    fn a_backward_range_is_refused() {
        let mut writer = Writer::default();
        writer.put(9, ID);
        writer.flag(true);
        writer.put(1, COUNT);
        writer.flag(true);
        writer.put(9, ID);
        writer.put(3, ID);
        let mut bits = Bits::parse(&writer.finish(Padding::ToByte)).unwrap();
        let read = read_vendors(&mut bits, Numbers::Fixed, "VendorConsent");
        assert_eq!(read, Err(SignalError::Range { field: "VendorConsent" }));
    }

    #[test]
    fn the_most_and_widest_ranges_take_bounded_memory() {
        let mut writer = Writer::default();
        writer.put(65_535, ID);
        writer.flag(true);
        writer.put(4_095, COUNT);
        for _ in 0..4_095 {
            writer.flag(true);
            writer.put(1, ID);
            writer.put(65_535, ID);
        }
        let mut bits = Bits::parse(&writer.finish(Padding::ToByte)).unwrap();
        let set = read_vendors(&mut bits, Numbers::Fixed, "VendorConsent").unwrap();
        assert_eq!(set.len(), 65_535);
    }

    proptest! {
        #[test]
        fn vendors_come_back(
            ids in prop::collection::btree_set(1u16.., 0..300),
            runs in prop::collection::vec((1u16..2000, 0u16..200), 0..8),
            fibonacci: bool,
            tcf: bool,
        ) {
            let mut set: IdSet = ids.into_iter().collect();
            for (first, more) in runs {
                set.insert_range(first, first + more);
            }
            let numbers = if fibonacci { Numbers::Fibonacci } else { Numbers::Fixed };
            let choice = if tcf { Choice::Tcf } else { Choice::Gpp };
            let mut bits = Bits::parse(&written(&set, numbers, choice)).unwrap();
            prop_assert_eq!(read_vendors(&mut bits, numbers, "x").unwrap(), set);
        }
    }
}
