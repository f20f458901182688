//! The engine: everything of a desk that goes on by itself, put together.
//!
//! [`Automation`] is what the definitions come to, `world.rs` is what runs can do, `turn.rs` does all that is due and
//! `serve.rs` does so for ever, by the time of `steady.rs`. `callbacks/` attends to what products announce meanwhile.

mod after;
mod automation;
mod callbacks;
mod circles;
mod dismissed;
mod ingest;
mod journal;
mod mandate;
mod moved;
mod nested;
mod parts;
mod serve;
mod steady;
mod turn;
mod unread;
mod world;

pub use automation::Automation;
pub use callbacks::Attendant;
pub use parts::{Engine, EngineStore, Parts};
pub use steady::SteadyClock;
pub use turn::{TurnError, Turned};
