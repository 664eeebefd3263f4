//! The patients' page as HTML.

use maud::{Markup, html};

use super::words as w;
use crate::http::icons::icon;
use crate::web::pages::Sample;
use crate::web::shell::Shell;

/// The page's values.
#[derive(Clone, Debug, Default)]
pub struct View {
    /// What was looked for; empty: nothing.
    pub written: String,
    /// The patients.
    pub rows: Vec<Row>,
    /// Whether there are more.
    pub more: bool,
    /// Whether the caller's role sees no patients at all.
    pub refused: bool,
    /// Whether the caller can open the record of somebody they have no relation to.
    pub opens: bool,
}

/// A patient in the list.
#[derive(Clone, Debug)]
pub struct Row {
    /// The Patient's id.
    pub id: String,
    /// The name, family first.
    pub name: String,
    /// The birth date.
    pub born: String,
    /// Age and sex in words.
    pub age: String,
    /// Where they live, or that it is not shown.
    pub address: String,
    /// Whether they have died.
    pub dead: bool,
}

impl View {
    /// The whole page.
    pub fn shown(&self, shell: &Shell) -> Markup {
        let content = html! {
            form class="ak-find" method="post" action="/patients/search" {
                (shell.field())
                label for="words" { (shell.say(w::LABEL)) }
                p id="hint" class="ak-mut" { (shell.say(w::HINT)) }
                div class="ak-row" {
                    input class="ds-input" id="words" type="search" name="words" value=(self.written) autocomplete="off"
                        maxlength="100" aria-describedby="hint" autofocus data-to-rows;
                    button class="ds-button ak-btn" data-variant="primary" { (shell.say(w::FIND)) }
                }
            }
            (self.result(shell))
        };
        shell.page(shell.say(w::TITLE), &content)
    }

    fn result(&self, shell: &Shell) -> Markup {
        let heading = match self.written.is_empty() {
            true => shell.say(w::MINE).to_string(),
            false => shell.say(w::FOUND).replace("{}", &self.written),
        };
        if self.refused {
            return empty(shell.say(w::REFUSED), shell.say(w::REFUSED_LEAD), None);
        }
        match (self.rows.is_empty(), self.written.is_empty()) {
            (true, true) => empty(shell.say(w::NOBODY), shell.say(w::NOBODY_LEAD), None),
            (true, false) => empty(
                &shell.say(w::NONE).replace("{}", &self.written),
                shell.say(w::NONE_LEAD),
                Some(match self.opens {
                    true => ("/open", shell.say(w::OPEN)),
                    false => ("/patients", shell.say(w::MINE)),
                }),
            ),
            _ => html! {
                section class="ak-card" aria-labelledby="found" {
                    header { h2 id="found" { (icon("PersonGroup")) (heading) } span class="ak-mut ak-push" role="status" { (self.rows.len()) @if self.more { "+" } } }
                    (self.table(shell))
                    @if self.more { p class="ak-foot" { (shell.say(w::MORE)) } }
                }
            },
        }
    }

    fn table(&self, shell: &Shell) -> Markup {
        html! {
            table class="ak-t ak-rows" data-rows {
                caption class="ds-sr-only" { (shell.say(w::TITLE)) }
                thead {
                    tr {
                        th scope="col" { (shell.say(w::NAME)) }
                        th scope="col" { (shell.say(w::BORN)) }
                        th scope="col" { (shell.say(w::ADDRESS)) }
                        th scope="col" { (shell.say(w::ACCESS)) }
                    }
                }
                tbody {
                    @for row in &self.rows {
                        tr {
                            th scope="row" {
                                a data-row href={ "/patients/" (row.id) } { (row.name) }
                                @if row.dead { " " span class="ak-flag" { (shell.say(w::DEAD)) } }
                            }
                            td data-label=(shell.say(w::BORN)) { span class="ak-num" { (row.born) } span class="ak-mut" { " · " (row.age) } }
                            td data-label=(shell.say(w::ADDRESS)) { (row.address) }
                            td data-label=(shell.say(w::ACCESS)) { span class="ak-ok" { (icon("CheckmarkCircle")) (shell.say(w::RELATION)) } }
                        }
                    }
                }
            }
        }
    }
}

/// What stands where there is nothing: what it is, why, and what can be done.
fn empty(title: &str, lead: &str, link: Option<(&str, &str)>) -> Markup {
    html! {
        section class="ak-card ak-empty" {
            h2 role="status" { (title) }
            p { (lead) }
            @if let Some((href, word)) = link { p { a class="ak-a" href=(href) { (word) } } }
        }
    }
}

/// A few patients below the search of the bar.
pub fn fragment(view: &View, shell: &Shell) -> Markup {
    html! {
        @if view.rows.is_empty() {
            p role="status" { (shell.say(if view.refused { w::REFUSED } else { w::NONE }).replace("{}", &view.written)) }
        } @else {
            ul {
                @for row in &view.rows {
                    li { a href={ "/patients/" (row.id) } { b { (row.name) } span { (row.born) } span { (row.address) } span { (row.age) } } }
                }
            }
            @if view.more { p { (shell.say(w::MORE)) } }
        }
    }
}

/// The page in its states.
pub fn samples(shell: &Shell) -> Vec<Sample> {
    let row = |id: &str, name: &str, born: &str, age: [&'static str; 3], address: &str| Row {
        id: id.to_string(),
        name: name.to_string(),
        born: born.to_string(),
        age: shell.say(age).to_string(),
        address: address.to_string(),
        dead: false,
    };
    let rows = vec![
        row(
            "olaug",
            "Testesen, Olaug Marie",
            "14.08.1942",
            ["84 år, kvinne", "84 år, kvinne", "84 years, female"],
            "Strandvegen 12, 9999 Fjordvik",
        ),
        row(
            "per",
            "Prøvebakken, Per",
            "02.01.1951",
            ["75 år, mann", "75 år, mann", "75 years, male"],
            shell.say(w::HIDDEN),
        ),
    ];
    let full = View { written: String::new(), rows: rows.clone(), more: false, refused: false, opens: false };
    let matches = View { written: "test".to_string(), more: true, ..full.clone() };
    let none = View { written: "xyz".to_string(), opens: true, ..View::default() };
    let refused = View { refused: true, ..View::default() };
    [("full", full), ("matches", matches), ("none", none), ("nobody", View::default()), ("refused", refused)]
        .into_iter()
        .map(|(state, view)| Sample { state, html: view.shown(shell) })
        .collect()
}
