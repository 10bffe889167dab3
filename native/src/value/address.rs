//! IP addresses as event patterns know them.
//!
//! Narrower than the usual readings: no zone, port, mask or dotted tail, decimal leading zeros in
//! IPv4, and IPv4-mapped IPv6 is IPv4. Never resolves a name.

/// The longest text of an IPv4 address.
const LONGEST_V4: usize = 15;
/// The longest text of an IPv6 address.
const LONGEST_V6: usize = 39;
/// The groups of an IPv6 address.
const GROUPS: usize = 8;

/// An address; IPv4-mapped IPv6 is IPv4.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Address {
    /// Four octets, the first in the highest bits.
    V4(u32),
    /// Sixteen octets, the first in the highest bits.
    V6(u128),
}

impl Address {
    /// How many bits the family has.
    #[must_use]
    pub fn width(self) -> u8 {
        match self {
            Self::V4(_) => 32,
            Self::V6(_) => 128,
        }
    }
}

/// All addresses of one family that share their first `bits` bits with `address`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Network {
    /// The first address inside.
    pub address: Address,
    /// How many bits count.
    pub bits: u8,
}

impl Network {
    /// The network that an address lies in; `bits` is at most the width of its family.
    #[must_use]
    pub fn around(address: Address, bits: u8) -> Self {
        Self {
            address: first(address, bits),
            bits,
        }
    }

    /// Whether the address lies inside.
    #[must_use]
    pub fn contains(self, address: Address) -> bool {
        first(address, self.bits) == self.address
    }
}

/// The address with all bits behind the first `bits` cleared.
fn first(address: Address, bits: u8) -> Address {
    let host = address.width().saturating_sub(bits).into();
    match address {
        Address::V4(value) => Address::V4(value & u32::MAX.checked_shl(host).unwrap_or(0)),
        Address::V6(value) => Address::V6(value & u128::MAX.checked_shl(host).unwrap_or(0)),
    }
}

/// The address that a text is, if it is one.
#[must_use]
pub fn address(text: &[u8]) -> Option<Address> {
    if text.len() > LONGEST_V6 {
        return None;
    }
    let digits = text.iter().take_while(|byte| byte.is_ascii_hexdigit());
    match text.get(digits.take(LONGEST_V4).count()) {
        Some(b'.') => parse_v4(text),
        Some(b':') => parse_v6(text),
        _ => None,
    }
}

fn parse_v4(text: &[u8]) -> Option<Address> {
    if text.len() > LONGEST_V4 {
        return None;
    }
    let mut value = 0;
    let mut count = 0;
    for octet in text.split(|&byte| byte == b'.') {
        value = value << 8 | parse_octet(octet)?;
        count += 1;
    }
    (count == 4).then_some(Address::V4(value))
}

/// The value of at most 15 decimal digits, if it is at most 255.
fn parse_octet(digits: &[u8]) -> Option<u32> {
    let mut value = 0;
    for &digit in digits {
        value = value * 10 + u32::from(digit.wrapping_sub(b'0'));
        if !digit.is_ascii_digit() || value > 255 {
            return None;
        }
    }
    (!digits.is_empty()).then_some(value)
}

fn parse_v6(text: &[u8]) -> Option<Address> {
    let mut groups = [0; GROUPS];
    let mut count = 0;
    let mut gap = None;
    let mut rest = text;
    if let Some(behind) = rest.strip_prefix(b"::") {
        gap = Some(0);
        rest = behind;
    }
    while !rest.is_empty() {
        let (group, length) = parse_group(rest)?;
        *groups.get_mut(count)? = group;
        count += 1;
        rest = &rest[length..];
        if let Some(behind) = rest.strip_prefix(b"::") {
            if gap.replace(count).is_some() {
                return None;
            }
            rest = behind;
        } else if let Some(behind) = rest.strip_prefix(b":") {
            if behind.is_empty() {
                return None;
            }
            rest = behind;
        } else if !rest.is_empty() {
            return None;
        }
    }
    assemble(&groups[..count], gap)
}

/// The one to four hexadecimal digits that a text begins with: their value and their number.
fn parse_group(text: &[u8]) -> Option<(u16, usize)> {
    let mut value = 0;
    let mut length = 0;
    while let Some(digit) = text.get(length).and_then(|&b| char::from(b).to_digit(16)) {
        value = value << 4 | digit;
        length += 1;
        if length > 4 {
            return None;
        }
    }
    let value = u16::try_from(value).ok()?;
    (length > 0).then_some((value, length))
}

/// The address of some groups, with at least one zero group at the gap if there is a gap.
fn assemble(groups: &[u16], gap: Option<usize>) -> Option<Address> {
    let missing = GROUPS - groups.len();
    if (missing > 0) != gap.is_some() {
        return None;
    }
    let (front, back) = groups.split_at(gap.unwrap_or(0));
    let join = |groups: &[u16]| groups.iter().fold(0, |all, &g| all << 16 | u128::from(g));
    let shift = u32::try_from(16 * (missing + back.len())).ok()?;
    let value = join(front).checked_shl(shift).unwrap_or(0) | join(back);
    if value >> 32 == 0xFFFF {
        return u32::try_from(value & 0xFFFF_FFFF).ok().map(Address::V4);
    }
    Some(Address::V6(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_patterns_call_an_address() {
        let v4 = |text: &str| address(text.as_bytes()) == Some(Address::V4(0x0A00_0001));
        assert!(v4("10.0.0.1") && v4("010.0.0.1") && v4("010.000.000.001"));
        assert!(v4("::ffff:0a00:0001") && v4("::FFFF:A00:1"));
        assert_eq!(address(b"::"), Some(Address::V6(0)));
        assert_eq!(address(b"0:0:0:0:0:0:0:1"), address(b"::1"));
        assert_eq!(address(b"1:2:3:4:5:6:7::"), address(b"1:2:3:4:5:6:7:0"));
        assert_eq!(address(b"::2:3:4:5:6:7:8"), address(b"0:2:3:4:5:6:7:8"));
    }

    #[test]
    fn refuses_what_only_looks_like_one() {
        for text in [
            "",
            ".",
            ":",
            "1",
            "10.0.0.256",
            "10.0.0.1.1",
            "10.0.1",
            "0010.000.000.001",
            "1:2",
            ":::",
            "1::2::3",
            "::1%1",
            "::ffff:10.0.0.1",
            "1:2:3:4:5:6:7:8::",
            "fe80::00001",
            "1:",
            ":1",
            "1:2:3:4:5:6:7:8:9",
            "1:2:3:4:5:6:7:8:",
            "10.0.0.",
            "1..2.3",
            "a.b.c.d",
        ] {
            assert_eq!(address(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn networks_clear_host_bits_and_keep_families_apart() {
        let network = Network::around(Address::V4(0x0A00_0005), 24);
        assert_eq!(network.address, Address::V4(0x0A00_0000));
        assert!(network.contains(Address::V4(0x0A00_00FF)));
        assert!(!network.contains(Address::V4(0x0A00_0100)));
        let all = Network::around(Address::V4(1), 0);
        assert!(all.contains(Address::V4(u32::MAX)) && !all.contains(Address::V6(0)));
    }
}
