//! XML into JSON text: walks the document along the definitions and writes JSON as it goes.
//!
//! One pass, linear in the document: nothing is built but the text that comes out and, for
//! repeated primitives, their values and companions side by side. Depth is bounded by the depth
//! that the JSON may have.

use quick_xml::XmlVersion;
use quick_xml::events::{BytesDecl, BytesStart, Event};

use super::scope::{Namespace, Scope};
use super::{FHIR, XHTML, narrative};
use crate::definition::{Child, Definitions, TypeId, TypeKind};
use crate::json::{DEPTH_MAX, write_string};
use crate::outcome::Issue;

/// How many attributes an element may have.
pub const ATTRIBUTES_MAX: usize = 64;
/// How many namespace declarations may be in force at once.
pub const NAMESPACES_MAX: usize = 64;

/// A resource in XML as compact JSON text.
pub fn to_json(document: &[u8]) -> Result<String, Issue> {
    let text = decode(document)?;
    let mut xml = quick_xml::Reader::from_str(text);
    xml.config_mut().expand_empty_elements = true;
    let mut reader = Reader {
        xml,
        text,
        at: 0,
        out: String::with_capacity(text.len()),
        path: Vec::new(),
        scope: Scope::default(),
        definitions: Definitions::r4(),
    };
    reader.document()?;
    Ok(reader.out)
}

fn decode(document: &[u8]) -> Result<&str, Issue> {
    let refuse =
        |text: String| Err(Issue { severity: crate::outcome::Severity::Fatal, ..Issue::error("structure", "", text) });
    if document.starts_with(&[0xFE, 0xFF]) || document.starts_with(&[0xFF, 0xFE]) {
        return refuse("the document must be in UTF-8".to_owned());
    }
    let document = document.strip_prefix(&[0xEF, 0xBB, 0xBF]).unwrap_or(document);
    match std::str::from_utf8(document) {
        Ok(text) => Ok(text),
        Err(error) => {
            let good = document.get(..error.valid_up_to()).unwrap_or_default();
            let line = 1 + good.iter().filter(|byte| **byte == b'\n').count();
            refuse(format!("this is not UTF-8 (line {line}, byte {})", error.valid_up_to() + 1))
        }
    }
}

/// A start tag, taken apart.
struct Tag<'a> {
    start: BytesStart<'a>,
    name: String,
    namespace: Namespace,
    value: Option<String>,
    id: Option<String>,
    url: Option<String>,
    /// What is wrong with its attributes, unless it is a narrative.
    odd: Option<String>,
    /// Where the namespaces of the element's surroundings end.
    mark: usize,
}

/// Values of a repeated primitive and their companions.
#[derive(Default)]
struct Run {
    values: String,
    extras: String,
    has_value: bool,
    has_extra: bool,
}

/// The members that stand together under one key.
struct Group {
    key: String,
    child: Child<'static>,
    count: usize,
    run: Run,
}

struct Reader<'a> {
    xml: quick_xml::Reader<&'a [u8]>,
    text: &'a str,
    /// Where the current event begins.
    at: usize,
    out: String,
    path: Vec<(&'static str, Option<usize>)>,
    scope: Scope,
    definitions: &'static Definitions,
}

impl<'a> Reader<'a> {
    fn document(&mut self) -> Result<(), Issue> {
        let mut found = false;
        loop {
            match self.event()? {
                Event::Start(start) if !found => {
                    let tag = self.tag(start)?;
                    self.resource(tag, 1)?;
                    found = true;
                }
                Event::Decl(declaration) if self.at == 0 => self.declaration(&declaration)?,
                Event::Text(text) if is_blank(&text) => {}
                Event::Comment(_) | Event::PI(_) => {}
                Event::Eof if found => return Ok(()),
                Event::Eof => return Err(self.issue("structure", "the document holds no resource")),
                _ => {
                    return Err(self.issue("structure", "a document is one resource and nothing else"));
                }
            }
        }
    }

    fn declaration(&self, declaration: &BytesDecl<'_>) -> Result<(), Issue> {
        match declaration.encoding() {
            None => Ok(()),
            Some(Ok(name)) if name.eq_ignore_ascii_case("utf-8") || name.eq_ignore_ascii_case("us-ascii") => Ok(()),
            Some(_) => Err(self.issue("structure", "the document must be in UTF-8")),
        }
    }

