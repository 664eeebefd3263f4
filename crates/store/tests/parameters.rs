//! Search parameters that come and go at run time, beside writes.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout)] // Tests say what went wrong by stopping.

mod support;

use akson_store::{Next, Store};
use support::{Put, put, resource, store};

const URL: &str = "http://example.org/SearchParameter/eye";

fn definition(expression: &str) -> akson_fhir::resource::Resource {
    resource(&format!(
        r#"{{"resourceType":"SearchParameter","url":"{URL}","name":"eye","status":"active","description":"x","code":"eye",
            "base":["Patient"],"type":"token","expression":"{expression}"}}"#
    ))
}

fn patients(store: &Store, count: usize) {
    for n in 0..count {
        put(
            store,
            &format!(
                r#"{{"resourceType":"Patient","language":"nb","gender":"male","birthDate":"2000-01-{:02}"}}"#,
                n % 28 + 1
            ),
            Put::Under(&format!("p{n}")),
        );
    }
}

fn clean(store: &Store) {
    let report = store.verify().unwrap();
    assert!(report.is_clean(), "{:?}", report.told);
}

fn rows(store: &Store) -> i64 {
    let view = store.read().unwrap();
    let sql = "SELECT COUNT(*) FROM token WHERE param = (SELECT MAX(id) FROM parameter) ORDER BY 1 LIMIT 1";
    view.connection().one(sql, &[], |row| row.int(0)).unwrap().unwrap()
}

#[test]
fn a_parameter_is_indexed_beside_writes_and_goes_without_a_trace() {
    let store = store();
    patients(&store, 250);
    let work = store.add_parameter(&definition("Patient.language")).unwrap().unwrap().unwrap();
    // New and changed resources in the midst of it.
    let mut batches = 0;
    let done = store.work(&work, |_| {
        batches += 1;
        patients(&store, 20);
        put(&store, r#"{"resourceType":"Patient","language":"nn"}"#, Put::New);
        if batches == 2 { Next::Stop } else { Next::On }
    });
    assert!(!done.unwrap());
    let open = store.open_work().unwrap();
    assert_eq!(open.len(), 1);
    assert!(store.work(&open[0], |_| Next::On).unwrap());
    assert_eq!(rows(&store), 252);
    clean(&store);
    // Another expression under the same name.
    let work = store.add_parameter(&definition("Patient.gender")).unwrap().unwrap().unwrap();
    assert!(store.work(&work, |_| Next::On).unwrap());
    assert_eq!(rows(&store), 250);
    clean(&store);
    assert!(store.remove_parameter(URL).unwrap());
    assert!(!store.remove_parameter(URL).unwrap());
    assert_eq!(rows(&store), 0);
    clean(&store);
}

#[test]
fn what_is_no_parameter_is_refused() {
    let store = store();
    assert!(store.add_parameter(&definition("Patient.(")).unwrap().is_err());
    assert!(store.open_work().unwrap().is_empty());
}

#[test]
fn a_parameter_half_indexed_goes_on_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let open = || Store::open(&folder.path().join("record.db"), akson_store::Options::default()).unwrap();
    {
        let store = open();
        patients(&store, 250);
        let work = store.add_parameter(&definition("Patient.language")).unwrap().unwrap().unwrap();
        assert!(!store.work(&work, |_| Next::Stop).unwrap());
    }
    let store = open();
    let registry = store.registry();
    assert!(!registry.find("Patient", "eye").unwrap().live);
    let work = store.open_work().unwrap();
    assert_eq!((work.len(), work[0].done), (1, 100));
    let mut told = Vec::new();
    assert!(
        store
            .work(&work[0], |_| {
                told.push(
                    store
                        .registry()
                        .find("Patient", "eye")
                        .unwrap()
                        .progress
                        .load(std::sync::atomic::Ordering::Relaxed),
                );
                Next::On
            })
            .unwrap()
    );
    assert!(told.is_sorted() && told[0] > 0 && told.iter().all(|percent| *percent < 100), "{told:?}");
    assert!(store.registry().find("Patient", "eye").unwrap().live);
    assert_eq!(rows(&store), 250);
    clean(&store);
}

