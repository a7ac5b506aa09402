//! The manner of a comment: what kind it is, how it stands to what it answers, and whether it gives a reason.
use std::sync::LazyLock;

use regex::bytes::Regex;
use regex::bytes::RegexBuilder;

use crate::classify::markdown::Parts;
use crate::model::comment::CommentKind;
use crate::model::comment::Stance;

fn pattern(text: &str) -> Regex {
    let built = RegexBuilder::new(text)
        .case_insensitive(true)
        .unicode(false)
        .dfa_size_limit(16 << 20)
        .build();
    #[expect(clippy::expect_used, reason = "constant patterns, compiled in the tests")]
    built.expect("the pattern compiles")
}

macro_rules! patterns {
    ($($name:ident = $text:expr;)*) => {
        $(static $name: LazyLock<Regex> = LazyLock::new(|| pattern($text));)*
    };
}

patterns! {
    COMMAND = r"^\s*(/[a-z][\w-]*(\s|$)|@[\w-]*(bot|dependabot|bors|copilot)\b)";
    ACK_START = r"^\W*(@[\w-]+[,:]?\s+)?((ok(ay)?|yes|yep|yeah|yup|ah+|oh+|hm+|right|indeed|true|sure|great|thanks|thank you|cool|nice)[,.!:; ]+)*(done|fixed|resolved|addressed|updated|removed|added|changed|renamed|moved|reverted|reworded|rebased|dropped|implemented|applied|adopted|incorporated|taken|pushed|will (do|fix|add|change|update|remove|rename|move|address)|i'?ll (do|fix|add|change|update|remove|rename|move|take|apply|address|incorporate|clean|push|rework|adjust|squash|switch|correct)|i (have |'ve |just )*(fixed|updated|added|changed|removed|renamed|moved|pushed|applied|addressed|done|did|switched|reworked)|good (point|catch|idea|call|suggestion|question|find|eye|spot)|nice (catch|find|idea|spot)|great (catch|point|idea|suggestion|find)|agree(d)?|i agree|totally agree|you'?re (totally |completely |absolutely )?(right|correct)|you are (totally |completely |absolutely )?(right|correct)|my bad|oops|whoops|oversight|makes? (total |perfect |a lot of )?sense|that makes sense|fair (enough|point)|got it|gotcha|understood|i see|noted|acknowledged|ack|sounds good|sgtm|works for me|yes|yep|yeah|yup|indeed|correct|exactly|right|okay?|sure|true|will do|ty|thx|thanks?|thank you|ah|oh|\+1|👍|✅|til\b|i didn'?t (know|realis|realiz)|didn'?t (know|realis|realiz)|i missed|i had missed|sorry|this is (now )?(done|fixed|addressed)|that'?s (right|true|fair|correct)|included|squashed|corrected|adjusted|switched|replaced|deleted|cleaned|split|extracted|see latest|should be (fixed|good|better) now)\b";
    ACK_ANY = r"\b(fixed (in|by|it|this|that|now)|done in|addressed (in|by|this|it)|updated (to|the|this|in)|will (fix|update|change|add|do) (it|this|that|so)?\b|good (point|catch|idea|suggestion)|you'?re right|you are right|i agree\b|makes sense|thanks for (the|pointing|catching|explaining|clarif|spotting)|i didn'?t (know|realize|realise)|i see now|now i (see|understand|get)|til\b|(have|has) been (fixed|addressed|updated|removed|done)|taken your|took your|applied your|your suggestion)\b|ah,? (i see|right|yes|ok)";
    PRAISE_START = r"^\W*(lgtm|looks? (good|great|fine|nice|ok|clean|solid|perfect)|this (looks?|is) (good|great|awesome|excellent|nice|perfect|really (nice|cool|good))|nice\b|great\b|awesome|excellent|amazing|perfect|love(ly)?\b|i (really )?(like|love|appreciate)\b|cool\b|sweet|beautiful|neat|well done|good (job|work|stuff|one|thinking|to go|test|fix|change)|thank(s| you)|thx|ty\b|kudos|bravo|wow|wonderful|fantastic|impressive|so (nice|cool|good)|ship it|approved?\b|tack\b|utack\b|concept ack|ack [0-9a-f]{6,}|utack|re-?ack|❤|🎉|🚀|👏|👍|💯)";
    REQUEST = r"\b(but|however|though|although|except|should|could|can (you|we)|would|please|pls|need(s)? to|must|instead|maybe|perhaps|consider|rather|nit|minor|one (thing|question|comment|nit|suggestion)|why|what|how|if you|don'?t|isn'?t|not\b|missing|wrong|bug|error|fail|change|remove|rename|rename|add\b|make sure|fix\b)|\?";
    FORMATTING = r"\b(white ?spaces?|trailing (space|comma|newline|line|white)\w*|(extra|blank|empty|double|single|missing|unneeded|unnecessary|superfluous|additional|spurious|redundant|stray) (blank |empty |new)?(spaces?|lines?|newlines?|tabs?|semi-?colons?|white)|new ?line (at|before|after|here|between|missing)|(missing|add|need|no|a|extra|put|insert|remove|the) (a |the |an )?(new ?lines?|line ?breaks?|blank lines?|empty lines?|spaces?)\b|indent(ed|ation|ing|s)?|misaligned|alignment of|align(ed)? (with|this|the|these)|line (is )?(too )?(long|length)|too long|wrap (this|the|at|line|to)|\d+ (char(acter)?s?|col(umn)?s?)( limit)?|clang-?format|pep-?8|prettier|rustfmt|gofmt|flake8|eol\b|eof\b|end of (the )?file|tabs? (v|instead|or|and)|spaces? (around|before|after|between|here|instead)|semi-?colon|(alphabetical|alphabetize|alphabetise|sort(ed)?) (order|imports?|these|the (imports?|includes?)|includes?|this)?|order of (the )?(imports?|includes?)|import order|single quotes|double quotes|quotes? consisten|brac(e|ket)s? on|curly braces|bracket on|(same|next|new|own|one|single|separate) line|formatting)\b";
    REASON = r"\b(because|since|so that|so (we|you|it|i|they|there|this|that|the|no)\b|otherwise|in case|to (avoid|prevent|ensure|make sure|allow|be (consistent|safe|clear|explicit)|keep|reduce|match|support|minimi[sz]e)|avoids?|prevents?|this (will|would|could|can|might|may|means|makes|causes|breaks|leads|allows|should only|is (not|only|a|an|the|already|because|needed|used))|that (will|would|could|can|might|may|means|makes|way|is (not|because|why))|it (will|would|could|can|might|may|makes|means|doesn'?t|isn'?t|won'?t|also)|which (is|are|will|would|can|could|means|makes|would|has|have|was|may|might|should|only|does|doesn'?t|seems|allows|causes)|rather than|instead of|as opposed to|better (to|than|if|for)|easier (to|for|than)|simpler|clearer|cleaner|safer|faster|slower|more (readable|efficient|robust|explicit|clear|consistent|idiomatic|general|concise|flexible|maintainable|descriptive|accurate|common|pythonic|specific|secure)|less (error|code|likely|confusing|readable|clear)|alternatively|e\.?g\.?|i\.?e\.?|for example|for instance|such as|best practice|good practice|bad practice|convention(s|ally)?|style ?guide|standard|documentation|guidelines?|according to|in general|generally|usually|typically|normally|always|never|tend to|due to|therefore|hence|thus|as (we|it|this|they|the|you|there) |if (you|we|the|this|it|a|an|there|they|someone|not|any|so)\b|when (you|we|the|this|it|a|an|there|they|someone)\b|unless|until|even (if|though|when)|note that|problem(atic)?|breaks?|broken|crash(es)?|leaks?|race|fails?|failing|wrong|incorrect|redundant|unnecessary|not (necessary|needed|required)|no need|unused|already|duplicat\w+|misleading|confus\w+|inconsistent|consistent with|equivalent|same as|similar to|won'?t|doesn'?t (work|need|seem|make|have|exist)|can'?t|cannot|is used|are used|used (to|by|in|for)|supposed to|expected|you (can|could|might|may) (also |just |simply |actually |always )?(use|do|make|have|write|call|add|pass|set|create|get|try|replace|move|define|combine|remove|avoid|check|just|even|put)|allows?|depends?|guarantee[ds]?|actually|the (reason|problem|issue|idea|point|difference|advantage|benefit|default)|in (python|java|c\+\+|rust|javascript|js|css|html|go|bash)\b|python ?3|c\+\+\d\d|(is|are) deprecated|makes (it|sense)|helps?|so it)\b|->|=>|:\s*\n";
    QUESTION_START = r"^\W*(nit:? |hm+,? |so,? |but,? |and,? |also,? |sorry,? |ok(ay)?,? |just curious,? |question:? |curious,? )*(why|what|how|where|when|who|which|is|are|was|were|do|does|did|can|could|would|should|shouldn'?t|isn'?t|aren'?t|doesn'?t|don'?t|wouldn'?t|won'?t|will|has|have|any|not sure (why|what|how|if)|i'?m (not sure|curious|wondering)|wondering|curious|i don'?t (understand|get|see why|follow)|can'?t)\b";
    ASKS_ANY = r"\b(why (is|are|do|does|did|not|would|was|the|this)|what (is|are|does|do|was|happens|about|if)|could you (explain|elaborate|clarify|tell)|can you (explain|elaborate|clarify|tell)|i'?m (not sure|curious|wondering)|(don'?t|do not) (quite |really |fully )?(understand|get|follow|see (why|how))|what do you (think|mean)|is there (a|any) reason|any reason|wdyt|confused|how (is|does|do|would|can|come))\b";
    DISAGREES = r"\b(i disagree|don'?t agree|do not agree|disagree\b|nack\b|i'?d (rather|prefer)( not)?|i would (rather|prefer)( not)?|i prefer( not)?|prefer(red)? to (keep|leave)|i (do not|don'?t) (think|believe|see (a|any|the|how|why)|like|want|feel)|not (sure|convinced|clear) (that|it'?s|this|if|about|i agree)|i'?m not (sure|convinced)( that| it| this| if| about)?|(i'?ll|i will|i'?d|let'?s|going to|gonna|better to|rather|decided to|want to|inclined to|happy to|prefer to|can|we should|would|could) (just )?(keep|leave)( (it|this|that|the|them|these|as|in|for))?|keep(ing)? (it|this|the|them|that) (as|like|for|here)|leav(e|ing) (it|this|the|them|that|as)( as|[ -]is| for| here| alone)?|as[ -]is\b|won'?t (work|change|do|fix|compile|be (possible|changed))|wouldn'?t (work|help|change|compile)|(this|that|it) (doesn'?t|does not|won'?t|would not|wouldn'?t|can'?t|isn'?t|is not) (work|needed|necessary|possible|compile|apply|true|really|the case|correct|a problem|an issue|matter|in scope|required)|by design|on purpose|intentional(ly)?|deliberate(ly)?|out of scope|outside the scope|not in (the )?scope|separate (pr|pull|change|commit|issue)|follow[- ]?up|future (pr|work|change)|another pr|unrelated to|not related|not necessary|no need|not needed|unnecessary|overkill|not worth|nope\b|not really|not (possible|a problem|an issue|required)|we can'?t|can'?t (do|use|be|change|really)|cannot (do|use|be|change)|it'?s (fine|ok(ay)?|good) (as|to|like|imo|the way|here)|seems? (fine|ok(ay)?) (as|to me|like)|the (reason|idea|point|intention) (is|was|here|for|i|why|being)|that'?s not|this is not|it'?s not|existing (behaviou?r|code)|same as (before|master|existing|the existing|upstream)|pre-?existing|copied from|moved? ?only|i (was )?(tried|chose|opted|wanted)|actually)\b|^\W*(no|nah|nope)\b";
    CONTRAST = r"\b(but|however|though|although|yet|unfortunately|on the other hand|that said|still)\b";
    DONE_ANY = r"\b(done|fixed|updated|changed|added|removed|renamed|moved|addressed|applied|pushed|will (do|fix|update|change|add|remove)|i'?ll (do|fix|update|change|add|remove|take|apply|address|rename|move|switch))\b";
    CODE = r"`|\(\)|\b[a-z0-9]+_[a-z0-9_]+\b|\b\w+\.\w+\(";
    PROPOSES = r"\b(should|could|can we|need to|needs to|instead|maybe|suggest(s|ed|ion)?|better)\b";
    CHATTER = r"^\W*(ditto|same( here| as above| below| comment| thing| question)?|here too|here as well|likewise|see above|as above|and here|above|below|\^+|bump|ping|ptal|test|and here too|idem|same (here|thing) too|nvm|never ?mind|nm|off-?topic|edit:?|cc:? @\S+|@\S+)\W*$";
}

