//! Bodies of writes, bound to the vendor's objects as strictly as the vendor binds them.
//!
//! Members are known by name in any case, an unknown one refuses the whole body (400), and a value of a wrong type is
//! the server's own error (500), each in the vendor's words where they are recorded.

mod bind;
mod callback;
mod merge;
mod note;
mod operations;
mod reference;
mod refused;
mod shape;
mod ticket;
mod value;

pub(crate) use bind::{Bound, bind};
pub(crate) use callback::CALLBACK;
pub(crate) use merge::{BUNDLE, MERGE};
pub(crate) use note::NOTE;
pub(crate) use operations::operations;
pub(crate) use shape::{Access, Form, Shape, Slot};
pub(crate) use ticket::TICKET;
