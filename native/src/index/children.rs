//! The names inside a field that patterns mention, as a small directory of the field's own.
//!
//! A filter of 64 bits has one for each name; the bits that are set count off the entries. So a
//! name that nobody asks for is told by one bit, and any other leads to the one key that it may be.
//! Names that share a bit have no entry: they are looked up in the table.

use std::sync::atomic::{AtomicU32, Ordering::Acquire};

use super::key::{self, Kind};
use super::state::State;
use crate::store::{NONE, Ref, View, load};

const FILTER: usize = 0;
const ENTRIES: usize = 2;

/// The directory of a field as a reader finds it.
#[derive(Clone, Copy, Debug)]
pub struct Children<'a> {
    filter: u64,
    entries: &'a [AtomicU32],
}

impl<'a> Children<'a> {
    /// The directory that begins there.
    #[inline(always)]
    pub(super) fn at(view: &View<'a>, directory: Ref) -> Self {
        let record = if directory == NONE {
            &[]
        } else {
            view.record(directory)
        };
        let [low, high, entries @ ..] = record else {
            return Self {
                filter: 0,
                entries: &[],
            };
        };
        let filter = u64::from(low.load(Acquire)) | u64::from(high.load(Acquire)) << 32;
        Self { filter, entries }
    }

    /// Whether a name is possible, going by its length and first bytes.
    #[inline(always)]
    pub fn may_have(self, text: &[u8], start: usize, end: usize) -> bool {
        self.filter >> bit(text, start, end) & 1 == 1
    }

    /// The field that a possible name in the field `of` leads to, if it is one of the names.
    #[inline(always)]
    pub fn find(
        self,
        view: &View<'a>,
        of: Ref,
        text: &[u8],
        start: usize,
        end: usize,
    ) -> Option<Ref> {
        let before = self.filter & ((1 << bit(text, start, end)) - 1);
        let edge = self
            .entries
            .get(before.count_ones() as usize)?
            .load(Acquire);
        if edge == NONE {
            let edge = key::find(view, Kind::Edge, of, text, start, end)?;
            return Some(key::payload_of(view, edge));
        }
        key::is_text(view, edge, Kind::Edge, text, start, end).then(|| key::payload_of(view, edge))
    }

    fn all(self) -> Vec<Ref> {
        let entries = &self.entries[..self.filter.count_ones() as usize];
        entries.iter().map(|entry| entry.load(Acquire)).collect()
    }
}

/// The place of a name in the filter.
#[inline(always)]
fn bit(text: &[u8], start: usize, end: usize) -> u32 {
    let first = load(text, start, (end - start).min(8));
    ((first ^ (end - start) as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 58) as u32
}

/// Enters a name in the directory at `word` of `owner`.
pub(super) fn add(state: &mut State, owner: Ref, word: usize, name: &[u8], edge: Ref) {
    let (children, at, is_there) = place(state, owner, word, name);
    let (filter, mut entries) = (children.filter, children.all());
    if !is_there {
        entries.insert(at, edge);
    } else if entries[at] == NONE {
        return;
    } else {
        entries[at] = NONE;
    }
    replace(
        state,
        owner,
        word,
        filter | 1 << bit(name, 0, name.len()),
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
            filter & !(1 << bit(name, 0, name.len())),
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
    let bit = bit(name, 0, name.len());
    let before = children.filter & ((1 << bit) - 1);
    (
        children,
        before.count_ones() as usize,
        children.filter >> bit & 1 == 1,
    )
}

fn replace(state: &mut State, owner: Ref, word: usize, filter: u64, entries: &[Ref]) {
    let before = state.get(owner, word);
    let size = |filter: u64| ENTRIES + filter.count_ones() as usize;
    let mut directory = NONE;
    if filter != 0 {
        directory = state.allocate(size(filter));
        state.set(directory, FILTER, filter as u32);
        state.set(directory, FILTER + 1, (filter >> 32) as u32);
        for (n, &entry) in entries.iter().enumerate() {
            state.set(directory, ENTRIES + n, entry);
        }
    }
    state.set(owner, word, directory);
    if before != NONE {
        let filter = Children::at(&state.view(), before).filter;
        state.retire(before, size(filter));
    }
}
