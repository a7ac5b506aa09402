use proptest::prelude::*;
use rstest::rstest;

use super::*;
use crate::model::settings::Settings;
use crate::model::settings::SilentExperts;
use crate::model::settings::Surface;
use crate::model::settings::changes::changes;
use crate::model::settings::schema::schema;
use crate::model::skill::Area;

fn faults(text: &str, scope: Scope) -> Vec<String> {
    let found = parse(text.as_bytes(), scope).expect_err("a fault");
    found.iter().map(ToString::to_string).collect()
}

#[test]
fn an_empty_file_is_good_and_says_nothing() {
    assert_eq!(parse(b"", Scope::Repository), Ok(Partial::default()));
    let base = Settings::default();
    assert_eq!(base.with(&Partial::default()), base);
}

#[test]
fn every_key_is_read() {
    let text = r#"
surface = "comment"
max_experts = 2
learner = false
mentoring_budget = 1
daily_cap = 3
capacity = 5
silent_experts = "opt-in"
retention_days = 30
half_life = 100

[ignore]
authors = ["renovate*"]
labels = ["wip"]
paths = ["vendor/"]
drafts = false

[leads]
payments = ["ada"]

[teams]
Web = ["cleo", "dan"]

[skills]
"*.sql" = ["databases"]
"#;
    let file = parse(text.as_bytes(), Scope::Organisation).expect("a good file");
    let settings = Settings::default().with(&file);
    assert_eq!(
        (settings.surface, settings.max_experts, settings.learner),
        (Surface::Comment, 2, false)
    );
    assert_eq!(
        (settings.mentoring_budget, settings.daily_cap, settings.capacity),
        (1, 3, 5)
    );
    assert_eq!((settings.retention_days, settings.half_life), (30, 100));
    assert_eq!(settings.silent_experts, SilentExperts::OptIn);
    assert_eq!(settings.leads["payments"], ["ada"]);
    assert_eq!(settings.teams["Web"], ["cleo", "dan"]);
    assert_eq!(settings.areas_of("db/a.sql"), [Area::Databases]);
    assert!(settings.ignores_path("vendor/a.rs"));
    assert_eq!(settings.ignores(Some("renovate-corp"), &[], false), Some("author"));
    assert_eq!(settings.ignores(Some("ada"), &["WIP".to_owned()], false), Some("label"));
    assert_eq!(settings.ignores(Some("ada"), &[], true), None);
    assert_eq!(Settings::default().ignores(Some("ada"), &[], true), Some("draft"));
}

#[rstest]
#[case::a_bound("learner = true\n\n\ndaily_cap = 51", &["line 4: daily_cap must be between 0 and 50"])]
#[case::below("daily_cap = -1", &["line 1: daily_cap must be between 0 and 50"])]
#[case::a_number_in_quotes("capacity = \"6\"", &["line 1: capacity must be a whole number between 0 and 100, not a value of type string"])]
#[case::a_slip("\ndaly_cap = 4", &["line 2: there is no key daly_cap; did you mean daily_cap?"])]
#[case::a_slip_inside("[ignore]\nauthor = []", &["line 2: there is no key ignore.author; did you mean ignore.authors?"])]
#[case::nothing_near("colour_of_the_door = 4", &["line 1: there is no key colour_of_the_door; the keys are surface, max_experts, learner, mentoring_budget, daily_cap, capacity, ignore, leads, teams, skills, own_skills, silent_experts, retention_days, half_life"])]
#[case::all_of_them("learner = 1\nhalf_life = 6\nx = 1", &[
    "line 1: learner must be true or false, not a value of type integer",
    "line 2: half_life must be between 7 and 730",
    "line 3: there is no key x; the keys are surface, max_experts, learner, mentoring_budget, daily_cap, capacity, ignore, leads, teams, skills, own_skills, silent_experts, retention_days, half_life",
])]
#[case::only_the_organisation("[leads]\npayments = [\"eve\"]", &["line 1: leads counts for the whole organisation; put it into the file of the repository named .github"])]
#[case::no_such_language("[skills]\n\"*.h\" = [\"lang:C++\"]", &["line 2: there is no language \"C++\"; write the name that GitHub shows in small letters, with - for spaces, as in lang:c++"])]
#[case::no_such_technology("[skills]\n\"db/\" = [\"tech:postgres\"]", &["line 2: there is no technology \"postgres\"; page /docs/skills lists them, as in tech:postgresql"])]
#[case::an_own_skill_that_nothing_defines("[skills]\n\"a/\" = [\"testing\"]\n\"billing/\" = [\n  \"correctness\",\n  \"own:payments\",\n]", &["line 5: own:payments is defined nowhere; give it a name and an about under [own_skills.payments] in the file of the repository named .github"])]
#[case::an_own_skill_of_a_repository("[own_skills.payments]\nname = \"Payments\"\nabout = \"Money.\"", &["line 1: own_skills counts for the whole organisation; put it into the file of the repository named .github"])]
#[case::no_such_area("[skills]\n\"*.sql\" = [\"sequel\"]", &["line 2: there is no skill area called \"sequel\"; the areas are correctness, error-handling, testing, security, performance, concurrency, api-design, architecture, readability, language-idiom, documentation, databases, observability, build-ci, ui-accessibility, product-thinking, collaboration"])]
fn a_fault_is_told_with_its_line_and_the_way_out(#[case] text: &str, #[case] told: &[&str]) {
    assert_eq!(faults(text, Scope::Repository), told);
}

