//! The CapabilityStatement, made from the table of routes and the definitions of search parameters.
//!
//! Spec: <https://hl7.org/fhir/R4/capabilitystatement.html>.

use akson_fhir::definition::{Definitions, SearchKind, SearchParameter};
use akson_fhir::json::write_string;

use super::answer::Reply;
use super::ask::Ask;
use super::error::Refusal;
use super::operations::own;
use super::routes::{Interaction, ROUTES};
use akson_core::{LOG_PARAMETERS, query};

/// `GET /metadata`.
pub async fn metadata(ask: Ask) -> Result<Reply, Refusal> {
    match query::last(&ask.pairs, "mode") {
        None | Some("full" | "normative") => {}
        Some(_) => return Err(Refusal::bad_request("not-supported", "mode is full or normative")),
    }
    let custom = ask.record().search_parameters().await?;
    let date = akson_core::instant(ask.house.core.started());
    Ok(Reply::resource(statement(&ask.base, &date, &custom)))
}

/// A search parameter of this record's own: type, code, address, kind.
pub type Custom = akson_core::KnownParameter;

/// The statement as JSON.
pub fn statement(base: &str, date: &str, custom: &[Custom]) -> String {
    let mut out = String::with_capacity(512 << 10);
    out.push_str("{\"resourceType\":\"CapabilityStatement\",\"id\":\"akson\",\"status\":\"active\",\"date\":");
    write_string(&mut out, date);
    out.push_str(",\"kind\":\"instance\",\"software\":{\"name\":\"Akson\",\"version\":");
    write_string(&mut out, env!("CARGO_PKG_VERSION"));
    out.push_str("},\"implementation\":{\"description\":\"Akson, a record for municipal health care\",\"url\":");
    write_string(&mut out, base);
    out.push_str(
        "},\"fhirVersion\":\"4.0.1\",\"format\":[\"application/fhir+json\",\"application/fhir+xml\",\"json\",\"xml\"]",
    );
    out.push_str(
        ",\"patchFormat\":[\"application/json-patch+json\",\"application/fhir+json\",\"application/fhir+xml\"]",
    );
    out.push_str(",\"rest\":[{\"mode\":\"server\",\"resource\":[");
    for (place, found) in Definitions::r4().resource_types().enumerate() {
        if place > 0 {
            out.push(',');
        }
        resource(&mut out, base, found.name, custom);
    }
    out.push(']');
    interactions(&mut out, |interaction| match interaction {
        Interaction::System("transaction") => &["transaction", "batch"],
        Interaction::System("search-system") => &["search-system"],
        Interaction::System("history-system") => &["history-system"],
        _ => &[],
    });
    parameters(&mut out, Definitions::r4().search_parameters("Resource"), &[], "Resource");
    operations(&mut out, base, "");
    compartments(&mut out);
    out.push_str("}]}");
    out
}

fn resource(out: &mut String, base: &str, name: &str, custom: &[Custom]) {
    out.push_str("{\"type\":\"");
    out.push_str(name);
    out.push_str("\",\"profile\":\"http://hl7.org/fhir/StructureDefinition/");
    out.push_str(name);
    out.push('"');
    interactions(out, |interaction| match interaction {
        Interaction::Type("read") => &["read"],
        Interaction::Type("vread") => &["vread"],
        Interaction::Type("update") => &["update"],
        Interaction::Type("patch") => &["patch"],
        Interaction::Type("delete") => &["delete"],
        Interaction::Type("create") => &["create"],
        Interaction::Type("search-type") => &["search-type"],
        Interaction::Type("history-instance") => &["history-instance"],
        Interaction::Type("history-type") => &["history-type"],
        _ => &[],
    });
    out.push_str(concat!(
        ",\"versioning\":\"versioned-update\",\"readHistory\":true,\"updateCreate\":true",
        ",\"conditionalCreate\":true,\"conditionalRead\":\"full-support\",\"conditionalUpdate\":true",
        ",\"conditionalDelete\":\"single\",\"referencePolicy\":[\"literal\",\"logical\",\"local\"]"
    ));
    let known = Definitions::r4().search_parameters(name);
    // The log is searched by fewer, and nothing else comes with it.
    if name == "AuditEvent" {
        let own: Vec<&SearchParameter> =
            known.iter().copied().filter(|parameter| LOG_PARAMETERS.contains(&parameter.code)).collect();
        parameters(out, &own, &[], name);
    } else {
        includes(out, name, known, custom);
        parameters(out, known, custom, name);
    }
    operations(out, base, name);
    out.push('}');
}

