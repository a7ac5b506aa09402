//! The embedded default: a private PostgreSQL server that Peerlore owns in its data folder.
//!
//! Used when no `DATABASE_URL` is set. In goes a data folder; out come connection options for the
//! database `peerlore` in it. The server is an ordinary PostgreSQL of this machine (or one fetched by
//! [`install`]), started as our child, reachable only through a socket in a private folder, and ended
//! with us. Nothing here touches a server that runs on another folder.
//!
//! What lies in the data folder:
//!
//! | name | what it is |
//! |---|---|
//! | `peerlore.lock` | locked by the one process that owns the server; holds its process id |
//! | `postgres/` | the database cluster |
//! | `run/` | the folder of the socket (elsewhere if the path is too long for a socket) |
//! | `postgres.log` | what the server said |
//! | `engine/` | server programs fetched by [`install`], if the machine had none |

mod cluster;
mod error;
mod find;
mod folder;
mod install;
mod leftover;
mod server;

pub use self::error::PostgresError;
pub use self::find::{Engine, find};
pub use self::folder::{default_data_dir, server_can_reach};
pub use self::install::install;
pub use self::leftover::connect_running;
pub use self::server::Server;
