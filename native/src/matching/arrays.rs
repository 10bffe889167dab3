//! Whether the values that leaves need can be taken together: no two from different elements of
//! one array.
//!
//! The array elements of an event form a tree of contexts. A leaf with a value outside of an array
//! goes with every element of it. The others need one element that has a value for all of them, in
//! itself or in arrays inside of it; so from the innermost contexts outwards it is known which
//! leaves each can serve. That is linear in the hits, as long as the values of one leaf lie in one
//! array for each element around it. Only repeated or dotted names break that; then
//! [`search`](super::search) decides.

use std::iter;

use super::bound::Bound;
use super::candidates::TooComplex;
use super::found::{END, Found, ROOT_CONTEXT};
use super::search;
use crate::index::Leaf;
use crate::store::View;

/// Leaves that fit into a mask.
const MOST: usize = 64;

/// What one context, or one array, can serve.
#[derive(Clone, Copy, Debug, Default)]
struct Serves {
    /// Leaves with a value in the context itself.
    here: u64,
    /// Leaves with a value in the context or around it.
    around: u64,
    /// Leaves with a value anywhere inside.
    inside: u64,
    /// Leaves that can be served together.
    together: u64,
    /// Leaves that were left to an array of the context.
    claimed: u64,
}

/// Memory for the decision, used again.
#[derive(Debug, Default)]
pub struct Arrays {
    bound: Bound,
    contexts: Vec<Serves>,
    arrays: Vec<u64>,
    claims: Vec<bool>,
    touched: Vec<u32>,
}

/// Whether the leaves can be satisfied together, each of which has a hit.
pub(super) fn agree<'a>(
    view: &View<'a>,
    found: &Found,
    memory: &mut Arrays,
    leaves: impl Iterator<Item = Leaf<'a>> + Clone,
) -> Result<bool, TooComplex> {
    memory.bound.gather(found, leaves.clone());
    let answer = match memory.bound.count() {
        0 | 1 => Some(true),
        2..=MOST => quickly(found, &memory.bound).or_else(|| memory.by_masks(found)),
        _ => None,
    };
    if let Some(answer) = answer {
        return Ok(answer);
    }
    let is_free = |leaf: Leaf| {
        let mut entries = leaf.wanted().filter_map(|w| found.entry(w.predicate()));
        entries.any(|entry| entry.is_at_root)
    };
    let bound: Vec<Leaf> = leaves.filter(|&leaf| !is_free(leaf)).collect();
    search::satisfied(view, found, &bound)
}

/// Pairs of places that are compared before the masks are taken, which cost more.
const PAIRS: usize = 64;

/// The most places of the leaf that has the fewest, for that to be worth while.
const FEW_PLACES: usize = 8;

/// How the places of two values go together.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Together {
    /// Not at all: they lie in different elements of one array.
    Never,
    /// They lie in different arrays, or the other deeper.
    Apart,
    /// The other lies around the one, or beside it.
    Around,
}

/// Decides if it is enough to compare all places with those of one leaf: nothing goes with any of
/// these, or for one of them all others lie around it. The leaf that has the fewest comes first.
fn quickly(found: &Found, leaves: &Bound) -> Option<bool> {
    let count = |leaf| leaves.places(found, leaf).take(FEW_PLACES + 1).count();
    let counts = (0..leaves.count()).map(|leaf| (count(leaf), leaf));
    let (fewest, rarest) = counts.min()?;
    if fewest > FEW_PLACES {
        return None;
    }
    let mut left = PAIRS;
    let others = (0..leaves.count()).filter(|&leaf| leaf != rarest);
    let mut innermost = iter::once(rarest).chain(others);
    innermost.find_map(|leaf| by_places_of(found, leaves, leaf, &mut left))
}

/// The same with one leaf; `None` if another is further inside, or when no pairs are left.
fn by_places_of(found: &Found, leaves: &Bound, inner: usize, left: &mut usize) -> Option<bool> {
    let mut is_possible = false;
    for place in leaves.places(found, inner) {
        let mut all = Together::Around;
        for leaf in (0..leaves.count()).filter(|&leaf| leaf != inner) {
            all = all.min(best(found, place, leaves.places(found, leaf), left)?);
            if all == Together::Never {
                break;
            }
        }
        if all == Together::Around {
            return Some(true);
        }
        is_possible |= all == Together::Apart;
    }
    (!is_possible).then_some(false)
}

