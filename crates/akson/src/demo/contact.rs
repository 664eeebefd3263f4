//! Contacts and what is written about them: Encounter, Composition, Communication, Task.

use super::day::Day;
use super::district::{Unit, Worker};
use super::json::{Json, list, object, text};
use super::shape::{ACT, Chart, Text, coding, concept, hl7, named, period, resource, to, words};

/// Code list 9602.
const DOCUMENT: &str = "urn:oid:2.16.578.1.12.4.1.1.9602";
/// What kinds of tasks there are.
const TASK: &str = "urn:akson:task";

/// A contact.
pub(super) struct Contact<'a> {
    /// Its id within the record.
    pub name: String,
    /// `AMB`, `HH`, `EMER`, `IMP` or `VR`.
    pub class: &'static str,
    pub day: Day,
    pub minute: i32,
    /// How long; none: it goes on.
    pub lasts: Option<i32>,
    pub by: &'a Worker,
    pub unit: String,
    pub reason: Text,
}

/// A note about a contact.
pub(super) struct Note<'a> {
    pub name: String,
    pub title: Text,
    pub day: Day,
    pub minute: i32,
    pub by: &'a Worker,
    pub unit: String,
    /// The contact's id within the record.
    pub about: Option<String>,
    /// Headings with their text.
    pub parts: Vec<(&'static str, String)>,
}

/// Work to do for somebody: it has an owner, a day and minute when it is due, and a state.
pub(super) struct Work<'a> {
    pub name: String,
    pub state: &'static str,
    /// Code and name of its kind.
    pub kind: (&'static str, Text),
    pub what: Text,
    pub owner: Owner<'a>,
    /// The day, and from which minute to which.
    pub due: (Day, i32, i32),
    /// When it was asked for.
    pub asked: Day,
    pub focus: Option<Json>,
    pub based_on: Option<Json>,
    /// Why it ended as it did.
    pub reason: Option<Text>,
}

/// Who has a task.
#[derive(Clone, Copy)]
pub(super) enum Owner<'a> {
    Worker(&'a Worker),
    Unit(&'a str),
}

fn class_name(class: &str) -> &'static str {
    match class {
        "HH" => "home health",
        "IMP" => "inpatient encounter",
        "VR" => "virtual",
        "EMER" => "emergency",
        _ => "ambulatory",
    }
}

