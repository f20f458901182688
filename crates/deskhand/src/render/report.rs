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
    let untold = report.set_aside.saturating_sub(report.quarantined.len() as u64);
    if untold > 0 {
        let _infallible = write!(
            text,
            "\n  set aside: {untold} more, kept with their reasons in the store"
        );
    }
    for (field, count) in &report.unconverted {
        let _infallible = write!(
            text,
            "\n  {count} values of `{field}` stay as they are: they cannot be made into the kind of the field"
        );
    }
    if report.late > 0 {
        let _infallible = write!(text, "\n  {} of them had been missed and were late", report.late);
    }
    if report.looks_further_back {
        text.push_str("\n  passes look further back from now on, so that such tickets are not missed again");
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn late_tickets_are_told_with_what_follows_from_them() {
        let report = IngestReport {
            read: 2,
            taken: 2,
            late: 2,
            looks_further_back: true,
            ..IngestReport::default()
        };
        assert_eq!(
            text("Sweep", &report),
            "Sweep: 2 tickets read, 2 new events\n  2 of them had been missed and were late\n  \
             passes look further back from now on, so that such tickets are not missed again\n"
        );
    }

    #[test]
    fn what_was_set_aside_or_not_converted_is_told_however_much_it_is() {
        let report = IngestReport {
            read: 30,
            set_aside: 21,
            quarantined: vec!["7: the record has no id".to_owned()],
            unconverted: [("Due".to_owned(), 3)].into(),
            ..IngestReport::default()
        };
        assert_eq!(
            text("Ingest", &report),
            "Ingest: 30 tickets read, 0 new events\n  set aside: 7: the record has no id\n  \
             set aside: 20 more, kept with their reasons in the store\n  \
             3 values of `Due` stay as they are: they cannot be made into the kind of the field\n"
        );
    }
}
