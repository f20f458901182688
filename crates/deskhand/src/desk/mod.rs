//! A desk as the program has it: its operator's configuration, its store, its connections.

mod checks;
mod folder;
mod keys;
mod open;
mod person;
mod receive;
mod sight;
mod vaults;

pub(crate) use checks::{Against, check, check_playbooks};
pub(crate) use folder::{read_folder, write_folder};
pub(crate) use keys::random;
pub(crate) use open::{DeskOptions, OpenDesk};
pub(crate) use person::Person;
pub(crate) use receive::Receiving;
pub(crate) use sight::Sight;
