//! What a caller does not see takes no part in anything.
//!
//! Two stores with the same resources for the caller, and others besides that he does not see, answer byte for byte alike;
//! what he reads he finds, and what he finds he reads.

use std::collections::HashMap;

use akson_fhir::definition::Definitions;
use akson_store::search::query::Handling;
use akson_store::search::sight::{Clause, Limits, Scope, Sight};
use akson_store::{Place, Store};

use crate::ask::{ids_of, load, page, query};
use crate::support;

/// Numbers that look random and are the same each time.
pub struct Chance(pub u64);

impl Chance {
    pub fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % end
    }

    pub fn of<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.below(list.len())]
    }
}

const PATIENTS: usize = 6;

/// A patient with a few resources.
fn chart(n: usize) -> Vec<String> {
    let mut texts = vec![
        format!(
            r#"{{"resourceType":"Patient","id":"p{n}","name":[{{"family":"{}","given":["G{n}"]}}],"gender":"{}","birthDate":"19{}0","generalPractitioner":[{{"reference":"Practitioner/d{}"}}]}}"#,
            ["Hansen", "Olsen", "Moe"][n % 3],
            ["male", "female"][n % 2],
            n % 8,
            n % 2
        ),
        format!(
            r#"{{"resourceType":"Encounter","id":"e{n}","status":"finished","class":{{"code":"AMB"}},"subject":{{"reference":"Patient/p{n}"}},"serviceProvider":{{"reference":"Organization/o"}}}}"#
        ),
        format!(
            r#"{{"resourceType":"Observation","id":"s{n}","status":"final","code":{{"coding":[{{"code":"shared"}}]}},"subject":{{"reference":"Patient/p{n}"}},"performer":[{{"reference":"Patient/p{}"}}]}}"#,
            (n + 1) % PATIENTS
        ),
    ];
    for k in 0..4 {
        texts.push(format!(
            r#"{{"resourceType":"Observation","id":"o{n}-{k}","status":"{}","code":{{"coding":[{{"system":"s","code":"c{}","display":"Code {k}"}}]}},"subject":{{"reference":"Patient/p{n}"}},"encounter":{{"reference":"Encounter/e{n}"}},"effectiveDateTime":"2020-0{}-1{n}","valueQuantity":{{"value":{},"system":"http://unitsofmeasure.org","code":"kg"}},"performer":[{{"reference":"Practitioner/d{}"}}]}}"#,
            ["final", "amended"][k % 2], k % 3, k + 1, 60 + n * 3 + k, (n + k) % 2
        ));
    }
    texts
}

fn shared() -> Vec<String> {
    vec![
        r#"{"resourceType":"Organization","id":"o","name":"Solsiden"}"#.to_string(),
        r#"{"resourceType":"Practitioner","id":"d0","name":[{"family":"Lege"}]}"#.to_string(),
        r#"{"resourceType":"Practitioner","id":"d1","name":[{"family":"Pleier"}]}"#.to_string(),
        r#"{"resourceType":"List","id":"l","status":"current","mode":"working","entry":[{"item":{"reference":"Observation/o0-1"}},{"item":{"reference":"Observation/o4-1"}}]}"#.to_string(),
    ]
}

/// Both stores have the same resources first, so that they stand at the same places; then one has more.
fn two_stores() -> (Store, Store, Sight, Sight) {
    let (one, other) = (support::store(), support::store());
    for text in shared() {
        load(&one, &text);
        load(&other, &text);
    }
    // Patients 0 to 3 are seen. Of the rest only one store has anything.
    for n in 0..4 {
        for text in chart(n) {
            // What patient 3 shares with patient 4 is not seen.
            if !text.contains("\"s3\"") {
                load(&one, &text);
                load(&other, &text);
            }
        }
    }
    for text in chart(3)
        .into_iter()
        .chain((4..PATIENTS).flat_map(chart))
        .filter(|text| !text.contains("\"o3-") && !text.contains("\"p3\",") && !text.contains("\"e3\""))
    {
        load(&other, &text);
    }
    for k in 0..40 {
        load(
            &other,
            &format!(
                r#"{{"resourceType":"Observation","id":"x{k}","status":"final","code":{{"coding":[{{"system":"s","code":"c0"}}]}},"subject":{{"reference":"Patient/p5"}},"effectiveDateTime":"2020-01-01"}}"#
            ),
        );
    }
    load(
        &other,
        r#"{"resourceType":"Provenance","id":"pr","recorded":"2020-01-01T00:00:00Z","target":[{"reference":"Observation/o0-0"},{"reference":"Patient/p4"}],"agent":[{"who":{"reference":"Practitioner/d0"}}]}"#,
    );
    let sight = |store: &Store| sight_of(store, &["p0", "p1", "p2", "p3"]);
    let sights = (sight(&one), sight(&other));
    (one, other, sights.0, sights.1)
}

