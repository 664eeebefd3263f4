//! Light or dark: as the device says, or as was chosen. The choice is a cookie, so a page comes as it is to be.

use axum::http::HeaderMap;

use crate::config::Config;
use crate::http::cookies;

/// How pages look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Look {
    /// As the device says.
    #[default]
    Auto,
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

impl Look {
    /// Every look.
    pub const ALL: [Look; 3] = [Look::Auto, Look::Light, Look::Dark];

    /// Its code, which is also what Designsystemet calls it.
    pub fn code(self) -> &'static str {
        match self {
            Look::Auto => "auto",
            Look::Light => "light",
            Look::Dark => "dark",
        }
    }

    /// The look of a code.
    pub fn of_code(code: &str) -> Option<Look> {
        Look::ALL.into_iter().find(|look| look.code() == code)
    }

    /// The look that was chosen.
    pub fn of(config: &Config, headers: &HeaderMap) -> Look {
        cookies::get(config, headers, cookies::LOOK).and_then(Look::of_code).unwrap_or_default()
    }

    /// Its name: bokmål, nynorsk, English.
    pub fn name(self) -> [&'static str; 3] {
        match self {
            Look::Auto => ["Som enheten", "Som eininga", "As the device"],
            Look::Light => ["Lys", "Lys", "Light"],
            Look::Dark => ["Mørk", "Mørk", "Dark"],
        }
    }
}
