//! A certificate that the server signs for itself, so that tests can insist on TLS.

use std::path::Path;

use crate::program::capture;
use crate::tools;

use super::server::Owner;

/// Makes `server.crt` and `server.key` in this folder.
pub(super) fn make(folder: &Path, owner: Option<&Owner>) -> anyhow::Result<()> {
    tools::need("openssl", "openssl")?;
    let mut openssl = super::server::as_owner("openssl", folder, owner);
    openssl.args([
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
    ]);
    openssl.args(["-nodes", "-days", "30", "-subj", "/CN=localhost"]);
    openssl.args(["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]);
    openssl.args(["-addext", "basicConstraints=critical,CA:FALSE"]);
    openssl.args(["-keyout", "server.key", "-out", "server.crt"]);
    capture(&mut openssl).map(|_| ())
}
