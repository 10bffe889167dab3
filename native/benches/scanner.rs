//! How fast JSON texts are indexed and checked, for each kernel.
//!
//! Prints gigabytes a second, the median of interleaved rounds, for three sets of generated events:
//! envelopes of AWS services, the same ones indented, and map features full of numbers. An argument
//! selects the measurements whose names contain it.

use std::hint::black_box;
use std::time::Instant;

use eventmatch_native::json::{Kernel, Tokens, Utf8, fault, is_valid, is_valid_stepwise};

mod generated;

use generated::{envelope, feature};

const ROUNDS: usize = 101;

fn main() {
    let envelopes: Vec<String> = (0..1200).map(envelope).collect();
    let indented = envelopes.iter().map(|text| indent(text)).collect();
    let features = (0..2000).map(feature).collect();
    for (name, events) in [
        ("aws", envelopes),
        ("aws indented", indented),
        ("features", features),
    ] {
        measure(name, &events);
    }
}

type Work = Box<dyn FnMut(&[u8]) -> bool>;

/// Everything that is measured, by name.
fn works() -> Vec<(String, Work)> {
    let mut works: Vec<(String, Work)> = Vec::new();
    for kernel in Kernel::ALL {
        let all = [(); 3].map(|()| Tokens::with_kernel(kernel));
        let [Some(mut one), Some(mut two), Some(mut three)] = all else {
            continue;
        };
        works.push((
            format!("{kernel:?} index"),
            Box::new(move |text| one.index(text, Utf8::Check)),
        ));
        works.push((
            format!("{kernel:?} index + is_valid"),
            Box::new(move |text| two.index(text, Utf8::Check) && is_valid(&mut two)),
        ));
        works.push((
            format!("{kernel:?} index + stepwise"),
            Box::new(move |text| three.index(text, Utf8::Check) && is_valid_stepwise(&three)),
        ));
    }
    works.push((
        "fault".into(),
        Box::new(|text| fault(text, Utf8::Check).is_none()),
    ));
    works
}

fn measure(name: &str, events: &[String]) {
    let bytes: usize = events.iter().map(String::len).sum();
    println!(
        "{name}: {} events of {} bytes",
        events.len(),
        bytes / events.len()
    );
    let wanted = std::env::args()
        .nth(1)
        .filter(|word| !word.starts_with('-'));
    let mut works = works();
    works.retain(|(name, _)| wanted.as_ref().is_none_or(|word| name.contains(word)));
    let mut seconds = vec![Vec::new(); works.len()];
    for _ in 0..ROUNDS {
        for ((name, work), seconds) in works.iter_mut().zip(&mut seconds) {
            let start = Instant::now();
            let is_good = events.iter().all(|event| work(black_box(event.as_bytes())));
            seconds.push(start.elapsed().as_secs_f64());
            assert!(is_good, "{name}");
        }
    }
    for ((name, _), seconds) in works.iter().zip(&mut seconds) {
        seconds.sort_by(f64::total_cmp);
        println!(
            "  {name:<24} {:6.2} GB/s",
            bytes as f64 / seconds[ROUNDS / 2] / 1e9
        );
    }
}

/// Returns the same event with a line for each member and element.
fn indent(text: &str) -> String {
    let (mut out, mut depth, mut in_string, mut is_escaped) = (String::new(), 0, false, false);
    for c in text.chars() {
        let is_plain = !in_string;
        if c == '"' && !is_escaped {
            in_string = !in_string;
        }
        is_escaped = c == '\\' && !is_escaped;
        let line = |depth: usize| format!("\n{}", "  ".repeat(depth));
        match c {
            '{' | '[' if is_plain => {
                depth += 1;
                out += &format!("{c}{}", line(depth));
            }
            '}' | ']' if is_plain => {
                depth -= 1;
                out += &format!("{}{c}", line(depth));
            }
            ',' if is_plain => out += &format!(",{}", line(depth)),
            ':' if is_plain => out += ": ",
            c => out.push(c),
        }
    }
    out
}