/// Everything of some patients, and what is nobody's among staff and organizations.
fn sight_of(store: &Store, patients: &[&str]) -> Sight {
    let view = store.read().unwrap();
    let numbers: Vec<i64> =
        patients.iter().map(|id| view.place(support::type_id("Patient"), id).unwrap().unwrap().rid).collect();
    let some = Scope::Some(Limits { only: vec![vec![Clause::Parts(numbers.into())]], except: Vec::new() });
    let scopes = ["Organization", "Practitioner", "List"].map(|name| (name, Scope::Everything));
    Sight::new(HashMap::from(scopes), some)
}

const PARTS: &[&str] = &[
    "code=c0",
    "code=s|c1",
    "code=c0,c2",
    "code:not=c1",
    "code:text=code",
    "status=final",
    "date=ge2020-02",
    "date=2020",
    "date:missing=true",
    "value-quantity=gt65",
    "value-quantity=lt0.07|http://unitsofmeasure.org|t",
    "patient=p0",
    "patient=p4",
    "subject=Patient/p3",
    "performer=Practitioner/d0",
    "performer=Patient/p1",
    "patient.name=hansen",
    "patient.gender=male",
    "subject:Patient.family=moe",
    "patient.general-practitioner:Practitioner.name=lege",
    "encounter.status=finished",
    "encounter.service-provider.name=sol",
    "performer:Practitioner.name=lege",
    "_list=l",
    "_content=shared",
    "_filter=not (code eq c0) or status eq amended",
    "_has:Provenance:target:agent=Practitioner/d0",
    "performer:missing=false",
];
const ENDS: &[&str] = &[
    "",
    "_sort=date",
    "_sort=-date",
    "_sort=-value-quantity",
    "_sort=code,-date",
    "_sort=-_id",
    "_include=Observation:patient",
    "_include=Observation:*",
    "_include=Observation:performer&_revinclude=Observation:has-member",
    "_total=accurate",
    "_summary=count",
    "_revinclude=Provenance:target",
    "_count=2&_sort=-date",
    "_count=3",
    "_count=1&_sort=status",
];
const PEOPLE: &[&str] = &[
    "Patient?_has:Observation:patient:code=c0",
    "Patient?_has:Observation:performer:code=shared",
    "Patient?_has:Observation:patient:_has:Provenance:target:agent=Practitioner/d0",
    "Patient?name=h",
    "Patient?gender=female&_sort=family",
    "Patient?_sort=-birthdate&_count=1",
    "Patient?name:missing=true",
    "Patient?_id=p4",
    "Patient",
    "Patient?_total=accurate&_count=1",
    "Patient?_revinclude=Observation:patient",
    "Patient?_revinclude=*",
    "Patient?_revinclude=Observation:performer&_revinclude:iterate=Provenance:target",
    "Patient?general-practitioner.name=lege",
    "Practitioner?_has:Observation:performer:code=c0&_total=accurate",
    "Practitioner?_revinclude=Observation:performer&_count=1",
    "Organization?_has:Encounter:service-provider:status=finished",
    "Encounter?service-provider=Organization/o&_total=accurate",
    "Provenance",
    "Provenance?agent=Practitioner/d0&_total=accurate",
    "?_type=Observation,Provenance,Patient&_count=4",
    "List?item=Observation/o4-1",
    "List?item.code=c1",
    "List?item:Observation.code=c1&_include=List:item",
];

/// All pages of an answer, in all that a caller gets of them. Times and tokens differ between stores by nature.
fn told(store: &Store, address: &str, sight: &Sight) -> String {
    let mut out = String::new();
    let mut next: Option<String> = None;
    loop {
        let join = if address.contains('?') { "&" } else { "?" };
        let this = next.map_or_else(|| address.to_string(), |token| format!("{address}{join}_page={token}"));
        match page(store, &this, sight) {
            Err(error) => {
                out.push_str(&error);
                return out;
            }
            Ok(page) => {
                for one in page.matches.iter().chain(&page.included) {
                    out.push_str(&format!("{} {} {}\n", one.id, one.version, one.bare()));
                }
                out.push_str(&format!(
                    "{:?} {:?} {} {:?}\n",
                    page.total,
                    page.issues,
                    page.included.len(),
                    page.next.as_ref().map(String::len)
                ));
                next = page.next;
            }
        }
        if next.is_none() {
            return out;
        }
    }
}

