//! Texts and columns to start with. The people in them are invented; the numbers pass their checks
//! because they are the examples of the standards, test numbers, or made up for this.

/// A text to try.
pub(crate) struct Sample {
    /// Its name in an address.
    pub key: &'static str,
    /// The text key of what it is.
    pub label: &'static str,
    /// It is Chinese.
    pub zh: bool,
    /// The text.
    pub text: &'static str,
}

/// Texts in both languages.
pub(crate) const TEXTS: [Sample; 6] = [
    Sample {
        key: "support-en",
        label: "try-sample-support",
        zh: false,
        text: include_str!("../samples/support.en.txt"),
    },
    Sample {
        key: "clinic-en",
        label: "try-sample-clinic",
        zh: false,
        text: include_str!("../samples/clinic.en.txt"),
    },
    Sample {
        key: "log-en",
        label: "try-sample-log",
        zh: false,
        text: include_str!("../samples/log.en.txt"),
    },
    Sample {
        key: "support-zh",
        label: "try-sample-support",
        zh: true,
        text: include_str!("../samples/support.zh.txt"),
    },
    Sample {
        key: "clinic-zh",
        label: "try-sample-clinic",
        zh: true,
        text: include_str!("../samples/clinic.zh.txt"),
    },
    Sample {
        key: "log-zh",
        label: "try-sample-log",
        zh: true,
        text: include_str!("../samples/log.zh.txt"),
    },
];

/// A column to try.
pub(crate) struct SampleColumn {
    /// Its name in an address.
    pub key: &'static str,
    /// The text key of what it shows.
    pub label: &'static str,
    /// Store, column, comment, type, other columns.
    pub store: &'static str,
    pub name: &'static str,
    pub comment: &'static str,
    pub data_type: &'static str,
    pub beside: &'static str,
    /// One value a line.
    pub values: &'static str,
}

/// Columns that show one thing each.
pub(crate) const COLUMNS: [SampleColumn; 5] = [
    SampleColumn {
        key: "pinyin",
        label: "try-column-sample-pinyin",
        store: "hy_info",
        name: "sjh",
        comment: "",
        data_type: "VARCHAR(20)",
        beside: "id, xm, sjh, zcsj",
        values: "13800138000\n13900139000\n18600186000\n15912345678\n17712340001",
    },
    SampleColumn {
        key: "check-digit",
        label: "try-column-sample-check",
        store: "t_202611",
        name: "c7",
        comment: "",
        data_type: "TEXT",
        beside: "c1, c2, c7",
        values: "4111 1111 1111 1111\n5555 5555 5555 4444\n3782 822463 10005\n6011 1111 1111 1117\n4012 8888 8888 1881",
    },
    SampleColumn {
        key: "text",
        label: "try-column-sample-text",
        store: "tickets",
        name: "note",
        comment: "what the customer said",
        data_type: "TEXT",
        beside: "id, customer_id, opened_at, note",
        values: "Please call me on +44 20 7946 0018, I am in after five.\nThe parcel came late, but it came.\nSend the invoice to maria.lindqvist@example.com instead.\nI am allergic to nuts, is the tea safe for me?\nNew address: 14 Harbour Street, Bristol BS1 5TY\nThanks, all good now.",
    },
    SampleColumn {
        key: "not-personal",
        label: "try-column-sample-plain",
        store: "products",
        name: "product_name",
        comment: "",
        data_type: "VARCHAR(120)",
        beside: "id, sku, product_name, price",
        values: "Jasmine pearls\nIron goddess\nWhite peony\nGlass teapot, 600 ml\nLady Grey",
    },
    SampleColumn {
        key: "person-or-not",
        label: "try-column-sample-name",
        store: "employees",
        name: "name",
        comment: "",
        data_type: "VARCHAR(60)",
        beside: "id, name, dept, salary, email",
        values: "李雷\n韩梅梅\nMaria Lindqvist\nThomas Okafor\n赵敏",
    },
];

/// A detector to start from.
pub(crate) struct SampleDetector {
    /// Its name in an address.
    pub key: &'static str,
    /// The text key of what it is.
    pub label: &'static str,
    /// One `[[detector]]` table.
    pub toml: &'static str,
}

/// Detectors that show what a detector can be.
pub(crate) const DETECTORS: [SampleDetector; 3] = [
    SampleDetector {
        key: "loyalty-card",
        label: "detector-sample-card",
        toml: include_str!("../samples/loyalty_card.toml"),
    },
    SampleDetector {
        key: "member-number",
        label: "detector-sample-member",
        toml: include_str!("../samples/member_number.toml"),
    },
    SampleDetector {
        key: "project-names",
        label: "detector-sample-project",
        toml: include_str!("../samples/project_names.toml"),
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sample_text_has_something_to_find() {
        for sample in TEXTS {
            assert!(detect::find_in_text(sample.text).len() >= 3, "{}", sample.key);
        }
    }

    #[test]
    fn every_sample_detector_passes_its_checks() {
        for sample in DETECTORS {
            let read = detect::CustomDetectors::parse(sample.toml);
            assert!(read.is_ok(), "{}: {read:?}", sample.key);
        }
    }
}
