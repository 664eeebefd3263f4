//! Opening a record where no care relation is known: in an emergency, or on a ground that is declared.
//!
//! In one transaction: the opening with its reason and its end, a task for whoever reviews it, a message to the patient,
//! and the audit. It ends by itself after four hours at most, or early; nobody reviews their own.
//! What it does not do: show anything. What an opening shows, the rules say.

use std::sync::Arc;

use akson_fhir::definition::Definitions;
use akson_fhir::json::write_string;
use akson_fhir::outcome::Issue;
use akson_fhir::resource::Resource;
use akson_store::opening::{LONGEST_US, Opening, Wish};
use akson_store::search::sight::{OpeningKind, Sight};
use akson_store::{Asked, Companions, Line, Place, Prepared, State, Stored, View};

use super::audited::{About, NOWHERE, ground};
use super::review::Verdict;
use super::write::put;
use super::{Expected, Record, look};
use crate::access::labels::{OVERSIGHT, OVERSIGHT_SYSTEM};
use crate::access::{Action, Granted, may_declare, may_open};
use crate::caller::{Staff, Who};
use crate::error::Error;

/// The system of ids of openings, in tasks and messages about them.
pub const OPENING_SYSTEM: &str = "urn:akson:opening";
/// Characters of a reason.
const REASON_MAX: usize = 1000;
/// Characters of its code.
const CODE_MAX: usize = 40;
/// The system of what a review found, in the task about an opening.
const VERDICT_SYSTEM: &str = "urn:akson:verdict";

/// Why a record is opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// As a code: `HPAKUTT`, `MELDT`.
    pub code: String,
    /// In words.
    pub text: String,
}

/// How somebody stands to a patient.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// They see the patient.
    Open,
    /// They see nothing, but may open the record with a reason.
    NeedsReason,
}

impl Record {
    /// Whether the caller sees a patient, or would with a reason. Whoever may not open a record is not told that there is
    /// one.
    pub async fn standing(&self, patient: &str) -> Result<Standing, Error> {
        let about = About::one(Action::Read, "Patient", patient);
        let result = self.standing_now(&about, patient);
        self.after_audit(about, result).await
    }

    fn standing_now(&self, about: &About, patient: &str) -> Result<(Standing, Vec<Line>), Error> {
        let sight = self.granted(Action::Read, "Patient")?;
        let view = self.view()?;
        let patient = head(&view, patient)?;
        let line = self.line(about, patient.place, 0);
        if look::sees(&view, &sight, &patient)? {
            return Ok((Standing::Open, vec![line]));
        }
        match self.opener().is_some_and(|staff| answers_here(staff, &patient)) {
            true => Ok((Standing::NeedsReason, vec![line])),
            false => Err(Error::NotFound),
        }
    }

    /// Opens a patient's record.
    pub async fn open(&self, patient: &str, kind: OpeningKind, reason: Reason) -> Result<Opening, Error> {
        let said = match kind {
            OpeningKind::Emergency => "emergency",
            OpeningKind::Declared => "declared",
        };
        // The log keeps the reason as it was given, and cannot be changed afterwards.
        let asked = format!("{patient}: opening {said} {}: {}", reason.code, reason.text);
        let about = About::new(Action::Operate, "Patient", asked).of("Patient", patient);
        let result = self.open_now(&about, patient, kind, reason).await;
        self.after_write(about, result).await
    }

    async fn open_now(&self, about: &About, patient: &str, kind: OpeningKind, why: Reason) -> Result<Opening, Error> {
        let may = match kind {
            OpeningKind::Emergency => may_open(&self.caller),
            OpeningKind::Declared => may_declare(&self.caller),
        };
        let staff = self.opener().filter(|_| may).cloned();
        let staff = staff.ok_or_else(|| Error::Denied("this caller opens no records".to_string()))?;
        is_reason(&why)?;
        let moment = self.caller.moment;
        let (wish, prepared) = {
            let view = self.view()?;
            let patient = head(&view, patient).ok().filter(|patient| answers_here(&staff, patient));
            let patient = patient.ok_or(Error::NotFound)?;
            let wish = Wish {
                patient: patient.place.rid,
                who: staff.number,
                unit: staff.unit_number,
                kind,
                code: why.code,
                reason: why.text,
                since: moment,
                until: moment.saturating_add(LONGEST_US),
            };
            let texts = [task(&patient, &wish, &staff), message(&patient, &wish, &staff)];
            let prepared = texts.map(|text| self.noticed(&view, &text));
            let [task, message] = prepared;
            (wish, [task?, message?])
        };
        let everything = Granted::alike(Sight::everything().at(moment));
        let own = Granted { answers: own(&staff), opener: Some(staff.number), ..everything };
        let line = self.line(about, Place { part: wish.patient, rid: wish.patient }, 0);
        let lines = [self.line(about, NOWHERE, 0), self.line(about, NOWHERE, 0)];
        let pending = self.begin(move |tx| {
            let opening = tx.open(wish)?;
            let reason = ground(&opening.id, kind);
            let asked = Asked { reason, ..Asked::clone(&line.asked) };
            tx.audit(&Line { asked: Arc::new(asked), ..line })?;
            for (prepared, line) in prepared.into_iter().zip(lines) {
                put(tx, &own, prepared, Expected::Absent, line)?;
            }
            Ok(opening)
        });
        pending.await.map_err(Error::from)
    }

