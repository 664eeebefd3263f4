//! Who asks, when, and through which app.
//!
//! A caller is built by name only: there is no anonymous one and no default, so that nobody reaches the record
//! without having been named. People and systems are made by `identity`, from a token or a session; what the rules need to
//! know about them is in here, loaded for this request. What it does not do: decide anything (`access`).

use std::sync::Arc;

use akson_store::search::sight::Sight;

/// Who asks.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Who {
    /// The operator of a sandbox, who sees all of it. There is none elsewhere.
    Operator,
    /// Somebody at work, in one of their roles.
    Staff(Arc<Staff>),
    /// An inhabitant, for themselves or for somebody they represent.
    Citizen(Arc<Citizen>),
    /// A system that signs in as itself.
    System(Arc<System>),
    /// A link to another organisation, with which messages are exchanged.
    Link(Arc<Partner>),
    /// Work of the server's own, by its name.
    Job(String),
}

/// Somebody at work.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Staff {
    /// The account.
    pub user: String,
    /// The name, as a citizen reads it in the log.
    pub name: String,
    /// The number in the register of health personnel; empty if none.
    pub hpr: String,
    /// The id of the Practitioner.
    pub practitioner: String,
    /// Its number: who opens a record.
    pub number: i64,
    /// The id of the PractitionerRole they work in.
    pub role: String,
    /// What they do in it.
    pub duty: Duty,
    /// The codes of the role, as `system|code`.
    pub codes: Vec<String>,
    /// The name of the unit.
    pub unit: String,
    /// The number of the unit, which answers for what they write; 0 if there is none.
    pub unit_number: i64,
    /// The name of the organisation that the unit belongs to.
    pub organisation: String,
    /// The numbers of practitioner, role, units and services: what a care relation may lead to.
    pub keys: Arc<[i64]>,
    /// The municipalities whose rows they may see: first their own, then those it shares the record with.
    pub controllers: Arc<[i64]>,
    /// When the role begins, in microseconds since 1970.
    pub from: i64,
    /// From when on it has ended.
    pub until: i64,
}

impl Staff {
    /// Whether the role holds at a moment.
    pub fn is_on(&self, moment: i64) -> bool {
        (self.from..self.until).contains(&moment)
    }
}

/// What somebody at work does, as far as rules differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Duty {
    /// A nurse, health nurse, care worker, therapist.
    Nurse,
    /// A doctor at a unit of the municipality.
    Doctor,
    /// A doctor with a list of patients.
    ListDoctor,
    /// Somebody on duty at an emergency clinic.
    Emergency,
    /// A psychologist or another with records of a category of their own.
    Psychologist,
    /// Somebody who decides on services and is not health personnel.
    CaseWorker,
    /// A coordinator across services.
    Coordinator,
    /// A student or substitute.
    Student,
    /// A leader.
    Leader,
    /// The privacy officer.
    PrivacyOfficer,
    /// Somebody who runs the system.
    Administrator,
}

/// An inhabitant.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Citizen {
    /// The account.
    pub user: String,
    /// The name.
    pub name: String,
    /// The id of their own Patient.
    pub patient: String,
    /// Its part.
    pub part: i64,
    /// The level of assurance of the sign-in, 1 to 4.
    pub level: u8,
    /// The birth date as FHIR writes it; empty if it is not known.
    pub born: String,
    /// Whether a parent has agreed that somebody of 13 to 15 sees their own record.
    pub agreed: bool,
    /// Whether their address is confidential.
    pub hidden: bool,
    /// Whom they represent in this request, if not themselves.
    pub on_behalf: Option<OnBehalf>,
}

/// Somebody who is represented.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct OnBehalf {
    /// The id of the Patient.
    pub patient: String,
    /// Its part.
    pub part: i64,
    /// By which right.
    pub by: Representation,
    /// Their birth date as FHIR writes it; empty if it is not known.
    pub born: String,
    /// Whether their address is confidential.
    pub hidden: bool,
    /// From when on the right holds, in microseconds since 1970.
    pub from: i64,
    /// From when on it has ended.
    pub until: i64,
}

/// By which right somebody represents another. What it covers at this moment, the rules say.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Representation {
    /// Parental responsibility.
    Parent(Responsibility),
    /// A guardian's mandate: areas.
    Guardian(Vec<String>),
    /// A power of attorney: areas.
    Proxy(Vec<String>),
}

/// How parental responsibility is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Responsibility {
    /// By the register, and a parent who has it lives at the child's address.
    AtHome,
    /// By the register, but no parent who has it lives at the child's address.
    Apart,
    /// By a judgement that somebody has documented.
    Documented,
}

