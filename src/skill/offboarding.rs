//! What would be lost if one person were gone, and who is nearest to it. It says nothing about whether anybody goes.
use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::model::ids::PersonId;
use crate::skill::at_risk::KnownFile;
use crate::skill::at_risk::Touches;

/// What a review counts of a change (the bus factor of `JetBrains`, science.md section 2).
pub const REVIEW: f64 = 0.5;
/// What an applied lesson counts of a change (judgement: as much as a review).
pub const APPLIED: f64 = 0.5;
/// What work beside it counts of work in it (judgement).
pub const BESIDE: f64 = 0.25;

/// What somebody knows of a module that nobody active or one other active person knows.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Loss {
    /// The module.
    pub module: String,
    /// Its known files.
    pub files: usize,
    /// Files of it that they know, however many others do.
    pub known: usize,
    /// Files that no other active person knows, by path.
    pub only: Vec<String>,
    /// Who else knew these and is not active.
    pub inactive: BTreeSet<PersonId>,
    /// Files that one other active person knows, and who, by path.
    pub with_one: Vec<(String, PersonId)>,
}

/// What `person` alone or with one other of the active people knows, by module; modules of which that is nothing are left out.
#[must_use]
pub fn losses<'f>(
    files: impl IntoIterator<Item = &'f KnownFile>,
    active: &BTreeSet<PersonId>,
    person: PersonId,
) -> Vec<Loss> {
    let mut losses: BTreeMap<&str, Loss> = BTreeMap::new();
    for file in files {
        let loss = losses.entry(&file.module).or_insert_with(|| Loss {
            module: file.module.clone(),
            files: 0,
            known: 0,
            only: Vec::new(),
            inactive: BTreeSet::new(),
            with_one: Vec::new(),
        });
        loss.files += 1;
        if !file.knowers.contains_key(&person) {
            continue;
        }
        loss.known += 1;
        let others: Vec<PersonId> = file.active(active).filter(|one| *one != person).take(2).collect();
        match others[..] {
            [] => {
                loss.only.push(file.path.clone());
                loss.inactive
                    .extend(file.knowers.keys().copied().filter(|one| *one != person));
            }
            [other] => loss.with_one.push((file.path.clone(), other)),
            _ => {}
        }
    }
    let mut losses: Vec<Loss> = losses
        .into_values()
        .filter(|loss| !loss.only.is_empty() || !loss.with_one.is_empty())
        .collect();
    for loss in &mut losses {
        loss.only.sort();
        loss.with_one.sort();
    }
    losses
}

/// What somebody has to do with something already.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Footing {
    /// Work in it.
    pub inside: Touches,
    /// Lessons in it that they applied, where they show that.
    pub applied: u32,
    /// Where beside it they worked or taught most, and how much.
    pub beside: Option<(String, Touches)>,
}

impl Footing {
    /// How near, in changes; for choosing only, and shown to nobody.
    fn nearness(&self) -> f64 {
        let work = |touches: Touches| f64::from(touches.wrote) + REVIEW * f64::from(touches.reviewed);
        let beside = self.beside.as_ref().map_or(0.0, |(_, touches)| work(*touches));
        work(self.inside) + APPLIED * f64::from(self.applied) + BESIDE * beside
    }
}

/// The nearest people, at most `most`: who has most to do with it first, equals by number. Who has nothing to do with it is left out.
#[must_use]
pub fn nearest(footings: &BTreeMap<PersonId, Footing>, most: usize) -> Vec<PersonId> {
    let mut near: Vec<(f64, PersonId)> = footings
        .iter()
        .map(|(person, footing)| (footing.nearness(), *person))
        .filter(|(nearness, _)| *nearness > 0.0)
        .collect();
    near.sort_by(|one, other| other.0.total_cmp(&one.0).then(one.1.cmp(&other.1)));
    near.into_iter().take(most).map(|(_, person)| person).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const GONE: PersonId = PersonId(0);

    fn file(path: &str, knowers: &[i64]) -> KnownFile {
        KnownFile {
            module: path.split('/').next().unwrap_or_default().to_owned(),
            path: path.to_owned(),
            knowers: knowers.iter().map(|one| (PersonId(*one), Touches::default())).collect(),
        }
    }

    fn of(files: &[KnownFile], active: &[i64]) -> Vec<Loss> {
        let active = active.iter().copied().map(PersonId).collect();
        losses(files, &active, GONE)
    }

    #[test]
    fn what_they_alone_or_with_one_other_know_would_be_lost() {
        let files = [
            file("a/alone", &[0]),
            file("a/with_inactive", &[0, 9]),
            file("a/with_one", &[0, 1]),
            file("a/with_two", &[0, 1, 2]),
            file("a/of_others", &[1]),
            file("b/shared", &[0, 1, 2]),
        ];
        let found = of(&files, &[0, 1, 2]);
        assert_eq!(found.len(), 1, "nothing of b would be");
        assert_eq!((found[0].files, found[0].known), (5, 4));
        assert_eq!(found[0].only, ["a/alone", "a/with_inactive"]);
        assert_eq!(found[0].inactive, BTreeSet::from([PersonId(9)]));
        assert_eq!(found[0].with_one, [("a/with_one".to_owned(), PersonId(1))]);
        assert_eq!(
            of(&files, &[1, 2]),
            found,
            "whether they are active themselves is no matter"
        );
    }

    #[test]
    fn the_nearest_worked_in_it_and_else_beside_it() {
        let footing = |wrote, reviewed, applied, beside: u32| Footing {
            inside: Touches { wrote, reviewed },
            applied,
            beside: (beside > 0).then(|| {
                let touches = Touches {
                    wrote: beside,
                    reviewed: 0,
                };
                ("next".to_owned(), touches)
            }),
        };
        let footings = BTreeMap::from([
            (PersonId(1), footing(0, 0, 0, 3)),
            (PersonId(2), footing(0, 2, 0, 0)),
            (PersonId(3), footing(0, 0, 2, 0)),
            (PersonId(4), footing(2, 0, 0, 0)),
            (PersonId(5), footing(0, 0, 0, 0)),
        ]);
        assert_eq!(nearest(&footings, 9), [4, 2, 3, 1].map(PersonId));
        assert_eq!(nearest(&footings, 1), [PersonId(4)]);
    }

    proptest! {
        #[test]
        fn what_is_lost_is_known_and_what_is_at_risk_with_them_is_lost(
            knowers in prop::collection::vec(prop::collection::btree_set(0_i64..5, 0..5), 0..15),
            active in prop::collection::vec(0_i64..5, 0..5),
        ) {
            let files: Vec<KnownFile> = (0..).zip(&knowers).map(|(n, who): (usize, _)| {
                file(&format!("{}/{n:02}", n % 3), &who.iter().copied().collect::<Vec<_>>())
            }).collect();
            let found = of(&files, &active);
            for loss in &found {
                prop_assert!(loss.only.len() + loss.with_one.len() <= loss.known && loss.known <= loss.files);
            }
            let only: usize = found.iter().map(|loss| loss.only.len()).sum();
            let alone = |who: &&std::collections::BTreeSet<i64>| who.contains(&0) && !who.iter().any(|one| *one != 0 && active.contains(one));
            prop_assert_eq!(only, knowers.iter().filter(alone).count());
        }
    }
}
