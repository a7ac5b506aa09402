//! Parts of a page that renew themselves while somebody looks, by server-sent events.
//!
//! The page is whole without them. Each look asks anew who may see it, so a stream ends with the right to it; it ends with the process, too,
//! when nothing moves any more, and after ten minutes, when the browser asks again by itself.
use std::collections::BTreeMap;
use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::http::HeaderName;
use axum::http::request::Parts;
use axum::response::IntoResponse;
use axum::response::Response;
use axum::response::sse::Event;
use axum::response::sse::KeepAlive;
use axum::response::sse::Sse;
use futures_util::stream;
use maud::Markup;
use tokio::sync::OwnedSemaphorePermit;
use tokio::sync::Semaphore;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::web::Web;
use crate::web::error::PageError;
use crate::web::layout;

/// Between two looks.
const EVERY: Duration = Duration::from_secs(2);
/// A stream lasts so long at most.
const WHOLE: Duration = Duration::from_mins(10);
/// Streams of one process at a time.
const MOST: usize = 64;
/// After so many looks in a row at which nothing moved, nothing does any more.
const ENOUGH: usize = 2;
/// The event that says that nothing moves any more.
const END: &str = "end";

/// What all streams of a process share.
#[derive(Clone, Debug)]
pub struct Streams {
    /// Cancelled when the process ends.
    pub ending: CancellationToken,
    places: Arc<Semaphore>,
}

impl Default for Streams {
    fn default() -> Self {
        Self {
            ending: CancellationToken::new(),
            places: Arc::new(Semaphore::new(MOST)),
        }
    }
}

/// What a look found.
#[derive(Clone, Debug)]
pub struct Seen {
    /// The page's parts, each by the name that it has there.
    pub parts: Vec<(&'static str, Markup)>,
    /// Whether it looks different in a moment.
    pub moving: bool,
}

/// A stream under way.
struct Running<L> {
    web: Web,
    request: Parts,
    look: L,
    until: Instant,
    /// What the browser has, by part.
    sent: BTreeMap<&'static str, String>,
    waiting: VecDeque<Event>,
    first: bool,
    /// Looks in a row at which nothing moved.
    still: usize,
    over: bool,
    _place: OwnedSemaphorePermit,
}

/// A stream of what `look` sees: each part once, then those that changed. `look` gets the request and has to ask who sent it.
///
/// # Errors
/// What the first look says; [`PageError::Busy`] where too many look already. A later look that fails ends the stream, and the browser
/// asks again.
pub async fn stream<L, F>(web: Web, request: Parts, look: L) -> Result<Response, PageError>
where
    L: Fn(Web, Parts) -> F + Send + 'static,
    F: Future<Output = Result<Seen, PageError>> + Send,
{
    let seen = look(web.clone(), request.clone()).await?;
    let place = Arc::clone(&web.streams.places)
        .try_acquire_owned()
        .map_err(|_| PageError::Busy)?;
    let mut running = Running {
        web,
        request,
        look,
        until: Instant::now() + WHOLE,
        sent: BTreeMap::new(),
        waiting: VecDeque::new(),
        first: true,
        still: 0,
        over: false,
        _place: place,
    };
    running.take(seen);
    let events = stream::unfold(running, async |mut running| {
        let event = running.next().await?;
        Some((Ok::<_, Infallible>(event), running))
    });
    // A proxy that gathers an answer before it passes it on would hold all of it back.
    let at_once = [(HeaderName::from_static("x-accel-buffering"), "no")];
    Ok((at_once, Sse::new(events).keep_alive(KeepAlive::default())).into_response())
}

impl<L, F> Running<L>
where
    L: Fn(Web, Parts) -> F,
    F: Future<Output = Result<Seen, PageError>>,
{
    async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some(event) = self.waiting.pop_front() {
                return Some(event);
            }
            if self.over || Instant::now() >= self.until {
                return None;
            }
            tokio::select! {
                () = self.web.streams.ending.cancelled() => return None,
                () = tokio::time::sleep(EVERY) => {}
            }
            let seen = (self.look)(self.web.clone(), self.request.clone()).await.ok()?;
            self.take(seen);
        }
    }

    fn take(&mut self, seen: Seen) {
        for (name, part) in seen.parts {
            // A line may not end by it in the middle of an event.
            let text = layout::with_text_unturned(part).into_string().replace('\r', " ");
            if self.sent.get(name) != Some(&text) {
                self.waiting.push_back(Event::default().event(name).data(&text));
                self.sent.insert(name, text);
            }
        }
        // Between two jobs nothing moves for a moment.
        self.still = if seen.moving { 0 } else { self.still + 1 };
        if self.still == ENOUGH || self.first && !seen.moving {
            self.waiting
                .push_back(Event::default().event(END).data("nothing moves"));
            self.over = true;
        }
        self.first = false;
    }
}