impl<'p> Chart<'p> {
    /// Somebody of a unit of the person's town.
    pub(super) fn somebody(&self, unit: Unit, duty: &str, nth: u64) -> &'p Worker {
        self.place.somebody(self.who.town, unit, duty, nth)
    }

    /// The id of a unit of the person's town.
    pub(super) fn unit(&self, unit: Unit) -> String {
        self.place.unit(self.who.town, unit)
    }

    /// The person's general practitioner, as somebody who works here.
    pub(super) fn doctor_worker(&self) -> &'p Worker {
        let found = self.place.workers.iter().find(|worker| worker.id == self.who.doctor);
        found.unwrap_or(&self.place.workers[0])
    }

    /// A contact's Encounter, for the caller to add to and to put.
    pub(super) fn encounter(&self, contact: &Contact<'_>) -> Json {
        let start = contact.day.at(contact.minute);
        let end = contact.lasts.map(|lasts| contact.day.at(contact.minute + lasts));
        let state = if end.is_some() { "finished" } else { "in-progress" };
        let participant = object([("individual", named("Practitioner", &contact.by.id, contact.by.name()))]);
        self.begin("Encounter", &contact.name)
            .with("status", text(state))
            .with("class", coding(ACT, contact.class, class_name(contact.class)))
            .with("subject", self.subject())
            .with("participant", list([participant]))
            .with("period", period(start, end))
            .with("reasonCode", list([words(contact.reason.clone())]))
            .with("serviceProvider", to("Organization", &contact.unit))
    }

    /// A note's Composition, for the caller to add to and to put.
    pub(super) fn note(&self, note: &Note<'_>) -> Json {
        let sections = note.parts.iter().map(|(heading, words)| {
            let div = format!("<div xmlns=\"http://www.w3.org/1999/xhtml\"><p>{}</p></div>", escaped(words));
            let narrative = object([("status", text("additional")), ("div", text(div))]);
            object([("title", text(*heading)), ("text", narrative)])
        });
        let sections = list(sections);
        resource("Composition", self.id(&note.name))
            .with("meta", super::shape::basis("Composition"))
            .with("language", text("nb"))
            .with("status", text("final"))
            .with("type", concept(DOCUMENT, "B02-2", "Journalnotat"))
            .with("subject", self.subject())
            .maybe("encounter", note.about.as_ref().map(|name| self.own("Encounter", name)))
            .with("date", text(note.day.at(note.minute)))
            .with("author", list([named("Practitioner", &note.by.id, note.by.name())]))
            .with("title", text(note.title.clone()))
            .with("custodian", to("Organization", &note.unit))
            .with("section", sections)
    }

    /// A contact with its note.
    pub(super) fn seen(&mut self, contact: &Contact<'_>, title: impl Into<Text>, parts: Vec<(&'static str, String)>) {
        self.put(self.encounter(contact));
        self.note_of(contact, title, parts);
    }

    /// The note of a contact, by the one who had it.
    pub(super) fn note_of(
        &mut self,
        contact: &Contact<'_>,
        title: impl Into<Text>,
        parts: Vec<(&'static str, String)>,
    ) {
        let note = Note {
            name: format!("{}-note", contact.name),
            title: title.into(),
            day: contact.day,
            minute: contact.minute + contact.lasts.unwrap_or(10),
            by: contact.by,
            unit: contact.unit.clone(),
            about: Some(contact.name.clone()),
            parts,
        };
        self.put(self.note(&note));
    }

    /// A task.
    pub(super) fn work(&mut self, work: &Work<'_>) {
        let (day, from, until) = work.due;
        let owner = match work.owner {
            Owner::Worker(worker) => named("Practitioner", &worker.id, worker.name()),
            Owner::Unit(id) => to("Organization", id),
        };
        let span = period(day.at(from), Some(day.at(until)));
        // A measure of a plan is its day's; other work is its owner's from when it was asked for.
        let since = if work.based_on.is_some() { day } else { work.asked };
        let restriction = object([("period", period(since.at(0), Some(day.at(until))))]);
        let open = matches!(work.state, "requested" | "accepted" | "in-progress" | "ready");
        let modified = if open { work.asked.at(12 * 60) } else { day.at(until) };
        let task = self
            .begin("Task", &work.name)
            .maybe("basedOn", work.based_on.clone().map(|of| list([of])))
            .with("status", text(work.state))
            .maybe("statusReason", work.reason.clone().map(words))
            .with("intent", text("order"))
            .with("priority", text("routine"))
            .with("code", concept(TASK, work.kind.0, work.kind.1.clone()))
            .with("description", text(work.what.clone()))
            .maybe("focus", work.focus.clone())
            .with("for", self.subject())
            .with("executionPeriod", span)
            .with("authoredOn", text(work.asked.at(12 * 60)))
            .with("lastModified", text(modified))
            .with("owner", owner)
            .with("restriction", restriction);
        self.put(task);
    }

    /// A message about the person.
    pub(super) fn message(
        &mut self,
        name: &str,
        state: &'static str,
        (from, whom): (Json, Json),
        (day, minute): (Day, i32),
        (topic, words_of): (&'static str, String),
    ) {
        let message = self
            .begin("Communication", name)
            .with("status", text(state))
            .with("category", list([hl7("communication-category", "notification")]))
            .with("subject", self.subject())
            .with("topic", words(topic))
            .with("sent", text(day.at(minute)))
            .with("recipient", list([whom]))
            .with("sender", from)
            .with("payload", list([object([("contentString", text(words_of))])]));
        self.put(message);
    }
}

fn escaped(words: &str) -> String {
    words.replace('&', "&amp;").replace('<', "&lt;").replace('\n', "<br/>")
}
