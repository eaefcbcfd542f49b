//! Which stores to look at: comma-separated globs.

use globset::{GlobBuilder, GlobMatcher};

use crate::{
    error::SourceError,
    model::{StoreFilter, StoreInfo},
};

/// A compiled [`StoreFilter`].
pub(crate) struct Matcher {
    include: Vec<GlobMatcher>,
    exclude: Vec<GlobMatcher>,
}

impl StoreFilter {
    /// Whether the patterns can be used; the error names the one that cannot.
    pub fn check(&self) -> Result<(), SourceError> {
        Matcher::new(self).map(|_| ())
    }
}

impl Matcher {
    pub fn new(filter: &StoreFilter) -> Result<Self, SourceError> {
        let mut this = Self { include: Vec::new(), exclude: Vec::new() };
        for part in filter.tables_glob.split(',').map(str::trim).filter(|p| !p.is_empty()) {
            let (list, glob) = match part.strip_prefix('!') {
                Some(rest) => (&mut this.exclude, rest.trim()),
                None => (&mut this.include, part),
            };
            let glob = GlobBuilder::new(glob)
                .case_insensitive(true)
                .backslash_escape(true)
                .build()
                .map_err(|_| SourceError::Malformed {
                    file: part.to_owned(),
                    why: "is no table pattern; use * and ?, and close every [ and {".to_owned(),
                })?;
            list.push(glob.compile_matcher());
        }
        Ok(this)
    }

    /// `default_schema` is what the empty schema is called, so that `public.*` works too.
    pub fn matches(&self, store: &StoreInfo, default_schema: &str) -> bool {
        let schema = if store.schema.is_empty() { default_schema } else { &store.schema };
        let full = format!("{schema}.{}", store.name);
        let hit = |globs: &[GlobMatcher]| {
            globs.iter().any(|g| g.is_match(&store.name) || g.is_match(&full))
        };
        (self.include.is_empty() || hit(&self.include)) && !hit(&self.exclude)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::StoreKind;

    fn store(schema: &str, name: &str) -> StoreInfo {
        StoreInfo {
            schema: schema.into(),
            name: name.into(),
            kind: StoreKind::Table,
            comment: String::new(),
            columns: vec![],
            rows_estimate: None,
            reads_from: vec![],
        }
    }

    #[test]
    fn globs_match_names_and_qualified_names_and_exclude() {
        let filter = StoreFilter { tables_glob: "cust*, crm.*, public.orders, !*_bak".into() };
        let matcher = Matcher::new(&filter).unwrap();
        let hit = |schema, name| matcher.matches(&store(schema, name), "public");

        assert!(hit("", "Customers") && hit("crm", "leads") && hit("", "orders"));
        assert!(!hit("", "customers_bak") && !hit("x", "orders") && !hit("", "leads"));
    }

    #[test]
    fn a_broken_glob_is_an_error() {
        assert!(Matcher::new(&StoreFilter { tables_glob: "[".into() }).is_err());
    }
}
