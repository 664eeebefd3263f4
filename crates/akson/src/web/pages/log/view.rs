//! The log's pages as HTML.

use maud::{Markup, html};

use super::words as w;
use crate::http::icons::icon;
use crate::web::pages::Sample;
use crate::web::shell::Shell;

/// The page's values.
#[derive(Clone, Debug, Default)]
pub struct View {
    /// Whether it is one's own log, or that of whom one represents.
    pub own: bool,
    /// The Patient's id.
    pub patient: String,
    /// The first day that was asked for.
    pub from: String,
    /// The last one.
    pub to: String,
    /// Whether these could not be read.
    pub wrong_date: bool,
    /// Whether there is more than can be shown.
    pub too_much: bool,
    /// Whether a case was just sent.
    pub sent: bool,
    /// The days, the newest first.
    pub days: Vec<Group>,
    /// One's own cases.
    pub cases: Vec<Case>,
}

/// A day.
#[derive(Clone, Debug)]
pub struct Group {
    /// The date.
    pub day: String,
    /// What happened.
    pub rows: Vec<Row>,
}

/// What somebody did on a day.
#[derive(Clone, Debug, Default)]
pub struct Row {
    /// From when to when.
    pub time: String,
    /// The name.
    pub name: String,
    /// What they do.
    pub role: String,
    /// Unit and organisation.
    pub place: String,
    /// What part of the record.
    pub what: String,
    /// How many requests.
    pub count: u64,
    /// Whether something was changed.
    pub changed: bool,
    /// The ground.
    pub ground: String,
    /// Whether the record was opened, in an emergency or not, and why.
    pub opened: Option<(bool, String)>,
    /// Through which app.
    pub app: String,
    /// The entry by which a case names it.
    pub event: String,
}

/// A case.
#[derive(Clone, Debug, Default)]
pub struct Case {
    /// The Task's id.
    pub id: String,
    /// The Patient's id.
    pub patient: String,
    /// The entry that it is about.
    pub event: String,
    /// When it was sent.
    pub sent: String,
    /// When it is to be answered.
    pub deadline: String,
    /// What the patient says.
    pub words: String,
    /// The answer.
    pub answer: String,
    /// Whether it is answered.
    pub done: bool,
    /// Whether the deadline has passed.
    pub late: bool,
}

/// Is it this one?
#[derive(Clone, Debug)]
pub struct Dispute {
    /// The entry.
    pub event: String,
}

impl View {
    /// The whole page.
    pub fn shown(&self, shell: &Shell) -> Markup {
        let content = html! {
            p class="ak-mut" { (shell.say(w::LEAD)) }
            @if self.sent { div class="ak-told ak-done" role="status" { p { (shell.say(w::SENT)) } } }
            @if self.wrong_date { div class="ak-wrong" role="alert" { p { (shell.say(w::WRONG_DATE)) } } }
            (self.cases(shell))
            (self.filter(shell))
            @if self.too_much { div class="ak-wrong" role="alert" { p { (shell.say(w::TOO_MUCH)) } } }
            @else if self.days.is_empty() {
                section class="ak-card ak-empty" { h2 role="status" { (shell.say(w::EMPTY)) } p { (shell.say(w::EMPTY_LEAD)) } }
            }
            @for (number, group) in self.days.iter().enumerate() { (self.day(shell, number, group)) }
        };
        shell.page(shell.say(if self.own { w::TITLE } else { w::TITLE_OF }), &content)
    }

    fn filter(&self, shell: &Shell) -> Markup {
        html! {
            form class="ak-form" method="get" action="/log" {
                @if !self.own { input type="hidden" name="patient" value=(self.patient); }
                div class="ak-between" {
                    div { label class="ak-label" for="from" { (shell.say(w::FROM)) } input id="from" type="date" name="from" value=(self.from); }
                    div { label class="ak-label" for="to" { (shell.say(w::TO)) } input id="to" type="date" name="to" value=(self.to); }
                    button class="ds-button ak-btn" data-variant="secondary" { (shell.say(w::SHOW)) }
                }
            }
        }
    }

    fn day(&self, shell: &Shell, number: usize, group: &Group) -> Markup {
        html! {
            section class="ak-card" aria-labelledby={ "day-" (number) } {
                header { h2 id={ "day-" (number) } class="ak-num" { (icon("Calendar")) (group.day) } }
                table class="ak-t ak-rows ak-log" {
                    caption class="ds-sr-only" { (shell.say(w::TITLE_OF)) " " (group.day) }
                    thead {
                        tr { @for word in [w::WHO, w::TIME, w::WHAT, w::GROUND, w::MORE] { th scope="col" { (shell.say(word)) } } }
                    }
                    tbody { @for row in &group.rows { (self.row(shell, row)) } }
                }
            }
        }
    }

