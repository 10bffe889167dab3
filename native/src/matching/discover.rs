//! Anchors that no plain lookup finds: fragments, folded texts, ranges, and what any value satisfies.

use super::evaluate::{Tried, holds};
use super::fit::may_fit;
use super::found::{END, Found, Occurrence, Scalar};
use super::probe::prefixes;
use crate::index::{
    Field, Kind, Sizes, all, find, find_number, flag, items, number_of, payload_of, stab,
};
use crate::store::{Ref, View};
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

fn fragments(view: &View, event: &[u8], asked: Field, value: &Occurrence, found: &mut Found) {
    let mut places = std::mem::take(&mut found.places);
    places.clear();
    let text = found.text(event, value);
    for size in Sizes::at(view, asked.fragments())
        .iter()
        .map(|size| size as usize)
    {
        match size {
            // The empty fragment is in every text, once.
            0 => places.extend(find(view, Kind::Fragment, value.field, text, 0, 0)),
            1 => windows::<1>(view, value.field, text, &mut places),
            2 => windows::<2>(view, value.field, text, &mut places),
            3 => windows::<3>(view, value.field, text, &mut places),
            _ => windows::<4>(view, value.field, text, &mut places),
        }
    }
    // A fragment may occur again and again.
    places.sort_unstable();
    places.dedup();
    let mut buffer = std::mem::take(&mut found.buffer);
    let in_text = places.iter().map(|&place| payload_of(view, place));
    for wildcard in in_text
        .chain([asked.wildcards()])
        .flat_map(|list| items(view, list))
    {
        if !may_fit(view, wildcard, found.text(event, value)) {
            continue;
        }
        if Tried::new(view, wildcard, &mut buffer).accepts(event, found, value) {
            found.satisfied.push(wildcard);
        }
    }
    (found.buffer, found.places) = (buffer, places);
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
        read(&view, event.as_bytes(), &mut scratch);
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
