//! How satisfied predicates are found that no plain lookup finds, once sub-rules are anchored there.
//!
//! - A wildcard is tried on texts that hold its rarest fragment of up to four bytes, or on every
//!   text if it is one of the first few of its field.
//! - What disregards case is tried on texts that fold alike, or begin or end so.
//! - Ranges are found by bisection ([`super::numeric`]).
//! - What any value may satisfy is tried on every value.

use super::field::{self, flag};
use super::intern;
use super::key::{self, Kind};
use super::list;
use super::numeric;
use super::state::State;
use crate::store::Ref;
use crate::value;

/// Bytes of the longest fragments.
const FRAGMENT: usize = 4;

/// So many wildcards are tried faster than the fragments of a text are looked up. They stay where
/// they are when there are more: a reader might look for one in both places at the wrong times.
const FEW_WILDCARDS: u32 = 2;

/// Begins to look for a predicate that is now an anchor.
pub(super) fn begin(state: &mut State, predicate: Ref) {
    let (kind, owner, text) = intern::parts(state, predicate);
    match kind {
        Kind::Wildcard if field::counted(state, owner, flag::FRAGMENT) < FEW_WILDCARDS => {
            list::add(state, owner, field::WILDCARDS, predicate);
            field::count_flag(state, owner, flag::FRAGMENT, true);
        }
        Kind::Wildcard => {
            if state.is_recount_due() {
                state.recount(fragments);
            }
            let fragment = state.take_rarest(owner, &fragments(&text));
            let bucket = state.find_or_add(Kind::Fragment, owner, &fragment);
            list::add(state, bucket, key::PAYLOAD, predicate);
            field::count_size(state, owner, FRAGMENTS, fragment.len(), true);
        }
        Kind::AnyCase | Kind::PrefixAnyCase | Kind::SuffixAnyCase => {
            let folded = folded(kind, &text);
            let bucket = state.find_or_add(bucket_kind(kind), owner, &folded);
            list::add(state, bucket, key::PAYLOAD, predicate);
            count_folded(state, kind, owner, folded.len(), true);
        }
        Kind::Numeric => {
            numeric::insert(state, owner, numeric::bounds(&text), predicate);
            field::count_flag(state, owner, flag::NUMERIC, true);
        }
        Kind::Exists | Kind::AnythingBut => {
            list::add(state, owner, field::PRESENT, predicate);
            field::count_flag(state, owner, flag::PRESENT, true);
        }
        _ => {}
    }
}

/// Looks for a predicate no longer: nothing is anchored there.
pub(super) fn end(state: &mut State, predicate: Ref) {
    let (kind, owner, text) = intern::parts(state, predicate);
    match kind {
        Kind::Wildcard if list::remove(state, owner, field::WILDCARDS, predicate) => {
            field::count_flag(state, owner, flag::FRAGMENT, false);
        }
        Kind::Wildcard => {
            let fragments = fragments(&text);
            state.forget_fragments(owner, &fragments);
            for fragment in fragments {
                if leave(state, Kind::Fragment, owner, &fragment, predicate) {
                    field::count_size(state, owner, FRAGMENTS, fragment.len(), false);
                    break;
                }
            }
        }
        Kind::AnyCase | Kind::PrefixAnyCase | Kind::SuffixAnyCase => {
            let folded = folded(kind, &text);
            leave(state, bucket_kind(kind), owner, &folded, predicate);
            count_folded(state, kind, owner, folded.len(), false);
        }
        Kind::Numeric => {
            numeric::remove(state, owner, numeric::bounds(&text), predicate);
            field::count_flag(state, owner, flag::NUMERIC, false);
        }
        Kind::Exists | Kind::AnythingBut => {
            list::remove(state, owner, field::PRESENT, predicate);
            field::count_flag(state, owner, flag::PRESENT, false);
        }
        _ => {}
    }
}

/// What it costs to find a predicate of these kinds, in sub-rules that could be looked at instead.
pub(super) fn cost(state: &State, predicate: Ref) -> usize {
    let (kind, owner, text) = intern::parts(state, predicate);
    match kind {
        Kind::Wildcard => match longest_part(&text).min(FRAGMENT) {
            0 => 100,
            1 => 40,
            2 => 24,
            _ => 8,
        },
        Kind::AnyCase => 2,
        Kind::PrefixAnyCase | Kind::SuffixAnyCase => 8,
        Kind::Numeric => 12 + field::counted(state, owner, flag::NUMERIC) as usize / 64,
        _ => 16 + field::counted(state, owner, flag::PRESENT) as usize,
    }
}

const FRAGMENTS: (u32, usize) = (flag::FRAGMENT, field::FRAGMENTS);

fn bucket_kind(kind: Kind) -> Kind {
    match kind {
        Kind::PrefixAnyCase => Kind::FoldedPrefix,
        Kind::SuffixAnyCase => Kind::FoldedSuffix,
        _ => Kind::Folded,
    }
}

/// The text that a bucket is found by: folded, and backwards where the end counts.
fn folded(kind: Kind, text: &[u8]) -> Vec<u8> {
    let mut folded = Vec::new();
    value::fold(text, &mut folded);
    if kind == Kind::SuffixAnyCase {
        folded.reverse();
    }
    folded
}

fn count_folded(state: &mut State, kind: Kind, owner: Ref, length: usize, is_more: bool) {
    match kind {
        Kind::PrefixAnyCase => {
            let place = (flag::FOLDED_PREFIX, field::FOLDED_PREFIXES);
            field::count_size(state, owner, place, length, is_more);
        }
        Kind::SuffixAnyCase => {
            let place = (flag::FOLDED_SUFFIX, field::FOLDED_SUFFIXES);
            field::count_size(state, owner, place, length, is_more);
        }
        _ => field::count_flag(state, owner, flag::FOLDED, is_more),
    }
}

fn leave(state: &mut State, kind: Kind, owner: Ref, text: &[u8], predicate: Ref) -> bool {
    let Some(bucket) = state.find(kind, owner, text) else {
        return false;
    };
    let was_there = list::remove(state, bucket, key::PAYLOAD, predicate);
    if was_there && state.get(bucket, key::PAYLOAD) == 0 {
        state.remove_key(bucket);
    }
    was_there
}

/// The literal parts of a wildcard, without the escapes.
fn parts(text: &[u8]) -> Vec<Vec<u8>> {
    let mut parts = Vec::new();
    value::parts(text, &mut |part, _, _| parts.push(part.to_vec()));
    parts
}

fn longest_part(text: &[u8]) -> usize {
    parts(text).iter().map(Vec::len).max().unwrap_or(0)
}

/// The fragments that a wildcard can be found by: of the greatest lengths it has, but of one or two
/// bytes only where there is nothing longer.
fn fragments(text: &[u8]) -> Vec<Vec<u8>> {
    let parts = parts(text);
    let longest = parts.iter().map(Vec::len).max().unwrap_or(0).min(FRAGMENT);
    if longest == 0 {
        return vec![Vec::new()];
    }
    let lengths = if longest == FRAGMENT {
        FRAGMENT - 1..=FRAGMENT
    } else {
        longest..=longest
    };
    let windows = lengths.flat_map(|length| parts.iter().flat_map(move |p| p.windows(length)));
    windows.map(<[u8]>::to_vec).collect()
}