#[test]
fn what_is_searched_alike_is_not_indexed_anew() {
    let store = store();
    let work = store.add_parameter(&definition("Patient.language")).unwrap().unwrap().unwrap();
    assert!(store.work(&work, |_| Next::On).unwrap());
    let text = definition("Patient.language").text().replace("\"x\"", "\"other words\"");
    assert!(store.add_parameter(&resource(&text)).unwrap().unwrap().is_none());
    assert!(store.registry().find("Patient", "eye").unwrap().live);
    assert!(store.remove_parameter(URL).unwrap());
    assert!(store.open_work().unwrap().is_empty());
}

#[test]
fn a_parameter_that_goes_takes_its_work_along() {
    let store = store();
    patients(&store, 3);
    store.add_parameter(&definition("Patient.language")).unwrap().unwrap().unwrap();
    assert_eq!(store.open_work().unwrap().len(), 1);
    assert!(store.remove_parameter(URL).unwrap());
    assert!(store.open_work().unwrap().is_empty());
    clean(&store);
}

fn search(store: &Store, query: (&str, &str)) -> usize {
    use akson_store::search::query::{Handling, Query};
    use akson_store::search::read::Reading;
    let registry = store.registry();
    let zone = akson_fhir::value::date::Zone::default();
    let reading = Reading { registry: &registry, base: registry.base(), zone, now_ms: 0, codes: &Default::default };
    let pairs = [(query.0.to_owned(), query.1.to_owned())];
    let query = Query::parse(&reading, Some("Patient"), &pairs, Handling::Strict).unwrap();
    store.read().unwrap().search(&query, akson_store::search::sight::all()).unwrap().matches.len()
}

#[test]
fn a_parameter_that_comes_back_has_its_words() {
    let store = store();
    put(&store, r#"{"resourceType":"Patient","maritalStatus":{"text":"Married"}}"#, Put::New);
    for _ in 0..2 {
        let work = store.add_parameter(&definition("Patient.maritalStatus")).unwrap().unwrap().unwrap();
        assert!(store.work(&work, |_| Next::On).unwrap());
        assert_eq!(search(&store, ("eye:text", "marr")), 1);
        assert!(store.remove_parameter(URL).unwrap());
    }
}

#[test]
fn a_name_in_use_is_refused() {
    let store = store();
    let named = |url: &str, code: &str, expression: &str| {
        let text = definition(expression).text().replace(URL, url).replace("\"eye\"", &format!("\"{code}\""));
        store.add_parameter(&resource(&text)).unwrap()
    };
    assert!(named("http://a", "gender", "Patient.language").is_err());
    assert!(named("http://a", "eye", "Patient.language").is_ok());
    assert!(named("http://b", "eye", "Patient.gender").is_err());
    assert!(named("http://a", "eye", "Patient.gender").is_ok());
}

#[test]
fn a_write_in_the_commit_that_changes_parameters_is_indexed_by_the_new_ones() {
    let options = akson_store::Options { group_ms: 60_000, ..Default::default() };
    let store = Store::in_memory(options).unwrap();
    for round in 0..2 {
        let work = store.add_parameter(&definition("Patient.language")).unwrap().unwrap().unwrap();
        assert!(store.work(&work, |_| Next::On).unwrap());
        let text = r#"{"resourceType":"Patient","language":"nb","gender":"male"}"#;
        let prepared = support::prepare(&store, text, Put::Under("a")).unwrap();
        // The writer is held, so that both are in one commit.
        let (go, wait) = std::sync::mpsc::channel();
        let held = store.write(move |_| wait.recv().map_err(|_| akson_store::Error::Stopped));
        let changer = store.clone();
        let changed = std::thread::spawn(move || match round {
            0 => changer.remove_parameter(URL).map(|_| ()),
            _ => changer.add_parameter(&definition("Patient.gender")).map(|_| ()),
        });
        std::thread::sleep(std::time::Duration::from_millis(200));
        let put = store.write(move |tx| tx.put(prepared, akson_store::Expect::Any));
        go.send(()).unwrap();
        held.wait().unwrap();
        changed.join().unwrap().unwrap();
        put.wait().unwrap();
        if let Some(work) = store.open_work().unwrap().first() {
            assert!(store.work(work, |_| Next::On).unwrap());
        }
        clean(&store);
    }
}
