//! How often fragments occur in the wildcards that are looked for by one of them.
//!
//! What many wildcards hold is held by many texts, too. So a wildcard is found by the fragment that
//! the fewest others hold, and not by one that merely is free yet.

use super::key::{self, Kind};
use crate::store::{Ref, Seed};

/// The fewest counters; fragments that share one seem more frequent than they are.
const FEWEST: usize = 1 << 13;

/// So many counters for each wildcard keep most fragments apart.
const EACH: usize = 8;

/// The counts of fragments, as far as they can be told apart. One that has reached its bound stays.
#[derive(Debug, Default)]
pub(super) struct Rarity {
    counts: Vec<u16>,
    wildcards: usize,
}

impl Rarity {
    /// Whether one more wildcard would need more counters; `with_room` makes them, all zero.
    pub(super) fn is_full(&self) -> bool {
        self.wildcards * EACH >= self.counts.len()
    }

    /// Counters for so many wildcards and as many more.
    pub(super) fn with_room(wildcards: usize) -> Self {
        let counters = (2 * EACH * wildcards).next_power_of_two().max(FEWEST);
        Self {
            counts: vec![0; counters],
            wildcards: 0,
        }
    }

    /// How often a fragment occurs, or more.
    pub(super) fn count(&self, seed: Seed, owner: Ref, fragment: &[u8]) -> u16 {
        self.counts[self.place(seed, owner, fragment)]
    }

    /// Counts the fragments of a wildcard, each once.
    pub(super) fn add(&mut self, seed: Seed, owner: Ref, fragments: &[Vec<u8>]) {
        self.wildcards += 1;
        for place in self.places(seed, owner, fragments) {
            self.counts[place] = self.counts[place].saturating_add(1);
        }
    }

    /// Counts them no longer.
    pub(super) fn remove(&mut self, seed: Seed, owner: Ref, fragments: &[Vec<u8>]) {
        self.wildcards -= 1;
        for place in self.places(seed, owner, fragments) {
            if self.counts[place] < u16::MAX {
                self.counts[place] -= 1;
            }
        }
    }

    /// The bytes of the counters.
    pub(super) fn bytes(&self) -> usize {
        size_of::<u16>() * self.counts.len()
    }

    fn place(&self, seed: Seed, owner: Ref, fragment: &[u8]) -> usize {
        let tag = key::tag(seed, Kind::Fragment, owner, fragment, 0, fragment.len());
        tag as usize % self.counts.len()
    }

    fn places(&self, seed: Seed, owner: Ref, fragments: &[Vec<u8>]) -> Vec<usize> {
        let place = |fragment: &Vec<u8>| self.place(seed, owner, fragment);
        let mut places: Vec<usize> = fragments.iter().map(place).collect();
        places.sort_unstable();
        places.dedup();
        places
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_added_is_counted_until_it_is_removed() {
        let (seed, fragments) = (Seed::default(), [b"abc".to_vec(), b"bcd".to_vec()]);
        let mut rarity = Rarity::default();
        assert!(rarity.is_full());
        rarity = Rarity::with_room(1_000);
        let times = 1_000_u16;
        for _ in 0..times {
            assert!(!rarity.is_full());
            rarity.add(seed, 1, &fragments);
        }
        assert!(rarity.count(seed, 1, b"abc") >= times);
        for _ in 0..times {
            rarity.remove(seed, 1, &fragments);
        }
        assert_eq!(rarity.count(seed, 1, b"abc"), 0);
    }

    #[test]
    fn what_is_counted_too_often_stays() {
        let (seed, fragments) = (Seed::default(), [b"abc".to_vec()]);
        let mut rarity = Rarity::with_room(1);
        for _ in 0..70_000 {
            rarity.add(seed, 1, &fragments);
        }
        rarity.remove(seed, 1, &fragments);
        assert_eq!(rarity.count(seed, 1, b"abc"), u16::MAX);
    }
}
