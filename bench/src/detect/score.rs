//! How well a detector finds labelled spans. A finding matches a label when both are of one type and
//! cover the same characters by at least half of their union; each serves once, widest overlap first.

use std::collections::{BTreeMap, BTreeSet, HashMap};

/// A labelled or found piece of a text, in code points, end exclusive.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Piece {
    pub start: usize,
    pub end: usize,
    pub kind: String,
}

/// A text and what stands in it.
#[derive(Debug, Clone)]
pub struct Gold {
    pub id: String,
    pub text: String,
    pub pieces: Vec<Piece>,
}

/// Hits and misses of one type.
#[derive(Debug, Clone, Copy, Default)]
pub struct Count {
    pub hits: usize,
    pub false_alarms: usize,
    pub missed: usize,
}

impl Count {
    pub fn precision(self) -> f64 {
        share(self.hits, self.hits + self.false_alarms)
    }

    pub fn recall(self) -> f64 {
        share(self.hits, self.hits + self.missed)
    }

    pub fn f1(self) -> f64 {
        share(2 * self.hits, 2 * self.hits + self.false_alarms + self.missed)
    }
}

fn share(part: usize, whole: usize) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

/// The result on one set.
#[derive(Debug, Default)]
pub struct Score {
    pub kinds: BTreeMap<String, Count>,
    /// Every label of the set.
    pub micro: Count,
    /// Share of labelled characters that no finding of any type covers.
    pub leak: f64,
}

/// Compares. Findings of types that the set does not label are not counted against the detector.
pub fn score(gold: &[Gold], found: &HashMap<String, Vec<Piece>>) -> Score {
    let labelled: BTreeSet<&str> =
        gold.iter().flat_map(|g| &g.pieces).map(|p| canonical(&p.kind)).collect();
    let mut score = Score::default();
    let (mut characters, mut open) = (0, 0);
    for text in gold {
        let labels: BTreeSet<Piece> = text.pieces.iter().map(canonical_piece).collect();
        let findings: BTreeSet<Piece> =
            found.get(&text.id).into_iter().flatten().map(canonical_piece).collect();
        let (labels, findings): (Vec<_>, Vec<_>) =
            (labels.into_iter().collect(), findings.into_iter().collect());
        for label in &labels {
            characters += label.end - label.start;
            open += (label.start..label.end)
                .filter(|at| !findings.iter().any(|f| f.start <= *at && *at < f.end))
                .count();
        }
        let (label_met, finding_used) = pair(&labels, &findings);
        for (label, met) in labels.iter().zip(label_met) {
            let count = score.kinds.entry(label.kind.clone()).or_default();
            if met { count.hits += 1 } else { count.missed += 1 }
        }
        for (finding, used) in findings.iter().zip(finding_used) {
            if !used && labelled.contains(finding.kind.as_str()) {
                score.kinds.entry(finding.kind.clone()).or_default().false_alarms += 1;
            }
        }
    }
    for count in score.kinds.values() {
        score.micro.hits += count.hits;
        score.micro.false_alarms += count.false_alarms;
        score.micro.missed += count.missed;
    }
    score.leak = share(open, characters);
    score
}

/// Which labels were met and which findings served.
fn pair(labels: &[Piece], findings: &[Piece]) -> (Vec<bool>, Vec<bool>) {
    let mut candidates = Vec::new();
    for (l, label) in labels.iter().enumerate() {
        for (f, finding) in findings.iter().enumerate() {
            let inner = label.end.min(finding.end).saturating_sub(label.start.max(finding.start));
            let outer = label.end.max(finding.end) - label.start.min(finding.start);
            if label.kind == finding.kind && inner * 2 >= outer && inner > 0 {
                candidates.push((inner as f64 / outer as f64, l, f));
            }
        }
    }
    candidates.sort_by(|a, b| b.0.total_cmp(&a.0));
    let (mut met, mut used) = (vec![false; labels.len()], vec![false; findings.len()]);
    for (_, l, f) in candidates {
        if !met[l] && !used[f] {
            met[l] = true;
            used[f] = true;
        }
    }
    (met, used)
}

fn canonical_piece(piece: &Piece) -> Piece {
    Piece { start: piece.start, end: piece.end, kind: canonical(&piece.kind).to_owned() }
}

/// One name for what the detectors and sets call differently.
pub fn canonical(kind: &str) -> &str {
    match kind.to_ascii_uppercase().as_str() {
        "PERSON" | "PER" | "NAME" | "NR" | "PERSON_NAME" => "PERSON",
        "STREET_ADDRESS" | "ADDRESS" | "GPE" | "LOC" | "LOCATION" | "FAC" | "NS" | "SCENE"
        | "CITY" | "STATE" => "LOCATION",
        "ORGANIZATION" | "ORG" | "COMPANY" | "GOVERNMENT" | "NT" => "ORG",
        "CREDIT_CARD" | "BANK_CARD" | "CARD" | "PAYMENT_CARD" => "CREDIT_CARD",
        "PHONE_NUMBER" | "PHONE" | "MOBILE" | "TELEPHONE" => "PHONE",
        "EMAIL_ADDRESS" | "EMAIL" => "EMAIL",
        "IBAN_CODE" | "IBAN" => "IBAN",
        "US_SSN" | "SSN" | "SOCIAL_SECURITY_NUMBER" => "US_SSN",
        "IP_ADDRESS" | "IP" | "IPV4" | "IPV6" => "IP",
        "URL" | "DOMAIN_NAME" | "DOMAIN" => "URL",
        "US_DRIVER_LICENSE" | "DRIVERS_LICENCE" => "US_DL",
        "ZIP_CODE" | "ZIP" | "POSTAL_CODE" | "POSTALCODE" => "ZIP",
        "DATE_TIME" | "DATE" | "DATE_OF_BIRTH" => "DATE",
        "AGE" => "AGE",
        "NRP" | "NORP" => "NRP",
        "TITLE" | "PREFIX" | "JOB_TITLE" => "TITLE",
        "CN_ID_CARD" | "CN_ID" | "ID_CARD" | "RESIDENT_ID" => "CN_ID",
        _ => kind,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn piece(start: usize, end: usize, kind: &str) -> Piece {
        Piece { start, end, kind: kind.to_owned() }
    }

    #[test]
    fn half_of_the_union_is_enough_and_each_serves_once() {
        let gold = [Gold {
            id: "1".into(),
            text: "0123456789".into(),
            pieces: vec![piece(0, 4, "PER"), piece(6, 8, "EMAIL")],
        }];
        let found = HashMap::from([(
            "1".to_owned(),
            vec![piece(0, 3, "PERSON"), piece(0, 2, "PERSON"), piece(9, 10, "PHONE")],
        )]);
        let score = score(&gold, &found);
        let person = score.kinds["PERSON"];
        assert_eq!((person.hits, person.false_alarms, person.missed), (1, 1, 0));
        // The phone is not labelled in this set; the e-mail was missed.
        assert_eq!((score.micro.hits, score.micro.false_alarms, score.micro.missed), (1, 1, 1));
        assert!((score.leak - 0.5).abs() < 1e-9, "{}", score.leak);
    }
}
