//! Which identities of a history are one person, and which are programs.
//!
//! The same e-mail address is the same person, and so is the same name without regard to case and spaces: people commit from several machines, and two
//! people of one name in one repository are rarer. Names and addresses that many share join nobody.
use std::collections::BTreeMap;
use std::collections::HashMap;

use crate::model::history::Identity;

/// What GitHub writes in place of an address: `12345+login@` or `login@` this.
const NO_REPLY: &str = "users.noreply.github.com";
/// Names that machines and forms give.
const NOBODYS_NAMES: [&str; 12] = [
    "",
    "admin",
    "administrator",
    "anonymous",
    "(no author)",
    "nobody",
    "none",
    "root",
    "ubuntu",
    "unknown",
    "user",
    "your name",
];
/// Where addresses that machines give end.
const NOBODYS_HOSTS: [&str; 4] = ["localhost", "localhost.localdomain", "(none)", "none"];
/// Addresses that programs write with, and sign as co-authors.
const PROGRAMS: [&str; 4] = [
    "cursoragent@cursor.com",
    "noreply@anthropic.com",
    "noreply@github.com",
    "noreply@openai.com",
];

/// The people of a history.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct People {
    /// Each identity's person: a place in [`names`](Self::names); none for programs.
    pub of: Vec<Option<usize>>,
    /// What to call each person; never an address.
    pub names: Vec<String>,
}

/// What two identities of one person have in common.
#[derive(PartialEq, Eq, Hash)]
enum Sign {
    Address(String),
    Login(String),
    Name(String),
}

/// Joins identities to people. `is_program` says whether a program runs the account of a login or writes under a name.
#[must_use]
pub fn people(identities: &[Identity], is_program: &dyn Fn(&str) -> bool) -> People {
    let mut parents: Vec<usize> = (0..identities.len()).collect();
    let mut first_with: HashMap<Sign, usize> = HashMap::new();
    for (number, identity) in identities.iter().enumerate() {
        let program = writes_by_itself(identity, is_program);
        // A program may carry the name of whoever set it up.
        let said = signs(identity)
            .into_iter()
            .filter(|sign| !(program && matches!(sign, Sign::Name(_))));
        for sign in said {
            let first = *first_with.entry(sign).or_insert(number);
            let (a, b) = (root(&mut parents, first), root(&mut parents, number));
            parents[a.max(b)] = a.min(b);
        }
    }
    let mut groups: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for number in 0..identities.len() {
        groups.entry(root(&mut parents, number)).or_default().push(number);
    }
    let mut people = People {
        of: vec![None; identities.len()],
        names: Vec::new(),
    };
    for group in groups.values() {
        let by_hand = |number: &&usize| !writes_by_itself(&identities[**number], is_program);
        let group: Vec<usize> = group.iter().filter(by_hand).copied().collect();
        if group.is_empty() {
            continue;
        }
        for number in &group {
            people.of[*number] = Some(people.names.len());
        }
        people.names.push(name(group.iter().map(|number| &identities[*number])));
    }
    people
}

fn root(parents: &mut [usize], of: usize) -> usize {
    let mut at = of;
    while parents[at] != at {
        parents[at] = parents[parents[at]];
        at = parents[at];
    }
    at
}

fn signs(identity: &Identity) -> Vec<Sign> {
    let name = normal(&identity.name);
    let address = identity.email.to_lowercase();
    let mut signs = Vec::new();
    if let Some(login) = login(identity) {
        signs.push(Sign::Login(login));
    }
    if let Some((_, host)) = address.split_once('@')
        && !NOBODYS_HOSTS.contains(&host)
        && !PROGRAMS.contains(&address.as_str())
    {
        signs.push(Sign::Address(address));
    }
    if !NOBODYS_NAMES.contains(&name.as_str()) {
        if identity.email.is_empty() && !name.contains(' ') {
            signs.push(Sign::Login(name.clone()));
        }
        signs.push(Sign::Name(name));
    }
    signs
}

