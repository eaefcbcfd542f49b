//! Parquet: a few strips of rows from row groups all over the file, column by column, so that only
//! the pages needed are read.

use std::{fs::File, path::Path, sync::Arc, time::Instant};

use parquet::{
    basic::{ConvertedType, LogicalType, Repetition, TimeUnit, Type as Physical},
    column::reader::{ColumnReader, ColumnReaderImpl},
    data_type::{AsBytes, DataType},
    errors::ParquetError,
    file::reader::{FileReader, SerializedFileReader},
    schema::types::{ColumnDescriptor, Type},
};

use super::{COLUMNS, Shape, column, io_error};
use crate::{
    error::SourceError,
    model::{Limits, StoreInfo},
    rows::{Collector, cut},
};

/// Places in the file rows are read from.
const STRIPS: usize = 8;
/// Records read at a time: a page of long values should not be copied whole.
const BATCH: usize = 16;
/// Metadata larger than this is no honest file's.
const FOOTER: u64 = 512 << 20;

pub(super) fn shape(path: &Path, name: &str) -> Result<Shape, SourceError> {
    let reader = open(path, name)?;
    let meta = reader.metadata().file_metadata();
    let schema = meta.schema_descr();
    let columns = names(schema.root_schema())
        .into_iter()
        .take(COLUMNS)
        .enumerate()
        .map(|(i, path)| column(&path, i, &type_name(&schema.column(i))))
        .collect();
    Ok(Shape { columns, rows_estimate: u64::try_from(meta.num_rows()).ok() })
}

pub(super) fn sample(
    path: &Path,
    store: &StoreInfo,
    limits: &Limits,
    deadline: Instant,
    rows: &mut Collector,
) -> Result<(), SourceError> {
    let reader = open(path, &store.name)?;
    let schema = reader.metadata().file_metadata().schema_descr_ptr();
    let names = names(schema.root_schema());
    // The file may have been replaced since the listing: columns are found by path.
    let leaves: Vec<Option<usize>> =
        store.columns.iter().map(|c| names.iter().position(|n| *n == c.name)).collect();
    if leaves.iter().all(Option::is_none) {
        return Err(SourceError::Vanished(store.name.clone()));
    }
    for strip in strips(&reader, limits.rows as usize) {
        let group = reader.get_row_group(strip.group).map_err(|e| error(&e, &store.name))?;
        let mut columns: Vec<Vec<Value>> = Vec::with_capacity(leaves.len());
        for leaf in &leaves {
            let Some(leaf) = leaf else {
                columns.push(Vec::new());
                continue;
            };
            let mut column = group.get_column_reader(*leaf).map_err(|e| error(&e, &store.name))?;
            let most = (&strip, limits, Pick::One);
            let values = read(&mut column, &schema.column(*leaf), most)
                .map_err(|e| error(&e, &store.name))?;
            columns
                .push(values.into_iter().map(|mut one| one.pop().unwrap_or(Value::Null)).collect());
            if Instant::now() > deadline {
                return Err(SourceError::Slow(store.name.clone()));
            }
        }
        let height = columns.iter().map(Vec::len).max().unwrap_or(0);
        for row in 0..height {
            for (i, column) in columns.iter().enumerate() {
                match column.get(row) {
                    Some(Value::Text(text)) => rows.text(i, text),
                    Some(Value::Binary) => rows.binary(i),
                    Some(Value::Null) | None => rows.null(i),
                }
            }
            if !rows.end_row() {
                return Ok(());
            }
        }
    }
    Ok(())
}

/// Consecutive rows of one group, from where a reader stands.
pub(super) struct Strip {
    pub group: usize,
    pub skip: usize,
    pub rows: usize,
}

/// Which of a record's values of one column are wanted.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Pick {
    /// One; of repeated values another element each record.
    One,
    /// All of them.
    All,
}

/// Evenly spread over all rows of the file.
fn strips(reader: &SerializedFileReader<File>, want: usize) -> Vec<Strip> {
    let groups: Vec<usize> = reader
        .metadata()
        .row_groups()
        .iter()
        .map(|g| usize::try_from(g.num_rows()).unwrap_or(0))
        .collect();
    let total: usize = groups.iter().sum();
    let count = if total <= want { 1 } else { STRIPS };
    let each = want.min(total).div_ceil(count);
    let mut found = Vec::new();
    for i in 0..count {
        let mut from = (total as u128 * i as u128 / count as u128) as usize;
        let mut left = each;
        for (group, rows) in groups.iter().enumerate() {
            if from >= *rows {
                from -= rows;
                continue;
            }
            let take = left.min(rows - from);
            found.push(Strip { group, skip: from, rows: take });
            left -= take;
            from = 0;
            // A short group ends its strip, unless everything is wanted anyway.
            if left == 0 || count > 1 {
                break;
            }
        }
    }
    found
}

