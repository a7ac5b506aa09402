//! New comments, one at a time: each is stored, read, and all that follows for lessons and edges is done.
use std::time::Duration;
use std::time::Instant;

use peerlore::model::clock::Time;
use peerlore::model::comment::CommentPlace;
use peerlore::model::event::CommentSeen;
use peerlore::model::ids::CommentId;
use peerlore::model::ids::PersonId;
use peerlore::model::ids::PullKey;
use peerlore::model::ids::RepoId;
use peerlore::model::person::Actor;
use peerlore::model::person::PersonKind;
use peerlore::pipeline::learn;
use peerlore::pipeline::learn::Reread;
use peerlore::store::comments;
use sqlx::PgPool;

use crate::steps::MADE;
use crate::steps::pipeline;

/// Behind the numbers of all comments that were made.
const FIRST: i64 = 1 << 40;

/// Comments before those that are timed: a process that just began has its model and its statements to make.
const BEFORE: usize = 10;

/// How long each of so many took, the quickest first.
pub async fn one_by_one(pool: &PgPool, number: u32, now: Time) -> anyhow::Result<Vec<Duration>> {
    let pipeline = pipeline(pool)?;
    let pulls = some_pulls(pool, BEFORE + usize::try_from(number)?).await?;
    let mut took = Vec::new();
    for (id, (key, person, path)) in (FIRST..).zip(pulls) {
        let comment = CommentSeen {
            id: CommentId(id),
            place: CommentPlace::Diff,
            author: Some(Actor {
                login: format!("person-{person}"),
                id: person,
                kind: PersonKind::Human,
            }),
            body: "Could we take the lock only around `insert()`? Two requests wait for each other here, since both hold it over the query; \
                   a channel would do without one."
                .to_owned(),
            created_at: now,
            updated_at: now,
            in_reply_to: None,
            path: Some(path),
            line: Some(12),
            on_old_side: false,
            commit: None,
            review: None,
            hunk: None,
        };
        let begin = Instant::now();
        comments::see(&mut *pool.acquire().await?, MADE, key, (&comment, None)).await?;
        learn::run(&pipeline, MADE, key, Reread::New).await?;
        took.push(begin.elapsed());
    }
    let mut took = took.split_off(BEFORE.min(took.len()));
    took.sort_unstable();
    Ok(took)
}

/// Pull requests by chance, each with somebody who didn't write it and one of its files.
async fn some_pulls(pool: &PgPool, number: usize) -> anyhow::Result<Vec<(PullKey, PersonId, String)>> {
    let rows: Vec<(i64, i32, i64, String)> = sqlx::query_as(
        "select p.repo_id, p.number, coalesce(v.reviewer_id, p.author_id % 10 + 1), f.path
         from (select * from pull order by hashint8extended(repo_id * 1000003 + number, 70) limit $1) p
         cross join lateral (select path from pull_file f where f.installation_id = 1 and f.repo_id = p.repo_id and f.number = p.number limit 1) f
         left join lateral (select reviewer_id from review v where v.installation_id = 1 and v.repo_id = p.repo_id and v.number = p.number
                            limit 1) v on true",
    )
    .bind(i64::try_from(number)?)
    .fetch_all(pool)
    .await?;
    let as_pull = |(repo, number, person, path)| {
        let repo = RepoId(repo);
        (PullKey { repo, number }, PersonId(person), path)
    };
    Ok(rows.into_iter().map(as_pull).collect())
}
