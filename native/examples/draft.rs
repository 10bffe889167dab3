//! Reads patterns from standard input, each as a JSON string on a line of its own, and writes the
//! drafts as JSON, one a line: the sub-rules, or `null`. Texts are in hexadecimal.
//!
//! `draft strict` keeps all limits, `draft trusted` only those of the grammar.

use std::fmt::Write as _;
use std::io::{self, BufRead, Write as _};

use eventmatch_native::pattern::{Draft, Limits, Matcher, Parser, Span};
use eventmatch_native::value::{Address, unescape};

fn main() -> io::Result<()> {
    let is_trusted = std::env::args().nth(1).as_deref() == Some("trusted");
    let limits = if is_trusted {
        Limits::Trusted
    } else {
        Limits::Strict
    };
    let (mut parser, mut draft) = (Parser::new(), Draft::default());
    let mut out = io::BufWriter::new(io::stdout().lock());
    for line in io::stdin().lock().split(b'\n') {
        let line = line?;
        let mut text = Vec::new();
        unescape(&line[1..line.len() - 1], &mut text);
        let is_valid = parser.parse(&text, limits, &mut draft);
        let shown = if is_valid {
            rules(&draft)
        } else {
            "null".to_owned()
        };
        writeln!(out, "{shown}")?;
    }
    out.flush()
}

fn rules(draft: &Draft) -> String {
    list(draft.rules().map(|rule| {
        list(rule.iter().map(|&leaf| {
            let leaf = draft.leaves[leaf as usize];
            let matchers = &draft.matchers[leaf.start as usize..leaf.end as usize];
            let values = list(matchers.iter().map(|matcher| shown(draft, matcher)));
            format!("[{},{values}]", hex(draft, leaf.path))
        }))
    }))
}

fn list(items: impl Iterator<Item = String>) -> String {
    format!("[{}]", items.collect::<Vec<_>>().join(","))
}

fn hex(draft: &Draft, span: Span) -> String {
    let mut out = String::from("\"");
    for byte in draft.text(span) {
        let _ = write!(out, "{byte:02x}");
    }
    out + "\""
}

fn shown(draft: &Draft, matcher: &Matcher) -> String {
    let text = |name: &str, span: &Span| format!("[\"{name}\",{}]", hex(draft, *span));
    match matcher {
        Matcher::Null => "[\"null\"]".to_owned(),
        Matcher::True => "[\"true\"]".to_owned(),
        Matcher::False => "[\"false\"]".to_owned(),
        Matcher::Exists => "[\"exists\"]".to_owned(),
        Matcher::Absent => "[\"absent\"]".to_owned(),
        Matcher::Text(span) => text("text", span),
        Matcher::NumberToken(span) => text("token", span),
        Matcher::Prefix(span) => text("prefix", span),
        Matcher::Suffix(span) => text("suffix", span),
        Matcher::Wildcard(span) => text("wildcard", span),
        Matcher::AnyCase(span) => text("any-case", span),
        Matcher::PrefixAnyCase(span) => text("prefix-any-case", span),
        Matcher::SuffixAnyCase(span) => text("suffix-any-case", span),
        Matcher::Number(n) => format!("[\"number\",{},{}]", n.mantissa, n.exponent),
        Matcher::Numeric(i) => format!("[\"numeric\",{},{}]", i.low, i.high),
        Matcher::Address(a) => format!("[\"address\",{}]", address(*a)),
        Matcher::Cidr(n) => format!("[\"cidr\",{},{}]", address(n.address), n.bits),
        Matcher::AnythingBut { start, end } => {
            let excluded = &draft.excluded[*start as usize..*end as usize];
            let values = list(excluded.iter().map(|matcher| shown(draft, matcher)));
            format!("[\"anything-but\",{values}]")
        }
    }
}

fn address(address: Address) -> String {
    match address {
        Address::V4(value) => format!("4,{value}"),
        Address::V6(value) => format!("6,{value}"),
    }
}
