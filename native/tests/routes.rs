//! Events whose shape was met before: they are answered as events are that nothing is known of.

#![allow(clippy::unwrap_used)]

use std::thread;

use eventmatch_native::matcher::{Form, Matcher, Refusal};
use eventmatch_native::pattern::Limits;

const EVENTS: usize = if cfg!(debug_assertions) {
    4_000
} else {
    40_000
};

const PATTERNS: [&str; 12] = [
    r#"{"a":["v1"]}"#,
    r#"{"a":["v2",7,null],"b":{"c":["v1"]}}"#,
    r#"{"b":{"d":["v0",{"prefix":"v3"}]}}"#,
    r#"{"e":{"f":["v1"],"g":["v2"]}}"#,
    r#"{"e":{"f":[{"anything-but":"v1"}],"g":[{"suffix":"2"}]}}"#,
    r#"{"n":[7]}"#,
    r#"{"n":[7],"a":["v1"]}"#,
    r#"{"a":[{"numeric":[">",5]}]}"#,
    r#"{"x":["v1"]}"#,
    r#"{"b":{"c":[{"exists":false}]}}"#,
    r#"{"a-name-of-more-than-16-bytes":["v1",{"wildcard":"v*2"}]}"#,
    r#"{"$or":[{"a":["v3"]},{"e":{"g":["v3",false]}}]}"#,
];

/// Numbers that look random.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % end
    }

    fn one<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.below(of.len())]
    }

    /// A value of the kind that the shape has at this place.
    fn value(&mut self, is_text: bool) -> &'static str {
        if is_text {
            self.one(&[r#""v0""#, r#""v1""#, r#""v2""#, r#""v3""#, r#""\u0076" "#])
        } else {
            self.one(&[
                "7", "7.0", "0", "70e-1", "12", "-1", "null", "false", "true",
            ])
        }
    }

    /// A name, now and then not the one that belongs here.
    fn name(&mut self, name: &'static str) -> &'static str {
        if self.below(60) > 0 {
            return name;
        }
        self.one(&[
            "a",
            "x",
            "b.c",
            r"\u0061",
            "",
            "ab",
            "e",
            "n",
            "a-name-of-more-than-16-bytes",
            "a-name-of-m0re-than-16-bytes",
        ])
    }
}

/// An event of one of few shapes; spaces and the lengths of names and values do not count.
fn event(random: &mut Random, shape: usize) -> String {
    let mut text = String::from("{");
    let space = |random: &mut Random| random.one(&["", "", "", " ", "\n  "]);
    let is_text = |n: usize| shape >> n & 1 == 0;
    let long = "a-name-of-more-than-16-bytes";
    for (n, name) in ["a", "b", "e", "n", long].into_iter().enumerate() {
        let (name, before) = (random.name(name), space(random));
        text += &format!("{}{before}\"{name}\":", if n > 0 { "," } else { "" });
        text += space(random);
        let value = match n {
            1 => {
                let (c, d) = (random.name("c"), random.name("d"));
                let (first, second) = (random.value(is_text(1)), random.value(true));
                format!(
                    r#"{{"{c}":{first},"{d}":[{second},{}]}}"#,
                    random.value(true)
                )
            }
            2 => {
                let mut element = || {
                    let (f, g) = (random.name("f"), random.name("g"));
                    let (first, second) = (random.value(true), random.value(is_text(2)));
                    format!(r#"{{"{f}":{first},"{g}":{second}}}"#)
                };
                format!("[{},{}]", element(), element())
            }
            3 => format!("[{},[{}]]", random.value(false), random.value(false)),
            _ => random.value(is_text(0)).to_string(),
        };
        text += &value;
    }
    text + space(random) + "}"
}

type Answer = Result<Vec<u64>, Refusal>;

fn answer(matcher: &Matcher, event: &str, form: Form) -> Answer {
    matcher.matching(event.as_bytes(), form, |matched| {
        (0..matched.len()).map(|n| matched.key(n)).collect()
    })
}

#[test]
fn what_is_known_changes_no_answer() {
    let (mut random, matcher) = (Random(0x1234_5678_9abc_def1), Matcher::new());
    let other = Matcher::new();
    for (n, pattern) in PATTERNS.iter().enumerate() {
        assert!(matcher.add(n.to_string().as_bytes(), pattern.as_bytes(), Limits::Strict));
    }
    assert!(other.add(b"other", PATTERNS[0].as_bytes(), Limits::Strict));
    let mut matches = 0;
    for n in 0..EVENTS {
        let shape = random.below(8);
        let mut event = event(&mut random, shape);
        if random.below(20) == 0 {
            // Perhaps no event any more.
            let at = random.below(event.len());
            event.replace_range(at..=at, random.one(&["\"", "}", "]", ",", "0", "x"]));
        }
        let form = [Form::Strict, Form::Text][random.below(2)];
        let known = answer(&matcher, &event, form);
        // Another thread has met nothing yet.
        let fresh = thread::scope(|scope| {
            let asked = scope.spawn(|| answer(&matcher, &event, form));
            asked.join().unwrap()
        });
        assert_eq!(known, fresh, "{event}");
        matches += known.map_or(0, |names| names.len());
        match random.below(300) {
            0 => {
                let rule = random.below(PATTERNS.len());
                let (name, text) = (rule.to_string(), PATTERNS[rule].as_bytes());
                if !matcher.remove(name.as_bytes()) {
                    assert!(matcher.add(name.as_bytes(), text, Limits::Strict));
                }
            }
            // The fields of another matcher are not taken for those of this one.
            1 => assert!(answer(&other, &event, form).is_ok() || n > 0),
            _ => {}
        }
    }
    assert!(matches > EVENTS / 2, "{matches}");
}
