//! Whose data a visitor may see: which tenants, until sign-in decides it by person.
use sqlx::PgConnection;

use crate::model::ids::InstallationId;
use crate::store::StoreError;
use crate::store::tenants;
use crate::store::tenants::Installation;
use crate::web::access::Visitor;

/// The tenants that a visitor may see, oldest first: the demo's own one, or all of them for who runs Peerlore.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn seen_by(conn: &mut PgConnection, visitor: &Visitor) -> Result<Vec<Installation>, StoreError> {
    let mut tenants = tenants::all(conn).await?;
    if visitor.demo {
        tenants.truncate(1);
    }
    Ok(tenants)
}

/// The tenant that the demo shows.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn of_demo(conn: &mut PgConnection, visitor: &Visitor) -> Result<Option<InstallationId>, StoreError> {
    let tenants = seen_by(conn, visitor).await?;
    Ok(tenants.first().filter(|_| visitor.demo).map(|tenant| tenant.id))
}
