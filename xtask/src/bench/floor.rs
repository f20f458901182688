//! The floor: curl, four at a time, reading every page from a static file server and throwing it away.

use std::net::{Ipv4Addr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};

use super::cost::{Cost, quickest};
use crate::place;
use crate::program::{capture, exists, program};
use crate::sandbox::Sandbox;
use crate::tools;

/// Every page of the sandbox's tickets as a file, served by nginx.
pub(super) struct Pages {
    count: u64,
    server: Child,
}

const RUNS: usize = 5;
const PORT: u16 = 18_973;

impl Pages {
    /// Reads the pages from the sandbox, and serves them.
    pub(super) fn prepare(desk: &Sandbox, tickets: u64) -> anyhow::Result<Self> {
        tools::need("curl", "curl")?;
        if !exists("/usr/sbin/nginx") {
            tools::need("nginx", "nginx-light")?;
        }
        let count = tickets.div_ceil(1000);
        let folder = place::scratch(&format!("bench/pages-{tickets}"))?;
        capture(&mut curl(&pages_of(desk, count), &folder.join("#1.json")))?;
        let server = serve(&folder.canonicalize()?)?;
        Ok(Self { count, server })
    }

    pub(super) fn read_files(&self) -> anyhow::Result<Cost> {
        let url = format!("http://127.0.0.1:{PORT}/[1-{}].json", self.count);
        quickest(RUNS, || Ok(curl(&url, Path::new("/dev/null"))))
    }

    pub(super) fn read_sandbox(&self, desk: &Sandbox) -> anyhow::Result<Cost> {
        let url = pages_of(desk, self.count);
        quickest(RUNS, || Ok(curl(&url, Path::new("/dev/null"))))
    }
}

fn pages_of(desk: &Sandbox, count: u64) -> String {
    let tickets = "v4_6_release/apis/3.0/service/tickets";
    format!("{}/{tickets}?orderBy=id%20asc&pageSize=1000&page=[1-{count}]", desk.url)
}

fn curl(url: &str, output: &Path) -> Command {
    let mut curl = program("curl");
    curl.args(["--silent", "--show-error", "--fail", "--noproxy", "*"]);
    curl.args(["--parallel", "--parallel-max", "4"]);
    curl.args(["--user", "sandbox+public:private", "--header", "clientId: bench"]);
    curl.arg("--output").arg(output).arg(url);
    curl
}

fn serve(folder: &Path) -> anyhow::Result<Child> {
    let scratch = place::scratch("bench")?.canonicalize()?;
    let settings: PathBuf = scratch.join("nginx.conf");
    let (scratch, folder) = (scratch.display(), folder.display());
    let text = format!(
        "daemon off; worker_processes 1; pid {scratch}/nginx.pid; error_log {scratch}/nginx.log;\n\
         events {{ worker_connections 64; }}\n\
         http {{ access_log off; sendfile on; tcp_nopush on;\n\
         server {{ listen 127.0.0.1:{PORT}; root {folder}; }} }}\n"
    );
    // As root, its worker would be a user who may not read the files.
    let text = if tools::is_root() {
        format!("user root; {text}")
    } else {
        text
    };
    std::fs::write(&settings, text)?;
    let nginx = if exists("nginx") { "nginx" } else { "/usr/sbin/nginx" };
    let server = program(nginx)
        .arg("-c")
        .arg(&settings)
        .spawn()
        .context("cannot start nginx")?;
    let until = Instant::now() + Duration::from_secs(10);
    while TcpStream::connect((Ipv4Addr::LOCALHOST, PORT)).is_err() {
        if Instant::now() > until {
            bail!("nginx does not listen on port {PORT}");
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    Ok(server)
}

impl Drop for Pages {
    /// Asked to end, nginx ends its worker, too.
    fn drop(&mut self) {
        let asked = program("kill").arg(self.server.id().to_string()).status();
        if asked.is_ok_and(|status| status.success()) {
            let _it_may_have_ended = self.server.wait();
        }
    }
}