patterns! {
    AUTOMATED = r"\b(i('| a)m (just )?a bot\b|this is an automated (message|comment|reply|review)|(this|the following) (comment|message|report|summary) (was|is|has been) (automatically |auto-?)(generated|created|posted)|(auto-?|automatically )generated (comment|by)\b|beep,? boop|coverage (decreased|increased|remained|report)|codecov report|quality gate (passed|failed)|deploy preview (for|ready)|this (pr|pull request) has been automatically (marked|closed))";
    MARKER = r"\A\s*<!--[^>]{0,200}\b(bot|ci|report|coverage|codecov|generated|dependabot|renovate|sonar\w*|deploy\w*|peerlore)\b";
    BACK = r"^\W*(and |also |nit:? )*(ditto|idem|likewise|same( thing| comment| question| issue| nit| as above)?( here| above| below| again)?|here too|here as well|and here|as above|see above)( too| as well| please)?\W*$";
}

/// Its text or its marker says that a machine wrote it, whatever account posted it.
#[must_use]
pub fn is_automated(body: &str, parts: &Parts) -> bool {
    MARKER.is_match(body.as_bytes()) || AUTOMATED.is_match(parts.prose.as_bytes())
}

/// It only points to what its writer said before: "same here", "ditto".
#[must_use]
pub fn refers_back(parts: &Parts) -> bool {
    parts.suggestions.is_empty() && !parts.code_blocks && BACK.is_match(parts.prose.as_bytes())
}

