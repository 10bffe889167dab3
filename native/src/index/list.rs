//! Lists of references: the sub-rules behind a predicate, or the predicates behind a fragment.
//!
//! One sub-rule alone stands in the payload itself. Items are appended in place; what is removed
//! leaves a hole, and a list with more holes than items is written anew.

use std::sync::atomic::{AtomicU32, Ordering::Acquire};

use super::key::PAYLOAD;
use super::state::State;
use crate::store::{NONE, REF_BITS, Ref, View};

/// Set in a payload that is itself the one item.
const INLINE: u32 = 1 << REF_BITS;

pub(super) const CAPACITY: usize = 0;
pub(super) const LENGTH: usize = 1;
pub(super) const HOLES: usize = 2;
pub(super) const PAIR_FIELDS: usize = 3;
pub(super) const PAIRS: usize = 4;
/// How many holes are before the first item.
const FIRST: usize = 5;
const HEADER: usize = 6;

/// Whether a payload is itself the one item.
#[inline]
pub fn is_inline(payload: u32) -> bool {
    payload & INLINE != 0
}

/// The item that a payload is.
#[inline]
pub fn inline_item(payload: u32) -> Ref {
    payload & !INLINE
}

/// A list as a reader finds it.
#[derive(Clone, Copy, Debug)]
pub struct List<'a> {
    record: &'a [AtomicU32],
}

impl<'a> List<'a> {
    /// The list that begins there.
    #[inline]
    pub fn at(view: &View<'a>, list: Ref) -> Self {
        Self {
            record: view.record(list),
        }
    }

    /// The items; holes are left out.
    #[inline]
    pub fn items(self) -> impl Iterator<Item = Ref> + 'a {
        let first = self.record[FIRST].load(Acquire) as usize;
        let length = self.record[LENGTH].load(Acquire) as usize;
        // A list that grew shorter meanwhile has nothing that this reader must see.
        let items = self.record.get(HEADER + first..HEADER + length);
        let items = items.unwrap_or_default().iter();
        items
            .map(|item| item.load(Acquire))
            .filter(|&item| item != NONE)
    }

    /// The list of fields that the second predicates of pairs are at; `NONE` where nothing burst.
    #[inline]
    pub fn pair_fields(self) -> Ref {
        self.record[PAIR_FIELDS].load(Acquire)
    }

    /// The list of all pairs behind this one.
    #[inline]
    pub fn pairs(self) -> Ref {
        self.record[PAIRS].load(Acquire)
    }

    /// How many items there are, holes included.
    #[inline]
    pub fn length(self) -> usize {
        self.record[LENGTH].load(Acquire) as usize
    }
}

/// Items of a payload: none, the one, or those of the list.
pub fn items<'a>(view: &View<'a>, payload: u32) -> impl Iterator<Item = Ref> + 'a {
    let list = (payload != NONE && !is_inline(payload)).then(|| List::at(view, payload));
    let one = is_inline(payload).then(|| inline_item(payload));
    one.into_iter()
        .chain(list.into_iter().flat_map(List::items))
}

/// How many items a payload stands for.
pub(super) fn count(state: &State, payload: u32) -> usize {
    match payload {
        NONE => 0,
        one if is_inline(one) => 1,
        list => (state.get(list, LENGTH) - state.get(list, HOLES)) as usize,
    }
}

/// Adds an item to the payload in `word` of `owner`.
pub(super) fn add(state: &mut State, owner: Ref, word: usize, item: Ref) {
    let payload = state.get(owner, word);
    if payload == NONE {
        state.set(owner, word, item | INLINE);
    } else if is_inline(payload) {
        let list = copy(state, NONE, &[inline_item(payload), item], 4);
        state.set(owner, word, list);
    } else {
        append(state, owner, word, payload, item);
    }
}

fn append(state: &mut State, owner: Ref, word: usize, list: Ref, item: Ref) {
    let (capacity, length) = (state.get(list, CAPACITY), state.get(list, LENGTH));
    if length < capacity {
        state.set(list, HEADER + length as usize, item);
        state.set(list, LENGTH, length + 1);
        return;
    }
    let mut items: Vec<Ref> = List::at(&state.view(), list).items().collect();
    items.push(item);
    let capacity = items.len() + items.len().div_ceil(2);
    replace(state, owner, word, list, &items, capacity);
}

