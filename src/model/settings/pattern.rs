//! Patterns of files, as `.gitignore` has them, and of logins.
use gix_attributes::glob;
use gix_attributes::glob::pattern::Case;
use gix_attributes::glob::wildmatch::Mode;

/// Whether a file of a repository fits a pattern of `.gitignore`: one without a slash fits at any depth, a folder's takes
/// in whatever lies below it.
#[must_use]
pub fn path_fits(pattern: &str, path: &str) -> bool {
    let Some(pattern) = glob::Pattern::from_bytes_without_negation(pattern.as_bytes()) else {
        return false;
    };
    let fits = |end: usize| {
        let part = &path[..end];
        let name = part.rfind('/').map(|slash| slash + 1);
        let is_folder = end < path.len();
        pattern.matches_repo_relative_path(
            part.into(),
            name,
            Some(is_folder),
            Case::Sensitive,
            Mode::NO_MATCH_SLASH_LITERAL,
        )
    };
    path.match_indices('/').any(|(slash, _)| fits(slash)) || fits(path.len())
}

/// Whether a login fits, letters' case aside; `*` stands for anything.
#[must_use]
pub fn login_fits(pattern: &str, login: &str) -> bool {
    let (pattern, login) = (pattern.to_lowercase(), login.to_lowercase());
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = login.strip_prefix(first) else {
        return false;
    };
    let mut last = None;
    for part in parts {
        if let Some(part) = last.replace(part) {
            match rest.find(part) {
                Some(at) => rest = &rest[at + part.len()..],
                None => return false,
            }
        }
    }
    last.map_or(rest.is_empty(), |last| rest.ends_with(last))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::a_folder("vendor/", "vendor/a/b.rs", true)]
    #[case::a_folder_at_any_depth("vendor/", "src/vendor/b.rs", true)]
    #[case::a_folder_is_no_file("vendor/", "vendor", false)]
    #[case::a_folder_from_the_top("/vendor/", "src/vendor/b.rs", false)]
    #[case::everything_below("src/api/**", "src/api/v1/a.rs", true)]
    #[case::beside_it("src/api/**", "src/apis/a.rs", false)]
    #[case::by_ending("*.sql", "db/one.sql", true)]
    #[case::one_star_stays_in_its_folder("src/*.rs", "src/a/b.rs", false)]
    #[case::one_star("src/*.rs", "src/b.rs", true)]
    #[case::nothing("", "src/b.rs", false)]
    fn a_file_fits_as_in_gitignore(#[case] pattern: &str, #[case] path: &str, #[case] fits: bool) {
        assert_eq!(path_fits(pattern, path), fits);
    }

    #[rstest]
    #[case::itself("Ada", "ada", true)]
    #[case::not_a_part("ada", "adam", false)]
    #[case::by_its_begin("renovate*", "renovate-corp", true)]
    #[case::by_its_end("*-bot", "deploy-bot", true)]
    #[case::in_the_middle("a*b*c", "a1b2c", true)]
    #[case::not_twice_the_same("ab*b", "ab", false)]
    #[case::a_bot("lint[bot]", "lint[bot]", true)]
    #[case::anybody("*", "ada", true)]
    fn a_login_fits(#[case] pattern: &str, #[case] login: &str, #[case] fits: bool) {
        assert_eq!(login_fits(pattern, login), fits);
    }
}
