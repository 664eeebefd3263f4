//! The medicines of a record as HTML.

use maud::{Markup, html};

use super::words as w;
use crate::web::chart::Part;
use crate::web::pages::Sample;
use crate::web::pages::overview::view::actions;
use crate::web::parts::card::{Card, said};
use crate::web::parts::medicines::{self, Row};
use crate::web::parts::words as p;
use crate::web::shell::banner::Banner;
use crate::web::shell::sections::Section;
use crate::web::shell::{InRecord, Shell};

/// The page's values.
#[derive(Clone, Debug)]
pub struct View {
    /// The banner.
    pub banner: Banner,
    /// What is in use.
    pub rows: Part<Vec<Row>>,
    /// What was stopped lately.
    pub stopped: Vec<Row>,
}

impl View {
    /// The whole page.
    pub fn shown(&self, shell: &Shell) -> Markup {
        let actions = actions(shell, &self.banner.id);
        let within = InRecord { banner: &self.banner, section: Section::Medicines, actions: &actions };
        let used = Card {
            id: "medicines",
            icon: "PillRectangle",
            title: shell.say(p::MEDICINES),
            aside: html! { @if let Part::There(rows) = &self.rows { span class="ak-mut ak-push" { (rows.len()) } } },
            class: "",
        };
        let stopped = Card { id: "stopped", icon: "Clock", title: shell.say(w::STOPPED), aside: html! {}, class: "" };
        let content = html! {
            div class="ak-col ak-all" {
                (used.of(shell, &self.rows, |rows| match rows.is_empty() {
                    true => medicines::none(shell),
                    false => html! { (medicines::table(shell, rows, true)) p class="ak-foot" { (shell.say(w::LEGEND)) } },
                }))
                (stopped.with(&match self.stopped.is_empty() {
                    true => said(shell.say(w::NONE_STOPPED), "", "InformationSquare"),
                    false => medicines::table(shell, &self.stopped, true),
                }))
            }
        };
        shell.record(&within, &content)
    }
}

/// The page in its states.
pub fn samples(shell: &Shell) -> Vec<Sample> {
    let banner = Banner::sample(shell);
    let rows = Part::There(medicines::sample());
    let full = View { banner: banner.clone(), rows, stopped: medicines::sample().split_off(2) };
    let empty = View { banner: banner.clone(), rows: Part::There(Vec::new()), stopped: Vec::new() };
    let refused = View { banner: banner.clone(), rows: Part::NoAccess, stopped: Vec::new() };
    let failed = View { banner, rows: Part::Failed, stopped: Vec::new() };
    [("full", full), ("empty", empty), ("refused", refused), ("failed", failed)]
        .into_iter()
        .map(|(state, view)| Sample { state, html: view.shown(shell) })
        .collect()
}
