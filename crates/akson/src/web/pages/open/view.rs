//! The pages of opening a record as HTML.

use akson_core::sight::OpeningKind;
use maud::{Markup, html};

use super::{WHYS, words as w};
use crate::http::icons::icon;
use crate::web::pages::Sample;
use crate::web::shell::Shell;

/// Whom?
#[derive(Clone, Copy, Debug)]
pub struct Find {
    /// Whether nobody was found.
    pub nobody: bool,
}

/// The page's values.
#[derive(Clone, Debug, Default)]
pub struct View {
    /// The Patient's id.
    pub id: String,
    /// The name.
    pub name: String,
    /// The date of birth.
    pub born: String,
    /// Whether the caller sees the patient already.
    pub sees: bool,
    /// What is open now.
    pub open: Option<Open>,
    /// Whether it has just been ended.
    pub ended: bool,
    /// What was chosen.
    pub why: String,
    /// What was written.
    pub text: String,
    /// What is wrong with it: where, and in words.
    pub wrong: Vec<(&'static str, [&'static str; 3])>,
}

/// An opening that lasts.
#[derive(Clone, Debug, Default)]
pub struct Open {
    /// Until when.
    pub until: String,
    /// How long that is.
    pub left: String,
    /// Whether it is an emergency.
    pub emergency: bool,
    /// The reason that was given.
    pub reason: String,
}

impl Find {
    /// The whole page.
    pub fn shown(&self, shell: &Shell) -> Markup {
        let content = html! {
            @if self.nobody {
                div class="ak-wrong" role="alert" { h2 { (shell.say(w::NOBODY)) } p { (shell.say(w::NOBODY_LEAD)) } }
            }
            p class="ak-mut" { (shell.say(w::FIND_LEAD)) }
            form class="ak-form" method="post" action="/open" {
                (shell.field())
                div {
                    label class="ak-label" for="number" { (shell.say(w::NUMBER)) }
                    p id="hint" class="ak-mut" { (shell.say(w::NUMBER_HINT)) }
                    input id="number" type="text" name="number" inputmode="numeric" autocomplete="off" maxlength="20"
                        required aria-describedby="hint";
                }
                button class="ds-button ak-btn" data-variant="primary" { (shell.say(w::FIND)) }
            }
        };
        shell.page(shell.say(w::TITLE), &content)
    }
}

impl View {
    /// The whole page.
    pub fn shown(&self, shell: &Shell) -> Markup {
        let title = if self.open.is_some() { w::OPENED } else { w::TITLE };
        let title = format!("{}: {}", shell.say(title), self.name);
        let content = html! {
            @if !self.born.is_empty() { p { b { (self.name) } ", " (shell.say(w::BORN)) " " span class="ak-num" { (self.born) } } }
            @if self.ended { div class="ak-told ak-done" role="status" { p { (shell.say(w::ENDED)) } } }
            @match &self.open {
                Some(open) => (self.opened(shell, open)),
                None => (self.form(shell)),
            }
        };
        shell.page(&title, &content)
    }

    fn opened(&self, shell: &Shell, open: &Open) -> Markup {
        let ground = shell.say(if open.emergency { w::BY_EMERGENCY } else { w::BY_DECLARED });
        html! {
            section class="ak-opened" aria-label=(shell.say(w::OPENED)) {
                (icon("ShieldLock"))
                div {
                    p role="status" { b { (shell.say(w::UNTIL)) " " (open.until) } " (" (open.left) " " (shell.say(w::LEFT)) ") · " (ground) }
                    p class="ak-mut" { "«" (open.reason) "»" }
                }
                form method="post" action={ "/patients/" (self.id) "/open/end" } {
                    (shell.field())
                    button class="ds-button ak-btn" data-variant="primary" { (shell.say(w::END)) }
                }
            }
            (rules(shell))
            p { a class="ak-a" href={ "/patients/" (self.id) } { (shell.say(w::GO)) } }
        }
    }

    fn form(&self, shell: &Shell) -> Markup {
        html! {
            @if !self.wrong.is_empty() {
                div class="ak-wrong" role="alert" {
                    h2 { (shell.say(w::WRONG)) }
                    ul { @for (place, text) in &self.wrong { li { a href=(place) { (shell.say(*text)) } } } }
                }
            }
            p { (shell.say(if self.sees { w::SEEN } else { w::CLOSED })) }
            (rules(shell))
            form class="ak-form" method="post" action={ "/patients/" (self.id) "/open" } {
                (shell.field())
                fieldset {
                    legend { (shell.say(w::WHY)) }
                    @for (number, (code, words, kind)) in WHYS.iter().enumerate() {
                        @let danger = *kind == OpeningKind::Emergency;
                        label class={ "ak-pick" @if danger { " ak-pick--danger" } } for={ "why-" (number) } {
                            input type="radio" name="why" value=(code) id={ "why-" (number) } required
                                checked[self.why == *code];
                            span { b { (shell.say(*words)) } @if danger { span { (shell.say(w::EMERGENCY_LEAD)) } } }
                        }
                    }
                }
                div {
                    label class="ak-label" for="text" { (shell.say(w::TEXT)) }
                    p id="text-hint" class="ak-mut" { (shell.say(w::TEXT_HINT)) }
                    textarea id="text" name="text" rows="4" minlength="10" maxlength="1000" required
                        aria-describedby="text-hint" { (self.text) }
                }
                div class="ak-row" {
                    button class="ds-button ak-btn" data-variant="primary" { (shell.say(w::SUBMIT)) }
                    a class="ds-button ak-btn" data-variant="secondary" href="/patients" { (shell.say(w::CANCEL)) }
                }
            }
        }
    }
}

/// What comes of an opening.
fn rules(shell: &Shell) -> Markup {
    html! {
        div class="ak-told" {
            p { b { (shell.say(w::RULES)) } }
            ul { @for rule in [w::RULE_TOLD, w::RULE_REVIEW, w::RULE_TIME] { li { (shell.say(rule)) } } }
        }
    }
}

/// The pages in their states.
pub fn samples(shell: &Shell) -> Vec<Sample> {
    let view = View {
        id: "olaug".to_string(),
        name: "Olaug Marie Testesen".to_string(),
        born: "14.08.1942".to_string(),
        ..View::default()
    };
    let open = Open {
        until: "17:05".to_string(),
        left: "3 t 52 min".to_string(),
        emergency: true,
        reason: "Funnet bevisstløs hjemme".to_string(),
    };
    let wrong = vec![("#why-0", w::NO_WHY), ("#text", w::NO_TEXT)];
    let states = [
        ("closed", view.clone()),
        ("seen", View { sees: true, ..view.clone() }),
        ("wrong", View { wrong, text: "kort".to_string(), ..view.clone() }),
        ("open", View { open: Some(open), ..view.clone() }),
        ("ended", View { ended: true, ..view }),
    ];
    let pages = states.into_iter().map(|(state, view)| Sample { state, html: view.shown(shell) });
    let find = [("whom", false), ("nobody", true)];
    let finds = find.into_iter().map(|(state, nobody)| Sample { state, html: Find { nobody }.shown(shell) });
    pages.chain(finds).collect()
}
