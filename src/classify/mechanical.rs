//! Files that no person writes by hand: they teach nothing and make nobody an expert.

use crate::classify::attributes::Attributes;

/// Lock files by name, as their package managers write them.
const LOCK_FILES: [&str; 18] = [
    "Cargo.lock",
    "Gemfile.lock",
    "Pipfile.lock",
    "Podfile.lock",
    "bun.lock",
    "bun.lockb",
    "composer.lock",
    "deno.lock",
    "flake.lock",
    "go.sum",
    "gradle.lockfile",
    "mix.lock",
    "npm-shrinkwrap.json",
    "package-lock.json",
    "packages.lock.json",
    "pnpm-lock.yaml",
    "poetry.lock",
    "yarn.lock",
];

/// Ends of names that generators give.
const GENERATED: [&str; 10] = [
    ".min.js",
    ".min.css",
    ".pb.go",
    "_pb2.py",
    ".pb.cc",
    ".pb.h",
    ".g.dart",
    ".designer.cs",
    ".snap",
    ".js.map",
];

/// Whether a file is generated or vendored. What the repository says of the one or the other comes before any rule on paths:
/// a lock file's or a generator's name, and Linguist's patterns for vendored folders.
#[must_use]
pub fn is_mechanical(path: &str, attributes: &Attributes) -> bool {
    let marks = attributes.marks(path);
    marks.generated.unwrap_or_else(|| looks_generated(path))
        || marks
            .vendored
            .unwrap_or_else(|| linguist::is_vendored(path).unwrap_or(false))
}

fn looks_generated(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let lower = name.to_ascii_lowercase();
    LOCK_FILES.contains(&name) || lower == "uv.lock" || GENERATED.iter().any(|end| lower.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_repository_knows_best() {
        let says = Attributes::read(
            "src/schema.rs linguist-generated\nvendor/ours/** -linguist-vendored\nby_hand/go.sum -linguist-generated\n\
             third/** linguist-vendored\nthird/ours.rs -linguist-vendored\n",
        );
        assert!(!is_mechanical("by_hand/go.sum", &says));
        assert!(
            is_mechanical("vendor/ours/go.sum", &says),
            "one of ours is still a lock file"
        );
        assert!(is_mechanical("third/party.rs", &says));
        assert!(!is_mechanical("third/ours.rs", &says));
        assert!(is_mechanical("src/schema.rs", &says));
        assert!(!is_mechanical("vendor/ours/lib.rs", &says));
        assert!(is_mechanical("vendor/theirs/lib.rs", &says));
    }

    #[test]
    fn lock_files_generated_and_vendored_files_are_mechanical() {
        for path in [
            "Cargo.lock",
            "web/package-lock.json",
            "api/v1/order.pb.go",
            "vendor/github.com/x/y.go",
            "dist/app.min.js",
        ] {
            assert!(is_mechanical(path, &Attributes::default()), "{path}");
        }
        for path in ["src/lock.rs", "Cargo.toml", "docs/lockfile.md", "package.json"] {
            assert!(!is_mechanical(path, &Attributes::default()), "{path}");
        }
    }
}
