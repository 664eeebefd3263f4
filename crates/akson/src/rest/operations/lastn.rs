//! `Observation/$lastn`: the latest observations of each code.
//!
//! Spec: <https://hl7.org/fhir/R4/observation-operation-lastn.html>.

use crate::rest::answer::Reply;
use crate::rest::ask::Ask;
use crate::rest::error::Refusal;
use crate::rest::{bundle, search};

/// The latest observations that match, by code.
pub async fn lastn(mut ask: Ask) -> Result<Reply, Refusal> {
    super::add_parameters(&mut ask)?;
    let found = ask.record().lastn(ask.pairs.clone(), ask.prefer.lenient).await?;
    let links = search::links_of_operation(&ask, &found);
    Ok(Reply::bundle(bundle::searchset(&ask.base, &ask.shown, &found, &links)))
}
