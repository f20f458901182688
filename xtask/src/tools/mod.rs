//! Programs that are no part of the workspace: used when they are there, installed when they can be.

mod apt;
mod cargo_install;

pub(crate) use apt::{install, is_root, need};
pub(crate) use cargo_install::{cargo_deny, cargo_nextest};
