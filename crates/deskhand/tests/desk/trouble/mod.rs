//! What is not the desk's fault, while it is at work: each is shown, none loses anything, and all goes on by itself.

mod clock;
mod mail;
mod servers;
mod vault;
