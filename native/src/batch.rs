//! Many events at once: a compact result, by several threads where that pays.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::num::NonZero;
use std::panic::resume_unwind;
use std::thread::{Builder, available_parallelism, scope};

use crate::matcher::{Form, Matched, Matcher, Refusal};

/// The bytes that are worth a thread of their own: some hundred times what starting it costs.
const PIECE: usize = 64 * 1024;

/// One event.
#[derive(Clone, Copy, Debug)]
pub struct Event<'a> {
    /// Its text.
    pub text: &'a [u8],
    /// How far it can be trusted.
    pub form: Form,
}

/// An event that was refused, by its place in the batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadEvent {
    /// How many events come before it.
    pub index: usize,
    /// Why.
    pub refusal: Refusal,
}

/// A line that was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadLine {
    /// How many lines come before it.
    pub index: usize,
    /// Where it begins in the whole text.
    pub start: usize,
    /// Where it ends, its line end left out.
    pub end: usize,
    /// Why; the position counts from the beginning of the line.
    pub refusal: Refusal,
}

/// Which names match each of several events.
#[derive(Debug)]
pub struct Batch {
    offsets: Vec<u64>,
    rules: Vec<u32>,
    names: Names,
}

/// Distinct names, numbered in the order in which they came up.
#[derive(Debug, Default)]
struct Names {
    numbers: HashMap<u64, u32, BuildHasherDefault<KeyHasher>>,
    keys: Vec<u64>,
    text: Vec<u8>,
    ends: Vec<usize>,
}

/// Spreads keys by one multiplication: they are our own numbers, so nobody can make them collide.
#[derive(Debug, Default)]
struct KeyHasher(u64);

