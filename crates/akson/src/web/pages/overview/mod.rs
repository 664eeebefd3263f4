//! K3, the overview of a record: what matters now, in an order that follows from what the reader does.

pub mod view;
pub mod words;

use akson_core::scores::news2::Risk;
use akson_core::{Duty, Wanted, Who};
use axum::body::Body;
use axum::http::Response;

use self::view::{Alarm, Due, Order, Problem, View};
use self::words as w;
use crate::web::ask::Ask;
use crate::web::chart::vitals::Set;
use crate::web::chart::{self, Names, Opened, Part, board, events, medicines, vitals};
use crate::web::error::Trouble;
use crate::web::parts::events::Event;
use crate::web::parts::vitals::Period;
use crate::web::parts::words as p;
use crate::web::read::{self, Resource};
use crate::web::shell::show;
use crate::web::when;

/// Signs that are drawn at most.
const SIGNS_MAX: usize = 900;
/// Signs of the newest sets.
const LATEST_MAX: usize = 24;
/// Events of each kind, and together.
const EVENTS_MAX: usize = 7;
const DAY: i64 = 86_400_000_000;
const ICPC2: &str = "urn:oid:2.16.578.1.12.4.1.1.7170";
const ICD10: &str = "urn:oid:2.16.578.1.12.4.1.1.7110";
/// States of tasks that wait for somebody. What was accepted for a visit to come is on its way and waits for nobody.
const OPEN_TASKS: &str = "requested,received,ready,in-progress,on-hold";

/// `GET /patients/{id}`.
pub async fn page(ask: Ask) -> Result<Response<Body>, Trouble> {
    let window = board::Window::of(Period::of_code(ask.get("period")), ask.moment);
    let (today, tomorrow) = (when::midnight(ask.moment, 0), when::midnight(ask.moment, 1));
    let from = format!("ge{}", when::instant(today));
    let until = format!("lt{}", when::instant(tomorrow));
    let before = format!("lt{}", when::instant(today));
    let mut wanted = vec![
        vitals::wanted(Some(window.from), SIGNS_MAX),
        vitals::wanted(None, LATEST_MAX),
        medicines::statements(),
        medicines::requests(),
        Wanted::new("Condition", &[("clinical-status", "active,recurrence,relapse"), ("_count", "40")]),
        Wanted::new("Task", &[("status", OPEN_TASKS), ("_count", "30")]),
        Wanted::new("Task", &[("status", "accepted"), ("focus:missing", "true"), ("_count", "30")]),
        Wanted::new("Task", &[("status", "accepted"), ("focus:Appointment.date", &before), ("_count", "30")]),
        Wanted::new("Appointment", &[("date", &from), ("date", &until), ("_count", "30")]),
    ];
    wanted.extend(events::KINDS.iter().map(|kind| kind.wanted(None, EVENTS_MAX)));
    let mut opened = chart::open(&ask, wanted).await?;
    let (vitals, alarm) = signs(&ask, window, &mut opened);
    let medicines = drugs(&mut opened);
    let view = View {
        vitals,
        alarm,
        medicines,
        problems: opened.take().map(|found| problems(&found)),
        tasks: due(&ask, &mut opened),
        events: happened(&ask, &mut opened),
        order: order(&ask),
        banner: opened.banner,
    };
    Ok(show(view.shown(&ask.shell())))
}

/// `GET /patients/{id}/number`.
pub async fn number(ask: Ask) -> Result<Response<Body>, Trouble> {
    let opened = chart::open(&ask, Vec::new()).await?;
    let number = chart::number(&opened.patient);
    Ok(show(view::number(&ask.shell(), &opened.banner, number.as_deref())))
}

fn order(ask: &Ask) -> Order {
    match ask.caller.as_ref().map(|caller| &caller.who) {
        Some(Who::Staff(staff)) if matches!(staff.duty, Duty::Doctor | Duty::ListDoctor | Duty::Psychologist) => {
            Order::Problems
        }
        _ => Order::Signs,
    }
}

