//! What access costs: the same searches by one who sees everything, and by staff with few or many patients in care.
//!
//! `cargo run --release -p akson-store --example access_cost -- PATIENTS`

#![allow(clippy::print_stdout, clippy::unwrap_used, clippy::disallowed_methods, clippy::panic)]

use std::collections::HashMap;
use std::time::Duration;

use akson_fhir::definition::Definitions;
use akson_fhir::resource::Resource;
use akson_fhir::value::date::Zone;
use akson_store::access::kind::KindSet;
use akson_store::search::numbers::Numbers;
use akson_store::search::query::{Handling, Query};
use akson_store::search::read::Reading;
use akson_store::search::registry::Registry;
use akson_store::search::sight::{Blocked, Blocks, Clause, Limits, OpeningKind, Scope, Sight};
use akson_store::{Companions, Expect, Options, Store};

/// 2026-03-10.
const MOMENT: i64 = 1_773_100_800_000_000;

/// A name, and the address of the nth search.
type Shape = (&'static str, Box<dyn Fn(usize) -> String>);

fn main() {
    let patients: usize = std::env::args().nth(1).and_then(|n| n.parse().ok()).unwrap_or(10_000);
    let store = Store::in_memory(Options::default()).unwrap();
    for from in (0..patients).step_by(100) {
        write(&store, (from..from + 100).flat_map(chart).collect());
    }
    let rid = |name: &str, n: usize| {
        let view = store.read().unwrap();
        view.place(type_id(name), &format!("{}{n}", name.to_lowercase())).unwrap().map_or(-1, |place| place.rid)
    };
    let keys = |team: usize| -> Numbers {
        (0..7).map(|n| rid("Practitioner", n)).chain([rid("Organization", team)]).collect()
    };
    let parts: Numbers = (0..patients).map(|n| rid("Patient", n)).collect();
    let sights = [
        ("everything", Sight::everything()),
        ("care for all", of_care(keys(0))),
        ("care for 1 of 10", of_care(keys(1))),
        ("care for 40", of_care(keys(2))),
        ("a list of all", with(vec![vec![Clause::Parts(parts)]], Vec::new())),
    ];
    let patient = |n: usize| n * 7919 % 40;
    let shapes: Vec<Shape> = vec![
        ("patient + code", Box::new(move |n| format!("Observation?patient=patient{}&code=8481", patient(n)))),
        (
            "patient, latest 20",
            Box::new(move |n| format!("Observation?patient=patient{}&_sort=-date&_count=20", patient(n))),
        ),
        ("patient by id", Box::new(move |n| format!("Patient?_id=patient{}", patient(n)))),
        ("name, first 20", Box::new(|n| format!("Patient?name=Name{}&_count=20", n % 50))),
        ("identifier", Box::new(move |n| format!("Patient?identifier={}", patient(n)))),
        ("chain by name", Box::new(|n| format!("Observation?patient.name=Name{}&code=8481&_count=20", n % 50))),
        ("_has code, first 20", Box::new(|_| "Patient?_has:Observation:patient:code=8481&_count=20".to_owned())),
        ("code, latest 20", Box::new(|_| "Observation?code=8481&_sort=-date&_count=20".to_owned())),
    ];
    for (shape, address) in &shapes {
        print!("{shape:22}");
        let mut full = 0.0;
        for (name, sight) in &sights {
            let per_second = measure(&store, &sight.at(MOMENT), address);
            full = if full == 0.0 { per_second } else { full };
            print!("  {name} {per_second:.0}/s ({:.2})", per_second / full);
        }
        println!();
    }
}

fn of_care(keys: Numbers) -> Sight {
    let own = Clause::Controllers(vec![0, 4601].into());
    let related = Clause::Related { keys: keys.clone(), kinds: KindSet::CARE };
    let opened = Clause::Opened { who: keys.list()[0], kind: OpeningKind::Declared };
    let codes = ["urn:role|nurse".to_owned()];
    let blocked = Clause::Blocked(Blocked { keys, codes: codes.into(), blocks: Blocks::All });
    let sensitive = Clause::Label([(String::new(), "PSY".to_owned())].into());
    with(vec![vec![own.clone(), related], vec![own, opened]], vec![vec![blocked], vec![sensitive]])
}

fn with(only: Vec<Vec<Clause>>, except: Vec<Vec<Clause>>) -> Sight {
    Sight::new(HashMap::new(), Scope::Some(Limits { only, except }))
}

fn type_id(name: &str) -> akson_fhir::definition::TypeId {
    Definitions::r4().type_id(name).unwrap()
}

fn write(store: &Store, texts: Vec<String>) {
    let view = store.read().unwrap();
    let among = Companions::default();
    let prepared: Vec<_> = texts
        .iter()
        .map(|text| {
            let resource = Resource::parse_json(text.as_bytes()).unwrap();
            let home = store.home(&view, resource.type_id, resource.id().unwrap()).unwrap();
            store.prepare(&view, &resource, home, &among).unwrap()
        })
        .collect();
    drop(view);
    store.write(move |tx| prepared.into_iter().try_for_each(|one| tx.put(one, Expect::Any).map(drop))).wait().unwrap();
}

/// A patient in care by organization 0, every tenth also by 1, the first 40 also by 2, and by a few others.
fn chart(n: usize) -> Vec<String> {
    let units =
        [Some(0), n.is_multiple_of(10).then_some(1), (n < 40).then_some(2), Some(10 + n % 50), Some(60 + n % 7)];
    let managed: Vec<String> = units
        .into_iter()
        .flatten()
        .map(|unit| format!(r#"{{"reference":"Organization/organization{unit}"}}"#))
        .collect();
    let mut texts = vec![
        format!(
            r#"{{"resourceType":"Patient","id":"patient{n}","identifier":[{{"system":"urn:x","value":"{n}"}}],"name":[{{"family":"Name{}"}}],"generalPractitioner":[{{"reference":"Practitioner/practitioner{}"}}]}}"#,
            n % 50,
            100 + n % 20
        ),
        format!(
            r#"{{"resourceType":"CareTeam","id":"t{n}","status":"active","subject":{{"reference":"Patient/patient{n}"}},"managingOrganization":[{}],"participant":[{{"member":{{"reference":"Practitioner/practitioner{}"}}}}]}}"#,
            managed.join(","),
            10 + n % 30
        ),
    ];
    for k in 0..20 {
        texts.push(format!(
            r#"{{"resourceType":"Observation","id":"o{n}-{k}","status":"final","code":{{"coding":[{{"system":"http://loinc.org","code":"{}"}}]}},"subject":{{"reference":"Patient/patient{n}"}},"effectiveDateTime":"20{:02}-0{}-01T10:00:00Z","valueQuantity":{{"value":{},"unit":"kg","system":"http://unitsofmeasure.org","code":"kg"}}}}"#,
            8480 + k % 5, k, n % 9 + 1, 50 + k
        ));
    }
    texts
}

fn query(registry: &Registry, address: &str) -> Query {
    let (type_name, rest) = address.split_once('?').unwrap();
    let pairs: Vec<(String, String)> =
        rest.split('&').map(|p| p.split_once('=').unwrap()).map(|(a, b)| (a.to_owned(), b.to_owned())).collect();
    let reading = Reading { registry, base: "", zone: Zone::default(), now_ms: 0, codes: &Default::default };
    let found = Definitions::r4().resource(type_name).unwrap().name;
    Query::parse(&reading, Some(found), &pairs, Handling::Strict).unwrap_or_else(|issues| panic!("{}", issues[0]))
}

/// Answers per second of this thread's own time.
fn measure(store: &Store, sight: &Sight, address: &dyn Fn(usize) -> String) -> f64 {
    let registry = store.registry();
    let (began, mut asked) = (own_time(), 0);
    while own_time() - began < Duration::from_millis(300) {
        let view = store.read().unwrap();
        view.search(&query(&registry, &address(asked)), sight).unwrap_or_else(|_| panic!("refused"));
        asked += 1;
    }
    asked as f64 / (own_time() - began).as_secs_f64()
}

/// How long this thread has run.
fn own_time() -> Duration {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    Duration::from_nanos(text.split(' ').next().unwrap().parse().unwrap())
}
