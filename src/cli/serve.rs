//! `peerlore serve`
use std::io::ErrorKind;
use std::net::SocketAddr;

use clap::Args;
use tokio::net::TcpListener;

use crate::app;
use crate::app::App;
use crate::app::Setup;
use crate::cli::classifier;
use crate::cli::database;
use crate::cli::database::Private;
use crate::cli::the_app;
use crate::config::Config;
use crate::forge::Forge;
use crate::model::address;
use crate::model::clock::Clock;
use crate::pipeline::registered;
use crate::telemetry;
use crate::web::access::Viewing;
use crate::web::hook::Secrets;

/// Days of the past that are read where the App comes to an account or a repository.
const HISTORY_DAYS: u16 = 365;

/// Receive webhooks, learn from them and show the pages.
#[derive(Debug, Args)]
#[command(after_help = "Example: PEERLORE_URL=https://peerlore.example.com peerlore serve --listen 127.0.0.1:8080")]
pub struct Serve {}

/// Serves until Ctrl-C or SIGTERM.
///
/// # Errors
/// When the database, the address or the credentials can't be used.
pub async fn run(config: Config, _: Serve) -> anyhow::Result<()> {
    the_app::check(&config)?;
    for doubt in the_app::doubts(&config) {
        eprintln!("Note: {doubt}.");
    }
    let classifier = classifier::load(&config)?;
    tracing::info!(model = classifier.name(), "comments are read");
    if let Some(why) = classifier::left_off(&config)? {
        tracing::warn!("the second stage's weights are here and it doesn't read: {why}");
    }
    let listener = listen(&config).await?;
    let stop = app::stop_on_signal()?;
    let Some(database) = app::unless_stopped(&stop, database::open(&config, Private::Start)).await else {
        return Ok(());
    };
    let database = database?;
    let forge = the_app::forge(&config)?;
    let viewing = viewing(&config, &forge)?;
    let mut app = App::new(Setup {
        pool: database.pool.clone(),
        forge,
        registered: the_app::registered(&config)?,
        classifier,
        clock: Clock::Machine,
        settings: database::settings(&config),
        addresses: database::addresses(&config),
        secrets: config
            .webhook_secret
            .as_ref()
            .and_then(Secrets::parse)
            .unwrap_or_default(),
        viewing,
        metrics: Some(telemetry::start_metrics()?),
    });
    app.pipeline.history_days = Some(HISTORY_DAYS);
    registered::look(&app.pipeline).await?;
    eprintln!(
        "Peerlore listens on http://{}; webhooks go to /webhooks/github. Ctrl-C stops it.",
        listener.local_addr()?
    );
    the_app::invite(&config, &app.pipeline).await?;
    if let Some(server) = &database.server {
        // A private server that dies takes the app with it: whoever watches us starts both again.
        let stop_too = stop.clone();
        tokio::select! {
            () = server.ended() => {
                stop_too.cancel();
                anyhow::bail!(
                    "the private Postgres ended, and Peerlore with it; start `peerlore serve` again, and if that happens \
                     again, see why with `tail {}`",
                    database::data_dir(&config)?.join("postgres.log").display()
                );
            }
            served = app.serve(listener, config.workers.into(), stop.clone()) => served?,
        }
    } else {
        app.serve(listener, config.workers.into(), stop.clone()).await?;
    }
    database.close().await
}

/// Takes the address, before anything else is started.
///
/// # Errors
/// When somebody else has it.
pub async fn listen(config: &Config) -> anyhow::Result<TcpListener> {
    let bound = TcpListener::bind(config.listen).await;
    bound.map_err(|error| {
        let said = cannot_listen(config.listen, error.kind());
        anyhow::Error::new(error).context(said)
    })
}

fn cannot_listen(address: SocketAddr, why: ErrorKind) -> String {
    let port = address.port();
    let way_out = match why {
        ErrorKind::AddrNotAvailable => format!(
            "it is no address of this machine; listen on 127.0.0.1:{port}, or on 0.0.0.0:{port} for all of its addresses, with --listen"
        ),
        ErrorKind::PermissionDenied => {
            "this user may not have that port; choose one over 1023 with --listen".to_owned()
        }
        _ => "is another Peerlore running? choose another with --listen".to_owned(),
    };
    format!("{address} can't be listened on; {way_out}")
}

/// Who may see the pages: whoever reaches them where the operator said so, else members who sign in, else this machine.
fn viewing(config: &Config, forge: &Forge) -> anyhow::Result<Viewing> {
    let own = database::addresses(config).own;
    if config.open_pages {
        return Ok(Viewing::Open);
    }
    if !forge.can_sign_in() {
        return Ok(Viewing::without_sign_in(&own));
    }
    anyhow::ensure!(
        forge.is_configured(),
        "sign-in needs the App's own credentials too, to ask who is a member; set PEERLORE_GITHUB_APP_ID and \
         PEERLORE_GITHUB_PRIVATE_KEY_FILE"
    );
    anyhow::ensure!(
        address::is_safe_for_sign_in(&own),
        "sign-in needs https; set PEERLORE_URL to the address that people use, such as https://peerlore.example.com"
    );
    Ok(Viewing::SignIn)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_that_cannot_be_listened_on_is_told_with_the_way_out() {
        let of = |address: &str, why| cannot_listen(address.parse().expect("an address"), why);
        insta::assert_snapshot!(
            of("203.0.113.5:8080", ErrorKind::AddrNotAvailable),
            @"203.0.113.5:8080 can't be listened on; it is no address of this machine; listen on 127.0.0.1:8080, or on 0.0.0.0:8080 for all of its addresses, with --listen"
        );
        insta::assert_snapshot!(
            of("127.0.0.1:80", ErrorKind::PermissionDenied),
            @"127.0.0.1:80 can't be listened on; this user may not have that port; choose one over 1023 with --listen"
        );
        insta::assert_snapshot!(
            of("127.0.0.1:8080", ErrorKind::AddrInUse),
            @"127.0.0.1:8080 can't be listened on; is another Peerlore running? choose another with --listen"
        );
    }
}
