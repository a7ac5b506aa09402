//! What a GraphQL question asks for: its connections with their sizes, read from its text.

use serde_json::{Value, json};

/// The most nodes that GitHub lets one question ask for.
pub const NODE_LIMIT: u64 = 500_000;

/// The most entries of one connection.
const MOST: u64 = 100;

/// A connection with a `first:`, and the numbers of those around it.
#[derive(Debug)]
struct Part {
    name: String,
    around: Vec<(String, u64)>,
    first: u64,
}

/// A question as it was asked.
#[derive(Debug)]
pub struct Question {
    parts: Vec<Part>,
    /// Its variables.
    pub variables: Value,
}

impl Question {
    /// From its text and variables.
    pub fn of(text: &str, variables: Value) -> Self {
        Self {
            parts: parts_of(text),
            variables,
        }
    }

    /// How many entries of a connection are asked for, where it stands in `around` (none: in a pull request or above).
    pub fn first(&self, name: &str, around: Option<&str>) -> Option<usize> {
        let fits = |part: &&Part| {
            let parent = part.around.last().map(|(parent, _)| parent.as_str());
            part.name == name && parent.filter(|parent| *parent != "pullRequests") == around
        };
        let found = self.parts.iter().find(fits)?;
        usize::try_from(found.first).ok()
    }

    /// A variable's text.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.variables.get(name)?.as_str()
    }

    /// The nodes that it asks for at most.
    pub fn nodes(&self) -> u64 {
        let of = |part: &Part| part.around.iter().map(|(_, first)| first).product::<u64>() * part.first;
        self.parts.iter().map(of).sum()
    }

    /// What it costs: a hundredth of the connections that are opened, 1 at least.
    pub fn cost(&self) -> u64 {
        let of = |part: &Part| part.around.iter().map(|(_, first)| first).product::<u64>();
        self.parts.iter().map(of).sum::<u64>().div_ceil(100).max(1)
    }

    /// A connection of which more is asked for than GitHub gives at a time.
    pub fn excessive(&self) -> Option<(&str, u64)> {
        let part = self.parts.iter().find(|part| part.first > MOST)?;
        Some((&part.name, part.first))
    }
}

/// Reads names, arguments and braces; what is said in fragments counts where it stands.
fn parts_of(text: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut open: Vec<Option<(String, u64)>> = Vec::new();
    let (mut name, mut pending, mut directive) = (String::new(), None, false);
    let mut rest = text;
    while let Some(sign) = rest.chars().next() {
        let word = rest.len() - rest.trim_start_matches(|c: char| c.is_alphanumeric() || c == '_').len();
        let taken = match sign {
            _ if word > 0 => {
                if !directive {
                    rest[..word].clone_into(&mut name);
                    pending = None;
                }
                word
            }
            '@' => {
                directive = true;
                1
            }
            '(' => {
                let end = rest.find(')').map_or(rest.len(), |end| end + 1);
                if let Some(first) = first_in(&rest[..end]).filter(|_| !directive) {
                    let around: Vec<_> = open.iter().flatten().cloned().collect();
                    pending = Some((name.clone(), first));
                    parts.push(Part {
                        name: name.clone(),
                        around,
                        first,
                    });
                }
                directive = false;
                end
            }
            '{' => {
                open.push(pending.take());
                1
            }
            '}' => {
                open.pop();
                pending = None;
                1
            }
            other => other.len_utf8(),
        };
        rest = &rest[taken..];
    }
    parts
}

fn first_in(arguments: &str) -> Option<u64> {
    let after = &arguments[arguments.find("first:")? + "first:".len()..];
    let number = after.trim_start();
    let end = number.find(|c: char| !c.is_ascii_digit()).unwrap_or(number.len());
    number[..end].parse().ok()
}

/// Where a list goes on, as GitHub's cursors look: a word that nobody is to read.
pub fn cursor(place: &str) -> String {
    format!("Y3Vyc29y{}", hex::encode(place))
}

/// The place that a cursor names.
pub fn place(cursor: &str) -> Option<String> {
    let bytes = hex::decode(cursor.strip_prefix("Y3Vyc29y")?).ok()?;
    String::from_utf8(bytes).ok()
}

/// A part of a list in GraphQL's shape: from the cursor on, so many.
pub fn connection<T>(all: &[T], first: usize, after: Option<&str>, show: impl FnMut(&T) -> Value) -> Value {
    let from = after
        .and_then(place)
        .and_then(|place| place.parse::<usize>().ok())
        .unwrap_or(0)
        .min(all.len());
    let end = (from + first).min(all.len());
    let nodes: Vec<Value> = all[from..end].iter().map(show).collect();
    let last = (end > from).then(|| cursor(&end.to_string()));
    json!({
        "totalCount": all.len(), "nodes": nodes, "pageInfo": { "hasNextPage": end < all.len(), "endCursor": last },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_are_counted_where_they_stand() {
        let text = "query Q($a: Int!) { inWindow: search(query: $w, first: 1) { issueCount } repository(owner: $o) { \
                    pullRequests(first: 10, after: $a) { nodes { reviewThreads(first: 20, after: $t) @include(if: $with) { \
                    nodes { comments(first: 5) { nodes { id } } } } comments(first: 30) { nodes { id } } } } } } \
                    fragment f on X { id }";
        let question = Question::of(text, Value::Null);
        assert_eq!(question.first("comments", Some("reviewThreads")), Some(5));
        assert_eq!(question.first("comments", None), Some(30));
        assert_eq!(question.first("pullRequests", None), Some(10));
        assert_eq!(question.nodes(), 1 + 10 + 10 * 20 + 10 * 20 * 5 + 10 * 30);
        assert_eq!(question.cost(), 3, "1 + 1 + 10 + 200 + 10 connections");
    }

    #[test]
    fn a_list_goes_on_where_its_cursor_says() {
        let all = [1, 2, 3];
        let first = connection(&all, 2, None, |one| json!(one));
        assert_eq!(
            (&first["nodes"], &first["pageInfo"]["hasNextPage"]),
            (&json!([1, 2]), &true.into())
        );
        let next = connection(&all, 2, first["pageInfo"]["endCursor"].as_str(), |one| json!(one));
        assert_eq!(
            (&next["nodes"], &next["pageInfo"]["hasNextPage"]),
            (&json!([3]), &false.into())
        );
    }
}
