//! `/docs/api`: how programs ask, made of the API's own document. It shows nothing about anybody, so it is open to everybody.
use std::sync::LazyLock;

use axum::extract::Path;
use axum::extract::State;
use axum::extract::rejection::PathRejection;
use maud::Markup;
use maud::html;
use serde_json::Map;
use serde_json::Value;

use crate::model::access_token::Scope;
use crate::pipeline::tokens;
use crate::web::Web;
use crate::web::access::Visitor;
use crate::web::api;
use crate::web::api::limits;
use crate::web::api::paging;
use crate::web::api::problem::Kind;
use crate::web::error::PageError;
use crate::web::layout;
use crate::web::layout::Frame;
use crate::web::layout::Place;
use crate::web::pages::docs_api_types as types;

/// The document, as programs read it.
static DOCUMENT: LazyLock<Value> = LazyLock::new(|| serde_json::to_value(&*api::DOCUMENT).unwrap_or_default());

/// `GET /docs/api`
pub async fn show(State(web): State<Web>, visitor: Result<Visitor, PageError>) -> Markup {
    let frame = Frame {
        title: "API",
        place: Place::Docs,
        visitor: visitor.as_ref().ok(),
    };
    let address = (web.pipeline.addresses.own.as_str(), visitor.is_ok());
    layout::page(&frame, &render(&DOCUMENT, address))
}

/// `GET /docs/api/types/{name}`: one type.
///
/// # Errors
/// [`PageError::NotFound`] where there is none of that name.
pub async fn show_type(
    visitor: Result<Visitor, PageError>,
    path: Result<Path<String>, PathRejection>,
) -> Result<Markup, PageError> {
    let missing =
        || PageError::NotFound("The API has no type of that name. /docs/api lists those that it has.".to_owned());
    let Ok(Path(name)) = path else {
        return Err(missing());
    };
    let schemas = DOCUMENT["components"]["schemas"].as_object();
    let (name, schema) = schemas.and_then(|all| all.get_key_value(&name)).ok_or_else(missing)?;
    let frame = Frame {
        title: name,
        place: Place::Docs,
        visitor: visitor.as_ref().ok(),
    };
    Ok(layout::page(&frame, &types::one(name, schema)))
}

/// The page's text for a document, at our own address, and whether this visitor may read anything there.
#[must_use]
pub fn render(document: &Value, (own, opens): (&str, bool)) -> Markup {
    html! {
        p.over { a href="/docs" { "How it works" } }
        h1 { "API" }
        p.lead { (types::text(&document["info"], "description")) }
        p {
            "Everything below is made of " a href="/api/v1/openapi.json" { "the OpenAPI document" } ", which programs can read, too."
        }
        nav aria-label="On this page" { ul {
            li { a href="#begin" { "How to begin" } }
            li { a href="#scopes" { "Scopes" } }
            li { a href="#parts" { "Lists in parts" } }
            li { a href="#problems" { "Problems" } }
            @for tag in tags(document) { li { a href={ "#" (anchor(tag)) } { (tag) } } }
            li { a href="#types" { "Types" } }
        } }
        (begin(own))
        (scopes())
        (parts())
        (problems())
        @for tag in tags(document) {
            h2 id=(anchor(tag)) { (tag) }
            @for (path, method, operation) in operations(document) {
                @if operation["tags"][0] == tag { (one((path, method, operation), document, (own, opens))) }
            }
        }
        (types::all(&document["components"]["schemas"]))
    }
}

fn tags(document: &Value) -> Vec<&str> {
    let tags = document["tags"].as_array().into_iter().flatten();
    tags.filter_map(|tag| tag["name"].as_str()).collect()
}

fn anchor(tag: &str) -> String {
    tag.to_lowercase().replace(' ', "-")
}

/// Each operation with its path and method, by path.
fn operations(document: &Value) -> Vec<(&str, &str, &Value)> {
    let paths = document["paths"].as_object().into_iter().flatten();
    paths
        .flat_map(|(path, item)| {
            let methods = item.as_object().into_iter().flatten();
            methods.map(move |(method, operation)| (path.as_str(), method.as_str(), operation))
        })
        .filter(|(.., operation)| operation.get("responses").is_some())
        .collect()
}

fn begin(own: &str) -> Markup {
    html! {
        h2 id="begin" { "How to begin" }
        p {
            "Make a token on " a href="/me/tokens" { "your own page" } " and send it with each request, in the header " code { "Authorization" } " and nowhere else:"
        }
        pre { code { "curl -H \"Authorization: Bearer $TOKEN\" " (own) "/api/v1/me" } }
        p {
            "A token begins with " code { "plore_" } ", so that whoever looks for lost secrets finds it; its last 6 letters are the beginning of the SHA-256 of "
            "the rest, as base64url. It never opens more than its owner may see at that moment on the pages. It ends on its day, when its owner revokes it, signs out everywhere, "
            "is erased, leaves the organisation or takes back the App’s authorisation on GitHub. Somebody can have " (tokens::MOST) " of them."
        }
        p {
            "Of private repositories it reads those that its owner could read when it was made, each while GitHub confirmed it within a day. Ten are asked about at a time, ten minutes "
            "apart, so a token with more of them that rested for a day tells of some a little later."
        }
        p {
            "A browser in which you are signed in reads, too, so the links here open. What changes something takes a token. A token may ask "
            (limits::A_MINUTE) " times a minute."
        }
    }
}

