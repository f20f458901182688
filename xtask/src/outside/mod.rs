//! Clients, proxies, a mail server and vaults that others wrote: they share none of our misunderstandings.

mod connectwise_rest;
mod proxies;
mod pyconnectwise;
mod python;
mod smtp;
mod tests;
mod vaults;

use crate::steps::Steps;

/// How many tickets the sandbox has: not a multiple of any page size.
const TICKETS: &str = "1203";

/// Everything that others wrote.
pub(crate) fn all(steps: &mut Steps) {
    steps.step("pyconnectwise", pyconnectwise::run);
    steps.step("connectwise-rest", connectwise_rest::run);
    steps.step("proxies", proxies::run);
    steps.step("smtp", smtp::run);
    steps.step("pass", vaults::pass);
    steps.step("vault", vaults::server);
}
