//! Every projection of an organisation, one after the other.
use std::time::Duration;

use chrono::TimeDelta;
use peerlore::classify::Classifier;
use peerlore::forge::Forge;
use peerlore::forge::github::app::Credentials;
use peerlore::forge::github::app::ForgeSettings;
use peerlore::model::clock::Clock;
use peerlore::model::clock::Time;
use peerlore::model::ids::InstallationId;
use peerlore::model::settings::Settings;
use peerlore::pipeline::Addresses;
use peerlore::pipeline::Pipeline;
use peerlore::pipeline::Reach;
use peerlore::pipeline::at_risk;
use peerlore::pipeline::flow;
use peerlore::pipeline::groups;
use peerlore::pipeline::hindsight::kept::Replays;
use peerlore::pipeline::lifecycle;
use peerlore::pipeline::offboarding;
use peerlore::pipeline::onboarding;
use peerlore::pipeline::participation;
use peerlore::pipeline::pasts::Pasts;
use peerlore::pipeline::profile;
use peerlore::pipeline::registered::Registered;
use peerlore::pipeline::silent;
use peerlore::pipeline::team;
use peerlore::store::edges;
use peerlore::store::edges::Ends;
use peerlore::store::jobs::Queue;
use peerlore::store::people;
use peerlore::store::reader::Reader;
use peerlore::store::team_pages;
use sqlx::PgPool;

use crate::measure::Cost;
use crate::measure::measured;

/// The only organisation in the database.
pub const MADE: InstallationId = InstallationId(1);
/// The weeks of a window of flow.
const WEEKS: u8 = 4;
const SILENT: &str = "silent experts";

/// The pipeline without a code host.
pub fn pipeline(pool: &PgPool) -> anyhow::Result<Pipeline> {
    let nowhere = ForgeSettings::new("http://127.0.0.1:9".parse()?, Credentials::None);
    Ok(Pipeline {
        queue: Queue::new(pool),
        pool: pool.clone(),
        forge: Forge::new(nowhere, Clock::Machine)?,
        registered: Registered::fixed(),
        classifier: Classifier::default(),
        pasts: Pasts::default(),
        replays: Replays::default(),
        clock: Clock::Machine,
        settings: Settings::default(),
        addresses: addresses(),
        reach: Reach::Nothing,
        history_days: None,
    })
}

fn addresses() -> Addresses {
    Addresses {
        own: "http://127.0.0.1:8080".to_owned(),
        host: "https://github.com".to_owned(),
    }
}

/// All of them, each with what it cost. `profiles`: of so many people, none: of all. `strict`: each must find something.
pub async fn all(pool: &PgPool, now: Time, (profiles, strict): (Option<usize>, bool)) -> anyhow::Result<Vec<Cost>> {
    let mut costs = vec![weighed(pool).await?];
    costs.extend(of_code(pool, now).await?);
    costs.extend(of_teams(pool, now).await?);
    costs.extend(of_people(pool, now, profiles).await?);
    // There may be no silent experts.
    for cost in costs.iter().filter(|cost| strict && cost.step != SILENT) {
        let finds_nothing = cost.found.split_whitespace().any(|word| word == "0");
        anyhow::ensure!(!finds_nothing, "{} found nothing: {}", cost.step, cost.found);
        anyhow::ensure!(cost.time > Duration::ZERO, "{} took no time", cost.step);
    }
    Ok(costs)
}

/// All edges made anew: no repository weighs when the organisation is made.
async fn weighed(pool: &PgPool) -> anyhow::Result<Cost> {
    let pipeline = pipeline(pool)?;
    let does = async {
        lifecycle::weigh(&pipeline, MADE).await?;
        let edges = edges::graph(&mut *pool.acquire().await?, MADE, Ends::Any).await?;
        anyhow::Ok(format!("{} edges", edges.len()))
    };
    measured("edges", does).await
}

