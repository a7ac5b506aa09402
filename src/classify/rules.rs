//! The phrases and paths that point to an area, and how strongly. Weights are log-odds, fitted on labelled comments
//! with a pull toward a first guess by hand; every reading can be followed by adding up its rules.
use crate::model::skill::Area;
use crate::model::skill::Area::ApiDesign as Api;
use crate::model::skill::Area::Architecture as Arch;
use crate::model::skill::Area::BuildCi as Build;
use crate::model::skill::Area::Collaboration as Collab;
use crate::model::skill::Area::Concurrency as Conc;
use crate::model::skill::Area::Correctness as Corr;
use crate::model::skill::Area::Databases as Db;
use crate::model::skill::Area::Documentation as Doc;
use crate::model::skill::Area::ErrorHandling as Err;
use crate::model::skill::Area::LanguageIdiom as Idiom;
use crate::model::skill::Area::Observability as Obs;
use crate::model::skill::Area::Performance as Perf;
use crate::model::skill::Area::ProductThinking as Prod;
use crate::model::skill::Area::Readability as Read;
use crate::model::skill::Area::Security as Sec;
use crate::model::skill::Area::Testing as Test;
use crate::model::skill::Area::UiAccessibility as Ui;

/// One rule: each area it speaks for, first the one it was written for, with the weight it adds (log-odds; negative speaks
/// against); and what has to match.
pub(super) struct Rule(pub &'static [(Area, f64)], pub &'static str);

/// Log-odds of an area where no rule matches.
#[rustfmt::skip]
pub(super) const BIAS: [(Area, f64); 17] = [
    (Corr, -1.7),
    (Err, -3.5),
    (Test, -3.4),
    (Sec, -4.4),
    (Perf, -3.2),
    (Conc, -4.2),
    (Api, -2.6),
    (Arch, -2.6),
    (Read, -1.7),
    (Idiom, -2.5),
    (Doc, -2.7),
    (Db, -4.9),
    (Obs, -3.4),
    (Build, -3.6),
    (Ui, -4.0),
    (Prod, -3.6),
    (Collab, -3.8),
];

