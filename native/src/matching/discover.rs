//! Anchors that no plain lookup finds: fragments, folded texts, ranges, and what any value satisfies.

use super::evaluate::{Tried, holds};
use super::found::{END, Found, Occurrence, Scalar};
use super::probe::prefixes;
use crate::index::{
    Field, Kind, List, Sizes, all, find, find_number, flag, inline_item, is_inline, items,
    number_of, payload_of, signature_of, stab, text_of,
};
use crate::store::{NONE, Ref, View};
use crate::value;

/// What needs a second look at kept values.
const SECOND_LOOK: u32 = flag::FRAGMENT
    | flag::FOLDED
    | flag::FOLDED_PREFIX
    | flag::FOLDED_SUFFIX
    | flag::NUMERIC
    | flag::PRESENT;

/// So many predicates may be noted before it is looked whether they are the same.
const ROOM: usize = 1 << 12;

/// So many numbers are compared with each range; fewer are looked up one by one.
const MANY: usize = 16;

/// Finds satisfied anchors among the predicates that must be tried.
pub(super) fn discover(view: &View, event: &[u8], found: &mut Found) {
    let (mut last_field, mut has_several, mut room) = (0, false, ROOM);
    for number in 0..found.occurrences.len() {
        let occurrence = found.occurrences[number];
        let asked = Field::at(view, occurrence.field);
        let flags = asked.flags();
        if flags & SECOND_LOOK == 0 {
            continue;
        }
        has_several |= occurrence.before != END;
        if occurrence.field != last_field {
            last_field = occurrence.field;
            if flags & (flag::PRESENT | flag::NUMERIC) != 0 && found.see(occurrence.field) {
                whole_field(view, event, asked, occurrence.field, found);
            }
        }
        if occurrence.scalar == Scalar::Text {
            texts(view, event, asked, &occurrence, found);
        }
        if found.satisfied.len() > room {
            found.dedup();
            room = ROOM + 2 * found.satisfied.len();
        }
    }
    // Several values of one field may satisfy the same.
    if has_several {
        found.dedup();
    }
}

/// Notes which predicates of a list accept the value. Where an array is involved, the places of all
/// values are found when they are needed.
fn try_on(view: &View, event: &[u8], payload: u32, value: &Occurrence, found: &mut Found) {
    let mut buffer = std::mem::take(&mut found.buffer);
    for predicate in items(view, payload) {
        if Tried::new(view, predicate, &mut buffer).accepts(event, found, value) {
            found.satisfied.push(predicate);
        }
    }
    found.buffer = buffer;
}

fn whole_field(view: &View, event: &[u8], asked: Field, field: Ref, found: &mut Found) {
    if asked.flags() & flag::PRESENT != 0 {
        present(view, event, asked.present(), field, found);
    }
    if asked.flags() & flag::NUMERIC != 0 {
        let ordered = found
            .occurrences_of(field)
            .filter_map(|n| found.occurrences[n].ordered);
        let mut numbers: Vec<u64> = ordered.collect();
        numbers.sort_unstable();
        numbers.dedup();
        in_ranges(view, asked.numeric(), &numbers, &mut found.satisfied);
    }
}

/// Tries what any value may satisfy, on one value if there is no other.
fn present(view: &View, event: &[u8], payload: u32, field: Ref, found: &mut Found) {
    let only = {
        let mut values = found.occurrences_of(field);
        values.next().filter(|_| values.next().is_none())
    };
    if let Some(only) = only {
        let value = found.occurrences[only];
        return try_on(view, event, payload, &value, found);
    }
    for predicate in items(view, payload) {
        if holds(view, event, found, predicate) {
            found.satisfied.push(predicate);
        }
    }
}

/// Adds the ranges that hold one of the numbers, which are in order.
fn in_ranges(view: &View, directory: Ref, numbers: &[u64], ranges: &mut Vec<Ref>) {
    if numbers.len() < MANY {
        for &number in numbers {
            stab(view, directory, number, &mut |predicate| {
                ranges.push(predicate)
            });
        }
        return;
    }
    all(view, directory, &mut |range, predicate| {
        let at = numbers.partition_point(|&number| number < range.low);
        if numbers.get(at).is_some_and(|&number| number <= range.high) {
            ranges.push(predicate);
        }
    });
}

fn texts(view: &View, event: &[u8], asked: Field, value: &Occurrence, found: &mut Found) {
    if asked.flags() & flag::FRAGMENT != 0 {
        fragments(view, event, asked, value, found);
    }
    if asked.flags() & (flag::FOLDED | flag::FOLDED_PREFIX | flag::FOLDED_SUFFIX) != 0 {
        folded(view, event, asked, value, found);
    }
}

/// Finds the wildcards that accept a text. Each step is done for all of them before the next begins,
/// so that the processor need not wait for one record before it asks for others.
#[inline(never)]
fn fragments(view: &View, event: &[u8], asked: Field, value: &Occurrence, found: &mut Found) {
    let Found {
        satisfied,
        texts,
        buffer,
        places,
        wildcards,
        ..
    } = found;
    let text = value.text(event, texts);
    places_of_fragments(view, asked, value.field, text, places);
    wildcards.clear();
    for &place in &*places {
        append_items(view, payload_of(view, place), wildcards);
    }
    append_items(view, asked.wildcards(), wildcards);
    let lacks = !value::text_signature(text);
    keep_if(wildcards, |wildcard| {
        signature_of(view, wildcard) & lacks == 0
    });
    for &wildcard in &*wildcards {
        buffer.clear();
        text_of(view, wildcard, buffer);
        if value::wildcard_accepts(buffer, text) {
            satisfied.push(wildcard);
        }
    }
}

