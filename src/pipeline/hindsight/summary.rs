//! A replay as JSON: of the whole, as the command and the page's address give it alike.
use std::collections::BTreeMap;

use serde::Serialize;

use crate::pipeline::hindsight::Budget;
use crate::pipeline::hindsight::FEWEST_PEOPLE;
use crate::pipeline::hindsight::Figures;
use crate::pipeline::hindsight::Policy;
use crate::pipeline::hindsight::Report;
use crate::pipeline::hindsight::words;

/// What was replayed, and what came of it. It names nobody.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Summary<'a> {
    /// The organisation's login.
    pub organisation: &'a str,
    /// The one repository, `owner/name`; none: all that may be read.
    pub repository: Option<&'a str>,
    /// So many of the last reviewed pull requests were wanted.
    pub last: usize,
    /// What chose at random.
    pub seed: u64,
    /// Pull requests that were asked about.
    pub asked: usize,
    /// Pull requests that were known of.
    pub history: usize,
    /// Whether the figures rest on enough.
    pub enough_evidence: bool,
    /// Files that the pull requests asked about touched.
    pub files: Option<usize>,
    /// Parts of the code that they lie in.
    pub parts: Option<usize>,
    /// People among whom the reviews are spread.
    pub people: Option<usize>,
    /// What came of each policy.
    pub policies: BTreeMap<Policy, Figures>,
    /// What would have come of other budgets for learners.
    pub budgets: Vec<Budget>,
    /// What the figures tell, in sentences.
    pub told: Vec<String>,
    /// What limits them.
    pub limits: Vec<String>,
}

/// Of whom and of how much a replay is.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Of<'a> {
    /// The organisation's login.
    pub organisation: &'a str,
    /// The one repository, `owner/name`; none: all that may be read.
    pub repository: Option<&'a str>,
    /// So many of the last reviewed pull requests were wanted.
    pub last: usize,
    /// What chose at random.
    pub seed: u64,
}

impl<'a> Summary<'a> {
    fn whole(of: Of<'a>, report: &Report) -> Self {
        Self {
            organisation: of.organisation,
            repository: of.repository,
            last: of.last,
            seed: of.seed,
            asked: report.asked.len(),
            history: report.history,
            enough_evidence: report.is_enough(),
            files: Some(report.files),
            parts: Some(report.parts),
            people: Some(report.people),
            policies: report.figures.clone(),
            budgets: report.budgets.clone(),
            told: words::brief(report).into_iter().chain(words::told(report)).collect(),
            limits: limits(report),
        }
    }

    /// What the page and the command show: no figure that rests on too little, and no number of too few people.
    #[must_use]
    pub fn shown(of: Of<'a>, report: &Report) -> Self {
        let mut summary = Self::whole(of, report);
        if !report.is_enough() {
            (summary.files, summary.parts, summary.people) = (None, None, None);
            summary.policies.clear();
            summary.budgets.clear();
        }
        summary.people = summary.people.filter(|people| *people >= FEWEST_PEOPLE);
        summary
    }
}

/// How load is reckoned, and what else limits the figures.
#[must_use]
pub fn limits(report: &Report) -> Vec<String> {
    std::iter::once(words::spared()).chain(words::limits(report)).collect()
}
