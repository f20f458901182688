//! Python with packages of its own.

use std::fs;
use std::path::PathBuf;

use crate::place;
use crate::program::{exists, perform, program};

/// The Python of a virtual environment that has these packages; made once.
pub(super) fn python(step: &str, requirements: &[&str]) -> anyhow::Result<PathBuf> {
    if !exists("python3") {
        anyhow::bail!("`python3` is missing: install Python 3.11 with venv, or say `--without {step}`");
    }
    let folder = place::scratch(&format!("outside/{step}"))?;
    let python = folder.join("bin/python");
    let (installed, wanted) = (folder.join("installed"), requirements.join(" "));
    if fs::read_to_string(&installed).ok().as_deref() != Some(&wanted) {
        perform(program("python3").args(["-m", "venv"]).arg(&folder))?;
        let mut pip = program(&python);
        pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]);
        perform(pip.args(requirements))?;
        fs::write(&installed, wanted)?;
    }
    Ok(python)
}
