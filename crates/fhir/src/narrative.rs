//! The narrative: which XHTML a `text.div` may hold.
//!
//! Promise: well-formed, only the elements and attributes that FHIR allows, no scripts, no links
//! that run code, something to read (`txt-1`, `txt-2`). What it does not do: it cleans nothing; a
//! narrative is taken as it is or refused. Spec: <https://hl7.org/fhir/R4/narrative.html>.

use std::borrow::Cow;

/// Elements that may be open inside each other.
const OPEN_MAX: usize = 256;

const ELEMENTS: &[&str] = &[
    "a",
    "abbr",
    "acronym",
    "address",
    "area",
    "b",
    "bdo",
    "big",
    "blockquote",
    "br",
    "caption",
    "cite",
    "code",
    "col",
    "colgroup",
    "dd",
    "del",
    "dfn",
    "div",
    "dl",
    "dt",
    "em",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "i",
    "img",
    "ins",
    "kbd",
    "li",
    "map",
    "ol",
    "p",
    "pre",
    "q",
    "samp",
    "small",
    "span",
    "strong",
    "sub",
    "sup",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "tr",
    "tt",
    "u",
    "ul",
    "var",
];

const ATTRIBUTES: &[&str] = &[
    "abbr",
    "accesskey",
    "align",
    "axis",
    "char",
    "charoff",
    "class",
    "colspan",
    "dir",
    "headers",
    "id",
    "lang",
    "rowspan",
    "scope",
    "span",
    "style",
    "tabindex",
    "title",
    "valign",
    "width",
    "xml:lang",
    "xml:space",
];

/// Attributes allowed in one element only, as `element.attribute`.
const OWN_ATTRIBUTES: &[(&str, &[&str])] = &[
    ("a", &["charset", "coords", "href", "hreflang", "name", "rel", "rev", "shape", "type", "target"]),
    ("area", &["alt", "coords", "href", "nohref", "shape"]),
    ("blockquote", &["cite"]),
    ("del", &["cite", "datetime"]),
    ("img", &["alt", "border", "height", "ismap", "longdesc", "src", "usemap", "width"]),
    ("ins", &["cite", "datetime"]),
    ("map", &["name"]),
    ("ol", &["start", "type"]),
    ("pre", &["space"]),
    ("q", &["cite"]),
    ("table", &["border", "cellpadding", "cellspacing", "frame", "rules", "summary", "width"]),
    ("td", &["nowrap", "height", "bgcolor"]),
    ("th", &["nowrap", "height", "bgcolor"]),
    ("tr", &["bgcolor"]),
    ("ul", &["type"]),
];

const NAMESPACE: &str = "http://www.w3.org/1999/xhtml";

/// What a well-formed narrative holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Content {
    /// Text or images.
    Readable,
    /// Neither. The published examples have such narratives, so it is no error.
    Empty,
}

/// Says what is wrong with a narrative, if anything is.
pub(crate) fn check(text: &str) -> Result<Content, &'static str> {
    let mut scan = Scan { rest: text.trim_ascii(), open: Vec::new(), started: false, readable: false };
    if !scan.rest.starts_with("<div") {
        return Err("the narrative must be one <div> element");
    }
    loop {
        scan.step()?;
        if scan.open.is_empty() {
            break;
        }
    }
    if !scan.rest.trim_ascii().is_empty() {
        return Err("the narrative must be one <div> element, with nothing after it");
    }
    Ok(if scan.readable { Content::Readable } else { Content::Empty })
}

struct Scan<'a> {
    rest: &'a str,
    open: Vec<&'a str>,
    started: bool,
    readable: bool,
}

