//! The binary under test, on a free port, gone when dropped.

use std::{path::Path, process::Stdio, time::Duration};

use anyhow::{Context, Result, bail};
use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
};

/// A running `privet`.
pub struct Server {
    child: Child,
    /// `http://127.0.0.1:PORT`.
    pub address: String,
    /// The one-time link it printed: set-up on an empty server, sign-in on the demo.
    pub link: String,
    // Held for its removal on drop.
    data: TempDir,
}

impl Server {
    /// `privet demo`: the sample company, really generated and really scanned.
    pub async fn demo() -> Result<Self> {
        Self::start("demo").await
    }

    /// The same, in a data directory that holds a configuration file.
    pub async fn demo_in(data: TempDir) -> Result<Self> {
        Self::start_on("demo", data).await
    }

    /// `privet serve` on an empty data directory.
    pub async fn empty() -> Result<Self> {
        Self::start("serve").await
    }

    /// `privet serve` on a data directory that was filled before; nobody has an account yet.
    pub async fn on(data: TempDir) -> Result<Self> {
        Self::start_on("serve", data).await
    }

    async fn start(command: &str) -> Result<Self> {
        Self::start_on(command, tempfile::tempdir()?).await
    }

    /// Where its data is.
    pub fn data(&self) -> &Path {
        self.data.path()
    }

    async fn start_on(command: &str, data: TempDir) -> Result<Self> {
        let (child, link) = spawn(command, data.path()).await?;
        let parsed = url::Url::parse(&link)?;
        let address = format!(
            "http://{}:{}",
            parsed.host_str().unwrap_or_default(),
            parsed.port().context("the printed link has no port")?
        );
        Ok(Self { child, address, link, data })
    }

    /// Ends the process as a power cut would.
    pub async fn kill(&mut self) -> Result<()> {
        self.child.kill().await.context("killing privet")
    }
}

/// The configuration file, where a test has written one.
fn config(data: &Path) -> Option<std::path::PathBuf> {
    Some(data.join("privet.toml")).filter(|file| file.is_file())
}

/// Starts the binary and reads its output until the one-time link stands there.
async fn spawn(command: &str, data: &Path) -> Result<(Child, String)> {
    let mut child = Command::new(crate::needed("PRIVET_BIN")?)
        .arg(command)
        .args(["--listen", "127.0.0.1:0", "--data"])
        .arg(data)
        .args(
            config(data)
                .map(|file| ["--config".into(), file.into_os_string()])
                .into_iter()
                .flatten(),
        )
        .env("NO_COLOR", "1")
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .kill_on_drop(true)
        .spawn()
        .context("starting privet")?;
    let output = child.stdout.take().context("privet has no output")?;
    let mut lines = BufReader::new(output).lines();
    let link = tokio::time::timeout(Duration::from_secs(90), async {
        while let Some(line) = lines.next_line().await? {
            let link = line.split_whitespace().find(|word| {
                word.starts_with("http://")
                    && url::Url::parse(word).is_ok_and(|u| u.path().len() > 1)
            });
            if let Some(link) = link {
                return Ok(link.to_owned());
            }
        }
        bail!("privet ended before it printed its link")
    })
    .await
    .context("privet printed no link in time")??;
    // Keep reading, or a full pipe would stop the server.
    tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
    Ok((child, link))
}
