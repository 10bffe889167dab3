//! Shapes of events that come again: for each that was met twice, the way through it.
//!
//! Events of one kind tend to have the same tokens in the same order. Such a shape need not be
//! checked for its grammar again, and its [`Route`] tells where the values are that are asked for.
//! Nothing is ever taken for granted: the whole shape is compared, and the route compares all names.
//!
//! What is kept is bounded, and where few events have a shape that is known, hardly any is looked
//! up: so other events lose next to nothing.

use super::route::Route;
use crate::json::{Kinds, Shape};

/// Shapes with hashes alike share a set; a set keeps the two that it met last.
const SETS: usize = 128;

/// So much may be kept, in bytes.
const ROOM: usize = 1 << 20;

/// After so many events it is decided whether to go on, and otherwise this many are left out.
const TRIED: u32 = 256;
const LEFT_OUT: u32 = 8192;

/// What is known of the shape of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sight {
    /// Nothing.
    New,
    /// It was met before; now it may be learned.
    Again,
    /// It is that of a JSON object.
    Known,
}

/// The shapes.
#[derive(Debug, Default)]
pub struct Shapes {
    sets: Vec<[Slot; 2]>,
    /// The set whose first shape is that of the present event, if that is known.
    current: Option<usize>,
    /// The bytes of all that was learned.
    bytes: usize,
    tried: u32,
    found: u32,
    left_out: u32,
}

#[derive(Debug, Default)]
struct Slot {
    hash: u64,
    learned: Option<Box<Learned>>,
}

#[derive(Debug)]
struct Learned {
    len: usize,
    kinds: Box<[Kinds]>,
    route: Route,
}

impl Learned {
    #[inline(always)]
    fn is(&self, shape: Shape<'_>) -> bool {
        let pairs = self.kinds.iter().zip(shape.kinds);
        let differs = pairs.fold(0, |differs, (a, b)| {
            differs | (a[0] ^ b[0]) | (a[1] ^ b[1]) | (a[2] ^ b[2])
        });
        self.len == shape.len && differs == 0
    }

    fn bytes(&self) -> usize {
        size_of::<Self>() + size_of_val(&*self.kinds) + self.route.bytes()
    }
}

impl Shapes {
    /// Whether shapes are looked up at all. From now on no shape is the present one.
    #[inline]
    pub fn is_awake(&mut self) -> bool {
        self.current = None;
        let is_awake = self.left_out == 0;
        self.left_out -= u32::from(!is_awake);
        is_awake
    }

    /// Looks a shape up: if it is known, it becomes the present one.
    #[inline]
    pub fn look_up(&mut self, shape: Shape<'_>) -> Sight {
        self.tried += 1;
        if self.tried == TRIED {
            self.decide();
        }
        let number = (shape.hash >> 57) as usize % SETS;
        let Some(set) = self.sets.get_mut(number) else {
            self.sets.resize_with(SETS, Default::default);
            return Sight::New;
        };
        if set[0].hash != shape.hash {
            set.swap(0, 1);
        }
        if set[0].hash != shape.hash {
            let gone = set[0].learned.take();
            self.bytes -= gone.map_or(0, |learned| learned.bytes());
            set[0].hash = shape.hash;
            return Sight::New;
        }
        let Some(learned) = &set[0].learned else {
            return Sight::Again;
        };
        if !learned.is(shape) {
            return Sight::New;
        }
        self.current = Some(number);
        self.found += 1;
        Sight::Known
    }

    /// Learns the shape of a JSON object that was met again; it becomes the present one.
    #[cold]
    pub fn learn(&mut self, shape: Shape<'_>) {
        let number = (shape.hash >> 57) as usize % SETS;
        let learned = Learned {
            len: shape.len,
            kinds: shape.kinds.into(),
            route: Route::default(),
        };
        self.bytes += learned.bytes();
        self.sets[number][0].learned = Some(Box::new(learned));
        self.current = Some(number);
    }

    /// The route of the present shape, if that is known.
    #[inline]
    pub(super) fn route(&self) -> Option<&Route> {
        let set = self.sets.get(self.current?)?;
        set[0].learned.as_ref().map(|learned| &learned.route)
    }

    /// Replaces the route of the present shape.
    #[cold]
    pub(super) fn keep(&mut self, route: Route) {
        self.found = self.found.saturating_sub(1);
        let set = self.current.and_then(|number| self.sets.get_mut(number));
        if let Some(learned) = set.and_then(|set| set[0].learned.as_mut()) {
            self.bytes = self.bytes + route.bytes() - learned.route.bytes();
            learned.route = route;
        }
        if self.bytes > ROOM {
            *self = Self::default();
        }
    }

