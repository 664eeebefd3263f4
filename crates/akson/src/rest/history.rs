//! The history of a resource, of a type or of everything.
//!
//! Spec: <https://hl7.org/fhir/R4/http.html#history>.

use akson_core::HistoryOf;

use super::answer::Reply;
use super::ask::Ask;
use super::bundle;
use super::error::Refusal;
use super::search::{PAGE, address};

/// Of one resource.
pub async fn of_instance(ask: Ask) -> Result<Reply, Refusal> {
    let of = HistoryOf::Instance(ask.type_name()?, ask.id()?.to_string());
    run(ask, of).await
}

/// Of a type.
pub async fn of_type(ask: Ask) -> Result<Reply, Refusal> {
    let of = HistoryOf::Type(ask.type_name()?);
    run(ask, of).await
}

/// Of everything.
pub async fn of_system(ask: Ask) -> Result<Reply, Refusal> {
    run(ask, HistoryOf::System).await
}

async fn run(ask: Ask, of: HistoryOf) -> Result<Reply, Refusal> {
    let past = ask.record().history(of, &ask.pairs).await?;
    let mut path = ask.base.clone();
    for segment in &ask.segments {
        path.push('/');
        path.push_str(segment);
    }
    let mut pairs = ask.pairs.clone();
    let mut links = vec![("self", address(&path, &pairs))];
    if let Some(token) = &past.next {
        pairs.retain(|(name, _)| name != PAGE);
        pairs.push((PAGE.to_string(), token.clone()));
        links.push(("next", address(&path, &pairs)));
    }
    Ok(Reply::bundle(bundle::history(&ask.base, &ask.shown, &past, &links)))
}
