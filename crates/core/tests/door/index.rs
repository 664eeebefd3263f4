//! While the index is made anew a search may miss something: that is said, and nothing is written by it.

use akson_core::{Error, Expected, Next, SearchOf};

use crate::wait::{core, now, operator, pair, resource};

#[test]
fn an_index_that_is_made_anew_is_told_and_not_written_by() {
    let core = core();
    let record = operator(&core);
    now(record.update(resource(r#"{"resourceType":"Basic","id":"a","code":{"text":"x"}}"#), Expected::Any)).unwrap();
    let create = || {
        let unless = Some(vec![pair("identifier", "1")]);
        now(record
            .create(resource(r#"{"resourceType":"Basic","identifier":[{"value":"1"}],"code":{"text":"x"}}"#), unless))
    };
    let told = || {
        let of = SearchOf { type_name: Some("Basic"), compartment: None };
        let found = now(record.search(of, Vec::new(), false)).unwrap();
        found.issues.iter().map(|issue| issue.code.to_string()).collect::<Vec<_>>()
    };
    assert!(told().is_empty());
    assert!(matches!(core.reindex(&mut |_| Next::Stop), Err(Error::Interrupted)));
    assert_eq!(told(), ["incomplete"]);
    assert!(core.health().open[0].answers_are_old);
    assert!(matches!(create(), Err(Error::Unavailable(text)) if text.contains("/health")));
    core.reindex(&mut |_| Next::On).unwrap();
    assert!(told().is_empty());
    create().unwrap();
}
