//! How pull requests come to be: who writes what, where, and who is asked to look at it.

use chrono::Duration;
use std::collections::BTreeMap;

use crate::demo::code::{Planted, Slots, empty_file, is_test, test_path};
use crate::demo::comments::{Card, Kind};
use crate::demo::github::{Change, NewPull};
use crate::demo::people::{DEPENDENCY_BOT, PEOPLE, Person, TEAMS, by_login};
use crate::demo::repositories::{Module, REPOSITORIES, RepoSpec, capital, lock_text, path_of};
use crate::demo::stories::STORIES;
use crate::demo::subjects::{BODIES, LEFTOVERS, TITLES};
use crate::demo::year::{Step, Year};

impl Year {
    /// Opens one of the year's ordinary pull requests.
    pub(crate) fn open_ordinary(&mut self) {
        let weights: Vec<u32> = PEOPLE
            .iter()
            .map(|p| if self.is_here(p.login) { p.writes } else { 0 })
            .collect();
        let Some(author) = self.chance.weighted(&weights).map(|i| &PEOPLE[i]) else {
            return;
        };
        let spec = self.repository_for(author);
        let module = self.module_for(author, spec);
        let (new, planted) = self.change_by(author, spec, module);
        let draft = new.draft;
        let pull = self.begin(author.login, &new, planted);
        if draft {
            let at = self.soon(240, 1_800);
            self.at(at, Step::Ready(pull));
        } else {
            self.ask_around(pull);
        }
    }

    /// A draft is ready: now reviewers come.
    pub(crate) fn ready(&mut self, pull: usize) {
        if self.live[pull].done {
            return;
        }
        let author = self.live[pull].author.clone();
        let sent = self.github.mark_ready(&self.live[pull].name, self.act(&author));
        self.send(sent);
        self.ask_around(pull);
    }

