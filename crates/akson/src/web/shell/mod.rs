//! The shell: what stands around every page of somebody who is signed in.
//!
//! Bar, the word that it is a sandbox, and on pages of a record its banner, its sections and, on a phone, its quick actions.
//! Every page has one heading of the first level. A record's banner and content come from the same path of the same request;
//! nothing of a patient is in the session. What it does not do: read anything; pages give it values.

pub mod banner;
pub mod sections;

use akson_core::Who;
use axum::body::Body;
use axum::http::{Response, StatusCode};
use maud::{Markup, html};

use self::banner::Banner;
use self::sections::Section;
use super::ask::Ask;
use crate::http::bar::Bar;
use crate::http::icons::icon;
use crate::http::language::Language;
use crate::http::look::Look;
use crate::http::page::{Head, Person, Size, document, respond, sandbox_word};

/// What is around a page.
#[derive(Clone, Debug)]
pub struct Shell {
    /// The language.
    pub language: Language,
    /// How pages look.
    pub look: Look,
    /// How large the type is.
    pub size: Size,
    /// Whether the people here are invented.
    pub sandbox: bool,
    /// Who is signed in.
    pub person: Person,
    /// The tag of forms.
    pub tag: String,
    /// The path, to come back to.
    pub path: String,
    /// Whether they look for patients.
    pub search: bool,
    /// Open tasks, if they were counted.
    pub tasks: Option<usize>,
    /// When it is.
    pub moment: i64,
}

/// A page of a record: where in it, and what can be done at once.
pub struct InRecord<'p> {
    /// Whose.
    pub banner: &'p Banner,
    /// Which section.
    pub section: Section,
    /// Buttons of the banner and, on a phone, at the bottom.
    pub actions: &'p [Action],
}

/// Something to do from where one is.
#[derive(Clone, Debug)]
pub struct Action {
    /// Where it leads.
    pub href: String,
    /// Its icon.
    pub icon: &'static str,
    /// Its word.
    pub word: &'static str,
    /// Its word on a phone.
    pub short: &'static str,
    /// Whether it is the first thing to do here.
    pub primary: bool,
}

impl Shell {
    /// A text in the language.
    pub fn say(&self, words: [&'static str; 3]) -> &'static str {
        self.language.pick(words)
    }

    /// The hidden field that says that a form is ours.
    pub fn field(&self) -> Markup {
        self.bar().field()
    }

    fn bar(&self) -> Bar<'_> {
        Bar {
            language: self.language,
            look: self.look,
            person: Some(&self.person),
            tag: &self.tag,
            path: &self.path,
            search: self.search,
            tasks: self.tasks,
        }
    }

    fn whole(&self, title: &str, body: &Markup) -> Markup {
        document(Head { language: self.language, look: self.look, size: self.size, title }, body)
    }

    /// A page with a heading.
    pub fn page(&self, title: &str, content: &Markup) -> Markup {
        let body = html! {
            (self.bar().shown())
            @if self.sandbox { (sandbox_word(self.language)) }
            main class="ak-wide-page" id="content" tabindex="-1" { h1 { (title) } (content) }
        };
        self.whole(title, &body)
    }

    /// A page of a record: the window's title begins with the patient's name.
    pub fn record(&self, within: &InRecord<'_>, content: &Markup) -> Markup {
        let word = self.say(within.section.words());
        let title = format!("{} · {word}", within.banner.spoken);
        let body = html! {
            (self.bar().shown())
            @if self.sandbox { (sandbox_word(self.language)) }
            (within.banner.shown(self, word, within.actions))
            div class="ak-shell" {
                (sections::shown(self, &within.banner.id, within.section))
                main class="ak-main" id="content" tabindex="-1" { (content) }
            }
            @if !within.actions.is_empty() { (self.bottom(within.actions)) }
        };
        self.whole(&title, &body)
    }

    fn bottom(&self, actions: &[Action]) -> Markup {
        let label = self.say(["Hurtighandlinger", "Hurtighandlingar", "Quick actions"]);
        html! {
            nav class="ak-bottom" aria-label=(label) {
                @for action in actions.iter().take(4) {
                    a class=[action.primary.then_some("pri")] href=(action.href) { (icon(action.icon)) (action.short) }
                }
            }
        }
    }

    /// One for samples, in a language.
    pub fn sample(language: Language) -> Shell {
        Shell {
            language,
            look: Look::Light,
            size: Size::Small,
            sandbox: true,
            person: Person {
                name: "Ingrid Solheim".to_string(),
                role: language.pick(["Sykepleie og omsorg", "Sjukepleie og omsorg", "Nursing and care"]).to_string(),
                unit: "Hjemmetjenesten Øst, Fjordvik kommune".to_string(),
            },
            tag: "0".repeat(64),
            path: "/".to_string(),
            search: true,
            tasks: None,
            moment: 1_795_348_800_000_000,
        }
    }
}

impl Ask {
    /// The shell around this request's page.
    pub fn shell(&self) -> Shell {
        let staff = matches!(self.caller.as_ref().map(|caller| &caller.who), Some(Who::Staff(_) | Who::Operator));
        Shell {
            language: self.language,
            look: self.look,
            size: if staff { Size::Small } else { Size::Medium },
            sandbox: self.desk.sandbox,
            person: self.person.clone().unwrap_or_default(),
            tag: self.tag.clone(),
            path: if self.method == "GET" { self.path.clone() } else { "/".to_string() },
            search: staff,
            tasks: None,
            moment: self.moment,
        }
    }
}

/// A page as an answer.
pub fn show(page: Markup) -> Response<Body> {
    respond(StatusCode::OK, page, true)
}

/// A page as an answer that says that something was not as it should be.
pub fn show_with(status: StatusCode, page: Markup) -> Response<Body> {
    respond(status, page, true)
}
