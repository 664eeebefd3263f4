//! Each kind of parameter: values, prefixes and modifiers.

use crate::ask::{check, check_refused, loaded};

#[test]
fn texts_are_found_folded_and_to_the_letter() {
    let store = loaded(&[
        r#"{"resourceType":"Patient","id":"ase","name":[{"family":"Sørby","given":["Åse","Kari"]}]}"#,
        r#"{"resourceType":"Patient","id":"aase","name":[{"family":"Soerbye","given":["Aase"]}]}"#,
        r#"{"resourceType":"Patient","id":"rene","name":[{"family":"Müller","given":["René"]}]}"#,
        r#"{"resourceType":"Patient","id":"none"}"#,
    ]);
    check(&store, "Patient?given=Åse", &["ase", "aase"]);
    check(&store, "Patient?family=sørb", &["ase", "aase"]);
    check(&store, "Patient?family:exact=Sørby", &["ase"]);
    check(&store, "Patient?family:exact=sørby", &[]);
    check(&store, "Patient?family:contains=uell", &[]);
    check(&store, "Patient?family:contains=ulle", &["rene"]);
    check(&store, "Patient?name=muller,kari", &["rene", "ase"]);
    check(&store, "Patient?name=aase&name=sørby", &["ase", "aase"]);
    check(&store, "Patient?name:missing=true", &["none"]);
    check(&store, "Patient?name:missing=false", &["ase", "aase", "rene"]);
    check(&store, "Patient?family=%25", &[]);
    check(&store, "Patient?family:contains=%", &[]);
    check_refused(&store, "Patient?name:below=x", "missing, exact, contains");
    check_refused(&store, "Patient?name=", "a value is missing");
    check_refused(&store, "Patient?name:missing=maybe", "missing=true");
    check_refused(&store, "Patient?nmae=x", "name");
}

#[test]
fn codes_are_found_with_and_without_systems() {
    let store = loaded(&[
        r#"{"resourceType":"Observation","id":"o1","status":"final","code":{"coding":[{"system":"http://loinc.org","code":"8480-6","display":"Systolic blood pressure"}],"text":"Systolisk"}}"#,
        r#"{"resourceType":"Observation","id":"o2","status":"preliminary","code":{"coding":[{"code":"8480-6"}]}}"#,
        r#"{"resourceType":"Observation","id":"o3","status":"final","code":{"text":"free text only"}}"#,
        r#"{"resourceType":"Patient","id":"p1","gender":"female","active":true,"identifier":[{"system":"urn:oid:2.16.578.1.12.4.1.4.1","value":"1","type":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v2-0203","code":"MR"}],"text":"Journalnummer"}}],"telecom":[{"system":"phone","value":"91 23 45 67"}]}"#,
        r#"{"resourceType":"Patient","id":"p2","gender":"male","active":false,"identifier":[{"value":"1"}],"deceasedBoolean":true}"#,
    ]);
    check(&store, "Observation?code=8480-6", &["o1", "o2"]);
    check(&store, "Observation?code=http://loinc.org|8480-6", &["o1"]);
    check(&store, "Observation?code=|8480-6", &["o2"]);
    check(&store, "Observation?code=http://loinc.org|", &["o1"]);
    check(&store, "Observation?code:not=http://loinc.org|8480-6", &["o2", "o3"]);
    check(&store, "Observation?code:text=syst", &["o1"]);
    check(&store, "Observation?code:text=FREE", &["o3"]);
    check(&store, "Observation?code=free text only", &[]);
    check(&store, "Observation?status=http://hl7.org/fhir/observation-status|final", &["o1", "o3"]);
    check(&store, "Observation?status=http://elsewhere|final", &[]);
    check(&store, "Observation?status:in=http://hl7.org/fhir/ValueSet/observation-status", &["o1", "o2", "o3"]);
    check(&store, "Observation?status:not-in=http://hl7.org/fhir/ValueSet/observation-status", &[]);
    check(&store, "Observation?combo-code=8480-6", &["o1", "o2"]);
    check(&store, "Patient?gender=female", &["p1"]);
    check(&store, "Patient?gender:not=female", &["p2"]);
    check(&store, "Patient?active=true", &["p1"]);
    check(&store, "Patient?deceased=true", &["p2"]);
    check(&store, "Patient?deceased=false", &["p1"]);
    check(&store, "Patient?identifier=1", &["p1", "p2"]);
    check(&store, "Patient?identifier=|1", &["p2"]);
    check(&store, "Patient?identifier=urn:oid:2.16.578.1.12.4.1.4.1|1", &["p1"]);
    check(&store, "Patient?identifier:of-type=http://terminology.hl7.org/CodeSystem/v2-0203|MR|1", &["p1"]);
    check(&store, "Patient?identifier:text=journal", &["p1"]);
    check(&store, "Patient?phone=91234567", &["p1"]);
    check_refused(&store, "Observation?code=a|b|c", "system|code");
    check_refused(&store, "Observation?code=|", "system|code");
    check_refused(&store, "Observation?code:in=http://nowhere", "value set");
    check_refused(&store, "Observation?code:exact=x", "modifiers");
}