#[test]
fn skills_of_every_group_stand_beside_areas() {
    let text =
        "[skills]\n\"billing/**\" = [\"correctness\", \"own:payments\"]\n\"*.h\" = [\"lang:c++\", \"tech:boost\"]\n
[own_skills.payments]\nname = \"Payments\"\nabout = \"Money that moves.\"\nparent = \"domain\"\n";
    let file = parse(text.as_bytes(), Scope::Organisation).expect("a good file");
    let settings = Settings::default().with(&file);
    let slugs = |settings: &Settings, path: &str| {
        let slugs: Vec<String> = settings.skills_of(path).iter().map(ToString::to_string).collect();
        slugs.join(" ")
    };
    assert_eq!(
        slugs(&settings, "billing/a.h"),
        "correctness lang:c++ tech:boost own:payments"
    );
    assert_eq!(settings.areas_of("billing/a.h"), [Area::Correctness]);
    let repository = "[skills]\n\"tax/\" = [\"own:payments\"]";
    let own = &settings.own_skills;
    let laid_over = parse_beside(repository.as_bytes(), Scope::Repository, own).expect("a good file");
    let mut both = settings.with(&laid_over);
    assert_eq!(slugs(&both, "tax/a.c"), "own:payments");
    both.own_skills.clear();
    assert_eq!(slugs(&both, "tax/a.c"), "", "what nothing defines any more is no skill");
    let stored = serde_json::to_value(&file).expect("plain values");
    assert_eq!(
        serde_json::from_value::<Partial>(stored.clone()).expect("it reads"),
        file
    );
    let mut renamed = stored;
    renamed["skills"]["*.h"][0] = "lang:of-yesterday".into();
    let read: Partial = serde_json::from_value(renamed).expect("what is unknown is left out");
    assert_eq!(
        read.skills.expect("skills")["*.h"],
        ["tech:boost".parse().expect("a skill")]
    );
}

