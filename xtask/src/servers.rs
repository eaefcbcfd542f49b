//! Throw-away PostgreSQL, MariaDB and NATS on free loopback ports, gone when dropped.

use std::{
    fs,
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::Mutex,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use tempfile::TempDir;

use crate::packages::{is_root, on_path};

/// Password of the superusers of the throw-away servers.
const PASSWORD: &str = "privet";

/// What to end and remove when the user presses Ctrl-C, where destructors do not run.
static RUNNING: Mutex<Vec<(u32, PathBuf)>> = Mutex::new(Vec::new());

/// All servers. Dropping it stops them and removes their data.
pub struct Servers {
    postgres: Server,
    mariadb: Server,
    nats: Server,
}

impl Servers {
    /// Starts them; fails with the server's own words when one does not come up.
    pub fn start() -> Result<Self> {
        stop_all_on_interrupt()?;
        Ok(Self { postgres: start_postgres()?, mariadb: start_mariadb()?, nats: start_nats()? })
    }

    /// The environment that tests read.
    pub fn environment(&self) -> Vec<(&'static str, String)> {
        vec![
            (
                "PRIVET_TEST_POSTGRES",
                format!("postgres://privet:{PASSWORD}@127.0.0.1:{}/postgres", self.postgres.port),
            ),
            (
                "PRIVET_TEST_MARIADB",
                format!("mysql://root:{PASSWORD}@127.0.0.1:{}/", self.mariadb.port),
            ),
            ("PRIVET_TEST_NATS", format!("nats://127.0.0.1:{}", self.nats.port)),
            (
                "PRIVET_NATS_SERVER",
                on_path("nats-server").unwrap_or_default().display().to_string(),
            ),
        ]
    }
}

struct Server {
    child: Child,
    port: u16,
    // Held for its removal on drop; after the child, which the Drop below ends first.
    data: TempDir,
}

impl Drop for Server {
    fn drop(&mut self) {
        end(self.child.id());
        let _ = self.child.wait();
    }
}

/// PostgreSQL's program folder: the newest under Debian's layout, else the one on PATH.
pub fn postgres_bin() -> Option<PathBuf> {
    let mut versions: Vec<PathBuf> = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path().join("bin"))
        .filter(|bin| bin.join("initdb").is_file())
        .collect();
    versions.sort_by_key(|bin| {
        let version = bin.parent().and_then(Path::file_name).and_then(|name| name.to_str());
        version.and_then(|text| text.parse::<u32>().ok())
    });
    versions.pop().or_else(|| on_path("initdb")?.parent().map(Path::to_path_buf))
}

fn start_postgres() -> Result<Server> {
    let bin = postgres_bin().context("PostgreSQL is not installed; run `cargo xtask setup`")?;
    let data = data_folder("postgres")?;
    let password_file = data.path().join("password");
    fs::write(&password_file, PASSWORD)?;
    own(data.path(), "postgres")?;
    let cluster = data.path().join("cluster");
    run(as_user("postgres", &bin.join("initdb"))
        .arg("-D")
        .arg(&cluster)
        .args(["-U", "privet", "-A", "scram-sha-256", "-E", "UTF8", "--locale=C.UTF-8", "--pwfile"])
        .arg(&password_file))?;
    let port = free_port()?;
    let child = as_user("postgres", &bin.join("postgres"))
        .arg("-D")
        .arg(&cluster)
        .args(["-c", "listen_addresses=127.0.0.1", "-c", "max_connections=300"])
        .arg("-c")
        .arg(format!("port={port}"))
        .arg("-c")
        .arg(format!("unix_socket_directories={}", data.path().display()))
        .stdout(log_file(data.path())?)
        .stderr(log_file(data.path())?)
        .spawn()
        .context("starting PostgreSQL")?;
    wait_for(Server { child, port, data }, "PostgreSQL")
}

