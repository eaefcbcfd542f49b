//! Columns of made-up tables: how many are judged right, how often plain ones raise an alarm, and
//! whether the confidence means what it says.

use std::fmt::Write as _;

use detect::{Column, classify_table};

#[path = "tables/make.rs"]
mod make;
#[allow(dead_code)] // fitting is the example's part
#[path = "tables/score.rs"]
mod score;

use score::{Judged, Scores};

const TABLES: u64 = 160;

fn judge(nameless: bool) -> Vec<Judged> {
    let mut judged = Vec::new();
    for seed in 0..TABLES {
        let table = make::table(seed);
        let names: Vec<String> = table
            .columns
            .iter()
            .enumerate()
            .map(|(at, c)| if nameless { format!("c{}", at + 1) } else { c.name.to_owned() })
            .collect();
        let siblings: Vec<&str> = names.iter().map(String::as_str).collect();
        let values: Vec<Vec<&str>> =
            table.columns.iter().map(|c| c.values.iter().map(String::as_str).collect()).collect();
        let columns: Vec<Column<'_>> = siblings
            .iter()
            .zip(&values)
            .map(|(name, values)| Column {
                store: if nameless { "t1" } else { table.store },
                store_comment: "",
                name,
                comment: "",
                data_type: "",
                primary_key: false,
                references: None,
                siblings: &siblings,
                values,
            })
            .collect();
        for (made, verdict) in table.columns.iter().zip(classify_table(&columns)) {
            judged.push(Judged {
                place: format!("{seed}:{}", made.name),
                expected: made.category.to_owned(),
                got: verdict.category.as_ref().map_or(String::new(), |c| c.as_str().to_owned()),
                confidence: verdict.confidence,
                rule: verdict.evidence.rule,
                example: made.values[0].clone(),
                values: made.values.len(),
            });
        }
    }
    judged
}

/// The errors, for the message of a failed test.
fn errors(judged: &[Judged]) -> String {
    let mut told = String::new();
    for j in judged.iter().filter(|j| !j.right()).take(30) {
        let _ = writeln!(
            told,
            "{} {:?} taken for {:?} {:.2} {} {}",
            j.place, j.expected, j.got, j.confidence, j.rule, j.example
        );
    }
    told
}

#[test]
fn columns_with_names_are_judged_right() {
    let judged = judge(false);
    let scores = Scores::of(&judged);
    assert!(scores.macro_f1 >= 0.95, "{scores}\n{}", errors(&judged));
    assert!(scores.alarm_rate() <= 0.02, "{scores}\n{}", errors(&judged));
}

#[test]
fn columns_without_names_are_judged_right() {
    let judged = judge(true);
    let scores = Scores::of(&judged);
    assert!(scores.macro_f1 >= 0.9, "{scores}\n{}", errors(&judged));
    assert!(scores.alarm_rate() <= 0.02, "{scores}\n{}", errors(&judged));
}

#[test]
fn confidence_is_the_share_of_verdicts_that_are_right() {
    let mut judged = judge(false);
    judged.extend(judge(true));
    let scores = Scores::of(&judged);
    assert!(scores.ece <= 0.05, "{scores}\n{}", errors(&judged));
    assert!(scores.brier <= 0.05, "{scores}");
}

#[test]
fn isotonic_curves_rise_and_follow_what_was_right() {
    let mut seen = Vec::new();
    for (evidence, right_of_ten) in [(0.3, 2), (0.5, 6), (0.7, 5), (0.9, 9)] {
        seen.extend((0..100).map(|n| (evidence, n % 10 < right_of_ten)));
    }
    let curve = score::isotonic(&seen);
    assert!(curve.windows(2).all(|pair| pair[0].0 < pair[1].0 && pair[0].1 <= pair[1].1));
    // .5 and .7 violate the order: they share a pool of 11 in 20.
    assert_eq!(curve.len(), 3);
    assert!((curve[1].1 - 0.55).abs() < 0.01 && (curve[2].1 - 0.9).abs() < 0.01);
}