pub(super) fn open(path: &Path, name: &str) -> Result<SerializedFileReader<File>, SourceError> {
    use std::io::{Read, Seek, SeekFrom};
    let mut file = File::open(path).map_err(|e| io_error(&e, name, true))?;
    let length = file.metadata().map_err(|e| io_error(&e, name, true))?.len();
    let mut tail = [0u8; 8];
    let read = file.seek(SeekFrom::End(-8)).and_then(|_| file.read_exact(&mut tail));
    if read.is_err() || &tail[4..] != b"PAR1" {
        return Err(malformed(name, "not a whole Parquet file"));
    }
    let footer = u64::from(u32::from_le_bytes([tail[0], tail[1], tail[2], tail[3]]));
    if footer > length || footer > FOOTER {
        return Err(malformed(name, "the footer is damaged"));
    }
    SerializedFileReader::new(file).map_err(|e| error(&e, name))
}

fn malformed(name: &str, why: &str) -> SourceError {
    SourceError::Malformed { file: name.to_owned(), why: why.to_owned() }
}

/// The library's messages may quote what it read; only the kind of error is told.
pub(super) fn error(error: &ParquetError, name: &str) -> SourceError {
    malformed(
        name,
        match error {
            ParquetError::NYI(_) => "a part of the format that is not supported",
            ParquetError::EOF(_) => "the file ends too early",
            _ => "the Parquet data is damaged or encrypted",
        },
    )
}

pub(super) enum Value {
    Text(String),
    Binary,
    Null,
}

/// The values of each record.
pub(super) fn read(
    column: &mut ColumnReader,
    about: &ColumnDescriptor,
    (strip, limits, how): (&Strip, &Limits, Pick),
) -> Result<Vec<Vec<Value>>, ParquetError> {
    let logical = about.logical_type_ref();
    let converted = about.converted_type();
    let scale = match logical {
        Some(LogicalType::Decimal(decimal)) => Some(decimal.scale),
        _ if converted == ConvertedType::DECIMAL => Some(about.type_scale()),
        _ => None,
    };
    let whole = |v: i64| Value::Text(number(v, logical, converted, scale));
    match column {
        ColumnReader::BoolColumnReader(r) => {
            records(r, about, (strip, how), |v: &bool| Value::Text(v.to_string()))
        }
        ColumnReader::Int32ColumnReader(r) => {
            records(r, about, (strip, how), |v| whole(i64::from(*v)))
        }
        ColumnReader::Int64ColumnReader(r) => records(r, about, (strip, how), |v| whole(*v)),
        ColumnReader::Int96ColumnReader(r) => records(r, about, (strip, how), |v| {
            let data = v.data();
            let nanos = i128::from(data[0]) | (i128::from(data[1]) << 32);
            let days = i64::from(data[2]) - 2_440_588; // Julian day of 1970-01-01
            Value::Text(timestamp(i128::from(days) * 86_400_000_000_000 + nanos))
        }),
        ColumnReader::FloatColumnReader(r) => {
            records(r, about, (strip, how), |v: &f32| Value::Text(v.to_string()))
        }
        ColumnReader::DoubleColumnReader(r) => {
            records(r, about, (strip, how), |v: &f64| Value::Text(v.to_string()))
        }
        ColumnReader::ByteArrayColumnReader(r) => {
            records(r, about, (strip, how), |v| bytes(v.as_bytes(), logical, scale, limits))
        }
        ColumnReader::FixedLenByteArrayColumnReader(r) => {
            records(r, about, (strip, how), |v| bytes(v.as_bytes(), logical, scale, limits))
        }
    }
}

fn records<T: DataType>(
    column: &mut ColumnReaderImpl<T>,
    about: &ColumnDescriptor,
    (strip, how): (&Strip, Pick),
    text: impl Fn(&T::T) -> Value,
) -> Result<Vec<Vec<Value>>, ParquetError> {
    let defined = about.max_def_level();
    let repeated = about.max_rep_level() > 0;
    column.skip_records(strip.skip)?;
    let mut found = Vec::with_capacity(strip.rows);
    let (mut defs, mut reps, mut values) = (Vec::new(), Vec::new(), Vec::new());
    while found.len() < strip.rows {
        defs.clear();
        reps.clear();
        values.clear();
        let most = BATCH.min(strip.rows - found.len());
        let (count, _, levels) =
            column.read_records(most, Some(&mut defs), Some(&mut reps), &mut values)?;
        if count == 0 {
            break;
        }
        let mut next = values.iter();
        let mut record: Vec<&T::T> = Vec::new();
        for level in 0..levels {
            if level > 0 && (!repeated || reps.get(level) == Some(&0)) {
                found.push(pick(&record, found.len(), how, &text));
                record.clear();
            }
            if defined == 0 || defs.get(level) == Some(&defined) {
                record.extend(next.next());
            }
        }
        found.push(pick(&record, found.len(), how, &text));
    }
    Ok(found)
}

