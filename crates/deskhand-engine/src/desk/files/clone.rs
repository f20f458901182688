//! An ingestion job like another one.

use serde::{Deserialize, Serialize};

use super::DeskFile;
use crate::desk::Definition;
use crate::jobs::WrittenIngestion;

#[derive(Deserialize, Serialize)]
struct Body {
    ingestion: Vec<WrittenIngestion>,
}

/// A file with a new job that fetches the same as this one, and is active whatever this one is; an error is told in words.
pub fn clone_job(job: &Definition, name: &str) -> Result<DeskFile, String> {
    let mut body: Body = toml::from_str(&job.body).map_err(|error| error.message().to_owned())?;
    body.ingestion = body.ingestion.iter().map(|written| written.cloned(name)).collect();
    let text = toml::to_string(&body).map_err(|error| error.to_string())?;
    Ok(DeskFile {
        name: "clone.toml".to_owned(),
        text,
    })
}
