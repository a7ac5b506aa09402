//! Deliveries that never arrived are asked for again.
//!
//! GitHub doesn't send a delivery again by itself, but remembers for some days how each went. A look reads that list from the
//! newest back to where the last one came, and asks for what failed at every attempt and isn't in the inbox. What came, or was
//! asked for in vain as often as allowed, is settled; the next look begins at the oldest that isn't. Whatever can't come any
//! more is noted as a gap, so that the history since then is read anew ([`sweeps::gap`]).
use chrono::Duration;

use crate::forge::ForgeError;
use crate::model::clock::Time;
use crate::model::delivery;
use crate::model::delivery::Attempt;
use crate::model::delivery::Lost;
use crate::model::job::Job;
use crate::pipeline::Pipeline;
use crate::pipeline::StepError;
use crate::store::inbox;
use crate::store::sweeps;
use crate::store::sweeps::Counts;
use crate::store::sweeps::Gap;

/// How often a delivery is asked for, over all looks.
const MOST: i16 = 3;

/// Deliveries that one look asks for; at one a second, that is some minutes.
const A_LOOK: i64 = 500;

/// Pages of a look: 100,000 attempts.
const PAGES: usize = 1_000;

/// What GitHub notes late, and what its clock and ours differ: a look begins so much before the end of the last one.
const OVERLAP: Duration = Duration::minutes(5);

/// Until a delivery that was asked for is asked for again: GitHub sends it a little later.
const PATIENCE: Duration = Duration::minutes(10);

/// How long it is remembered that a delivery was asked for, in days; longer than GitHub remembers it.
const REMEMBERED_DAYS: i64 = 30;

/// What a look did.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Swept {
    /// What it found and did.
    pub counts: Counts,
    /// What can't come any more, as this look found.
    pub gap: Option<Gap>,
    /// More can be asked for at once.
    pub more: bool,
}

/// How long GitHub can send a delivery again: 3 days, or 7 on an Enterprise Server. Source: GitHub, "Redelivering webhooks".
#[must_use]
pub fn kept_for(host: &str) -> Duration {
    let name = host.split_once("://").map_or(host, |(_, name)| name);
    let of_github = name == "github.com" || name.ends_with(".ghe.com");
    Duration::days(if of_github { 3 } else { 7 })
}

/// Looks once, and has the rest looked for at once where there is more than one look can ask for.
///
/// # Errors
/// [`StepError`] as for [`look`].
pub async fn run(pipeline: &Pipeline) -> Result<(), StepError> {
    let swept = look(pipeline, None).await?;
    if swept.is_some_and(|swept| swept.more) {
        let mut conn = pipeline.pool.acquire().await?;
        pipeline.queue.add(&mut conn, &Job::Sweep.into()).await?;
    }
    Ok(())
}

/// Looks once, from the newest back to where the last look came, or to `since` where that is earlier. None: we don't act as an
/// App, which alone is told of its deliveries.
///
/// # Errors
/// [`StepError::Forge`] when GitHub can't be asked, [`StepError::Store`] when the database is away: the next look begins where
/// this one did.
pub async fn look(pipeline: &Pipeline, since: Option<Time>) -> Result<Option<Swept>, StepError> {
    let begun = pipeline.clock.now();
    match go(pipeline, begun, since).await {
        Ok(swept) => Ok(Some(swept)),
        Err(StepError::Forge(ForgeError::NotConfigured { .. })) => Ok(None),
        Err(error) => {
            let mut conn = pipeline.pool.acquire().await?;
            sweeps::failed(&mut conn, begun, &error.to_string()).await?;
            Err(error)
        }
    }
}

async fn go(pipeline: &Pipeline, begun: Time, since: Option<Time>) -> Result<Swept, StepError> {
    let mut conn = pipeline.pool.acquire().await?;
    let reached = sweeps::looks(&mut conn).await?.and_then(|looks| looks.reached_at);
    // Before the first look, whatever came last is the last that we know of.
    let known = match reached {
        Some(reached) => Some(reached),
        None => inbox::latest(&mut conn).await?,
    };
    drop(conn);
    let horizon = begun - kept_for(&pipeline.addresses.host);
    let back = reached.map_or(horizon, |reached| reached - OVERLAP);
    let floor = back.min(since.unwrap_or(back)).max(horizon);
    let (attempts, unread) = list(pipeline, floor).await?;
    let missed = unread.unwrap_or(horizon);
    let too_late = known
        .filter(|known| *known < missed)
        .map(|from| Gap { from, to: missed });

    let lost = not_held(pipeline, delivery::lost(&attempts)).await?;
    let mut asking = Asking::new(pipeline, begun);
    asking.counts.listed = count(attempts.len());
    asking.counts.lost = count(lost.len());
    asking.ask_for(&lost).await?;

    let gap = together(too_late, asking.gap());
    let reached = asking.unsettled.unwrap_or(begun).min(begun);
    let mut tx = pipeline.pool.begin().await?;
    sweeps::give_up(&mut tx, &asking.given_up).await?;
    sweeps::forget(&mut tx, begun - Duration::days(REMEMBERED_DAYS)).await?;
    sweeps::went_through(&mut tx, (begun, reached), &asking.counts, gap).await?;
    tx.commit().await?;
    let counts = asking.counts;
    if counts.lost > 0 || gap.is_some() {
        tracing::info!(
            lost = counts.lost,
            asked = counts.asked,
            given_up = counts.given_up,
            waiting = counts.waiting,
            gap = gap.is_some(),
            "missed deliveries asked for"
        );
    }
    Ok(Swept {
        counts,
        gap,
        more: asking.is_cut,
    })
}

fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn together(one: Option<Gap>, other: Option<Gap>) -> Option<Gap> {
    one.into_iter().chain(other).reduce(|one, other| Gap {
        from: one.from.min(other.from),
        to: one.to.max(other.to),
    })
}

/// The attempts since `floor`; and, where there are more than a look reads, since when they were read.
async fn list(pipeline: &Pipeline, floor: Time) -> Result<(Vec<Attempt>, Option<Time>), StepError> {
    let mut all: Vec<Attempt> = Vec::new();
    let mut older: Option<String> = None;
    for _ in 0..PAGES {
        let page = pipeline.forge.attempts(older.as_deref()).await?;
        let at_floor = page.attempts.iter().any(|attempt| attempt.at < floor);
        all.extend(page.attempts.into_iter().filter(|attempt| attempt.at >= floor));
        older = page.older;
        if at_floor || older.is_none() {
            return Ok((all, None));
        }
    }
    let oldest = all.iter().map(|attempt| attempt.at).min();
    Ok((all, oldest))
}

/// Those that the inbox doesn't hold: GitHub may have been told nothing of one that arrived.
async fn not_held(pipeline: &Pipeline, lost: Vec<Lost>) -> Result<Vec<Lost>, StepError> {
    let ids: Vec<String> = lost.iter().map(|one| one.delivery.clone()).collect();
    let held = inbox::held(&mut *pipeline.pool.acquire().await?, &ids).await?;
    Ok(lost.into_iter().filter(|one| !held.contains(&one.delivery)).collect())
}

/// What a look asks for, as it goes.
struct Asking<'a> {
    pipeline: &'a Pipeline,
    begun: Time,
    counts: Counts,
    /// When the oldest was sent of which it isn't known what becomes of it.
    unsettled: Option<Time>,
    given_up: Vec<String>,
    /// When the first and the last of those were sent.
    given_up_between: Option<(Time, Time)>,
    is_cut: bool,
}

impl<'a> Asking<'a> {
    fn new(pipeline: &'a Pipeline, begun: Time) -> Self {
        Self {
            pipeline,
            begun,
            counts: Counts::default(),
            unsettled: None,
            given_up: Vec::new(),
            given_up_between: None,
            is_cut: false,
        }
    }

    /// What was given up has to be read anew, too.
    fn gap(&self) -> Option<Gap> {
        self.given_up_between.map(|(from, to)| Gap { from, to })
    }

    async fn ask_for(&mut self, lost: &[Lost]) -> Result<(), StepError> {
        let ids: Vec<String> = lost.iter().map(|one| one.delivery.clone()).collect();
        let asked = sweeps::asked(&mut *self.pipeline.pool.acquire().await?, &ids).await?;
        for one in lost {
            let before = asked.get(&one.delivery);
            let waits = before.is_some_and(|asked| asked.next_at > self.begun);
            if let Some(asked) = before.filter(|asked| asked.times >= MOST && !waits) {
                if !asked.given_up {
                    self.give_up(one);
                }
                continue;
            }
            self.unsettled = Some(self.unsettled.map_or(one.first, |first| first.min(one.first)));
            if waits {
                self.counts.waiting += 1;
            } else if self.counts.asked >= A_LOOK {
                self.counts.waiting += 1;
                self.is_cut = true;
            } else {
                self.ask(one).await?;
            }
        }
        Ok(())
    }

    fn give_up(&mut self, one: &Lost) {
        self.counts.given_up += 1;
        self.given_up.push(one.delivery.clone());
        let (from, to) = self.given_up_between.unwrap_or((one.first, one.first));
        self.given_up_between = Some((from.min(one.first), to.max(one.first)));
    }

    /// Asks for one, which is counted before: whoever dies in between has asked once too little, never too often.
    async fn ask(&mut self, one: &Lost) -> Result<(), StepError> {
        let now = self.pipeline.clock.now();
        let mut conn = self.pipeline.pool.acquire().await?;
        if !sweeps::claim(&mut conn, &one.delivery, MOST, (now, now + PATIENCE)).await? {
            self.counts.waiting += 1;
            return Ok(());
        }
        drop(conn);
        match self.pipeline.forge.redeliver(one.attempt).await {
            Ok(()) => self.counts.asked += 1,
            // This one can't be asked for; the others can.
            Err(error @ (ForgeError::NotFound { .. } | ForgeError::Declined { .. })) => {
                tracing::warn!(delivery.id = one.delivery, %error, "a delivery can't be asked for again");
                self.counts.waiting += 1;
            }
            Err(error) => {
                let mut conn = self.pipeline.pool.acquire().await?;
                sweeps::give_back(&mut conn, &one.delivery, now).await?;
                return Err(error.into());
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("https://github.com", 3)]
    #[case("https://acme.ghe.com", 3)]
    #[case("https://github.acme.example", 7)]
    #[case("https://notgithub.com", 7)]
    fn an_enterprise_server_keeps_deliveries_longer(#[case] host: &str, #[case] days: i64) {
        assert_eq!(kept_for(host), Duration::days(days));
    }
}
