//! Callbacks: the product says which record changed, and it is looked at again at once instead of at the next poll.
//!
//! They shorten the delay and catch what a poll would miss; polls go on beside them, and their position never moves by a
//! callback. `decide` keeps a registration as it should be and leaves other people's alone, `receive` keeps a delivery
//! before it is answered, `work_off` reads what was announced, `alarm` notices when callbacks stay away and `tell` who is to
//! hear of it. `engine/callbacks/` does all of that for every connection of a desk.

mod alarm;
mod attend;
mod decide;
mod door;
mod ensure;
mod inbox;
mod memory;
mod place;
mod public_url;
mod receive;
mod tell;
mod wish;
mod work_off;

pub use alarm::{Silence, note_poll, silence};
pub(crate) use attend::go;
pub use attend::{CallbackWork, attend, pause_after};
pub use decide::{Defect, Step, decide, leave};
pub use door::{Door, Doors};
pub use ensure::{Ensured, check_again_after, ensure, withdraw};
pub use inbox::{CallbackInbox, Reception, Waiting};
pub use memory::MemoryInbox;
pub use place::{CallbackPlace, secret_of};
pub use public_url::PublicUrl;
pub use receive::{Answer, receive};
pub use tell::{Tiding, tiding};
pub(crate) use tell::{Watched, id_of};
pub use wish::CallbackWish;
pub use work_off::{CallbackFeed, CallbackFeeds, Worked, work_off};
