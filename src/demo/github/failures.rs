//! Switches that make the loopback GitHub misbehave, and a record of what it was asked.

use chrono::{DateTime, Utc};

/// One request as it came in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// `GET`, `POST` and so on.
    pub method: String,
    /// The path with its query.
    pub path: String,
}

/// How a request is failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// This status with GitHub's error body.
    Status(u16),
    /// 403 with no calls left until `reset`.
    RateLimited {
        /// When calls are allowed again.
        reset: DateTime<Utc>,
    },
    /// 403 of the secondary limit, with `retry-after` in seconds.
    SlowDown {
        /// Seconds to wait.
        seconds: u32,
    },
    /// No answer: the request hangs until its client gives up.
    Never,
}

/// Which requests are failed, and how many of them still.
#[derive(Clone, Debug)]
pub struct Switch {
    /// The method; any when `None`.
    pub method: Option<String>,
    /// What the path with its query contains.
    pub path_part: String,
    /// How many requests still.
    pub left: usize,
    /// What happens to them.
    pub failure: Failure,
}

impl Switch {
    /// Whether this request is one of those.
    #[must_use]
    pub fn fits(&self, method: &str, path: &str) -> bool {
        self.left > 0
            && self.method.as_deref().is_none_or(|m| m.eq_ignore_ascii_case(method))
            && path.contains(&self.path_part)
    }
}

/// The rate limit that answers tell of.
#[derive(Clone, Copy, Debug)]
pub struct Rate {
    /// Calls an hour.
    pub limit: u32,
    /// Calls so far.
    pub used: u32,
    /// When the count starts again.
    pub reset: DateTime<Utc>,
}

impl Rate {
    /// Calls left. Every answer counts one; half of the limit is given back so that a demo never runs dry.
    #[must_use]
    pub fn remaining(&self) -> u32 {
        let floor = (self.limit / 2).max(1);
        self.limit.saturating_sub(self.used % floor)
    }
}
