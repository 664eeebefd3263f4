//! `Patient/[id]/$everything`: the patient's whole record.
//!
//! Spec: <https://hl7.org/fhir/R4/patient-operation-everything.html>.

use crate::rest::answer::Reply;
use crate::rest::ask::Ask;
use crate::rest::error::Refusal;
use crate::rest::{bundle, search};

/// All that lies in the patient's compartment, and what it refers to.
pub async fn everything(mut ask: Ask) -> Result<Reply, Refusal> {
    super::add_parameters(&mut ask)?;
    let id = ask.id()?.to_string();
    let found = ask.record().everything(&id, ask.pairs.clone()).await?;
    let links = search::links_of_operation(&ask, &found);
    Ok(Reply::bundle(bundle::searchset(&ask.base, &ask.shown, &found, &links)))
}
