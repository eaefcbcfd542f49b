//! The least coarsening that reaches a goal. First a way up: climb where it saves most rows until the
//! goal holds (Datafly, Sweeney 1998). Then every other choice of steps that would keep more detail is
//! looked at, from coarse to fine; what fails rules out all that is finer (Incognito, LeFevre et al.
//! 2005), since merging classes never makes a good one bad. With many columns the looking stops after a
//! bounded effort. The result is minimal step by step: no single column can be one step finer.

use crate::{
    Frame, Ladder, Report,
    measure::{Board, Classes, report},
};

/// What is asked of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Goal {
    /// Every class has at least so many rows.
    pub k: u64,
    /// Every class has at least so many different values of each sensitive column; 1 asks nothing.
    pub l: u64,
    /// So many rows of ten thousand may be left out.
    pub leave_out: u64,
}

/// A coarsening that reaches the goal.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// The step of each quasi-identifier on its ladder.
    pub steps: Vec<usize>,
    /// Rows that are left out because their class is too small or too much of one kind.
    pub left_out: u64,
    /// How anonymous what remains is.
    pub report: Report,
}

/// Finds a coarsening; `None` if even `*` everywhere does not reach the goal (fewer than k rows, or
/// fewer than l sensitive values).
pub fn search(frame: &Frame, ladders: &[Ladder], goal: Goal) -> Option<Found> {
    let board = Board::new(frame, ladders);
    let allowed = frame.rows() * goal.leave_out.min(10_000) / 10_000;
    let mut at = vec![0; ladders.len()];
    let mut out = left_out(&board, &board.classes(&at), goal);
    while out > allowed {
        (at, out) = climb(&board, ladders, &at, goal)?;
    }
    let mut at = best(&board, ladders, at, goal, allowed);
    descend(&board, &mut at, goal, allowed);
    let classes = board.classes(&at);
    let out = left_out(&board, &classes, goal);
    // Leaving out everybody is not a release.
    if out == frame.rows() {
        return None;
    }
    Some(Found { report: report_kept(&board, &classes, goal), steps: at, left_out: out })
}

/// One step up, in the column where it saves most rows for the detail that it costs.
fn climb(
    board: &Board<'_>,
    ladders: &[Ladder],
    at: &[usize],
    goal: Goal,
) -> Option<(Vec<usize>, u64)> {
    let open = (0..at.len()).filter(|column| at[*column] < ladders[*column].top());
    let tries = open.map(|column| {
        let mut next = at.to_vec();
        next[column] += 1;
        let out = left_out(board, &board.classes(&next), goal);
        let before = board.distinct(column, at[column]) as f64;
        let lost = (before / board.distinct(column, next[column]).max(1) as f64).ln();
        (next, out, lost)
    });
    // Fewest rows left out; among equals the smallest loss of detail.
    let best =
        tries.min_by(|(_, a, lost_a), (_, b, lost_b)| a.cmp(b).then(lost_a.total_cmp(lost_b)));
    best.map(|(next, out, _)| (next, out))
}

/// Combinations looked at, times choices of steps: a few seconds.
const EFFORT: usize = 60_000_000;
/// Choices of steps that are listed at most.
const CHOICES: usize = 200_000;

/// The choice of steps that keeps most detail, as far as the effort reaches; `known` is one that
/// reaches the goal.
fn best(
    board: &Board<'_>,
    ladders: &[Ladder],
    known: Vec<usize>,
    goal: Goal,
    allowed: u64,
) -> Vec<usize> {
    let lost: Vec<Vec<f64>> =
        ladders.iter().enumerate().map(|(column, l)| board.lost(column, l.top())).collect();
    let loss = |at: &[usize]| at.iter().zip(&lost).map(|(step, lost)| lost[*step]).sum::<f64>();
    let all: usize = ladders.iter().map(|ladder| ladder.top() + 1).product();
    if all > CHOICES {
        return known;
    }
    let bound = loss(&known);
    let mut open: Vec<(f64, Vec<usize>)> =
        (0..all).map(|n| nth(n, ladders)).map(|at| (loss(&at), at)).collect();
    open.retain(|(loss, _)| *loss < bound);
    open.sort_by(|(a, _), (b, _)| b.total_cmp(a));
    let (mut found, mut failed): (Vec<usize>, Vec<Vec<usize>>) = (known, Vec::new());
    let mut left = EFFORT / board.combinations().max(1);
    for (_, at) in open {
        let finer = |than: &Vec<usize>| at.iter().zip(than).all(|(step, than)| step <= than);
        if failed.iter().any(finer) {
            continue;
        }
        if left == 0 {
            break;
        }
        left -= 1;
        if left_out(board, &board.classes(&at), goal) <= allowed {
            found = at;
        } else {
            failed.push(at);
        }
    }
    found
}

/// The n-th choice of steps.
fn nth(mut n: usize, ladders: &[Ladder]) -> Vec<usize> {
    let mut at = Vec::with_capacity(ladders.len());
    for ladder in ladders {
        at.push(n % (ladder.top() + 1));
        n /= ladder.top() + 1;
    }
    at
}

/// Steps back down while the goal holds, first in the column that would win most detail.
fn descend(board: &Board<'_>, at: &mut [usize], goal: Goal, allowed: u64) {
    loop {
        let mut order: Vec<usize> = (0..at.len()).filter(|column| at[*column] > 0).collect();
        order.sort_by_key(|column| std::cmp::Reverse(board.distinct(*column, at[*column] - 1)));
        let finer = order.into_iter().find(|column| {
            let mut next = at.to_vec();
            next[*column] -= 1;
            left_out(board, &board.classes(&next), goal) <= allowed
        });
        let Some(column) = finer else { return };
        at[column] -= 1;
    }
}

