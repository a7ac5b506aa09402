//! `RevFinder` (Thongtanunam et al., SANER 2015): whoever reviewed files with similar paths.
//!
//! A past review's similarity is the mean over all pairs of its files with the question's of
//! `comparison / components of the longer path`, by four comparisons of path components: longest common prefix, suffix,
//! substring and subsequence (section III-A, table I). It is added to each of its reviewers; the four rankings are joined
//! by Borda count.
//!
//! The sums over pairs of reviews are the same as sums over pairs of a question's file and a past path, weighed for each
//! reviewer by `1 / files of the review`. Paths in one folder are alike to a question unless a name matches, so a folder
//! is compared once for all of its files, and the few paths where a name plays a part are put right one by one.
use std::collections::BTreeMap;
use std::collections::HashMap;

use crate::suggest::eval::state::Scores;

/// A path component's number.
type Part = u32;

/// A component that no past path has.
const UNKNOWN: Part = Part::MAX;

/// A value for each comparison: prefix, suffix, substring, subsequence.
type Four = [f64; 4];

/// All paths that were reviewed, by folder.
#[derive(Default, Debug)]
pub(super) struct RevFinder {
    parts: HashMap<String, Part>,
    folders: Vec<Folder>,
    /// Where a folder with these components stands in `folders`.
    numbers: HashMap<Vec<Part>, usize>,
    /// Folders with a file of this name.
    named: HashMap<Part, Vec<usize>>,
    /// Folders with this component in their own path.
    holding: HashMap<Part, Vec<usize>>,
}

#[derive(Default, Debug)]
struct Folder {
    parts: Vec<Part>,
    /// Of all of its files.
    weights: Weights,
    files: BTreeMap<Part, Weights>,
}

/// Sums of `1 / files of the review` by reviewer, who is the number given to [`RevFinder::add`].
#[derive(Default, Debug)]
struct Weights(Vec<(usize, f64)>);

impl Weights {
    fn add(&mut self, people: &[usize], weight: f64) {
        for person in people {
            match self.0.iter_mut().find(|(other, _)| other == person) {
                Some((_, sum)) => *sum += weight,
                None => self.0.push((*person, weight)),
            }
        }
    }

    fn spread(&self, like: Four, sums: &mut [Four]) {
        for (person, weight) in &self.0 {
            for (sum, like) in sums[*person].iter_mut().zip(like) {
                *sum += weight * like;
            }
        }
    }
}

impl RevFinder {
    /// Counts one review by these people, each of whom stands there once.
    pub(super) fn add(&mut self, people: &[usize], files: &[String]) {
        let weight = 1.0 / super::float(files.len());
        for file in files {
            let mut parts: Vec<Part> = file.split('/').map(|part| self.part(part)).collect();
            let Some(name) = parts.pop() else { continue };
            let number = self.folder(parts);
            let folder = &mut self.folders[number];
            folder.weights.add(people, weight);
            if !folder.files.contains_key(&name) {
                self.named.entry(name).or_default().push(number);
            }
            folder.files.entry(name).or_default().add(people, weight);
        }
    }

    fn part(&mut self, name: &str) -> Part {
        if let Some(part) = self.parts.get(name) {
            return *part;
        }
        let part = Part::try_from(self.parts.len()).unwrap_or(UNKNOWN);
        self.parts.insert(name.to_owned(), part);
        part
    }

    fn folder(&mut self, parts: Vec<Part>) -> usize {
        if let Some(number) = self.numbers.get(&parts) {
            return *number;
        }
        let number = self.folders.len();
        for part in distinct(&parts) {
            self.holding.entry(part).or_default().push(number);
        }
        self.numbers.insert(parts.clone(), number);
        self.folders.push(Folder {
            parts,
            ..Folder::default()
        });
        number
    }

    /// The Borda count of everybody below `people` but the author, who stands in no ranking; 0 for those without a similar path.
    pub(super) fn scores(&self, files: &[String], people: usize, author: Option<usize>) -> Scores {
        let mut sums = self.similarities(files, people);
        if let Some(author) = author {
            sums[author] = [0.0; 4];
        }
        borda(&sums)
    }

    /// The sums of similarity of everybody's reviews, times the question's number of files, which changes no order.
    fn similarities(&self, files: &[String], people: usize) -> Vec<Four> {
        let parts = |file: &String| -> Vec<Part> {
            let known = |part| self.parts.get(part).copied().unwrap_or(UNKNOWN);
            file.split('/').map(known).collect()
        };
        let questions: Vec<Vec<Part>> = files.iter().map(parts).collect();
        let mut folders: BTreeMap<&[Part], usize> = BTreeMap::new();
        for (_, folder) in questions.iter().filter_map(|question| question.split_last()) {
            *folders.entry(folder).or_default() += 1;
        }
        let mut sums = vec![[0.0; 4]; people];
        let mut comparison = Comparison::default();
        for (asked, files) in folders {
            let files = super::float(files);
            for folder in &self.folders {
                if let Some(like) = comparison.by_folder(asked, &folder.parts) {
                    folder.weights.spread(like.map(|like| like * files), &mut sums);
                }
            }
        }
        for question in &questions {
            self.put_right(question, &mut comparison, &mut sums);
        }
        sums
    }

