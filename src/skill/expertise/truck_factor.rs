//! How many people would have to go before fewer than half of the files have anybody left who knows them.

/// Files with somebody left, as a share, below which too much is gone.
const ENOUGH: f64 = 0.5;

/// A truck factor.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TruckFactor {
    /// Who would have to go, whoever knows most files first, each with how many; as many as the factor says. Empty where too few files have
    /// anybody as it is.
    pub people: Vec<(usize, usize)>,
    /// Files that nobody knows as it is.
    pub nobodys: usize,
}

/// The truck factor of files, each with the people who know it, for people numbered below `people`. Whoever knows most files goes first, as long as
/// half of the files have somebody; of equals the first. Source: Avelino et al. 2016.
#[must_use]
pub fn truck_factor(files: &[Vec<usize>], people: usize) -> TruckFactor {
    let mut known: Vec<Vec<usize>> = vec![Vec::new(); people];
    for (file, knowing) in files.iter().enumerate() {
        for person in knowing {
            known[*person].push(file);
        }
    }
    let mut order: Vec<usize> = (0..people).filter(|person| !known[*person].is_empty()).collect();
    order.sort_by_key(|person| std::cmp::Reverse(known[*person].len()));
    let mut left: Vec<usize> = files.iter().map(Vec::len).collect();
    let nobodys = left.iter().filter(|left| **left == 0).count();
    let mut covered = files.len() - nobodys;
    let mut gone = Vec::new();
    for person in order {
        if !is_enough(covered, files.len()) {
            break;
        }
        for file in &known[person] {
            left[*file] -= 1;
            covered -= usize::from(left[*file] == 0);
        }
        gone.push((person, known[person].len()));
    }
    TruckFactor { people: gone, nobodys }
}

#[expect(clippy::cast_precision_loss, reason = "no repository has 2^52 files")]
fn is_enough(covered: usize, files: usize) -> bool {
    covered as f64 >= ENOUGH * files as f64
}

impl TruckFactor {
    /// The factor itself.
    #[must_use]
    pub fn factor(&self) -> usize {
        self.people.len()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::no_files("", &[])]
    #[case::nobody("- -", &[])]
    #[case::one_does_it_all("0 0 0", &[0])]
    #[case::half_is_enough("0 1", &[0, 1])]
    #[case::the_one_with_most_goes_first("1 1 1 0 2", &[1])]
    #[case::everybody_knows_all("012 012", &[0, 1, 2])]
    #[case::too_few_known_as_it_is("0 - -", &[])]
    fn the_factor_is_how_many_must_go(#[case] files: &str, #[case] gone: &[usize]) {
        // A word a file, a digit a person; `-` is nobody.
        let digits = |file: &str| {
            file.chars()
                .filter_map(|one| Some(one.to_digit(10)? as usize))
                .collect()
        };
        let files: Vec<Vec<usize>> = files.split_whitespace().map(digits).collect();
        let found: Vec<usize> = truck_factor(&files, 3)
            .people
            .iter()
            .map(|(person, _)| *person)
            .collect();
        assert_eq!(found, gone);
    }

    proptest! {
        #[test]
        fn after_they_went_less_than_half_is_left_and_one_fewer_would_not_do(
            files in prop::collection::vec(prop::collection::btree_set(0_usize..6, 0..4), 1..30)
        ) {
            let files: Vec<Vec<usize>> = files.into_iter().map(|file| file.into_iter().collect()).collect();
            let factor = truck_factor(&files, 6);
            let left_without = |gone: &[(usize, usize)]| {
                let knows = |file: &&Vec<usize>| file.iter().any(|person| gone.iter().all(|(one, _)| one != person));
                files.iter().filter(knows).count()
            };
            prop_assert!(2 * left_without(&factor.people) < files.len());
            if let Some((_, fewer)) = factor.people.split_last() {
                prop_assert!(2 * left_without(fewer) >= files.len());
            }
        }
    }
}
