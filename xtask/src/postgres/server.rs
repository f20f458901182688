//! A server under way.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use tempfile::TempDir;

use super::{certificate, install};
use crate::place;
use crate::program::{capture, program};
use crate::tools;

/// The user and the password that tests have; they may do everything.
const USER: &str = "deskhand";
const PASSWORD: &str = "of-the-tests";

/// A server that listens; it ends when dropped, and its data with it.
pub(crate) struct Server {
    process: Child,
    programs: PathBuf,
    owner: Option<Owner>,
    folder: TempDir,
    /// Its address, with user and password.
    pub(crate) url: String,
}

/// Who runs the server instead of root, which PostgreSQL refuses to be run by.
pub(super) struct Owner {
    user: u32,
    group: u32,
}

impl Server {
    /// Makes the data, starts the server on a free port and waits until it answers.
    pub(crate) fn start() -> anyhow::Result<Self> {
        let programs = install::programs()?;
        let owner = if tools::is_root() { Some(Owner::find()?) } else { None };
        let folder = folder_for(owner.as_ref())?;
        make_data(&programs, folder.path(), owner.as_ref())?;
        certificate::make(folder.path(), owner.as_ref())?;
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
        let process = spawn(&programs, folder.path(), owner.as_ref(), port)?;
        let url = format!("postgres://{USER}:{PASSWORD}@127.0.0.1:{port}/postgres");
        let mut server = Self {
            process,
            programs,
            owner,
            folder,
            url,
        };
        server.wait_for(port)?;
        println!(
            "PostgreSQL of {} listens at 127.0.0.1:{port}",
            server.programs.display()
        );
        Ok(server)
    }

    fn wait_for(&mut self, port: u16) -> anyhow::Result<()> {
        let until = Instant::now() + Duration::from_secs(30);
        let port = port.to_string();
        loop {
            let mut ready = program(self.programs.join("pg_isready"));
            if capture(ready.args(["--host", "127.0.0.1", "--port", &port])).is_ok() {
                return Ok(());
            }
            if self.process.try_wait()?.is_some() || Instant::now() > until {
                let log = fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
                bail!("PostgreSQL does not start:\n{log}");
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Owner {
    fn find() -> anyhow::Result<Self> {
        let number = |which: &str| -> anyhow::Result<u32> {
            let id = capture(program("id").args([which, "postgres"]))
                .context("PostgreSQL refuses to be run by root: make a user `postgres`, or do not be root")?;
            Ok(id.trim().parse()?)
        };
        Ok(Self {
            user: number("-u")?,
            group: number("-g")?,
        })
    }
}

/// A folder below `target/`, or among the temporary ones where the owner cannot get there.
fn folder_for(owner: Option<&Owner>) -> anyhow::Result<TempDir> {
    let below_target = TempDir::new_in(place::scratch("postgres")?.canonicalize()?)?;
    let Some(Owner { user, group }) = owner else {
        return Ok(below_target);
    };
    let own = |folder: &TempDir| std::os::unix::fs::chown(folder.path(), Some(*user), Some(*group));
    own(&below_target)?;
    if capture(as_owner("test", below_target.path(), owner).args(["-w", "."])).is_ok() {
        return Ok(below_target);
    }
    let temporary = TempDir::new()?;
    own(&temporary)?;
    Ok(temporary)
}

fn make_data(programs: &Path, folder: &Path, owner: Option<&Owner>) -> anyhow::Result<()> {
    let password = folder.join("password");
    fs::write(&password, PASSWORD)?;
    let mut initdb = as_owner(programs.join("initdb"), folder, owner);
    initdb.args([
        "--pgdata",
        "data",
        "--username",
        USER,
        "--auth",
        "scram-sha-256",
        "--pwfile",
    ]);
    initdb.arg(&password);
    capture(initdb.args(["--encoding", "UTF8", "--locale", "C", "--no-sync"]))?;
    Ok(())
}

/// The server, as a process of ours, so that Ctrl-C reaches it, too.
fn spawn(programs: &Path, folder: &Path, owner: Option<&Owner>, port: u16) -> anyhow::Result<Child> {
    let mut postgres = as_owner(programs.join("postgres"), folder, owner);
    postgres.args(["-D", "data", "-p", &port.to_string()]);
    let settings = [
        "listen_addresses=127.0.0.1",
        "unix_socket_directories=",
        "max_connections=200",
        // The data need not outlive the machine's power.
        "fsync=off",
        "ssl=on",
        "ssl_cert_file=../server.crt",
        "ssl_key_file=../server.key",
    ];
    for setting in settings {
        postgres.args(["-c", setting]);
    }
    let log = File::create(folder.join("log"))?;
    postgres.stdout(log.try_clone()?).stderr(log);
    postgres.spawn().context("cannot start PostgreSQL")
}

/// A program that is run in this folder, by the owner of the server.
pub(super) fn as_owner(name: impl AsRef<OsStr>, folder: &Path, owner: Option<&Owner>) -> Command {
    let mut command = program(name);
    command.current_dir(folder).env("LC_ALL", "C");
    if let Some(owner) = owner {
        command.uid(owner.user).gid(owner.group);
    }
    command
}

impl Drop for Server {
    fn drop(&mut self) {
        let mut stop = as_owner(self.programs.join("pg_ctl"), self.folder.path(), self.owner.as_ref());
        if capture(stop.args(["stop", "--pgdata", "data", "--mode", "immediate"])).is_err() {
            let _it_may_have_ended = self.process.kill();
        }
        let _it_may_have_ended = self.process.wait();
    }
}
