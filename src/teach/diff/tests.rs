use rstest::rstest;
use similar::TextDiff;

use super::*;

mod places;
mod properties;

/// Forty numbered lines: the file in the base branch.
fn base() -> Vec<String> {
    (1..=40).map(|n| format!("line {n}")).collect()
}

/// The lines with one changed by hand.
fn with(lines: &[String], edit: impl FnOnce(&mut Vec<String>)) -> Vec<String> {
    let mut lines = lines.to_vec();
    edit(&mut lines);
    lines
}

/// The pull request of these tests: line 20 changed, two lines added after it.
fn pull_of(base: &[String]) -> Vec<String> {
    with(base, |lines| {
        let at = lines.iter().position(|line| line == "line 20").expect("line 20");
        lines.splice(at..=at, ["changed 20", "added a", "added b"].map(str::to_owned));
    })
}

fn patch_between(old: &[String], new: &[String]) -> String {
    let text = |lines: &[String]| lines.iter().flat_map(|line| [line, "\n"]).collect::<String>();
    let (old, new) = (text(old), text(new));
    TextDiff::from_lines(&old, &new)
        .unified_diff()
        .context_radius(3)
        .to_string()
}

fn file(path: &str, old: &[String], new: &[String]) -> ComparedFile {
    let hunks = Some(patch_between(old, new));
    ComparedFile {
        path: path.to_owned(),
        previous_path: None,
        patch: hunks,
        blob: Some(format!("{new:?}")),
    }
}

/// A remark on the line of `version` with that text.
fn remark_on(version: &[String], text: &str) -> Remark<'static> {
    let index = version
        .iter()
        .position(|line| line == text)
        .expect("the commented line");
    Remark {
        path: "a.rs",
        line: Some(i32::try_from(index + 1).expect("small")),
        on_old_side: false,
        suggestions: &[],
    }
}