#[test]
fn what_is_not_done_here_is_said() {
    let store = loaded(&[]);
    check_refused(&store, "Medication?_contained=true", "only _contained=false");
    check_refused(&store, "Medication?_containedType=contained", "only _contained=false");
    check_refused(&store, "Medication?_list=$current-medications", "$current-medications are not kept here");
    check_refused(&store, "Condition?code:in=http://snomed.info/sct?fhir_vs=isa/73211009", "lists its codes");
    check_refused(&store, "Patient?_query=mine", "named queries");
    check_refused(&store, "Patient?_score=1", "named queries");
    check(&store, "Medication?_contained=false", &[]);
}

#[test]
fn hierarchies_of_codes_are_followed() {
    let store = loaded(&[
        r#"{"resourceType":"Encounter","id":"e1","status":"finished","class":{"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"ACUTE"}}"#,
        r#"{"resourceType":"Encounter","id":"e2","status":"finished","class":{"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"AMB"}}"#,
    ]);
    check(&store, "Encounter?class:below=http://terminology.hl7.org/CodeSystem/v3-ActCode|IMP", &["e1"]);
    check(&store, "Encounter?class:above=http://terminology.hl7.org/CodeSystem/v3-ActCode|ACUTE", &["e1"]);
    check_refused(&store, "Encounter?class:below=IMP", "system|code");
    check_refused(&store, "Encounter?class:below=http://snomed.info/sct|126851005", "not known here");
}

#[test]
fn times_are_compared_as_spans() {
    let store = loaded(&[
        r#"{"resourceType":"Observation","id":"day","status":"final","code":{},"effectiveDateTime":"2013-01-14"}"#,
        r#"{"resourceType":"Observation","id":"hour","status":"final","code":{},"effectiveDateTime":"2013-01-14T10:00:00+01:00"}"#,
        r#"{"resourceType":"Observation","id":"year","status":"final","code":{},"effectiveDateTime":"2013"}"#,
        r#"{"resourceType":"Observation","id":"period","status":"final","code":{},"effectivePeriod":{"start":"2013-01-10","end":"2013-01-20"}}"#,
        r#"{"resourceType":"Observation","id":"open","status":"final","code":{},"effectivePeriod":{"start":"2013-01-14"}}"#,
        r#"{"resourceType":"Observation","id":"none","status":"final","code":{}}"#,
    ]);
    check(&store, "Observation?date=2013-01-14", &["day", "hour"]);
    check(&store, "Observation?date=eq2013-01-14T09:00Z", &["hour"]);
    check(&store, "Observation?date=2013", &["day", "hour", "year", "period"]);
    check(&store, "Observation?date=ne2013-01-14", &["year", "period", "open"]);
    check(&store, "Observation?date=gt2013-01-14", &["year", "period", "open"]);
    check(&store, "Observation?date=lt2013-01-14", &["year", "period"]);
    check(&store, "Observation?date=ge2013-01-14", &["day", "hour", "year", "period", "open"]);
    check(&store, "Observation?date=le2013-01-14", &["day", "hour", "year", "period"]);
    check(&store, "Observation?date=sa2013-01-13", &["day", "hour", "open"]);
    check(&store, "Observation?date=eb2013-01-15", &["day", "hour"]);
    check(&store, "Observation?date=ge2013-01-01&date=lt2013-01-11", &["period", "year"]);
    check(&store, "Observation?date=ap2013-01-14", &["day", "hour", "year", "period", "open"]);
    check(&store, "Observation?date:missing=true", &["none"]);
    check_refused(&store, "Observation?date=14.01.2013", "2024-05-17");
    check_refused(&store, "Observation?date=ge", "2024-05-17");
}

