//! Who works at the demo organisation: forty people in six teams, and two bots.

use crate::demo::comments::Kind;

/// A team: name, what it does, the repositories it owns.
#[derive(Clone, Copy, Debug)]
pub struct TeamSpec {
    /// The name; the slug is the same in small letters with `-`.
    pub name: &'static str,
    /// The slug.
    pub slug: &'static str,
    /// What it does.
    pub about: &'static str,
    /// The repositories it owns, by name.
    pub repos: &'static [&'static str],
}

/// The six teams.
pub const TEAMS: [TeamSpec; 6] = [
    TeamSpec {
        name: "Routing",
        slug: "routing",
        about: "Plans which truck takes what, and when",
        repos: &["route-engine"],
    },
    TeamSpec {
        name: "Dispatch",
        slug: "dispatch",
        about: "Hands plans to carriers and depots",
        repos: &["dispatch-api"],
    },
    TeamSpec {
        name: "Shipper Portal",
        slug: "shipper-portal",
        about: "What shippers see and book",
        repos: &["shipper-portal"],
    },
    TeamSpec {
        name: "Billing",
        slug: "billing",
        about: "Tariffs, invoices, payments",
        repos: &["billing-service"],
    },
    TeamSpec {
        name: "Driver App",
        slug: "driver-app",
        about: "The handheld in the cab",
        repos: &["driver-app"],
    },
    TeamSpec {
        name: "Data Platform",
        slug: "data-platform",
        about: "Warehouse, arrival times, infrastructure",
        repos: &["eta-models", "warehouse-db", "infra"],
    },
];

/// A person. `codes` lists languages by letter with a strength from 1 to 3; `strong` the practice areas they know best.
#[derive(Clone, Copy, Debug)]
pub struct Person {
    /// The login.
    pub login: &'static str,
    /// The name in commits.
    pub name: &'static str,
    /// The team's place in [`TEAMS`].
    pub team: usize,
    /// Languages, such as `R3P1`.
    pub codes: &'static str,
    /// Practice areas they know best.
    pub strong: &'static [&'static str],
    /// How often they open pull requests, against the others.
    pub writes: u32,
    /// How often they review, against the others.
    pub reviews: u32,
}

impl Person {
    /// How well they know a language, from 0 to 3.
    #[must_use]
    pub fn strength(&self, kind: Kind) -> u32 {
        let letter = match kind {
            Kind::Rust => 'R',
            Kind::Go => 'G',
            Kind::TypeScript => 'T',
            Kind::Python => 'P',
            Kind::Java => 'J',
            Kind::Kotlin => 'K',
            Kind::Sql => 'S',
            Kind::Hcl => 'H',
        };
        let mut letters = self.codes.chars();
        letters
            .find(|c| *c == letter)
            .and_then(|_| letters.next())
            .and_then(|c| c.to_digit(10))
            .unwrap_or(0)
    }
}

const fn person(
    who: (&'static str, &'static str),
    team: usize,
    codes: &'static str,
    strong: &'static [&'static str],
    often: (u32, u32),
) -> Person {
    Person {
        login: who.0,
        name: who.1,
        team,
        codes,
        strong,
        writes: often.0,
        reviews: often.1,
    }
}

