//! Pictures of every page, for eyes: `dev/screenshots FOLDER`.
use std::fs;
use std::path::Path;
use std::path::PathBuf;

use peerlore::demo::stories::STORIES;

use crate::driver::Browser;
use crate::driver::DESK;
use crate::driver::PHONE;
use crate::driver::Shot;
use crate::pages;
use crate::stage::Stage;

/// Names the folder that they go to.
const FOLDER: &str = "PEERLORE_PICTURES";

/// A picture in the README may have this many bytes.
const MOST_BYTES: usize = 60_000;

fn folder() -> PathBuf {
    std::env::var_os(FOLDER)
        .map(PathBuf::from)
        .expect("dev/screenshots says where to")
}

fn keep(file: &Path, picture: &[u8]) {
    fs::create_dir_all(file.parent().expect("a folder")).expect("a folder");
    fs::write(file, picture).expect("a file");
}

/// A file's name for an address.
fn name(address: &str) -> String {
    let path = address.split('?').next().unwrap_or_default();
    let name = path.trim_matches('/').replace('/', "-");
    if name.is_empty() { "first".to_owned() } else { name }
}

async fn take(browser: &Browser, own: &str, address: &str, into: &Path) {
    browser.goto(&format!("{own}{address}")).await;
    for width in [PHONE, DESK] {
        for scheme in ["light", "dark"] {
            browser.looks(width, scheme).await;
            let file = into.join(format!("{}-{width}-{scheme}.png", name(address)));
            keep(&file, &browser.picture(Shot::Whole).await);
        }
    }
}

#[tokio::test]
#[ignore = "makes files: dev/screenshots"]
async fn of_every_page() {
    let (stage, browser) = Browser::open().await.expect("Chromium");
    let into = folder();
    stage.become_one(&browser, STORIES.learner).await;
    let label = pages::label_of(&stage.demo, &browser).await;
    for (_, address) in pages::addresses(stage, &label) {
        take(&browser, &stage.demo, &address, &into.join("demo")).await;
    }
    for address in ["/", "/me", "/setup"] {
        take(&browser, &stage.members, address, &into.join("signed-out")).await;
    }
    stage.sign_in(&browser, STORIES.newcomer, "/").await;
    for address in ["/", "/me", "/teams"] {
        take(&browser, &stage.members, address, &into.join("newcomer")).await;
    }
    browser.close().await;
}

#[tokio::test]
#[ignore = "makes files: dev/screenshots"]
async fn for_the_readme() {
    let (stage, browser) = Browser::open().await.expect("Chromium");
    stage.become_one(&browser, STORIES.learner).await;
    browser.looks(DESK, "light").await;
    for (name, address) in shown_first(stage) {
        browser.goto(&format!("{}{address}", stage.demo)).await;
        // What is the demo's alone stands in nobody's way.
        browser
            .asks("document.querySelector('aside.demo').remove()", Vec::new())
            .await;
        let mut picture = browser.picture(Shot::First(85)).await;
        for quality in [75, 65, 55, 45] {
            if picture.len() >= MOST_BYTES {
                picture = browser.picture(Shot::First(quality)).await;
            }
        }
        assert!(picture.len() < MOST_BYTES, "{name} has {} bytes", picture.len());
        keep(&folder().join(format!("{name}.webp")), &picture);
    }
    browser.close().await;
}

/// What shows the product within ten seconds.
fn shown_first(stage: &Stage) -> [(&'static str, String); 4] {
    [
        ("pull-page", stage.example()),
        ("my-page", "/me".to_owned()),
        ("silent-experts", "/silent-experts".to_owned()),
        ("flow", "/flow".to_owned()),
    ]
}
