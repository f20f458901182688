//! Clients that others wrote, and proxies, against the sandbox: they share none of our misunderstandings.

mod connectwise_rest;
mod proxies;
mod pyconnectwise;

use crate::steps::Steps;

/// How many tickets the sandbox has: not a multiple of any page size.
const TICKETS: &str = "1203";

/// Every client.
pub(crate) fn all(steps: &mut Steps) {
    steps.step("pyconnectwise", pyconnectwise::run);
    steps.step("connectwise-rest", connectwise_rest::run);
    steps.step("proxies", proxies::run);
}
