//! What all pages have around them: head, headers, bar, the word that it is a sandbox; and the page with nothing more.
//!
//! Pages work without script; the policy allows only our own, and no styles or scripts inside the HTML. They are never kept by
//! a browser or a cache, never shown inside others, and go to the locked page by themselves when nobody is there.
//! What it does not do: know what a page is about.

use akson_core::identity::IDLE_MAX;
use axum::body::Body;
use axum::http::{HeaderValue, Response, StatusCode, header};
use maud::{DOCTYPE, Markup, html};

use super::assets;
use super::bar::Bar;
use super::language::Language;
use super::look::Look;

const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; font-src 'self'; img-src 'self' data:; \
                      connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
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

/// How large the type is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Size {
    /// For those who work here all day.
    Small,
    /// For everybody.
    Medium,
}

/// The head of a document.
#[derive(Clone, Copy)]
pub struct Head<'p> {
    /// The language.
    pub language: Language,
    /// How it looks.
    pub look: Look,
    /// How large.
    pub size: Size,
    /// The title of the window.
    pub title: &'p str,
}

/// A whole document.
pub fn document(head: Head<'_>, body: &Markup) -> Markup {
    let language = head.language;
    let size = if head.size == Size::Small { "sm" } else { "md" };
    html! {
        (DOCTYPE)
        html lang=(language.code()) data-color-scheme=(head.look.code()) data-size=(size) data-typography="primary" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="robots" content="noindex";
                meta name="color-scheme" content="light dark";
                title { (head.title) " – Akson" }
                link rel="preload" href=(assets::font().path) as="font" type="font/woff2" crossorigin;
                link rel="stylesheet" href=(assets::style().path);
                script src=(assets::script().path) defer {}
                link rel="icon" href="data:,";
            }
            body {
                a class="ds-skip-link" href="#content" {
                    (language.pick(["Hopp til innholdet", "Hopp til innhaldet", "Skip to the content"]))
                }
                (body)
            }
        }
    }
}

/// A document as an answer; one that belongs to somebody goes to the locked page when nobody is there.
pub fn respond(status: StatusCode, document: Markup, somebody: bool) -> Response<Body> {
    let mut response = Response::new(Body::from(document.into_string()));
    *response.status_mut() = status;
    for (name, value) in HEADERS {
        response.headers_mut().insert(*name, HeaderValue::from_static(value));
    }
    if somebody {
        // One second after the session has locked itself.
        let seconds = IDLE_MAX / 1_000_000 + 1;
        if let Ok(value) = HeaderValue::from_str(&format!("{seconds}; url=/locked")) {
            response.headers_mut().insert(header::REFRESH, value);
        }
    }
    response
}

/// The word that everybody here is invented.
pub fn sandbox_word(language: Language) -> Markup {
    let text = language.pick([
        "Dette er en sandkasse. Alle personer er oppdiktet. Legg aldri inn ekte personopplysninger.",
        "Dette er ei sandkasse. Alle personar er oppdikta. Legg aldri inn ekte personopplysningar.",
        "This is a sandbox. All people are invented. Never enter real personal data.",
    ]);
    let word = language.pick(["SYNTETISKE DATA", "SYNTETISKE DATA", "SYNTHETIC DATA"]);
    html! { aside class="ak-sandbox" { strong { (word) } " " span { (text) } } }
}

/// A page with a heading and its content.
pub struct Page<'p> {
    /// The language.
    pub language: Language,
    /// How it looks.
    pub look: Look,
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
        respond(status, self.whole(content), self.person.is_some())
    }

    fn whole(&self, content: &Markup) -> Markup {
        let head = Head { language: self.language, look: self.look, size: Size::Medium, title: self.title };
        let body = html! {
            (self.bar().shown())
            @if self.sandbox { (sandbox_word(self.language)) }
            main class="ak-plain" id="content" tabindex="-1" { h1 { (self.title) } (content) }
            footer class="ak-end" { "Akson " (env!("CARGO_PKG_VERSION")) }
        };
        document(head, &body)
    }

    fn bar(&self) -> Bar<'_> {
        Bar {
            language: self.language,
            look: self.look,
            person: self.person,
            tag: self.tag,
            path: self.path,
            search: false,
            tasks: None,
        }
    }

    /// The hidden field that says that a form is ours.
    pub fn field(&self) -> Markup {
        self.bar().field()
    }
}
