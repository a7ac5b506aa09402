//! The cues of a comment: what its words show of how it is meant.
use std::sync::LazyLock;

use regex::bytes::Regex;
use regex::bytes::RegexBuilder;
use regex::bytes::RegexSet;
use regex::bytes::RegexSetBuilder;

use crate::classify::linear::Answer;
use crate::classify::manner;
use crate::classify::markdown::Parts;
use crate::model::comment::Stance;
use crate::model::correction::Teaches;
use crate::model::manner::Cue;
use crate::model::manner::Cues;
use crate::model::manner::Manner;

/// A comment of at most this many words is short.
const SHORT: usize = 4;

#[rustfmt::skip]
const PATTERNS: &[(Cue, &str)] = &[
    (Cue::Did, r"\b(done|fixed|updated|changed|addressed|applied|added|removed|renamed|moved|pushed|will (do|fix|update|change|add|remove|rename)|i'?ll (do|fix|update|change|add|remove|take|apply|address|rename|move|switch)|taken|incorporated|dropped|reverted|rebased|adopted|squashed|included|corrected|resolved)\b"),
    (Cue::OpensAgreeing, r"^\W*(done|fixed|updated|changed|addressed|applied|added|removed|renamed|moved|pushed|thanks|thank you|thx|ok(ay)?|sure|yes|yep|yeah|agreed?|good (point|catch|idea|call|suggestion|find)|nice|great|will do|indeed|right|correct|makes? sense|fair|absolutely|definitely|exactly|sgtm|ack|concept ack)\b"),
    (Cue::Thanks, r"\b(thanks|thank you|thx|ty)\b"),
    (Cue::Praises, r"\b(good|great|nice|excellent) (point|catch|idea|call|suggestion|find|observation|question|spot)\b"),
    (Cue::Agrees, r"\b(makes? sense|fair (enough|point)|you'?re right|you are right|that'?s right|agree)\b"),
    (Cue::Exclaims, r"(^|[.!?\n] *)(oh|ah|aha|oops|ahh?|hm+|huh|ugh|wow|whoops|d'oh|right|interesting|i see)\b"),
    (Cue::WasNew, r"\b(didn'?t (know|realize|realise|notice|see|think|consider)|wasn'?t aware|(was|am) not aware|did not (know|realize|realise|notice|see)|TIL|i see\b|i missed|missed (that|this)|forgot|misunderst\w+|misread|my (bad|mistake)|i (now )?understand|makes sense now|good to know|hadn'?t|had not|thought (that )?(it|this|there|the)|learn(ed|t)|confus\w+|interesting|overlooked|oversight|mistake)\b"),
    (Cue::OpensNo, r"^\W*(no|nope|nah|not (really|sure|quite|yet)|i (don'?t|do not)|unfortunately|it'?s not|that'?s not|this is not)\b"),
    (Cue::OpensYes, r"^\W*(yes|yep|yeah|yup|correct|right|indeed|exactly|true|sure)\b"),
    (Cue::Keeps, r"\b(don'?t think|do not think|not sure|disagree|i'?d (rather|prefer)|prefer|would rather|rather not|keep (it|this|as)|leave (it|this|as|that)|leaving|keeping|as[- ]is|intentional\w*|on purpose|by design|deliberate\w*|out of scope|scope|follow[- ]?up|separate (pr|pull|commit)|future|another pr|not (necessary|needed|worth|possible|related)|no need|unrelated|overkill|already|pre-?existing|won'?t|wouldn'?t|can'?t|cannot|doesn'?t|isn'?t|not an issue|nack|later)\b"),
    (Cue::Contrasts, r"\b(but|however|though|although|unfortunately|still|yet|except)\b"),
    (Cue::Reasons, r"\b(because|since|otherwise|so that|due to|in order to|as (it|this|the|that|we)|to (avoid|prevent|ensure|make sure|allow)|therefore|thus|hence|reason|the idea|the point|rationale|that'?s why|which means|meaning|this means|that way|in case|so (it|this|the|we|that|you|i))\b"),
    (Cue::Conditions, r"\b(if|when|unless|until|whenever)\b"),
    (Cue::Supposes, r"\b(would|will|could|might|may|can)\b"),
    (Cue::Urges, r"\b(should|must|need(s)? to|have to|has to|please|pls|better|prefer|suggest|recommend|instead|rather|consider|can (we|you)|could (you|we|be)|how about|what about|maybe|perhaps|let'?s|why not)\b"),
    (Cue::Negates, r"\b(not|n'?t|never|no longer|nothing|none|without|don'?t|doesn'?t|isn'?t|won'?t|can'?t)\b"),
    (Cue::Nit, r"\b(nit|typo|style|spelling|whitespace|newline|indent\w*|spaces?|comma|trailing|blank line|clang-format|formatting|alphabetical|sort(ed)?|s/)\b"),
    (Cue::Rearranges, r"\b(rename|naming|name|call(ed)? (it|this)|remove|unused|redundant|unnecessary|drop|delete|move|combine|merge|squash|commit)\b"),
    (Cue::OpensQuestion, r"^\W*(nit:?|in commit[^\n]*\n)?\W*(why|what|where|how|when|who|which|any reason|is there|are there|do (we|you)|does|did|is (this|it|that)|are (these|you|we)|can you (explain|elaborate|clarify))\b"),
    (Cue::AsksWhetherBetter, r"\b(shouldn'?t|wouldn'?t|couldn'?t|isn'?t|doesn'?t|don'?t|won'?t|can'?t|aren'?t) (this|it|that|we|you|the|there|these)\b|\b(should|would|could) (this|it|we|that|there)\b"),
    (Cue::AsksWhy, r"\bwhy\b|\bany reason\b|\bwhat'?s the (reason|point|purpose|rationale)\b|\bpurpose\b"),
    (Cue::Unsure, r"\b(not sure|i think|i guess|i believe|maybe|perhaps|probably|seems?|might|wonder(ing)?|curious|iirc|afaik|afaict|imo|imho|i suppose|would it)\b"),
    (Cue::States, r"\b(is|are|was|were|has|have|means|returns?|happens?|causes?|fails?|breaks?|crash\w*|leaks?|throws?|allows?|requires?|supports?|uses?|used|works?|does)\b"),
    (Cue::Faults, r"\b(bug|error|fail\w*|crash\w*|wrong|incorrect\w*|invalid|race|leak\w*|overflow|underflow|undefined|UB|broken|break\w*|missing|issue|problem|unsafe|danger\w*|slow|expensive|inefficient|deadlock)\b"),
    (Cue::Compares, r"\b(more|less|better|worse|easier|simpler|cleaner|safer|faster|clearer|shorter|than|consisten\w+|same|similar|instead)\b"),
    (Cue::Refers, r"\b(see|docs?|documentation|developer[- ]notes|guidelines?|convention|according to|per the|spec|standard|example|e\.g\.|for instance|like this|fyi|fwiw|note that|ref)\b"),
    (Cue::Tried, r"\b(tested|tried|ran|running|checked|verified|benchmark\w*|i get|output)\b"),
    (Cue::SaysI, r"\bi('m|'ve|'d|'ll)?\b"),
    (Cue::SaysYou, r"\b(you|your|you'?re)\b"),
    (Cue::SaysWe, r"\bwe\b"),
    (Cue::Defers, r"\b(follow[- ]?up|separate|later|future|another|next|leave|leaving|scope|other pr)\b"),
    (Cue::SameAgain, r"^\W*(same|ditto|idem|here too|likewise|and here|above|below)\b"),
    (Cue::Counts, r"\b\d+(\.\d+)?(%|x|ms|kb|mb|gb|s)?\b"),
];

