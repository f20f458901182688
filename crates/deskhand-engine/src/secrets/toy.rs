//! Random bytes for tests.

use super::SecretError;

#[expect(clippy::unnecessary_wraps, reason = "a machine's own can fail")]
pub(crate) fn random(bytes: &mut [u8]) -> Result<(), SecretError> {
    fastrand::fill(bytes);
    Ok(())
}
