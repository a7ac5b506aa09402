//! How a comment is meant, as far as its words show: what a thread is read by when its texts are gone.
use serde::Deserialize;
use serde::Serialize;

macro_rules! cues {
    ($($(#[$doc:meta])* $name:ident = $words:literal,)*) => {
        /// One thing that the words of a comment show.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        #[repr(u8)]
        pub enum Cue {
            $(#[doc = $words] $name,)*
        }

        impl Cue {
            /// Every cue, in the order of their bits. New ones go to the end, since bits are stored.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// What it is, in words.
            #[must_use]
            pub fn words(self) -> &'static str {
                match self { $(Self::$name => $words,)* }
            }
        }
    };
}

cues! {
    Did = "says that something was or will be done",
    OpensAgreeing = "opens with agreement, thanks or a report",
    Thanks = "gives thanks",
    Praises = "praises a point, an idea or a catch",
    Agrees = "agrees",
    Exclaims = "opens a sentence with oh, ah, right or interesting",
    WasNew = "says that it was new, overlooked or misunderstood",
    OpensNo = "opens with a no",
    OpensYes = "opens with a yes",
    Keeps = "disagrees, defers or keeps what there is",
    Contrasts = "says but, however or unfortunately",
    Reasons = "gives a reason or a purpose",
    Conditions = "names a condition",
    Supposes = "says what would, could or may be",
    Urges = "says what should be or proposes another way",
    Negates = "negates",
    Nit = "is about style, spelling or formatting",
    Rearranges = "is about names, removing, moving or commits",
    OpensQuestion = "opens with a question word",
    AsksWhetherBetter = "asks whether it shouldn't be otherwise",
    AsksWhy = "asks for a reason",
    Unsure = "is unsure",
    States = "states how things are",
    Faults = "names a fault",
    Compares = "compares",
    Refers = "refers to a document, a rule or an example",
    Tried = "tried it",
    SaysI = "speaks of oneself",
    SaysYou = "speaks to somebody",
    SaysWe = "speaks of us",
    Defers = "puts off to another time",
    SameAgain = "points back",
    Counts = "has numbers",
    Asks = "asks",
    OnlyAsks = "only asks",
    ShowsCode = "shows code",
    Suggests = "offers a suggestion block",
    NamesCode = "names code",
    Quotes = "quotes",
    Links = "links",
    Short = "has at most four words",
    Acknowledges = "acknowledges as a whole",
    Disagrees = "disagrees as a whole",
    Wants = "wants to know as a whole",
    AgreesBut = "agrees and keeps it all the same",
    KeepsOnly = "keeps it and does nothing",
    DoesPlainly = "does it without a but",
    LeavesIt = "leaves it as it is",
}

/// Which cues there are: a bit each.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Cues(u64);

impl Cues {
    /// With one more.
    #[must_use]
    pub fn with(self, cue: Cue) -> Self {
        Self(self.0 | 1 << cue as u8)
    }

    /// Those of both.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether this one is among them.
    #[must_use]
    pub fn has(self, cue: Cue) -> bool {
        self.0 >> (cue as u8) & 1 == 1
    }

    /// Those that there are.
    pub fn iter(self) -> impl Iterator<Item = Cue> {
        Cue::ALL.iter().copied().filter(move |cue| self.has(*cue))
    }
}

impl FromIterator<Cue> for Cues {
    fn from_iter<I: IntoIterator<Item = Cue>>(cues: I) -> Self {
        cues.into_iter().fold(Self::default(), Self::with)
    }
}

/// How one comment is meant.
#[derive(Clone, Copy, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Manner {
    /// What its words show.
    pub cues: Cues,
    /// Words of prose.
    pub words: u16,
    /// Sentences and lines of prose.
    pub sentences: u16,
    /// Of these, questions.
    pub questions: u16,
    /// Probability that it gives knowledge, in [0, 1], four places.
    pub knowledge: f64,
    /// Probability that it gives nothing, in [0, 1], four places.
    pub nothing: f64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cues_are_what_was_put_in() {
        assert!(Cue::ALL.len() <= 64);
        let some = [Cue::Did, Cue::Short, Cue::Links];
        let cues: Cues = some.into_iter().collect();
        assert!(cues.iter().eq([Cue::Did, Cue::Links, Cue::Short]));
        assert!(cues.has(Cue::Links) && !cues.has(Cue::Quotes));
        let written = serde_json::to_string(&cues).unwrap();
        assert_eq!(serde_json::from_str::<Cues>(&written).unwrap(), cues);
    }
}
