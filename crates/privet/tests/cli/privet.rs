//! Running the binary and looking at what it said.

use std::{
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use tempfile::TempDir;

/// The binary with nothing of the tester's environment that it would read.
pub fn command(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_privet"));
    for name in ["DATA", "DATABASE", "LISTEN", "CONFIG", "PUBLIC_URL", "LOG", "SOURCE_PASSWORD"] {
        command.env_remove(format!("PRIVET_{name}"));
    }
    command.args(args).stdin(Stdio::null());
    command
}

/// What a finished run said.
pub struct Said {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Said {
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.out).unwrap_or_else(|e| panic!("{e}: {} {}", self.out, self.err))
    }
}

pub fn run(args: &[&str]) -> Said {
    finish(command(args).output().unwrap())
}

pub fn finish(output: Output) -> Said {
    Said {
        code: output.status.code().unwrap_or(-1),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

/// The sample company's files, made once a test that needs them.
pub async fn company() -> (TempDir, privet::demo::Files) {
    let dir = tempfile::tempdir().unwrap();
    let files = privet::demo::Files::in_dir(&dir.path().join("company"));
    privet::demo::generate(&files).await.unwrap();
    (dir, files)
}

pub fn sqlite(path: &Path) -> String {
    format!("sqlite:{}", path.display())
}

/// A little database with these statements run in it.
pub async fn database(dir: &Path, name: &str, sql: &str) -> PathBuf {
    let path = dir.join(name);
    let address = format!("sqlite:{}?mode=rwc", path.display());
    let pool = sqlx::SqlitePool::connect(&address).await.unwrap();
    sqlx::raw_sql(sqlx::AssertSqlSafe(sql.to_owned())).execute(&pool).await.unwrap();
    pool.close().await;
    path
}

/// The category that the answer gives a field; "" for none.
pub fn category<'a>(answer: &'a serde_json::Value, store: &str, field: &str) -> &'a str {
    let of = |list: &'a serde_json::Value, name: &str| {
        list.as_array().unwrap().iter().find(|item| item["name"] == name)
    };
    let store = of(&answer["stores"], store).unwrap_or_else(|| panic!("no store {store}"));
    let field = of(&store["fields"], field).unwrap_or_else(|| panic!("no field {field}"));
    field["category"].as_str().unwrap_or("")
}
