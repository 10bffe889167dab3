//! Sequences of add, remove and match, compared with a model: which patterns each name has, and
//! what each of them answers when it is alone in a matcher.

use std::cell::RefCell;

use eventmatch_native::matcher::{Form, Matcher};
use eventmatch_native::pattern::Limits;

use super::parser::names;

/// The most steps that are taken; more find nothing that fewer do not.
const MAX_STEPS: usize = 100;
/// How many patterns there may be.
const MAX_PATTERNS: usize = 600;

/// How many shapes of patterns and of events there are, and how many numbers in them.
const PATTERNS: usize = 16;
const EVENTS: usize = 8;
const NUMBERS: u8 = 32;

/// A shape and the number in it.
type Id = (u8, u8);

thread_local! {
    /// What single patterns answer to single events.
    static VERDICTS: RefCell<Vec<Option<bool>>> = RefCell::default();
}

/// Takes the steps that the bytes tell.
pub fn check(data: &[u8]) {
    let mut bytes = data.iter().copied();
    let mut both = Both::default();
    for _ in 0..MAX_STEPS {
        let Some(byte) = bytes.next() else { break };
        let mut next = || bytes.next().unwrap_or_default();
        let number = byte & 31;
        match byte >> 5 {
            0..=2 => both.add(number, (next(), next())),
            3 => both.remove(number),
            4 => (number..number.saturating_add(next())).for_each(|n| both.remove(n)),
            5 | 6 => both.compare((number, next())),
            _ => both.add_many(number, next(), next()),
        }
    }
    both.end();
}

/// The matcher and the model.
#[derive(Default)]
struct Both {
    matcher: Matcher,
    /// In the order in which the names were first added.
    model: Vec<Rule>,
    /// How many patterns the model has.
    patterns: usize,
}

struct Rule {
    number: u8,
    name: Vec<u8>,
    patterns: Vec<Id>,
}

impl Both {
    fn add(&mut self, number: u8, id: Id) {
        if self.patterns == MAX_PATTERNS {
            return;
        }
        self.patterns += 1;
        let (name, pattern) = (name(number), pattern(id));
        assert!(self.matcher.add(&name, pattern.as_bytes(), Limits::Trusted));
        let known = self.model.iter_mut().find(|rule| rule.number == number);
        match known {
            Some(rule) => rule.patterns.push(id),
            None => self.model.push(Rule {
                number,
                name,
                patterns: vec![id],
            }),
        }
    }

    /// Adds rules that have predicates in common, so many that lists burst.
    fn add_many(&mut self, shape: u8, start: u8, count: u8) {
        for n in 0..count {
            self.add(n.wrapping_add(start), (shape, n.wrapping_mul(start)));
        }
    }

    fn remove(&mut self, number: u8) {
        let place = self.model.iter().position(|rule| rule.number == number);
        assert_eq!(self.matcher.remove(&name(number)), place.is_some());
        if let Some(place) = place {
            self.patterns -= self.model.remove(place).patterns.len();
        }
    }

    fn compare(&self, id: Id) {
        let event = event(id);
        let matches = |rule: &&Rule| rule.patterns.iter().any(|&pattern| verdict(pattern, id));
        let matching = self.model.iter().filter(matches);
        let expected: Vec<&[u8]> = matching.map(|rule| &*rule.name).collect();
        for form in [Form::Strict, Form::Trusted] {
            let found = names(&self.matcher, event.as_bytes(), form);
            assert_eq!(found.expect("a valid event"), expected, "{event}");
        }
        let found = self.matcher.has_match(event.as_bytes(), Form::Strict);
        assert_eq!(found, Ok(!expected.is_empty()), "{event}");
    }

    /// Matches each shape of event once more, then removes everything.
    fn end(mut self) {
        let expected: Vec<&[u8]> = self.model.iter().map(|rule| &*rule.name).collect();
        assert_eq!(self.matcher.names(), expected);
        let number = self.model.len() as u8;
        (0..EVENTS as u8).for_each(|shape| self.compare((shape, number)));
        while let Some(rule) = self.model.last() {
            self.remove(rule.number);
        }
        self.compare((0, 0));
        let stats = self.matcher.stats();
        assert_eq!((stats.rules, stats.predicates), (0, 0), "something is left");
    }
}

/// A name; some are longer than any value.
fn name(number: u8) -> Vec<u8> {
    format!("{number}{}", "-".repeat(usize::from(number % 32))).into_bytes()
}

