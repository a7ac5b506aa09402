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
        let github = self.clone();
        let service = router(&github).map_request(move |mut request: Request| {
            if let Some(uri) = by_name(&github, request.uri()) {
                *request.uri_mut() = uri;
            }
            request
        });
        let task = tokio::spawn(async move {
            // The task ends with the server; a failed accept is logged by axum and doesn't end it.
            let _ended = axum::serve(listener, ServiceExt::<Request>::into_make_service(service)).await;
        });
        Ok(Loopback { url, task })
    }
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
