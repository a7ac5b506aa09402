//! The eight repositories: their folders, their files, and how code in them looks.

use crate::demo::comments::Kind;
use crate::demo::github::Change;

/// A folder with files of one language. `stems` are file names and also what the code in them is about.
#[derive(Clone, Copy, Debug)]
pub struct Module {
    /// The folder, without a slash at the end.
    pub folder: &'static str,
    /// The files' ending.
    pub ending: &'static str,
    /// File names without ending.
    pub stems: &'static [&'static str],
}

/// A repository.
#[derive(Clone, Copy, Debug)]
pub struct RepoSpec {
    /// The name.
    pub name: &'static str,
    /// GitHub's word for its main language.
    pub language: &'static str,
    /// The owning team's place in the list of teams.
    pub team: usize,
    /// How many pull requests it gets against the others.
    pub weight: u32,
    /// A lock file that the dependency bot changes.
    pub lock: Option<&'static str>,
    /// The folders.
    pub modules: &'static [Module],
}

const fn module(folder: &'static str, ending: &'static str, stems: &'static [&'static str]) -> Module {
    Module { folder, ending, stems }
}

/// The repositories.
pub const REPOSITORIES: [RepoSpec; 8] = [
    RepoSpec {
        name: "route-engine",
        language: "Rust",
        team: 0,
        weight: 20,
        lock: Some("Cargo.lock"),
        modules: &[
            module("src/solver", "rs", &["route", "stop", "window", "lane", "detour"]),
            module("src/model", "rs", &["truck", "depot", "pallet", "trip"]),
            module("src/http", "rs", &["plan", "quote", "upload"]),
            module("src/feed", "rs", &["scan", "signal", "partner"]),
        ],
    },
    RepoSpec {
        name: "dispatch-api",
        language: "Go",
        team: 1,
        weight: 20,
        lock: Some("go.sum"),
        modules: &[
            module("internal/dispatch", "go", &["load", "consignment", "shift", "carrier"]),
            module("internal/labels", "go", &["label", "parcel", "barcode"]),
            module("internal/store", "go", &["manifest", "pickup", "slot"]),
            module("cmd/dispatchd", "go", &["worker", "lease"]),
        ],
    },
    RepoSpec {
        name: "shipper-portal",
        language: "TypeScript",
        team: 2,
        weight: 20,
        lock: Some("package-lock.json"),
        modules: &[
            module("src/booking", "tsx", &["booking", "quote", "contact", "pallet"]),
            module("src/tracking", "tsx", &["parcel", "timeline", "alert"]),
            module("src/api", "ts", &["shipment", "session", "invoice"]),
            module("src/widgets", "tsx", &["table", "badge", "filter"]),
        ],
    },
    RepoSpec {
        name: "billing-service",
        language: "Java",
        team: 3,
        weight: 17,
        lock: Some("gradle.lockfile"),
        modules: &[
            module(
                "src/main/java/com/lodestow/billing/invoices",
                "java",
                &["invoice", "surcharge", "credit"],
            ),
            module(
                "src/main/java/com/lodestow/billing/tariffs",
                "java",
                &["tariff", "rate", "discount"],
            ),
            module(
                "src/main/java/com/lodestow/billing/payments",
                "java",
                &["payment", "refund", "mandate"],
            ),
        ],
    },
    RepoSpec {
        name: "driver-app",
        language: "Kotlin",
        team: 4,
        weight: 17,
        lock: Some("gradle/libs.lockfile"),
        modules: &[
            module(
                "app/src/main/java/com/lodestow/driver/stops",
                "kt",
                &["stop", "drop", "signature"],
            ),
            module(
                "app/src/main/java/com/lodestow/driver/sync",
                "kt",
                &["upload", "job", "conflict"],
            ),
            module(
                "app/src/main/java/com/lodestow/driver/map",
                "kt",
                &["route", "fence", "marker"],
            ),
        ],
    },
    RepoSpec {
        name: "eta-models",
        language: "Python",
        team: 5,
        weight: 14,
        lock: Some("poetry.lock"),
        modules: &[
            module("eta/features", "py", &["scan", "lane", "holiday"]),
            module("eta/training", "py", &["model", "sample", "trial"]),
            module("eta/serving", "py", &["forecast", "request"]),
        ],
    },
    RepoSpec {
        name: "warehouse-db",
        language: "PLpgSQL",
        team: 5,
        weight: 17,
        lock: None,
        modules: &[
            module("queries", "sql", &["pallet", "parcel", "shipment", "scan"]),
            module("migrations", "sql", &["pallet", "parcel", "invoice", "carrier"]),
            module("views", "sql", &["arrival", "depot", "claim"]),
        ],
    },
    RepoSpec {
        name: "infra",
        language: "HCL",
        team: 5,
        weight: 7,
        lock: Some(".terraform.lock.hcl"),
        modules: &[
            module("stacks/network", "tf", &["gateway", "subnet", "tunnel"]),
            module("stacks/data", "tf", &["replica", "bucket", "queue"]),
        ],
    },
];