    fn row(&self, shell: &Shell, row: &Row) -> Markup {
        html! {
            tr {
                th scope="row" {
                    b { (row.name) }
                    div class="ak-mut" { (row.role) @if !row.place.is_empty() { " · " (row.place) } }
                }
                td class="ak-num" data-label=(shell.say(w::TIME)) { (row.time) }
                td data-label=(shell.say(w::WHAT)) {
                    @if row.what.is_empty() { span class="ak-mut" { (shell.say(w::NOTHING)) } } @else { (row.what) }
                    div class="ak-mut" { (row.count) " " (shell.say(w::TIMES)) @if row.changed { " · " (shell.say(w::CHANGED)) } }
                }
                td data-label=(shell.say(w::GROUND)) {
                    (row.ground)
                    @if let Some((emergency, reason)) = &row.opened {
                        div { span class="ak-mark" { (icon("ShieldLock")) (shell.say(if *emergency { w::EMERGENCY } else { w::DECLARED })) } }
                        @if !reason.is_empty() { div class="ak-mut" { "«" (reason) "»" } }
                    }
                    @if !row.app.is_empty() { div class="ak-mut" { (shell.say(w::APP)) " " (row.app) } }
                }
                td data-label=(shell.say(w::MORE)) {
                    @if self.own {
                        a class="ak-a" href={ "/log/report?event=" (row.event) } {
                            (shell.say(w::UNKNOWN)) span class="ds-sr-only" { ": " (row.name) ", " (row.time) }
                        }
                    } @else { "–" }
                }
            }
        }
    }

    fn cases(&self, shell: &Shell) -> Markup {
        html! {
            @if !self.cases.is_empty() {
                section class="ak-card" aria-labelledby="cases" {
                    header { h2 id="cases" { (shell.say(w::CASES)) } }
                    @for case in &self.cases { (told(shell, case)) }
                }
            }
        }
    }
}

/// A case as its patient reads it.
fn told(shell: &Shell, case: &Case) -> Markup {
    html! {
        div class="ak-entry" {
            h3 { (shell.say(if case.done { w::CASE_DONE } else { w::CASE_OPEN })) }
            p { (shell.say(w::SENT_AT)) " " (case.sent) ", " (shell.say(w::DEADLINE)) " " (case.deadline) "." }
            @if !case.words.is_empty() { p class="ak-mut" { "«" (case.words) "»" } }
            @if !case.answer.is_empty() { p { b { (shell.say(w::ANSWER)) ": " } (case.answer) } }
        }
    }
}

impl Dispute {
    /// The whole page.
    pub fn shown(&self, shell: &Shell) -> Markup {
        let content = html! {
            div class="ak-told" { p { (shell.say(w::DISPUTE_LEAD)) } }
            form class="ak-form" method="post" action="/log/report" {
                (shell.field())
                input type="hidden" name="event" value=(self.event);
                div {
                    label class="ak-label" for="words" { (shell.say(w::WORDS)) }
                    p id="hint" class="ak-mut" { (shell.say(w::WORDS_HINT)) }
                    textarea id="words" name="words" rows="5" maxlength="2000" aria-describedby="hint" {}
                }
                div class="ak-row" {
                    button class="ds-button ak-btn" data-variant="primary" { (shell.say(w::SEND)) }
                    a class="ds-button ak-btn" data-variant="secondary" href="/log" { (shell.say(w::CANCEL)) }
                }
            }
        };
        shell.page(shell.say(w::DISPUTE), &content)
    }
}

/// The pages in their states.
pub fn samples(shell: &Shell) -> Vec<Sample> {
    let ordinary = Row {
        time: "08:12–08:31".to_string(),
        name: "Camilla Prøvepleier".to_string(),
        role: shell.say(w::KIND_STAFF).to_string(),
        place: "Hjemmetjenesten, Fjordvik kommune".to_string(),
        what: "målinger og prøvesvar (4), legemidler (2)".to_string(),
        count: 12,
        changed: true,
        ground: shell.say(w::purpose("TREAT")).to_string(),
        opened: None,
        app: String::new(),
        event: "e".to_string(),
    };
    let emergency = Row {
        name: "Hedda Vakttest".to_string(),
        opened: Some((true, "Funnet bevisstløs".to_string())),
        ground: shell.say(w::purpose("BTG")).to_string(),
        app: "Vaktappen".to_string(),
        ..ordinary.clone()
    };
    let declared =
        Row { opened: Some((false, String::new())), what: String::new(), changed: false, ..ordinary.clone() };
    let days = vec![
        Group { day: "22.11.2026".to_string(), rows: vec![emergency, ordinary] },
        Group { day: "21.11.2026".to_string(), rows: vec![declared] },
    ];
    let case = Case { sent: "20.11.2026".to_string(), deadline: "20.12.2026".to_string(), ..Case::default() };
    let answered =
        Case { done: true, words: "Hvem er dette?".to_string(), answer: "En vikar.".to_string(), ..case.clone() };
    let own = View { own: true, patient: "olaug".to_string(), days, ..View::default() };
    let states = [
        ("own", View { cases: vec![case, answered], sent: true, ..own.clone() }),
        ("watched", View { own: false, ..own.clone() }),
        ("empty", View { days: Vec::new(), wrong_date: true, ..own.clone() }),
        ("too much", View { days: Vec::new(), too_much: true, ..own }),
    ];
    let mut all: Vec<Sample> =
        states.into_iter().map(|(state, view)| Sample { state, html: view.shown(shell) }).collect();
    all.push(Sample { state: "report", html: Dispute { event: "e".to_string() }.shown(shell) });
    all
}
