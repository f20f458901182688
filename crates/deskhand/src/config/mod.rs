//! Where the program finds its connection and its store: options, the environment, a profile file.

mod callbacks;
mod connection;
mod operator;
mod paths;
mod profile;

pub(crate) use callbacks::Callbacks;
pub(crate) use connection::{ConnectionOptions, connect};
pub(crate) use operator::{HashicorpVault, Mail, MailSecurity, Operator, Seal, Vault};
pub(crate) use paths::{limits_folder, person, person_or_operator, store_address, store_of, variable_of};
