//! K1, my day: what needs me now. Scores that call for something, the day's visits, open tasks; mine and my unit's.
//!
//! Each list is one search as whoever asks; the count in the bar is the length of the list it leads to. What a visit is made
//! of stands in the visit, not among the tasks.

pub mod view;
pub mod words;

use std::collections::BTreeMap;

use akson_core::query::Pair;
use akson_core::scores::news2;
use akson_core::{Error, Mode, Record, SearchOf, Staff};
use axum::body::Body;
use axum::http::Response;

use self::view::{Alarm, Line, View};
use self::words as w;
use crate::web::ask::Ask;
use crate::web::chart::vitals::{NEWS2, SNOMED};
use crate::web::chart::{Names, Part, board};
use crate::web::error::Trouble;
use crate::web::pages::overview;
use crate::web::read::{self, Resource};
use crate::web::shell::show;
use crate::web::when;

/// Rows of a list.
const ROWS_MAX: usize = 60;
const DAY: i64 = 86_400_000_000;
/// Points that call for something.
const CALLS: u8 = 5;
/// States of tasks that wait for somebody; what was accepted with a visit is the visit's.
const OPEN: &str = "requested,received,ready,in-progress,on-hold";

/// What was found: the matches, and the names of the patients among what was included.
type Rows = (Vec<Resource>, BTreeMap<String, String>);

/// The page of somebody at work.
pub async fn page(ask: Ask, staff: &Staff) -> Result<Response<Body>, Trouble> {
    let record = ask.record()?;
    let unit = unit(&record, staff).await?;
    let view = View {
        date: when::date(ask.moment),
        alarms: alarms(&ask, &record).await?,
        visits: visits(&ask, &record, staff).await?,
        tasks: Part::Failed,
        more: false,
        opens: ask.caller.as_ref().is_some_and(akson_core::access::may_open),
    };
    let tasks = tasks(&ask, &record, staff, unit.as_deref()).await?;
    let more = matches!(&tasks, Part::There(tasks) if tasks.len() > ROWS_MAX);
    let tasks = tasks.map(|tasks| tasks.into_iter().take(ROWS_MAX).collect());
    Ok(show(View { tasks, more, ..view }.shown(&ask.shell())))
}