/// Which classes reach the goal.
fn good(board: &Board<'_>, classes: &Classes, goal: Goal) -> Vec<bool> {
    let mut good: Vec<bool> = classes.rows.iter().map(|rows| *rows >= goal.k).collect();
    if goal.l > 1 {
        for column in 0..board.sensitive() {
            for (class, values) in board.spread(classes, column).iter().enumerate() {
                good[class] &= values.len() as u64 >= goal.l;
            }
        }
    }
    good
}

fn left_out(board: &Board<'_>, classes: &Classes, goal: Goal) -> u64 {
    let good = good(board, classes, goal);
    classes.rows.iter().zip(good).filter(|(_, good)| !good).map(|(rows, _)| rows).sum()
}

/// The report of the rows that stay.
fn report_kept(board: &Board<'_>, classes: &Classes, goal: Goal) -> Report {
    let good = good(board, classes, goal);
    let kept = board.only(classes, &good);
    report(&kept.0, &kept.1, goal.k, goal.l)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::measure;

    fn frame(rows: &[(u16, u8, u8)]) -> Frame {
        let mut frame = Frame::new(2, 1);
        for (age, place, illness) in rows {
            let (age, place) = (age.to_string(), format!("{:05}", u32::from(*place) * 317));
            assert!(frame.push(&[&age, &place, &illness.to_string()]).is_ok());
        }
        frame
    }

    /// What a release with these steps would be, written down and judged anew.
    fn released(rows: &[(u16, u8, u8)], ladders: &[Ladder], found: &Found, goal: Goal) -> Report {
        let coarse: Vec<[String; 3]> = rows
            .iter()
            .map(|(age, place, illness)| {
                let place = format!("{:05}", u32::from(*place) * 317);
                let age = ladders[0].apply(&age.to_string(), found.steps[0]);
                [age, ladders[1].apply(&place, found.steps[1]), illness.to_string()]
            })
            .collect();
        let mut kept = Frame::new(2, 1);
        for row in &coarse {
            let class: Vec<_> = coarse.iter().filter(|o| o[..2] == row[..2]).collect();
            let illnesses: std::collections::HashSet<_> = class.iter().map(|o| &o[2]).collect();
            if class.len() as u64 >= goal.k && illnesses.len() as u64 >= goal.l {
                let row: Vec<&str> = row.iter().map(String::as_str).collect();
                assert!(kept.push(&row).is_ok());
            }
        }
        measure(&kept, goal.k, goal.l)
    }

    proptest! {
        #[test]
        fn what_is_found_holds_when_the_release_is_judged_anew(
            rows in prop::collection::vec((0_u16..100, 0_u8..30, 0_u8..4), 1..80),
            k in 1_u64..8, l in 1_u64..3, leave_out in prop_oneof![Just(0_u64), Just(500), Just(2_000)],
        ) {
            let (frame, goal) = (frame(&rows), Goal { k, l, leave_out });
            let ladders = frame.ladders(&[]);
            let Some(found) = search(&frame, &ladders, goal) else {
                let kinds: std::collections::HashSet<_> = rows.iter().map(|row| row.2).collect();
                prop_assert!((rows.len() as u64) < k || (kinds.len() as u64) < l);
                return Ok(());
            };
            let again = released(&rows, &ladders, &found, goal);
            prop_assert!(again.k >= k && again.sensitive[0].l >= l);
            prop_assert_eq!(&again.rows, &found.report.rows);
            prop_assert_eq!(again.classes, found.report.classes);
            prop_assert!(found.left_out <= frame.rows() * leave_out / 10_000);
            prop_assert_eq!(found.left_out + again.rows, frame.rows());
            // No column could be one step finer.
            let board = Board::new(&frame, &ladders);
            for column in 0..2 {
                if found.steps[column] > 0 {
                    let mut finer = found.steps.clone();
                    finer[column] -= 1;
                    let out = left_out(&board, &board.classes(&finer), goal);
                    prop_assert!(out > frame.rows() * leave_out / 10_000);
                }
            }
        }
    }

    #[test]
    fn detail_is_spread_over_the_columns() {
        // Everybody in one of two places, ages all over: both can be told roughly.
        let rows: Vec<(u16, u8, u8)> =
            (0..400_u16).map(|n| (20 + n * 7 % 60, (n % 2) as u8, (n % 4) as u8)).collect();
        let frame = frame(&rows);
        let ladders = frame.ladders(&[]);
        let found = search(&frame, &ladders, Goal { k: 10, l: 2, leave_out: 0 });
        let steps = found.map(|found| found.steps).unwrap_or_default();
        assert!(steps[0] < ladders[0].top() && steps[1] < ladders[1].top(), "{steps:?}");
    }

    #[test]
    fn what_is_anonymous_already_stays_as_it_is() {
        let rows = [(30, 1, 0), (30, 1, 1), (30, 1, 2)];
        let frame = frame(&rows);
        let found = search(&frame, &frame.ladders(&[]), Goal { k: 3, l: 2, leave_out: 0 });
        assert_eq!(found.map(|found| (found.steps, found.left_out)), Some((vec![0, 0], 0)));
    }
}