    /// Corrects what comparing by folder got wrong for one file: paths whose name is a component of the question, and
    /// paths through a folder called like the question's file.
    fn put_right(&self, question: &[Part], comparison: &mut Comparison, sums: &mut [Four]) {
        let Some((name, asked)) = question.split_last() else {
            return;
        };
        let none = Vec::new();
        let mut right = |folder: &Folder, name: Part, weights: &Weights| {
            let path: Vec<Part> = folder.parts.iter().copied().chain([name]).collect();
            let exactly = comparison.by_path(question, &path).unwrap_or_default();
            let counted = comparison.by_folder(asked, &folder.parts).unwrap_or_default();
            let missing = std::array::from_fn(|at| exactly[at] - counted[at]);
            weights.spread(missing, sums);
        };
        let through = self.holding.get(name).unwrap_or(&none);
        for folder in through.iter().map(|number| &self.folders[*number]) {
            for (file, weights) in &folder.files {
                right(folder, *file, weights);
            }
        }
        for part in distinct(question) {
            let numbers = self.named.get(&part).unwrap_or(&none);
            for folder in numbers.iter().map(|number| &self.folders[*number]) {
                if !folder.parts.contains(name)
                    && let Some(weights) = folder.files.get(&part)
                {
                    right(folder, part, weights);
                }
            }
        }
    }
}

fn distinct(parts: &[Part]) -> Vec<Part> {
    let mut parts = parts.to_vec();
    parts.sort_unstable();
    parts.dedup();
    parts
}

/// Compares paths; keeps its table, so that it needn't be made anew for each pair.
#[derive(Default, Debug)]
struct Comparison {
    /// By component of the second path and one more: the longest run that ends there, the longest subsequence up to there.
    row: Vec<[u8; 2]>,
}

impl Comparison {
    /// The similarity of two paths by their components. None where they share none.
    fn by_path(&mut self, a: &[Part], b: &[Part]) -> Option<Four> {
        let shared = self.shared(a, b)?;
        Some(shared.map(|shared| f64::from(shared) / super::float(a.len().max(b.len()))))
    }

    /// The similarity of two paths by the components of their folders, where neither name matches anything.
    fn by_folder(&mut self, a: &[Part], b: &[Part]) -> Option<Four> {
        let [prefix, _, substring, subsequence] = self.shared(a, b)?;
        let longer = super::float(a.len().max(b.len()) + 1);
        Some([prefix, 0, substring, subsequence].map(|shared| f64::from(shared) / longer))
    }

    /// Numbers of components in common: prefix, suffix, substring, subsequence.
    fn shared(&mut self, a: &[Part], b: &[Part]) -> Option<[u8; 4]> {
        if !a.iter().any(|part| b.contains(part)) {
            return None;
        }
        let same = |pair: &(&Part, &Part)| pair.0 == pair.1;
        let prefix = a.iter().zip(b).take_while(same).count();
        let suffix = a.iter().rev().zip(b.iter().rev()).take_while(same).count();
        self.row.clear();
        self.row.resize(b.len() + 1, [0; 2]);
        let mut substring = 0;
        for left in a {
            let mut diagonal = [0_u8; 2];
            for (at, right) in b.iter().enumerate() {
                let above = self.row[at + 1];
                self.row[at + 1] = if left == right {
                    [diagonal[0].saturating_add(1), diagonal[1].saturating_add(1)]
                } else {
                    [0, above[1].max(self.row[at][1])]
                };
                substring = substring.max(self.row[at + 1][0]);
                diagonal = above;
            }
        }
        let length = |number: usize| u8::try_from(number).unwrap_or(u8::MAX);
        Some([length(prefix), length(suffix), substring, self.row[b.len()][1]])
    }
}

