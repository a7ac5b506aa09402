//! The second stage on weights as small as they can be.
#[path = "../../../tests/support/small_weights.rs"]
mod small_weights;

use super::*;
use crate::classify::Classifier;
use crate::classify::eval::LabelledComment;
use crate::classify::linear;
use crate::classify::linear::Cuts;
use crate::classify::markdown;
use crate::classify::train::Examples;
use crate::classify::train::second::Recipe;
use crate::classify::train::second::prepared::Prepared;
use crate::model::correction::Teaches;
use crate::model::skill::Area;
use small_weights::WIDTH;
use small_weights::matrix;
use small_weights::tokenizer;
use small_weights::weights;

const RECIPE: Recipe = Recipe {
    upper: 1,
    rank: 4,
    epochs: 10,
    batch: 6,
    rate: 1e-2,
    head_rate: 1e-1,
    decay: 0.01,
};

fn comments() -> Vec<LabelledComment> {
    let of = |project: usize| {
        [
            ("add tests", Area::Testing, Teaches::Request),
            ("take the lock", Area::Concurrency, Teaches::Knowledge),
        ]
        .map(|(body, area, teaches)| LabelledComment {
            project: format!("p{project}"),
            path: None,
            body: body.to_owned(),
            is_reply: project.is_multiple_of(2),
            areas: vec![area],
            teaches,
        })
    };
    (0..12).flat_map(of).collect()
}

/// The first stage that it goes with.
fn first() -> String {
    linear::shipped().model().name.clone()
}

/// A part that was trained on a few comments, and how its mean loss went.
fn trained(seed: u64) -> (Part, Vec<f32>) {
    let (encoder, tokens) = (
        Encoder::from_bytes(&weights()).unwrap(),
        Tokens::from_bytes(&tokenizer()).unwrap(),
    );
    let comments = comments();
    let examples = Examples::new(&comments, &[]);
    let prepared = Prepared::of((&encoder, &tokens), &examples, RECIPE).unwrap();
    let losses = std::cell::RefCell::new(Vec::new());
    let all: Vec<usize> = (0..comments.len()).collect();
    let adapter = prepared
        .train(&encoder, &all, seed, &|_, loss| losses.borrow_mut().push(loss))
        .unwrap();
    let about = About {
        first_share: 0.0,
        cuts: Cuts {
            read_from: 0.3,
            shown_from: 0.5,
        },
        ..About::new("small".to_owned(), first(), "none".to_owned())
    };
    (Part { about, adapter }, losses.into_inner())
}

fn sums(second: &Second, body: &str) -> Row {
    second.sums(&markdown::parts(body), None, false).unwrap()
}

#[test]
fn it_learns_and_reads_what_it_learned() {
    let (part, losses) = trained(1);
    assert!(losses[losses.len() - 1] < 0.2 * losses[0], "{losses:?}");
    let second = Second::new(&weights(), &tokenizer(), part).unwrap();
    let classifier = Classifier::default().with(second).unwrap();
    assert!(classifier.is_slow());
    let areas = |body: &str| {
        let comment = crate::model::comment::CommentText {
            body,
            path: None,
            is_reply: false,
            hunk: None,
        };
        let reading = classifier.read(&comment).unwrap();
        assert_eq!(reading.model, "small");
        reading.areas.first().map(|guess| guess.area)
    };
    assert_eq!(areas("Add tests"), Some(Area::Testing));
    assert_eq!(areas("Take the lock"), Some(Area::Concurrency));
    assert_eq!(
        areas("Thanks!"),
        None,
        "thanks are about nothing, whatever the sums are"
    );
}

#[test]
fn the_same_seed_trains_the_same_bytes() {
    let bytes = |seed| file::write(&trained(seed).0).unwrap();
    let once = bytes(1);
    assert_eq!(once, bytes(1));
    assert_ne!(once, bytes(2));
}