/// A word with a capital.
#[must_use]
pub fn capital(word: &str) -> String {
    word.split('_')
        .map(|part| {
            let mut letters = part.chars();
            letters.next().map_or_else(String::new, |first| {
                first.to_uppercase().chain(letters).collect::<String>()
            })
        })
        .collect()
}

/// The path of a file of a module.
#[must_use]
pub fn path_of(module: &Module, stem: &str) -> String {
    let name = if matches!(module.ending, "java" | "kt" | "tsx") {
        capital(stem)
    } else {
        stem.to_owned()
    };
    let name = if module.ending == "java" {
        format!("{name}Service")
    } else {
        name
    };
    format!("{}/{name}.{}", module.folder, module.ending)
}

/// How code of a kind is wrapped: head, indent, tail; `{fn}` and nouns are slots.
#[must_use]
pub const fn wrapping(kind: Kind) -> (&'static str, &'static str, &'static str) {
    match kind {
        Kind::Rust => (
            "    pub async fn {fn}(&self, {nouns}: &[{Noun}]) -> Result<(), Error> {",
            "        ",
            "        Ok(())\n    }",
        ),
        Kind::Go => (
            "func (s *Service) {fn}(ctx context.Context, id int64) error {",
            "\t",
            "\treturn nil\n}",
        ),
        Kind::TypeScript => ("export function {fn}({ {nouns}, depot, id }: Props) {", "  ", "}"),
        Kind::Python => ("def {fn}(df, {nouns}, now):", "    ", "    return df"),
        Kind::Java => (
            "    public void {fn}({Noun} {noun}, List<{Noun}> {nouns}) {",
            "        ",
            "    }",
        ),
        Kind::Kotlin => ("suspend fun {fn}(state: State, {nouns}: List<{Noun}>) {", "    ", "}"),
        Kind::Sql => ("-- {fn}", "", ""),
        Kind::Hcl => ("resource \"lodestow_{noun}\" \"{fn}\" {", "  ", "}"),
    }
}

/// Plain lines for around the interesting ones.
#[must_use]
pub const fn fillers(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Rust => &[
            "let started = self.clock.now();",
            "let depot = self.depots.current()?;",
            "let open = {nouns}.iter().filter(|m| m.is_open()).count();",
            "self.budget.check(open)?;",
            "let window = depot.window(started);",
            "self.seen.insert(depot.id);",
            "self.trace.note(open, window);",
        ],
        Kind::Go => &[
            "depot, err := s.depots.Current(ctx)",
            "if err != nil { return fmt.Errorf(\"current depot: %w\", err) }",
            "shift := s.shifts.At(depot, s.clock.Now())",
            "if shift.Closed { return ErrClosed }",
            "s.audit.Note(ctx, depot.ID, id)",
            "window := shift.Window()",
            "s.board.Refresh(depot.ID, window)",
        ],
        Kind::TypeScript => &[
            "const { t } = useTranslation();",
            "const now = useClock();",
            "const open = {nouns}.filter(isOpen);",
            "const title = t('{noun}.title', { count: open.length });",
            "const canBook = usePermission('book');",
            "const timezone = depot.timezone;",
            "const theme = useTheme();",
        ],
        Kind::Python => &[
            "depots = df[\"depot\"].unique()",
            "df = df.sort_values(\"scanned_at\")",
            "window = now - timedelta(days=28)",
            "recent = df[df[\"scanned_at\"] >= window]",
            "weights = recent[\"weight\"].clip(lower=0)",
            "lanes = recent.groupby(\"lane\").size()",
            "report(depots, weights, lanes)",
        ],
        Kind::Java => &[
            "var account = accounts.of({noun}.accountId());",
            "var terms = account.terms();",
            "var period = Period.containing(clock.instant());",
            "audit.note({noun}.id(), period);",
            "var currency = terms.currency();",
            "var open = {nouns}.stream().filter({Noun}::isOpen).toList();",
            "ledger.check(account, currency, open);",
        ],
        Kind::Kotlin => &[
            "val now = clock.now()",
            "val open = {nouns}.filter { it.isOpen }",
            "val depot = settings.depot()",
            "val shift = shifts.at(depot, now)",
            "trace.note(\"{noun}\", open.size)",
            "queue.keep(open)",
            "board.show(shift, open)",
        ],
        Kind::Sql => &[
            "-- depot_id and carrier_id are never null since the split",
            "SET lock_timeout = '5s';",
            "SET statement_timeout = '15min';",
            "-- rows: about 40 million in the largest depot",
            "ANALYZE {nouns};",
            "-- run after the nightly close",
            "-- see runbook: warehouse/{nouns}",
        ],
        Kind::Hcl => &[
            "region = local.region",
            "owner = \"data-platform\"",
            "environment = var.environment",
            "name_prefix = local.prefix",
            "zone_count = 3",
            "monitoring = true",
            "labels = local.labels",
        ],
    }
}