impl<'a> Scan<'a> {
    /// Text up to the next tag, and the tag.
    fn step(&mut self) -> Result<(), &'static str> {
        let Some(at) = memchr::memchr(b'<', self.rest.as_bytes()) else {
            return Err("the narrative is not well-formed: an element is not closed");
        };
        let (text, tag) = self.rest.split_at(at);
        self.readable |= !text.trim_ascii().is_empty();
        entities(text)?;
        if let Some(comment) = tag.strip_prefix("<!--") {
            let end = comment.find("-->").ok_or("the narrative is not well-formed: a comment is not closed")?;
            self.rest = comment.get(end + 3..).unwrap_or_default();
            return Ok(());
        }
        if let Some(name) = tag.strip_prefix("</") {
            return self.close(name);
        }
        if tag.starts_with("<!") || tag.starts_with("<?") {
            return Err("the narrative must not hold declarations or processing instructions");
        }
        self.open_tag(tag.get(1..).unwrap_or_default())
    }

    fn close(&mut self, after: &'a str) -> Result<(), &'static str> {
        let end =
            memchr::memchr(b'>', after.as_bytes()).ok_or("the narrative is not well-formed: a tag is not closed")?;
        let (name, rest) = after.split_at(end);
        if self.open.pop() != Some(name.trim_ascii_end()) {
            return Err("the narrative is not well-formed: an end tag does not match its start tag");
        }
        self.rest = rest.get(1..).unwrap_or_default();
        Ok(())
    }

    fn open_tag(&mut self, tag: &'a str) -> Result<(), &'static str> {
        let end = tag.find(|letter: char| !letter.is_ascii_alphanumeric()).unwrap_or(tag.len());
        let (name, mut rest) = tag.split_at(end);
        if ELEMENTS.binary_search(&name).is_err() {
            return Err(
                "the narrative holds an element that FHIR does not allow; only basic formatting, tables, lists, links and images are",
            );
        }
        self.readable |= name == "img";
        let mut namespace = false;
        loop {
            let trimmed = rest.trim_ascii_start();
            if let Some(after) = trimmed.strip_prefix("/>") {
                self.rest = after;
                break;
            }
            if let Some(after) = trimmed.strip_prefix('>') {
                self.rest = after;
                self.open.push(name);
                break;
            }
            if trimmed.len() == rest.len() {
                return Err("the narrative is not well-formed: attributes need white space before them");
            }
            let (attribute, value, after) = attribute(trimmed)?;
            if attribute == "xmlns" {
                namespace = value == NAMESPACE;
                if !namespace {
                    return Err("the narrative's namespace must be http://www.w3.org/1999/xhtml");
                }
            } else {
                check_attribute(name, attribute, value)?;
            }
            rest = after;
        }
        if !std::mem::replace(&mut self.started, true) && !namespace {
            return Err("the narrative's <div> needs xmlns=\"http://www.w3.org/1999/xhtml\"");
        }
        if self.open.len() > OPEN_MAX {
            return Err("the narrative nests more than 256 elements");
        }
        Ok(())
    }
}

/// Name, value and what follows of an attribute.
fn attribute(text: &str) -> Result<(&str, &str, &str), &'static str> {
    const BROKEN: &str = "the narrative is not well-formed: an attribute needs a value in quotes";
    let end = text
        .find(|letter: char| !(letter.is_ascii_alphanumeric() || matches!(letter, ':' | '-' | '_')))
        .ok_or(BROKEN)?;
    let (name, rest) = text.split_at(end);
    let rest = rest.trim_ascii_start().strip_prefix('=').ok_or(BROKEN)?.trim_ascii_start();
    let quote = rest.chars().next().filter(|quote| matches!(quote, '"' | '\'')).ok_or(BROKEN)?;
    let inside = rest.get(1..).unwrap_or_default();
    let (value, after) = inside.split_once(quote).ok_or(BROKEN)?;
    if value.contains('<') {
        return Err(BROKEN);
    }
    entities(value)?;
    Ok((name, value, after))
}

fn check_attribute(element: &str, name: &str, value: &str) -> Result<(), &'static str> {
    let lower = name.to_ascii_lowercase();
    let own = OWN_ATTRIBUTES.iter().any(|(of, names)| *of == element && names.contains(&lower.as_str()));
    let namespaced = lower.starts_with("xmlns:");
    if !own && !namespaced && ATTRIBUTES.binary_search(&lower.as_str()).is_err() {
        return Err("the narrative holds an attribute that FHIR does not allow there");
    }
    let runs_code = match lower.as_str() {
        "href" | "src" | "longdesc" | "cite" | "usemap" => link_runs_code(&bare(value)),
        "style" => style_runs_code(&bare(value)),
        _ => false,
    };
    if runs_code {
        return Err("links and styles in the narrative must not run code");
    }
    Ok(())
}

/// An attribute's value without entities and white space.
fn bare(value: &str) -> Cow<'_, str> {
    let plain = value.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'&');
    if plain { Cow::Borrowed(value) } else { Cow::Owned(decode(value)) }
}

fn link_runs_code(link: &str) -> bool {
    let starts = |prefix: &str| link.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix));
    starts("javascript:") || starts("vbscript:") || starts("data:text")
}

fn style_runs_code(style: &str) -> bool {
    let lower = style.to_ascii_lowercase();
    lower.contains("javascript:") || lower.contains("expression(")
}

/// Numeric entities resolved, white space and control characters dropped.
fn decode(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    let mut rest = value;
    while let Some(letter) = rest.chars().next() {
        rest = rest.get(letter.len_utf8()..).unwrap_or_default();
        let mut found = letter;
        if let Some((name, after)) = entity(letter, rest) {
            let point = match name.strip_prefix('#') {
                Some(hex) if hex.starts_with(['x', 'X']) => {
                    u32::from_str_radix(hex.get(1..).unwrap_or_default(), 16).ok()
                }
                Some(decimal) => decimal.parse().ok(),
                None => match name {
                    "Tab" | "NewLine" => Some(u32::from(b' ')),
                    "colon" => Some(u32::from(b':')),
                    "amp" => Some(u32::from(b'&')),
                    _ => None,
                },
            };
            if let Some(point) = point.and_then(char::from_u32) {
                (found, rest) = (point, after);
            }
        }
        if !found.is_whitespace() && !found.is_control() {
            out.push(found);
        }
    }
    out
}

/// The name of an entity after its `&`, and what follows it.
fn entity(letter: char, rest: &str) -> Option<(&str, &str)> {
    let end = rest.bytes().take(12).position(|byte| byte == b';').filter(|_| letter == '&')?;
    Some((rest.get(..end)?, rest.get(end + 1..)?))
}

/// Every `&` begins an entity.
fn entities(text: &str) -> Result<(), &'static str> {
    for at in memchr::memchr_iter(b'&', text.as_bytes()) {
        let name = text.get(at + 1..).and_then(|rest| rest.split_once(';')).map(|(name, _)| name);
        let right = name.is_some_and(|name| {
            let number = name.strip_prefix('#').is_some_and(|number| {
                (1..=8).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_alphanumeric())
            });
            number || matches!(name, "amp" | "lt" | "gt" | "quot" | "apos" | "nbsp")
        });
        if !right {
            return Err(
                "the narrative is not well-formed: write & as &amp; and letters as themselves; entities such as &copy; are not XML",
            );
        }
    }
    Ok(())
}
