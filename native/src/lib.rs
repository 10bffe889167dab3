//! Many event patterns against one JSON event: the fast engine of eventmatch.
//!
//! What the language means is told in `docs/language.md`, how the engine works in
//! `docs/architecture.md`; the executable specification is `patterns/`. Nothing here knows
//! Python but `python.rs`, which the feature `python` turns on.

pub mod batch;
pub mod index;
pub mod json;
pub mod matcher;
pub mod matching;
pub mod pattern;
#[cfg(feature = "python")]
mod python;
pub mod store;
pub mod value;
