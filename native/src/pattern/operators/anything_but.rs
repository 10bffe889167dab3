//! `{"anything-but": ...}`: a value that is none of these.

use crate::pattern::draft::{Draft, Matcher, Span};
use crate::pattern::operators::{equals_ignore_case, exactly, wildcard};
use crate::pattern::reader::Reader;
use crate::value::{comparable, decimal};

/// How one excluded entry is read.
type Read = fn(&mut Reader, &mut Draft) -> Option<Matcher>;

pub(super) fn read(reader: &mut Reader, draft: &mut Draft) -> Option<Matcher> {
    let start = u32::try_from(draft.excluded.len()).ok()?;
    match reader.peek()? {
        b'{' => nested(reader, draft)?,
        b'[' => list(reader, draft)?,
        b'"' => push(reader, draft, exactly::read)?,
        _ => push(reader, draft, number)?,
    }
    let end = u32::try_from(draft.excluded.len()).ok()?;
    (start < end).then_some(Matcher::AnythingBut { start, end })
}

fn push(reader: &mut Reader, draft: &mut Draft, read: Read) -> Option<()> {
    let matcher = read(reader, draft)?;
    draft.excluded.push(matcher);
    Some(())
}

/// Reads a list of only strings or only numbers.
fn list(reader: &mut Reader, draft: &mut Draft) -> Option<()> {
    reader.open(b'[')?;
    reader.goes_on(b']', true)?.then_some(())?;
    let read = if reader.peek()? == b'"' {
        exactly::read
    } else {
        number as Read
    };
    entries(reader, draft, read)
}

/// Reads the entries of an open list that holds one at least.
fn entries(reader: &mut Reader, draft: &mut Draft, read: Read) -> Option<()> {
    push(reader, draft, read)?;
    while reader.goes_on(b']', false)? {
        push(reader, draft, read)?;
    }
    Some(())
}

fn number(reader: &mut Reader, _: &mut Draft) -> Option<Matcher> {
    let token = reader.number()?;
    comparable(token)?;
    decimal(token).map(Matcher::Number)
}

/// Reads a nested operator with a string or a list of strings.
fn nested(reader: &mut Reader, draft: &mut Draft) -> Option<()> {
    reader.open(b'{')?;
    let read: Read = match &*reader.name()?.text() {
        b"prefix" => prefix,
        b"suffix" => suffix,
        b"equals-ignore-case" => equals_ignore_case::read,
        b"wildcard" => wildcard::read,
        _ => return None,
    };
    if reader.peek()? == b'[' {
        reader.open(b'[')?;
        reader.goes_on(b']', true)?.then_some(())?;
        entries(reader, draft, read)?;
    } else {
        push(reader, draft, read)?;
    }
    reader.close(b'}')
}

fn prefix(reader: &mut Reader, draft: &mut Draft) -> Option<Matcher> {
    affix(reader, draft).map(Matcher::Prefix)
}

fn suffix(reader: &mut Reader, draft: &mut Draft) -> Option<Matcher> {
    affix(reader, draft).map(Matcher::Suffix)
}

/// Reads a string that is not empty: an empty one would exclude every string.
fn affix(reader: &mut Reader, draft: &mut Draft) -> Option<Span> {
    let text = reader.string()?.store(&mut draft.bytes)?;
    (text.start < text.end).then_some(text)
}
