//! What reviewers find, what they say, and how a pull request ends.

use crate::demo::comments::Card;
use crate::demo::github::{NewComment, NewReview, Verdict};
use crate::demo::people::{DEPENDENCY_BOT, Person, ROBOT_REVIEWER, by_login};
use crate::demo::stories::STORIES;
use crate::demo::year::{LiveThread, Step, Year};

/// A comment that is about to be written.
struct Draft {
    thread: LiveThread,
    comment: NewComment,
}

impl Year {
    /// A reviewer looks: the first time at everything, later at what was done about it.
    pub(crate) fn review(&mut self, pull: usize, who: &str, round: u8) {
        if self.live[pull].done || (!self.is_here(who) && who != ROBOT_REVIEWER) {
            self.live[pull].waiting = self.live[pull].waiting.saturating_sub(1);
            self.finish_if_ready(pull);
            return;
        }
        let drafts = match round {
            0 => self.findings(pull, who),
            9 => self.robot_findings(pull),
            _ if self.live[pull].planted.is_empty() || self.chance.percent(91) => Vec::new(),
            _ => self.general_finding(pull, who).into_iter().collect(),
        };
        let asks = drafts.iter().any(|d| !d.thread.card.is_praise());
        let verdict = match (round, asks, self.chance.below(10)) {
            (9, _, _) | (_, true, 0..=6) => Verdict::Commented,
            (_, true, 7) | (_, false, _) => Verdict::Approved,
            (_, true, _) => Verdict::ChangesRequested,
        };
        let what = if asks { "summary" } else { "approve" };
        let body = if round == 9 {
            ""
        } else {
            self.chance.pick(self.deck.talk(what)).copied().unwrap_or_default()
        };
        let review = NewReview {
            verdict,
            body: body.to_owned(),
            comments: drafts.iter().map(|d| d.comment.clone()).collect(),
        };
        let posted = self.github.submit_review(&self.live[pull].name, self.act(who), &review);
        self.send(posted.deliveries);
        if posted.comments.len() == drafts.len() {
            for (draft, root) in drafts.into_iter().zip(posted.comments) {
                let handled = draft.thread.card.is_praise();
                self.live[pull].threads.push(LiveThread {
                    root,
                    handled,
                    ..draft.thread
                });
            }
        }
        if round == 9 || self.live[pull].stays_open {
            return;
        }
        if asks {
            let at = self.soon(35, 900);
            self.at(at, Step::Follow(pull));
        } else {
            self.live[pull].waiting = self.live[pull].waiting.saturating_sub(1);
            self.finish_if_ready(pull);
        }
    }

    /// What a person finds in a change: mostly flaws in what they know well.
    fn findings(&mut self, pull: usize, who: &str) -> Vec<Draft> {
        let Some(person) = by_login(who) else { return Vec::new() };
        let mut drafts: Vec<Draft> = Vec::new();
        for flaw in 0..self.live[pull].planted.len() {
            let taken = self.live[pull]
                .threads
                .iter()
                .any(|t| t.on_flaw && t.flaw == flaw && t.by != ROBOT_REVIEWER);
            let percent = self.eye_for(person, pull, flaw);
            if !taken && self.chance.percent(percent) {
                drafts.extend(self.flaw_finding(pull, who, flaw));
            }
        }
        if self.chance.percent(30) {
            drafts.extend(self.general_finding(pull, who));
        }
        if self.chance.percent(9) {
            drafts.extend(self.praise(pull, who));
        }
        let mut seen: Vec<(String, usize)> = Vec::new();
        drafts.retain(|d| {
            let place = (d.comment.path.clone(), d.comment.line);
            let new = !seen.contains(&place);
            seen.push(place);
            new
        });
        drafts
    }

    /// How likely a person sees and mentions a flaw, in percent.
    fn eye_for(&self, person: &Person, pull: usize, flaw: usize) -> usize {
        let planted = &self.live[pull].planted[flaw];
        let strength = person.strength(planted.kind);
        if planted.card.tag == Some("index") && strength > 0 {
            let story = person.login == STORIES.teacher || person.login == STORIES.learner;
            return if story { 96 } else { 45 };
        }
        if planted.card.after.is_empty() {
            return if strength > 2 { 35 } else { 68 };
        }
        let knows = planted.card.areas.iter().any(|a| person.strong.contains(a));
        match (strength, knows) {
            (0, _) => 0,
            (1, false) => 30,
            (2, false) => 44,
            (_, false) | (1, true) => 55,
            (_, true) => 80,
        }
    }

    fn flaw_finding(&mut self, pull: usize, who: &str, flaw: usize) -> Option<Draft> {
        let planted = self.live[pull].planted[flaw].clone();
        let text = self.github.text_at_head(&self.live[pull].name, &planted.path)?;
        let line = planted.line_in(&text)?;
        let say = self.chance.pick(&planted.card.says).copied()?;
        if planted.card.after.is_empty() && !self.asked.insert((who.to_owned(), say)) {
            return None;
        }
        let mut body = planted.slots.fill(say);
        let suggestion = planted.suggestion().filter(|_| self.chance.percent(30));
        if let Some(block) = &suggestion {
            body = format!("{body}\n\n{block}");
        }
        let mut comment = NewComment::on(&planted.path, line, &body);
        if planted.before.len() > 2 && self.chance.percent(20) {
            let first = line - planted.card.spot;
            comment.start_line = Some(first);
            comment.line = first + planted.before.len() - 1;
        }
        Some(Draft {
            thread: thread(who, flaw, true, planted.card, suggestion.is_some()),
            comment,
        })
    }