/// Writes a list anew with these items; readers see the one or the other.
pub(super) fn replace(
    state: &mut State,
    owner: Ref,
    word: usize,
    list: Ref,
    items: &[Ref],
    capacity: usize,
) {
    let copied = copy(state, list, items, capacity);
    state.set(owner, word, copied);
    let size = HEADER + state.get(list, CAPACITY) as usize;
    state.retire(list, size);
}

/// Writes a list anew with fewer items and with the fields and the list of its pairs.
pub(super) fn split(state: &mut State, owner: Ref, list: Ref, items: &[Ref], pairs: (Ref, Ref)) {
    let copied = copy(state, NONE, items, items.len().max(4));
    state.set(copied, PAIR_FIELDS, pairs.0);
    state.set(copied, PAIRS, pairs.1);
    state.set(owner, PAYLOAD, copied);
    let size = HEADER + state.get(list, CAPACITY) as usize;
    state.retire(list, size);
}

fn copy(state: &mut State, from: Ref, items: &[Ref], capacity: usize) -> Ref {
    let list = state.allocate(HEADER + capacity);
    for (n, &item) in items.iter().enumerate() {
        state.set(list, HEADER + n, item);
    }
    if from != NONE {
        state.set(list, PAIR_FIELDS, state.get(from, PAIR_FIELDS));
        state.set(list, PAIRS, state.get(from, PAIRS));
    }
    state.set(list, CAPACITY, capacity as u32);
    state.set(list, LENGTH, items.len() as u32);
    list
}

/// Removes an item; false if it is not there.
pub(super) fn remove(state: &mut State, owner: Ref, word: usize, item: Ref) -> bool {
    let payload = state.get(owner, word);
    if is_inline(payload) || payload == NONE {
        let is_there = payload == item | INLINE;
        if is_there {
            state.set(owner, word, NONE);
        }
        return is_there;
    }
    let Some(place) = place(state, payload, item) else {
        return false;
    };
    state.set(payload, HEADER + place, NONE);
    state.set(payload, HOLES, state.get(payload, HOLES) + 1);
    narrow(state, payload);
    tidy(state, owner, word, payload);
    true
}

/// Where an item is, looked for from both ends: what comes and goes is near one of them.
fn place(state: &State, list: Ref, item: Ref) -> Option<usize> {
    let (mut from, mut to) = (state.get(list, FIRST), state.get(list, LENGTH));
    while from < to {
        to -= 1;
        for place in [from, to] {
            if state.get(list, HEADER + place as usize) == item {
                return Some(place as usize);
            }
        }
        from += 1;
    }
    None
}

/// Leaves out the holes at both ends.
fn narrow(state: &State, list: Ref) {
    let is_hole = |place: u32| state.get(list, HEADER + place as usize) == NONE;
    let (mut first, mut length) = (state.get(list, FIRST), state.get(list, LENGTH));
    while length > first && is_hole(length - 1) {
        length -= 1;
        state.set(list, HOLES, state.get(list, HOLES) - 1);
    }
    while first < length && is_hole(first) {
        first += 1;
    }
    state.set(list, FIRST, first);
    state.set(list, LENGTH, length);
}

/// Gives back what a list no longer needs.
pub(super) fn tidy(state: &mut State, owner: Ref, word: usize, list: Ref) {
    let (length, holes) = (state.get(list, LENGTH), state.get(list, HOLES));
    let has_burst = state.get(list, PAIRS) != NONE;
    if length == holes && !has_burst {
        state.set(owner, word, NONE);
        let size = HEADER + state.get(list, CAPACITY) as usize;
        state.retire(list, size);
    } else if holes * 2 > length.max(8) {
        let items: Vec<Ref> = List::at(&state.view(), list).items().collect();
        if let ([only], false) = (items.as_slice(), has_burst) {
            state.set(owner, word, only | INLINE);
            let size = HEADER + state.get(list, CAPACITY) as usize;
            state.retire(list, size);
        } else {
            replace(state, owner, word, list, &items, items.len().max(4));
        }
    }
}
