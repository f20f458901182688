//! Durations as people write them: `30s`, `15m`, `2h`, `3d`.

use std::time::Duration;

use jiff::{Span, SpanRelativeTo};

/// Ten years; nobody waits longer.
const LONGEST: Duration = Duration::from_secs(10 * 365 * 24 * 60 * 60);

/// Reads a duration; a day has 24 hours.
pub(super) fn read_duration(text: &str) -> Result<Duration, String> {
    let read = || {
        let span: Span = text.trim().parse().ok()?;
        let duration = span.to_duration(SpanRelativeTo::days_are_24_hours()).ok()?;
        Duration::try_from(duration).ok()
    };
    match read() {
        Some(duration) if duration <= LONGEST => Ok(duration),
        Some(_) => Err(format!("`{text}` is longer than ten years")),
        None => Err(format!("`{text}` is no duration")),
    }
}

/// What a duration looks like.
pub(super) const DURATIONS: &str = "durations are written `30s`, `15m`, `2h` or `3d`";