    /// A remark on a function as a whole, from the cards that fit any code.
    fn general_finding(&mut self, pull: usize, who: &str) -> Option<Draft> {
        let strong = by_login(who)?.strong;
        let flaw = self.chance.below(self.live[pull].planted.len());
        let cards: Vec<Card> = self.deck.any().iter().filter(|c| !c.is_praise()).cloned().collect();
        let weigh = |c: &Card| {
            if c.areas.iter().any(|a| strong.contains(a)) {
                5
            } else {
                2
            }
        };
        let weights: Vec<u32> = cards.iter().map(weigh).collect();
        let card = cards[self.chance.weighted(&weights)?].clone();
        self.on_head(pull, who, (flaw, card))
    }

    fn praise(&mut self, pull: usize, who: &str) -> Option<Draft> {
        let flaw = self.chance.below(self.live[pull].planted.len());
        let kind = self.live[pull].planted.get(flaw)?.kind;
        let all: Vec<Card> = self
            .deck
            .of(kind)
            .iter()
            .chain(self.deck.any())
            .filter(|c| c.is_praise())
            .cloned()
            .collect();
        let card = self.chance.pick(&all).cloned()?;
        self.on_head(pull, who, (flaw, card))
    }

    fn on_head(&mut self, pull: usize, who: &str, what: (usize, Card)) -> Option<Draft> {
        let (flaw, card) = what;
        let planted = self.live[pull].planted.get(flaw)?;
        let text = self.github.text_at_head(&self.live[pull].name, &planted.path)?;
        let line = planted.head_in(&text)?;
        // A question is never asked twice in one pull request, and rarely twice by one person.
        let before = self.live[pull].threads.iter().any(|t| t.card.says == card.says);
        let say = self.chance.pick(&card.says).copied().filter(|_| !before)?;
        if !card.explains.is_empty() && !self.asked.insert((who.to_owned(), say)) {
            return None;
        }
        let body = self.live[pull].planted[flaw].slots.fill(say);
        let comment = NewComment::on(&self.live[pull].planted[flaw].path, line, &body);
        Some(Draft {
            thread: thread(who, flaw, false, card, false),
            comment,
        })
    }

    /// What a language model finds: always something, seldom anything.
    fn robot_findings(&mut self, pull: usize) -> Vec<Draft> {
        let says = self.deck.talk("robot").to_vec();
        let count = 1 + self.chance.below(2);
        let mut drafts = Vec::new();
        for flaw in 0..count.min(self.live[pull].planted.len()) {
            let Some(say) = self.chance.pick(&says).copied() else {
                continue;
            };
            let card = Card {
                areas: vec!["readability"],
                says: vec![say],
                ..Card::default()
            };
            drafts.extend(self.on_head(pull, ROBOT_REVIEWER, (flaw, card)));
        }
        drafts
    }

    /// Merges once nobody is waited for.
    pub(crate) fn finish_if_ready(&mut self, pull: usize) {
        let live = &self.live[pull];
        if live.waiting == 0 && !live.stays_open && !live.done {
            let at = self.soon(20, 420);
            self.at(at, Step::Finish(pull));
        }
    }

    /// Merges or, now and then, closes a pull request.
    pub(crate) fn finish(&mut self, pull: usize) {
        if self.live[pull].done || self.live[pull].stays_open {
            return;
        }
        self.live[pull].done = true;
        let (author, name) = (self.live[pull].author.clone(), self.live[pull].name.clone());
        let by_bot = author == DEPENDENCY_BOT;
        let reviewer = self.live[pull].reviewers.first().cloned();
        let by = reviewer.filter(|_| by_bot || self.chance.percent(25)).unwrap_or(author);
        let sent = if self.chance.percent(5) {
            self.github.close(&name, self.act(&by))
        } else {
            self.github.merge(&name, self.act(&by))
        };
        self.send(sent);
        // What is no longer needed goes, so that a year stays small.
        self.live[pull].planted = Vec::new();
        self.live[pull].threads = Vec::new();
    }

    /// Somebody answers in a thread.
    pub(crate) fn say(&mut self, pull: usize, who: &str, root: u64, text: &str) {
        let reply = NewComment::reply(root, text);
        let posted = self.github.review_comment(&self.live[pull].name, self.act(who), reply);
        self.send(posted.deliveries);
    }
}

fn thread(who: &str, flaw: usize, on_flaw: bool, card: Card, suggested: bool) -> LiveThread {
    LiveThread {
        root: 0,
        by: who.to_owned(),
        flaw,
        on_flaw,
        card,
        suggested,
        handled: false,
    }
}