async fn of_code(pool: &PgPool, now: Time) -> anyhow::Result<Vec<Cost>> {
    let reader = Reader::of_everything(MADE);
    let mut conn = pool.acquire().await?;
    let at_risk = async {
        let found = at_risk::of(&mut conn, &reader, None, now).await?;
        anyhow::Ok(format!(
            "{} of {} files, {} modules",
            found.files.at_risk,
            found.files.of,
            found.modules.len()
        ))
    };
    let mut costs = vec![measured("at risk", at_risk).await?];
    let offboarding = async {
        let found = offboarding::of(&mut conn, &reader, "person-1", now).await?;
        let found = found.ok_or_else(|| anyhow::anyhow!("nobody is called person-1"))?;
        anyhow::Ok(format!("{} files, {} modules", found.files, found.modules.len()))
    };
    costs.push(measured("offboarding, one person", offboarding).await?);
    let silent = async {
        let found = silent::experts(&mut conn, &reader, now).await?;
        anyhow::Ok(format!("{} who could be asked", found.len()))
    };
    costs.push(measured(SILENT, silent).await?);
    Ok(costs)
}

async fn of_teams(pool: &PgPool, now: Time) -> anyhow::Result<Vec<Cost>> {
    let reader = Reader::of_everything(MADE);
    let mut conn = pool.acquire().await?;
    let onboarding = async {
        let found = onboarding::of(&mut conn, &reader, None, now).await?;
        let people = found.first_review.map_or(0, |median| median.people);
        anyhow::Ok(format!("{people} newcomers"))
    };
    let mut costs = vec![measured("onboarding", onboarding).await?];
    let participation = async {
        let found = participation::of(&mut conn, &reader, None, now).await?;
        anyhow::Ok(format!("{} topics", found.topics.len()))
    };
    costs.push(measured("participation", participation).await?);
    let of_team = async {
        let groups = groups::groups(&mut conn, MADE, now).await?;
        let first = groups.first().map(|group| group.id);
        let found = participation::of(&mut conn, &reader, first, now).await?;
        anyhow::Ok(format!(
            "of {} groups the first, {} topics",
            groups.len(),
            found.topics.len()
        ))
    };
    costs.push(measured("participation, a team", of_team).await?);
    let flow = async {
        let found = flow::of(&mut conn, &reader, WEEKS, now).await?;
        let between: usize = found.windows.iter().map(|window| window.between.len()).sum();
        anyhow::Ok(format!("{} windows, {between} pairs of teams", found.windows.len()))
    };
    costs.push(measured("flow", flow).await?);
    let pages = async {
        let teams = team_pages::teams(&mut conn, &reader, now).await?;
        let pages = team::Pages::read(&mut conn, &reader, (now - TimeDelta::days(365), now)).await?;
        let (mut held, mut told) = (0, 0);
        for team in &teams {
            let (holders, counts) = pages.of(team);
            held += holders.len();
            told += counts.len();
        }
        anyhow::Ok(format!("{} teams, {held} held, {told} counts", teams.len()))
    };
    costs.push(measured("pages of all teams", pages).await?);
    Ok(costs)
}

async fn of_people(pool: &PgPool, now: Time, most: Option<usize>) -> anyhow::Result<Vec<Cost>> {
    let reader = Reader::of_everything(MADE);
    let mut conn = pool.acquire().await?;
    let profiles = async {
        let mut people = people::standing(&mut conn, MADE).await?;
        people.truncate(most.unwrap_or(usize::MAX));
        let mut rates = profile::Rates::known_to(&reader, now);
        let (mut lines, mut taken) = (0, 0);
        for person in &people {
            let found = profile::one_of_many(&mut conn, person, &addresses(), &mut rates).await?;
            lines += found.evidence.len();
            taken += found.taken.len();
        }
        anyhow::Ok(format!("{} people, {lines} lessons, {taken} areas taken", people.len()))
    };
    Ok(vec![measured("profiles of people", profiles).await?])
}
