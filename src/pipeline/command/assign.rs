//! `assign`: asks for the review of whoever is suggested, or of somebody by name.
use std::collections::BTreeSet;

use sqlx::PgConnection;

use crate::model::clock::Time;
use crate::model::command::Whom;
use crate::model::ids::PersonId;
use crate::model::suggestion::Pick;
use crate::model::suggestion::Slot;
use crate::pipeline::StepError;
use crate::pipeline::ask;
use crate::pipeline::ask::Outcome;
use crate::pipeline::ask::Word;
use crate::pipeline::command::Answer;
use crate::pipeline::command::act::Acting;
use crate::pipeline::command::words;
use crate::pipeline::gather;
use crate::pipeline::gather::Knowledge;
use crate::pipeline::gather::Question;
use crate::pipeline::publish;
use crate::store::contents;
use crate::store::past;
use crate::store::past::Hindrance;
use crate::store::past::MaybeCandidate;
use crate::suggest::words as told;

/// Whom to ask, or why nobody.
type Chosen = Result<Pick, Answer>;

impl Acting<'_> {
    /// Asks for the review.
    pub async fn assign(&self, whom: &Whom) -> Result<Answer, StepError> {
        if !self.pull.open {
            return Ok(Answer::no(words::CLOSED));
        }
        let chosen = match whom {
            Whom::Expert => self.suggested(|suggestion| suggestion.expert).await?,
            Whom::Learner => self.suggested(|suggestion| suggestion.learner).await?,
            Whom::Login(login) => self.named(login).await?,
            Whom::NoPerson => Err(Answer::no(words::NO_PERSON)),
        };
        match chosen {
            Ok(pick) => self.ask(&pick).await,
            Err(answer) => Ok(answer),
        }
    }

    async fn ask(&self, pick: &Pick) -> Result<Answer, StepError> {
        let (id, key) = (self.id, self.given.key);
        let login = &pick.login;
        match ask::review(self.pipeline, (id, key), pick, Word::Command).await? {
            Outcome::Asked => {}
            Outcome::Already | Outcome::Before => {
                return Ok(about(pick.person, words::asked_already(std::slice::from_ref(login))));
            }
            Outcome::NoAccess => return Ok(about(pick.person, words::cannot_be_asked(login))),
            Outcome::Declined => return Ok(about(pick.person, words::declined(login))),
        }
        // Our comment says why, where there is one; otherwise the answer does.
        let shown = self.stored().await?.is_some_and(|stored| stored.comment.is_some());
        if shown {
            publish::comment(self.pipeline, id, key).await?;
            return Ok(Answer::done());
        }
        Ok(Answer::with(told::asked(pick), vec![pick.person]))
    }

    /// Who is suggested in one of the places; worked out first where nothing is.
    async fn suggested(
        &self,
        place: impl Fn(crate::model::suggestion::Suggestion) -> Slot,
    ) -> Result<Chosen, StepError> {
        if self.stored().await?.is_none() && !self.pull.draft && !self.pull.by_bot {
            self.suggest().await?;
        }
        let Some(stored) = self.stored().await? else {
            return Ok(Err(Answer::no(words::NOTHING_YET)));
        };
        Ok(match place(stored.suggestion) {
            Slot::Picked(pick) => Ok(pick),
            Slot::AlreadyAsked { who } => {
                let (around, names) = self.around().await?;
                let ours = around
                    .asked
                    .into_iter()
                    .find(|pick| who.iter().any(|login| pick.login.eq_ignore_ascii_case(login)));
                // Asked by us, perhaps by this very command before it was cut off.
                ours.ok_or_else(|| Answer {
                    names,
                    ..Answer::no(words::asked_already(&who))
                })
            }
            Slot::Nobody { why } => Err(Answer::no(format!("{}.", why.trim_end_matches('.')))),
        })
    }

    /// Somebody by login, whom every rule lets be asked but that they are away.
    async fn named(&self, login: &str) -> Result<Chosen, StepError> {
        let (id, key, pipeline) = (self.id, self.given.key, self.pipeline);
        let now = pipeline.clock.now();
        let mut conn = pipeline.pool.acquire().await?;
        let named = crate::store::people::by_login(&mut conn, id, login).await?;
        let no = |why: String| Answer {
            names: named.iter().map(|person| person.id).collect(),
            ..Answer::no(why)
        };
        let is_author = self
            .pull
            .author_login
            .as_ref()
            .is_some_and(|author| author.eq_ignore_ascii_case(login));
        let committers: Vec<PersonId> = contents::committers(&mut conn, id, key).await?;
        if is_author || named.as_ref().is_some_and(|person| committers.contains(&person.id)) {
            return Ok(Err(no(words::wrote_it(login))));
        }
        let vacancy = past::Vacancy {
            key,
            author: self.pull.author,
            at: now,
            past: false,
        };
        let people = past::candidates(&mut conn, id, vacancy, &self.settings).await?;
        let found = people
            .into_iter()
            .find(|person| person.login.eq_ignore_ascii_case(login));
        let Some(person) = found.filter(|person| person.hindrance != Some(Hindrance::NotMember)) else {
            return Ok(Err(no(words::cannot_be_asked(login))));
        };
        if self.is_overburdened(&person) {
            return Ok(Err(about(person.id, words::has_enough(&person.login))));
        }
        Ok(Ok(self.pick(&mut conn, person, now).await?))
    }

    /// Somebody with the reasons that the ranker has for them, if any.
    async fn pick(&self, conn: &mut PgConnection, person: MaybeCandidate, now: Time) -> Result<Pick, StepError> {
        let question = Question {
            key: self.given.key,
            author: self.pull.author,
            files: None,
            at: now,
            knowledge: Knowledge::Now,
        };
        let mut known = gather::known(conn, self.id, &question, (&self.settings, &self.pipeline.pasts)).await?;
        known.keep_only(&BTreeSet::from([person.id]));
        let suggestion = known.suggest(&self.settings, now, 0);
        let reasons = [suggestion.expert, suggestion.learner]
            .into_iter()
            .find_map(|slot| match slot {
                Slot::Picked(pick) => Some(pick),
                Slot::AlreadyAsked { .. } | Slot::Nobody { .. } => None,
            });
        Ok(reasons.unwrap_or_else(|| Pick {
            person: person.id,
            login: person.login,
            score: 0.0,
            reasons: Vec::new(),
        }))
    }

    /// Who is away may be asked by name; what they take on besides holds for them too.
    fn is_overburdened(&self, person: &MaybeCandidate) -> bool {
        let capacity = person.capacity.map_or(i64::from(self.settings.capacity), i64::from);
        let usual = i64::from(self.settings.daily_cap);
        let daily_cap = person.daily_cap.map_or(usual, |own| i64::from(own).min(usual));
        person.open_reviews >= capacity || person.suggested_today >= daily_cap
    }
}

/// An answer that names one person.
fn about(person: PersonId, why: String) -> Answer {
    Answer {
        names: vec![person],
        ..Answer::no(why)
    }
}