impl Hasher for KeyHasher {
    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.write_u64(u64::from(byte));
        }
    }

    fn write_u64(&mut self, key: u64) {
        let product = (self.0 ^ key).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        self.0 = product ^ (product >> 32);
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

impl Names {
    fn number(&mut self, key: u64, read: impl FnOnce(&mut Vec<u8>)) -> u32 {
        *self.numbers.entry(key).or_insert_with(|| {
            read(&mut self.text);
            self.ends.push(self.text.len());
            self.keys.push(key);
            // No matcher has 2^32 rules.
            (self.keys.len() - 1) as u32
        })
    }

    fn text(&self, number: usize) -> &[u8] {
        let start = number.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.text[start..self.ends[number]]
    }
}

impl Batch {
    fn new() -> Self {
        Self {
            offsets: vec![0],
            rules: Vec::new(),
            names: Names::default(),
        }
    }

    /// The rules of event `i` are `rules()[offsets()[i]..offsets()[i + 1]]`.
    #[must_use]
    pub fn offsets(&self) -> &[u64] {
        &self.offsets
    }

    /// Numbers of names, event after event.
    #[must_use]
    pub fn rules(&self) -> &[u32] {
        &self.rules
    }

    /// The distinct names by number, each with what identifies it.
    pub fn names(&self) -> impl ExactSizeIterator<Item = (u64, &[u8])> {
        let keys = self.names.keys.iter().enumerate();
        keys.map(|(number, &key)| (key, self.names.text(number)))
    }

    fn add(&mut self, matched: &Matched<'_>) {
        for n in 0..matched.len() {
            let read = |out: &mut Vec<u8>| matched.name(n, out);
            self.rules.push(self.names.number(matched.key(n), read));
        }
    }

    fn close_event(&mut self) {
        self.offsets.push(self.rules.len() as u64);
    }

    fn append(&mut self, later: &Self) {
        let new: Vec<u32> = later
            .names()
            .map(|(key, text)| self.names.number(key, |out| out.extend_from_slice(text)))
            .collect();
        let before = self.rules.len() as u64;
        let rules = later.rules.iter().map(|&rule| new[rule as usize]);
        self.rules.extend(rules);
        let offsets = later.offsets[1..].iter().map(|offset| before + offset);
        self.offsets.extend(offsets);
    }
}

/// Matches each event; `threads` is the most to use, all cores if `None`.
///
/// # Errors
/// The first event that is refused.
pub fn match_events(
    matcher: &Matcher,
    events: &[Event<'_>],
    threads: Option<NonZero<usize>>,
) -> Result<Batch, BadEvent> {
    let total = events.iter().map(|event| event.text.len()).sum();
    let pieces = cut_events(events, total, pieces_for(total, threads));
    let work = |piece: &[Event<'_>]| match_piece(matcher, piece.iter().copied().map(Some));
    in_pieces(&pieces, work).map_err(|(piece, bad)| BadEvent {
        index: bad.index
            + pieces[..piece]
                .iter()
                .map(|before| before.len())
                .sum::<usize>(),
        ..bad
    })
}

/// Matches each line of a text; a blank line matches nothing.
///
/// # Errors
/// The first line that is refused.
pub fn match_lines(
    matcher: &Matcher,
    text: &[u8],
    form: Form,
    threads: Option<NonZero<usize>>,
) -> Result<Batch, BadLine> {
    let pieces = cut_lines(text, pieces_for(text.len(), threads));
    let work = |piece: &[u8]| {
        let event = |line| (!is_blank(line)).then_some(Event { text: line, form });
        match_piece(matcher, lines(piece).map(event))
    };
    in_pieces(&pieces, work).map_err(|(piece, bad)| {
        let before = pieces[..piece].iter().map(|&piece| lines(piece).count());
        let line = lines(pieces[piece]).nth(bad.index).unwrap_or_default();
        let start = line.as_ptr() as usize - text.as_ptr() as usize;
        BadLine {
            index: before.sum::<usize>() + bad.index,
            start,
            end: start + line.len(),
            refusal: bad.refusal,
        }
    })
}

/// Matches events one after the other; a missing one matches nothing.
fn match_piece<'a>(
    matcher: &Matcher,
    events: impl Iterator<Item = Option<Event<'a>>>,
) -> Result<Batch, BadEvent> {
    let mut batch = Batch::new();
    for (index, event) in events.enumerate() {
        if let Some(Event { text, form }) = event {
            matcher
                .matching(text, form, |matched| batch.add(&matched))
                .map_err(|refusal| BadEvent { index, refusal })?;
        }
        batch.close_event();
    }
    Ok(batch)
}

/// Works on each piece in a thread of its own, the first in this one, and joins the results;
/// an error is told with the number of its piece.
fn in_pieces<'a, P: Sync + ?Sized>(
    pieces: &[&'a P],
    work: impl Fn(&'a P) -> Result<Batch, BadEvent> + Sync,
) -> Result<Batch, (usize, BadEvent)> {
    let Some((&first, others)) = pieces.split_first() else {
        return Ok(Batch::new());
    };
    let work = &work;
    scope(|scope| {
        let start = |&piece: &&'a P| Builder::new().spawn_scoped(scope, move || work(piece));
        let started: Vec<_> = others.iter().map(start).collect();
        let mut batch = work(first).map_err(|bad| (0, bad))?;
        for (number, (thread, &piece)) in (1..).zip(started.into_iter().zip(others)) {
            // Where the system has no thread left, this one does the work.
            let done = thread.map_or_else(
                |_| work(piece),
                |thread| thread.join().unwrap_or_else(|panic| resume_unwind(panic)),
            );
            batch.append(&done.map_err(|bad| (number, bad))?);
        }
        Ok(batch)
    })
}

fn pieces_for(bytes: usize, threads: Option<NonZero<usize>>) -> usize {
    let worthwhile = bytes / PIECE;
    if worthwhile < 2 {
        return 1;
    }
    let cores = || available_parallelism().map_or(1, NonZero::get);
    threads.map_or_else(cores, NonZero::get).min(worthwhile)
}

/// Cuts into at most `count` pieces of about equal bytes.
fn cut_events<'a, 'b>(events: &'a [Event<'b>], total: usize, count: usize) -> Vec<&'a [Event<'b>]> {
    let (mut pieces, mut start, mut bytes) = (Vec::new(), 0, 0);
    for (index, event) in events.iter().enumerate() {
        bytes += event.text.len();
        if bytes >= total * (pieces.len() + 1) / count && pieces.len() + 1 < count {
            pieces.push(&events[start..=index]);
            start = index + 1;
        }
    }
    // A large last event may leave nothing for a last piece, and no thread is started for that.
    if start < events.len() || pieces.is_empty() {
        pieces.push(&events[start..]);
    }
    pieces
}

/// Cuts behind line ends into at most `count` pieces of about equal bytes.
fn cut_lines(text: &[u8], count: usize) -> Vec<&[u8]> {
    let (mut pieces, mut start) = (Vec::new(), 0);
    for number in 1..=count {
        let wanted = (text.len() / count * number).max(start);
        let line_end = memchr::memchr(b'\n', &text[wanted..]);
        let end = match line_end {
            Some(offset) if number < count => wanted + offset + 1,
            _ => text.len(),
        };
        if start < end {
            pieces.push(&text[start..end]);
        }
        start = end;
    }
    pieces
}

/// The lines of a text without their ends; a line end at the end of the text begins no line.
fn lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = (!text.is_empty()).then(|| text.strip_suffix(b"\n").unwrap_or(text));
    std::iter::from_fn(move || {
        let text = rest?;
        let end = memchr::memchr(b'\n', text);
        rest = end.map(|end| &text[end + 1..]);
        let line = end.map_or(text, |end| &text[..end]);
        Some(line.strip_suffix(b"\r").unwrap_or(line))
    })
}

