//! Who is named in a line: the facts about a caller, as they were at that moment.
//!
//! The text is kept once however often it is named, so it must say the same for the same facts. It never holds a national
//! identity number.

use serde::{Deserialize, Serialize};

use crate::caller::{Caller, Duty, Representation, Who};

/// The facts about who.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Actor {
    /// What kind of caller: `staff`, `citizen`, `system`, `operator`, `link`, `job`.
    pub kind: String,
    /// The account, the client or the name of the machine.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub account: String,
    /// The name, as people read it.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// The number in the register of health personnel.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub hpr: String,
    /// The id of the Practitioner.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub practitioner: String,
    /// The id of the PractitionerRole.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub role: String,
    /// What they do in it.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub duty: String,
    /// The codes of the role, as `system|code`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub codes: Vec<String>,
    /// The unit.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub unit: String,
    /// Its number.
    #[serde(skip_serializing_if = "is_zero")]
    pub unit_number: i64,
    /// The organisation.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub organisation: String,
    /// A citizen's own Patient.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub patient: String,
    /// The Patient that a citizen represents.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub behalf: String,
    /// By which right.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub by: String,
    /// The level of assurance of the sign-in.
    #[serde(skip_serializing_if = "is_none_level")]
    pub level: u8,
    /// The app's client.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub client: String,
    /// The app's name.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub app: String,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
fn is_zero(number: &i64) -> bool {
    *number == 0
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
fn is_none_level(level: &u8) -> bool {
    *level == 0
}

impl Actor {
    /// The facts about a caller.
    pub fn of(caller: &Caller) -> Actor {
        let mut actor = Actor::default();
        let named = |kind: &str, account: &str| (kind.to_string(), account.to_string());
        (actor.kind, actor.account) = match &caller.who {
            Who::Operator => named("operator", ""),
            Who::Staff(staff) => named("staff", &staff.user),
            Who::Citizen(citizen) => named("citizen", &citizen.user),
            Who::System(system) => named("system", &system.client),
            Who::Link(partner) => named("link", &partner.name),
            Who::Job(name) => named("job", name),
        };
        match &caller.who {
            Who::Staff(staff) => {
                actor.name.clone_from(&staff.name);
                actor.hpr.clone_from(&staff.hpr);
                actor.practitioner.clone_from(&staff.practitioner);
                actor.role.clone_from(&staff.role);
                actor.duty = staff.duty.code().to_string();
                actor.codes.clone_from(&staff.codes);
                actor.unit.clone_from(&staff.unit);
                actor.unit_number = staff.unit_number;
                actor.organisation.clone_from(&staff.organisation);
            }
            Who::Citizen(citizen) => {
                actor.name.clone_from(&citizen.name);
                actor.patient.clone_from(&citizen.patient);
                actor.level = citizen.level;
                if let Some(other) = &citizen.on_behalf {
                    actor.behalf.clone_from(&other.patient);
                    actor.by = by(&other.by).to_string();
                }
            }
            Who::System(system) => actor.name.clone_from(&system.name),
            Who::Operator | Who::Link(_) | Who::Job(_) => {}
        }
        if let Some(app) = &caller.app {
            actor.client.clone_from(&app.client);
            actor.app.clone_from(&app.name);
        }
        actor
    }

    /// As text.
    pub fn text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// From text; what an earlier program wrote is a kind and a name.
    pub fn read(text: &str) -> Actor {
        serde_json::from_str(text).unwrap_or_else(|_| {
            let (kind, account) = text.split_once(':').unwrap_or((text, ""));
            Actor { kind: kind.to_string(), account: account.to_string(), ..Actor::default() }
        })
    }

    /// What people call it.
    pub fn shown(&self) -> String {
        match (self.name.as_str(), self.account.as_str()) {
            ("", "") => self.kind.clone(),
            ("", account) => format!("{} {account}", self.kind),
            (name, _) => name.to_string(),
        }
    }
}

fn by(by: &Representation) -> &'static str {
    match by {
        Representation::Parent(_) => "parent",
        Representation::Guardian(_) => "guardian",
        Representation::Proxy(_) => "proxy",
    }
}

/// Why, as a line says it where nothing was opened: the purpose.
pub(crate) fn reason(caller: &Caller) -> String {
    purpose(&caller.who).to_string()
}

/// The purpose of use that goes with a caller.
fn purpose(who: &Who) -> &'static str {
    match who {
        Who::Staff(staff) => match staff.duty {
            Duty::Leader => "HOPERAT",
            Duty::PrivacyOfficer => "HCOMPL",
            Duty::Administrator => "HSYSADMIN",
            Duty::Coordinator | Duty::CaseWorker => "COC",
            _ => "TREAT",
        },
        Who::Citizen(citizen) => match citizen.on_behalf.as_ref().map(|other| &other.by) {
            None => "PATRQT",
            Some(Representation::Parent(_)) => "FAMRQT",
            Some(_) => "PWATRNY",
        },
        Who::System(_) | Who::Link(_) => "COC",
        Who::Operator | Who::Job(_) => "HSYSADMIN",
    }
}
