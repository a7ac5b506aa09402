//! Under `/docs/api`: the types of bodies and answers, as the API's document has them, a page each.
use maud::Markup;
use maud::html;
use serde_json::Value;

use crate::web::prose;

/// Values of a choice that are named; of more only how many there are.
const MOST_NAMED: usize = 8;

/// A text of the document; nothing where it has none.
pub(super) fn text<'v>(value: &'v Value, field: &str) -> &'v str {
    value[field].as_str().unwrap_or_default()
}

/// The same as people read it, with code between backquotes.
pub(super) fn words(value: &Value, field: &str) -> Markup {
    prose::reason(text(value, field))
}

/// The name of the type that is referred to.
pub(super) fn name_of(schema: &Value) -> Option<&str> {
    schema["$ref"].as_str()?.rsplit('/').next()
}

/// What a value is, in words, with a link to its type.
pub(super) fn kind(schema: &Value) -> Markup {
    if let Some(name) = name_of(schema) {
        return link(name);
    }
    for choice in ["oneOf", "anyOf", "allOf"] {
        if let Some(schemas) = schema[choice].as_array() {
            return html! { @for (at, one) in schemas.iter().enumerate() { @if at > 0 { " or " } (kind(one)) } };
        }
    }
    if let Some(values) = schema["enum"].as_array() {
        return html! {
            @if values.len() > MOST_NAMED { "one of " (values.len()) " words" }
            @else { @for (at, value) in values.iter().enumerate() { @if at > 0 { ", " } code { (value.as_str().unwrap_or("null")) } } }
        };
    }
    let names: Vec<&str> = match &schema["type"] {
        Value::String(name) => vec![name],
        Value::Array(names) => names.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    html! {
        @for (at, name) in names.iter().enumerate() { @if at > 0 { " or " } (simple(name, schema)) }
    }
}

fn simple(name: &str, schema: &Value) -> Markup {
    let format = text(schema, "format");
    html! {
        @match (name, format) {
            ("array", _) => { "list of " (kind(&schema["items"])) },
            ("object", _) if schema["additionalProperties"].is_object() => { "by name: " (kind(&schema["additionalProperties"])) },
            ("string", "date-time") => "time",
            ("string", "date") => "day",
            ("string", "uri" | "uri-reference") => "address",
            ("integer", _) => { "whole number" (range(schema)) },
            ("number", _) => { "number" (range(schema)) },
            ("boolean", _) => "true or false",
            _ => (name),
        }
    }
}

fn range(schema: &Value) -> Markup {
    let end = |field: &str| schema[field].as_f64().map(|end| end.to_string());
    html! {
        @match (end("minimum"), end("maximum")) {
            (Some(low), Some(high)) => { " from " (low) " to " (high) },
            (Some(low), None) if low != "0" => { " from " (low) },
            _ => {},
        }
    }
}

/// What is said of a field; of one that can be null it stands beside what it else is.
fn about(property: &Value) -> &str {
    let choices = property["oneOf"].as_array().into_iter().flatten();
    let mut said = choices.chain([property]).map(|one| text(one, "description"));
    said.find(|words| !words.is_empty()).unwrap_or_default()
}

/// Every type by name, each a link to its own page: all on one would be too much for it.
pub(super) fn all(schemas: &Value) -> Markup {
    let schemas = schemas.as_object().into_iter().flatten();
    html! {
        h2 id="types" { "Types" }
        ul.names { @for (name, _) in schemas { li { (link(name)) } } }
    }
}

fn link(name: &str) -> Markup {
    html! { a href={ "/docs/api/types/" (name) } { (name) } }
}

/// One type with its fields.
pub(super) fn one(name: &str, schema: &Value) -> Markup {
    html! {
        p.over { a href="/docs/api#types" { "Types of the API" } }
        h1 { (name) }
        @if schema.get("description").is_some() { p.lead { (words(schema, "description")) } }
        @if let Some(variants) = schema["oneOf"].as_array() {
            @for variant in variants {
                @if variant.get("description").is_some() { p { (words(variant, "description")) } }
                (fields(variant))
            }
        } @else if schema.get("enum").is_some() {
            p { (kind(schema)) }
        } @else { (fields(schema)) }
    }
}

fn fields(schema: &Value) -> Markup {
    let Some(properties) = schema["properties"].as_object() else {
        return html! { p { (kind(schema)) } };
    };
    html! {
        div.scroll { table.stack {
            caption.hidden { "Fields" }
            thead { tr { th scope="col" { "Field" } th scope="col" { "What" } th scope="col" { "What it says" } } }
            tbody {
                @for (name, property) in properties {
                    tr { th scope="row" { code { (name) } } td { (kind(property)) } td { (prose::reason(about(property))) } }
                }
            }
        } }
    }
}
