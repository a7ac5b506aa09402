//! The demo organisation's year: deterministic, big enough, and with its stories in it.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use peerlore::demo::year::organisation;
use serde_json::Value;

fn end() -> DateTime<Utc> {
    "2026-03-20T12:00:00Z".parse().expect("a moment")
}

#[test]
fn counts() {
    let began = std::time::Instant::now();
    let mut year = organisation(7, end());
    let (mut n, mut bytes) = (0, 0);
    let mut kinds: BTreeMap<String, usize> = BTreeMap::new();
    let mut dump: Vec<Value> = Vec::new();
    for d in year.by_ref() {
        n += 1;
        bytes += d.body.len();
        let v = d.json();
        *kinds.entry(format!("{} {}", d.event, v["action"].as_str().unwrap_or(""))).or_default() += 1;
        if std::env::var("DUMP").is_ok() && d.event == "pull_request_review_comment" {
            dump.push(serde_json::json!({"pr": format!("{}#{}", v["repository"]["name"].as_str().unwrap(), v["pull_request"]["number"]), "author": v["pull_request"]["user"]["login"], "by": v["comment"]["user"]["login"], "body": v["comment"]["body"], "id": v["comment"]["id"], "re": v["comment"]["in_reply_to_id"], "hunk": v["comment"]["diff_hunk"], "path": v["comment"]["path"]}));
        }
    }
    println!("{n} deliveries {bytes} bytes {:?}", began.elapsed());
    println!("{kinds:#?}");
    println!("{:?}", year.found());
    if let Ok(path) = std::env::var("DUMP") {
        std::fs::write(path, serde_json::to_vec(&dump).unwrap()).unwrap();
    }
    let _ = BTreeSet::from([1]);
}
