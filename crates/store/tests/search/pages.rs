//! Order, pages and totals.

use akson_store::search::sight::Sight;

use crate::ask::{check_order, check_refused, ids, ids_of, load, loaded, page};

fn observation(id: &str, patient: &str, date: &str, value: u32) -> String {
    let date = if date.is_empty() { String::new() } else { format!(r#""effectiveDateTime":"{date}","#) };
    format!(
        r#"{{"resourceType":"Observation","id":"{id}","status":"final",{date}"code":{{"coding":[{{"code":"c{}"}}],"text":"t{value:03}"}},"subject":{{"reference":"Patient/{patient}"}},"valueQuantity":{{"value":{value}}}}}"#,
        value % 3
    )
}

fn ward() -> akson_store::Store {
    let store = loaded(&[
        r#"{"resourceType":"Patient","id":"p1","name":[{"family":"Bø","given":["Åse","Anna"]}],"birthDate":"1980-01-01"}"#,
        r#"{"resourceType":"Patient","id":"p2","name":[{"family":"Aas"},{"family":"Zahl"}],"birthDate":"1970"}"#,
        r#"{"resourceType":"Patient","id":"p3","birthDate":"1990-05-05"}"#,
        r#"{"resourceType":"Patient","id":"p4","name":[{"family":"Moe"}]}"#,
    ]);
    for n in 0..30 {
        let date = if n % 5 == 4 { String::new() } else { format!("2020-01-{:02}", 30 - n) };
        load(&store, &observation(&format!("o{n:02}"), if n % 2 == 0 { "p1" } else { "p2" }, &date, n));
    }
    store
}

#[test]
fn what_is_sorted_comes_in_order_and_without_value_last() {
    let store = ward();
    check_order(&store, "Patient?_sort=birthdate", &["p2", "p1", "p3", "p4"]);
    check_order(&store, "Patient?_sort=-birthdate", &["p3", "p1", "p2", "p4"]);
    check_order(&store, "Patient?_sort=family", &["p2", "p1", "p4", "p3"]);
    check_order(&store, "Patient?_sort=-family", &["p2", "p4", "p1", "p3"]);
    check_order(&store, "Patient?_sort=-family&_count=1", &["p2", "p4", "p1", "p3"]);
    check_order(&store, "Patient?_sort=family&_count=1", &["p2", "p1", "p4", "p3"]);
    check_order(&store, "Patient?_sort=-_id", &["p4", "p3", "p2", "p1"]);
    check_order(&store, "Patient?_sort=-_lastUpdated&_count=2", &["p4", "p3", "p2", "p1"]);
    check_order(&store, "Patient?_sort=_lastUpdated&_count=3", &["p1", "p2", "p3", "p4"]);
    check_order(
        &store,
        "Observation?code=c0&_sort=-code,value-quantity&patient=p1",
        &["o00", "o06", "o12", "o18", "o24"],
    );
    check_order(
        &store,
        "Observation?patient=p1&_sort=date&_count=3",
        &["o28", "o26", "o22", "o20", "o18", "o16", "o12", "o10", "o08", "o06", "o02", "o00", "o04", "o14", "o24"],
    );
    check_order(
        &store,
        "Observation?code=c1&_sort=-date&_count=2",
        &["o01", "o07", "o10", "o13", "o16", "o22", "o25", "o28", "o04", "o19"],
    );
    check_order(
        &store,
        "Observation?value-quantity=lt4&_sort=code,-value-quantity&_count=1",
        &["o03", "o00", "o01", "o02"],
    );
    check_refused(&store, "Patient?_sort=height", "no search parameter");
    check_refused(&store, "Observation?_sort=code-value-quantity", "composite");
}

#[test]
fn pages_hold_each_match_once() {
    let store = ward();
    for address in [
        "Observation",
        "Observation?_sort=date",
        "Observation?_sort=-date",
        "Observation?_sort=code",
        "Observation?_sort=-_lastUpdated",
        "Observation?status=final&_sort=-date",
        "Observation?code=c0,c1,c2",
        "Observation?patient=p1,p2",
        "Observation?patient.name=a,b",
        "Observation?value-quantity=lt100",
        "Observation?date:missing=true,",
        "Observation?subject:Patient.family=zahl,aas&_sort=date",
    ] {
        let address = address.trim_end_matches(',');
        let whole = ids(&store, &format!("{address}{}_count=1000", if address.contains('?') { "&" } else { "?" }));
        for count in [1, 2, 7] {
            let paged =
                ids(&store, &format!("{address}{}_count={count}", if address.contains('?') { "&" } else { "?" }));
            assert_eq!(paged, whole, "{address} by {count}");
        }
        let mut distinct = whole.clone();
        distinct.sort();
        distinct.dedup();
        assert_eq!(distinct.len(), whole.len(), "{address}");
    }
    for address in [
        "Patient?name=a",
        "Patient?name=a,b,z,m",
        "Patient?family:contains=a",
        "Patient?_has:Observation:patient:code=c0",
    ] {
        let whole = ids(&store, address);
        assert_eq!(ids(&store, &format!("{address}&_count=1")), whole, "{address}");
    }
}

#[test]
fn ones_own_and_what_is_shared_come_in_one_order() {
    let store = loaded(&[r#"{"resourceType":"Patient","id":"p"}"#, r#"{"resourceType":"Patient","id":"q"}"#]);
    // Of what is shared, one has no date: several would come by the parts that they happen to be in.
    let date = |n: u32| {
        if n % 7 == 6 && n != 41 { String::new() } else { format!("2020-{:02}-{:02}", 1 + n % 12, 1 + n / 12) }
    };
    let is_shared = |n: u32| n % 4 == 1;
    for n in 0..60 {
        let own = observation(&format!("o{n:02}"), "p", &date(n), n);
        let shared = own.replace("\"subject\"", "\"performer\":[{\"reference\":\"Patient/q\"}],\"subject\"");
        load(&store, if is_shared(n) { &shared } else { &own });
    }
    let with_date: Vec<u32> = (0..60).filter(|n| !date(*n).is_empty()).collect();
    // What has no date comes last either way, by place: what is shared stands before what is one's own.
    let mut last: Vec<u32> = (0..60).filter(|n| date(*n).is_empty()).collect();
    last.sort_by_key(|n| !is_shared(*n));
    for (sort, descending) in [("date", false), ("-date", true)] {
        let mut expected = with_date.clone();
        expected.sort_by_key(|n| date(*n));
        if descending {
            expected.reverse();
        }
        let expected: Vec<String> = expected.iter().chain(&last).map(|n| format!("o{n:02}")).collect();
        for count in [1, 2, 7, 1000] {
            let address = format!("Observation?patient=p&_sort={sort}&_count={count}");
            assert_eq!(ids_of(&store, &address, &Sight::everything()).unwrap(), expected, "{address}");
            let narrower: Vec<String> =
                expected.iter().filter(|id| id[1..].parse::<u32>().unwrap() % 3 == 1).cloned().collect();
            let address = format!("Observation?patient=p&code=c1&_sort={sort}&_count={count}");
            assert_eq!(ids_of(&store, &address, &Sight::everything()).unwrap(), narrower, "{address}");
        }
    }
}

#[test]
fn totals_count_what_pages_hold() {
    let store = ward();
    for address in [
        "Observation?code=c0",
        "Observation?code=c0,c1",
        "Observation?patient=p1",
        "Observation?patient.name=b",
        "Observation?_content=t001",
        "Patient?name=a",
        "Patient?_has:Observation:patient:code=c0",
        "Patient?name:missing=true",
    ] {
        let found = page(&store, &format!("{address}&_total=accurate&_count=1"), &Sight::everything()).unwrap();
        assert_eq!(found.total.unwrap() as usize, ids(&store, address).len(), "{address}");
        let counted = page(&store, &format!("{address}&_summary=count"), &Sight::everything()).unwrap();
        assert_eq!((counted.total, counted.matches.len()), (found.total, 0), "{address}");
    }
}

#[test]
fn what_comes_later_does_not_disturb_pages() {
    let store = ward();
    for address in [
        "Observation?patient=p1",
        "Observation?patient=p1&_sort=-date",
        "Observation?code=c0,c1,c2",
        "Observation?_sort=code",
    ] {
        let before = ids(&store, &format!("{address}&_count=1000").replace("?&", "?"));
        let first = page(&store, &format!("{address}&_count=4"), &Sight::everything()).unwrap();
        let mut found: Vec<String> = first.matches.iter().map(|s| s.id.clone()).collect();
        let mut next = first.next;
        let mut n = 0;
        while let Some(token) = next {
            n += 1;
            load(&store, &observation(&format!("x{n}-{}", address.len()), "p1", "2020-01-31", 300));
            let page = page(&store, &format!("{address}&_count=4&_page={token}"), &Sight::everything()).unwrap();
            found.extend(page.matches.iter().map(|s| s.id.clone()));
            next = page.next;
        }
        assert_eq!(found, before, "{address}");
    }
}

#[test]
fn what_changes_does_not_disturb_the_pages_of_the_rest() {
    for address in [
        "Observation?_sort=-_lastUpdated",
        "Observation?patient=p1&_sort=-_lastUpdated",
        "Observation?patient=p1&_sort=_lastUpdated",
        "Observation?patient=p1&_sort=-_lastUpdated,code",
        "Observation?patient=p1&_sort=-date",
        "Observation?patient=p1&_sort=value-quantity",
        "Observation?patient=p1&_sort=-code",
        "Observation?patient=p1",
    ] {
        let store = ward();
        let before = ids(&store, &format!("{address}&_count=1000"));
        let (mut found, mut changed): (Vec<String>, Vec<String>) = (Vec::new(), Vec::new());
        let mut next = None;
        loop {
            let token = next.map(|token| format!("&_page={token}")).unwrap_or_default();
            let page = page(&store, &format!("{address}&_count=4{token}"), &Sight::everything()).unwrap();
            found.extend(page.matches.iter().map(|s| s.id.clone()));
            let Some(token) = page.next else { break };
            next = Some(token);
            // The last one of each page is written anew; it comes first or last now, or where its new value is.
            let last = page.matches.last().unwrap();
            let text = last.bare().replace("final", "amended").replace("\"value\":", "\"value\":9");
            load(&store, &text.replace("2020-01-", "2020-02-"));
            changed.push(last.id.clone());
            assert!(found.len() < 100, "{address}");
        }
        let rest = |ids: &[String]| -> Vec<String> { ids.iter().filter(|id| !changed.contains(id)).cloned().collect() };
        assert_eq!(rest(&found), rest(&before), "{address}");
    }
}

#[test]
fn a_page_belongs_to_its_search() {
    let store = ward();
    let first = page(&store, "Observation?code=c0&_count=2", &Sight::everything()).unwrap();
    let token = first.next.unwrap();
    for address in ["Observation?code=c1&_count=2", "Observation?code=c0", "Patient?_count=2"] {
        let join = if address.contains('?') { "&" } else { "?" };
        let refused = ids_of(&store, &format!("{address}{join}_page={token}"), &Sight::everything());
        assert!(refused.unwrap_err().contains("does not belong"), "{address}");
    }
    assert!(ids_of(&store, "Observation?code=c0&_count=2&_page=abc", &Sight::everything()).is_err());
}

#[test]
fn lenient_searches_say_what_they_left_out() {
    use akson_store::search::query::Handling;
    let store = ward();
    let query = crate::ask::query(&store, "Patient?nmae=x&family=moe&birthdate=soon", Handling::Lenient).unwrap();
    assert_eq!(query.used, [("family".to_string(), "moe".to_string())]);
    assert_eq!(query.issues.len(), 2);
    assert!(query.issues[0].text.starts_with("left out"));
}
