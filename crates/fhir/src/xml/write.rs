//! A resource as XML.
//!
//! Members come in the order of the definitions. What FHIR does not know has no form in XML and
//! is left out; a resource that passed validation has no such member. Characters that XML cannot
//! hold become U+FFFD, and a narrative that is no well-formed `div` is put into one as plain text.

use std::borrow::Cow;

use super::{FHIR, XHTML, narrative};
use crate::definition::{Child, Definitions, TypeId, TypeKind};
use crate::json::{Kind, Value};
use crate::resource::Resource;

/// The resource as an XML document.
pub fn from_json(resource: &Resource) -> String {
    written(resource, Lines::One)
}

/// The same, indented for people; narratives stay as they are.
pub fn from_json_indented(resource: &Resource) -> String {
    let mut text = written(resource, Lines::Many(0));
    text.push('\n');
    text
}

fn written(resource: &Resource, lines: Lines) -> String {
    let out = String::with_capacity(resource.text().len() * 2);
    let mut writer = Writer { out, definitions: Definitions::r4(), lines };
    writer.out.push_str("<?xml version=\"1.0\" encoding=\"UTF-8\"?>");
    writer.line();
    writer.resource(resource.root(), true);
    writer.out
}

/// How elements follow each other.
#[derive(Clone, Copy)]
enum Lines {
    /// All on one line.
    One,
    /// Each on its own, this deep.
    Many(usize),
}

struct Writer {
    out: String,
    definitions: &'static Definitions,
    lines: Lines,
}

/// A member with its primitive companion.
struct Member<'a> {
    child: Child<'static>,
    key: &'a str,
    value: Option<Value<'a>>,
    extra: Option<Value<'a>>,
}

impl Writer {
    fn resource(&mut self, value: Value<'_>, root: bool) {
        let name = value.get("resourceType").and_then(Value::str).unwrap_or_default();
        let Some(found) = self.definitions.resource(name) else {
            return;
        };
        self.out.extend(["<", found.name]);
        if root {
            self.out.extend([" xmlns=\"", FHIR, "\""]);
        }
        self.content(found.name, value, found.id);
    }

    /// Closes the start tag, writes the members and the end tag.
    fn content(&mut self, name: &str, value: Value<'_>, of: TypeId) {
        let members = self.members(value, of);
        for member in members.iter().filter(|member| member.child.element.attribute) {
            if let Some(text) = member.value.and_then(Value::as_str) {
                self.attribute(member.key, &text);
            }
        }
        let mut inner = members.iter().filter(|member| !member.child.element.attribute).peekable();
        if inner.peek().is_none() {
            self.out.push_str("/>");
            return;
        }
        self.out.push('>');
        self.within(|writer| inner.for_each(|member| writer.member(member)));
        self.out.extend(["</", name, ">"]);
    }

    /// Begins a line, where there are several.
    fn line(&mut self) {
        if let Lines::Many(depth) = self.lines {
            self.out.push('\n');
            self.out.extend(std::iter::repeat_n("  ", depth));
        }
    }

    /// Writes what stands between a start and its end.
    fn within(&mut self, write: impl FnOnce(&mut Writer)) {
        let before = self.lines;
        if let Lines::Many(depth) = before {
            self.lines = Lines::Many(depth + 1);
        }
        write(self);
        self.lines = before;
        self.line();
    }