#[inline(always)]
fn append_items(view: &View, payload: u32, all: &mut Vec<Ref>) {
    if is_inline(payload) {
        all.push(inline_item(payload));
    } else if payload != NONE {
        all.extend(List::at(view, payload).items());
    }
}

/// As `Vec::retain`, but without a branch, which nothing would tell beforehand.
#[inline(always)]
fn keep_if(all: &mut Vec<u32>, mut keeps: impl FnMut(u32) -> bool) {
    let mut kept = 0;
    for n in 0..all.len() {
        let one = all[n];
        all[kept] = one;
        kept += usize::from(keeps(one));
    }
    all.truncate(kept);
}

/// Where the fragments are that a text holds, each once.
fn places_of_fragments(view: &View, asked: Field, field: Ref, text: &[u8], places: &mut Vec<Ref>) {
    places.clear();
    let sizes = Sizes::at(view, asked.fragments());
    for size in sizes.iter().map(|size| size as usize) {
        match size {
            // The empty fragment is in every text, once.
            0 => places.extend(find(view, Kind::Fragment, field, text, 0, 0)),
            1 => windows::<1>(view, field, text, places),
            2 => windows::<2>(view, field, text, places),
            3 => windows::<3>(view, field, text, places),
            _ => windows::<4>(view, field, text, places),
        }
    }
    leave_once(places);
}

/// Looks every part of a text of that size up.
#[inline(always)]
fn windows<const SIZE: usize>(view: &View, field: Ref, text: &[u8], places: &mut Vec<Ref>) {
    for window in text.windows(SIZE) {
        let number = number_of(&window[..SIZE]);
        if view.sieve.may_have(field, number) {
            places.extend(find_number(view, (Kind::Fragment, field), number, SIZE));
        }
    }
}

/// So many places are compared with each other faster than sorted.
const FEW: usize = 16;

fn leave_once(places: &mut Vec<Ref>) {
    if places.len() > FEW {
        places.sort_unstable();
        return places.dedup();
    }
    let mut kept = 0;
    for n in 0..places.len() {
        let place = places[n];
        if !places[..kept].contains(&place) {
            places[kept] = place;
            kept += 1;
        }
    }
    places.truncate(kept);
}

fn folded(view: &View, event: &[u8], asked: Field, value: &Occurrence, found: &mut Found) {
    let mut places = std::mem::take(&mut found.places);
    places.clear();
    let mut text = Vec::with_capacity(3 * (value.end - value.start) as usize);
    value::fold(found.text(event, value), &mut text);
    let field = value.field;
    if asked.flags() & flag::FOLDED != 0 {
        places.extend(find(view, Kind::Folded, field, &text, 0, text.len()));
    }
    let sizes = Sizes::at(view, asked.folded_prefixes());
    prefixes(
        view,
        (Kind::FoldedPrefix, field),
        sizes,
        &text,
        text.len(),
        |key| places.push(key),
    );
    if asked.flags() & flag::FOLDED_SUFFIX != 0 {
        text.reverse();
        let sizes = Sizes::at(view, asked.folded_suffixes());
        prefixes(
            view,
            (Kind::FoldedSuffix, field),
            sizes,
            &text,
            text.len(),
            |key| {
                places.push(key);
            },
        );
    }
    for &place in &places {
        try_on(view, event, payload_of(view, place), value, found);
    }
    found.places = places;
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::index::{Shared, Writer};
    use crate::json::Utf8;
    use crate::matching::{Scratch, read};
    use crate::pattern::{Draft, Limits, Parser};

    /// How many satisfied predicates are noted for an event.
    fn satisfied(patterns: &[&str], event: &str) -> usize {
        let shared = Arc::new(Shared::default());
        let mut writer = Writer::new(Arc::clone(&shared));
        let mut draft = Draft::default();
        for pattern in patterns {
            assert!(Parser::default().parse(pattern.as_bytes(), Limits::Strict, &mut draft));
            assert_eq!(writer.add(pattern.as_bytes(), &draft), Ok(()));
        }
        let (core, mut scratch) = (shared.core.load(), Scratch::default());
        let view = core.view();
        assert!(scratch.tokens.index(event.as_bytes(), Utf8::Check));
        read(&view, 1, event.as_bytes(), &mut scratch);
        discover(&view, event.as_bytes(), &mut scratch.found);
        scratch.found.satisfied.len()
    }

    #[test]
    fn what_many_values_satisfy_is_noted_once() {
        let values = format!(r#"[{}"axb"]"#, r#""axb","#.repeat(5_000));
        let text = [
            r#"{"a":[{"wildcard":"*x*"}]}"#,
            r#"{"a":[{"equals-ignore-case":"AXB"}]}"#,
        ];
        assert_eq!(satisfied(&text, &format!(r#"{{"a":{values}}}"#)), 2);
    }

    #[test]
    fn fields_that_take_turns_are_looked_at_once_each() {
        let element = r#"{"a":1,"b":1},"#;
        let event = format!(r#"{{"l":[{}{{"a":1}}]}}"#, element.repeat(5_000));
        let ranges = [
            r#"{"l":{"a":[{"numeric":[">",0]}]}}"#,
            r#"{"l":{"b":[{"anything-but":["x"]}]}}"#,
        ];
        assert_eq!(satisfied(&ranges, &event), 2);
    }
}
