//! What only we can have written: cookies and form tokens carry a tag by the secret that is there anyway.
use hmac::Hmac;
use hmac::KeyInit;
use hmac::Mac;
use secrecy::ExposeSecret;
use secrecy::SecretString;
use sha2::Sha256;

use crate::web::hook::Secrets;

/// What a tag is for; a tag for one thing is none for another, nor for a webhook.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Purpose {
    /// The cookie of a session.
    Session,
    /// The cookie of a sign-in that was begun.
    SignIn,
    /// The token of a form.
    Form,
}

impl Purpose {
    fn word(self) -> &'static str {
        match self {
            Self::Session => "peerlore session 1\n",
            Self::SignIn => "peerlore sign-in 1\n",
            Self::Form => "peerlore form 1\n",
        }
    }
}

impl Secrets {
    /// The tag of `text`, by the first secret: 64 hexadecimal digits.
    #[must_use]
    pub fn tag(&self, purpose: Purpose, text: &str) -> String {
        let tag = self.0.first().and_then(|secret| mac(secret, purpose, text));
        tag.map_or_else(String::new, |mac| hex::encode(mac.finalize().into_bytes()))
    }

    /// Whether `tag` is that of `text` by one of the secrets, in constant time: while they rotate, both count.
    #[must_use]
    pub fn is_tag(&self, purpose: Purpose, text: &str, tag: &str) -> bool {
        let Ok(tag) = hex::decode(tag) else { return false };
        self.0.iter().fold(false, |valid, secret| {
            mac(secret, purpose, text).is_some_and(|mac| mac.verify_slice(&tag).is_ok()) | valid
        })
    }
}

/// The key is one of its own, so that no webhook that GitHub signs can pass for a tag.
fn mac(secret: &SecretString, purpose: Purpose, text: &str) -> Option<Hmac<Sha256>> {
    let mut key = Hmac::<Sha256>::new_from_slice(secret.expose_secret().as_bytes()).ok()?;
    key.update(b"peerlore: the key of cookies and forms");
    let mut mac = Hmac::<Sha256>::new_from_slice(&key.finalize().into_bytes()).ok()?;
    mac.update(purpose.word().as_bytes());
    mac.update(text.as_bytes());
    Some(mac)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_good_for_its_text_and_purpose_and_through_a_rotation() {
        let secrets = |list: &str| Secrets::parse(&SecretString::from(list)).unwrap();
        let tag = secrets("old").tag(Purpose::Session, "word");
        assert_eq!(tag.len(), 64);
        assert!(secrets("new,old").is_tag(Purpose::Session, "word", &tag));
        assert!(!secrets("new").is_tag(Purpose::Session, "word", &tag));
        assert!(!secrets("old").is_tag(Purpose::Form, "word", &tag));
        assert!(!secrets("old").is_tag(Purpose::Session, "sword", &tag));
        assert!(!secrets("old").is_tag(Purpose::Session, "word", ""));
    }
}
