//! A filter of short texts: it tells at once of nearly all others that they are not there.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Acquire, Ordering::Release};

use super::hash::Seed;
use super::words::Ref;

/// Bits for each text when the filter is made, and when it is made anew.
const ROOMY: usize = 64;
const FULL: usize = 16;

/// The filter as readers see it: one bit for each text, which others may share.
#[derive(Clone, Debug)]
pub struct Sieve {
    bits: Arc<[AtomicU64]>,
    factor: u64,
}

impl Sieve {
    /// A filter with room for so many texts.
    fn new(seed: Seed, count: usize) -> Self {
        let words = (count.max(1) * ROOMY / 64).next_power_of_two();
        Self {
            bits: (0..words).map(|_| AtomicU64::new(0)).collect(),
            factor: seed.odd(),
        }
    }

    /// Whether a text of up to four bytes, as a number, may be there for its owner.
    #[inline(always)]
    pub fn may_have(&self, owner: Ref, text: u32) -> bool {
        let (word, bit) = self.place(owner, text);
        self.bits[word].load(Acquire) >> bit & 1 == 1
    }

    #[inline(always)]
    fn place(&self, owner: Ref, text: u32) -> (usize, u64) {
        let both = u64::from(owner) << 32 | u64::from(text);
        let mixed = (both ^ both >> 29).wrapping_mul(self.factor);
        let word = (mixed >> 32) as usize & (self.bits.len() - 1);
        (word, mixed >> 26 & 63)
    }
}

/// The writer's side of the filter.
#[derive(Debug)]
pub struct Siever {
    /// What readers look at; publish it after `is_full` has led to `renew`.
    pub sieve: Sieve,
    /// Texts that were put in, those that are gone among them.
    count: usize,
}

impl Siever {
    /// An empty filter.
    pub fn new(seed: Seed) -> Self {
        Self {
            sieve: Sieve::new(seed, 1),
            count: 0,
        }
    }

    /// Whether one more text would make it let too much through.
    pub fn is_full(&self) -> bool {
        self.count * FULL >= self.sieve.bits.len() * 64
    }

    /// Makes it anew for these texts and their owners, which were found among so many others: it is
    /// large enough not to be made again before as many were put in as a part of these.
    pub fn renew(&mut self, seed: Seed, texts: &[(Ref, u32)], others: usize) {
        *self = Self {
            sieve: Sieve::new(seed, (texts.len() + 1).max(others / ROOMY)),
            count: 0,
        };
        for &(owner, text) in texts {
            self.insert(owner, text);
        }
    }

    /// Puts a text in.
    pub fn insert(&mut self, owner: Ref, text: u32) {
        let (word, bit) = self.sieve.place(owner, text);
        let bits = self.sieve.bits[word].load(Acquire);
        self.sieve.bits[word].store(bits | 1 << bit, Release);
        self.count += 1;
    }

    /// The bytes of the filter.
    pub fn bytes(&self) -> usize {
        8 * self.sieve.bits.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lets_through_what_is_there_and_little_else() {
        let seed = Seed::default();
        let mut siever = Siever::new(seed);
        let texts: Vec<(Ref, u32)> = (0..5_000_u32)
            .map(|n| (n % 7, n.wrapping_mul(2_654_435)))
            .collect();
        for n in 0..texts.len() {
            if siever.is_full() {
                siever.renew(seed, &texts[..n], n);
            }
            siever.insert(texts[n].0, texts[n].1);
        }
        assert!(
            texts
                .iter()
                .all(|&(owner, text)| siever.sieve.may_have(owner, text))
        );
        let others = (0..100_000_u32).filter(|&n| siever.sieve.may_have(9, n));
        assert!(others.count() < 20_000);
    }
}