    #[cold]
    fn decide(&mut self) {
        if self.found < TRIED / 4 {
            self.left_out = LEFT_OUT;
        }
        (self.tried, self.found) = (0, 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::{Tokens, Utf8, is_valid};

    /// Meets a text, as an event is met; returns what was known of it.
    fn meet(shapes: &mut Shapes, text: &str) -> Option<Sight> {
        let mut tokens = Tokens::new();
        assert!(tokens.index(text.as_bytes(), Utf8::Check), "{text}");
        if !shapes.is_awake() {
            return None;
        }
        let sight = shapes.look_up(tokens.shape()?);
        if sight == Sight::Again && is_valid(&mut tokens) {
            shapes.learn(tokens.shape()?);
        }
        Some(sight)
    }

    /// A text of a shape of its own.
    fn numbered(number: usize) -> String {
        let bit = |bit: usize| if number >> bit & 1 == 1 { "1," } else { "{}," };
        let bits: String = (0..16).map(bit).collect();
        format!(r#"{{"a":[{bits}2]}}"#)
    }

    #[test]
    fn a_shape_is_known_from_the_third_time_on() {
        let mut shapes = Shapes::default();
        let texts = [
            r#"{"a":1,"b":"x"}"#,
            r#"{"c":null,"":"y"}"#,
            r#" {"d" :-2.5, "b":""}"#,
        ];
        let sights = texts.map(|text| meet(&mut shapes, text));
        // The very first event only makes room.
        assert_eq!(sights, [Sight::New, Sight::New, Sight::Again].map(Some));
        for text in texts {
            assert_eq!(meet(&mut shapes, text), Some(Sight::Known));
            assert!(shapes.route().is_some());
        }
        for other in [
            r#"{"a":1,"b":2}"#,
            r#"{"a":"x","b":1}"#,
            r#"{"a":[1],"b":"x"}"#,
        ] {
            assert_eq!(meet(&mut shapes, other), Some(Sight::New));
            assert!(shapes.route().is_none());
        }
    }

    #[test]
    fn what_is_no_event_is_never_known() {
        let mut shapes = Shapes::default();
        for text in [r#"{"a":1,}"#, r#"["a"]"#, r#"{"a"}"#, "1", r#"{"a":1]"#] {
            for _ in 0..9 {
                assert_ne!(meet(&mut shapes, text), Some(Sight::Known), "{text}");
            }
        }
    }

    #[test]
    fn every_kind_of_token_counts() {
        let mut shapes = Shapes::default();
        let texts = [
            r#"{"a":[1]}"#,
            r#"{"a":{ }}"#,
            r#"{"a":[ ]}"#,
            r#"{"a":"1"}"#,
            r#"{"a":[{}]}"#,
        ];
        for _ in 0..9 {
            for text in texts {
                meet(&mut shapes, text);
            }
        }
        for text in texts {
            assert_eq!(meet(&mut shapes, text), Some(Sight::Known));
            let mut tokens = Tokens::new();
            assert!(tokens.index(text.as_bytes(), Utf8::Check));
            let len = tokens.len();
            let set = &shapes.sets[shapes.current.unwrap()];
            assert_eq!(set[0].learned.as_ref().unwrap().len, len, "{text}");
        }
    }

    #[test]
    fn shapes_that_do_not_come_again_are_left_out() {
        let mut shapes = Shapes::default();
        let asked = (0..20_000).filter(|&n| meet(&mut shapes, &numbered(n)).is_some());
        assert!(asked.count() <= 3 * TRIED as usize);
        assert_eq!(shapes.bytes, 0);
    }

    #[test]
    fn what_is_kept_is_bounded() {
        let mut shapes = Shapes::default();
        let long = format!(r#"{{"a":[{}1]}}"#, "1,".repeat(400));
        for n in 0..2_000 {
            for _ in 0..4 {
                let text = long.replacen("1,1,", &format!("{},", numbered(n)), 1);
                meet(&mut shapes, &text);
                let (moment, mut route) = ((1, n as u64), Route::default());
                route.begin(moment);
                (0..400).for_each(|k| route.name(long.as_bytes(), 1, 1, 1 + k % 9));
                shapes.keep(route);
                assert!(shapes.bytes <= ROOM);
            }
        }
    }
}
