//! What the figures tell, and how sure they are, in sentences.
use crate::model::wording;
use crate::suggest::replay::CORE;
use crate::suggest::replay::ENOUGH;
use crate::suggest::replay::Estimate;
use crate::suggest::replay::OPEN_DAYS;
use crate::suggest::replay::Policy;
use crate::suggest::replay::REVIEWS_A_LEARNER;
use crate::suggest::replay::Report;

/// A row of the table of figures.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Row {
    /// What is measured.
    pub measure: String,
    /// A figure for each policy, in the order of [`Policy::ALL`]; empty where it makes no sense.
    pub figures: Vec<String>,
}

/// The table of figures.
#[must_use]
pub fn table(report: &Report) -> Vec<Row> {
    let (files, parts) = (report.files, report.parts);
    let row = |measure: String, figure: &dyn Fn(Policy) -> Option<String>| Row {
        measure,
        figures: Policy::ALL
            .into_iter()
            .map(|policy| figure(policy).unwrap_or_default())
            .collect(),
    };
    let of = |policy: Policy| report.figures.get(&policy);
    vec![
        row("The pick was one of those who reviewed".to_owned(), &|policy| {
            Some(percent(of(policy)?.top1?.value))
        }),
        row("Mean reciprocal rank of the first who reviewed".to_owned(), &|policy| {
            Some(format!("{:.2}", of(policy)?.mrr?.value))
        }),
        row("Expertise: files that a reviewer knew before".to_owned(), &|policy| {
            Some(percent(of(policy)?.expertise?.value))
        }),
        row("Unevenness of reviews (Gini, 0 to 1)".to_owned(), &|policy| {
            Some(format!("{:.2}", of(policy)?.gini?))
        }),
        row(format!("Reviews done by the {CORE} busiest"), &|policy| {
            Some(percent(of(policy)?.busiest_share?))
        }),
        row(format!("Files at risk at the end, of {files}"), &|policy| {
            Some(of(policy)?.files_at_risk.to_string())
        }),
        row(format!("Parts of the code at risk at the end, of {parts}"), &|policy| {
            Some(of(policy)?.parts_at_risk.to_string())
        }),
        row("Pull requests with a reviewer of another team".to_owned(), &|policy| {
            Some(percent(of(policy)?.cross_team?.value))
        }),
        row("Reviews that nobody did in reality".to_owned(), &|policy| {
            Some(of(policy)?.extra.to_string())
        }),
    ]
}

/// What the figures tell, with how sure they are; one sentence where they rest on too little.
#[must_use]
pub fn told(report: &Report) -> Vec<String> {
    let asked = report.asked.len();
    if !report.is_enough() {
        let told = wording::count(asked, "reviewed pull request");
        return vec![format!(
            "Not enough evidence yet: {told} {} asked about, and figures of fewer than about {ENOUGH} mislead; ask for more, or come back when \
             there are more.",
            if asked == 1 { "was" } else { "were" }
        )];
    }
    let top1 = |policy: Policy| report.figures.get(&policy)?.top1;
    let mut told = Vec::new();
    if let (Some(ours), Some(experts), Some(random)) =
        (top1(Policy::Ours), top1(Policy::ExpertOnly), top1(Policy::Random))
    {
        told.push(format!(
            "Our pick was one of those who reviewed in {} of these pull requests ({}), expert only in {} ({}), random in {} ({}). Whoever \
             wasn't asked may have been as good: this tells how well a pick fits your habits, not how good a review would have been.",
            percent(ours.value), between(&ours), percent(experts.value), between(&experts), percent(random.value), between(&random)
        ));
    }
    for policy in [Policy::Ours, Policy::ExpertOnly, Policy::Random] {
        let change = report.figures.get(&policy).and_then(|figures| figures.expertise_change);
        if let Some(change) = change {
            told.push(format!("Expertise with {}: {}.", named(policy), verdict(&change)));
        }
    }
    told.extend(risk(report));
    told
}

/// What the figures come to, in three sentences at most; none where they rest on too little.
#[must_use]
pub fn brief(report: &Report) -> Vec<String> {
    if !report.is_enough() {
        return Vec::new();
    }
    let of = |policy: Policy| report.figures.get(&policy);
    let top1 = |policy: Policy| Some(percent(of(policy)?.top1?.value));
    let mut brief = Vec::new();
    if let (Some(ours), Some(experts), Some(random)) =
        (top1(Policy::Ours), top1(Policy::ExpertOnly), top1(Policy::Random))
    {
        brief.push(format!(
            "Our pick really reviewed in {ours} of these pull requests; whoever knows most did in {experts}, somebody at random in {random}."
        ));
    }
    brief.extend(load(report));
    if let (Some(happened), Some(learner)) = (of(Policy::Happened), of(Policy::WithLearner)) {
        let (before, after) = (happened.files_at_risk, learner.files_at_risk);
        let hangs = if before == 1 { "hangs" } else { "hang" };
        let begin = format!(
            "{before} of {} {hangs} on one person or nobody",
            wording::count(report.files, "file")
        );
        brief.push(match learner.extra {
            0 => format!(
                "{begin}. Nobody would have joined to learn: it takes more than {REVIEWS_A_LEARNER} reviews, and somebody who knows code nearby and \
                 would make a file safer."
            ),
            extra => format!(
                "{begin}; with a learner in {} it would be {after}.",
                wording::count(extra, "review")
            ),
        });
    }
    brief
}

