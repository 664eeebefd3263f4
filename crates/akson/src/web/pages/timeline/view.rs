//! The timeline as HTML.

use maud::{Markup, html};

use super::words as w;
use crate::web::chart::events::KINDS;
use crate::web::pages::Sample;
use crate::web::pages::overview::view::actions;
use crate::web::parts::card::{Card, said};
use crate::web::parts::events::{self, Event};
use crate::web::shell::banner::Banner;
use crate::web::shell::sections::Section;
use crate::web::shell::{InRecord, Shell};

/// The page's values.
#[derive(Clone, Debug)]
pub struct View {
    /// The banner.
    pub banner: Banner,
    /// The kind that is shown; empty: all.
    pub kind: &'static str,
    /// The days, the newest first.
    pub days: Vec<Day>,
    /// The moment before which there is more.
    pub older: Option<i64>,
    /// Whether there is something newer than this page.
    pub later: bool,
    /// Whether the caller does not see every kind.
    pub partly: bool,
    /// Whether something could not be fetched.
    pub failed: bool,
}

/// A day.
#[derive(Clone, Debug)]
pub struct Day {
    /// Its date.
    pub date: String,
    /// What happened.
    pub events: Vec<Event>,
}

impl View {
    /// The whole page.
    pub fn shown(&self, shell: &Shell) -> Markup {
        let actions = actions(shell, &self.banner.id);
        let within = InRecord { banner: &self.banner, section: Section::Timeline, actions: &actions };
        let aside = self.filter(shell);
        let card = Card { id: "timeline", icon: "Timeline", title: shell.say(w::TITLE), aside, class: "" };
        let content = html! { div class="ak-col ak-all" { (card.with(&self.content(shell))) } };
        shell.record(&within, &content)
    }

    fn base(&self) -> String {
        format!("/patients/{}/timeline", self.banner.id)
    }

    fn filter(&self, shell: &Shell) -> Markup {
        let current = |code: &str| (code == self.kind).then_some("true");
        html! {
            nav class="ak-seg ak-push" aria-label=(shell.say(w::KIND)) {
                a href=(self.base()) aria-current=[current("")] { (shell.say(w::ALL_KINDS)) }
                @for kind in KINDS {
                    a href={ (self.base()) "?kind=" (kind.code) } aria-current=[current(kind.code)] { (shell.say(kind.words)) }
                }
            }
        }
    }

    fn content(&self, shell: &Shell) -> Markup {
        html! {
            @if self.partly { p class="ak-foot" { (shell.say(w::PARTLY)) } }
            @if self.failed { p class="ak-foot" role="alert" { (shell.say(w::FAILED_PARTLY)) } }
            @if self.days.is_empty() { (said(shell.say(w::EMPTY), "", "InformationSquare")) }
            @for day in &self.days {
                h3 class="ak-day" { (day.date) }
                (events::line(&day.events))
            }
            @let kind = if self.kind.is_empty() { String::new() } else { format!("kind={}&", self.kind) };
            @if self.older.is_some() || self.later || !self.kind.is_empty() {
                p class="ak-foot" {
                    @if let Some(before) = self.older {
                        a class="ds-button ak-btn" data-variant="secondary" href={ (self.base()) "?" (kind) "before=" (before) } {
                            (shell.say(w::OLDER))
                        }
                    }
                    @if self.later { a class="ak-a" href=(self.base()) { (shell.say(w::NEWEST)) } }
                    @if !self.kind.is_empty() { a class="ak-a" href=(self.base()) { (shell.say(w::SHOW_ALL)) } }
                }
            }
        }
    }
}

/// The page in its states.
pub fn samples(shell: &Shell) -> Vec<Sample> {
    let day = Day { date: "22.11.2026".to_string(), events: events::sample(shell) };
    let empty = View {
        banner: Banner::sample(shell),
        kind: "",
        days: Vec::new(),
        older: None,
        later: false,
        partly: false,
        failed: false,
    };
    let full = View { days: vec![day.clone()], older: Some(1), ..empty.clone() };
    let filtered = View { kind: "note", days: vec![day], later: true, ..empty.clone() };
    let refused = View { partly: true, failed: true, ..empty.clone() };
    [("full", full), ("filtered", filtered), ("empty", empty), ("refused", refused)]
        .into_iter()
        .map(|(state, view)| Sample { state, html: view.shown(shell) })
        .collect()
}
