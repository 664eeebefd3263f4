//! The page that tells why, as HTML.

use maud::{Markup, html};

use super::words as w;
use crate::http::icons::icon;
use crate::web::pages::Sample;
use crate::web::shell::Shell;

/// The page's values.
#[derive(Clone, Debug)]
pub struct View {
    /// Who was asked about.
    pub person: String,
    /// Whose record.
    pub patient: String,
    /// Which type.
    pub type_name: &'static str,
    /// Types to choose from, and what they are called.
    pub types: Vec<(&'static str, &'static str)>,
    /// The answer.
    pub told: Result,
}

/// An answer.
#[derive(Clone, Debug)]
pub enum Result {
    /// Nothing was asked.
    NotAsked,
    /// There is no such patient or account.
    Nobody,
    /// There are several accounts.
    Several,
    /// For each role.
    Roles(Vec<Role>),
}

/// A role.
#[derive(Clone, Debug)]
pub struct Role {
    /// What it is called.
    pub name: String,
    /// Whether it leads to the record.
    pub sees: bool,
    /// What the rules say.
    pub lines: Vec<Line>,
}

/// What a rule says.
#[derive(Clone, Debug)]
pub struct Line {
    /// The rule.
    pub rule: String,
    /// What it says.
    pub says: String,
    /// On what.
    pub more: String,
    /// The reason, as the rule gives it in English.
    pub english: String,
}

impl View {
    /// The whole page.
    pub fn shown(&self, shell: &Shell) -> Markup {
        let content = html! {
            p class="ak-mut" { (shell.say(w::LEAD)) }
            form class="ak-form" method="get" action="/why" {
                div { label class="ak-label" for="person" { (shell.say(w::PERSON)) } input id="person" type="text" name="person" value=(self.person) required autocomplete="off"; }
                div { label class="ak-label" for="patient" { (shell.say(w::PATIENT)) } input id="patient" type="text" name="patient" value=(self.patient) required autocomplete="off"; }
                div {
                    label class="ak-label" for="type" { (shell.say(w::TYPE)) }
                    select id="type" name="type" {
                        @for (name, word) in &self.types { option value=(name) selected[*name == self.type_name] { (word) " (" (name) ")" } }
                    }
                }
                button class="ds-button ak-btn" data-variant="primary" { (shell.say(w::ASK)) }
            }
            @match &self.told {
                Result::NotAsked => {},
                Result::Nobody => div class="ak-wrong" role="alert" { h2 { (shell.say(w::NONE)) } p { (shell.say(w::NONE_LEAD)) } },
                Result::Several => div class="ak-wrong" role="alert" { p { (shell.say(w::SEVERAL)) } },
                Result::Roles(roles) => {
                    @if roles.is_empty() { section class="ak-card ak-empty" { h2 role="status" { (shell.say(w::NO_ROLE)) } } }
                    @for (number, role) in roles.iter().enumerate() { (shown(shell, number, role)) }
                },
            }
        };
        shell.page(shell.say(w::TITLE), &content)
    }
}

fn shown(shell: &Shell, number: usize, role: &Role) -> Markup {
    html! {
        section class="ak-card" aria-labelledby={ "role-" (number) } {
            header {
                h2 id={ "role-" (number) } { (role.name) }
                @if role.sees { span class="ak-ok ak-push" { (icon("CheckmarkCircle")) (shell.say(w::SEES)) } }
                @else { span class="ak-mark ak-push" { (icon("PadlockLocked")) (shell.say(w::SEES_NOT)) } }
            }
            table class="ak-t ak-rows" {
                caption class="ds-sr-only" { (role.name) }
                thead { tr { th scope="col" { (shell.say(w::RULE)) } th scope="col" { (shell.say(w::MEANS)) } } }
                tbody {
                    @for line in &role.lines {
                        tr {
                            th scope="row" { b { (line.rule) } }
                            td data-label=(shell.say(w::MEANS)) {
                                (line.says)
                                @if !line.more.is_empty() { " " (line.more) }
                                @if !line.english.is_empty() { ": " span lang="en" { (line.english) } }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// The page in its states.
pub fn samples(shell: &Shell) -> Vec<Sample> {
    let line = |rule: &str, words: [&'static str; 3], more: &str, english: &str| Line {
        rule: shell.say(w::rule(rule)).to_string(),
        says: shell.say(words).to_string(),
        more: more.to_string(),
        english: english.to_string(),
    };
    let roles = vec![
        Role {
            name: "Hjemmetjenesten".to_string(),
            sees: true,
            lines: vec![line("care relation", w::ALLOWS, "", ""), line("block", w::TAKES_SOME, "", "")],
        },
        Role {
            name: "Ledelse".to_string(),
            sees: false,
            lines: vec![line("role", w::DENIES, "", "a leader sees no record")],
        },
    ];
    let view = |told: Result| View {
        person: "nina".to_string(),
        patient: "kari".to_string(),
        type_name: "Patient",
        types: vec![("Patient", "x"), ("Observation", "y")],
        told,
    };
    [
        ("asked", Result::Roles(roles)),
        ("no role", Result::Roles(Vec::new())),
        ("nobody", Result::Nobody),
        ("several", Result::Several),
        ("begin", Result::NotAsked),
    ]
    .into_iter()
    .map(|(state, told)| Sample { state, html: view(told).shown(shell) })
    .collect()
}
