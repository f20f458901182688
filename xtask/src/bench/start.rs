//! What one small command costs beside the program's own start.

use super::cost::quickest;
use super::desk;
use super::report::Report;
use crate::place;
use crate::program::{alone, capture, program};

/// `get-tickets 1`, less the call itself (as curl makes it), against `--version`.
pub(super) fn measure(report: &mut Report) -> anyhow::Result<()> {
    const RUNS: usize = 15;
    let desk = desk(100, &[])?;
    let version = quickest(RUNS, || {
        let mut version = alone(&place::deskhand_release());
        version.arg("--version");
        Ok(version)
    })?;
    let get = quickest(RUNS, || {
        let mut get = desk.client(&place::deskhand_release());
        get.args(["get-tickets", "1000"]);
        Ok(get)
    })?;
    let url = format!("{}/v4_6_release/apis/3.0/service/tickets/1000", desk.url);
    let mut timed = program("curl");
    timed.args([
        "--silent",
        "--fail",
        "--noproxy",
        "*",
        "--user",
        "sandbox+public:private",
    ]);
    timed.args([
        "--header",
        "clientId: bench",
        "--output",
        "/dev/null",
        "--write-out",
        "%{time_total}",
        &url,
    ]);
    let call: f64 = capture(&mut timed)?.trim().parse()?;
    report.start(&version, &get, call);
    Ok(())
}
