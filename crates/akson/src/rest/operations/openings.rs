//! `Patient/[id]/$open` and `$end-opening`: a record opened without a care relation, and closed before its time.

use akson_core::sight::OpeningKind;
use akson_core::{Reason, instant, query};
use serde_json::json;

use super::parameters;
use crate::rest::answer::Reply;
use crate::rest::ask::Ask;
use crate::rest::error::Refusal;

/// Opens.
pub async fn open(mut ask: Ask) -> Result<Reply, Refusal> {
    super::add_parameters(&mut ask)?;
    let given = |name: &str| query::last(&ask.pairs, name).unwrap_or_default().to_string();
    let kind = match given("ground").as_str() {
        "emergency" => OpeningKind::Emergency,
        "declared" => OpeningKind::Declared,
        _ => return Err(Refusal::bad_request("required", "the parameter ground is emergency or declared")),
    };
    let reason = Reason { code: given("code"), text: given("reason") };
    let opening = ask.record().open(ask.id()?, kind, reason).await?;
    Ok(parameters(vec![
        json!({"name": "opening", "valueId": opening.id}),
        json!({"name": "ground", "valueCode": given("ground")}),
        json!({"name": "until", "valueInstant": instant(opening.wish.until)}),
    ]))
}

/// Ends all that the caller has open of this record.
pub async fn end(ask: Ask) -> Result<Reply, Refusal> {
    let record = ask.record();
    let open = record.opened(ask.id()?).await?;
    for opening in &open {
        record.end_opening(&opening.id).await?;
    }
    Ok(parameters(vec![json!({"name": "ended", "valueInteger": open.len()})]))
}
