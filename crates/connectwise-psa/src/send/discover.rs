//! What a PSA says of itself.

use serde::Deserialize;

use super::Answer;
use super::client::bad_body;
use crate::{Error, ErrorKind};

/// What `/login/companyinfo/{company}` answers, without a password.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct CompanyInfo {
    /// The path segment of the API, such as `v2026_1/`; `v4_6_release/` routes to the current one everywhere.
    #[serde(rename = "Codebase", default)]
    pub codebase: String,
    /// The version, such as `v2026.1`.
    #[serde(rename = "VersionCode", default)]
    pub version_code: Option<String>,
    /// The host to call, where the PSA names one.
    #[serde(rename = "SiteUrl", default)]
    pub site_url: Option<String>,
    /// The company's name.
    #[serde(rename = "CompanyName", default)]
    pub company_name: Option<String>,
}

/// What `system/info` answers.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct SystemInfo {
    /// The version, such as `v2026.1.10675`.
    pub version: String,
    /// The server's time zone in words; the API itself speaks UTC.
    #[serde(rename = "serverTimeZone", default)]
    pub server_time_zone: Option<String>,
}

/// An unknown company is answered with JSON `null` and status 200.
pub(super) fn company_info_of(answer: &Answer, company: &str) -> Result<CompanyInfo, Error> {
    let info: Option<CompanyInfo> = serde_json::from_slice(&answer.body).map_err(|error| bad_body(answer, &error))?;
    info.ok_or_else(|| {
        Error::new(ErrorKind::NotFound, format!("the server knows no company `{company}`")).with_status(404)
    })
}

pub(super) fn system_info_of(answer: Answer) -> Result<SystemInfo, Error> {
    serde_json::from_slice(&answer.body).map_err(|error| bad_body(&answer, &error))
}
