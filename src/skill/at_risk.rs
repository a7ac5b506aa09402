//! What hangs on one person: files, modules and skills that at most one active person knows.
//!
//! Files at risk after Mirsaeedi and Rigby, "Mitigating turnover with code review recommendation" (ICSE 2020): files with at most one
//! active person who wrote or reviewed them; the same by module and by skill (science.md section 2).
use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::model::graph::Confidence;
use crate::model::ids::PersonId;

/// Days within which somebody has to be seen to count as active (Mirsaeedi and Rigby's quarter).
pub const ACTIVE_DAYS: i64 = 90;

/// What somebody did with a file or in a module.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Touches {
    /// Merged changes that they wrote.
    pub wrote: u32,
    /// Merged changes of others that they reviewed.
    pub reviewed: u32,
}

/// A file and who knows it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct KnownFile {
    /// The module that it belongs to.
    pub module: String,
    /// Its path, the repository's name before it.
    pub path: String,
    /// Who wrote or reviewed it, and how often.
    pub knowers: BTreeMap<PersonId, Touches>,
}

impl KnownFile {
    /// Who of the active people knows it.
    pub fn active<'f>(&'f self, active: &'f BTreeSet<PersonId>) -> impl Iterator<Item = PersonId> + 'f {
        self.knowers.keys().copied().filter(|person| active.contains(person))
    }
}

/// A file that at most one active person knows.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FileAtRisk {
    /// Its path, the repository's name before it.
    pub path: String,
    /// The one who knows it; none: nobody active does.
    pub holder: Option<PersonId>,
    /// Who knew it and is not active.
    pub inactive: Vec<PersonId>,
}

/// A module, and what of it is at risk.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ModuleRisk {
    /// Its name.
    pub module: String,
    /// Its known files.
    pub files: usize,
    /// Those at risk, by path.
    pub at_risk: Vec<FileAtRisk>,
    /// Active people who know any file of it.
    pub active: BTreeSet<PersonId>,
}

impl ModuleRisk {
    /// At most one active person knows anything of it.
    #[must_use]
    pub fn is_at_risk(&self) -> bool {
        self.active.len() <= 1
    }
}

/// All modules with what of them is at risk, by name. The same for any order of the files.
#[must_use]
pub fn modules<'f>(files: impl IntoIterator<Item = &'f KnownFile>, active: &BTreeSet<PersonId>) -> Vec<ModuleRisk> {
    let mut modules: BTreeMap<&str, ModuleRisk> = BTreeMap::new();
    for file in files {
        let module = modules.entry(&file.module).or_insert_with(|| ModuleRisk {
            module: file.module.clone(),
            files: 0,
            at_risk: Vec::new(),
            active: BTreeSet::new(),
        });
        module.files += 1;
        let known_by: Vec<PersonId> = file.active(active).collect();
        module.active.extend(&known_by);
        if known_by.len() <= 1 {
            module.at_risk.push(FileAtRisk {
                path: file.path.clone(),
                holder: known_by.first().copied(),
                inactive: file
                    .knowers
                    .keys()
                    .copied()
                    .filter(|one| !active.contains(one))
                    .collect(),
            });
        }
    }
    let mut modules: Vec<ModuleRisk> = modules.into_values().collect();
    for module in &mut modules {
        module.at_risk.sort_by(|one, other| one.path.cmp(&other.path));
    }
    modules
}

/// A skill that at most one active person holds.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SkillAtRisk<S> {
    /// The skill.
    pub skill: S,
    /// The one who surely holds it; none: nobody active does.
    pub holder: Option<PersonId>,
    /// Who surely holds it and is not active.
    pub inactive: Vec<PersonId>,
}