#[test]
fn quantities_meet_in_base_units() {
    let observed = |id: &str, value: &str| {
        format!(r#"{{"resourceType":"Observation","id":"{id}","status":"final","code":{{}},"valueQuantity":{value}}}"#)
    };
    let texts = [
        observed("mg", r#"{"value":5.4,"unit":"mg","system":"http://unitsofmeasure.org","code":"mg"}"#),
        observed("g", r#"{"value":0.0054,"unit":"gram","system":"http://unitsofmeasure.org","code":"g"}"#),
        observed("less", r#"{"value":5,"comparator":"<","system":"http://unitsofmeasure.org","code":"mg"}"#),
        observed("own", r#"{"value":5.4,"unit":"drops"}"#),
        observed("other", r#"{"value":5.4,"system":"http://own","code":"mg"}"#),
    ];
    let store = loaded(&texts.iter().map(String::as_str).collect::<Vec<_>>());
    check(&store, "Observation?value-quantity=5.4|http://unitsofmeasure.org|mg", &["mg", "g"]);
    check(&store, "Observation?value-quantity=5.40e-3|http://unitsofmeasure.org|g", &["mg", "g"]);
    check(&store, "Observation?value-quantity=5.4|http://own|mg", &["other"]);
    check(&store, "Observation?value-quantity=5.4||mg", &["mg", "g", "other"]);
    check(&store, "Observation?value-quantity=5.4||gram", &[]);
    check(&store, "Observation?value-quantity=0.0054||gram", &["g"]);
    check(&store, "Observation?value-quantity=5.4||drops", &["own"]);
    check(&store, "Observation?value-quantity=5.4", &["mg", "own", "other"]);
    check(&store, "Observation?value-quantity=5", &["mg", "own", "other"]);
    check(&store, "Observation?value-quantity=lt5|http://unitsofmeasure.org|mg", &["less"]);
    check(&store, "Observation?value-quantity=gt5|http://unitsofmeasure.org|mg", &["mg", "g"]);
    check(&store, "Observation?value-quantity=ap5|http://unitsofmeasure.org|mg", &["mg", "g", "less"]);
    check(&store, "Observation?combo-value-quantity=5.4|http://own|mg", &["other"]);
    check_refused(&store, "Observation?value-quantity=five", "5.40");
    check_refused(&store, "Observation?value-quantity=5|mg", "5.4|http://unitsofmeasure.org|mg");
}

#[test]
fn references_are_found_however_they_are_written() {
    let store = loaded(&[
        r#"{"resourceType":"Patient","id":"p1"}"#,
        r#"{"resourceType":"Observation","id":"o1","status":"final","code":{},"subject":{"reference":"Patient/p1"},"performer":[{"reference":"Practitioner/d1"}]}"#,
        r#"{"resourceType":"Observation","id":"o2","status":"final","code":{},"subject":{"reference":"http://there/fhir/Patient/p1"}}"#,
        r#"{"resourceType":"Observation","id":"o3","status":"final","code":{},"subject":{"identifier":{"system":"urn:x","value":"77"}}}"#,
        r#"{"resourceType":"Observation","id":"o4","status":"final","code":{},"subject":{"reference":"Patient/p1"},"performer":[{"reference":"Patient/p2"}]}"#,
        r#"{"resourceType":"Observation","id":"o5","status":"final","code":{},"subject":{"reference":"Group/g1"},"hasMember":[{"reference":"Observation/o1/_history/1"}]}"#,
        r#"{"resourceType":"CarePlan","id":"c1","status":"active","intent":"plan","subject":{"reference":"Patient/p1"},"instantiatesCanonical":["http://x/plan|2"]}"#,
    ]);
    check(&store, "Observation?subject=Patient/p1", &["o1", "o4"]);
    check(&store, "Observation?patient=p1", &["o1", "o4"]);
    check(&store, "Observation?subject=p1", &["o1", "o4"]);
    check(&store, "Observation?subject:Patient=p1", &["o1", "o4"]);
    check(&store, "Observation?subject=http://there/fhir/Patient/p1", &["o2"]);
    check(&store, "Observation?subject:identifier=urn:x|77", &["o3"]);
    check(&store, "Observation?subject=Group/g1", &["o5"]);
    check(&store, "Observation?subject=Patient/p9", &[]);
    check(&store, "Observation?patient=p1,p9", &["o1", "o4"]);
    check(&store, "Observation?performer=Practitioner/d1", &["o1"]);
    check(&store, "Observation?performer=Patient/p2", &["o4"]);
    check(&store, "Observation?has-member=Observation/o1", &["o5"]);
    check(&store, "Observation?has-member=Observation/o1/_history/1", &["o5"]);
    check(&store, "Observation?subject:missing=true", &[]);
    check(&store, "Observation?performer:missing=true", &["o2", "o3", "o5"]);
    check(&store, "Observation?patient:missing=true", &["o3", "o5"]);
    check(&store, "CarePlan?instantiates-canonical=http://x/plan", &["c1"]);
    check(&store, "CarePlan?instantiates-canonical=http://x/plan|2", &["c1"]);
    check(&store, "CarePlan?instantiates-canonical=http://x/plan|3", &[]);
    check_refused(&store, "Observation?subject:Medication=1", "modifiers");
    check_refused(&store, "Observation?subject:Patient=Group/1", "another one");
}

#[test]
fn canonical_addresses_may_be_bare_words_behind_a_filter() {
    let store = loaded(&[
        r#"{"resourceType":"Library","id":"l1","status":"draft","type":{"text":"x"},"relatedArtifact":[{"type":"predecessor","resource":"older-one"},{"type":"successor","resource":"newer-one"}]}"#,
    ]);
    check(&store, "Library?predecessor=older-one", &["l1"]);
    check(&store, "Library?predecessor=newer-one", &[]);
    check(&store, "Library?successor=newer-one", &["l1"]);
}

#[test]
fn the_parts_of_a_composite_hold_together() {
    let pressure = |id: &str, high: &str, low: &str| {
        format!(
            r#"{{"resourceType":"Observation","id":"{id}","status":"final","code":{{"coding":[{{"code":"bp"}}]}},"component":[
            {{"code":{{"coding":[{{"system":"http://loinc.org","code":"sys"}}]}},"valueQuantity":{{"value":{high},"system":"http://unitsofmeasure.org","code":"mm[Hg]"}}}},
            {{"code":{{"coding":[{{"system":"http://loinc.org","code":"dia"}}]}},"valueQuantity":{{"value":{low},"system":"http://unitsofmeasure.org","code":"mm[Hg]"}}}}]}}"#
        )
    };
    let texts = [pressure("a", "150", "90"), pressure("b", "90", "60")];
    let mut texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    texts.push(r#"{"resourceType":"Observation","id":"c","status":"final","code":{"coding":[{"code":"sys"}]},"valueQuantity":{"value":90,"system":"http://unitsofmeasure.org","code":"mm[Hg]"}}"#);
    let store = loaded(&texts);
    check(&store, "Observation?component-code-value-quantity=sys$90", &["b"]);
    check(&store, "Observation?component-code-value-quantity=http://loinc.org|sys$gt100", &["a"]);
    check(&store, "Observation?code-value-quantity=sys$90", &["c"]);
    check(&store, "Observation?combo-code-value-quantity=sys$90", &["b", "c"]);
    check(&store, "Observation?combo-code-value-quantity=dia$lt70,sys$gt140", &["a", "b"]);
    check_refused(&store, "Observation?component-code-value-quantity=sys", "joined by $");
}

#[test]
fn positions_are_found_nearby() {
    let store = loaded(&[
        r#"{"resourceType":"Location","id":"oslo","position":{"longitude":10.7522,"latitude":59.9139}}"#,
        r#"{"resourceType":"Location","id":"bergen","position":{"longitude":5.3221,"latitude":60.3913}}"#,
    ]);
    check(&store, "Location?near=59.9|10.75", &["oslo"]);
    check(&store, "Location?near=59.9|10.75|400|km", &["oslo", "bergen"]);
    check(&store, "Location?near=59.9|10.75|200|km", &["oslo"]);
    check_refused(&store, "Location?near=north", "latitude|longitude");
}

#[test]
fn common_parameters_work_on_every_type() {
    let store = loaded(&[
        r#"{"resourceType":"Basic","id":"a","meta":{"tag":[{"system":"t","code":"x"}],"profile":["http://p/1"],"source":"http://s/1","security":[{"code":"R"}]},"text":{"status":"generated","div":"<div xmlns='http://www.w3.org/1999/xhtml'>Sår på foten</div>"},"code":{"text":"Vekt"}}"#,
        r#"{"resourceType":"Basic","id":"b","code":{"text":"sår"}}"#,
        r#"{"resourceType":"List","id":"l","status":"current","mode":"working","entry":[{"item":{"reference":"Basic/b"}}]}"#,
    ]);
    check(&store, "Basic?_tag=t|x", &["a"]);
    check(&store, "Basic?_profile=http://p/1", &["a"]);
    check(&store, "Basic?_source=http://s/1", &["a"]);
    check(&store, "Basic?_security=R", &["a"]);
    check(&store, "Basic?_id=a", &["a"]);
    check(&store, "Basic?_id=a,b,c", &["a", "b"]);
    check(&store, "Basic?_id:not=a", &["b"]);
    check(&store, "Basic?_lastUpdated=gt2000-01-01", &["a", "b"]);
    check(&store, "Basic?_lastUpdated=lt2000-01-01", &[]);
    check(&store, "Basic?_text=sår fot", &["a"]);
    check(&store, "Basic?_content=saar", &["a", "b"]);
    check(&store, "Basic?_list=l", &["b"]);
    check(&store, "Basic", &["a", "b"]);
    check(&store, "?_type=Basic,List", &["a", "b", "l"]);
    check(&store, "?_id=l", &["l"]);
    check_refused(&store, "Basic?_list=$current-problems", "List");
    check_refused(&store, "Basic?_contained=true", "contained");
    check_refused(&store, "?_type=Bsic", "Basic");
    check_refused(&store, "Basic?_count=many", "whole number");
}

#[test]
fn codes_that_are_texts_are_found_in_any_case() {
    let store = loaded(&[
        r#"{"resourceType":"ValueSet","id":"v","url":"http://own/v","version":"1.0-Draft","status":"active"}"#,
        r#"{"resourceType":"Encounter","id":"e","status":"finished","class":{"code":"AMB"}}"#,
    ]);
    check(&store, "ValueSet?version=1.0-Draft", &["v"]);
    check(&store, "ValueSet?version=1.0-DRAFT", &["v"]);
    check(&store, "ValueSet?version:not=1.0-draft", &[]);
    check(&store, "ValueSet?status=Active", &[]);
    check(&store, "Encounter?class=amb", &[]);
}

#[test]
fn what_stands_first_in_a_bundle_is_what_it_is() {
    let store = loaded(&[
        r#"{"resourceType":"Bundle","id":"doc","type":"document","entry":[{"resource":{"resourceType":"Composition","id":"c","status":"final","type":{"text":"x"},"date":"2020","author":[{"display":"x"}],"title":"x"}}]}"#,
        r#"{"resourceType":"Bundle","id":"all","type":"collection","entry":[{"resource":{"resourceType":"Patient","id":"p"}}]}"#,
    ]);
    check(&store, "Bundle?composition:missing=false", &["doc"]);
    check(&store, "Bundle?composition=Composition/c", &["doc"]);
    check(&store, "Bundle?message:missing=false", &[]);
}
