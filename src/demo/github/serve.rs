//! Serving the loopback GitHub over HTTP.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};

use axum::ServiceExt;
use axum::extract::Request;
use axum::http::Uri;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tower::ServiceExt as _;

use crate::demo::github::FakeGithub;
use crate::demo::github::routes::router;

/// A GitHub that is being served; it stops when this is dropped.
#[derive(Debug)]
pub struct Loopback {
    /// Where it listens, such as `http://127.0.0.1:40123`; both the API's and the site's address.
    pub url: String,
    task: JoinHandle<()>,
}

impl Drop for Loopback {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl FakeGithub {
    /// Serves this GitHub on 127.0.0.1. Port 0 takes a free one. The addresses in answers become those of the server;
    /// `site` keeps another address for `html_url`.
    ///
    /// # Errors
    /// When the port can't be listened on.
    pub async fn serve(&self, port: u16, site: Option<&str>) -> io::Result<Loopback> {
        let listener = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port))).await?;
        let url = format!("http://{}", listener.local_addr()?);
        self.set_urls(&url, site.unwrap_or(&url));
        Ok(self.listen(listener, url, false))
    }

    /// Serves this GitHub as an Enterprise Server on a free port: REST under `/api/v3`, GraphQL at `/api/graphql`, and
    /// nothing of either elsewhere.
    ///
    /// # Errors
    /// When no port can be listened on.
    pub async fn serve_enterprise(&self) -> io::Result<Loopback> {
        let listener = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await?;
        let url = format!("http://{}", listener.local_addr()?);
        self.set_urls(&format!("{url}/api/v3"), &url);
        Ok(self.listen(listener, url, true))
    }

    fn listen(&self, listener: TcpListener, url: String, enterprise: bool) -> Loopback {
        let github = self.clone();
        let service = router(&github).map_request(move |mut request: Request| {
            if enterprise {
                *request.uri_mut() = of_enterprise(request.uri());
            }
            if let Some(uri) = by_name(&github, request.uri()) {
                *request.uri_mut() = uri;
            }
            request
        });
        let task = tokio::spawn(async move {
            // The task ends with the server; a failed accept is logged by axum and doesn't end it.
            let _ended = axum::serve(listener, ServiceExt::<Request>::into_make_service(service)).await;
        });
        Loopback { url, task }
    }
}

/// The address on github.com for one of an Enterprise Server; one that is nowhere for what isn't served there.
fn of_enterprise(uri: &Uri) -> Uri {
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    let inner = match path.strip_prefix("/api/v3") {
        Some(rest) if !rest.starts_with("/graphql") => rest,
        _ if path == "/api/graphql" => "/graphql",
        _ if path.starts_with("/login") || path.starts_with("/settings") => path,
        _ => "/nowhere",
    };
    inner.parse().unwrap_or_default()
}

/// The address by name for one by number: `/repositories/1/pulls` is `/repos/owner/name/pulls`.
fn by_name(github: &FakeGithub, uri: &Uri) -> Option<Uri> {
    let path = uri.path_and_query()?.as_str();
    let rest = path.strip_prefix("/repositories/")?;
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    let id: u64 = rest[..end].parse().ok()?;
    let state = github.lock();
    let name = &state.repos.iter().find(|r| r.id == id)?.name;
    format!("/repos/{}/{name}{}", state.organisation.login, &rest[end..])
        .parse()
        .ok()
}
