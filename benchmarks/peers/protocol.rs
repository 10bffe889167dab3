//! The line protocol that README.md describes, for the harnesses written in Rust.

use std::error::Error;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::time::{Duration, Instant};

/// What a command gives.
pub type Outcome<T> = Result<T, Box<dyn Error>>;

/// The package that a harness holds.
pub trait Engine {
    /// Adds a pattern under a name.
    fn add(&mut self, name: &str, pattern: &str) -> Outcome<()>;

    /// Removes all patterns of a name.
    fn remove(&mut self, name: &str) -> Outcome<()>;

    /// Matches an event; the result goes to `black_box`.
    fn run(&self, event: &[u8]) -> Outcome<()>;

    /// Returns the names that match, with tabs between.
    fn names(&self, event: &[u8]) -> Outcome<String>;

    /// Returns the bytes held beyond the text of names and values, by the engine's own count.
    fn overhead(&self) -> Outcome<u128> {
        Err("the engine does not count".into())
    }
}

/// Answers commands until `quit`.
pub fn serve(engine: impl Engine) -> Outcome<()> {
    let events = Vec::new();
    let mut harness = Harness { engine, events };
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

struct Harness<E> {
    engine: E,
    events: Vec<Vec<u8>>,
}

impl<E: Engine> Harness<E> {
    fn carry_out(&mut self, command: &str, operand: &str) -> Outcome<u128> {
        match command {
            "add" => self.add(operand),
            "remove" => self.remove(operand),
            "events" => self.read_events(operand),
            "check" => self.check(operand),
            "match" => self.match_events(operand.parse()?),
            "memory" => memory(),
            "overhead" => self.engine.overhead(),
            _ => Err(format!("unknown command {command}").into()),
        }
    }

    fn add(&mut self, path: &str) -> Outcome<u128> {
        for_each_rule(path, |name, pattern| self.engine.add(name, pattern))
    }

    fn remove(&mut self, path: &str) -> Outcome<u128> {
        for_each_rule(path, |name, _| self.engine.remove(name))
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
            writeln!(out, "{}", self.engine.names(event)?)?;
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
                self.engine.run(event)?;
            }
            left -= part;
        }
        Ok(started.elapsed().as_nanos())
    }
}

/// Returns the nanoseconds that `change` took for the rules of a file, without reading it.
fn for_each_rule(path: &str, mut change: impl FnMut(&str, &str) -> Outcome<()>) -> Outcome<u128> {
    let mut taken = Duration::ZERO;
    for line in BufReader::new(File::open(path)?).lines() {
        let line = line?;
        let (name, pattern) = line.split_once('\t').ok_or("a rule has no tab")?;
        let started = Instant::now();
        change(name, pattern)?;
        taken += started.elapsed();
    }
    Ok(taken.as_nanos())
}

/// Returns the bytes of resident memory.
fn memory() -> Outcome<u128> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status
        .lines()
        .find(|line| line.starts_with("VmRSS:"))
        .ok_or("no VmRSS")?;
    let kilobytes: u128 = line.split_whitespace().nth(1).ok_or("no number")?.parse()?;
    Ok(kilobytes * 1024)
}