    /// The next event; document types are refused wherever they stand.
    fn event(&mut self) -> Result<Event<'a>, Issue> {
        self.at = self.xml.buffer_position() as usize;
        match self.xml.read_event() {
            Ok(Event::DocType(_)) => Err(self.issue("structure", "a document type is not allowed")),
            Ok(event) => Ok(event),
            Err(error) => {
                self.at = self.xml.error_position() as usize;
                Err(self.issue("structure", &error.to_string()))
            }
        }
    }

    /// The next member, or none at the end of the element.
    fn member(&mut self) -> Result<Option<Tag<'a>>, Issue> {
        loop {
            match self.event()? {
                Event::Start(start) => return self.tag(start).map(Some),
                Event::End(_) => return Ok(None),
                Event::Text(text) if is_blank(&text) => {}
                Event::Comment(_) | Event::PI(_) => {}
                Event::Eof => return Err(self.issue("structure", "the document ends too early")),
                _ => {
                    return Err(
                        self.issue("structure", "text is not allowed here; values stand in the attribute `value`")
                    );
                }
            }
        }
    }

    fn tag(&mut self, start: BytesStart<'a>) -> Result<Tag<'a>, Issue> {
        let mark = self.scope.mark();
        let (mut value, mut id, mut url) = (None, None, None);
        let mut odd = None;
        let mut prefixed = Vec::new();
        for (count, attribute) in start.attributes().enumerate() {
            let attribute = attribute.map_err(|error| self.issue("structure", &error.to_string()))?;
            if count >= ATTRIBUTES_MAX {
                return Err(self.issue("too-costly", &format!("an element may have {ATTRIBUTES_MAX} attributes")));
            }
            let text = self.value(&attribute)?;
            match attribute.key.as_ref() {
                "value" => value = Some(text),
                "id" => id = Some(text),
                "url" => url = Some(text),
                "xmlns" => self.declare("", &text)?,
                name => match name.split_once(':') {
                    Some(("xmlns", prefix)) => self.declare(prefix, &text)?,
                    Some((prefix, _)) => prefixed.push(prefix.to_owned()),
                    None => odd = odd.or_else(|| Some(format!("unknown attribute {}", shown(name)))),
                },
            }
        }
        if prefixed.iter().any(|prefix| self.scope.find(prefix) != Namespace::Schema) {
            odd = odd.or_else(|| Some("attributes of other namespaces are not allowed".to_owned()));
        }
        let (namespace, name) = {
            let name = start.name();
            let (prefix, local) = name.as_ref().split_once(':').unwrap_or(("", name.as_ref()));
            (self.scope.find(prefix), local.to_owned())
        };
        Ok(Tag { start, name, namespace, value, id, url, odd, mark })
    }

    fn declare(&mut self, prefix: &str, namespace: &str) -> Result<(), Issue> {
        if self.scope.declare(prefix, namespace) {
            return Ok(());
        }
        Err(self.issue("too-costly", &format!("{NAMESPACES_MAX} namespaces may be in force at once")))
    }

    fn value(&self, attribute: &quick_xml::events::attributes::Attribute<'_>) -> Result<String, Issue> {
        let text = attribute.normalized_value(XmlVersion::Implicit1_0);
        let text = text.map_err(|error| self.issue("structure", &error.to_string()))?;
        let fits = |letter: char| !matches!(letter, '\0'..='\u{8}' | '\u{B}' | '\u{C}' | '\u{E}'..='\u{1F}' | '\u{FFFE}' | '\u{FFFF}');
        if attribute.value.contains('<') || !text.chars().all(fits) {
            return Err(self.issue("structure", "a value holds a character that XML does not allow"));
        }
        Ok(text.into_owned())
    }

    fn resource(&mut self, tag: Tag<'a>, depth: usize) -> Result<(), Issue> {
        self.in_fhir(&tag)?;
        self.deep(depth)?;
        let Some(found) = self.definitions.resource(&tag.name) else {
            return Err(self.issue("structure", &format!("{} is no resource type", shown(&tag.name))));
        };
        self.bare(&tag)?;
        if self.path.is_empty() {
            self.path.push((found.name, None));
        }
        self.out.push_str("{\"resourceType\":\"");
        self.out.push_str(found.name);
        self.out.push('"');
        self.members(found.id, depth, false)?;
        self.out.push('}');
        self.scope.leave(tag.mark);
        Ok(())
    }

    /// Reads the members up to the end tag. `empty`: whether nothing stands in the object yet.
    fn members(&mut self, of: TypeId, depth: usize, mut empty: bool) -> Result<bool, Issue> {
        let mut seen = vec![false; self.definitions.get(of).elements.len()];
        let mut group: Option<Group> = None;
        while let Some(tag) = self.member()? {
            let child = self.child(of, &tag)?;
            if group.as_ref().is_none_or(|group| group.key != tag.name) {
                empty &= group.is_none();
                self.close(group.take());
                if let Some(seen) = seen.get_mut(usize::from(child.index)).filter(|seen| !**seen) {
                    *seen = true;
                } else {
                    let text = format!("{} may stand here once, with its repetitions right after it", shown(&tag.name));
                    return Err(self.issue("structure", &text));
                }
                self.open(&tag.name, child, empty);
                group = Some(Group { key: tag.name.clone(), child, count: 0, run: Run::default() });
            }
            if let Some(group) = &mut group {
                self.one(group, tag, depth)?;
            }
        }
        empty &= group.is_none();
        self.close(group);
        Ok(empty)
    }

    fn child(&self, of: TypeId, tag: &Tag<'a>) -> Result<Child<'static>, Issue> {
        let child = self.definitions.child(of, &tag.name).filter(|child| !child.element.attribute);
        let Some(child) = child else {
            return Err(self.issue("structure", &format!("unknown element {}", shown(&tag.name))));
        };
        match self.definitions.get(child.type_id).name {
            "xhtml" if tag.namespace == Namespace::Xhtml => {}
            "xhtml" => {
                return Err(self.issue("structure", &format!("a narrative's div is of the namespace {XHTML}")));
            }
            _ => self.in_fhir(tag)?,
        }
        Ok(child)
    }

    /// Begins a group, unless it is of primitives, whose key is written at the end.
    fn open(&mut self, key: &str, child: Child<'static>, empty: bool) {
        if !empty {
            self.out.push(',');
        }
        if self.definitions.get(child.type_id).kind == TypeKind::Primitive {
            return;
        }
        self.key("", key);
        if child.element.array {
            self.out.push('[');
        }
    }

    fn close(&mut self, group: Option<Group>) {
        let Some(group) = group else { return };
        let array = group.child.element.array;
        let run = group.run;
        if self.definitions.get(group.child.type_id).kind != TypeKind::Primitive {
            self.out.push_str(if array { "]" } else { "" });
            return;
        }
        let (start, end) = if array { ("[", "]") } else { ("", "") };
        if run.has_value {
            self.key("", &group.key);
            self.out.extend([start, run.values.as_str(), end]);
        }
        if run.has_extra {
            self.out.push_str(if run.has_value { "," } else { "" });
            self.key("_", &group.key);
            self.out.extend([start, run.extras.as_str(), end]);
        }
    }

    /// One member of a group.
    fn one(&mut self, group: &mut Group, tag: Tag<'a>, depth: usize) -> Result<(), Issue> {
        let element = group.child.element;
        self.path.push((element.name, element.array.then_some(group.count)));
        if group.count > 0 && !element.array {
            return Err(self.issue("structure", "this may stand here only once"));
        }
        let found = self.definitions.get(group.child.type_id);
        let depth = depth + 1 + usize::from(element.array);
        let mark = tag.mark;
        if found.kind == TypeKind::Primitive {
            self.primitive(group, tag, depth)?;
        } else {
            self.out.push_str(if group.count > 0 { "," } else { "" });
            match found.name {
                "Resource" => self.holder(tag, depth)?,
                _ => self.complex(tag, found.id, depth)?,
            }
        }
        self.scope.leave(mark);
        group.count += 1;
        self.path.pop();
        Ok(())
    }

    /// An element that holds one resource.
    fn holder(&mut self, tag: Tag<'a>, depth: usize) -> Result<(), Issue> {
        self.bare(&tag)?;
        let Some(inner) = self.member()? else {
            return Err(self.issue("structure", "a resource is missing"));
        };
        self.resource(inner, depth)?;
        match self.member()? {
            None => Ok(()),
            Some(_) => Err(self.issue("structure", "only one resource may stand here")),
        }
    }

    fn complex(&mut self, mut tag: Tag<'a>, of: TypeId, depth: usize) -> Result<(), Issue> {
        self.deep(depth)?;
        if tag.value.is_some() {
            return Err(self.issue("structure", "this element has no attribute `value`"));
        }
        self.out.push('{');
        let empty = self.attributes(of, &mut tag)?;
        if self.members(of, depth, empty)? {
            return Err(self.issue("required", "an element has a value or members"));
        }
        self.out.push('}');
        Ok(())
    }

    /// Writes the attributes `id` and `url` as members. True: there were none.
    fn attributes(&mut self, of: TypeId, tag: &mut Tag<'a>) -> Result<bool, Issue> {
        let mut empty = true;
        for (name, text) in [("id", tag.id.take()), ("url", tag.url.take())] {
            let Some(text) = text else { continue };
            if !self.definitions.child(of, name).is_some_and(|child| child.element.attribute) {
                return Err(self.issue("structure", &format!("unknown attribute {name}")));
            }
            self.out.push_str(if empty { "" } else { "," });
            self.key("", name);
            write_string(&mut self.out, &text);
            empty = false;
        }
        Ok(empty)
    }

    fn primitive(&mut self, group: &mut Group, mut tag: Tag<'a>, depth: usize) -> Result<(), Issue> {
        let found = self.definitions.get(group.child.type_id);
        let run = &mut group.run;
        if group.count > 0 {
            run.values.push(',');
            run.extras.push(',');
        }
        if found.name == "xhtml" {
            run.has_value = true;
            return self.narrative(&mut run.values, &tag);
        }
        let value = tag.value.take();
        match &value {
            Some(text) => self.literal(&mut run.values, found.name, text)?,
            None => run.values.push_str("null"),
        }
        let rest = std::mem::replace(&mut self.out, std::mem::take(&mut run.extras));
        let start = self.out.len();
        self.out.push('{');
        let empty = self.attributes(found.id, &mut tag)?;
        let empty = self.members(found.id, depth, empty)?;
        self.out.push('}');
        if empty {
            self.out.truncate(start);
            self.out.push_str("null");
        } else {
            self.deep(depth)?;
        }
        run.extras = std::mem::replace(&mut self.out, rest);
        run.has_value |= value.is_some();
        run.has_extra |= !empty;
        match empty && value.is_none() {
            true => Err(self.issue("required", "an element has a value or members")),
            false => Ok(()),
        }
    }

    fn literal(&self, out: &mut String, type_name: &str, text: &str) -> Result<(), Issue> {
        let fits = match type_name {
            "boolean" => matches!(text, "true" | "false"),
            "integer" | "unsignedInt" | "positiveInt" => is_number(text, false),
            "decimal" => is_number(text, true),
            _ => {
                write_string(out, text);
                return Ok(());
            }
        };
        if !fits {
            return Err(self.issue("value", &format!("the value is not of the type {type_name}")));
        }
        out.push_str(text);
        Ok(())
    }

    fn narrative(&mut self, out: &mut String, tag: &Tag<'a>) -> Result<(), Issue> {
        let from = self.at;
        let own = tag.start.try_get_attribute("xmlns").ok().flatten();
        if own.is_none() {
            return Err(self.issue("structure", &format!("a narrative's div declares xmlns=\"{XHTML}\" itself")));
        }
        let read = narrative::read_to_end(&mut self.xml, &tag.start);
        read.map_err(|text| self.issue("structure", &text))?;
        let to = self.xml.buffer_position() as usize;
        write_string(out, self.text.get(from..to).unwrap_or_default());
        Ok(())
    }

    fn key(&mut self, mark: &str, key: &str) {
        self.out.extend(["\"", mark, key, "\":"]);
    }

    fn in_fhir(&self, tag: &Tag<'a>) -> Result<(), Issue> {
        if tag.namespace == Namespace::Fhir {
            return tag.odd.as_ref().map_or(Ok(()), |text| Err(self.issue("structure", text)));
        }
        Err(self.issue("structure", &format!("{} is not of the namespace {FHIR}", shown(&tag.name))))
    }

    fn bare(&self, tag: &Tag<'a>) -> Result<(), Issue> {
        if tag.value.is_none() && tag.id.is_none() && tag.url.is_none() {
            return Ok(());
        }
        Err(self.issue("structure", "this element has no attributes"))
    }

    fn deep(&self, depth: usize) -> Result<(), Issue> {
        if depth <= DEPTH_MAX {
            return Ok(());
        }
        Err(self.issue("too-costly", &format!("nested deeper than {DEPTH_MAX}")))
    }

    fn issue(&self, code: &'static str, text: &str) -> Issue {
        let before = self.text.as_bytes().get(..self.at).unwrap_or(self.text.as_bytes());
        let line = 1 + before.iter().filter(|byte| **byte == b'\n').count();
        let column = 1 + before.iter().rev().take_while(|byte| **byte != b'\n').count();
        let mut path = String::new();
        for (name, index) in &self.path {
            path.push_str(if path.is_empty() { "" } else { "." });
            path.push_str(name);
            if let Some(index) = index {
                path.push_str(&format!("[{index}]"));
            }
        }
        Issue::error(code, path, format!("{text} (line {line}, column {column})"))
    }
}

fn is_blank(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n'))
}

/// A name from the document, short and harmless enough for an error text.
fn shown(name: &str) -> String {
    name.chars().take(40).filter(|letter| letter.is_ascii_alphanumeric() || "_-.".contains(*letter)).collect()
}

/// Whether a text is a number of JSON, with or without fraction and exponent.
fn is_number(text: &str, fraction: bool) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let text = text.strip_prefix('-').unwrap_or(text);
    let (text, exponent) = match text.split_once(['e', 'E']) {
        Some((text, exponent)) => (text, Some(exponent.strip_prefix(['+', '-']).unwrap_or(exponent))),
        None => (text, None),
    };
    let (whole, part) = match text.split_once('.') {
        Some((whole, part)) => (whole, Some(part)),
        None => (text, None),
    };
    let plain = digits(whole) && (whole == "0" || !whole.starts_with('0'));
    plain && exponent.is_none_or(|text| fraction && digits(text)) && part.is_none_or(|text| fraction && digits(text))
}
