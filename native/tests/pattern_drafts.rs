//! What the draft of a pattern holds.

use eventmatch_native::pattern::{Draft, Interval, Limits, Matcher, Parser};
use eventmatch_native::value::{Address, Decimal, Network, ordered};

fn draft(text: &str) -> Draft {
    let mut draft = Draft::default();
    assert!(
        Parser::new().parse(text.as_bytes(), Limits::Strict, &mut draft),
        "{text}"
    );
    draft
}

fn matchers(values: &str) -> Vec<Matcher> {
    draft(&format!("{{\"a\":[{values}]}}")).matchers
}

/// The matcher's text, with its operator.
fn text(values: &str) -> (String, String) {
    let draft = draft(&format!("{{\"a\":[{values}]}}"));
    let (name, span) = match draft.matchers[0] {
        Matcher::Text(span) => ("text", span),
        Matcher::NumberToken(span) => ("token", span),
        Matcher::Prefix(span) => ("prefix", span),
        Matcher::Suffix(span) => ("suffix", span),
        Matcher::Wildcard(span) => ("wildcard", span),
        Matcher::AnyCase(span) => ("any case", span),
        Matcher::PrefixAnyCase(span) => ("prefix, any case", span),
        Matcher::SuffixAnyCase(span) => ("suffix, any case", span),
        other => panic!("{other:?}"),
    };
    let text = String::from_utf8(draft.text(span).to_vec()).expect("UTF-8");
    (name.to_owned(), text)
}

/// The paths of the sub-rules.
fn rules(text: &str) -> Vec<Vec<String>> {
    let draft = draft(text);
    let path = |&leaf: &u32| draft.text(draft.leaves[leaf as usize].path);
    let shown = |leaf: &u32| String::from_utf8(path(leaf).to_vec()).expect("UTF-8");
    draft
        .rules()
        .map(|rule| rule.iter().map(shown).collect())
        .collect()
}

