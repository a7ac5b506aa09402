//! Standard output for people: what somebody wrote can't turn the text around it or command the terminal.
use std::io::Result;
use std::io::StdoutLock;
use std::io::Write;

use serde::Serialize;

use crate::model::wording;

/// A writer that shows others' texts as they are, see [`wording::plain`]; line ends stay.
#[derive(Debug)]
pub struct Plain<W>(W);

/// Standard output, for lines that hold logins, titles and paths. JSON goes past it.
#[must_use]
pub fn out() -> Plain<StdoutLock<'static>> {
    Plain(std::io::stdout().lock())
}

/// Prints a result as JSON, for programs.
///
/// # Errors
/// When standard output is closed.
pub fn json(result: &impl Serialize) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    serde_json::to_writer_pretty(&mut out, result)?;
    writeln!(out)?;
    Ok(())
}

impl<W: Write> Write for Plain<W> {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        // What is written by `write!` comes as whole pieces of text.
        let text = String::from_utf8_lossy(bytes);
        for (number, line) in text.split('\n').enumerate() {
            if number > 0 {
                self.0.write_all(b"\n")?;
            }
            self.0.write_all(wording::plain(line).as_bytes())?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> Result<()> {
        self.0.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_stay_and_nothing_turns_them() {
        let mut out = Plain(Vec::new());
        let (login, word) = ("ada", "a\u{202e}b\u{1b}[2J");
        write!(out, "{login}: {word}\n\n  é").expect("it is written");
        assert_eq!(
            String::from_utf8(out.0).expect("text"),
            "ada: a\u{fffd}b\u{fffd}[2J\n\n  é"
        );
    }
}
