//! Lists in parts. A part ends with the place of its last entry, and the next one begins after that place: whatever comes in meanwhile, nothing
//! that was there is told twice or left out.
use axum::Json;
use axum::http::HeaderValue;
use axum::http::header;
use axum::response::IntoResponse;
use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::web::api::problem::Kind;
use crate::web::api::problem::Problem;

/// Entries of a part where nobody asks for fewer or more.
pub const USUAL: usize = 50;
/// Entries of a part at most.
pub const MOST: usize = 100;

/// How many entries are asked for.
///
/// # Errors
/// [`Problem`] for a number out of range.
pub fn limit(asked: Option<usize>) -> Result<usize, Problem> {
    let limit = asked.unwrap_or(USUAL);
    if (1..=MOST).contains(&limit) {
        return Ok(limit);
    }
    Err(Problem::new(
        Kind::BadQuery,
        format!("limit is a whole number from 1 to {MOST}."),
    ))
}

/// The place that an address says to begin after; none: at the start.
///
/// # Errors
/// [`Problem`] for what no answer of ours gave.
pub fn place<P: DeserializeOwned>(after: Option<&str>) -> Result<Option<P>, Problem> {
    let Some(after) = after.filter(|after| !after.is_empty()) else {
        return Ok(None);
    };
    let bytes = URL_SAFE_NO_PAD.decode(after).ok();
    let place = bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok());
    place.map(Some).ok_or_else(no_such_place)
}

/// What is said of a place that no answer of ours gave.
#[must_use]
pub fn no_such_place() -> Problem {
    Problem::new(
        Kind::BadQuery,
        "after has to come from next of an earlier answer. Leave it out to begin at the start.",
    )
}

/// The place as an address says it.
fn written<P: Serialize>(place: &P) -> String {
    URL_SAFE_NO_PAD.encode(serde_json::to_vec(place).unwrap_or_default())
}

/// Cuts what was read, one entry more than `limit` at most, to a part; gives the address of the next part, where there is one. `query` is what
/// else the address says.
pub fn cut<T, P: Serialize>(
    entries: &mut Vec<T>,
    limit: usize,
    (path, query): (&str, &[(&str, &str)]),
    place_of: impl Fn(&T) -> P,
) -> Option<String> {
    let more = entries.len() > limit;
    entries.truncate(limit);
    let after = written(&place_of(entries.last().filter(|_| more)?));
    let mut address = url::form_urlencoded::Serializer::new(String::new());
    address.extend_pairs(query);
    address.append_pair("limit", &limit.to_string());
    address.append_pair("after", &after);
    Some(format!("{path}?{}", address.finish()))
}

/// An answer that is a part of a list: the way to the next part stands in its header, too.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Part<B> {
    /// The body.
    pub body: B,
    /// The address of the next part.
    pub next: Option<String>,
}

impl<B: Serialize> IntoResponse for Part<B> {
    fn into_response(self) -> Response {
        let mut response = Json(self.body).into_response();
        let link = self.next.map(|next| format!("<{next}>; rel=\"next\""));
        if let Some(value) = link.and_then(|link| HeaderValue::from_str(&link).ok()) {
            response.headers_mut().insert(header::LINK, value);
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_follow_each_other_until_the_end() {
        let all: Vec<u8> = (0..7).collect();
        let mut seen = Vec::new();
        let mut after: Option<String> = None;
        for _ in 0..4 {
            let place: Option<u8> = place(after.as_deref()).unwrap();
            let rest = all.iter().copied().filter(|one| place.is_none_or(|place| *one > place));
            let mut part: Vec<u8> = rest.take(3 + 1).collect();
            let next = cut(&mut part, 3, ("/list", &[("of", "a b")]), |one| *one);
            seen.extend(part);
            let Some(next) = next else { break };
            let (start, cursor) = next.split_once("after=").unwrap();
            assert_eq!(start, "/list?of=a+b&limit=3&");
            after = Some(cursor.to_owned());
        }
        assert_eq!(seen, all);
    }

    #[test]
    fn what_no_answer_gave_is_refused() {
        for after in ["x", "bnVsbA=", "é"] {
            assert!(place::<u8>(Some(after)).is_err(), "{after}");
        }
        assert_eq!(place::<u8>(Some("")), Ok(None));
        for number in [0, 101, usize::MAX] {
            assert!(limit(Some(number)).is_err(), "{number}");
        }
        assert_eq!((limit(None), limit(Some(100))), (Ok(50), Ok(100)));
    }
}
