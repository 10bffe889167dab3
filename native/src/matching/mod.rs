//! One event against the index: which names it matches.
//!
//! The event is read once ([`walk`]), only where patterns name fields; each value found there is
//! looked up ([`probe`]), and what it satisfies is noted ([`found`]). Sub-rules that stand behind a
//! satisfied predicate are looked at ([`candidates`]), and where arrays of objects are involved, it
//! is decided whether their values can be taken together ([`arrays`], [`search`]).

mod arrays;
mod bound;
mod bytes;
mod candidates;
mod discover;
mod evaluate;
mod found;
mod probe;
mod route;
mod scratch;
mod search;
mod shapes;
mod walk;

pub use candidates::{TooComplex, collect};
pub use scratch::Scratch;
pub use shapes::Sight;
pub use walk::read;
