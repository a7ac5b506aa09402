//! `/api/v1`: what the pages show, to the same people, as JSON.
