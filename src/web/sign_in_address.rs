//! Where a sign-in begins, and where one chooses between organisations.

/// The address that begins a sign-in and ends at `next`.
#[must_use]
pub fn beginning(next: &str) -> String {
    with_next("/sign-in", next)
}

/// The address of the choice between organisations.
#[must_use]
pub fn choosing(next: &str) -> String {
    with_next("/sign-in/organisation", next)
}

fn with_next(path: &str, next: &str) -> String {
    let next: String = url::form_urlencoded::byte_serialize(next.as_bytes()).collect();
    format!("{path}?next={next}")
}
