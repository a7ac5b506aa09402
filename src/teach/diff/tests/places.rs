//! Where a remark stands in a later version.
use super::*;

#[rstest]
#[case::moved_down_by_a_block_above("line 8", &["line 8", "n1", "n2", "n3"], Some(3))]
#[case::moved_up_by_lines_taken_out_above("line 8", &[], Some(-1))]
#[case::changed_below("line 35", &["better 35"], Some(0))]
#[case::rewritten_itself("changed 20", &["better 20"], Some(0))]
fn a_remark_is_found_again_in_a_later_version(
    #[case] text: &'static str,
    #[case] by: &'static [&'static str],
    #[case] moved: Option<i32>,
) {
    let (base, commented) = (base(), pull_of(&base()));
    let later = with(&commented, replace(text, by));
    let remark = remark_on(&commented, "changed 20");
    let later_files = [file("a.rs", &base, &later)];
    let place = place_in(&[file("a.rs", &base, &commented)], &later_files, &remark);
    let line = moved.zip(remark.line).map(|(moved, line)| line + moved);
    assert_eq!(place, Some(("a.rs", line)));
}

#[test]
fn a_remark_on_a_removed_line_is_found_on_the_new_side_of_a_moved_base() {
    let old_base = base();
    let commented = with(&old_base, replace("line 30", &[]));
    let new_base = with(&old_base, replace("line 2", &["line 2", "b1", "b2"]));
    let later = with(&new_base, replace("line 30", &[]));
    let remark = Remark {
        path: "a.rs",
        line: Some(30),
        on_old_side: true,
        suggestions: &[],
    };
    let later_files = [file("a.rs", &new_base, &later)];
    let place = place_in(&[file("a.rs", &old_base, &commented)], &later_files, &remark);
    assert_eq!(place, Some(("a.rs", Some(32))));
}

#[test]
fn a_remark_on_a_renamed_file_is_found_by_its_new_path_and_on_a_dropped_one_nowhere() {
    let (base, commented) = (base(), pull_of(&base()));
    let remark = remark_on(&commented, "changed 20");
    let renamed = [ComparedFile {
        previous_path: Some("a.rs".to_owned()),
        ..file("b.rs", &base, &commented)
    }];
    let shown = [file("a.rs", &base, &commented)];
    assert_eq!(place_in(&shown, &renamed, &remark), Some(("b.rs", remark.line)));
    assert_eq!(place_in(&shown, &[], &remark), None);
}
