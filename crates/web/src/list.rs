//! Lists: the query every list page understands, paging, sort links, CSV download.

use axum::body::Body;
use axum::extract::FromRequestParts;
use axum::http::{HeaderValue, header, request::Parts};
use axum::response::{IntoResponse, Response};
use std::convert::Infallible;

/// Rows on a page.
pub const PAGE_SIZE: i64 = 50;

/// Sort direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Dir {
    /// Smallest first.
    #[default]
    Asc,
    /// Largest first.
    Desc,
}

impl Dir {
    /// `ASC` or `DESC`.
    pub fn sql(self) -> &'static str {
        match self {
            Self::Asc => "ASC",
            Self::Desc => "DESC",
        }
    }
}

/// The query string of a list page: `q`, `sort`, `dir`, `page` and the page's own filters. As an
/// extractor it never fails: nonsense falls back to the defaults.
#[derive(Debug, Clone)]
pub struct ListQuery {
    /// The search words, trimmed.
    pub q: String,
    /// The column asked for; check it through [`ListQuery::order`].
    pub sort: String,
    /// Direction.
    pub dir: Dir,
    /// From 1.
    pub page: i64,
    params: Vec<(String, String)>,
}

impl Default for ListQuery {
    /// Nothing asked for: the first page of all.
    fn default() -> Self {
        Self { q: String::new(), sort: String::new(), dir: Dir::Asc, page: 1, params: Vec::new() }
    }
}

impl ListQuery {
    /// Parses a query string.
    pub fn parse(query: &str) -> Self {
        let params: Vec<(String, String)> = url::form_urlencoded::parse(query.as_bytes())
            .filter(|(_, value)| !value.is_empty())
            .map(|(key, value)| (key.into_owned(), value.into_owned()))
            .collect();
        let mut list = Self { params, ..Self::default() };
        list.q = list.get("q").trim().chars().take(200).collect();
        list.sort = list.get("sort").to_owned();
        list.dir = if list.get("dir") == "desc" { Dir::Desc } else { Dir::Asc };
        list.page = list.get("page").parse().unwrap_or(1).clamp(1, 1_000_000);
        list
    }

    /// A filter's value; empty when it is not set.
    pub fn get(&self, key: &str) -> &str {
        self.params.iter().find(|(name, _)| name == key).map_or("", |(_, value)| value)
    }

    /// All values of a filter that may be given more than once.
    pub fn all<'a>(&'a self, key: &'a str) -> impl Iterator<Item = &'a str> {
        self.params.iter().filter(move |(name, _)| name == key).map(|(_, value)| value.as_str())
    }

    /// Whether any filter or search is set (to offer "clear filters" and choose the empty text).
    pub fn is_filtered(&self) -> bool {
        self.params.iter().any(|(key, _)| !matches!(key.as_str(), "sort" | "dir" | "page"))
    }

    /// The SQL expression of the wanted column from `(name, expression)` pairs, else the first; never
    /// text from the request.
    pub fn order(&self, columns: &[(&'static str, &'static str)]) -> (&'static str, Dir) {
        match columns.iter().find(|(name, _)| *name == self.sort) {
            Some((_, sql)) => (sql, self.dir),
            None => (columns.first().map_or("1", |(_, sql)| sql), self.dir),
        }
    }

    /// Rows to fetch.
    #[allow(clippy::unused_self)] // reads like `offset` beside it
    pub fn limit(&self) -> i64 {
        PAGE_SIZE
    }

    /// Rows to skip.
    pub fn offset(&self) -> i64 {
        (self.page - 1) * PAGE_SIZE
    }

    /// `LIKE` pattern for the search words: lower case, wildcards escaped (use `ESCAPE '\'`).
    pub fn like(&self) -> String {
        like(&self.q)
    }

    /// The query string with one parameter changed (empty removes it) and the page reset.
    pub fn with(&self, key: &str, value: &str) -> String {
        self.changed(&[(key, value), ("page", "")])
    }

    /// The query string for another page.
    pub fn to_page(&self, page: i64) -> String {
        self.changed(&[("page", &page.to_string())])
    }

    /// The query string that sorts by `column`, or turns the direction when it already does.
    pub fn sort_link(&self, column: &str) -> String {
        let desc = self.sort == column && self.dir == Dir::Asc;
        self.changed(&[("sort", column), ("dir", if desc { "desc" } else { "" }), ("page", "")])
    }

    /// `ascending`, `descending` or `none`, for `aria-sort`.
    pub fn aria_sort(&self, column: &str) -> &'static str {
        match (self.sort == column, self.dir) {
            (false, _) => "none",
            (true, Dir::Asc) => "ascending",
            (true, Dir::Desc) => "descending",
        }
    }

    fn changed(&self, changes: &[(&str, &str)]) -> String {
        let mut out = url::form_urlencoded::Serializer::new(String::new());
        for (key, value) in &self.params {
            if !changes.iter().any(|(changed, _)| changed == key) {
                out.append_pair(key, value);
            }
        }
        for (key, value) in changes.iter().filter(|(_, value)| !value.is_empty()) {
            out.append_pair(key, value);
        }
        format!("?{}", out.finish())
    }
}

impl<S: Send + Sync> FromRequestParts<S> for ListQuery {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::parse(parts.uri.query().unwrap_or("")))
    }
}

/// A lower-case `LIKE` pattern that finds `words` anywhere; use with `ESCAPE '\'`.
pub fn like(words: &str) -> String {
    let mut out = String::from("%");
    for letter in words.trim().to_lowercase().chars() {
        if matches!(letter, '%' | '_' | '\\') {
            out.push('\\');
        }
        out.push(letter);
    }
    out.push('%');
    out
}

