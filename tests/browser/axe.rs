//! axe-core, as npm serves it: what WCAG 2.2 AA and good practice forbid, found in the page itself.
use std::fs;

use serde_json::Value;
use serde_json::json;

use crate::driver::Browser;
use crate::npm;

/// The rules that a page is held against; `target-size` of WCAG 2.2 wants 24 px for what is tapped.
const RULES: [&str; 6] = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/// The library. None, said loudly, where npm is absent.
pub fn source() -> Option<String> {
    let package = npm::package("axe-core")?;
    Some(fs::read_to_string(package.join("axe.min.js")).expect("axe.min.js"))
}

/// Puts it into the page, and opens what folds there. The driver's scripts are beyond the page's own policy, which forbids all.
pub async fn inject(browser: &Browser, source: &str) {
    browser.asks(source, Vec::new()).await;
    let open = "for (const fold of document.querySelectorAll('details')) fold.open = true;";
    browser.asks(open, Vec::new()).await;
}

/// What the page breaks, a line each.
pub async fn violations(browser: &Browser) -> Vec<String> {
    let run = "const [tags, done] = arguments;
        axe.run(document, { runOnly: { type: 'tag', values: tags }, resultTypes: ['violations'] })
            .then(found => done(found.violations.flatMap(one => one.nodes.map(node =>
                `${one.id}: ${node.target.join(' ')}: ${node.failureSummary.replace(/\\s+/g, ' ')}`))))
            .catch(error => done([`axe failed: ${error}`]));";
    let found = browser.awaits(run, vec![json!(RULES)]).await;
    let lines = found.as_array().expect("a list").iter();
    lines
        .map(|line| Value::as_str(line).expect("text").to_owned())
        .collect()
}
