//! The second stage in the whole path, on small made-up weights: what it reads is stored under its name, and another model's readings
//! are told from its own.
use peerlore::classify::Classifier;
use peerlore::classify::card;
use peerlore::classify::eval::LabelledComment;
use peerlore::classify::linear::Cuts;
use peerlore::classify::second::Second;
use peerlore::classify::second::encoder::Encoder;
use peerlore::classify::second::file::About;
use peerlore::classify::second::file::Part;
use peerlore::classify::second::tokens::Tokens;
use peerlore::classify::train::Examples;
use peerlore::classify::train::second::RECIPE;
use peerlore::classify::train::second::Recipe;
use peerlore::classify::train::second::prepared::Prepared;
use peerlore::model::correction::Teaches;
use peerlore::model::settings::Settings;
use peerlore::model::skill::Area;
use peerlore::pipeline::rebuild;
use peerlore::store::readings;

use crate::harness::LEDGER;
use crate::harness::Peerlore;
use crate::harness::TODAY;
use crate::harness::by;
use crate::small_weights;

/// Both stages, the second of which takes whatever is said for security.
fn both() -> Classifier {
    let (weights, tokenizer) = (small_weights::weights(), small_weights::tokenizer());
    let encoder = Encoder::from_bytes(&weights).expect("weights");
    let tokens = Tokens::from_bytes(&tokenizer).expect("a tokenizer");
    let comments: Vec<LabelledComment> = (0..12)
        .map(|project| LabelledComment {
            project: format!("p{project}"),
            path: None,
            body: "take the lock".to_owned(),
            is_reply: false,
            areas: vec![Area::Security],
            teaches: Teaches::Knowledge,
        })
        .collect();
    let examples = Examples::new(&comments, &[]);
    let recipe = Recipe {
        upper: 1,
        rank: 2,
        epochs: 3,
        head_rate: 0.1,
        ..RECIPE
    };
    let prepared = Prepared::of((&encoder, &tokens), &examples, recipe).expect("comments");
    let all: Vec<usize> = (0..comments.len()).collect();
    let adapter = prepared.train(&encoder, &all, 1, &|_, _| {}).expect("an adapter");
    let about = About {
        first_share: 0.0,
        cuts: Cuts {
            read_from: 0.3,
            shown_from: 0.5,
        },
        ..About::new("areas+small".to_owned(), card::NAME.to_owned(), "none".to_owned())
    };
    let second = Second::new(&weights, &tokenizer, Part { about, adapter }).expect("a second stage");
    Classifier::default().with(second).expect("they go together")
}

#[tokio::test]
async fn what_both_stages_read_is_stored_under_their_name() {
    let mut peerlore = Peerlore::with(Settings::default()).await;
    let alone = peerlore.app.pipeline.classifier.clone();
    peerlore.app.pipeline.classifier = both();
    let pull = peerlore
        .open(by("ada", TODAY), LEDGER, &[(20, "let guard = pending.lock();")])
        .await;
    peerlore
        .comment(
            &pull,
            by("ben", TODAY + 1),
            20,
            "Take the lock before the loop, otherwise two threads race.",
        )
        .await;
    let read = "select model || ' ' || (reading->'areas'->0->>'area') from reading where place = 'diff'";
    assert_eq!(peerlore.one::<String>(read).await, "areas+small security");
    let mut conn = peerlore.pool().acquire().await.expect("the database");
    let by_others = readings::by_others(&mut conn, alone.name()).await.expect("a count");
    assert!(by_others > 0, "{by_others}");

    peerlore.app.pipeline.classifier = alone.clone();
    let id = peerlore.tenant().await;
    rebuild::run(&peerlore.app.pipeline, id, |_, _| {})
        .await
        .expect("the database");
    assert_eq!(
        peerlore.one::<String>(read).await,
        format!("{} concurrency", card::NAME)
    );
    assert_eq!(readings::by_others(&mut conn, alone.name()).await.expect("a count"), 0);
}
