//! The API on one page: every route with its verb, what FHIR calls it, and who answers it.
//!
//! The router, the figures and the CapabilityStatement are made from this table, so what is promised
//! is what is routed.

use std::future::Future;
use std::pin::Pin;

use super::answer::Reply;
use super::ask::Ask;
use super::error::Refusal;
use super::{batch, capability, create, delete, history, operations, patch, read, search, start, update};

/// What a handler gives back.
pub type Replying = Pin<Box<dyn Future<Output = Result<Reply, Refusal>> + Send>>;

/// What FHIR calls a route.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Interaction {
    /// An interaction with a type or its instances.
    Type(&'static str),
    /// An interaction with the whole system.
    System(&'static str),
    /// A search within a compartment.
    Compartment,
    /// An operation: its code and the type it belongs to (`Resource`: all).
    Operation(&'static str, &'static str),
    /// About the server, not about the record.
    Server,
}

/// Where a handler runs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Work {
    /// On the thread that took the request: microseconds.
    Inline,
    /// There too, if enough such threads are free: less than a millisecond as a rule.
    Nearby,
    /// On the blocking pool: milliseconds.
    Aside,
}

/// How large a body may be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum BodyLimit {
    /// No body is read.
    Nothing,
    /// One resource.
    Resource,
    /// A batch or transaction.
    Bundle,
}

/// One route.
pub struct Route {
    /// The verb.
    pub method: &'static str,
    /// The pattern.
    pub path: &'static str,
    /// What FHIR calls it.
    pub interaction: Interaction,
    /// Where it runs.
    pub work: Work,
    /// How large its body may be.
    pub body: BodyLimit,
    /// Who answers.
    pub handler: fn(Ask) -> Replying,
}

macro_rules! route {
    ($method:literal, $path:literal, $interaction:expr, $work:ident, $body:ident, $handler:path) => {
        Route {
            method: $method,
            path: $path,
            interaction: $interaction,
            work: Work::$work,
            body: BodyLimit::$body,
            handler: |ask| Box::pin($handler(ask)),
        }
    };
}

use Interaction::{Compartment, Operation, Server, System, Type};

