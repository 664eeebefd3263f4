//! The sections of a record, in the order in which they stand at the side: one table.

use maud::{Markup, html};

use super::Shell;
use crate::http::icons::icon;

/// A section of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Section {
    /// What matters now.
    Overview,
    /// What happened, the newest first.
    Timeline,
    /// Medicines in use.
    Medicines,
    /// Measurements.
    Measurements,
    /// Who has seen the record.
    Log,
}

/// Group of a section: the record itself, or the patient's rights.
type Group = [&'static str; 3];
const RECORD: Group = ["Journal", "Journal", "Record"];

/// Section, group, icon, and where it is below the record's address.
const SECTIONS: &[(Section, Group, &str, &str)] = &[
    (Section::Overview, RECORD, "House", ""),
    (Section::Timeline, RECORD, "Timeline", "/timeline"),
    (Section::Medicines, RECORD, "PillRectangle", "/medicines"),
    (Section::Measurements, RECORD, "Vitals", "/measurements"),
];

impl Section {
    /// Its name.
    pub fn words(self) -> [&'static str; 3] {
        match self {
            Section::Overview => ["Oversikt", "Oversikt", "Overview"],
            Section::Timeline => ["Tidslinje", "Tidslinje", "Timeline"],
            Section::Medicines => ["Legemidler", "Legemiddel", "Medicines"],
            Section::Measurements => ["Målinger", "Målingar", "Measurements"],
            Section::Log => ["Innsynslogg", "Innsynslogg", "Access log"],
        }
    }
}

/// The sections at the side, by group.
pub fn shown(shell: &Shell, patient: &str, here: Section) -> Markup {
    let mut groups: Vec<Group> = SECTIONS.iter().map(|(_, group, ..)| *group).collect();
    groups.dedup();
    html! {
        nav class="ak-side" aria-label=(shell.say(["Journalen", "Journalen", "The record"])) {
            div {
                @for group in groups {
                    h2 { (shell.say(group)) }
                    ul {
                        @for (section, _, picture, place) in SECTIONS.iter().filter(|(_, other, ..)| *other == group) {
                            li {
                                a href={ "/patients/" (patient) (place) }
                                    aria-current=[(*section == here).then_some("page")] {
                                    (icon(picture)) (shell.say(section.words()))
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}