    fn members<'v>(&self, value: Value<'v>, of: TypeId) -> Vec<Member<'v>> {
        let mut members: Vec<Member<'v>> = Vec::with_capacity(value.len());
        for (key, value) in value.members() {
            let (name, companion) = match key.strip_prefix('_') {
                Some(name) => (name, true),
                None => (key, false),
            };
            let Some(child) = self.definitions.child(of, name) else {
                continue;
            };
            let place = members.iter().position(|member| member.key == name).unwrap_or(members.len());
            if place == members.len() {
                members.push(Member { child, key: name, value: None, extra: None });
            }
            if let Some(member) = members.get_mut(place) {
                *(if companion { &mut member.extra } else { &mut member.value }) = Some(value);
            }
        }
        members.sort_by_key(|member| member.child.index);
        members
    }

    fn member(&mut self, member: &Member<'_>) {
        if !is_array(member.value) && !is_array(member.extra) {
            return self.one(member, member.value, member.extra);
        }
        let count = [member.value, member.extra].into_iter().flatten().map(Value::len).max();
        let mut values = member.value.map(Value::items);
        let mut extras = member.extra.map(Value::items);
        for _ in 0..count.unwrap_or_default() {
            let value = values.as_mut().and_then(Iterator::next);
            let extra = extras.as_mut().and_then(Iterator::next);
            self.one(member, value, extra);
        }
    }

    fn one(&mut self, member: &Member<'_>, value: Option<Value<'_>>, extra: Option<Value<'_>>) {
        let present = |value: Option<Value<'_>>| value.is_some_and(|value| value.kind() != Kind::Null);
        if !present(value) && !present(extra) {
            return;
        }
        self.line();
        let found = self.definitions.get(member.child.type_id);
        match (found.kind, found.name, value) {
            (_, "xhtml", Some(value)) => self.narrative(&value.as_str().unwrap_or_default()),
            (TypeKind::Primitive, ..) => self.primitive(member.key, found.id, value, extra),
            (_, "Resource", Some(value)) => {
                self.out.extend(["<", member.key, ">"]);
                self.within(|writer| {
                    writer.line();
                    writer.resource(value, false);
                });
                self.out.extend(["</", member.key, ">"]);
            }
            (_, _, Some(value)) => {
                self.out.extend(["<", member.key]);
                self.content(member.key, value, found.id);
            }
            (_, _, None) => {}
        }
    }

    fn primitive(&mut self, key: &str, of: TypeId, value: Option<Value<'_>>, extra: Option<Value<'_>>) {
        self.out.extend(["<", key]);
        if let Some(text) = value.and_then(literal) {
            self.attribute("value", &text);
        }
        match extra.filter(|extra| extra.kind() == Kind::Object) {
            Some(extra) => self.content(key, extra, of),
            None => self.out.push_str("/>"),
        }
    }

    fn narrative(&mut self, text: &str) {
        if narrative::is_div(text) {
            self.out.push_str(text);
            return;
        }
        self.out.extend(["<div xmlns=\"", XHTML, "\">"]);
        self.escaped(text);
        self.out.push_str("</div>");
    }

    fn attribute(&mut self, name: &str, text: &str) {
        self.out.extend([" ", name, "=\""]);
        self.escaped(text);
        self.out.push('"');
    }

    fn escaped(&mut self, text: &str) {
        for letter in text.chars() {
            match letter {
                '<' => self.out.push_str("&lt;"),
                '>' => self.out.push_str("&gt;"),
                '&' => self.out.push_str("&amp;"),
                '"' => self.out.push_str("&quot;"),
                '\n' => self.out.push_str("&#10;"),
                '\r' => self.out.push_str("&#13;"),
                '\t' => self.out.push_str("&#9;"),
                '\0'..='\u{1F}' | '\u{FFFE}' | '\u{FFFF}' => self.out.push(char::REPLACEMENT_CHARACTER),
                letter => self.out.push(letter),
            }
        }
    }
}

fn is_array(value: Option<Value<'_>>) -> bool {
    value.is_some_and(|value| value.kind() == Kind::Array)
}

/// A primitive's text: numbers and flags as written.
fn literal(value: Value<'_>) -> Option<Cow<'_, str>> {
    match value.kind() {
        Kind::String => value.as_str(),
        Kind::Number | Kind::Bool => Some(Cow::Borrowed(value.raw())),
        Kind::Object | Kind::Array | Kind::Null => None,
    }
}
