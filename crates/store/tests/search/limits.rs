//! Limits of search that need data, on both sides of each. Those of the query alone stand in `hostile`.

use akson_store::search::query::{COUNT_MAX, Handling};
use akson_store::search::sight::Sight;
use akson_store::{Companions, Expect, Store};

use crate::ask::{check_refused, ids, load, loaded, page, query};
use crate::support::resource;

/// Writes many resources in few commits.
fn load_many(store: &Store, texts: impl Iterator<Item = String>) {
    let texts: Vec<String> = texts.collect();
    for some in texts.chunks(1_000) {
        let prepared: Vec<_> = {
            let view = store.read().unwrap();
            let one = |text: &String| {
                let resource = resource(text);
                let home = store.home(&view, resource.type_id, resource.id().unwrap()).unwrap();
                store.prepare(&view, &resource, home, &Companions::default()).unwrap()
            };
            some.iter().map(one).collect()
        };
        let write = store.write(move |tx| {
            for one in prepared {
                tx.put(one, Expect::Any)?;
            }
            Ok(())
        });
        write.wait().unwrap();
    }
}

fn basic(id: usize, patient: &str) -> String {
    format!(
        r#"{{"resourceType":"Basic","id":"b{id}","code":{{"text":"x"}},"subject":{{"reference":"Patient/{patient}"}}}}"#
    )
}

fn observation(id: usize) -> String {
    format!(
        r#"{{"resourceType":"Observation","id":"o{id}","status":"final","code":{{"coding":[{{"code":"c{:04}"}}]}},"subject":{{"reference":"Patient/p"}},"effectiveDateTime":"2020-01-01"}}"#,
        id % 7_000
    )
}

#[test]
fn a_page_has_at_most_so_many_matches() {
    let store = loaded(&[]);
    let asked = |count: usize| query(&store, &format!("Patient?_count={count}"), Handling::Strict).unwrap();
    assert_eq!((asked(COUNT_MAX).count, asked(COUNT_MAX).issues.len()), (COUNT_MAX, 0));
    assert_eq!((asked(COUNT_MAX + 1).count, asked(COUNT_MAX + 1).issues.len()), (COUNT_MAX, 1));
}

