//! Events as a line of time.

use maud::{Markup, html};

use super::card::{Card, said};
use super::words as w;
use crate::http::icons::icon;
use crate::web::chart::Part;
use crate::web::shell::Shell;

/// An event.
#[derive(Clone, Debug)]
pub struct Event {
    /// Its icon.
    pub icon: &'static str,
    /// When, as near as it is.
    pub time: String,
    /// Its day.
    pub day: String,
    /// What.
    pub title: String,
    /// More of it, and who.
    pub text: String,
    /// Whether it is to be noticed.
    pub warns: bool,
}

/// The newest events.
pub fn card(shell: &Shell, part: &Part<Vec<Event>>, whole: &str, class: &str) -> Markup {
    let aside =
        html! { a class="ak-a ak-sm ak-push" href=(whole) { (shell.say(["Tidslinje", "Tidslinje", "Timeline"])) } };
    let card = Card { id: "events", icon: "Timeline", title: shell.say(w::EVENTS), aside, class };
    card.of(shell, part, |events| match events.is_empty() {
        true => said(shell.say(w::NO_EVENTS), "", "InformationSquare"),
        false => line(events),
    })
}

/// Events in order.
pub fn line(events: &[Event]) -> Markup {
    html! {
        ol class="ak-tl" {
            @for event in events {
                li {
                    span class={ "ic" @if event.warns { " w" } } { (icon(event.icon)) }
                    div {
                        div class="ak-row" { b { (event.title) } span class="ak-mut ak-xs ak-push ak-num" { (event.time) } }
                        @if !event.text.is_empty() { p class="ak-sm" { (event.text) } }
                    }
                }
            }
        }
    }
}

/// Events for samples.
pub fn sample(shell: &Shell) -> Vec<Event> {
    let event = |icon: &'static str, time: &str, title: &str, text: &str, warns: bool| Event {
        icon,
        time: time.to_string(),
        day: "22.11.2026".to_string(),
        title: title.to_string(),
        text: text.to_string(),
        warns,
    };
    let today = shell.say(w::TODAY);
    vec![
        event("Vitals", &format!("{today} 12:20"), "NEWS2 5", "Ingrid Solheim", true),
        event("NotePencil", &format!("{today} 08:12"), "Morgenbesøk", "Sliten, spiste halv frokost.", false),
        event("EnvelopeClosed", "20.11.2026 15:40", "Svar fra fastlege", "Start trimetoprim 160 mg.", false),
    ]
}