#[test]
fn what_is_written_reads_again() {
    let (part, _) = trained(1);
    let bytes = file::write(&part).unwrap();
    let read = file::parse(&bytes).unwrap();
    assert_eq!(read.about, part.about);
    assert_eq!(file::write(&read).unwrap(), bytes, "half floats stay what they are");
    let of = |part| sums(&Second::new(&weights(), &tokenizer(), part).unwrap(), "take the lock");
    let (before, after) = (of(part), of(read));
    for (before, after) in before.into_iter().zip(after) {
        assert!((before - after).abs() < 0.05, "{before} {after}");
    }
}

#[test]
fn padding_says_nothing() {
    let (encoder, adapter) = (Encoder::from_bytes(&weights()).unwrap(), trained(1).0.adapter);
    let of = |texts: &[&[u32]]| -> Vec<Vec<f32>> {
        let texts = Padded::of(texts).unwrap();
        let hidden = encoder.below(&texts, adapter.layers()).unwrap();
        let means = encoder.above(&hidden, &texts, &adapter).unwrap();
        adapter.sums(&means).unwrap().to_vec2().unwrap()
    };
    let (short, long): (&[u32], &[u32]) = (&[1, 5, 2], &[1, 9, 7, 6, 7, 6, 2]);
    let (alone, beside) = (of(&[short]), of(&[short, long]));
    for (alone, beside) in alone[0].iter().zip(&beside[0]) {
        assert!((alone - beside).abs() < 1e-4, "{alone} {beside}");
    }
}

#[test]
fn what_does_not_go_together_is_refused() {
    let said = |refused: Result<Second, SecondError>| refused.unwrap_err().to_string();
    let (part, _) = trained(1);
    assert!(said(Second::new(b"nothing", &tokenizer(), part.clone())).contains("weights can't be used"));
    assert!(said(Second::new(&weights(), b"{}", part.clone())).contains("weights can't be used"));
    let mut narrow = part.clone();
    narrow.adapter.head = matrix(ANSWERS, WIDTH / 2, 1);
    assert!(said(Second::new(&weights(), &tokenizer(), narrow)).contains("the head was trained for another encoder"));
    let mut fewer = part.clone();
    fewer.about.platt.pop();
    assert!(said(Second::new(&weights(), &tokenizer(), fewer)).contains("it was trained for other answers"));
    let mut of_another = part;
    of_another.about.first = "areas-0".to_owned();
    let second = Second::new(&weights(), &tokenizer(), of_another).unwrap();
    let refused = Classifier::default().with(second).unwrap_err().to_string();
    assert!(
        refused.contains("made for another first stage than areas-"),
        "{refused}"
    );
    for bytes in [&b"nothing"[..], &[], &weights()] {
        assert!(file::parse(bytes).is_err());
    }
}

#[test]
fn the_part_in_the_binary_reads() {
    let part = file::shipped().unwrap();
    assert_eq!(part.about.first, linear::shipped().model().name);
    assert_eq!(part.about.platt.len(), ANSWERS);
    let card = crate::classify::card::second_shipped();
    assert_eq!(
        (card.model.as_str(), card.bytes),
        (
            part.about.name.as_str(),
            include_bytes!("../model/areas.safetensors").len()
        )
    );
}

#[test]
fn it_is_trained_on_what_it_reads() {
    let (encoder, tokens) = (
        Encoder::from_bytes(&weights()).unwrap(),
        Tokens::from_bytes(&tokenizer()).unwrap(),
    );
    let comments = comments();
    let prepared = Prepared::of((&encoder, &tokens), &Examples::new(&comments, &[]), RECIPE).unwrap();
    let (part, _) = trained(1);
    let some = [0, 1, 2, 3];
    let in_training = prepared.sums(&encoder, &part.adapter, &some).unwrap();
    let second = Second::new(&weights(), &tokenizer(), part).unwrap();
    for (at, in_training) in some.into_iter().zip(in_training) {
        let parts = markdown::parts(&comments[at].body);
        let in_reading = second.sums(&parts, None, comments[at].is_reply).unwrap();
        close(&in_training, &in_reading, 1e-3);
    }
}

