//! Every route to the record stands in the golden matrix of access, so that none is opened without somebody having read
//! who gets through it.

use std::collections::BTreeSet;

use akson::rest::routes::{Interaction, ROUTES};

const GOLDEN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../core/tests/access/golden/access.txt");

/// The columns of the matrix that a route's interaction is in; none for what is about the server.
fn columns(interaction: &Interaction) -> Option<&'static [&'static str]> {
    Some(match interaction {
        Interaction::Server => return None,
        Interaction::Type("read") => &["read"],
        Interaction::Type("vread") => &["vread"],
        // Of a type and of all: only who sees all of it, `c3_15_histories_of_all`.
        Interaction::Type("history-instance" | "history-type") | Interaction::System("history-system") => &["history"],
        Interaction::Type("search-type") => &["search", "count", "chain", "has", "include"],
        Interaction::System("search-system") | Interaction::Compartment => &["search"],
        Interaction::Type("create") => &["create", "cond-create"],
        Interaction::Type("update") => &["update", "cond-update"],
        Interaction::Type("patch") => &["patch"],
        Interaction::Type("delete") => &["delete", "cond-delete"],
        Interaction::System("transaction") => &["batch", "transaction"],
        Interaction::Operation("everything", _) => &["everything"],
        Interaction::Operation("lastn", _) => &["lastn"],
        Interaction::Operation("validate", _) => &["validate"],
        Interaction::Operation("meta", _) => &["meta"],
        Interaction::Operation("open", _) => &["open"],
        Interaction::Operation("end-opening", _) => &["end-opening"],
        Interaction::Operation("log", _) => &["log"],
        Interaction::Operation("why", _) => &["why"],
        Interaction::Operation("dispute", _) => &["dispute"],
        Interaction::Operation("openings", _) => &["openings"],
        Interaction::Operation("review", _) => &["review"],
        // A new version like that of a patch.
        Interaction::Operation("meta-add" | "meta-delete", _) => &["patch"],
        other => panic!("{other:?} is in no column of the matrix of access: add it to core/tests/access/matrix.rs"),
    })
}

#[test]
fn every_route_is_in_the_matrix_of_access() {
    let golden = std::fs::read_to_string(GOLDEN).unwrap();
    let known: BTreeSet<&str> = golden.lines().next().unwrap().split_whitespace().skip(2).collect();
    let mut used = BTreeSet::new();
    for route in ROUTES {
        for column in columns(&route.interaction).unwrap_or_default() {
            assert!(known.contains(column), "{} {}: no column {column}", route.method, route.path);
            used.insert(*column);
        }
    }
    assert_eq!(used, known, "a column that no route is in");
}
