//! Medicines in use as a table.

use maud::{Markup, html};

use super::card::{Card, said};
use super::words as w;
use crate::http::icons::icon;
use crate::web::chart::Part;
use crate::web::shell::Shell;

/// Where a row comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// A statement of use.
    Used,
    /// A prescription.
    Ordered,
}

/// A medicine.
#[derive(Clone, Debug)]
pub struct Row {
    /// Its name, with strength and form if they are known.
    pub name: String,
    /// How it is taken.
    pub dosage: String,
    /// What for.
    pub reason: String,
    /// Since when.
    pub since: String,
    /// Who decided.
    pub by: String,
    /// Whether it is taken when needed.
    pub as_needed: bool,
    /// Whether it is paused.
    pub held: bool,
    /// Where this is known from.
    pub sources: Vec<Source>,
}

/// The card, short: what and how.
pub fn card(shell: &Shell, part: &Part<Vec<Row>>, whole: &str, class: &str) -> Markup {
    let title = shell.say(w::MEDICINES);
    let all = shell.say(["Hele listen", "Heile lista", "The whole list"]);
    let aside = html! { a class="ak-a ak-sm ak-push" href=(whole) { (all) } };
    let card = Card { id: "medicines", icon: "PillRectangle", title, aside, class };
    card.of(shell, part, |rows| if rows.is_empty() { none(shell) } else { table(shell, rows, false) })
}

/// That none are recorded, which is not that none are used.
pub fn none(shell: &Shell) -> Markup {
    said(shell.say(w::NO_MEDICINES), shell.say(w::NO_MEDICINES_LEAD), "InformationSquare")
}

/// The table; whole, or only what and how.
pub fn table(shell: &Shell, rows: &[Row], whole: bool) -> Markup {
    html! {
        table class="ak-t ak-drugs" {
            caption class="ds-sr-only" { (shell.say(w::MEDICINES)) }
            thead {
                tr {
                    th scope="col" { (shell.say(w::MEDICINE)) }
                    th scope="col" { (shell.say(w::DOSAGE)) }
                    @if whole {
                        th scope="col" { (shell.say(w::REASON)) }
                        th scope="col" { (shell.say(w::BY_WHOM)) }
                    }
                    th scope="col" { (shell.say(w::SINCE)) }
                    th scope="col" { (shell.say(w::SOURCE)) }
                }
            }
            tbody { @for row in rows { (line(shell, row, whole)) } }
        }
    }
}

fn line(shell: &Shell, row: &Row, whole: bool) -> Markup {
    let dash = |text: &str| if text.is_empty() { "–".to_string() } else { text.to_string() };
    html! {
        tr {
            th scope="row" {
                b { (row.name) }
                @if !whole && !row.reason.is_empty() { span class="ak-mut ak-xs" { " · " (row.reason) } }
                @if row.as_needed {
                    " " span class="ak-chip c-bh" { (shell.say(["Ved behov", "Ved behov", "When needed"])) }
                }
                @if row.held { " " span class="ak-chip c-ku" { (shell.say(["Pauset", "Pausa", "On hold"])) } }
            }
            td data-label=(shell.say(w::DOSAGE)) { (dash(&row.dosage)) }
            @if whole {
                td data-label=(shell.say(w::REASON)) { (dash(&row.reason)) }
                td data-label=(shell.say(w::BY_WHOM)) { (dash(&row.by)) }
            }
            td class="ak-num" data-label=(shell.say(w::SINCE)) { (dash(&row.since)) }
            td data-label=(shell.say(w::SOURCE)) {
                @for source in &row.sources {
                    @match source {
                        Source::Used => span class="ak-chip c-md" { (icon("CheckmarkCircle")) (shell.say(w::USED)) },
                        Source::Ordered => span class="ak-chip c-fa" { (icon("FileText")) (shell.say(w::ORDERED)) },
                    }
                    " "
                }
            }
        }
    }
}

/// Rows for samples.
pub fn sample() -> Vec<Row> {
    let row = |name: &str, dosage: &str, reason: &str, needed: bool, sources: &[Source]| Row {
        name: name.to_string(),
        dosage: dosage.to_string(),
        reason: reason.to_string(),
        since: "14.11.2026".to_string(),
        by: "Jonas Berg".to_string(),
        as_needed: needed,
        held: false,
        sources: sources.to_vec(),
    };
    vec![
        row("Apiksaban 5 mg tablett", "1 morgen og kveld", "atrieflimmer", false, &[Source::Used, Source::Ordered]),
        row("Furosemid 40 mg tablett", "1 kl. 8 og 1 kl. 14", "hjertesvikt", false, &[Source::Used]),
        row("Paracetamol 1 g tablett", "inntil 3 daglig", "smerter", true, &[Source::Ordered]),
    ]
}
