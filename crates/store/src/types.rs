//! Numbers of resource types in the tables: the place in FHIR R4's alphabetical list, from 1 on.
//!
//! R4's list of types is closed, so these numbers never change. The start-up check in `settings` compares
//! the count with the one the database was made with.

use std::sync::OnceLock;

use akson_fhir::definition::{Definitions, TypeId};

struct Numbers {
    /// By `TypeId`; 0 for what is no resource.
    of: Vec<u16>,
    /// By number - 1.
    ids: Vec<TypeId>,
}

fn numbers() -> &'static Numbers {
    static NUMBERS: OnceLock<Numbers> = OnceLock::new();
    NUMBERS.get_or_init(|| {
        let ids: Vec<TypeId> = Definitions::r4().resource_types().map(|found| found.id).collect();
        let length = ids.iter().map(|id| usize::from(id.0) + 1).max().unwrap_or(0);
        let mut of = vec![0; length];
        for (number, id) in (1..).zip(&ids) {
            of[usize::from(id.0)] = number;
        }
        Numbers { of, ids }
    })
}

/// The number of a resource type; 0 if it is no type of resources.
pub fn number(type_id: TypeId) -> i64 {
    numbers().of.get(usize::from(type_id.0)).map_or(0, |n| i64::from(*n))
}

/// The type with this number.
pub fn type_id(number: i64) -> Option<TypeId> {
    let at = usize::try_from(number).ok()?.checked_sub(1)?;
    numbers().ids.get(at).copied()
}

/// How many there are.
pub fn count() -> i64 {
    numbers().ids.len() as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_those_of_the_list_of_r4() {
        let definitions = Definitions::r4();
        for (name, expected) in [("Account", 1), ("Observation", 96), ("Patient", 103), ("VisionPrescription", 146)] {
            let found = definitions.type_id(name).unwrap();
            assert_eq!(number(found), expected, "{name}");
            assert_eq!(type_id(expected), Some(found));
        }
        assert_eq!(count(), 146);
        assert_eq!(type_id(0), None);
        assert_eq!(type_id(147), None);
    }
}
