//! An open hash table from tags to records, which grows beside its readers.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Acquire, Ordering::Release};

use super::words::Ref;

/// The slots as readers see them: a tag in the upper half, a record in the lower.
#[derive(Clone, Debug)]
pub struct Slots {
    slots: Arc<[AtomicU64]>,
}

const EMPTY: u64 = 0;

/// A record that was taken out; not a place where a record can begin in practice: it is checked.
const REMOVED: u64 = u64::MAX;

const SMALLEST: usize = 16;

/// Tables up to this many slots are kept mostly empty: what is not there is missed at once.
const ROOMY: usize = 1 << 11;

/// The slots for so many records and some more.
fn length_for(used: usize) -> usize {
    if used * 8 <= ROOMY {
        used * 8
    } else {
        (used / 7 * 12).max(2 * ROOMY)
    }
}

impl Default for Slots {
    fn default() -> Self {
        Self::with(SMALLEST)
    }
}

impl Slots {
    fn with(length: usize) -> Self {
        Self {
            slots: (0..length.max(SMALLEST))
                .map(|_| AtomicU64::new(EMPTY))
                .collect(),
        }
    }

    #[inline(always)]
    fn home(&self, tag: u32) -> usize {
        ((u64::from(tag) * self.slots.len() as u64) >> 32) as usize
    }

    /// The first record with that tag that is the one.
    #[inline(always)]
    pub fn find(&self, tag: u32, mut is_it: impl FnMut(Ref) -> bool) -> Option<Ref> {
        let mut place = self.home(tag);
        loop {
            let slot = self.slots[place].load(Acquire);
            if slot == EMPTY {
                return None;
            }
            if (slot >> 32) as u32 == tag && slot != REMOVED && is_it(slot as Ref) {
                return Some(slot as Ref);
            }
            place += 1;
            if place == self.slots.len() {
                place = 0;
            }
        }
    }

    fn insert(&self, slot: u64) -> bool {
        let mut place = self.home((slot >> 32) as u32);
        loop {
            let found = self.slots[place].load(Acquire);
            if found == EMPTY || found == REMOVED {
                self.slots[place].store(slot, Release);
                return found == REMOVED;
            }
            place = (place + 1) % self.slots.len();
        }
    }
}

/// The writer's side of the slots.
#[derive(Debug, Default)]
pub struct Table {
    /// What readers look at; publish it after `reserve` has returned true.
    pub slots: Slots,
    used: usize,
    removed: usize,
}

impl Table {
    /// An empty table with room for so many records.
    pub fn with_room(count: usize) -> Self {
        Self {
            slots: Slots::with(length_for(count + 1).max(SMALLEST)),
            ..Self::default()
        }
    }

    /// How many records are in it.
    pub fn count(&self) -> usize {
        self.used
    }

    /// Makes room for so many more; true if readers need the new `slots`.
    pub fn reserve(&mut self, more: usize) -> bool {
        let length = self.slots.slots.len();
        let most = if length <= ROOMY {
            length / 4
        } else {
            length / 3 * 2
        };
        if self.used + self.removed + more <= most {
            return false;
        }
        // Where marks take much of the room, it is enough to be rid of them.
        let is_marked = (self.used + more) * 4 <= most * 3;
        self.resize(if is_marked {
            length
        } else {
            length_for(self.used + more)
        });
        true
    }

    /// Gives memory back after many were removed; true if readers need the new `slots`.
    pub fn shrink(&mut self) -> bool {
        let length = self.slots.slots.len();
        let wanted = length_for(self.used);
        if length <= 4 * SMALLEST || wanted + wanted / 4 >= length {
            return false;
        }
        self.resize(wanted);
        true
    }

    fn resize(&mut self, length: usize) {
        let larger = Slots::with(length);
        for slot in self.slots.slots.iter() {
            let slot = slot.load(Acquire);
            if slot != EMPTY && slot != REMOVED {
                larger.insert(slot);
            }
        }
        self.slots = larger;
        self.removed = 0;
    }

    /// Puts a record in; `reserve` has made room.
    pub fn insert(&mut self, tag: u32, record: Ref) {
        self.used += 1;
        if self.slots.insert(u64::from(tag) << 32 | u64::from(record)) {
            self.removed -= 1;
        }
    }

    /// Takes a record out.
    pub fn remove(&mut self, tag: u32, record: Ref) {
        let slots = &self.slots.slots;
        let mut place = self.slots.home(tag);
        while slots[place].load(Acquire) != u64::from(tag) << 32 | u64::from(record) {
            place = (place + 1) % slots.len();
        }
        self.used -= 1;
        self.removed += 1;
        slots[place].store(REMOVED, Release);
        // Behind an empty slot nothing is looked for: the marks before it can go.
        let next = (place + 1) % slots.len();
        if slots[next].load(Acquire) == EMPTY {
            while slots[place].load(Acquire) == REMOVED {
                slots[place].store(EMPTY, Release);
                self.removed -= 1;
                place = (place + slots.len() - 1) % slots.len();
            }
        }
    }

    /// The bytes of the slots.
    pub fn bytes(&self) -> usize {
        8 * self.slots.slots.len()
    }

    /// The bytes beyond those of a table that has to grow before the next record.
    pub fn excess(&self) -> usize {
        self.bytes()
            .saturating_sub(8 * length_for(self.used).max(SMALLEST))
    }

    /// All records, in no order.
    pub fn records(&self) -> impl Iterator<Item = Ref> {
        let slots = self.slots.slots.iter().map(|slot| slot.load(Acquire));
        slots
            .filter(|&slot| slot != EMPTY && slot != REMOVED)
            .map(|slot| slot as Ref)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many records; Miri is slow.
    const COUNT: u32 = if cfg!(miri) { 200 } else { 10_000 };

    #[test]
    fn what_was_put_in_is_found_until_it_is_removed() {
        let mut table = Table::default();
        for n in 1..=COUNT {
            table.reserve(1);
            table.insert(n.wrapping_mul(0x9e37_79b9), n);
        }
        for n in (1..=COUNT).step_by(2) {
            table.remove(n.wrapping_mul(0x9e37_79b9), n);
        }
        for n in 1..=COUNT {
            let found = table
                .slots
                .find(n.wrapping_mul(0x9e37_79b9), |record| record == n);
            assert_eq!(found.is_some(), n % 2 == 0);
        }
        assert_eq!(table.count(), COUNT as usize / 2);
        assert_eq!(table.records().count(), COUNT as usize / 2);
    }

    #[test]
    fn a_table_that_has_grown_does_not_shrink_at_once() {
        let mut table = Table::default();
        for n in 1..=COUNT {
            if table.reserve(1) {
                assert!(!table.shrink(), "{n}");
            }
            table.insert(n << 7, n);
        }
    }

    #[test]
    fn memory_is_given_back() {
        let mut table = Table::default();
        for n in 1..=10_000_u32 {
            table.reserve(1);
            table.insert(n << 7, n);
        }
        let most = table.bytes();
        for n in 1..=10_000_u32 {
            table.remove(n << 7, n);
            table.shrink();
        }
        assert!(table.bytes() < most / 50);
    }
}
