//! The banner of a record: who it is, what is critical, and on which ground one is here. It stands on every page of it.
//!
//! The national identity number is masked; showing it is a request of its own, which leaves a line in the log.
//! What it does not do: decide what is critical; the record says so.

use maud::{Markup, html};

use super::{Action, Shell};
use crate::http::bar::initials;
use crate::http::icons::icon;

/// The banner.
#[derive(Clone, Debug, Default)]
pub struct Banner {
    /// The Patient's id.
    pub id: String,
    /// The name, family first.
    pub name: String,
    /// The name as it is spoken.
    pub spoken: String,
    /// Age and sex in words.
    pub age: String,
    /// The first digits of the identity number; empty if none is known.
    pub number: String,
    /// What can kill: allergies with a high risk.
    pub critical: Vec<String>,
    /// Whether nothing was said about allergies, it is said that there are none, or they can't be seen.
    pub allergies: Known,
    /// What else is to be kept in mind; the first ones are warnings.
    pub flags: Vec<Flag>,
    /// Where they live, who their doctor is: label and value.
    pub facts: Vec<(&'static str, String)>,
    /// The ground on which one is here, in words; empty if it need not be told.
    pub ground: String,
    /// Whether that ground is an opening, which is reviewed.
    pub opened: bool,
}

/// What is known of something that may be absent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Known {
    /// There is some.
    Some,
    /// Nobody has said anything.
    #[default]
    Unsaid,
    /// Somebody has said that there is none.
    None,
    /// It is not shown to this caller.
    NoAccess,
    /// It could not be fetched.
    Failed,
}

/// Something to keep in mind.
#[derive(Clone, Debug)]
pub struct Flag {
    /// Its icon.
    pub icon: &'static str,
    /// In words.
    pub text: String,
    /// Whether it is a warning.
    pub warns: bool,
}

impl Banner {
    /// As HTML; the heading says which section one is in, for those who do not see it.
    pub fn shown(&self, shell: &Shell, section: &str, actions: &[Action]) -> Markup {
        html! {
            section class="ak-pt" aria-label=(shell.say(["Pasient", "Pasient", "Patient"])) {
                div class="ak-pt__top" {
                    div class="ak-av" aria-hidden="true" { (initials(&self.spoken)) }
                    div class="ak-pt__id" {
                        div class="ak-row ak-pt__nm" {
                            h1 { (self.name) span class="ds-sr-only" { " – " (section) } }
                            @for critical in &self.critical {
                                span class="ak-crit" { (icon("ExclamationmarkTriangleFill")) span { (critical) } }
                            }
                        }
                        (self.meta(shell))
                    }
                    @if !actions.is_empty() {
                        div class="ak-row ak-pt__act" {
                            @for action in actions {
                                a class="ds-button ak-btn" data-variant=(if action.primary { "primary" } else { "secondary" })
                                    href=(action.href) { (icon(action.icon)) (action.word) }
                            }
                        }
                    }
                }
                (self.flags(shell))
                (self.access(shell))
            }
        }
    }

    fn meta(&self, shell: &Shell) -> Markup {
        html! {
            dl class="ak-pt__meta" {
                div { dt class="d" { (shell.say(["Alder", "Alder", "Age"])) } dd { (self.age) } }
                @if !self.number.is_empty() {
                    div {
                        dt { (shell.say(["F.nr.", "F.nr.", "ID no."])) }
                        dd class="ak-num" {
                            (self.number) " ••••• "
                            a class="ak-show" href={ "/patients/" (self.id) "/number" } {
                                (shell.say(["Vis", "Vis", "Show"]))
                                span class="ds-sr-only" {
                                    (shell.say([" fødselsnummer", " fødselsnummer", " the identity number"]))
                                }
                            }
                        }
                    }
                }
                @for (label, value) in &self.facts { div class="d" { dt { (label) } dd { (value) } } }
            }
        }
    }

    fn flags(&self, shell: &Shell) -> Markup {
        let none = match self.allergies {
            Known::Some => None,
            Known::Unsaid => {
                Some(["Allergier: ikke registrert", "Allergiar: ikkje registrert", "Allergies: not recorded"])
            }
            Known::None => Some(["Ingen kjente allergier", "Ingen kjende allergiar", "No known allergies"]),
            Known::NoAccess => {
                Some(["Allergier: du har ikke tilgang", "Allergiar: du har ikkje tilgang", "Allergies: no access"])
            }
            Known::Failed => Some([
                "Allergier: kunne ikke hentes",
                "Allergiar: kunne ikkje hentast",
                "Allergies: could not be fetched",
            ]),
        };
        html! {
            @if !self.flags.is_empty() || none.is_some() {
                ul class="ak-pt__flags" aria-label=(shell.say(["Flagg", "Flagg", "Flags"])) {
                    @for flag in &self.flags {
                        li class={ "ak-flag" @if flag.warns { " ak-flag--w" } } { (icon(flag.icon)) (flag.text) }
                    }
                    @if let Some(none) = none { li class="ak-flag" { (icon("InformationSquare")) (shell.say(none)) } }
                }
            }
        }
    }

    fn access(&self, shell: &Shell) -> Markup {
        let logged = shell.say([
            "Oppslaget er loggført og synlig for pasienten.",
            "Oppslaget er loggført og synleg for pasienten.",
            "This is logged and can be seen by the patient.",
        ]);
        html! {
            @if !self.ground.is_empty() {
                div class={ "ak-access" @if self.opened { " ak-access--open" } } {
                    (icon(if self.opened { "ShieldLock" } else { "PadlockUnlocked" }))
                    span {
                        b { (shell.say(["Tilgang:", "Tilgang:", "Access:"])) } " " (self.ground)
                        span class="ak-hm" { ". " (logged) }
                    }
                    @if self.opened {
                        a class="ak-push" href={ "/patients/" (self.id) "/open" } {
                            (shell.say(["Avslutt nå", "Avslutt no", "End it now"]))
                        }
                    }
                }
            }
        }
    }

    /// One for samples.
    pub fn sample(shell: &Shell) -> Banner {
        Banner {
            id: "olaug".to_string(),
            name: "Testesen, Olaug Marie".to_string(),
            spoken: "Olaug Marie Testesen".to_string(),
            age: shell.say(["84 år, kvinne", "84 år, kvinne", "84 years, female"]).to_string(),
            number: "148342".to_string(),
            critical: vec!["Penicillin – anafylaksi".to_string()],
            allergies: Known::Some,
            flags: vec![
                Flag { icon: "StarOfLife", text: "Fallrisiko høy".to_string(), warns: true },
                Flag { icon: "KeyHorizontal", text: "Nøkkelboks".to_string(), warns: false },
            ],
            facts: vec![
                (shell.say(["Bosted", "Bustad", "Lives at"]), "Strandvegen 12, Fjordvik".to_string()),
                (shell.say(["Fastlege", "Fastlege", "GP"]), "Jonas Berg".to_string()),
            ],
            ground: "vedtak om helsetjenester i hjemmet, gyldig til 31.03.2027".to_string(),
            opened: false,
        }
    }
}
