//! Reads one parameter of a query: its name, modifier and chain, and the values after it.
//!
//! Promises: what cannot be understood is an error that says what can; it never becomes a wider question.
//! What it does not do: control parameters such as `_sort` (`query`).
//! Spec: <https://hl7.org/fhir/R4/search.html#modifiers>.

use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use akson_fhir::codes::Codes;
use akson_fhir::definition::{Definitions, SearchKind};
use akson_fhir::resource::is_id;
use akson_fhir::value::date::Zone;

use super::expr::{Expr, Prefix, Test};
use super::fold::fold;
use super::near;
use super::param;
use super::registry::{Parameter, Registry};
use super::split::{plain, split};

/// How many references a chain may follow.
pub const CHAIN_MAX: usize = 4;
/// How many values one parameter may list.
pub const VALUES_MAX: usize = 500;
/// How many conditions a query may have on a type, once its chains are spelled out for all types they may pass.
pub const CONDITIONS_MAX: usize = 2_000;
/// How long one value may be.
pub const VALUE_BYTES_MAX: usize = 8_192;

/// Gives the value sets and code systems that are known beyond FHIR's own; asked only where a query needs them.
pub type Codebook<'a> = dyn Fn() -> Arc<Codes> + 'a;

/// What reading a query needs to know.
#[derive(Clone, Copy)]
pub struct Reading<'a> {
    /// The parameters.
    pub registry: &'a Registry,
    /// This server's own address, without a slash at its end.
    pub base: &'a str,
    /// The zone of times without one.
    pub zone: Zone,
    /// The present moment, for `ap`.
    pub now_ms: i64,
    /// The codes that `:in`, `:not-in`, `:above` and `:below` speak of.
    pub codes: &'a Codebook<'a>,
}

/// A parameter as it was asked for.
#[derive(Clone, Copy)]
pub struct Asked<'a> {
    /// What reading needs to know.
    pub reading: &'a Reading<'a>,
    /// The parameter.
    pub parameter: &'a Arc<Parameter>,
    /// What stood after the colon.
    pub modifier: Option<&'a str>,
}

impl Asked<'_> {
    /// The condition that the parameter has such a value.
    pub fn test(&self, test: Test) -> Expr {
        Expr::Test(self.parameter.clone(), test)
    }

    /// A value without its escapes.
    pub fn plain(&self, text: &str) -> Result<String, String> {
        plain(text)
    }

    /// What to say of a modifier that does not fit.
    pub fn wrong_modifier(&self, known: &str) -> String {
        format!("this parameter takes the modifiers {known}")
    }
}

/// Reads `name[:modifier]=values` on a type. The error says what is wrong with it.
pub fn parameter(reading: &Reading<'_>, type_name: &'static str, name: &str, values: &str) -> Result<Expr, String> {
    let left = Cell::new(CONDITIONS_MAX);
    let found = at_depth(reading, type_name, name, values, Depth { hops: 0, left: &left });
    if left.get() == 0 { Err(too_many()) } else { found }
}

/// What to say of a question that has grown too large.
pub fn too_many() -> String {
    format!(
        "this comes to more than {CONDITIONS_MAX} conditions; say to which type a reference leads, or list fewer values"
    )
}

/// How many references have been followed, and how many conditions may still come.
#[derive(Clone, Copy)]
struct Depth<'a> {
    hops: usize,
    left: &'a Cell<usize>,
}

impl Depth<'_> {
    fn deeper(self) -> Self {
        Depth { hops: self.hops + 1, ..self }
    }

    /// Takes so many conditions from what may still come.
    fn take(self, count: usize) -> Result<(), String> {
        self.left.set(self.left.get().saturating_sub(count));
        if self.left.get() == 0 { Err(too_many()) } else { Ok(()) }
    }
}

fn at_depth(
    reading: &Reading<'_>,
    type_name: &'static str,
    name: &str,
    values: &str,
    depth: Depth<'_>,
) -> Result<Expr, String> {
    if depth.hops > CHAIN_MAX {
        return Err(format!("a chain follows at most {CHAIN_MAX} references"));
    }
    depth.take(1)?;
    if let Some(rest) = name.strip_prefix("_has:") {
        return has(reading, type_name, rest, values, depth);
    }
    if let Some((head, rest)) = name.split_once('.') {
        return chain(reading, type_name, head, rest, values, depth);
    }
    let (code, modifier) = match name.split_once(':') {
        Some((code, modifier)) => (code, Some(modifier)),
        None => (name, None),
    };
    if depth.hops > 0 && matches!(code, "_text" | "_content") {
        return Err("words are looked for in what is searched itself, not behind a reference".to_string());
    }
    if let Some(found) = by_rule(reading, type_name, code, modifier, values) {
        return found;
    }
    let parameter = known(reading, type_name, code)?;
    if modifier == Some("missing") {
        return match values {
            "true" => Ok(Expr::Present(parameter.clone()).negated()),
            "false" => Ok(Expr::Present(parameter.clone())),
            _ => Err("write :missing=true or :missing=false".to_string()),
        };
    }
    let asked = Asked { reading, parameter, modifier };
    let negative = matches!(modifier, Some("not" | "not-in")) && parameter.kind == SearchKind::Token;
    let mut any = Vec::new();
    let texts = listed(values)?;
    depth.take(texts.len())?;
    for text in texts {
        any.push(value(&asked, text)?);
    }
    let found = Expr::any(any);
    Ok(if negative { found.negated() } else { found })
}

