//! All kernels against the scalar one, and all of it against the plain reader.

use crate::json::testing::{Random, mutate, samples, soup};
use crate::json::{Code, Kernel, Tokens, Utf8, fault, is_valid, is_valid_stepwise, skip_value};

/// How many random texts.
const ROUNDS: usize = if cfg!(miri) {
    10
} else if cfg!(debug_assertions) {
    6_000
} else {
    400_000
};

/// What a kernel makes of a text: whether it is good, and the tokens if so.
fn outcome(tokens: &mut Tokens, text: &[u8]) -> Option<(Vec<u32>, Vec<u8>, bool)> {
    tokens.index(text, Utf8::Check).then(|| {
        (
            tokens.positions().to_vec(),
            tokens.leads().to_vec(),
            tokens.has_escapes(),
        )
    })
}

struct Suite {
    tokens: Vec<Tokens>,
}

impl Suite {
    fn new() -> Self {
        Suite {
            tokens: Kernel::ALL
                .into_iter()
                .filter_map(Tokens::with_kernel)
                .collect(),
        }
    }

    /// Checks one text with all kernels.
    fn check(&mut self, text: &[u8]) {
        let shown = || text.escape_ascii().to_string();
        let (scalar, others) = self.tokens.split_first_mut().unwrap();
        let expected = outcome(scalar, text);
        let accepts = expected.is_some() && is_valid_stepwise(scalar);
        assert_eq!(accepts, fault(text, Utf8::Check).is_none(), "{}", shown());
        assert_eq!(
            expected.is_some() && is_valid(scalar),
            accepts,
            "{}",
            shown()
        );
        for other in others {
            assert_eq!(outcome(other, text), expected, "{}", shown());
            assert_eq!(
                expected.is_some() && is_valid(other),
                accepts,
                "{}",
                shown()
            );
        }
    }
}

#[test]
fn samples_are_good() {
    let mut suite = Suite::new();
    for text in samples() {
        assert_eq!(fault(&text, Utf8::Check), None);
        suite.check(&text);
    }
}

#[test]
fn files_of_the_library() {
    let (mut suite, mut random) = (Suite::new(), Random::new(4));
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../patterns/library");
    for entry in std::fs::read_dir(folder).unwrap() {
        let mut text = std::fs::read(entry.unwrap().path()).unwrap();
        assert_eq!(fault(&text, Utf8::Check), None);
        suite.check(&text);
        mutate(&mut text, &mut random);
        suite.check(&text);
    }
}

#[test]
fn mutants() {
    let (mut suite, mut random) = (Suite::new(), Random::new(1));
    let samples = samples();
    for _ in 0..ROUNDS {
        let mut text = random.pick(&samples).clone();
        mutate(&mut text, &mut random);
        suite.check(&text);
    }
}

#[test]
fn soups() {
    let (mut suite, mut random) = (Suite::new(), Random::new(2));
    for _ in 0..ROUNDS {
        let mut text = soup(&mut random);
        suite.check(&text);
        text.splice(0..0, *b"{\"a\":[");
        text.extend_from_slice(b"]}");
        suite.check(&text);
    }
}

/// Things whose bytes must not be torn apart by a block boundary, good and bad.
const PARTS: [&str; 34] = [
    r#""\\""#,
    r#""\"""#,
    r#""\\\"""#,
    r#""\u12aF""#,
    r#""\u12G4""#,
    r#""\u12""#,
    r#""\x""#,
    r#""\""#,
    "\"\n\"",
    "\"\u{e9}\u{20ac}\u{1f600}\"",
    "-122.422e-10",
    "-",
    "1.",
    "1.e5",
    "1e",
    "1e+",
    "00",
    "-00",
    "0.5.5",
    "1e5.5",
    "1e5e5",
    "1.5e5",
    "true",
    "false",
    "null",
    "tru",
    "true1",
    "1true",
    "nullnull",
    "1-1",
    "\"a\":1",
    "[[],{}]",
    "\u{b}",
    "\"\"\"\"",
];

#[test]
fn parts_at_every_offset() {
    let mut suite = Suite::new();
    for part in PARTS {
        for offset in 0..130 {
            for filler in [" ", "1", "\"\","] {
                let filler = filler.repeat(offset);
                for (before, behind) in [("{\"a\":[", "]}"), ("{\"a\":", "}"), ("{\"", "\":1}")] {
                    suite.check(format!("{before}{filler}{part}{behind}").as_bytes());
                    suite.check(format!("{before}{part}{filler}").as_bytes());
                }
            }
        }
    }
}

#[test]
fn texts_cut_off_anywhere() {
    let mut suite = Suite::new();
    for text in samples() {
        (0..text.len()).for_each(|end| suite.check(&text[..end]));
    }
}

#[test]
fn depth_and_number_length() {
    let mut suite = Suite::new();
    for n in [998, 999, 1000, 1001, 1500] {
        for (open, close) in [("[", "]"), ("{\"a\":", "}"), ("[{\"b\":", "}]")] {
            let times = n / open.matches(['[', '{']).count();
            let (open, close) = (open.repeat(times), close.repeat(times));
            suite.check(format!("{{\"a\":{open}1{close}}}").as_bytes());
            suite.check(format!("{{\"a\":{open}1{}", &close[..close.len() - 1]).as_bytes());
        }
    }
    for offset in 0..70 {
        for length in [999, 1000, 1001, 1100] {
            for (start, end) in [("", ""), ("-", ""), ("0.", ""), ("", "e9")] {
                let digits = "1".repeat(length - start.len() - end.len());
                let space = " ".repeat(offset);
                let text = format!("{{\"a\":{space}{start}{digits}{end}  ,\"b\":\"{digits}\"}}");
                suite.check(text.as_bytes());
                let found = fault(text.as_bytes(), Utf8::Check).map(|f| f.code);
                assert_eq!(found, (length > 1000).then_some(Code::NumberLength));
            }
        }
    }
}

#[test]
fn values_are_skipped_whole() {
    let mut suite = Suite::new();
    let deep = format!("{{\"a\":{}{}}}", "[".repeat(999), "]".repeat(999)).into_bytes();
    let long = format!("{{\"a\":[{}0]}}", "{},[[]],".repeat(99)).into_bytes();
    for text in samples().into_iter().chain([deep, long]) {
        for tokens in &mut suite.tokens {
            assert!(tokens.index(&text, Utf8::Trusted) && is_valid(tokens));
            for k in 0..tokens.len() {
                if !matches!(tokens.leads()[k], b'}' | b']' | b':' | b',' | b'"') {
                    let mut behind = k;
                    assert!(skip_value(tokens, &mut behind, 0));
                    assert_eq!(behind, tokens.behind(k));
                }
            }
        }
    }
}

#[test]
fn a_text_is_judged_alone_whatever_was_before() {
    let mut suite = Suite::new();
    for number in 0..4_usize.pow(6) {
        let brackets = (0..6).map(|place| b"{}[]"[number >> (2 * place) & 3]);
        let before: Vec<u8> = b"{".iter().copied().chain(brackets).chain(*b"}").collect();
        suite.check(&before);
        for text in ["{},{}", "{},[]", "{}:{}", "{},\"a\":{}"] {
            suite.check(text.as_bytes());
        }
    }
}
