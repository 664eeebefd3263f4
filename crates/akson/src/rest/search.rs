//! Search of a type, a compartment or everything, by GET or POST.
//!
//! Spec: <https://hl7.org/fhir/R4/http.html#search>.

use akson_core::{Found, SearchOf};

use super::answer::Reply;
use super::ask::{Ask, type_named};
use super::bundle;
use super::error::Refusal;
use super::negotiate::Summary;
use akson_core::query::{self, Pair};

/// The parameter that names a page in the links of a bundle.
pub const PAGE: &str = "_page";

/// Among the resources of a type.
pub async fn of_type(ask: Ask) -> Result<Reply, Refusal> {
    let type_name = ask.type_name()?;
    run(ask, SearchOf { type_name: Some(type_name), compartment: None }).await
}

/// Among all resources.
pub async fn of_system(ask: Ask) -> Result<Reply, Refusal> {
    run(ask, SearchOf { type_name: None, compartment: None }).await
}

/// Among the resources of a compartment: `Patient/1/Observation`, `Patient/1/*`.
pub async fn of_compartment(ask: Ask) -> Result<Reply, Refusal> {
    let owner = ask.type_name()?;
    let id = ask.id()?.to_string();
    let member = ask.segments.get(2).map_or("", String::as_str);
    if let Some(operation) = member.strip_prefix('$') {
        return Err(Refusal::no_such(format!("there is no operation ${operation} here; see /fhir/metadata")));
    }
    let type_name = match member {
        "*" => None,
        name => Some(type_named(name)?),
    };
    run(ask, SearchOf { type_name, compartment: Some((owner, id)) }).await
}

async fn run(ask: Ask, of: SearchOf) -> Result<Reply, Refusal> {
    let mut pairs = ask.pairs.clone();
    if ask.shown.summary == Summary::Count {
        pairs.push(("_summary".to_string(), "count".to_string()));
    }
    // What was sent in a form is not told in an address.
    let hidden = ask.method == "POST" || akson_core::is_sealed(&pairs);
    let found = ask.record().search(of.clone(), pairs, ask.prefer.lenient).await?;
    let links = match hidden {
        true => hidden_links(&ask, (&path(&ask), &of), &found, presentation(&ask))?,
        false => links(&ask, &found),
    };
    Ok(Reply::bundle(bundle::searchset(&ask.base, &ask.shown, &found, &links)))
}

/// Where this page and the next one are, with the query in a token.
fn hidden_links(
    ask: &Ask,
    (path, of): (&str, &SearchOf),
    found: &Found,
    form: Vec<Pair>,
) -> Result<Vec<(&'static str, String)>, Refusal> {
    let link = |token: String| {
        let mut pairs = form.clone();
        pairs.push((PAGE.to_string(), token));
        address(path, &pairs)
    };
    let mut links = vec![("self", link(ask.record().sealed(of, found, found.page.as_deref())?))];
    if let Some(next) = &found.next {
        links.push(("next", link(ask.record().sealed(of, found, Some(next))?)));
    }
    Ok(links)
}

/// The links of a search that was an entry of a batch or transaction: what was asked came in a body, and is not told in an address.
pub fn links_of_entry(ask: &Ask, found: &Found) -> Result<Vec<(&'static str, String)>, Refusal> {
    let path = format!("{}/{}", ask.base, found.path);
    let parts: Vec<&str> = found.path.split('/').collect();
    let of = match parts[..] {
        _ if found.path.contains('$') => return Ok(vec![("self", path)]),
        [""] => SearchOf { type_name: None, compartment: None },
        [name] => SearchOf { type_name: Some(type_named(name)?), compartment: None },
        [owner, id, member] => {
            let type_name = if member == "*" { None } else { Some(type_named(member)?) };
            SearchOf { type_name, compartment: Some((type_named(owner)?, id.to_string())) }
        }
        _ => return Ok(vec![("self", path)]),
    };
    hidden_links(ask, (&path, &of), found, Vec::new())
}

/// The links of what an operation answers. Parameters that came in a body are not told in an address.
pub fn links_of_operation(ask: &Ask, found: &Found) -> Vec<(&'static str, String)> {
    match ask.method {
        "POST" => vec![("self", path(ask))],
        _ => links(ask, found),
    }
}

/// Where is searched.
fn path(ask: &Ask) -> String {
    let mut path = ask.base.clone();
    for segment in ask.segments.iter().filter(|segment| *segment != "_search") {
        path.push('/');
        path.push_str(segment);
    }
    path
}

/// Where this page and the next one are.
fn links(ask: &Ask, found: &Found) -> Vec<(&'static str, String)> {
    let path = path(ask);
    let mut used = found.used.clone();
    used.extend(presentation(ask));
    let here = found.page.iter().map(|token| (PAGE.to_string(), token.clone()));
    let mut links = vec![("self", address(&path, &used.iter().cloned().chain(here).collect::<Vec<_>>()))];
    if let Some(token) = &found.next {
        used.push((PAGE.to_string(), token.clone()));
        links.push(("next", address(&path, &used)));
    }
    links
}

/// The parameters about the form of the answer, for the links.
fn presentation(ask: &Ask) -> Vec<Pair> {
    let mut pairs = Vec::new();
    let summary = match ask.shown.summary {
        Summary::Whole | Summary::Count => None,
        Summary::Short => Some("true"),
        Summary::Text => Some("text"),
        Summary::Data => Some("data"),
    };
    if let Some(summary) = summary {
        pairs.push(("_summary".to_string(), summary.to_string()));
    }
    if !ask.shown.elements.is_empty() {
        pairs.push(("_elements".to_string(), ask.shown.elements.join(",")));
    }
    pairs
}

/// An address with a query.
pub fn address(path: &str, pairs: &[Pair]) -> String {
    if pairs.is_empty() {
        return path.to_string();
    }
    format!("{path}?{}", query::print(pairs))
}
