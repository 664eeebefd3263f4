//! A card: a heading, what it shows, or why it shows nothing.

use maud::{Markup, html};

use super::words as w;
use crate::http::icons::icon;
use crate::web::chart::Part;
use crate::web::shell::Shell;

/// The head of a card.
pub struct Card<'c> {
    /// Its name in the page; its heading is found by it.
    pub id: &'c str,
    /// Its icon.
    pub icon: &'c str,
    /// Its heading.
    pub title: &'c str,
    /// What stands beside the heading.
    pub aside: Markup,
    /// A class of its own.
    pub class: &'c str,
}

impl Card<'_> {
    /// A card with a content.
    pub fn with(&self, content: &Markup) -> Markup {
        let heading = format!("h-{}", self.id);
        html! {
            section class={ "ak-card " (self.class) } id=(self.id) aria-labelledby=(heading) {
                header { h2 id=(heading) { (icon(self.icon)) (self.title) } (self.aside) }
                (content)
            }
        }
    }

    /// A card with a part of the record, or why that is not here.
    pub fn of<T>(&self, shell: &Shell, part: &Part<T>, show: impl FnOnce(&T) -> Markup) -> Markup {
        match part {
            Part::There(it) => self.with(&show(it)),
            Part::NoAccess => self.with(&said(shell.say(w::NO_ACCESS), shell.say(w::NO_ACCESS_LEAD), "PadlockLocked")),
            Part::Failed => {
                self.with(&said(shell.say(w::FAILED), shell.say(w::FAILED_LEAD), "ExclamationmarkTriangle"))
            }
        }
    }
}

/// That there is nothing, and why.
pub fn said(title: &str, lead: &str, picture: &str) -> Markup {
    html! {
        div class="ak-said" {
            (icon(picture))
            div { p { b { (title) } } @if !lead.is_empty() { p class="ak-mut" { (lead) } } }
        }
    }
}
