//! The overview of a record as HTML.

use maud::{Markup, html};

use super::words as w;
use crate::http::icons::icon;
use crate::web::chart::{Part, board};
use crate::web::pages::Sample;
use crate::web::parts::card::{Card, said};
use crate::web::parts::events::{self, Event};
use crate::web::parts::medicines;
use crate::web::parts::vitals::{self, Period};
use crate::web::shell::banner::{Banner, Known};
use crate::web::shell::sections::Section;
use crate::web::shell::{Action, InRecord, Shell};

/// The page's values.
#[derive(Clone, Debug)]
pub struct View {
    /// The banner.
    pub banner: Banner,
    /// A score that something must be done about.
    pub alarm: Option<Alarm>,
    /// Measurements.
    pub vitals: Part<vitals::View>,
    /// Medicines in use.
    pub medicines: Part<Vec<medicines::Row>>,
    /// Problems.
    pub problems: Part<Vec<Problem>>,
    /// Tasks and appointments.
    pub tasks: Part<Vec<Due>>,
    /// What happened last.
    pub events: Part<Vec<Event>>,
    /// What comes first for this role.
    pub order: Order,
}

/// What comes first: chosen by what the reader does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Measurements, then medicines: those who nurse.
    Signs,
    /// Problems, then medicines, then measurements: doctors.
    Problems,
}

/// A score that something must be done about.
#[derive(Clone, Debug)]
pub struct Alarm {
    /// The sum.
    pub sum: u8,
    /// Its colour.
    pub level: u8,
    /// What it is, in one sentence.
    pub title: String,
    /// What gives points.
    pub because: String,
    /// What to do.
    pub advice: &'static str,
}

/// A problem.
#[derive(Clone, Debug)]
pub struct Problem {
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Since when.
    pub since: String,
}

/// Something that is to be done.
#[derive(Clone, Debug)]
pub struct Due {
    /// When: a time of the day, or a date.
    pub time: String,
    /// What.
    pub title: String,
    /// Who, and where it comes from.
    pub text: String,
    /// Whether its time has passed.
    pub overdue: bool,
    /// Whether it is done.
    pub done: bool,
}

/// What can be done from every page of a record.
pub fn actions(shell: &Shell, id: &str) -> Vec<Action> {
    let action = |place: &str, icon: &'static str, word, short, primary| Action {
        href: format!("/patients/{id}{place}"),
        icon,
        word: shell.say(word),
        short: shell.say(short),
        primary,
    };
    vec![action("/measurements/new", "Vitals", w::MEASURE, w::MEASURE_SHORT, true)]
}

impl View {
    /// The whole page.
    pub fn shown(&self, shell: &Shell) -> Markup {
        let actions = actions(shell, &self.banner.id);
        let within = InRecord { banner: &self.banner, section: Section::Overview, actions: &actions };
        let base = format!("/patients/{}", self.banner.id);
        let vitals = vitals::card(shell, &self.vitals, "ak-o3");
        let medicines = medicines::card(shell, &self.medicines, &format!("{base}/medicines"), "ak-o4");
        let problems = self.problems(shell);
        let content = html! {
            div class="ak-col" {
                @if let Some(alarm) = &self.alarm { (alarm.shown(shell, &base)) }
                @match self.order {
                    Order::Signs => { (vitals) (medicines) (problems) }
                    Order::Problems => { (problems) (medicines) (vitals) }
                }
            }
            div class="ak-col" {
                (self.tasks(shell))
                (events::card(shell, &self.events, &format!("{base}/timeline"), "ak-o6"))
            }
        };
        shell.record(&within, &content)
    }

    fn problems(&self, shell: &Shell) -> Markup {
        let title = shell.say(w::PROBLEMS);
        let card = Card { id: "problems", icon: "Stethoscope", title, aside: html! {}, class: "ak-o5" };
        card.of(shell, &self.problems, |problems| match problems.is_empty() {
            true => said(shell.say(w::NO_PROBLEMS), "", "InformationSquare"),
            false => html! {
                ul class="ak-prob" {
                    @for problem in problems {
                        li {
                            @if !problem.code.is_empty() { span class="ak-code" { (problem.code) } }
                            span { (problem.name) }
                            @if !problem.since.is_empty() {
                                span class="ak-mut ak-xs ak-push" { (shell.say(w::SINCE).replace("{}", &problem.since)) }
                            }
                        }
                    }
                }
            },
        })
    }

    fn tasks(&self, shell: &Shell) -> Markup {
        let count = match &self.tasks {
            Part::There(tasks) => tasks.iter().filter(|task| !task.done).count(),
            _ => 0,
        };
        let aside = html! {
            span class="ak-mut ak-sm ak-push" { (shell.say(w::OPEN).replace("{}", &count.to_string())) }
        };
        let card = Card { id: "tasks", icon: "Tasklist", title: shell.say(w::TASKS), aside, class: "ak-o2" };
        card.of(shell, &self.tasks, |tasks| match tasks.is_empty() {
            true => said(shell.say(w::NO_TASKS), "", "CheckmarkCircle"),
            false => list(shell, tasks),
        })
    }
}

