//! JSON text: where its tokens are, and whether it is JSON at all.
//!
//! Reading has two stages. [`Tokens::index`] goes over the bytes once, 64 at a time, and writes
//! down where each token begins; it refuses whatever is wrong inside of a token. [`is_valid`] then
//! looks only at the first bytes of the tokens, again 64 at a time, and refuses whatever is wrong
//! between tokens. A reader of valid tokens need not check anything, and may skip a value with
//! [`Tokens::behind`]. What was refused goes to [`fault`], which is slow and tells the place.

mod ends;
mod fault;
mod grammar;
mod number;
mod reader;
mod scan;
mod shape;
mod skip;
#[cfg(test)]
mod testing;
mod tokens;

pub use fault::{Code, Fault, MAX_DEPTH, MAX_NUMBER_LENGTH, fault};
pub use grammar::is_valid;
pub use number::{is_number, literal, literal_end, number, number_end};
pub use scan::Kernel;
pub use shape::{Kinds, MAX_SHAPE, Shape};
pub use skip::{is_valid_stepwise, skip_value};
pub use tokens::{Tokens, Utf8};