fn pick<V>(record: &[&V], turn: usize, how: Pick, text: &impl Fn(&V) -> Value) -> Vec<Value> {
    match how {
        _ if record.is_empty() => Vec::new(),
        Pick::One => vec![text(record[turn % record.len()])],
        Pick::All => record.iter().map(|one| text(one)).collect(),
    }
}

fn bytes(
    value: &[u8],
    logical: Option<&LogicalType>,
    scale: Option<i32>,
    limits: &Limits,
) -> Value {
    if let Some(scale) = scale {
        if value.is_empty() || value.len() > 16 {
            return Value::Binary;
        }
        // Two's complement, most significant byte first.
        let sign = if value[0] & 0x80 == 0 { 0 } else { -1 };
        let number = value.iter().fold(sign, |n: i128, b| (n << 8) | i128::from(*b));
        return Value::Text(decimal(number, scale));
    }
    if matches!(logical, Some(LogicalType::Uuid)) && value.len() == 16 {
        let number = value.iter().fold(0u128, |n, b| (n << 8) | u128::from(*b));
        let hex = format!("{number:032x}");
        let parts = [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]];
        return Value::Text(parts.join("-"));
    }
    // Older writers leave their strings unmarked, so what is text counts as text.
    let most = value.len().min(limits.value_bytes + 4);
    match std::str::from_utf8(&value[..most]) {
        Ok(text) if !text.contains('\0') => Value::Text(cut(text, limits.value_bytes).to_owned()),
        Err(e) if e.error_len().is_none() && most < value.len() => {
            let text = String::from_utf8_lossy(&value[..e.valid_up_to()]);
            Value::Text(cut(&text, limits.value_bytes).to_owned())
        }
        _ => Value::Binary,
    }
}

fn number(
    value: i64,
    logical: Option<&LogicalType>,
    converted: ConvertedType,
    scale: Option<i32>,
) -> String {
    if let Some(scale) = scale {
        return decimal(i128::from(value), scale);
    }
    let nanos = i128::from(value);
    match (logical, converted) {
        (Some(LogicalType::Date), _) | (_, ConvertedType::DATE) => date(value),
        (Some(LogicalType::Timestamp(t)), _) => timestamp(nanos * per_unit(t.unit)),
        (_, ConvertedType::TIMESTAMP_MILLIS) => timestamp(nanos * 1_000_000),
        (_, ConvertedType::TIMESTAMP_MICROS) => timestamp(nanos * 1000),
        (Some(LogicalType::Time(t)), _) => clock(nanos * per_unit(t.unit)),
        (_, ConvertedType::UINT_64) => value.cast_unsigned().to_string(),
        (_, ConvertedType::UINT_32) => (value as u32).to_string(),
        _ => value.to_string(),
    }
}

fn per_unit(unit: TimeUnit) -> i128 {
    match unit {
        TimeUnit::MILLIS => 1_000_000,
        TimeUnit::MICROS => 1000,
        TimeUnit::NANOS => 1,
    }
}

fn decimal(value: i128, scale: i32) -> String {
    let scale = usize::try_from(scale).unwrap_or(0).min(60);
    if scale == 0 {
        return value.to_string();
    }
    let digits = format!("{:0>width$}", value.unsigned_abs(), width = scale + 1);
    let (whole, part) = digits.split_at(digits.len() - scale);
    format!("{}{whole}.{part}", if value < 0 { "-" } else { "" })
}

