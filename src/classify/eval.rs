//! How well the classifier reads comments that people labelled: areas by precision, recall and F1, and the teaching gate.
use std::collections::BTreeMap;

use serde::Deserialize;
use serde::Serialize;

use crate::classify::read;
use crate::model::comment::CommentKind;
use crate::model::comment::CommentText;
use crate::model::skill::Area;

/// One labelled comment.
#[derive(Clone, Debug, Deserialize)]
pub struct LabelledComment {
    /// The project it comes from.
    pub project: String,
    /// The file it stands on.
    pub path: Option<String>,
    /// What was written.
    pub body: String,
    /// It answers another comment.
    pub is_reply: bool,
    /// The areas that a reader named, most important first.
    pub areas: Vec<Area>,
    /// 2: gives knowledge that transfers; 1: a concrete request without a reason; 0: nothing.
    pub teaches: u8,
}

/// Counts of one question with yes and no.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
struct Tally {
    right: usize,
    called: usize,
    there: usize,
}

/// Precision, recall and F1, in [0, 1].
#[derive(Clone, Copy, PartialEq, Debug, Serialize)]
pub struct Accuracy {
    /// Of what was called, the share that was right.
    pub precision: f64,
    /// Of what is there, the share that was called.
    pub recall: f64,
    /// Their harmonic mean.
    pub f1: f64,
    /// How many labels there are.
    pub support: usize,
}

/// How well it did.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct ClassifyScore {
    /// Comments.
    pub rows: usize,
    /// Share of the comments for which it named an area.
    pub coverage: f64,
    /// All labels together.
    pub micro: Accuracy,
    /// Mean F1 over the areas.
    pub macro_f1: f64,
    /// Area by area.
    pub areas: BTreeMap<&'static str, Accuracy>,
    /// The gate (substance that explains) against "gives knowledge that transfers".
    pub explains: Accuracy,
    /// The gate of kinds (substance) against "passes on anything at all".
    pub substance: Accuracy,
}

/// Reads every comment and compares.
#[must_use]
pub fn classify_score(rows: &[LabelledComment]) -> ClassifyScore {
    let mut tallies = [Tally::default(); 17];
    let (mut explains, mut substance) = (Tally::default(), Tally::default());
    let mut covered = 0;
    for row in rows {
        let reading = read(&CommentText {
            body: &row.body,
            path: row.path.as_deref(),
            is_reply: row.is_reply,
            hunk: None,
        });
        covered += usize::from(!reading.areas.is_empty());
        for (area, tally) in Area::ALL.into_iter().zip(&mut tallies) {
            tally.add(
                reading.areas.iter().any(|guess| guess.area == area),
                row.areas.contains(&area),
            );
        }
        explains.add(reading.explains, row.teaches == 2);
        substance.add(reading.kind == CommentKind::Substance, row.teaches >= 1);
    }
    let mut all = Tally::default();
    for tally in tallies {
        all.right += tally.right;
        all.called += tally.called;
        all.there += tally.there;
    }
    ClassifyScore {
        rows: rows.len(),
        coverage: ratio(covered, rows.len()),
        micro: all.accuracy(),
        macro_f1: tallies.iter().map(|tally| tally.accuracy().f1).sum::<f64>() / 17.0,
        areas: Area::ALL
            .into_iter()
            .zip(tallies)
            .map(|(area, tally)| (area.slug(), tally.accuracy()))
            .collect(),
        explains: explains.accuracy(),
        substance: substance.accuracy(),
    }
}

impl Tally {
    fn add(&mut self, called: bool, there: bool) {
        self.right += usize::from(called && there);
        self.called += usize::from(called);
        self.there += usize::from(there);
    }

    fn accuracy(self) -> Accuracy {
        Accuracy {
            precision: ratio(self.right, self.called),
            recall: ratio(self.right, self.there),
            f1: ratio(2 * self.right, self.called + self.there),
            support: self.there,
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts of rows are far below 2^52")]
fn ratio(part: usize, whole: usize) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}
