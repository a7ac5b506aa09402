//! One call: sent, limited, tried again where that is safe, and its answer read or turned into a [`ForgeError`].
use std::error::Error as _;
use std::fmt::Write as _;
use std::sync::PoisonError;
use std::sync::atomic::Ordering;
use std::time::Duration;

use octocrab::Octocrab;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::forge::ForgeError;
use crate::forge::RateLeft;
use crate::forge::github::app::GitHub;
use crate::forge::github::app::Seat;
use crate::forge::github::graphql;
use crate::forge::github::graphql::Limit;
use crate::forge::github::nul::without_nul;
use crate::model::clock::Time;

/// Pages of one listing; more than any real one, so that a wrong answer can't keep us paging for ever.
const PAGES: u32 = 1_000;

/// What GitHub asks to wait after a secondary limit that names no time.
/// Source: GitHub REST API, "Rate limits for the REST API".
const SECONDARY_WAIT: Duration = Duration::from_mins(1);

/// GitHub's words for such a limit, which comes with 403, with 429, and from GraphQL also with 200.
pub(super) const SECONDARY: &str = "secondary rate limit";

/// A call to make.
pub struct Call<'a> {
    /// What it is for, in words: "reading the files of pull request 12 of a/b".
    pub doing: &'a str,
    /// The metrics' name of it: few, without names of anybody.
    pub endpoint: &'static str,
    /// The path with its query.
    pub path: String,
}

/// How it changes something.
pub enum Write {
    Post,
    Patch,
    Delete,
}

/// What of an answer's headers and text we use.
pub(super) struct Answer {
    status: u16,
    limits: Limits,
    has_next: bool,
    /// The address of the next page, where the server names one.
    next: Option<String>,
    pub(super) text: String,
}

/// Which of GitHub's primary limits a call counts against.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Bucket {
    Core,
    GraphQl,
}

#[derive(Default)]
struct Limits {
    limit: Option<u32>,
    resource: Option<String>,
    remaining: Option<u32>,
    reset: Option<i64>,
    retry_after: Option<i64>,
}

impl Limits {
    fn read<'h>(header: impl Fn(&'static str) -> Option<&'h [u8]>) -> Self {
        let number = |name| std::str::from_utf8(header(name)?).ok()?.trim().parse::<i64>().ok();
        Self {
            limit: number("x-ratelimit-limit").and_then(|limit| u32::try_from(limit).ok()),
            resource: header("x-ratelimit-resource").map(|name| String::from_utf8_lossy(name).into_owned()),
            remaining: number("x-ratelimit-remaining").and_then(|left| u32::try_from(left).ok()),
            reset: number("x-ratelimit-reset"),
            retry_after: number("retry-after"),
        }
    }

    /// When calls are welcome again after one that was refused for a limit.
    fn until(&self, now: Time) -> Time {
        let after = self
            .retry_after
            .map(|seconds| now.timestamp().saturating_add(seconds.clamp(0, 86_400)));
        let reset = self.reset.filter(|_| self.remaining == Some(0));
        let until = after.or(reset).and_then(|seconds| Time::from_timestamp(seconds, 0));
        until.unwrap_or(now + SECONDARY_WAIT)
    }

    /// Notes on the connection what is left.
    fn note(&self, seat: &Seat) {
        let reset = self.reset.and_then(|seconds| Time::from_timestamp(seconds, 0));
        if let (Some(resource), Some(limit), Some(remaining), Some(resets_at)) =
            (&self.resource, self.limit, self.remaining, reset)
        {
            let left = RateLeft {
                limit,
                remaining,
                resets_at,
            };
            let mut limits = seat.limits.lock().unwrap_or_else(PoisonError::into_inner);
            limits.insert(resource.clone(), left);
        }
    }
}

impl GitHub {
    /// Reads one thing.
    pub(super) async fn get<T: DeserializeOwned>(&self, seat: &Seat, call: &Call<'_>) -> Result<T, ForgeError> {
        let answer = self.get_answer(seat, call).await?;
        read(&answer.text, call.doing)
    }

