//! What form of answer the client wants: `Accept`, `_format`, `_pretty`, `_summary`, `_elements`,
//! `Prefer`.
//!
//! An answer that can't be given in the form asked for is 406, never another form.
//! Spec: <https://hl7.org/fhir/R4/http.html#mime-type>, <https://hl7.org/fhir/R4/http.html#ops>.

use axum::http::{HeaderMap, header};

use crate::rest::error::Refusal;
use akson_core::query::{self, Pair};

/// The media type of an answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Format {
    /// `application/fhir+json`.
    Json,
    /// `application/fhir+xml`.
    Xml,
}

impl Format {
    /// The value of Content-Type.
    pub fn content_type(self) -> &'static str {
        match self {
            Format::Json => "application/fhir+json; charset=utf-8",
            Format::Xml => "application/fhir+xml; charset=utf-8",
        }
    }
}

/// `_summary`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Summary {
    /// Everything.
    Whole,
    /// The elements marked as summary.
    Short,
    /// Narrative and what is mandatory.
    Text,
    /// Everything but the narrative.
    Data,
    /// Only the number.
    Count,
}

/// How resources are to be shown.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Shown {
    /// The media type.
    pub format: Format,
    /// Indented for people.
    pub pretty: bool,
    /// `_summary`.
    pub summary: Summary,
    /// `_elements`; empty: all.
    pub elements: Vec<String>,
    /// Whether `_format` named the media type.
    pub named: bool,
}

impl Shown {
    /// Whether the stored text is the answer as it stands.
    pub fn as_stored(&self) -> bool {
        self.summary == Summary::Whole && self.elements.is_empty()
    }
}

impl Default for Shown {
    fn default() -> Self {
        Shown { format: Format::Json, pretty: false, summary: Summary::Whole, elements: Vec::new(), named: false }
    }
}

/// `Prefer: return=…`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Return {
    /// No body.
    Minimal,
    /// The resource.
    Representation,
    /// What happened, in words.
    Outcome,
}

/// `Prefer`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Prefer {
    /// What a write answers with; nothing: the default of the interaction.
    pub answer: Option<Return>,
    /// Whether unknown search parameters are left out instead of refused.
    pub lenient: bool,
}

/// The parameters that this page answers; the rest of the query is the interaction's.
pub fn shown(headers: &HeaderMap, pairs: &mut Vec<Pair>) -> Result<Shown, Refusal> {
    let mut shown = Shown::default();
    let mut asked = None;
    for (name, value) in pairs.iter() {
        match name.as_str() {
            "_format" => asked = Some(value.clone()),
            "_pretty" => shown.pretty = value == "true",
            "_summary" => shown.summary = summary(value)?,
            "_elements" => {
                let names = value.split(',').map(str::trim).filter(|name| !name.is_empty());
                shown.elements.extend(names.map(str::to_string));
            }
            _ => {}
        }
    }
    shown.named = asked.is_some();
    shown.format = match asked {
        Some(value) => format_of(&value).ok_or_else(|| not_acceptable(&value))?,
        None => accepted(headers)?,
    };
    pairs.retain(|(name, _)| !matches!(name.as_str(), "_format" | "_pretty" | "_summary" | "_elements"));
    Ok(shown)
}

/// The form of a refusal, as far as it can be known before the query is read: an address that can't be used may still say
/// how its refusal is to look.
pub fn guessed(headers: &HeaderMap, query: &str) -> Shown {
    let mut shown = Shown::default();
    let mut asked = None;
    for pair in query.split('&') {
        match pair.split_once('=') {
            Some(("_format", value)) => asked = query::parse(&format!("_format={value}")).ok(),
            Some(("_pretty", value)) => shown.pretty = value == "true",
            _ => {}
        }
    }
    let named = asked.as_ref().and_then(|pairs| format_of(query::last(pairs, "_format")?));
    shown.format = named.or_else(|| accepted(headers).ok()).unwrap_or(Format::Json);
    shown
}

fn summary(value: &str) -> Result<Summary, Refusal> {
    match value {
        "true" => Ok(Summary::Short),
        "false" | "" => Ok(Summary::Whole),
        "text" => Ok(Summary::Text),
        "data" => Ok(Summary::Data),
        "count" => Ok(Summary::Count),
        _ => Err(Refusal::bad_request("value", "_summary is one of true, false, text, data and count")),
    }
}

/// The format that a media type or a short name stands for.
pub fn format_of(text: &str) -> Option<Format> {
    let essence = text.split(';').next().unwrap_or("").trim().to_ascii_lowercase();
    // A plus sign in a query is a space.
    match essence.replace(' ', "+").as_str() {
        "json" | "application/json" | "application/fhir+json" | "text/json" | "application/json+fhir" => {
            Some(Format::Json)
        }
        "xml" | "application/xml" | "application/fhir+xml" | "text/xml" | "application/xml+fhir" => Some(Format::Xml),
        _ => None,
    }
}

