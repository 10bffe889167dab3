//! Rules that come and go: what readers see meanwhile, and what is left afterwards.

#![allow(clippy::unwrap_used)]

use std::collections::HashMap;
use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread;

use eventmatch_native::matcher::{Form, Matched, Matcher};
use eventmatch_native::pattern::Limits;

/// A pattern that shares its predicates with many others, so that lists burst.
fn pattern(n: usize) -> String {
    let (a, b, c) = (n % 3, n / 3 % 40, n / 120);
    match n % 5 {
        0 => format!(r#"{{"a":["a{a}"],"b":["b{b}"],"c":["c{c}"]}}"#),
        1 => format!(r#"{{"a":["a{a}"],"b":[{{"wildcard":"*b{b}*"}}],"c":["c{c}"]}}"#),
        2 => format!(r#"{{"$or":[{{"a":["a{a}"],"c":["c{c}"]}},{{"b":["b{b}"],"n":[{c}]}}]}}"#),
        3 => format!(r#"{{"a":[{{"anything-but":"b{b}"}}],"c":["c{c}"]}}"#),
        _ => format!(
            r#"{{"n":[{{"numeric":[">=",{c},"<",{}]}}],"a":["a{a}"]}}"#,
            c + 7
        ),
    }
}

fn event(n: usize) -> String {
    let (a, b, c) = (n % 3, n / 3 % 40, n / 120);
    format!(r#"{{"a":"a{a}","b":"b{b}","c":"c{c}","n":{c}}}"#)
}

fn names(matcher: &Matcher, event: &str) -> Vec<String> {
    keyed(matcher, event)
        .into_iter()
        .map(|(_, name)| name)
        .collect()
}

/// The names that match, in order, by what identifies them.
fn keyed(matcher: &Matcher, event: &str) -> Vec<(u64, String)> {
    let read = |matched: Matched<'_>| {
        let name = |n| {
            let mut name = Vec::new();
            matched.name(n, &mut name);
            (matched.key(n), String::from_utf8(name).unwrap())
        };
        (0..matched.len()).map(name).collect()
    };
    matcher
        .matching(event.as_bytes(), Form::Strict, read)
        .unwrap()
}

/// Adds the rule of that number, under its name with a prefix.
fn add(matcher: &Matcher, prefix: &str, n: usize) {
    let name = format!("{prefix}{n}");
    assert!(matcher.add(name.as_bytes(), pattern(n).as_bytes(), Limits::Trusted));
}

fn remove(matcher: &Matcher, prefix: &str, n: usize) {
    assert!(matcher.remove(format!("{prefix}{n}").as_bytes()));
}

#[test]
fn readers_always_see_the_lasting_rules_and_only_whole_changes() {
    const LASTING: usize = 600;
    let matcher = Matcher::new();
    (0..LASTING).for_each(|n| add(&matcher, "lasting-", n));
    let events: Vec<String> = (0..LASTING).step_by(7).map(event).collect();
    let expected: Vec<Vec<String>> = events.iter().map(|e| names(&matcher, e)).collect();
    assert!(expected.iter().flatten().count() > LASTING / 7);
    let is_done = AtomicBool::new(false);
    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                let mut known: HashMap<u64, String> = HashMap::new();
                while !is_done.load(Relaxed) {
                    for (event, expected) in events.iter().zip(&expected) {
                        let mut found = keyed(&matcher, event);
                        for (key, name) in &found {
                            let first = known.entry(*key).or_insert_with(|| name.clone());
                            assert_eq!(first, name, "a key stands for one name");
                        }
                        found.retain(|(_, name)| name.starts_with("lasting-"));
                        let found: Vec<String> = found.into_iter().map(|(_, name)| name).collect();
                        assert_eq!(found, *expected, "{event}");
                    }
                }
            });
        }
        // Set also when this thread fails, so that the others end.
        let _end = End(&is_done);
        for round in 0..6 {
            for n in 0..3_000 {
                add(&matcher, "passing-", n + round);
                let name = format!("passing-{}", n + round);
                let found = names(&matcher, &event(n + round));
                let matches_itself = (n + round) % 5 != 3;
                assert!(!matches_itself || found.contains(&name), "{name}");
            }
            // Most of what is there goes, so the index is written anew more than once.
            (0..3_000).for_each(|n| remove(&matcher, "passing-", n + round));
        }
    });
    for (event, expected) in events.iter().zip(&expected) {
        assert_eq!(names(&matcher, event), *expected);
    }
}

struct End<'a>(&'a AtomicBool);

