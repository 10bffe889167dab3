//! Compares a kernel with the scalar one, operation by operation.

use super::block::Vector;
use super::scalar::Scalar;
use crate::json::testing::Random;

/// Compares all operations on random blocks and on blocks of every single byte.
pub(super) fn compare<V: Vector>(vector: V) {
    let mut random = Random::new(3);
    for byte in 0..=255 {
        compare_block(vector, &[byte; 64], byte, &mut random);
    }
    for round in 0..3000 {
        let few = [
            0, 9, 10, 12, 13, 26, 31, 32, 34, 44, 58, 91, 92, 93, 123, 125, 127, 128, 255,
        ];
        let block = std::array::from_fn(|_| match round % 3 {
            0 => random.next() as u8,
            1 => *random.pick(&few),
            _ => random.next() as u8 & 0x7f,
        });
        let byte = *random.pick(&block);
        compare_block(vector, &block, byte, &mut random);
    }
}

fn compare_block<V: Vector>(vector: V, bytes: &[u8; 64], byte: u8, random: &mut Random) {
    let (block, plain) = (vector.load(bytes), Scalar.load(bytes));
    assert_eq!(vector.equal(block, byte), Scalar.equal(plain, byte));
    let (low, high) = (random.next() as u8, random.next() as u8);
    let (low, high) = (low.min(high), low.max(high));
    assert_eq!(
        vector.between(block, low, high),
        Scalar.between(plain, low, high)
    );
    assert_eq!(vector.white_space(block), Scalar.white_space(plain));
    let control = Scalar.between(plain, 0, 0x1f);
    assert_eq!(
        vector.structural(block) & !control,
        Scalar.structural(plain)
    );
    let either = vector.or(block, vector.load(&[byte; 64]));
    assert_eq!(
        vector.equal(either, byte | low),
        Scalar.equal(plain.map(|b| b | byte), byte | low)
    );

    let mask = random.next() & random.next();
    assert_eq!(vector.parity(mask), Scalar.parity(mask));
    for mask in [mask, 0, u64::MAX, 1, 1 << 63] {
        compare_writes(vector, bytes, mask);
        compare_packs(vector, mask, random.next());
    }

    let rest = &bytes[..random.below(64)];
    let (part, plain) = (vector.load_rest(rest), Scalar.load_rest(rest));
    assert_eq!(vector.equal(part, byte), Scalar.equal(plain, byte));
    assert_eq!(vector.equal(part, b' '), Scalar.equal(plain, b' '));
}

fn compare_writes<V: Vector>(vector: V, bytes: &[u8; 64], mask: u64) {
    let (mut positions, mut leads) = ([0; 64], [0; 64]);
    vector.write(vector.load(bytes), mask, 1000, &mut positions, &mut leads);
    let (mut plain_positions, mut plain_leads) = ([0; 64], [0; 64]);
    Scalar.write(
        Scalar.load(bytes),
        mask,
        1000,
        &mut plain_positions,
        &mut plain_leads,
    );
    let count = mask.count_ones() as usize;
    assert_eq!(positions[..count], plain_positions[..count]);
    assert_eq!(leads[..count], plain_leads[..count]);
}

fn compare_packs<V: Vector>(vector: V, mask: u64, of: u64) {
    if !V::HAS_PACK {
        return;
    }
    let places: Vec<u32> = (0..64).filter(|bit| of >> bit & 1 == 1).collect();
    let sum =
        |bits: &dyn Fn((usize, &u32)) -> u64| places.iter().enumerate().map(bits).sum::<u64>();
    assert_eq!(
        vector.pack(mask, of),
        sum(&|(i, place)| (mask >> place & 1) << i)
    );
    assert_eq!(
        vector.unpack(mask, of),
        sum(&|(i, place)| (mask >> i & 1) << place)
    );
}