    /// Ends one's own opening before its time.
    pub async fn end_opening(&self, id: &str) -> Result<(), Error> {
        let about = About::new(Action::Operate, "Patient", format!("opening {id}: ended"));
        let result = self.end_opening_now(&about, id).await;
        self.after_write(about, result).await
    }

    async fn end_opening_now(&self, about: &About, id: &str) -> Result<(), Error> {
        let opening = self.view()?.opening(id)?.ok_or(Error::NotFound)?;
        if self.staff().is_none_or(|staff| staff.number != opening.wish.who) {
            return Err(Error::NotFound);
        }
        let line = self.line(about, of(&opening), 0);
        let (id, moment) = (id.to_string(), self.caller.moment);
        let pending = self.begin(move |tx| {
            let ended = tx.end_opening(&id, moment)?;
            tx.audit(&line)?;
            Ok(ended)
        });
        match pending.await.map_err(Error::from)? {
            true => Ok(()),
            false => Err(Error::Conflict("the opening has ended already".to_string())),
        }
    }

    /// What the caller has open of a patient's record now, the longest first.
    pub async fn opened(&self, patient: &str) -> Result<Vec<Opening>, Error> {
        let about = About::new(Action::Operate, "Patient", format!("{patient}: what is open"));
        let result = self.opened_now(patient);
        self.after_audit(about, result.map(|found| (found, Vec::new()))).await
    }

    fn opened_now(&self, patient: &str) -> Result<Vec<Opening>, Error> {
        let Some(staff) = self.opener() else { return Ok(Vec::new()) };
        let view = self.view()?;
        let Ok(patient) = head(&view, patient) else { return Ok(Vec::new()) };
        let mut open = view.open_by(staff.number, self.caller.moment)?;
        open.retain(|opening| opening.wish.patient == patient.place.part);
        Ok(open)
    }

    /// Who works here, if the caller does.
    pub(super) fn staff(&self) -> Option<&Staff> {
        match &self.caller.who {
            Who::Staff(staff) => Some(staff),
            _ => None,
        }
    }

    /// The same, if they may open records.
    pub(super) fn opener(&self) -> Option<&Staff> {
        self.staff().filter(|_| may_open(&self.caller) || may_declare(&self.caller))
    }

    /// A new resource that the server writes about an opening.
    fn noticed(&self, view: &View, text: &str) -> Result<Prepared, Error> {
        let store = self.core.store();
        let resource = Resource::parse_json(text.as_bytes()).map_err(Error::Invalid)?;
        let among = Companions::default();
        let home = store.new_home(view, &resource, &among)?;
        let resource = super::create::renamed(&resource, &home.id)?;
        Ok(store.prepare(view, &resource, home, &among)?)
    }

