//! Sets of vital signs made into the lanes and the table of a period.

use akson_core::scores::news2::{self, Band, Risk, Scale};

use super::plot::{self, Lane};
use super::vitals::Set;
use crate::http::language::Language;
use crate::web::parts::vitals::{Badge, Period, Row, SetRow, View};
use crate::web::parts::words as w;
use crate::web::when;

const HOUR: i64 = 3_600_000_000;
const DAY: i64 = 24 * HOUR;
const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "mai", "jun", "jul", "aug", "sep", "okt", "nov", "des"];

/// A stretch of time that is drawn, in columns of equal width.
#[derive(Clone, Copy, Debug)]
pub struct Window {
    /// The period.
    pub period: Period,
    /// Where it begins.
    pub from: i64,
    /// Where it ends.
    pub until: i64,
    columns: i64,
}

impl Window {
    /// The one that ends now: at the end of the hour or of the day.
    pub fn of(period: Period, now: i64) -> Window {
        let tomorrow = when::midnight(now, 1);
        let (from, until, columns) = match period {
            Period::Day => {
                let until = now - now.rem_euclid(HOUR) + HOUR;
                (until - DAY, until, 6)
            }
            Period::Week => (when::midnight(now, -6), tomorrow, 7),
            Period::Month => (when::midnight(now, -29), tomorrow, 5),
            Period::Year => (when::midnight(now, -364), tomorrow, 12),
        };
        Window { period, from, until, columns }
    }

    fn place(&self, at: i64) -> f64 {
        (at - self.from) as f64 / (self.until - self.from) as f64
    }

    fn begin(&self, column: i64) -> i64 {
        self.from + (self.until - self.from) / self.columns * column
    }

    fn grid(&self) -> Vec<f64> {
        (1..self.columns).map(|column| column as f64 / self.columns as f64).collect()
    }

    fn labels(&self, language: Language) -> Vec<(String, String)> {
        (0..self.columns).map(|column| self.label(column, language)).collect()
    }

    fn label(&self, column: i64, language: Language) -> (String, String) {
        let at = self.begin(column);
        let date = when::date(at);
        match self.period {
            Period::Day => (when::clock(at), String::new()),
            Period::Week if column + 1 == self.columns => (language.pick(w::TODAY).to_string(), String::new()),
            Period::Week | Period::Month => (date[..3].to_string(), date[3..5].to_string()),
            Period::Year => {
                let month = when::zoned(at).map_or(0, |at| at.month() as usize);
                (MONTHS.get(month.saturating_sub(1)).unwrap_or(&"").to_string(), String::new())
            }
        }
    }
}

/// Measurements of a window; `latest` are the newest sets, in it or before.
pub fn view(window: Window, sets: &[Set], latest: &[Set], path: &str, now: i64, language: Language) -> View {
    let last = latest.last().or(sets.last());
    let within: Vec<&Set> = sets.iter().filter(|set| (window.from..window.until).contains(&set.at)).collect();
    let mut view = View { path: path.to_string(), period: window.period, ..View::default() };
    let Some(newest) = within.last() else {
        view.before = last.map(|set| when::near(set.at, now, language));
        return view;
    };
    view.columns = window.labels(language);
    view.latest = if now - newest.at < DAY { when::clock(newest.at) } else { when::date(newest.at)[..6].to_string() };
    view.stale = now - newest.at > DAY;
    view.rows = rows(window, &within, language);
    view.sets = within.iter().rev().map(|set| row_of(set, language)).collect();
    view
}

