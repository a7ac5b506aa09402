//! Weights of the second stage as small as they can be: two layers of two heads, a dozen words. Made here, so that tests need no package.
use std::collections::BTreeMap;
use std::collections::HashMap;

use candle_core::DType;
use candle_core::Device;
use candle_core::Tensor;

/// Words that it knows; all others are one.
const WORDS: [&str; 12] = [
    "[PAD]", "[CLS]", "[SEP]", "[UNK]", "|", "test", "lock", "the", "add", "take", "##s", ":",
];
/// Numbers a token.
pub const WIDTH: usize = 64;
/// Numbers in the middle of a layer.
const MIDDLE: usize = 96;

/// `tokenizer.json`.
pub fn tokenizer() -> Vec<u8> {
    let vocabulary: BTreeMap<&str, usize> = WORDS.iter().enumerate().map(|(at, word)| (*word, at)).collect();
    serde_json::to_vec(&serde_json::json!({
        "version": "1.0",
        "added_tokens": [],
        "normalizer": {"type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true, "strip_accents": null, "lowercase": true},
        "pre_tokenizer": {"type": "BertPreTokenizer"},
        "post_processor": {"type": "BertProcessing", "sep": ["[SEP]", 2], "cls": ["[CLS]", 1]},
        "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##", "max_input_chars_per_word": 100, "vocab": vocabulary},
    }))
    .expect("small weights")
}

/// Numbers as if by chance, the same everywhere.
pub fn matrix(rows: usize, columns: usize, seed: u64) -> Tensor {
    let mut state = seed + 1;
    let numbers = (0..rows * columns).map(|_| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        f32::from(u16::try_from(state >> 48).expect("small weights")) / 65_536.0 - 0.5
    });
    Tensor::from_vec(numbers.collect(), (rows, columns), &Device::Cpu).expect("small weights")
}

/// `model.safetensors`.
pub fn weights() -> Vec<u8> {
    let mut tensors = HashMap::new();
    let norm = |name: String| {
        let ones = Tensor::ones(WIDTH, DType::F32, &Device::Cpu).expect("small weights");
        [
            (format!("{name}.weight"), ones.clone()),
            (format!("{name}.bias"), ones.zeros_like().expect("small weights")),
        ]
    };
    tensors.insert(
        "embeddings.word_embeddings.weight".to_owned(),
        matrix(WORDS.len(), WIDTH, 1),
    );
    tensors.insert("embeddings.position_embeddings.weight".to_owned(), matrix(64, WIDTH, 2));
    tensors.insert(
        "embeddings.token_type_embeddings.weight".to_owned(),
        matrix(2, WIDTH, 3),
    );
    tensors.extend(norm("embeddings.LayerNorm".to_owned()));
    for layer in 0..2_u64 {
        let name = format!("encoder.layer.{layer}");
        let maps = [
            ("attention.self.query", WIDTH, WIDTH),
            ("attention.self.key", WIDTH, WIDTH),
            ("attention.self.value", WIDTH, WIDTH),
            ("attention.output.dense", WIDTH, WIDTH),
            ("intermediate.dense", WIDTH, MIDDLE),
            ("output.dense", MIDDLE, WIDTH),
        ];
        for (at, (map, into, out)) in (0..).zip(maps) {
            let seed = 100 * layer + 10 * at;
            tensors.insert(format!("{name}.{map}.weight"), matrix(out, into, seed));
            let bias = matrix(1, out, seed + 5).flatten_all().expect("small weights");
            tensors.insert(format!("{name}.{map}.bias"), bias);
        }
        tensors.extend(norm(format!("{name}.attention.output.LayerNorm")));
        tensors.extend(norm(format!("{name}.output.LayerNorm")));
    }
    safetensors::serialize(&tensors, None).expect("small weights")
}
