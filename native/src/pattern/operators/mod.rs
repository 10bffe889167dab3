//! The entries of value lists: plain values, and operators with their operands.
//!
//! Each operator has a module with a function that reads its operand, texts and excluded matchers
//! into the draft. `None` means that the entry is not certainly valid.

mod affix;
mod anything_but;
mod cidr;
mod digit;
mod equals_ignore_case;
mod exactly;
mod exists;
mod numeric;
mod plain;
mod wildcard;

use crate::pattern::draft::{Draft, Matcher};
use crate::pattern::reader::Reader;

/// Reads one entry of a value list.
pub(super) fn read(reader: &mut Reader, draft: &mut Draft) -> Option<Matcher> {
    if reader.peek()? != b'{' {
        return plain::read(reader, draft);
    }
    reader.open(b'{')?;
    let name = reader.name()?;
    let matcher = match &*name.text() {
        b"anything-but" => anything_but::read(reader, draft),
        b"cidr" => cidr::read(reader),
        b"equals-ignore-case" => equals_ignore_case::read(reader, draft),
        b"exactly" => exactly::read(reader, draft),
        b"exists" => exists::read(reader),
        b"numeric" => numeric::read(reader),
        b"prefix" => affix::read_prefix(reader, draft),
        b"suffix" => affix::read_suffix(reader, draft),
        b"wildcard" => wildcard::read(reader, draft),
        _ => None,
    }?;
    reader.close(b'}')?;
    Some(matcher)
}
