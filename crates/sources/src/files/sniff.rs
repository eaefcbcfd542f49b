//! What kind of text a file is: its encoding, and for tables its delimiter, quotes and header.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::Encoding;

/// Bytes looked at.
pub(super) const HEAD: usize = 256 << 10;
/// Records looked at.
const RECORDS: usize = 300;
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// How a table is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Dialect {
    pub delimiter: u8,
    /// Double quotes enclose fields; false when they are just characters.
    pub quotes: bool,
    /// The first record names the columns.
    pub header: bool,
    /// Fields most records have.
    pub fields: usize,
    /// Fields the longest record of the head has.
    pub most_fields: usize,
    /// Bytes of text before the first record (Excel's `sep=;` line).
    pub skip: usize,
}

/// The encoding of a file by its head; `complete` when the head is the whole file.
///
/// A byte order mark decides; then zero bytes (UTF-16 without a mark); then what is valid UTF-8 is
/// UTF-8; and the rest is guessed by its statistics. GBK and GB18030 are one decoder, the superset.
pub(super) fn encoding(head: &[u8], complete: bool) -> &'static Encoding {
    if let Some((encoding, _)) = Encoding::for_bom(head) {
        return encoding;
    }
    if let Some(encoding) = wide(head) {
        return encoding;
    }
    match std::str::from_utf8(head) {
        Ok(_) => return encoding_rs::UTF_8,
        // Cut in the middle of a character.
        Err(e) if e.error_len().is_none() && !complete => return encoding_rs::UTF_8,
        Err(_) => {}
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(head, complete);
    let guess = detector.guess(None, Utf8Detection::Deny);
    if guess == encoding_rs::GBK {
        return encoding_rs::GB18030;
    }
    // UTF-8 with a few broken bytes is far more common than text in which multi-byte sequences
    // happen to be well-formed: keep UTF-8 when most non-ASCII text is valid.
    if mostly_utf8(head) { encoding_rs::UTF_8 } else { guess }
}

fn wide(head: &[u8]) -> Option<&'static Encoding> {
    let pairs = head.len() / 2;
    if pairs < 4 {
        return None;
    }
    // Text in Latin letters or digits: one byte of the pair zero, the other a printable character.
    let latin = |high: usize| {
        let pairs = head.chunks_exact(2);
        pairs
            .filter(|p| p[high] == 0 && (p[1 - high] >= b' ' || p[1 - high].is_ascii_whitespace()))
            .count()
    };
    let zeros = |at: usize| head.iter().skip(at).step_by(2).filter(|b| **b == 0).count();
    let looks = |high: usize| {
        let found = latin(high);
        found * 3 > pairs && found * 20 > zeros(high) * 19 && zeros(1 - high) * 20 < pairs
    };
    if looks(1) {
        Some(encoding_rs::UTF_16LE)
    } else if looks(0) {
        Some(encoding_rs::UTF_16BE)
    } else {
        None
    }
}

fn mostly_utf8(head: &[u8]) -> bool {
    let (mut valid, mut broken) = (0usize, 0usize);
    for chunk in head.utf8_chunks() {
        valid += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        broken += usize::from(!chunk.invalid().is_empty());
    }
    valid > broken * 4
}

/// More than a few control bytes, and no UTF-16: not text.
pub(super) fn is_binary(head: &[u8]) -> bool {
    if Encoding::for_bom(head).is_some() || wide(head).is_some() {
        return false;
    }
    let control = |b: &&u8| **b < 32 && !matches!(**b, b'\t' | b'\n' | b'\r' | 0x0c | 0x1b);
    head.iter().filter(control).count() * 50 > head.len() + 100
}

/// The dialect of a table by its first text; `hint` is what the file's name says.
pub(super) fn dialect(text: &str, complete: bool, hint: Option<u8>) -> Dialect {
    let (skip, told) = separator_line(text);
    let text = &text[skip..];
    let mut best: Option<(f64, Dialect)> = None;
    for delimiter in DELIMITERS {
        if told.is_some_and(|t| t != delimiter) {
            continue;
        }
        let plain = records(text, delimiter, false, complete);
        let quoted = records(text, delimiter, true, complete);
        // Where every line is a record by itself, quotes that join lines are just characters.
        let stray = most_common(&plain).1 > 0.99 && plain.len() > quoted.len();
        for (records, quotes) in [(quoted, true), (plain, false)] {
            let (fields, share) = most_common(&records);
            let favoured = if hint == Some(delimiter) { 1.2 } else { 1.0 };
            // Consistency first, then width; a single column is only the last resort.
            let width = (fields as f64).ln_1p();
            let score = if fields < 2 { 0.01 } else { share * share * width }
                * favoured
                * if quotes && !stray {
                    1.05
                } else if quotes {
                    0.5
                } else {
                    1.0
                };
            if best.as_ref().is_none_or(|(s, _)| score > *s) {
                let most_fields = records.iter().map(Vec::len).max().unwrap_or(0);
                let header = has_header(&records);
                let dialect = Dialect { delimiter, quotes, header, fields, most_fields, skip };
                best = Some((score, dialect));
            }
        }
    }
    best.map(|(_, dialect)| dialect).unwrap_or(Dialect {
        delimiter: b',',
        quotes: true,
        header: true,
        fields: 0,
        most_fields: 0,
        skip,
    })
}

