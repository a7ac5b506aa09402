//! A made-up organisation in a private Postgres, filled by SQL.
use std::fs;
use std::path::Path;
use std::path::PathBuf;

use peerlore::model::clock::Time;
use peerlore::postgres;
use peerlore::store;
use sqlx::Connection as _;
use sqlx::PgConnection;
use sqlx::PgPool;

/// How much there is.
#[derive(Clone, Copy, clap::Args)]
pub struct Size {
    /// People
    #[arg(long, default_value_t = 200)]
    pub people: u32,
    /// Pull requests
    #[arg(long, default_value_t = 4_000)]
    pub pulls: u32,
    /// Comments
    #[arg(long, default_value_t = 20_000)]
    pub comments: u32,
}

/// A private server with its data, which goes with it.
pub struct Database {
    /// Connections, as jobs have them.
    pub pool: PgPool,
    server: postgres::Server,
    folder: PathBuf,
}

impl Database {
    /// Starts a server of its own, as `peerlore serve` does, with the schema and nothing in it.
    pub async fn start() -> anyhow::Result<Self> {
        let folder = folder();
        let named = std::env::var_os("PEERLORE_PG_BINDIR").map(PathBuf::from);
        let engine = match postgres::find(&folder, named.as_deref()) {
            Err(postgres::PostgresError::NoEngine) => postgres::install(&folder, &|line| eprintln!("{line}")).await?,
            found => found?,
        };
        let server = postgres::Server::start(&folder, &engine).await?;
        let pool = store::pool_for_jobs(&store::pool(server.connect_options(), 2), 2);
        store::migrate(&pool).await?;
        Ok(Self { pool, server, folder })
    }

    /// Fills it.
    pub async fn fill(&self, size: Size, now: Time) -> anyhow::Result<()> {
        let mut conn = PgConnection::connect_with(&self.server.connect_options()).await?;
        for (name, value) in [
            ("made.people", size.people.to_string()),
            ("made.pulls", size.pulls.to_string()),
            ("made.comments", size.comments.to_string()),
            ("made.now", now.to_rfc3339()),
        ] {
            sqlx::query("select set_config($1, $2, false)")
                .bind(name)
                .bind(value)
                .execute(&mut conn)
                .await?;
        }
        sqlx::raw_sql(include_str!("fill.sql")).execute(&mut conn).await?;
        sqlx::raw_sql("vacuum analyze").execute(&mut conn).await?;
        Ok(conn.close().await?)
    }

    /// Ends the server and takes the data away.
    pub async fn end(self) -> anyhow::Result<()> {
        self.pool.close().await;
        self.server.stop().await?;
        Ok(fs::remove_dir_all(&self.folder)?)
    }
}

/// Beside the build's other results, or in the temporary folder if the server's user may not enter there.
fn folder() -> PathBuf {
    let name = format!("projections-{}", std::process::id());
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(&name);
    if postgres::server_can_reach(&folder) {
        return folder;
    }
    std::env::temp_dir().join(format!("peerlore-{name}"))
}