    /// Reads a list to its end, page after page, as long as GitHub names a next one.
    pub(super) async fn list<T: DeserializeOwned>(&self, seat: &Seat, call: &Call<'_>) -> Result<Vec<T>, ForgeError> {
        self.list_in(seat, call, |page: Vec<T>| page).await
    }

    /// The same where a page has more than the list: `entries` takes it out.
    pub(super) async fn list_in<P: DeserializeOwned, T>(
        &self,
        seat: &Seat,
        call: &Call<'_>,
        mut entries: impl FnMut(P) -> Vec<T>,
    ) -> Result<Vec<T>, ForgeError> {
        let mut all = Vec::new();
        for page in 1..=PAGES {
            let joint = if call.path.contains('?') { '&' } else { '?' };
            let path = format!("{}{joint}per_page=100&page={page}", call.path);
            let answer = self.get_answer(seat, &Call { path, ..*call }).await?;
            all.extend(entries(read(&answer.text, call.doing)?));
            if !answer.has_next {
                break;
            }
        }
        Ok(all)
    }

    /// One page of a list with the cursor of the next one, which GitHub names in its `Link`.
    pub(super) async fn page<T: DeserializeOwned>(
        &self,
        seat: &Seat,
        call: &Call<'_>,
    ) -> Result<(Vec<T>, Option<String>), ForgeError> {
        let answer = self.get_answer(seat, call).await?;
        let cursor = answer.next.as_deref().and_then(|address| {
            let address = url::Url::parse(address).ok()?;
            let mut pairs = address.query_pairs();
            pairs.find_map(|(key, value)| (key == "cursor").then(|| value.into_owned()))
        });
        Ok((read(&answer.text, call.doing)?, cursor))
    }

    /// Has something done, at our pace, once, whatever the text of the answer.
    pub(super) async fn post_unread(&self, seat: &Seat, call: &Call<'_>) -> Result<(), ForgeError> {
        let nothing = Value::Object(serde_json::Map::new());
        let _turn = self.writes.pass().await;
        self.once(seat, call, Some((&Write::Post, &nothing))).await.map(drop)
    }

    /// Asks GraphQL something, once: a page that is too heavy is asked for again by whoever can make it smaller.
    pub(super) async fn post_graphql(&self, seat: &Seat, call: &Call<'_>, body: &Value) -> Result<String, ForgeError> {
        let client = self.graphql_client(seat, call.doing).await?;
        let answer = self
            .send(seat, &client, (call, Bucket::GraphQl), Some((&Write::Post, body)))
            .await?;
        let Some(limit) = graphql::limit(&answer.text, answer.limits.retry_after.is_some()) else {
            return Ok(answer.text);
        };
        let blocked = match limit {
            Limit::Primary => &seat.graphql_blocked_until,
            Limit::Secondary => &seat.blocked_until,
        };
        let until = answer.limits.until(self.clock.now());
        blocked.store(until.timestamp(), Ordering::Relaxed);
        Err(ForgeError::RateLimited {
            doing: call.doing.to_owned(),
            until,
        })
    }

    /// Writes something, at our pace, once.
    pub(super) async fn write<T: DeserializeOwned>(
        &self,
        seat: &Seat,
        call: &Call<'_>,
        how: &Write,
        body: &Value,
    ) -> Result<T, ForgeError> {
        let _turn = self.writes.pass().await;
        let answer = self.once(seat, call, Some((how, body))).await?;
        read(&answer.text, call.doing)
    }

    async fn get_answer(&self, seat: &Seat, call: &Call<'_>) -> Result<Answer, ForgeError> {
        let mut pause = self.settings.retry_pause;
        for _ in 0..self.settings.retries {
            match self.once(seat, call, None).await {
                Err(ForgeError::Transport { what, .. }) => {
                    tracing::debug!(endpoint = call.endpoint, what, "a call to GitHub failed; trying again");
                }
                answer => return answer,
            }
            tokio::time::sleep(pause).await;
            pause *= 2;
        }
        self.once(seat, call, None).await
    }