fn verdict(pattern: Id, event: Id) -> bool {
    let number_of = |(shape, number): Id, shapes: usize| {
        usize::from(shape) % shapes * usize::from(NUMBERS) + usize::from(number % NUMBERS)
    };
    let count = EVENTS * usize::from(NUMBERS);
    let place = number_of(pattern, PATTERNS) * count + number_of(event, EVENTS);
    VERDICTS.with_borrow_mut(|verdicts| {
        verdicts.resize(PATTERNS * usize::from(NUMBERS) * count, None);
        *verdicts[place].get_or_insert_with(|| alone(pattern, event))
    })
}

fn alone(id: Id, event: Id) -> bool {
    let matcher = Matcher::new();
    assert!(matcher.add(b"rule", pattern(id).as_bytes(), Limits::Trusted));
    let found = matcher.has_match(self::event(event).as_bytes(), Form::Strict);
    found.expect("a valid event")
}

/// A pattern that shares its predicates with many others.
fn pattern((shape, number): Id) -> String {
    let (p, q, r) = parts(number);
    match usize::from(shape) % PATTERNS {
        0 => format!(r#"{{"a":["a{p}"],"b":["b{q}"],"c":["c{r}"]}}"#),
        1 => format!(r#"{{"a":["a{p}"],"b":[{{"wildcard":"*b{q}*"}}]}}"#),
        2 => format!(r#"{{"$or":[{{"a":["a{p}"],"c":["c{r}"]}},{{"b":["b{q}"],"n":[{r}]}}]}}"#),
        3 => format!(r#"{{"a":[{{"anything-but":["a{p}","b{q}"]}}],"c":["c{r}"]}}"#),
        4 => format!(r#"{{"n":[{{"numeric":[">=",{q},"<",1{q}]}}],"a":["a{p}"]}}"#),
        5 => format!(r#"{{"a":["a{p}"],"d":[{{"exists":false}}]}}"#),
        6 => format!(r#"{{"d":{{"e":["b{q}"],"f":["c{r}"]}}}}"#),
        7 => format!(r#"{{"d":{{"e":[{{"exists":false}}],"f":["c{r}"]}}}}"#),
        8 => format!(r#"{{"a":[{{"prefix":"a{p}"}}],"b":[{{"suffix":"{q}"}}]}}"#),
        9 => format!(r#"{{"c":[{{"equals-ignore-case":"C{r}"}}],"a":["a{p}"]}}"#),
        10 => format!(r#"{{"b":[{{"cidr":"10.0.{q}.0/2{r}"}}]}}"#),
        11 => format!(r#"{{"n":[{q}.0,{{"numeric":["=",{r}e0]}}]}}"#),
        12 => format!(r#"{{"a":[{{"exists":true}}],"n":[null,true,"b{q}"]}}"#),
        13 => format!(
            r#"{{"b":[{{"anything-but":{{"prefix":"b{q}"}}}}],"a":["a{p}",{{"exists":false}}]}}"#
        ),
        14 => format!(r#"{{"d.e":["b{q}"],"d.g":["a{p}",{{"exists":false}}]}}"#),
        _ => format!(r#"{{"a":["a{p}"],"b":["b{q}","xb{r}y"],"c":["c{q}","c{r}",null]}}"#),
    }
}

/// An event that some of the patterns match.
fn event((shape, number): Id) -> String {
    let (p, q, r) = parts(number);
    match usize::from(shape) % EVENTS {
        0 => format!(r#"{{"a":"a{p}","b":"b{q}","c":"c{r}","n":{r}}}"#),
        1 => format!(
            r#"{{"a":["a{p}","a0"],"b":["xb{q}y","b{q}"],"n":[{q},{r}.0],"d":{{"e":"b{q}"}}}}"#
        ),
        2 => format!(
            r#"{{"d":[{{"e":"b{q}"}},{{"f":"c{r}","g":"a{p}"}},{{"e":"b0","f":"c0"}}],"a":"a{p}"}}"#
        ),
        3 => format!(r#"{{"a":"a{p}","a":"b{q}","c":"C{r}","b":"10.0.{q}.{q}{r}"}}"#),
        4 => format!(
            r#"{{"n":[null,{q},{r}],"a":["a0","a1","a{p}"],"b":["b0","b1","xb{r}y","b{q}"],"c":["c{q}",[["c{r}"]]]}}"#
        ),
        5 => format!(r#"{{"a":"a{p}x","b":"y{q}","n":{q}.5,"c":"c{r}"}}"#),
        6 => format!(
            r#"{{"d":[[{{"e":"b{q}","f":"c{r}"}}],{{"e":["b{q}",{{"x":1}}]}}],"b":"b{q}"}}"#
        ),
        _ => "{}".to_owned(),
    }
}

fn parts(number: u8) -> (u8, u8, u8) {
    (number % 4, number / 4 % 4, number % NUMBERS / 16)
}
