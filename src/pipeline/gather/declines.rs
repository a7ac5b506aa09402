//! What people said is not theirs: who isn't suggested on this pull request any more, and what counts less on others.
use std::collections::BTreeSet;

use chrono::Duration;
use sqlx::PgConnection;

use crate::model::clock::Time;
use crate::model::ids::InstallationId;
use crate::model::ids::PersonId;
use crate::model::ids::PullKey;
use crate::model::skill::Area;
use crate::pipeline::StepError;
use crate::pipeline::gather::Known;
use crate::store::asks;
use crate::store::contents;
use crate::store::declines;
use crate::store::declines::Declined;
use crate::store::past;
use crate::suggest::query::PastChange;
use crate::suggest::query::PastReview;

/// Days in which half of a declined area's strength is back. Judgement: as long as a folder that was left is left.
pub const HALF_LIFE_DAYS: i64 = 180;
/// Half-lives after which nothing of it can be felt.
const FELT: i64 = 4;
/// Areas of one change that somebody can decline at once: those it is most about.
const AREAS: usize = 3;
/// Folders of one change that somebody can decline at once.
const FOLDERS: usize = 20;

/// Takes into account who refused this pull request, and which areas were declined; gives the folders that were left, which tell how the
/// past is to be read.
///
/// # Errors
/// [`StepError::Store`] when the database is away.
pub async fn consider(
    conn: &mut PgConnection,
    (id, key): (InstallationId, PullKey),
    known: &mut Known,
    at: Time,
) -> Result<Vec<Declined>, StepError> {
    let refused = asks::refused(conn, id, key).await?;
    known.candidates.retain(|candidate| !refused.contains(&candidate.id));
    let since = at - Duration::days(HALF_LIFE_DAYS * FELT);
    let mut left = Vec::new();
    for declined in declines::bearing_on(conn, id, key.repo, since).await? {
        if declined.is_area {
            weaken(known, &declined, at);
        } else if at - declined.at < Duration::days(HALF_LIFE_DAYS) {
            left.push(declined);
        }
    }
    Ok(left)
}

/// What counts of an area so long after it was declined, from 0 to 1.
#[must_use]
pub fn share(declined_at: Time, at: Time) -> f64 {
    let days = (at - declined_at).as_seconds_f64().max(0.0) / 86_400.0;
    #[expect(clippy::cast_precision_loss, reason = "a small constant")]
    let half_life = HALF_LIFE_DAYS as f64;
    1.0 - (-days / half_life).exp2()
}

fn weaken(known: &mut Known, declined: &Declined, at: Time) {
    let Ok(area) = declined.what.parse::<Area>() else {
        return;
    };
    let candidates = known.candidates.iter_mut();
    for candidate in candidates.filter(|candidate| candidate.id == declined.person) {
        for skill in candidate.skills.iter_mut().filter(|skill| skill.area == area) {
            skill.strength *= share(declined.at, at);
        }
    }
}

/// What somebody reviewed in a folder before they left it says nothing of them; what they do there later does.
pub fn forget_review(review: &mut PastReview, left: &Declined) {
    if review.at <= left.at && review.files.iter().any(|file| is_in(file, &left.what)) {
        review.reviewers.retain(|person| *person != left.person);
    }
}

/// Whether somebody wrote a change in a folder before they left it.
#[must_use]
pub fn is_forgotten(change: &PastChange, left: &Declined) -> bool {
    change.author == left.person && change.at <= left.at && change.files.iter().any(|file| is_in(file, &left.what))
}

fn is_in(file: &str, folder: &str) -> bool {
    if folder.ends_with('/') {
        file.starts_with(folder)
    } else {
        file == folder
    }
}

/// The folder of a file, with its slash; a file that lies at the top stands for itself.
fn folder(path: &str) -> &str {
    path.rfind('/').map_or(path, |slash| &path[..=slash])
}

