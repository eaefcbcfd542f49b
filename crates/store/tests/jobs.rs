//! Jobs and schedules through the store's face, on both engines.
#![allow(clippy::unwrap_used)] // Helpers of tests are not in a test function.

use serde_json::json;
use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};
use store::{
    Actor, Entry, JobContext, JobError, JobFilter, JobHandler, JobId, JobRow, JobState,
    LedgerFilter, NewJob, Runner, Store, sqlx,
    testing::{self, TestGuard},
};
use tokio::{sync::watch, task::JoinHandle};

#[derive(Default)]
struct Counts {
    runs: AtomicUsize,
    ended: AtomicUsize,
}

/// Does what its payload's `do` says.
#[derive(Clone, Default)]
struct Actions(Arc<Counts>);

impl Actions {
    fn runs(&self) -> usize {
        self.0.runs.load(Ordering::SeqCst)
    }
    fn ended(&self) -> usize {
        self.0.ended.load(Ordering::SeqCst)
    }
}

#[async_trait::async_trait]
impl JobHandler for Actions {
    fn kind(&self) -> &'static str {
        "test"
    }

    async fn run(&self, context: JobContext) -> Result<(), JobError> {
        self.0.runs.fetch_add(1, Ordering::SeqCst);
        match context.payload["do"].as_str().unwrap() {
            "work" => context.progress(1, 2, "half").await,
            "fail once" if context.attempt == 1 => Err(JobError::Retry("not yet".into())),
            "fail" => Err(JobError::Retry("never".into())),
            "give up" => Err(JobError::Fatal("cannot".into())),
            "panic" => panic!("as told"),
            "park" => loop {
                context.progress(1, 9, "parked").await?;
                tokio::time::sleep(Duration::from_millis(20)).await;
            },
            "sleep" => {
                tokio::time::sleep(Duration::from_secs(3)).await;
                Ok(())
            }
            _ => Ok(()),
        }
    }

    async fn ended(&self, _store: &Store, job: &JobRow) {
        assert!(job.state.is_over());
        self.0.ended.fetch_add(1, Ordering::SeqCst);
    }
}

