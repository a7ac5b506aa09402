use proptest::prelude::*;
use rstest::rstest;

use super::*;

const PEM: Label<'static> = Label {
    what: "private key",
    whose: "App 1 of https://github.com",
};

fn keys(seeds: &[u8]) -> Keys {
    let list: Vec<String> = seeds.iter().map(|seed| STANDARD.encode([*seed; 32])).collect();
    Keys::parse(&list.join(",").into()).expect("keys")
}

fn opened(keys: &Keys, label: &Label<'_>, sealed: &[u8]) -> Option<String> {
    let secret = keys.open(label, sealed).ok()?;
    Some(secret.expose_secret().to_owned())
}

/// A folder of one test, gone at its end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("peerlore-seal-{}-{name}", std::process::id()));
        fs::create_dir_all(&folder).expect("a folder");
        Self(folder)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).ok();
    }
}

proptest! {
    #[test]
    fn what_is_sealed_opens_again_and_shows_nothing(secret in "[ -~]{12,200}") {
        let keys = keys(&[7]);
        let sealed = keys.seal(&PEM, &secret.clone().into()).unwrap();
        prop_assert!(!sealed.windows(8).any(|part| part == &secret.as_bytes()[..8]));
        prop_assert_eq!(opened(&keys, &PEM, &sealed), Some(secret));
    }

    #[test]
    fn one_changed_bit_closes_it(at in 0_usize..60, bit in 0_u8..8) {
        let keys = keys(&[7]);
        let mut sealed = keys.seal(&PEM, &"twenty bytes of text".into()).unwrap();
        let at = at % sealed.len();
        sealed[at] ^= 1 << bit;
        prop_assert_eq!(opened(&keys, &PEM, &sealed), None);
    }
}

#[test]
fn the_same_secret_is_sealed_differently_each_time() {
    let keys = keys(&[7]);
    let seal = || keys.seal(&PEM, &"secret".into()).unwrap();
    assert_ne!(seal(), seal());
}

#[rstest]
#[case::another_kind(Label { what: "client secret", ..PEM })]
#[case::another_app(Label { whose: "App 2 of https://github.com", ..PEM })]
#[case::shifted(Label { what: "private", whose: "key App 1 of https://github.com" })]
fn under_another_label_it_stays_closed(#[case] label: Label<'_>) {
    let keys = keys(&[7]);
    let sealed = keys.seal(&PEM, &"secret".into()).unwrap();
    assert_eq!(opened(&keys, &label, &sealed), None);
}

#[test]
fn while_rotating_the_new_key_seals_and_both_open() {
    let (old, both, new) = (keys(&[1]), keys(&[2, 1]), keys(&[2]));
    let before = old.seal(&PEM, &"before".into()).unwrap();
    let after = both.seal(&PEM, &"after".into()).unwrap();
    assert_eq!(opened(&both, &PEM, &before).as_deref(), Some("before"));
    assert_eq!(opened(&both, &PEM, &after).as_deref(), Some("after"));
    assert_eq!(opened(&new, &PEM, &after).as_deref(), Some("after"));
    assert_eq!(opened(&new, &PEM, &before), None);
    assert_eq!(opened(&old, &PEM, &after), None);
}

#[test]
fn a_wrong_key_names_the_way_out() {
    let sealed = keys(&[1]).seal(&PEM, &"secret".into()).unwrap();
    let error = keys(&[2]).open(&PEM, &sealed).unwrap_err().to_string();
    insta::assert_snapshot!(error, @"the stored private key doesn't open with this sealing key: give the key that sealed it (PEERLORE_SEALING_KEY, the same for every process); if it is lost, `peerlore setup --forget` and set the App up anew");
}

#[rstest]
#[case::empty("", None)]
#[case::commas(" , ", None)]
#[case::no_base64("?", None)]
#[case::too_short("AAAA", None)]
#[case::one_of_two_is_wrong("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=,AAAA", None)]
#[case::one("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n", Some(1))]
#[case::two(
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=, AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=",
    Some(2)
)]
fn a_key_is_32_bytes_in_base64(#[case] list: &str, #[case] count: Option<usize>) {
    assert_eq!(Keys::parse(&list.into()).map(|keys| keys.count()), count);
}

#[test]
fn nothing_of_a_key_is_shown() {
    let key = STANDARD.encode([9; 32]);
    let shown = format!("{:?}", Source::Given(Keys::parse(&key.clone().into()).unwrap()));
    assert!(!shown.contains(&key) && !shown.contains("9, 9"), "{shown}");
}

#[test]
fn the_file_is_made_on_first_need_for_its_owner_alone() {
    let folder = Folder::new("made");
    let source = Source::of(None, &folder.0.join("data")).unwrap();
    assert!(
        matches!(source.keys(), Err(SealError::Missing { .. })),
        "opening makes nothing"
    );
    let sealed = source.keys_or_new().unwrap().seal(&PEM, &"secret".into()).unwrap();
    let file = folder.0.join("data").join(FILE);
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(
        fs::read_dir(folder.0.join("data")).unwrap().count(),
        1,
        "no draft is left"
    );
    let again = source.keys_or_new().unwrap();
    assert_eq!(opened(&again, &PEM, &sealed).as_deref(), Some("secret"));
}

#[test]
fn a_file_that_others_can_read_is_refused() {
    let folder = Folder::new("wide");
    let source = Source::of(None, &folder.0).unwrap();
    source.keys_or_new().unwrap();
    let file = folder.0.join(FILE);
    for mode in [0o640, 0o604, 0o620, 0o666] {
        fs::set_permissions(&file, fs::Permissions::from_mode(mode)).unwrap();
        for refused in [source.keys(), source.keys_or_new()] {
            let said = refused.unwrap_err().to_string();
            assert!(
                said.contains(&format!("mode {mode:03o}")) && said.contains("chmod 600"),
                "{said}"
            );
        }
    }
    fs::set_permissions(&file, fs::Permissions::from_mode(0o400)).unwrap();
    assert!(source.keys().is_ok());
}

#[test]
fn a_file_that_holds_no_key_is_refused_and_left_alone() {
    let folder = Folder::new("short");
    let source = Source::of(None, &folder.0).unwrap();
    source.keys_or_new().unwrap();
    let file = folder.0.join(FILE);
    fs::write(&file, "AAAA\n").unwrap();
    let said = source.keys_or_new().unwrap_err().to_string();
    assert!(said.contains("holds no sealing key"), "{said}");
    assert_eq!(fs::read_to_string(&file).unwrap(), "AAAA\n");
}

#[test]
fn a_folder_that_cannot_be_made_is_named() {
    let folder = Folder::new("blocked");
    fs::write(folder.0.join("a-file"), "").unwrap();
    let source = Source::of(None, &folder.0.join("a-file")).unwrap();
    let said = source.keys_or_new().unwrap_err().to_string();
    assert!(
        said.contains("a-file/sealing-key") && said.contains("PEERLORE_SEALING_KEY"),
        "{said}"
    );
}
