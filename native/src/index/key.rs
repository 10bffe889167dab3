//! Keys: every record that is found by what it is, through the one table.

use std::sync::atomic::Ordering::Acquire;

use crate::store::{Hash, Ref, Seed, View, pair};

/// What a key stands for. Its owner is a field, unless said otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Kind {
    /// Nothing: the kind of an empty record.
    Nothing = 0,
    /// A name inside a field; the payload is the field that it leads to.
    Edge,
    /// The string is this text.
    Text,
    /// The comparable number with this mantissa (8 bytes) and power of ten (4 bytes).
    Number,
    /// A number that is not comparable, by its token.
    NumberToken,
    /// `null`, `true` or `false`, by their first letters.
    Literal,
    /// A string that is this address (4 or 16 bytes).
    Address,
    /// A string that is an address in this network: the bits that count, then the address.
    Network,
    /// The string begins with this text.
    Prefix,
    /// The string ends with this text, which is stored backwards.
    Suffix,
    // The kinds above are found by a lookup for each value; those below must be tried.
    /// The string fits this text with stars.
    Wildcard,
    /// The string is this text in any case.
    AnyCase,
    /// The string begins with this text in any case.
    PrefixAnyCase,
    /// The string ends with this text in any case.
    SuffixAnyCase,
    /// A comparable number from the first to the second bound (8 bytes each, `value::ordered`).
    Numeric,
    /// Any value.
    Exists,
    /// No value.
    Absent,
    /// Any value that none of these predicates (4 bytes each, ascending) accepts.
    AnythingBut,
    /// Where the sub-rules are that need no value.
    Always,
    /// The payload lists the wildcards that hold this fragment.
    Fragment,
    /// The payload lists the `AnyCase` predicates whose text folds to this one.
    Folded,
    /// The same for `PrefixAnyCase`.
    FoldedPrefix,
    /// The same for `SuffixAnyCase`, backwards.
    FoldedSuffix,
    /// The sub-rules behind the owner, a predicate or another pair, that also ask for the
    /// predicate whose reference is the text.
    Pair,
}

/// How many words stand before the text of a key.
pub const HEADER: usize = 4;

const KIND: usize = 0;
const OWNER: usize = 1;
pub(super) const PAYLOAD: usize = 2;
pub(super) const USES: usize = 3;
const LENGTH: u32 = (1 << 24) - 1;

/// The longest text that a key can have, in bytes.
pub const LONGEST: usize = LENGTH as usize;

impl Kind {
    const ALL: [Self; 24] = [
        Self::Nothing,
        Self::Edge,
        Self::Text,
        Self::Number,
        Self::NumberToken,
        Self::Literal,
        Self::Address,
        Self::Network,
        Self::Prefix,
        Self::Suffix,
        Self::Wildcard,
        Self::AnyCase,
        Self::PrefixAnyCase,
        Self::SuffixAnyCase,
        Self::Numeric,
        Self::Exists,
        Self::Absent,
        Self::AnythingBut,
        Self::Always,
        Self::Fragment,
        Self::Folded,
        Self::FoldedPrefix,
        Self::FoldedSuffix,
        Self::Pair,
    ];

    /// Whether satisfied predicates of this kind are found for every value, anchor or not.
    #[must_use]
    pub fn is_looked_up(self) -> bool {
        self < Self::Wildcard
    }

    /// Whether the key is a predicate: something that a value list can hold.
    #[must_use]
    pub fn is_predicate(self) -> bool {
        (Self::Text..Self::Always).contains(&self)
    }
}

/// The words of a key of that kind, with a text of that many bytes.
pub(super) fn size(kind: Kind, length: usize) -> usize {
    signature_at(length) + if kind == Kind::Wildcard { SIGNATURE } else { 0 }
}

/// The words of the signature of a wildcard, which stands behind the text.
const SIGNATURE: usize = 2;

pub(super) fn signature_at(length: usize) -> usize {
    HEADER + length.div_ceil(4)
}

pub(super) fn first_word(kind: Kind, length: usize) -> u32 {
    (kind as u32) << 24 | length as u32
}

/// The kind of a key.
#[inline]
pub fn kind_of(view: &View, key: Ref) -> Kind {
    Kind::ALL[(view.get(key, KIND) >> 24) as usize % Kind::ALL.len()]
}

/// The bytes of a key's text.
#[inline]
pub fn length_of(view: &View, key: Ref) -> usize {
    (view.get(key, KIND) & LENGTH) as usize
}

/// The field, or other key, that a key belongs to.
#[inline]
pub fn owner_of(view: &View, key: Ref) -> Ref {
    view.get(key, OWNER)
}

/// The bits that a text must have for a wildcard to accept it.
#[inline(always)]
pub fn signature_of(view: &View, wildcard: Ref) -> u64 {
    let behind_text = &view.record(wildcard)[signature_at(length_of(view, wildcard))..];
    pair(&behind_text[0], &behind_text[1])
}

/// What a key leads to.
#[inline]
pub fn payload_of(view: &View, key: Ref) -> Ref {
    view.get(key, PAYLOAD)
}

/// Appends the text of a key.
pub fn text_of(view: &View, key: Ref, out: &mut Vec<u8>) {
    view.read_bytes(key, HEADER, length_of(view, key), out);
}

/// A text of at most four bytes as one number.
#[inline(always)]
pub fn number_of(text: &[u8]) -> u32 {
    text.iter()
        .rev()
        .fold(0, |number, &byte| number << 8 | u32::from(byte))
}

/// The tag that a key has in the table.
#[inline(always)]
pub fn tag(seed: Seed, kind: Kind, owner: Ref, text: &[u8], start: usize, end: usize) -> u32 {
    Hash::new(seed, kind as u8, owner).of(text, start, end)
}

/// The key with that tag, kind and owner, and with the text `text[start..end]`.
#[inline(always)]
pub fn find_tagged(
    view: &View,
    tag: u32,
    (kind, owner): (Kind, Ref),
    text: &[u8],
    start: usize,
    end: usize,
) -> Option<Ref> {
    view.slots.find(tag, |key| {
        let head: &[_; HEADER] = view.head(key);
        head[OWNER].load(Acquire) == owner && is_text(view, key, kind, text, start, end)
    })
}

/// The key of that kind and owner, whose text has that size, at most four, and is that number.
#[inline]
pub fn find_number(
    view: &View,
    (kind, owner): (Kind, Ref),
    number: u32,
    size: usize,
) -> Option<Ref> {
    let tag = Hash::new(view.seed, kind as u8, owner).tag(u64::from(number), size);
    view.slots.find(tag, |key| {
        let head: &[_; HEADER + 1] = view.head(key);
        head[KIND].load(Acquire) == first_word(kind, size)
            && head[OWNER].load(Acquire) == owner
            && head[HEADER].load(Acquire) == number
    })
}

/// Whether a key is of that kind and has the text `text[start..end]`.
#[inline(always)]
pub(super) fn is_text(
    view: &View,
    key: Ref,
    kind: Kind,
    text: &[u8],
    start: usize,
    end: usize,
) -> bool {
    view.get(key, KIND) == first_word(kind, end - start)
        && view.has_bytes(key, HEADER, text, start, end)
}

/// The key of that kind, owner and text, which is `text[start..end]`.
#[inline(always)]
pub fn find(
    view: &View,
    kind: Kind,
    owner: Ref,
    text: &[u8],
    start: usize,
    end: usize,
) -> Option<Ref> {
    let tag = tag(view.seed, kind, owner, text, start, end);
    find_tagged(view, tag, (kind, owner), text, start, end)
}
