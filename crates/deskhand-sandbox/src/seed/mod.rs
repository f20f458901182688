//! A desk to begin with: what an MSP's looks like, the same for the same seed; or tickets from files.

mod boards;
mod companies;
mod contacts;
mod desk;
mod lists;
mod load;
mod plant;
mod references;
mod render;
mod tickets;
mod words;

pub use desk::{Desk, Priorities};
pub use load::{LoadError, load};
pub(crate) use render::{Object, guid, href};
pub(crate) use tickets::{Ticket, merged_into, ticket_info};

use crate::world::World;

/// What to begin with.
#[derive(Debug, Clone)]
pub struct Seed {
    /// Tickets; one in forty is a project ticket, which `/service/tickets` does not show.
    pub tickets: u64,
    /// What everything random is made from.
    pub number: u64,
    /// How the priorities are called.
    pub priorities: Priorities,
    /// This many of the tickets share one `lastUpdated` second.
    pub in_one_second: u64,
}

impl Default for Seed {
    fn default() -> Self {
        Self {
            tickets: 2_000,
            number: 1,
            priorities: Priorities::Documented,
            in_one_second: 0,
        }
    }
}

/// Fills a world.
pub fn plant(world: &World, seed: &Seed) -> Desk {
    let desk = Desk::new(seed);
    boards::plant(world, &desk);
    lists::plant(world, &desk);
    companies::plant(world, &desk);
    contacts::plant(world, &desk);
    tickets::plant(world, &desk, seed);
    desk
}
