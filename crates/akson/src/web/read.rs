//! Values of resources as views want them: names, codes in words, quantities with a comma, references.
//!
//! It takes a resource's own text as it came through the door. What is not there gives nothing, never an error.
//! What it does not do: decide what is shown.

use akson_core::Seen;
use akson_fhir::json::{Kind, Tree, Value};

/// A resource, parsed.
pub struct Resource {
    /// Its type.
    pub type_name: &'static str,
    /// Its id.
    pub id: String,
    /// Its version.
    pub version: u64,
    tree: Tree,
}

impl Resource {
    /// What came through the door; none if it was deleted.
    pub fn of(seen: &Seen) -> Option<Resource> {
        let tree = Tree::parse(&seen.text).ok()?;
        Some(Resource { type_name: seen.type_name, id: seen.id.clone(), version: seen.version, tree })
    }

    /// Its members.
    pub fn root(&self) -> Value<'_> {
        self.tree.root()
    }

    /// A member by its path.
    pub fn at(&self, path: &[&str]) -> Option<Value<'_>> {
        at(self.root(), path)
    }

    /// A member's text by its path; empty if there is none.
    pub fn text(&self, path: &[&str]) -> String {
        text(self.root(), path)
    }
}

/// A member by its path; of a list, its first item.
pub fn at<'v>(value: Value<'v>, path: &[&str]) -> Option<Value<'v>> {
    path.iter().try_fold(value, |value, key| first(value)?.get(key))
}

fn first(value: Value<'_>) -> Option<Value<'_>> {
    match value.kind() {
        Kind::Array => value.items().next(),
        _ => Some(value),
    }
}

/// A member's text by its path; empty if there is none.
pub fn text(value: Value<'_>, path: &[&str]) -> String {
    let found = at(value, path).and_then(first);
    found
        .and_then(|found| found.as_str().map(|text| text.into_owned()).or(found.number().map(str::to_string)))
        .unwrap_or_default()
}

/// The items of a list by its path.
pub fn items<'v>(value: Value<'v>, path: &[&str]) -> impl Iterator<Item = Value<'v>> {
    at(value, path).into_iter().flat_map(|list| list.items())
}

/// A concept in words: its text, or else what its first coding is called, or else its code.
pub fn words(concept: Option<Value<'_>>) -> String {
    let Some(concept) = concept.and_then(first) else { return String::new() };
    let written = text(concept, &["text"]);
    if !written.is_empty() {
        return written;
    }
    let shown = text(concept, &["coding", "display"]);
    if shown.is_empty() { text(concept, &["coding", "code"]) } else { shown }
}

/// The code of a concept in a system.
pub fn code(concept: Option<Value<'_>>, system: &str) -> Option<String> {
    let concept = concept.and_then(first)?;
    let mut codings = concept.get("coding")?.items();
    let found = codings.find(|coding| text(*coding, &["system"]) == system)?;
    Some(text(found, &["code"]))
}

/// Whether a concept has this code in this system.
pub fn is(concept: Option<Value<'_>>, system: &str, wanted: &str) -> bool {
    code(concept, system).is_some_and(|code| code == wanted)
}

/// A person's name: family first, and as it is spoken.
pub fn person(resource: &Resource) -> (String, String) {
    let names: Vec<Value<'_>> = items(resource.root(), &["name"]).collect();
    let official = names.iter().find(|name| text(**name, &["use"]) == "official").or(names.first());
    let Some(name) = official else { return (String::new(), String::new()) };
    let family = text(*name, &["family"]);
    let given: Vec<String> = name
        .get("given")
        .into_iter()
        .flat_map(|given| given.items())
        .filter_map(|one| one.as_str().map(|text| text.into_owned()))
        .collect();
    let given = given.join(" ");
    match (family.is_empty(), given.is_empty()) {
        (false, false) => (format!("{family}, {given}"), format!("{given} {family}")),
        (false, true) => (family.clone(), family),
        (true, false) => (given.clone(), given),
        (true, true) => (text(*name, &["text"]), text(*name, &["text"])),
    }
}

/// A number as it is written here: with a comma.
pub fn comma(number: &str) -> String {
    number.replace('.', ",")
}

/// A quantity: its number and its unit.
pub fn quantity(value: Option<Value<'_>>) -> Option<(f64, String)> {
    let value = value?;
    Some((text(value, &["value"]).parse().ok()?, text(value, &["unit"])))
}

/// Where a reference leads: `Practitioner/kari`.
pub fn reference(value: Option<Value<'_>>) -> String {
    value.map(|value| text(value, &["reference"])).unwrap_or_default()
}

/// An address on one line.
pub fn address(value: Option<Value<'_>>) -> String {
    let Some(value) = value.and_then(first) else { return String::new() };
    let written = text(value, &["text"]);
    if !written.is_empty() {
        return written;
    }
    let lines = value.get("line").into_iter().flat_map(|lines| lines.items());
    let lines: Vec<String> = lines.filter_map(|line| line.as_str().map(|text| text.into_owned())).collect();
    let place = [text(value, &["postalCode"]), text(value, &["city"])].join(" ");
    [lines.join(", "), place.trim().to_string()]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Resource {
        let seen = Seen {
            type_name: "Patient",
            id: "a".into(),
            version: 1,
            updated: 0,
            deleted: false,
            text: text.as_bytes().to_vec(),
        };
        Resource::of(&seen).unwrap()
    }

    #[test]
    fn names_are_of_the_official_one() {
        let kari = read(
            r#"{"name":[{"use":"nickname","given":["K"]},{"use":"official","family":"Nes","given":["Kari","Å"]}]}"#,
        );
        assert_eq!(person(&kari), ("Nes, Kari Å".to_string(), "Kari Å Nes".to_string()));
        assert_eq!(person(&read("{}")), (String::new(), String::new()));
    }

    #[test]
    fn concepts_are_said_in_words() {
        let one = read(r#"{"code":{"coding":[{"system":"s","code":"K77","display":"Hjertesvikt"}]}}"#);
        assert_eq!(words(one.at(&["code"])), "Hjertesvikt");
        assert!(is(one.at(&["code"]), "s", "K77") && !is(one.at(&["code"]), "t", "K77"));
        assert_eq!(words(read("{}").at(&["code"])), "");
    }

    #[test]
    fn an_address_stands_on_one_line() {
        let one = read(r#"{"address":[{"line":["Vegen 3"],"city":"Nes","postalCode":"0001"}]}"#);
        assert_eq!(address(one.at(&["address"])), "Vegen 3, 0001 Nes");
    }
}
