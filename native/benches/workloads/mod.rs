//! Rules, events, and the names that match each event: worked out here without the engine.

use serde_json::Value;

use super::generated::{envelope, feature, random};

/// Names and patterns.
pub type Rules = Vec<(String, String)>;

/// What is matched, and the answers.
pub struct Workload {
    pub name: &'static str,
    pub rules: Rules,
    pub events: Vec<String>,
    /// Returns the numbers of the rules that match an event.
    matching: fn(&Value) -> Vec<usize>,
}

impl Workload {
    /// Returns the names that match an event.
    pub fn expected(&self, event: &str) -> Vec<String> {
        let event = serde_json::from_str(event).expect("JSON");
        (self.matching)(&event).into_iter().map(rule_name).collect()
    }
}

/// Rules of the workload "arrays".
const LINES: usize = 60;

const LOTS: [&str; 4] = [
    r#"{"properties":{"LOT_NUM":[{"prefix":"1"}]}}"#,
    r#"{"properties":{"STREET":["TAYLOR"],"LOT_NUM":["500"]}}"#,
    r#"{"properties":{"FROM_ST":[{"suffix":"7"}]}}"#,
    r#"{"properties":{"ODD_EVEN":["E"]},"geometry":{"coordinates":[0]}}"#,
];

/// Returns all workloads.
pub fn all() -> Vec<Workload> {
    let envelopes: Vec<String> = (0..600).map(envelope).collect();
    let features: Vec<String> = (0..600).map(feature).collect();
    let orders: Vec<String> = (0..200).map(order).collect();
    let lots = LOTS.map(String::from).to_vec();
    let buckets = (0..1000).map(bucket).collect();
    let keys = (0..1000).map(key).collect();
    let lines = (0..LINES).map(line).collect();
    vec![
        workload("lots", lots, &features, lots_of),
        workload("aws", buckets, &envelopes, bucket_of),
        workload("wildcard", keys, &envelopes, keys_of),
        workload("ranges 10", ranges(10), &envelopes, |event| {
            size_of(event, 10)
        }),
        workload("ranges 1000", ranges(1000), &envelopes, |event| {
            size_of(event, 1000)
        }),
        workload("arrays", lines, &orders, lines_of),
    ]
}

fn workload(
    name: &'static str,
    patterns: Vec<String>,
    events: &[String],
    matching: fn(&Value) -> Vec<usize>,
) -> Workload {
    let rule = |(n, text)| (rule_name(n), text);
    Workload {
        name,
        rules: patterns.into_iter().enumerate().map(rule).collect(),
        events: events.to_vec(),
        matching,
    }
}

fn rule_name(n: usize) -> String {
    format!("rule-{n}")
}

/// Returns a text of an event, empty if it has none.
fn text<'a>(event: &'a Value, pointer: &str) -> &'a str {
    event
        .pointer(pointer)
        .and_then(Value::as_str)
        .unwrap_or_default()
}

fn number(digits: &str) -> usize {
    digits.parse().expect("digits")
}

fn lots_of(event: &Value) -> Vec<usize> {
    let lot = text(event, "/properties/LOT_NUM");
    let from = text(event, "/properties/FROM_ST");
    let holds = [
        lot.starts_with('1'),
        lot == "500",
        from.ends_with('7'),
        true,
    ];
    (0..holds.len()).filter(|&n| holds[n]).collect()
}

fn bucket(n: usize) -> String {
    format!(
        r#"{{"detail-type":["Object Created"],"detail":{{"bucket":{{"name":["bucket-{n}"]}}}}}}"#
    )
}

fn bucket_of(event: &Value) -> Vec<usize> {
    let name = text(event, "/detail/bucket/name");
    name.strip_prefix("bucket-")
        .map(number)
        .into_iter()
        .collect()
}

fn key(n: usize) -> String {
    format!(r#"{{"detail":{{"object":{{"key":[{{"wildcard":"path/*-{n}*.json"}}]}}}}}}"#)
}

fn keys_of(event: &Value) -> Vec<usize> {
    let path = text(event, "/detail/object/key");
    let digits = path
        .trim_start_matches("path/to/object-")
        .trim_end_matches(".json");
    (1..=digits.len().min(3))
        .map(|len| number(&digits[..len]))
        .collect()
}

/// Returns ranges side by side: each size lies in one.
fn ranges(count: usize) -> Vec<String> {
    let width = 1_000_000 / count;
    let range = |n| {
        let (low, high) = (n * width, (n + 1) * width);
        format!(r#"{{"detail":{{"object":{{"size":[{{"numeric":[">=",{low},"<",{high}]}}]}}}}}}"#)
    };
    (0..count).map(range).collect()
}

fn size_of(event: &Value, count: u64) -> Vec<usize> {
    let size = event.pointer("/detail/object/size").and_then(Value::as_u64);
    size.map(|size| (size / (1_000_000 / count)) as usize)
        .into_iter()
        .collect()
}

fn sku(n: usize) -> String {
    format!("sku-{}", n % 20)
}

fn state(n: usize) -> String {
    format!("state-{}", n % 3)
}

fn line(n: usize) -> String {
    format!(
        r#"{{"detail":{{"lines":{{"sku":["{}"],"state":["{}"]}}}}}}"#,
        sku(n),
        state(n)
    )
}

fn lines_of(event: &Value) -> Vec<usize> {
    let lines = event["detail"]["lines"].as_array().expect("an array");
    let is_line = |line: &Value, n| line["sku"] == sku(n) && line["state"] == state(n);
    (0..LINES)
        .filter(|&n| lines.iter().any(|line| is_line(line, n)))
        .collect()
}

/// Returns an order of up to forty lines.
fn order(i: usize) -> String {
    let line = |n| {
        let (sku, state) = (sku(random(i, n)), state(random(i, n + 100)));
        format!(
            r#"{{"sku":"{sku}","state":"{state}","quantity":{}}}"#,
            n + 1
        )
    };
    let lines: Vec<String> = (0..random(i, 200) % 40).map(line).collect();
    format!(
        r#"{{"source":"shop","detail":{{"lines":[{}]}}}}"#,
        lines.join(",")
    )
}
