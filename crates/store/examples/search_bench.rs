//! How fast searches are in this process: charts made up, or Synthea's bundles with new patients.
//!
//! `cargo run --release -p akson-store --example search_bench -- PATIENTS [FOLDER]`

#![allow(clippy::print_stdout, clippy::unwrap_used, clippy::disallowed_methods, clippy::expect_used, clippy::panic)]

use std::time::{Duration, Instant};

use akson_fhir::definition::Definitions;
use akson_fhir::json::Tree;
use akson_fhir::resource::Resource;
use akson_fhir::value::date::Zone;
use akson_store::search::query::{Handling, Query};
use akson_store::search::read::Reading;
use akson_store::search::sight::Sight;
use akson_store::{Companions, Expect, Options, Store};

fn main() {
    let mut arguments = std::env::args().skip(1);
    let patients: usize = arguments.next().and_then(|n| n.parse().ok()).unwrap_or(1_000);
    let store = Store::in_memory(Options::default()).unwrap();
    let began = Instant::now();
    let mut batch = Vec::new();
    let mut count = 0;
    let mut add = |texts: Vec<String>| {
        count += texts.len();
        batch.extend(texts);
        if batch.len() >= 2_000 {
            write(&store, std::mem::take(&mut batch));
        }
    };
    match arguments.next() {
        None => (0..patients).for_each(|n| add(chart(n))),
        Some(folder) => synthea(&folder, patients, &mut add),
    }
    write(&store, batch);
    println!("{patients} patients, {count} resources in {:.1} s", began.elapsed().as_secs_f64());
    let bytes = std::fs::metadata(store.path()).unwrap().len();
    println!("{} bytes per resource (without the log)", bytes as usize / count);
    ask(&store);
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
    let done = store.write(move |tx| {
        for one in prepared {
            tx.put(one, Expect::Any)?;
        }
        Ok(())
    });
    done.wait().unwrap();
}

