//! References: `Type/id`, `id`, an absolute address (this server's own is the same as a relative one), a version, a
//! canonical address with or without its version, or the identifier of what is meant.
//!
//! What refers to a patient through the parameter that says whose it is has no row: the patient is its part.
//! Spec: <https://hl7.org/fhir/R4/search.html#reference>.

use akson_fhir::definition::Definitions;
use akson_fhir::json::Value;
use akson_fhir::reference::Reference;
use akson_fhir::resource::is_id;

use crate::search::collect::Collector;
use crate::search::expr::{Expr, ReferenceTest, Test};
use crate::search::read::Asked;
use crate::search::registry::Parameter;
use crate::search::sql::{At, Sql};

/// Reads a value.
pub fn parse(asked: &Asked<'_>, text: &str) -> Result<Expr, String> {
    let definitions = Definitions::r4();
    let kind = match asked.modifier {
        None => None,
        Some("identifier") => {
            let test = super::token::test(asked, text)?;
            return Ok(asked.test(Test::Reference(ReferenceTest::Identifier(test))));
        }
        Some("above" | "below") => {
            return Err(
                "hierarchies of resources are not searched: :above and :below are for tokens and addresses".to_string()
            );
        }
        Some(name) => match definitions.resource(name) {
            Some(found) if allows(asked.parameter, found.name) => Some(found.name),
            _ => return Err(asked.wrong_modifier("missing, identifier, or a type it may lead to")),
        },
    };
    let plain = asked.plain(text)?;
    let test = match (Reference::parse(&plain, asked.reading.base), kind) {
        (Reference::Local(address), wanted) if wanted.is_none_or(|name| name == address.type_name()) => {
            match address.version {
                None => ReferenceTest::Local(address.type_name(), address.id.to_string()),
                Some(version) => ReferenceTest::Other(versioned(address.type_name(), address.id, version)),
            }
        }
        (Reference::Local(_), _) => {
            return Err("the type before the id is another one than the modifier says".to_string());
        }
        (Reference::Other(id), Some(name)) if is_id(id) => ReferenceTest::Local(name, id.to_string()),
        (Reference::Other(id), None) if is_id(id) => {
            let by_id = asked.test(Test::Reference(ReferenceTest::Id(targets(asked.parameter), id.to_string())));
            if !asked.parameter.cites() {
                return Ok(by_id);
            }
            // A canonical address may be any text, also one that looks like an id.
            return Ok(Expr::Any(vec![by_id, asked.test(Test::Reference(ReferenceTest::Other(plain)))]));
        }
        (Reference::Absolute { url, .. } | Reference::Urn(url), _) => ReferenceTest::Other(url.to_string()),
        (Reference::Canonical { .. }, _) => ReferenceTest::Other(plain.clone()),
        _ => return Err("a reference is written Type/id, id or as a whole address".to_string()),
    };
    Ok(asked.test(Test::Reference(test)))
}

fn allows(parameter: &Parameter, type_name: &str) -> bool {
    parameter.targets.is_empty() || parameter.targets.iter().any(|t| *t == type_name || *t == "Resource")
}

/// The types a reference of a parameter may lead to; without a list any.
pub fn targets(parameter: &Parameter) -> Vec<&'static str> {
    if parameter.targets.is_empty() || parameter.targets.contains(&"Resource") {
        return Definitions::r4().resource_types().map(|found| found.name).collect();
    }
    parameter.targets.clone()
}

fn versioned(type_name: &str, id: &str, version: &str) -> String {
    format!("{type_name}/{id}/_history/{version}")
}

/// Indexes a Reference, a canonical or uri, or a resource that stands inside.
pub fn index(into: &mut Collector<'_>, parameter: &Parameter, value: Value<'_>) {
    let param = parameter.number;
    if let Some(text) = value.as_str() {
        if let Reference::Local(address) = Reference::parse(&text, into.base) {
            into.local(parameter, address.type_id, address.id);
        }
        into.foreign(parameter, &text);
        if let Some((url, _)) = text.split_once('|') {
            into.foreign(parameter, url);
        }
        return;
    }
    if let Some(identifier) = value.get("identifier")
        && value.get("resourceType").is_none()
    {
        super::token::index_identifier(into, param, identifier);
    }
    if let (Some(name), Some(id)) =
        (value.get("resourceType").and_then(Value::str), value.get("id").and_then(Value::str))
    {
        if let Some(found) = Definitions::r4().resource(name) {
            into.local(parameter, found.id, id);
        }
        return;
    }
    let Some(text) = value.get("reference").and_then(Value::as_str) else { return };
    match Reference::parse(&text, into.base) {
        Reference::Local(address) => {
            into.local(parameter, address.type_id, address.id);
            if let Some(version) = address.version {
                into.foreign(parameter, &versioned(address.type_name(), address.id, version));
            }
        }
        Reference::Absolute { url, .. } => {
            into.foreign(parameter, url);
            if let Some((unversioned, _)) = url.split_once("/_history/") {
                into.foreign(parameter, unversioned);
            }
        }
        Reference::Urn(url) => into.foreign(parameter, url),
        Reference::Canonical { url, version } => {
            into.foreign(parameter, url);
            if version.is_some() {
                into.foreign(parameter, &text);
            }
        }
        Reference::Contained(_) | Reference::Other(_) => {}
    }
}

/// What a reference leads to, in numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Targets {
    /// The numbers of resources here, and negative hashes of other addresses.
    pub numbers: Vec<i64>,
    /// The patients among them, whose part is their number.
    pub patients: Vec<i64>,
}

/// Finds what a test names.
pub fn targets_of(sql: &Sql<'_>, test: &ReferenceTest) -> Targets {
    let mut found = Targets { numbers: Vec::new(), patients: Vec::new() };
    let mut add = |type_name: &str, id: &str| {
        if let Some((_, rid)) = sql.place_of(type_name, id) {
            found.numbers.push(rid);
            if type_name == "Patient" {
                found.patients.push(rid);
            }
        }
    };
    match test {
        ReferenceTest::Local(type_name, id) => add(type_name, id),
        ReferenceTest::Id(types, id) => types.iter().for_each(|type_name| add(type_name, id)),
        ReferenceTest::Other(url) => found.numbers.push(sql.hashes.target(url)),
        ReferenceTest::Identifier(_) | ReferenceTest::Never => {}
    }
    found.numbers.sort_unstable();
    found.numbers.dedup();
    found
}

/// The whole condition at a place.
pub fn sql(sql: &mut Sql<'_>, at: &At, parameter: &Parameter, test: &ReferenceTest) {
    if let ReferenceTest::Identifier(token) = test {
        return super::token::sql(sql, at, &parameter.rows, token);
    }
    let targets = targets_of(sql, test);
    if targets.numbers.is_empty() {
        sql.push("1 = 0");
        return;
    }
    sql.push("(");
    if parameter.primary && !targets.patients.is_empty() {
        sql.push(&at.part).one_of(&targets.patients).push(" OR ");
    }
    sql.push("EXISTS (SELECT 1 FROM reference f WHERE f.param").among(&parameter.rows);
    sql.push(" AND f.target").one_of(&targets.numbers);
    sql.push(" AND f.part = ").push(&at.part).push(" AND f.rid = ").push(&at.rid).push("))");
}