/// What is to be done, in order.
pub fn list(shell: &Shell, tasks: &[Due]) -> Markup {
    html! {
        ul class="ak-list" {
            @for task in tasks {
                li class=[if task.overdue { Some("due") } else if task.done { Some("done") } else { None }] {
                    span class="ak-when" { (task.time) }
                    div { b { (task.title) } div class="s" { (task.text) } }
                    div {
                        @if task.overdue { span class="ak-flag ak-flag--w" { (icon("Clock")) (shell.say(w::OVERDUE)) } }
                        @if task.done { (icon("CheckmarkCircle")) }
                    }
                }
            }
        }
    }
}

impl Alarm {
    fn shown(&self, shell: &Shell, base: &str) -> Markup {
        html! {
            section class={ "ak-warn ak-warn" (self.level) } aria-labelledby="alarm" {
                div class={ "ak-score ak-score" (self.level) } aria-hidden="true" {
                    span { (self.sum) small { "NEWS2" } }
                }
                div {
                    h2 id="alarm" { (self.title) }
                    p { (self.because) }
                    p class="ak-sm" { (self.advice) }
                }
                div class="act ak-row" {
                    a class="ds-button ak-btn" data-variant="primary" href={ (base) "/measurements/new" } {
                        (icon("Vitals")) (shell.say(w::MEASURE_AGAIN))
                    }
                }
            }
        }
    }
}

/// The number of somebody, which was asked for.
pub fn number(shell: &Shell, banner: &Banner, number: Option<&str>) -> Markup {
    let within = InRecord { banner, section: Section::Overview, actions: &[] };
    let content = html! {
        section class="ak-card ak-empty" aria-labelledby="number" {
            h2 id="number" { (shell.say(w::NUMBER)) }
            p class="ak-large ak-num" { (number.unwrap_or(shell.say(w::NO_NUMBER))) }
            p class="ak-mut" { (shell.say(w::NUMBER_LEAD)) }
            p { a class="ak-a" href={ "/patients/" (banner.id) } { (shell.say(w::BACK)) } }
        }
    };
    shell.record(&within, &content)
}

/// The page in its states.
pub fn samples(shell: &Shell) -> Vec<Sample> {
    let sets = board::sample(shell.moment);
    let window = board::Window::of(Period::Week, shell.moment);
    let vitals = board::view(window, &sets, &sets[12..], "/patients/olaug", shell.moment, shell.language);
    let due = |time: &str, title: &str, text: &str, overdue: bool, done: bool| Due {
        time: time.to_string(),
        title: title.to_string(),
        text: text.to_string(),
        overdue,
        done,
    };
    let problem = |code: &str, name: &str, since: &str| Problem {
        code: code.to_string(),
        name: name.to_string(),
        since: since.to_string(),
    };
    let full = View {
        banner: Banner::sample(shell),
        alarm: Some(Alarm {
            sum: 5,
            level: 2,
            title: format!("NEWS2 5 – {}", shell.say(w::RISK_MEDIUM)),
            because: "Resp.frekvens 2, SpO2 1, puls 1, temperatur 1.".to_string(),
            advice: shell.say(w::PROCEDURE_MEDIUM),
        }),
        vitals: Part::There(vitals),
        medicines: Part::There(medicines::sample()),
        problems: Part::There(vec![problem("U71", "Cystitt", "20.11.2026"), problem("K77", "Hjertesvikt", "2019")]),
        tasks: Part::There(vec![
            due("08:00", "Morgenstell", "Ingrid Solheim", false, true),
            due("13:20", "Ny NEWS2", "Hjemmetjenesten Øst", true, false),
        ]),
        events: Part::There(events::sample(shell)),
        order: Order::Signs,
    };
    let empty = View {
        banner: Banner { critical: Vec::new(), allergies: Known::Unsaid, flags: Vec::new(), ..Banner::sample(shell) },
        alarm: None,
        vitals: Part::There(vitals::View { path: "/patients/olaug".to_string(), ..vitals::View::default() }),
        medicines: Part::There(Vec::new()),
        problems: Part::There(Vec::new()),
        tasks: Part::There(Vec::new()),
        events: Part::There(Vec::new()),
        order: Order::Problems,
    };
    let refused = View {
        vitals: Part::NoAccess,
        medicines: Part::NoAccess,
        problems: Part::Failed,
        tasks: Part::NoAccess,
        events: Part::Failed,
        banner: Banner { critical: Vec::new(), allergies: Known::NoAccess, ..Banner::sample(shell) },
        ..empty.clone()
    };
    let mut all: Vec<Sample> = [("full", full), ("empty", empty), ("refused", refused)]
        .into_iter()
        .map(|(state, view)| Sample { state, html: view.shown(shell) })
        .collect();
    all.push(Sample { state: "number", html: number(shell, &Banner::sample(shell), Some("14834299999")) });
    all
}
