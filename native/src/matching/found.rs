//! What one event holds at the fields that patterns name, and which predicates that satisfies.

use crate::store::Ref;

/// No link, no entry.
pub const END: u32 = u32::MAX;

/// The context of values in no array of containers.
pub const ROOT_CONTEXT: u32 = 0;

/// What kind of scalar a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scalar {
    /// A string.
    Text,
    /// A number.
    Number,
    /// `null`, `true` or `false`.
    Literal,
}

/// A value that is kept, because predicates must be tried on it.
#[derive(Clone, Copy, Debug)]
pub struct Occurrence {
    /// What it is.
    pub scalar: Scalar,
    /// Whether its text is in the event itself; else it is in `Found::texts`, without escapes.
    pub is_in_event: bool,
    /// Where its text begins.
    pub start: u32,
    /// Where its text ends.
    pub end: u32,
    /// Its `value::ordered`, if it is a comparable number.
    pub ordered: Option<u64>,
    /// The field.
    pub field: Ref,
    /// The innermost array element that it lies in.
    pub context: u32,
    /// The predicate that asks for just this text or number.
    pub exact: Ref,
    /// The occurrence of the same field before this one.
    pub before: u32,
}

impl Occurrence {
    /// Its text, from the event or from `Found::texts`.
    #[inline]
    pub fn text<'a>(&self, event: &'a [u8], texts: &'a [u8]) -> &'a [u8] {
        let source = if self.is_in_event { event } else { texts };
        &source[self.start as usize..self.end as usize]
    }
}

/// Where a predicate is satisfied; the hits of one predicate are linked.
#[derive(Clone, Copy, Debug)]
pub struct Hit {
    /// The innermost array element of the value.
    pub context: u32,
    /// The hit before this one.
    pub before: u32,
}

/// What is known of a predicate, or of a field.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    key: Ref,
    /// The last hit of a predicate, or the last occurrence of a field.
    pub last: u32,
    /// Whether a hit is in no array of containers, so that it goes with everything.
    pub is_at_root: bool,
    /// Whether the field was looked at as a whole.
    is_seen: bool,
}

/// An array element that is a container: one context.
#[derive(Clone, Copy, Debug)]
pub struct Context {
    /// The context that the array lies in.
    pub parent: u32,
    /// The number of the array.
    pub array: u32,
    /// The index in the array.
    pub index: u32,
}

/// Everything found in one event.
#[derive(Debug, Default)]
pub struct Found {
    /// Predicates with hits that were found by looking values up, in the order of finding.
    pub satisfied: Vec<Ref>,
    /// Kept values.
    pub occurrences: Vec<Occurrence>,
    /// All hits.
    pub hits: Vec<Hit>,
    /// Array elements; the first is the root.
    pub contexts: Vec<Context>,
    /// How many arrays there are.
    pub arrays: u32,
    /// Texts that had escapes.
    pub texts: Vec<u8>,
    /// Room for the text of a predicate.
    pub buffer: Vec<u8>,
    /// Room for places of a table that were hit.
    pub places: Vec<Ref>,
    /// Room for wildcards that may accept a text.
    pub wildcards: Vec<Ref>,
    entries: Vec<Entry>,
    slots: Vec<(u32, u32)>,
    stamp: u32,
}

const FEWEST_SLOTS: usize = 64;

impl Found {
    /// Forgets the last event.
    pub fn clear(&mut self) {
        self.satisfied.clear();
        self.occurrences.clear();
        self.hits.clear();
        self.contexts.clear();
        self.contexts.push(Context {
            parent: END,
            array: END,
            index: 0,
        });
        self.arrays = 0;
        self.texts.clear();
        self.entries.clear();
        if self.slots.is_empty() || self.stamp == u32::MAX {
            self.slots.clear();
            self.slots.resize(FEWEST_SLOTS, (0, 0));
            self.stamp = 0;
        }
        self.stamp += 1;
    }

    #[inline(always)]
    fn place(&self, key: Ref) -> usize {
        let mask = self.slots.len() - 1;
        let mut place = (key.wrapping_mul(0x9e37_79b9) >> 7) as usize & mask;
        loop {
            let (stamp, entry) = self.slots[place];
            if stamp != self.stamp || self.entries[entry as usize].key == key {
                return place;
            }
            place = (place + 1) & mask;
        }
    }

