//! One value: which predicates it satisfies that can be looked up.

use super::found::{Found, Occurrence, Scalar};
use crate::index::{
    Answer, Directory, Field, Kind, Sizes, address_key, find, find_tagged, flag, number_key,
};
use crate::store::{Hash, NONE, Ref, View, load};
use crate::value;

/// A scalar at a field; its text is `text[start..end]` of what `probe` is given.
#[derive(Clone, Copy, Debug)]
pub(super) struct Value {
    pub scalar: Scalar,
    pub field: Ref,
    pub context: u32,
    pub start: usize,
    pub end: usize,
}

/// Looks a value up in every way that its field asks for, and keeps it where that is asked.
///
/// `place` is where the text stands in `Found::texts`, if it is not from the event itself.
#[inline(always)]
pub(super) fn probe(
    view: &View,
    asked: Field,
    text: &[u8],
    place: Option<usize>,
    value: &Value,
    found: &mut Found,
) {
    let flags = asked.flags();
    let exact = match value.scalar {
        Scalar::Text => probe_text(view, asked, flags, text, value, found),
        Scalar::Number => probe_number(view, flags, text, value, found),
        Scalar::Literal => {
            if flags & flag::LITERAL != 0 {
                look_up(view, Kind::Literal, text, value, found);
            }
            NONE
        }
    };
    if flags & flag::KEPT != 0 {
        keep(text, place, value, exact, found);
    }
}

#[inline(always)]
fn look_up(view: &View, kind: Kind, text: &[u8], value: &Value, found: &mut Found) -> Ref {
    let &Value {
        field,
        context,
        start,
        end,
        ..
    } = value;
    match find(view, kind, field, text, start, end) {
        Some(predicate) => {
            found.satisfy(predicate, context);
            predicate
        }
        None => NONE,
    }
}

fn keep(text: &[u8], place: Option<usize>, value: &Value, exact: Ref, found: &mut Found) {
    let is_number = value.scalar == Scalar::Number;
    let number = || value::comparable(&text[value.start..value.end]);
    let offset = place.unwrap_or(0);
    found.keep(Occurrence {
        scalar: value.scalar,
        is_in_event: place.is_none(),
        start: (value.start + offset) as u32,
        end: (value.end + offset) as u32,
        ordered: is_number.then(number).flatten().map(value::ordered),
        field: value.field,
        context: value.context,
        exact,
        before: 0,
    });
}

#[inline(always)]
fn probe_number(view: &View, flags: u32, text: &[u8], value: &Value, found: &mut Found) -> Ref {
    let mut exact = NONE;
    if flags & flag::NUMBER != 0
        && let Some(number) = value::decimal(&text[value.start..value.end])
    {
        let key = number_key(number);
        if let Some(predicate) = find(view, Kind::Number, value.field, &key, 0, key.len()) {
            found.satisfy(predicate, value.context);
            exact = predicate;
        }
    }
    if flags & flag::NUMBER_TOKEN != 0 {
        look_up(view, Kind::NumberToken, text, value, found);
    }
    exact
}

#[inline(always)]
fn probe_text(
    view: &View,
    asked: Field,
    flags: u32,
    text: &[u8],
    value: &Value,
    found: &mut Found,
) -> Ref {
    let mut exact = NONE;
    if flags & flag::TEXT != 0 {
        exact = find_text(view, asked, value.field, text, (value.start, value.end));
        if exact != NONE {
            found.satisfy(exact, value.context);
        }
    }
    if flags & !(flag::TEXT | flag::KEPT) != 0 {
        probe_operators(view, asked, flags, text, value, found);
    }
    exact
}

/// The predicate that asks for just this text.
#[inline(always)]
pub(super) fn find_text(
    view: &View,
    asked: Field,
    field: Ref,
    text: &[u8],
    (start, end): (usize, usize),
) -> Ref {
    let texts = asked.texts();
    if texts != NONE {
        match Directory::at(view, texts).find(text, start, end) {
            Answer::Missing => return NONE,
            Answer::Known(predicate) => return predicate,
            Answer::Unsure => {}
        }
    }
    find(view, Kind::Text, field, text, start, end).unwrap_or(NONE)
}

fn probe_operators(
    view: &View,
    asked: Field,
    flags: u32,
    text: &[u8],
    value: &Value,
    found: &mut Found,
) {
    if flags & (flag::ADDRESS | flag::NETWORK) != 0
        && let Some(address) = value::address(&text[value.start..value.end])
    {
        probe_address(view, asked, address, value, found);
    }
    if flags & flag::PREFIX != 0 {
        let sizes = Sizes::at(view, asked.prefixes());
        let text = &text[value.start..];
        let whole = value.end - value.start;
        prefixes(
            view,
            (Kind::Prefix, value.field),
            sizes,
            text,
            whole,
            |predicate| {
                found.satisfy(predicate, value.context);
            },
        );
    }
    if flags & flag::SUFFIX != 0 {
        let sizes = Sizes::at(view, asked.suffixes());
        let longest = sizes.iter().last().unwrap_or(0) as usize;
        let start = value.end.saturating_sub(longest).max(value.start);
        let mut reversed = std::mem::take(&mut found.buffer);
        reversed.clear();
        reversed.extend(text[start..value.end].iter().rev());
        let whole = reversed.len();
        prefixes(
            view,
            (Kind::Suffix, value.field),
            sizes,
            &reversed,
            whole,
            |predicate| {
                found.satisfy(predicate, value.context);
            },
        );
        found.buffer = reversed;
    }
}

/// Looks up `text[..size]` for every size up to the whole; the sizes share the work of hashing.
///
/// What stands in `text` behind the whole does not count.
#[inline]
pub(super) fn prefixes(
    view: &View,
    (kind, owner): (Kind, Ref),
    sizes: Sizes,
    text: &[u8],
    whole: usize,
    mut hit: impl FnMut(Ref),
) {
    let mut hash = Hash::new(view.seed, kind as u8, owner);
    let mut at = 0;
    for size in sizes.iter().map(|size| size as usize) {
        if size > whole {
            break;
        }
        while size - at > 8 {
            hash.block(load(text, at, 8));
            at += 8;
        }
        let tag = hash.tag(load(text, at, size - at), size);
        if let Some(key) = find_tagged(view, tag, (kind, owner), text, 0, size) {
            hit(key);
        }
    }
}

fn probe_address(
    view: &View,
    asked: Field,
    address: value::Address,
    value: &Value,
    found: &mut Found,
) {
    let field = value.field;
    let mut satisfy = |kind, key: &[u8]| {
        if let Some(predicate) = find(view, kind, field, key, 0, key.len()) {
            found.satisfy(predicate, value.context);
        }
    };
    address_key(address, |key| satisfy(Kind::Address, key));
    let family = if matches!(address, value::Address::V6(_)) {
        256
    } else {
        0
    };
    for size in Sizes::at(view, asked.networks())
        .iter()
        .filter(|size| size & 256 == family)
    {
        let bits = (size & 255) as u8;
        let mut key = [0; 17];
        key[0] = bits;
        let network = value::Network::around(address, bits);
        let end = address_key(network.address, |address| {
            key[1..=address.len()].copy_from_slice(address);
            1 + address.len()
        });
        satisfy(Kind::Network, &key[..end]);
    }
}
