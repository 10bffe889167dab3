//! Times the native loop: `time_rules RULES EVENTS [ROUNDS]`.
//!
//! RULES holds one JSON object a line, `{"name": ..., "pattern": ...}` with the pattern as text;
//! EVENTS one event a line. Prints one JSON object: seconds of the median round, events, matches,
//! adds a second, bytes a rule.

use std::sync::LazyLock;
use std::time::Instant;

use eventmatch_native::matcher::{Form, Matcher};
use eventmatch_native::pattern::Limits;

/// Seconds that this process had a processor, where the system tells; else seconds gone by.
fn clock() -> f64 {
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    let on_cpu = std::fs::read_to_string("/proc/self/schedstat").ok();
    let nanoseconds = on_cpu.and_then(|text| text.split(' ').next()?.parse::<f64>().ok());
    nanoseconds.map_or_else(
        || START.elapsed().as_secs_f64(),
        |nanoseconds| nanoseconds / 1e9,
    )
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, rules, events, rest @ ..] = arguments.as_slice() else {
        eprintln!("usage: time_rules RULES EVENTS [ROUNDS]");
        std::process::exit(2);
    };
    let rounds: usize = rest
        .first()
        .map_or(Ok(7), |rounds| rounds.parse())
        .expect("ROUNDS: a number");
    let rules = std::fs::read(rules).expect("RULES: a file");
    let rules: Vec<serde_json::Value> = rules
        .split(|&byte| byte == b'\n')
        .filter(|line| !line.is_empty())
        .map(|line| serde_json::from_slice(line).expect("RULES: JSON lines"))
        .collect();
    let events = std::fs::read(events).expect("EVENTS: a file");
    let events: Vec<&[u8]> = events
        .split(|&byte| byte == b'\n')
        .filter(|line| !line.is_empty())
        .collect();

    let text = |rule: &serde_json::Value, what: &str| {
        rule[what].as_str().map(str::to_owned).expect("text")
    };
    let rules: Vec<(String, String)> = rules
        .iter()
        .map(|rule| (text(rule, "name"), text(rule, "pattern")))
        .collect();
    let matcher = Matcher::new();
    let started = Instant::now();
    for (name, pattern) in &rules {
        let is_added = matcher.add(name.as_bytes(), pattern.as_bytes(), Limits::Strict)
            || matcher.add(name.as_bytes(), pattern.as_bytes(), Limits::Trusted);
        assert!(is_added, "{pattern}");
    }
    let adding = started.elapsed().as_secs_f64();
    let mut matches = 0;
    let pass = |matches: &mut usize| {
        *matches = 0;
        for event in &events {
            *matches += matcher
                .matching(event, Form::Strict, |matched| matched.len())
                .expect("a valid event");
        }
    };
    // The first passes warm up, and tell how many make a round that the clock can measure.
    let started = Instant::now();
    let mut passes = 0;
    while passes == 0 || started.elapsed().as_secs_f64() < 0.1 {
        pass(&mut matches);
        passes += 1;
    }
    let mut taken: Vec<f64> = Vec::new();
    for _ in 0..rounds {
        let started = clock();
        (0..passes).for_each(|_| pass(&mut matches));
        taken.push((clock() - started) / f64::from(passes));
    }
    taken.sort_by(f64::total_cmp);
    let stats = matcher.stats();
    let median = taken[taken.len() / 2];
    println!(
        "{{\"seconds\": {median:.6}, \"events\": {}, \"events_per_s\": {:.0}, \"matches\": {matches}, \
         \"adds_per_s\": {:.0}, \"bytes_a_rule_beyond_text\": {:.1}, \"longest_list\": {}}}",
        events.len(),
        events.len() as f64 / median,
        rules.len() as f64 / adding,
        (stats.bytes as f64 - stats.text_bytes as f64) / rules.len().max(1) as f64,
        stats.longest_list,
    );
}
