//! Chance that repeats itself: a stream of numbers made of a seed and of what it is for.
//!
//! Two streams with the same words are the same on every machine. It is no source of secrets.

/// A stream of numbers (SplitMix64).
#[derive(Clone)]
pub(super) struct Chance(u64);

/// What a stream is for: streams of different purposes tell nothing about each other.
#[derive(Clone, Copy)]
pub(super) enum Purpose {
    House = 1,
    Staff,
    Illness,
    Contact,
    Care,
    Measure,
    Child,
    Kin,
    Privacy,
}

fn mix(mut word: u64) -> u64 {
    word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    word ^ (word >> 31)
}

impl Chance {
    /// The stream of a seed for one purpose and one thing.
    pub(super) fn new(seed: u64, purpose: Purpose, of: u64) -> Chance {
        let begun = mix(seed ^ 0x9e37_79b9_7f4a_7c15).wrapping_add(mix(purpose as u64 + 0x5851_f42d));
        Chance(mix(begun ^ mix(of.wrapping_add(0x2545_f491_4f6c_dd1d))))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mix(self.0)
    }

    /// From zero up to, not including, a bound.
    pub(super) fn below(&mut self, bound: usize) -> usize {
        ((u128::from(self.next()) * bound as u128) >> 64) as usize
    }

    /// From one number to another, both included.
    pub(super) fn between(&mut self, from: i32, to: i32) -> i32 {
        from + self.below((to - from + 1).max(1) as usize) as i32
    }

    /// True so many times in a thousand.
    pub(super) fn permille(&mut self, times: u32) -> bool {
        self.below(1000) < times as usize
    }

    /// One of some.
    pub(super) fn one<T: Copy>(&mut self, of: &[T]) -> Option<T> {
        of.get(self.below(of.len())).copied()
    }

    /// One of some by their weights.
    pub(super) fn weighted(&mut self, weights: impl Iterator<Item = u32> + Clone) -> usize {
        let sum: u32 = weights.clone().sum();
        let mut left = self.below(sum as usize) as u32;
        for (at, weight) in weights.enumerate() {
            match left.checked_sub(weight) {
                Some(rest) => left = rest,
                None => return at,
            }
        }
        0
    }

    /// About zero, seldom further away than three: the sum of twelve even chances, less six.
    pub(super) fn normal(&mut self) -> f64 {
        let sum: f64 = (0..12).map(|_| self.below(1 << 20) as f64 / f64::from(1 << 20)).sum();
        sum - 6.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_words_give_the_same_stream() {
        let stream = |seed, of| {
            let mut chance = Chance::new(seed, Purpose::House, of);
            (0..5).map(|_| chance.below(1000)).collect::<Vec<_>>()
        };
        assert_eq!(stream(1, 2), stream(1, 2));
        assert_ne!(stream(1, 2), stream(1, 3));
        assert_ne!(stream(1, 2), stream(2, 2));
    }

    #[test]
    fn a_draw_stays_within_its_bounds() {
        let mut chance = Chance::new(1, Purpose::Kin, 1);
        assert!((0..1000).all(|_| (3..=5).contains(&chance.between(3, 5))));
        assert!((0..1000).all(|_| chance.normal().abs() <= 6.0));
        assert!((0..100).all(|_| chance.weighted([0, 5, 0].into_iter()) == 1));
    }
}
