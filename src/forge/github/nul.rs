//! Texts without NUL characters: GitHub lets them through, and Postgres stores none.
use std::borrow::Cow;

/// The character as JSON writes it; a bare one is no JSON.
const ESCAPED: &[u8] = br"\u0000";

/// JSON whose texts have no NUL characters.
pub(super) fn without_nul(json: &[u8]) -> Cow<'_, [u8]> {
    if !json.windows(ESCAPED.len()).any(|some| some == ESCAPED) {
        return Cow::Borrowed(json);
    }
    let mut kept = Vec::with_capacity(json.len());
    let mut rest = json;
    while let Some((first, after)) = rest.split_first() {
        if let Some(after) = rest.strip_prefix(ESCAPED) {
            rest = after;
            continue;
        }
        kept.push(*first);
        rest = after;
        // What a backslash escapes goes with it: two of them are one backslash, and what follows is text.
        if let (b'\\', Some((second, after))) = (first, rest.split_first()) {
            kept.push(*second);
            rest = after;
        }
    }
    Cow::Owned(kept)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_character_itself_is_left_out() {
        for (json, kept) in [
            (r#"{"body":"a\u0000b"}"#, r#"{"body":"ab"}"#),
            (r#"{"body":"\u0000\u0000"}"#, r#"{"body":""}"#),
            (r#"{"body":"a\\u0000b"}"#, r#"{"body":"a\\u0000b"}"#),
            (r#"{"body":"a\\\u0000\"b"}"#, r#"{"body":"a\\\"b"}"#),
            (r#"{"body":"a\n"}"#, r#"{"body":"a\n"}"#),
        ] {
            assert_eq!(without_nul(json.as_bytes()), kept.as_bytes(), "{json}");
        }
    }
}
