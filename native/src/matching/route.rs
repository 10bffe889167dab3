//! The way through events of one shape, as it was found in one of them.

use super::found::Context;
use crate::store::Ref;

/// The most names, values and elements that a route has each.
const LONGEST: usize = 512;

/// The index as of one moment: the number of its core, and a version.
pub type Moment = (u64, u64);

/// Which values are looked up, given that all names are those that were read; of one moment.
#[derive(Debug, Default)]
pub struct Route {
    moment: Moment,
    names: Vec<Part>,
    /// The values, in the order of reading.
    pub visits: Vec<Visit>,
    /// All contexts.
    pub contexts: Vec<Context>,
    /// How many arrays there are.
    pub arrays: u32,
}

/// Up to eight bytes of a name, or of the quote behind it.
#[derive(Clone, Copy, Debug)]
struct Part {
    bytes: u64,
    /// By how many bits the bytes are moved, so that none is left of what follows the quote.
    shift: u8,
    /// The token that the name begins with, and where the bytes stand behind it.
    token: u16,
    offset: u16,
}

/// Something that is looked at.
#[derive(Clone, Copy, Debug)]
pub enum Visit {
    /// A string, number or literal.
    Scalar {
        /// Its token.
        at: u32,
        /// The field.
        field: Ref,
        /// The innermost array element that it lies in.
        context: u32,
    },
    /// An array that held no number that its field asks for; nothing else is asked for.
    Numbers {
        /// Its first token.
        at: u32,
        /// The token behind it.
        end: u32,
        /// The field.
        field: Ref,
    },
}

impl Route {
    /// Forgets all, and is of that moment from now on.
    pub fn begin(&mut self, moment: Moment) {
        self.moment = moment;
        self.names.clear();
        self.visits.clear();
        self.contexts.clear();
    }

    /// Takes in a name that was read: `event[start..end]`, and the token that it begins with.
    pub fn name(&mut self, event: &[u8], token: usize, start: usize, end: usize) {
        // With the quote, so that it is also compared where the name ends.
        let text = &event[start..=end];
        for (n, bytes) in text.chunks(8).enumerate() {
            let shift = 64 - 8 * bytes.len() as u8;
            self.names.push(Part {
                bytes: number_of(bytes) << shift,
                shift,
                token: token as u16,
                offset: (1 + 8 * n) as u16,
            });
        }
    }

    /// Whether the route is of that moment.
    #[inline]
    pub fn is_of(&self, moment: Moment) -> bool {
        self.moment == moment
    }

    /// Whether the names are those of an event of the same shape.
    #[inline]
    pub fn has_names(&self, event: &[u8], positions: &[u32]) -> bool {
        let mut differs = 0;
        for part in &self.names {
            let at = positions[part.token as usize] as usize + part.offset as usize;
            let bytes = match event.get(at..).and_then(<[u8]>::first_chunk) {
                Some(&bytes) => u64::from_le_bytes(bytes),
                None => number_of(event.get(at..).unwrap_or_default()),
            };
            differs |= bytes << part.shift ^ part.bytes;
        }
        differs == 0
    }

    /// Whether it is worth to be kept.
    pub fn is_short(&self) -> bool {
        let most = self.names.len().max(self.visits.len());
        most.max(self.contexts.len()) <= LONGEST
    }

    /// The bytes of all its parts.
    pub fn bytes(&self) -> usize {
        size_of::<Part>() * self.names.capacity()
            + size_of::<Visit>() * self.visits.capacity()
            + size_of::<Context>() * self.contexts.capacity()
    }
}

/// Less than eight bytes, or eight, as one number; the missing ones are zero.
#[cold]
fn number_of(bytes: &[u8]) -> u64 {
    let number = |number, &byte| number << 8 | u64::from(byte);
    bytes.iter().rev().fold(0, number)
}