fn accepted(headers: &HeaderMap) -> Result<Format, Refusal> {
    let mut values = headers.get_all(header::ACCEPT).iter();
    if let (Some(only), None) = (values.next(), values.next())
        && matches!(only.as_bytes(), b"application/fhir+json" | b"application/json" | b"*/*")
    {
        // What nearly everybody says.
        return Ok(Format::Json);
    }
    let mut best: Option<(f32, Format)> = None;
    let mut named = None;
    for value in headers.get_all(header::ACCEPT) {
        let text = value.to_str().unwrap_or("");
        for range in text.split(',').map(str::trim).filter(|range| !range.is_empty()) {
            named = Some(range.to_string());
            let (format, quality) = weighed(range);
            // A browser's wish for HTML is answered with JSON.
            let wins = quality > 0.0 && best.is_none_or(|(other, _)| quality > other);
            if let Some(format) = format.filter(|_| wins) {
                best = Some((quality, format));
            }
        }
    }
    match (best, named) {
        (Some((_, format)), _) => Ok(format),
        (None, None) => Ok(Format::Json),
        (None, Some(range)) => Err(not_acceptable(&range)),
    }
}

fn weighed(range: &str) -> (Option<Format>, f32) {
    let mut parts = range.split(';').map(str::trim);
    let essence = parts.next().unwrap_or("").to_ascii_lowercase();
    let quality = parts.find_map(|part| part.strip_prefix("q=")).map_or(1.0, |q| q.parse().unwrap_or(0.0));
    match essence.as_str() {
        "*/*" | "application/*" => (Some(Format::Json), quality * 0.99),
        "text/html" | "application/xhtml+xml" => (Some(Format::Json), quality),
        other => (format_of(other), quality),
    }
}

fn not_acceptable(range: &str) -> Refusal {
    let shown: String = range.chars().filter(|c| !c.is_control()).take(80).collect();
    Refusal::new(
        406,
        "not-supported",
        format!("answers come as application/fhir+json or application/fhir+xml, not as {shown}"),
    )
}

/// What `Prefer` says; unknown preferences are ignored, as HTTP asks for.
pub fn prefer(headers: &HeaderMap) -> Prefer {
    let mut prefer = Prefer { answer: None, lenient: false };
    for value in headers.get_all("prefer") {
        for wish in value.to_str().unwrap_or("").split([',', ';']).map(str::trim) {
            match wish {
                "return=minimal" => prefer.answer = Some(Return::Minimal),
                "return=representation" => prefer.answer = Some(Return::Representation),
                "return=OperationOutcome" => prefer.answer = Some(Return::Outcome),
                "handling=lenient" => prefer.lenient = true,
                "handling=strict" => prefer.lenient = false,
                _ => {}
            }
        }
    }
    prefer
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(accept: &str, text: &str, expected: Option<Format>) {
        let mut headers = HeaderMap::new();
        if !accept.is_empty() {
            headers.insert(header::ACCEPT, accept.parse().unwrap());
        }
        let mut pairs = query::parse(text).unwrap();
        let found = shown(&headers, &mut pairs).ok().map(|shown| shown.format);
        assert_eq!(found, expected, "{accept} {text}");
    }

    #[test]
    fn the_form_is_the_best_that_is_wanted() {
        check("text/csv", "", None);
        check("application/fhir+json;q=0", "", None);
        check("", "_format=csv", None);
        check("", "", Some(Format::Json));
        check("*/*", "", Some(Format::Json));
        check("application/fhir+xml", "", Some(Format::Xml));
        check("application/fhir+xml;q=0.5, application/json", "", Some(Format::Json));
        check("text/html,application/xhtml+xml,application/xml;q=0.9", "", Some(Format::Json));
        check("application/fhir+json", "_format=application/fhir%2Bxml", Some(Format::Xml));
        check("application/fhir+json", "_format=application/fhir+xml", Some(Format::Xml));
    }

    #[test]
    fn a_refusal_has_the_form_that_can_be_known() {
        let mut headers = HeaderMap::new();
        assert_eq!(guessed(&headers, "a=%zz&_format=xml&_pretty=true").format, Format::Xml);
        assert_eq!(guessed(&headers, "_format=%zz").format, Format::Json);
        headers.insert(header::ACCEPT, "application/fhir+xml".parse().unwrap());
        assert_eq!(guessed(&headers, "_format=csv").format, Format::Xml);
        assert_eq!(guessed(&headers, "_format=json").format, Format::Json);
    }

    #[test]
    fn unknown_preferences_are_ignored() {
        let mut headers = HeaderMap::new();
        headers.insert("prefer", "respond-async, return=minimal; handling=lenient".parse().unwrap());
        let prefer = prefer(&headers);
        assert_eq!(prefer.answer, Some(Return::Minimal));
        assert!(prefer.lenient);
    }
}
