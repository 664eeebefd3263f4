//! Made-up wards: patients, what is written about them, relations and blocks.

use akson_store::Store;

use crate::ask::load;
use crate::judge::{Nurse, Record};
use crate::support;
use crate::ward::moment;

/// Numbers that look random and are the same each time.
pub struct Chance(pub u64);

impl Chance {
    pub fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % end
    }

    pub fn of<'a, T: ?Sized>(&mut self, list: &'a [&'a T]) -> &'a T {
        list[self.below(list.len())]
    }
}

/// How many patients there are.
pub const PATIENTS: usize = 8;
/// Who may be related to them.
pub const WHOM: &[&str] = &["Practitioner/n0", "Practitioner/n1", "Organization/u0", "Organization/u1"];
const TIMES: &[&str] =
    &["2026-01-12T08:00:00Z", "2026-01-12T12:00:00Z", "2026-01-13T12:00:00Z", "2026-01-14T00:00:00Z"];

/// A name and a text.
type One = (String, String);

/// A clinical resource.
fn content(chance: &mut Chance, n: usize) -> One {
    let (p, q) = (chance.below(PATIENTS), chance.below(PATIENTS));
    let label = chance.of(&["", r#""meta":{"security":[{"system":"s","code":"PSY"}]},"#]);
    let category = chance.of(&["lab", "psy"]);
    let also = match chance.below(4) {
        0 => format!(r#","performer":[{{"reference":"Patient/p{q}"}}]"#),
        _ => String::new(),
    };
    match chance.below(8) {
        0 => (
            format!("List/l{n}"),
            format!(
                r#"{{"resourceType":"List","id":"l{n}","status":"current","mode":"working","subject":{{"reference":"Patient/p{p}"}},"entry":[{{"item":{{"reference":"Observation/o1"}}}}]}}"#
            ),
        ),
        1 => (
            format!("Observation/x{n}"),
            format!(
                r#"{{"resourceType":"Observation","id":"x{n}","status":"final","code":{{"coding":[{{"code":"c0"}}]}}}}"#
            ),
        ),
        _ => (
            format!("Observation/o{n}"),
            format!(
                r#"{{"resourceType":"Observation","id":"o{n}",{label}"status":"final","category":[{{"coding":[{{"code":"{category}"}}]}}],"code":{{"coding":[{{"code":"c{}"}}]}},"subject":{{"reference":"Patient/p{p}"}},"effectiveDateTime":"2025-0{}-01"{also}}}"#,
                n % 3,
                1 + n % 9
            ),
        ),
    }
}

/// A relation or a block.
fn fact(chance: &mut Chance, n: usize) -> One {
    let (p, whom, time) = (chance.below(PATIENTS), chance.of(WHOM), chance.of(TIMES));
    match chance.below(5) {
        0 => (
            format!("CareTeam/t{n}"),
            format!(
                r#"{{"resourceType":"CareTeam","id":"t{n}","status":"{}","subject":{{"reference":"Patient/p{p}"}},"participant":[{{"member":{{"reference":"{whom}"}},"period":{{"{}":"{time}"}}}}]}}"#,
                chance.of(&["active", "active", "inactive"]),
                chance.of(&["start", "end"])
            ),
        ),
        1 => (
            format!("Task/k{n}"),
            format!(
                r#"{{"resourceType":"Task","id":"k{n}","status":"{}","intent":"order","for":{{"reference":"Patient/p{p}"}},"owner":{{"reference":"{whom}"}}}}"#,
                chance.of(&["requested", "completed"])
            ),
        ),
        2 => (
            format!("Appointment/a{n}"),
            format!(
                r#"{{"resourceType":"Appointment","id":"a{n}","status":"booked","start":"2026-01-1{}T12:00:00Z","end":"2026-01-1{}T12:30:00Z","participant":[{{"actor":{{"reference":"Patient/p{p}"}},"status":"accepted"}},{{"actor":{{"reference":"Patient/p{}"}},"status":"accepted"}},{{"actor":{{"reference":"Practitioner/n{}"}},"status":"accepted"}}]}}"#,
                2 + n % 2,
                2 + n % 2,
                chance.below(PATIENTS),
                chance.below(2)
            ),
        ),
        _ => (format!("Consent/b{n}"), block(chance, n, p)),
    }
}

/// A consent of a patient that denies something to somebody.
pub fn block(chance: &mut Chance, n: usize, patient: usize) -> String {
    let whom = chance.of(WHOM);
    let actor = match chance.below(4) {
        0 => String::new(),
        1 => r#","actor":[{"role":{"coding":[{"system":"r","code":"nurse"}]},"reference":{"display":"nurses"}}]"#
            .to_owned(),
        2 => r#","actor":[{"role":{"coding":[{"system":"r","code":"doctor"}]},"reference":{"display":"all"}}]"#
            .to_owned(),
        _ => format!(
            r#","actor":[{{"role":{{"coding":[{{"system":"r","code":"PRCP"}}]}},"reference":{{"reference":"{whom}"}}}}]"#
        ),
    };
    let what = match chance.below(4) {
        0 => String::new(),
        1 => r#","class":[{"code":"Observation"}]"#.to_owned(),
        2 => r#","securityLabel":[{"code":"psy"},{"code":"PSY"}]"#.to_owned(),
        _ => {
            let item = chance.below(20);
            format!(r#","data":[{{"meaning":"instance","reference":{{"reference":"Observation/o{item}"}}}}]"#)
        }
    };
    let period = match chance.below(2) {
        0 => String::new(),
        _ => format!(r#","period":{{"end":"{}"}}"#, chance.of(TIMES)),
    };
    let status = chance.of(&["active", "active", "inactive"]);
    format!(
        r#"{{"resourceType":"Consent","id":"b{n}","status":"{status}","scope":{{"coding":[{{"code":"patient-privacy"}}]}},"category":[{{"text":"x"}}],"patient":{{"reference":"Patient/p{patient}"}},"provision":{{"type":"deny"{period}{actor}{what}}}}}"#
    )
}

/// A ward.
pub fn a_record(chance: &mut Chance) -> Record {
    let mut record = Record::new();
    for n in 0..PATIENTS {
        let list = match chance.below(3) {
            0 => format!(r#","generalPractitioner":[{{"reference":"{}"}}]"#, chance.of(WHOM)),
            _ => String::new(),
        };
        record.insert(
            format!("Patient/p{n}"),
            format!(r#"{{"resourceType":"Patient","id":"p{n}","name":[{{"family":"F{}"}}]{list}}}"#, n % 2),
        );
    }
    for n in 0..24 {
        record.extend([content(chance, n), fact(chance, n)]);
    }
    record
}

/// A store with a ward, loaded in the order of names.
pub fn stored(record: &Record) -> Store {
    let store = support::store();
    for whom in WHOM {
        let (name, id) = whom.split_once('/').unwrap();
        load(&store, &format!(r#"{{"resourceType":"{name}","id":"{id}"}}"#));
    }
    let mut names: Vec<&String> = record.keys().collect();
    names.sort();
    names.iter().for_each(|name| load(&store, &record[*name]));
    store
}

/// Somebody with one or two keys, at a moment where something begins or ends.
pub fn a_nurse(chance: &mut Chance) -> Nurse {
    let keys = (0..1 + chance.below(2)).map(|_| chance.of(WHOM).to_owned()).collect();
    let codes = if chance.below(2) == 0 { vec!["r|nurse".to_owned()] } else { Vec::new() };
    Nurse { keys, codes, moment: moment(chance.of(TIMES)) - chance.below(2) as i64 }
}