    /// What is known of a predicate or a field.
    #[inline(always)]
    pub fn entry(&self, key: Ref) -> Option<&Entry> {
        let (stamp, entry) = self.slots[self.place(key)];
        (stamp == self.stamp).then(|| &self.entries[entry as usize])
    }

    /// The number of the entry of a key, and whether it was made just now.
    #[inline]
    fn entry_or_new(&mut self, key: Ref) -> (usize, bool) {
        let place = self.place(key);
        let (stamp, entry) = self.slots[place];
        if stamp == self.stamp {
            return (entry as usize, false);
        }
        let entry = self.entries.len();
        self.entries.push(Entry {
            key,
            last: END,
            is_at_root: false,
            is_seen: false,
        });
        self.slots[place] = (self.stamp, entry as u32);
        if self.entries.len() * 2 > self.slots.len() {
            self.grow();
        }
        (entry, true)
    }

    #[cold]
    fn grow(&mut self) {
        let larger = self.slots.len() * 4;
        self.slots.clear();
        self.slots.resize(larger, (0, 0));
        for n in 0..self.entries.len() {
            let place = self.place(self.entries[n].key);
            self.slots[place] = (self.stamp, n as u32);
        }
    }

    /// Notes that a value in a context satisfies a predicate; true for the first such value.
    #[inline]
    pub fn hit(&mut self, predicate: Ref, context: u32) -> bool {
        let (entry, is_new) = self.entry_or_new(predicate);
        let entry = &mut self.entries[entry];
        if entry.last != END && self.hits[entry.last as usize].context == context {
            return false;
        }
        entry.is_at_root |= context == ROOT_CONTEXT;
        self.hits.push(Hit {
            context,
            before: entry.last,
        });
        let is_first = entry.last == END;
        entry.last = self.hits.len() as u32 - 1;
        is_new || is_first
    }

    /// Notes that a predicate was tried on every value.
    pub fn tried(&mut self, predicate: Ref) {
        self.entry_or_new(predicate);
    }

    /// Notes a predicate that was found satisfied by looking values up.
    #[inline]
    pub fn satisfy(&mut self, predicate: Ref, context: u32) {
        if self.hit(predicate, context) {
            self.satisfied.push(predicate);
        }
    }

    /// Keeps a value.
    #[inline(always)]
    pub fn keep(&mut self, mut occurrence: Occurrence) {
        let (entry, _) = self.entry_or_new(occurrence.field);
        let entry = &mut self.entries[entry];
        occurrence.before = entry.last;
        entry.is_at_root |= occurrence.context == ROOT_CONTEXT;
        entry.last = self.occurrences.len() as u32;
        self.occurrences.push(occurrence);
    }

    /// Whether a field was not looked at as a whole before; it is from now on.
    pub fn see(&mut self, field: Ref) -> bool {
        let (entry, _) = self.entry_or_new(field);
        !std::mem::replace(&mut self.entries[entry].is_seen, true)
    }

    /// Leaves each satisfied predicate in once.
    pub fn dedup(&mut self) {
        self.satisfied.sort_unstable();
        self.satisfied.dedup();
    }

    /// Whether a predicate has a hit.
    #[inline(always)]
    pub fn has(&self, predicate: Ref) -> bool {
        self.entry(predicate).is_some_and(|entry| entry.last != END)
    }

    /// The contexts of the hits of a predicate.
    pub fn contexts_of(&self, predicate: Ref) -> impl Iterator<Item = u32> + '_ {
        let mut next = self.entry(predicate).map_or(END, |entry| entry.last);
        std::iter::from_fn(move || {
            let hit = self.hits.get(next as usize)?;
            next = hit.before;
            Some(hit.context)
        })
    }

    /// The numbers of the occurrences of a field, the last first.
    pub fn occurrences_of(&self, field: Ref) -> impl Iterator<Item = usize> + '_ {
        let mut next = self.entry(field).map_or(END, |entry| entry.last);
        std::iter::from_fn(move || {
            let number = next as usize;
            next = self.occurrences.get(number)?.before;
            Some(number)
        })
    }

    /// The text of an occurrence.
    #[inline]
    pub fn text<'a>(&'a self, event: &'a [u8], occurrence: &Occurrence) -> &'a [u8] {
        occurrence.text(event, &self.texts)
    }

    /// A new context: an element of an array.
    pub fn element(&mut self, parent: u32, array: u32, index: u32) -> u32 {
        self.contexts.push(Context {
            parent,
            array,
            index,
        });
        self.contexts.len() as u32 - 1
    }
}
