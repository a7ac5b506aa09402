//! What a visitor may read: in which installations, and there as far as they may.
use sqlx::PgConnection;

use crate::store::StoreError;
use crate::store::reader::Reader;
use crate::store::tenants;
use crate::store::tenants::Installation;
use crate::web::access::Visitor;
use crate::web::error::PageError;

/// The installations that a visitor may see, oldest first, each with what they may read there: the one that they are signed
/// in to; the demo's own one; or all of them for who runs Peerlore.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn seen_by(conn: &mut PgConnection, visitor: &Visitor) -> Result<Vec<(Installation, Reader)>, StoreError> {
    if let Some(place) = &visitor.signed_in {
        let tenant = tenants::installation(conn, place.reader.installation()).await?;
        return Ok(tenant
            .into_iter()
            .map(|tenant| (tenant, place.reader.clone()))
            .collect());
    }
    let mut tenants = tenants::all(conn).await?;
    if visitor.demo {
        tenants.truncate(1);
    }
    let with_reader = |tenant: Installation| {
        let reader = Reader::of_everything(tenant.id);
        (tenant, reader)
    };
    Ok(tenants.into_iter().map(with_reader).collect())
}

/// The installation with this login that a visitor may see, or the first where none is asked for, and the logins of the others; none
/// where there is none at all.
///
/// # Errors
/// [`PageError::NotFound`] where they may see no such installation, [`PageError`] when the database is away.
pub async fn chosen(
    conn: &mut PgConnection,
    visitor: &Visitor,
    login: Option<&str>,
) -> Result<(Option<(Installation, Reader)>, Vec<String>), PageError> {
    let mut seen = seen_by(conn, visitor).await?;
    let wanted = match login {
        Some(login) => seen
            .iter()
            .position(|(tenant, _)| tenant.login.eq_ignore_ascii_case(login))
            .ok_or_else(|| {
                PageError::NotFound("There is no such organisation here, or you may not see it.".to_owned())
            })?,
        None => 0,
    };
    let chosen = (wanted < seen.len()).then(|| seen.remove(wanted));
    Ok((chosen, seen.into_iter().map(|(tenant, _)| tenant.login).collect()))
}

/// As whom a visitor reads where they have a page of their own; none: they have none.
///
/// # Errors
/// [`StoreError`] when the database can't tell.
pub async fn own(conn: &mut PgConnection, visitor: &Visitor) -> Result<Option<Reader>, StoreError> {
    let seen = seen_by(conn, visitor).await?;
    Ok(seen
        .into_iter()
        .next()
        .map(|(_, reader)| reader)
        .filter(|_| visitor.has_own_page()))
}
