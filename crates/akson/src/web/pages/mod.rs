//! The pages, one folder each: `mod.rs` has the handler, `view.rs` the values it shows, their HTML and samples, `words.rs`
//! its texts in three languages.
//!
//! A handler reads through the door as whoever asks, makes the view's values and shows them; a view holds values ready to
//! show and computes nothing. Every page stands in `PAGES` with samples of its states: a test renders each in every
//! language. To add one, copy a folder, add its line here and its routes in `routes.rs`.

pub mod day;
pub mod log;
pub mod measurements;
pub mod medicines;
pub mod open;
pub mod overview;
pub mod patients;
pub mod review;
pub mod timeline;
pub mod why;

use maud::Markup;

use super::shell::Shell;

/// A page in one of its states.
pub struct Sample {
    /// The state: full, empty, refused, failed.
    pub state: &'static str,
    /// The whole document.
    pub html: Markup,
}

/// A page for the tests of all pages.
pub struct PageOf {
    /// The name of its folder.
    pub name: &'static str,
    /// Its texts.
    pub words: &'static [(&'static str, [&'static str; 3])],
    /// Its states, in the language of the shell.
    pub samples: fn(&Shell) -> Vec<Sample>,
}

/// Every page.
pub const PAGES: &[PageOf] = &[
    PageOf { name: "day", words: day::words::ALL, samples: day::view::samples },
    PageOf { name: "patients", words: patients::words::ALL, samples: patients::view::samples },
    PageOf { name: "open", words: open::words::ALL, samples: open::view::samples },
    PageOf { name: "log", words: log::words::ALL, samples: log::view::samples },
    PageOf { name: "review", words: review::words::ALL, samples: review::view::samples },
    PageOf { name: "why", words: why::words::ALL, samples: why::view::samples },
    PageOf { name: "overview", words: overview::words::ALL, samples: overview::view::samples },
    PageOf { name: "measurements", words: measurements::words::ALL, samples: measurements::view::samples },
    PageOf { name: "medicines", words: medicines::words::ALL, samples: medicines::view::samples },
    PageOf { name: "timeline", words: timeline::words::ALL, samples: timeline::view::samples },
];
