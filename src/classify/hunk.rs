//! What the hunk under a comment shows. It is read in memory, while an event becomes facts; only what is found stays.
use crate::classify::language;
use crate::model::comment::Hunk;
use crate::model::comment::HunkSigns;

/// Bytes of a hunk that are read, the last ones: a hunk ends at the commented line.
const MOST_BYTES: usize = 8 * 1024;

/// What a hunk shows of the file at `path`; none where there is no hunk. Never fails.
#[must_use]
pub fn signs(path: Option<&str>, hunk: Option<&Hunk>) -> Option<HunkSigns> {
    let (text, begins) = text_of(hunk?.text());
    let language = path.and_then(|path| language::language_by_text(path, &text, begins));
    Some(HunkSigns { language })
}

/// The lines of a hunk without the diff's marks, and whether the file begins with them. The header is left out but for the
/// line of context that git writes behind it.
fn text_of(hunk: &str) -> (String, bool) {
    let mut begins = false;
    let mut text = String::new();
    for line in hunk.lines() {
        if let Some(header) = line.strip_prefix("@@ ") {
            let (places, context) = header.split_once(" @@").unwrap_or((header, ""));
            begins = text.is_empty() && places.split(' ').any(|place| place == "+1" || place.starts_with("+1,"));
            if !context.trim().is_empty() {
                text.push_str(context.trim_start());
                text.push('\n');
            }
        } else if let Some(said) = line.strip_prefix(['+', '-', ' ']) {
            text.push_str(said);
            text.push('\n');
        }
    }
    let mut from = text.len().saturating_sub(MOST_BYTES);
    while !text.is_char_boundary(from) {
        from += 1;
    }
    if from > 0 {
        text.drain(..from);
    }
    (text, begins && from == 0)
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    fn language(path: &str, hunk: &str) -> Option<String> {
        let hunk = Hunk::new(hunk.to_owned());
        signs(Some(path), Some(&hunk)).expect("a hunk").language
    }

    #[rstest]
    #[case::a_header_of_cpp(
        "src/a.h",
        "@@ -1,3 +1,4 @@\n #pragma once\n+namespace shop {\n+class Ledger {",
        Some("C++")
    )]
    #[case::cpp_by_a_removed_line("a.h", "@@ -9,2 +9,1 @@\n-  std::string name;\n+  char *name;", Some("C++"))]
    #[case::cpp_by_the_line_behind_the_header("a.h", "@@ -9,2 +9,3 @@ class Ledger {\n+  int sum;", Some("C++"))]
    #[case::a_header_of_objective_c("a.h", "@@ -1,1 +1,2 @@\n+@interface Shop : NSObject\n+@end", Some("Objective-C"))]
    #[case::may_be_either("a.h", "@@ -1,1 +1,2 @@\n+int sum(int a, int b);", None)]
    #[case::objective_c("a.m", "@@ -1,1 +1,2 @@\n+#import <Foundation/Foundation.h>", Some("Objective-C"))]
    #[case::matlab("a.m", "@@ -1,1 +1,2 @@\n+function y = half(x)\n+% Gives the half", Some("MATLAB"))]
    #[case::verilog("a.v", "@@ -1,1 +1,3 @@\n+module counter(input clk);\n+endmodule", Some("Verilog"))]
    #[case::rocq(
        "a.v",
        "@@ -1,1 +1,2 @@\n+Lemma plus_n_O : forall n, n = n + 0.\n+Proof.",
        Some("Rocq Prover")
    )]
    #[case::prolog("a.pl", "@@ -1,1 +1,2 @@\n+parent(X, Y) :- father(X, Y).", Some("Prolog"))]
    #[case::perl_as_the_path_says("a.pl", "@@ -5,1 +5,2 @@\n+print 'hello';", None)]
    #[case::a_translation("a.ts", "@@ -1,1 +1,2 @@\n+<!DOCTYPE TS>\n+<TS version=\"2.1\">", Some("XML"))]
    #[case::typescript_as_the_path_says("a.ts", "@@ -5,1 +5,2 @@\n+const a: number = 1;", None)]
    #[case::an_interpreter("bin/deploy", "@@ -0,0 +1,2 @@\n+#!/usr/bin/env python3\n+import os", Some("Python"))]
    #[case::a_shell("bin/deploy", "@@ -1,2 +1,2 @@\n #!/bin/bash -e\n+cd /", Some("Shell"))]
    #[case::node(
        "bin/deploy",
        "@@ -1,2 +1,2 @@\n #!/usr/bin/env -S node --harmony\n+go()",
        Some("JavaScript")
    )]
    #[case::no_first_line("bin/deploy", "@@ -7,2 +7,2 @@\n+#!/bin/bash", None)]
    #[case::a_mode_line("bin/deploy", "@@ -1,2 +1,2 @@\n+# -*- mode: ruby -*-", Some("Ruby"))]
    #[case::the_path_is_enough("a.py", "@@ -1,2 +1,2 @@\n+#!/bin/bash\n+# vim: ft=ruby", None)]
    #[case::a_dialect(
        "a.sql",
        "@@ -1,2 +1,2 @@\n+create function f() returns int language plpgsql as $$ begin",
        None
    )]
    #[case::nothing("a.h", "", None)]
    #[case::no_path("", "@@ -1 +1 @@\n+class A {", None)]
    fn the_hunk_tells_where_the_path_does_not(#[case] path: &str, #[case] hunk: &str, #[case] shown: Option<&str>) {
        assert_eq!(language(path, hunk).as_deref(), shown);
    }

    #[test]
    fn without_a_hunk_nothing_is_known() {
        assert_eq!(signs(Some("a.h"), None), None);
        let hunk = Hunk::new("@@ -1 +1 @@\n+class A {".to_owned());
        assert_eq!(signs(None, Some(&hunk)), Some(HunkSigns::default()));
        assert_eq!(format!("{hunk:?}"), "Hunk(22 bytes)");
    }

    proptest! {
        #[test]
        fn any_hunk_is_read(hunk in "\\PC{0,300}", path in "[a-z]{1,4}\\.(h|m|v|pl|ts|inc|cls|es|st)") {
            drop(language(&path, &hunk));
            drop(language(&path, &format!("@@ -1,9 +1,9 @@\n+{}", hunk.replace(' ', "\n+"))));
        }
    }

    #[test]
    fn a_long_hunk_takes_no_longer_than_its_end() {
        for line in [
            "+ ",
            "+a",
            "+-*- mode:",
            "+(* ",
            "+ . . . .",
            "+#include <",
            "+vi: set : : :",
            "+\t \t \t",
        ] {
            let hunk = line.repeat(40_000 / line.len()) + &format!("\n{line}").repeat(200_000 / line.len());
            let begin = Instant::now();
            for path in ["a.h", "a.m", "a.v", "a.pl", "a.ts", "a.inc", "a.cls", "run"] {
                drop(language(path, &hunk));
            }
            assert!(begin.elapsed().as_secs() < 10, "{line:?} takes {:?}", begin.elapsed());
        }
    }
}
