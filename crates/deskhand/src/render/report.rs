//! What a run of ingestion came to, in words.

use std::fmt::Write as _;

use deskhand_engine::ingest::IngestReport;

/// A few lines: what was read, taken, dismissed and why.
pub(crate) fn text(what: &str, report: &IngestReport) -> String {
    let mut text = format!("{what}: {} tickets read, {} new events", report.read, report.taken);
    for (reason, count) in &report.dismissed {
        let _infallible = write!(text, "\n  {count} dismissed: {}", reason.reason());
    }
    for quarantined in &report.quarantined {
        let _infallible = write!(text, "\n  set aside: {quarantined}");
    }
    if report.late > 0 {
        let _infallible = write!(text, "\n  {} of them had been missed and were late", report.late);
    }
    if report.gone > 0 {
        let _infallible = write!(
            text,
            "\n  {} tickets are gone: deleted, converted or moved out of sight",
            report.gone
        );
    }
    text.push('\n');
    text
}