/// The skills that somebody holds and at most one active person does, and those of which there are only first signs that anybody
/// does; each in their order. Somebody with low confidence holds nothing: that is hidden from leads.
#[must_use]
pub fn skills<S: Ord + Clone>(
    held: &[(S, PersonId, Confidence)],
    active: &BTreeSet<PersonId>,
) -> (Vec<SkillAtRisk<S>>, Vec<S>) {
    let mut holders: BTreeMap<&S, BTreeSet<PersonId>> = BTreeMap::new();
    for (skill, person, confidence) in held {
        let holders = holders.entry(skill).or_default();
        if *confidence > Confidence::Low {
            holders.insert(*person);
        }
    }
    let (unsure, held): (Vec<_>, Vec<_>) = holders.into_iter().partition(|(_, holders)| holders.is_empty());
    let at_risk = held.into_iter().filter_map(|(skill, holders)| {
        let (here, inactive): (Vec<_>, Vec<_>) = holders.into_iter().partition(|one| active.contains(one));
        (here.len() <= 1).then(|| SkillAtRisk {
            skill: skill.clone(),
            holder: here.first().copied(),
            inactive,
        })
    });
    (
        at_risk.collect(),
        unsure.into_iter().map(|(skill, _)| skill.clone()).collect(),
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn people(numbers: impl IntoIterator<Item = i64>) -> BTreeSet<PersonId> {
        numbers.into_iter().map(PersonId).collect()
    }

    fn file(module: &str, path: &str, knowers: impl IntoIterator<Item = i64>) -> KnownFile {
        let once = Touches { wrote: 1, reviewed: 0 };
        KnownFile {
            module: module.to_owned(),
            path: path.to_owned(),
            knowers: knowers.into_iter().map(|person| (PersonId(person), once)).collect(),
        }
    }

    /// Paths at risk with who holds them.
    fn at_risk(files: &[KnownFile], active: &BTreeSet<PersonId>) -> Vec<(String, Option<i64>)> {
        let of = |module: ModuleRisk| {
            module
                .at_risk
                .into_iter()
                .map(|file| (file.path, file.holder.map(|one| one.0)))
        };
        modules(files, active).into_iter().flat_map(of).collect()
    }

    #[test]
    fn a_file_is_at_risk_where_one_active_person_or_none_knows_it() {
        let files = [
            file("a", "a/both", [1, 2]),
            file("a", "a/one", [1, 3]),
            file("b", "b/gone", [3]),
            file("b", "b/nobody", []),
        ];
        let active = people([1, 2]);
        assert_eq!(
            at_risk(&files, &active),
            [
                ("a/one".to_owned(), Some(1)),
                ("b/gone".to_owned(), None),
                ("b/nobody".to_owned(), None)
            ]
        );
        let found = modules(&files, &active);
        assert_eq!((found[0].files, found[0].is_at_risk()), (2, false));
        assert_eq!((found[1].files, found[1].is_at_risk()), (2, true));
        assert_eq!(found[1].at_risk[0].inactive, [PersonId(3)]);
    }

    #[test]
    fn a_module_may_have_every_file_at_risk_and_be_none_itself() {
        let found = modules(&[file("a", "a/x", [1]), file("a", "a/y", [2])], &people([1, 2]));
        assert_eq!((found[0].at_risk.len(), found[0].is_at_risk()), (2, false));
    }

    #[test]
    fn a_skill_is_at_risk_by_the_same_rule() {
        let held = [
            ("sql", 1, Confidence::Medium),
            ("sql", 2, Confidence::High),
            ("c", 1, Confidence::High),
            ("c", 2, Confidence::Low),
            ("c", 3, Confidence::Medium),
            ("cobol", 3, Confidence::Medium),
            ("lisp", 1, Confidence::Low),
            ("lisp", 3, Confidence::Low),
        ];
        let held = held.map(|(skill, who, sure)| (skill, PersonId(who), sure));
        let (found, unsure) = skills(&held, &people([1, 2]));
        let told: Vec<_> = found
            .iter()
            .map(|one| (one.skill, one.holder, one.inactive.len()))
            .collect();
        assert_eq!(told, [("c", Some(PersonId(1)), 1), ("cobol", None, 1)]);
        assert_eq!(unsure, ["lisp"], "nobody is named by first signs");
        assert_eq!(skills::<&str>(&[], &people([1])), (Vec::new(), Vec::new()));
    }

    proptest! {
        #[test]
        fn order_is_no_matter_and_one_more_active_person_never_puts_more_at_risk(
            knowers in prop::collection::vec(prop::collection::btree_set(0_i64..6, 0..5), 0..20),
            active in prop::collection::btree_set(0_i64..6, 0..6), more in 0_i64..6,
        ) {
            let files: Vec<KnownFile> = (0..).zip(&knowers)
                .map(|(n, who): (usize, _)| file(if n % 2 == 0 { "a" } else { "b" }, &format!("{n:02}"), who.iter().copied()))
                .collect();
            let turned: Vec<KnownFile> = files.iter().rev().cloned().collect();
            let before = people(active.iter().copied());
            prop_assert_eq!(modules(&files, &before), modules(&turned, &before));
            let after = people(active.into_iter().chain([more]));
            prop_assert!(at_risk(&files, &after).len() <= at_risk(&files, &before).len());
            let few = |file: &&KnownFile| file.active(&before).count() < 2;
            prop_assert_eq!(at_risk(&files, &before).len(), files.iter().filter(few).count());
        }
    }
}
