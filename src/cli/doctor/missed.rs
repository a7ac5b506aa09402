//! Whether webhooks that never arrived are asked for.
use sqlx::PgPool;

use crate::cli::doctor::Finding;
use crate::store::StoreError;
use crate::store::sweeps;
use crate::store::sweeps::Looks;

/// What is wrong with it; none: nothing, or nobody looked yet.
pub(super) async fn checked(pool: &PgPool) -> Option<Finding> {
    let looks = async { sweeps::looks(&mut *pool.acquire().await.map_err(StoreError::from)?).await };
    match looks.await {
        Ok(looks) => finding(&looks?),
        Err(error) => Some(Finding::fail(NAME, error.to_string(), "look into the database's log")),
    }
}

const NAME: &str = "missed webhooks";

fn finding(looks: &Looks) -> Option<Finding> {
    if let Some((at, why)) = looks.failure() {
        let said = format!("the look for them at {} failed: {why}", at.format("%Y-%m-%d %H:%M UTC"));
        return Some(Finding::fail(
            NAME,
            said,
            "mend that; `peerlore sweep` looks again at once",
        ));
    }
    let gap = looks.gap?;
    let day = |at: crate::model::clock::Time| at.format("%Y-%m-%d %H:%M UTC").to_string();
    let said = format!(
        "GitHub can't send again what happened from {} to {}",
        day(gap.from),
        day(gap.to)
    );
    Some(Finding::warn(
        NAME,
        said,
        "let `peerlore serve` run: it reads that time anew as history",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::doctor::Verdict;
    use crate::store::sweeps::Counts;
    use crate::store::sweeps::Gap;

    #[test]
    fn a_failure_comes_before_a_gap_and_a_later_look_ends_it() {
        let at = |text: &str| text.parse().expect("a time");
        let mut looks = Looks {
            reached_at: None,
            swept_at: None,
            counts: Counts::default(),
            failed: Some((at("2026-11-12T12:00:00Z"), "GitHub refused it".to_owned())),
            gap: Some(Gap {
                from: at("2026-11-01T12:00:00Z"),
                to: at("2026-11-09T12:00:00Z"),
            }),
        };
        let failed = finding(&looks).expect("a finding");
        assert_eq!(failed.verdict, Verdict::Fail);
        assert!(
            failed.said.contains("2026-11-12 12:00 UTC failed: GitHub refused it"),
            "{}",
            failed.said
        );
        looks.swept_at = Some(at("2026-11-12T13:00:00Z"));
        let gap = finding(&looks).expect("a finding");
        assert_eq!(gap.verdict, Verdict::Warn);
        assert!(
            gap.said.contains("from 2026-11-01 12:00 UTC to 2026-11-09 12:00 UTC"),
            "{}",
            gap.said
        );
        looks.gap = None;
        assert!(finding(&looks).is_none());
    }
}
