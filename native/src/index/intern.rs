//! Predicates: each once, as long as a leaf or an `anything-but` uses it.

use super::directory;
use super::field::{self, flag};
use super::key::{self, Kind};
use super::numbers;
use super::state::State;
use crate::store::{NONE, Ref};
use crate::value::Decimal;

/// The predicate of that kind and text at a field, used once more.
pub(super) fn hold(state: &mut State, kind: Kind, owner: Ref, text: &[u8]) -> Ref {
    let predicate = match state.find(kind, owner, text) {
        Some(predicate) => predicate,
        None => enroll(state, kind, owner, text),
    };
    state.set(predicate, key::USES, state.get(predicate, key::USES) + 1);
    predicate
}

/// The `anything-but` that excludes these predicates, which are held; they no longer are beside it.
pub(super) fn hold_anything_but(state: &mut State, owner: Ref, excluded: &[Ref]) -> Ref {
    let mut distinct = excluded.to_vec();
    distinct.sort_unstable();
    distinct.dedup();
    let key: Vec<u8> = distinct
        .iter()
        .flat_map(|excluded| excluded.to_le_bytes())
        .collect();
    let predicate = hold(state, Kind::AnythingBut, owner, &key);
    // The predicate itself holds what it excludes.
    excluded
        .iter()
        .for_each(|&excluded| release(state, excluded));
    predicate
}

fn enroll(state: &mut State, kind: Kind, owner: Ref, text: &[u8]) -> Ref {
    let predicate = state.add_key(kind, owner, text, 0);
    state.predicates += 1;
    state.text_bytes += text.len();
    state.content += key::size(kind, text.len());
    field::hold(state, owner);
    if kind == Kind::AnythingBut {
        for excluded in references(text) {
            state.set(excluded, key::USES, state.get(excluded, key::USES) + 1);
        }
    }
    count(state, kind, owner, text, true);
    if kind == Kind::Text {
        enter(state, owner, text, predicate);
    }
    predicate
}

/// Uses a predicate once less; the last use takes it away.
pub(super) fn release(state: &mut State, predicate: Ref) {
    let uses = state.get(predicate, key::USES) - 1;
    state.set(predicate, key::USES, uses);
    if uses > 0 {
        return;
    }
    let (kind, owner, text) = parts(state, predicate);
    count(state, kind, owner, &text, false);
    if kind == Kind::Text {
        leave(state, owner, &text);
    }
    if kind == Kind::AnythingBut {
        references(&text).for_each(|excluded| release(state, excluded));
    }
    state.predicates -= 1;
    state.text_bytes -= text.len();
    state.content -= key::size(kind, text.len());
    state.remove_key(predicate);
    field::release(state, owner);
}

/// The kind, owner and text of a key.
pub(super) fn parts(state: &State, key: Ref) -> (Kind, Ref, Vec<u8>) {
    let (view, mut text) = (state.view(), Vec::new());
    key::text_of(&view, key, &mut text);
    (key::kind_of(&view, key), key::owner_of(&view, key), text)
}

/// The references that the text of an `AnythingBut` or of a `Pair` is made of.
pub(super) fn references(text: &[u8]) -> impl Iterator<Item = Ref> + '_ {
    text.chunks_exact(4)
        .map(|piece| Ref::from_le_bytes([piece[0], piece[1], piece[2], piece[3]]))
}

/// So many texts are kept in a directory of the field; if there are more, the table serves.
const FEW_TEXTS: u32 = 24;

/// Enters a new text in the directory of its field, which ends when there are many.
fn enter(state: &mut State, owner: Ref, text: &[u8], predicate: Ref) {
    let count = field::counted(state, owner, flag::TEXT);
    if count > FEW_TEXTS {
        directory::clear(state, owner, field::TEXTS);
    } else if count == 1 || state.get(owner, field::TEXTS) != NONE {
        directory::add(state, owner, field::TEXTS, text, predicate);
    }
}

/// Takes a text out of the directory of its field, which ends with the last.
fn leave(state: &mut State, owner: Ref, text: &[u8]) {
    if field::counted(state, owner, flag::TEXT) == 0 {
        directory::clear(state, owner, field::TEXTS);
    } else if state.get(owner, field::TEXTS) != NONE {
        directory::remove(state, owner, field::TEXTS, text);
    }
}

/// Tells the field what its values must be looked up as, or kept for.
fn count(state: &mut State, kind: Kind, owner: Ref, text: &[u8], is_more: bool) {
    let sized = match kind {
        Kind::Prefix => Some(((flag::PREFIX, field::PREFIXES), text.len())),
        Kind::Suffix => Some(((flag::SUFFIX, field::SUFFIXES), text.len())),
        Kind::Network => Some(((flag::NETWORK, field::NETWORKS), network_size(text))),
        _ => None,
    };
    if let Some((place, size)) = sized {
        return field::count_size(state, owner, place, size, is_more);
    }
    let flag = match kind {
        Kind::Text => flag::TEXT,
        Kind::Number => flag::NUMBER,
        Kind::NumberToken => flag::NUMBER_TOKEN,
        Kind::Literal => flag::LITERAL,
        Kind::Address => flag::ADDRESS,
        _ => flag::KEPT,
    };
    field::count_flag(state, owner, flag, is_more);
    if kind == Kind::Number {
        if is_more {
            numbers::admit(state, owner, field::NUMBERS, decimal(text));
        } else if field::counted(state, owner, flag) == 0 {
            numbers::clear(state, owner, field::NUMBERS);
        }
    }
}

/// The number in the text of a predicate.
fn decimal(text: &[u8]) -> Decimal {
    let (mut mantissa, mut exponent) = ([0; 8], [0; 4]);
    mantissa.copy_from_slice(&text[..8]);
    exponent.copy_from_slice(&text[8..]);
    Decimal {
        mantissa: i64::from_le_bytes(mantissa),
        exponent: i32::from_le_bytes(exponent),
    }
}

/// A mask as one number: the bits that count, and 256 more for IPv6.
fn network_size(text: &[u8]) -> usize {
    usize::from(text[0]) + if text.len() > 5 { 256 } else { 0 }
}