/// Days since 1970-01-01 as a date (H. Hinnant, “chrono-compatible low-level date algorithms”).
fn date(days: i64) -> String {
    let z = days + 719_468;
    let era = z.div_euclid(146_097);
    let day_of_era = z.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

fn timestamp(nanos: i128) -> String {
    let day = 86_400_000_000_000;
    let days = i64::try_from(nanos.div_euclid(day)).unwrap_or(0);
    format!("{} {}", date(days), clock(nanos.rem_euclid(day)))
}

fn clock(nanos: i128) -> String {
    let seconds = nanos / 1_000_000_000;
    let text = format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
    match nanos % 1_000_000_000 / 1000 {
        0 => text,
        micros => format!("{text}.{micros:06}"),
    }
}

/// Paths of the leaves in order; lists and maps without their technical levels.
pub(super) fn names(root: &Type) -> Vec<String> {
    let mut out = Vec::new();
    for field in root.get_fields() {
        visit(field, field.name().to_owned(), &mut out);
    }
    out
}

fn visit(node: &Type, mut path: String, out: &mut Vec<String>) {
    let info = node.get_basic_info();
    let repeated = info.has_repetition() && info.repetition() == Repetition::REPEATED;
    if repeated {
        path.push_str("[]");
    }
    if node.is_primitive() {
        out.push(path);
        return;
    }
    let fields = node.get_fields();
    let is = |converted, logical: &LogicalType| {
        info.converted_type() == converted || info.logical_type_ref() == Some(logical)
    };
    let wraps_one = fields.len() == 1 && fields[0].get_basic_info().has_repetition();
    let list = is(ConvertedType::LIST, &LogicalType::List);
    let map = is(ConvertedType::MAP, &LogicalType::Map)
        || is(ConvertedType::MAP_KEY_VALUE, &LogicalType::Map);
    if wraps_one && (list || map) {
        path.push_str("[]");
        inside(&fields[0], path, list, out);
        return;
    }
    for field in fields {
        visit(field, format!("{path}.{}", field.name()), out);
    }
}

/// What is below a list's or map's technical level.
fn inside(level: &Arc<Type>, path: String, list: bool, out: &mut Vec<String>) {
    if level.is_primitive() {
        out.push(path);
        return;
    }
    let fields = level.get_fields();
    if list && fields.len() == 1 {
        visit(&fields[0], path, out);
        return;
    }
    for field in fields {
        visit(field, format!("{path}.{}", field.name()), out);
    }
}

fn type_name(about: &ColumnDescriptor) -> String {
    let name = match (about.logical_type_ref(), about.converted_type()) {
        (Some(LogicalType::String), _) | (None, ConvertedType::UTF8) => "string",
        (Some(LogicalType::Uuid), _) => "uuid",
        (Some(LogicalType::Json), _) | (None, ConvertedType::JSON) => "json",
        (Some(LogicalType::Enum), _) | (None, ConvertedType::ENUM) => "enum",
        (Some(LogicalType::Date), _) | (None, ConvertedType::DATE) => "date",
        (Some(LogicalType::Decimal(_)), _) | (None, ConvertedType::DECIMAL) => "decimal",
        (Some(LogicalType::Timestamp(_)), _)
        | (None, ConvertedType::TIMESTAMP_MILLIS | ConvertedType::TIMESTAMP_MICROS) => "timestamp",
        (Some(LogicalType::Time(_)), _) => "time",
        _ => match about.physical_type() {
            Physical::BOOLEAN => "boolean",
            Physical::INT32 => "int32",
            Physical::INT64 => "int64",
            Physical::INT96 => "timestamp",
            Physical::FLOAT => "float",
            Physical::DOUBLE => "double",
            Physical::BYTE_ARRAY => "binary",
            Physical::FIXED_LEN_BYTE_ARRAY => "fixed",
        },
    };
    name.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_times_and_decimals_are_written_plainly() {
        assert_eq!(date(0), "1970-01-01");
        assert_eq!(date(-1), "1969-12-31");
        assert_eq!(date(11_016), "2000-02-29");
        assert_eq!(timestamp(1_700_000_000_123_456_000), "2023-11-14 22:13:20.123456");
        assert_eq!((decimal(-5, 2).as_str(), decimal(12_345, 3).as_str()), ("-0.05", "12.345"));
    }

    #[test]
    fn lists_maps_and_groups_become_paths() {
        let schema = "message s { optional binary name (UTF8);
            optional group tags (LIST) { repeated group list { optional binary element (UTF8); } }
            optional group items (LIST) { repeated group list { optional group element { required int32 sku; } } }
            optional group attrs (MAP) { repeated group key_value { required binary key (UTF8); optional int32 value; } }
            optional group address { optional binary city (UTF8); } repeated int32 old; }";
        let root = parquet::schema::parser::parse_message_type(schema).unwrap();
        let expected = [
            "name",
            "tags[]",
            "items[].sku",
            "attrs[].key",
            "attrs[].value",
            "address.city",
            "old[]",
        ];
        assert_eq!(names(&root), expected);
    }
}