#[test]
fn texts_lose_their_escapes() {
    for (values, name, expected) in [
        (r#""a\n\ud83d\ude80""#, "text", "a\n🚀"),
        (r#""10.0.0.256""#, "text", "10.0.0.256"),
        (r#"{"exactly":"10.0.0.1"}"#, "text", "10.0.0.1"),
        (r#"1e400"#, "token", "1e400"),
        (r#"{"prefix":"é"}"#, "prefix", "é"),
        (r#"{"suffix":""}"#, "suffix", ""),
        (r#"{"wildcard":"a\\**"}"#, "wildcard", r"a\**"),
        (r#"{"\u0065quals-ignore-case":"X"}"#, "any case", "X"),
        (
            r#"{"prefix":{"equals-ignore-case":"X"}}"#,
            "prefix, any case",
            "X",
        ),
        (
            r#"{"suffix":{"equals-ignore-case":"X"}}"#,
            "suffix, any case",
            "X",
        ),
    ] {
        assert_eq!(text(values), (name.to_owned(), expected.to_owned()));
    }
}

#[test]
fn values_that_are_no_texts() {
    let five = Matcher::Number(Decimal {
        mantissa: 5,
        exponent: 0,
    });
    let network = Network {
        address: Address::V4(0x0A00_0000),
        bits: 24,
    };
    for (values, expected) in [
        ("null", Matcher::Null),
        ("true", Matcher::True),
        ("false", Matcher::False),
        ("50e-1", five),
        (r#"{"numeric":["=",5.0]}"#, five),
        (
            r#""::ffff:0a00:1""#,
            Matcher::Address(Address::V4(0x0A00_0001)),
        ),
        (r#"{"cidr":"10.0.0.7/24"}"#, Matcher::Cidr(network)),
        (r#"{"exists":true}"#, Matcher::Exists),
        (r#"{"exists":false}"#, Matcher::Absent),
    ] {
        assert_eq!(matchers(values), [expected], "{values}");
    }
}

#[test]
fn exclusive_bounds_are_moved_by_one() {
    for (terms, low, high) in [
        ("[\">\",0]", ordered(0.0) + 1, u64::MAX),
        ("[\">=\",-0]", ordered(0.0), u64::MAX),
        ("[\"<\",5]", 0, ordered(5.0) - 1),
        ("[\"<=\",5e0]", 0, ordered(5.0)),
        ("[\">\",-1,\"<=\",2.5]", ordered(-1.0) + 1, ordered(2.5)),
    ] {
        let expected = Matcher::Numeric(Interval { low, high });
        assert_eq!(
            matchers(&format!("{{\"numeric\":{terms}}}")),
            [expected],
            "{terms}"
        );
    }
}

#[test]
fn what_is_excluded_stands_apart() {
    let draft = draft(r#"{"a":["x",{"anything-but":["1.1.1.1","y"]}],"b":[{"anything-but":5}]}"#);
    let [Matcher::Text(x), first, second] = draft.matchers[..] else {
        panic!("{draft:?}");
    };
    assert_eq!(draft.text(x), b"x");
    assert_eq!(first, Matcher::AnythingBut { start: 0, end: 2 });
    assert_eq!(second, Matcher::AnythingBut { start: 2, end: 3 });
    assert!(
        matches!(draft.excluded[0], Matcher::Text(_)),
        "never an address"
    );
}

#[test]
fn sub_rules_are_sorted_by_path() {
    assert_eq!(
        rules(r#"{"b":[1],"a":{"c":[1],"":[1]},"":[1]}"#),
        [["", "a.", "a.c", "b"]]
    );
    assert_eq!(rules(r#"{"":{"":{"a":[1]}}}"#), [["..a"]]);
    assert_eq!(rules(r#"{"\uffff":[1],"🚀":[1]}"#), [["🚀", "\u{FFFF}"]]);
    assert_eq!(rules(r#"{"a":{"b":[1]},"a.b":[2]}"#), [["a.b"]]);
    let either = r#"{"d":{"$or":[{"x":[1]},{"$or":[{"y":[1]},{"z":[1]}]}]},"c":[1]}"#;
    assert_eq!(rules(either), [["c", "d.x"], ["c", "d.y"], ["c", "d.z"]]);
}

#[test]
fn a_parser_forgets_the_pattern_before() {
    let (mut parser, mut draft) = (Parser::new(), Draft::default());
    assert!(!parser.parse(
        br#"{"a":{"$or":[{"b":[1]},{"c":"#,
        Limits::Strict,
        &mut draft
    ));
    assert!(parser.parse(br#"{"a":["x"]}"#, Limits::Strict, &mut draft));
    assert_eq!(draft, self::draft(r#"{"a":["x"]}"#));
}

#[test]
fn limits_do_not_bind_what_is_trusted() {
    let many = |count: usize| {
        let fields: Vec<_> = (0..count).map(|i| format!("\"{i}\":[1]")).collect();
        format!("{{{}}}", fields.join(","))
    };
    let either = r#""$or":[{"a":[1]},{"b":[1]}],"#.repeat(10);
    let combinations = format!("{{{}}}", either.trim_end_matches(','));
    let complex = r#"{"a":[{"wildcard":"*a*b*c*d*e*f*g*h*i*j*"}]}"#.to_owned();
    let long = format!("{{\"a\":[\"{}\"]}}", "x".repeat(5000));
    let (mut parser, mut draft) = (Parser::new(), Draft::default());
    for text in [many(257), combinations, complex, long] {
        assert!(
            !parser.parse(text.as_bytes(), Limits::Strict, &mut draft),
            "{text}"
        );
        assert!(
            parser.parse(text.as_bytes(), Limits::Trusted, &mut draft),
            "{text}"
        );
    }
    assert!(parser.parse(many(256).as_bytes(), Limits::Strict, &mut draft));
}
