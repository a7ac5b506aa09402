//! Whom a commit names: its author, and co-authors and reviewers by its trailers.
use gix::actor::IdentityRef;
use gix::actor::SignatureRef;
use gix::bstr::ByteSlice;
use gix::mailmap::Snapshot;

use crate::model::history::Identity;

/// The longest name or address that is kept, in characters.
const LONGEST: usize = 200;

/// Authors and reviewers of a commit, everybody once; who wrote it doesn't review it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Named {
    pub(super) authors: Vec<Identity>,
    pub(super) reviewers: Vec<Identity>,
}

/// People of one commit at most, of each kind: more names than that are no review.
const MOST_NAMED: usize = 100;

/// Whom a commit names.
pub(super) fn named(author: SignatureRef<'_>, message: &[u8], mailmap: &Snapshot) -> Named {
    let mut authors = vec![identity(author.name, author.email, mailmap)];
    let mut reviewers = Vec::new();
    if let Some(body) = gix::objs::commit::MessageRef::from_bytes(message).body() {
        for trailer in body.trailers() {
            let named = if trailer.is_co_authored_by() {
                &mut authors
            } else if trailer.is_reviewed_by() {
                &mut reviewers
            } else {
                continue;
            };
            for found in in_trailer(&trailer.value, mailmap) {
                if named.len() < MOST_NAMED && !named.contains(&found) {
                    named.push(found);
                }
            }
        }
    }
    reviewers.retain(|one| !authors.contains(one));
    Named { authors, reviewers }
}

/// Who stands in a trailer: a name with an address, or else names, logins or addresses with commas between them.
fn in_trailer(value: &[u8], mailmap: &Snapshot) -> Vec<Identity> {
    if let Ok(found) = IdentityRef::from_bytes(value.trim()) {
        return vec![identity(found.name, found.email, mailmap)];
    }
    if value.contains(&b'<') {
        return Vec::new();
    }
    let each = value.split(|byte| *byte == b',').map(|one| {
        let one = one.trim();
        one.strip_prefix(b"@").unwrap_or(one)
    });
    each.filter(|one| !one.is_empty())
        .map(|one| {
            if one.contains(&b'@') {
                identity(b"", one, mailmap)
            } else {
                identity(one, b"", mailmap)
            }
        })
        .collect()
}

fn identity(name: &[u8], email: &[u8], mailmap: &Snapshot) -> Identity {
    let written = SignatureRef {
        name: name.trim().as_bstr(),
        email: email.trim().as_bstr(),
        time: "0 +0000",
    };
    let meant = mailmap.resolve_cow(written);
    let kept = |bytes: &[u8]| bytes.to_str_lossy().trim().chars().take(LONGEST).collect();
    Identity {
        name: kept(&meant.name),
        email: kept(&meant.email),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn who(name: &str, email: &str) -> Identity {
        Identity {
            name: name.to_owned(),
            email: email.to_owned(),
        }
    }

    fn read(message: &str, mailmap: &str) -> Named {
        let author = SignatureRef {
            name: "Ann".into(),
            email: "ann@old.example".into(),
            time: "1700000000 +0000",
        };
        named(author, message.as_bytes(), &Snapshot::from_bytes(mailmap.as_bytes()))
    }

    #[test]
    fn trailers_name_co_authors_and_reviewers() {
        let named = read(
            "Mend it\n\nReviewed-by: Not A Trailer <x@y>\nin the middle of the text.\n\nCo-authored-by: Bob <bob@x>\nReviewed-by: Cy <cy@x>\n\
             reviewed-by: Cy <cy@x>\nReviewed-by: @dee\nAcked-by: Eve <eve@x>\nSigned-off-by: Fay <fay@x>\nReviewed-by: Bob <bob@x>\n",
            "",
        );
        assert_eq!(named.authors, [who("Ann", "ann@old.example"), who("Bob", "bob@x")]);
        assert_eq!(named.reviewers, [who("Cy", "cy@x"), who("dee", "")]);
    }

    #[test]
    fn the_mail_map_holds_for_all_of_them() {
        let mailmap = "Ann Lee <ann@new.example> <ann@old.example>\nBob Ray <bob@x>\n";
        let named = read("Mend it\n\nCo-authored-by: bobby <bob@x>\n", mailmap);
        assert_eq!(
            named.authors,
            [who("Ann Lee", "ann@new.example"), who("Bob Ray", "bob@x")]
        );
    }

    #[test]
    fn a_name_is_never_endless() {
        let named = read(&format!("x\n\nReviewed-by: {} <a@b>\n", "n".repeat(10_000)), "");
        assert_eq!(named.reviewers[0].name.len(), LONGEST);
    }

    #[test]
    fn nobody_sees_an_address_in_a_log() {
        assert_eq!(format!("{:?}", who("Ann", "ann@x")), "Identity { name: \"Ann\", .. }");
    }
}
