//! What the three drivers' errors mean.

use sources::SourceError;
use sqlx::mysql::MySqlDatabaseError;

use crate::error::PurgeError;

/// What a driver's error means. Servers' messages are never repeated: they may quote a value.
pub(crate) fn fault(error: &sqlx::Error, place: &str, table: &str) -> PurgeError {
    let subject = if table.is_empty() { place } else { table };
    let other =
        |why: String| PurgeError::from(SourceError::Other { what: subject.to_owned(), why });
    match error {
        sqlx::Error::Database(db) => {
            let code = match db.try_downcast_ref::<MySqlDatabaseError>() {
                Some(db) => format!("M{}", db.number()),
                None => db.code().unwrap_or_default().into_owned(),
            };
            if db.try_downcast_ref::<sqlx::sqlite::SqliteError>().is_some() {
                return lite_fault(&code, db.message(), place, subject);
            }
            by_code(&code, place, subject)
                .unwrap_or_else(|| other(format!("the server answered with error code {code}")))
        }
        sqlx::Error::Io(io) => match io.kind() {
            std::io::ErrorKind::ConnectionRefused => SourceError::Refused(place.to_owned()),
            std::io::ErrorKind::TimedOut => SourceError::Timeout(place.to_owned()),
            _ => SourceError::Lost(place.to_owned()),
        }
        .into(),
        sqlx::Error::Tls(why) => {
            SourceError::Tls { host: place.to_owned(), why: why.to_string() }.into()
        }
        sqlx::Error::Protocol(_) | sqlx::Error::WorkerCrashed => {
            SourceError::Lost(place.to_owned()).into()
        }
        sqlx::Error::Encode(_) | sqlx::Error::Decode(_) | sqlx::Error::ColumnDecode { .. } => {
            other("a value could not be read or written by the driver".to_owned())
        }
        _ => other("the driver could not read the answer".to_owned()),
    }
}

fn by_code(code: &str, place: &str, subject: &str) -> Option<PurgeError> {
    let named = subject.to_owned();
    let host = place.to_owned();
    let refused = |why: &str| PurgeError::Refused { table: named.clone(), why: why.to_owned() };
    Some(match code {
        // SQLSTATE, PostgreSQL manual appendix A; `M…` are MySQL's and MariaDB's numbers.
        "55P03" | "40P01" | "40001" | "M1205" | "M1213" | "M1020" => PurgeError::Locked(named),
        "23503" | "23001" | "M1451" | "M1452" => refused("a foreign key"),
        "23505" | "M1062" => refused("a unique key"),
        "23502" | "M1048" | "M1364" => refused("a column that may not be NULL"),
        "23514" | "M4025" | "M3819" => refused("a check"),
        "22001" | "22003" | "22P02" | "22007" | "22008" | "M1406" | "M1264" | "M1292" | "M1366"
        | "M1265" | "M1367" | "M1411" | "22021" | "22P05" => {
            refused("a value that does not fit the column")
        }
        "P0001" | "P0000" | "P0004" | "M1644" => refused("a trigger raised an error"),
        "57014" | "M1969" | "M3024" | "M1317" => SourceError::Slow(named).into(),
        "42501" | "M1142" | "M1143" | "M1044" | "M1227" | "M1356" => {
            SourceError::Denied(named).into()
        }
        "28P01" | "28000" | "M1045" | "M1698" => SourceError::Password(host).into(),
        "3D000" | "M1049" => SourceError::NoDatabase(host).into(),
        "53300" | "M1040" | "M1203" | "M1226" => SourceError::Full(host).into(),
        "57P01" | "57P02" | "57P03" | "25P03" | "25P04" | "M1053" | "M1158" | "M1159" | "M1160"
        | "M1161" | "M1927" | "M3168" => SourceError::Lost(host).into(),
        "42P01" | "42703" | "3F000" | "M1146" | "M1054" => SourceError::Vanished(named).into(),
        _ => return None,
    })
}

/// SQLite's extended codes, of which the low byte is the primary one.
fn lite_fault(code: &str, message: &str, place: &str, subject: &str) -> PurgeError {
    let named = subject.to_owned();
    let refused = |why: &str| PurgeError::Refused { table: named.clone(), why: why.to_owned() };
    match code.parse::<u32>().unwrap_or(0) {
        787 => refused("a foreign key"),
        1811 => refused("a trigger raised an error"),
        2067 | 1555 | 2579 => refused("a unique key"),
        1299 => refused("a column that may not be NULL"),
        275 => refused("a check"),
        n => match n & 0xff {
            5 | 6 => PurgeError::Locked(named),
            9 => SourceError::Slow(named).into(),
            3 | 8 | 14 | 23 => SourceError::Denied(place.to_owned()).into(),
            11 => SourceError::Malformed {
                file: place.to_owned(),
                why: "the database file is damaged".to_owned(),
            }
            .into(),
            26 => SourceError::NotADatabase(place.to_owned()).into(),
            13 => refused("the disk is full"),
            19 => refused("a constraint"),
            _ if message.starts_with("no such table") || message.starts_with("no such column") => {
                SourceError::Vanished(named).into()
            }
            n => SourceError::Other { what: named, why: format!("SQLite's error code {n}") }.into(),
        },
    }
}
