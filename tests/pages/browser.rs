//! Somebody at a browser, who keeps cookies and follows GitHub's redirects.
use std::collections::BTreeMap;

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use axum::http::StatusCode;
use axum::http::header;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use peerlore::demo::github::FakeGithub;

use crate::world::Answer;
use crate::world::ask;
use crate::world::token_in;

/// A browser with its cookies.
#[derive(Clone)]
pub struct Browser {
    router: Router,
    pub cookies: BTreeMap<String, String>,
}

impl Browser {
    pub fn new(router: &Router) -> Self {
        Self {
            router: router.clone(),
            cookies: BTreeMap::new(),
        }
    }

    /// A browser in which this person signed in.
    pub async fn of(router: &Router, github: &FakeGithub, login: &str) -> Self {
        let mut browser = Self::new(router);
        let end = browser.sign_in(github, login, "/me").await;
        assert_eq!(
            (end.status, end.location()),
            (StatusCode::SEE_OTHER, "/me"),
            "{login}: {}",
            end.text()
        );
        browser
    }

    /// The same cookies at another instance.
    pub fn at(&self, router: &Router) -> Self {
        Self {
            router: router.clone(),
            cookies: self.cookies.clone(),
        }
    }

    pub async fn get(&mut self, path: &str) -> Answer {
        let request = Request::get(path).header(header::HOST, "peerlore.example");
        self.send(request, String::new()).await
    }

    /// Sends a form from one of our pages, with nothing added.
    pub async fn post_bare(&mut self, path: &str, form: &str) -> Answer {
        let request = Request::post(path)
            .header(header::HOST, "peerlore.example")
            .header(header::ORIGIN, "https://peerlore.example")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send(request, form.to_owned()).await
    }

    /// Sends a form with the token of the page `from`.
    pub async fn post(&mut self, from: &str, path: &str, form: &str) -> Answer {
        let token = self.token(from).await;
        self.post_bare(path, &format!("{form}&token={token}")).await
    }

    /// The token that a page gives.
    pub async fn token(&mut self, page: &str) -> String {
        token_in(&self.get(page).await.body)
    }

    async fn send(&mut self, request: axum::http::request::Builder, body: String) -> Answer {
        let cookies: Vec<String> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let request = request.header(header::COOKIE, cookies.join("; "));
        let answer = ask(&self.router, request.body(Body::from(body)).expect("a request")).await;
        for set in answer.headers.get_all(header::SET_COOKIE) {
            let pair = set.to_str().expect("text").split(';').next().unwrap_or_default();
            let (name, value) = pair.split_once('=').expect("a cookie");
            if value.is_empty() {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        answer
    }

    /// Begins a sign-in and agrees at GitHub; gives the path that GitHub sends back to.
    pub async fn agree(&mut self, github: &FakeGithub, login: &str, next: &str) -> String {
        github.consents(login);
        let begun = self.get(&format!("/sign-in?next={next}")).await;
        assert_eq!(begun.status, StatusCode::OK, "{}", begun.text());
        at_github(begun.location()).await
    }

    /// Signs in to the end.
    pub async fn sign_in(&mut self, github: &FakeGithub, login: &str, next: &str) -> Answer {
        let back = self.agree(github, login, next).await;
        self.get(&back).await
    }
}

/// Opens GitHub's page and gives the path of ours that it leads back to.
pub async fn at_github(address: &str) -> String {
    let client = Client::builder(TokioExecutor::new()).build_http::<Body>();
    let answer = client
        .get(address.parse().expect("an address"))
        .await
        .expect("an answer");
    assert_eq!(answer.status(), StatusCode::SEE_OTHER, "{address}");
    let back = answer.headers()[header::LOCATION].to_str().expect("text");
    back.strip_prefix("https://peerlore.example")
        .expect("back to us")
        .to_owned()
}

impl Answer {
    /// Where it leads to; empty: nowhere.
    pub fn location(&self) -> &str {
        let header = |name| self.headers.get(name).map(|to| to.to_str().expect("text"));
        header(header::LOCATION)
            .or_else(|| header(header::REFRESH)?.strip_prefix("0; url="))
            .unwrap_or_default()
    }
}
