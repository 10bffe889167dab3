//! A slice of what `native/fuzz/` does for hours: its checks on all seeds and some mutants of them.

#![allow(clippy::unwrap_used)]

#[path = "../fuzz/src/lib.rs"]
mod checks;
#[path = "../src/json/testing.rs"]
mod testing;

use std::panic::{AssertUnwindSafe, catch_unwind};

use checks::{changes, parser, scanner, seeds};
use testing::{Random, mutate, samples, soup};

const ROUNDS: usize = if cfg!(debug_assertions) {
    4_000
} else {
    200_000
};

/// Runs a check; a failure tells the input.
fn run(check: fn(&[u8]), input: &[u8]) {
    if catch_unwind(AssertUnwindSafe(|| check(input))).is_err() {
        panic!("found by b\"{}\"", input.escape_ascii());
    }
}

/// Checks all seeds, and mutants of seeds.
fn slice(check: fn(&[u8]), seeds: &[Vec<u8>], rounds: usize) {
    assert!(!seeds.is_empty());
    seeds.iter().for_each(|seed| run(check, seed));
    let mut random = Random::new(rounds as u64);
    for _ in 0..rounds {
        let mut input = random.pick(seeds).clone();
        mutate(&mut input, &mut random);
        run(check, &input);
    }
}

#[test]
fn the_scanner() {
    let seeds = [seeds::written("scanner"), seeds::events(), samples()].concat();
    slice(scanner::check, &seeds, ROUNDS);
    let mut random = Random::new(7);
    (0..ROUNDS / 4).for_each(|_| run(scanner::check, &soup(&mut random)));
}

#[test]
fn the_parser() {
    let seeds = [seeds::written("parser"), seeds::pairs()].concat();
    slice(parser::check, &seeds, ROUNDS);
}

#[test]
fn changes() {
    slice(changes::check, &seeds::written("changes"), ROUNDS / 100);
    let mut random = Random::new(9);
    for _ in 0..ROUNDS / 100 {
        let steps: Vec<u8> = (0..random.below(400))
            .map(|_| random.next() as u8)
            .collect();
        run(changes::check, &steps);
    }
}
