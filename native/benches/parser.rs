//! How many patterns the parser reads in a second. `cargo bench --bench parser`

use std::hint::black_box;
use std::time::Instant;

use eventmatch_native::pattern::{Draft, Limits, Parser};

/// How often each pattern is read.
const ROUNDS: u32 = 1_000_000;
/// How often that is measured; the fastest counts.
const MEASUREMENTS: u32 = 5;

const PATTERNS: [(&str, &str); 5] = [
    (
        "two exact fields",
        r#"{"source":["com.example.orders"],"detail":{"customer":["customer-123456"]}}"#,
    ),
    (
        "numeric range",
        r#"{"source":["com.example.orders"],"detail":{"total":[{"numeric":[">",0,"<=",5.5]}]}}"#,
    ),
    (
        "wildcard",
        r#"{"source":["aws.iam"],"detail":{"role":[{"wildcard":"arn:aws:*:role/admin*"}]}}"#,
    ),
    (
        "$or",
        r#"{"source":["aws.s3"],"$or":[{"a":["x"]},{"b":[{"exists":false}]}],"detail":{"c":[1]}}"#,
    ),
    (
        "escapes",
        r#"{"source":["caf\u00e9 é"],"detail":{"name":["x",{"prefix":"\"quoted\""}]}}"#,
    ),
];

fn main() {
    let (mut parser, mut draft) = (Parser::new(), Draft::default());
    for (name, text) in PATTERNS {
        let mut best = f64::INFINITY;
        for _ in 0..MEASUREMENTS {
            let start = Instant::now();
            for _ in 0..ROUNDS {
                let text = black_box(text.as_bytes());
                assert!(parser.parse(text, Limits::Strict, &mut draft), "{name}");
            }
            best = best.min(start.elapsed().as_secs_f64());
        }
        println!("{name}: {:.0} patterns/s", f64::from(ROUNDS) / best);
    }
}
