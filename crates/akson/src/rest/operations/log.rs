//! `Patient/[id]/$log` and `AuditEvent/[id]/$dispute`: who has looked at a record, by day, and a case about an entry that
//! the patient does not recognise.

use akson_core::{Day, Visit, day_bounds, instant, query};
use serde_json::{Value, json};

use super::parameters;
use crate::rest::answer::Reply;
use crate::rest::ask::Ask;
use crate::rest::error::Refusal;

/// The log by day.
pub async fn log(mut ask: Ask) -> Result<Reply, Refusal> {
    super::add_parameters(&mut ask)?;
    let given = |name: &str| query::last(&ask.pairs, name);
    let Some(bounds) = day_bounds((given("from"), given("to")), ask.caller.moment) else {
        return Err(Refusal::bad_request("value", "from and to are dates such as 2026-01-31"));
    };
    let days = ask.record().log(ask.id()?, bounds).await?;
    Ok(parameters(days.iter().map(day).collect()))
}

fn day(day: &Day) -> Value {
    let mut parts = vec![json!({"name": "date", "valueDate": day.date})];
    parts.extend(day.visits.iter().map(visit));
    json!({"name": "day", "part": parts})
}

fn visit(visit: &Visit) -> Value {
    let mut parts = vec![
        json!({"name": "event", "valueReference": {"reference": format!("AuditEvent/{}", visit.event)}}),
        json!({"name": "first", "valueInstant": instant(visit.first)}),
        json!({"name": "last", "valueInstant": instant(visit.last)}),
        json!({"name": "count", "valueInteger": visit.count}),
        json!({"name": "changed", "valueBoolean": visit.changed}),
    ];
    let texts = [
        ("kind", &visit.kind),
        ("who", &visit.name),
        ("role", &visit.role),
        ("unit", &visit.unit),
        ("organisation", &visit.organisation),
        ("app", &visit.app),
        ("purpose", &visit.purpose),
    ];
    let said = texts.into_iter().filter(|(_, text)| !text.is_empty());
    parts.extend(said.map(|(name, text)| json!({"name": name, "valueString": text})));
    if let Some(opened) = &visit.opened {
        let ground = if opened.emergency { "emergency" } else { "declared" };
        parts.push(json!({"name": "ground", "valueCode": ground}));
        if !opened.reason.is_empty() {
            parts.push(json!({"name": "reason", "valueString": opened.reason}));
        }
    }
    let what = visit.what.iter().map(|(name, count)| {
        json!({"name": "what", "part": [{"name": "type", "valueCode": name}, {"name": "count", "valueInteger": count}]})
    });
    parts.extend(what);
    json!({"name": "visit", "part": parts})
}

/// "I do not recognise this."
pub async fn dispute(mut ask: Ask) -> Result<Reply, Refusal> {
    super::add_parameters(&mut ask)?;
    let words = query::last(&ask.pairs, "words").unwrap_or_default();
    let written = ask.record().dispute(ask.id()?, words).await?;
    Ok(Reply::written(&ask, written))
}
