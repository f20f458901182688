//! The floor: curl, four at a time, reading all pages and throwing them away.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context as _;

use super::measure::{Cost, quickest};
use super::sandbox::Sandbox;
use crate::{shell, tools};

/// All pages as files below a static file server.
pub(super) struct Pages {
    /// How many there are.
    pub(super) count: u64,
    url: String,
    _server: Server,
}

/// The static file server; it ends with this value.
struct Server(std::process::Child);

const RUNS: usize = 3;
const ADDRESS: &str = "127.0.0.1:18973";

/// Reads all pages from the sandbox into files and serves them by nginx.
pub(super) fn pages(desk: &Sandbox, folder: &Path) -> anyhow::Result<Pages> {
    tools::debian("nginx", "nginx-light")?;
    tools::debian("/usr/bin/time", "time")?;
    let count = desk.tickets.div_ceil(1000);
    let files = folder.join("pages");
    std::fs::create_dir_all(&files)?;
    let mut read = curl(&tickets(&desk.url, count), None);
    read.arg("--output").arg(files.join("#1.json"));
    shell::run(read)?;
    let server = serve(folder, &files)?;
    Ok(Pages { count, url: format!("http://{ADDRESS}/[1-{count}].json"), _server: server })
}

pub(super) fn from_files(pages: &Pages) -> anyhow::Result<Cost> {
    quickest(RUNS, || Ok(curl(&pages.url, Some("/dev/null"))))
}

pub(super) fn from_sandbox(desk: &Sandbox, count: u64) -> anyhow::Result<Cost> {
    quickest(RUNS, || Ok(curl(&tickets(&desk.url, count), Some("/dev/null"))))
}

fn tickets(url: &str, count: u64) -> String {
    format!("{url}/v4_6_release/apis/3.0/service/tickets?pageSize=1000&page=[1-{count}]")
}

fn curl(url: &str, output: Option<&str>) -> Command {
    let mut curl = Command::new("curl");
    curl.args(["--silent", "--fail", "--noproxy", "*", "--parallel", "--parallel-max", "4"]);
    curl.args(["--user", "sandbox+public:private", "--header", "clientId: bench"]);
    if let Some(output) = output {
        curl.args(["--output", output]);
    }
    curl.arg(url);
    curl
}

fn serve(folder: &Path, files: &Path) -> anyhow::Result<Server> {
    let configuration: PathBuf = folder.join("nginx.conf");
    let (folder, files) = (folder.display(), files.display());
    std::fs::write(
        &configuration,
        format!(
            "daemon off; worker_processes 1; user root; pid {folder}/nginx.pid; error_log {folder}/error.log;\n\
             events {{ worker_connections 64; }}\n\
             http {{ access_log off; sendfile on; tcp_nopush on;\n\
             server {{ listen {ADDRESS}; root {files}; }} }}\n"
        ),
    )?;
    let child = Command::new("nginx").arg("-c").arg(&configuration).spawn().context("cannot start nginx")?;
    std::thread::sleep(std::time::Duration::from_millis(500));
    Ok(Server(child))
}

impl Drop for Server {
    fn drop(&mut self) {
        let pid = self.0.id().to_string();
        let _asked = Command::new("kill").arg(&pid).status();
        let _reaped = self.0.wait();
    }
}