fn scopes() -> Markup {
    html! {
        h2 id="scopes" { "Scopes" }
        dl.pairs { @for scope in Scope::ALL { dt { code { (scope.as_str()) } } dd { "to " (scope.about()) } } }
    }
}

fn parts() -> Markup {
    html! {
        h2 id="parts" { "Lists in parts" }
        p {
            "Long lists come in parts of " code { "limit" } " entries: " (paging::USUAL) ", or up to " (paging::MOST) ". Where there is more, "
            code { "next" } " is the address of the next part, and so is the header " code { "Link" } " with " code { "rel=\"next\"" }
            ". Ask for it as it stands. It begins after the last entry that you got, so that whatever comes in meanwhile, you get everything once."
        }
    }
}

fn problems() -> Markup {
    html! {
        h2 id="problems" { "Problems" }
        p {
            "Whatever can’t be had is answered as " code { "application/problem+json" } " (RFC 9457): " code { "type" } " is one of the addresses below, "
            code { "title" } " says the same in words, " code { "status" } " is the status again, and " code { "detail" } " says what is wrong this time."
        }
        dl.pairs {
            @for kind in Kind::ALL {
                @let (status, word, title) = kind.told();
                dt id={ "problem-" (word) } { (status.as_u16()) " " code { "problem-" (word) } }
                dd { (title) "." }
            }
        }
    }
}

fn one((path, method, operation): (&str, &str, &Value), document: &Value, (own, opens): (&str, bool)) -> Markup {
    let parameters: Vec<&Value> = operation["parameters"].as_array().into_iter().flatten().collect();
    let scopes = operation["security"][0]["token"].as_array().into_iter().flatten();
    let scopes: Vec<&str> = scopes.filter_map(Value::as_str).collect();
    let body = &operation["requestBody"]["content"]["application/json"]["schema"];
    html! {
        section.apart id=(types::text(operation, "operationId")) {
            h3 { (types::text(operation, "summary")) }
            p { code { (method.to_uppercase()) " " (path) } ", for " code { (scopes.join(", ")) } }
            @if operation.get("description").is_some() { p { (types::words(operation, "description")) } }
            @if !parameters.is_empty() { (parameters_of(&parameters)) }
            @if !body.is_null() { p { "The body is " (types::kind(body)) ", as JSON." } }
            (answers(&operation["responses"]))
            pre { code { (example((path, method), body, document, own)) } }
            @if opens && method == "get" && !path.contains('{') { p.small { a href=(path) { "Open it" } } }
        }
    }
}

fn parameters_of(parameters: &[&Value]) -> Markup {
    html! {
        div.scroll { table.stack {
            caption.hidden { "Parameters" }
            thead { tr { th scope="col" { "Parameter" } th scope="col" { "In" } th scope="col" { "What" } th scope="col" { "What it says" } } }
            tbody {
                @for one in parameters {
                    tr {
                        th scope="row" { code { (types::text(one, "name")) } }
                        td { (types::text(one, "in")) @if one["required"] == true { ", has to be there" } }
                        td { (types::kind(&one["schema"])) }
                        td { (types::words(one, "description")) }
                    }
                }
            }
        } }
    }
}

fn answers(responses: &Value) -> Markup {
    let empty = Map::new();
    let responses = responses.as_object().unwrap_or(&empty);
    html! {
        div.scroll { table.stack {
            caption.hidden { "Answers" }
            thead { tr { th scope="col" { "Status" } th scope="col" { "What" } th scope="col" { "When" } } }
            tbody {
                @for (status, response) in responses {
                    @let content = response["content"].as_object().and_then(|content| content.iter().next());
                    tr {
                        th scope="row" { (status) }
                        td { @if let Some((_, content)) = content { (types::kind(&content["schema"])) } }
                        td { (types::words(response, "description")) }
                    }
                }
            }
        } }
    }
}

/// The operation on a command line.
fn example((path, method): (&str, &str), body: &Value, document: &Value, own: &str) -> String {
    let address: String = path
        .split('/')
        .map(
            |part| match part.strip_prefix('{').and_then(|part| part.strip_suffix('}')) {
                Some("number") => "7".to_owned(),
                Some(name) => name.to_uppercase(),
                None => part.to_owned(),
            },
        )
        .collect::<Vec<_>>()
        .join("/");
    let mut sends = String::new();
    if method != "get" {
        let name = types::name_of(body).unwrap_or_default();
        let example = &document["components"]["schemas"][name]["example"];
        let method = method.to_uppercase();
        sends = format!(" -X {method} -H 'Content-Type: application/json' -d '{example}'");
    }
    format!("curl -H \"Authorization: Bearer $TOKEN\"{sends} {own}{address}")
}