/// Every route.
pub const ROUTES: &[Route] = &[
    route!("GET", "/fhir/{type}/{id}", Type("read"), Inline, Nothing, read::read),
    route!("GET", "/fhir/{type}/{id}/_history/{version}", Type("vread"), Inline, Nothing, read::vread),
    route!("PUT", "/fhir/{type}/{id}", Type("update"), Aside, Resource, update::update),
    route!("PUT", "/fhir/{type}", Type("update"), Nearby, Resource, update::update_matching),
    route!("PATCH", "/fhir/{type}/{id}", Type("patch"), Nearby, Resource, patch::patch),
    route!("PATCH", "/fhir/{type}", Type("patch"), Nearby, Resource, patch::patch_matching),
    route!("DELETE", "/fhir/{type}/{id}", Type("delete"), Inline, Nothing, delete::delete),
    route!("DELETE", "/fhir/{type}", Type("delete"), Nearby, Nothing, delete::delete_matching),
    route!("POST", "/fhir/{type}", Type("create"), Aside, Resource, create::create),
    route!("GET", "/fhir/{type}", Type("search-type"), Nearby, Nothing, search::of_type),
    route!("POST", "/fhir/{type}/_search", Type("search-type"), Nearby, Resource, search::of_type),
    route!("GET", "/fhir/{type}/{id}/_history", Type("history-instance"), Nearby, Nothing, history::of_instance),
    route!("GET", "/fhir/{type}/_history", Type("history-type"), Aside, Nothing, history::of_type),
    route!("GET", "/fhir/_history", System("history-system"), Aside, Nothing, history::of_system),
    route!("GET", "/fhir", System("search-system"), Aside, Nothing, search::of_system),
    route!("POST", "/fhir/_search", System("search-system"), Aside, Resource, search::of_system),
    route!("POST", "/fhir", System("transaction"), Aside, Bundle, batch::batch),
    route!("GET", "/fhir/{type}/{id}/{member}", Compartment, Nearby, Nothing, search::of_compartment),
    route!("POST", "/fhir/{type}/{id}/{member}/_search", Compartment, Nearby, Resource, search::of_compartment),
    route!(
        "GET",
        "/fhir/Patient/{id}/$everything",
        Operation("everything", "Patient"),
        Aside,
        Nothing,
        operations::everything::everything
    ),
    route!(
        "POST",
        "/fhir/Patient/{id}/$everything",
        Operation("everything", "Patient"),
        Aside,
        Resource,
        operations::everything::everything
    ),
    route!(
        "GET",
        "/fhir/Observation/$lastn",
        Operation("lastn", "Observation"),
        Aside,
        Nothing,
        operations::lastn::lastn
    ),
    route!(
        "POST",
        "/fhir/Observation/$lastn",
        Operation("lastn", "Observation"),
        Aside,
        Resource,
        operations::lastn::lastn
    ),
    route!(
        "POST",
        "/fhir/{type}/$validate",
        Operation("validate", "Resource"),
        Aside,
        Resource,
        operations::validate::of_type
    ),
    route!(
        "POST",
        "/fhir/{type}/{id}/$validate",
        Operation("validate", "Resource"),
        Aside,
        Resource,
        operations::validate::of_instance
    ),
    route!(
        "GET",
        "/fhir/{type}/{id}/$validate",
        Operation("validate", "Resource"),
        Aside,
        Nothing,
        operations::validate::of_instance
    ),
    route!(
        "GET",
        "/fhir/{type}/{id}/$meta",
        Operation("meta", "Resource"),
        Inline,
        Nothing,
        operations::meta::of_instance
    ),
    route!("GET", "/fhir/{type}/$meta", Operation("meta", "Resource"), Aside, Nothing, operations::meta::of_many),
    route!("GET", "/fhir/$meta", Operation("meta", "Resource"), Aside, Nothing, operations::meta::of_many),
    route!(
        "POST",
        "/fhir/{type}/{id}/$meta-add",
        Operation("meta-add", "Resource"),
        Inline,
        Resource,
        operations::meta::add
    ),
    route!(
        "POST",
        "/fhir/{type}/{id}/$meta-delete",
        Operation("meta-delete", "Resource"),
        Inline,
        Resource,
        operations::meta::remove
    ),
    route!(
        "POST",
        "/fhir/Patient/{id}/$open",
        Operation("open", "Patient"),
        Inline,
        Resource,
        operations::openings::open
    ),
    route!(
        "POST",
        "/fhir/Patient/{id}/$end-opening",
        Operation("end-opening", "Patient"),
        Inline,
        Resource,
        operations::openings::end
    ),
    route!("GET", "/fhir/Patient/{id}/$log", Operation("log", "Patient"), Aside, Nothing, operations::log::log),
    route!("GET", "/fhir/Patient/{id}/$why", Operation("why", "Patient"), Aside, Nothing, operations::why::why),
    route!(
        "POST",
        "/fhir/AuditEvent/{id}/$dispute",
        Operation("dispute", "AuditEvent"),
        Inline,
        Resource,
        operations::log::dispute
    ),
    route!(
        "GET",
        "/fhir/AuditEvent/$openings",
        Operation("openings", "AuditEvent"),
        Aside,
        Nothing,
        operations::review::openings
    ),
    route!(
        "POST",
        "/fhir/AuditEvent/$review",
        Operation("review", "AuditEvent"),
        Inline,
        Resource,
        operations::review::review
    ),
    route!("GET", "/fhir/metadata", Server, Aside, Nothing, capability::metadata),
    route!("GET", "/health", Server, Inline, Nothing, start::health),
    route!("GET", "/metrics", Server, Inline, Nothing, start::metrics),
];
