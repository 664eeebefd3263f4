//! The definitions that come with the program are whole and lead where they should.

#![allow(clippy::print_stdout, reason = "speed is told, not asserted")]

use super::*;

fn r4() -> &'static Definitions {
    Definitions::r4()
}

fn id(name: &str) -> TypeId {
    r4().type_id(name).unwrap_or_else(|| panic!("{name}"))
}

fn name(id: TypeId) -> &'static str {
    r4().get(id).name
}

/// A member as "path type cardinality".
fn member(of: &str, key: &str) -> String {
    let Some(child) = r4().child(id(of), key) else {
        return "none".to_owned();
    };
    let max = child.element.max.map_or("*".to_owned(), |max| max.to_string());
    let array = if child.element.array { " array" } else { "" };
    format!("{} {} {}..{max}{array}", child.element.path, name(child.type_id), child.element.min)
}

#[test]
fn everything_is_there() {
    let kinds = |kind: TypeKind| r4().types().iter().filter(|found| found.kind == kind).count();
    assert_eq!(kinds(TypeKind::Resource), 148);
    assert_eq!(kinds(TypeKind::Primitive) + kinds(TypeKind::Complex), 63);
    assert_eq!(kinds(TypeKind::Primitive), 20);
    assert_eq!(r4().resource_types().count(), 146);
    assert_eq!(r4().all_search_parameters().len(), 1375);
    assert_eq!(r4().operations().len(), 46);
    assert_eq!(r4().profile_urls().count(), 437);
    assert_eq!(r4().compartments().count(), 5);
    assert!(r4().value_set_urls().count() > 1300 && r4().code_system_urls().count() > 1000);
}

#[test]
fn members_are_found_by_key() {
    let cases = [
        ("Observation", "valueQuantity", "Observation.value[x] Quantity 0..1"),
        ("Observation", "value", "none"),
        ("Observation", "resourceType", "none"),
        ("Observation", "category", "Observation.category CodeableConcept 0..* array"),
        ("Observation", "id", "Observation.id id 0..1"),
        (
            "Observation.component",
            "referenceRange",
            "Observation.component.referenceRange Observation.referenceRange 0..* array",
        ),
        ("Bundle.entry", "link", "Bundle.entry.link Bundle.link 0..* array"),
        ("Bundle.entry", "resource", "Bundle.entry.resource Resource 0..1"),
        ("Patient", "contact", "Patient.contact Patient.contact 0..* array"),
        ("Patient.contact", "relationship", "Patient.contact.relationship CodeableConcept 0..* array"),
        ("Patient.contact", "id", "Patient.contact.id string 0..1"),
        ("Patient", "deceasedBoolean", "Patient.deceased[x] boolean 0..1"),
        ("Patient", "contained", "Patient.contained Resource 0..* array"),
        ("Extension", "url", "Extension.url uri 1..1"),
        ("Extension", "valueBase64Binary", "Extension.value[x] base64Binary 0..1"),
        ("Questionnaire.item", "item", "Questionnaire.item.item Questionnaire.item 0..* array"),
        ("Timing", "repeat", "Timing.repeat Timing.repeat 0..1"),
        ("Narrative", "div", "Narrative.div xhtml 1..1"),
        ("string", "extension", "string.extension Extension 0..* array"),
        ("string", "value", "none"),
    ];
    for (of, key, expected) in cases {
        assert_eq!(member(of, key), expected, "{of} {key}");
    }
    assert!(r4().child(id("Extension"), "url").is_some_and(|child| child.element.attribute));
    assert_eq!(r4().choice(id("Observation"), "value").map(|found| found.types.len()), Some(11));
    assert!(r4().choice(id("Observation"), "code").is_none());
}

