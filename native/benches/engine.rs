//! How fast the whole engine matches, and how fast rules come and go. `cargo bench --bench engine`
//!
//! Every answer is compared with one that a few lines of plain Rust give; then the median of
//! interleaved rounds is printed. An argument selects the workloads whose names contain it.
//! `count NAME PASSES` only makes so many passes over the events: `instructions.py` counts them.

use std::hint::black_box;
use std::time::Instant;

use eventmatch_native::matcher::{Form, Matcher};
use eventmatch_native::pattern::Limits;

mod generated;
mod workloads;

use workloads::{Rules, Workload};

const ROUNDS: usize = 31;
/// Passes over the events that make a round.
const PASSES: usize = 5;
/// So many rules are added and removed too.
const MANY: usize = 1000;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [command, name, passes] = arguments.as_slice()
        && command == "count"
    {
        count(name, passes.parse().expect("PASSES: a number"));
        return;
    }
    let wanted = arguments.into_iter().find(|word| !word.starts_with('-'));
    let mut workloads = workloads::all();
    workloads.retain(|workload| {
        wanted
            .as_ref()
            .is_none_or(|word| workload.name.contains(word))
    });
    matching(&workloads);
    workloads.retain(|workload| workload.rules.len() >= MANY);
    for workload in &workloads {
        changing(workload);
    }
}

fn count(name: &str, passes: usize) {
    let is_wanted = |workload: &Workload| workload.name == name;
    let workload = workloads::all()
        .into_iter()
        .find(is_wanted)
        .expect("a name");
    let matcher = matcher(&workload.rules);
    for _ in 0..passes {
        pass(&matcher, &workload.events);
    }
    println!("{}", workload.events.len());
}

fn matcher(rules: &Rules) -> Matcher {
    let matcher = Matcher::new();
    for (name, pattern) in rules {
        assert!(
            matcher.add(name.as_bytes(), pattern.as_bytes(), Limits::Strict),
            "{pattern}"
        );
    }
    matcher
}

fn pass(matcher: &Matcher, events: &[String]) {
    for event in events {
        let matched = matcher.matching(black_box(event.as_bytes()), Form::Strict, |matched| {
            (0..matched.len()).fold(0, |keys, n| keys ^ matched.key(n))
        });
        assert!(black_box(matched).is_ok(), "{event}");
    }
}

/// Returns the names that match.
fn answer(matcher: &Matcher, event: &str) -> Vec<String> {
    let names = matcher.matching(event.as_bytes(), Form::Strict, |matched| {
        let name = |n| {
            let mut name = Vec::new();
            matched.name(n, &mut name);
            String::from_utf8(name).expect("UTF-8")
        };
        (0..matched.len()).map(name).collect()
    });
    names.expect("a valid event")
}

fn matching(workloads: &[Workload]) {
    let matchers: Vec<Matcher> = workloads
        .iter()
        .map(|workload| matcher(&workload.rules))
        .collect();
    for (workload, matcher) in workloads.iter().zip(&matchers) {
        for event in &workload.events {
            let expected = workload.expected(event);
            assert_eq!(
                answer(matcher, event),
                expected,
                "{}: {event}",
                workload.name
            );
        }
    }
    let mut seconds = vec![Vec::new(); workloads.len()];
    for _ in 0..ROUNDS {
        for ((workload, matcher), seconds) in workloads.iter().zip(&matchers).zip(&mut seconds) {
            let start = Instant::now();
            for _ in 0..PASSES {
                pass(matcher, &workload.events);
            }
            seconds.push(start.elapsed().as_secs_f64());
        }
    }
    for (workload, seconds) in workloads.iter().zip(&mut seconds) {
        let each = median(seconds) / (PASSES * workload.events.len()) as f64;
        println!(
            "{:<16} {:>10.0} events/s {:>8.0} ns",
            workload.name,
            1.0 / each,
            each * 1e9
        );
    }
}

/// Adds and removes all rules again and again.
fn changing(workload: &Workload) {
    let (mut adding, mut removing) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let start = Instant::now();
        let matcher = matcher(&workload.rules);
        adding.push(start.elapsed().as_secs_f64());
        let start = Instant::now();
        for (name, _) in &workload.rules {
            assert!(matcher.remove(name.as_bytes()), "{name}");
        }
        removing.push(start.elapsed().as_secs_f64());
        assert!(matcher.is_empty());
    }
    let rate = |seconds: &mut [f64]| workload.rules.len() as f64 / median(seconds);
    println!(
        "{:<16} {:>10.0} adds/s {:>10.0} removes/s",
        workload.name,
        rate(&mut adding),
        rate(&mut removing)
    );
}

fn median(seconds: &mut [f64]) -> f64 {
    seconds.sort_by(f64::total_cmp);
    seconds[seconds.len() / 2]
}