/// Phrases, matched without case over prose with inline code. One rule a line, so that the table can be read.
#[rustfmt::skip]
pub(super) const PHRASES: &[Rule] = &[
    // correctness
    Rule(&[(Corr, 1.2)], r"\b(edge|corner)[- ]cases?\b"),
    Rule(&[(Corr, 1.3)], r"\bwhat (if|happens)\b|\bhappens (if|when)\b"),
    Rule(&[(Corr, 0.9), (Read, -0.5), (Err, 0.3), (Idiom, -0.3)], r"\b(wrong|incorrect|not correct|isn'?t correct|invalid result|not right|bug(gy|s)?|broken|regression)\b"),
    Rule(&[(Corr, 1.3)], r"\b(overflow\w*|underflow\w*|off[- ]by[- ]one|out of (bounds|range)|undefined behaviou?r|infinite loop|division by zero|divide by zero|uninitiali[sz]ed|nan\b|dereferenc\w*)"),
    Rule(&[(Corr, 0.4), (Read, -0.3), (Idiom, 0.3)], r"\b(won'?t|doesn'?t|does not|not going to|will not|can'?t) (work|match|compile|be (true|reached|correct))\b|\bwill (break|fail|always|never)\b"),
    Rule(&[(Corr, 0.4), (Err, 0.5), (Idiom, -0.3), (Ui, -0.3)], r"\b(logic|condition|behaviou?r|semantics|assum(e|es|ing|ption))\b"),
    Rule(&[(Corr, 0.6), (Err, 0.4), (Build, -0.4), (Idiom, 0.3), (Obs, 0.3)], r"\b(should|must|needs? to) (be|return|handle|check|also|only|not|have)\b|\bshouldn'?t (this|we|it|be)\b"),
    Rule(&[(Corr, 0.8), (Err, 0.6), (Test, 0.5), (Api, -0.4), (Obs, -0.4), (Arch, -0.3), (Doc, -0.3)], r"\b(negative|empty|zero|null|none|nil|undefined)\b"),
    Rule(&[(Corr, 0.7)], r"[<>]=|==|!=|\b(always|never) (be )?(true|false|happen|null|none)\b"),
    Rule(&[(Corr, 0.8), (Ui, -0.3)], r"\b(missing|forgot|forget|mistaken\w*|mistake|on purpose|correctly|correct)\b"),
    Rule(&[(Corr, 0.7)], r"\b(compile error|typo in the (code|variable))\b|\bis this (intended|intentional|right|correct)\b|\bintended\b"),
    Rule(&[(Corr, 1.0)], r"\b(consensus|rounding|precision|timezone|time zone|integer|modulo|algorithm|formula)\b"),
    // error-handling
    Rule(&[(Err, 2.2)], r"\b(exceptions?|try[ /-]?(/|and|-)?[ ]?(catch|except)|try block|except block|catch block|rethrow\w*|re-?raise\w*)\b"),
    Rule(&[(Err, 2.4), (Idiom, -0.3)], r"\b(throw(s|ing|n)?|raise[sd]?|raising)\b"),
    Rule(&[(Err, 2.4)], r"\b(error|exception|failure) (handling|handler|case|path|code|condition|recovery)s?\b|\bhandl(e|es|ing) (the |this |these |an? |any |all )?(error|exception|failure|case|null|none)\w*"),
    Rule(&[(Err, 1.8), (Read, -0.3)], r"\b(catch(es|ing)?|caught)\b"),
    Rule(&[(Err, -1.0)], r"\b(good|nice|great|well) (catch|caught)\b"),
    Rule(&[(Err, 1.8), (Obs, 0.3)], r"\b(fall ?back|validat(e|es|ed|ion|ing)|sanity check|bail( out)?|abort(s|ed)?|crash(es|ed|ing)?|recover(y|able)?|clean(ed)? ?up on|swallow\w*|panic\w*|unwrap\w*|early return|retry|retries)\b"),
    Rule(&[(Err, 1.5)], r"\bfall ?back\b|\bswallow\w*|\b(rather than|instead of|not) (to )?crash\w*"),
    Rule(&[(Err, 2.4), (Obs, 0.8), (Read, -0.7), (Perf, -0.4), (Arch, -0.4), (Doc, -0.4), (Ui, 0.3)], r"\b(fail(s|ed|ure|ures|ing)?|errors?)\b"),
    Rule(&[(Err, 1.6), (Obs, -0.3)], r"\b(\w+Error|\w+Exception)\b"),
    Rule(&[(Err, 0.8)], r"\b(null|nullptr|none|nil) (check|pointer|deref\w*)|\bcheck (if|for|that|whether) .{0,30}\b(null|none|nil|empty|exists?)\b|\bassert(ion)?s? (here|that|instead)"),
    // testing
    Rule(&[(Test, 2.9), (Read, -0.4), (Corr, -0.3), (Api, -0.3)], r"\b(unit|functional|regression|integration|e2e|fuzz|doc)[- ]?tests?\b|\btest(s|ing)? (case|coverage|suite|cases|file|fixture|data|framework|class|method|vector)\b|\bdoctests?\b"),
    Rule(&[(Test, 3.4), (Err, -0.7), (Read, -0.7), (Idiom, -0.5), (Corr, -0.4), (Doc, -0.4), (Ui, -0.4), (Sec, -0.3), (Api, -0.3), (Build, -0.3), (Collab, -0.3)], r"\b(tests?|tested|testing|untested|testable)\b"),
    Rule(&[(Test, 1.9)], r"\b(mock(s|ed|ing)?|fixtures?|stub(s|bed)?|test ?double|patch\.object|pytest|unittest|junit|gtest|jest|self\.assert\w*|assert_\w+|assert(equal|true|false|raises|in|isnone|that)\w*|parametri[sz]e\w*)\b"),
    Rule(&[(Test, 1.5), (Err, 0.3), (Arch, -0.3), (Read, -0.3)], r"\bassert(ion|ions|s|ing)?\b"),
    Rule(&[(Test, 1.5)], r"\b(coverage|covered|fuzz(er|ing)?|flaky|reproduc\w+|verif(y|ied|ies))\b"),
    Rule(&[(Test, -0.8)], r"\btest (argument|parameter|this locally)\b|\btest(ed)? (this )?(locally|on my)\b|\btestnet\b"),
    // security
    Rule(&[(Sec, 4.7), (Read, -0.5), (Corr, -0.3), (Api, -0.3)], r"\b(security|secur(e|ed|ely)|insecure|vulnerab\w*|exploit\w*|attack(er|ers|s)?|malicious|injection|xss|csrf|sanitiz(e|ing|ation)|sanitis\w*|untrusted|privacy|denial of service|dos\b|fingerprint\w*)"),
    Rule(&[(Sec, 2.4), (Idiom, -0.5)], r"\b(passwords?|secrets?|credentials?|private keys?|tokens?|encrypt\w*|decrypt\w*|crypto\w*|hash(es|ed|ing)?|signatures?|nonce|entropy|random(ness)?|salt|plaintext|leak(s|ed|ing)? (info\w*|data|the|key|secret))\b"),
    Rule(&[(Sec, 1.8)], r"\b(put|hard-?cod\w*|commit\w*|log(s|ged|ging)?|expos\w*|leak\w*|stor\w*|print\w*|plain-?text) .{0,30}\b(passwords?|secrets?|credentials?|private keys?|api keys?|tokens?)\b"),
    Rule(&[(Sec, 1.3), (Arch, 0.3)], r"\b(authenticat\w*|authori[sz](e|es|ed|ation)|permissions?|privilege[ds]?|escap(e|ed|ing) (html|user|the (input|html))|login|admin|root user|sudo|trust(ed)?|policy)\b"),
    // performance
    Rule(&[(Perf, 3.9), (Api, -0.4), (Corr, -0.3), (Conc, 0.3), (Arch, -0.3), (Read, -0.3)], r"\b(performan(ce|t)|optimi[sz](e|es|ed|ing|ation|ations)|expensive|inefficient|efficien(t|cy|tly)|slow(er|s|ly|down)?|fast(er|est)?|speed(s|up)?|overhead|bottleneck|latency|throughput|benchmarks?)\b"),
    Rule(&[(Perf, 2.1)], r"\bO\((n|1|log|m|k)|\b(complexity|quadratic|linear time|constant time)\b"),
    Rule(&[(Perf, 2.3), (Err, 0.4), (Read, -0.4), (Corr, 0.3), (Idiom, 0.3), (Ui, -0.3), (Collab, -0.3)], r"\b(memory|allocat(e|es|ed|ing|ion|ions)|realloc\w*|reserve\(|(extra|unnecessary|needless|avoid\w*|a|the|another|deep) (copy|copies|copying)|copying|cach(e|es|ed|ing)|memoi[sz]\w*|lookups?|std::move|emplace\w*|by reference|const (ref|reference|&)|iterat(e|es|ing) (over )?(twice|again|through (all|every)))\b"),
    Rule(&[(Perf, 1.7), (Idiom, -0.3), (Build, -0.3)], r"\b(cheap(er)?|costs?|wast(e|es|eful|ed)|heavy|large|huge|each (time|iteration|loop)|every (time|call|iteration)|repeated(ly)?|n\+1|round ?trips?|bandwidth|cpu|disk|batch(es)?)\b"),
    // concurrency
    Rule(&[(Conc, 5.1), (Read, -0.6), (Perf, 0.4), (Api, -0.3), (Build, -0.3)], r"(?:^|[^-.\w])(lock(s|ed|ing)?|unlock\w*|mutex(es)?|deadlock\w*|cs_\w+|lock_guard|unique_lock|semaphore)\b"),
    Rule(&[(Conc, 4.3), (Read, -0.6), (Corr, -0.4), (Ui, -0.3)], r"\b(race(s|y)?( conditions?)?|racing|thread(s|ed|ing|-?safe\w*)?|multi-?thread\w*|concurren(t|cy|tly)|atomic(s|ally|ity)?|synchroni[sz]\w*|parallel\w*|memory_order\w*|volatile|goroutines?)\b"),
    Rule(&[(Conc, 2.2)], r"\b(async(hronous\w*|io)?|await(ed|ing|s)?|promises?|futures?|callbacks?|event loop|coroutines?|greenthreads?|eventlet|sched?uler|condition variable|wait(s|ing)? (for|until)|wake|shutdown)\b"),
    Rule(&[(Conc, -0.5), (Arch, 0.3), (Idiom, -0.3), (Obs, -0.3)], r"\b(package-?lock|lock ?files?|poetry\.lock|\.lock\b|yarn\.lock|locktime|block\w*|in (the |a )?future|future (pr|work|change|proof|release)\w*|email thread|this thread|lock\.json)"),
    // api-design
    Rule(&[(Api, 1.5), (Read, -0.6), (Arch, 0.4), (Idiom, -0.4), (Build, -0.3), (Collab, -0.3)], r"\b(api|apis|rpcs?|endpoint|rest(ful)?|public (method|function|api|interface|class|member)|interface|signature|backwards?[- ]compat\w*|compatib\w*|deprecat\w*|breaking change|contract)\b"),
    Rule(&[(Api, 1.5), (Corr, 0.4), (Idiom, -0.4), (Obs, -0.4), (Err, 0.3), (Doc, 0.3)], r"\b(default (value|argument|arg|to|parameter)s?|optional|nullable|required (field|param\w*|arg\w*)|return (type|value|a|an|the|none|null|bool|void)|returns|out-?param\w*)\b"),
    Rule(&[(Api, 1.6), (Test, -0.3), (Build, -0.3)], r"\b(parameters?|params?|arguments?|args?|kwargs|keyword[- ]only|flag|caller(s)?)\b"),
    Rule(&[(Api, 1.0), (Doc, -0.5), (Arch, 0.3)], r"\b(private|protected|public|expose(s|d)?|visib(le|ility)|internal|encapsulat\w*|getters?|setters?|constructors?|ctor|builder|overload(s|ed|ing)?|final)\b"),
    Rule(&[(Api, 1.5), (Read, -0.4), (Err, 0.3), (Idiom, -0.3), (Prod, 0.3), (Collab, -0.3)], r"\b(microversion\w*|schema|version(ed|ing)|json (field|response|object)|response|request body|query (param\w*|string)|status code|http|url|field|payload|protocol|rpcapi|enum)\b"),
    // architecture
    Rule(&[(Arch, 1.7), (Collab, 0.5), (Corr, -0.4), (Api, -0.3), (Build, -0.3)], r"\b(architectur\w*|coupl(ed|ing)|decoupl\w*|abstract(ion|ions|ed)?|responsib(ility|ilities|le for)|separation of concerns|modular\w*|modules?|layer(s|ing)?|layer violation|singleton|globals?|centrali[sz]e\w*|encapsulat\w*|circular|design pattern|refactor\w*|inherit\w*|subclass\w*|base class|composition|singleton|global(s)? (state|variable)?|dependency injection)\b"),
    Rule(&[(Arch, 1.6), (Perf, 0.3), (Ui, 0.3)], r"\b(duplicat(e|ed|es|ion|ing)|dupe|dry\b|copy[- /]?(and )?-?past\w*|re-?us(e|ed|able|ing)|shared (code|helper|function)|repeat(ed|ing)?|common (code|function|helper|method|place|module|util\w*))\b"),
    Rule(&[(Arch, 1.5), (Read, 0.4), (Doc, -0.4), (Collab, 0.4), (Conc, 0.3)], r"\b(move|moved|moving) (this|it|these|them|that|the|to|into|out|all|both|over)\b|\bbelongs?\b|\b(should|could|can) (live|go|be (moved|placed|put)|sit) (in|to|into|here|there|under|outside)\b|\bown (file|class|module|function|method)\b|\bseparate (class|file|function|module|method|component)\b"),
    Rule(&[(Arch, 1.4), (Corr, -0.3), (Sec, -0.3), (Api, 0.3), (Read, 0.3), (Obs, -0.3), (Build, -0.3)], r"\b(helper|util(s|ity)?|extract(ed|ing)?|factor(ed)? out|pull(ed)? out|split (this|it|out|up|into)|encapsulat\w*|wrapper|config(uration)? (file|option)|state|dependenc(y|ies)|class(es)?|logic)\b"),
    Rule(&[(Arch, 0.8), (Read, 0.5), (Api, -0.3)], r"\b(into|in) (a|an|its own|the|one|another|separate) (separate |common |new |different )?(class|file|module|function|method|helper|place|component|package|header|\.cpp|\.h)\b|\bcpp file\b|\bmultiple places\b|\beverywhere\b|\bsame (code|logic|thing) (in|as|is)\b"),
    // readability
    Rule(&[(Read, 2.1), (Api, 0.6), (Corr, -0.4), (Idiom, -0.4), (Doc, -0.3), (Obs, -0.3), (Ui, -0.3)], r"\b(renam(e|ed|ing)|naming|(better|descriptive|different|clearer|good|confusing|misleading|more \w+|variable|function|method|class|new|the|this) names?|call (it|this|them)|camel ?case|snake[_ ]case|upper ?case|lower ?case|capitali[sz]\w*|plural|abbreviat\w*|acronym|name(d)? (it|this|them|should|is))\b"),
    Rule(&[(Read, 1.2), (Doc, 0.4), (Ui, -0.4), (Err, -0.3), (Perf, -0.3), (Build, -0.3)], r"\b(readab(le|ility)|clean(er|up)?|simpl(e|er|ify|ified|ifies|y|ification)|concise|clearer|clarity|verbose|confus\w+|hacky|clarity|expressive\w*|reorder\w*|hard(er)? to (read|follow|understand)|easier to (read|follow|understand|see)|straightforward|more explicit|cosmetic|stylistic|tidy|neat(er)?)\b"),
    Rule(&[(Read, 1.1), (Idiom, -0.4), (Corr, -0.3)], r"\b(unused|dead code|not used|never used|commented[- ](out)?|leftover|left ?over|no longer (needed|used)|isn'?t used|is unused|get rid of|(remove|drop|delete) (this|these|the|it|that|unused|all|any|extra))\b"),
    Rule(&[(Read, 1.8), (Test, -0.5), (Perf, -0.5), (Doc, -0.5), (Corr, -0.3), (Err, -0.3), (Prod, -0.3)], r"\b(style|styleguide|coding style|convention(s)?|consisten(t|cy|tly)|inconsisten\w*|lint\w*|format(ting|ted|s)?|clang-?format|pep-?8|prettier|pylint|black|indent\w*|white ?space|spac(e|es|ing)|newlines?|new line|blank line|empty line|extra line|line (break|length|too)|trailing|braces?|brackets?|parenthes[ei]s|parens|semi-?colons?|tabs?|align\w*|sort(ed)?|alphabetical\w*|wrap|ordering|quotes)\b"),
    Rule(&[(Read, 1.1), (Doc, 1.0), (Corr, -0.8), (Api, -0.6), (Arch, -0.5), (Test, -0.4), (Build, -0.4), (Err, -0.3), (Conc, -0.3), (Db, -0.3), (Collab, -0.3)], r"\bnit(s|pick\w*)?\b"),
    Rule(&[(Read, 1.0), (Corr, -0.3), (Arch, 0.3), (Ui, -0.3)], r"\b(magic (number|value|string)s?|hard-?cod\w*|constants?|redundan(t|cy)|unnecessary|not (needed|necessary)|no need|superfluous|unneeded|needless|useless|necessary|needed|not required|hoist\w*)\b"),
    Rule(&[(Read, 1.0), (Doc, -0.4), (Api, -0.3)], r"\b(one|single|same|separate|two|multiple|few) lines?\b|\b(inline|nested|nesting|ternary|else|elif|early return|if statement|if block|variable|one-?liner|shorter|in one|combine|merge|collapse|instead of repeating)\b"),
    Rule(&[(Read, 0.3), (Test, -0.4), (Doc, 0.3)], r"\b(looks?|feels?|seems?) (a bit |a little |kind of |kinda )?(weird|odd|strange|ugly|off|messy|confusing)\b|\bprefer\b|\bput (this|it|the|these)\b|\border\b"),
    Rule(&[(Read, 0.2), (Idiom, 0.4), (Doc, 0.4), (Err, 0.3)], r"\A\s*\z"),
    Rule(&[(Read, 0.4), (Prod, -0.7), (Perf, -0.6), (Api, -0.6), (Corr, -0.5), (Arch, -0.5), (Err, -0.4), (Conc, -0.4), (Doc, 0.4), (Db, -0.3)], r"\A.{1,60}\z"),
    // language-idiom
    Rule(&[(Idiom, 2.1), (Perf, 0.4), (Doc, -0.4), (Collab, -0.4), (Corr, -0.3), (Obs, -0.3)], r"\b(std::\w+|c\+\+ ?\d*|cppreference|python ?[23]?|python(ic)?|java(script)?|typescript|js|es6|rust|golang|ruby|jquery|react|django|spring|guava|numpy|lombok|flask|kotlin|bash|shell)\b"),
    Rule(&[(Idiom, 1.5), (Read, 0.3)], r"\b(idiom\w*|list comprehension|comprehension|generator|iterator|lambda|decorator|context manager|with statement|f-?strings?|string (format\w*|interpolation)|enumerate|zip|dict(ionary)?|set\(\)|tuple|named ?tuple|range-?based|for[- ]?each|foreach|for loop|auto|destructur\w*|spread operator|template literals?|arrow function|let|var|const|constexpr|nullptr|static_cast|cast(s|ed|ing)?|unique_ptr|shared_ptr|smart pointer|pointers?|by (value|reference|ref|const)|references?|move constructor|rvalue|override|explicit|noexcept|enum class|static final|optional|instanceof|isinstance|type hint\w*|annotation|dataclass|@property|property|super\(|__init__|__\w+__|kwargs|boolean|operator|stream(s)?|generics?|template)\b"),
    Rule(&[(Idiom, 1.3), (Build, 0.5), (Perf, -0.3)], r"\b(built-?in|standard library|stdlib|library function|method reference|new-style|types?|typed|typing|immutable|mutable|default argument|falsy|truthy|strict equality|===|syntax|regex|import(s|ed)?|include(s|d)?|macro|namespace|language|pragma)\b"),
    Rule(&[(Idiom, 1.1), (Perf, 0.3), (Doc, -0.3)], r"\b(you can (just )?(use|do|write|call)|use (the |a |an )?`|using `|just use|there'?s a|has a (method|function|built))\b"),
    // documentation
    Rule(&[(Doc, 2.8), (Arch, -0.4), (Corr, -0.3), (Idiom, -0.3)], r"\b(doc-?strings?|javadocs?|doxygen|jsdoc|documentation|documented|document(s|ing)? (this|that|the|it|what|why|how)|docs?|readme|release notes?|reno|changelog|man ?page|help ?text)\b"),
    Rule(&[(Doc, 2.4), (Corr, -0.4), (Api, -0.4), (Idiom, -0.4), (Arch, -0.3), (Build, -0.3)], r"\b((add|adding|a|the|this|code|your|some|more|these|update|above|inline|explanatory|todo|block|that|outdated|stale) comments?|comments? (here|that|to|explain\w*|should|is|about|above|says|on|saying|for|needs?|why|what)|commenting)\b"),
    Rule(&[(Doc, 2.0), (Idiom, -0.3)], r"\b(typos?|spell(ing|ed|t)?|misspell\w*|grammar|wording|reword|rephrase|phrasing|sentence|paragraph|period at|full stop|punctuation|british|comma after|capital letter|s/\w+/\w+)\b"),
    Rule(&[(Doc, 1.4), (Idiom, -0.6), (Read, -0.5), (Obs, 0.5), (Arch, -0.4), (Build, -0.4), (Test, -0.3), (Perf, -0.3), (Api, -0.3)], r"\b(explain(s|ed|ing)?|explanation|describ(e|es|ed|ing)|description|clarif(y|ies|ied|ication)|mention(s|ed|ing)?|example(s)?|section|header|license|copyright|todos?|note that|link to|say(s|ing)?|text|words?)\b"),
    Rule(&[(Doc, 1.2)], r"\A\s*s/|\A`?\w+`?\z|\bperiods?\b|\b(should|maybe) say\b|\bmarkdown\b|\b(hint|help ?text|title case|capital)\b"),
    // databases
    Rule(&[(Db, 3.7), (Corr, 0.4), (Perf, 0.4), (Ui, -0.4), (Err, -0.3), (Read, -0.3)], r"\b(databases?|sql\w*|mysql|postgres\w*|sqlite|sqlalchemy|queryset|quer(y|ies|ying)|db|foreign keys?|primary key|migrations?|orm|datastore|leveldb|bdb|mongo\w*|transactional|rollback|schema|tables?|columns?|index(es)? on|joins?|rows?|hibernate|entity|entities|jpa|repository)\b"),
    Rule(&[(Db, 1.8)], r"\b(databases?|sql|quer(y|ies)|tables?|columns?|rows?|index(es)?|joins?|migrations?|schema|transactions?|foreign keys?)\b.{0,60}\b(databases?|sql|quer(y|ies)|tables?|columns?|rows?|index(es)?|joins?|migrations?|schema|transactions?|foreign keys?)\b"),
    Rule(&[(Db, 1.4), (Arch, 0.4), (Doc, 0.4)], r"\b(records?|persist(s|ed|ent|ence)?|stor(e|ed|age|ing)|select|insert|commit\(\)|filter\()"),
    Rule(&[(Db, -1.3)], r"\bquery (param\w*|string|selector)|\bquerySelector|\btable of|\bdata ?table|\bhtml table|\bjoin\(|'\.join"),
    // observability
    Rule(&[(Obs, 3.0), (Err, 0.4), (Api, -0.4), (Doc, -0.4), (Arch, -0.3), (Ui, 0.3)], r"\b(log(s|ged|ger|gers|ging)|log (message|level|line|entry|file|statement|this|it|the|a|an|at|output|here)s?|LOG\.\w+|logprintf?|logprint\w*|console\.log|println|printf?|sysout|stderr|stdout|verbosity|tracepoint\w*|tracing|traces?|metrics?|telemetry|diagnos\w*|monitor\w*|observab\w*|alert(s|ing)?)\b"),
    Rule(&[(Obs, 2.4), (Ui, 0.5), (Arch, -0.3)], r"\b(error|warning|exception|log|debug|failure|status) (message|msg|text|string|output|info|level)s?\b|\b(message|msg)s?\b"),
    Rule(&[(Obs, 1.5), (Read, -0.4), (Collab, -0.3)], r"\b(warn(ing|ings)?|debug(ging)?|info|notif(y|ication)|print(s|ed|ing)?|display(s|ed)? (the|an?) error)\b"),
    Rule(&[(Obs, -0.9)], r"\b(commit (message|msg)|log ?in|logic|messages? (queue|type|handler|processing)|p2p message|gcc warning|compiler warning)"),
    // build-ci
    Rule(&[(Build, 1.3), (Read, -0.4)], r"\b(warning|ifdef|flags?|target|makefile|cve|release|supported|minimum)\b"),
    Rule(&[(Build, 2.0), (Read, -0.3), (Idiom, -0.3)], r"\b(build(s|ing)? (system|fail\w*|time|with|script|file|step|error|on|option|flag|process)s?|the build|builds?|cmake\w*|makefile\w*|make(file)?\.am|autotools|configure(\.ac)?|autoconf|gradle|maven|pom\.xml|bazel|webpack|npm|yarn|pip|package(-lock)?\.json|package-lock|requirements(\.txt)?|tox|setup\.py|cargo|conda|guix|gitian|depends)\b"),
    Rule(&[(Build, 2.2), (Sec, -0.5), (Corr, 0.3), (Err, -0.3), (Api, -0.3)], r"\b(ci|travis|appveyor|circle ?ci|github actions?|workflow|jenkins|zuul|gate job|pipeline|linters?|pre-?commit|docker\w*|container image|kubernetes|helm|ansible|terraform|devstack|deploy\w*|release (process|build)|packag(e|es|ed|ing)|install(s|ed|er|ation)?|sanitizers?|tsan|asan|ubsan)\b"),
    Rule(&[(Build, 2.3), (Read, -0.5), (Obs, -0.5), (Doc, -0.4), (Idiom, 0.3)], r"\b(compil(e|es|ed|er|ers|ing|ation)|gcc|clang|msvc|mingw|linker|link(ing|ed) (against|with)|portab(le|ility)|platforms?|windows|macos|osx|linux|debian|ubuntu|fedora|arm|boost|dependenc(y|ies)|dep\b|upstream|macos|netbsd|freebsd|#ifdef|compile[- ]time|lint-\w+|build warning|autotools|auto tools|versions? (of|bump|pin\w*)|pin(ned|ning)?|bump|upgrade|git ?ignore|subtree|vendor\w*|env(ironment)? var\w*|file permission|executable|script|licen[cs]e)\b"),
    // ui-accessibility
    Rule(&[(Ui, 3.4), (Corr, -0.7), (Doc, -0.6), (Api, -0.5), (Read, -0.5), (Test, -0.4), (Arch, 0.3), (Build, -0.3), (Prod, 0.3)], r"\b(css|html5?|flex(box)?|bootstrap|stylesheets?|fonts?|colou?rs?|buttons?|ui|ux|gui|qt|layout|responsive|pixels?|px|rem\b|margin|padding|accessib\w*|a11y|aria|alt (text|tag|attribute)|screen ?reader|semantic(ally|s)? (html|element|tag)|very semantic|div|divs|span|heading|<h\d>|tooltip\w*|dialog|modal|dropdown|checkbox|menu|icons?|navbar|footer|translat\w*|i18n|locali[sz]\w*|l10n|tr\(|strings? freeze|placeholder|viewport|breakpoint|mobile|centered|centering|z-index|selector|class ?name|inline style\w*|styl(e|es|ing) (tag|attribute|sheet)|onclick|dom|innerhtml|render(s|ed|ing)?|form|label|page)\b"),
    Rule(&[(Ui, 1.3), (Test, -0.4), (Read, -0.4), (Arch, -0.3), (Build, -0.3), (Prod, 0.3)], r"\b(users? (see|sees|click|interface|experience|will see)|display(s|ed|ing)?|visual\w*|image(s)?|screen|element(s)?|tag(s)?|show(s|n|ing)?|click|width|height)\b"),
    // product-thinking
    Rule(&[(Prod, 2.2), (Api, 0.4), (Idiom, -0.3), (Obs, 0.3)], r"\b(users?|operators?|customers?|admins?|end[- ]users?|consumers?|people) (would|will|might|may|want|wants|need|needs|can|could|to|who|should|expect\w*|experience|friendly|don'?t|have|has|are|is|be|has|do|think|wouldn'?t)\b|\b(for|by|from|to|inform|confus\w*|surpris\w*) (the )?(end )?(users?|operators?|customers?)\b"),
    Rule(&[(Prod, 1.2), (Idiom, -0.4), (Arch, 0.3)], r"\b(use[- ]?cases?|user stor\w*|requirements?|feature requests?|mvp|usability|useful (for|to)|usefulness|behaviou?r change|trade-?offs?|product|business|expectations?|real[- ]world|surprising|in practice|feature|features)\b"),
    // collaboration
    Rule(&[(Collab, 1.6), (Read, -0.6), (Doc, -0.5), (Corr, -0.3), (Test, -0.3), (Obs, -0.3)], r"\b(this|separate|another|different|follow[- ]?up|future|other|next|later|previous|your|own|new|the|first|same|last|second|an earlier|subsequent|any) (pr|prs|pull request|pull-request|patch|patches|change ?set|commit|commits|cl|mr|diff|review|branch)\b"),
    Rule(&[(Collab, 1.5), (Err, -0.3), (Arch, -0.3), (Read, -0.3)], r"\b(commit (message|msg|history|title|description|body)|squash\w*|rebas(e|ed|ing)|merge conflicts?|cherry-?pick|scope|unrelated|out[- ]of[- ]scope|pr description|reviewers?|review(ing)? (comments?|this|easier)|split (this|the|into) .{0,20}commits?|accident(al|ally)?|by mistake|follow-?up|backport\w*|blueprint|spec\b|launchpad|jira|ticket|issue (number|tracker|for)|open an issue)\b"),
    Rule(&[(Collab, 1.9), (Test, -0.5), (Idiom, -0.4), (Obs, -0.4), (Api, -0.3), (Doc, -0.3), (Build, 0.3), (Ui, -0.3)], r"\b(is this (change|needed|necessary|related)|why (is|was|did|are|do) (this|you|these|we|it) (chang\w*|remov\w*|delet\w*|mov\w*|needed|here|in here)|why (this )?change|did you mean to|pr\b|commit|patch|diff|review|merge(d)?|the change|these changes|this change|changes)\b"),
    Rule(&[(Collab, -1.1)], r"\A\W*(maybe )?(something )?(for|in) (a|another) (separate|follow\w*|different) (pr|commit)|\bnot (directly )?in this pr\b"),
    Rule(&[(Collab, -0.4), (Corr, 0.3), (Read, 0.3), (Doc, 0.3), (Build, -0.3)], r"^in commit\b|\bcommit [0-9a-f]{7,}|\bpatch\(|\bmock\.patch"),
];

