//! A review thread as who said something to whom, in which manner.
use crate::model::evidence::Standing;
use crate::model::evidence::Thread;
use crate::model::ids::PersonId;
use crate::model::manner::Manner;

/// One comment of a talk.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Spoken {
    /// Who.
    pub who: PersonId,
    /// How it is meant.
    pub manner: Manner,
    /// Whether they may teach or be taught: no bot, and not out of everything. Whoever may not is somebody only to speak to.
    pub counts: bool,
}

/// The comments of a thread.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Talk {
    /// Who wrote the pull request.
    pub author: Option<PersonId>,
    /// Whether they count.
    pub author_counts: bool,
    /// The comments, oldest first.
    pub spoken: Vec<Spoken>,
}

/// Two people of a talk, one of whom may have taught the other.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Pair {
    /// Who may have taught.
    pub teacher: PersonId,
    /// Whom.
    pub learner: PersonId,
    /// The teacher's comments that answer the learner, or begin; by their place in the talk.
    pub told: Vec<usize>,
    /// From where on the learner can have answered: the first of these, or the teacher's first.
    pub first: usize,
}

impl Talk {
    /// The talk of a thread; none where a comment was read before it was noted how it is meant.
    #[must_use]
    pub fn of_thread(thread: &Thread) -> Option<Self> {
        let counts = |standing| standing == Standing::Counts;
        let spoken = thread.comments.iter().map(|comment| {
            let counts = counts(comment.standing);
            // What somebody says who is out of everything is not looked at.
            let manner = if counts {
                comment.reading.manner
            } else {
                Some(Manner::default())
            };
            Some(Spoken {
                who: comment.author,
                manner: manner?,
                counts,
            })
        });
        Some(Self {
            author: thread.pull_author,
            author_counts: counts(thread.author_standing),
            spoken: spoken.collect::<Option<_>>()?,
        })
    }

    /// The comments of one person, by their place.
    pub fn of(&self, who: PersonId) -> impl Iterator<Item = usize> {
        let all = self.spoken.iter().enumerate();
        all.filter(move |(_, spoken)| spoken.who == who).map(|(at, _)| at)
    }

    /// Whom each comment is said to. The first of a thread speaks to the author; the author answers whoever else spoke last; a reviewer
    /// answers who spoke just before, and whoever goes on speaks to the same person.
    #[must_use]
    pub fn addressees(&self) -> Vec<Option<PersonId>> {
        let mut found: Vec<Option<PersonId>> = Vec::with_capacity(self.spoken.len());
        for (at, Spoken { who, .. }) in self.spoken.iter().enumerate() {
            let other = |spoken: &&Spoken| spoken.who != *who;
            let before = self.spoken[..at].last();
            found.push(match before {
                None => self.author.filter(|author| author != who),
                Some(_) if self.author == Some(*who) => {
                    let last = self.spoken[..at].iter().rev().find(other);
                    last.map(|spoken| spoken.who)
                }
                Some(before) if before.who == *who => found[at - 1],
                Some(before) => Some(before.who),
            });
        }
        found
    }

    /// Everybody who counts and spoke, with everybody else there: the author, too, who may be taught without a word.
    #[must_use]
    pub fn pairs(&self) -> Vec<Pair> {
        let addressees = self.addressees();
        let mut people: Vec<PersonId> = Vec::new();
        let counting = self
            .spoken
            .iter()
            .filter(|spoken| spoken.counts)
            .map(|spoken| spoken.who);
        for who in counting.chain(self.author.filter(|_| self.author_counts)) {
            if !people.contains(&who) {
                people.push(who);
            }
        }
        let mut pairs = Vec::new();
        for teacher in &people {
            let Some(began) = self.of(*teacher).next() else {
                continue;
            };
            for learner in people.iter().filter(|learner| *learner != teacher) {
                let told: Vec<usize> = self
                    .of(*teacher)
                    .filter(|at| addressees[*at] == Some(*learner))
                    .collect();
                pairs.push(Pair {
                    teacher: *teacher,
                    learner: *learner,
                    first: told.first().copied().unwrap_or(began),
                    told,
                });
            }
        }
        pairs
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AUTHOR: PersonId = PersonId(1);
    const ANA: PersonId = PersonId(2);
    const BEN: PersonId = PersonId(3);

    fn talk(people: &[PersonId]) -> Talk {
        Talk {
            author: Some(AUTHOR),
            author_counts: true,
            spoken: people
                .iter()
                .map(|who| Spoken {
                    who: *who,
                    manner: Manner::default(),
                    counts: true,
                })
                .collect(),
        }
    }

    #[test]
    fn everybody_answers_who_spoke_before() {
        let to = talk(&[ANA, ANA, AUTHOR, BEN, ANA, AUTHOR]).addressees();
        let expected = [AUTHOR, AUTHOR, ANA, AUTHOR, BEN, ANA];
        assert_eq!(to, expected.map(Some));
        assert_eq!(talk(&[AUTHOR, BEN]).addressees(), [None, Some(AUTHOR)]);
    }

    #[test]
    fn an_author_who_says_nothing_may_be_taught_and_teaches_nobody() {
        let pairs = talk(&[ANA, BEN]).pairs();
        let who: Vec<_> = pairs.iter().map(|pair| (pair.teacher, pair.learner)).collect();
        assert_eq!(who, [(ANA, BEN), (ANA, AUTHOR), (BEN, ANA), (BEN, AUTHOR)]);
        assert_eq!(pairs[1].told, [0]);
        assert_eq!((pairs[3].told.len(), pairs[3].first), (0, 1));
    }

    #[test]
    fn whoever_does_not_count_is_spoken_to_and_nothing_else() {
        let mut talk = talk(&[ANA, BEN, AUTHOR]);
        talk.spoken[1].counts = false;
        assert_eq!(
            talk.addressees()[2],
            Some(BEN),
            "an answer to somebody who is out of everything"
        );
        let pairs = talk.pairs();
        assert!(pairs.iter().all(|pair| pair.teacher != BEN && pair.learner != BEN));
        let author = pairs.iter().find(|pair| pair.teacher == AUTHOR).expect("a pair");
        assert!(author.told.is_empty(), "is no answer to somebody else");
    }
}
