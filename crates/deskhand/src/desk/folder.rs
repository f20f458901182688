//! A desk's folder: every TOML file below it.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use deskhand_engine::desk::files::DeskFile;

use crate::exit::BadInput;

/// Reads a file, or every `*.toml` below a folder, in the order of their names. Hidden files and folders are passed over.
pub(crate) fn read_folder(path: &Path) -> anyhow::Result<Vec<DeskFile>> {
    let mut paths = Vec::new();
    if path.is_dir() {
        gather(path, &mut paths)?;
        paths.sort();
    } else {
        paths.push(path.to_owned());
    }
    if paths.is_empty() {
        return Err(
            BadInput::new(format!("there is no file of a desk below `{}`", path.display()))
                .hint("a desk is made of files that end in .toml; docs/guides/serve.md has one to begin with")
                .into(),
        );
    }
    let read = |file: PathBuf| {
        let text = fs::read_to_string(&file).map_err(|error| BadInput::unreadable("desk's file", &file, &error))?;
        let name = file.strip_prefix(path).ok().filter(|name| !name.as_os_str().is_empty());
        let name = name.unwrap_or(&file).display().to_string();
        Ok(DeskFile { name, text })
    };
    paths.into_iter().map(read).collect()
}

fn gather(folder: &Path, paths: &mut Vec<PathBuf>) -> anyhow::Result<()> {
    let entries = fs::read_dir(folder).map_err(|error| BadInput::unreadable("folder", folder, &error))?;
    for entry in entries {
        let path = entry?.path();
        let hidden = path
            .file_name()
            .is_some_and(|name| name.to_string_lossy().starts_with('.'));
        if hidden {
            continue;
        }
        if path.is_dir() {
            gather(&path, paths)?;
        } else if path.extension().is_some_and(|extension| extension == "toml") {
            paths.push(path);
        }
    }
    Ok(())
}

/// Writes files below a folder that is empty or not there yet, so that nobody's files are lost.
pub(crate) fn write_folder(folder: &Path, files: &[DeskFile]) -> anyhow::Result<()> {
    let taken = folder.exists() && fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some());
    if taken {
        return Err(BadInput::new(format!("the folder `{}` is not empty", folder.display()))
            .hint("name a folder that is empty or not there yet")
            .into());
    }
    for file in files {
        let path = folder.join(&file.name);
        let below = path.parent().unwrap_or(folder);
        fs::create_dir_all(below).with_context(|| format!("cannot make the folder `{}`", below.display()))?;
        fs::write(&path, &file.text).with_context(|| format!("cannot write `{}`", path.display()))?;
    }
    Ok(())
}