fn load(report: &Report) -> Option<String> {
    let busiest = |policy: Policy| report.figures.get(&policy)?.busiest_share;
    let (ours, happened) = (busiest(Policy::Ours)?, busiest(Policy::Happened)?);
    Some(format!(
        "The {CORE} busiest do {} of all reviews with our pick, and did {} in what happened.",
        percent(ours),
        percent(happened)
    ))
}

fn named(policy: Policy) -> &'static str {
    match policy {
        Policy::Ours => "our pick in one reviewer's place",
        Policy::ExpertOnly => "the pick by expertise only",
        Policy::Random => "a random pick",
        Policy::Happened | Policy::WithLearner => policy.name(),
    }
}

fn risk(report: &Report) -> Option<String> {
    let (happened, learner) = (
        report.figures.get(&Policy::Happened)?,
        report.figures.get(&Policy::WithLearner)?,
    );
    let (risky, files) = (happened.files_at_risk, report.files);
    let begin = format!(
        "{} of {files} {} at risk at the end of what happened",
        wording::count(risky, "file"),
        is_or_are(risky)
    );
    if learner.extra == 0 {
        return Some(format!("{begin}. Nobody would have joined to learn."));
    }
    let extra = wording::count(learner.extra, "extra review");
    Some(format!(
        "{begin}; with {extra} by somebody who would learn, {}. That is one replay and has no interval: chance moves it, too.",
        learner.files_at_risk
    ))
}

/// How load is reckoned for our pick.
#[must_use]
pub fn spared() -> String {
    format!(
        "Our pick is spared as in a real suggestion: open reviews make somebody less likely to be asked, and nobody is who has as many as the \
         settings allow or was picked often enough that day; a review counts as open until its pull request is closed, {OPEN_DAYS} days at most."
    )
}

/// What limits the figures, in sentences.
#[must_use]
pub fn limits(report: &Report) -> Vec<String> {
    let mut limits = vec![
        known_before(report),
        "The picks here come from reviews and files alone; expert only and random spare nobody. A real suggestion also weighs skills and who \
         owns the files, and leaves out who is away, so it can name somebody else."
            .to_owned(),
        "A pick replaces one of those who reviewed, always the same one under every policy, and knows the files afterwards. A file is at risk \
         when at most one person who was active in the last 180 days ever reviewed it; who owns its lines isn't known."
            .to_owned(),
    ];
    if report.figures.values().all(|figures| figures.gini.is_none()) {
        limits.push("Too few people review here to say how reviews are spread over them.".to_owned());
    }
    if report.figures.values().all(|figures| figures.cross_team.is_none()) {
        limits.push("Teams aren't known here, so nothing is said of reviewers from other teams.".to_owned());
    } else {
        limits.push("Teams are those of today.".to_owned());
    }
    limits
}

/// What the picks knew. Where no files were read, as in an import without them, later comments say a little of what a change was about.
fn known_before(report: &Report) -> String {
    let known = "Only what was closed before each pull request was opened was known to the picks";
    match report.files_unknown {
        0 => format!("{known}; what came later changes nothing."),
        unknown => format!(
            "{known}, but for the files of {unknown} of them: these were never read, so the places that were commented on later stand for them. \
             Their picks may be a little too good, and files that nobody commented on are missing everywhere."
        ),
    }
}

/// A share in [0, 1] as "82%".
#[must_use]
pub fn percent(share: f64) -> String {
    format!("{:.0}%", share * 100.0)
}

fn between(estimate: &Estimate) -> String {
    format!(
        "between {} and {}, 95% interval",
        percent(estimate.low),
        percent(estimate.high)
    )
}

/// What a change tells: more, less, or nothing that chance couldn't explain.
fn verdict(change: &Estimate) -> String {
    let points = |share: f64| format!("{:.1}", share.abs() * 100.0);
    let interval = format!(
        "{:+.1} to {:+.1} points, 95% interval",
        change.low * 100.0,
        change.high * 100.0
    );
    if change.low > 0.0 {
        format!("{} points more than what happened ({interval})", points(change.value))
    } else if change.high < 0.0 {
        format!("{} points less than what happened ({interval})", points(change.value))
    } else {
        format!("no difference from what happened that chance couldn't explain ({interval})")
    }
}

fn is_or_are(number: usize) -> &'static str {
    if number == 1 { "is" } else { "are" }
}
