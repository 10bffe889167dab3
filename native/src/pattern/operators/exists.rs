//! `{"exists": true}` and `{"exists": false}`: a value stands at the path, or none does.

use crate::pattern::draft::Matcher;
use crate::pattern::reader::Reader;

pub(super) fn read(reader: &mut Reader) -> Option<Matcher> {
    match reader.literal()? {
        b"true" => Some(Matcher::Exists),
        b"false" => Some(Matcher::Absent),
        _ => None,
    }
}