#[test]
fn every_member_leads_to_its_type() {
    for found in r4().types() {
        assert_eq!(r4().type_id(found.name), Some(found.id));
        assert!(!found.name.is_empty());
        for element in &found.elements {
            assert!(!element.types.is_empty(), "{}", element.path);
            for held in element.types {
                let type_name = name(held.id);
                let mut letters = type_name.chars();
                let first = letters.next().unwrap_or_default().to_ascii_uppercase();
                let key = match element.choice {
                    true => format!("{}{first}{}", element.name, letters.as_str()),
                    false => element.name.to_owned(),
                };
                let child = r4().child(found.id, &key).unwrap_or_else(|| panic!("{} {key}", found.name));
                assert_eq!((child.element.path, child.type_id), (element.path, held.id));
            }
        }
        let mut rules = found.constraints.iter().chain(found.elements.iter().flat_map(|element| element.constraints));
        assert!(rules.all(|rule| !rule.key.is_empty() && !rule.human.is_empty()), "{}", found.name);
    }
}

#[test]
fn types_know_their_ancestors_and_rules() {
    let is_a = |kind: &str, ancestor: &str| r4().is_a(id(kind), id(ancestor));
    assert!(is_a("Patient", "DomainResource") && is_a("Bundle", "Resource") && !is_a("Bundle", "DomainResource"));
    assert!(is_a("code", "string") && is_a("Age", "Quantity") && is_a("Patient.contact", "BackboneElement"));
    let patient = r4().get(id("Patient"));
    assert!(patient.constraints.iter().any(|rule| rule.key == "dom-3" && rule.error));
    assert!(r4().get(id("Patient.contact")).constraints.iter().any(|rule| rule.key == "pat-1"));
    assert!(patient.elements.iter().all(|element| element.constraints.iter().all(|rule| rule.key != "ele-1")));
    let gender = r4().element(id("Patient"), "gender").and_then(|found| found.binding).expect("bound");
    assert_eq!(gender.strength, Strength::Required);
    assert_eq!(gender.value_set, "http://hl7.org/fhir/ValueSet/administrative-gender|4.0.1");
    let targets = r4().element(id("Observation"), "subject").map(|found| found.types[0].targets.as_slice());
    assert_eq!(targets, Some(&["Patient", "Group", "Device", "Location"][..]));
    assert_eq!(r4().get(id("id")).regex, Some("[A-Za-z0-9\\-\\.]{1,64}"));
    assert!(
        r4().resource("Resource").is_none()
            && r4().resource("HumanName").is_none()
            && r4().resource("Patient").is_some()
    );
}

#[test]
fn search_parameters_and_compartments() {
    let patient = r4().search_parameters("Patient");
    let find = |code: &str| patient.iter().find(|parameter| parameter.code == code).unwrap_or_else(|| panic!("{code}"));
    assert_eq!(find("birthdate").kind, SearchKind::Date);
    assert_eq!(find("_id").expression, "Resource.id");
    assert_eq!(find("_text").base, ["DomainResource"]);
    assert!(find("death-date").expression.contains("as dateTime"));
    let observation = r4().search_parameters("Observation");
    let both = observation.iter().find(|parameter| parameter.code == "code-value-quantity").expect("composite");
    assert_eq!(both.components.len(), 2);
    assert!(r4().search_parameters("Bundle").iter().all(|parameter| parameter.code != "_text"));
    assert_eq!(r4().compartment("Patient", "Observation"), Some(&["subject", "performer"][..]));
    assert_eq!(r4().compartment("Patient", "Medication"), Some(&[][..]));
    assert_eq!(r4().compartment("Patient", "Nothing"), None);
}

#[test]
fn value_sets_say_yes_no_or_nothing() {
    let set = |name: &str| {
        r4().value_set(&format!("http://hl7.org/fhir/ValueSet/{name}")).unwrap_or_else(|| panic!("{name}"))
    };
    let gender = "http://hl7.org/fhir/administrative-gender";
    assert_eq!(set("administrative-gender|4.0.1").contains(Some(gender), "female"), Some(true));
    assert_eq!(set("administrative-gender").contains(Some(gender), "Female"), Some(false));
    assert_eq!(set("administrative-gender").contains(None, "female"), Some(true));
    assert_eq!(set("administrative-gender").codes().map(<[Coded]>::len), Some(4));
    assert_eq!(set("mimetypes").contains(None, "text/plain"), None);
    assert_eq!(set("condition-code").contains(Some("http://snomed.info/sct"), "1"), None);
    assert_eq!(set("condition-code").contains(Some("http://loinc.org"), "1"), Some(false));
    assert_eq!(set("resource-types").contains(None, "Patient"), Some(true));
    assert!(
        r4().value_set("http://terminology.hl7.org/ValueSet/v3-ActEncounterCode")
            .is_some_and(|set| set.contains(None, "AMB") == Some(true))
    );
    let urls: Vec<_> = r4().value_set_urls().collect();
    for url in urls {
        let set = r4().value_set(url).expect("known");
        assert_eq!(set.url, url);
        assert!(
            set.known
                .iter()
                .all(|known| !known.code.is_empty() && set.contains(Some(known.system), known.code) == Some(true))
        );
    }
}

