//! Measurements as lanes with the latest value and points, and the same as a table.

use maud::{Markup, html};

use super::card::{Card, said};
use super::words as w;
use crate::web::chart::Part;
use crate::web::shell::Shell;

/// How far back one looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Period {
    /// 24 hours.
    Day,
    /// 7 days.
    #[default]
    Week,
    /// 30 days.
    Month,
    /// A year.
    Year,
}

impl Period {
    /// All, the shortest first.
    pub const ALL: [Period; 4] = [Period::Day, Period::Week, Period::Month, Period::Year];

    /// Its code in an address.
    pub fn code(self) -> &'static str {
        match self {
            Period::Day => "24t",
            Period::Week => "7d",
            Period::Month => "30d",
            Period::Year => "1y",
        }
    }

    /// The period of a code; a week if it is none.
    pub fn of_code(code: &str) -> Period {
        Period::ALL.into_iter().find(|period| period.code() == code).unwrap_or_default()
    }

    fn words(self) -> [&'static str; 3] {
        match self {
            Period::Day => w::DAY,
            Period::Week => w::WEEK,
            Period::Month => w::MONTH,
            Period::Year => w::YEAR,
        }
    }
}

/// Measurements of a period.
#[derive(Clone, Debug, Default)]
pub struct View {
    /// The path of the page it stands on.
    pub path: String,
    /// The period.
    pub period: Period,
    /// What the columns are called: short, and what is left out on a phone.
    pub columns: Vec<(String, String)>,
    /// When the latest set was measured.
    pub latest: String,
    /// The lanes; none if nothing was measured in the period.
    pub rows: Vec<Row>,
    /// Every set, the newest first.
    pub sets: Vec<SetRow>,
    /// When it was measured last, if not in the period.
    pub before: Option<String>,
    /// Whether the latest set is more than a day old.
    pub stale: bool,
}

/// A lane.
#[derive(Clone, Debug)]
pub struct Row {
    /// Its name.
    pub name: &'static str,
    /// Its unit.
    pub unit: String,
    /// The figure.
    pub figure: Markup,
    /// The latest value.
    pub value: String,
    /// How it has changed.
    pub change: String,
    /// Its points; none if it has none.
    pub points: Option<Badge>,
}

/// Points in their colour, with a word that says the same.
#[derive(Clone, Debug)]
pub struct Badge {
    /// 0 to 3.
    pub level: u8,
    /// What stands in it.
    pub text: String,
}

/// A set in the table.
#[derive(Clone, Debug)]
pub struct SetRow {
    /// When.
    pub at: String,
    /// The sum, or a dash.
    pub sum: String,
    /// Breaths, saturation, pressure, pulse, temperature, consciousness.
    pub values: [String; 6],
    /// Who measured.
    pub by: String,
}

impl Badge {
    /// As HTML.
    pub fn shown(&self) -> Markup {
        let wide = if self.text.chars().count() > 2 { " ak-wide" } else { "" };
        html! { span class={ "ak-pt0 ak-pt" (self.level) (wide) } { (self.text) } }
    }
}

/// The card.
pub fn card(shell: &Shell, part: &Part<View>, class: &str) -> Markup {
    let aside = match part {
        Part::There(view) => view.periods(shell),
        _ => html! {},
    };
    let card = Card { id: "vitals", icon: "Vitals", title: shell.say(w::MEASUREMENTS), aside, class };
    card.of(shell, part, |view| view.shown(shell))
}

impl View {
    fn periods(&self, shell: &Shell) -> Markup {
        html! {
            nav class="ak-seg ak-push" aria-label=(shell.say(w::PERIOD)) {
                @for period in Period::ALL {
                    a href={ (self.path) "?period=" (period.code()) } aria-current=[(period == self.period).then_some("true")] {
                        (shell.say(period.words()))
                    }
                }
            }
        }
    }

    fn shown(&self, shell: &Shell) -> Markup {
        if self.rows.is_empty() {
            return match &self.before {
                Some(before) => said(
                    shell.say(w::NONE_MEASURED),
                    &shell.say(w::LAST_WAS).replace("{}", before),
                    "InformationSquare",
                ),
                None => said(shell.say(w::NEVER_MEASURED), shell.say(w::MEASURE_FIRST), "InformationSquare"),
            };
        }
        html! {
            table class="ak-vit" {
                caption class="ds-sr-only" { (shell.say(w::CAPTION)) }
                thead {
                    tr {
                        th scope="col" class="c0" { span class="ds-sr-only" { (shell.say(w::MEASURED)) } }
                        th scope="col" {
                            div class="ak-days" {
                                @for (short, more) in &self.columns { span { (short) i class="ak-hm" { (more) } } }
                            }
                        }
                        th scope="col" class="v" { (self.latest) }
                        th scope="col" class="p" { (shell.say(w::POINTS)) }
                    }
                }
                tbody {
                    @for row in &self.rows {
                        tr {
                            th scope="row" { (row.name) small { (row.unit) } }
                            td { (row.figure) }
                            td class="v" { (row.value) small { (row.change) } }
                            td class="p" { @if let Some(points) = &row.points { (points.shown()) } }
                        }
                    }
                }
            }
            (self.foot(shell))
        }
    }

    fn foot(&self, shell: &Shell) -> Markup {
        html! {
            div class="ak-foot" {
                @for level in 1..=3 { span class="ak-key" { i class={ "k" (level) } {} (level) } }
                span { (shell.say(w::LEGEND)) }
                @if self.stale { span class="ak-flag ak-flag--w" { (shell.say(w::STALE)) } }
                span class="ak-push ak-hm" { "NEWS2 © Royal College of Physicians 2017" }
                @if !self.path.ends_with("/measurements") {
                    details class="ak-twin" {
                        summary { (shell.say(w::AS_TABLE)) }
                        (self.table(shell))
                    }
                }
            }
        }
    }

    /// Every set as a table.
    pub fn table(&self, shell: &Shell) -> Markup {
        let heads = [w::RESPIRATION, w::SATURATION, w::PRESSURE, w::PULSE, w::TEMPERATURE, w::CONSCIOUSNESS];
        html! {
            div class="ak-scroll" tabindex="0" role="region" aria-label=(shell.say(w::SETS)) {
                table class="ak-t" {
                    caption class="ds-sr-only" { (shell.say(w::SETS)) }
                    thead {
                        tr {
                            th scope="col" { (shell.say(w::TIME)) }
                            th scope="col" { "NEWS2" }
                            @for head in heads { th scope="col" { (shell.say(head)) } }
                            th scope="col" { (shell.say(w::BY)) }
                        }
                    }
                    tbody {
                        @for set in &self.sets {
                            tr {
                                th scope="row" { (set.at) }
                                td { b { (set.sum) } }
                                @for value in &set.values { td class="ak-num" { (value) } }
                                td { (set.by) }
                            }
                        }
                    }
                }
            }
        }
    }
}