#[test]
fn so_many_matches_are_sorted_in_memory() {
    // SORTED_MAX, with one of several patients.
    let store = loaded(&[r#"{"resourceType":"Patient","id":"p"}"#]);
    load_many(&store, (0..5_000).map(observation));
    let sorted =
        |sort: &str| page(&store, &format!("Observation?patient=p&_sort={sort}&_count=3"), &Sight::everything());
    let first = |sort: &str| sorted(sort).map(|page| page.matches.len());
    assert_eq!((first("code"), first("date"), first("-_lastUpdated")), (Ok(3), Ok(3), Ok(3)));
    load_many(&store, (5_000..5_001).map(observation));
    assert!(first("code").unwrap_err().contains("more than 5000 matches"));
    assert_eq!(first("date"), Ok(3));
    // A condition that leaves fewer is enough.
    assert_eq!(
        page(&store, "Observation?patient=p&code=c0001&_sort=code", &Sight::everything()).unwrap().matches.len(),
        1
    );
    // One of several patients stands beside the patient's own: it is sorted in memory, the patient's own come by an index.
    let shared = observation(9_999).replace("\"subject\"", "\"performer\":[{\"reference\":\"Patient/q\"}],\"subject\"");
    load(&store, &shared);
    assert_eq!((first("date"), first("-date")), (Ok(3), Ok(3)));
    assert!(first("code").unwrap_err().contains("more than 5000 matches"));
    let fewer = "Observation?patient=p&code=c0001,c2999&_sort=date";
    assert_eq!(page(&store, fewer, &Sight::everything()).unwrap().matches.len(), 3);
    let whole = page(&store, "Observation?_sort=-_lastUpdated&_count=3", &Sight::everything()).unwrap();
    assert_eq!(whole.matches.len(), 3);
}

#[test]
fn so_many_resources_are_included() {
    // INCLUDED_MAX.
    let store = loaded(&[r#"{"resourceType":"Patient","id":"p"}"#]);
    load_many(&store, (0..1_000).map(|n| basic(n, "p")));
    let asked = || page(&store, "Patient?_id=p&_revinclude=Basic:patient", &Sight::everything()).unwrap();
    assert_eq!((asked().included.len(), asked().issues.len()), (1_000, 0));
    load(&store, &basic(1_000, "p"));
    assert_eq!((asked().included.len(), asked().issues.len()), (1_000, 1));
    assert!(asked().issues[0].text.contains("more than 1000"));
    let wild = page(&store, "Patient?_id=p&_revinclude=*", &Sight::everything()).unwrap();
    assert_eq!((wild.included.len(), wild.issues.len()), (1_000, 1));
}

#[test]
fn includes_of_includes_go_so_far() {
    // ROUNDS_MAX.
    let store = loaded(&[]);
    for n in 0..12 {
        let text = format!(
            r#"{{"resourceType":"Organization","id":"o{n}","name":"x","partOf":{{"reference":"Organization/o{}"}}}}"#,
            n + 1
        );
        load(&store, &text);
    }
    let found = page(&store, "Organization?_id=o0&_include:iterate=Organization:partof", &Sight::everything()).unwrap();
    assert_eq!(found.included.len(), 8);
    let found = page(&store, "Organization?_id=o4&_include:iterate=Organization:partof", &Sight::everything()).unwrap();
    assert_eq!(found.included.len(), 7);
}

#[test]
fn filters_have_limits() {
    let store = loaded(&[]);
    let asks = |filter: String| query(&store, &format!("Patient?_filter={filter}"), Handling::Strict).map(|_| ());
    let nested = |depth: usize| format!("{}family eq a{}", "(".repeat(depth), ")".repeat(depth));
    assert!(asks(nested(16)).is_ok() && asks(nested(17)).is_err());
    let many = |count: usize| vec!["family eq a"; count].join(" or ");
    assert!(asks(many(200)).is_ok() && asks(many(201)).is_err());
    let long = |bytes: usize| format!("family eq \"{}\"", "a".repeat(bytes - 12));
    assert!(asks(long(8_192)).is_ok() && asks(long(8_193)).is_err());
}

#[test]
fn a_question_has_so_many_conditions() {
    // CONDITIONS_MAX, after chains are spelled out for all types they may pass.
    let store = loaded(&[]);
    let asks = |address: &str| query(&store, address, Handling::Strict).map(|_| ());
    let values = |count: usize| vec!["a"; count].join(",");
    assert!(asks(&format!("Patient?name={0}&family={0}&given={0}", values(450))).is_ok());
    let refused = asks(&format!("Patient?name={0}&family={0}&given={0}&address={0}&phone={0}", values(450)));
    assert!(refused.unwrap_err().contains("more than 2000 conditions"));
}

#[test]
fn a_distance_has_an_end() {
    let store = loaded(&[]);
    assert!(ids(&store, "Location?near=59|10|1000|km").is_empty());
    check_refused(&store, "Location?near=59|10|1001|km", "at most 1000 km");
}

#[test]
fn words_are_looked_for_in_so_many_resources() {
    // LOOKED_MAX.
    let store = loaded(&[]);
    load_many(&store, (0..20_000).map(|n| basic(n, "p")));
    assert_eq!(page(&store, "Basic?_content=x&_count=2", &Sight::everything()).unwrap().matches.len(), 2);
    assert!(ids(&store, "Basic?_content=nothing").is_empty());
    load(&store, &basic(20_000, "p"));
    check_refused(&store, "Basic?_content=nothing", "more than 20000 resources would have to be read");
    assert!(ids(&store, "Basic?_content=nothing&_id=b7").is_empty());
}