/// It stays as it is; in a long comment, or beside what was done, something else may be meant.
#[rustfmt::skip]
const LEAVES_IT: &str = r"\b((i'?d|i would|would) (rather|prefer( to)?) (keep|leave|stay|stick|not)|(prefer|rather|going to|gonna|i'?ll|we'?ll|let'?s|inclined to|decided to|want to|happy to|tend to) (just )?(keep|leave|stick)|(keep|leave|leaving|keeping) (it|this|that|these|them|things)( all)? (as|like|for now|here|in|alone|there|out)|as[- ]is\b|won'?t (change|do|fix|touch)|not (going to|gonna)|(it|this|that) is (intentional|deliberate|on purpose|by design))\b";
/// A comment that only leaves something as it is has at most this many words.
const PLAIN: usize = 30;

static STAYS: LazyLock<Regex> = LazyLock::new(|| {
    let built = RegexBuilder::new(LEAVES_IT)
        .case_insensitive(true)
        .unicode(false)
        .build();
    #[expect(clippy::expect_used, reason = "a constant pattern, compiled in the tests")]
    built.expect("the pattern compiles")
});

static SET: LazyLock<RegexSet> = LazyLock::new(|| {
    let built = RegexSetBuilder::new(PATTERNS.iter().map(|(_, pattern)| pattern))
        .case_insensitive(true)
        .unicode(false)
        .dfa_size_limit(32 << 20)
        .build();
    #[expect(clippy::expect_used, reason = "constant patterns, compiled in the tests")]
    built.expect("the patterns compile")
});

