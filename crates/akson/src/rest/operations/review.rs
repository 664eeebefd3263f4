//! `AuditEvent/$openings` and `AuditEvent/$review`: the queue of openings that wait for a review, and the decision.

use akson_core::{ToReview, Verdict, instant, query};
use akson_fhir::outcome::{self, Issue};
use serde_json::{Value, json};

use super::parameters;
use crate::rest::answer::Reply;
use crate::rest::ask::Ask;
use crate::rest::error::Refusal;

/// The queue.
pub async fn openings(ask: Ask) -> Result<Reply, Refusal> {
    let waiting = ask.record().to_review().await?;
    Ok(parameters(waiting.iter().map(opening).collect()))
}

fn opening(one: &ToReview) -> Value {
    let mut parts = vec![
        json!({"name": "id", "valueId": one.id}),
        json!({"name": "patient", "valueReference": {"reference": format!("Patient/{}", one.patient), "display": one.name}}),
        json!({"name": "ground", "valueCode": if one.emergency { "emergency" } else { "declared" }}),
        json!({"name": "code", "valueCode": one.code}),
        json!({"name": "reason", "valueString": one.reason}),
        json!({"name": "since", "valueInstant": instant(one.since)}),
        json!({"name": "until", "valueInstant": instant(one.until)}),
        json!({"name": "overdue", "valueBoolean": one.overdue}),
        json!({"name": "entries", "valueInteger": one.entries}),
    ];
    if let Some(actor) = &one.actor {
        let texts =
            [("who", actor.shown()), ("unit", actor.unit.clone()), ("organisation", actor.organisation.clone())];
        let said = texts.into_iter().filter(|(_, text)| !text.is_empty());
        parts.extend(said.map(|(name, text)| json!({"name": name, "valueString": text})));
    }
    let seen = one.what.iter().map(|(name, count)| {
        json!({"name": "seen", "part": [{"name": "type", "valueCode": name}, {"name": "count", "valueInteger": count}]})
    });
    parts.extend(seen);
    json!({"name": "opening", "part": parts})
}

/// The decision.
pub async fn review(mut ask: Ask) -> Result<Reply, Refusal> {
    super::add_parameters(&mut ask)?;
    let given = |name: &str| query::last(&ask.pairs, name).unwrap_or_default();
    let Some(verdict) = Verdict::of_code(given("verdict")) else {
        return Err(Refusal::bad_request("required", "the parameter verdict is justified or not-justified"));
    };
    ask.record().review(given("opening"), verdict, given("note")).await?;
    Ok(Reply::resource(outcome::outcome(&[Issue::information("informational", "the review is noted")])))
}
