//! What Lighthouse would look at and axe doesn't, and what our own policy promises.
use serde_json::Value;

use crate::driver::Browser;

/// Elements in a page; Lighthouse warns from 1,400 on.
const MOST_ELEMENTS: u64 = 1_500;

/// Forgets what the logs tell of earlier pages.
pub async fn forget_what_came(browser: &Browser) {
    browser.log("performance").await;
    browser.log("browser").await;
}

/// What went wrong while the page loaded: requests, the policy, the console.
pub async fn of_loading(browser: &Browser, own: &str) -> Vec<String> {
    let mut faults = Vec::new();
    let mut documents = 0;
    for line in browser.log("performance").await {
        let text = line["message"].as_str().expect("a message");
        let message: Value = serde_json::from_str(text).expect("JSON");
        let (message, of) = (&message["message"], &message["message"]["params"]);
        match message["method"].as_str().unwrap_or_default() {
            "Network.requestWillBeSent" => {
                let url = of["request"]["url"].as_str().unwrap_or_default();
                if !url.starts_with(own) && !url.starts_with("data:") {
                    faults.push(format!("asks {url}"));
                }
            }
            "Network.responseReceived" if of["type"] == "Document" => {
                documents += 1;
                let headers = &of["response"]["headers"];
                if headers.get("server-timing").is_some() {
                    faults.push("it tells how long the server took".to_owned());
                }
                let policy = headers["content-security-policy"].as_str().unwrap_or_default();
                if !policy.starts_with("default-src 'none'; style-src 'self';") || policy.contains("script-src") {
                    faults.push(format!("its policy is {policy:?}"));
                }
            }
            "Network.responseReceived" if of["response"]["status"].as_u64() != Some(200) => {
                faults.push(format!("{} of {}", of["response"]["status"], of["response"]["url"]));
            }
            "Network.loadingFailed" => faults.push(format!("a request failed: {of}")),
            _ => {}
        }
    }
    if documents == 0 {
        faults.push("no page came".to_owned());
    }
    for line in browser.log("browser").await {
        // That the page itself is a 403 or 404 is what some visitors are to get.
        let text = line["message"].as_str().expect("a message");
        let is_the_page = line["source"] == "network" && !text.contains(".css") && !text.contains(".ico");
        if !is_the_page {
            faults.push(format!("the console says {text}"));
        }
    }
    faults
}

/// What is wrong with the page as it is shown now.
pub async fn of_page(browser: &Browser, width: u32) -> Vec<String> {
    let found = browser.awaits(LOOK, vec![MOST_ELEMENTS.into(), width.into()]).await;
    let lines = found.as_array().expect("a list").iter();
    lines.map(|line| line.as_str().expect("text").to_owned()).collect()
}

const LOOK: &str = r"
const [most, width, done] = arguments;
const faults = [];
const page = document.documentElement;
const headings = document.querySelectorAll('h1');
if (headings.length !== 1) faults.push(`${headings.length} h1`);
if (!/^.+ · Peerlore$/.test(document.title)) faults.push(`the title is ${document.title}`);
if (page.lang !== 'en') faults.push('no language');
const viewport = document.querySelector('meta[name=viewport]');
if (!viewport || !viewport.content.includes('width=device-width')) faults.push('no viewport');
// A phone makes its window wider where a page is.
if (page.scrollWidth > width) {
    const wide = [...document.querySelectorAll('body *')].filter(one => one.getBoundingClientRect().right > width + 0.5);
    faults.push(`${page.scrollWidth} px wide: ${wide.slice(0, 3).map(one => one.outerHTML.slice(0, 80))}`);
}
const elements = document.querySelectorAll('*').length;
if (elements >= most) faults.push(`${elements} elements`);
for (const image of document.querySelectorAll('img')) {
    if (!image.width || !image.height || !image.hasAttribute('width')) faults.push(`an image without a size: ${image.src}`);
}
if (document.querySelector('script, iframe, object, [style], style')) faults.push('a script, a frame or a style of its own');
const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
for (let text = texts.nextNode(); text; text = texts.nextNode()) {
    const size = parseFloat(getComputedStyle(text.parentElement).fontSize);
    if (text.data.trim() && size < 12) faults.push(`${size} px: ${text.data.trim().slice(0, 40)}`);
}
const shifts = [];
const observer = new PerformanceObserver(list => shifts.push(...list.getEntries()));
observer.observe({ type: 'layout-shift', buffered: true });
requestAnimationFrame(() => requestAnimationFrame(() => {
    shifts.push(...observer.takeRecords());
    // Turning to another width moves everything; what counts is what moves while a page loads.
    const moved = shifts.filter(one => one.startTime < performance.timing.loadEventEnd - performance.timeOrigin + 50);
    const sum = moved.reduce((all, one) => all + one.value, 0);
    if (sum > 0.01) faults.push(`things moved by ${sum} while it loaded`);
    done(faults);
}));
";
