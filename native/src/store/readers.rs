//! Who is reading, and since which version: what the writer must leave alone.

use std::cell::Cell;
use std::sync::atomic::{
    AtomicU64, AtomicUsize, Ordering::Relaxed, Ordering::Release, Ordering::SeqCst,
};

/// Readers that can be at work at the same time; one more spins until another leaves.
const PLACES: usize = 64;

#[derive(Debug, Default)]
#[repr(align(64))]
struct Place(AtomicU64);

/// The version that readers start with, and the readers.
#[derive(Debug)]
pub struct Readers {
    version: AtomicU64,
    places: Box<[Place]>,
}

impl Default for Readers {
    fn default() -> Self {
        let places = (0..PLACES).map(|_| Place::default()).collect();
        Self {
            version: AtomicU64::new(1),
            places,
        }
    }
}

/// A reader at work; it leaves when dropped.
#[derive(Debug)]
pub struct Pin<'a> {
    place: &'a AtomicU64,
    /// What was published up to here is visible, what came later is not.
    pub version: u64,
}

impl Drop for Pin<'_> {
    fn drop(&mut self) {
        // What was read stays before this; nothing that follows must wait for it.
        self.place.store(0, Release);
    }
}

thread_local! {
    static FIRST_PLACE: Cell<usize> = const { Cell::new(usize::MAX) };
}

/// The place where this thread tries first: its own, as long as there are no more than `PLACES`.
fn first_place() -> usize {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    FIRST_PLACE.with(|place| {
        if place.get() == usize::MAX {
            place.set(NEXT.fetch_add(1, Relaxed) % PLACES);
        }
        place.get()
    })
}

impl Readers {
    /// Begins to read.
    #[inline]
    pub fn pin(&self) -> Pin<'_> {
        let mut number = first_place();
        let mut version = self.version.load(SeqCst);
        let place = loop {
            let place = &self.places[number].0;
            if place.compare_exchange(0, version, SeqCst, Relaxed).is_ok() {
                break place;
            }
            number = (number + 1) % PLACES;
            std::hint::spin_loop();
        };
        // A writer that published in between may not have seen this reader: begin with its version.
        loop {
            let now = self.version.load(SeqCst);
            if now == version {
                return Pin { place, version };
            }
            version = now;
            place.store(version, SeqCst);
        }
    }

    /// The current version. Only the writer asks, and only it publishes.
    pub fn version(&self) -> u64 {
        self.version.load(SeqCst)
    }

    /// Makes everything that was written visible to the readers that begin from now on.
    pub fn publish(&self) -> u64 {
        self.version.fetch_add(1, SeqCst) + 1
    }

    /// The version of the oldest reader at work; the current one if there is none.
    pub fn oldest(&self) -> u64 {
        let now = self.version.load(SeqCst);
        let at_work = self.places.iter().map(|place| place.0.load(SeqCst));
        at_work
            .filter(|&version| version != 0)
            .min()
            .map_or(now, |oldest| oldest.min(now))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reader_holds_its_version_until_it_leaves() {
        let readers = Readers::default();
        let pin = readers.pin();
        readers.publish();
        readers.publish();
        assert_eq!(readers.oldest(), pin.version);
        drop(pin);
        assert_eq!(readers.oldest(), readers.version());
    }

    #[test]
    fn readers_of_one_thread_have_places_of_their_own() {
        let readers = Readers::default();
        let (first, second) = (readers.pin(), readers.pin());
        assert_eq!(first.version, second.version);
        drop(first);
        readers.publish();
        assert_eq!(readers.oldest(), second.version);
    }
}