fn listed(values: &str) -> Result<Vec<&str>, String> {
    let listed = split(values, ',');
    if listed.len() > VALUES_MAX {
        return Err(format!("at most {VALUES_MAX} values can be listed"));
    }
    if listed.iter().any(|text| text.len() > VALUE_BYTES_MAX) {
        return Err(format!("a value has at most {VALUE_BYTES_MAX} bytes"));
    }
    if listed.iter().any(|text| text.is_empty()) {
        return Err("a value is missing".to_string());
    }
    Ok(listed)
}

/// Reads one value by the parameter's kind.
pub fn value(asked: &Asked<'_>, text: &str) -> Result<Expr, String> {
    match asked.parameter.kind {
        SearchKind::String => param::string::parse(asked, text),
        SearchKind::Token => param::token::parse(asked, text),
        SearchKind::Date => param::date::parse(asked, text),
        SearchKind::Number => param::number::parse(asked, text),
        SearchKind::Quantity => param::quantity::parse(asked, text),
        SearchKind::Reference => param::reference::parse(asked, text),
        SearchKind::Uri => param::uri::parse(asked, text),
        SearchKind::Composite => param::composite::parse(asked, text),
        SearchKind::Special => param::special::parse(asked, text),
    }
}

/// The parameters that have a rule of their own instead of rows.
fn by_rule(
    reading: &Reading<'_>,
    type_name: &'static str,
    code: &str,
    modifier: Option<&str>,
    values: &str,
) -> Option<Result<Expr, String>> {
    if !matches!(code, "_id" | "_lastUpdated" | "_list" | "_text" | "_content" | "_filter") {
        return None;
    }
    if modifier.is_some_and(|modifier| !(code == "_id" && modifier == "not")) {
        return Some(Err("this parameter takes no modifier".to_string()));
    }
    Some(match code {
        "_id" => ids(values).map(|ids| if modifier.is_some() { Expr::Id(ids).negated() } else { Expr::Id(ids) }),
        "_lastUpdated" => updated(reading, values),
        "_list" => match values.strip_prefix("List/").unwrap_or(values) {
            id if is_id(id) && !id.starts_with('$') => Ok(Expr::List(id.to_string())),
            _ => Err("give the id of a List; lists such as $current-medications are not kept here".to_string()),
        },
        "_text" | "_content" => words(values).map(|any| {
            Expr::any(
                any.into_iter().map(|w| if code == "_text" { Expr::Narrative(w) } else { Expr::Content(w) }).collect(),
            )
        }),
        _ => super::filter::parse(reading, type_name, values),
    })
}

fn ids(values: &str) -> Result<Vec<String>, String> {
    let ids: Vec<String> = listed(values)?.into_iter().map(plain).collect::<Result<_, _>>()?;
    Ok(ids.into_iter().filter(|id| is_id(id)).collect())
}

fn words(values: &str) -> Result<Vec<Vec<String>>, String> {
    let mut any = Vec::new();
    for text in listed(values)? {
        let words: Vec<String> = fold(&plain(text)?).split(' ').filter(|w| !w.is_empty()).map(str::to_string).collect();
        if words.is_empty() {
            return Err("words to look for are missing".to_string());
        }
        any.push(words);
    }
    Ok(any)
}

fn updated(reading: &Reading<'_>, values: &str) -> Result<Expr, String> {
    let mut any = Vec::new();
    for text in listed(values)? {
        let text = plain(text)?;
        let (prefix, rest) = prefix(&text);
        any.push(Expr::Updated(param::date::test_of(prefix, rest, reading.zone, reading.now_ms)?));
    }
    Ok(Expr::any(any))
}

