//! `{"equals-ignore-case": "Running"}`: the string in any case.

use crate::pattern::draft::{Draft, Matcher};
use crate::pattern::reader::Reader;

pub(super) fn read(reader: &mut Reader, draft: &mut Draft) -> Option<Matcher> {
    reader
        .string()?
        .store(&mut draft.bytes)
        .map(Matcher::AnyCase)
}