fn chart(n: usize) -> Vec<String> {
    let mut texts = vec![
        format!(
            r#"{{"resourceType":"Patient","id":"p{n}","identifier":[{{"system":"urn:x","value":"{n}"}}],"name":[{{"family":"Name{}","given":["Given{}"]}}],"gender":"{}","birthDate":"19{:02}-0{}-11"}}"#,
            n / 2,
            n % 97,
            if n.is_multiple_of(2) { "male" } else { "female" },
            n % 100,
            n % 9 + 1
        ),
        format!(
            r#"{{"resourceType":"Encounter","id":"e{n}","status":"finished","class":{{"code":"AMB"}},"subject":{{"reference":"Patient/p{n}"}},"serviceProvider":{{"reference":"Organization/o{}"}}}}"#,
            n / 10
        ),
    ];
    if n.is_multiple_of(10) {
        texts.push(format!(r#"{{"resourceType":"Organization","id":"o{}","name":"Org {}"}}"#, n / 10, n / 10));
    }
    for k in 0..20 {
        texts.push(format!(
            r#"{{"resourceType":"Observation","id":"o{n}-{k}","status":"final","category":[{{"coding":[{{"system":"http://terminology.hl7.org/CodeSystem/observation-category","code":"vital-signs"}}]}}],"code":{{"coding":[{{"system":"http://loinc.org","code":"{}","display":"Code"}}]}},"subject":{{"reference":"Patient/p{n}"}},"encounter":{{"reference":"Encounter/e{n}"}},"effectiveDateTime":"20{:02}-0{}-01T10:00:00Z","valueQuantity":{{"value":{},"unit":"kg","system":"http://unitsofmeasure.org","code":"kg"}}}}"#,
            8480 + k % 5, k, n % 9 + 1, 50 + k
        ));
    }
    texts
}

fn synthea(folder: &str, patients: usize, add: &mut impl FnMut(Vec<String>)) {
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|e| e.unwrap().path())
        .filter(|p| p.extension().is_some_and(|e| e == "json"))
        .collect();
    files.sort();
    for n in 0..patients {
        let text = std::fs::read_to_string(&files[n % files.len()]).unwrap();
        let tree = Tree::parse(text.as_bytes()).unwrap();
        let mut names: Vec<(String, String, String)> = Vec::new();
        for entry in tree.root().get("entry").unwrap().items() {
            let url = entry.get("fullUrl").and_then(|u| u.str()).unwrap_or_default();
            let resource = entry.get("resource").unwrap();
            let id = format!("{:08x}{}", n, &url[url.len().saturating_sub(28)..]);
            names.push((url.to_string(), format!("{}/{id}", resource.get("resourceType").unwrap().str().unwrap()), id));
        }
        let mut texts = Vec::new();
        for (entry, (_, _, id)) in tree.root().get("entry").unwrap().items().zip(&names) {
            let resource = entry.get("resource").unwrap();
            let mut out = String::new();
            let mut rest = resource.raw();
            while let Some(at) = rest.find("urn:uuid:") {
                out.push_str(&rest[..at]);
                let end = at + rest[at..].find('"').unwrap();
                let said = &rest[at..end];
                out.push_str(names.iter().find(|(url, _, _)| url == said).map_or(said, |(_, name, _)| name));
                rest = &rest[end..];
            }
            out.push_str(rest);
            let old = resource.get("id").and_then(|i| i.str()).unwrap_or("");
            texts.push(out.replacen(&format!("\"id\":\"{old}\""), &format!("\"id\":\"{id}\""), 1));
        }
        add(texts);
    }
}

fn ask(store: &Store) {
    let registry = store.registry();
    let view = store.read().unwrap();
    let sample = |address: &str| {
        let query = query(&registry, address);
        view.search(&query, &Sight::everything()).unwrap_or_else(|_| panic!("{address}")).matches
    };
    let people = sample("Patient?_count=1000");
    let patients: Vec<&str> = people.iter().map(|p| p.id.as_str()).collect();
    let field = |text: &str, key: &str| {
        let tree = Tree::parse(text.as_bytes()).unwrap();
        let found = match key {
            "family" => tree.root().get("name").and_then(|n| n.items().next()).and_then(|n| n.get("family")),
            _ => tree.root().get("identifier").and_then(|n| n.items().next()).and_then(|n| n.get("value")),
        };
        found.and_then(|v| v.as_str()).map(|s| s.into_owned()).unwrap_or_default()
    };
    let families: Vec<String> = people.iter().map(|p| field(p.bare(), "family")).collect();
    let identifiers: Vec<String> = people.iter().map(|p| field(p.bare(), "identifier")).collect();
    let code = {
        let some = sample("Observation?category=vital-signs&_count=1");
        let tree = Tree::parse(some[0].bare().as_bytes()).unwrap();
        tree.root()
            .get("code")
            .and_then(|c| c.get("coding"))
            .and_then(|c| c.items().next())
            .and_then(|c| c.get("code"))
            .and_then(|c| c.str())
            .unwrap()
            .to_string()
    };
    drop(view);
    let at = |list: &[String], n: usize| list[n % list.len()].clone();
    let patient = |n: usize| patients[n * 7919 % patients.len()];
    measure(store, "patient + code + date", |n| format!("Observation?patient={}&code={code}&date=ge2005", patient(n)));
    measure(store, "patient, latest 20", |n| format!("Observation?patient={}&_sort=-date&_count=20", patient(n)));
    measure(store, "patient + category, latest 20", |n| {
        format!("Observation?patient={}&category=vital-signs&_sort=-date&_count=20", patient(n))
    });
    measure(store, "patient's encounters", |n| format!("Encounter?patient={}", patient(n)));
    measure(store, "identifier", |n| format!("Patient?identifier={}", at(&identifiers, n * 31)));
    measure(store, "name", |n| format!("Patient?name={}", at(&families, n * 31)));
    measure(store, "name, one", |n| format!("Patient?name={}&_count=1", at(&families, n * 31)));
    measure(store, "_has", |_| format!("Patient?_has:Observation:patient:code={code}"));
    measure(store, "one-step chain", |n| format!("Observation?patient.name={}&code={code}", at(&families, n * 31)));
    measure(store, "two-step chain", |n| {
        format!("Observation?encounter.patient.identifier={}", at(&identifiers, n * 31))
    });
    measure(store, "chain by organization", |n| {
        format!("Patient?_has:Encounter:patient:service-provider.name=Org {}", n % 50)
    });
    measure(store, "code, latest 20", |_| format!("Observation?code={code}&_sort=-date"));
    measure(store, "include", |n| {
        format!(
            "Observation?patient={}&_sort=-date&_count=20&_include=Observation:patient&_include=Observation:encounter",
            patient(n)
        )
    });
}

fn query(registry: &akson_store::search::registry::Registry, address: &str) -> Query {
    let (type_name, rest) = address.split_once('?').unwrap();
    let pairs: Vec<(String, String)> =
        rest.split('&').map(|p| p.split_once('=').unwrap()).map(|(a, b)| (a.to_string(), b.to_string())).collect();
    let reading = Reading { registry, base: "", zone: Zone::default(), now_ms: 0, codes: &Default::default };
    let found = Definitions::r4().resource(type_name).unwrap().name;
    Query::parse(&reading, Some(found), &pairs, Handling::Strict)
        .unwrap_or_else(|issues| panic!("{address}: {}", issues[0]))
}

fn measure(store: &Store, name: &str, address: impl Fn(usize) -> String) {
    let registry = store.registry();
    let (mut asked, mut found) = (0, 0);
    let began = Instant::now();
    while began.elapsed() < Duration::from_millis(1_500) {
        let query = query(&registry, &address(asked));
        let view = store.read().unwrap();
        let page = view.search(&query, &Sight::everything()).unwrap_or_else(|_| panic!("{name}"));
        found += page.matches.len();
        asked += 1;
    }
    let rate = asked as f64 / began.elapsed().as_secs_f64();
    println!("{name:32} {rate:9.0}/s  {:6.1} matches", found as f64 / asked as f64);
}
