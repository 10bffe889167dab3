//! Drives the crate quamina.

use std::hint::black_box;
use std::sync::Arc;

use quamina::{Quamina, QuaminaBuilder};

#[path = "../../protocol.rs"]
mod protocol;

use protocol::{Engine, Outcome};

/// The default of 10 MB would refuse the workloads of 100,000 rules.
const ARENA_BYTES: usize = 8 << 30;

struct Peer(Quamina<Arc<str>>);

fn main() -> Outcome<()> {
    let builder = QuaminaBuilder::new().with_arena_byte_budget(ARENA_BYTES);
    protocol::serve(Peer(builder.build()?))
}

impl Engine for Peer {
    fn add(&mut self, name: &str, pattern: &str) -> Outcome<()> {
        Ok(self.0.add_pattern(Arc::from(name), pattern)?)
    }

    fn remove(&mut self, name: &str) -> Outcome<()> {
        self.0.delete_patterns(&Arc::from(name))?;
        Ok(())
    }

    fn run(&self, event: &[u8]) -> Outcome<()> {
        black_box(self.0.matches_for_event(event)?);
        Ok(())
    }

    fn names(&self, event: &[u8]) -> Outcome<String> {
        Ok(self.0.matches_for_event(event)?.join("\t"))
    }
}
