//! A pattern between its text and the index: flat, and used again for the next pattern.

use crate::value::{Address, Decimal, Network};

/// A stretch of `Draft::bytes`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// Where it begins.
    pub start: u32,
    /// Where it ends, exclusive.
    pub end: u32,
}

/// Comparable numbers from `low` to `high`, both included, in the order of `value::ordered`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interval {
    /// The smallest number inside.
    pub low: u64,
    /// The largest number inside; below `low` where nothing is inside.
    pub high: u64,
}

/// One entry of a value list. Texts are without JSON escapes, in UTF-8 that may hold lone surrogates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Matcher {
    /// `null`.
    Null,
    /// `true`.
    True,
    /// `false`.
    False,
    /// A string that is no IP address, or the operand of `exactly`.
    Text(Span),
    /// A comparable number, or `{"numeric": ["=", n]}`.
    Number(Decimal),
    /// A number that is not comparable: it equals only the same token.
    NumberToken(Span),
    /// A plain string that is an IP address.
    Address(Address),
    /// `cidr`, its host bits cleared.
    Cidr(Network),
    /// `prefix`.
    Prefix(Span),
    /// `suffix`.
    Suffix(Span),
    /// `wildcard`: the text with its stars and backslashes.
    Wildcard(Span),
    /// `equals-ignore-case`.
    AnyCase(Span),
    /// `{"prefix": {"equals-ignore-case": ...}}`.
    PrefixAnyCase(Span),
    /// `{"suffix": {"equals-ignore-case": ...}}`.
    SuffixAnyCase(Span),
    /// `numeric` with an inequality or a range.
    Numeric(Interval),
    /// `{"exists": true}`.
    Exists,
    /// `{"exists": false}`.
    Absent,
    /// `anything-but`: none of `Draft::excluded[start..end]`.
    AnythingBut {
        /// The first excluded matcher.
        start: u32,
        /// One past the last.
        end: u32,
    },
}

/// A path and its value list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Leaf {
    /// The names from the root, joined by dots.
    pub path: Span,
    /// The first of its matchers in `Draft::matchers`.
    pub start: u32,
    /// One past the last.
    pub end: u32,
}

/// One pattern as its sub-rules, each a list of leaves.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Draft {
    /// All texts.
    pub bytes: Vec<u8>,
    /// The value lists, one after the other.
    pub matchers: Vec<Matcher>,
    /// What the matchers of `anything-but` exclude.
    pub excluded: Vec<Matcher>,
    /// Every leaf that was written.
    pub leaves: Vec<Leaf>,
    /// The sub-rules one after the other, as indexes into `leaves`, in the order of their paths.
    pub rule_leaves: Vec<u32>,
    /// Where each sub-rule ends in `rule_leaves`.
    pub rule_ends: Vec<u32>,
}

impl Draft {
    /// Forgets everything but the memory.
    pub fn clear(&mut self) {
        self.bytes.clear();
        self.matchers.clear();
        self.excluded.clear();
        self.leaves.clear();
        self.rule_leaves.clear();
        self.rule_ends.clear();
    }

    /// The bytes of a span.
    #[must_use]
    pub fn text(&self, span: Span) -> &[u8] {
        &self.bytes[span.start as usize..span.end as usize]
    }

    /// The leaves of each sub-rule.
    pub fn rules(&self) -> impl Iterator<Item = &[u32]> {
        let mut start = 0;
        self.rule_ends.iter().map(move |&end| {
            let rule = &self.rule_leaves[start as usize..end as usize];
            start = end;
            rule
        })
    }
}
