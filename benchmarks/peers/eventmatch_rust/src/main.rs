//! Drives the native engine of eventmatch without Python: the native loop.

use std::hint::black_box;

use eventmatch_native::matcher::{Form, Matched, Matcher, Refusal};
use eventmatch_native::pattern::Limits;

#[path = "../../protocol.rs"]
mod protocol;

use protocol::{Engine, Outcome};

struct Native(Matcher);

fn main() -> Outcome<()> {
    protocol::serve(Native(Matcher::new()))
}

impl Engine for Native {
    fn add(&mut self, name: &str, pattern: &str) -> Outcome<()> {
        let (name, text) = (name.as_bytes(), pattern.as_bytes());
        // As in Python: what is not certainly valid is added as one that was validated elsewhere.
        if self.0.add(name, text, Limits::Strict) || self.0.add(name, text, Limits::Trusted) {
            return Ok(());
        }
        Err(format!("refused: {pattern}").into())
    }

    fn remove(&mut self, name: &str) -> Outcome<()> {
        self.0.remove(name.as_bytes());
        Ok(())
    }

    /// Asks for the key of each name, as the Python call does: it stands for the name.
    fn run(&self, event: &[u8]) -> Outcome<()> {
        self.matching(event, |matched| {
            for n in 0..matched.len() {
                black_box(matched.key(n));
            }
        })
    }

    fn names(&self, event: &[u8]) -> Outcome<String> {
        let text = self.matching(event, |matched| {
            let mut text = Vec::new();
            for n in 0..matched.len() {
                if n > 0 {
                    text.push(b'\t');
                }
                matched.name(n, &mut text);
            }
            text
        })?;
        Ok(String::from_utf8(text)?)
    }

    fn overhead(&self) -> Outcome<u128> {
        let stats = self.0.stats();
        Ok((stats.bytes - stats.text_bytes) as u128)
    }
}

impl Native {
    fn matching<R>(&self, event: &[u8], read: impl FnOnce(Matched<'_>) -> R) -> Outcome<R> {
        let refused = |Refusal { code, .. }| format!("refused: {code}").into();
        self.0.matching(event, Form::Strict, read).map_err(refused)
    }
}