fn start_mariadb() -> Result<Server> {
    let data = data_folder("mariadb")?;
    own(data.path(), "mysql")?;
    let folder = data.path().join("data");
    let installer = on_path("mariadb-install-db").context("MariaDB is not installed")?;
    let mut install = Command::new(installer);
    install
        .arg("--no-defaults")
        .arg(format!("--datadir={}", folder.display()))
        .args(["--auth-root-authentication-method=normal", "--skip-test-db"]);
    if is_root() {
        install.arg("--user=mysql");
    }
    run(&mut install)?;
    let port = free_port()?;
    // The init file runs before the port opens, so nobody ever meets a root without password.
    let init = data.path().join("init.sql");
    fs::write(
        &init,
        format!(
            "ALTER USER root@localhost IDENTIFIED BY '{PASSWORD}';\n\
             CREATE OR REPLACE USER root@'127.0.0.1' IDENTIFIED BY '{PASSWORD}';\n\
             GRANT ALL PRIVILEGES ON *.* TO root@'127.0.0.1' WITH GRANT OPTION;\n"
        ),
    )?;
    own(data.path(), "mysql")?;
    let mut server = Command::new(on_path("mariadbd").context("mariadbd is not installed")?);
    server
        .arg("--no-defaults")
        .arg(format!("--datadir={}", folder.display()))
        .arg(format!("--port={port}"))
        .arg(format!("--socket={}", data.path().join("s").display()))
        .arg(format!("--pid-file={}", data.path().join("pid").display()))
        .arg(format!("--init-file={}", init.display()))
        .args(["--bind-address=127.0.0.1", "--skip-name-resolve", "--max-connections=300"]);
    if is_root() {
        server.arg("--user=mysql");
    }
    let child = server
        .stdout(log_file(data.path())?)
        .stderr(log_file(data.path())?)
        .spawn()
        .context("starting MariaDB")?;
    wait_for(Server { child, port, data }, "MariaDB")
}

/// With JetStream, its streams in the folder.
fn start_nats() -> Result<Server> {
    let data = data_folder("nats")?;
    let port = free_port()?;
    let child = Command::new(on_path("nats-server").context("nats-server is not installed")?)
        .args(["-js", "-a", "127.0.0.1", "-p", &port.to_string(), "-sd"])
        .arg(data.path())
        .stdout(log_file(data.path())?)
        .stderr(log_file(data.path())?)
        .spawn()
        .context("starting nats-server")?;
    wait_for(Server { child, port, data }, "NATS")
}

/// Short path: a Unix socket's name may have 107 bytes only.
fn data_folder(name: &str) -> Result<TempDir> {
    let folder = tempfile::Builder::new().prefix(&format!("privet-{name}-")).tempdir_in("/tmp")?;
    Ok(folder)
}

fn log_file(folder: &Path) -> Result<Stdio> {
    let file = fs::OpenOptions::new().create(true).append(true).open(folder.join("log"))?;
    Ok(Stdio::from(file))
}

/// PostgreSQL refuses to run as root, so root lends the folder to the package's own account.
fn own(folder: &Path, user: &str) -> Result<()> {
    if is_root() {
        run(Command::new("chown").args(["-R", user]).arg(folder))?;
    }
    Ok(())
}

fn as_user(user: &str, program: &Path) -> Command {
    if !is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid", user, "--regid", user, "--clear-groups"]).arg(program);
    command
}

fn run(command: &mut Command) -> Result<()> {
    let output = command.output().with_context(|| format!("{command:?}"))?;
    if !output.status.success() {
        bail!("{command:?} failed:\n{}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(())
}

fn free_port() -> Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

fn wait_for(mut server: Server, name: &str) -> Result<Server> {
    if let Ok(mut running) = RUNNING.lock() {
        running.push((server.child.id(), server.data.path().to_owned()));
    }
    let deadline = Instant::now() + Duration::from_mins(1);
    while TcpStream::connect(("127.0.0.1", server.port)).is_err() {
        let ended = server.child.try_wait()?.is_some();
        if ended || Instant::now() > deadline {
            let log = fs::read_to_string(server.data.path().join("log")).unwrap_or_default();
            bail!("{name} did not come up:\n{log}");
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    println!("{name} listens on 127.0.0.1:{}", server.port);
    Ok(server)
}

fn end(pid: u32) {
    let _ = Command::new("kill").args(["-INT", &pid.to_string()]).status();
    // MariaDB ends on TERM, PostgreSQL's fast shutdown is INT; TERM after INT is harmless for it.
    let _ = Command::new("kill").args(["-TERM", &pid.to_string()]).status();
}

fn stop_all_on_interrupt() -> Result<()> {
    ctrlc::set_handler(|| {
        let running = RUNNING.lock().map(|running| running.clone()).unwrap_or_default();
        for (pid, _) in &running {
            end(*pid);
        }
        std::thread::sleep(Duration::from_secs(1));
        for (_, data) in &running {
            let _ = fs::remove_dir_all(data);
        }
        std::process::exit(130);
    })
    .context("installing the Ctrl-C handler")
}