/// Percent-encodes a query value.
pub fn encode(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

/// Where a page stands in its list.
#[derive(Debug, Clone, Default)]
pub struct Pager {
    /// This page, from 1.
    pub page: i64,
    /// Pages in all, at least 1.
    pub pages: i64,
    /// Rows in all.
    pub total: i64,
    /// First row shown, from 1; 0 when there is none.
    pub from: i64,
    /// Last row shown.
    pub to: i64,
    /// Query string of the page before.
    pub prev: Option<String>,
    /// Query string of the page after.
    pub next: Option<String>,
}

impl Pager {
    /// For a list query whose whole result has `total` rows.
    pub fn new(query: &ListQuery, total: i64) -> Self {
        let pages = (total + PAGE_SIZE - 1).div_euclid(PAGE_SIZE).max(1);
        let page = query.page;
        let from = if total == 0 { 0 } else { (query.offset() + 1).min(total) };
        Self {
            page,
            pages,
            total,
            from,
            to: (query.offset() + PAGE_SIZE).min(total),
            prev: (page > 1).then(|| query.to_page((page - 1).min(pages))),
            next: (page < pages).then(|| query.to_page(page + 1)),
        }
    }
}

/// A CSV download (UTF-8 with byte-order mark, so that spreadsheets read Chinese right), streamed
/// from the iterator. Cells that a spreadsheet would run as a formula are defused with `'`.
pub fn csv<I>(name: &str, header_row: Vec<String>, rows: I) -> Response
where
    I: IntoIterator<Item = Vec<String>>,
    I::IntoIter: Send + 'static,
{
    let first = format!("\u{feff}{}", csv_line(&header_row));
    let mut rows = rows.into_iter();
    let mut first = Some(first);
    let chunks = std::iter::from_fn(move || {
        let mut chunk = first.take().unwrap_or_default();
        for row in rows.by_ref() {
            chunk.push_str(&csv_line(&row));
            if chunk.len() > 16_384 {
                break;
            }
        }
        (!chunk.is_empty()).then_some(Ok::<_, Infallible>(chunk))
    });
    csv_response(name, Body::from_stream(futures::stream::iter(chunks)))
}

/// The same from an async stream. A fault midway cuts the download off, so that half a file is never
/// taken for a whole one.
pub fn csv_stream<S, E>(name: &str, header_row: Vec<String>, rows: S) -> Response
where
    S: futures::Stream<Item = Result<Vec<String>, E>> + Send + 'static,
    E: std::error::Error + Send + Sync + 'static,
{
    use futures::StreamExt as _;
    let first = format!("\u{feff}{}", csv_line(&header_row));
    let lines =
        futures::stream::iter([Ok(first)]).chain(rows.map(|row| row.map(|cells| csv_line(&cells))));
    csv_response(name, Body::from_stream(lines))
}

fn csv_response(name: &str, body: Body) -> Response {
    let mut response = body.into_response();
    let safe: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' }).collect();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Ok(value) = HeaderValue::from_str(&format!("attachment; filename=\"{safe}.csv\"")) {
        headers.insert(header::CONTENT_DISPOSITION, value);
    }
    response
}

/// One line of CSV (RFC 4180 §2); a cell that a spreadsheet would run as a formula begins with `'`
/// (OWASP, CSV injection).
pub fn csv_line(cells: &[String]) -> String {
    let mut line = String::new();
    for (at, cell) in cells.iter().enumerate() {
        if at > 0 {
            line.push(',');
        }
        let defused = cell.starts_with(['=', '+', '-', '@', '\t', '\r']);
        if defused || cell.contains([',', '"', '\n', '\r']) {
            line.push('"');
            if defused {
                line.push('\'');
            }
            line.push_str(&cell.replace('"', "\"\""));
            line.push('"');
        } else {
            line.push_str(cell);
        }
    }
    line.push_str("\r\n");
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_keep_the_other_filters() {
        let query = ListQuery::parse("q=phone&system=crm&sort=name&page=3");
        assert_eq!(query.with("system", "shop"), "?q=phone&sort=name&system=shop");
        assert_eq!(query.to_page(4), "?q=phone&system=crm&sort=name&page=4");
        assert_eq!(query.sort_link("name"), "?q=phone&system=crm&sort=name&dir=desc");
        assert_eq!(query.sort_link("rows"), "?q=phone&system=crm&sort=rows");
    }

    #[test]
    fn an_unknown_sort_column_falls_back_to_the_first() {
        let query = ListQuery::parse("sort=drop+table&dir=desc");
        assert_eq!(query.order(&[("name", "f.name"), ("rows", "f.rows")]), ("f.name", Dir::Desc));
    }

    #[test]
    fn paging_knows_its_ends() {
        let pager = Pager::new(&ListQuery::parse("page=2"), 120);
        assert_eq!((pager.from, pager.to, pager.pages), (51, 100, 3));
        assert!(pager.prev.is_some() && pager.next.is_some());
        let empty = Pager::new(&ListQuery::parse(""), 0);
        assert_eq!((empty.from, empty.to, empty.pages), (0, 0, 1));
    }

    #[test]
    fn formula_cells_are_defused() {
        let cells = ["=1+1", "a,b", "say \"hi\"", "plain"].map(str::to_owned);
        assert_eq!(csv_line(&cells), "\"'=1+1\",\"a,b\",\"say \"\"hi\"\"\",plain\r\n");
    }

    #[test]
    fn like_patterns_take_wildcards_literally() {
        assert_eq!(like(" 50%_X\\ "), "%50\\%\\_x\\\\%");
    }
}
