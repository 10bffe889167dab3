//! The scanner: one verdict by all kernels, by the plain reader and by `serde_json`.

use std::sync::LazyLock;

use eventmatch_native::json::{
    Code, Fault, Kernel, Tokens, Utf8, fault, is_valid, is_valid_stepwise, skip_value,
};
use eventmatch_native::matcher::{Form, Matcher};
use eventmatch_native::pattern::Limits;
use serde_json::value::RawValue;

/// Rules that look at everything that an event may have at some names.
const RULES: [&str; 8] = [
    r#"{"a":["x",1,null,{"prefix":"y"},{"suffix":"z"},{"cidr":"10.0.0.0/8"}]}"#,
    r#"{"a":[{"wildcard":"*x*"},{"equals-ignore-case":"aB"},{"numeric":[">",0,"<",9]}]}"#,
    r#"{"a":{"b":[{"anything-but":["c"]}],"":[{"exists":true}]}}"#,
    r#"{"detail":{"state":[{"prefix":{"equals-ignore-case":"r"}}],"n":[1.5]}}"#,
    r#"{"a":[{"exists":false}],"b":[1,2.5,"x"]}"#,
    r#"{"b":[17]}"#,
    r#"{"source":[{"anything-but":{"wildcard":"a*"}}],"b":{"c":[true]}}"#,
    r#"{"l":{"a":[{"exists":true}],"b":[{"anything-but":[3]}]}}"#,
];

static MATCHER: LazyLock<Matcher> = LazyLock::new(|| {
    let matcher = Matcher::new();
    for rule in RULES {
        assert!(matcher.add(rule.as_bytes(), rule.as_bytes(), Limits::Strict));
    }
    matcher
});

/// Checks one text.
pub fn check(text: &[u8]) {
    let found = fault(text, Utf8::Check);
    check_kernels(text, Utf8::Check, found.is_none());
    check_serde(text, found);
    let trusted = fault(text, Utf8::Trusted);
    if std::str::from_utf8(text).is_ok() {
        assert_eq!(
            trusted, found,
            "the encoding is good, so trust changes nothing"
        );
    }
    // What is no UTF-8 must never be trusted; even so, nothing may break.
    check_kernels(text, Utf8::Trusted, trusted.is_none());
    check_trusted(text, found.is_none());
}

/// Whoever trusts a text wrongly gets some answer; for an event it is the right one.
fn check_trusted(text: &[u8], is_event: bool) {
    let keys = |form| {
        MATCHER.matching(text, form, |matched| {
            (0..matched.len())
                .map(|n| matched.key(n))
                .collect::<Vec<_>>()
        })
    };
    let trusted = keys(Form::Trusted);
    if is_event {
        assert_eq!(trusted, keys(Form::Strict), "trusted and strict");
    }
}

fn check_kernels(text: &[u8], utf8: Utf8, expected: bool) {
    let mut first = None;
    for kernel in Kernel::ALL {
        let Some(mut tokens) = Tokens::with_kernel(kernel) else {
            continue;
        };
        // What another text has left in the memory must not matter.
        let before: Vec<u8> = text.iter().rev().copied().collect();
        let _ = tokens.index(&before, utf8) && is_valid(&mut tokens);
        let is_good = tokens.index(text, utf8);
        let accepts = is_good && is_valid(&mut tokens);
        assert_eq!(accepts, expected, "{kernel:?}, {utf8:?}");
        if is_good {
            assert_eq!(is_valid_stepwise(&tokens), expected, "{kernel:?}, {utf8:?}");
        }
        if accepts {
            check_skipping(&tokens);
        }
        let outcome = is_good.then(|| {
            let (positions, leads) = (tokens.positions().to_vec(), tokens.leads().to_vec());
            (positions, leads, tokens.has_escapes())
        });
        assert_eq!(
            *first.get_or_insert_with(|| outcome.clone()),
            outcome,
            "{kernel:?}, {utf8:?}"
        );
    }
}

/// Compares the two ways to find the end of a value, for some values of a valid text.
fn check_skipping(tokens: &Tokens) {
    let begins_value = |&k: &usize| !matches!(tokens.leads()[k], b'}' | b']' | b':' | b',' | b'"');
    for k in (0..tokens.len()).filter(begins_value).take(40) {
        let mut behind = k;
        assert!(skip_value(tokens, &mut behind, 0));
        assert_eq!(tokens.behind(k), behind);
    }
}

/// Compares the verdict with that of `serde_json`, which takes any root, and limits neither depth
/// nor numbers where it only looks for the end of a value.
fn check_serde(text: &[u8], found: Option<Fault>) {
    let accepts =
        std::str::from_utf8(text).is_ok_and(|text| serde_json::from_str::<&RawValue>(text).is_ok());
    match found.map(|fault| fault.code) {
        None | Some(Code::NotAnObject) => assert!(accepts, "serde_json refuses"),
        Some(Code::Encoding | Code::Syntax | Code::TrailingContent) => {
            assert!(!accepts, "serde_json accepts")
        }
        Some(Code::Depth | Code::NumberLength) => {}
    }
}
