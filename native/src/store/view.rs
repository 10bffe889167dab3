//! The store as one reader sees it.

use std::cell::Cell;
use std::sync::atomic::{AtomicU32, Ordering::Acquire};

use super::hash::Seed;
use super::table::Slots;
use super::words::{Ref, Words};

/// What a record looks like whose chunk is newer than the view: nothing follows from it.
static NOTHING: [AtomicU32; 64] = [const { AtomicU32::new(0) }; 64];

/// Words and slots as of one moment, while the writer goes on.
///
/// The writer may link a record from a chunk that the view does not have. The view then shows an
/// empty record and notes that it `is_stale`; whoever reads begins again with a new view.
#[derive(Debug)]
pub struct View<'a> {
    words: &'a Words,
    /// The table of keys.
    pub slots: &'a Slots,
    /// What the tags of the table are made with.
    pub seed: Seed,
    /// How often the names were numbered anew.
    pub era: u32,
    stale: Cell<bool>,
}

impl<'a> View<'a> {
    /// A view of these words and slots.
    #[inline]
    pub fn new(words: &'a Words, slots: &'a Slots, seed: Seed, era: u32) -> Self {
        Self {
            words,
            slots,
            seed,
            era,
            stale: Cell::new(false),
        }
    }

    /// Whether something was missing: what was read may be incomplete.
    #[inline]
    pub fn is_stale(&self) -> bool {
        self.stale.get()
    }

    /// The words from the beginning of a record to the end of its chunk.
    #[inline(always)]
    pub fn record(&self, at: Ref) -> &'a [AtomicU32] {
        match self.words.record(at) {
            Some(record) if !record.is_empty() => record,
            _ => {
                self.stale.set(true);
                &NOTHING
            }
        }
    }

    /// One word of a record.
    #[inline(always)]
    pub fn get(&self, at: Ref, word: usize) -> u32 {
        self.record(at)[word].load(Acquire)
    }

    /// Whether the record holds just these bytes from a word on; their number is known to be right.
    #[inline(always)]
    pub fn has_bytes(&self, at: Ref, word: usize, bytes: &[u8]) -> bool {
        let stored = &self.record(at)[word..];
        let pieces = bytes.chunks_exact(4);
        let rest = pieces.remainder();
        for (piece, word) in pieces.zip(stored) {
            if u32::from_le_bytes([piece[0], piece[1], piece[2], piece[3]]) != word.load(Acquire) {
                return false;
            }
        }
        if rest.is_empty() {
            return true;
        }
        let last = stored[bytes.len() / 4].load(Acquire).to_le_bytes();
        last[..rest.len()] == *rest
    }

    /// Appends so many bytes from a word on.
    pub fn read_bytes(&self, at: Ref, word: usize, length: usize, out: &mut Vec<u8>) {
        let end = out.len() + length;
        for stored in &self.record(at)[word..word + length.div_ceil(4)] {
            out.extend_from_slice(&stored.load(Acquire).to_le_bytes());
        }
        out.truncate(end);
    }
}
