//! Plain values: `"running"`, `5`, `true`, `null`, and strings that are IP addresses.

use crate::pattern::draft::{Draft, Matcher, Span};
use crate::pattern::reader::Reader;
use crate::value::{address, comparable, decimal};

pub(super) fn read(reader: &mut Reader, draft: &mut Draft) -> Option<Matcher> {
    match reader.peek()? {
        b'"' => string(reader, draft),
        b'-' | b'0'..=b'9' => number(reader, draft),
        _ => literal(reader),
    }
}

fn string(reader: &mut Reader, draft: &mut Draft) -> Option<Matcher> {
    let span = reader.string()?.store(&mut draft.bytes)?;
    let Some(address) = address(draft.text(span)) else {
        return Some(Matcher::Text(span));
    };
    draft.bytes.truncate(span.start as usize);
    Some(Matcher::Address(address))
}

fn number(reader: &mut Reader, draft: &mut Draft) -> Option<Matcher> {
    let token = reader.number()?;
    if comparable(token).is_some() {
        return decimal(token).map(Matcher::Number);
    }
    let start = u32::try_from(draft.bytes.len()).ok()?;
    draft.bytes.extend_from_slice(token);
    let end = u32::try_from(draft.bytes.len()).ok()?;
    Some(Matcher::NumberToken(Span { start, end }))
}

fn literal(reader: &mut Reader) -> Option<Matcher> {
    match reader.literal()? {
        b"true" => Some(Matcher::True),
        b"false" => Some(Matcher::False),
        _ => Some(Matcher::Null),
    }
}
