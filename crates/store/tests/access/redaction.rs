//! What is hidden of a resource that is seen is not found out by searching: it is found as if it were not there.

use std::collections::HashMap;

use akson_store::Store;
use akson_store::search::sight::{Clause, Redaction, Scope, Sight};

use crate::ask::{ids_of, load};
use crate::support;

/// Patient `h` has a confidential address in a town of its own, patient `o` an open one.
fn town(hidden: &str) -> Store {
    let store = support::store();
    let patient = |id: &str, label: &str, city: &str, phone: &str| {
        format!(
            r#"{{"resourceType":"Patient","id":"{id}",{label}"name":[{{"family":"Moe"}}],"telecom":[{{"system":"phone","value":"{phone}"}}],"address":[{{"use":"home","city":"{city}","line":["Vei 1"]}}]}}"#
        )
    };
    load(&store, &patient("h", r#""meta":{"security":[{"system":"c","code":"KODE6"}]},"#, hidden, "111"));
    load(&store, &patient("o", "", "Bodø", "222"));
    for id in ["h", "o"] {
        load(
            &store,
            &format!(
                r#"{{"resourceType":"Observation","id":"b{id}","status":"final","code":{{"text":"x"}},"subject":{{"reference":"Patient/{id}"}}}}"#
            ),
        );
    }
    store
}

fn sight() -> Sight {
    let labelled = Clause::Label([("c".to_owned(), "KODE6".to_owned())].into());
    let hidden = Redaction { type_name: "Patient", elements: &["address", "telecom"], of: vec![vec![labelled]] };
    Sight::hiding(HashMap::new(), Scope::Everything, vec![hidden])
}

/// The same towns, with the hidden address in another place in each.
struct Towns(Vec<Store>);

impl Towns {
    fn check(&self, query: &str, expected: &[&str]) {
        for (n, town) in self.0.iter().enumerate() {
            let mut found = ids_of(town, query, &sight()).unwrap();
            found.sort();
            assert_eq!(found, expected, "{query} in town {n}");
        }
    }
}

#[test]
fn a_hidden_address_is_found_as_if_it_were_not_there() {
    let towns = Towns(["Bodø", "Oslo", "Alta"].map(town).into());
    towns.check("Patient?address-city=bodø", &["o"]);
    towns.check("Patient?address=alta", &[]);
    towns.check("Patient?address:contains=o", &["o"]);
    towns.check("Patient?address-city=oslo,bodø&name=moe", &["o"]);
    towns.check("Patient?address-use=home", &["o"]);
    towns.check("Patient?phone=111", &[]);
    towns.check("Patient?telecom=222", &["o"]);
    towns.check("Patient?address:missing=true", &["h"]);
    towns.check("Patient?address:missing=false", &["o"]);
    towns.check("Patient?address-use:not=home", &["h"]);
    towns.check("Patient?_filter=address-city sw alta", &[]);
    towns.check("Patient?_filter=not (address-city sw bodø)", &["h"]);
    towns.check("Observation?subject:Patient.address-city=alta", &[]);
    towns.check("Observation?subject:Patient.address-city=bodø", &["bo"]);
    towns.check("Observation?subject:Patient.address-city=bodø&code:text=x", &["bo"]);
    towns.check("Patient?name=moe", &["h", "o"]);
    towns.check("Patient?_total=accurate&address-city=bodø", &["o"]);
}

#[test]
fn nothing_is_sorted_or_looked_through_by_what_is_hidden() {
    let store = town("Oslo");
    for query in ["Patient?_sort=address-city", "Patient?_sort=name,-address", "Patient?_content=oslo"] {
        assert!(ids_of(&store, query, &sight()).unwrap_err().contains("to itself"), "{query}");
        assert!(ids_of(&store, query, &Sight::everything()).is_ok(), "{query}");
    }
    assert_eq!(ids_of(&store, "Patient?_sort=name", &sight()).unwrap().len(), 2);
}

#[test]
fn a_parameter_of_ones_own_does_not_look_behind() {
    let store = town("Oslo");
    let definition = r#"{"resourceType":"SearchParameter","url":"http://example.org/any","name":"Any","status":"active","description":"x","code":"any","base":["Patient"],"type":"string","expression":"Patient.children().city"}"#;
    let work = store.add_parameter(&support::resource(definition)).unwrap().unwrap().unwrap();
    assert!(store.work(&work, |_| akson_store::Next::On).unwrap());
    assert_eq!(ids_of(&store, "Patient?any=oslo", &Sight::everything()).unwrap(), ["h"]);
    assert_eq!(ids_of(&store, "Patient?any=oslo", &sight()).unwrap(), Vec::<String>::new());
}
