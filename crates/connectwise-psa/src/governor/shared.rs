//! What several processes on one connection know together: until when the server wants to hear nothing.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::time::Duration;

use jiff::Timestamp;

/// Eight bytes in a file: milliseconds since 1970. A read a request costs a microsecond.
#[derive(Debug)]
pub(super) struct SharedHold {
    file: File,
}

/// No server asks to wait for longer; what says so was not written by this program.
const LONGEST: Duration = Duration::from_secs(3600);

impl SharedHold {
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(path)?;
        Ok(Self { file })
    }

    /// How long nothing may be sent, from now.
    pub(super) fn left(&self, now: Timestamp) -> Option<Duration> {
        let left = Duration::try_from(self.until()?.duration_since(now)).ok()?;
        (!left.is_zero() && left <= LONGEST).then_some(left)
    }

    /// Holds everybody; a later end that another process has written stays.
    pub(super) fn hold(&self, until: Timestamp) {
        if self.until().is_none_or(|before| before < until) {
            // Whoever cannot write keeps to it all the same, and others hear from the server themselves.
            let _unshared = self.file.write_all_at(&until.as_millisecond().to_le_bytes(), 0);
        }
    }

    fn until(&self) -> Option<Timestamp> {
        let mut bytes = [0; 8];
        self.file.read_exact_at(&mut bytes, 0).ok()?;
        Timestamp::from_millisecond(i64::from_le_bytes(bytes)).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_one_process_was_told_another_one_keeps_to() {
        let folder = std::env::temp_dir().join(format!("shared-hold-{}", std::process::id()));
        let (one, other) = (SharedHold::open(&folder).unwrap(), SharedHold::open(&folder).unwrap());
        let now = Timestamp::from_second(1_800_000_000).unwrap();
        let after = |seconds| now + jiff::SignedDuration::from_secs(seconds);
        assert_eq!(other.left(now), None);
        one.hold(after(30));
        one.hold(after(10));
        assert_eq!(other.left(now), Some(Duration::from_secs(30)));
        assert_eq!(other.left(after(30)), None);
        one.hold(after(9_000));
        assert_eq!(other.left(now), None, "nobody waits for hours because of a broken file");
        std::fs::remove_file(folder).unwrap();
    }
}
