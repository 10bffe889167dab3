//! Memory that one writer changes in place while any number of readers look at it.
//!
//! Everything the index knows is a record of 32-bit words in [`Words`], found through a [`Table`].
//! A reader pins the version that it began with ([`Readers`]): what was visible then stays where
//! it is until the reader leaves, and what came later carries a later birth, which it ignores.
//! So no reader waits, and none sees half a change. All of it is safe Rust: words are atomics.

mod arena;
mod hash;
mod readers;
mod sieve;
mod table;
mod view;
mod words;

pub use arena::Arena;
pub use hash::{Hash, Seed, load, low_bytes, spread};
pub use readers::{Pin, Readers};
pub use sieve::{Sieve, Siever};
pub use table::{Slots, Table};
pub use view::View;
pub use words::{CHUNK, CHUNKS, NONE, REF_BITS, Ref, Words, pair};
