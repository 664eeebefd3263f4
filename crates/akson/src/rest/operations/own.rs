//! The operations that are Akson's own: what each is for and takes, as OperationDefinitions.
//!
//! One row for each; the CapabilityStatement leads here, and a test holds the rows against the routes.
//! Spec: <https://hl7.org/fhir/R4/operationdefinition.html>.

use serde_json::{Value, json};

/// An operation of ours.
pub struct Own {
    /// Its name.
    pub code: &'static str,
    /// The type it belongs to.
    pub on: &'static str,
    /// Whether it is asked of one resource; otherwise of the type.
    pub of_instance: bool,
    /// Whether it changes something.
    pub changes: bool,
    /// What it does.
    pub text: &'static str,
    /// What goes in: name, type, whether it is needed, what it is.
    pub takes: &'static [(&'static str, &'static str, bool, &'static str)],
    /// What comes out: name, type, how many at most, what it is.
    pub gives: &'static [(&'static str, &'static str, &'static str, &'static str)],
}

/// All of them.
pub const OWN: &[Own] = &[
    Own {
        code: "open",
        on: "Patient",
        of_instance: true,
        changes: true,
        text: "Opens the record of a patient with whom the caller has no known care relation, for at most four hours. The \
               patient is told, and somebody else reviews it.",
        takes: &[
            ("ground", "code", true, "emergency, or declared: a care relation that is plausible but not known"),
            ("code", "code", true, "the reason as a code, such as HPAKUTT"),
            ("reason", "string", true, "the reason in words"),
        ],
        gives: &[
            ("opening", "id", "1", "the opening, to end it"),
            ("ground", "code", "1", "the ground"),
            ("until", "instant", "1", "when it ends by itself"),
        ],
    },
    Own {
        code: "end-opening",
        on: "Patient",
        of_instance: true,
        changes: true,
        text: "Ends what the caller has opened of this record, before its time.",
        takes: &[],
        gives: &[("ended", "integer", "1", "how many openings were ended")],
    },
    Own {
        code: "log",
        on: "Patient",
        of_instance: true,
        changes: false,
        text: "Who has looked at the record, by day, newest first: for the patient, who represents them, and the privacy officer.",
        takes: &[
            ("from", "date", false, "the first day; 30 days before the last if not said"),
            ("to", "date", false, "the last day; today if not said"),
        ],
        gives: &[("day", "", "*", "a date, and for each person and ground a part visit")],
    },
    Own {
        code: "why",
        on: "Patient",
        of_instance: true,
        changes: false,
        text: "What somebody may see of this patient, in each of their roles, and by which rule: for administrators and the \
               privacy officer.",
        takes: &[
            ("person", "string", true, "an account, or the id of its Practitioner or Patient"),
            ("type", "code", false, "a type of resource; Patient if not said"),
        ],
        gives: &[("role", "", "*", "a role, whether it leads to the record, and a part rule for each rule")],
    },
    Own {
        code: "dispute",
        on: "AuditEvent",
        of_instance: true,
        changes: true,
        text: "The patient does not recognise this entry: makes a Task for the privacy officer, to be answered within 30 days.",
        takes: &[("words", "string", false, "what the patient says of it")],
        gives: &[("return", "Task", "1", "the case")],
    },
    Own {
        code: "openings",
        on: "AuditEvent",
        of_instance: false,
        changes: false,
        text: "The openings that wait for a review by the caller, oldest first: for leaders and the privacy officer.",
        takes: &[],
        gives: &[("opening", "", "*", "an opening: who, whose record, why, and what was done under it")],
    },
    Own {
        code: "review",
        on: "AuditEvent",
        of_instance: false,
        changes: true,
        text: "Decides on an opening of somebody else's. The verdict and the note stand in the log.",
        takes: &[
            ("opening", "id", true, "the opening"),
            ("verdict", "code", true, "justified or not-justified"),
            ("note", "string", false, "why, in at most 2000 characters"),
        ],
        gives: &[("return", "OperationOutcome", "1", "that it is noted")],
    },
];

/// An operation of ours.
pub fn of(code: &str, on: &str) -> Option<&'static Own> {
    OWN.iter().find(|own| own.code == code && own.on == on)
}

impl Own {
    /// The id of its definition.
    pub fn id(&self) -> String {
        format!("{}-{}", self.on, self.code)
    }

    /// Its definition, at a base.
    pub fn definition(&self, base: &str) -> String {
        let parameter = |usage: &str, name: &str, kind: &str, (min, max): (u8, &str), text: &str| {
            let mut parameter = json!({"name": name, "use": usage, "min": min, "max": max, "documentation": text});
            match kind {
                "" => parameter["part"] = parts(name),
                kind => parameter["type"] = kind.into(),
            }
            parameter
        };
        let takes = self
            .takes
            .iter()
            .map(|(name, kind, needed, text)| parameter("in", name, kind, (u8::from(*needed), "1"), text));
        let gives = self
            .gives
            .iter()
            .map(|(name, kind, max, text)| parameter("out", name, kind, (u8::from(*max == "1"), max), text));
        json!({
            "resourceType": "OperationDefinition",
            "id": self.id(),
            "url": format!("{base}/OperationDefinition/{}", self.id()),
            "version": env!("CARGO_PKG_VERSION"),
            "name": self.id().replace('-', "_"),
            "status": "active",
            "kind": "operation",
            "description": self.text,
            "affectsState": self.changes,
            "code": self.code,
            "resource": [self.on],
            "system": false,
            "type": !self.of_instance,
            "instance": self.of_instance,
            "parameter": takes.chain(gives).collect::<Vec<Value>>(),
        })
        .to_string()
    }
}

/// The parts of an answer's parameter.
fn parts(name: &str) -> Value {
    let of: &[(&str, &str)] = match name {
        "day" => &[("date", "date"), ("visit", "string")],
        "role" => &[("name", "string"), ("sees", "boolean"), ("rule", "string")],
        _ => &[("id", "id"), ("patient", "Reference"), ("who", "string"), ("reason", "string"), ("since", "instant")],
    };
    let part = |(name, kind): &(&str, &str)| json!({"name": name, "use": "out", "min": 0, "max": "*", "type": kind});
    of.iter().map(part).collect()
}
