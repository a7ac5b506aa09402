//! What is counted: texts that occur in at least two comments and two projects, so that no name of one project gets in.
use std::collections::BTreeMap;
use std::collections::HashMap;

use crate::classify::features;
use crate::classify::features::Block;
use crate::classify::features::Kind;
use crate::classify::linear::FORM;
use crate::classify::linear::PHRASE;
use crate::classify::linear::often;
use crate::classify::markdown;
use crate::classify::phrases;
use crate::classify::words::Words;
use crate::logistic::Sparse;

/// Comments, and projects, in which a text has to occur.
const LEAST: usize = 2;

/// One comment taken apart, as far as training needs it.
#[derive(Clone, PartialEq, Debug)]
pub struct Counted {
    /// Its project.
    pub project: String,
    texts: BTreeMap<(Kind, String), usize>,
    phrases: Vec<(usize, usize)>,
    form: Vec<usize>,
}

impl Counted {
    /// Takes a comment apart.
    #[must_use]
    pub fn of(project: &str, body: &str, path: Option<&str>, is_reply: bool) -> Self {
        let parts = markdown::parts(body);
        let words = Words::of(&parts.prose);
        let mut texts = BTreeMap::new();
        features::each(&words, |kind, text| {
            *texts.entry((kind, text.to_owned())).or_default() += 1;
        });
        Self {
            project: project.to_owned(),
            texts,
            phrases: phrases::matching(&words, &parts.prose, path),
            form: features::form(&parts, &words, is_reply).collect(),
        }
    }
}

/// The texts that are counted, each with its rarity, in the order of their columns.
#[derive(Clone, PartialEq, Debug)]
pub struct Vocabulary<'a> {
    /// Kind, text and rarity, sorted.
    pub texts: Vec<(Kind, &'a str, f32)>,
    columns: HashMap<(Kind, &'a str), u32>,
}

impl<'a> Vocabulary<'a> {
    /// The texts of these comments that occur in enough of them.
    #[must_use]
    pub fn of(comments: &[&'a Counted]) -> Self {
        // How often, the project seen last, and how often that changed: at least LEAST where there are two.
        let mut found: BTreeMap<(Kind, &str), (usize, &str, usize)> = BTreeMap::new();
        for comment in comments {
            for (kind, text) in comment.texts.keys() {
                let (times, project, projects) = found.entry((*kind, text)).or_insert((0, "", 0));
                *times += 1;
                if *project != comment.project {
                    *projects += 1;
                    *project = &comment.project;
                }
            }
        }
        let texts: Vec<(Kind, &str, f32)> = found
            .into_iter()
            .filter(|(_, (times, _, projects))| *times >= LEAST && *projects >= LEAST)
            .map(|((kind, text), (times, ..))| (kind, text, rarity(comments.len(), times)))
            .collect();
        let columns = (0..)
            .zip(&texts)
            .map(|(column, (kind, text, _))| ((*kind, *text), column))
            .collect();
        Self { texts, columns }
    }

    /// The columns of texts and phrases: what areas are told by.
    #[must_use]
    pub fn about(&self) -> usize {
        self.texts.len() + phrases::count()
    }

    /// The same with the signs of form: what teaching is told by.
    #[must_use]
    pub fn manner(&self) -> usize {
        self.about() + features::FORM.len()
    }

    /// The comments as rows of numbers.
    #[must_use]
    pub fn rows(&self, comments: &[&Counted]) -> Sparse {
        let mut rows = Sparse::default();
        for comment in comments {
            rows.push(self.row(comment));
        }
        rows
    }

    fn row(&self, comment: &Counted) -> Vec<(u32, f32)> {
        let mut row = Vec::with_capacity(comment.texts.len());
        let mut squares = [0.0_f32; 2];
        for ((kind, text), times) in &comment.texts {
            let Some(column) = self.columns.get(&(*kind, text.as_str())) else {
                continue;
            };
            let value = often(*times) * self.texts[*column as usize].2;
            squares[kind.block() as usize] += value * value;
            row.push((*column, value, kind.block()));
        }
        let length = |block: Block| block.length() / squares[block as usize].sqrt();
        let mut numbers: Vec<(u32, f32)> = row
            .into_iter()
            .map(|(column, value, block)| (column, value * length(block)))
            .collect();
        let mut put = |place: usize, value: f32| {
            numbers.extend(u32::try_from(place).map(|column| (column, value)));
        };
        for (place, times) in &comment.phrases {
            put(self.texts.len() + place, PHRASE * often(*times));
        }
        for place in &comment.form {
            put(self.about() + place, FORM);
        }
        numbers
    }
}

/// `ln((1 + n) / (1 + comments with it)) + 1`, as the file keeps it.
fn rarity(comments: usize, with_it: usize) -> f32 {
    #[expect(clippy::cast_precision_loss, reason = "counts of comments")]
    let share = (1 + comments) as f32 / (1 + with_it) as f32;
    crate::classify::file::rounded(share.ln() + 1.0)
}
