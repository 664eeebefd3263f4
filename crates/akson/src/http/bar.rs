//! The bar on top of every page: where one is, search, what waits, language, look, who one is.
//!
//! Everything in it is a link or a form, so it works without script. What it does not do: count; what it shows is given.

use maud::{Markup, html};

use super::csrf;
use super::icons::icon;
use super::language::{LANGUAGES, Language};
use super::look::Look;
use super::page::Person;

/// Where the search of the bar goes.
pub const SEARCH_PATH: &str = "/patients/search";

/// The bar.
#[derive(Clone, Copy)]
pub struct Bar<'p> {
    /// The language.
    pub language: Language,
    /// How pages look.
    pub look: Look,
    /// Who is signed in.
    pub person: Option<&'p Person>,
    /// The tag of its forms.
    pub tag: &'p str,
    /// The path the page stands at, to come back to.
    pub path: &'p str,
    /// Whether patients can be looked for from here.
    pub search: bool,
    /// Open tasks, if they were counted.
    pub tasks: Option<usize>,
}

impl Bar<'_> {
    fn say(&self, words: [&'static str; 3]) -> &'static str {
        self.language.pick(words)
    }

    /// The hidden field that says that a form is ours.
    pub fn field(&self) -> Markup {
        html! { input type="hidden" name=(csrf::FIELD) value=(self.tag); }
    }

    /// As HTML.
    pub fn shown(&self) -> Markup {
        html! {
            header class="ak-top" {
                a class="ak-logo" href="/" { (icon("HouseHeart")) "Akson" }
                @if let Some(person) = self.person {
                    @if !person.unit.is_empty() {
                        a class="ak-unit" href="/session" { b { (person.unit) } span { (person.role) } }
                    }
                }
                @if self.search { (self.search_box()) }
                nav aria-label=(self.say(["Verktøy", "Verktøy", "Tools"])) {
                    @if self.search {
                        a class="ak-tb ak-mobi" href="/patients" aria-label=(self.say(["Søk", "Søk", "Search"])) {
                            (icon("MagnifyingGlass"))
                        }
                    }
                    @if let Some(tasks) = self.tasks { (self.waiting(tasks)) }
                    (self.languages())
                    (self.looks())
                    @if let Some(person) = self.person { (self.menu(person)) }
                }
            }
        }
    }

    fn search_box(&self) -> Markup {
        let label = self.say(["Søk etter pasient", "Søk etter pasient", "Search for a patient"]);
        let hint = self.say([
            "Søk navn, fødselsdato, fødselsnummer …",
            "Søk namn, fødselsdato, fødselsnummer …",
            "Search name, birth date, identity number …",
        ]);
        html! {
            form class="ak-search" role="search" method="post" action=(SEARCH_PATH) data-palette="/patients/palette" {
                (self.field())
                (icon("MagnifyingGlass"))
                input type="search" name="words" aria-label=(label) placeholder=(hint) autocomplete="off" maxlength="100";
                kbd aria-hidden="true" { "Ctrl K" }
            }
        }
    }

    fn waiting(&self, tasks: usize) -> Markup {
        let word = self.say(["Oppgaver", "Oppgåver", "Tasks"]);
        let open = self.say([" åpne", " opne", " open"]);
        html! {
            a class="ak-tb" href="/#tasks" {
                (icon("Tasklist")) span class="w" { (word) }
                span class="ak-cnt" { (tasks) span class="ds-sr-only" { (open) } }
            }
        }
    }

    fn languages(&self) -> Markup {
        let name = LANGUAGES.iter().find(|(other, _)| *other == self.language).map_or("", |(_, name)| *name);
        html! {
            details class="ak-menu" {
                summary class="ak-tb" {
                    (icon("Language"))
                    span class="ds-sr-only" { (self.say(["Språk: ", "Språk: ", "Language: "])) }
                    span class="w" { (name) }
                }
                form method="post" action="/language" {
                    (self.field())
                    input type="hidden" name="return" value=(self.path);
                    @for (other, name) in LANGUAGES {
                        button name="language" value=(other.code()) lang=(other.code())
                            aria-pressed=(if other == self.language { "true" } else { "false" }) { (name) }
                    }
                }
            }
        }
    }

    fn looks(&self) -> Markup {
        let label = self.say(["Utseende", "Utsjånad", "Appearance"]);
        html! {
            details class="ak-menu" {
                summary class="ak-tb" {
                    (icon(if self.look == Look::Dark { "Moon" } else { "Sun" }))
                    span class="ds-sr-only" { (label) ": " (self.say(self.look.name())) }
                }
                form method="post" action="/look" {
                    (self.field())
                    input type="hidden" name="return" value=(self.path);
                    @for look in Look::ALL {
                        button name="look" value=(look.code())
                            aria-pressed=(if look == self.look { "true" } else { "false" }) { (self.say(look.name())) }
                    }
                }
            }
        }
    }

    fn menu(&self, person: &Person) -> Markup {
        html! {
            details class="ak-menu ak-me" {
                summary class="ak-tb" {
                    span class="ak-ini" aria-hidden="true" { (initials(&person.name)) }
                    span class="w" { (person.name) }
                    span class="ds-sr-only" { ", " (self.say(["brukermeny", "brukarmeny", "user menu"])) }
                }
                div {
                    p { b { (person.name) } br; span { (person.role) } }
                    a href="/session" { (self.say(["Økten din", "Økta di", "Your session"])) }
                    form method="post" action="/lock" {
                        (self.field())
                        button { (icon("PadlockLocked")) (self.say(["Lås økten", "Lås økta", "Lock the session"])) }
                    }
                    form method="post" action="/signout" {
                        (self.field())
                        button { (icon("Leave")) (self.say(["Logg ut", "Logg ut", "Sign out"])) }
                    }
                }
            }
        }
    }
}

/// The first letters of the first and the last name.
pub fn initials(name: &str) -> String {
    let mut words = name.split_whitespace().filter(|word| word.starts_with(char::is_alphabetic));
    let first = words.next().and_then(|word| word.chars().next());
    let last = words.next_back().and_then(|word| word.chars().next());
    first.into_iter().chain(last).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn initials_are_of_the_first_and_the_last_name() {
        for (name, expected) in [("Ingrid Solheim", "IS"), ("Åse Marie Testmyr", "ÅT"), ("Maret", "M"), ("", "")] {
            assert_eq!(initials(name), expected, "{name}");
        }
    }
}
