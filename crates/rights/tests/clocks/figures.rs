//! The figures against a naive count of the same requests.

use std::{collections::BTreeMap, fmt::Write as _, time::Instant};

use rights::{
    Kind,
    report::{Asked, Month, Period},
};
use store::{Entry, sqlx};

use crate::house::{DAY, House, house, me};

/// A request as the naive count knows it.
#[derive(Clone)]
pub struct Row {
    received: i64,
    closed: i64,
    due: i64,
    paused: bool,
    kind: &'static str,
    regimes: &'static str,
    state: &'static str,
    refusal: &'static str,
}

/// The same numbers every time (Knuth's multiplier, upper bits).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
    fn pick<T: Copy>(&mut self, all: &[T]) -> T {
        all[usize::try_from(self.roll(all.len() as u64)).unwrap()]
    }
}

/// Two and a half years of requests, some of which are not closed.
pub fn requests(count: usize) -> Vec<Row> {
    let begin = Month(2025 * 12 + 6).begins();
    let mut dice = Dice(17);
    let mut one = || {
        let received = begin + i64::try_from(dice.roll(900 * 24 * 3600)).unwrap() * 1_000_000;
        let state = dice.pick(&[
            "done",
            "done",
            "done",
            "done",
            "done",
            "done",
            "done",
            "done",
            "done",
            "done",
            "done",
            "done",
            "refused",
            "refused",
            "refused",
            "lapsed",
            "taken_back",
            "open",
            "waiting",
            "unverified",
        ]);
        let is_closed = matches!(state, "done" | "refused" | "lapsed" | "taken_back");
        let after = i64::try_from(dice.roll(60 * 24 * 3600)).unwrap() * 1_000_000;
        Row {
            received,
            closed: if is_closed { received + after } else { 0 },
            due: dice.pick(&[0, received + 30 * DAY, received + 45 * DAY, received + 90 * DAY]),
            paused: dice.roll(10) == 0,
            kind: dice.pick(&Kind::ALL).as_str(),
            regimes: dice.pick(&[
                "[]",
                "[\"eu-gdpr\"]",
                "[\"us-ca\"]",
                "[\"eu-gdpr\",\"us-ca\"]",
                "[\"cn-pipl\"]",
            ]),
            state,
            refusal: if state == "refused" {
                dice.pick(&["identity", "nobody", "excessive", "duty", "duplicate"])
            } else {
                ""
            },
        }
    };
    (0..count).map(|_| one()).collect()
}

pub async fn insert(house: &House, rows: &[Row]) {
    for (piece, rows) in rows.chunks(500).enumerate() {
        let mut sql =
            "INSERT INTO rights_request (id, number, kind, by_whom, channel, property, lang,
            regimes, state, level, received_at, due_at, closed_at, refusal, paused, private_sealed)
            VALUES "
                .to_owned();
        for (at, row) in rows.iter().enumerate() {
            let n = piece * 500 + at + 1;
            let comma = if at == 0 { "" } else { ", " };
            write!(
                sql,
                "{comma}('r-{n}', {n}, '{}', 'person', 'staff', 'default', 'en', '{}', '{}',
                 'checked', {}, {}, {}, '{}', {}, '')",
                row.kind,
                row.regimes,
                row.state,
                row.received,
                row.due,
                row.closed,
                row.refusal,
                i64::from(row.paused)
            )
            .unwrap();
        }
        let entry = Entry::new(me(), "rights.received", "rights_request", format!("{piece}"));
        let mut tx = house.store().begin(entry).await.unwrap();
        sqlx::query(sqlx::AssertSqlSafe(sql)).execute(tx.conn()).await.unwrap();
        tx.commit().await.unwrap();
    }
}

fn is_substantive(row: &Row) -> bool {
    row.state == "done" || (row.state == "refused" && row.refusal != "duplicate")
}

fn in_time(row: &Row) -> bool {
    row.due == 0 || row.paused || row.closed <= row.due
}

fn within(at: i64, period: Period) -> bool {
    let (from, to) = period.bounds();
    at >= from && at < to
}

/// Median and mean, the plain way.
fn middle(rows: &[&Row]) -> (Option<f64>, Option<f64>) {
    let mut days: Vec<i64> = rows.iter().map(|row| (row.closed - row.received) / DAY).collect();
    if days.is_empty() {
        return (None, None);
    }
    days.sort_unstable();
    let at = |place: usize| days[place] as f64;
    let median = f64::midpoint(at((days.len() - 1) / 2), at(days.len() / 2));
    (Some(median), Some(days.iter().sum::<i64>() as f64 / days.len() as f64))
}