struct Running {
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Running {
    fn start(store: &Store, handler: &Actions, concurrency: usize) -> Self {
        let (stop, stopped) = watch::channel(false);
        let runner = Runner::new(store.clone(), concurrency).handle(handler.clone());
        Self { stop, task: tokio::spawn(runner.run(stopped)) }
    }

    async fn stop(self) {
        self.stop.send(true).unwrap();
        self.task.await.unwrap();
    }
}

async fn queue_with(store: &Store, what: &str, dedupe: Option<&str>, max_attempts: i64) -> JobId {
    let mut tx = store
        .begin(Entry::new(Actor::Person("p1".into()), "test.asked", "test", "t"))
        .await
        .unwrap();
    let job = NewJob {
        kind: "test",
        payload: json!({ "do": what }),
        dedupe: dedupe.map(Into::into),
        max_attempts,
    };
    let id = tx.enqueue(job).await.unwrap();
    tx.commit().await.unwrap();
    id
}

async fn queue(store: &Store, what: &str) -> JobId {
    queue_with(store, what, None, 2).await
}

/// Waits until the job satisfies the test; panics after a while.
async fn until(store: &Store, id: &JobId, test: impl Fn(&JobRow) -> bool) -> JobRow {
    let start = Instant::now();
    loop {
        let job = store.job(id).await.unwrap().unwrap();
        if test(&job) {
            return job;
        }
        assert!(start.elapsed() < Duration::from_secs(20), "still {job:?}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

async fn until_true(test: impl Fn() -> bool) {
    let start = Instant::now();
    while !test() {
        assert!(start.elapsed() < Duration::from_secs(20));
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

async fn actions_of(store: &Store, id: &str) -> Vec<String> {
    let filter = LedgerFilter { object_id: Some(id.into()), ..LedgerFilter::default() };
    let rows = store.ledger().page(&filter, None, 100).await.unwrap();
    rows.into_iter().rev().map(|row| row.action).collect()
}

/// Changes rows as time passing or another server would.
async fn meddle(guard: &TestGuard, sql: &'static str) {
    use sqlx::Connection as _;
    let address = guard
        .config()
        .database
        .unwrap_or_else(|| format!("sqlite://{}", guard.dir().join("privet.db").display()));
    let mut conn = sqlx::AnyConnection::connect(&address).await.unwrap();
    sqlx::raw_sql(sql).execute(&mut conn).await.unwrap();
    conn.close().await.unwrap();
}

macro_rules! on_both {
    ($($name:ident),* $(,)?) => {
        mod sqlite { $(#[tokio::test(flavor = "multi_thread")] async fn $name() {
            let (store, guard) = super::testing::temp_sqlite().await;
            super::$name(store, guard).await;
        })* }
        mod postgres { $(#[tokio::test(flavor = "multi_thread")] async fn $name() {
            let (store, guard) = super::testing::temp_postgres().await;
            super::$name(store, guard).await;
        })* }
    };
}

on_both!(
    a_job_starts_at_once_and_its_life_is_in_the_ledger,
    each_job_is_run_once_by_two_runners,
    a_failure_is_tried_again_and_then_succeeds,
    the_last_failure_ends_the_job_and_tells_the_room,
    a_fatal_error_is_not_tried_again,
    a_panic_counts_as_a_failure,
    a_queued_job_is_cancelled_at_once,
    a_running_job_stops_at_its_next_checkpoint,
    the_same_key_queues_one_job,
    what_is_asked_for_while_it_runs_runs_once_more,
    who_cancels_means_what_was_asked_for_before,
    a_failed_job_can_be_queued_again,
    a_stopped_runner_gives_its_jobs_back,
    a_job_whose_runner_went_silent_is_taken_over,
    a_job_still_running_here_is_not_started_twice,
    a_job_that_keeps_crashing_is_given_up,
    jobs_are_listed_newest_first,
    a_due_schedule_queues_one_job_among_several_servers,
    a_schedule_is_set_changed_and_removed,
);

async fn a_job_starts_at_once_and_its_life_is_in_the_ledger(store: Store, _guard: TestGuard) {
    let handler = Actions::default();
    let running = Running::start(&store, &handler, 2);
    tokio::time::sleep(Duration::from_millis(100)).await;

    // The quickest of five: a busy machine may delay any one of them.
    let mut quickest = Duration::MAX;
    let mut last = None;
    for _ in 0..5 {
        let start = Instant::now();
        let id = queue(&store, "work").await;
        last = Some(until(&store, &id, |job| job.state.is_over()).await);
        quickest = quickest.min(start.elapsed());
    }
    let job = last.unwrap();

    assert!(quickest < Duration::from_millis(500), "it waited for the poll");
    assert_eq!((job.state, job.done, job.total), (JobState::Done, 2, 2));
    assert!(job.finished_at.unwrap() >= job.created_at);
    assert_eq!(actions_of(&store, &job.id.0).await, ["job.queued", "job.finished"]);
    running.stop().await;
    assert_eq!((handler.runs(), handler.ended()), (5, 0));
    store.ledger().verify().await.unwrap();
}

async fn each_job_is_run_once_by_two_runners(store: Store, guard: TestGuard) {
    let handler = Actions::default();
    let mut ids = Vec::new();
    for _ in 0..30 {
        ids.push(queue(&store, "work").await);
    }
    // On PostgreSQL two servers; on SQLite there is only one, with two runners.
    let other = if store.is_postgres() {
        Store::open(guard.config()).await.unwrap()
    } else {
        store.clone()
    };

    let running = [Running::start(&store, &handler, 3), Running::start(&other, &handler, 3)];
    for id in &ids {
        until(&store, id, |job| job.state == JobState::Done).await;
    }

    assert_eq!(handler.runs(), 30);
    for runner in running {
        runner.stop().await;
    }
}

async fn a_failure_is_tried_again_and_then_succeeds(store: Store, _guard: TestGuard) {
    let handler = Actions::default();
    let running = Running::start(&store, &handler, 1);

    let id = queue(&store, "fail once").await;

    let waiting = until(&store, &id, |job| !job.error.is_empty()).await;
    assert_eq!((waiting.state, waiting.error.as_str()), (JobState::Queued, "not yet"));
    assert!(waiting.run_at > store::now(), "it backs off");
    let done = until(&store, &id, |job| job.state.is_over()).await;
    assert_eq!((done.state, done.attempts), (JobState::Done, 2));
    running.stop().await;
    assert_eq!(handler.ended(), 0);
}

async fn the_last_failure_ends_the_job_and_tells_the_room(store: Store, _guard: TestGuard) {
    let handler = Actions::default();
    let running = Running::start(&store, &handler, 1);

    let id = queue_with(&store, "fail", None, 2).await;
    let job = until(&store, &id, |job| job.state.is_over()).await;
    until_true(|| handler.ended() == 1).await;

    assert_eq!((job.state, job.attempts, job.error.as_str()), (JobState::Failed, 2, "never"));
    assert_eq!(actions_of(&store, &id.0).await, ["job.queued", "job.failed"]);
    tokio::time::sleep(Duration::from_millis(1200)).await;
    assert_eq!(handler.ended(), 1);
    running.stop().await;
}

async fn a_fatal_error_is_not_tried_again(store: Store, _guard: TestGuard) {
    let handler = Actions::default();
    let running = Running::start(&store, &handler, 1);

    let id = queue_with(&store, "give up", None, 9).await;
    let job = until(&store, &id, |job| job.state.is_over()).await;

    assert_eq!((job.state, job.attempts, job.error.as_str()), (JobState::Failed, 1, "cannot"));
    running.stop().await;
}

async fn a_panic_counts_as_a_failure(store: Store, _guard: TestGuard) {
    let handler = Actions::default();
    let running = Running::start(&store, &handler, 1);

    let id = queue_with(&store, "panic", None, 1).await;
    let job = until(&store, &id, |job| job.state.is_over()).await;
    let next = queue(&store, "work").await;
    until(&store, &next, |job| job.state == JobState::Done).await;

    assert_eq!(job.state, JobState::Failed);
    assert!(job.error.contains("panicked") && !job.error.contains("as told"), "{}", job.error);
    running.stop().await;
}

async fn a_queued_job_is_cancelled_at_once(store: Store, _guard: TestGuard) {
    let id = queue(&store, "work").await;

    store.cancel_job(&id, Actor::Person("p2".into())).await.unwrap();
    store.cancel_job(&id, Actor::Person("p2".into())).await.unwrap();

    assert_eq!(store.job(&id).await.unwrap().unwrap().state, JobState::Cancelled);
    assert_eq!(actions_of(&store, &id.0).await, ["job.queued", "job.cancelled"]);
    let handler = Actions::default();
    let running = Running::start(&store, &handler, 1);
    until_true(|| handler.ended() == 1).await;
    running.stop().await;
    assert_eq!(handler.runs(), 0);
}

async fn a_running_job_stops_at_its_next_checkpoint(store: Store, _guard: TestGuard) {
    let handler = Actions::default();
    let running = Running::start(&store, &handler, 1);
    let id = queue(&store, "park").await;
    until(&store, &id, |job| job.note == "parked").await;

    store.cancel_job(&id, Actor::CommandLine).await.unwrap();
    until(&store, &id, |job| job.state == JobState::Cancelled).await;
    until_true(|| handler.ended() == 1).await;

    let actions = actions_of(&store, &id.0).await;
    assert_eq!(actions, ["job.queued", "job.cancelled", "job.stopped"]);
    running.stop().await;
}

async fn ask_anew(store: &Store, what: &str) -> JobId {
    let entry = Entry::new(Actor::Person("p1".into()), "test.asked", "test", "t");
    let mut tx = store.begin(entry).await.unwrap();
    let payload = json!({ "do": what });
    let job = NewJob { kind: "test", payload, dedupe: Some("k".into()), max_attempts: 1 };
    let id = tx.enqueue_anew(job).await.unwrap();
    tx.commit().await.unwrap();
    id
}

async fn who_cancels_means_what_was_asked_for_before(store: Store, _guard: TestGuard) {
    let handler = Actions::default();
    let running = Running::start(&store, &handler, 1);
    let id = ask_anew(&store, "park").await;
    until(&store, &id, |job| job.state == JobState::Running).await;
    ask_anew(&store, "park").await;

    store.cancel_job(&id, Actor::Person("p1".into())).await.unwrap();

    until(&store, &id, |job| job.state == JobState::Cancelled).await;
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    assert_eq!((handler.runs(), handler.ended()), (1, 1));
    assert_ne!(ask_anew(&store, "work").await, id, "whoever asks now has it done");
    until_true(|| handler.runs() == 2).await;
    running.stop().await;
}

async fn what_is_asked_for_while_it_runs_runs_once_more(store: Store, _guard: TestGuard) {
    let first = ask_anew(&store, "sleep").await;
    assert_eq!(ask_anew(&store, "sleep").await, first, "it waits still: once is enough");
    let handler = Actions::default();
    let running = Running::start(&store, &handler, 2);
    until(&store, &first, |job| job.state == JobState::Running).await;
    for _ in 0..2 {
        assert_eq!(ask_anew(&store, "sleep").await, first);
    }

    until_true(|| handler.runs() == 2).await;
    let job = until(&store, &first, |job| job.state.is_over()).await;

    assert_eq!((job.state, job.attempts), (JobState::Done, 1));
    let told = ["job.queued", "job.finished", "job.queued", "job.finished"];
    assert_eq!(actions_of(&store, &first.0).await, told);
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    assert_eq!(handler.runs(), 2, "twice asked for while it ran is once more");
    running.stop().await;
}

async fn the_same_key_queues_one_job(store: Store, _guard: TestGuard) {
    let first = queue_with(&store, "work", Some("k"), 1).await;
    let second = queue_with(&store, "work", Some("k"), 1).await;
    let other = queue_with(&store, "work", Some("l"), 1).await;

    let running = Running::start(&store, &Actions::default(), 1);
    until(&store, &first, |job| job.state == JobState::Done).await;
    let third = queue_with(&store, "work", Some("k"), 1).await;

    assert_eq!(first, second);
    assert_ne!(first, other);
    assert_ne!(first, third);
    assert_eq!(actions_of(&store, &first.0).await, ["job.queued", "job.finished"]);
    running.stop().await;
}

async fn a_failed_job_can_be_queued_again(store: Store, _guard: TestGuard) {
    let running = Running::start(&store, &Actions::default(), 1);
    let id = queue_with(&store, "give up", Some("k"), 1).await;
    until(&store, &id, |job| job.state == JobState::Failed).await;
    let rival = queue_with(&store, "park", Some("k"), 1).await;

    let refused = store.retry_job(&id, Actor::Person("p1".into())).await.unwrap_err();
    store.cancel_job(&rival, Actor::Person("p1".into())).await.unwrap();
    until(&store, &rival, |job| job.state == JobState::Cancelled).await;
    store.retry_job(&id, Actor::Person("p1".into())).await.unwrap();
    until(&store, &id, |job| job.state == JobState::Failed).await;

    assert!(refused.to_string().contains("already"), "{refused}");
    assert_eq!(
        actions_of(&store, &id.0).await,
        ["job.queued", "job.failed", "job.retried", "job.failed"]
    );
    running.stop().await;
}

async fn a_stopped_runner_gives_its_jobs_back(store: Store, _guard: TestGuard) {
    let handler = Actions::default();
    let running = Running::start(&store, &handler, 1);
    let id = queue_with(&store, "park", None, 1).await;
    until(&store, &id, |job| job.note == "parked").await;

    running.stop().await;

    let job = store.job(&id).await.unwrap().unwrap();
    assert_eq!((job.state, job.attempts), (JobState::Queued, 0));
    let again = Running::start(&store, &handler, 1);
    until(&store, &id, |job| job.state == JobState::Running).await;
    again.stop().await;
    assert_eq!(handler.runs(), 2);
}

/// A row as a runner leaves it that died while it worked.
async fn abandon(store: &Store, guard: &TestGuard, what: &str) -> JobId {
    let id = queue_with(store, what, None, 1).await;
    meddle(
        guard,
        "UPDATE job SET state = 'running', attempts = 1, leased_by = 'gone', lease_until = 1",
    )
    .await;
    id
}

async fn a_job_whose_runner_went_silent_is_taken_over(store: Store, guard: TestGuard) {
    let handler = Actions::default();
    let id = abandon(&store, &guard, "work").await;

    let running = Running::start(&store, &handler, 1);
    let job = until(&store, &id, |job| job.state.is_over()).await;

    assert_eq!((job.state, job.attempts, job.crashes), (JobState::Done, 2, 1));
    running.stop().await;
}

async fn a_job_still_running_here_is_not_started_twice(store: Store, guard: TestGuard) {
    let handler = Actions::default();
    let running = Running::start(&store, &handler, 2);
    let id = queue(&store, "sleep").await;
    until_true(|| handler.runs() == 1).await;

    // As after a night's sleep of the machine: the claim has run out, the work goes on.
    meddle(&guard, "UPDATE job SET lease_until = 0").await;
    let job = until(&store, &id, |job| job.state == JobState::Done).await;

    assert_eq!((handler.runs(), job.attempts, job.crashes), (1, 1, 0));
    running.stop().await;
}

async fn a_job_that_keeps_crashing_is_given_up(store: Store, guard: TestGuard) {
    let handler = Actions::default();
    let id = abandon(&store, &guard, "work").await;
    meddle(&guard, "UPDATE job SET crashes = 3").await;

    let running = Running::start(&store, &handler, 1);
    let job = until(&store, &id, |job| job.state.is_over()).await;

    assert_eq!((job.state, handler.runs()), (JobState::Failed, 0));
    running.stop().await;
}

async fn jobs_are_listed_newest_first(store: Store, _guard: TestGuard) {
    let a = queue(&store, "work").await;
    let b = queue(&store, "work").await;
    let c = queue(&store, "work").await;
    store.cancel_job(&b, Actor::CommandLine).await.unwrap();
    let ids = |rows: Vec<JobRow>| rows.into_iter().map(|row| row.id).collect::<Vec<_>>();
    let all = JobFilter::default();
    let queued = JobFilter { state: Some(JobState::Queued), kind: Some("test".into()) };
    let unknown = JobFilter { kind: Some("x".into()), ..JobFilter::default() };

    assert_eq!(ids(store.list_jobs(&all, None, 2).await.unwrap()), [c.clone(), b.clone()]);
    assert_eq!(ids(store.list_jobs(&all, Some(&b), 9).await.unwrap()), std::slice::from_ref(&a));
    assert_eq!(ids(store.list_jobs(&queued, None, 9).await.unwrap()), [c, a]);
    assert!(store.list_jobs(&unknown, None, 9).await.unwrap().is_empty());
    let counts = store.count_jobs().await.unwrap();
    assert_eq!(counts, [(JobState::Cancelled, 1), (JobState::Queued, 2)]);
}

async fn a_due_schedule_queues_one_job_among_several_servers(store: Store, guard: TestGuard) {
    let handler = Actions::default();
    let by = Actor::Person("p1".into());
    store.schedule("s1", "test", "0 3 * * *", "UTC", json!({"do": "work"}), by).await.unwrap();
    // Missed many times over: three days ago was the last.
    meddle(&guard, "UPDATE schedule SET next_at = next_at - 345600000000").await;
    let other = if store.is_postgres() {
        Store::open(guard.config()).await.unwrap()
    } else {
        store.clone()
    };

    let running = [Running::start(&store, &handler, 1), Running::start(&other, &handler, 1)];
    until_true(|| handler.runs() > 0).await;
    tokio::time::sleep(Duration::from_millis(1500)).await;
    for runner in running {
        runner.stop().await;
    }

    assert_eq!(handler.runs(), 1);
    let row = store.schedule_by_key("s1").await.unwrap().unwrap();
    assert!(row.next_at > store::now() && row.last_at.is_some());
    assert_eq!(actions_of(&store, "s1").await, ["schedule.created", "schedule.fired"]);
}

async fn a_schedule_is_set_changed_and_removed(store: Store, _guard: TestGuard) {
    let by = || Actor::Person("p1".into());
    let set = |cron: &'static str, zone: &'static str| {
        store.schedule("s1", "test", cron, zone, json!({}), by())
    };

    set("0 3 * * *", "Asia/Shanghai").await.unwrap();
    set("0 3 * * *", "Asia/Shanghai").await.unwrap();
    assert!(set("0 3 * *", "UTC").await.is_err());
    assert!(set("0 3 * * *", "Nowhere").await.is_err());
    set("0 4 * * 1", "UTC").await.unwrap();
    let rows = store.schedules().await.unwrap();
    set("", "").await.unwrap();
    set("", "").await.unwrap();

    assert_eq!(rows.len(), 1);
    assert_eq!((rows[0].cron.as_str(), rows[0].zone.as_str()), ("0 4 * * 1", "UTC"));
    assert_eq!(rows[0].next_at, store::next_run("0 4 * * 1", "UTC").unwrap());
    assert!(store.schedules().await.unwrap().is_empty());
    assert_eq!(
        actions_of(&store, "s1").await,
        ["schedule.created", "schedule.changed", "schedule.removed"]
    );
}
