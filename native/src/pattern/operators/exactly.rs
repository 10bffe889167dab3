//! `{"exactly": "10.0.0.1"}`: this very string.

use crate::pattern::draft::{Draft, Matcher};
use crate::pattern::reader::Reader;

pub(super) fn read(reader: &mut Reader, draft: &mut Draft) -> Option<Matcher> {
    reader.string()?.store(&mut draft.bytes).map(Matcher::Text)
}
