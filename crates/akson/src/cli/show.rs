//! Draws what a command tells: lines on standard output, progress with rate and time left on standard error.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use crate::control::messages::{Progress, Said};

const KNOWN: &str = "{msg}  {bar:32} {percent:>3} %  {human_pos} of {human_len} {prefix}, {per_sec}, {eta} left";
const BYTES: &str = "{msg}  {bar:32} {percent:>3} %  {bytes} of {total_bytes}, {bytes_per_sec}, {eta} left";
const UNKNOWN: &str = "{msg}  {human_pos} {prefix}, {per_sec}";

/// What is on the terminal.
#[derive(Default)]
pub struct Show {
    bar: Option<(String, ProgressBar)>,
}

impl Show {
    /// Shows it.
    pub fn hear(&mut self, said: Said) {
        match said {
            Said::Line(line) => match &self.bar {
                Some((_, bar)) => bar.suspend(|| println!("{line}")),
                None => println!("{line}"),
            },
            Said::Progress(progress) => self.draw(progress),
            Said::End(_) | Said::Failure(_) => {}
        }
    }

    fn draw(&mut self, progress: Progress) {
        let Progress { stage, done, total, unit } = progress;
        // A bar for each stage: its rate and its time left are its own.
        let kind = if unit == "bytes" { "bytes".to_owned() } else { stage.clone() };
        if self.bar.as_ref().is_none_or(|(other, _)| *other != kind) {
            self.clear();
            let template = match (total, unit.as_str()) {
                (0, _) => UNKNOWN,
                (_, "bytes") => BYTES,
                _ => KNOWN,
            };
            let bar = ProgressBar::new(total).with_prefix(unit);
            if let Ok(style) = ProgressStyle::with_template(template) {
                bar.set_style(style);
            }
            bar.enable_steady_tick(Duration::from_millis(200));
            self.bar = Some((kind, bar));
        }
        if let Some((_, bar)) = &self.bar {
            bar.set_message(stage);
            bar.set_length(total);
            bar.set_position(done);
        }
    }

    fn clear(&mut self) {
        if let Some((_, bar)) = self.bar.take() {
            bar.finish_and_clear();
        }
    }
}

impl Drop for Show {
    fn drop(&mut self) {
        self.clear();
    }
}
