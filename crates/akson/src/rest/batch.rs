//! Batch and transaction.
//!
//! Spec: <https://hl7.org/fhir/R4/http.html#transaction>.

use super::answer::Reply;
use super::ask::Ask;
use super::bundle;
use super::error::Refusal;
use super::negotiate::Return;
use super::search;
use akson_core::EntryAnswer;

/// Carries out the entries of a bundle.
pub async fn batch(ask: Ask) -> Result<Reply, Refusal> {
    let resource = ask.resource()?;
    if resource.type_name() != "Bundle" {
        return Err(Refusal::bad_request(
            "structure",
            format!(
                "this address takes a Bundle of type batch or transaction; a single resource goes to /{}",
                resource.type_name()
            ),
        ));
    }
    let kind = match resource.root().get("type").and_then(|kind| kind.str()) {
        Some("batch") => "batch-response",
        Some("transaction") => "transaction-response",
        _ => {
            return Err(Refusal::bad_request("value", "Bundle.type is batch or transaction here"));
        }
    };
    let answers = ask.record().transact(&resource, &ask.base).await?;
    let wanted = ask.prefer.answer.unwrap_or(Return::Minimal);
    let searches = answers.iter().filter_map(|answer| match answer {
        EntryAnswer::Found(found) => Some(search::links_of_entry(&ask, found)),
        _ => None,
    });
    let links = searches.collect::<Result<Vec<_>, _>>()?;
    Ok(Reply::bundle(bundle::answers(&ask.base, (&ask.shown, wanted), kind, answers, links)))
}