/// How a comment is meant, the classifier's answer being there.
#[must_use]
pub fn manner(parts: &Parts, answer: &Answer) -> Manner {
    // As a keyboard writes it: phones and some editors put a typographic one.
    let prose = &parts.prose.replace('\u{2019}', "'");
    let words = prose.split_whitespace().count();
    let sentences = sentences(prose).count();
    let questions = sentences_that_ask(prose);
    let words_say: Cues = SET.matches(prose.as_bytes()).iter().map(|at| PATTERNS[at].0).collect();
    let says = |cue| words_say.has(cue);
    let agrees = says(Cue::OpensAgreeing) || says(Cue::Praises) || says(Cue::Agrees);
    let stance = manner::stance(parts, true);
    let form = [
        (Cue::Asks, questions > 0),
        (Cue::OnlyAsks, questions > 0 && questions == sentences),
        (Cue::ShowsCode, parts.code_blocks),
        (Cue::Suggests, !parts.suggestions.is_empty()),
        (Cue::NamesCode, manner::has_code(parts)),
        (Cue::Quotes, parts.quotes),
        (Cue::Links, parts.links),
        (Cue::Short, words > 0 && words <= SHORT),
        (Cue::Acknowledges, stance == Stance::Acknowledges),
        (Cue::Disagrees, stance == Stance::Disagrees),
        (Cue::Wants, stance == Stance::Asks),
        (
            Cue::AgreesBut,
            agrees && says(Cue::Contrasts) && says(Cue::Keeps) && !says(Cue::Did),
        ),
        (Cue::KeepsOnly, says(Cue::Keeps) && !says(Cue::Did)),
        (
            Cue::DoesPlainly,
            says(Cue::Did) && !says(Cue::Keeps) && !says(Cue::Contrasts),
        ),
        (
            Cue::LeavesIt,
            !says(Cue::Did) && words <= PLAIN && STAYS.is_match(prose.as_bytes()),
        ),
    ];
    let by_form = form.into_iter().filter(|(_, is)| *is).map(|(cue, _)| cue);
    let chance = |teaches| (f64::from(answer.chance_of(teaches)) * 1e4).round() / 1e4;
    Manner {
        cues: words_say.or(by_form.collect()),
        words: count(words),
        sentences: count(sentences),
        questions: count(questions),
        knowledge: chance(Teaches::Knowledge),
        nothing: chance(Teaches::None),
    }
}

/// What stands between ends of sentences or lines, with its last sign.
fn sentences(prose: &str) -> impl Iterator<Item = &str> {
    prose
        .split_inclusive(['.', '?', '!', '\n'])
        .filter(|part| part.chars().any(char::is_alphanumeric))
}

fn sentences_that_ask(prose: &str) -> usize {
    sentences(prose).filter(|sentence| sentence.ends_with('?')).count()
}

fn count(number: usize) -> u16 {
    u16::try_from(number).unwrap_or(u16::MAX)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::classify::read;
    use crate::model::comment::CommentText;

    fn of(body: &str) -> Manner {
        let comment = CommentText {
            body,
            path: None,
            is_reply: true,
            hunk: None,
        };
        read(&comment).manner.expect("it was noted")
    }

    #[rstest]
    #[case("Done.", &[Cue::Did, Cue::OpensAgreeing, Cue::Short], &[Cue::Keeps, Cue::Asks])]
    #[case("Ah right, I missed that. Thanks!", &[Cue::WasNew, Cue::Exclaims, Cue::Thanks], &[Cue::OpensNo])]
    #[case("I'd rather keep it, because the lock is held.", &[Cue::Keeps, Cue::Reasons, Cue::SaysI], &[Cue::Did])]
    #[case("I\u{2019}d rather keep it, I don\u{2019}t think it\u{2019}s needed.", &[Cue::Keeps, Cue::SaysI, Cue::LeavesIt], &[Cue::Did])]
    #[case("Why is there no lock?", &[Cue::AsksWhy, Cue::OpensQuestion, Cue::OnlyAsks], &[Cue::Reasons])]
    #[case("> Why?\n\nNo, see https://example.org/a", &[Cue::Quotes, Cue::OpensNo, Cue::Links], &[Cue::AsksWhy])]
    #[case("```suggestion\nlet x = 1;\n```", &[Cue::Suggests], &[Cue::Short, Cue::ShowsCode])]
    fn words_show_how_it_is_meant(#[case] body: &str, #[case] has: &[Cue], #[case] lacks: &[Cue]) {
        let found = of(body).cues;
        for cue in has {
            assert!(
                found.has(*cue),
                "{body}: {cue:?} of {:?}",
                found.iter().collect::<Vec<_>>()
            );
        }
        for cue in lacks {
            assert!(!found.has(*cue), "{body}: {cue:?}");
        }
    }

    #[test]
    fn words_and_sentences_are_counted() {
        let found = of("Is it held? It must be. See `lock()`.");
        assert_eq!((found.words, found.sentences, found.questions), (8, 3, 1));
        assert_eq!(
            of(""),
            Manner {
                nothing: of("").nothing,
                knowledge: of("").knowledge,
                ..Manner::default()
            }
        );
    }

    #[test]
    fn every_cue_comes_from_one_place() {
        let mut all: Vec<Cue> = PATTERNS.iter().map(|(cue, _)| *cue).collect();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), PATTERNS.len());
        assert_eq!(SET.len() + 15, Cue::ALL.len());
    }
}
