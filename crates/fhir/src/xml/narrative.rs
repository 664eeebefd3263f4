//! The narrative's `div`: kept as text, checked only to be one well-formed element.
//!
//! What may stand in it is for `validate` to say.

use quick_xml::Reader;
use quick_xml::XmlVersion;
use quick_xml::escape::resolve_xml_entity;
use quick_xml::events::{BytesStart, Event};

use super::XHTML;
use super::read::ATTRIBUTES_MAX;

/// Reads to the end of the `div` whose start was just read. The error is what is wrong.
pub(super) fn read_to_end(xml: &mut Reader<&[u8]>, start: &BytesStart<'_>) -> Result<(), String> {
    attributes(start)?;
    let mut open = 1usize;
    while open > 0 {
        match xml.read_event().map_err(|error| error.to_string())? {
            Event::Start(start) => {
                attributes(&start)?;
                open += 1;
            }
            Event::End(_) => open -= 1,
            Event::Text(_) | Event::CData(_) | Event::Comment(_) => {}
            Event::GeneralRef(name) => {
                let known = resolve_xml_entity(&name).is_some();
                if !known && !matches!(name.resolve_char_ref(), Ok(Some(_))) {
                    return Err("the narrative may only use the five entities of XML".to_owned());
                }
            }
            Event::Eof => return Err("the narrative ends too early".to_owned()),
            Event::PI(_) | Event::Decl(_) | Event::DocType(_) | Event::Empty(_) => {
                return Err("the narrative may hold no processing instructions or declarations".to_owned());
            }
        }
    }
    Ok(())
}

/// Whether a text is one well-formed `div` of XHTML and nothing else.
pub(super) fn is_div(text: &str) -> bool {
    let mut xml = Reader::from_str(text);
    xml.config_mut().expand_empty_elements = true;
    let Ok(Event::Start(start)) = xml.read_event() else {
        return false;
    };
    let named = start.name().as_ref() == "div";
    let namespace = start.try_get_attribute("xmlns").ok().flatten();
    let placed = namespace.is_some_and(|namespace| &*namespace.value == XHTML);
    named && placed && read_to_end(&mut xml, &start).is_ok() && matches!(xml.read_event(), Ok(Event::Eof))
}

fn attributes(start: &BytesStart<'_>) -> Result<(), String> {
    for (count, attribute) in start.attributes().with_checks(false).enumerate() {
        let attribute = attribute.map_err(|error| error.to_string())?;
        if count >= ATTRIBUTES_MAX {
            return Err(format!("an element may have {ATTRIBUTES_MAX} attributes"));
        }
        if attribute.value.contains('<') {
            return Err("a value may not hold a bare <".to_owned());
        }
        attribute.normalized_value(XmlVersion::Implicit1_0).map_err(|error| error.to_string())?;
    }
    Ok(())
}
