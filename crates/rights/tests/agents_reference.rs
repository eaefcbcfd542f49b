//! A whole conversation with an agent that shares no code with us (`agents/reference.py`): signed by
//! PyNaCl, as the protocol's reference agent signs, and judged as its conformance tests judge.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "agents/network.rs"]
mod network;

use network::{Agent, BUSINESS, house, me, settings};

const SEED: u8 = 9;

async fn understood(postgres: bool) {
    let agent = Agent::new("CR_AA_REFERENCE", SEED);
    let house = house(postgres).await;
    house.outside.list(&[&agent]);
    house.rights.set_agents(&me(), &settings()).await.unwrap();
    house.agents_are(1).await;
    let python = std::env::var("PRIVET_TEST_PYTHON").expect("run `cargo xtask test`");
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/agents/reference.py");
    let ran = tokio::process::Command::new(python)
        .args([script, &house.at.to_string(), agent.id, BUSINESS])
        .arg(format!("{SEED:02x}").repeat(32))
        .output()
        .await
        .unwrap();
    let told = String::from_utf8_lossy(&ran.stderr);
    assert!(ran.status.success(), "{told}");
    assert!(ran.stdout.is_empty(), "{}", String::from_utf8_lossy(&ran.stdout));
    assert!(told.contains("10 requests"), "it asked for less: {told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn understood_on_sqlite() {
    understood(false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn understood_on_postgres() {
    understood(true).await;
}