#[test]
fn both_stages_are_mixed_then_calibrated() {
    let (mut part, _) = trained(1);
    part.about.first_share = 0.25;
    part.about.platt[3] = Platt {
        slope: 2.0,
        offset: -1.0,
    };
    let second = Second::new(&weights(), &tokenizer(), part).unwrap();
    let (body, first) = (markdown::parts("take the lock"), [0.5; ANSWERS]);
    let sums = second.sums(&body, None, false).unwrap();
    let (answer, cuts) = second.answer(&first, &body, None, false).unwrap();
    let mixed = 0.25 * 0.5 + 0.75 * sums[3];
    let chance = 1.0 / (1.0 + (-(2.0 * mixed - 1.0)).exp());
    assert!((answer.areas[3] - chance).abs() < 1e-5, "{} {chance}", answer.areas[3]);
    assert!((cuts.shown_from - 0.5).abs() < f32::EPSILON);
}

fn close(one: &[f32], other: &[f32], within: f32) {
    assert_eq!(one.len(), other.len());
    for (one, other) in one.iter().zip(other) {
        assert!((one - other).abs() < within, "{one} {other}");
    }
}

/// The encoder as the papers write it, number by number.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    reason = "small numbers"
)]
mod by_the_book {
    use super::*;
    use crate::classify::second::adapter::Map;

    const HEAD: usize = 32;
    type Rows = Vec<Vec<f32>>;

    struct Book(std::collections::HashMap<String, candle_core::Tensor>);

    impl Book {
        fn matrix(&self, name: &str) -> Rows {
            self.0[name].to_vec2().unwrap()
        }

        fn vector(&self, name: &str) -> Vec<f32> {
            self.0[name].to_vec1().unwrap()
        }

        fn linear(&self, name: &str, from: &Rows) -> Rows {
            let (weight, bias) = (
                self.matrix(&format!("{name}.weight")),
                self.vector(&format!("{name}.bias")),
            );
            let of = |token: &Vec<f32>| {
                weight
                    .iter()
                    .zip(&bias)
                    .map(|(row, bias)| dot(row, token) + bias)
                    .collect()
            };
            from.iter().map(of).collect()
        }

        fn norm(&self, name: &str, from: &Rows) -> Rows {
            let (weight, bias) = (
                self.vector(&format!("{name}.weight")),
                self.vector(&format!("{name}.bias")),
            );
            let of = |token: &Vec<f32>| {
                let width = token.len() as f32;
                let mean = token.iter().sum::<f32>() / width;
                let spread = (token.iter().map(|one| (one - mean).powi(2)).sum::<f32>() / width).sqrt();
                let scaled = token.iter().map(|one| (one - mean) / spread);
                scaled
                    .zip(&weight)
                    .zip(&bias)
                    .map(|((one, weight), bias)| one * weight + bias)
                    .collect()
            };
            from.iter().map(of).collect()
        }