/// How the best of other places goes together with a place; `None` when no pairs are left.
fn best(
    found: &Found,
    place: u32,
    others: impl Iterator<Item = u32>,
    left: &mut usize,
) -> Option<Together> {
    let mut best = Together::Never;
    for other in others {
        *left = left.checked_sub(1)?;
        best = best.max(together(found, place, other));
        if best == Together::Around {
            break;
        }
    }
    Some(best)
}

/// Goes outwards from both places to where they meet. Contexts are numbered from the outside in.
fn together(found: &Found, mut place: u32, mut other: u32) -> Together {
    let (mut inner, mut outer) = (END, END);
    while place != other {
        let (deeper, array) = if place > other {
            (&mut place, &mut inner)
        } else {
            (&mut other, &mut outer)
        };
        let context = found.contexts[*deeper as usize];
        (*deeper, *array) = (context.parent, context.array);
    }
    match (inner, outer) {
        (_, END) => Together::Around,
        (inner, outer) if inner == outer => Together::Never,
        _ => Together::Apart,
    }
}

impl Arrays {
    /// Decides by what each context can serve; `None` as `decide`.
    fn by_masks(&mut self, found: &Found) -> Option<bool> {
        self.prepare(found);
        let count = self.bound.count();
        for leaf in 0..count {
            self.note(found, leaf);
        }
        let answer = self.decide(found, u64::MAX >> (64 - count));
        self.clear(found);
        answer
    }

    fn prepare(&mut self, found: &Found) {
        if self.contexts.len() < found.contexts.len() {
            self.contexts
                .resize(found.contexts.len(), Serves::default());
        }
        if self.arrays.len() < found.arrays as usize {
            self.arrays.resize(found.arrays as usize, 0);
            self.claims.resize(found.arrays as usize, false);
        }
        self.touched.clear();
    }

    /// Marks the contexts of the hits of a leaf, and those around them.
    fn note(&mut self, found: &Found, leaf: usize) {
        let bit = 1 << leaf;
        for context in self.bound.places(found, leaf) {
            self.contexts[context as usize].here |= bit;
            let mut context = context;
            while context != END && self.contexts[context as usize].inside & bit == 0 {
                let serves = &mut self.contexts[context as usize];
                if serves.inside == 0 {
                    self.touched.push(context);
                }
                serves.inside |= bit;
                context = found.contexts[context as usize].parent;
            }
        }
    }

    /// Decides; `None` if the values of a leaf lie in several arrays of one context.
    fn decide(&mut self, found: &Found, wanted: u64) -> Option<bool> {
        self.sort_touched(found);
        for n in 0..self.touched.len() {
            let context = self.touched[n] as usize;
            let parent = found.contexts[context].parent;
            let around = if parent == END {
                0
            } else {
                self.contexts[parent as usize].around
            };
            let serves = &mut self.contexts[context];
            serves.around = serves.here | around;
            if parent != END {
                self.arrays[found.contexts[context].array as usize] |= serves.inside;
            }
        }
        for n in (0..self.touched.len()).rev() {
            let context = self.touched[n];
            if context == ROOT_CONTEXT {
                let root = self.contexts[0];
                return Some((root.here | root.together) & wanted == wanted);
            }
            self.offer(found, context)?;
        }
        Some(false)
    }

    /// Puts the contexts in order: they are numbered from the outside in.
    fn sort_touched(&mut self, found: &Found) {
        let count = found.contexts.len();
        if self.touched.len() < count / 4 {
            return self.touched.sort_unstable();
        }
        // If many are touched, looking at all is faster.
        let contexts = &self.contexts[..count];
        let is_touched = |&context: &u32| contexts[context as usize].inside != 0;
        self.touched.clear();
        self.touched.extend((0..count as u32).filter(is_touched));
    }

    /// Tells the context around what this element of an array can serve.
    fn offer(&mut self, found: &Found, context: u32) -> Option<()> {
        let element = found.contexts[context as usize];
        let array = element.array as usize;
        let parent = &mut self.contexts[element.parent as usize];
        let needed = self.arrays[array] & !parent.around;
        if !self.claims[array] {
            self.claims[array] = true;
            if parent.claimed & needed != 0 {
                return None;
            }
            parent.claimed |= needed;
        }
        let serves = self.contexts[context as usize];
        if (serves.here | serves.together) & needed == needed {
            self.contexts[element.parent as usize].together |= needed;
        }
        Some(())
    }

    fn clear(&mut self, found: &Found) {
        for &context in &self.touched {
            self.contexts[context as usize] = Serves::default();
            if context != ROOT_CONTEXT {
                let array = found.contexts[context as usize].array as usize;
                self.arrays[array] = 0;
                self.claims[array] = false;
            }
        }
    }
}