/// Excel's first line `sep=;`.
fn separator_line(text: &str) -> (usize, Option<u8>) {
    let line = text.split_inclusive('\n').next().unwrap_or_default();
    let told = line.trim_end().strip_prefix("sep=").filter(|d| d.len() == 1);
    match told.and_then(|d| d.bytes().next()).filter(|d| DELIMITERS.contains(d)) {
        Some(delimiter) => (line.len(), Some(delimiter)),
        None => (0, None),
    }
}

fn records(text: &str, delimiter: u8, quotes: bool, complete: bool) -> Vec<Vec<String>> {
    let reader = csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .quoting(quotes)
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    let mut records: Vec<Vec<String>> = reader
        .into_records()
        .take(RECORDS + 1)
        .filter_map(Result::ok)
        .map(|record| record.iter().map(str::to_owned).collect())
        .collect();
    if records.len() > 1 && (!complete || records.len() > RECORDS) {
        records.pop(); // perhaps cut off
    }
    records
}

/// The most common number of fields and the share of records that have it.
fn most_common(records: &[Vec<String>]) -> (usize, f64) {
    let mut counts = std::collections::HashMap::new();
    for record in records {
        *counts.entry(record.len()).or_insert(0usize) += 1;
    }
    let best = counts.into_iter().max_by_key(|(fields, count)| (*count, *fields));
    best.map_or((0, 0.0), |(fields, count)| (fields, count as f64 / records.len() as f64))
}

/// Column names are short, distinct words; values have digits, addresses, repetitions.
fn has_header(records: &[Vec<String>]) -> bool {
    let Some(first) = records.first() else { return true };
    let filled: Vec<&str> = first.iter().map(|f| f.trim()).filter(|f| !f.is_empty()).collect();
    let mut distinct = filled.clone();
    distinct.sort_unstable();
    distinct.dedup();
    let wordy = |f: &&str| {
        let digits = f.chars().filter(char::is_ascii_digit).count();
        let letters = f.chars().filter(|c| c.is_alphabetic()).count();
        f.chars().count() <= 80 && letters > 0 && digits < 6 && !f.contains('@')
    };
    if filled.is_empty() || distinct.len() < filled.len() || !filled.iter().all(wordy) {
        return false;
    }
    // A value of the first record that comes again in its column is data, not a name.
    let rest = &records[1..];
    let again = first.iter().enumerate().any(|(i, name)| {
        !name.trim().is_empty() && rest.iter().any(|r| r.get(i).is_some_and(|v| v == name))
    });
    !again
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sniffed(text: &str) -> Dialect {
        dialect(text, true, None)
    }

    #[test]
    fn delimiters_quotes_and_headers_are_recognised() {
        let d = sniffed("name;note\n\"Li; Wei\";\"a, b\"\nAnn;\"c,\nd, e\"\n");
        assert_eq!((d.delimiter, d.quotes, d.header, d.fields), (b';', true, true, 2));
        let d = sniffed("id\tname\n1\tLi, Wei\n2\tAnn, B\n");
        assert_eq!((d.delimiter, d.header), (b'\t', true));
        let d = sniffed("1|13800138000|li@example.com\n2|13800138001|ann@example.com\n");
        assert_eq!((d.delimiter, d.header, d.fields), (b'|', false, 3));
        let d = sniffed("sep=|\na|b,c\n1|2,3\n");
        assert_eq!((d.delimiter, d.skip), (b'|', 6));
        assert_eq!(sniffed("email\nli@example.com\nann@example.com\n").fields, 1);
        assert_eq!(sniffed("").fields, 0);
    }

    #[test]
    fn a_stray_quote_does_not_swallow_the_file() {
        let rows = "\"6,tall,x\n".repeat(50);
        let d = sniffed(&format!("size,word,z\n{rows}"));
        assert_eq!((d.quotes, d.fields), (false, 3));
    }

    #[test]
    fn encodings_are_recognised() {
        let text = "姓名,电话\n王小明,13800138000\n李丽,13900139000\n";
        let (gbk, _, _) = encoding_rs::GB18030.encode(text);
        assert_eq!(encoding(&gbk, true), encoding_rs::GB18030);
        assert_eq!(encoding(text.as_bytes(), true), encoding_rs::UTF_8);
        assert_eq!(encoding(&text.as_bytes()[..7], false), encoding_rs::UTF_8);
        let wide: Vec<u8> = "id,name\n1,Ann\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(encoding(&wide, true), encoding_rs::UTF_16LE);
        assert_eq!(encoding(b"\xfe\xff\x00a", true), encoding_rs::UTF_16BE);
        let mut broken = text.repeat(3).into_bytes();
        broken.extend(b"\xff,1\n");
        assert_eq!(encoding(&broken, true), encoding_rs::UTF_8);
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes: Vec<u8>, text in "[a\",;\\n\\r|\t'=]{0,200}") {
            let encoding = encoding(&bytes, true);
            let decoded = super::super::pieces::decode(&bytes, encoding, true);
            let _ = (is_binary(&bytes), dialect(&decoded, true, None), dialect(&text, false, Some(b'\t')));
        }
    }
}
