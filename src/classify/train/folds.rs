//! Cuts labelled comments into folds by project, so that no project is learned from and measured at once.
use std::collections::BTreeMap;

use crate::classify::train::TrainError;

/// How many folds there are.
pub const FOLDS: usize = 10;

/// The fold of each project: the largest first, each into the fold that holds fewest comments so far. The seed decides
/// the order of projects of the same size.
///
/// # Errors
/// [`TrainError::Projects`] where there are fewer projects than folds.
pub fn by_project<'a>(
    projects: impl Iterator<Item = &'a str>,
    seed: u64,
) -> Result<BTreeMap<&'a str, usize>, TrainError> {
    let mut sizes: BTreeMap<&str, usize> = BTreeMap::new();
    for project in projects {
        *sizes.entry(project).or_default() += 1;
    }
    if sizes.len() < FOLDS {
        return Err(TrainError::Projects {
            projects: sizes.len(),
            least: FOLDS,
        });
    }
    let mut largest: Vec<(&str, usize)> = sizes.into_iter().collect();
    largest.sort_by_key(|(project, size)| (std::cmp::Reverse(*size), shuffled(project, seed)));
    let mut held = [0_usize; FOLDS];
    let mut folds = BTreeMap::new();
    for (project, size) in largest {
        let emptiest = (0..FOLDS).min_by_key(|fold| held[*fold]).unwrap_or(0);
        held[emptiest] += size;
        folds.insert(project, emptiest);
    }
    Ok(folds)
}

/// A number that orders names as if by chance, always the same for the same seed (FNV-1a).
fn shuffled(name: &str, seed: u64) -> u64 {
    let mut bytes = seed.to_le_bytes().into_iter().chain(name.bytes());
    bytes.by_ref().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_large_project_is_a_fold_of_its_own() {
        let names: Vec<String> = (0..30).map(|number| format!("small-{number}")).collect();
        let projects = std::iter::repeat_n("large", 50).chain(names.iter().map(String::as_str));
        let folds = by_project(projects, 1).unwrap();
        let alone = folds["large"];
        assert_eq!(folds.values().filter(|fold| **fold == alone).count(), 1);
        assert_eq!(folds.len(), 31);
    }

    #[test]
    fn the_seed_decides_and_nothing_else() {
        let names: Vec<String> = (0..40).map(|number| format!("project-{number}")).collect();
        let folds = |seed| by_project(names.iter().map(String::as_str), seed).unwrap();
        assert_eq!(folds(1), folds(1));
        assert_ne!(folds(1), folds(2));
    }

    #[test]
    fn few_projects_are_refused() {
        let refused = by_project(["a", "b"].into_iter(), 1).unwrap_err();
        assert_eq!(
            refused.to_string(),
            "there are 2 projects; figures by project need at least 10"
        );
    }
}
