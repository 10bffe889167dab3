//! `{"prefix": "eu-"}` and `{"suffix": ".png"}`, each also in any case.

use crate::pattern::draft::{Draft, Matcher, Span};
use crate::pattern::reader::Reader;

pub(super) fn read_prefix(reader: &mut Reader, draft: &mut Draft) -> Option<Matcher> {
    read(reader, draft, Matcher::Prefix, Matcher::PrefixAnyCase)
}

pub(super) fn read_suffix(reader: &mut Reader, draft: &mut Draft) -> Option<Matcher> {
    read(reader, draft, Matcher::Suffix, Matcher::SuffixAnyCase)
}

/// Reads a string, or an object that holds one behind `equals-ignore-case`.
fn read(
    reader: &mut Reader,
    draft: &mut Draft,
    as_written: fn(Span) -> Matcher,
    any_case: fn(Span) -> Matcher,
) -> Option<Matcher> {
    if reader.peek()? != b'{' {
        return reader.string()?.store(&mut draft.bytes).map(as_written);
    }
    reader.open(b'{')?;
    if *reader.name()?.text() != *b"equals-ignore-case" {
        return None;
    }
    let text = reader.string()?.store(&mut draft.bytes)?;
    reader.close(b'}')?;
    Some(any_case(text))
}
