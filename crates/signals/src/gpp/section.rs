//! One section of a GPP string.

use serde_json::Value as Json;

use crate::{
    Result, SignalError,
    bits::{Bits, Padding, Writer},
    gpp::{
        layout::{Field, Kind, Layout, NATIONAL_ONE, Part, SegmentLayout},
        value::Value,
    },
    ranges::Numbers,
    usp::UsPrivacy,
};

/// The national section of version 1 has 60 bits; written out, that is at most 66.
const NATIONAL: u16 = 7;
const NATIONAL_ONE_BITS: usize = 66;
const CANADA: u16 = 5;
const US_PRIVACY: u16 = 6;

/// A section: its layout and the values of the segments that are there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    layout: &'static Layout,
    /// One for each segment of the layout.
    segments: Vec<Option<Vec<Value>>>,
}

impl Section {
    /// A new section with everything at “not applicable”, its core and the GPC segment if it has one.
    pub fn new(layout: &'static Layout) -> Self {
        let segments = layout
            .segments
            .iter()
            .map(|segment| {
                matches!(segment.part, Part::Core | Part::Gpc)
                    .then(|| blank(segment, layout.version))
            })
            .collect();
        Self { layout, segments }
    }

    /// What it holds.
    pub const fn layout(&self) -> &'static Layout {
        self.layout
    }

    /// Whether the segment is there.
    pub fn has(&self, part: Part) -> bool {
        let parts = self.layout.segments.iter().zip(&self.segments);
        parts.into_iter().any(|(segment, values)| segment.part == part && values.is_some())
    }

    /// Adds an empty segment, if it is not there.
    pub fn add(&mut self, part: Part) {
        for (segment, values) in self.layout.segments.iter().zip(&mut self.segments) {
            if segment.part == part && values.is_none() {
                *values = Some(blank(segment, self.layout.version));
            }
        }
    }

    /// Takes a segment out; the core stays.
    pub fn remove(&mut self, part: Part) {
        for (segment, values) in self.layout.segments.iter().zip(&mut self.segments) {
            if segment.part == part && part != Part::Core {
                *values = None;
            }
        }
    }

    /// A field's value, if its segment is there.
    pub fn get(&self, name: &str) -> Option<&Value> {
        let (segment, place) = self.find(name)?;
        self.segments[segment].as_ref()?.get(place)
    }

    /// Sets a field; its segment is added if it is not there.
    pub fn set(&mut self, name: &str, value: Value) -> Result<()> {
        let (segment, place) = self.find(name).ok_or_else(|| SignalError::NoField {
            section: self.layout.name,
            field: name.to_owned(),
        })?;
        let fields = self.fields(segment);
        value.fits(&fields[place])?;
        let is_version = name == "Version";
        let width = match (&value, name) {
            (Value::Int(number), "NumCustomPurposes") => Some(*number as u8),
            _ => None,
        };
        let layout = &self.layout.segments[segment];
        let values =
            self.segments[segment].get_or_insert_with(|| blank(layout, self.layout.version));
        values[place] = value;
        if is_version {
            settle_national(self.layout, &mut self.segments[0]);
            return Ok(());
        }
        if let Some(width) = width {
            for (value, field) in values.iter_mut().zip(layout.fields) {
                if field.kind == Kind::CustomBits {
                    *value = Value::Bits { set: crate::Flags::default(), width };
                }
            }
        }
        Ok(())
    }

    fn find(&self, name: &str) -> Option<(usize, usize)> {
        self.layout.segments.iter().enumerate().find_map(|(at, segment)| {
            let place = segment.fields.iter().position(|field| field.name == name)?;
            Some((at, place))
        })
    }

    /// The fields of a segment: those of the national section depend on its version.
    fn fields(&self, segment: usize) -> &'static [Field] {
        let first = self.segments[segment].as_ref().and_then(|values| values.first());
        if segment == 0 && self.layout.id == NATIONAL && first == Some(&Value::Int(1)) {
            return NATIONAL_ONE.fields;
        }
        self.layout.segments[segment].fields
    }

    /// Reads a section's text.
    pub fn decode(layout: &'static Layout, text: &str) -> Result<Self> {
        if layout.id == US_PRIVACY {
            return Ok(Self { layout, segments: vec![Some(text.parse::<UsPrivacy>()?.values())] });
        }
        let read = Self::read(layout, text, None);
        // Writers before 2025 used fixed numbers where Canada's specification says Fibonacci ones.
        // Whoever reads a string rightly can write it again; so the reading that can is the right one.
        if layout.id == CANADA && !read.as_ref().is_ok_and(|section| section.wrote(text, None)) {
            let older = Some(Numbers::Fixed);
            if let Ok(section) = Self::read(layout, text, older)
                && section.wrote(text, older)
            {
                return Ok(section);
            }
        }
        read
    }

    fn wrote(&self, text: &str, numbers: Option<Numbers>) -> bool {
        self.write(numbers).is_ok_and(|again| again == text)
    }

    fn read(layout: &'static Layout, text: &str, numbers: Option<Numbers>) -> Result<Self> {
        let mut segments = vec![None; layout.segments.len()];
        for (place, segment) in text.split('.').enumerate() {
            let mut bits = Bits::parse(segment)?;
            let at = which(layout, place, &bits)?;
            let fields =
                if at == 0 { core_fields(layout, &bits) } else { layout.segments[at].fields };
            let values = read_values(&mut bits, fields, numbers)?;
            if segments[at].replace(values).is_some() {
                return Err(SignalError::SegmentRepeated { place });
            }
        }
        if segments[0].is_none() {
            return Err(SignalError::CoreFirst);
        }
        settle_national(layout, &mut segments[0]);
        Ok(Self { layout, segments })
    }

    /// Writes the section's text.
    pub fn encode(&self) -> Result<String> {
        self.write(None)
    }

    fn write(&self, numbers: Option<Numbers>) -> Result<String> {
        let padding =
            if self.layout.name == "tcfeuv2" { Padding::ToTwentyFour } else { Padding::ToByte };
        let mut texts = Vec::with_capacity(self.segments.len());
        for at in self.layout.order {
            let Some(values) = &self.segments[*at] else { continue };
            if self.layout.id == US_PRIVACY {
                return UsPrivacy::text(values);
            }
            let mut writer = Writer::default();
            for (field, value) in self.fields(*at).iter().zip(values) {
                value.write(&mut writer, field, numbers)?;
            }
            texts.push(writer.finish(padding));
        }
        Ok(texts.join("."))
    }

    /// All fields under their names; segments that are not there show what they hold when new.
    pub fn to_json(&self) -> Json {
        let mut shown = serde_json::Map::new();
        for (at, layout) in self.layout.segments.iter().enumerate() {
            let blank = blank(layout, self.layout.version);
            let values = self.segments[at].as_ref().unwrap_or(&blank);
            for (field, value) in self.fields(at).iter().zip(values) {
                shown.insert(field.name.to_owned(), value.to_json());
            }
        }
        Json::Object(shown)
    }
}