    /// The task about an opening, as done.
    pub(super) fn closed_task(
        &self,
        view: &View,
        opening: &Opening,
        verdict: Verdict,
    ) -> Result<Option<Prepared>, Error> {
        let since = opening.wish.since;
        let criteria = vec![("identifier".to_string(), format!("{OPENING_SYSTEM}|{}", name(&opening.wish)))];
        let query = look::parse(view, (Some("Task"), None, &criteria), since, false, &Default::default)?;
        let Some(stored) = look::matches(view, &Sight::everything(), &query, 1)?.pop() else {
            return Ok(None);
        };
        let done = format!(
            r#""status":"completed","businessStatus":{{"coding":[{{"system":"{VERDICT_SYSTEM}","code":"{}"}}]}}"#,
            verdict.code()
        );
        let text = stored.bare().replacen(r#""status":"requested""#, &done, 1);
        let resource = Resource::parse_json(text.as_bytes()).map_err(Error::Invalid)?;
        let home = self.core.store().home(view, stored.type_id, &stored.id)?;
        Ok(Some(self.core.store().prepare(view, &resource, home, &Companions::default())?))
    }
}

/// Where the patient of an opening stands.
pub(super) fn of(opening: &Opening) -> Place {
    Place { part: opening.wish.patient, rid: opening.wish.patient }
}

/// The live Patient.
pub(super) fn head(view: &View, patient: &str) -> Result<Stored, Error> {
    let found = Definitions::r4().resource("Patient").ok_or(Error::NotFound)?;
    let head = view.get(found.id, patient)?.filter(|stored| stored.state == State::Live);
    head.ok_or(Error::NotFound)
}

/// Whether a municipality of the staff's answers for the patient.
pub(super) fn answers_here(staff: &Staff, patient: &Stored) -> bool {
    staff.controllers.contains(&patient.controller)
}

fn own(staff: &Staff) -> Option<(i64, i64)> {
    staff.controllers.first().map(|controller| (*controller, staff.unit_number))
}

fn is_reason(why: &Reason) -> Result<(), Error> {
    let wrong = |place: &str, text: &'static str| Err(Error::Invalid(vec![Issue::error("required", place, text)]));
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    if why.code.is_empty() || why.code.len() > CODE_MAX || !why.code.chars().all(plain) {
        return wrong("reason.code", "a record is opened with a reason: its code");
    }
    if why.text.trim().is_empty() || why.text.chars().count() > REASON_MAX {
        return wrong("reason.text", "a record is opened with a reason in words, of at most 1000 characters");
    }
    Ok(())
}

/// How an opening is named where its id is not known yet.
fn name(wish: &Wish) -> String {
    crate::fingerprint(format!("{} {} {}", wish.patient, wish.who, wish.since).as_bytes())
}

fn quoted(text: &str) -> String {
    let mut out = String::new();
    write_string(&mut out, text);
    out
}

/// What somebody has to do: review the opening.
fn task(patient: &Stored, wish: &Wish, staff: &Staff) -> String {
    let moment = akson_store::instant(wish.since);
    let kind = match wish.kind {
        OpeningKind::Emergency => "review-emergency",
        OpeningKind::Declared => "review-declared",
    };
    format!(
        r#"{{"resourceType":"Task","meta":{{"security":[{{"system":"{OVERSIGHT_SYSTEM}","code":"{OVERSIGHT}"}}]}},"identifier":[{{"system":"{OPENING_SYSTEM}","value":"{}"}}],"status":"requested","intent":"order","code":{{"coding":[{{"system":"urn:akson:task","code":"{kind}"}}]}},"for":{{"reference":"Patient/{}"}},"authoredOn":"{moment}","requester":{{"reference":"Practitioner/{}"}},"reasonCode":{{"coding":[{{"code":{}}}],"text":{}}}}}"#,
        name(wish),
        patient.id,
        staff.practitioner,
        quoted(&wish.code),
        quoted(&wish.reason),
    )
}

/// What the patient is told.
fn message(patient: &Stored, wish: &Wish, staff: &Staff) -> String {
    let moment = akson_store::instant(wish.since);
    let how = match wish.kind {
        OpeningKind::Emergency => "åpnet i en nødsituasjon",
        OpeningKind::Declared => "åpnet på et grunnlag som den ansatte har oppgitt,",
    };
    let at = [&staff.unit, &staff.organisation].map(String::as_str).into_iter().filter(|text| !text.is_empty());
    let at = at.collect::<Vec<_>>().join(", ");
    let text = format!("Journalen din ble {how} av {} ({at}). Begrunnelse: {}", staff.name, wish.reason);
    format!(
        r#"{{"resourceType":"Communication","identifier":[{{"system":"{OPENING_SYSTEM}","value":"{}"}}],"status":"completed","category":[{{"coding":[{{"system":"http://terminology.hl7.org/CodeSystem/communication-category","code":"notification"}}]}}],"subject":{{"reference":"Patient/{}"}},"recipient":[{{"reference":"Patient/{}"}}],"sent":"{moment}","payload":[{{"contentString":{}}}]}}"#,
        name(wish),
        patient.id,
        patient.id,
        quoted(&text),
    )
}
