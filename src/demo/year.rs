//! A year of the demo organisation, played in order of time.
//!
//! In: a seed and the moment at which the year ends. Out: webhooks, oldest first, while the loopback GitHub moves
//! along. The same seed and end give the same bytes, so a later start can play the year again without sending it.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use chrono::{DateTime, Datelike, Duration, Timelike, Utc, Weekday};

use crate::demo::chance::Chance;
use crate::demo::code::Planted;
use crate::demo::comments::{Card, Deck};
use crate::demo::github::delivery::Delivery;
use crate::demo::github::{AccountKind, Act, FakeGithub, NewPull, PullName, UserSpec};
use crate::demo::people::{DEPENDENCY_BOT, PEOPLE, ROBOT_REVIEWER, TEAMS};
use crate::demo::repositories::{REPOSITORIES, first_files};
use crate::demo::stories::{Found, STORIES};

/// The organisation's login.
pub const ORGANISATION: &str = "lodestow";

/// Who set the organisation up; an owner.
pub const OWNER: &str = "hannelore-v";

/// Days of the year that is played.
const DAYS: i64 = 365;

/// Ordinary pull requests in the year.
const PULLS: i64 = 1_010;

/// Pull requests of the dependency bot in the year.
const BUMPS: i64 = 80;

/// A pull request while it is worked on.
#[derive(Debug)]
pub(crate) struct Live {
    pub name: PullName,
    pub author: String,
    pub planted: Vec<Planted>,
    pub reviewers: Vec<String>,
    pub threads: Vec<LiveThread>,
    pub waiting: usize,
    pub stays_open: bool,
    pub done: bool,
}

/// A thread while it is talked about.
#[derive(Clone, Debug)]
pub(crate) struct LiveThread {
    pub root: u64,
    pub by: String,
    pub flaw: usize,
    pub on_flaw: bool,
    pub card: Card,
    pub suggested: bool,
    pub handled: bool,
}

/// Something that is going to happen.
#[derive(Debug)]
pub(crate) enum Step {
    Hire,
    Leave,
    Move,
    Rename,
    Open,
    Bump,
    Mega,
    Leftover(usize),
    Ready(usize),
    Review(usize, String, u8),
    Follow(usize),
    Say(usize, String, u64, String),
    Resolve(usize, String, u64),
    React(usize, String, u64),
    Talk(usize, String, String),
    Finish(usize),
    Sweep,
}

/// The year. It is an iterator of deliveries.
#[derive(Debug)]
pub struct Year {
    pub(crate) github: FakeGithub,
    pub(crate) deck: Deck,
    pub(crate) chance: Chance,
    pub(crate) start: DateTime<Utc>,
    pub(crate) today: DateTime<Utc>,
    pub(crate) now: DateTime<Utc>,
    pub(crate) live: Vec<Live>,
    pub(crate) found: Found,
    pub(crate) bumps: usize,
    /// Who has asked what: nobody asks twice.
    pub(crate) asked: BTreeSet<(String, &'static str)>,
    agenda: BTreeMap<(DateTime<Utc>, u64), Step>,
    planned: u64,
    out: VecDeque<Delivery>,
}

/// The year of the demo organisation that ends at `today`. Nothing has happened yet: iterate to let it happen.
#[must_use]
pub fn organisation(seed: u64, today: DateTime<Utc>) -> Year {
    // Whole seconds, as GitHub's stamps are.
    let today = today.with_nanosecond(0).unwrap_or(today);
    let start = today - Duration::days(DAYS);
    let mut year = Year {
        github: FakeGithub::new(ORGANISATION, seed, start),
        deck: Deck::new(),
        chance: Chance::new(seed),
        start,
        today,
        now: start,
        live: Vec::new(),
        found: Found::default(),
        bumps: 0,
        asked: BTreeSet::new(),
        agenda: BTreeMap::new(),
        planned: 0,
        out: VecDeque::new(),
    };
    year.plan();
    year
}

/// Plays the year without making payloads and gives the GitHub at its end, with the names found.
#[must_use]
pub fn state_at_end(seed: u64, today: DateTime<Utc>) -> (FakeGithub, Found) {
    let mut year = organisation(seed, today);
    year.github.set_quiet(true);
    for delivery in year.by_ref() {
        drop(delivery);
    }
    year.github.set_quiet(false);
    (year.github, year.found)
}

impl Iterator for Year {
    type Item = Delivery;

    fn next(&mut self) -> Option<Delivery> {
        loop {
            if let Some(delivery) = self.out.pop_front() {
                return Some(delivery);
            }
            let ((at, _), step) = self.agenda.pop_first()?;
            self.now = at;
            self.play(step);
        }
    }
}

impl Year {
    /// The GitHub in which the year happens; a clone shares its state.
    #[must_use]
    pub fn github(&self) -> FakeGithub {
        self.github.clone()
    }

