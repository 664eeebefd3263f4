//! What all pages have around them: head, bar with name, role and unit, the word that it is a sandbox, languages.
//!
//! Pages work without script: the policy allows none. They are never kept by a browser or a cache, never shown inside
//! others, and go to the locked page by themselves when nobody is there. What it does not do: know what a page is about.

use akson_core::identity::IDLE_MAX;
use axum::body::Body;
use axum::http::{HeaderValue, Response, StatusCode, header};
use maud::{DOCTYPE, Markup, html};

use super::csrf;
use super::language::{LANGUAGES, Language};

/// The style of all pages; its address changes with it.
pub const STYLE: &str = include_str!("page.css");
/// Where the style is.
pub const STYLE_PATH: &str = "/static/akson.css";
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; \
                      frame-ancestors 'none'";
const HEADERS: &[(&str, &str)] = &[
    ("content-type", "text/html; charset=utf-8"),
    ("content-security-policy", POLICY),
    ("cache-control", "no-store"),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    // Not no-referrer: then browsers would not say the origin of forms.
    ("referrer-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("permissions-policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
];

/// Who is signed in, as the bar shows it.
#[derive(Clone, Debug, Default)]
pub struct Person {
    /// The name.
    pub name: String,
    /// The role, or for whom they act.
    pub role: String,
    /// The unit and its organisation.
    pub unit: String,
}

/// A page around its content.
pub struct Page<'p> {
    /// The language.
    pub language: Language,
    /// The title, also of the window.
    pub title: &'p str,
    /// Whether the people here are invented.
    pub sandbox: bool,
    /// Who is signed in.
    pub person: Option<&'p Person>,
    /// The tag of its forms.
    pub tag: &'p str,
    /// The path it stands at, to come back to.
    pub path: &'p str,
}

impl Page<'_> {
    /// The page as an answer.
    pub fn answer(&self, status: StatusCode, content: &Markup) -> Response<Body> {
        let mut response = Response::new(Body::from(self.whole(content).into_string()));
        *response.status_mut() = status;
        for (name, value) in HEADERS {
            response.headers_mut().insert(*name, HeaderValue::from_static(value));
        }
        if self.person.is_some() {
            // One second after the session has locked itself.
            let seconds = IDLE_MAX / 1_000_000 + 1;
            if let Ok(value) = HeaderValue::from_str(&format!("{seconds}; url=/locked")) {
                response.headers_mut().insert(header::REFRESH, value);
            }
        }
        response
    }

    fn whole(&self, content: &Markup) -> Markup {
        let language = self.language;
        html! {
            (DOCTYPE)
            html lang=(language.code()) {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="robots" content="noindex";
                    title { (self.title) " – Akson" }
                    link rel="stylesheet" href=(STYLE_PATH);
                    link rel="icon" href="data:,";
                }
                body {
                    a class="skip" href="#content" {
                        (language.pick(["Hopp til innholdet", "Hopp til innhaldet", "Skip to the content"]))
                    }
                    (self.bar())
                    @if self.sandbox { (self.sandbox_word()) }
                    main id="content" tabindex="-1" { h1 { (self.title) } (content) }
                    (self.foot())
                }
            }
        }
    }

    fn bar(&self) -> Markup {
        let language = self.language;
        html! {
            header class="bar" {
                a class="brand" href="/" {
                    svg aria-hidden="true" viewBox="0 0 24 24" width="26" height="26" {
                        path d="M12 3 3 10v11h6v-6h6v6h6V10z" fill="none" stroke="currentColor" stroke-width="2"
                            stroke-linejoin="round";
                    }
                    span { "Akson" }
                }
                @if let Some(person) = self.person {
                    div class="who" {
                        div class="unit" {
                            strong { (person.unit) }
                            span { (person.role) }
                        }
                        nav aria-label=(language.pick(["Økten din", "Økta di", "Your session"])) {
                            a href="/session" { (person.name) }
                            form method="post" action="/signout" {
                                (self.field())
                                button class="quiet" { (language.pick(["Logg ut", "Logg ut", "Sign out"])) }
                            }
                        }
                    }
                }
            }
        }
    }

    fn sandbox_word(&self) -> Markup {
        let text = self.language.pick([
            "Dette er en sandkasse. Alle personer er oppdiktet. Legg aldri inn ekte personopplysninger.",
            "Dette er ei sandkasse. Alle personar er oppdikta. Legg aldri inn ekte personopplysningar.",
            "This is a sandbox. All people are invented. Never enter real personal data.",
        ]);
        let word = self.language.pick(["SYNTETISKE DATA", "SYNTETISKE DATA", "SYNTHETIC DATA"]);
        html! { aside class="sandbox" { strong { (word) } " " span { (text) } } }
    }

    fn foot(&self) -> Markup {
        let language = self.language;
        html! {
            footer class="foot" {
                form method="post" action="/language" {
                    (self.field())
                    input type="hidden" name="return" value=(self.path);
                    fieldset {
                        legend { (language.pick(["Språk", "Språk", "Language"])) }
                        @for (other, name) in LANGUAGES {
                            button class="quiet" name="language" value=(other.code()) lang=(other.code())
                                aria-pressed=(if other == language { "true" } else { "false" }) { (name) }
                        }
                    }
                }
                span { "Akson " (env!("CARGO_PKG_VERSION")) }
            }
        }
    }

    /// The hidden field that says that a form is ours.
    pub fn field(&self) -> Markup {
        html! { input type="hidden" name=(csrf::FIELD) value=(self.tag); }
    }
}
