//! The limits on a pattern as a whole.

/// Containers inside one another, the root included.
pub(super) const MAX_DEPTH: u32 = 1000;
/// Bytes of one number token.
pub(super) const MAX_NUMBER_LENGTH: usize = 1000;
/// Paths of one sub-rule.
pub(super) const MAX_PATHS: usize = 256;
/// Sub-rules of one pattern.
pub(super) const MAX_COMBINATIONS: u32 = 1000;
/// The wildcard complexity of one field.
pub(super) const MAX_COMPLEXITY: u32 = 10;
/// Characters of a pattern.
const MAX_LENGTH: usize = 4096;

/// Which limits `Parser::parse` keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limits {
    /// All limits of the dialect "eventbridge".
    Strict,
    /// Only those of the grammar: someone else has found the pattern valid. Its text may also hold
    /// lone surrogates, each in three bytes.
    Trusted,
}

impl Limits {
    /// Whether the text is of the right encoding and short enough.
    pub(super) fn allow_text(self, text: &[u8]) -> bool {
        match self {
            Self::Strict => is_short(text) && simdutf8::basic::from_utf8(text).is_ok(),
            Self::Trusted => u32::try_from(text.len()).is_ok() && is_generalized_utf8(text),
        }
    }
}

fn is_short(text: &[u8]) -> bool {
    let is_first = |&&byte: &&u8| byte & 0xC0 != 0x80;
    text.len() <= MAX_LENGTH
        || text.len() <= 4 * MAX_LENGTH && text.iter().filter(is_first).count() <= MAX_LENGTH
}

/// Whether a text is UTF-8 but for surrogates, which stand there in three bytes each.
fn is_generalized_utf8(mut text: &[u8]) -> bool {
    while let Err(fault) = std::str::from_utf8(text) {
        let Some([0xED, 0xA0..=0xBF, 0x80..=0xBF, rest @ ..]) = text.get(fault.valid_up_to()..)
        else {
            return false;
        };
        text = rest;
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_trusted_texts_may_hold_surrogates() {
        let text = b"{\"a\":[\"\xED\xA0\x80\xED\xBF\xBF\"]}";
        assert!(!Limits::Strict.allow_text(text) && Limits::Trusted.allow_text(text));
        assert!(!Limits::Trusted.allow_text(b"\xED\xA0") && !Limits::Trusted.allow_text(b"\xFF"));
    }

    #[test]
    fn length_counts_characters() {
        let text = |count| "🚀".repeat(count).into_bytes();
        assert!(Limits::Strict.allow_text(&text(4096)));
        assert!(!Limits::Strict.allow_text(&text(4097)) && Limits::Trusted.allow_text(&text(4097)));
    }
}
