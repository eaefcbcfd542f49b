//! [`Alike`] in each database's words. The expressions fold a column's value as [`Alike::fold`] folds
//! the values it is looked for in; where an engine cannot, a wide one takes more for alike and a narrow
//! one less. None can use an index: each row that comes so far is folded.

use super::Sql;
use crate::{
    Alike, Engine,
    schema::{Class, Column, Table},
    value::Value,
};

/// Blanks and unseen characters inside of a bracket, for MariaDB's and MySQL's expressions; no
/// backslash, whose meaning depends on the server's mode.
const BLANKS: &str = "[:space:]\u{A0}\u{AD}\u{1680}\u{2000}-\u{200D}\u{2028}\u{2029}\u{202F}\u{205F}\u{2060}\u{3000}\u{FEFF}";
/// The same for PostgreSQL, in a string with escapes.
const PG_BLANKS: &str = "[:space:]\\\\u00A0\\\\u00AD\\\\u1680\\\\u2000-\\\\u200D\\\\u2028\\\\u2029\\\\u202F\\\\u205F\\\\u2060\\\\u3000\\\\uFEFF";
const DASHES: &str = "\u{2010}-\u{2015}\u{2212}\u{B7}";
const PG_DASHES: &str = "\\\\u2010-\\\\u2015\\\\u2212\\\\u00B7";
/// Full-width punctuation, which MariaDB cannot fold.
const WIDE_MARKS: &str =
    "\u{3001}\u{3002}\u{FF01}-\u{FF0F}\u{FF1A}-\u{FF20}\u{FF3B}-\u{FF40}\u{FF5B}-\u{FF65}";

impl Sql {
    /// The column's value is alike one of these (folded, at least one).
    pub fn alike(
        &mut self,
        alias: &str,
        (table, column): (&Table, &Column),
        how: Alike,
        wanted: Vec<String>,
    ) -> &mut Self {
        let mut name = Self::new(self.engine, "");
        name.column(alias, table, &column.name);
        let x = name.text;
        self.push("(");
        match self.engine {
            Engine::Sqlite => {
                // A float would be written with its point; NULL stays NULL.
                let text = format!(
                    "CASE typeof({x}) WHEN 'real' THEN CAST(CAST({x} AS INTEGER) AS TEXT) \
                     ELSE CAST({x} AS TEXT) END"
                );
                self.push(&format!("({text}) COLLATE {} IN (", how.collation()));
                self.list_of(wanted, |sql, value| {
                    sql.value(Value::Text(value), None);
                });
                self.push(")");
            }
            Engine::Postgres => {
                self.push(&postgres(&x, how)).push(" COLLATE \"C\" = ANY(CAST(");
                self.mark(super::Arg::Texts(wanted.into_iter().map(Some).collect()));
                self.push(" AS text[]))");
            }
            Engine::Mysql => {
                let wide = !matches!(how, Alike::Address | Alike::Phone);
                // Full-width forms and capitals are equal under it; so are accents.
                let collation = if wide { "utf8mb4_unicode_ci" } else { "utf8mb4_bin" };
                let text = mysql(&x, column.class, how);
                self.push(&format!("{text} COLLATE {collation} IN ("));
                self.list_of(wanted, |sql, value| {
                    sql.push("CONVERT(").value(Value::Text(value), None).push(" USING utf8mb4)");
                });
                self.push(")");
            }
        }
        self.push(")")
    }

    fn list_of(&mut self, values: Vec<String>, one: impl Fn(&mut Self, String)) {
        for (i, value) in values.into_iter().enumerate() {
            if i > 0 {
                self.push(",");
            }
            one(self, value);
        }
    }
}

fn postgres(x: &str, how: Alike) -> String {
    // The default collation: a column's own may be one that expressions do not take.
    let text = format!("CAST({x} AS text) COLLATE \"default\"");
    // `normalize` and characters beyond the encoding are known to UTF-8 databases only; elsewhere there
    // are no full-width forms. Nothing of this is folded before the row is read.
    let by_encoding = |ascii: &dyn Fn(&str) -> String, all: &dyn Fn(&str) -> String| {
        let normal = if matches!(how, Alike::Address | Alike::Phone) {
            text.clone()
        } else {
            format!("normalize({text}, NFKC)")
        };
        format!(
            "(CASE WHEN octet_length(CAST({x} AS text)) = char_length(CAST({x} AS text)) \
             OR getdatabaseencoding() <> 'UTF8' THEN {} ELSE {} END)",
            ascii(&text),
            all(&normal)
        )
    };
    let without = |marks: &'static str, more: &'static str| {
        let ascii =
            move |text: &str| format!("regexp_replace({text}, E'[[:space:]{marks}]+', '', 'g')");
        let all = move |text: &str| {
            format!("regexp_replace({text}, E'[{PG_BLANKS}{more}{marks}]+', '', 'g')")
        };
        (ascii, all)
    };
    match how {
        Alike::Address | Alike::WideAddress => {
            let (ascii, all) = without("", "");
            format!("lower({})", by_encoding(&ascii, &all))
        }
        Alike::Phone => {
            let (ascii, all) = without("()./-", PG_DASHES);
            format!("regexp_replace({}, '^00', '+')", by_encoding(&ascii, &all))
        }
        Alike::WidePhone => {
            let digits = |text: &str| format!("regexp_replace({text}, '[^0-9]+', '', 'g')");
            format!("right({}, {})", by_encoding(&digits, &digits), Alike::LAST_DIGITS)
        }
        Alike::WideCode => {
            let (ascii, all) = without("!-/:-@[-`{-~", PG_DASHES);
            format!("regexp_replace(lower({}), '^0+(?=.)', '')", by_encoding(&ascii, &all))
        }
    }
}

fn mysql(x: &str, class: Class, how: Alike) -> String {
    let text = match class {
        Class::Text | Class::Bytes => format!("CONVERT({x} USING utf8mb4)"),
        _ => format!("CONVERT(CAST({x} AS CHAR) USING utf8mb4)"),
    };
    let text = format!("{text} COLLATE utf8mb4_bin");
    match how {
        Alike::Address | Alike::WideAddress => {
            format!("LOWER(REGEXP_REPLACE({text}, '[{BLANKS}]+', ''))")
        }
        Alike::Phone => {
            let number = format!("REGEXP_REPLACE({text}, '[{BLANKS}{DASHES}()./-]+', '')");
            format!("REGEXP_REPLACE({number}, '^00', '+')")
        }
        Alike::WidePhone => {
            let digits = format!("REGEXP_REPLACE({text}, '[^0-9\u{FF10}-\u{FF19}]+', '')");
            format!("RIGHT({digits}, {})", Alike::LAST_DIGITS)
        }
        Alike::WideCode => {
            let code =
                format!("REGEXP_REPLACE({text}, '[{BLANKS}{DASHES}{WIDE_MARKS}[:punct:]]+', '')");
            format!("REGEXP_REPLACE(LOWER({code}), '^[0\u{FF10}]+(?=.)', '')")
        }
    }
}