    async fn once(&self, seat: &Seat, call: &Call<'_>, write: Option<(&Write, &Value)>) -> Result<Answer, ForgeError> {
        self.send(seat, &seat.client, (call, Bucket::Core), write).await
    }

    async fn send(
        &self,
        seat: &Seat,
        client: &Octocrab,
        (call, bucket): (&Call<'_>, Bucket),
        write: Option<(&Write, &Value)>,
    ) -> Result<Answer, ForgeError> {
        let now = self.clock.now();
        let own = match bucket {
            Bucket::Core => 0,
            Bucket::GraphQl => seat.graphql_blocked_until.load(Ordering::Relaxed),
        };
        let blocked = Time::from_timestamp(seat.blocked_until.load(Ordering::Relaxed).max(own), 0);
        if let Some(until) = blocked.filter(|until| *until > now) {
            return Err(ForgeError::RateLimited {
                doing: call.doing.to_owned(),
                until,
            });
        }
        let exchange = async {
            let path = call.path.as_str();
            let response = match write {
                None => client._get(path).await,
                Some((Write::Post, body)) => client._post(path, Some(body)).await,
                Some((Write::Patch, body)) => client._patch(path, Some(body)).await,
                Some((Write::Delete, body)) => client._delete(path, Some(body)).await,
            }?;
            let header = |name: &'static str| Some(response.headers().get(name)?.as_bytes());
            let limits = Limits::read(header);
            self.hear_clock(header("date"));
            let has_next = header("link").is_some_and(|link| String::from_utf8_lossy(link).contains("rel=\"next\""));
            let next = header("link").and_then(|link| next_address(&String::from_utf8_lossy(link)));
            let status = response.status().as_u16();
            let text = client.body_to_string(response).await?;
            Ok::<_, octocrab::Error>(Answer {
                status,
                limits,
                has_next,
                next,
                text,
            })
        };
        let result = match tokio::time::timeout(self.settings.timeout, exchange).await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(error)) => of_refused_token(&error).ok_or_else(|| of_client(&error, call.doing)),
            Err(_) => Err(unanswered(bucket, call.doing, "no answer in time".to_owned())),
        };
        let status = result.as_ref().map_or(0, |answer| answer.status);
        metrics::counter!("peerlore_github_calls_total", "endpoint" => call.endpoint, "status" => status.to_string())
            .increment(1);
        let answer = result?;
        answer.limits.note(seat);
        if let Some(remaining) = answer.limits.remaining.filter(|_| bucket == Bucket::Core) {
            self.left.store(remaining, Ordering::Relaxed);
            metrics::gauge!("peerlore_github_rate_remaining").set(f64::from(remaining));
        }
        let failed = failure(&answer, (call.doing, bucket), now);
        if let Some(ForgeError::RateLimited { until, .. }) = &failed {
            // The primary limit of GraphQL is its own; a secondary one holds for everything.
            let of_graphql =
                bucket == Bucket::GraphQl && answer.limits.retry_after.is_none() && answer.limits.remaining == Some(0);
            let blocked = if of_graphql {
                &seat.graphql_blocked_until
            } else {
                &seat.blocked_until
            };
            blocked.store(until.timestamp(), Ordering::Relaxed);
        }
        failed.map_or(Ok(answer), Err)
    }
}

impl GitHub {
    /// Notes how far our clock is from GitHub's, by the date of an answer.
    fn hear_clock(&self, date: Option<&[u8]>) {
        let date = date.and_then(|date| std::str::from_utf8(date).ok());
        if let Some(theirs) = date.and_then(|date| chrono::DateTime::parse_from_rfc2822(date).ok()) {
            let ahead = self.clock.now().timestamp().saturating_sub(theirs.timestamp());
            self.ahead.store(ahead, Ordering::Relaxed);
        }
    }
}