fn is_blank(line: &[u8]) -> bool {
    line.iter().all(|byte| matches!(byte, b' ' | b'\t'..=b'\r'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_has_the_lines_that_python_sees() {
        let cases: [(&[u8], &[&[u8]]); 6] = [
            (b"", &[]),
            (b"\n", &[b""]),
            (b"a", &[b"a"]),
            (b"a\r\n", &[b"a"]),
            (b"a\n\n", &[b"a", b""]),
            (b"a\n\r\nb\n", &[b"a", b"", b"b"]),
        ];
        for (text, expected) in cases {
            assert_eq!(lines(text).collect::<Vec<_>>(), expected);
        }
    }

    #[test]
    fn pieces_end_behind_line_ends_and_lose_nothing() {
        let text = b"aaaa\nb\n\ncccccccccccc\nd";
        for count in 1..20 {
            let pieces = cut_lines(text, count);
            assert!(pieces.len() <= count);
            assert_eq!(pieces.concat(), text);
            let whole: Vec<_> = lines(text).collect();
            let parts: Vec<_> = pieces.iter().flat_map(|piece| lines(piece)).collect();
            assert_eq!(parts, whole);
        }
        assert!(cut_lines(b"", 3).is_empty());
    }

    #[test]
    fn pieces_of_events_are_about_equal() {
        let text = [b' '; 10];
        let event = |length: &usize| Event {
            text: &text[..*length],
            form: Form::Strict,
        };
        let events: Vec<_> = [1, 9, 5, 5, 0, 10].iter().map(event).collect();
        let sizes = |count| {
            let pieces = cut_events(&events, 30, count);
            pieces.iter().map(|piece| piece.len()).collect::<Vec<_>>()
        };
        assert_eq!(sizes(1), [6]);
        assert_eq!(sizes(3), [2, 2, 2]);
        assert_eq!(sizes(30).iter().sum::<usize>(), 6);
    }

    #[test]
    fn names_are_numbered_by_key_and_batches_join() {
        let batch = |keys: &[u64]| {
            let mut batch = Batch::new();
            for &key in keys {
                let read = |out: &mut Vec<u8>| out.extend_from_slice(key.to_string().as_bytes());
                batch.rules.push(batch.names.number(key, read));
            }
            batch.close_event();
            batch
        };
        let mut joined = batch(&[7, 5, 7]);
        joined.append(&batch(&[5, 6]));
        assert_eq!(joined.offsets(), [0, 3, 5]);
        assert_eq!(joined.rules(), [0, 1, 0, 1, 2]);
        let names: Vec<_> = joined.names().collect();
        assert_eq!(names, [(7, &b"7"[..]), (5, b"5"), (6, b"6")]);
    }

    #[test]
    fn blank_is_what_python_strips() {
        assert!(is_blank(b" \t\x0b\x0c\r"));
        assert!(!is_blank(b"\x1c"));
        assert!(!is_blank("\u{a0}".as_bytes()));
    }
}
