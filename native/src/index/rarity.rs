//! How often fragments occur in the wildcards that are looked for by one of them.
//!
//! What many wildcards hold is held by many texts, too. So a wildcard is found by the fragment that
//! the fewest others hold, and not by one that merely is free yet.

use super::key::{self, Kind};
use crate::store::{Ref, Seed};

/// Counters; fragments that share one seem more frequent than they are.
const COUNTERS: usize = 1 << 12;

/// The counts of fragments, as far as they can be told apart.
#[derive(Debug, Default)]
pub(super) struct Rarity {
    counts: Vec<u32>,
}

impl Rarity {
    /// How often a fragment occurs, or more.
    pub(super) fn count(&self, seed: Seed, owner: Ref, fragment: &[u8]) -> u32 {
        self.counts
            .get(place(seed, owner, fragment))
            .copied()
            .unwrap_or(0)
    }

    /// Counts the fragments of a wildcard, each once.
    pub(super) fn add(&mut self, seed: Seed, owner: Ref, fragments: &[Vec<u8>]) {
        self.counts.resize(COUNTERS, 0);
        for place in places(seed, owner, fragments) {
            self.counts[place] += 1;
        }
    }

    /// Counts them no longer.
    pub(super) fn remove(&mut self, seed: Seed, owner: Ref, fragments: &[Vec<u8>]) {
        for place in places(seed, owner, fragments) {
            self.counts[place] -= 1;
        }
    }

    /// The bytes of the counters.
    pub(super) fn bytes(&self) -> usize {
        size_of::<u32>() * self.counts.len()
    }
}

fn place(seed: Seed, owner: Ref, fragment: &[u8]) -> usize {
    let tag = key::tag(seed, Kind::Fragment, owner, fragment, 0, fragment.len());
    tag as usize % COUNTERS
}

fn places(seed: Seed, owner: Ref, fragments: &[Vec<u8>]) -> Vec<usize> {
    let mut places: Vec<usize> = fragments.iter().map(|f| place(seed, owner, f)).collect();
    places.sort_unstable();
    places.dedup();
    places
}
