use proptest::prelude::*;

use super::*;

fn any_patch() -> impl Strategy<Value = String> {
    prop_oneof![
        "(@@ -[0-9]{1,4},[0-9] \\+[0-9]{1,4},[0-9] @@\n([-+ ][ab]\n){0,6}){0,4}",
        "([-+ @\\\\][-+ab@0-9, ]{0,8}\n){0,8}",
    ]
}

fn any_file() -> impl Strategy<Value = ComparedFile> {
    (
        "[a-c]",
        proptest::option::of("[a-d]"),
        any_patch(),
        proptest::option::of("[xy]"),
    )
        .prop_map(|(path, previous_path, patch, blob)| ComparedFile {
            path,
            previous_path,
            patch: Some(patch),
            blob,
        })
}

fn any_remark() -> impl Strategy<Value = (Option<i32>, bool, Vec<String>)> {
    (
        proptest::option::of(any::<i32>()),
        any::<bool>(),
        proptest::collection::vec("[ab\n]{0,6}", 0..3),
    )
}

proptest! {
    #[test]
    fn a_diff_compared_with_itself_is_untouched(
        files in proptest::collection::vec(any_file(), 1..5),
        (line, on_old_side, suggestions) in any_remark(),
    ) {
        let remark = Remark { path: &files[0].path, line, on_old_side, suggestions: &suggestions };
        prop_assert_eq!(nearness_of_push(&files, &files, &remark), Some((Nearness::Untouched, false)));
    }

    #[test]
    fn no_input_makes_it_panic(
        before in proptest::collection::vec(any_file(), 1..5),
        after in proptest::collection::vec(any_file(), 0..5),
        (line, on_old_side, suggestions) in any_remark(),
    ) {
        let remark = Remark { path: &before[0].path, line, on_old_side, suggestions: &suggestions };
        let answer = nearness_of_push(&before, &after, &remark);
        let applied_untouched = matches!(answer, Some((Nearness::Untouched, true)));
        prop_assert!(!applied_untouched);
    }

    #[test]
    fn one_changed_line_of_a_new_file_is_measured_exactly(
        length in 1_usize..60,
        (changed, commented) in (any::<prop::sample::Index>(), any::<prop::sample::Index>()),
    ) {
        let before: Vec<String> = (1..=length).map(|n| format!("line {n}")).collect();
        let (changed, commented) = (changed.index(length), commented.index(length));
        let after = with(&before, |lines| lines[changed] = "other".to_owned());
        let line = i32::try_from(commented + 1).ok();
        let remark = Remark { path: "a.rs", line, on_old_side: false, suggestions: &[] };
        let answer = nearness_of_push(&[file("a.rs", &[], &before)], &[file("a.rs", &[], &after)], &remark);
        let expected = match changed.abs_diff(commented) {
            0..=3 => Nearness::Within3,
            4..=10 => Nearness::Within10,
            _ => Nearness::SameFile,
        };
        prop_assert_eq!(answer, Some((expected, false)));
    }
}
