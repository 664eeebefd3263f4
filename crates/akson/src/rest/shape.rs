//! Resources shown in part: `_summary` and `_elements`, and indented for people.
//!
//! A resource that was cut gets the tag SUBSETTED, so that nobody writes it back as whole.
//! Spec: <https://hl7.org/fhir/R4/search.html#summary>, <https://hl7.org/fhir/R4/search.html#elements>.

use akson_fhir::definition::{Definitions, TypeId};
use akson_fhir::json::{Kind, Tree, Value};

use super::negotiate::{Shown, Summary};

const TAG: &str = r#"{"system":"http://terminology.hl7.org/CodeSystem/v3-ObservationValue","code":"SUBSETTED"}"#;

/// The text of a resource as it is to be shown.
pub fn shape(text: &[u8], shown: &Shown) -> Option<String> {
    if shown.as_stored() {
        return None;
    }
    let tree = Tree::parse(text).ok()?;
    let root = tree.root();
    let name = root.get("resourceType")?.str()?;
    let type_id = Definitions::r4().resource(name)?.id;
    let mut out = String::with_capacity(text.len());
    cut(root, type_id, shown, &mut out);
    Some(out)
}

/// Whether an element at the top of a resource is shown.
fn keeps(type_id: TypeId, key: &str, shown: &Shown) -> bool {
    let definitions = Definitions::r4();
    let name = key.strip_prefix('_').unwrap_or(key);
    let Some(child) = definitions.child(type_id, name) else {
        return matches!(name, "resourceType" | "id" | "meta");
    };
    if matches!(name, "resourceType" | "id" | "meta" | "implicitRules") {
        return true;
    }
    let element = child.element;
    let mandatory = element.min > 0 || element.modifier;
    let named = || {
        shown.elements.iter().any(|wanted| {
            let wanted = wanted.split('.').next().unwrap_or("");
            let wanted = wanted.strip_suffix("[x]").unwrap_or(wanted);
            wanted == element.name || wanted == name
        })
    };
    match shown.summary {
        Summary::Short => element.summary || (!shown.elements.is_empty() && named()),
        Summary::Text => name == "text" || element.min > 0,
        Summary::Data => name != "text" && (shown.elements.is_empty() || mandatory || named()),
        Summary::Count => false,
        Summary::Whole => mandatory || named(),
    }
}

fn cut(root: Value<'_>, type_id: TypeId, shown: &Shown, out: &mut String) {
    out.push('{');
    let mut tagged = false;
    for (key, value) in root.members() {
        let kept = key == "resourceType" || keeps(type_id, key, shown);
        if !kept {
            continue;
        }
        if !out.ends_with('{') {
            out.push(',');
        }
        member(key, out);
        match key {
            "meta" => {
                tagged = true;
                tag(value, out);
            }
            _ if shown.summary == Summary::Short => summary_of(value, type_id, key, out),
            _ => out.push_str(value.raw()),
        }
    }
    if !tagged {
        out.push_str(",\"meta\":{\"tag\":[");
        out.push_str(TAG);
        out.push_str("]}");
    }
    out.push('}');
}

fn member(key: &str, out: &mut String) {
    out.push('"');
    out.push_str(key);
    out.push_str("\":");
}

/// A part of a summary: of backbone elements only what is marked.
fn summary_of(value: Value<'_>, type_id: TypeId, key: &str, out: &mut String) {
    let definitions = Definitions::r4();
    let inner = definitions.child(type_id, key).map(|child| child.type_id);
    let backbone = inner.filter(|id| {
        definitions.get(*id).name.contains('.') && definitions.get(*id).elements.iter().any(|element| element.summary)
    });
    let Some(inner) = backbone else {
        out.push_str(value.raw());
        return;
    };
    if value.kind() == Kind::Array {
        out.push('[');
        for (place, item) in value.items().enumerate() {
            if place > 0 {
                out.push(',');
            }
            summary_of_object(item, inner, out);
        }
        out.push(']');
    } else {
        summary_of_object(value, inner, out);
    }
}

