//! Memory with everybody in it: its size, one decision, a snapshot.

use std::{hint::black_box, time::Instant};

use anyhow::{Context, Result};
use consent::{
    Choice, Consent,
    decide::{Ask, Fingerprint, Memory, New, Question, Shape, save},
};
use vault::Vault;

use super::{PURPOSES, crowd};
use crate::table::Table;

/// Decisions timed one by one, at most.
const DECISIONS: usize = 2_000_000;

/// Fills memory and measures it.
pub fn measure(table: &mut Table, consent: &Consent, customers: usize) -> Result<Memory> {
    let vault = consent.vault();
    let before = resident()?;
    let started = Instant::now();
    let memory = filled(vault, customers)?;
    let seconds = started.elapsed().as_secs_f64();
    let counts = memory.counts();
    anyhow::ensure!(counts.people == customers && counts.identifiers == customers * 3);
    let used = resident()? - before;
    let share = customers as f64 / 10e6;
    let what = "memory: 16 purposes, two answers, three identifiers each";
    table.bound(what, used, "MB", 1000.0 * share.max(0.02));
    table.fact("… a customer", format!("{:.1} bytes", used * 1e6 / customers as f64));
    table.fact("… different answers", counts.shapes.to_string());
    let rate = customers as f64 * 2.0 / seconds / 1e6;
    table.fact("records applied, one thread", format!("{rate:.2} M/s"));
    single(table, consent, &memory, customers)?;
    Ok(memory)
}

/// Memory with so many customers in it.
pub fn filled(vault: &Vault, customers: usize) -> Result<Memory> {
    let [email, phone, id] = ["email", "phone", "customer_id"].map(|kind| vault.blinder(kind));
    let now = store::now();
    let memory = Memory::default();
    for n in 0..customers {
        let prints = [
            Fingerprint::of(email.blind(crowd::email(n).as_bytes()).0),
            Fingerprint::of(phone.blind(crowd::phone(n).as_bytes()).0),
            Fingerprint::of(id.blind(n.to_string().as_bytes()).0),
        ];
        let bits = crowd::first(n);
        let all = (0..PURPOSES).map(|slot| (slot, choice(bits >> slot & 1 == 1)));
        let at = crowd::joined(n, now);
        let joined = New { at, shape: Shape::new(1, all), guardian_missing_until: None };
        let later = crowd::second(n).map(|(slot, yes)| (slot, choice(yes)));
        let later = New {
            at: at + 3_600_000_000,
            shape: Shape::new(2, later),
            guardian_missing_until: None,
        };
        anyhow::ensure!(memory.answer(&prints, joined) && memory.answer(&prints[..1], later));
    }
    Ok(memory)
}

fn choice(yes: bool) -> Choice {
    if yes { Choice::Granted } else { Choice::Denied }
}

/// One decision after another for people far apart, every tenth of them unknown.
fn single(table: &mut Table, consent: &Consent, memory: &Memory, customers: usize) -> Result<()> {
    let blinder = consent.vault().blinder("email");
    let catalogue = consent.catalogue();
    let purpose = catalogue.purpose(super::ASKED)?;
    let ask = Ask::default();
    let decisions = customers.clamp(100_000, DECISIONS);
    let mut times = Vec::with_capacity(decisions);
    let mut allowed = 0_u64;
    for n in 0..decisions {
        let who = crowd::mix(n as u64) as usize % (customers + customers / 9);
        let print = [Fingerprint::of(blinder.blind(crowd::email(who).as_bytes()).0)];
        let started = Instant::now();
        let question = Question::new(&catalogue, purpose, &ask, store::now());
        let verdict = question.judge(&memory.standing(&print, purpose.slot));
        times.push(started.elapsed().as_nanos() as u32);
        allowed += u64::from(black_box(verdict).allow);
    }
    times.sort_unstable();
    let at = |share: f64| f64::from(times[(times.len() as f64 * share) as usize]);
    anyhow::ensure!(allowed > 0, "nobody is allowed anything");
    table.fact("a decision in process, median", format!("{:.0} ns", at(0.5)));
    table.bound("a decision in process, 99 of 100 within", at(0.99), "ns", 1000.0);
    Ok(())
}

/// Writes the snapshot as a server does when it stops, into the data directory that the server
/// measured next starts with.
pub async fn keep(table: &mut Table, consent: &Consent, memory: &Memory) -> Result<()> {
    let started = Instant::now();
    let log = consent.store().ledger();
    let head = log.head().await?;
    let leaf = log.leaf(head.seq).await?.context("a company without a past")?;
    let hash = ledger::Hash(leaf.0).to_string();
    let position = consent::decide::Position { seq: head.seq, hash };
    let path = consent.store().data_dir().join("decisions.snapshot");
    let key = vault::Blob::new(&consent.store().derive_key("consent/snapshot"));
    let file = std::io::BufWriter::with_capacity(1 << 20, std::fs::File::create(&path)?);
    save(memory, &position, &key, file)?;
    let megabytes = std::fs::metadata(&path)?.len() as f64 / 1e6;
    let seconds = started.elapsed().as_secs_f64();
    table.fact("snapshot written", format!("{megabytes:.0} MB in {seconds:.1} s"));
    Ok(())
}

/// What this process holds, in MB of a million bytes.
fn resident() -> Result<f64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib: f64 = line.context("no VmRSS")?.trim().trim_end_matches(" kB").parse()?;
    Ok(kib * 1024.0 / 1e6)
}
