//! XML and JSON say the same, and bad XML is refused in time and in words.
#![allow(clippy::print_stdout, reason = "tells what was skipped or measured")]

use std::fmt::Write;
use std::time::{Duration, Instant};

use super::*;
use crate::json::{Kind, Tree, Value};
use crate::resource::Resource;

/// A text with its members sorted, numbers as written.
fn canonical(text: &str) -> String {
    fn put(out: &mut String, value: Value<'_>) {
        match value.kind() {
            Kind::Object => {
                let mut members: Vec<_> = value.members().collect();
                members.sort_by_key(|(key, _)| *key);
                out.push('{');
                for (key, value) in members {
                    let _ = write!(out, "{key:?}:");
                    put(out, value);
                    out.push(',');
                }
                out.push('}');
            }
            Kind::Array => {
                out.push('[');
                value.items().for_each(|item| put(out, item));
                out.push(']');
            }
            Kind::String => {
                let _ = write!(out, "{:?},", value.as_str().unwrap());
            }
            _ => {
                let _ = write!(out, "{},", value.raw());
            }
        }
    }
    let tree = Tree::parse(text.as_bytes()).unwrap();
    let mut out = String::new();
    put(&mut out, tree.root());
    out
}

fn xml_of(json: &str) -> String {
    from_json(&Resource::parse_json(json.as_bytes()).unwrap())
}

fn check_both_ways(json: &str, xml: &str) {
    let document = format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>{xml}");
    assert_eq!(xml_of(json), document);
    assert_eq!(to_json(document.as_bytes()).unwrap(), json);
}

fn check_round(name: &str, json: &str) {
    let xml = xml_of(json);
    let back = to_json(xml.as_bytes()).unwrap_or_else(|issue| panic!("{name}: {issue}"));
    assert_eq!(canonical(&back), canonical(json), "{name}");
}

fn check_refused(xml: &str, place: &str, part: &str) {
    let start = Instant::now();
    let issue = to_json(xml.as_bytes()).expect_err(part);
    assert!(issue.refuses());
    assert!(issue.text.contains(part), "{issue}");
    assert_eq!(issue.expression, place, "{issue}");
    assert!(issue.text.len() < 300, "{issue}");
    assert!(start.elapsed() < Duration::from_secs(5), "{part}");
}

#[test]
fn a_patient_reads_the_same_in_both() {
    check_both_ways(
        r#"{"resourceType":"Patient","id":"a","active":true,"name":[{"id":"n","family":"Å & \"B\"<","given":["Kari","Liv"]}],"birthDate":"1980-01-01"}"#,
        r#"<Patient xmlns="http://hl7.org/fhir"><id value="a"/><active value="true"/><name id="n"><family value="Å &amp; &quot;B&quot;&lt;"/><given value="Kari"/><given value="Liv"/></name><birthDate value="1980-01-01"/></Patient>"#,
    );
}

