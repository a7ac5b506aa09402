//! `peerlore replay`: what it prints, its JSON, and what it says where something is missing.
use std::process::Command;
use std::process::Output;

use sqlx::ConnectOptions as _;

use crate::replay::many;
use crate::world::World;

/// The command on a world's database.
pub fn peerlore(world: &World, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_peerlore"))
        .args(arguments)
        .env("DATABASE_URL", world.pool().connect_options().to_url_lossy().as_str())
        .env("PEERLORE_DATA_DIR", env!("CARGO_TARGET_TMPDIR"))
        .output()
        .expect("the program starts")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("text")
}

/// A world whose pull requests all lie in 2020, so that the machine's time doesn't matter.
pub async fn long_ago() -> World {
    let world = World::new().await;
    many(&world, "6 years").await;
    world.sql("delete from pull where created_at > '2023-01-01'").await;
    world
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_command_prints_a_table_with_what_it_tells_and_what_limits_it() {
    let world = long_ago().await;
    let said = peerlore(&world, &["replay", "--org", "acme", "--last", "500"]);
    assert_eq!(said.status.code(), Some(0), "{}", text(&said.stderr));
    insta::assert_snapshot!(text(&said.stdout), @r"
    acme: the last 36 reviewed pull requests of 36 pull requests that are known.
    Our pick really reviewed in 67% of these pull requests; whoever knows most did in 67%, somebody at random in 17%.
    3 of 3 files hang on one person or nobody. Nobody would have joined to learn: it takes more than 20 reviews, and somebody who knows code nearby and would make a file safer.

                                                      what happened       our pick with a learner    expert only         random
    The pick was one of those who reviewed                        -            67%              -            67%            17%
    Mean reciprocal rank of the first who reviewed                -           0.67              -           0.67           0.35
    Expertise: files that a reviewer knew before                67%            56%            67%            56%            39%
    Unevenness of reviews (Gini, 0 to 1)                          -              -              -              -              -
    Reviews done by the 10 busiest                                -              -              -              -              -
    Files at risk at the end, of 3                                3              1              3              1              0
    Parts of the code at risk at the end, of 1                    0              0              0              0              0
    Pull requests with a reviewer of another team               33%            22%            33%            22%            17%
    Reviews that nobody did in reality                            0              0              0              0              0

    Our pick was one of those who reviewed in 67% of these pull requests (between 50% and 80%, 95% interval), expert only in 67% (between 50% and 80%, 95% interval), random in 17% (between 8% and 32%, 95% interval). Whoever wasn't asked may have been as good: this tells how well a pick fits your habits, not how good a review would have been.
    Expertise with our pick in one reviewer's place: 11.1 points less than what happened (-21.5 to -0.7 points, 95% interval).
    Expertise with the pick by expertise only: 11.1 points less than what happened (-21.5 to -0.7 points, 95% interval).
    Expertise with a random pick: 27.8 points less than what happened (-42.6 to -12.9 points, 95% interval).
    3 files of 3 are at risk at the end of what happened. Nobody would have joined to learn.

    - Our pick is spared as in a real suggestion: open reviews make somebody less likely to be asked, and nobody is who has as many as the settings allow or was picked often enough that day; a review counts as open until its pull request is closed, 30 days at most.
    - Only what was closed before each pull request was opened was known to the picks; what came later changes nothing.
    - The picks here come from reviews and files alone; expert only and random spare nobody. A real suggestion also weighs skills and who owns the files, and leaves out who is away, so it can name somebody else.
    - A pick replaces one of those who reviewed, always the same one under every policy, and knows the files afterwards. A file is at risk when at most one person who was active in the last 180 days ever reviewed it; who owns its lines isn't known.
    - Too few people review here to say how reviews are spread over them.
    - Teams are those of today.
    ");
    assert_eq!(
        peerlore(&world, &["replay", "--org", "ACME"]).stdout,
        said.stdout,
        "500 is usual"
    );
    let few = text(&peerlore(&world, &["replay", "--repo", "acme/shop", "--last", "5"]).stdout);
    assert!(
        few.contains("acme/shop: the last 5 reviewed pull requests of 36"),
        "{few}"
    );
    assert!(
        few.contains("Not enough evidence yet: 5 reviewed pull requests were asked about"),
        "{few}"
    );
    assert!(!few.contains("Expertise"), "{few}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_json_holds_every_pull_request_with_all_picks() {
    let world = long_ago().await;
    let said = peerlore(&world, &["replay", "--repo", "acme/shop", "--last", "40", "--json"]);
    let json: serde_json::Value = serde_json::from_slice(&said.stdout).expect("JSON");
    assert_eq!(json["asked"], 36);
    assert_eq!(json["enough_evidence"], true);
    assert_eq!(json["policies"].as_object().expect("policies").len(), 5);
    let pulls = json["pulls"].as_array().expect("pulls");
    assert_eq!(pulls.len(), 36);
    insta::assert_snapshot!(serde_json::to_string_pretty(&pulls[35]).expect("text"), @r#"
    {
      "author": "ada",
      "expert_only": "cleo",
      "learner": null,
      "number": 66,
      "opened": "2020-10-09T12:00:00Z",
      "ours": "cleo",
      "random": "cleo",
      "repo": "acme/shop",
      "reviewers": [
        "cleo"
      ]
    }
    "#);
    let top1 = &json["policies"]["ours"]["top1"];
    let hits = pulls.iter().filter(|pull| {
        let reviewers = pull["reviewers"].as_array().expect("reviewers");
        reviewers.contains(&pull["ours"])
    });
    let share = f64::from(u32::try_from(hits.count()).expect("few")) / 36.0;
    assert!(
        (top1["value"].as_f64().expect("a share") - share).abs() < 1e-9,
        "{top1}"
    );
    world.opt_out("ben").await;
    let without = peerlore(&world, &["replay", "--repo", "acme/shop", "--json"]);
    assert!(!text(&without.stdout).contains("\"ben\""));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_command_says_in_one_line_what_is_missing() {
    let world = long_ago().await;
    let fails = |arguments: &[&str], words: &[&str]| {
        let said = peerlore(&world, arguments);
        let error = text(&said.stderr);
        assert_eq!((said.status.code(), error.lines().count()), (Some(1), 1), "{error}");
        for word in words {
            assert!(error.contains(word), "{word:?} is not in {error}");
        }
    };
    fails(
        &["replay"],
        &["several organisations are known (acme, other); name one with --org"],
    );
    fails(
        &["replay", "--org", "nobody"],
        &["no organisation is known by the name \"nobody\"", "acme, other"],
    );
    fails(
        &["replay", "--repo", "acme/nowhere"],
        &["acme/nowhere isn't known", "peerlore import github-json FILE"],
    );
    fails(
        &["replay", "--org", "other"],
        &[
            "no pull request that is closed and was reviewed is known of other",
            "import",
        ],
    );
    world.sql("delete from installation").await;
    fails(
        &["replay"],
        &["nothing is known yet", "peerlore import github-json FILE"],
    );
}
