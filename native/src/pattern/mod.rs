//! Event patterns: from valid text to a draft that the index takes in.

mod complexity;
mod draft;
mod expand;
mod limits;
mod operators;
mod order;
mod parser;
mod reader;

pub use draft::{Draft, Interval, Leaf, Matcher, Span};
pub use limits::Limits;
pub use parser::Parser;
