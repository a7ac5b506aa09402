//! Edges: all lessons from one person to another in one area, as sums that decay. A projection of lessons.
use std::collections::BTreeSet;

use sqlx::PgConnection;

use crate::model::clock::Time;
use crate::model::graph::Edge;
use crate::model::ids::InstallationId;
use crate::model::ids::PersonId;
use crate::model::ids::RepoId;
use crate::model::skill::Area;
use crate::store::StoreError;

/// An edge's ends and subject.
pub type EdgeKey = (PersonId, PersonId, Area);

/// The edges on which lessons of a repository stand.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn of_repo(
    conn: &mut PgConnection,
    id: InstallationId,
    repo: RepoId,
) -> Result<BTreeSet<EdgeKey>, StoreError> {
    let rows = sqlx::query!(
        "select distinct teacher_id, learner_id, area from lesson where installation_id = $1 and repo_id = $2",
        id.0,
        repo.0
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| {
            let area = row.area.parse();
            let area = area.map_err(|_| StoreError::Unreadable { what: "lesson.area" })?;
            Ok((PersonId(row.teacher_id), PersonId(row.learner_id), area))
        })
        .collect()
}

/// Edges as columns: teachers, learners, areas.
pub(super) fn columns(edges: &[EdgeKey]) -> (Vec<i64>, Vec<i64>, Vec<&'static str>) {
    let teachers = edges.iter().map(|(teacher, ..)| teacher.0).collect();
    let learners = edges.iter().map(|(_, learner, _)| learner.0).collect();
    let areas = edges.iter().map(|(.., area)| area.slug()).collect();
    (teachers, learners, areas)
}

/// Puts what became of some edges in place of their earlier state; those that aren't among `made` are taken away.
///
/// # Errors
/// [`StoreError`] when the database refuses.
pub async fn set(
    conn: &mut PgConnection,
    id: InstallationId,
    edges: &[EdgeKey],
    made: &[Edge],
) -> Result<(), StoreError> {
    let ends = |edge: &Edge| (edge.teacher, edge.learner, edge.area);
    let kept: BTreeSet<EdgeKey> = made.iter().map(ends).collect();
    let gone: Vec<EdgeKey> = edges.iter().copied().filter(|edge| !kept.contains(edge)).collect();
    if !gone.is_empty() {
        let (teachers, learners, areas) = columns(&gone);
        sqlx::query!(
            "delete from edge using unnest($2::bigint[], $3::bigint[], $4::text[]) as g (teacher, learner, area)
             where installation_id = $1 and teacher_id = g.teacher and learner_id = g.learner and edge.area = g.area",
            id.0,
            &teachers,
            &learners,
            &areas as &[&str]
        )
        .execute(&mut *conn)
        .await?;
    }
    if made.is_empty() {
        return Ok(());
    }
    let (teachers, learners, areas) = columns(&made.iter().map(ends).collect::<Vec<_>>());
    let times: Vec<Time> = made.iter().map(|edge| edge.as_of).collect();
    let pulls: Vec<i32> = made.iter().map(|edge| edge.pulls).collect();
    let figures = |of: fn(&Edge) -> f64| made.iter().map(of).collect::<Vec<f64>>();
    let numbers: Vec<i32> = made.iter().map(|edge| edge.n).collect();
    sqlx::query!(
        "insert into edge (installation_id, teacher_id, learner_id, area, as_of, pulls, sum, sum_52, sum_365, n_52, n)
         select $1, e.* from unnest($2::bigint[], $3::bigint[], $4::text[], $5::timestamptz[], $6::int[], $7::float8[], $8::float8[],
                                    $9::float8[], $10::float8[], $11::int[]) as e
         on conflict (installation_id, teacher_id, learner_id, area) do update
         set as_of = excluded.as_of, pulls = excluded.pulls, sum = excluded.sum, sum_52 = excluded.sum_52,
             sum_365 = excluded.sum_365, n_52 = excluded.n_52, n = excluded.n",
        id.0,
        &teachers,
        &learners,
        &areas as &[&str],
        &times,
        &pulls,
        &figures(|edge| edge.sum),
        &figures(|edge| edge.sum_52),
        &figures(|edge| edge.sum_365),
        &figures(|edge| edge.n_52),
        &numbers
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Which ends of an edge are asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ends {
    /// All edges of the tenant.
    Any,
    /// Edges from this teacher.
    Teacher(PersonId),
    /// Edges to this learner.
    Learner(PersonId),
}

/// The graph that may be shown: edges between people who may appear, in a fixed order.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn graph(conn: &mut PgConnection, id: InstallationId, ends: Ends) -> Result<Vec<Edge>, StoreError> {
    let (teacher, learner) = match ends {
        Ends::Any => (None, None),
        Ends::Teacher(person) => (Some(person.0), None),
        Ends::Learner(person) => (None, Some(person.0)),
    };
    let rows = sqlx::query!(
        r#"select teacher_id as "teacher_id!", learner_id as "learner_id!", area as "area!", as_of as "as_of!",
                  pulls as "pulls!", sum as "sum!", sum_52 as "sum_52!", sum_365 as "sum_365!", n_52 as "n_52!", n as "n!"
           from shown_edge
           where installation_id = $1 and ($2::bigint is null or teacher_id = $2) and ($3::bigint is null or learner_id = $3)
           order by teacher_id, learner_id, area"#,
        id.0,
        teacher,
        learner
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Edge {
                teacher: PersonId(row.teacher_id),
                learner: PersonId(row.learner_id),
                area: row
                    .area
                    .parse()
                    .map_err(|_| StoreError::Unreadable { what: "edge.area" })?,
                as_of: row.as_of,
                pulls: row.pulls,
                sum: row.sum,
                sum_52: row.sum_52,
                sum_365: row.sum_365,
                n_52: row.n_52,
                n: row.n,
            })
        })
        .collect()
}
