//! Where a load goes: the record of this process, or a server over HTTP.

use std::collections::BTreeMap;

use akson_core::{Caller, Change, Core, EntryAnswer, Error};
use akson_fhir::json::{Tree, Value};
use akson_fhir::resource::Resource;
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::Request;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;

use super::pieces::Piece;
use crate::control::command::Failure;

/// Where to load into.
pub enum Target {
    /// The record of this process, and the municipality that answers for what is new if not the server's own.
    Local(Core, Option<i64>),
    /// A server.
    Remote(Box<Remote>),
}

/// A server, and what is shown to it.
pub struct Remote {
    client: Client<HttpConnector, Full<Bytes>>,
    base: String,
    /// An access token; empty: none.
    token: String,
}

/// What went in.
pub struct Loaded {
    /// Resources by type.
    pub counts: BTreeMap<String, u64>,
    /// Whether it was there already.
    pub already: bool,
}

impl Target {
    /// A server by its FHIR base.
    pub fn remote(url: &str, token: &str) -> Result<Target, Failure> {
        if !url.starts_with("http://") {
            return Err("--url is a FHIR base such as http://127.0.0.1:8080/fhir".into());
        }
        let client = Client::builder(TokioExecutor::new()).build_http();
        let base = url.trim_end_matches('/').to_string();
        Ok(Target::Remote(Box::new(Remote { client, base, token: token.to_string() })))
    }

    /// Puts a piece in; the error says why it was refused.
    pub async fn put(&self, piece: &Piece) -> Result<Loaded, String> {
        let key = format!("load-{}", akson_core::fingerprint(&piece.text));
        match self {
            Target::Local(core, controller) => local(core, *controller, piece, &key).await,
            Target::Remote(server) => remote(server, piece, &key).await,
        }
    }
}

async fn local(core: &Core, controller: Option<i64>, piece: &Piece, key: &str) -> Result<Loaded, String> {
    let first = |issues: &[akson_fhir::outcome::Issue]| issues.first().map(ToString::to_string).unwrap_or_default();
    let bundle = Resource::parse_json(&piece.text).map_err(|issues| first(&issues))?;
    let caller = Caller::job("load", core.now()).once(key);
    let record = core.record(match controller {
        Some(controller) => caller.answering(controller),
        None => caller,
    });
    let already = record.was_done().map_err(|error| error.to_string())?;
    let answers = record.transact(&bundle, "").await.map_err(|error| error.to_string())?;
    let mut counts = BTreeMap::new();
    for answer in answers {
        match answer {
            EntryAnswer::Written(written) if written.change != Change::Deleted => {
                *counts.entry(written.seen.type_name.to_string()).or_default() += 1;
            }
            EntryAnswer::Refused(error) => return Err(part(&error)),
            _ => {}
        }
    }
    Ok(Loaded { counts, already })
}

fn part(error: &Error) -> String {
    format!("an entry was refused: {error}")
}

async fn remote(server: &Remote, piece: &Piece, key: &str) -> Result<Loaded, String> {
    let mut request = Request::post(&server.base)
        .header("content-type", "application/fhir+json")
        .header("prefer", "return=minimal")
        .header("idempotency-key", key);
    if !server.token.is_empty() {
        request = request.header("authorization", format!("Bearer {}", server.token));
    }
    let request = request.body(Full::new(Bytes::from(piece.text.clone()))).map_err(|error| error.to_string())?;
    let response = server.client.request(request).await.map_err(|error| error.to_string())?;
    let status = response.status().as_u16();
    if status == 401 {
        return Err("HTTP 401: the server wants an access token; give one with --token or AKSON_TOKEN".to_string());
    }
    let already = response.headers().contains_key("idempotency-replayed");
    let body = response.into_body().collect().await.map_err(|error| error.to_string())?.to_bytes();
    let tree =
        Tree::parse(&body).map_err(|error| format!("HTTP {status}, and the answer is no JSON: {}", error.message))?;
    if status != 200 {
        return Err(format!("HTTP {status}: {}", told(tree.root())));
    }
    let mut counts = BTreeMap::new();
    for entry in tree.root().get("entry").into_iter().flat_map(|list| list.items()) {
        let Some(response) = entry.get("response") else {
            continue;
        };
        let status = response.get("status").and_then(Value::str).unwrap_or("");
        if !status.starts_with('2') {
            let reason = response.get("outcome").map(told).unwrap_or_default();
            return Err(format!("an entry was refused: HTTP {status}: {reason}"));
        }
        let location = response.get("location").and_then(|text| text.as_str()).unwrap_or_default();
        let before = location.split("/_history/").next().unwrap_or("");
        if let Some(name) = before.rsplit('/').nth(1) {
            *counts.entry(name.to_string()).or_default() += 1;
        }
    }
    Ok(Loaded { counts, already })
}

/// The first issue of an OperationOutcome, in words.
fn told(outcome: Value<'_>) -> String {
    let issue = outcome.get("issue").and_then(|issues| issues.items().next());
    let text = issue.and_then(|issue| issue.get("details")).and_then(|details| details.get("text"));
    let place = issue.and_then(|issue| issue.get("expression")).and_then(|list| list.items().next());
    let text = text.and_then(|text| text.as_str()).unwrap_or_default();
    match place.and_then(|place| place.as_str()) {
        Some(place) => format!("{place}: {text}"),
        None => text.into_owned(),
    }
}