/// The reference to the unit one works in.
async fn unit(record: &Record, staff: &Staff) -> Result<Option<String>, Trouble> {
    match record.read("PractitionerRole", &staff.role).await {
        Ok(role) => Ok(Resource::of(&role)
            .map(|role| read::reference(role.at(&["organization"])))
            .filter(|unit| unit.starts_with("Organization/"))),
        Err(Error::NotFound | Error::Gone | Error::Denied(_)) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

async fn found(record: &Record, type_name: &'static str, pairs: &[(&str, &str)]) -> Result<Part<Rows>, Trouble> {
    let pairs: Vec<Pair> = pairs.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
    let of = SearchOf { type_name: Some(type_name), compartment: None };
    let found = match record.search(of, pairs, false).await {
        Ok(found) => found,
        Err(Error::Denied(_)) => return Ok(Part::NoAccess),
        Err(Error::Interrupted) => return Err(Trouble::Failed),
        Err(error) => {
            tracing::error!(%error, "a part of a page failed");
            return Ok(Part::Failed);
        }
    };
    let (mut rows, mut names) = (Vec::new(), BTreeMap::new());
    for (seen, mode) in &found.entries {
        let Some(resource) = Resource::of(seen) else { continue };
        match mode {
            Mode::Match => rows.push(resource),
            Mode::Include => {
                names.insert(format!("{}/{}", resource.type_name, resource.id), read::person(&resource).0);
            }
        }
    }
    Ok(Part::There((rows, names)))
}

/// The patient of a row: id and name. One who is not shown has no id here.
fn patient(ask: &Ask, names: &BTreeMap<String, String>, reference: &str) -> (String, String) {
    let id = reference.strip_prefix("Patient/").unwrap_or_default();
    match names.get(reference) {
        Some(name) => (id.to_string(), name.clone()),
        None if id.is_empty() => (String::new(), String::new()),
        None => (String::new(), ask.say(w::NO_NAME).to_string()),
    }
}

async fn alarms(ask: &Ask, record: &Record) -> Result<Part<Vec<Alarm>>, Trouble> {
    let from = format!("ge{}", when::instant(ask.moment - DAY));
    let code = format!("{SNOMED}|{NEWS2}");
    let asked = [
        ("code", code.as_str()),
        ("date", from.as_str()),
        ("_sort", "-date"),
        ("_count", "200"),
        ("_include", "Observation:patient"),
    ];
    let found = found(record, "Observation", &asked).await?;
    Ok(found.map(|(rows, names)| {
        let mut newest: BTreeMap<String, (i64, u8)> = BTreeMap::new();
        for one in &rows {
            let (Some(at), Ok(sum)) =
                (when::moment(&one.text(&["effectiveDateTime"])), one.text(&["valueInteger"]).parse::<u8>())
            else {
                continue;
            };
            let known = newest.entry(read::reference(one.at(&["subject"]))).or_insert((at, sum));
            if known.0 < at {
                *known = (at, sum);
            }
        }
        let mut all: Vec<(u8, Alarm)> = newest
            .into_iter()
            .filter(|(_, (_, sum))| *sum >= CALLS)
            .map(|(reference, (at, sum))| {
                let level = board::level(news2::risk(sum, false), sum);
                let sum_badge = crate::web::parts::vitals::Badge { level, text: sum.to_string() };
                let time = when::near(at, ask.moment, ask.language);
                (sum, Alarm { patient: patient(ask, &names, &reference), sum: sum_badge, time })
            })
            .filter(|(_, alarm)| !alarm.patient.0.is_empty())
            .collect();
        all.sort_by_key(|(sum, _)| std::cmp::Reverse(*sum));
        all.into_iter().map(|(_, alarm)| alarm).take(ROWS_MAX).collect()
    }))
}

async fn visits(ask: &Ask, record: &Record, staff: &Staff) -> Result<Part<Vec<Line>>, Trouble> {
    let from = format!("ge{}", when::instant(when::midnight(ask.moment, 0)));
    let until = format!("lt{}", when::instant(when::midnight(ask.moment, 1)));
    let actor = format!("Practitioner/{},PractitionerRole/{}", staff.practitioner, staff.role);
    let asked = [
        ("actor", actor.as_str()),
        ("date", from.as_str()),
        ("date", until.as_str()),
        ("_sort", "date"),
        ("_count", "100"),
        ("_include", "Appointment:patient"),
    ];
    let found = found(record, "Appointment", &asked).await?;
    Ok(found.map(|(rows, names)| rows.iter().filter_map(|visit| of_visit(ask, visit, &names)).collect()))
}

fn of_visit(ask: &Ask, visit: &Resource, names: &BTreeMap<String, String>) -> Option<Line> {
    let (at, due) = overview::of_visit(visit, &Names::default())?;
    let whom = read::items(visit.root(), &["participant"]).map(|one| read::reference(one.get("actor")));
    let whom = whom.filter(|one| one.starts_with("Patient/")).collect::<Vec<_>>();
    Some(Line {
        time: due.time,
        patient: patient(ask, names, whom.first().map_or("", String::as_str)),
        what: due.title,
        whose: String::new(),
        overdue: !due.done && at + DAY / 24 < ask.moment,
        done: due.done,
    })
}

async fn tasks(ask: &Ask, record: &Record, staff: &Staff, unit: Option<&str>) -> Result<Part<Vec<Line>>, Trouble> {
    let mine = format!("Practitioner/{}", staff.practitioner);
    let mut owners = vec![mine.clone(), format!("PractitionerRole/{}", staff.role)];
    owners.extend(unit.map(str::to_string));
    let owners = owners.join(",");
    let asked = [("owner", owners.as_str()), ("status", OPEN), ("_count", "100"), ("_include", "Task:patient")];
    let found = found(record, "Task", &asked).await?;
    Ok(found.map(|(rows, names)| {
        let line = |task: &Resource| {
            let (at, due) = overview::of_task(ask, task, &Names::default());
            let own = read::reference(task.at(&["owner"])) == mine;
            let line = Line {
                time: due.time,
                patient: patient(ask, &names, &read::reference(task.at(&["for"]))),
                what: due.title,
                whose: ask.say(if own { w::MINE } else { w::UNIT }).to_string(),
                overdue: due.overdue,
                done: false,
            };
            (at, line)
        };
        let mut all: Vec<(i64, Line)> = rows.iter().map(line).collect();
        all.sort_by_key(|(at, _)| *at);
        all.into_iter().map(|(_, line)| line).collect()
    }))
}