fn summary_of_object(value: Value<'_>, type_id: TypeId, out: &mut String) {
    let start = out.len();
    out.push('{');
    for (key, part) in value.members() {
        let name = key.strip_prefix('_').unwrap_or(key);
        let child = Definitions::r4().child(type_id, name);
        let kept = child.is_none_or(|child| child.element.summary || child.element.min > 0);
        if kept || name == "id" {
            if out.len() > start + 1 {
                out.push(',');
            }
            member(key, out);
            summary_of(part, type_id, key, out);
        }
    }
    out.push('}');
    if out.len() == start + 2 {
        // An empty object is not FHIR: better all of it.
        out.truncate(start);
        out.push_str(value.raw());
    }
}

fn tag(meta: Value<'_>, out: &mut String) {
    out.push('{');
    let mut added = false;
    for (place, (key, value)) in meta.members().enumerate() {
        if place > 0 {
            out.push(',');
        }
        member(key, out);
        if key == "tag" && value.kind() == Kind::Array {
            added = true;
            out.push_str(value.raw().trim_end_matches(']'));
            if !value.is_empty() {
                out.push(',');
            }
            out.push_str(TAG);
            out.push(']');
        } else {
            out.push_str(value.raw());
        }
    }
    if !added {
        if !meta.is_empty() {
            out.push(',');
        }
        out.push_str("\"tag\":[");
        out.push_str(TAG);
        out.push(']');
    }
    out.push('}');
}

/// The same JSON, indented.
pub fn pretty(text: &[u8]) -> Option<String> {
    let tree = Tree::parse(text).ok()?;
    let mut out = String::with_capacity(text.len() * 2);
    indent(tree.root(), 0, &mut out);
    out.push('\n');
    Some(out)
}

fn indent(value: Value<'_>, depth: usize, out: &mut String) {
    let line = |out: &mut String, depth: usize| {
        out.push('\n');
        out.extend(std::iter::repeat_n("  ", depth));
    };
    match value.kind() {
        Kind::Object if !value.is_empty() => {
            out.push('{');
            for (place, (key, part)) in value.members().enumerate() {
                if place > 0 {
                    out.push(',');
                }
                line(out, depth + 1);
                out.push('"');
                out.push_str(key);
                out.push_str("\": ");
                indent(part, depth + 1, out);
            }
            line(out, depth);
            out.push('}');
        }
        Kind::Array if !value.is_empty() => {
            out.push('[');
            for (place, part) in value.items().enumerate() {
                if place > 0 {
                    out.push(',');
                }
                line(out, depth + 1);
                indent(part, depth + 1, out);
            }
            line(out, depth);
            out.push(']');
        }
        _ => out.push_str(value.raw()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATIENT: &str = r#"{"resourceType":"Patient","id":"a","meta":{"tag":[{"code":"x"}]},"text":{"status":"generated","div":"<div/>"},"active":true,"photo":[{"url":"http://x"}],"contact":[{"gender":"male"}],"birthDate":"1970"}"#;

    fn check(summary: Summary, elements: &[&str], has: &[&str], lacks: &[&str]) {
        let shown =
            Shown { summary, elements: elements.iter().map(|name| name.to_string()).collect(), ..Shown::default() };
        let text = shape(PATIENT.as_bytes(), &shown).unwrap();
        assert!(Tree::parse(text.as_bytes()).is_ok(), "{text}");
        assert!(text.contains("SUBSETTED"), "{text}");
        for part in has {
            assert!(text.contains(part), "{part} in {text}");
        }
        for part in lacks {
            assert!(!text.contains(part), "{part} in {text}");
        }
    }

    #[test]
    fn a_part_is_marked_as_a_part() {
        check(Summary::Short, &[], &["active", "birthDate"], &["photo", "div"]);
        check(Summary::Text, &[], &["div"], &["active"]);
        check(Summary::Data, &[], &["photo", "active"], &["div"]);
        check(Summary::Whole, &["birthDate"], &["birthDate", "\"id\":\"a\""], &["photo", "div"]);
    }

    #[test]
    fn the_whole_is_left_as_it_is() {
        assert_eq!(shape(PATIENT.as_bytes(), &Shown::default()), None);
    }

    #[test]
    fn indented_text_is_the_same_json() {
        let text = pretty(PATIENT.as_bytes()).unwrap();
        assert!(text.contains("\n  \"active\": true"));
        assert_eq!(Tree::parse(text.as_bytes()).unwrap().text(), PATIENT);
    }
}
