//! Whether the values that leaves need can be taken together: no two from different elements of
//! one array.
//!
//! The array elements of an event form a tree of contexts. A leaf with a value outside of an array
//! goes with every element of it. The others need one element that has a value for all of them, in
//! itself or in arrays inside of it; so from the innermost contexts outwards it is known which
//! leaves each can serve. That is linear in the hits, as long as the values of one leaf lie in one
//! array for each element around it. Only repeated or dotted names break that; then
//! [`search`](super::search) decides.

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
    let free = |leaf: &Leaf| {
        leaf.wanted()
            .filter_map(|w| found.entry(w.predicate()))
            .any(|entry| entry.is_at_root)
    };
    let bound = leaves.filter(|leaf| !free(leaf));
    match bound.clone().take(MOST + 1).count() {
        0 | 1 => return Ok(true),
        count if count > MOST => return search::satisfied(view, found, &bound.collect::<Vec<_>>()),
        _ => {}
    }
    if let Some(answer) = quickly(found, bound.clone()) {
        return Ok(answer);
    }
    memory.prepare(found);
    for (n, leaf) in bound.clone().enumerate() {
        memory.note(found, leaf, 1 << n);
    }
    let wanted = u64::MAX >> (64 - bound.clone().count());
    let answer = memory.decide(found, wanted);
    memory.clear(found);
    match answer {
        Some(answer) => Ok(answer),
        None => search::satisfied(view, found, &bound.collect::<Vec<_>>()),
    }
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

/// Decides if it is enough to compare all places with those of the leaf that has the fewest:
/// nothing goes with any of these, or for one of them all others lie around it.
fn quickly<'a>(found: &Found, leaves: impl Iterator<Item = Leaf<'a>> + Clone) -> Option<bool> {
    let places = |leaf: Leaf<'a>| leaf.wanted().flat_map(|w| found.contexts_of(w.predicate()));
    let count = |leaf: Leaf<'a>| places(leaf).take(FEW_PLACES + 1).count();
    let counts = leaves.clone().map(count).enumerate();
    let (number, fewest) = counts.min_by_key(|&(_, count)| count)?;
    if fewest > FEW_PLACES {
        return None;
    }
    let rarest = leaves.clone().nth(number)?;
    let mut left = PAIRS;
    let mut is_possible = false;
    for place in places(rarest) {
        let mut all = Together::Around;
        for (_, leaf) in leaves.clone().enumerate().filter(|&(n, _)| n != number) {
            all = all.min(best(found, place, places(leaf), &mut left)?);
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
    fn note(&mut self, found: &Found, leaf: Leaf, bit: u64) {
        for context in leaf.wanted().flat_map(|w| found.contexts_of(w.predicate())) {
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
        // Contexts are numbered from the outside in.
        self.touched.sort_unstable();
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
