//! Forms that change something are taken only from our own pages.
use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::header;
use axum::http::request::Parts;

use crate::web::Web;
use crate::web::error::PageError;

/// The request was made by one of our own pages. Taking it as an argument is what guards a form.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SameOrigin;

impl FromRequestParts<Web> for SameOrigin {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self, PageError> {
        if is_ours(&parts.headers, &web.pipeline.addresses.own) {
            Ok(Self)
        } else {
            Err(PageError::SentFromElsewhere)
        }
    }
}

/// Browsers say where a form was sent from: by `Sec-Fetch-Site` where the connection is safe, by `Origin` everywhere.
/// Both must agree where both are there; a request with neither is no browser's form and is refused.
fn is_ours(headers: &HeaderMap, own: &str) -> bool {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or_default());
    let site = text("sec-fetch-site").map(|site| site == "same-origin");
    let origin = text(header::ORIGIN.as_str()).map(|origin| {
        let host = text(header::HOST.as_str()).unwrap_or_default();
        let authority = origin.split_once("://").map_or("", |(_, authority)| authority);
        origin == own || (!host.is_empty() && authority.eq_ignore_ascii_case(host))
    });
    match (site, origin) {
        (None, None) => false,
        (site, origin) => site.unwrap_or(true) && origin.unwrap_or(true),
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderName;
    use axum::http::HeaderValue;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::our_page(&[("host", "a.example:8080"), ("origin", "http://a.example:8080"), ("sec-fetch-site", "same-origin")], true)]
    #[case::an_older_browser(&[("host", "a.example"), ("origin", "https://a.example")], true)]
    #[case::behind_a_proxy_that_renames(&[("host", "10.0.0.1"), ("origin", "https://peerlore.example")], true)]
    #[case::another_site(&[("host", "a.example"), ("origin", "https://evil.example"), ("sec-fetch-site", "cross-site")], false)]
    #[case::a_neighbour(&[("host", "a.example"), ("origin", "https://b.a.example"), ("sec-fetch-site", "same-site")], false)]
    #[case::another_port(&[("host", "a.example:8080"), ("origin", "http://a.example:9090")], false)]
    #[case::a_sandboxed_frame(&[("host", "a.example"), ("origin", "null")], false)]
    #[case::they_disagree(&[("host", "a.example"), ("origin", "https://evil.example"), ("sec-fetch-site", "same-origin")], false)]
    #[case::no_browser(&[("host", "a.example")], false)]
    #[case::no_host(&[("origin", "https://")], false)]
    fn a_form_counts_only_from_our_own_pages(#[case] headers: &[(&'static str, &'static str)], #[case] ours: bool) {
        let headers: HeaderMap = headers
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
            .collect();
        assert_eq!(is_ours(&headers, "https://peerlore.example"), ours);
    }
}
