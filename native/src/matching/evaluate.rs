//! Predicates that must be tried on the values of their field.

use std::sync::atomic::Ordering::Acquire;

use super::found::{END, Found, Occurrence, Scalar};
use crate::index::{HEADER, Kind, kind_of, length_of, owner_of, text_of};
use crate::store::{Ref, View, pair};
use crate::value;

/// Tries a predicate on all values of its field, if that was not done, and notes the hits; true if
/// there are any.
pub(super) fn holds(view: &View, event: &[u8], found: &mut Found, predicate: Ref) -> bool {
    if let Some(entry) = found.entry(predicate) {
        return entry.last != END;
    }
    found.tried(predicate);
    let mut buffer = std::mem::take(&mut found.buffer);
    let tried = Tried::new(view, predicate, &mut buffer);
    let mut next = found
        .entry(owner_of(view, predicate))
        .map_or(END, |entry| entry.last);
    let mut holds = false;
    while let Some(&occurrence) = found.occurrences.get(next as usize) {
        if tried.accepts(event, found, &occurrence) {
            found.hit(predicate, occurrence.context);
            holds = true;
        }
        next = occurrence.before;
    }
    found.buffer = buffer;
    holds
}

/// A predicate with its text at hand.
pub(super) struct Tried<'a, 'v> {
    view: &'a View<'v>,
    predicate: Ref,
    kind: Kind,
    text: &'a [u8],
}

impl<'a, 'v> Tried<'a, 'v> {
    /// The predicate; its text is put into the buffer where it is needed as a whole.
    #[inline]
    pub(super) fn new(view: &'a View<'v>, predicate: Ref, buffer: &'a mut Vec<u8>) -> Self {
        let kind = kind_of(view, predicate);
        buffer.clear();
        if kind < Kind::Numeric {
            text_of(view, predicate, buffer);
        }
        Self {
            view,
            predicate,
            kind,
            text: buffer,
        }
    }

    /// Whether the predicate accepts the value.
    #[inline]
    pub(super) fn accepts(&self, event: &[u8], found: &Found, value: &Occurrence) -> bool {
        match self.kind {
            Kind::Exists => true,
            Kind::Absent => false,
            Kind::Numeric => value.ordered.is_some_and(|number| self.is_in_range(number)),
            Kind::AnythingBut => !self.is_excluded(event, found, value),
            _ => {
                let is_text = value.scalar == Scalar::Text;
                is_text && accepts_text(self.kind, self.text, found.text(event, value))
            }
        }
    }

    fn is_in_range(&self, number: u64) -> bool {
        let words = &self.view.record(self.predicate)[HEADER..];
        let bound = |word: usize| pair(&words[word], &words[word + 1]);
        (bound(0)..=bound(2)).contains(&number)
    }

    /// Whether one of the excluded predicates, which are all of one kind, accepts the value.
    fn is_excluded(&self, event: &[u8], found: &Found, value: &Occurrence) -> bool {
        let count = length_of(self.view, self.predicate) / 4;
        let excluded = &self.view.record(self.predicate)[HEADER..HEADER + count];
        if value.exact != 0
            && excluded
                .iter()
                .any(|excluded| excluded.load(Acquire) == value.exact)
        {
            return true;
        }
        let first = excluded.first().map_or(0, |first| first.load(Acquire));
        let kind = kind_of(self.view, first);
        if value.scalar != Scalar::Text || matches!(kind, Kind::Text | Kind::Number) {
            return false;
        }
        let (text, mut buffer) = (found.text(event, value), Vec::new());
        let mut references = excluded.iter().map(|excluded| excluded.load(Acquire));
        references.any(|excluded| excludes(self.view, kind, excluded, text, &mut buffer))
    }
}

fn excludes(view: &View, kind: Kind, predicate: Ref, text: &[u8], buffer: &mut Vec<u8>) -> bool {
    let length = length_of(view, predicate);
    if kind == Kind::Prefix {
        return text.len() >= length && view.has_bytes(predicate, HEADER, text, 0, length);
    }
    buffer.clear();
    text_of(view, predicate, buffer);
    if kind == Kind::Suffix {
        buffer.reverse();
        return text.ends_with(buffer);
    }
    accepts_text(kind, buffer, text)
}

fn accepts_text(kind: Kind, pattern: &[u8], text: &[u8]) -> bool {
    match kind {
        Kind::Wildcard => value::wildcard_accepts(pattern, text),
        Kind::AnyCase => value::equals_any_case(pattern, text),
        Kind::PrefixAnyCase => value::starts_any_case(pattern, text),
        Kind::SuffixAnyCase => value::ends_any_case(pattern, text),
        _ => false,
    }
}