    /// How much of the year has passed, from 0 to 1.
    #[must_use]
    pub fn passed(&self) -> f64 {
        let share = |d: Duration| d.as_seconds_f64();
        (share(self.now - self.start) / share(self.today - self.start)).clamp(0.0, 1.0)
    }

    /// Names that are known once the year is over.
    #[must_use]
    pub const fn found(&self) -> &Found {
        &self.found
    }

    pub(crate) fn send(&mut self, deliveries: Vec<Delivery>) {
        self.out.extend(deliveries);
    }

    /// Puts a step on the agenda; what lies after the end never happens.
    pub(crate) fn at(&mut self, at: DateTime<Utc>, step: Step) {
        if at <= self.today {
            self.planned += 1;
            self.agenda.insert((at, self.planned), step);
        }
    }

    /// A moment between `low` and `high` minutes from now, moved into working hours.
    pub(crate) fn soon(&mut self, low: i64, high: i64) -> DateTime<Utc> {
        let at = self.now + Duration::seconds(self.chance.between(low * 60, high * 60));
        working(at, &mut self.chance)
    }

    fn plan(&mut self) {
        self.github.set_quiet(true);
        self.found_the_company();
        self.github.set_quiet(false);
        let opening = self.opening();
        self.send(opening);
        let open_until = DAYS - 5;
        for n in 0..PULLS {
            let at = self.start
                + Duration::minutes(120 + n * (open_until * 1440 - 120) / PULLS + self.chance.between(0, 600));
            let at = working(at, &mut self.chance);
            // A weekend may push one past the sweep; it would stay open by accident.
            if at < self.today - Duration::hours(66) {
                self.at(at, Step::Open);
            }
        }
        for n in 0..BUMPS {
            let at = self.start + Duration::minutes(n * open_until * 1440 / BUMPS + 240);
            self.at(at, Step::Bump);
        }
        let before_end = |days: i64| self.today - Duration::days(days);
        let (hire, leave) = (before_end(STORIES.joined_days_ago), before_end(STORIES.left_days_ago));
        let (moved, renamed, mega) = (before_end(DAYS - 120), before_end(DAYS - 70), before_end(200));
        self.at(hire, Step::Hire);
        self.at(leave, Step::Leave);
        self.at(moved, Step::Move);
        self.at(renamed, Step::Rename);
        self.at(mega, Step::Mega);
        self.at(self.today - Duration::hours(60), Step::Sweep);
        for (n, hours) in [50_i64, 44, 30, 27, 22, 9, 5, 3].into_iter().enumerate() {
            self.at(self.today - Duration::hours(hours), Step::Leftover(n));
        }
    }

    /// Accounts and repositories, from before the App was installed.
    fn found_the_company(&mut self) {
        for person in &PEOPLE {
            self.github.add_account(&UserSpec {
                login: person.login,
                name: person.name,
                kind: AccountKind::User,
            });
        }
        for (login, name) in [(DEPENDENCY_BOT, "Depladder"), (ROBOT_REVIEWER, "Second Glance")] {
            self.github.add_account(&UserSpec {
                login,
                name,
                kind: AccountKind::Bot,
            });
        }
        let act = Act {
            by: OWNER,
            at: self.start - Duration::days(400),
        };
        for spec in &REPOSITORIES {
            let name = if spec.name == "eta-models" {
                "eta-lab"
            } else {
                spec.name
            };
            let _before_the_app = self.github.add_repository(act, name, spec.language, &first_files(spec));
        }
    }

    /// The installation, and the people and teams as they were at the start.
    fn opening(&self) -> Vec<Delivery> {
        let act = Act {
            by: OWNER,
            at: self.start,
        };
        let mut sent = self.github.install(act);
        for person in PEOPLE.iter().filter(|p| p.login != STORIES.newcomer) {
            sent.extend(self.github.add_member(
                act,
                person.login,
                person.login == OWNER || person.login == "greta-holm",
            ));
        }
        for (place, team) in TEAMS.iter().enumerate() {
            sent.extend(self.github.add_team(act, team.name, team.about));
            for repo in team.repos {
                let repo = if *repo == "eta-models" { "eta-lab" } else { repo };
                sent.extend(self.github.add_team_repository(act, team.slug, repo));
            }
            let mine = PEOPLE
                .iter()
                .filter(|p| p.login != STORIES.newcomer && team_at_start(p.login, p.team) == place);
            for (n, person) in mine.enumerate() {
                sent.extend(
                    self.github
                        .join_team(act, team.slug, person.login, n == 0 || (n == 1 && place < 5)),
                );
            }
        }
        sent
    }

