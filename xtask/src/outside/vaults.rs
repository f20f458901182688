//! Vaults that others wrote: `pass` with gpg, and a server where one is named.

use super::tests::ignored;
use crate::program::perform;
use crate::tools;

/// The variable that names a HashiCorp Vault or an OpenBao with a KV mount at `secret`.
const SERVER: &str = "DESKHAND_TEST_VAULT";

pub(super) fn pass() -> anyhow::Result<()> {
    tools::need("gpg", "gnupg")?;
    tools::need("pass", "pass")?;
    test("pass_gives")
}

/// The recorded answers are tested all the same, where there is no server.
pub(super) fn server() -> anyhow::Result<()> {
    if std::env::var_os(SERVER).is_none() {
        println!("no server is named by {SERVER}: only recorded answers are tested");
        return Ok(());
    }
    test("a_real_server")
}

fn test(name: &str) -> anyhow::Result<()> {
    let mut tests = ignored(&format!("package(deskhand-vault) and binary(outside) and test({name})"))?;
    perform(&mut tests)
}
