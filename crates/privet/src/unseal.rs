//! `privet unseal`, and the desk where a sealed server hears it: a Unix socket in the data directory
//! that only the server's own user can open. One line of JSON there, one line back.

use std::{
    io::Read as _,
    path::{Path, PathBuf},
    process::ExitCode,
};

use serde::{Deserialize, Serialize};
use tokio::sync::oneshot;

use crate::{
    Failure,
    config::{Config, Said},
    say::say,
    state::State,
};

/// The socket's name in the data directory.
const SOCKET: &str = "privet.unseal";
/// More than any passphrase.
const LONGEST: u64 = 4096;

/// `privet unseal`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// File that holds the passphrase, `-` for standard input; left out, it is asked for in the
    /// terminal if the server waits for one.
    #[arg(long, value_name = "FILE")]
    passphrase: Option<PathBuf>,
    #[command(flatten)]
    state: State,
}

/// What is sent.
#[derive(Serialize, Deserialize)]
struct Line {
    #[serde(skip_serializing_if = "Option::is_none")]
    passphrase: Option<String>,
}

/// What comes back.
#[derive(Debug, Serialize, Deserialize)]
pub struct Answer {
    sealed: bool,
    wants: String,
    why: String,
}

impl Answer {
    /// It is open.
    pub fn unsealed() -> Self {
        Self { sealed: false, wants: String::new(), why: String::new() }
    }

    /// It is not.
    pub fn sealed(wants: &str, why: &str) -> Self {
        Self { sealed: true, wants: wants.to_owned(), why: why.to_owned() }
    }
}

/// Somebody asks for the server to be opened.
pub struct Question {
    /// What was typed.
    pub passphrase: Option<String>,
    /// Where the answer goes.
    pub answer: oneshot::Sender<Answer>,
}

/// Asks the server to open, with the passphrase if it wants one.
pub async fn run(args: Args) -> Result<ExitCode, Failure> {
    let config = Config::load(Said::from(args.state))?;
    let given = args.passphrase.as_deref().map(given).transpose()?;
    let mut answer = ask(&config.data, given.clone()).await?;
    if answer.sealed && answer.wants == "passphrase" && given.is_none() {
        let term = console::Term::stderr();
        if term.is_term() {
            term.write_str("Passphrase: ")?;
            answer = ask(&config.data, Some(term.read_secure_line()?)).await?;
        }
    }
    if answer.sealed {
        return Err(Failure::unreachable(format!("still sealed: {}", answer.why)));
    }
    say("Unsealed: the server has its keys and opens now.");
    Ok(ExitCode::SUCCESS)
}

fn given(path: &Path) -> Result<String, Failure> {
    let mut text = String::new();
    let read = if path.as_os_str() == "-" {
        std::io::stdin().take(LONGEST).read_to_string(&mut text)
    } else {
        std::fs::File::open(path).and_then(|file| file.take(LONGEST).read_to_string(&mut text))
    };
    read.map_err(|error| {
        Failure::unreachable(format!("{} cannot be read: {error}", path.display()))
    })?;
    Ok(text.trim_end_matches(['\r', '\n']).to_owned())
}

#[cfg(unix)]
pub use unix::Desk;
#[cfg(unix)]
use unix::ask;

#[cfg(unix)]
mod unix {
    use std::{
        os::unix::fs::{DirBuilderExt as _, PermissionsExt as _},
        path::{Path, PathBuf},
        time::Duration,
    };