/// Paths, matched without case.
#[rustfmt::skip]
pub(super) const PATHS: &[Rule] = &[
    Rule(&[(Test, 2.5), (Err, -0.6), (Api, -0.4), (Sec, -0.3), (Db, -0.3), (Obs, -0.3), (Ui, -0.3), (Prod, -0.3)], r"(^|/)(tests?|testing|spec|specs|__tests__|fuzz|testdata)/|(^|/)test_[^/]*$|[._-](test|tests|spec)\.[a-z]+$|tests?\.(py|java|cpp|cs|kt|rs|go|js|ts)$"),
    Rule(&[(Corr, -0.6), (Err, -0.6), (Test, 0.5), (Api, -0.5), (Sec, -0.3), (Arch, -0.3), (Db, -0.3), (Ui, -0.3), (Prod, -0.3)], r"(^|/)(tests?|__tests__)/|(^|/)test_[^/]*$|tests?\.(py|java|cpp|js|ts)$"),
    Rule(&[(Doc, 2.8)], r"\.(md|rst|adoc|txt|1)$|(^|/)(docs?|releasenotes|doc-source|api-ref)/|(^|/)(readme|changelog|contributing)"),
    Rule(&[(Build, 2.5), (Idiom, -0.3)], r"(^|/)(dockerfile|makefile|jenkinsfile|justfile|rakefile|gemfile|cmakelists\.txt|configure\.ac|package(-lock)?\.json|pom\.xml|setup\.(py|cfg)|pyproject\.toml|tox\.ini|cargo\.(toml|lock)|go\.(mod|sum)|yarn\.lock|requirements[^/]*\.txt|build\.gradle[^/]*|\.gitignore|\.travis\.yml|\.cirrus\.yml|\.appveyor\.yml)$|\.(cmake|mk|am|m4|ac|nix|gradle|tf|bazel)$|(^|/)(\.github|\.circleci|ci|depends|build-aux|build_msvc|contrib/(guix|gitian[^/]*|devtools)|\.travis|docker|helm|charts|playbooks|roles|deploy)/"),
    Rule(&[(Build, 2.1)], r"\.(ya?ml|sh|toml|cfg|ini|bat|ps1)$"),
    Rule(&[(Ui, 2.0), (Test, -0.3), (Read, -0.3), (Doc, -0.3)], r"\.(css|scss|sass|less|styl|html?|jsp|vue|svelte|tsx|jsx|qml|xib|storyboard|ui|hbs|ejs|erb|svg|po|ts_xml)$|(^|/)(qt|gui|components|templates|locale|i18n|static|public)/"),
    Rule(&[(Db, 2.6)], r"(^|/)(migrations?|migrate_repo|alembic|db|database|dao|repositories|models?/migrations)/|\.sql$|(^|/)[^/]*(sqlalchemy|repository|dao)[^/]*$"),
    Rule(&[(Db, 1.6)], r"(^|/)objects/|(^|/)models?(\.py|/)|(^|/)entit(y|ies)/|servlet"),
    Rule(&[(Api, 1.3), (Idiom, 0.4), (Obs, -0.4), (Ui, -0.4), (Test, -0.3), (Conc, 0.3), (Collab, 0.3)], r"(^|/)(api|rpc|rest|controllers?|routes|schemas?|interfaces?)/|\.(proto|graphql|openapi)$|\.h(pp)?$|(rpc|controller|servlet)[^/]*$"),
    Rule(&[(Sec, 0.9)], r"(^|/)(security|auth|crypto|policies|policy)(/|[^/]*$)"),
    Rule(&[(Obs, 0.6)], r"(^|/)(logging|log|telemetry|metrics|monitoring|notifications?)(/|\.[a-z]+$)"),
    Rule(&[(Read, -0.9), (Doc, 0.3)], r"\.(md|rst|adoc|txt)$|(^|/)(docs?|releasenotes)/"),
    Rule(&[(Idiom, -1.5), (Perf, -0.3), (Api, -0.3), (Arch, -0.3)], r"\.(md|rst|adoc|txt|ya?ml|json|sh)$|(^|/)(docs?|releasenotes)/"),
    Rule(&[(Corr, -0.8), (Arch, -0.3)], r"\.(md|rst|adoc|txt|ya?ml|json|css|scss|html?)$|(^|/)(docs?|releasenotes)/"),
];
