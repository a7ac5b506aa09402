//! How much one question to GraphQL may ask for.
//!
//! GitHub allows 500,000 nodes a question and counts a call's cost by the connections it opens. Source: GitHub GraphQL
//! API, "Rate limits and query limits for the GraphQL API".

/// The most nodes that GitHub lets one question ask for.
pub const NODE_LIMIT: u64 = 500_000;

/// How many of each thing a page of pull requests asks for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Sizes {
    /// Pull requests.
    pub pulls: u32,
    /// Files of each.
    pub files: u32,
    /// Commits of each.
    pub commits: u32,
    /// Authors of each commit.
    pub authors: u32,
    /// Reviews of each.
    pub reviews: u32,
    /// Review threads of each.
    pub threads: u32,
    /// Comments of each thread.
    pub replies: u32,
    /// Comments in the conversation of each.
    pub talk: u32,
    /// Entries of the timeline of each.
    pub timeline: u32,
    /// Labels of each, and people or teams that are asked to review it.
    pub few: u32,
}

impl Sizes {
    /// What most pull requests fit in, for a page of so many of them; the rest of bigger ones is asked for apart.
    #[must_use]
    pub fn usual(pulls: u32) -> Self {
        Self {
            pulls,
            files: 100,
            commits: 20,
            authors: 5,
            reviews: 30,
            threads: 20,
            replies: 10,
            talk: 30,
            timeline: 50,
            few: 20,
        }
    }

    /// The same for a page of so many, or as many of them as GitHub lets one question ask for.
    #[must_use]
    pub fn fitting(pulls: u32) -> Self {
        let mut sizes = Self::usual(pulls.clamp(1, 100));
        while sizes.nodes() > NODE_LIMIT && sizes.pulls > 1 {
            sizes.pulls /= 2;
        }
        sizes
    }

    /// Everything of one pull request that one question can hold.
    #[must_use]
    pub fn rest() -> Self {
        Self {
            pulls: 1,
            files: 100,
            commits: 100,
            authors: 10,
            reviews: 100,
            threads: 100,
            replies: 100,
            talk: 100,
            timeline: 100,
            few: 100,
        }
    }

    /// The nodes that a page asks for at most.
    #[must_use]
    pub fn nodes(self) -> u64 {
        let [
            pulls,
            files,
            commits,
            authors,
            reviews,
            threads,
            replies,
            talk,
            timeline,
            few,
        ] = [
            self.pulls,
            self.files,
            self.commits,
            self.authors,
            self.reviews,
            self.threads,
            self.replies,
            self.talk,
            self.timeline,
            self.few,
        ]
        .map(u64::from);
        let each = files + commits * (1 + authors) + reviews + threads * (1 + replies) + talk + timeline + 2 * few;
        pulls * (1 + each)
    }

    /// What a page costs of the 5,000 points an hour: a hundredth of the connections it opens, 1 at least.
    #[must_use]
    pub fn points(self) -> u64 {
        let [pulls, commits, threads] = [self.pulls, self.commits, self.threads].map(u64::from);
        // Files, commits, reviews, threads, conversation, timeline, labels, requests.
        let opened = 1 + pulls * (8 + commits + threads);
        opened.div_ceil(100).max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_page_stays_far_below_the_node_limit_and_within_an_hours_points() {
        for pulls in 1..=100 {
            assert!(Sizes::usual(pulls).nodes() <= NODE_LIMIT, "{pulls}");
        }
        assert!(Sizes::rest().nodes() <= NODE_LIMIT);
        let page = Sizes::usual(25);
        assert_eq!(page.nodes(), 25 * (1 + 100 + 20 * 6 + 30 + 20 * 11 + 30 + 50 + 40));
        assert_eq!(page.points(), 13, "1,000 pull requests cost 520 of 5,000 points");
    }
}