fn signs(
    ask: &Ask,
    window: board::Window,
    opened: &mut Opened,
) -> (Part<crate::web::parts::vitals::View>, Option<Alarm>) {
    let (within, latest) = (opened.take(), opened.take());
    let (within, latest) = match (within, latest) {
        (Part::There(within), Part::There(latest)) => (within, latest),
        (Part::NoAccess, _) | (_, Part::NoAccess) => return (Part::NoAccess, None),
        _ => return (Part::Failed, None),
    };
    let (within, latest) = (vitals::sets(&within, &opened.names), vitals::sets(&latest, &opened.names));
    let path = format!("/patients/{}", opened.banner.id);
    let alarm = latest.iter().rev().find(|set| set.sum().is_some()).and_then(|set| alarm(ask, set));
    (Part::There(board::view(window, &within, &latest, &path, ask.moment, ask.language)), alarm)
}

/// What must be done about the newest score, if it is of the last day and calls for something.
fn alarm(ask: &Ask, set: &Set) -> Option<Alarm> {
    let (sum, risk) = (set.sum()?, set.risk()?);
    if risk == Risk::Low || ask.moment - set.at > DAY {
        return None;
    }
    let (name, advice) = match risk {
        Risk::High => (w::RISK_HIGH, w::PROCEDURE_HIGH),
        Risk::Medium => (w::RISK_MEDIUM, w::PROCEDURE_MEDIUM),
        _ => (w::RISK_LOW_MEDIUM, w::PROCEDURE_MEDIUM),
    };
    let score = set.score();
    let parts = [
        (p::RESPIRATION, score.respiration),
        (p::SATURATION, score.saturation),
        (p::OXYGEN, score.oxygen),
        (p::PRESSURE, score.systolic),
        (p::PULSE, score.pulse),
        (p::CONSCIOUSNESS, score.consciousness),
        (p::TEMPERATURE, score.temperature),
    ];
    let because = parts.iter().filter_map(|(name, points)| {
        let points = points.filter(|points| *points > 0)?;
        Some(ask.say(w::GIVES).replacen("{}", ask.say(*name), 1).replacen("{}", &points.to_string(), 1))
    });
    let because = because.collect::<Vec<_>>().join(", ");
    Some(Alarm {
        sum,
        level: board::level(risk, sum),
        title: [sum.to_string(), when::clock(set.at), ask.say(name).to_string()]
            .iter()
            .fold(ask.say(w::ALARM).to_string(), |text, part| text.replacen("{}", part, 1)),
        because: if because.is_empty() { String::new() } else { format!("{because}.") },
        advice: ask.say(advice),
    })
}

/// Medicines from statements and prescriptions; one of the two is enough.
pub fn drugs(opened: &mut Opened) -> Part<Vec<crate::web::parts::medicines::Row>> {
    match (opened.take(), opened.take()) {
        (Part::There(used), Part::There(ordered)) => Part::There(medicines::rows(&used, &ordered, &opened.names)),
        (Part::NoAccess, _) | (_, Part::NoAccess) => Part::NoAccess,
        _ => Part::Failed,
    }
}

fn problems(found: &[Resource]) -> Vec<Problem> {
    let problem = |one: &Resource| {
        let code = one.at(&["code"]);
        let number = read::code(code, ICPC2).or_else(|| read::code(code, ICD10)).unwrap_or_default();
        let since = [one.text(&["onsetDateTime"]), one.text(&["recordedDate"])].into_iter().find(|at| !at.is_empty());
        Problem { code: number, name: read::words(code), since: when::day(&since.unwrap_or_default()) }
    };
    let mut all: Vec<Problem> = found.iter().map(problem).collect();
    all.sort_by_key(|problem| {
        let parts: Vec<&str> = problem.since.rsplit('.').collect();
        std::cmp::Reverse(parts.join("-"))
    });
    all
}