/// The login in an address that GitHub made up, in small letters.
#[must_use]
pub fn login(identity: &Identity) -> Option<String> {
    let address = identity.email.to_lowercase();
    let (local, host) = address.split_once('@')?;
    let login = local.split_once('+').map_or(local, |(_, login)| login);
    (host == NO_REPLY && !login.is_empty()).then(|| login.to_owned())
}

fn normal(name: &str) -> String {
    name.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ")
}

fn writes_by_itself(identity: &Identity, is_program: &dyn Fn(&str) -> bool) -> bool {
    let name = normal(&identity.name);
    PROGRAMS.contains(&identity.email.to_lowercase().as_str())
        || name.ends_with("[bot]")
        || name.ends_with("-bot")
        || is_program(&name)
        || login(identity).is_some_and(|login| is_program(&login))
}

/// The longest name that says something, and of those the one that came first; an address in its place loses its host.
fn name<'a>(identities: impl DoubleEndedIterator<Item = &'a Identity>) -> String {
    let shown = identities.rev().map(|identity| {
        let name = identity.name.split('@').next().unwrap_or_default();
        let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
        login(identity).filter(|_| name.is_empty()).unwrap_or(name)
    });
    let longest = shown
        .filter(|name| !name.is_empty())
        .max_by_key(|name| name.chars().count());
    longest.unwrap_or_else(|| "somebody without a name".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn joined(identities: &[(&str, &str)]) -> People {
        let identities: Vec<Identity> = identities
            .iter()
            .map(|(name, email)| Identity {
                name: (*name).to_owned(),
                email: (*email).to_owned(),
            })
            .collect();
        people(&identities, &|login| login == "renovate")
    }

    #[test]
    fn the_same_address_name_or_login_is_the_same_person() {
        let people = joined(&[
            ("Ann Lee", "ann@x.example"),
            ("ann", "ANN@x.example"),
            ("ann  LEE", "ann@home.example"),
            ("Ann Lee", "17+annlee@users.noreply.github.com"),
            ("other", "annlee@users.noreply.github.com"),
            ("annlee", ""),
            ("Bob", "bob@x.example"),
        ]);
        assert_eq!(people.of, [0, 0, 0, 0, 0, 0, 1].map(Some));
        assert_eq!(people.names, ["Ann Lee", "Bob"]);
    }

    #[test]
    fn what_many_share_joins_nobody() {
        let people = joined(&[
            ("root", "root@localhost"),
            ("root", "ann@x.example"),
            ("Ann", "root@localhost"),
            ("", ""),
            ("", ""),
        ]);
        assert_eq!(people.of, [0, 1, 2, 3, 4].map(Some));
    }

    #[test]
    fn programs_are_nobody() {
        let people = joined(&[
            ("dependabot[bot]", "49+dependabot[bot]@users.noreply.github.com"),
            ("Renovate", "r@x.example"),
            ("release-bot", "x@y.example"),
            ("Claude", "noreply@anthropic.com"),
            ("Talbot", "talbot@x.example"),
        ]);
        assert_eq!(people.of, [None, None, None, None, Some(0)]);
    }

    #[test]
    fn a_program_under_somebodys_name_or_address_takes_nobody_away() {
        let people = joined(&[
            ("Ann Lee", "ann@x.example"),
            ("github-actions[bot]", "ann@x.example"),
            ("Ann Lee", "noreply@anthropic.com"),
            ("Ann Lee", "ann@y.example"),
        ]);
        assert_eq!(people.of, [Some(0), None, None, Some(0)]);
        assert_eq!(people.names, ["Ann Lee"]);
    }

    #[test]
    fn an_address_in_place_of_a_name_is_not_shown_whole() {
        assert_eq!(joined(&[("ann@x.example", "ann@x.example")]).names, ["ann"]);
        assert_eq!(joined(&[("", "9+dee@users.noreply.github.com")]).names, ["dee"]);
        assert_eq!(joined(&[("", "secret@x.example")]).names, ["somebody without a name"]);
    }
}
