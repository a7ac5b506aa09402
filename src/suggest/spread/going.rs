//! The going price of a learner: what only the best of the last reviews paid.
//!
//! The price of [`ours`](crate::suggest::spread::ours) begins at what a large change pays and takes hundreds of reviews to come down to small
//! ones, so that a history of a hundred would end before anybody joined. The going price is known after a few reviews.
use std::collections::VecDeque;

use crate::suggest::spread::history::float;

/// The last so many reviews tell the price.
pub const WINDOW: usize = 100;

/// What the last reviews paid.
#[derive(Clone, Debug, Default)]
pub struct Going {
    paid: VecDeque<f64>,
}

impl Going {
    /// What a learner has to pay to be among this share of the last reviews, the best of them; none as long as these are too few to tell.
    #[must_use]
    pub fn price(&self, share: f64) -> Option<f64> {
        let mut paid: Vec<f64> = self.paid.iter().copied().collect();
        paid.sort_unstable_by(f64::total_cmp);
        let share = share * float(paid.len());
        let better = (1..=paid.len()).take_while(|number| float(*number) <= share).count();
        let place = paid.len().checked_sub(better)?;
        paid.get(place).copied()
    }

    /// Looks at what the best learner of one more review would have paid.
    pub fn look(&mut self, pays: f64) {
        self.paid.push_back(pays);
        if self.paid.len() > WINDOW {
            self.paid.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(paid: impl IntoIterator<Item = f64>) -> Option<f64> {
        let mut going = Going::default();
        for pays in paid {
            going.look(pays);
        }
        going.price(0.05)
    }

    #[test]
    fn the_best_of_the_last_reviews_tell_the_price() {
        let rising = |to: u32| (1..=to).map(f64::from);
        assert_eq!(after(rising(19)), None, "one in twenty needs twenty");
        assert_eq!(after(rising(20)), Some(20.0));
        assert_eq!(after(rising(40)), Some(39.0), "the second best of forty");
        assert_eq!(after(rising(300)), Some(296.0), "the fifth best of the last hundred");
        assert_eq!(after((1..=300).rev().map(f64::from)), Some(96.0));
    }
}