/// A kind of measurement: name, unit, bands, range that is drawn, step, and how to take it from a set.
struct Kind {
    name: [&'static str; 3],
    unit: String,
    bands: &'static [Band],
    range: (f64, f64),
    step: f64,
    value: fn(&Set) -> Option<i64>,
    points: fn(&Set) -> Option<u8>,
}

fn rows(window: Window, sets: &[&Set], language: Language) -> Vec<Row> {
    let mut rows = vec![sums(window, sets, language)];
    let last = sets.last().map(|set| set.vitals).unwrap_or_default();
    let oxygen = last.oxygen.map(|given| language.pick(if given { w::OXYGEN } else { w::AIR }));
    let scale = if last.scale == Scale::Two { 2 } else { 1 };
    let unit = format!(
        "% · {} {scale}{}",
        language.pick(w::SCALE),
        oxygen.map(|oxygen| format!(" · {oxygen}")).unwrap_or_default()
    );
    let kinds = [
        Kind {
            name: w::RESPIRATION,
            unit: language.pick(w::PER_MINUTE).to_string(),
            bands: news2::RESPIRATION,
            range: (5.0, 32.0),
            step: 1.0,
            value: |set| set.vitals.respiration,
            points: |set| set.score().respiration,
        },
        Kind {
            name: w::SATURATION,
            unit,
            bands: news2::saturation(last.scale, last.oxygen == Some(true)),
            range: (82.0, 100.0),
            step: 1.0,
            value: |set| set.vitals.saturation,
            points: |set| set.score().saturation,
        },
        Kind {
            name: w::PULSE,
            unit: language.pick(w::PER_MINUTE).to_string(),
            bands: news2::PULSE,
            range: (36.0, 140.0),
            step: 1.0,
            value: |set| set.vitals.pulse,
            points: |set| set.score().pulse,
        },
        Kind {
            name: w::TEMPERATURE,
            unit: "°C".to_string(),
            bands: news2::TEMPERATURE,
            range: (34.5, 40.0),
            step: 0.1,
            value: |set| set.vitals.temperature,
            points: |set| set.score().temperature,
        },
    ];
    for (at, kind) in kinds.iter().enumerate() {
        rows.extend(one(window, sets, kind, language));
        if at == 1 {
            rows.extend(pressures(window, sets, language));
        }
    }
    rows
}

fn one(window: Window, sets: &[&Set], kind: &Kind, language: Language) -> Option<Row> {
    let number = |value: i64| value as f64 * kind.step;
    let measured: Vec<(&Set, i64)> = sets.iter().filter_map(|set| Some((*set, (kind.value)(set)?))).collect();
    let (last, value) = *measured.last()?;
    let points: Vec<(f64, f64, u8)> = measured
        .iter()
        .map(|(set, value)| (window.place(set.at), number(*value), (kind.points)(set).unwrap_or(0)))
        .collect();
    let shown = |value: i64| written(value, kind.step);
    let before = measured.len().checked_sub(2).and_then(|at| measured.get(at)).map(|(_, value)| *value);
    let extremes = (measured.iter().map(|(_, value)| *value).min()?, measured.iter().map(|(_, value)| *value).max()?);
    let outside = points.iter().filter(|(_, _, points)| *points > 0).count();
    let fill = |words: [&'static str; 3], what: String| language.pick(words).replace("{}", &what);
    let label = format!(
        "{}, {}: {}, {} {}. {}. {} {}.",
        language.pick(kind.name),
        fill(w::COUNT, measured.len().to_string()),
        fill(w::LOWEST, shown(extremes.0)),
        fill(w::HIGHEST, shown(extremes.1)),
        kind.unit,
        fill(w::OUTSIDE, outside.to_string()),
        language.pick(w::LATEST),
        shown(value),
    );
    let lane = Lane {
        label: &label,
        points: &points,
        range: kind.range,
        bands: kind.bands,
        step: kind.step,
        grid: &window.grid(),
    };
    Some(Row {
        name: language.pick(kind.name),
        unit: kind.unit.clone(),
        figure: plot::lane(&lane),
        value: shown(value),
        change: before.map(|before| change(value - before, kind.step)).unwrap_or_default(),
        points: (kind.points)(last).map(|points| Badge { level: points, text: points.to_string() }),
    })
}

fn pressures(window: Window, sets: &[&Set], language: Language) -> Option<Row> {
    let measured: Vec<&&Set> = sets.iter().filter(|set| set.vitals.systolic.is_some()).collect();
    let last = measured.last()?;
    let points: Vec<(f64, i64, Option<i64>)> =
        measured.iter().filter_map(|set| Some((window.place(set.at), set.vitals.systolic?, set.diastolic))).collect();
    let label = format!(
        "{}, {}. {} {} mmHg. 110, 90.",
        language.pick(w::PRESSURE),
        language.pick(w::COUNT).replace("{}", &measured.len().to_string()),
        language.pick(w::LATEST),
        pressure(last),
    );
    let before = measured.len().checked_sub(2).and_then(|at| measured.get(at));
    let moved = before.and_then(|before| Some(change(last.vitals.systolic? - before.vitals.systolic?, 1.0)));
    Some(Row {
        name: language.pick(w::PRESSURE),
        unit: "mmHg".to_string(),
        figure: plot::pressure(&label, &points, &window.grid()),
        value: pressure(last),
        change: moved.unwrap_or_default(),
        points: last.score().systolic.map(|points| Badge { level: points, text: points.to_string() }),
    })
}

fn sums(window: Window, sets: &[&Set], language: Language) -> Row {
    let scored: Vec<(&Set, u8)> = sets.iter().filter_map(|set| Some((*set, set.sum()?))).collect();
    let bars: Vec<(f64, u8, u8)> = scored
        .iter()
        .map(|(set, sum)| (window.place(set.at), *sum, set.risk().map_or(0, |risk| level(risk, *sum))))
        .collect();
    let all: Vec<String> = scored.iter().map(|(_, sum)| sum.to_string()).collect();
    let label = format!("NEWS2, {}: {}.", language.pick(w::SUM), all.join(", "));
    let last = scored.last();
    let before = scored.len().checked_sub(2).and_then(|at| scored.get(at));
    let change = before.zip(last).map(|((_, before), (_, now))| {
        let sign = match now.cmp(before) {
            std::cmp::Ordering::Greater => "↑",
            std::cmp::Ordering::Less => "↓",
            std::cmp::Ordering::Equal => "=",
        };
        format!("{sign} {} {before}", language.pick(w::FROM))
    });
    Row {
        name: "NEWS2",
        unit: language.pick(w::SUM).to_string(),
        figure: plot::bars(&label, &bars, &window.grid()),
        value: last.map_or("–".to_string(), |(_, sum)| sum.to_string()),
        change: change.unwrap_or_default(),
        points: last.and_then(|(set, sum)| Some(badge(set.risk()?, *sum, language))),
    }
}

/// The colour of a risk: none, yellow, orange, red.
pub fn level(risk: Risk, sum: u8) -> u8 {
    match risk {
        Risk::Low if sum == 0 => 0,
        Risk::Low => 1,
        Risk::LowMedium | Risk::Medium => 2,
        Risk::High => 3,
    }
}

/// A risk as a badge.
pub fn badge(risk: Risk, sum: u8, language: Language) -> Badge {
    let text = match risk {
        Risk::Low => w::LOW,
        Risk::LowMedium => w::LOW_MEDIUM,
        Risk::Medium => w::MEDIUM,
        Risk::High => w::HIGH,
    };
    Badge { level: level(risk, sum), text: language.pick(text).to_string() }
}

fn row_of(set: &Set, language: Language) -> SetRow {
    let vitals = &set.vitals;
    let or_dash = |value: Option<i64>, step: f64| value.map_or("–".to_string(), |value| written(value, step));
    let oxygen = if vitals.oxygen == Some(true) { format!(" ({})", language.pick(w::OXYGEN)) } else { String::new() };
    SetRow {
        at: format!("{} {}", when::date(set.at), when::clock(set.at)),
        sum: set.sum().map_or("–".to_string(), |sum| sum.to_string()),
        values: [
            or_dash(vitals.respiration, 1.0),
            format!("{}{oxygen}", or_dash(vitals.saturation, 1.0)),
            pressure(set),
            or_dash(vitals.pulse, 1.0),
            or_dash(vitals.temperature, 0.1),
            vitals.consciousness.map_or("–", |state| state.letter()).to_string(),
        ],
        by: set.by.clone(),
    }
}

fn pressure(set: &Set) -> String {
    match (set.vitals.systolic, set.diastolic) {
        (Some(upper), Some(lower)) => format!("{upper}/{lower}"),
        (Some(upper), None) => upper.to_string(),
        _ => "–".to_string(),
    }
}

fn written(value: i64, step: f64) -> String {
    match step < 1.0 {
        true => format!("{:.1}", value as f64 * step).replace('.', ","),
        false => value.to_string(),
    }
}

fn change(by: i64, step: f64) -> String {
    match by {
        0 => "=".to_string(),
        1.. => format!("↑ {}", written(by, step)),
        _ => format!("↓ {}", written(-by, step)),
    }
}

/// A week of sets for samples, as in the prototype of the chart.
pub fn sample(now: i64) -> Vec<Set> {
    use akson_core::scores::news2::{Consciousness, Vitals};
    const BREATHS: [i64; 14] = [16, 17, 16, 18, 16, 17, 17, 18, 18, 18, 18, 19, 20, 22];
    const OXYGEN: [i64; 14] = [97, 96, 97, 96, 96, 97, 96, 96, 96, 96, 96, 95, 96, 94];
    const UPPER: [i64; 14] = [132, 138, 130, 136, 134, 129, 135, 131, 128, 130, 126, 124, 121, 118];
    const LOWER: [i64; 14] = [74, 78, 72, 76, 75, 71, 74, 73, 70, 72, 70, 69, 68, 64];
    const BEATS: [i64; 14] = [72, 76, 71, 74, 73, 75, 74, 78, 80, 82, 84, 86, 90, 96];
    const WARM: [i64; 14] = [368, 369, 367, 368, 369, 368, 369, 371, 374, 376, 377, 379, 380, 383];
    let at = |nth: usize| when::midnight(now, nth as i64 / 2 - 6) + if nth.is_multiple_of(2) { 8 } else { 12 } * HOUR;
    let vitals = |nth: usize| Vitals {
        respiration: Some(BREATHS[nth]),
        saturation: Some(OXYGEN[nth]),
        scale: Scale::One,
        oxygen: Some(false),
        systolic: Some(UPPER[nth]),
        pulse: Some(BEATS[nth]),
        consciousness: Some(Consciousness::Alert),
        temperature: Some(WARM[nth]),
    };
    let set = |nth: usize| Set {
        at: at(nth),
        vitals: vitals(nth),
        diastolic: Some(LOWER[nth]),
        recorded: None,
        by: "Ingrid Solheim".to_string(),
    };
    (0..14).map(set).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_795_348_800_000_000;

    #[test]
    fn a_week_has_seven_columns_and_ends_today() {
        let sets = sample(NOW);
        let view = view(Window::of(Period::Week, NOW), &sets, &sets[12..], "/p", NOW, Language::Nb);
        assert_eq!(view.columns.len(), 7);
        assert_eq!(view.columns[6].0, "i dag");
        assert_eq!(view.columns[0], ("16.".to_string(), "11".to_string()));
        let names: Vec<&str> = view.rows.iter().map(|row| row.name).collect();
        assert_eq!(names, ["NEWS2", "Resp.frekvens", "O2-metning", "Blodtrykk", "Puls", "Temperatur"]);
        assert_eq!((view.rows[0].value.as_str(), view.rows[0].change.as_str()), ("5", "↑ fra 0"));
        assert_eq!((view.rows[5].value.as_str(), view.rows[5].change.as_str()), ("38,3", "↑ 0,3"));
        assert_eq!(view.rows[3].value, "118/64");
        assert_eq!((view.sets.len(), view.sets[0].sum.as_str()), (14, "5"));
        assert!(!view.stale);
    }

    #[test]
    fn a_period_without_measurements_says_when_the_last_was() {
        let sets = sample(NOW - 40 * DAY);
        let view = view(Window::of(Period::Week, NOW), &[], &sets[13..], "/p", NOW, Language::Nb);
        assert!(view.rows.is_empty());
        assert_eq!(view.before.as_deref(), Some("13.10.2026 12:00"));
    }
}
