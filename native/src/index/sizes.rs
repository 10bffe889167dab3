//! Small counted sets of numbers in ascending order: which lengths of prefixes a field has, which
//! masks of networks, which fields stand second in pairs.

use std::cmp::Ordering;
use std::sync::atomic::{AtomicU32, Ordering::Acquire};

use super::state::State;
use crate::store::{NONE, Ref, View};

/// A set as a reader finds it: its length, then each number with its count.
#[derive(Clone, Copy, Debug)]
pub struct Sizes<'a> {
    record: &'a [AtomicU32],
}

impl<'a> Sizes<'a> {
    /// The set that begins there.
    #[inline]
    pub fn at(view: &View<'a>, sizes: Ref) -> Self {
        Self {
            record: if sizes == NONE {
                &[]
            } else {
                view.record(sizes)
            },
        }
    }

    /// How many numbers there are.
    #[inline]
    pub fn length(self) -> usize {
        self.record
            .first()
            .map_or(0, |length| length.load(Acquire) as usize)
    }

    /// The numbers, ascending.
    #[inline]
    pub fn iter(self) -> impl Iterator<Item = u32> + 'a {
        (0..self.length()).map(move |n| self.record[1 + 2 * n].load(Acquire))
    }

    /// Whether a number is in the set.
    #[inline]
    pub fn contains(self, number: u32) -> bool {
        let (mut from, mut to) = (0, self.length());
        while from < to {
            let middle = from.midpoint(to);
            match self.record[1 + 2 * middle].load(Acquire).cmp(&number) {
                Ordering::Less => from = middle + 1,
                Ordering::Equal => return true,
                Ordering::Greater => to = middle,
            }
        }
        false
    }

    fn counted(self) -> Vec<(u32, u32)> {
        let count = |n: usize| self.record[2 + 2 * n].load(Acquire);
        self.iter()
            .enumerate()
            .map(|(n, number)| (number, count(n)))
            .collect()
    }
}

/// Counts a number once more in the set at `word` of `owner`.
pub(super) fn add(state: &mut State, owner: Ref, word: usize, number: u32) {
    change(state, owner, word, number, |count| count + 1);
}

/// Counts a number once less.
pub(super) fn remove(state: &mut State, owner: Ref, word: usize, number: u32) {
    change(state, owner, word, number, |count| count - 1);
}

fn change(state: &mut State, owner: Ref, word: usize, number: u32, change: impl Fn(u32) -> u32) {
    let sizes = state.get(owner, word);
    let mut counted = Sizes::at(&state.view(), sizes).counted();
    match counted.binary_search_by_key(&number, |&(found, _)| found) {
        Ok(n) => {
            counted[n].1 = change(counted[n].1);
            if counted[n].1 > 0 {
                return state.set(sizes, 2 + 2 * n, counted[n].1);
            }
            counted.remove(n);
        }
        Err(n) => counted.insert(n, (number, change(0))),
    }
    let replaced = if counted.is_empty() {
        NONE
    } else {
        write(state, &counted)
    };
    state.set(owner, word, replaced);
    if sizes != NONE {
        let size = 1 + 2 * state.get(sizes, 0) as usize;
        state.retire(sizes, size);
    }
}

fn write(state: &mut State, counted: &[(u32, u32)]) -> Ref {
    let sizes = state.allocate(1 + 2 * counted.len());
    for (n, &(number, count)) in counted.iter().enumerate() {
        state.set(sizes, 1 + 2 * n, number);
        state.set(sizes, 2 + 2 * n, count);
    }
    state.set(sizes, 0, counted.len() as u32);
    sizes
}
