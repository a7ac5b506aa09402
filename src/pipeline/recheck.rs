//! Somebody who was picked can't read the repository: did they leave, change their login, or delete their account?
use crate::forge::ForgeError;
use crate::model::clock::Time;
use crate::model::ids::PersonId;
use crate::pipeline::Pipeline;
use crate::pipeline::StepError;
use crate::store::erasure;
use crate::store::members;
use crate::store::people;
use crate::store::tenants::Installation;

/// Asks the code host and notes what it says: a leaver's membership ends, a new login is taken over, the name of an
/// account that is gone is let go. Gives the login, where it is another now.
///
/// What can't be asked about stays as it is.
///
/// # Errors
/// [`StepError::Forge`] when the code host can't be asked now; [`StepError::Store`] when the database is away.
pub async fn refused(
    pipeline: &Pipeline,
    tenant: &Installation,
    (person, login, unknown): (PersonId, &str, bool),
    now: Time,
) -> Result<Option<String>, StepError> {
    match asked(pipeline, tenant, (person, login, unknown), now).await {
        Err(StepError::Forge(error)) if !error.may_pass() => {
            tracing::warn!(installation.id = tenant.id.0, %error, "what became of somebody can't be asked");
            Ok(None)
        }
        done => done,
    }
}

async fn asked(
    pipeline: &Pipeline,
    tenant: &Installation,
    (person, login, unknown): (PersonId, &str, bool),
    now: Time,
) -> Result<Option<String>, StepError> {
    let mut login = login.to_owned();
    let mut renamed = None;
    if unknown {
        match pipeline.forge.account(tenant.external_id, person).await {
            Ok(actor) if !actor.login.eq_ignore_ascii_case(&login) => {
                people::see(&mut *pipeline.pool.acquire().await?, tenant.id, &actor, now).await?;
                login.clone_from(&actor.login);
                renamed = Some(actor.login);
            }
            Ok(_) => {}
            Err(ForgeError::NotFound { .. }) => {
                let mut tx = pipeline.pool.begin().await?;
                members::leave(&mut tx, tenant.id, person, now).await?;
                erasure::let_name_go(&mut tx, tenant.id, person, now).await?;
                tx.commit().await?;
                return Ok(None);
            }
            Err(error) => return Err(error.into()),
        }
    }
    let is_member = !tenant.is_organisation
        || pipeline
            .forge
            .is_member(tenant.external_id, &tenant.login, &login)
            .await?;
    if !is_member {
        members::leave(&mut *pipeline.pool.acquire().await?, tenant.id, person, now).await?;
        return Ok(None);
    }
    Ok(renamed)
}