/// Notes that what this pull request is about is not this person's: its folders, and the areas it is most about.
///
/// # Errors
/// [`StepError::Store`] when the database is away.
pub async fn decline(
    conn: &mut PgConnection,
    (id, key): (InstallationId, PullKey),
    person: PersonId,
    (reason, at): (&str, Time),
) -> Result<(), StepError> {
    let files = contents::files(conn, id, key).await?;
    let folders: BTreeSet<&str> = files
        .iter()
        .filter(|file| !file.mechanical)
        .map(|file| folder(&file.path))
        .collect();
    let folders: Vec<String> = folders.into_iter().take(FOLDERS).map(str::to_owned).collect();
    let areas = past::areas_under(conn, id, (key.repo, &folders), at).await?;
    let areas: Vec<String> = areas.into_iter().take(AREAS).map(|(area, _)| area).collect();
    declines::add(conn, (id, person), &areas, (key.repo, &folders), (reason, at)).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::model::graph::Confidence;
    use crate::model::ids::RepoId;
    use crate::model::suggestion::LeftOut;
    use crate::suggest::past::Past;
    use crate::suggest::query::Candidate;
    use crate::suggest::query::HeldSkill;
    use crate::suggest::query::PullAsked;

    #[test]
    fn half_of_an_area_is_back_after_a_half_life() {
        let at = Time::UNIX_EPOCH;
        assert!(share(at, at).abs() < 1e-9);
        assert!((share(at, at + Duration::days(HALF_LIFE_DAYS)) - 0.5).abs() < 1e-9);
        assert!(share(at, at + Duration::days(HALF_LIFE_DAYS * FELT)) > 0.9);
    }

    fn known() -> Known {
        let person = PersonId(2);
        Known {
            pull: PullAsked::default(),
            past: Arc::new(Past::new(Time::UNIX_EPOCH)),
            candidates: vec![Candidate {
                skills: [Area::Databases, Area::Testing]
                    .map(|area| HeldSkill {
                        area,
                        strength: 4.0,
                        confidence: Confidence::High,
                        pulls: 4,
                    })
                    .to_vec(),
                ..Candidate::new(person, "ben")
            }],
            teams: Vec::new(),
            left_out: LeftOut::default(),
        }
    }

    fn declined(what: &str, is_area: bool) -> Declined {
        Declined {
            person: PersonId(2),
            repo: RepoId(70),
            repo_name: String::new(),
            what: what.to_owned(),
            is_area,
            at: Time::UNIX_EPOCH + Duration::days(10),
        }
    }

    #[test]
    fn a_declined_area_weakens_that_skill_alone() {
        let mut known = known();
        let declined = declined("databases", true);
        weaken(&mut known, &declined, declined.at + Duration::days(HALF_LIFE_DAYS));
        let strengths: Vec<f64> = known.candidates[0].skills.iter().map(|skill| skill.strength).collect();
        assert!(
            (strengths[0] - 2.0).abs() < 1e-9 && (strengths[1] - 4.0).abs() < 1e-9,
            "{strengths:?}"
        );
    }

    #[test]
    fn what_was_done_in_a_folder_before_it_was_left_says_nothing_of_them() {
        let day = |day| Time::UNIX_EPOCH + Duration::days(day);
        let files = vec!["src/ledger/post.rs".to_owned()];
        let reviewers = |at, folder: &str| {
            let mut review = PastReview {
                pull: 1,
                author: Some(PersonId(1)),
                at,
                closed_at: None,
                reviewers: vec![PersonId(2), PersonId(3)],
                files: files.clone(),
            };
            forget_review(&mut review, &declined(folder, false));
            review.reviewers.len()
        };
        let ledger = "src/ledger/";
        let reviewed = [reviewers(day(0), ledger), reviewers(day(20), ledger)];
        assert_eq!(reviewed, [1, 2], "what they do there later counts");
        assert_eq!(reviewers(day(0), "src/pages/"), 2);
        let forgotten = |author, at, folder: &str| {
            let change = PastChange {
                pull: 3,
                author: PersonId(author),
                at,
                files: files.clone(),
            };
            is_forgotten(&change, &declined(folder, false))
        };
        assert!(forgotten(2, day(0), ledger));
        assert!(!forgotten(2, day(20), ledger) && !forgotten(3, day(0), ledger) && !forgotten(2, day(0), "src/pages/"));
    }

    #[test]
    fn a_folder_holds_what_lies_below_it() {
        assert_eq!(folder("src/ledger/post.rs"), "src/ledger/");
        assert_eq!(folder("README.md"), "README.md");
        assert!(is_in("src/ledger/a/b.rs", "src/ledger/"));
        assert!(!is_in("src/ledger2/a.rs", "src/ledger/") && !is_in("README.md.bak", "README.md"));
    }
}