/// Words of the prose.
fn words(prose: &str) -> usize {
    prose
        .split_whitespace()
        .filter(|word| word.chars().any(char::is_alphanumeric))
        .count()
}

/// The first sentence or line.
fn opening(prose: &str) -> &str {
    let end = prose.find(['\n', '.', '!', '?', ';']).unwrap_or(prose.len());
    &prose[..end]
}

/// What kind of comment it is.
#[must_use]
pub fn kind(parts: &Parts) -> CommentKind {
    let prose = parts.prose.as_str();
    let count = words(prose);
    let shows = !parts.suggestions.is_empty() || parts.code_blocks;
    if COMMAND.is_match(prose.as_bytes()) {
        return CommentKind::Chatter;
    }
    if count == 0 {
        return match (shows, PRAISE_START.is_match(prose.as_bytes())) {
            (true, _) => CommentKind::Substance,
            (false, true) => CommentKind::Praise,
            (false, false) => CommentKind::Chatter,
        };
    }
    if !shows {
        if CHATTER.is_match(prose.as_bytes()) {
            return CommentKind::Chatter;
        }
        if count <= 25
            && PRAISE_START.is_match(prose.as_bytes())
            && !REQUEST.is_match(prose.as_bytes())
            && !ACKNOWLEDGING.is_match(prose.as_bytes())
        {
            return CommentKind::Praise;
        }
        if is_acknowledgement(prose, count) {
            return CommentKind::Acknowledgement;
        }
    }
    if count <= 20 && !BECAUSE.is_match(prose.as_bytes()) && FORMATTING.is_match(prose.as_bytes()) {
        return CommentKind::Formatting;
    }
    CommentKind::Substance
}

