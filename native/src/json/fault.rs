//! The first fault of a text that is no JSON event, and where it is.

use super::reader::Reader;
use super::tokens::Utf8;

/// How many containers may be open at once, the root included.
pub const MAX_DEPTH: usize = 1000;

/// How many characters a number may have.
pub const MAX_NUMBER_LENGTH: usize = 1000;

/// What is wrong with a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Code {
    /// The text is not UTF-8.
    Encoding,
    /// The text is not JSON.
    Syntax,
    /// The root is not an object.
    NotAnObject,
    /// Something other than white space stands behind the root.
    TrailingContent,
    /// More than [`MAX_DEPTH`] containers are open at once.
    Depth,
    /// A number has more than [`MAX_NUMBER_LENGTH`] characters.
    NumberLength,
}

/// The first fault of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Fault {
    /// What is wrong.
    pub code: Code,
    /// The offset of the byte where the offending part begins.
    pub position: usize,
}

/// Returns the first fault of a text, or `None` if it is a JSON object.
///
/// A text must be UTF-8 before anything else; that the root is no object is told only of a text
/// that is JSON otherwise.
pub fn fault(text: &[u8], utf8: Utf8) -> Option<Fault> {
    if utf8 == Utf8::Check
        && let Err(error) = std::str::from_utf8(text)
    {
        let position = error.valid_up_to();
        return Some(Fault {
            code: Code::Encoding,
            position,
        });
    }
    match Reader::new(text).read() {
        Err(fault) => Some(fault),
        Ok(b'{') => None,
        Ok(_) => Some(Fault {
            code: Code::NotAnObject,
            position: 0,
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Option<(Code, usize)>) {
        let found = fault(text.as_bytes(), Utf8::Check).map(|f| (f.code, f.position));
        assert_eq!(found, expected, "{text:?}");
    }

    #[test]
    fn objects_have_no_fault() {
        for text in [
            "{}",
            " { } ",
            r#"{"a":[1,-0.5e+3,"x\u00e9",true,false,null,{},[]]}"#,
        ] {
            check(text, None);
        }
    }

    #[test]
    fn faults_between_tokens() {
        check("", Some((Code::Syntax, 0)));
        check("  ", Some((Code::Syntax, 2)));
        check("]", Some((Code::Syntax, 0)));
        check("{\"a\":1,}", Some((Code::Syntax, 7)));
        check("{\"a\" 1}", Some((Code::Syntax, 5)));
        check("{\"a\":[1 2]}", Some((Code::Syntax, 8)));
        check("{\"a\":[1}}", Some((Code::Syntax, 7)));
        check("{\"a\":1", Some((Code::Syntax, 6)));
        check("{} x", Some((Code::TrailingContent, 3)));
        check("[] x", Some((Code::TrailingContent, 3)));
        check(" []", Some((Code::NotAnObject, 0)));
    }

    #[test]
    fn faults_in_strings() {
        check("{\"a\n\":1}", Some((Code::Syntax, 3)));
        check(r#"{"\x":1}"#, Some((Code::Syntax, 3)));
        check(r#"{"\u12G4":1}"#, Some((Code::Syntax, 6)));
        check(r#"{"a"#, Some((Code::Syntax, 3)));
    }

    #[test]
    fn faults_in_scalars() {
        check("{\"a\":01}", Some((Code::Syntax, 5)));
        check("{\"a\":1.}", Some((Code::Syntax, 5)));
        check("{\"a\":1.2.}", Some((Code::Syntax, 5)));
        check("{\"a\":1.2.3}", Some((Code::Syntax, 8)));
        check("{\"a\":1e", Some((Code::Syntax, 7)));
        check("{\"a\":1e}", Some((Code::Syntax, 5)));
        check("{\"a\":-.5}", Some((Code::Syntax, 6)));
        check("{\"a\":-x}", Some((Code::Syntax, 5)));
        check("{\"a\":truex}", Some((Code::Syntax, 5)));
        check("{\"a\":trueé}", Some((Code::Syntax, 5)));
        check("{\"a\":true\u{a0}}", Some((Code::Syntax, 9)));
        check("{\"a\":true-}", Some((Code::Syntax, 9)));
        check("{\"a\":NaN}", Some((Code::Syntax, 5)));
    }

    #[test]
    fn limits() {
        let deep = |n| format!("{{\"a\":{}{}}}", "[".repeat(n), "]".repeat(n));
        check(&deep(999), None);
        check(&deep(1000), Some((Code::Depth, 5 + 999)));
        let long = |n| format!("{{\"a\":{}}}", "1".repeat(n));
        check(&long(1000), None);
        check(&long(1001), Some((Code::NumberLength, 5)));
    }

    #[test]
    fn encoding_comes_first() {
        let found = fault(b"{x \"\xe2\x82\"}", Utf8::Check);
        assert_eq!(
            found,
            Some(Fault {
                code: Code::Encoding,
                position: 4
            })
        );
        assert_eq!(fault(b"{\"\xed\xa0\x80\":1}", Utf8::Trusted), None);
    }
}
