//! The names inside a field that patterns mention, as a small directory of the field's own.
//!
//! A filter of 64 bits has one for each name, so that a name which nobody asks for is told by one
//! bit. Any other leads to an entry that holds what tells it: its length, its first eight bytes and
//! its last eight. Names that share a bit have no entry: they are looked up in the table.

use std::sync::atomic::{AtomicU32, Ordering::Acquire};

use super::field;
use super::key::{self, Kind};
use super::state::State;
use crate::store::{NONE, Ref, View, load};

/// The words of the filter; behind it a byte for each of its bits: the number of the entry.
const NUMBERS: usize = 2;
const ENTRIES: usize = NUMBERS + 16;

/// Words of an entry: the field, the length of its name, the first bytes, the last bytes.
const ENTRY: usize = 6;

/// The directory of a field as a reader finds it.
#[derive(Clone, Copy, Debug)]
pub struct Children<'a> {
    filter: u64,
    numbers: &'a [AtomicU32; ENTRIES],
    entries: &'a [AtomicU32],
}

/// The directory of a field without names.
static EMPTY: [AtomicU32; ENTRIES] = [const { AtomicU32::new(0) }; ENTRIES];

impl<'a> Children<'a> {
    /// The directory that begins there.
    #[inline(always)]
    pub(super) fn at(view: &View<'a>, directory: Ref) -> Self {
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

    /// Whether a name is possible, going by its first eight bytes and its length.
    #[inline(always)]
    pub fn may_have(self, first: u64, length: usize) -> bool {
        self.filter >> bit(first, length) & 1 == 1
    }

    /// The field that a possible name in the field `of` leads to, if it is one of the names.
    #[inline(never)]
    pub fn find(
        self,
        view: &View<'a>,
        of: Ref,
        text: &[u8],
        start: usize,
        end: usize,
    ) -> Option<Ref> {
        let (first, length) = (load(text, start, (end - start).min(8)), end - start);
        let bit = bit(first, length) as usize;
        let number = self.numbers[NUMBERS + bit / 4].load(Acquire) >> (8 * (bit % 4)) & 0xff;
        let entry: &[_; ENTRY] = self.entries.get(ENTRY * number as usize..)?.first_chunk()?;
        let field = entry[0].load(Acquire);
        let is_same = entry[1].load(Acquire) as usize == length
            && pair(&entry[2], &entry[3]) == first
            && pair(&entry[4], &entry[5]) == last(text, start, end);
        if field != NONE && (length <= 16 || !is_same) {
            return is_same.then_some(field);
        }
        let edge = key::find(view, Kind::Edge, of, text, start, end)?;
        Some(key::payload_of(view, edge))
    }

    /// The fields of the entries, in the order of their bits.
    fn all(self) -> Vec<Ref> {
        let fields = self.entries.iter().step_by(ENTRY);
        let fields = fields.take(self.filter.count_ones() as usize);
        fields.map(|field| field.load(Acquire)).collect()
    }
}

fn pair(low: &AtomicU32, high: &AtomicU32) -> u64 {
    u64::from(low.load(Acquire)) | u64::from(high.load(Acquire)) << 32
}

/// The last eight bytes of a text, or all of it.
#[inline(always)]
fn last(text: &[u8], start: usize, end: usize) -> u64 {
    let length = (end - start).min(8);
    load(text, end - length, length)
}

/// The place of a name in the filter.
#[inline(always)]
fn bit(first: u64, length: usize) -> u32 {
    ((first ^ length as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 58) as u32
}

#[inline(always)]
fn bit_of(text: &[u8], start: usize, end: usize) -> u32 {
    bit(load(text, start, (end - start).min(8)), end - start)
}

/// Enters a name in the directory at `word` of `owner`.
pub(super) fn add(state: &mut State, owner: Ref, word: usize, name: &[u8], field: Ref) {
    let (children, at, is_there) = place(state, owner, word, name);
    let (filter, mut entries) = (children.filter, children.all());
    if !is_there {
        entries.insert(at, field);
    } else if entries[at] == NONE {
        return;
    } else {
        entries[at] = NONE;
    }
    replace(
        state,
        owner,
        word,
        filter | 1 << bit_of(name, 0, name.len()),
        &entries,
    );
}

/// Takes a name out of the directory; names that share its bit keep the bit.
pub(super) fn remove(state: &mut State, owner: Ref, word: usize, name: &[u8]) {
    let (children, at, _) = place(state, owner, word, name);
    let (filter, mut entries) = (children.filter, children.all());
    if entries[at] != NONE {
        entries.remove(at);
        replace(
            state,
            owner,
            word,
            filter & !(1 << bit_of(name, 0, name.len())),
            &entries,
        );
    }
}

/// Empties the directory.
pub(super) fn clear(state: &mut State, owner: Ref, word: usize) {
    replace(state, owner, word, 0, &[]);
}

/// The directory, the number of the entry of a name, and whether its bit is set.
fn place<'a>(
    state: &'a State,
    owner: Ref,
    word: usize,
    name: &[u8],
) -> (Children<'a>, usize, bool) {
    let children = Children::at(&state.view(), state.get(owner, word));
    let bit = bit_of(name, 0, name.len());
    let before = children.filter & ((1 << bit) - 1);
    (
        children,
        before.count_ones() as usize,
        children.filter >> bit & 1 == 1,
    )
}

fn replace(state: &mut State, owner: Ref, word: usize, filter: u64, entries: &[Ref]) {
    let before = state.get(owner, word);
    let size = |filter: u64| ENTRIES + ENTRY * filter.count_ones() as usize;
    let mut directory = NONE;
    if filter != 0 {
        directory = state.allocate(size(filter));
        set_pair(state, directory, 0, filter);
        let bits = (0..64).filter(|bit| filter >> bit & 1 == 1);
        for (n, (&entry, bit)) in entries.iter().zip(bits).enumerate() {
            let word = NUMBERS + bit / 4;
            let numbers = state.get(directory, word) | (n as u32) << (8 * (bit % 4));
            state.set(directory, word, numbers);
            enter(state, directory, ENTRIES + ENTRY * n, entry);
        }
    }
    state.set(owner, word, directory);
    if before != NONE {
        let filter = Children::at(&state.view(), before).filter;
        state.retire(before, size(filter));
    }
}

fn enter(state: &State, directory: Ref, word: usize, field: Ref) {
    state.set(directory, word, field);
    if field != NONE {
        let name = field::name_of(state, field);
        state.set(directory, word + 1, name.len() as u32);
        set_pair(
            state,
            directory,
            word + 2,
            load(&name, 0, name.len().min(8)),
        );
        set_pair(state, directory, word + 4, last(&name, 0, name.len()));
    }
}

fn set_pair(state: &State, record: Ref, word: usize, value: u64) {
    state.set(record, word, value as u32);
    state.set(record, word + 1, (value >> 32) as u32);
}
