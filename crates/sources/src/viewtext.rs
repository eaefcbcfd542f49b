//! Which tables a view reads, from its SQL text, for servers whose catalogue does not say.

use std::collections::BTreeSet;

/// Names that follow FROM, JOIN or a comma in a FROM list, unquoted, as `(schema, name)`; the schema
/// is "" where the text gives none. A heuristic: the caller keeps only names that exist.
pub(crate) fn tables_read(sql: &str) -> BTreeSet<(String, String)> {
    let tokens = tokens(sql);
    let mut found = BTreeSet::new();
    let mut expecting = false;
    let mut in_from = false;
    let mut i = 0;
    while i < tokens.len() {
        match &tokens[i] {
            Token::Word(word, quoted) => {
                let upper = word.to_ascii_uppercase();
                if !quoted && matches!(upper.as_str(), "FROM" | "JOIN" | "STRAIGHT_JOIN") {
                    (expecting, in_from) = (true, true);
                } else if !quoted && is_clause_end(&upper) {
                    (expecting, in_from) = (false, false);
                } else if expecting && (*quoted || upper != "LATERAL") {
                    let (schema, name, next) = qualified(&tokens, i);
                    found.insert((schema, name));
                    expecting = false;
                    i = next;
                    continue;
                }
            }
            Token::Sign(',') => expecting = in_from,
            // `FROM (a JOIN b)` still expects; `FROM (SELECT …` meets FROM again.
            Token::Sign('(') => {}
            Token::Sign(_) => expecting = false,
        }
        i += 1;
    }
    found
}

fn is_clause_end(upper: &str) -> bool {
    matches!(
        upper,
        "SELECT"
            | "WHERE"
            | "GROUP"
            | "ORDER"
            | "HAVING"
            | "LIMIT"
            | "UNION"
            | "ON"
            | "USING"
            | "WINDOW"
            | "EXCEPT"
            | "INTERSECT"
    )
}

fn qualified(tokens: &[Token], at: usize) -> (String, String, usize) {
    let word = |i: usize| match tokens.get(i) {
        Some(Token::Word(w, _)) => Some(w.clone()),
        _ => None,
    };
    let first = word(at).unwrap_or_default();
    match (tokens.get(at + 1), word(at + 2)) {
        (Some(Token::Sign('.')), Some(second)) => (first, second, at + 3),
        _ => (String::new(), first, at + 1),
    }
}

enum Token {
    /// A word and whether it was quoted.
    Word(String, bool),
    Sign(char),
}

fn tokens(sql: &str) -> Vec<Token> {
    let mut out = Vec::new();
    let mut chars = sql.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\'' => while chars.next().is_some_and(|c| c != '\'') {},
            '-' if chars.peek() == Some(&'-') => while chars.next().is_some_and(|c| c != '\n') {},
            '/' if chars.peek() == Some(&'*') => {
                chars.next();
                let mut last = ' ';
                for c in chars.by_ref() {
                    if last == '*' && c == '/' {
                        break;
                    }
                    last = c;
                }
            }
            '"' | '`' | '[' => {
                let close = if c == '[' { ']' } else { c };
                let mut word = String::new();
                while let Some(c) = chars.next() {
                    if c != close {
                        word.push(c);
                    } else if close != ']' && chars.peek() == Some(&close) {
                        word.push(close);
                        chars.next();
                    } else {
                        break;
                    }
                }
                out.push(Token::Word(word, true));
            }
            c if c.is_alphanumeric() || c == '_' || c == '$' => {
                let mut word = String::from(c);
                while let Some(c) = chars.next_if(|c| c.is_alphanumeric() || matches!(c, '_' | '$'))
                {
                    word.push(c);
                }
                out.push(Token::Word(word, false));
            }
            c if c.is_whitespace() => {}
            c => out.push(Token::Sign(c)),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(sql: &str) -> Vec<String> {
        tables_read(sql)
            .into_iter()
            .map(|(s, n)| if s.is_empty() { n } else { format!("{s}.{n}") })
            .collect()
    }

    #[test]
    fn tables_after_from_and_join_are_found() {
        let sql = "CREATE VIEW v AS SELECT a, (SELECT 1 FROM x) FROM \"my \"\"t\" t, crm.leads l \
                   JOIN [o p] USING (id) WHERE b IN ('FROM z', 2) -- FROM nope\n ORDER BY c, d";
        assert_eq!(names(sql), ["my \"t", "o p", "x", "crm.leads"]);
    }

    #[test]
    fn parenthesised_mysql_text_is_understood() {
        let sql = "select `s`.`a`.`id` AS `id` from (`s`.`a` join `s`.`b` on(`s`.`a`.`id` = 1))";
        assert_eq!(names(sql), ["s.a", "s.b"]);
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_it_panic(sql in ".{0,200}") {
            let _ = tables_read(&sql);
        }
    }
}