async fn check_report(house: &House, rows: &[Row], period: Period) {
    let report = house.rights.report(period).await.unwrap();
    let check = |name: &str, tally: &rights::report::Tally, mine: &dyn Fn(&Row) -> bool| {
        let all: Vec<&Row> = rows.iter().filter(|row| mine(row)).collect();
        let closed: Vec<&Row> =
            all.iter().copied().filter(|row| within(row.closed, period)).collect();
        let substantive: Vec<&Row> =
            closed.iter().copied().filter(|row| is_substantive(row)).collect();
        let n = |count: usize| i64::try_from(count).unwrap();
        assert_eq!(
            tally.received,
            n(all.iter().filter(|row| within(row.received, period)).count()),
            "{name}"
        );
        assert_eq!(
            tally.answered,
            n(closed.iter().filter(|row| row.state == "done").count()),
            "{name}"
        );
        assert_eq!(tally.answered + tally.refused, n(substantive.len()), "{name}");
        assert_eq!(tally.closed(), n(closed.len()), "{name}");
        assert_eq!(
            tally.in_time,
            n(substantive.iter().filter(|row| in_time(row)).count()),
            "{name}"
        );
        assert_eq!(tally.in_time + tally.late, n(substantive.len()), "{name}");
        let (median, mean) = middle(&substantive);
        assert_eq!(tally.days.median(), median, "{name}");
        let near = match (tally.days.mean(), mean) {
            (Some(left), Some(right)) => (left - right).abs() < 1e-9,
            (left, right) => left == right,
        };
        assert!(near, "{name}: {:?} {mean:?}", tally.days.mean());
    };
    check("all", &report.all, &|_| true);
    for (kind, tally) in &report.kinds {
        check(kind.as_str(), tally, &|row| row.kind == kind.as_str());
    }
    for (law, tally) in &report.laws {
        check(law, tally, &|row| match law.as_str() {
            "" => row.regimes == "[]",
            law => row.regimes.contains(law),
        });
    }
    let mut refusals: BTreeMap<&str, i64> = BTreeMap::new();
    for row in rows.iter().filter(|row| within(row.closed, period) && row.state == "refused") {
        if row.refusal != "duplicate" {
            *refusals.entry(row.refusal).or_default() += 1;
        }
    }
    let told: BTreeMap<&str, i64> =
        report.refusals.iter().map(|(why, n)| (why.as_str(), *n)).collect();
    assert_eq!(told, refusals);
    assert_eq!(report.months.len(), 12);
    for (month, tally) in &report.months {
        let one = Period { first: *month, last: *month };
        let received = rows.iter().filter(|row| within(row.received, one)).count();
        assert_eq!(tally.received, i64::try_from(received).unwrap(), "{}", month.name());
    }
}

async fn check_ccpa(house: &House, rows: &[Row], year: i64, everybody: bool) {
    let metrics = house.rights.ccpa(year, everybody).await.unwrap();
    let mine = |row: &&Row| {
        within(row.received, Period::year(year)) && (everybody || row.regimes.contains("us-ca"))
    };
    for line in &metrics.lines {
        let all: Vec<&Row> = rows
            .iter()
            .filter(mine)
            .filter(|row| Kind::parse(row.kind).and_then(Asked::of) == Some(line.asked))
            .collect();
        let count = |test: &dyn Fn(&Row) -> bool| {
            i64::try_from(all.iter().filter(|row| test(row)).count()).unwrap()
        };
        assert_eq!(line.received, count(&|_| true));
        assert_eq!(line.complied, count(&|row| row.state == "done"));
        assert_eq!(line.denied, count(&|row| row.state == "refused" && row.refusal != "duplicate"));
        assert_eq!(line.open, count(&|row| row.closed == 0));
        assert_eq!(line.received, line.complied + line.denied + line.otherwise + line.open);
        let substantive: Vec<&Row> =
            all.iter().copied().filter(|row| is_substantive(row)).collect();
        assert_eq!(line.days.median(), middle(&substantive).0);
        assert_eq!(line.days.count(), i64::try_from(substantive.len()).unwrap());
    }
    let denied: i64 = metrics.lines.iter().map(|line| line.denied).sum();
    assert_eq!(metrics.reasons.iter().map(|one| one.1).sum::<i64>(), denied);
}

async fn figures(postgres: bool) {
    let house = house(postgres).await;
    let count = std::env::var("PRIVET_TEST_REQUESTS").ok().and_then(|n| n.parse().ok());
    let rows = requests(count.unwrap_or(20_000));
    insert(&house, &rows).await;
    for name in ["2026", "2026-Q2", "2026-02", "2027-Q4", "2024"] {
        let period = Period::parse(name).unwrap();
        check_report(&house, &rows, period).await;
        let begun = Instant::now();
        house.rights.report(period).await.unwrap();
        println!("report {name} of {} requests: {:?}", rows.len(), begun.elapsed());
    }
    for (year, everybody) in [(2025, false), (2026, false), (2026, true), (2030, true)] {
        check_ccpa(&house, &rows, year, everybody).await;
    }
    assert_eq!(house.rights.report(Period::year(2024)).await.unwrap().all.received, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn figures_equal_a_naive_count() {
    figures(false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn figures_equal_a_naive_count_on_postgresql() {
    figures(true).await;
}

async fn past_years(postgres: bool) {
    let house = house(postgres).await;
    let rows = requests(3_000);
    insert(&house, &rows).await;
    let at = Month(2028 * 12 + 8).begins();
    let before = Month(2026 * 12 + 8).begins();

    let removed = house.rights.remove_old(at).await.unwrap();

    let old = rows.iter().filter(|row| row.closed > 0 && row.closed < before).count();
    assert_eq!(removed, old as u64);
    assert!(old > 500, "{old}");
    let left = house.number("SELECT COUNT(*) FROM rights_request").await;
    assert_eq!(left, i64::try_from(rows.len() - old).unwrap());
    assert_eq!(house.actions("rights.removed").await, i64::try_from(old).unwrap());
    assert_eq!(
        house.number("SELECT CAST(SUM(n) AS BIGINT) FROM rights_count").await,
        i64::try_from(old).unwrap()
    );
    // What was removed is counted as before.
    for name in ["2025", "2026", "2026-Q1", "2026-05"] {
        check_report(&house, &rows, Period::parse(name).unwrap()).await;
    }
    for year in [2025, 2026] {
        check_ccpa(&house, &rows, year, false).await;
        check_ccpa(&house, &rows, year, true).await;
    }
    assert_eq!(house.rights.remove_old(at).await.unwrap(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn figures_of_past_years_stay_when_their_requests_go() {
    past_years(false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn figures_of_past_years_stay_when_their_requests_go_on_postgresql() {
    past_years(true).await;
}
