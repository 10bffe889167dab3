//! Memory that a thread uses again for each event.

use super::arrays::Arrays;
use super::found::Found;
use super::route::Route;
use super::shapes::Shapes;
use super::walk::Frame;
use crate::json::Tokens;
use crate::store::Ref;

/// Everything that matching one event needs beside the index.
#[derive(Debug, Default)]
pub struct Scratch {
    /// The tokens of the event.
    pub tokens: Tokens,
    /// Shapes that come again.
    pub shapes: Shapes,
    /// What was found.
    pub found: Found,
    pub(super) frames: Vec<Frame>,
    /// Room for a route that is being found.
    pub(super) route: Route,
    /// Room for a text without its escapes.
    pub(super) text: Vec<u8>,
    pub(super) arrays: Arrays,
    /// Pairs that are still to be visited.
    pub(super) pairs: Vec<Ref>,
    /// The names that match: their places among all names in the upper half.
    pub matched: Vec<u64>,
}

/// Bytes beyond which the memory of an unusually large event is given back.
const LARGE: usize = 1 << 20;

impl Scratch {
    /// Gives back what only an unusually large event needs.
    pub fn trim(&mut self, event: usize) {
        if event > LARGE {
            *self = Self::default();
        }
    }
}
