//! A small municipality and its neighbour, with people who work there, inhabitants, and what is known of these.

use std::sync::Arc;

use akson_core::{
    App, Caller, Citizen, Core, Duty, Expected, OnBehalf, Record, Representation, Responsibility, SearchOf, Settings,
    Staff, System, Who,
};

use crate::wait::{now, resource};

/// The municipality, and its neighbour.
pub const HOME: i64 = 4601;
/// The neighbour.
pub const NEIGHBOUR: i64 = 4602;
/// When it is: 15 July 2026 at noon in Oslo.
pub const NOON: i64 = 1_784_109_600_000_000;
/// An hour.
pub const HOUR: i64 = 3_600_000_000;

/// The scene.
pub struct Stage {
    /// The record.
    pub core: Core,
}

impl Stage {
    /// An empty one.
    pub fn new() -> Stage {
        let core = Core::in_memory(Settings { controller: HOME, ..Settings::default() }).unwrap();
        Stage { core }
    }

    /// Puts resources there, for which the municipality answers.
    pub fn put(&self, texts: &[&str]) {
        texts.iter().for_each(|text| self.put_of(HOME, text));
    }

    /// Puts a resource there, for which a municipality answers.
    pub fn put_of(&self, controller: i64, text: &str) {
        let link = Caller::job("stage", NOON).answering(controller);
        now(self.core.record(link).update(resource(text), Expected::Any)).unwrap_or_else(|e| panic!("{text}: {e:?}"));
    }

    /// The door for somebody.
    pub fn record(&self, who: &Caller) -> Record {
        self.core.record(who.clone())
    }

    /// The number of a resource.
    pub fn number(&self, address: &str) -> i64 {
        let (name, id) = address.split_once('/').unwrap();
        self.core.number(name, id).unwrap().unwrap_or_else(|| panic!("no {address}"))
    }

    /// Somebody at work: their Practitioner, what they do, and what else leads to them.
    pub fn staff(&self, id: &str, duty: Duty, keys: &[&str]) -> Caller {
        let own = format!("Practitioner/{id}");
        let keys: Vec<i64> = keys.iter().chain([&own.as_str()]).map(|address| self.number(address)).collect();
        let staff = Staff {
            user: id.to_string(),
            name: id.to_string(),
            hpr: String::new(),
            practitioner: id.to_string(),
            number: self.number(&own),
            role: String::new(),
            duty,
            codes: vec![format!("urn:akson:duty|{}", duty.code())],
            unit: String::new(),
            unit_number: 0,
            organisation: String::new(),
            keys: keys.into(),
            controllers: [HOME].into(),
            from: NOON - 100 * HOUR,
            until: NOON + 100 * HOUR,
        };
        Caller::found(Who::Staff(Arc::new(staff)), NOON, "test")
    }

    /// An inhabitant.
    pub fn citizen(&self, patient: &str, born: &str) -> Caller {
        let citizen = Citizen {
            user: patient.to_string(),
            name: patient.to_string(),
            patient: patient.to_string(),
            part: self.number(&format!("Patient/{patient}")),
            level: 4,
            born: born.to_string(),
            agreed: false,
            hidden: false,
            on_behalf: None,
        };
        Caller::found(Who::Citizen(Arc::new(citizen)), NOON, "test")
    }

    /// An inhabitant who represents another, born then.
    pub fn behalf(&self, own: &str, other: &str, born: &str, by: Representation) -> Caller {
        let on_behalf = OnBehalf {
            patient: other.to_string(),
            part: self.number(&format!("Patient/{other}")),
            by,
            born: born.to_string(),
            hidden: false,
            from: NOON - 1000 * HOUR,
            until: NOON + 1000 * HOUR,
        };
        with_citizen(self.citizen(own, "1980-02-03"), |citizen| citizen.on_behalf = Some(on_behalf))
    }

    /// A parent of a child born then.
    pub fn parent(&self, own: &str, child: &str, born: &str) -> Caller {
        self.behalf(own, child, born, Representation::Parent(Responsibility::AtHome))
    }

    /// A system for the members of a Group.
    pub fn system(&self, group: &str, scopes: &str) -> Caller {
        let system = System {
            client: "system".to_string(),
            name: "system".to_string(),
            population: Some(group.to_string()),
            group: Some(self.number(&format!("Group/{group}"))),
            by_law: false,
        };
        Caller::found(Who::System(Arc::new(system)), NOON, "test").through(app(scopes, None))
    }
}

/// The same caller with other facts about who they are at work.
pub fn with_staff(mut caller: Caller, change: impl FnOnce(&mut Staff)) -> Caller {
    if let Who::Staff(staff) = &mut caller.who {
        change(Arc::make_mut(staff));
    }
    caller
}

/// The same caller with other facts about who they are as an inhabitant.
pub fn with_citizen(mut caller: Caller, change: impl FnOnce(&mut Citizen)) -> Caller {
    if let Who::Citizen(citizen) = &mut caller.who {
        change(Arc::make_mut(citizen));
    }
    caller
}

/// The same caller at another moment.
pub fn at(caller: &Caller, moment: i64) -> Caller {
    let mut caller = caller.clone();
    caller.moment = moment;
    caller
}

/// An app with scopes, for a launch patient if one is given by its number.
pub fn app(scopes: &str, patient: Option<i64>) -> App {
    App {
        client: "app".to_string(),
        name: "app".to_string(),
        scopes: scopes.split(' ').map(str::to_string).collect(),
        patient,
        emergency: false,
    }
}

/// What a read comes to: the status that a face would answer with.
pub fn reads(record: &Record, address: &str) -> u16 {
    let (name, id) = address.split_once('/').unwrap();
    status(&now(record.read(of(name), id)))
}

/// The ids that a search finds, sorted; none if it is refused.
pub fn finds(record: &Record, name: &str, pairs: &[(&str, &str)]) -> Option<Vec<String>> {
    let pairs = pairs.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
    let found = now(record.search(SearchOf { type_name: Some(of(name)), compartment: None }, pairs, false)).ok()?;
    let mut ids: Vec<String> = found.entries.into_iter().map(|(seen, _)| seen.id).collect();
    ids.sort();
    Some(ids)
}

/// The name of a type as the server holds it.
pub fn of(name: &str) -> &'static str {
    akson_fhir::definition::Definitions::r4().resource(name).unwrap().name
}

/// The status that a face would answer with.
pub fn status<T>(result: &Result<T, akson_core::Error>) -> u16 {
    use akson_core::Error;
    match result {
        Ok(_) => 200,
        Err(Error::Denied(_)) => 403,
        Err(Error::NotFound) => 404,
        Err(Error::Gone) => 410,
        Err(Error::Precondition(_)) => 412,
        Err(Error::Conflict(_)) => 409,
        Err(Error::Malformed(_)) => 400,
        Err(Error::Invalid(_)) => 422,
        Err(Error::TooMuch(_)) => 413,
        Err(_) => 500,
    }
}

/// A Patient.
pub fn patient(id: &str, more: &str) -> String {
    format!(r#"{{"resourceType":"Patient","id":"{id}","name":[{{"family":"Lie","given":["{id}"]}}]{more}}}"#)
}

/// An Observation of a patient.
pub fn observation(id: &str, of: &str, more: &str) -> String {
    format!(
        r#"{{"resourceType":"Observation","id":"{id}","status":"final","code":{{"text":"x"}},"subject":{{"reference":"Patient/{of}"}}{more}}}"#
    )
}

/// Security labels as a `meta` to add.
pub fn labelled(code: &str) -> String {
    format!(
        r#","meta":{{"security":[{{"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"{code}"}}]}}"#
    )
}
