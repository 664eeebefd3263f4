//! One's day as HTML.

use maud::{Markup, html};

use super::words as w;
use crate::http::icons::icon;
use crate::web::chart::Part;
use crate::web::pages::Sample;
use crate::web::parts::card::{Card, said};
use crate::web::parts::vitals::Badge;
use crate::web::shell::Shell;

/// The page's values.
#[derive(Clone, Debug)]
pub struct View {
    /// The day in words.
    pub date: String,
    /// Patients whose newest score calls for something.
    pub alarms: Part<Vec<Alarm>>,
    /// Visits and appointments of the day.
    pub visits: Part<Vec<Line>>,
    /// Open tasks.
    pub tasks: Part<Vec<Line>>,
    /// Whether there are more tasks.
    pub more: bool,
    /// Whether they may open records with a reason.
    pub opens: bool,
}

/// A score that calls for something.
#[derive(Clone, Debug)]
pub struct Alarm {
    /// The patient: id and name.
    pub patient: (String, String),
    /// The sum in its colour.
    pub sum: Badge,
    /// When.
    pub time: String,
}

/// Something to do.
#[derive(Clone, Debug)]
pub struct Line {
    /// When.
    pub time: String,
    /// The patient: id, empty if it is nobody's, and name.
    pub patient: (String, String),
    /// What.
    pub what: String,
    /// Why it stands here: whose it is.
    pub whose: String,
    /// Whether its time has passed.
    pub overdue: bool,
    /// Whether it is done.
    pub done: bool,
}

impl View {
    /// The whole page; the count of tasks in the bar is of the same list.
    pub fn shown(&self, shell: &Shell) -> Markup {
        let open = match &self.tasks {
            Part::There(tasks) => Some(tasks.len()),
            _ => None,
        };
        let shell = Shell { tasks: open, ..shell.clone() };
        let content = html! {
            p class="ak-mut ak-date" { (self.date) " · " a class="ak-a" href="/patients" { (shell.say(w::PATIENTS)) } @if self.opens { " · " a class="ak-a" href="/open" { (shell.say(w::OPENS)) } } }
            div class="ak-day-grid" {
                div class="ak-stack" { (self.alarms(&shell)) (self.visits(&shell)) }
                (self.tasks(&shell))
            }
        };
        shell.page(shell.say(w::TITLE), &content)
    }

    fn alarms(&self, shell: &Shell) -> Markup {
        let card = Card { id: "alarms", icon: "Vitals", title: shell.say(w::ALARMS), aside: html! {}, class: "" };
        card.of(shell, &self.alarms, |alarms| match alarms.is_empty() {
            true => said(shell.say(w::NO_ALARMS), "", "CheckmarkCircle"),
            false => html! {
                ul class="ak-list" data-rows {
                    @for alarm in alarms {
                        li {
                            span class="ak-when" { (alarm.sum.shown()) }
                            div {
                                a class="ak-to" data-row href={ "/patients/" (alarm.patient.0) } { (alarm.patient.1) }
                                div class="s" { "NEWS2 · " (alarm.time) }
                            }
                            (icon("ArrowRight"))
                        }
                    }
                }
            },
        })
    }

    fn visits(&self, shell: &Shell) -> Markup {
        let left = match &self.visits {
            Part::There(visits) => visits.iter().filter(|visit| !visit.done).count(),
            _ => 0,
        };
        let aside =
            html! { span class="ak-mut ak-sm ak-push" { (shell.say(w::LEFT).replace("{}", &left.to_string())) } };
        let card = Card { id: "visits", icon: "Calendar", title: shell.say(w::VISITS), aside, class: "" };
        card.of(shell, &self.visits, |visits| lines(shell, visits, w::NO_VISITS))
    }

    fn tasks(&self, shell: &Shell) -> Markup {
        let count = match &self.tasks {
            Part::There(tasks) => tasks.len().to_string(),
            _ => String::new(),
        };
        let aside = html! { span class="ak-mut ak-sm ak-push" { (count) } };
        let card = Card { id: "tasks", icon: "Tasklist", title: shell.say(w::TASKS), aside, class: "" };
        card.of(shell, &self.tasks, |tasks| {
            html! {
                (lines(shell, tasks, w::NO_TASKS))
                @if self.more { p class="ak-foot" { (shell.say(w::MORE)) } }
            }
        })
    }
}

fn lines(shell: &Shell, all: &[Line], none: [&'static str; 3]) -> Markup {
    if all.is_empty() {
        return said(shell.say(none), "", "CheckmarkCircle");
    }
    html! {
        ul class="ak-list" data-rows {
            @for line in all {
                li class=[if line.overdue { Some("due") } else if line.done { Some("done") } else { None }] {
                    span class="ak-when" { (line.time) }
                    div {
                        @if line.patient.0.is_empty() {
                            b { (line.what) }
                        } @else {
                            a class="ak-to" data-row href={ "/patients/" (line.patient.0) } { (line.patient.1) }
                            div { (line.what) }
                        }
                        div class="s" { (line.whose) }
                    }
                    div {
                        @if line.overdue { span class="ak-flag ak-flag--w" { (icon("Clock")) (shell.say(w::OVERDUE)) } }
                        @if line.done { span class="ak-ok" { (icon("CheckmarkCircle")) (shell.say(w::DONE)) } }
                    }
                }
            }
        }
    }
}

/// The page in its states.
pub fn samples(shell: &Shell) -> Vec<Sample> {
    let patient = ("olaug".to_string(), "Testesen, Olaug Marie".to_string());
    let line = |time: &str, what: &str, overdue: bool, done: bool| Line {
        time: time.to_string(),
        patient: patient.clone(),
        what: what.to_string(),
        whose: shell.say(w::MINE).to_string(),
        overdue,
        done,
    };
    let full = View {
        date: "22.11.2026".to_string(),
        alarms: Part::There(vec![Alarm {
            patient: patient.clone(),
            sum: Badge { level: 2, text: "5".to_string() },
            time: "12:20".to_string(),
        }]),
        visits: Part::There(vec![line("08:00", "Morgenstell", false, true), line("13:20", "Ny NEWS2", false, false)]),
        tasks: Part::There(vec![line("20.11.", "Svar fastlegen", true, false)]),
        more: true,
        opens: true,
    };
    let empty = View {
        alarms: Part::There(Vec::new()),
        visits: Part::There(Vec::new()),
        tasks: Part::There(Vec::new()),
        more: false,
        ..full.clone()
    };
    let refused =
        View { alarms: Part::NoAccess, visits: Part::NoAccess, tasks: Part::Failed, more: false, ..full.clone() };
    [("full", full), ("empty", empty), ("refused", refused)]
        .into_iter()
        .map(|(state, view)| Sample { state, html: view.shown(shell) })
        .collect()
}