/// What a status means; none where it is a success.
fn failure(answer: &Answer, (doing, bucket): (&str, Bucket), now: Time) -> Option<ForgeError> {
    let doing = doing.to_owned();
    let status = answer.status;
    let limits = &answer.limits;
    let named = limits.retry_after.is_some() || limits.remaining == Some(0);
    let says = |words: &str| answer.text.to_lowercase().contains(words);
    let limited = match status {
        429 => true,
        403 => named || says("rate limit"),
        200..=299 => false,
        _ => limits.retry_after.is_some() || says(SECONDARY),
    };
    if limited {
        let until = limits.until(now);
        return Some(ForgeError::RateLimited { doing, until });
    }
    match status {
        200..=299 => None,
        401 | 403 | 451 => Some(ForgeError::Forbidden { doing, status }),
        404 | 410 => Some(ForgeError::NotFound { doing }),
        300..=499 => Some(ForgeError::Declined { doing, status }),
        502 | 504 => Some(unanswered(bucket, &doing, format!("status {status}"))),
        _ => Some(ForgeError::Transport {
            doing,
            what: format!("status {status}"),
        }),
    }
}

/// What it means that GitHub took too long: of a question to GraphQL that it was too much.
fn unanswered(bucket: Bucket, doing: &str, what: String) -> ForgeError {
    let doing = doing.to_owned();
    match bucket {
        Bucket::Core => ForgeError::Transport { doing, what },
        Bucket::GraphQl => ForgeError::TooBig { doing, what },
    }
}

/// The address that a `Link` header names as the next one.
fn next_address(link: &str) -> Option<String> {
    link.split(',').find_map(|part| {
        let (address, rel) = part.split_once(';')?;
        let address = address.trim().strip_prefix('<')?.strip_suffix('>')?;
        rel.contains("rel=\"next\"").then(|| address.to_owned())
    })
}

pub(super) fn read<T: DeserializeOwned>(text: &str, doing: &str) -> Result<T, ForgeError> {
    serde_json::from_slice(&without_nul(text.as_bytes())).map_err(|error| ForgeError::Unreadable {
        doing: doing.to_owned(),
        what: format!(
            "not what GitHub documents at line {}, column {}",
            error.line(),
            error.column()
        ),
    })
}

/// An error of asking for an installation's token, which the client crate has already read, as an answer.
fn of_refused_token(error: &octocrab::Error) -> Option<Answer> {
    let octocrab::Error::GitHub { source, .. } = error else {
        return None;
    };
    let header = |name: &'static str| Some(source.headers.as_ref()?.get(name)?.as_bytes());
    Some(Answer {
        status: source.status_code.as_u16(),
        limits: Limits::read(header),
        has_next: false,
        next: None,
        text: source.message.clone(),
    })
}

/// An error of the client crate, in short: the innermost cause of a broken connection, never a request or an answer.
pub fn of_client(error: &octocrab::Error, doing: &str) -> ForgeError {
    let doing = doing.to_owned();
    match error {
        octocrab::Error::JWT { .. } => ForgeError::Setup {
            what: "the App's private key can't sign; download a new one from the App's page".to_owned(),
        },
        octocrab::Error::Service { source, .. } => {
            let mut cause: &(dyn std::error::Error + 'static) = source.as_ref();
            while let Some(inner) = cause.source() {
                cause = inner;
            }
            ForgeError::Transport {
                doing,
                what: cause.to_string(),
            }
        }
        octocrab::Error::Hyper { source, .. } => {
            let what = source.source().map_or_else(|| source.to_string(), ToString::to_string);
            ForgeError::Transport { doing, what }
        }
        octocrab::Error::Serde { .. } | octocrab::Error::Json { .. } => ForgeError::Unreadable {
            doing,
            what: "the answer to a request for a token".to_owned(),
        },
        _ => ForgeError::Transport {
            doing,
            what: "the client could not send it".to_owned(),
        },
    }
}

/// A name as one segment of a path.
pub fn segment(name: &str) -> String {
    name.bytes().fold(String::with_capacity(name.len()), |mut path, byte| {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => path.push(char::from(byte)),
            // Writing to a String can't fail.
            other => drop(write!(path, "%{other:02X}")),
        }
        path
    })
}
