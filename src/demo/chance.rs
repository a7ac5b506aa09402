//! A small deterministic source of chance: the same seed gives the same choices on every machine.

/// A stream of pseudo-random numbers (the `SplitMix64` generator of Steele, Lea and Flood, 2014).
#[derive(Clone, Debug)]
pub struct Chance {
    state: u64,
}

impl Chance {
    /// A stream that depends on `seed` alone.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self { state: seed }
    }

    /// The next 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A whole number from 0 up to but not including `n`; 0 when `n` is 0.
    pub fn below(&mut self, n: usize) -> usize {
        if n == 0 {
            return 0;
        }
        let wide = u128::from(self.bits()) * (n as u128);
        usize::try_from(wide >> 64).unwrap_or(0)
    }

    /// A whole number between `low` and `high`, both included.
    pub fn between(&mut self, low: i64, high: i64) -> i64 {
        let span = usize::try_from(high - low + 1).unwrap_or(1);
        low + i64::try_from(self.below(span)).unwrap_or(0)
    }

    /// True `percent` times in a hundred.
    pub fn percent(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// One of `from`; nothing when it is empty.
    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> Option<&'a T> {
        from.get(self.below(from.len()))
    }

    /// The place of one weight, picked in proportion to it; nothing when all are 0.
    pub fn weighted(&mut self, weights: &[u32]) -> Option<usize> {
        let total: usize = weights.iter().map(|&w| w as usize).sum();
        if total == 0 {
            return None;
        }
        let mut left = self.below(total);
        for (place, &weight) in weights.iter().enumerate() {
            if left < weight as usize {
                return Some(place);
            }
            left -= weight as usize;
        }
        None
    }

    /// A stream of its own that doesn't disturb this one later on.
    #[must_use]
    pub fn fork(&mut self) -> Self {
        Self::new(self.bits())
    }
}

#[cfg(test)]
mod tests {
    use super::Chance;

    #[test]
    fn the_same_seed_gives_the_same_numbers() {
        let mut one = Chance::new(7);
        let mut two = Chance::new(7);
        assert!((0..100).all(|_| one.bits() == two.bits()));
    }

    #[test]
    fn weights_of_zero_are_never_picked() {
        let mut chance = Chance::new(3);
        assert!((0..200).all(|_| chance.weighted(&[0, 5, 0, 1]).is_some_and(|i| i == 1 || i == 3)));
        assert_eq!(chance.weighted(&[0, 0]), None);
    }
}
