//! What a scan found, ready to be written in any form. Holds verdicts, never values.

use detect::{Sensitivity, Verdict};

/// One source.
#[derive(Debug, Clone)]
pub struct Report {
    /// Its address, without a password.
    pub source: String,
    /// The source is a file or folder.
    pub is_files: bool,
    /// e.g. `PostgreSQL 15.18`; "" when it could not be reached.
    pub product: String,
    /// When the scan started.
    pub scanned_at: jiff::Timestamp,
    /// Its stores, in the source's order.
    pub stores: Vec<StoreReport>,
    /// Stores that could not be read.
    pub problems: Vec<Problem>,
    /// Why nothing could be read at all.
    pub failure: Option<Problem>,
    /// The globs that chose the stores; "" when all were wanted.
    pub tables: String,
    /// A person stopped the scan.
    pub interrupted: bool,
}

/// One table, view or file.
#[derive(Debug, Clone)]
pub struct StoreReport {
    /// Display name.
    pub name: String,
    /// `table`, `view` or `file`.
    pub kind: &'static str,
    /// Rows by the catalogue's estimate.
    pub rows_estimate: Option<u64>,
    /// Rows looked at.
    pub rows_sampled: u64,
    /// Whose data, if it can be told.
    pub people: Option<&'static str>,
    /// Its fields, in order.
    pub fields: Vec<FieldReport>,
}

/// One field.
#[derive(Debug, Clone)]
pub struct FieldReport {
    /// Name or path.
    pub name: String,
    /// The source's own type name.
    pub data_type: String,
    /// What it holds.
    pub verdict: Verdict,
    /// Masked samples, when asked for.
    pub masked: Vec<String>,
}

/// Something that could not be read.
#[derive(Debug, Clone)]
pub struct Problem {
    /// The store's display name; "" for the source as a whole.
    pub store: String,
    /// Stable key.
    pub code: &'static str,
    /// What failed, why, what to do.
    pub message: String,
}

impl Report {
    /// Everything was read.
    pub fn is_complete(&self) -> bool {
        self.failure.is_none() && self.problems.is_empty() && !self.interrupted
    }

    /// All fields with their stores.
    pub fn fields(&self) -> impl Iterator<Item = (&StoreReport, &FieldReport)> {
        self.stores.iter().flat_map(|store| store.fields.iter().map(move |field| (store, field)))
    }
}

impl StoreReport {
    /// Its fields with personal data.
    pub fn personal(&self) -> impl Iterator<Item = &FieldReport> {
        self.fields.iter().filter(|field| field.is_personal())
    }
}

impl FieldReport {
    /// It holds personal data.
    pub fn is_personal(&self) -> bool {
        self.verdict.category.is_some() && self.verdict.sensitivity != Sensitivity::None
    }

    /// The category's key, or "".
    pub fn category(&self) -> &str {
        self.verdict.category.as_ref().map_or("", detect::CategoryKey::as_str)
    }
}

/// A report with long and Chinese names, for tests of the forms.
#[cfg(test)]
pub fn sample() -> Report {
    let field = |name: &str, category: &'static str, sensitivity| FieldReport {
        name: name.into(),
        data_type: "TEXT".into(),
        verdict: Verdict {
            category: Some(detect::CategoryKey(category.into())),
            sensitivity,
            confidence: 0.97,
            minor: false,
            evidence: detect::Evidence {
                values_matched: 998,
                values_checked: 1000,
                name_hint: true,
                reasons: vec!["name".into(), "neighbour".into(), "foreign_key".into()],
                ..detect::Evidence::default()
            },
        },
        masked: vec!["l•••@e•••.com".into(), "王•".into()],
    };
    let fields = vec![
        field("email", "contact.email", Sensitivity::Personal),
        field(
            "收货人的完整详细通讯地址包括省市区县街道门牌号",
            "location.address",
            Sensitivity::Confidential,
        ),
        field(
            "a_name_as_long_as_only_generated_schemas_have_them",
            "health.condition",
            Sensitivity::Sensitive,
        ),
    ];
    Report {
        source: "postgres://reader@a.very.long.host.name.internal.example:5432/warehouse".into(),
        is_files: false,
        product: "PostgreSQL 15.18".into(),
        scanned_at: jiff::Timestamp::UNIX_EPOCH,
        stores: vec![StoreReport {
            name: "客户订单收货信息历史归档表_customer_delivery_archive".into(),
            kind: "view",
            rows_estimate: Some(1_234_567),
            rows_sampled: 1000,
            people: Some("customers"),
            fields,
        }],
        problems: vec![Problem {
            store: "secret".into(),
            code: "denied",
            message: "reading secret was denied; grant the account SELECT on it".into(),
        }],
        failure: None,
        tables: String::new(),
        interrupted: true,
    }
}
