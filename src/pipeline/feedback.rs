//! Links by which readers of a comment say whether a place of a suggestion was of use: signed, so that nobody makes up
//! others, and good for one to two months, so that the comment's text stays the same meanwhile.
use hmac::Hmac;
use hmac::KeyInit;
use hmac::Mac;
use sha2::Sha256;
use sqlx::PgConnection;

use crate::model::ids::InstallationId;
use crate::model::ids::PullKey;
use crate::model::suggestion::Slot;
use crate::pipeline::Addresses;
use crate::pipeline::StepError;
use crate::store::feedback;
use crate::store::suggestions::Stored;
use crate::suggest::words::VoteLinks;

/// Seconds in a month of 30 days.
const MONTH: i64 = 30 * 24 * 60 * 60;

/// What a link says, apart from its signature.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Ballot<'a> {
    /// The tenant.
    pub installation: InstallationId,
    /// The pull request.
    pub pull: PullKey,
    /// `expert` or `learner`.
    pub slot: &'a str,
    /// `good` or `not_useful`.
    pub verdict: &'a str,
    /// Until when it is good, in seconds since 1970.
    pub until: i64,
}

impl Ballot<'_> {
    /// Whether its words are ones that can be stored.
    #[must_use]
    pub fn is_known(&self) -> bool {
        matches!(self.slot, "expert" | "learner") && matches!(self.verdict, "good" | "not_useful")
    }

    fn text(&self) -> String {
        format!(
            "{}/{}/{}/{}/{}/{}",
            self.installation, self.pull.repo, self.pull.number, self.slot, self.verdict, self.until
        )
    }

    /// Its path and query, signed with `key`; none where that can be no key.
    #[must_use]
    pub fn address(&self, key: &[u8]) -> Option<String> {
        let signature = hex::encode(self.mac(key)?.finalize().into_bytes());
        Some(format!("/feedback/{}?signature={signature}", self.text()))
    }

    /// Whether this signature of it was made with `key`. Takes the same time for every wrong one.
    #[must_use]
    pub fn is_signed(&self, key: &[u8], signature: &str) -> bool {
        let given = hex::decode(signature).ok();
        let checked = given
            .zip(self.mac(key))
            .map(|(given, mac)| mac.verify_slice(&given).is_ok());
        checked.unwrap_or(false)
    }

    fn mac(&self, key: &[u8]) -> Option<Hmac<Sha256>> {
        let mut mac = Hmac::<Sha256>::new_from_slice(key).ok()?;
        mac.update(self.text().as_bytes());
        Some(mac)
    }
}

/// The links for the places of a suggestion in which somebody is suggested.
///
/// # Errors
/// [`StepError::Store`] when the database is away.
pub async fn links(
    conn: &mut PgConnection,
    addresses: &Addresses,
    (id, key): (InstallationId, PullKey),
    stored: &Stored,
) -> Result<Vec<VoteLinks>, StepError> {
    let signing = feedback::signing_key(conn, id).await?;
    let until = (stored.made_at.timestamp().div_euclid(MONTH) + 2) * MONTH;
    let places = [
        ("expert", "who knows", &stored.suggestion.expert),
        ("learner", "who would learn", &stored.suggestion.learner),
    ];
    let picked = places.into_iter().filter(|(.., slot)| matches!(slot, Slot::Picked(_)));
    Ok(picked
        .filter_map(|(slot, place, _)| {
            let link = |verdict| {
                let ballot = Ballot {
                    installation: id,
                    pull: key,
                    slot,
                    verdict,
                    until,
                };
                Some(format!("{}{}", addresses.own, ballot.address(&signing)?))
            };
            Some(VoteLinks {
                place,
                good: link("good")?,
                not_useful: link("not_useful")?,
            })
        })
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ids::RepoId;

    const KEY: &[u8] = b"a key of the test";

    fn ballot() -> Ballot<'static> {
        Ballot {
            installation: InstallationId(1),
            pull: PullKey {
                repo: RepoId(70),
                number: 3,
            },
            slot: "expert",
            verdict: "good",
            until: 5_184_000,
        }
    }

    #[test]
    fn a_signature_holds_for_its_own_words_only() {
        let address = ballot().address(KEY).unwrap();
        let signature = address.split_once("signature=").unwrap().1;
        assert!(ballot().is_signed(KEY, signature));
        let others = [
            Ballot {
                verdict: "not_useful",
                ..ballot()
            },
            Ballot {
                slot: "learner",
                ..ballot()
            },
            Ballot {
                until: 5_184_001,
                ..ballot()
            },
            Ballot {
                installation: InstallationId(2),
                ..ballot()
            },
        ];
        for other in others {
            assert!(!other.is_signed(KEY, signature), "{other:?}");
        }
        assert!(!ballot().is_signed(b"another key", signature));
        assert!(!ballot().is_signed(KEY, "no hexadecimal digits") && !ballot().is_signed(KEY, ""));
    }
}