impl Drop for End<'_> {
    fn drop(&mut self) {
        self.0.store(true, Relaxed);
    }
}

/// All of `0..count` in an order that looks random.
fn shuffled(count: usize) -> impl Iterator<Item = usize> {
    let step = 7_919;
    assert!(!count.is_multiple_of(step), "the step reaches every number");
    (0..count).map(move |n| n * step % count)
}

#[track_caller]
fn assert_about_as_many_bytes(matcher: &Matcher, before: usize) {
    let after = matcher.stats().bytes;
    assert!(after <= before + before / 10, "{after} after {before}");
}

#[test]
fn coming_and_going_takes_no_more_memory() {
    let matcher = Matcher::new();
    (0..20_000).for_each(|n| add(&matcher, "kept-", n));
    let before = matcher.stats();
    for n in 0..100_000 {
        add(&matcher, "passing-", n);
        remove(&matcher, "passing-", n);
    }
    let after = matcher.stats();
    assert_eq!(
        (after.rules, after.predicates),
        (before.rules, before.predicates)
    );
    assert_about_as_many_bytes(&matcher, before.bytes);
}

#[test]
fn waves_of_rules_leave_no_memory_behind() {
    let matcher = Matcher::new();
    (0..6_000).for_each(|n| add(&matcher, "kept-", n));
    let before = matcher.stats().bytes;
    let events: Vec<String> = (0..6_000).step_by(997).map(event).collect();
    let expected: Vec<_> = events.iter().map(|e| keyed(&matcher, e)).collect();
    for count in [18_000, 900, 5_000] {
        (0..count).for_each(|n| add(&matcher, "passing-", n));
        shuffled(count).for_each(|n| remove(&matcher, "passing-", n));
        assert_about_as_many_bytes(&matcher, before);
    }
    for (event, expected) in events.iter().zip(&expected) {
        assert_eq!(keyed(&matcher, event), *expected);
    }
    let kept = (0..6_000).map(|n| format!("kept-{n}").into_bytes());
    assert!(matcher.names().into_iter().eq(kept), "the order is kept");
}

#[test]
fn rules_that_are_replaced_by_others_leave_no_memory_behind() {
    let one_of_each = |n: usize| {
        let matcher = Matcher::new();
        (n..n + 12_000).for_each(|n| add(&matcher, "", n));
        matcher
    };
    let matcher = one_of_each(0);
    for n in 0..24_000 {
        add(&matcher, "", n + 12_000);
        remove(&matcher, "", n);
    }
    assert_about_as_many_bytes(&matcher, one_of_each(24_000).stats().bytes);
}

#[test]
fn nothing_is_left_of_many_rules_that_are_all_gone() {
    let matcher = Matcher::new();
    let empty = matcher.stats();
    for round in 0..2 {
        (0..8_000).for_each(|n| add(&matcher, "", n + round));
        shuffled(8_000).for_each(|n| remove(&matcher, "", n + round));
        let after = matcher.stats();
        assert_eq!((after.rules, after.predicates), (0, 0));
        assert!(after.bytes < empty.bytes + 4096, "{}", after.bytes);
    }
}

/// The full size takes too long where the tests are not optimized: `cargo test --release -- --ignored`.
#[test]
#[ignore = "a million rules"]
fn a_million_rules_leave_no_memory_behind() {
    let matcher = Matcher::new();
    (0..100_000).for_each(|n| add(&matcher, "kept-", n));
    let before = matcher.stats().bytes;
    (0..1_000_000).for_each(|n| add(&matcher, "passing-", n));
    shuffled(1_000_000).for_each(|n| remove(&matcher, "passing-", n));
    assert_about_as_many_bytes(&matcher, before);
}

#[test]
fn any_number_of_readers_can_be_at_work_at_once() {
    const READERS: usize = 200;
    let matcher = Matcher::new();
    add(&matcher, "", 0);
    let event = event(0);
    let all = Barrier::new(READERS);
    let read = |matched: Matched<'_>| {
        // Nobody is done before all have begun.
        all.wait();
        matched.len()
    };
    thread::scope(|scope| {
        for _ in 0..READERS {
            scope.spawn(|| {
                let found = matcher.matching(event.as_bytes(), Form::Strict, read);
                assert_eq!(found, Ok(1));
            });
        }
    });
}

/// Adds a rule that `rule` words, for each number.
fn add_each(matcher: &Matcher, prefix: &str, count: usize, rule: impl Fn(usize) -> String) {
    for n in 0..count {
        let name = format!("{prefix}{n}");
        assert!(matcher.add(name.as_bytes(), rule(n).as_bytes(), Limits::Trusted));
    }
}