fn interactions(out: &mut String, codes: impl Fn(Interaction) -> &'static [&'static str]) {
    let mut seen: Vec<&str> = Vec::new();
    for route in ROUTES {
        for code in codes(route.interaction) {
            if !seen.contains(code) {
                seen.push(code);
            }
        }
    }
    list(out, "interaction", seen.iter(), |out, code| {
        out.push_str("{\"code\":\"");
        out.push_str(code);
        out.push_str("\"}");
    });
}

fn includes(out: &mut String, name: &str, known: &[&SearchParameter], custom: &[Custom]) {
    let references = known.iter().filter(|parameter| parameter.kind == SearchKind::Reference);
    let own = custom.iter().filter(|own| own.kind == SearchKind::Reference);
    let here = own.clone().filter(|own| own.type_name == name).map(|own| own.code.as_str());
    list(out, "searchInclude", references.map(|parameter| parameter.code).chain(here), |out, code| {
        out.push_str(&format!("\"{name}:{code}\""));
    });
    let targeting =
        Definitions::r4().all_search_parameters().iter().filter(|parameter| parameter.targets.contains(&name));
    let backwards = targeting.flat_map(|parameter| parameter.base.iter().map(move |base| (*base, parameter.code)));
    let own = own.filter(|own| own.targets.contains(&name)).map(|own| (own.type_name.as_str(), own.code.as_str()));
    list(out, "searchRevInclude", backwards.chain(own), |out, (base, code)| {
        out.push_str(&format!("\"{base}:{code}\""));
    });
}

fn parameters(out: &mut String, known: &[&SearchParameter], custom: &[Custom], name: &str) {
    // Named queries are not answered here.
    let known = known.iter().filter(|parameter| parameter.code != "_query");
    let known = known.map(|parameter| (parameter.code, parameter.url, kind(parameter.kind)));
    let own = custom.iter().filter(|parameter| parameter.type_name == name);
    let own = own.map(|parameter| (parameter.code.as_str(), parameter.url.as_str(), kind(parameter.kind)));
    list(out, "searchParam", known.chain(own), |out, (code, url, kind)| {
        out.push_str("{\"name\":");
        write_string(out, code);
        out.push_str(",\"definition\":");
        write_string(out, url);
        out.push_str(",\"type\":\"");
        out.push_str(kind);
        out.push_str("\"}");
    });
}

fn operations(out: &mut String, base: &str, name: &str) {
    let mut codes: Vec<(&str, &str)> = Vec::new();
    for route in ROUTES {
        if let Interaction::Operation(code, on) = route.interaction {
            let here = on == name || (on == "Resource" && (!name.is_empty() || route.path == "/fhir/$meta"));
            if here && !codes.contains(&(code, on)) {
                codes.push((code, on));
            }
        }
    }
    list(out, "operation", codes.iter(), |out, (code, on)| {
        let at = if own::of(code, on).is_some() { base } else { "http://hl7.org/fhir" };
        out.push_str(&format!("{{\"name\":\"{code}\",\"definition\":\"{at}/OperationDefinition/{on}-{code}\"}}"));
    });
}

fn compartments(out: &mut String) {
    let mut names: Vec<&str> = Definitions::r4().compartments().collect();
    names.sort_unstable();
    list(out, "compartment", names.iter(), |out, name| {
        out.push_str(&format!("\"http://hl7.org/fhir/CompartmentDefinition/{}\"", name.to_lowercase()));
    });
}

fn list<T>(out: &mut String, name: &str, items: impl Iterator<Item = T>, print: impl Fn(&mut String, T)) {
    let start = out.len();
    out.push_str(",\"");
    out.push_str(name);
    out.push_str("\":[");
    let mut any = false;
    for item in items {
        if any {
            out.push(',');
        }
        any = true;
        print(out, item);
    }
    out.push(']');
    if !any {
        out.truncate(start);
    }
}

fn kind(kind: SearchKind) -> &'static str {
    match kind {
        SearchKind::Number => "number",
        SearchKind::Date => "date",
        SearchKind::String => "string",
        SearchKind::Token => "token",
        SearchKind::Reference => "reference",
        SearchKind::Composite => "composite",
        SearchKind::Quantity => "quantity",
        SearchKind::Uri => "uri",
        SearchKind::Special => "special",
    }
}