    use tokio::{
        io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader},
        net::{UnixListener, UnixStream},
        sync::{mpsc, oneshot},
        task::JoinHandle,
    };

    use super::{Answer, LONGEST, Line, Question, SOCKET};
    use crate::Failure;

    /// Somebody who connects and says nothing is let go.
    const PATIENCE: Duration = Duration::from_secs(10);

    /// Hears `privet unseal`; the socket goes with it.
    pub struct Desk {
        path: PathBuf,
        questions: mpsc::Receiver<Question>,
        task: JoinHandle<()>,
    }

    impl Drop for Desk {
        fn drop(&mut self) {
            self.task.abort();
            let _ = std::fs::remove_file(&self.path);
        }
    }

    impl Desk {
        /// Opens the socket in a data directory.
        pub fn open(data: &Path) -> Result<Self, Failure> {
            let path = data.join(SOCKET);
            if std::os::unix::net::UnixStream::connect(&path).is_ok() {
                return Err(Failure::unreachable(format!(
                    "another sealed Privet waits in {}: open or stop it first",
                    data.display()
                )));
            }
            // Left by one that was killed.
            let _ = std::fs::remove_file(&path);
            // Nobody may connect in the moment before the mode is set: it is made in a directory of
            // our own and moved out of it.
            let draft = data.join(format!(".{SOCKET}.{}", std::process::id()));
            std::fs::DirBuilder::new().mode(0o700).create(&draft)?;
            let made = UnixListener::bind(draft.join("s")).and_then(|listener| {
                let mode = std::fs::Permissions::from_mode(0o600);
                std::fs::set_permissions(draft.join("s"), mode)?;
                std::fs::rename(draft.join("s"), &path)?;
                Ok(listener)
            });
            let _ = std::fs::remove_dir_all(&draft);
            let listener = made.map_err(|error| {
                Failure::unreachable(format!("{} cannot be made: {error}", path.display()))
            })?;
            let (send, questions) = mpsc::channel(1);
            let task = tokio::spawn(async move {
                while let Ok((stream, _)) = listener.accept().await {
                    let _ = tokio::time::timeout(PATIENCE, hear(stream, &send)).await;
                }
            });
            Ok(Self { path, questions, task })
        }

        /// The next question.
        pub async fn next(&mut self) -> Question {
            match self.questions.recv().await {
                Some(question) => question,
                None => std::future::pending().await,
            }
        }
    }

    async fn hear(stream: UnixStream, to: &mpsc::Sender<Question>) -> std::io::Result<()> {
        let (read, mut write) = stream.into_split();
        let mut line = String::new();
        BufReader::new(read.take(LONGEST)).read_line(&mut line).await?;
        let Ok(Line { passphrase }) = serde_json::from_str(&line) else { return Ok(()) };
        let (answer, answered) = oneshot::channel();
        let asked = to.send(Question { passphrase, answer }).await;
        let (Ok(()), Ok(answer)) = (asked, answered.await) else { return Ok(()) };
        let mut text = serde_json::to_string(&answer)?;
        text.push('\n');
        write.write_all(text.as_bytes()).await
    }

    /// One question to the server of a data directory.
    pub async fn ask(data: &Path, passphrase: Option<String>) -> Result<Answer, Failure> {
        let nobody = || {
            Failure::unreachable(format!(
                "no sealed server waits in {}: it is open already, or not running, or of another user",
                data.display()
            ))
        };
        let stream = UnixStream::connect(data.join(SOCKET)).await.map_err(|_| nobody())?;
        let (read, mut write) = stream.into_split();
        let line = serde_json::to_string(&Line { passphrase }).map_err(anyhow::Error::from)?;
        write.write_all(format!("{line}\n").as_bytes()).await?;
        let mut answer = String::new();
        BufReader::new(read).read_line(&mut answer).await?;
        serde_json::from_str(&answer).map_err(|_| nobody())
    }
}

#[cfg(not(unix))]
pub use elsewhere::Desk;
#[cfg(not(unix))]
use elsewhere::ask;

#[cfg(not(unix))]
mod elsewhere {
    use std::path::Path;

    use super::{Answer, Question};
    use crate::Failure;

    /// There is no socket here: the passphrase comes from the environment or a file.
    pub struct Desk;

    impl Desk {
        /// Nothing to open.
        pub fn open(_data: &Path) -> Result<Self, Failure> {
            Ok(Self)
        }

        /// Never.
        pub async fn next(&mut self) -> Question {
            std::future::pending().await
        }
    }

    /// Tells what to do instead.
    pub async fn ask(_data: &Path, _passphrase: Option<String>) -> Result<Answer, Failure> {
        Err(Failure::usage(
            "`privet unseal` works on Unix; set PRIVET_KEY_PASSPHRASE_FILE and start the server again",
        ))
    }
}