#[test]
fn stores_that_differ_in_what_is_not_seen_answer_alike() {
    let (one, other, sight, other_sight) = two_stores();
    let check =
        |address: &str| assert_eq!(told(&one, address, &sight), told(&other, address, &other_sight), "{address}");
    PEOPLE.iter().for_each(|address| check(address));
    let mut chance = Chance(7);
    for _ in 0..600 {
        let mut parts: Vec<&str> = (0..chance.below(3)).map(|_| *chance.of(PARTS)).collect();
        parts.push(*chance.of(ENDS));
        parts.retain(|part| !part.is_empty());
        check(format!("Observation?{}", parts.join("&")).trim_end_matches('?'));
    }
}

#[test]
fn the_test_of_alikeness_sees_a_difference() {
    let (one, other, _, _) = two_stores();
    let all = Sight::everything();
    assert_ne!(told(&one, "Patient?_total=accurate", &all), told(&other, "Patient?_total=accurate", &all));
}

#[test]
fn what_is_seen_is_found_and_what_is_found_is_seen() {
    let (_, store, _, _) = two_stores();
    let mut chance = Chance(3);
    let registry = store.registry();
    for round in 0..40 {
        let patients: Vec<String> = (0..PATIENTS).filter(|_| chance.below(2) == 0).map(|n| format!("p{n}")).collect();
        let names: Vec<&str> = patients.iter().map(String::as_str).collect();
        let sight = match round % 3 {
            0 => sight_of(&store, &names),
            _ => {
                let clause = |chance: &mut Chance| {
                    let part = chance.of(PARTS);
                    let found = query(&store, &format!("Observation?{part}"), Handling::Strict).unwrap();
                    Clause::Where(found.parts[0].1.clone())
                };
                let limits = Limits {
                    only: vec![vec![clause(&mut chance)], vec![clause(&mut chance), clause(&mut chance)]],
                    except: vec![vec![clause(&mut chance)]],
                };
                Sight::new(HashMap::from([("Observation", Scope::Some(limits))]), Scope::Everything)
            }
        };
        let mut found = ids_of(&store, "Observation?_count=1000", &sight).unwrap();
        found.sort();
        let mut seen = Vec::new();
        let view = store.read().unwrap();
        for id in ids_of(&store, "Observation?_count=1000", &Sight::everything()).unwrap() {
            let type_id = support::type_id("Observation");
            let place: Place = view.place(type_id, &id).unwrap().unwrap();
            if view.sees(&sight, type_id, place).unwrap() {
                seen.push(id);
            }
        }
        seen.sort();
        assert_eq!(found, seen, "round {round}");
    }
    assert!(Definitions::r4().resource_types().all(|found| !registry.parameters(found.name).is_empty()));
}

#[test]
fn types_that_are_never_seen_are_refused() {
    let (store, ..) = two_stores();
    let sight = Sight::new(HashMap::from([("Observation", Scope::Everything)]), Scope::Nothing);
    for address in [
        "Patient?name=x",
        "Observation?patient.name=x",
        "Observation?_include=Observation:patient:Patient",
        "Observation?_revinclude=Provenance:target",
        "Observation?_has:Provenance:target:agent=x",
        "Observation?encounter.service-provider.name=x",
    ] {
        assert!(ids_of(&store, address, &sight).unwrap_err().starts_with("forbidden"), "{address}");
    }
    assert!(!ids_of(&store, "Observation?code=c0", &sight).unwrap().is_empty());
}

#[test]
fn a_page_is_not_turned_by_someone_else() {
    let (store, ..) = two_stores();
    let (mine, yours) = (sight_of(&store, &["p0", "p1"]), sight_of(&store, &["p0"]));
    let first = page(&store, "Observation?_count=2", &mine).unwrap();
    let next = format!("Observation?_count=2&_page={}", first.next.unwrap());
    assert!(page(&store, &next, &mine).is_ok());
    assert!(page(&store, &next, &yours).unwrap_err().contains("does not belong"));
}