/// The forty people. The first of each team and, in the bigger ones, the second are maintainers.
pub const PEOPLE: [Person; 40] = [
    person(
        ("hannelore-v", "Hannelore Vogt"),
        0,
        "R3P1",
        &["performance", "concurrency", "api-design"],
        (10, 34),
    ),
    person(
        ("dkarimi", "Dariush Karimi"),
        0,
        "R3S1",
        &["architecture", "testing"],
        (11, 16),
    ),
    person(
        ("wren-okafor", "Wren Okafor"),
        0,
        "R3P2",
        &["concurrency", "performance", "correctness"],
        (22, 1),
    ),
    person(
        ("liv-sundqvist", "Liv Sundqvist"),
        0,
        "R2P1",
        &["testing", "readability"],
        (11, 10),
    ),
    person(
        ("mateus-prado", "Mateus Prado"),
        0,
        "R2G1",
        &["error-handling"],
        (12, 8),
    ),
    person(("yuki-tanabe", "Yuki Tanabe"), 0, "R1P2", &["correctness"], (10, 6)),
    person(("oisin-daly", "Oisín Daly"), 0, "R1", &["documentation"], (9, 4)),
    person(
        ("sefa-tuilagi", "Sefa Tuilagi"),
        1,
        "G3S1",
        &["concurrency", "error-handling"],
        (11, 18),
    ),
    person(
        ("ngozi-eze", "Ngozi Eze"),
        1,
        "G3",
        &["observability", "architecture"],
        (12, 16),
    ),
    person(
        ("inescalado", "Inês Calado"),
        1,
        "G2S1",
        &["api-design", "testing"],
        (26, 12),
    ),
    person(("rhys-penhallow", "Rhys Penhallow"), 1, "G2R1", &["security"], (11, 9)),
    person(
        ("ayla-demir", "Ayla Demir"),
        1,
        "G2T1",
        &["readability", "collaboration"],
        (10, 9),
    ),
    person(("petrokoval", "Petro Koval"), 1, "G2S1", &["performance"], (11, 8)),
    person(("jun-ho-seo", "Seo Jun-ho"), 1, "G1", &["testing"], (9, 4)),
    person(
        ("camille-rousset", "Camille Rousset"),
        2,
        "T3",
        &["ui-accessibility", "product-thinking"],
        (11, 18),
    ),
    person(
        ("anders-lokke", "Anders Løkke"),
        2,
        "T3G1",
        &["architecture", "performance"],
        (12, 14),
    ),
    person(
        ("zanele-mk", "Zanele Mkhize"),
        2,
        "T2",
        &["ui-accessibility", "testing"],
        (11, 10),
    ),
    person(
        ("tariq-haddad", "Tariq Haddad"),
        2,
        "T2J1",
        &["security", "language-idiom"],
        (11, 9),
    ),
    person(("mei-lindqvist", "Mei Lindqvist"), 2, "T2K1", &["readability"], (11, 7)),
    person(("bogdan-ilie", "Bogdan Ilie"), 2, "T1", &["correctness"], (9, 4)),
    person(
        ("kahu-ngata", "Kahu Ngata"),
        2,
        "T1P1",
        &["documentation", "product-thinking"],
        (7, 3),
    ),
    person(
        ("greta-holm", "Greta Holm"),
        3,
        "J3S1",
        &["correctness", "databases"],
        (11, 17),
    ),
    person(
        ("solomon-tesfaye", "Solomon Tesfaye"),
        3,
        "J3",
        &["security", "architecture"],
        (11, 15),
    ),
    person(
        ("priya-raman", "Priya Raman"),
        3,
        "J2S1",
        &["testing", "api-design"],
        (12, 10),
    ),
    person(("leif-aune", "Leif Aune"), 3, "J2K1", &["concurrency"], (11, 8)),
    person(
        ("marisol-vega", "Marisol Vega"),
        3,
        "J2T1",
        &["product-thinking", "documentation"],
        (10, 8),
    ),
    person(("tevita-fonua", "Tevita Fonua"), 3, "J1", &["readability"], (9, 4)),
    person(
        ("nadia-bensaid", "Nadia Bensaïd"),
        3,
        "J1S1",
        &["observability"],
        (9, 4),
    ),
    person(
        ("emeka-obi", "Emeka Obi"),
        4,
        "K3J1",
        &["concurrency", "architecture"],
        (12, 16),
    ),
    person(
        ("saoirse-kelly", "Saoirse Kelly"),
        4,
        "K3",
        &["ui-accessibility", "performance"],
        (12, 13),
    ),
    person(
        ("ivo-marek", "Ivo Marek"),
        4,
        "K2T1",
        &["testing", "language-idiom"],
        (12, 8),
    ),
    person(
        ("thandi-dube", "Thandi Dube"),
        4,
        "K2",
        &["error-handling", "product-thinking"],
        (11, 8),
    ),
    person(("pavel-hruska", "Pavel Hruška"), 4, "K1J1", &["databases"], (9, 4)),
    person(("amara-nwosu", "Amara Nwosu"), 4, "K1", &["readability"], (9, 3)),
    person(
        ("tomaszwrona", "Tomasz Wrona"),
        5,
        "S3P2",
        &["databases", "performance", "correctness"],
        (11, 20),
    ),
    person(
        ("folake-ade", "Folake Adeyemi"),
        5,
        "H3G1",
        &["security", "build-ci", "observability"],
        (13, 6),
    ),
    person(
        ("joaquin-rios", "Joaquín Ríos"),
        5,
        "P3S2",
        &["correctness", "testing"],
        (12, 13),
    ),
    person(
        ("birgit-aas", "Birgit Aas"),
        5,
        "P3",
        &["language-idiom", "architecture"],
        (12, 10),
    ),
    person(("dilnoza-r", "Dilnoza Rakhimova"), 5, "P2S2", &["databases"], (11, 8)),
    person(("kofi-annor", "Kofi Annor"), 5, "P1S1", &["documentation"], (8, 3)),
];

/// The bot that raises dependencies.
pub const DEPENDENCY_BOT: &str = "depladder[bot]";

/// The bot that reviews with a language model.
pub const ROBOT_REVIEWER: &str = "second-glance[bot]";

/// A person by login.
#[must_use]
pub fn by_login(login: &str) -> Option<&'static Person> {
    PEOPLE.iter().find(|p| p.login == login)
}