#[test]
fn required_bindings_can_be_judged() {
    let mut open = std::collections::BTreeSet::new();
    for element in r4().types().iter().flat_map(|found| &found.elements) {
        let Some(binding) = element.binding.filter(|binding| binding.strength == Strength::Required) else {
            continue;
        };
        match r4().value_set(binding.value_set) {
            Some(set) if set.codes().is_some() => {}
            _ => drop(open.insert(binding.value_set)),
        }
    }
    let expected = [
        "http://hl7.org/fhir/ValueSet/currencies|4.0.1",
        "http://hl7.org/fhir/ValueSet/mimetypes|4.0.1",
        "http://hl7.org/fhir/ValueSet/ucum-units|4.0.1",
        "http://loinc.org/vs/LL379-9|4.0.1",
    ];
    assert_eq!(open.into_iter().collect::<Vec<_>>(), expected);
}

#[test]
fn code_systems_know_their_hierarchy() {
    let act = r4().code_system("http://terminology.hl7.org/CodeSystem/v3-ActCode").expect("known");
    assert!(act.is_a("AMB", "_ActEncounterCode") && act.is_a("AMB", "AMB") && !act.is_a("_ActEncounterCode", "AMB"));
    assert_eq!(act.find("AMB").map(|found| found.display), Some("ambulatory"));
    assert!(act.case_sensitive && act.find("amb").is_none());
    let urls: Vec<_> = r4().code_system_urls().collect();
    for url in urls {
        let system = r4().code_system(url).expect("known");
        assert_eq!(system.url, url);
        assert!(system.concepts.iter().all(|concept| !concept.code.is_empty() && concept.parents.len() < 9));
    }
}

#[test]
fn profiles_and_operations_are_json() {
    let urls: Vec<_> = r4().profile_urls().collect();
    for url in urls {
        let text = r4().profile_text(url).expect("known");
        let value: serde_json::Value = serde_json::from_str(text).expect("json");
        assert_eq!(value["url"], url);
        assert!(value["snapshot"]["element"].as_array().is_some_and(|elements| elements.len() > 1));
    }
    for operation in r4().operations() {
        let value: serde_json::Value = serde_json::from_str(r4().operation_text(operation)).expect("json");
        assert_eq!(value["code"], operation.code);
    }
    let everything = r4().operations().iter().find(|found| found.url.ends_with("Patient-everything")).expect("known");
    assert!(everything.instance && everything.on_type && !everything.system);
    assert!(r4().profile_text("http://hl7.org/fhir/StructureDefinition/patient-birthPlace").is_some());
}

#[test]
fn definitions_are_read_and_searched_fast() {
    let start = std::time::Instant::now();
    let read = read::read(include_bytes!("../../definitions/r4.bin"));
    println!("read in {:?}", start.elapsed());
    let keys = ["status", "code", "subject", "valueQuantity", "effectiveDateTime", "component", "bodySite", "unknown"];
    let observation = id("Observation");
    let start = std::time::Instant::now();
    let rounds = 100_000;
    let found = (0..rounds)
        .flat_map(|_| keys)
        .filter(|key| read.child(observation, std::hint::black_box(key)).is_some())
        .count();
    println!("{:?} per member", start.elapsed() / (rounds * keys.len() as u32));
    assert_eq!(found, rounds as usize * (keys.len() - 1));
}