patterns! {
    ACKNOWLEDGING = r"\b(done|fixed|updated|good (point|catch|idea|call|suggestion|find)|(nice|great) (catch|point|idea|find|suggestion)|makes sense|will do|i'?ll)\b";
    BECAUSE = r"\b(because|since|so that|otherwise|to (avoid|prevent)|makes? it)\b";
}

/// An answer that only agrees or reports: it opens with an acknowledging word and what follows is short or says no more.
fn is_acknowledgement(prose: &str, count: usize) -> bool {
    if !ACK_START.is_match(prose.as_bytes()) {
        return false;
    }
    let rest = prose.len().saturating_sub(opening(prose).len());
    let asks_more = CONTRAST.is_match(prose.as_bytes()) || prose.contains('?') || PLEA.is_match(prose.as_bytes());
    (count <= 12 && !asks_more) || (count <= 25 && rest <= 60 && !asks_more && !REASON.is_match(prose.as_bytes()))
}

patterns! {
    PLEA = r"\b(should|please|pls|need(s)? to|must|instead|consider|can you|could you|you (can|could|should)|let'?s)\b";
}

/// How it stands to what it answers. A comment that begins a thread can ask, and nothing else.
#[must_use]
pub fn stance(parts: &Parts, is_reply: bool) -> Stance {
    let prose = parts.prose.as_str();
    let asks = asks(prose);
    if !is_reply {
        return if asks { Stance::Asks } else { Stance::Unclear };
    }
    let agrees_first = ACK_START.is_match(prose.as_bytes());
    let keeps = DISAGREES.is_match(prose.as_bytes());
    let done = DONE_ANY.is_match(prose.as_bytes());
    if agrees_first || ACK_ANY.is_match(prose.as_bytes()) {
        return match (
            keeps && CONTRAST.is_match(prose.as_bytes()) && !done,
            asks && !done && !agrees_first,
        ) {
            (true, _) => Stance::Disagrees,
            (false, true) => Stance::Asks,
            (false, false) => Stance::Acknowledges,
        };
    }
    match (asks, keeps) {
        (_, true) => Stance::Disagrees,
        (true, false) => Stance::Asks,
        (false, false) => Stance::Unclear,
    }
}

fn asks(prose: &str) -> bool {
    prose.contains('?')
        && (QUESTION_START.is_match(prose.as_bytes()) || ASKS_ANY.is_match(prose.as_bytes()) || prose.ends_with('?'))
        || ASKS_ANY.is_match(opening(prose).as_bytes())
}

/// Code in the text: a backtick, `()`, `snake_case` or `x.y(`; also a code block of any kind (science.md section 1).
#[must_use]
pub fn has_code(parts: &Parts) -> bool {
    parts.code_blocks || !parts.suggestions.is_empty() || CODE.is_match(parts.prose.as_bytes())
}

/// A word of proposing: should, could, can we, need to, instead, maybe, suggest, better (science.md section 1).
#[must_use]
pub fn proposes(parts: &Parts) -> bool {
    !parts.suggestions.is_empty() || PROPOSES.is_match(parts.prose.as_bytes())
}