/// Several searches of one kind as one part: all of it is there, or none.
fn together(parts: [Part<Vec<Resource>>; 3]) -> Part<Vec<Resource>> {
    let mut all = Vec::new();
    for part in parts {
        match part {
            Part::There(found) => all.extend(found),
            other => return other,
        }
    }
    Part::There(all)
}

fn due(ask: &Ask, opened: &mut Opened) -> Part<Vec<Due>> {
    let parts = [opened.take(), opened.take(), opened.take()];
    let (tasks, visits) = match (together(parts), opened.take()) {
        (Part::There(tasks), Part::There(visits)) => (tasks, visits),
        (Part::There(tasks), _) => (tasks, Vec::new()),
        (_, Part::There(visits)) => (Vec::new(), visits),
        (Part::NoAccess, _) | (_, Part::NoAccess) => return Part::NoAccess,
        _ => return Part::Failed,
    };
    let mut all: Vec<(i64, Due)> = tasks.iter().map(|task| of_task(ask, task, &opened.names)).collect();
    all.extend(visits.iter().filter_map(|visit| of_visit(visit, &opened.names)));
    all.sort_by_key(|(at, _)| *at);
    Part::There(all.into_iter().map(|(_, due)| due).collect())
}

/// A task as a line, and when it is due; one without a time comes first.
pub fn of_task(ask: &Ask, task: &Resource, names: &Names) -> (i64, Due) {
    let until = [task.text(&["restriction", "period", "end"]), task.text(&["executionPeriod", "end"])];
    let until = until.iter().find_map(|text| when::moment(text));
    let title = [read::words(task.at(&["code"])), task.text(&["description"]), read::words(task.at(&["reasonCode"]))];
    let title = title.into_iter().find(|text| !text.is_empty()).unwrap_or_default();
    let today = until.is_some_and(|until| when::date(until) == when::date(ask.moment));
    let time = match until {
        Some(until) if today => when::clock(until),
        Some(until) => when::date(until)[..6].to_string(),
        None => "–".to_string(),
    };
    let due = Due {
        time,
        title,
        text: names.of(task.at(&["owner"])),
        overdue: until.is_some_and(|until| until < ask.moment),
        done: false,
    };
    (until.unwrap_or(i64::MIN), due)
}

/// An appointment as a line, and when it is; one that was called off is none.
pub fn of_visit(visit: &Resource, names: &Names) -> Option<(i64, Due)> {
    let status = visit.text(&["status"]);
    if matches!(status.as_str(), "cancelled" | "entered-in-error" | "noshow") {
        return None;
    }
    let at = when::moment(&visit.text(&["start"]))?;
    let title = [visit.text(&["description"]), read::words(visit.at(&["serviceType"]))];
    let who = read::items(visit.root(), &["participant"]).filter_map(|one| one.get("actor"));
    let who = who.filter(|actor| !read::text(*actor, &["reference"]).starts_with("Patient/"));
    let who: Vec<String> = who.map(|actor| names.of(Some(actor))).filter(|name| !name.is_empty()).collect();
    let due = Due {
        time: when::clock(at),
        title: title.into_iter().find(|text| !text.is_empty()).unwrap_or_default(),
        text: who.join(", "),
        overdue: false,
        done: status == "fulfilled",
    };
    Some((at, due))
}

fn happened(ask: &Ask, opened: &mut Opened) -> Part<Vec<Event>> {
    let (mut all, mut refused) = (Vec::new(), 0);
    for kind in events::KINDS {
        match opened.take() {
            Part::There(found) => all.extend(events::events(kind, &found, &opened.names, ask.moment, ask.language)),
            Part::NoAccess => refused += 1,
            Part::Failed => return Part::Failed,
        }
    }
    if refused == events::KINDS.len() {
        return Part::NoAccess;
    }
    all.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
    Part::There(all.into_iter().take(EVENTS_MAX).map(|(_, event)| event).collect())
}