/// The four rankings joined: in each, whoever has any similarity gains the number of those who stand no better. Ties go to
/// whoever was seen first.
fn borda(sums: &[Four]) -> Scores {
    // Without the last digits, so that rounding never decides between equals.
    let settled = |person: usize, by: usize| (sums[person][by] * 1e9).round();
    let mut scores = vec![0.0; sums.len()];
    for by in 0..4 {
        let mut ranked: Vec<usize> = (0..sums.len()).filter(|person| settled(*person, by) > 0.0).collect();
        ranked.sort_by(|a, b| settled(*b, by).total_cmp(&settled(*a, by)));
        for (rank, person) in ranked.iter().enumerate() {
            scores[*person] += super::float(ranked.len() - rank);
        }
    }
    scores
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn paths(paths: &[&str]) -> Vec<String> {
        paths.iter().map(|path| (*path).to_owned()).collect()
    }

    /// The paper's definition, pair by pair.
    fn by_definition(past: &[(Vec<usize>, Vec<String>)], asked: &[String], people: usize) -> Vec<Four> {
        let mut sums = vec![[0.0; 4]; people];
        for (reviewers, files) in past {
            for (file, other) in asked
                .iter()
                .flat_map(|file| files.iter().map(move |other| (file, other)))
            {
                let (a, b): (Vec<&str>, Vec<&str>) = (file.split('/').collect(), other.split('/').collect());
                let longer = super::super::float(a.len().max(b.len()) * files.len());
                let counts = [prefix(&a, &b), suffix(&a, &b), substring(&a, &b), subsequence(&a, &b)];
                for (person, by) in reviewers.iter().flat_map(|person| (0..4).map(move |by| (*person, by))) {
                    sums[person][by] += super::super::float(counts[by]) / longer;
                }
            }
        }
        sums
    }

    fn prefix(a: &[&str], b: &[&str]) -> usize {
        a.iter().zip(b).take_while(|(a, b)| a == b).count()
    }

    fn suffix(a: &[&str], b: &[&str]) -> usize {
        a.iter().rev().zip(b.iter().rev()).take_while(|(a, b)| a == b).count()
    }

    fn substring(a: &[&str], b: &[&str]) -> usize {
        let starts = (0..a.len()).flat_map(|left| (0..b.len()).map(move |right| (left, right)));
        starts
            .map(|(left, right)| prefix(&a[left..], &b[right..]))
            .max()
            .unwrap_or_default()
    }

    fn subsequence(a: &[&str], b: &[&str]) -> usize {
        match (a.split_first(), b.split_first()) {
            (Some((first, a)), Some((second, b))) if first == second => 1 + subsequence(a, b),
            (Some((_, shorter)), Some((_, other))) => subsequence(shorter, b).max(subsequence(a, other)),
            _ => 0,
        }
    }

    #[test]
    fn a_small_case_is_as_worked_out_by_hand() {
        let mut finder = RevFinder::default();
        finder.add(&[0], &paths(&["src/net/http.rs", "docs/http.md"]));
        finder.add(&[1, 2], &paths(&["src/http.rs"]));
        finder.add(&[1], &paths(&["lib/net/http.rs"]));
        // Of 3 components, with src/net/http.rs: 3 3 3 3, halved; docs/http.md: nothing; src/http.rs: 1 1 1 2; and
        // lib/net/http.rs: 0 2 2 2.
        let similar = finder.similarities(&paths(&["src/net/http.rs"]), 4);
        let by_hand = [
            [1.5, 1.5, 1.5, 1.5],
            [1.0, 3.0, 3.0, 4.0],
            [1.0, 1.0, 1.0, 2.0],
            [0.0; 4],
        ];
        for (similar, by_hand) in similar.iter().zip(by_hand) {
            for (value, thirds) in similar.iter().zip(by_hand) {
                assert!((value - thirds / 3.0).abs() < 1e-12, "{similar:?}");
            }
        }
        // Prefix: 0 1 2, the equal ones as they were seen. Suffix and substring: 1 0 2. Subsequence: 1 2 0.
        let scores = finder.scores(&paths(&["src/net/http.rs"]), 4, None);
        assert_eq!(
            scores,
            [3.0 + 2.0 + 2.0 + 1.0, 2.0 + 3.0 + 3.0 + 3.0, 1.0 + 1.0 + 1.0 + 2.0, 0.0]
        );
    }

    #[test]
    fn the_author_stands_in_no_ranking() {
        let mut finder = RevFinder::default();
        finder.add(&[0, 1], &paths(&["a/x"]));
        assert_eq!(finder.scores(&paths(&["a/x"]), 2, Some(0)), [0.0, 4.0]);
    }

    fn any_paths() -> impl Strategy<Value = Vec<String>> {
        let path = prop::collection::vec(prop::sample::select(vec!["a", "b", "c", "d"]), 1..6);
        prop::collection::vec(path.prop_map(|parts| parts.join("/")), 1..5)
    }

    proptest! {
        #[test]
        fn comparing_by_folder_gives_the_sums_of_the_definition(
            past in prop::collection::vec((prop::sample::subsequence(vec![0_usize, 1, 2], 1..3), any_paths()), 0..8),
            asked in any_paths(),
        ) {
            let mut finder = RevFinder::default();
            for (reviewers, files) in &past {
                finder.add(reviewers, files);
            }
            let sums = finder.similarities(&asked, 3);
            for (fast, defined) in sums.iter().flatten().zip(by_definition(&past, &asked, 3).iter().flatten()) {
                prop_assert!((fast - defined).abs() < 1e-9, "{} is not {}", fast, defined);
            }
        }
    }
}
