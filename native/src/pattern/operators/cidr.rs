//! `{"cidr": "10.0.0.0/24"}`: an address inside a network.

use crate::pattern::draft::Matcher;
use crate::pattern::operators::digit;
use crate::pattern::reader::Reader;
use crate::value::{Network, address, character};

pub(super) fn read(reader: &mut Reader) -> Option<Matcher> {
    network(&reader.string()?.text()).map(Matcher::Cidr)
}

/// The network that a text is, slashes at its end aside.
fn network(mut text: &[u8]) -> Option<Network> {
    while let Some(rest) = text.strip_suffix(b"/") {
        text = rest;
    }
    let at = memchr::memchr(b'/', text)?;
    let address = address(&text[..at])?;
    let bits = u8::try_from(mask_bits(&text[at + 1..])?).ok()?;
    (bits < address.width()).then(|| Network::around(address, bits))
}

/// The value of a whole number that is not negative, as Java and Python read one.
fn mask_bits(text: &[u8]) -> Option<u32> {
    let is_negative = text.first() == Some(&b'-');
    let mut digits = match text {
        [b'+' | b'-', digits @ ..] => digits,
        digits => digits,
    };
    let mut bits = (!digits.is_empty()).then_some(0_u32)?;
    while let Some((code, length)) = character::first(digits) {
        bits = bits.checked_mul(10)?.checked_add(digit::value(code)?)?;
        digits = &digits[length..];
    }
    (!is_negative || bits == 0).then_some(bits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Address;

    #[test]
    fn masks_are_whole_numbers_below_the_width() {
        let bits = |text: &str| network(text.as_bytes()).map(|network| network.bits);
        assert_eq!(bits("10.0.0.1/08//"), Some(8));
        assert_eq!(bits("10.0.0.1/+8"), Some(8));
        assert_eq!(bits("10.0.0.1/-0"), Some(0));
        assert_eq!(bits("::/١٢٧"), Some(127));
        for text in [
            "10.0.0.1",
            "10.0.0.1/32",
            "::/128",
            "::ffff:1:1/32",
            "10.0.0.1/8/8",
            "/8",
        ] {
            assert_eq!(bits(text), None, "{text}");
        }
        for text in [
            "10.0.0.1/",
            "10.0.0.1/-8",
            "10.0.0.1/ 8",
            "1.1.1.1/99999999999",
            "::/+",
        ] {
            assert_eq!(bits(text), None, "{text}");
        }
    }

    #[test]
    fn host_bits_are_cleared() {
        let network = network(b"10.0.0.5/24").map(|network| network.address);
        assert_eq!(network, Some(Address::V4(0x0A00_0000)));
    }
}
