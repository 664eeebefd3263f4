//! What FHIR allows in a narrative: plain formatting of XHTML, nothing that runs or loads.
//!
//! It does not repair or sanitise. <https://hl7.org/fhir/R4/narrative.html#xhtml>

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

const ELEMENTS: &[&str] = &[
    "a",
    "abbr",
    "acronym",
    "b",
    "big",
    "blockquote",
    "br",
    "caption",
    "cite",
    "code",
    "col",
    "colgroup",
    "dd",
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
    "li",
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
    "ul",
    "var",
];

const ATTRIBUTES: &[&str] = &[
    "abbr",
    "accesskey",
    "align",
    "alt",
    "axis",
    "bgcolor",
    "border",
    "cellhalign",
    "cellpadding",
    "cellspacing",
    "cellvalign",
    "char",
    "charoff",
    "charset",
    "cite",
    "class",
    "colspan",
    "compact",
    "coords",
    "dir",
    "frame",
    "headers",
    "height",
    "href",
    "hreflang",
    "hspace",
    "id",
    "lang",
    "longdesc",
    "name",
    "nowrap",
    "rel",
    "rev",
    "rowspan",
    "rules",
    "scope",
    "shape",
    "span",
    "src",
    "start",
    "style",
    "summary",
    "tabindex",
    "title",
    "type",
    "valign",
    "value",
    "vspace",
    "width",
    "xml:lang",
    "xmlns",
];

/// Whether the text is one XHTML `div` of allowed elements and attributes.
pub(super) fn is_safe(text: &str) -> bool {
    let mut reader = Reader::from_str(text);
    let mut depth = 0usize;
    let mut roots = 0;
    loop {
        match reader.read_event() {
            Ok(Event::Start(start)) => {
                roots += usize::from(depth == 0);
                if !allowed(&start, depth) {
                    return false;
                }
                depth += 1;
            }
            Ok(Event::Empty(start)) => {
                roots += usize::from(depth == 0);
                if !allowed(&start, depth) {
                    return false;
                }
            }
            Ok(Event::End(_)) => depth = depth.saturating_sub(1),
            Ok(Event::Eof) => return roots == 1 && depth == 0,
            Ok(Event::DocType(_) | Event::PI(_) | Event::Decl(_)) | Err(_) => return false,
            Ok(_) => {}
        }
    }
}

fn allowed(start: &BytesStart<'_>, depth: usize) -> bool {
    let name = start.name();
    let name: &str = name.as_ref();
    if !ELEMENTS.contains(&name) || (depth == 0 && name != "div") {
        return false;
    }
    start.attributes().all(|attribute| {
        let Ok(attribute) = attribute else { return false };
        let key: &str = attribute.key.as_ref();
        let value = attribute.value.trim().to_ascii_lowercase();
        let runs = value.starts_with("javascript:") || value.starts_with("vbscript:") || value.starts_with("data:text");
        (ATTRIBUTES.contains(&key) || key.starts_with("xmlns:")) && !(matches!(key, "href" | "src") && runs)
    })
}

#[cfg(test)]
mod tests {
    use super::is_safe;

    #[test]
    fn only_plain_formatting_is_safe() {
        let check = |text: &str, expected: bool| assert_eq!(is_safe(text), expected, "{text}");
        check("", false);
        check("text", false);
        check("<p>a</p>", false);
        check("<div><script>x</script></div>", false);
        check("<div onclick=\"x()\">a</div>", false);
        check("<div><a href=\" JavaScript:x()\">a</a></div>", false);
        check("<div>a</div><div>b</div>", false);
        check("<div>a", false);
        check("<!DOCTYPE x><div>a</div>", false);
        check("<div xmlns=\"http://www.w3.org/1999/xhtml\"><p class=\"x\">a <b>b</b><br/></p></div>", true);
    }
}