/// The parameter of a type, or an error that names the nearest ones.
pub fn known<'a>(reading: &Reading<'a>, type_name: &str, code: &str) -> Result<&'a Arc<Parameter>, String> {
    let Some(found) = reading.registry.find(type_name, code) else {
        let all = reading.registry.parameters(type_name).iter().map(|p| p.code.as_str());
        return Err(format!("{type_name} has no search parameter of this name; {}", near::said(code, all)));
    };
    if !found.live {
        let percent = found.progress.load(Ordering::Relaxed);
        return Err(format!("this search parameter is being indexed, {percent} % are done; ask again later"));
    }
    Ok(found)
}

/// `subject:Patient.name`: what holds for the resource a reference leads to.
fn chain(
    reading: &Reading<'_>,
    type_name: &'static str,
    head: &str,
    rest: &str,
    values: &str,
    depth: Depth<'_>,
) -> Result<Expr, String> {
    let (code, wanted) = match head.split_once(':') {
        Some((code, name)) => (code, Some(name)),
        None => (head, None),
    };
    let parameter = known(reading, type_name, code)?;
    if parameter.kind != SearchKind::Reference {
        return Err("only a reference can be followed by a point".to_string());
    }
    let allowed = param::reference::targets(parameter);
    let targets: Vec<&'static str> = match wanted {
        Some(name) => match allowed.iter().find(|target| **target == name) {
            Some(target) => vec![target],
            None => {
                return Err(format!(
                    "this reference leads to no {}; it may lead to {}",
                    safe(name),
                    allowed.join(", ")
                ));
            }
        },
        None => allowed,
    };
    let several = targets.len() > 1;
    let mut any = Vec::new();
    let mut reason = String::new();
    for target in targets {
        match at_depth(reading, target, rest, values, depth.deeper()) {
            Ok(inner) => any.extend(followed(reading, parameter, target, inner)),
            // Of several types it may lead to, those count that have the parameter.
            Err(text) => reason = text,
        }
    }
    if any.is_empty() {
        return Err(if several {
            format!("none of the types this reference may lead to can be asked so; {reason}")
        } else {
            reason
        });
    }
    Ok(Expr::any(any))
}

/// A reference followed to a type, by its id and, where it may be a canonical address, by that.
pub fn followed(
    reading: &Reading<'_>,
    parameter: &Arc<Parameter>,
    target: &'static str,
    inner: Expr,
) -> impl Iterator<Item = Expr> + use<> {
    let cited = parameter.cites() && reading.registry.url(target).is_some();
    let cited = cited.then(|| Expr::Cites(parameter.clone(), target, Box::new(inner.clone())));
    std::iter::once(Expr::Chain(parameter.clone(), target, Box::new(inner))).chain(cited)
}

/// `_has:Observation:patient:code`: what refers to this resource.
fn has(
    reading: &Reading<'_>,
    type_name: &'static str,
    rest: &str,
    values: &str,
    depth: Depth<'_>,
) -> Result<Expr, String> {
    let mut pieces = rest.splitn(3, ':');
    let (Some(source), Some(code), Some(inner)) = (pieces.next(), pieces.next(), pieces.next()) else {
        return Err("write _has:Type:reference:parameter=value".to_string());
    };
    let Some(source) = Definitions::r4().resource(source) else {
        return Err(format!("{} is no resource type", safe(source)));
    };
    let parameter = known(reading, source.name, code)?;
    if parameter.kind != SearchKind::Reference {
        return Err("the second part of _has is a reference parameter".to_string());
    }
    if !param::reference::targets(parameter).contains(&type_name) {
        return Err(format!("this reference of {} never leads to a {type_name}", source.name));
    }
    let inner = at_depth(reading, source.name, inner, values, depth.deeper())?;
    if parameter.cites() && reading.registry.url(type_name).is_some() {
        let cited = Expr::CitedBy(source.name, parameter.clone(), Box::new(inner.clone()));
        return Ok(Expr::Any(vec![Expr::Has(source.name, parameter.clone(), Box::new(inner)), cited]));
    }
    Ok(Expr::Has(source.name, parameter.clone(), Box::new(inner)))
}

/// A name from outside, shortened to letters, for a message.
fn safe(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).take(40).collect()
}

/// Takes a prefix off a value.
pub fn prefix(text: &str) -> (Prefix, &str) {
    let found = match text.get(..2) {
        Some("eq") => Prefix::Eq,
        Some("ne") => Prefix::Ne,
        Some("gt") => Prefix::Gt,
        Some("lt") => Prefix::Lt,
        Some("ge") => Prefix::Ge,
        Some("le") => Prefix::Le,
        Some("sa") => Prefix::Sa,
        Some("eb") => Prefix::Eb,
        Some("ap") => Prefix::Ap,
        _ => return (Prefix::Eq, text),
    };
    (found, &text[2..])
}