#[rstest]
#[case::no_slug("[own_skills.\"Pay ments\"]\nname = \"a\"\nabout = \"b\"", &["line 1: own_skills.Pay ments is no slug; use small letters, digits and -, as in own_skills.payments"])]
#[case::no_name("[own_skills.pay]\nabout = \"b\"", &["line 1: own_skills.pay has no name; every own skill needs a name and an about, a line each"])]
#[case::two_lines("[own_skills.pay]\nname = \"a\"\nabout = \"b\\nc\"", &["line 3: own_skills.pay.about must be one line of 1 to 200 letters"])]
#[case::a_number("[own_skills.pay]\nname = 7\nabout = \"b\"", &["line 2: own_skills.pay.name must be a text in quotes, not a value of type integer"])]
#[case::a_slip("[own_skills.pay]\nname = \"a\"\nabout = \"b\"\nparrent = \"c\"", &["line 4: there is no key own_skills.pay.parrent; did you mean own_skills.pay.parent?"])]
#[case::no_table("own_skills = [\"pay\"]", &["line 1: own_skills must be a table, as in [own_skills], not a value of type array"])]
fn an_own_skill_is_told_what_it_lacks(#[case] text: &str, #[case] told: &[&str]) {
    assert_eq!(faults(text, Scope::Organisation), told);
}

#[test]
fn an_unknown_surface_names_the_known_ones() {
    let told = faults("surface = \"telegram\"", Scope::Repository);
    assert!(
        told[0].starts_with("line 1: surface must be one of \"web\", "),
        "{told:?}"
    );
}

#[test]
fn what_is_no_toml_is_told_beside_what_can_be_read() {
    let told = faults("daily_cap = \nlearner = 7\n", Scope::Repository);
    assert!(told[0].starts_with("line 1: this is no TOML"), "{told:?}");
    assert!(
        told.iter().any(|one| one.starts_with("line 2: learner must be")),
        "{told:?}"
    );
}

#[test]
fn too_large_and_not_utf8_are_refused_plainly() {
    let large = vec![b'#'; MOST_BYTES + 1];
    let told = parse(&large, Scope::Repository).expect_err("too large");
    assert_eq!(
        told[0].to_string(),
        "line 1: the file is larger than 64 KB; make it smaller"
    );
    let told = parse(b"# fine\n# \xff\n", Scope::Repository).expect_err("no text");
    assert_eq!(told[0].to_string(), "line 2: this is not UTF-8; save the file as UTF-8");
    assert_eq!(told[0].column, 3);
}

#[test]
fn what_would_change_is_told_key_by_key() {
    let before = Settings::default();
    let file = parse(b"daily_cap = 2\n[ignore]\nlabels = [\"wip\"]", Scope::Repository).expect("a good file");
    assert_eq!(
        changes(&before, &before.with(&file)),
        ["daily_cap 4 -> 2", "ignore.labels [] -> [\"wip\"]"]
    );
}

#[test]
fn the_schema_has_the_keys_that_are_read() {
    let schema = schema();
    let keys = |value: &serde_json::Value| {
        let mut keys: Vec<String> = value["properties"].as_object().expect("keys").keys().cloned().collect();
        keys.sort();
        keys
    };
    let sorted = |known: &[&str]| {
        let mut known: Vec<String> = known.iter().map(|key| (*key).to_owned()).collect();
        known.sort();
        known
    };
    assert_eq!(keys(&schema), sorted(&KEYS));
    assert_eq!(keys(&schema["definitions"]["PartialIgnore"]), sorted(&IGNORE_KEYS));
    assert_eq!(keys(&schema["definitions"]["OwnSkill"]), sorted(&OWN_SKILL_KEYS));
    assert_eq!(schema["additionalProperties"], false);
    assert_eq!(schema["properties"]["daily_cap"]["maximum"], 50);
    for key in KEYS {
        assert!(schema["properties"][key].is_object(), "{key}");
    }
}

#[test]
fn every_key_of_the_schema_is_known_to_the_reader() {
    for key in KEYS {
        let told = parse(format!("{key} = 2000-01-01").as_bytes(), Scope::Organisation).expect_err("no date fits");
        assert!(!told[0].message.starts_with("there is no key"), "{key}: {}", told[0]);
    }
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let lines = u32::try_from(bytes.split(|byte| *byte == b'\n').count()).unwrap_or(0);
        if let Err(faults) = parse(&bytes, Scope::Repository) {
            prop_assert!(!faults.is_empty());
            prop_assert!(faults.iter().all(|fault| fault.line >= 1 && fault.line <= lines && fault.column >= 1));
        }
    }
}
