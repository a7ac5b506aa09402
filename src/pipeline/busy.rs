//! Who says on the code host that they are busy: asked about the short list only, and remembered for an hour.
use chrono::Duration;
use sqlx::PgConnection;

use crate::model::clock::Time;
use crate::model::ids::InstallationId;
use crate::model::ids::PersonId;
use crate::pipeline::Pipeline;
use crate::pipeline::StepError;
use crate::store::availability;

/// Minutes for which a status is remembered.
const REMEMBERED_MINUTES: i64 = 60;

/// Those of some people whose status says that they are busy now. Whoever's status can't be asked about isn't: that is
/// unknown, and never an error.
///
/// # Errors
/// [`StepError::Store`] when the database refuses.
pub async fn among(
    pipeline: &Pipeline,
    conn: &mut PgConnection,
    (id, external): (InstallationId, Option<i64>),
    people: &[(PersonId, String)],
    now: Time,
) -> Result<Vec<PersonId>, StepError> {
    let ids: Vec<PersonId> = people.iter().map(|(person, _)| *person).collect();
    let since = now - Duration::minutes(REMEMBERED_MINUTES);
    let mut known = availability::statuses(conn, id, &ids, since).await?;
    let unknown: Vec<&(PersonId, String)> = people
        .iter()
        .filter(|(person, _)| !known.contains_key(person))
        .collect();
    if !unknown.is_empty() && pipeline.forge.is_configured() {
        let logins: Vec<String> = unknown.iter().map(|(_, login)| login.clone()).collect();
        let said = match pipeline.forge.statuses(external, &logins).await {
            Ok(said) => said,
            Err(error) => {
                tracing::debug!(installation.id = id.0, %error, "who is busy isn't known");
                std::collections::HashMap::new()
            }
        };
        for (person, login) in unknown {
            let status = said.get(login).copied();
            availability::set_status(conn, id, (*person, status), now).await?;
            known.insert(*person, status);
        }
    }
    let busy = known
        .into_iter()
        .filter(|(_, status)| status.is_some_and(|status| status.busy && status.until.is_none_or(|until| until > now)));
    Ok(busy.map(|(person, _)| person).collect())
}
