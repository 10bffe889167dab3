//! The leaves of a sub-rule that need a value in an array of containers, and where they have values.

use std::slice;

use super::found::{END, Found, Hit};
use crate::index::Leaf;

/// The leaves, each as the hits of its predicates; memory that is used again.
#[derive(Debug, Default)]
pub(super) struct Bound {
    /// The last hit of each predicate that has any, leaf after leaf.
    lasts: Vec<u32>,
    /// Where the predicates of each leaf end.
    ends: Vec<usize>,
}

impl Bound {
    /// Takes in the leaves, but not those that also have a value outside of all arrays.
    pub(super) fn gather<'a>(&mut self, found: &Found, leaves: impl Iterator<Item = Leaf<'a>>) {
        self.lasts.clear();
        self.ends.clear();
        for leaf in leaves {
            let start = self.lasts.len();
            let mut is_free = false;
            for entry in leaf.wanted().filter_map(|w| found.entry(w.predicate())) {
                is_free |= entry.is_at_root;
                self.lasts.push(entry.last);
            }
            if is_free {
                self.lasts.truncate(start);
            } else {
                self.ends.push(self.lasts.len());
            }
        }
    }

    /// How many leaves there are.
    pub(super) fn count(&self) -> usize {
        self.ends.len()
    }

    /// The contexts of the values of a leaf.
    #[inline]
    pub(super) fn places<'a>(&'a self, found: &'a Found, leaf: usize) -> Places<'a> {
        let start = if leaf == 0 { 0 } else { self.ends[leaf - 1] };
        Places {
            hits: &found.hits,
            next: END,
            lasts: self.lasts[start..self.ends[leaf]].iter(),
        }
    }
}

/// The contexts of the hits of some predicates.
pub(super) struct Places<'a> {
    hits: &'a [Hit],
    next: u32,
    lasts: slice::Iter<'a, u32>,
}

impl Iterator for Places<'_> {
    type Item = u32;

    #[inline]
    fn next(&mut self) -> Option<u32> {
        loop {
            if let Some(hit) = self.hits.get(self.next as usize) {
                self.next = hit.before;
                return Some(hit.context);
            }
            self.next = *self.lasts.next()?;
        }
    }
}
