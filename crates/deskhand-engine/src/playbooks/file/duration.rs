//! Durations in playbooks: `30s`, `15m`, `2h`, `3d`.

use std::time::Duration;

use crate::schedules::parse_duration;

/// Ten years; nobody waits longer.
const LONGEST: Duration = Duration::from_secs(10 * 365 * 24 * 60 * 60);

/// Reads a duration as schedules have them, but for those that no playbook waits for.
pub(super) fn read_duration(text: &str) -> Result<Duration, String> {
    match parse_duration(text) {
        Ok(duration) if duration <= LONGEST => Ok(duration),
        Ok(_) => Err(format!("`{text}` is longer than ten years")),
        // The hint says how durations are written.
        Err(_) => Err(format!("`{text}` is no duration")),
    }
}

/// What a duration looks like.
pub(super) const DURATIONS: &str = "durations are written `30s`, `15m`, `2h` or `3d`";
