//! What a thief of the database gets, and looking through it.

use std::{fmt::Write as _, fs, path::Path};

use consent::Consent;
use store::{
    sqlx::{self, Column as _, Row as _},
    testing::TestGuard,
};

/// Whether bytes hold a text, as it is, in UTF-16, in hexadecimal or in base64 at any offset.
pub fn holds(bytes: &[u8], text: &str) -> bool {
    use base64::{Engine as _, engine::general_purpose::STANDARD_NO_PAD as BASE64};
    let mut hex = String::new();
    for byte in text.bytes() {
        write!(hex, "{byte:02x}").unwrap();
    }
    let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let mut forms = vec![text.as_bytes().to_vec(), hex.to_uppercase().into_bytes()];
    forms.extend([hex.into_bytes(), wide]);
    for shift in 0..3 {
        // The digits that depend on neighbours are left off.
        let shifted = [&[0_u8; 2][..shift], text.as_bytes()].concat();
        let digits = BASE64.encode(&shifted);
        let (from, to) = ((shift * 4).div_ceil(3), shifted.len() * 4 / 3);
        forms.push(digits.as_bytes()[from..to].to_vec());
    }
    forms.iter().any(|form| bytes.windows(form.len()).any(|window| window == form))
}

pub fn files(dir: &Path, found: &mut Vec<(String, Vec<u8>)>) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else if !path.ends_with("privet.key") {
            found.push((path.display().to_string(), fs::read(&path).unwrap()));
        }
    }
}

/// Everything a thief gets: the files of the data directory but the key, and a dump.
pub async fn loot(room: &Consent, guard: &TestGuard) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    files(guard.dir(), &mut found);
    if room.store().is_postgres() {
        let dump = "SELECT CAST(database_to_xml(true, false, '') AS TEXT)";
        let dump: String = sqlx::query_scalar(dump).fetch_one(room.store().reader()).await.unwrap();
        assert!(dump.contains("consent_record"));
        found.push(("dump".to_owned(), dump.into_bytes()));
    } else {
        let names: Vec<_> = found.iter().map(|(name, _)| name.as_str()).collect();
        for needed in ["privet.db", "privet.db-wal"] {
            assert!(names.iter().any(|name| name.ends_with(needed)), "{names:?}");
        }
    }
    found
}

/// Every row of every table, as text: `table column=value …`.
pub async fn all_rows(room: &Consent) -> Vec<String> {
    let reader = room.store().reader();
    let tables = if room.store().is_postgres() {
        "SELECT CAST(table_name AS TEXT) FROM information_schema.tables
         WHERE table_schema = current_schema()"
    } else {
        "SELECT name FROM sqlite_master WHERE type = 'table'"
    };
    let tables: Vec<String> = sqlx::query_scalar(tables).fetch_all(reader).await.unwrap();
    assert!(tables.len() > 20, "{tables:?}");
    let mut all = Vec::new();
    for table in tables {
        let sql = sqlx::AssertSqlSafe(format!("SELECT * FROM {table}"));
        for row in sqlx::query(sql).fetch_all(reader).await.unwrap() {
            let mut line = table.clone();
            for column in row.columns() {
                let value: String = row.try_get(column.ordinal()).unwrap_or_else(|_| {
                    let number: Option<i64> = row.try_get(column.ordinal()).unwrap_or_default();
                    number.map(|number| number.to_string()).unwrap_or_default()
                });
                write!(line, " {}={value}", column.name()).unwrap();
            }
            all.push(line);
        }
    }
    all
}