    fn repository_for(&mut self, author: &Person) -> &'static RepoSpec {
        let weight = |spec: &RepoSpec, stray: bool| -> u32 {
            let kind = kind_of(&spec.modules[0]);
            let strength = author.strength(kind);
            match (spec.name, author.login) {
                ("infra", l) if l == STORIES.single_holder => 60,
                ("infra", "ngozi-eze" | "rhys-penhallow") => 2,
                ("infra", _) => 0,
                (_, l) if l == STORIES.single_holder => 6,
                ("warehouse-db", l) if l == STORIES.learner => 30,
                _ if spec.team == author.team => 4 + strength * 12,
                _ if stray => strength * 5,
                _ => 0,
            }
        };
        let stray = self.chance.percent(22);
        let weights: Vec<u32> = REPOSITORIES.iter().map(|s| weight(s, stray)).collect();
        let place = self.chance.weighted(&weights).unwrap_or(0);
        &REPOSITORIES[place]
    }

    fn module_for(&mut self, author: &Person, spec: &'static RepoSpec) -> &'static Module {
        let weights: Vec<u32> = (0..spec.modules.len())
            .map(|n| match (spec.name, author.login, n) {
                ("route-engine", l, 0) if l == STORIES.silent_expert => 30,
                ("route-engine", l, _) if l == STORIES.silent_expert => 1,
                ("route-engine", _, 0) => 3,
                _ => 4,
            })
            .collect();
        &spec.modules[self.chance.weighted(&weights).unwrap_or(0)]
    }

    /// What an author changes in a module: one to four files, each with a new function that has its flaws.
    fn change_by(
        &mut self,
        author: &Person,
        spec: &'static RepoSpec,
        module: &'static Module,
    ) -> (NewPull, Vec<Planted>) {
        let kind = kind_of(module);
        let repo = self.present_name(spec.name);
        let count = [1, 1, 2, 2, 2, 3, 3, 4][self.chance.below(8)];
        let mut texts: BTreeMap<String, String> = BTreeMap::new();
        let mut planted: Vec<Planted> = Vec::new();
        for n in 0..count {
            let stem = self.chance.pick(module.stems).copied().unwrap_or("depot");
            let path = if module.folder == "migrations" {
                format!("migrations/{}_{stem}_{n}.sql", self.now.format("%Y%m%d%H%M"))
            } else {
                path_of(module, stem)
            };
            let slots = Slots::new(kind, stem, &mut self.chance);
            let Some(card) = self.card_by(author, kind, n == 0) else {
                continue;
            };
            let path = if is_test(kind, &card) {
                test_path(kind, &path, stem)
            } else {
                path
            };
            let path = card.file.map_or(path, str::to_owned);
            let old = texts
                .get(&path)
                .cloned()
                .or_else(|| self.github.text_at_base(&repo, &path));
            let old = old.unwrap_or_else(|| {
                if card.file.is_some() {
                    String::new()
                } else {
                    empty_file(kind, stem)
                }
            });
            let (flaw, text) = Planted::into_text(&old, &path, (kind, &card, slots), &mut self.chance);
            texts.insert(path, text);
            planted.push(flaw);
        }
        if self.chance.percent(78) {
            self.plant_question(kind, &mut texts, &mut planted);
        }
        if self.chance.percent(40) {
            let first = planted.first().map(|p| (p.slots.clone(), p.path.clone()));
            if let Some((path, text)) = first.and_then(|(slots, path)| test_file(kind, &path, &slots)) {
                texts.insert(path, text);
            }
        }
        let slots = planted
            .first()
            .map_or_else(|| Slots::new(kind, "depot", &mut self.chance), |p| p.slots.clone());
        let title = self.chance.pick(&TITLES).map_or_else(String::new, |t| slots.fill(t));
        let body = self.chance.pick(&BODIES).map_or_else(String::new, |t| slots.fill(t));
        let branch = format!("{}/{}", author.login, title.to_lowercase().replace([' ', ','], "-"));
        let changes = texts
            .into_iter()
            .map(|(path, text)| Change::write(path, text))
            .collect();
        let new = NewPull {
            repo,
            title,
            body,
            branch,
            draft: self.chance.percent(12),
            labels: Vec::new(),
            changes,
        };
        (new, planted)
    }

    /// A line that is right but that one may wonder about, in a file that is changed anyway.
    fn plant_question(&mut self, kind: Kind, texts: &mut BTreeMap<String, String>, planted: &mut Vec<Planted>) {
        let cards: Vec<Card> = self
            .deck
            .asks()
            .iter()
            .filter(|c| c.tag == Some(kind.word()))
            .cloned()
            .collect();
        let place = planted
            .iter()
            .find(|p| Kind::of(&p.path) == Some(kind) && !is_test(kind, &p.card));
        let Some((path, noun)) = place.map(|p| (p.path.clone(), p.slots.noun.clone())) else {
            return;
        };
        let (Some(card), Some(old)) = (self.chance.pick(&cards).cloned(), texts.get(&path).cloned()) else {
            return;
        };
        let slots = Slots::new(kind, &noun, &mut self.chance);
        let (question, text) = Planted::into_text(&old, &path, (kind, &card, slots), &mut self.chance);
        texts.insert(path, text);
        planted.push(question);
    }

    /// The flaw an author makes: rarely one in an area they know well.
    fn card_by(&mut self, author: &Person, kind: Kind, first: bool) -> Option<Card> {
        let in_story = author.login == STORIES.learner && kind == Kind::Sql;
        let learned = self.now > self.today - Duration::days(STORIES.learned_days_ago);
        let cards: Vec<&Card> = self.deck.of(kind).iter().filter(|c| !c.is_praise()).collect();
        let weights: Vec<u32> = cards
            .iter()
            .map(|card| match (card.tag, in_story) {
                (Some("index"), true) if learned => 0,
                (Some("index"), true) if first => 400,
                (Some("index"), _) if author.login == STORIES.teacher => 0,
                (Some("index"), false) => 20,
                _ if card.areas.first().is_some_and(|a| author.strong.contains(a)) => 2,
                _ => 10,
            })
            .collect();
        self.chance.weighted(&weights).map(|i| cards[i].clone())
    }

    /// Picks reviewers, asks most of them, and lets them come.
    pub(crate) fn ask_around(&mut self, pull: usize) {
        let author = self.live[pull].author.clone();
        let Some(flaw) = self.live[pull].planted.first() else {
            return;
        };
        let (kind, index) = (flaw.kind, flaw.card.tag == Some("index"));
        let team = REPOSITORIES
            .iter()
            .find(|r| self.present_name(r.name) == self.live[pull].name.repo)
            .map_or(0, |r| r.team);
        let wanted = [1, 1, 1, 1, 1, 2, 2, 2, 2, 3][self.chance.below(10)];
        let mut chosen: Vec<&'static str> = Vec::new();
        if kind == Kind::Sql && index && author == STORIES.learner {
            chosen.push(STORIES.teacher);
        }
        let learned = self.now > self.today - Duration::days(STORIES.learned_days_ago - 25);
        if kind == Kind::Sql && index && learned && author != STORIES.learner && self.chance.percent(80) {
            chosen.push(STORIES.learner);
        }
        while chosen.len() < wanted {
            let weights: Vec<u32> = PEOPLE
                .iter()
                .map(|p| {
                    if p.login == author || chosen.contains(&p.login) || !self.is_here(p.login) {
                        0
                    } else if p.team == team {
                        p.reviews * (1 + 4 * p.strength(kind))
                    } else {
                        p.reviews * p.strength(kind) * 3 / 2
                    }
                })
                .collect();
            let Some(place) = self.chance.weighted(&weights) else {
                break;
            };
            chosen.push(PEOPLE[place].login);
        }
        let name = self.live[pull].name.clone();
        for who in &chosen {
            if self.chance.percent(72) {
                let sent = self.github.request_reviewer(&name, self.act(&author), who);
                self.send(sent);
            }
            let at = self.soon(40, 1_500);
            self.at(at, Step::Review(pull, (*who).to_owned(), 0));
        }
        if self.chance.percent(4) {
            let sent = self.github.request_team(&name, self.act(&author), TEAMS[team].slug);
            self.send(sent);
        }
        self.live[pull].waiting = chosen.len();
        self.live[pull].reviewers = chosen.into_iter().map(str::to_owned).collect();
        if self.chance.percent(13) {
            let at = self.now + Duration::minutes(4);
            self.at(
                at,
                Step::Review(pull, crate::demo::people::ROBOT_REVIEWER.to_owned(), 9),
            );
        }
    }

    /// The dependency bot raises a version.
    pub(crate) fn open_bump(&mut self) {
        let with_lock: Vec<&RepoSpec> = REPOSITORIES.iter().filter(|r| r.lock.is_some()).collect();
        let spec = with_lock[self.bumps % with_lock.len()];
        self.bumps += 1;
        let Some(lock) = spec.lock else { return };
        let title = format!(
            "Bump package-{:02} from 1.{}.0 to 1.{}.0",
            self.bumps % 40,
            self.bumps / 7,
            self.bumps / 7 + 1
        );
        let new = NewPull {
            repo: self.present_name(spec.name),
            body: "Raises one dependency. The change log is linked in the registry.".into(),
            branch: format!("depladder/package-{:02}-{}", self.bumps % 40, self.bumps),
            labels: vec!["dependencies".into()],
            changes: vec![Change::write(lock, lock_text(self.bumps))],
            draft: false,
            title,
        };
        let pull = self.begin(DEPENDENCY_BOT, &new, Vec::new());
        let team: Vec<&Person> = PEOPLE
            .iter()
            .filter(|p| p.team == spec.team && self.is_here(p.login))
            .collect();
        if let Some(who) = self.chance.pick(&team).map(|p| p.login.to_owned()) {
            self.live[pull].waiting = 1;
            self.live[pull].reviewers = vec![who.clone()];
            let at = self.soon(60, 2_000);
            self.at(at, Step::Review(pull, who, 1));
        }
    }

    /// One change of more than a hundred files that nobody learns from.
    pub(crate) fn open_mega(&mut self) {
        let author = "sefa-tuilagi";
        let changes = (0..134)
            .map(|n| Change::write(format!("internal/generated/carrier_{n:03}.go"), generated(n)))
            .collect();
        let new = NewPull {
            repo: "dispatch-api".into(),
            title: "Generate the carrier clients again".into(),
            body: "Output of the generator, nothing by hand.".into(),
            branch: "sefa-tuilagi/generate-carriers".into(),
            draft: false,
            labels: Vec::new(),
            changes,
        };
        let pull = self.begin(author, &new, Vec::new());
        self.live[pull].waiting = 1;
        self.live[pull].reviewers = vec!["ngozi-eze".into()];
        let at = self.soon(60, 300);
        self.at(at, Step::Review(pull, "ngozi-eze".into(), 1));
    }

    /// One of the pull requests that are still open at the end.
    pub(crate) fn open_leftover(&mut self, n: usize) {
        let (repo, login, title, module, asked) = LEFTOVERS[n];
        let Some(spec) = REPOSITORIES.iter().find(|r| r.name == repo) else {
            return;
        };
        let Some(author) = by_login(login) else { return };
        let (mut new, planted) = self.change_by(author, spec, &spec.modules[module]);
        title.clone_into(&mut new.title);
        new.draft = false;
        new.branch = format!("{login}/{}", title.to_lowercase().replace(' ', "-"));
        let pull = self.begin(login, &new, planted);
        self.live[pull].stays_open = true;
        let name = self.live[pull].name.clone();
        if title == STORIES.example_title {
            self.found.example = Some(name.clone());
        }
        self.found.open.push(name.clone());
        if let Some(who) = asked {
            let sent = self.github.request_reviewer(&name, self.act(login), who);
            self.send(sent);
            if n == 2 || n == 3 {
                let at = self.now + Duration::minutes(95);
                self.at(at, Step::Review(pull, who.to_owned(), 0));
            }
        }
    }
}

