//! The languages of the pages, and which one a request wants.

use axum::http::{HeaderMap, header};

use crate::config::Config;
use crate::http::cookies;

/// Texts in three languages: bokmål, nynorsk, English. One that is missing does not compile; `ALL` is for tests.
macro_rules! words {
    ($($name:ident: $nb:literal, $nn:literal, $en:literal;)*) => {
        $(
            #[doc = $en]
            pub const $name: [&str; 3] = [$nb, $nn, $en];
        )*
        /// All of these texts by their names.
        pub const ALL: &[(&str, [&str; 3])] = &[$((stringify!($name), [$nb, $nn, $en])),*];
    };
}

pub(crate) use words;

/// A language of the pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// Bokmål.
    Nb,
    /// Nynorsk.
    Nn,
    /// English.
    En,
}

/// Every language, with its name in itself.
pub const LANGUAGES: [(Language, &str); 3] =
    [(Language::Nb, "Bokmål"), (Language::Nn, "Nynorsk"), (Language::En, "English")];

impl Language {
    /// Its code.
    pub fn code(self) -> &'static str {
        match self {
            Language::Nb => "nb",
            Language::Nn => "nn",
            Language::En => "en",
        }
    }

    /// The language of a code.
    pub fn of_code(code: &str) -> Option<Language> {
        match code {
            "nb" | "no" => Some(Language::Nb),
            "nn" => Some(Language::Nn),
            "en" => Some(Language::En),
            _ => None,
        }
    }

    /// The language that was chosen, or else that the browser asks for first, or else bokmål.
    pub fn of(config: &Config, headers: &HeaderMap) -> Language {
        let chosen = cookies::get(config, headers, cookies::LANGUAGE).and_then(Language::of_code);
        let asked = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let codes = asked.split(',').take(20).map(|one| one.split([';', '-']).next().unwrap_or_default().trim());
        let mut asked = codes.filter_map(|code| Language::of_code(&code.to_ascii_lowercase()));
        chosen.or_else(|| asked.next()).unwrap_or(Language::Nb)
    }

    /// One of three texts.
    pub fn pick(self, texts: [&'static str; 3]) -> &'static str {
        texts[self as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_known_language_is_taken() {
        let check = |asked: &str, expected: Language| {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_LANGUAGE, asked.parse().unwrap());
            assert_eq!(Language::of(&Config::default(), &headers), expected, "{asked}");
        };
        check("sv, nn-NO;q=0.8, en", Language::Nn);
        check("en-GB,en", Language::En);
        check("de", Language::Nb);
        check("no", Language::Nb);
    }
}