#[test]
fn new_rules_are_not_put_where_others_crowd_by_now() {
    let matcher = Matcher::new();
    // At first the source tells these apart best, together with the type.
    add_each(&matcher, "type-", 400, |n| {
        format!(r#"{{"type":["t{}"]}}"#, n % 10)
    });
    add_each(&matcher, "both-", 200, |n| {
        format!(r#"{{"source":["s"],"type":["t{}"]}}"#, n % 10)
    });
    let before = matcher.stats().longest_list;
    // Then there are many more of the same source and type, which differ in something else.
    add_each(&matcher, "name-", 5_000, |n| {
        let kind = n % 10;
        format!(r#"{{"source":["s"],"type":["t{kind}"],"name":[{{"wildcard":"n{n}-*"}}]}}"#)
    });
    let after = matcher.stats().longest_list;
    assert!(after <= before + 16, "{after} after {before}");
    let found = names(&matcher, r#"{"source":"s","type":"t7","name":"n4007-x"}"#);
    assert_eq!(found.len(), 40 + 20 + 1);
}

#[test]
fn a_value_that_becomes_popular_costs_the_rules_that_had_it_early_nothing() {
    let matcher = Matcher::new();
    add_each(&matcher, "early-", 5_000, |n| {
        format!(r#"{{"a":["a{}"],"b":["b{n}"]}}"#, n % 500)
    });
    add_each(&matcher, "late-", 5_000, |n| {
        format!(r#"{{"a":["a7"],"c":["c{n}"]}}"#)
    });
    assert!(matcher.stats().longest_list < 40);
    let found = names(&matcher, r#"{"a":"a7","b":"b507","c":"c9"}"#);
    assert_eq!(found, ["early-507", "late-9"]);
}

#[test]
fn rules_move_to_where_there_is_room_by_now() {
    let matcher = Matcher::new();
    let wildcard = |n: usize| format!(r#""name":[{{"wildcard":"n{}-*"}}]"#, n % 20);
    // The names are asked for so often that these rules stand behind their one source.
    add_each(&matcher, "name-", 10_000, |n| {
        format!("{{{}}}", wildcard(n))
    });
    add_each(&matcher, "both-", 400, |n| {
        format!(r#"{{"source":["s"],{}}}"#, wildcard(n))
    });
    assert!(matcher.stats().longest_list >= 400);
    // The others go, and now the names are the rarer ones.
    (0..10_000).for_each(|n| remove(&matcher, "name-", n));
    let after = matcher.stats().longest_list;
    assert!(after < 40, "{after}");
    assert_eq!(names(&matcher, r#"{"source":"s","name":"n3-x"}"#).len(), 20);
}

/// A text that holds all fragments of the wildcards below, and is long to look through.
fn long_event() -> String {
    let parts: Vec<String> = (0..40).map(|n| format!("w{n}x")).collect();
    format!(r#"{{"a":"{}{}"}}"#, "-".repeat(20_000), parts.join("-"))
}

#[test]
fn a_wildcard_stays_found_however_many_come_and_go() {
    let matcher = Matcher::new();
    let add = |n: usize| {
        let pattern = format!(r#"{{"a":[{{"wildcard":"*w{n}x*"}}]}}"#);
        let name = format!("rule-{n}");
        assert!(matcher.add(name.as_bytes(), pattern.as_bytes(), Limits::Trusted));
    };
    (0..3).for_each(add);
    let event = long_event();
    let is_done = AtomicBool::new(false);
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while !is_done.load(Relaxed) {
                    let found = names(&matcher, &event);
                    for n in 0..3 {
                        assert!(found.contains(&format!("rule-{n}")), "{found:?}");
                    }
                }
            });
        }
        let _end = End(&is_done);
        for _ in 0..40 {
            (3..40).for_each(add);
            (3..40).for_each(|n| remove(&matcher, "rule-", n));
        }
    });
}

#[test]
fn rules_that_many_values_satisfy_are_named_once() {
    let matcher = Matcher::new();
    let pattern = r#"{"a":[{"wildcard":"*x*"},{"equals-ignore-case":"AXB"}]}"#;
    add_each(&matcher, "", 200, |_| pattern.to_owned());
    let event = format!(r#"{{"a":[{}"axb"]}}"#, r#""axb","#.repeat(5_000));
    assert_eq!(names(&matcher, &event).len(), 200);
}