/// The language of a module's files.
fn kind_of(module: &Module) -> Kind {
    Kind::of(&format!("x.{}", module.ending)).unwrap_or(Kind::Rust)
}

fn generated(n: usize) -> String {
    format!(
        "// Code generated by carriergen. DO NOT EDIT.\npackage generated\n\ntype Carrier{n:03} struct {{\n\tCode string\n}}\n"
    )
}

/// A small test beside the change.
fn test_file(kind: Kind, path: &str, slots: &Slots) -> Option<(String, String)> {
    let (noun, name) = (&slots.noun, capital(&slots.noun));
    let stem = path.rsplit('/').next()?.split('.').next()?;
    match kind {
        Kind::Go => Some((
            path.replace(".go", "_test.go"),
            format!(
                "package internal\n\nimport \"testing\"\n\nfunc Test{}(t *testing.T) {{\n\tgot := {}(t.Context(), 7)\n\tif got != nil {{\n\t\tt.Fatal(got)\n\t}}\n}}\n",
                slots.function, slots.function
            ),
        )),
        Kind::Python => Some((
            format!("tests/test_{noun}.py"),
            format!(
                "from eta import {noun}\n\n\ndef test_{}(df, now):\n    assert not {noun}.{}(df, [], now).empty\n",
                slots.function, slots.function
            ),
        )),
        Kind::TypeScript => Some((
            path.replace(".tsx", ".test.tsx")
                .replace(".ts", ".test.ts")
                .replace(".test.test", ".test")
                .replace(".test.tsxx", ".test.tsx"),
            format!(
                "import {{ {} }} from './{stem}';\n\ntest('{} shows each {noun}', () => {{\n  expect({}).toBeDefined();\n}});\n",
                slots.function, slots.function, slots.function
            ),
        )),
        Kind::Java => Some((
            path.replace("src/main", "src/test").replace(".java", "Test.java"),
            format!(
                "package com.lodestow.billing;\n\nclass {name}ServiceTest {{\n    @Test\n    void {}_keeps_the_total() {{\n        service.{}({noun}, List.of());\n    }}\n}}\n",
                slots.function, slots.function
            ),
        )),
        Kind::Rust | Kind::Kotlin | Kind::Sql | Kind::Hcl => None,
    }
}
