//! What maintainers said of the truck factors that were worked out for their systems (Avelino et al. 2016).
use serde::Deserialize;
use serde::Serialize;
use statrs::distribution::Beta;
use statrs::distribution::ContinuousCDF;

/// An answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
pub enum Said {
    /// Yes.
    #[serde(rename = "Agree")]
    Agree,
    /// In part.
    #[serde(rename = "Partially agree")]
    Partly,
    /// No.
    #[serde(rename = "Disagree")]
    Disagree,
    /// It can't be told.
    #[serde(rename = "Unclear")]
    Unclear,
    /// Nothing.
    #[serde(rename = "Not answered")]
    Nothing,
}

/// One system.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
pub struct Answer {
    /// Its repository.
    pub repo: String,
    /// Its truck factor.
    pub tf: u32,
    /// Whether its maintainers agree that these are the main authors.
    pub main_authors_agree: Said,
    /// Whether they agree that it would be a problem if these left.
    pub tf_problem_agree: Said,
    /// The main authors; empty where they were left out of the published data.
    pub authors: Vec<String>,
}

/// A share of those who gave a clear answer, with its interval by Jeffreys.
#[derive(Clone, Copy, PartialEq, Debug, Serialize)]
pub struct Share {
    /// Who agree, in part or wholly.
    pub agree: usize,
    /// Of these, only in part.
    pub partly: usize,
    /// Of so many clear answers.
    pub of: usize,
    /// The share, in per cent.
    pub share: f64,
    /// Lower end of its 95% interval.
    pub ci_low: f64,
    /// Upper end of it.
    pub ci_high: f64,
}

/// What a survey comes to.
#[derive(Clone, Copy, PartialEq, Debug, Serialize)]
pub struct Survey {
    /// Systems that were asked about and answered.
    pub systems: usize,
    /// Whether the main authors are the right ones.
    pub main_authors: Share,
    /// Whether it would be a problem if they left.
    pub problem: Share,
    /// The middle one of the truck factors.
    pub median_truck_factor: u32,
    /// Systems whose list of main authors has another length than their truck factor, mostly because it was left out.
    pub lists_that_differ: usize,
}

/// What a survey comes to; none of no answers.
#[must_use]
pub fn survey(answers: &[Answer]) -> Option<Survey> {
    let mut factors: Vec<u32> = answers.iter().map(|answer| answer.tf).collect();
    factors.sort_unstable();
    let differs = |answer: &&Answer| u32::try_from(answer.authors.len()) != Ok(answer.tf);
    Some(Survey {
        systems: answers.len(),
        main_authors: share(answers, |answer| answer.main_authors_agree)?,
        problem: share(answers, |answer| answer.tf_problem_agree)?,
        median_truck_factor: *factors.get(factors.len() / 2)?,
        lists_that_differ: answers.iter().filter(differs).count(),
    })
}

fn share(answers: &[Answer], said: impl Fn(&Answer) -> Said) -> Option<Share> {
    let count = |wanted: Said| answers.iter().filter(|one| said(one) == wanted).count();
    let (wholly, partly, no) = (count(Said::Agree), count(Said::Partly), count(Said::Disagree));
    let (agree, of) = (wholly + partly, wholly + partly + no);
    let posterior = Beta::new(float(agree) + 0.5, float(no) + 0.5).ok()?;
    (of > 0).then(|| Share {
        agree,
        partly,
        of,
        share: 100.0 * float(agree) / float(of),
        ci_low: 100.0 * posterior.inverse_cdf(0.025),
        ci_high: 100.0 * posterior.inverse_cdf(0.975),
    })
}

#[expect(clippy::cast_precision_loss, reason = "no survey has 2^52 answers")]
fn float(count: usize) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(main_authors_agree: Said, tf_problem_agree: Said) -> Answer {
        Answer {
            repo: String::new(),
            tf: 1,
            main_authors_agree,
            tf_problem_agree,
            authors: Vec::new(),
        }
    }

    #[test]
    fn shares_are_of_clear_answers() {
        let answers = [
            answer(Said::Agree, Said::Disagree),
            answer(Said::Partly, Said::Nothing),
            answer(Said::Unclear, Said::Agree),
            answer(Said::Disagree, Said::Disagree),
        ];
        let found = survey(&answers).expect("answers");
        assert_eq!((found.main_authors.agree, found.main_authors.of), (2, 3));
        assert_eq!((found.problem.agree, found.problem.of), (1, 3));
        assert!(found.problem.ci_low < found.problem.share && found.problem.share < found.problem.ci_high);
        assert_eq!(found.lists_that_differ, 4);
    }

    #[test]
    fn no_clear_answer_is_no_share() {
        assert_eq!(survey(&[answer(Said::Unclear, Said::Nothing)]), None);
        assert_eq!(survey(&[]), None);
    }
}