/// A system that signs in as itself.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct System {
    /// The client.
    pub client: String,
    /// Its name.
    pub name: String,
    /// The id of the Group of patients that it is registered for; none: no patient at all.
    pub population: Option<String>,
    /// The number of that Group.
    pub group: Option<i64>,
    /// Whether a law lets it see what patients have blocked.
    pub by_law: bool,
}

/// An organisation with which messages are exchanged.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Partner {
    /// The name of the link.
    pub name: String,
    /// The id of the Organization that it is, by which messages name it; empty: none, and so no message.
    pub organisation: String,
    /// The number of that Organization.
    pub number: Option<i64>,
    /// The number of the Group of patients that it is registered for; none: whoever a message is about.
    pub group: Option<i64>,
}

/// The app that somebody uses, and what it was given. What it may see is never more than what its user may.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct App {
    /// The client.
    pub client: String,
    /// Its name.
    pub name: String,
    /// SMART scopes that were granted, as granted.
    pub scopes: Vec<String>,
    /// The part of the patient in its launch context.
    pub patient: Option<i64>,
    /// Whether its user sees through it what they have opened in an emergency.
    pub emergency: bool,
}

/// A caller within one request.
#[derive(Clone, Debug)]
pub struct Caller {
    /// Who asks.
    pub who: Who,
    /// Through which app; none: Akson's own pages and commands.
    pub app: Option<Arc<App>>,
    /// When: microseconds since 1970.
    pub moment: i64,
    /// The request's own name.
    pub request: String,
    /// The key under which this request is done at most once.
    pub(crate) once: Option<String>,
    /// When nobody waits for the answer any more, in microseconds since 1970.
    pub(crate) deadline: Option<i64>,
    /// The municipality that answers for what a machine writes, if it is not the record's own.
    pub(crate) controller: Option<i64>,
    /// What it may see at most, if that is not everything its rules allow.
    pub(crate) within: Option<Arc<Sight>>,
    /// The text that says in the log who it is, if it was made before.
    pub(crate) actor: Option<Arc<str>>,
}

impl Caller {
    /// The operator of a sandbox.
    pub fn operator(moment: i64, request: &str) -> Caller {
        Caller::new(Who::Operator, moment, request.to_string())
    }

    /// A link to another organisation.
    pub fn link(partner: Partner, moment: i64) -> Caller {
        Caller::new(Who::Link(Arc::new(partner)), moment, crate::random_name())
    }

    /// Work of the server's own.
    pub fn job(name: &str, moment: i64) -> Caller {
        Caller::new(Who::Job(name.to_string()), moment, crate::random_name())
    }

    /// Somebody that `identity` has found out.
    pub(crate) fn new(who: Who, moment: i64, request: String) -> Caller {
        Caller {
            who,
            app: None,
            moment,
            request,
            once: None,
            deadline: None,
            controller: None,
            within: None,
            actor: None,
        }
    }

    /// The same caller, through an app.
    #[must_use]
    pub fn through(mut self, app: App) -> Caller {
        self.app = Some(Arc::new(app));
        self.actor = None;
        self
    }

    /// Somebody who was found out to be this, by a sign-in, a session or a token.
    pub fn found(who: Who, moment: i64, request: &str) -> Caller {
        Caller::new(who, moment, request.to_string())
    }

    /// The same machine, for whose writes this municipality answers.
    #[must_use]
    pub fn answering(mut self, controller: i64) -> Caller {
        self.controller = Some(controller);
        self
    }

    /// The same caller, whose request is done at most once under this key.
    #[must_use]
    pub fn once(mut self, key: &str) -> Caller {
        self.once = Some(key.to_string());
        self
    }

    /// The same caller, who waits for an answer until this moment.
    #[must_use]
    pub fn until(mut self, deadline: i64) -> Caller {
        self.deadline = Some(deadline);
        self
    }

    /// The same caller, who sees no more than this.
    #[must_use]
    pub fn limited_to(mut self, sight: Sight) -> Caller {
        self.within = Some(Arc::new(sight));
        self
    }

    /// The name in the audit: an account's, never a national identity number.
    pub fn name(&self) -> String {
        match &self.who {
            Who::Operator => "operator".to_string(),
            Who::Staff(staff) => format!("staff:{}", staff.user),
            Who::Citizen(citizen) => format!("citizen:{}", citizen.user),
            Who::System(system) => format!("system:{}", system.client),
            Who::Link(partner) => format!("link:{}", partner.name),
            Who::Job(name) => format!("job:{name}"),
        }
    }
}
