//! Rules that come and go: what readers see meanwhile, and what is left afterwards.

#![allow(clippy::unwrap_used)]

use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread;

use eventmatch_native::matcher::{Form, Matcher};
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
    let read = |matched: eventmatch_native::matcher::Matched<'_>| {
        let name = |n| {
            let mut name = Vec::new();
            matched.name(n, &mut name);
            String::from_utf8(name).unwrap()
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
                while !is_done.load(Relaxed) {
                    for (event, expected) in events.iter().zip(&expected) {
                        let mut found = names(&matcher, event);
                        found.retain(|name| name.starts_with("lasting-"));
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
    assert!(
        after.bytes <= before.bytes + before.bytes / 10,
        "{} bytes after {}",
        after.bytes,
        before.bytes
    );
}
