//! Small sets of texts that a field keeps by itself: the names inside it, or the values it is
//! asked for.
//!
//! A filter of 64 bits has one for each text, so that a text which nobody asks for is told by one
//! bit. Any other leads to an entry that holds what tells it: its length, its first eight bytes and
//! its last eight. Texts that share a bit have no entry: they are looked up in the table.

use std::sync::atomic::{AtomicU32, Ordering::Acquire};

use super::state::State;
use crate::store::{NONE, Ref, View, load, pair, spread};

/// The words of the filter; behind it a byte for each of its bits: the number of the entry.
const NUMBERS: usize = 2;
const ENTRIES: usize = NUMBERS + 16;

/// What a text stands for, its length, its first bytes, its last bytes.
type Entry = [u32; 6];
const ENTRY: usize = size_of::<Entry>() / size_of::<u32>();

/// Texts up to this length are known by their first and last bytes.
const SHORT: usize = 16;

/// A directory as a reader finds it.
#[derive(Clone, Copy, Debug)]
pub struct Directory<'a> {
    filter: u64,
    numbers: &'a [AtomicU32; ENTRIES],
    entries: &'a [AtomicU32],
}

/// What a directory knows of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It is not in the set.
    Missing,
    /// It stands for this.
    Known(Ref),
    /// It may be in the set: the table tells.
    Unsure,
}

/// The directory of no texts.
static EMPTY: [AtomicU32; ENTRIES] = [const { AtomicU32::new(0) }; ENTRIES];

impl<'a> Directory<'a> {
    /// The directory that begins there.
    #[inline(always)]
    pub fn at(view: &View<'a>, directory: Ref) -> Self {
        let whole = if directory == NONE {
            &EMPTY
        } else {
            view.record(directory)
        };
        let (numbers, entries) = whole.split_first_chunk().unwrap_or((&EMPTY, &[]));
        let filter = pair(&numbers[0], &numbers[1]);
        Self {
            filter,
            numbers,
            entries,
        }
    }

    /// Whether a text is possible, going by its first eight bytes and its length.
    #[inline(always)]
    pub fn may_have(self, first: u64, length: usize) -> bool {
        self.filter >> bit(first, length) & 1 == 1
    }

    /// Looks `text[start..end]` up.
    #[inline(always)]
    pub fn find(self, text: &[u8], start: usize, end: usize) -> Answer {
        let first = load(text, start, (end - start).min(8));
        if self.may_have(first, end - start) {
            self.find_possible(first, text, start, end)
        } else {
            Answer::Missing
        }
    }

    /// Looks a text up that is possible; its first eight bytes are known.
    #[inline(always)]
    pub fn find_possible(self, first: u64, text: &[u8], start: usize, end: usize) -> Answer {
        let length = end - start;
        let bit = bit(first, length);
        let numbers = self.numbers[NUMBERS + bit as usize / 4].load(Acquire);
        let number = (numbers >> (8 * (bit % 4)) & 0xff) as usize;
        let entry = self.entries.get(ENTRY * number..);
        let Some(entry) = entry.and_then(<[_]>::first_chunk::<ENTRY>) else {
            return Answer::Unsure;
        };
        let what = entry[0].load(Acquire);
        let is_same = entry[1].load(Acquire) as usize == length
            && pair(&entry[2], &entry[3]) == first
            && (length <= 8 || pair(&entry[4], &entry[5]) == last(text, start, end));
        match (what, is_same) {
            (NONE, _) => Answer::Unsure,
            (_, false) => Answer::Missing,
            (_, true) if length > SHORT => Answer::Unsure,
            (what, true) => Answer::Known(what),
        }
    }

    fn length(self) -> usize {
        self.filter.count_ones() as usize
    }

    /// The entries in the order of their bits.
    fn all(self) -> Vec<Entry> {
        let (entries, _) = self.entries.as_chunks::<ENTRY>();
        let entries = entries.iter().take(self.length());
        entries
            .map(|entry| entry.each_ref().map(|word| word.load(Acquire)))
            .collect()
    }
}

/// The last eight bytes of a text, or all of it.
#[inline(always)]
fn last(text: &[u8], start: usize, end: usize) -> u64 {
    let length = (end - start).min(8);
    load(text, end - length, length)
}

/// The place of a text in the filter.
#[inline(always)]
fn bit(first: u64, length: usize) -> u32 {
    (spread(first, length) >> 58) as u32
}

/// Enters a text in the directory at `word` of `owner`.
pub(super) fn add(state: &mut State, owner: Ref, word: usize, text: &[u8], what: Ref) {
    let (directory, bit, at) = place(state, owner, word, text);
    let (filter, mut entries) = (directory.filter, directory.all());
    let (first, last) = (load(text, 0, text.len().min(8)), last(text, 0, text.len()));
    let high = |pair: u64| (pair >> 32) as u32;
    let entry = [
        what,
        text.len() as u32,
        first as u32,
        high(first),
        last as u32,
        high(last),
    ];
    if filter & bit == 0 {
        entries.insert(at, entry);
    } else if entries[at][0] == NONE {
        return;
    } else {
        entries[at] = [NONE; ENTRY];
    }
    replace(state, owner, word, filter | bit, &entries);
}

/// Takes a text out of the directory; texts that share its bit keep the bit.
pub(super) fn remove(state: &mut State, owner: Ref, word: usize, text: &[u8]) {
    let (directory, bit, at) = place(state, owner, word, text);
    let (filter, mut entries) = (directory.filter, directory.all());
    if entries[at][0] != NONE {
        entries.remove(at);
        replace(state, owner, word, filter & !bit, &entries);
    }
}

/// Empties the directory.
pub(super) fn clear(state: &mut State, owner: Ref, word: usize) {
    replace(state, owner, word, 0, &[]);
}

/// The directory, the bit of a text, and the number of its entry.
fn place<'a>(
    state: &'a State,
    owner: Ref,
    word: usize,
    text: &[u8],
) -> (Directory<'a>, u64, usize) {
    let directory = Directory::at(&state.view(), state.get(owner, word));
    let bit = 1 << bit(load(text, 0, text.len().min(8)), text.len());
    let at = (directory.filter & (bit - 1)).count_ones();
    (directory, bit, at as usize)
}

fn replace(state: &mut State, owner: Ref, word: usize, filter: u64, entries: &[Entry]) {
    let before = state.get(owner, word);
    let mut directory = NONE;
    if filter != 0 {
        directory = state.allocate(ENTRIES + ENTRY * entries.len());
        state.set_pair(directory, 0, filter);
        let bits = (0..64).filter(|bit| filter >> bit & 1 == 1);
        for (n, (entry, bit)) in entries.iter().zip(bits).enumerate() {
            let word = NUMBERS + bit / 4;
            let numbers = state.get(directory, word) | (n as u32) << (8 * (bit % 4));
            state.set(directory, word, numbers);
            for (m, &value) in entry.iter().enumerate() {
                state.set(directory, ENTRIES + ENTRY * n + m, value);
            }
        }
    }
    state.set(owner, word, directory);
    if before != NONE {
        let length = Directory::at(&state.view(), before).length();
        state.retire(before, ENTRIES + ENTRY * length);
    }
}