/// A segment as it is when new: its mark set, everything else at rest.
fn blank(segment: &SegmentLayout, version: u8) -> Vec<Value> {
    let mut values: Vec<Value> =
        segment.fields.iter().map(|field| Value::blank(field, version)).collect();
    if let Some((_, mark)) = segment.mark {
        values[0] = Value::Int(mark.into());
    }
    values
}

/// Which segment of the layout this is: the core has no mark; three bits mark the others of TCF
/// sections (the core's version starts with three zeros); US sections go by place, with a mark of two
/// bits on GPC.
fn which(layout: &Layout, place: usize, bits: &Bits) -> Result<usize> {
    let tagged = layout.segments.iter().any(|segment| matches!(segment.mark, Some((3, _))));
    if tagged {
        let kind = bits.peek(3, "SegmentType")?;
        if kind == 0 {
            return if place == 0 { Ok(0) } else { Err(SignalError::SegmentRepeated { place }) };
        }
        let marked = |segment: &SegmentLayout| segment.mark == Some((3, kind as u8));
        return layout
            .segments
            .iter()
            .position(marked)
            .ok_or(SignalError::SegmentType { place, kind });
    }
    let segment = layout.segments.get(place).ok_or(SignalError::SegmentRepeated { place })?;
    if let Some((width, mark)) = segment.mark {
        let kind = bits.peek(width.into(), "SubsectionType")?;
        if kind != u64::from(mark) {
            return Err(SignalError::SegmentType { place, kind });
        }
    }
    Ok(place)
}

fn core_fields(layout: &Layout, bits: &Bits) -> &'static [Field] {
    if layout.id == NATIONAL && bits.len() <= NATIONAL_ONE_BITS {
        return NATIONAL_ONE.fields;
    }
    layout.segments[0].fields
}

fn read_values(
    bits: &mut Bits,
    fields: &'static [Field],
    numbers: Option<Numbers>,
) -> Result<Vec<Value>> {
    let mut values = Vec::with_capacity(fields.len());
    let mut custom = 0;
    for field in fields {
        let value = Value::read(bits, field, custom, numbers)?;
        if let (Value::Int(number), "NumCustomPurposes") = (&value, field.name) {
            custom = *number as u8;
        }
        values.push(value);
    }
    Ok(values)
}

/// Length and version of the national section need not agree: some writers kept version 1 with the
/// fields of version 2, others the reverse. The version decides which fields there are; those the text
/// lacks are “not applicable”.
fn settle_national(layout: &Layout, core: &mut Option<Vec<Value>>) {
    let Some(values) = core.as_mut().filter(|_| layout.id == NATIONAL) else { return };
    let one = values.first() == Some(&Value::Int(1));
    let fields = if one { NATIONAL_ONE.fields } else { layout.segments[0].fields };
    for (value, field) in values.iter_mut().zip(fields) {
        if let (Value::Twos(twos), Kind::Twos(count)) = (value, field.kind) {
            twos.resize(count.into(), 0);
        }
    }
}
