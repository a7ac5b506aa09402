//! What one step cost: its time, how much of it was our own, and the memory that it took.
use std::fs;
use std::time::Duration;
use std::time::Instant;

/// Ticks of a second in which Linux counts a process's time.
const TICKS: f64 = 100.0;

/// What a step cost.
pub struct Cost {
    /// What it was.
    pub step: String,
    /// From begin to end.
    pub time: Duration,
    /// Seconds that this process had a core; the rest waited for Postgres. None where the machine doesn't tell.
    pub own: Option<f64>,
    /// Bytes of memory at most; none where the machine doesn't tell.
    pub memory: Option<u64>,
    /// What came of it.
    pub found: String,
}

/// Does a step and says what it cost.
pub async fn measured<E>(step: &str, does: impl Future<Output = Result<String, E>>) -> Result<Cost, E> {
    // Writing 5 there lets the peak begin anew.
    let _ = fs::write("/proc/self/clear_refs", "5");
    let (own, begin) = (own_seconds(), Instant::now());
    let found = does.await?;
    let cost = Cost {
        step: step.to_owned(),
        time: begin.elapsed(),
        own: own.zip(own_seconds()).map(|(before, after)| after - before),
        memory: peak(),
        found,
    };
    println!("{}", line(&cost));
    Ok(cost)
}

/// The head of the table.
pub fn head() -> String {
    format!(
        "{:<24} {:>9} {:>9} {:>9}  {}\n",
        "step", "seconds", "ours", "MB", "what came of it"
    )
}

fn line(cost: &Cost) -> String {
    let or_none = |figure: Option<String>| figure.unwrap_or_else(|| "?".to_owned());
    format!(
        "{:<24} {:>9.2} {:>9} {:>9}  {}",
        cost.step,
        cost.time.as_secs_f64(),
        or_none(cost.own.map(|own| format!("{own:.2}"))),
        or_none(cost.memory.map(|memory| (memory >> 20).to_string())),
        cost.found
    )
}

/// Seconds that this process had a core, of all its threads.
fn own_seconds() -> Option<f64> {
    let stat = fs::read_to_string("/proc/self/stat").ok()?;
    // Behind the program's name, which may have spaces: user time is the 12th field, system time the next.
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace().skip(11);
    let ticks: f64 = fields.next()?.parse::<f64>().ok()? + fields.next()?.parse::<f64>().ok()?;
    Some(ticks / TICKS)
}

/// The most memory that this process held, in bytes.
fn peak() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kilobytes << 10)
}
