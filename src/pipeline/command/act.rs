//! What each command does.
use crate::forge::ForgeError;
use crate::model::command::Command;
use crate::model::command::Reason;
use crate::model::ids::CommentId;
use crate::model::ids::InstallationId;
use crate::model::ids::PersonId;
use crate::model::settings::Settings;
use crate::pipeline::Pipeline;
use crate::pipeline::StepError;
use crate::pipeline::command::Answer;
use crate::pipeline::command::words;
use crate::pipeline::gather::declines;
use crate::pipeline::publish::Around;
use crate::pipeline::suggest;
use crate::store::asks;
use crate::store::commands;
use crate::store::commands::Given;
use crate::store::commands::State;
use crate::store::pulls;
use crate::store::pulls::Pull;
use crate::store::reviews;
use crate::store::reviews::AskedAlready;
use crate::store::suggestions;
use crate::store::suggestions::Stored;
use crate::suggest::words as told;

/// Rerolls of one pull request, at most.
const REROLLS: i64 = 5;

/// One command that may be done.
pub struct Acting<'a> {
    pub pipeline: &'a Pipeline,
    pub id: InstallationId,
    pub comment: CommentId,
    pub given: &'a Given,
    pub pull: Pull,
    /// What holds in the repository.
    pub settings: Settings,
}

impl Acting<'_> {
    /// Does it.
    pub async fn act(&self) -> Result<Answer, StepError> {
        match &self.given.command {
            Command::Suggest => match self.unanswerable() {
                Some(why) => Ok(Answer::no(why)),
                None => self.show_anew("").await,
            },
            Command::Assign { whom } => self.assign(whom).await,
            Command::Reroll => self.reroll().await,
            Command::Why => self.why().await,
            Command::NotMe { reason } => self.not_me(*reason).await,
            Command::Help { unknown } => Ok(Answer::with(words::help(*unknown), Vec::new())),
        }
    }

    /// Why nobody can be suggested here now, if so.
    fn unanswerable(&self) -> Option<&'static str> {
        if !self.pull.open {
            Some(words::CLOSED)
        } else if self.pull.by_bot {
            Some(words::BY_BOT)
        } else if self.pull.draft {
            Some(words::DRAFT)
        } else {
            None
        }
    }

    /// Has the suggestion worked out anew and shown on its surface.
    pub async fn suggest(&self) -> Result<(), StepError> {
        let now = self.pipeline.clock.now();
        let mut conn = self.pipeline.pool.acquire().await?;
        pulls::want_suggestion(&mut conn, self.id, self.given.key, now).await?;
        drop(conn);
        suggest::run(self.pipeline, self.id, self.given.key).await
    }

    /// The suggestion as it stands.
    pub async fn stored(&self) -> Result<Option<Stored>, StepError> {
        let mut conn = self.pipeline.pool.acquire().await?;
        Ok(suggestions::of_pull(&mut conn, self.id, self.given.key).await?)
    }

    /// Works the suggestion out anew; answers in words where our comment doesn't show it.
    async fn show_anew(&self, nobody: &str) -> Result<Answer, StepError> {
        self.suggest().await?;
        let Some(stored) = self.stored().await? else {
            return Ok(Answer::no(words::NOTHING_YET));
        };
        let picked = !stored.suggestion.picked().is_empty();
        if picked && stored.comment.is_some() {
            return Ok(Answer::done());
        }
        let (around, names) = self.around().await?;
        let text = told::answer(&stored.suggestion, &around.asked);
        let text = if picked { text } else { format!("{nobody}{text}") };
        Ok(Answer::with(text, names))
    }

    /// What stands around the suggestion, and everybody whom an answer about it can name.
    pub async fn around(&self) -> Result<(Around, Vec<PersonId>), StepError> {
        let mut conn = self.pipeline.pool.acquire().await?;
        let (id, key) = (self.id, self.given.key);
        let Some(around) = Around::read(&mut conn, self.pipeline, (id, key)).await? else {
            return Err(StepError::Unreadable("the repository is gone".to_owned()));
        };
        let mut names: Vec<PersonId> = around.asked.iter().map(|pick| pick.person).collect();
        if let Some(stored) = suggestions::of_pull(&mut conn, id, key).await? {
            names.extend(stored.suggestion.picked());
        }
        for asked in reviews::asked(&mut conn, id, key, self.pipeline.clock.now()).await? {
            if let AskedAlready::Person(person, _) = asked {
                names.push(person);
            }
        }
        names.sort_unstable();
        names.dedup();
        Ok((around, names))
    }

    async fn reroll(&self) -> Result<Answer, StepError> {
        if let Some(why) = self.unanswerable() {
            return Ok(Answer::no(why));
        }
        let (id, key) = (self.id, self.given.key);
        if self.given.state == State::Waiting {
            let mut tx = self.pipeline.pool.begin().await?;
            if commands::rerolls(&mut tx, id, key).await? >= REROLLS {
                return Ok(Answer::no(words::ENOUGH));
            }
            if let Some(stored) = suggestions::of_pull(&mut tx, id, key).await? {
                let picks = stored.suggestion.picked();
                asks::refuse(&mut tx, (id, key), &picks, self.pipeline.clock.now()).await?;
            }
            commands::acted(&mut tx, id, self.comment).await?;
            tx.commit().await?;
        }
        self.show_anew("Nobody else.\n\n").await
    }

    async fn why(&self) -> Result<Answer, StepError> {
        let Some(stored) = self.stored().await? else {
            return Ok(Answer::no(words::NOTHING_YET));
        };
        let (around, names) = self.around().await?;
        Ok(Answer::with(told::why(&stored.suggestion, &around.links()), names))
    }

    async fn not_me(&self, reason: Reason) -> Result<Answer, StepError> {
        let (id, key, person) = (self.id, self.given.key, self.given.author);
        if self.pull.author == Some(person) {
            return Ok(Answer::no(words::OWN));
        }
        let now = self.pipeline.clock.now();
        let mut tx = self.pipeline.pool.begin().await?;
        if self.given.state == State::Waiting {
            asks::refuse(&mut tx, (id, key), &[person], now).await?;
            let word = match reason {
                // No time says nothing about what somebody knows.
                Reason::Busy => None,
                Reason::NotMyArea => Some("not_my_area"),
                Reason::LeftThatCode => Some("left_that_code"),
                Reason::Other => Some("other"),
            };
            if let Some(word) = word {
                declines::decline(&mut tx, (id, key), person, (word, now)).await?;
            }
            commands::acted(&mut tx, id, self.comment).await?;
        }
        let by_us = asks::is_ours(&mut tx, id, key, person).await?;
        tx.commit().await?;
        if by_us {
            self.take_back(person).await?;
        }
        if self.unanswerable().is_none() {
            self.suggest().await?;
        }
        Ok(Answer::done())
    }

    /// Takes back the request that Peerlore made of somebody; those of others stay.
    async fn take_back(&self, person: PersonId) -> Result<(), StepError> {
        let (around, _) = self.around().await?;
        let login = &self.given.author_login;
        let gone = self
            .pipeline
            .forge
            .withdraw_request(&around.at(), self.given.key.number, login)
            .await;
        match gone {
            // Nobody is asked any more, or GitHub won't let us: either way it is done with.
            Ok(()) | Err(ForgeError::NotFound { .. } | ForgeError::Declined { .. } | ForgeError::Forbidden { .. }) => {}
            Err(error) => return Err(error.into()),
        }
        let mut conn = self.pipeline.pool.acquire().await?;
        asks::withdraw(&mut conn, self.id, self.given.key, person).await?;
        Ok(())
    }
}