fn replace(text: &'static str, by: &'static [&'static str]) -> impl Fn(&mut Vec<String>) {
    move |lines| {
        let at = lines.iter().position(|line| line == text).expect("the line");
        lines.splice(at..=at, by.iter().map(|line| (*line).to_owned()));
    }
}

#[rstest]
#[case::the_line_itself("changed 20", &["better 20"], Nearness::Within3)]
#[case::the_line_is_deleted("changed 20", &[], Nearness::Within3)]
#[case::a_line_is_put_below_it("changed 20", &["changed 20", "new"], Nearness::Within3)]
#[case::an_added_line_two_below("added b", &["better b"], Nearness::Within3)]
#[case::three_above("line 17", &["better 17"], Nearness::Within3)]
#[case::four_above("line 16", &["better 16"], Nearness::Within10)]
#[case::five_below("line 23", &["better 23"], Nearness::Within10)]
#[case::ten_below("line 28", &["better 28"], Nearness::Within10)]
#[case::eleven_below("line 29", &["better 29"], Nearness::SameFile)]
#[case::a_line_put_far_below("line 35", &["line 35", "new"], Nearness::SameFile)]
#[case::a_block_put_above("line 8", &["line 8", "n1", "n2", "n3", "n4", "n5", "n6", "n7"], Nearness::SameFile)]
#[case::a_base_line_deleted_far_above("line 3", &[], Nearness::SameFile)]
#[case::a_base_line_deleted_seven_above("line 13", &[], Nearness::Within10)]
fn an_edit_is_as_near_as_its_line(
    #[case] text: &'static str,
    #[case] by: &'static [&'static str],
    #[case] near: Nearness,
) {
    let (base, before) = (base(), pull_of(&base()));
    let after = with(&before, replace(text, by));
    let answer = nearness_of_push(
        &[file("a.rs", &base, &before)],
        &[file("a.rs", &base, &after)],
        &remark_on(&before, "changed 20"),
    );
    assert_eq!(answer, Some((near, false)));
}

#[test]
fn a_remark_on_context_away_from_the_edit_is_measured_in_the_commented_version() {
    let (base, before) = (base(), pull_of(&base()));
    let after = with(
        &before,
        replace("changed 20", &["x1", "x2", "x3", "x4", "x5", "x6", "x7", "x8"]),
    );
    let compare = |text| {
        nearness_of_push(
            &[file("a.rs", &base, &before)],
            &[file("a.rs", &base, &after)],
            &remark_on(&before, text),
        )
    };
    assert_eq!(compare("line 23"), Some((Nearness::Within10, false)));
    assert_eq!(compare("line 40"), Some((Nearness::SameFile, false)));
}

#[test]
fn changes_of_the_base_branch_do_not_count() {
    let old_base = base();
    let before = pull_of(&old_base);
    // The base branch changes the same file above, at and below the pull request's own lines.
    let new_base = with(&old_base, |lines| {
        replace("line 38", &["base 38"])(lines);
        replace("line 21", &["base 21", "base 21b"])(lines);
        replace("line 19", &["base 19"])(lines);
        replace("line 2", &["b1", "b2", "b3", "b4"])(lines);
    });
    let after = pull_of(&new_base);
    let answer = nearness_of_push(
        &[file("a.rs", &old_base, &before)],
        &[file("a.rs", &new_base, &after)],
        &remark_on(&before, "changed 20"),
    );
    assert_eq!(answer, Some((Nearness::Untouched, false)));
}

#[test]
fn an_edit_after_a_rebase_is_placed_beside_the_lines_that_both_have() {
    let old_base = base();
    let before = pull_of(&old_base);
    let new_base = with(
        &old_base,
        replace(
            "line 2",
            &["b1", "b2", "b3", "b4", "b5", "b6", "b7", "b8", "b9", "b10", "b11"],
        ),
    );
    let after = with(&pull_of(&new_base), replace("line 22", &["better 22"]));
    let answer = nearness_of_push(
        &[file("a.rs", &old_base, &before)],
        &[file("a.rs", &new_base, &after)],
        &remark_on(&before, "changed 20"),
    );
    assert_eq!(answer, Some((Nearness::Within10, false)));
}

#[test]
fn a_force_push_that_only_squashes_changes_nothing() {
    let (base, before) = (base(), pull_of(&base()));
    let same = [file("a.rs", &base, &before)];
    assert_eq!(
        nearness_of_push(&same, &same, &remark_on(&before, "added a")),
        Some((Nearness::Untouched, false))
    );
}

#[test]
fn a_push_to_another_file_leaves_this_one_untouched() {
    let (base, before) = (base(), pull_of(&base()));
    let before_files = [file("a.rs", &base, &before), file("b.rs", &base, &before)];
    let after_files = [file("a.rs", &base, &before), file("b.rs", &base, &base)];
    let answer = nearness_of_push(&before_files, &after_files, &remark_on(&before, "changed 20"));
    assert_eq!(answer, Some((Nearness::Untouched, false)));
}

#[test]
fn a_file_taken_out_of_the_pull_request_was_changed_where_it_had_changes() {
    let (base, before) = (base(), pull_of(&base()));
    let before_files = [file("a.rs", &base, &before)];
    let at = nearness_of_push(&before_files, &[], &remark_on(&before, "changed 20"));
    let far = nearness_of_push(&before_files, &[], &remark_on(&before, "line 5"));
    assert_eq!(
        (at, far),
        (Some((Nearness::Within3, false)), Some((Nearness::SameFile, false)))
    );
}

#[test]
fn a_list_that_was_cut_proves_nothing_about_an_absent_file() {
    let (base, before) = (base(), pull_of(&base()));
    let others: Vec<_> = (0..COMPARED_FILES)
        .map(|n| file(&format!("other{n}.txt"), &[], &[format!("{n}")]))
        .collect();
    assert_eq!(
        nearness_of_push(&[file("a.rs", &base, &before)], &others, &remark_on(&before, "added a")),
        None
    );
    assert_eq!(nearness_of_push(&others, &others, &remark_on(&before, "added a")), None);
}

#[rstest]
#[case::untouched_otherwise(&["changed 20"], Nearness::SameFile)]
#[case::and_edited_at_the_line(&["better 20"], Nearness::Within3)]
fn a_renamed_file_is_followed(#[case] by: &'static [&'static str], #[case] near: Nearness) {
    let (base, before) = (base(), pull_of(&base()));
    let mut after = file("renamed.rs", &base, &with(&before, replace("changed 20", by)));
    after.previous_path = Some("a.rs".to_owned());
    let answer = nearness_of_push(
        &[file("a.rs", &base, &before)],
        &[after],
        &remark_on(&before, "changed 20"),
    );
    assert_eq!(answer, Some((near, false)));
}

#[test]
fn a_new_file_that_moves_is_found_by_its_lines() {
    let text = base();
    let after = with(&text, replace("line 20", &["better 20"]));
    let others = file("z.rs", &[], &["something else".to_owned()]);
    let answer = nearness_of_push(
        &[file("a.rs", &[], &text)],
        &[others, file("moved/a.rs", &[], &after)],
        &remark_on(&text, "line 21"),
    );
    assert_eq!(answer, Some((Nearness::Within3, false)));
}

#[test]
fn lines_of_a_new_file_keep_their_distances() {
    let before = base();
    let after = with(&before, |lines| {
        replace("line 30", &["better 30"])(lines);
        replace(
            "line 2",
            &["line 2", "n1", "n2", "n3", "n4", "n5", "n6", "n7", "n8", "n9"],
        )(lines);
    });
    let compare = |text| {
        nearness_of_push(
            &[file("a.rs", &[], &before)],
            &[file("a.rs", &[], &after)],
            &remark_on(&before, text),
        )
    };
    assert_eq!(compare("line 28"), Some((Nearness::Within3, false)));
    assert_eq!(compare("line 23"), Some((Nearness::Within10, false)));
    assert_eq!(compare("line 15"), Some((Nearness::SameFile, false)));
}

#[test]
fn a_remark_on_a_removed_line_counts_in_the_old_file() {
    let base = base();
    let before = with(&base, |lines| {
        replace("line 20", &[])(lines);
        replace("line 5", &["5a", "5b", "5c", "5d", "5e", "5f", "5g"])(lines);
    });
    let after = with(&before, replace("line 22", &["better 22"]));
    let restored = with(&before, replace("line 19", &["line 19", "line 20"]));
    let remark = Remark {
        path: "a.rs",
        line: Some(20),
        on_old_side: true,
        suggestions: &[],
    };
    let compare =
        |after: &[String]| nearness_of_push(&[file("a.rs", &base, &before)], &[file("a.rs", &base, after)], &remark);
    assert_eq!(compare(&after), Some((Nearness::Within3, false)));
    assert_eq!(compare(&restored), Some((Nearness::Within3, false)));
}

#[rstest]
#[case::as_written(&["better 20", "and more"], &["better 20\nand more"], true)]
#[case::with_the_second_of_two(&["better 20"], &["best 20", "better 20"], true)]
#[case::with_other_words(&["nearly better 20"], &["better 20"], false)]
#[case::only_half(&["better 20"], &["better 20\nand more"], false)]
#[case::what_stood_there_already(&["changed 20", "x"], &["changed 20"], false)]
#[case::an_empty_one_takes_the_line_out(&[], &[""], true)]
#[case::an_empty_one_while_the_line_stays(&["changed 20", "x"], &[""], false)]
fn a_suggestion_is_applied_when_its_lines_stand_there(
    #[case] by: &'static [&'static str],
    #[case] suggestions: &[&str],
    #[case] applied: bool,
) {
    let (base, before) = (base(), pull_of(&base()));
    let after = with(&before, replace("changed 20", by));
    let suggestions: Vec<String> = suggestions.iter().map(|text| (*text).to_owned()).collect();
    let remark = Remark {
        suggestions: &suggestions,
        ..remark_on(&before, "changed 20")
    };
    let answer = nearness_of_push(&[file("a.rs", &base, &before)], &[file("a.rs", &base, &after)], &remark);
    assert_eq!(answer, Some((Nearness::Within3, applied)));
}

#[test]
fn the_suggested_words_elsewhere_in_the_file_are_not_an_applied_suggestion() {
    let (base, before) = (base(), pull_of(&base()));
    let after = with(&before, replace("line 39", &["better 20"]));
    let suggestions = ["better 20".to_owned()];
    let remark = Remark {
        suggestions: &suggestions,
        ..remark_on(&before, "changed 20")
    };
    let answer = nearness_of_push(&[file("a.rs", &base, &before)], &[file("a.rs", &base, &after)], &remark);
    assert_eq!(answer, Some((Nearness::SameFile, false)));
}

#[test]
fn line_endings_and_a_missing_final_newline_do_not_count() {
    let remark = Remark {
        path: "a.rs",
        line: Some(1),
        on_old_side: false,
        suggestions: &[],
    };
    let with_patch = |patch: &str, blob: &str| ComparedFile {
        path: "a.rs".to_owned(),
        previous_path: None,
        patch: Some(patch.to_owned()),
        blob: Some(blob.to_owned()),
    };
    let plain = with_patch("@@ -0,0 +1,2 @@\n+one\n+two", "1");
    let windows = with_patch("@@ -0,0 +1,2 @@\n+one\r\n+two\r", "2");
    let unended = with_patch("@@ -0,0 +1,2 @@\n+one\n+two\n\\ No newline at end of file", "3");
    for other in [windows, unended] {
        assert_eq!(
            nearness_of_push(std::slice::from_ref(&plain), &[other], &remark),
            Some((Nearness::Untouched, false))
        );
    }
}

#[test]
fn without_a_patch_only_the_content_can_tell() {
    let remark = Remark {
        path: "a.png",
        line: None,
        on_old_side: false,
        suggestions: &[],
    };
    let picture = |blob: &str| {
        [ComparedFile {
            path: "a.png".to_owned(),
            previous_path: None,
            patch: None,
            blob: Some(blob.to_owned()),
        }]
    };
    assert_eq!(nearness_of_push(&picture("1"), &picture("2"), &remark), None);
    assert_eq!(
        nearness_of_push(&picture("1"), &picture("1"), &remark),
        Some((Nearness::Untouched, false))
    );
}

#[test]
fn a_remark_on_the_whole_file_knows_only_whether_it_changed() {
    let (base, before) = (base(), pull_of(&base()));
    let after = with(&before, replace("changed 20", &["better 20"]));
    let remark = Remark {
        line: None,
        ..remark_on(&before, "changed 20")
    };
    let answer = nearness_of_push(&[file("a.rs", &base, &before)], &[file("a.rs", &base, &after)], &remark);
    assert_eq!(answer, Some((Nearness::SameFile, false)));
}

#[test]
fn huge_rewrites_are_answered_without_aligning_them() {
    let rewritten = |word: &str| (0..60_000).map(|n| format!("{word} {}", n % 7)).collect::<Vec<_>>();
    let whole = |lines: &[String]| ComparedFile {
        path: "a.rs".to_owned(),
        previous_path: None,
        patch: Some(format!("@@ -0,0 +1,{} @@\n+{}", lines.len(), lines.join("\n+"))),
        blob: None,
    };
    let suggestions = [vec!["new 1"; 30_000].join("\n")];
    let remark = Remark {
        path: "a.rs",
        line: Some(30_000),
        on_old_side: false,
        suggestions: &suggestions,
    };
    let answer = nearness_of_push(&[whole(&rewritten("old"))], &[whole(&rewritten("new"))], &remark);
    assert_eq!(answer, Some((Nearness::Within3, false)));
}
