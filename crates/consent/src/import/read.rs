//! Reading an export line by line.

use std::{collections::BTreeMap, io::Read, sync::Arc};

use jiff::{Timestamp, civil::DateTime, tz::TimeZone};

use super::{
    Import, Profile,
    profile::{Choices, Layout},
};
use crate::{
    Catalogue, Choice, ConsentError, Identifier, Recording, Result, Subject, record::Origin,
};

/// What a line comes to.
pub(super) enum Line {
    Choice(Box<Recording>),
    Empty,
    Wrong(String),
}

/// The lines of a file.
pub(super) struct Lines {
    reader: csv::Reader<Box<dyn Read + Send>>,
    layout: Layout,
    profile: String,
    catalogue: Arc<Catalogue>,
    import: Import,
    country: String,
    unknown: BTreeMap<String, u64>,
}

impl Lines {
    pub(super) fn open(
        catalogue: &Arc<Catalogue>,
        file: impl Read + Send + 'static,
        import: &Import,
    ) -> Result<Self> {
        let file: Box<dyn Read + Send> = Box::new(file);
        let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(file);
        let unreadable = |_| invalid("the file is no CSV text in UTF-8; save it as CSV UTF-8");
        let headings = reader.headers().map_err(unreadable)?.clone();
        let headings: Vec<&str> = headings.iter().collect();
        let is_purpose =
            |key: &str| catalogue.purpose(key).is_ok() || import.purposes.contains_key(key);
        let own = import.profile.clone().map(|one| vec![one]);
        let found = own.unwrap_or_else(Profile::built_in).into_iter().find_map(|profile| {
            let layout = profile.layout(&headings, &is_purpose)?;
            Some((profile.key, layout))
        });
        let (profile, layout) = found.ok_or_else(|| {
            invalid(
                "the headings of the file are not those of a known export: it needs a column with \
                 an identifier (email, phone, customer_id) and the purposes' keys as columns, or \
                 columns purpose and state",
            )
        })?;
        Ok(Self {
            reader,
            layout,
            profile,
            country: catalogue.property(&import.property)?.body.country.clone(),
            catalogue: Arc::clone(catalogue),
            import: import.clone(),
            unknown: BTreeMap::new(),
        })
    }

    pub(super) fn profile(&self) -> &str {
        &self.profile
    }

    pub(super) fn unknown_purposes(&self) -> BTreeMap<String, u64> {
        self.unknown.clone()
    }

    /// The next lines with their numbers in the file; none at its end.
    pub(super) fn batch(&mut self, most: usize) -> Vec<(u64, Line)> {
        let mut batch = Vec::new();
        let mut record = csv::StringRecord::new();
        while batch.len() < most {
            match self.reader.read_record(&mut record) {
                Ok(false) => break,
                Ok(true) => {
                    let number = record.position().map_or(0, csv::Position::line);
                    let line = match self.line(&record) {
                        Ok(Some(recording)) => Line::Choice(Box::new(recording)),
                        Ok(None) => Line::Empty,
                        Err(why) => Line::Wrong(why),
                    };
                    batch.push((number, line));
                }
                Err(error) => {
                    let number = error.position().map_or(0, csv::Position::line);
                    batch.push((number, Line::Wrong("the line is not UTF-8 text".to_owned())));
                    if error.is_io_error() {
                        break;
                    }
                }
            }
        }
        batch
    }

    fn line(&mut self, record: &csv::StringRecord) -> Result<Option<Recording>, String> {
        let cell = |at: Option<usize>| at.and_then(|at| record.get(at)).unwrap_or_default().trim();
        let choices = self.choices(record)?;
        if choices.is_empty() {
            return Ok(None);
        }
        let subject = self.subject(record)?;
        let when = self.layout.given_at.iter().find_map(|at| {
            let text = cell(Some(*at));
            (!text.is_empty()).then_some(text)
        });
        let given_at = match when {
            None => return Err("the line does not say when the choice was made".to_owned()),
            Some(text) => time(text).ok_or(
                "the time is not in a form that can be read; write it like 2026-11-29T08:30:00Z",
            )?,
        };
        let notice = cell(self.layout.notice);
        let channel = cell(self.layout.channel);
        Ok(Some(Recording {
            subject,
            property: self.import.property.clone(),
            notice: if notice.is_empty() { self.import.notice.clone() } else { notice.to_owned() },
            language: cell(self.layout.language).to_owned(),
            choices,
            channel: channel.chars().take(40).collect(),
            page: String::new(),
            ip: None,
            user_agent: String::new(),
            given_at: Some(given_at),
            minor: None,
            origin: Origin::Import,
            confirmed: false,
            idempotency: None,
        }))
    }

