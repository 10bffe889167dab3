//! The store as one reader sees it.

use std::cell::Cell;
use std::sync::atomic::{AtomicU32, Ordering::Acquire};

use super::hash::{Seed, load};
use super::sieve::Sieve;
use super::table::Slots;
use super::words::{Ref, Words, pair};

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
    /// The filter of fragments.
    pub sieve: &'a Sieve,
    /// What the tags of the table are made with.
    pub seed: Seed,
    /// How often the names were numbered anew.
    pub era: u32,
    /// A number that no other core of any matcher has; zero for a view of the writer.
    pub core: u64,
    stale: Cell<bool>,
}

impl<'a> View<'a> {
    /// A view of these.
    #[inline]
    pub fn new(words: &'a Words, slots: &'a Slots, sieve: &'a Sieve, seed: Seed, era: u32) -> Self {
        Self {
            words,
            slots,
            sieve,
            seed,
            era,
            core: 0,
            stale: Cell::new(false),
        }
    }

    /// The same as the view of a core.
    #[inline]
    pub fn of_core(self, core: u64) -> Self {
        Self { core, ..self }
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
            _ => self.nothing(),
        }
    }

    /// The first words of a record, of which there are at least `N`, and not more than 64.
    #[inline(always)]
    pub fn head<const N: usize>(&self, at: Ref) -> &'a [AtomicU32; N] {
        const { assert!(N <= NOTHING.len()) };
        match self.words.record(at).and_then(<[_]>::first_chunk) {
            Some(head) => head,
            None => self.nothing().first_chunk().expect("checked above"),
        }
    }

    #[cold]
    #[inline(never)]
    fn nothing(&self) -> &'static [AtomicU32] {
        self.stale.set(true);
        &NOTHING
    }

    /// One word of a record.
    #[inline(always)]
    pub fn get(&self, at: Ref, word: usize) -> u32 {
        self.record(at)[word].load(Acquire)
    }

    /// Whether the record holds `text[start..end]` from a word on, and zeros behind it up to the
    /// end of the word; their number is known to be right.
    #[inline(always)]
    pub fn has_bytes(&self, at: Ref, word: usize, text: &[u8], start: usize, end: usize) -> bool {
        let (pairs, last) = self.record(at)[word..][..(end - start).div_ceil(4)].as_chunks::<2>();
        let mut from = start;
        for [low, high] in pairs {
            if pair(low, high) != load(text, from, (end - from).min(8)) {
                return false;
            }
            from += 8;
        }
        last.first()
            .is_none_or(|last| u64::from(last.load(Acquire)) == load(text, from, end - from))
    }

    /// Appends so many bytes from a word on.
    pub fn read_bytes(&self, at: Ref, word: usize, length: usize, out: &mut Vec<u8>) {
        let end = out.len() + length;
        let stored = &self.record(at)[word..word + length.div_ceil(4)];
        out.reserve(4 * stored.len());
        for word in stored {
            out.extend_from_slice(&word.load(Acquire).to_le_bytes());
        }
        out.truncate(end);
    }
}