    fn play(&mut self, step: Step) {
        match step {
            Step::Hire => self.hire(),
            Step::Leave => {
                let sent = self.github.remove_member(self.act(OWNER), STORIES.left);
                self.send(sent);
            }
            Step::Move => {
                let mut sent = self.github.leave_team(self.act(OWNER), "billing", MOVED);
                sent.extend(self.github.join_team(self.act(OWNER), "data-platform", MOVED, false));
                self.send(sent);
            }
            Step::Rename => self.rename(),
            Step::Open => self.open_ordinary(),
            Step::Bump => self.open_bump(),
            Step::Mega => self.open_mega(),
            Step::Leftover(n) => self.open_leftover(n),
            Step::Ready(pull) => self.ready(pull),
            Step::Review(pull, who, round) => self.review(pull, &who, round),
            Step::Follow(pull) => self.follow(pull),
            Step::Say(pull, who, root, text) => self.say(pull, &who, root, &text),
            Step::Resolve(pull, who, root) => {
                let sent = self.github.resolve_thread(&self.live[pull].name, self.act(&who), root);
                self.send(sent);
            }
            Step::React(pull, who, root) => self.github.react(&self.live[pull].name, self.act(&who), root, "+1"),
            Step::Talk(pull, who, text) => {
                let (_, sent) = self.github.issue_comment(&self.live[pull].name, self.act(&who), &text);
                self.send(sent);
            }
            Step::Finish(pull) => self.finish(pull),
            Step::Sweep => {
                for pull in 0..self.live.len() {
                    self.finish(pull);
                }
            }
        }
    }

    /// `who` acting now.
    pub(crate) const fn act<'a>(&self, who: &'a str) -> Act<'a> {
        Act { by: who, at: self.now }
    }

    fn hire(&mut self) {
        let mut sent = self.github.add_member(self.act(OWNER), STORIES.newcomer, false);
        sent.extend(
            self.github
                .join_team(self.act(OWNER), "shipper-portal", STORIES.newcomer, false),
        );
        self.send(sent);
    }

    fn rename(&mut self) {
        let sent = self.github.rename_repository(self.act(OWNER), "eta-lab", "eta-models");
        for live in self.live.iter_mut().filter(|l| l.name.repo == "eta-lab") {
            "eta-models".clone_into(&mut live.name.repo);
        }
        self.send(sent);
    }

    /// The present name of a repository.
    pub(crate) fn present_name(&self, repo: &str) -> String {
        let early = self.now < self.today - Duration::days(DAYS - 70);
        if repo == "eta-models" && early {
            "eta-lab".to_owned()
        } else {
            repo.to_owned()
        }
    }

    /// Whether a person works at the company now and isn't away.
    pub(crate) fn is_here(&self, login: &str) -> bool {
        let ago = self.today - self.now;
        match login {
            l if l == STORIES.newcomer => ago < Duration::days(STORIES.joined_days_ago - 2),
            l if l == STORIES.left => ago > Duration::days(STORIES.left_days_ago + 6),
            l if l == STORIES.away => ago > Duration::days(STORIES.away_days),
            _ => true,
        }
    }

    /// Opens a pull request and follows it from now on; gives its place among the live ones.
    pub(crate) fn begin(&mut self, author: &str, new: &NewPull, planted: Vec<Planted>) -> usize {
        let (name, sent) = self.github.open_pull(self.act(author), new);
        self.send(sent);
        self.live.push(Live {
            name,
            author: author.to_owned(),
            planted,
            reviewers: Vec::new(),
            threads: Vec::new(),
            waiting: 0,
            stays_open: false,
            done: false,
        });
        self.live.len() - 1
    }
}

/// Spent the first months in another team.
const MOVED: &str = "dilnoza-r";

fn team_at_start(login: &str, team: usize) -> usize {
    if login == MOVED { 3 } else { team }
}

/// Moves a moment into working hours (7 to 18 UTC, Monday to Friday).
fn working(at: DateTime<Utc>, chance: &mut Chance) -> DateTime<Utc> {
    let mut at = at;
    if at.hour() >= 18 {
        at = at - Duration::hours(i64::from(at.hour())) + Duration::hours(24 + chance.between(7, 11));
    } else if at.hour() < 7 {
        at += Duration::hours(7 - i64::from(at.hour()) + chance.between(0, 3));
    }
    match at.weekday() {
        Weekday::Sat => at + Duration::days(2),
        Weekday::Sun => at + Duration::days(1),
        _ => at,
    }
}