    fn subject(&self, record: &csv::StringRecord) -> Result<Subject, String> {
        let mut all = Vec::new();
        for (kind, at) in &self.layout.identifiers {
            let text = record.get(*at).unwrap_or_default().trim();
            if !text.is_empty() {
                let one = Identifier::parse(*kind, text, &self.country);
                all.push(one.map_err(|error| error.to_string())?);
            }
        }
        Subject::new(all).map_err(|_| "the line names nobody".to_owned())
    }

    fn choices(&mut self, record: &csv::StringRecord) -> Result<BTreeMap<String, Choice>, String> {
        let pairs: Vec<(String, Option<Choice>)> = match &self.layout.choices {
            Choices::Fixed(purpose, choice) => vec![(purpose.clone(), Some(*choice))],
            Choices::Long { purpose, state } => {
                let name = record.get(*purpose).unwrap_or_default().trim().to_owned();
                vec![(name, self.read_choice(record, *state)?)]
            }
            Choices::Wide(columns) => {
                let read = |(name, at): &(String, usize)| {
                    Ok((name.clone(), self.read_choice(record, *at)?))
                };
                columns.iter().map(read).collect::<Result<_, String>>()?
            }
        };
        let mut choices = BTreeMap::new();
        for (name, choice) in pairs {
            let Some(choice) = choice else { continue };
            let key = self.import.purposes.get(&name).unwrap_or(&name);
            if self.catalogue.purpose(key).is_err() {
                let short: String = name.chars().take(60).collect();
                *self.unknown.entry(short).or_default() += 1;
                return Err("the purpose is none of yours; say which one it is".to_owned());
            }
            choices.insert(key.clone(), choice);
        }
        Ok(choices)
    }

    fn read_choice(&self, record: &csv::StringRecord, at: usize) -> Result<Option<Choice>, String> {
        let cell = record.get(at).unwrap_or_default();
        let unknown = "the state is none of the known words (granted, denied, withdrawn, yes, no, 同意, 撤回 …)";
        self.layout.choice(cell).map_err(|()| unknown.to_owned())
    }
}

const FORMS: [&str; 9] = [
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%d %H:%M:%S%.f",
    "%Y-%m-%dT%H:%M:%S",
    "%Y-%m-%d %H:%M",
    "%Y/%m/%d %H:%M:%S",
    "%Y/%m/%d %H:%M",
    "%Y年%m月%d日 %H:%M",
    "%d.%m.%Y %H:%M:%S",
    "%d.%m.%Y %H:%M",
];
const DAYS: [&str; 4] = ["%Y-%m-%d", "%Y/%m/%d", "%Y年%m月%d日", "%d.%m.%Y"];

/// A time as exports write it; without a zone it is UTC. Seconds and milliseconds since 1970 too.
fn time(text: &str) -> Option<i64> {
    if let Ok(at) = text.parse::<Timestamp>() {
        return Some(at.as_microsecond());
    }
    if let Ok(number) = text.parse::<i64>() {
        let micros = if number > 100_000_000_000 { number * 1000 } else { number * 1_000_000 };
        return (number > 0).then_some(micros);
    }
    let moment = FORMS.iter().find_map(|form| DateTime::strptime(form, text).ok());
    let day = || DAYS.iter().find_map(|form| jiff::civil::Date::strptime(form, text).ok());
    let civil = moment.or_else(|| day().map(|day| day.at(0, 0, 0, 0)))?;
    let zoned = TimeZone::UTC.to_timestamp(civil).ok()?;
    Some(zoned.as_microsecond())
}

fn invalid(text: &str) -> ConsentError {
    ConsentError::Invalid(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_exports_write_them() {
        let at = "2026-11-29T08:30:00Z".parse::<Timestamp>().unwrap().as_microsecond();
        for text in [
            "2026-11-29T08:30:00Z",
            "2026-11-29T16:30:00+08:00",
            "2026-11-29 08:30:00",
            "2026/11/29 08:30",
            "2026年11月29日 08:30",
            "29.11.2026 08:30",
            "1795941000",
            "1795941000000",
        ] {
            assert_eq!(time(text), Some(at), "{text}");
        }
        // 03/04/2026 is March to some and April to others: not guessed.
        for text in ["03/04/2026", "yesterday", "", "-5"] {
            assert_eq!(time(text), None, "{text}");
        }
    }
}
