//! Delete by id and by criteria.
//!
//! Spec: <https://hl7.org/fhir/R4/http.html#delete>.

use super::answer::{Content, Reply, told};
use super::ask::Ask;
use super::conditions;
use super::error::Refusal;
use super::negotiate::Return;
use super::update::required;

/// Deletes one; to delete again what is deleted is no error.
pub async fn delete(ask: Ask) -> Result<Reply, Refusal> {
    let version = conditions::if_match(&ask.headers)?;
    let written = ask.record().delete(ask.type_name()?, ask.id()?, version).await?;
    Ok(gone(&ask, Reply::written(&ask, written)))
}

/// Deletes the one that matches; several are a refusal, none is fine.
pub async fn delete_matching(ask: Ask) -> Result<Reply, Refusal> {
    let criteria = required(&ask)?;
    let version = conditions::if_match(&ask.headers)?;
    let deleted = ask.record().delete_matching(ask.type_name()?, criteria, version).await?;
    let reply = match deleted {
        Some(written) => Reply::written(&ask, written),
        None => Reply { status: 204, ..Reply::default() },
    };
    Ok(gone(&ask, reply))
}

fn gone(ask: &Ask, mut reply: Reply) -> Reply {
    if ask.prefer.answer == Some(Return::Outcome) {
        reply.status = 200;
        reply.content = Content::Resource(told(akson_core::Change::Deleted).into());
    }
    reply
}
