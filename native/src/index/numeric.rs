//! Ranges of one field in order: blocks of at most 64, and a directory of the blocks.
//!
//! Ranges are sorted by their lower bound, then by their upper. The directory holds the least lower
//! and the greatest upper bound of each block, so that a number is compared only with blocks that
//! could hold it. What readers see is never changed: blocks and directory are written anew.

use std::sync::atomic::Ordering::Acquire;

use super::field;
use super::state::State;
use crate::pattern::Interval;
use crate::store::{NONE, Ref, View, pair};

const BLOCK: usize = 64;

/// Words of a range (low, high, peak, predicate) and of a directory entry (the least low, the greatest
/// high, peak, block). The peak is the greatest high up to there.
const ENTRY: usize = 7;
const HIGH: usize = 2;
const PEAK: usize = 4;
const WHAT: usize = 6;

/// A range, or a block of ranges, with what it stands for.
type Entry = (Interval, Ref);

/// The bounds in the text of a predicate.
pub(super) fn bounds(text: &[u8]) -> Interval {
    let bound = |at: usize| {
        let mut bytes = [0; 8];
        bytes.copy_from_slice(&text[at..at + 8]);
        u64::from_le_bytes(bytes)
    };
    Interval {
        low: bound(0),
        high: bound(8),
    }
}

fn number(view: &View, record: Ref, word: usize) -> u64 {
    let words = view.record(record);
    pair(&words[word], &words[word + 1])
}

fn entry(view: &View, record: Ref, n: usize) -> Entry {
    let word = 1 + ENTRY * n;
    let interval = Interval {
        low: number(view, record, word),
        high: number(view, record, word + HIGH),
    };
    (interval, view.get(record, word + WHAT))
}

fn entries(view: &View, record: Ref) -> Vec<Entry> {
    if record == NONE {
        return Vec::new();
    }
    (0..view.get(record, 0) as usize)
        .map(|n| entry(view, record, n))
        .collect()
}

/// Hands every range of the directory that holds the number to `found`.
pub fn stab(view: &View, directory: Ref, number: u64, found: &mut impl FnMut(Ref)) {
    if directory == NONE {
        return;
    }
    each(view, directory, number, &mut |block| {
        each(view, block, number, found)
    });
}

fn each(view: &View, record: Ref, number: u64, found: &mut impl FnMut(Ref)) {
    let words = view.record(record);
    let count = words[0].load(Acquire) as usize;
    let at = |word: usize| pair(&words[word], &words[word + 1]);
    // Those that begin at the number or before it; halved without branches, which would go wrong.
    let (mut first, mut size) = (0, count);
    while size > 1 {
        let half = size / 2;
        let is_before = at(1 + ENTRY * (first + half)) <= number;
        first += if is_before { half } else { 0 };
        size -= half;
    }
    let begun = first + usize::from(count > 0 && at(1 + ENTRY * first) <= number);
    let mut word = 1 + ENTRY * begun;
    while word > 1 {
        word -= ENTRY;
        if at(word + PEAK) < number {
            break;
        }
        if at(word + HIGH) >= number {
            found(words[word + WHAT].load(Acquire));
        }
    }
}

/// All ranges of the directory, with their bounds.
pub fn all(view: &View, directory: Ref, found: &mut impl FnMut(Interval, Ref)) {
    for (_, block) in entries(view, directory) {
        for (interval, predicate) in entries(view, block) {
            found(interval, predicate);
        }
    }
}

/// Adds a range to a field.
pub(super) fn insert(state: &mut State, owner: Ref, interval: Interval, predicate: Ref) {
    let mut blocks = entries(&state.view(), state.get(owner, field::NUMERIC));
    let new = (interval, predicate);
    if blocks.is_empty() {
        let block = write(state, &[new]);
        return publish(state, owner, &[(interval, block)]);
    }
    let place = blocks
        .partition_point(|(bounds, _)| bounds.low <= interval.low)
        .max(1)
        - 1;
    let mut ranges = entries(&state.view(), blocks[place].1);
    let at = ranges.partition_point(|(other, _)| order(other) <= order(&interval));
    ranges.insert(at, new);
    // Blocks as large as the directory: what is written anew grows with the root of the number.
    let halves = if ranges.len() > BLOCK.max(blocks.len()) {
        ranges.len().div_ceil(2)
    } else {
        ranges.len()
    };
    let written: Vec<Entry> = ranges
        .chunks(halves)
        .map(|half| (around(half), write(state, half)))
        .collect();
    retire(state, blocks[place].1);
    blocks.splice(place..=place, written);
    publish(state, owner, &blocks);
}

/// Removes a range from a field.
pub(super) fn remove(state: &mut State, owner: Ref, interval: Interval, predicate: Ref) {
    let mut blocks = entries(&state.view(), state.get(owner, field::NUMERIC));
    let mut place = blocks.partition_point(|(bounds, _)| bounds.low <= interval.low);
    // Blocks that begin alike may hold it, and the one before them.
    while place > 0 {
        place -= 1;
        let mut ranges = entries(&state.view(), blocks[place].1);
        let Some(at) = ranges.iter().position(|&(_, found)| found == predicate) else {
            continue;
        };
        ranges.remove(at);
        retire(state, blocks[place].1);
        blocks.remove(place);
        if let Some(beside) = blocks.get(place).map(|&(_, block)| block)
            && ranges.len() + state.get(beside, 0) as usize <= BLOCK / 2
        {
            ranges.extend(entries(&state.view(), beside));
            retire(state, beside);
            blocks.remove(place);
        }
        if !ranges.is_empty() {
            blocks.insert(place, (around(&ranges), write(state, &ranges)));
        }
        return publish(state, owner, &blocks);
    }
}

fn order(interval: &Interval) -> (u64, u64) {
    (interval.low, interval.high)
}

fn around(ranges: &[Entry]) -> Interval {
    let low = ranges.iter().map(|(range, _)| range.low).min().unwrap_or(0);
    let high = ranges
        .iter()
        .map(|(range, _)| range.high)
        .max()
        .unwrap_or(0);
    Interval { low, high }
}

fn write(state: &mut State, entries: &[Entry]) -> Ref {
    let record = state.allocate(1 + ENTRY * entries.len());
    let mut peak = 0;
    for (n, &(interval, what)) in entries.iter().enumerate() {
        peak = interval.high.max(peak);
        let word = 1 + ENTRY * n;
        state.set_pair(record, word, interval.low);
        state.set_pair(record, word + HIGH, interval.high);
        state.set_pair(record, word + PEAK, peak);
        state.set(record, word + WHAT, what);
    }
    state.set(record, 0, entries.len() as u32);
    record
}

fn publish(state: &mut State, owner: Ref, blocks: &[Entry]) {
    let before = state.get(owner, field::NUMERIC);
    let directory = if blocks.is_empty() {
        NONE
    } else {
        write(state, blocks)
    };
    state.set(owner, field::NUMERIC, directory);
    if before != NONE {
        retire(state, before);
    }
}

fn retire(state: &mut State, record: Ref) {
    let size = 1 + ENTRY * state.get(record, 0) as usize;
    state.retire(record, size);
}