/// A file's first lines and, where the language wants one, its last.
#[must_use]
pub fn frame(kind: Kind, noun: &str) -> (String, &'static str) {
    let name = capital(noun);
    match kind {
        Kind::Rust => (
            format!(
                "//! {name}s: what the planner knows of them.\n\nuse crate::error::Error;\nuse crate::model::{name};\n\nimpl Planner {{\n"
            ),
            "}\n",
        ),
        Kind::Go => (
            "package internal\n\nimport (\n\t\"context\"\n\t\"fmt\"\n)\n".to_owned(),
            "",
        ),
        Kind::TypeScript => (
            format!("import {{ useTranslation }} from '../i18n';\nimport type {{ {name} }} from '../types';\n"),
            "",
        ),
        Kind::Python => (
            format!("\"\"\"Features and checks around {noun}s.\"\"\"\n\nfrom datetime import timedelta\n"),
            "",
        ),
        Kind::Java => (
            format!("package com.lodestow.billing;\n\nimport java.util.List;\n\npublic class {name}Service {{\n"),
            "}\n",
        ),
        Kind::Kotlin => (
            format!("package com.lodestow.driver\n\nimport com.lodestow.driver.model.{name}\n"),
            "",
        ),
        Kind::Sql => (format!("-- {name}s in the warehouse\n"), ""),
        Kind::Hcl => (format!("# {name}s\n\nlocals {{\n  prefix = \"lodestow\"\n}}\n"), ""),
    }
}

/// The files a repository starts with: one plain function in each.
#[must_use]
pub fn first_files(spec: &RepoSpec) -> Vec<Change> {
    let mut files = vec![
        Change::write(
            "README.md",
            format!(
                "# {}\n\nPart of Lodestow. See the handbook for how to run it.\n",
                spec.name
            ),
        ),
        Change::write(".github/CODEOWNERS", "# reviewers are chosen by hand for now\n"),
    ];
    if let Some(lock) = spec.lock {
        files.push(Change::write(lock, lock_text(0)));
    }
    for module in spec.modules {
        for stem in module.stems {
            let path = path_of(module, stem);
            if let Some(kind) = Kind::of(&path) {
                files.push(Change::write(path, first_text(kind, stem)));
            }
        }
    }
    files
}

/// A lock file after the bot's n-th change.
#[must_use]
pub fn lock_text(change: usize) -> String {
    let line = |n: usize| format!("package-{n:02} 1.{}.{}", (change + n) / 7, (change * 3 + n) % 9);
    (0..40).map(line).collect::<Vec<_>>().join("\n") + "\n"
}

fn first_text(kind: Kind, noun: &str) -> String {
    let (head, tail) = frame(kind, noun);
    let (open, indent, close) = wrapping(kind);
    let mut text = head;
    for name in ["check", "close"] {
        text.push('\n');
        let lines: Vec<String> = fillers(kind).iter().map(|l| format!("{indent}{l}")).collect();
        let name = match kind {
            Kind::Rust | Kind::Python | Kind::Sql | Kind::Hcl => format!("{name}_{noun}"),
            Kind::Go => format!("{}{}", capital(name), capital(noun)),
            Kind::TypeScript | Kind::Java | Kind::Kotlin => format!("{name}{}", capital(noun)),
        };
        let block = format!("{open}\n{}\n{close}", lines.join("\n"));
        let block = block.replace("{fn}", &name).replace("{nouns}", &format!("{noun}s"));
        text.push_str(
            block
                .replace("{noun}", noun)
                .replace("{Noun}", &capital(noun))
                .trim_end(),
        );
        text.push('\n');
    }
    text.push_str(tail);
    text
}
