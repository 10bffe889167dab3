//! What the tests of this module share: random numbers, sample texts and mutants of them.

/// A small random number generator (xorshift), the same numbers in each run.
pub(super) struct Random(u64);

impl Random {
    pub(super) fn new(seed: u64) -> Self {
        Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub(super) fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    pub(super) fn below(&mut self, bound: usize) -> usize {
        (self.next() >> 11) as usize % bound
    }

    pub(super) fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }
}

/// Texts of many shapes, all JSON objects.
pub(super) fn samples() -> Vec<Vec<u8>> {
    let texts: [&str; 9] = [
        "{}",
        r#" { "a" : [ 1 , -2.5e+10 , 0.0 , "x" , true , false , null , { } , [ ] ] } "#,
        r#"{"a":{"b":[[1,2],[3,[4,[]]],"",""]},"c":"","":"\u00e9\ud83d\n\\\"","d":[{"e":1},{"e":2}]}"#,
        r#"{"version":"0","id":"6a7e8feb-b491-4cf7-a9f1-bf3703467718","detail-type":"EC2 Instance State-change Notification","source":"aws.ec2","account":"111122223333","time":"2017-12-22T18:43:48Z","region":"us-west-1","resources":["arn:aws:ec2:us-west-1:123456789012:instance/i-1234567890abcdef0"],"detail":{"instance-id":"i-1234567890abcdef0","state":"terminated","ok":true,"n":null,"count":12}}"#,
        r#"{"type":"Feature","properties":{"MAPBLKLOT":"0001001","FROM_ST":"0"},"geometry":{"type":"Polygon","coordinates":[[[-122.422003528252475,37.808480096967251,0.0],[-122.422076013325281,37.808835019815085,0.0],[-122.421102174348633,37.808803534992904,0.0],[-122.42200352825247,37.80848009696725,0.0]]]}}"#,
        r#"{"käse":"日本語","😀":["é\\","\\\\","\"\\\""],"x":-0,"y":0e0,"z":1E-5,"w":[0.5,10,100e9]}"#,
        "{\r\n\t\"a\"\t:\n[\r1\n,\n2\n]\n,\n\"b\"\n:\n{\n}\n}\n",
        r#"{"a":[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[{"b":[{}]}]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]}"#,
        r#"{"a":1,"b":2,"c":3,"d":4,"e":5,"f":6,"g":7,"h":8,"i":9,"j":[1,2,3,4,5,6,7,8,9,0,1,2,3,4,5,6,7,8,9,0,1,2,3,4,5,6,7,8,9,0,1,2,3,4,5]}"#,
    ];
    texts.iter().map(|text| text.as_bytes().to_vec()).collect()
}

const PIECES: [&[u8]; 60] = [
    b"{",
    b"}",
    b"[",
    b"]",
    b":",
    b",",
    b"\"",
    b"\\",
    b" ",
    b"\t",
    b"\n",
    b"\r",
    b"\0",
    b"\x0b",
    b"\x0c",
    b"\x1a",
    b"\x1f",
    b"\x7f",
    b"\x80",
    b"\xbf",
    b"\xc3",
    b"\xe2",
    b"\xf0",
    b"\xff",
    b"0",
    b"1",
    b"9",
    b"-",
    b"+",
    b".",
    b"e",
    b"E",
    b"t",
    b"f",
    b"n",
    b"u",
    b"true",
    b"false",
    b"null",
    b"\\u12",
    b"\\u12aF",
    b"\"\"",
    b"[]",
    b"{}",
    b"\"a\":",
    b",1",
    b"1,",
    b"-1",
    b"1.5",
    b"e5",
    b"E+",
    b".0",
    b"00",
    b"\xc3\xa9",
    b"\xc2\xa0",
    b"/",
    b"NaN",
    b"-Infinity",
    b"\\\"",
    b"\\\\",
];

/// Changes a text at a few places.
pub(super) fn mutate(text: &mut Vec<u8>, random: &mut Random) {
    for _ in 0..1 + random.below(3) {
        let at = random.below(text.len() + 1);
        let end = (at + 1 + random.below(4)).min(text.len());
        match random.below(8) {
            0 => text.truncate(at),
            1 => drop(text.drain(at..end)),
            2 => drop(text.splice(at..at, text[at..end].to_vec())),
            3 if at < end => text[at] ^= 1 << random.below(8),
            4 => drop(text.splice(at..end, random.pick(&PIECES).iter().copied())),
            5 if at < end => drop(text.splice(at..=at, random.pick(&PIECES).iter().copied())),
            _ => drop(text.splice(at..at, random.pick(&PIECES).iter().copied())),
        }
    }
}

/// Returns a random text of pieces, hardly ever JSON, with runs of the same piece.
pub(super) fn soup(random: &mut Random) -> Vec<u8> {
    let mut text = Vec::new();
    for _ in 0..random.below(60) {
        let piece = random.pick(&PIECES);
        for _ in 0..1 + random.below(3) * random.below(3) {
            text.extend_from_slice(piece);
        }
    }
    text
}