#[test]
fn primitives_keep_ids_and_extensions() {
    check_both_ways(
        r#"{"resourceType":"Patient","name":[{"given":[null,"Liv",null],"_given":[{"extension":[{"url":"http://a","valueCode":"x"}]},null,{"id":"g"}]}],"_birthDate":{"id":"b","extension":[{"url":"http://t","valueDateTime":"1980-01-01T10:00:00Z"}]}}"#,
        r#"<Patient xmlns="http://hl7.org/fhir"><name><given><extension url="http://a"><valueCode value="x"/></extension></given><given value="Liv"/><given id="g"></given></name><birthDate id="b"><extension url="http://t"><valueDateTime value="1980-01-01T10:00:00Z"/></extension></birthDate></Patient>"#
            .replace(r#"<given id="g"></given>"#, r#"<given id="g"/>"#)
            .as_str(),
    );
}

#[test]
fn numbers_stay_as_written() {
    for number in ["1.00", "0.10e1", "-0", "1E-3", "100000000000000000000.000"] {
        check_both_ways(
            &format!(r#"{{"resourceType":"Observation","valueQuantity":{{"value":{number}}}}}"#),
            &format!(
                r#"<Observation xmlns="http://hl7.org/fhir"><valueQuantity><value value="{number}"/></valueQuantity></Observation>"#
            ),
        );
    }
}

#[test]
fn bundles_and_contained_resources_hold_resources() {
    check_both_ways(
        r#"{"resourceType":"Bundle","type":"collection","entry":[{"link":[{"relation":"self","url":"x"}],"resource":{"resourceType":"Patient","contained":[{"resourceType":"Organization","id":"o"},{"resourceType":"Binary"}]}}]}"#,
        r#"<Bundle xmlns="http://hl7.org/fhir"><type value="collection"/><entry><link><relation value="self"/><url value="x"/></link><resource><Patient><contained><Organization><id value="o"/></Organization></contained><contained><Binary/></contained></Patient></resource></entry></Bundle>"#,
    );
}

#[test]
fn the_narrative_stays_text() {
    check_both_ways(
        r#"{"resourceType":"Patient","text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\" class='a'>\n <b>1 &lt; 2</b> &#233;<br/><!-- x --></div>"}}"#,
        "<Patient xmlns=\"http://hl7.org/fhir\"><text><status value=\"generated\"/><div xmlns=\"http://www.w3.org/1999/xhtml\" class='a'>\n <b>1 &lt; 2</b> &#233;<br/><!-- x --></div></text></Patient>",
    );
    let ill =
        r#"{"resourceType":"Patient","text":{"div":"<div xmlns=\"http://www.w3.org/1999/xhtml\"><b></div>&nbsp;"}}"#;
    assert!(xml_of(ill).contains("&lt;b&gt;"));
    assert!(to_json(xml_of(ill).as_bytes()).is_ok());
}

#[test]
fn white_space_in_values_survives() {
    check_round("space", r#"{"resourceType":"Patient","name":[{"text":" a\tb\r\nc\nd  "}]}"#);
    let folded = "<Patient xmlns='http://hl7.org/fhir'><name><text value='a\nb'/></name></Patient>";
    assert!(to_json(folded.as_bytes()).unwrap().contains("\"a b\""));
}

#[test]
fn other_spellings_of_the_same_document_are_read() {
    let json = r#"{"resourceType":"Patient","active":true}"#;
    let cases = [
        "\u{FEFF}<?xml version='1.0'?>\n<!-- a --><Patient xmlns='http://hl7.org/fhir'>\n <active value='true'></active>\n</Patient>\n<!-- b -->",
        "<?xml version=\"1.0\" encoding=\"utf-8\" standalone=\"yes\"?><?xml-stylesheet href='a'?><f:Patient xmlns:f='http://hl7.org/fhir'><f:active value='&#116;rue'/></f:Patient>",
        "<Patient xmlns='http://hl7.org/fhir' xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance' xsi:schemaLocation='a b'><active value='true'/></Patient>",
    ];
    for xml in cases {
        assert_eq!(to_json(xml.as_bytes()).unwrap(), json, "{xml}");
    }
}

#[test]
fn what_is_not_fhir_is_refused_with_its_place() {
    let patient = |inner: &str| format!("<Patient xmlns=\"http://hl7.org/fhir\">\n{inner}</Patient>");
    let cases = [
        ("<colour value='red'/>", "Patient", "unknown element colour (line 2, column 1)"),
        ("<name><given value='a'/><text value='b'/><given value='c'/></name>", "Patient.name[0]", "right after it"),
        ("<active value='true'/><active value='true'/>", "Patient.active", "only once"),
        ("<deceasedBoolean value='true'/><deceasedDateTime value='2020'/>", "Patient", "may stand here once"),
        ("<active value='yes'/>", "Patient.active", "not of the type boolean"),
        ("<multipleBirthInteger value='1.0'/>", "Patient.multipleBirth", "not of the type integer"),
        ("<active/>", "Patient.active", "a value or members"),
        ("<name/>", "Patient.name[0]", "a value or members"),
        ("<name value='a'><text value='a'/></name>", "Patient.name[0]", "no attribute `value`"),
        ("<name colour='a'/>", "Patient", "unknown attribute colour"),
        ("<name url='a'><text value='a'/></name>", "Patient.name[0]", "unknown attribute url"),
        ("<name>Kari</name>", "Patient.name[0]", "text is not allowed"),
        ("<name><![CDATA[a]]></name>", "Patient.name[0]", "text is not allowed"),
        ("<name xmlns='urn:a'/>", "Patient", "not of the namespace"),
        ("<a:active xmlns:a='urn:a' value='true'/>", "Patient", "not of the namespace"),
        ("<active a:b='c' value='true'/>", "Patient", "other namespaces"),
        ("<active value='a' value='b'/>", "Patient", "duplicate"),
        ("<active value='<'/>", "Patient", "character that XML does not allow"),
        ("<active value='&#1;'/>", "Patient", "character that XML does not allow"),
        ("<active value='&auml;'/>", "Patient", "auml"),
        ("<contained/>", "Patient.contained[0]", "a resource is missing"),
        ("<contained><Patient/><Patient/></contained>", "Patient.contained[0]", "only one resource"),
        ("<contained><HumanName/></contained>", "Patient.contained[0]", "no resource type"),
        ("<text><div>a</div></text>", "Patient.text", "namespace http://www.w3.org/1999/xhtml"),
        ("<text><div xmlns='http://www.w3.org/1999/xhtml'>&nbsp;</div></text>", "Patient.text.div", "five entities"),
        ("<text><div xmlns='http://www.w3.org/1999/xhtml'><p></div></text>", "Patient.text.div", "line"),
        ("<_name/>", "Patient", "unknown element"),
        ("<id id='a' url='b'/>", "Patient.id", "unknown attribute url"),
    ];
    for (inner, place, part) in cases {
        check_refused(&patient(inner), place, part);
    }
}

#[test]
fn what_is_no_document_is_refused() {
    check_refused("", "", "no resource");
    check_refused("{}", "", "one resource and nothing else");
    check_refused("<Patient/>", "", "namespace");
    check_refused("<Patient xmlns='http://hl7.org/fhir'>", "Patient", "line 1");
    check_refused(
        "<Patient xmlns='http://hl7.org/fhir'/><Patient xmlns='http://hl7.org/fhir'/>",
        "Patient",
        "nothing else",
    );
    check_refused("<?xml version='1.0' encoding='ISO-8859-1'?><Patient xmlns='http://hl7.org/fhir'/>", "", "UTF-8");
    check_refused("<!DOCTYPE a [<!ENTITY b 'c'>]><Patient xmlns='http://hl7.org/fhir'/>", "", "document type");
    check_refused("<Resource xmlns='http://hl7.org/fhir'/>", "", "no resource type");
    for bytes in
        [&b"<Patient xmlns='http://hl7.org/fhir'><id value='\xE5'/></Patient>"[..], b"\xFF\xFE<\0P\0", b"\xFE\xFF\0<"]
    {
        assert!(to_json(bytes).unwrap_err().text.contains("UTF-8"));
    }
}

#[test]
fn bombs_are_refused_fast() {
    let patient = |inner: &str| format!("<Patient xmlns=\"http://hl7.org/fhir\">{inner}</Patient>");
    let many = |count: usize, part: &dyn Fn(usize) -> String| (0..count).map(part).collect::<String>();
    let bomb =
        format!("<!DOCTYPE a [<!ENTITY a0 'x'>{}]>", many(30, &|n| format!("<!ENTITY a{} '&a{n};&a{n};'>", n + 1)));
    check_refused(&(bomb + &patient("<active value='&a30;'/>")), "", "document type");
    let attributes = many(80_000, &|n| format!(" a{n}='1'"));
    check_refused(&patient(&format!("<name{attributes}/>")), "Patient", "attribute");
    let namespaces = many(80_000, &|n| format!(" xmlns:a{n}='urn:{n}'"));
    check_refused(&patient(&format!("<name{namespaces}/>")), "Patient", "namespaces");
    let div = format!("<text><div xmlns='{XHTML}'><p{attributes}/></div></text>");
    check_refused(&patient(&div), "Patient.text.div", "attributes");
    let open = "<extension url='a'>".repeat(50_000);
    let issue = to_json(patient(&open).as_bytes()).unwrap_err();
    assert!(issue.text.contains("nested deeper"), "{issue}");
    let deep = patient(&format!(
        "<text><div xmlns='{XHTML}'>{}{}</div></text>",
        "<b>".repeat(100_000),
        "</b>".repeat(100_000)
    ));
    assert!(to_json(deep.as_bytes()).is_ok());
    let wide = patient(&"<name><text value='a'/></name>".repeat(100_000));
    assert!(to_json(wide.as_bytes()).is_ok());
}

#[test]
fn depth_has_an_edge() {
    let nested = |levels: usize| {
        let open = "<extension url='a'>".repeat(levels);
        let close = "</extension>".repeat(levels);
        format!("<Patient xmlns='http://hl7.org/fhir'>{open}<valueCode value='a'/>{close}</Patient>")
    };
    let most = (crate::json::DEPTH_MAX - 1) / 2;
    let json = to_json(nested(most).as_bytes()).unwrap();
    assert!(Tree::parse(json.as_bytes()).is_ok());
    assert!(to_json(nested(most + 1).as_bytes()).is_err());
}

/// Numbers that look random and are the same every time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % sides as u64) as usize
    }
}

#[test]
fn mutated_documents_never_break_it() {
    let sound = r#"<?xml version="1.0" encoding="UTF-8"?><Bundle xmlns="http://hl7.org/fhir"><type value="batch"/><entry><resource><Patient><text><status value="generated"/><div xmlns="http://www.w3.org/1999/xhtml">a<b>&lt;</b></div></text><contained><Patient/></contained><name id="n"><given value="K&#233;"/><given><extension url="u"><valueDecimal value="1.00"/></extension></given></name></Patient></resource></entry></Bundle>"#;
    assert!(to_json(sound.as_bytes()).is_ok());
    let pieces: [&[u8]; 14] = [
        b"<",
        b">",
        b"/",
        b"&",
        b"\"",
        b"<div>",
        b"</name>",
        b"<![CDATA[",
        b"<!--",
        b"<?",
        b"\xFF",
        b"\0",
        b" xmlns='a'",
        b"<!DOCTYPE a>",
    ];
    let mut dice = Dice(0x5EED);
    let mut accepted = 0;
    for _ in 0..20_000 {
        let mut bytes = sound.as_bytes().to_vec();
        for _ in 0..=dice.roll(3) {
            let at = dice.roll(bytes.len());
            let to = (at + dice.roll(12)).min(bytes.len());
            match dice.roll(4) {
                0 => drop(bytes.splice(at..to, [])),
                1 => drop(bytes.splice(at..at, pieces[dice.roll(pieces.len())].to_vec())),
                2 => bytes.truncate(at.max(1)),
                _ => {
                    let copy = bytes[at..to].to_vec();
                    let place = dice.roll(bytes.len());
                    drop(bytes.splice(place..place, copy));
                }
            }
        }
        if let Ok(json) = to_json(&bytes) {
            accepted += 1;
            if let Ok(resource) = Resource::parse_json(json.as_bytes()) {
                let again = to_json(from_json(&resource).as_bytes()).unwrap();
                assert_eq!(canonical(&again), canonical(&json));
            } else {
                assert!(Tree::parse(json.as_bytes()).is_ok(), "{json}");
            }
        }
    }
    println!("{accepted} of 20000 accepted");
}

fn shared() -> Option<std::path::PathBuf> {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared");
    let folder = std::env::var_os("AKSON_SHARED").map_or_else(|| beside.into(), std::path::PathBuf::from);
    let found = folder.join("data/r4/examples/json").is_dir();
    if !found {
        println!("skipped: no shared data");
    }
    found.then_some(folder)
}

#[test]
fn every_example_comes_back_the_same() {
    let Some(shared) = shared() else { return };
    let mut count = 0;
    let (mut bytes, mut time) = (0, Duration::ZERO);
    for file in std::fs::read_dir(shared.join("data/r4/examples/json")).unwrap() {
        let path = file.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        // Some official examples have ids longer than FHIR allows, so the resource is not parsed as one.
        let tree = Tree::parse(text.as_bytes()).unwrap();
        let name = tree.root().get("resourceType").and_then(Value::str).unwrap().to_owned();
        let type_id = crate::definition::Definitions::r4().type_id(&name).unwrap();
        let resource = Resource { tree, type_id };
        let start = Instant::now();
        let xml = from_json(&resource);
        let back = to_json(xml.as_bytes()).unwrap_or_else(|issue| panic!("{}: {issue}", path.display()));
        time += start.elapsed();
        bytes += xml.len();
        assert_eq!(canonical(&back), canonical(&text), "{}", path.display());
        count += 1;
    }
    println!("{count} examples, {bytes} bytes of XML both ways in {time:?}");
    assert!(count >= 784);
}

#[test]
fn xml_of_others_is_read() {
    let Some(shared) = shared() else { return };
    for name in [
        "data/terminology/valueset-snomed-intl-gps.xml",
        "data/norway/fhir-no-basis-fsh/no-basis/resources/no-basis-icpc-2.namingsystem.xml",
    ] {
        let bytes = std::fs::read(shared.join(name)).unwrap();
        let json = to_json(&bytes).unwrap_or_else(|issue| panic!("{name}: {issue}"));
        check_round(name, &json);
    }
}

proptest::proptest! {
    #[test]
    fn any_text_of_fhir_survives(text in "[\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]{1,60}", number in "-?(0|[1-9][0-9]{0,20})([.][0-9]{1,20})?([eE][+-]?[0-9]{1,3})?") {
        let mut quoted = String::new();
        crate::json::write_string(&mut quoted, &text);
        let json = format!(
            r#"{{"resourceType":"Observation","valueQuantity":{{"value":{number},"unit":{quoted}}},"note":[{{"text":{quoted},"_text":{{"id":{quoted}}}}}]}}"#
        );
        check_round("any text", &json);
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..200), inside in proptest::prelude::any::<bool>()) {
        let (start, end) = if inside { ("<Patient xmlns='http://hl7.org/fhir'>", "</Patient>") } else { ("", "") };
        let document = [start.as_bytes(), &bytes, end.as_bytes()].concat();
        if let Ok(json) = to_json(&document) {
            assert!(Tree::parse(json.as_bytes()).is_ok());
        }
    }
}

#[test]
fn indented_xml_says_the_same() {
    let json = r#"{"resourceType":"Patient","id":"a","text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\"><p>a  b</p></div>"},"contained":[{"resourceType":"Basic","code":{"text":"x"}}],"active":true}"#;
    let xml = from_json_indented(&Resource::parse_json(json.as_bytes()).unwrap());
    assert!(xml.contains("?>\n<Patient xmlns"), "{xml}");
    assert!(
        xml.contains("\n  <contained>\n    <Basic>\n      <code>\n        <text value=\"x\"/>\n      </code>"),
        "{xml}"
    );
    assert!(xml.contains("<p>a  b</p></div>\n  </text>"), "{xml}");
    assert_eq!(to_json(xml.as_bytes()).unwrap(), json);
}
