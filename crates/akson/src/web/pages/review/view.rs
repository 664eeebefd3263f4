//! The page for those who watch over the log, as HTML.

use maud::{Markup, html};

use super::words as w;
use crate::http::icons::icon;
use crate::web::pages::Sample;
use crate::web::pages::log::view::Case;
use crate::web::shell::Shell;

/// The page's values.
#[derive(Clone, Debug, Default)]
pub struct View {
    /// What was done.
    pub told: Option<[&'static str; 3]>,
    /// What was wrong.
    pub wrong: Option<[&'static str; 3]>,
    /// The openings that wait.
    pub queue: Vec<Opening>,
    /// Whether it is the privacy officer, who has cases.
    pub officer: bool,
    /// The open cases.
    pub cases: Vec<Case>,
    /// The patterns; none if the log is too long.
    pub patterns: Option<Vec<Found>>,
}

/// An opening that waits.
#[derive(Clone, Debug)]
pub struct Opening {
    /// Its id.
    pub id: String,
    /// Who opened.
    pub who: String,
    /// Unit and organisation.
    pub place: String,
    /// The patient's name.
    pub patient: String,
    /// Whether it was an emergency.
    pub emergency: bool,
    /// Whether it has waited for too long.
    pub overdue: bool,
    /// From when to when.
    pub time: String,
    /// The reason's code.
    pub code: String,
    /// The reason.
    pub reason: String,
    /// What was seen under it.
    pub seen: String,
}

/// A pattern.
#[derive(Clone, Debug)]
pub struct Found {
    /// What is unusual.
    pub kind: &'static str,
    /// Who looked.
    pub who: String,
    /// Their unit.
    pub unit: String,
    /// The patient's name.
    pub patient: String,
    /// The Patient's id.
    pub patient_id: String,
    /// How many entries.
    pub count: u64,
    /// From when to when.
    pub time: String,
    /// The entries.
    pub events: Vec<String>,
}

impl View {
    /// The whole page.
    pub fn shown(&self, shell: &Shell) -> Markup {
        let content = html! {
            p class="ak-mut" { (shell.say(w::LEAD)) }
            @if let Some(words) = self.told { div class="ak-told ak-done" role="status" { p { (shell.say(words)) } } }
            @if let Some(words) = self.wrong { div class="ak-wrong" role="alert" { p { (shell.say(words)) } } }
            section class="ak-card" aria-labelledby="queue" {
                header { h2 id="queue" { (icon("ShieldLock")) (shell.say(w::QUEUE)) } span class="ak-mut ak-push" { (self.queue.len()) } }
                @if self.queue.is_empty() {
                    div class="ak-entry" { h3 { (shell.say(w::QUEUE_EMPTY)) } p class="ak-mut" { (shell.say(w::QUEUE_LEAD)) } }
                }
                @for (number, opening) in self.queue.iter().enumerate() { (opening.shown(shell, number)) }
            }
            @if self.officer {
                section class="ak-card" aria-labelledby="cases" {
                    header { h2 id="cases" { (icon("Inbox")) (shell.say(w::CASES)) } span class="ak-mut ak-push" { (self.cases.len()) } }
                    @if self.cases.is_empty() { div class="ak-entry" { h3 { (shell.say(w::CASES_EMPTY)) } } }
                    @for (number, case) in self.cases.iter().enumerate() { (shown(shell, number, case)) }
                }
            }
            (self.patterns(shell))
        };
        shell.page(shell.say(w::TITLE), &content)
    }

    fn patterns(&self, shell: &Shell) -> Markup {
        html! {
            section class="ak-card" aria-labelledby="patterns" {
                header { h2 id="patterns" { (icon("Eye")) (shell.say(w::PATTERNS)) } }
                div class="ak-entry" {
                    p class="ak-mut" { (shell.say(w::PATTERNS_LEAD)) }
                    @match &self.patterns {
                        None => p { (shell.say(w::PATTERNS_MUCH)) },
                        Some(found) if found.is_empty() => h3 { (shell.say(w::PATTERNS_EMPTY)) },
                        Some(_) => {},
                    }
                }
                @if let Some(found) = self.patterns.as_ref().filter(|found| !found.is_empty()) { (table(shell, found)) }
            }
        }
    }
}

impl Opening {
    fn shown(&self, shell: &Shell, number: usize) -> Markup {
        html! {
            article class="ak-entry" aria-labelledby={ "opening-" (number) } {
                h3 id={ "opening-" (number) } {
                    (shell.say(if self.emergency { w::EMERGENCY } else { w::DECLARED })) ": " (self.who)
                    @if self.overdue { " " span class="ak-mark" { (icon("Clock")) (shell.say(w::OVERDUE)) } }
                }
                dl {
                    dt { (shell.say(w::BY)) } dd { (self.who) @if !self.place.is_empty() { " · " (self.place) } }
                    dt { (shell.say(w::PATIENT)) } dd { (self.patient) }
                    dt { (shell.say(w::TIME)) } dd class="ak-num" { (self.time) }
                    dt { (shell.say(w::REASON)) } dd { (self.reason) " (" (self.code) ")" }
                    dt { (shell.say(w::SEEN)) } dd { @if self.seen.is_empty() { (shell.say(w::NOTHING)) } @else { (self.seen) } }
                }
                form class="ak-form" method="post" action="/review" {
                    (shell.field())
                    input type="hidden" name="opening" value=(self.id);
                    fieldset {
                        legend { (shell.say(w::VERDICT)) }
                        div class="ak-row" {
                            @for (code, words) in [("justified", w::JUSTIFIED), ("not-justified", w::NOT_JUSTIFIED)] {
                                label class="ak-pick" for={ (code) "-" (number) } {
                                    input type="radio" name="verdict" value=(code) id={ (code) "-" (number) } required;
                                    span { (shell.say(words)) }
                                }
                            }
                        }
                    }
                    div {
                        label class="ak-label" for={ "note-" (number) } { (shell.say(w::NOTE)) }
                        p class="ak-mut" id={ "note-hint-" (number) } { (shell.say(w::NOTE_HINT)) }
                        textarea id={ "note-" (number) } name="note" rows="2" maxlength="2000" aria-describedby={ "note-hint-" (number) } {}
                    }
                    button class="ds-button ak-btn" data-variant="primary" { (shell.say(w::DONE)) }
                }
            }
        }
    }
}

fn shown(shell: &Shell, number: usize, case: &Case) -> Markup {
    html! {
        article class="ak-entry" aria-labelledby={ "case-" (number) } {
            h3 id={ "case-" (number) } {
                (shell.say(w::NOT_RECOGNISED))
                @if case.late { " " span class="ak-mark" { (icon("Clock")) (shell.say(w::LATE)) } }
            }
            dl {
                dt { (shell.say(w::DEADLINE)) } dd class="ak-num" { (case.deadline) }
                @if !case.words.is_empty() { dt { (shell.say(w::REASON)) } dd { "«" (case.words) "»" } }
                dt { (shell.say(w::ENTRY)) } dd { a class="ak-a" href={ "/fhir/AuditEvent/" (case.event) "?_pretty=true" } { "AuditEvent/" (case.event) } }
                dt { (shell.say(w::PATIENT)) } dd { a class="ak-a" href={ "/log?patient=" (case.patient) } { (shell.say(w::LOG)) } }
            }
            form class="ak-form" method="post" action="/review/answer" {
                (shell.field())
                input type="hidden" name="case" value=(case.id);
                div {
                    label class="ak-label" for={ "answer-" (number) } { (shell.say(w::ANSWER)) }
                    textarea id={ "answer-" (number) } name="answer" rows="3" maxlength="4000" required {}
                }
                button class="ds-button ak-btn" data-variant="primary" { (shell.say(w::SEND)) }
            }
        }
    }
}

fn table(shell: &Shell, found: &[Found]) -> Markup {
    html! {
        table class="ak-t ak-rows ak-log" {
            caption class="ds-sr-only" { (shell.say(w::PATTERNS)) }
            thead { tr { @for word in [w::KIND, w::WHO, w::PATIENT, w::TIME, w::COUNT] { th scope="col" { (shell.say(word)) } } } }
            tbody {
                @for one in found {
                    tr {
                        th scope="row" { b { (one.kind) } }
                        td data-label=(shell.say(w::WHO)) { (one.who) div class="ak-mut" { (one.unit) } }
                        td data-label=(shell.say(w::PATIENT)) { (one.patient) }
                        td class="ak-num" data-label=(shell.say(w::TIME)) { (one.time) }
                        td data-label=(shell.say(w::COUNT)) {
                            (one.count)
                            details class="ak-twin" {
                                summary { (shell.say(w::LINES)) span class="ds-sr-only" { ": " (one.kind) ", " (one.who) } }
                                ul {
                                    @for event in &one.events {
                                        li { a class="ak-a" href={ "/fhir/AuditEvent/" (event) "?_pretty=true" } { (event) } }
                                    }
                                }
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
    let opening = Opening {
        id: "o".to_string(),
        who: "Hedda Vakttest".to_string(),
        place: "Fjordvik legevakt, Fjordvik kommune".to_string(),
        patient: "Olaug Marie Testesen".to_string(),
        emergency: true,
        overdue: true,
        time: "22.11.2026 13:13–17:13".to_string(),
        code: "HPAKUTT".to_string(),
        reason: "Funnet bevisstløs hjemme".to_string(),
        seen: "legemidler (4), allergier (1)".to_string(),
    };
    let declared = Opening { emergency: false, overdue: false, seen: String::new(), ..opening.clone() };
    let case =
        Case { deadline: "20.12.2026".to_string(), words: "Hvem er dette?".to_string(), late: true, ..Case::default() };
    let found = Found {
        kind: shell.say(w::kind(akson_core::PatternKind::Colleague)),
        who: "Camilla Prøvepleier".to_string(),
        unit: "Hjemmetjenesten".to_string(),
        patient: "David Testhjelper".to_string(),
        patient_id: "david".to_string(),
        count: 3,
        time: "20.11.2026–22.11.2026".to_string(),
        events: vec!["abc".to_string()],
    };
    let officer = View {
        queue: vec![opening, declared],
        officer: true,
        cases: vec![case],
        patterns: Some(vec![found]),
        ..View::default()
    };
    let states = [
        ("leader", View { officer: false, cases: Vec::new(), told: Some(w::REVIEWED), ..officer.clone() }),
        ("wrong", View { wrong: Some(w::NO_VERDICT), ..officer.clone() }),
        ("officer", officer),
        ("empty", View { officer: true, patterns: Some(Vec::new()), ..View::default() }),
        ("long log", View::default()),
    ];
    states.into_iter().map(|(state, view)| Sample { state, html: view.shown(shell) }).collect()
}
