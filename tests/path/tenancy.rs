//! One tenant never reads another's rows.
use peerlore::model::settings::Settings;

use crate::harness::LEDGER;
use crate::harness::Peerlore;
use crate::harness::TODAY;
use crate::harness::by;
use crate::harness::organisation;
use crate::order::story;
use crate::privacy::everything_read;
use crate::privacy::keys;

/// Tables that hold what isn't anybody's yet, or nobody's.
const SHARED: [&str; 10] = [
    "inbox",
    "import_progress",
    "_sqlx_migrations",
    "app_registration",
    "setup_token",
    "sign_in",
    "session",
    "hook_sweep",
    "redelivery",
    "write_turn",
];

#[tokio::test]
async fn every_tables_key_leads_with_the_installation() {
    let peerlore = Peerlore::empty(organisation("acme", 1), Settings::default()).await;
    let query = "select coalesce(array_agg(t.table_name || ' ' || coalesce(k.column_name, 'no key') order by 1), '{}')
        from information_schema.tables t
        left join information_schema.table_constraints c
          on c.table_schema = t.table_schema and c.table_name = t.table_name and c.constraint_type = 'PRIMARY KEY'
        left join information_schema.key_column_usage k
          on k.constraint_schema = c.constraint_schema and k.constraint_name = c.constraint_name and k.ordinal_position = 1
        where t.table_schema = 'public' and t.table_type = 'BASE TABLE'";
    let keys: Vec<String> = peerlore.one(query).await;
    assert!(keys.len() > 20, "{keys:?}");
    for line in keys {
        let (table, leads) = line.split_once(' ').expect("two words");
        let expected = if table == "installation" {
            "id"
        } else {
            "installation_id"
        };
        assert!(
            SHARED.contains(&table) || leads == expected,
            "{table} leads with {leads}"
        );
    }
}

/// The same people, repositories and numbers in two organisations, which lead different lives.
#[tokio::test]
async fn what_a_tenant_reads_does_not_depend_on_another_with_the_same_numbers() {
    let one = Peerlore::with(Settings::default()).await;
    one.tell(story(&one.github)).await;
    let alone = everything_read(&one, &keys(&one).await).await;

    let other = one.neighbour(organisation("umbra", 2)).await;
    other.tell(other.github.install(by("ada", 1))).await;
    other.history().await;
    let own = other
        .open(by("finn", TODAY + 500), LEDGER, &[(2, "let two = 2.0;")])
        .await;
    other
        .comment(&own, by("eve", TODAY + 501), 2, crate::harness::LOCK)
        .await;
    assert_ne!(one.tenant().await, other.tenant().await);
    assert_eq!(one.person("ben"), other.person("ben"), "the same numbers");

    let beside = everything_read(&one, &keys(&one).await).await;
    for (was, is) in alone.iter().zip(&beside) {
        assert_eq!(was, is);
    }
    let taught = other.taught().await;
    assert_eq!(
        taught,
        ["eve taught finn concurrency: given"],
        "and the other way round"
    );
    let seen = everything_read(&other, &keys(&other).await).await;
    assert!(
        seen.iter()
            .all(|(_, text)| !text.contains("acme") && !text.contains("Count retries"))
    );
}