        fn layer(&self, at: usize, hidden: &Rows, low_rank: Option<&Adapter>) -> Rows {
            let map = |map: Map, from: &Rows| {
                let mut to = self.linear(&format!("encoder.layer.{at}.{}", map.name()), from);
                if let Some(adapter) = low_rank {
                    let pair = adapter.of(0, map);
                    let (down, up): (Rows, Rows) = (pair.down.to_vec2().unwrap(), pair.up.to_vec2().unwrap());
                    for (to, token) in to.iter_mut().zip(from) {
                        let few: Vec<f32> = down.iter().map(|row| dot(row, token)).collect();
                        to.iter_mut().zip(&up).for_each(|(to, row)| *to += dot(row, &few));
                    }
                }
                to
            };
            let (query, key, value) = (map(Map::Query, hidden), map(Map::Key, hidden), map(Map::Value, hidden));
            let mut attended: Rows = vec![vec![0.0; hidden[0].len()]; hidden.len()];
            for head in 0..hidden[0].len() / HEAD {
                let of_head = head * HEAD..(head + 1) * HEAD;
                for (asks, to) in query.iter().zip(&mut attended) {
                    let score =
                        |key: &Vec<f32>| dot(&asks[of_head.clone()], &key[of_head.clone()]) / (HEAD as f32).sqrt();
                    let scores: Vec<f32> = key.iter().map(score).map(f32::exp).collect();
                    let all: f32 = scores.iter().sum();
                    for (score, value) in scores.iter().zip(&value) {
                        for at in of_head.clone() {
                            to[at] += score / all * value[at];
                        }
                    }
                }
            }
            let added = sum(&map(Map::AttentionOutput, &attended), hidden);
            let hidden = self.norm(&format!("encoder.layer.{at}.attention.output.LayerNorm"), &added);
            let mut middle = map(Map::Intermediate, &hidden);
            middle.iter_mut().flatten().for_each(|one| *one = gelu(*one));
            let added = sum(&map(Map::Output, &middle), &hidden);
            self.norm(&format!("encoder.layer.{at}.output.LayerNorm"), &added)
        }
    }

    fn dot(one: &[f32], other: &[f32]) -> f32 {
        one.iter().zip(other).map(|(one, other)| one * other).sum()
    }

    fn sum(one: &Rows, other: &Rows) -> Rows {
        let rows = one.iter().zip(other);
        rows.map(|(one, other)| one.iter().zip(other).map(|(a, b)| a + b).collect())
            .collect()
    }

    /// x Φ(x), Φ by Simpson's rule.
    fn gelu(x: f32) -> f32 {
        let (x, steps) = (f64::from(x), 400);
        let density = |at: f64| (-at * at / 2.0).exp() / std::f64::consts::TAU.sqrt();
        let step = x / f64::from(steps);
        let weighed = |at: i32| {
            let weight = if at == 0 || at == steps {
                1.0
            } else {
                f64::from(2 + 2 * (at % 2))
            };
            weight * density(step * f64::from(at))
        };
        let below: f64 = 0.5 + (0..=steps).map(weighed).sum::<f64>() * step / 3.0;
        (x * below) as f32
    }

    #[test]
    fn the_encoder_is_what_the_papers_say() {
        let book = Book(candle_core::safetensors::load_buffer(&weights(), &candle_core::Device::Cpu).unwrap());
        let (part, _) = trained(1);
        let ids: &[u32] = &[1, 9, 7, 6, 2];
        let (words, positions) = (
            book.matrix("embeddings.word_embeddings.weight"),
            book.matrix("embeddings.position_embeddings.weight"),
        );
        let token_type = &book.matrix("embeddings.token_type_embeddings.weight")[0];
        let embedded = |(at, id): (usize, &u32)| {
            let all = words[*id as usize].iter().zip(&positions[at]).zip(token_type);
            all.map(|((word, position), kind)| word + position + kind).collect()
        };
        let embedded: Rows = ids.iter().enumerate().map(embedded).collect();
        let hidden = book.layer(0, &book.norm("embeddings.LayerNorm", &embedded), None);
        let hidden = book.layer(1, &hidden, Some(&part.adapter));
        let mean: Vec<f32> = (0..WIDTH)
            .map(|at| hidden.iter().map(|token| token[at]).sum::<f32>() / ids.len() as f32)
            .collect();

        let encoder = Encoder::from_bytes(&weights()).unwrap();
        let text = Padded::of(&[ids]).unwrap();
        let ours = encoder
            .above(&encoder.below(&text, 1).unwrap(), &text, &part.adapter)
            .unwrap();
        close(&ours.to_vec2::<f32>().unwrap()[0], &mean, 1e-3);
    }
}
