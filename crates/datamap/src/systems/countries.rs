//! Countries and regions by ISO 3166-1 alpha-2 code, with names in both languages (Unicode CLDR).

use std::sync::OnceLock;

/// One country or region.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Country {
    /// ISO 3166-1 alpha-2.
    pub code: &'static str,
    /// English name.
    pub en: &'static str,
    /// Simplified Chinese name.
    pub zh: &'static str,
}

/// All of them, by code.
pub fn all() -> &'static [Country] {
    static ALL: OnceLock<Vec<Country>> = OnceLock::new();
    ALL.get_or_init(|| {
        include_str!("countries.tsv")
            .lines()
            .filter_map(|line| {
                let mut cells = line.split('\t');
                Some(Country { code: cells.next()?, en: cells.next()?, zh: cells.next()? })
            })
            .collect()
    })
}

/// A country by code, any case.
pub fn find(code: &str) -> Option<&'static Country> {
    let code = code.trim().to_ascii_uppercase();
    all().binary_search_by(|country| country.code.cmp(code.as_str())).ok().map(|at| &all()[at])
}

/// Its name in a language; the text itself when it is no known code.
pub fn name(code: &str, chinese: bool) -> String {
    find(code).map_or_else(
        || code.to_owned(),
        |country| if chinese { country.zh } else { country.en }.to_owned(),
    )
}

/// Code and name of all, ordered by name for a select; the Chinese order follows the code, as a
/// collation by pinyin would need a table of its own.
pub fn options(chinese: bool) -> Vec<(&'static str, &'static str)> {
    let mut list: Vec<_> =
        all().iter().map(|c| (c.code, if chinese { c.zh } else { c.en })).collect();
    if !chinese {
        list.sort_by_key(|(_, name)| *name);
    }
    list
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_both_names_and_is_found() {
        assert_eq!(all().len(), 249);
        for country in all() {
            assert_eq!(find(&country.code.to_lowercase()), Some(country));
            assert!(!country.en.is_empty() && !country.zh.is_empty());
        }
        assert_eq!(name("DE", true), "德国");
        assert_eq!(name("?", false), "?");
    }
}
