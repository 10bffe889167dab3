//! Drives the crate quamina by the line protocol that ../../README.md describes.

use std::error::Error;
use std::fs::{self, File};
use std::hint::black_box;
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::sync::Arc;
use std::time::{Duration, Instant};

use quamina::{Quamina, QuaminaBuilder};

type Outcome<T> = Result<T, Box<dyn Error>>;

/// The default of 10 MB would refuse the workloads of 100,000 rules.
const ARENA_BYTES: usize = 8 << 30;

struct Harness {
    matcher: Quamina<Arc<str>>,
    events: Vec<Vec<u8>>,
}

fn main() -> Outcome<()> {
    let mut harness = Harness {
        matcher: QuaminaBuilder::new()
            .with_arena_byte_budget(ARENA_BYTES)
            .build()?,
        events: Vec::new(),
    };
    println!("ok");
    for line in io::stdin().lines() {
        let line = line?;
        if line == "quit" {
            break;
        }
        let (command, operand) = line.split_once(' ').unwrap_or((&line, ""));
        match harness.carry_out(command, operand) {
            Ok(result) => println!("ok {result}"),
            Err(problem) => println!("error {}", problem.to_string().replace('\n', " ")),
        }
    }
    Ok(())
}

impl Harness {
    fn carry_out(&mut self, command: &str, operand: &str) -> Outcome<u128> {
        match command {
            "add" => self.add(operand),
            "remove" => self.remove(operand),
            "events" => self.read_events(operand),
            "check" => self.check(operand),
            "match" => self.match_events(operand.parse()?),
            "memory" => memory(),
            _ => Err(format!("unknown command {command}").into()),
        }
    }

    /// Returns the nanoseconds that adding took, without reading the file.
    fn add(&mut self, path: &str) -> Outcome<u128> {
        let mut taken = Duration::ZERO;
        for line in BufReader::new(File::open(path)?).lines() {
            let line = line?;
            let (name, pattern) = line.split_once('\t').ok_or("a rule has no tab")?;
            let started = Instant::now();
            self.matcher.add_pattern(Arc::from(name), pattern)?;
            taken += started.elapsed();
        }
        Ok(taken.as_nanos())
    }

    /// Returns the nanoseconds that removing took, without reading the file.
    fn remove(&mut self, path: &str) -> Outcome<u128> {
        let mut taken = Duration::ZERO;
        for line in BufReader::new(File::open(path)?).lines() {
            let line = line?;
            let (name, _) = line.split_once('\t').ok_or("a rule has no tab")?;
            let started = Instant::now();
            self.matcher.delete_patterns(&Arc::from(name))?;
            taken += started.elapsed();
        }
        Ok(taken.as_nanos())
    }

    fn read_events(&mut self, path: &str) -> Outcome<u128> {
        self.events = fs::read(path)?
            .split(|byte| *byte == b'\n')
            .filter(|line| !line.is_empty())
            .map(<[u8]>::to_vec)
            .collect();
        Ok(self.events.len() as u128)
    }

    fn check(&self, path: &str) -> Outcome<u128> {
        let mut out = BufWriter::new(File::create(path)?);
        for event in &self.events {
            writeln!(out, "{}", self.matcher.matches_for_event(event)?.join("\t"))?;
        }
        out.flush()?;
        Ok(self.events.len() as u128)
    }

    /// Matches `count` events, beginning again after the last; returns the nanoseconds.
    fn match_events(&self, count: usize) -> Outcome<u128> {
        let started = Instant::now();
        let mut left = count;
        while left > 0 {
            let part = left.min(self.events.len());
            for event in &self.events[..part] {
                black_box(self.matcher.matches_for_event(event)?);
            }
            left -= part;
        }
        Ok(started.elapsed().as_nanos())
    }
}

/// Returns the bytes of resident memory.
fn memory() -> Outcome<u128> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status
        .lines()
        .find(|line| line.starts_with("VmRSS:"))
        .ok_or("no VmRSS")?;
    let kilobytes: u128 = line
        .split_whitespace()
        .nth(1)
        .ok_or("no number")?
        .parse()?;
    Ok(kilobytes * 1024)
}
