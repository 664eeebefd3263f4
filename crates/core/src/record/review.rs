//! The review of openings: one queue of those that nobody has looked at yet, what was done under each, and the decision.
//!
//! The privacy officer sees those of their own municipality, a leader those that somebody in their units has opened. Nobody
//! sees or reviews their own. A decision stands in the log with its note, in the transaction that notes the review and
//! closes the task about it. What it does not do: open or end anything.

use std::collections::BTreeMap;

use akson_store::audit::{Logs, Wanted};
use akson_store::opening::Opening;
use akson_store::search::sight::{OpeningKind, Sight};
use akson_store::{Line, Place, View};

use super::audited::{About, NOWHERE};
use super::log::{Reach, TYPE, event_of};
use super::open::{answers_here, of};
use super::seen::Expected;
use super::write::put;
use super::{Record, names};
use crate::access::{Action, Granted, may_review};
use crate::audit::Actor;
use crate::caller::Staff;
use crate::error::Error;

/// Openings told at once.
const OPENINGS_MAX: usize = 500;
/// Rows looked at for one opening.
const ROWS_MAX: usize = 5000;
/// Characters of a note.
const NOTE_MAX: usize = 2000;
/// After so long without a review, one is overdue: microseconds.
const OVERDUE_AFTER: i64 = 7 * 86_400_000_000;

/// An opening that waits for its review.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToReview {
    /// Its id.
    pub id: String,
    /// The id of the patient.
    pub patient: String,
    /// The patient's name.
    pub name: String,
    /// Who opened, as the log knows them.
    pub actor: Option<Actor>,
    /// Whether it was an emergency; otherwise a declared ground.
    pub emergency: bool,
    /// The reason, as a code.
    pub code: String,
    /// The reason, in words.
    pub reason: String,
    /// From when.
    pub since: i64,
    /// Until when; earlier, if it was ended.
    pub until: i64,
    /// Whether it has waited for too long.
    pub overdue: bool,
    /// How many entries the log has under it, without that of the opening itself.
    pub entries: u64,
    /// What was seen or written under it: types of resources, and how many.
    pub what: BTreeMap<&'static str, u64>,
}

/// What a review finds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// There was a reason.
    Justified,
    /// There was none that holds.
    NotJustified,
}

impl Verdict {
    /// Its code.
    pub fn code(self) -> &'static str {
        match self {
            Verdict::Justified => "justified",
            Verdict::NotJustified => "not-justified",
        }
    }

    /// The verdict of a code.
    pub fn of_code(code: &str) -> Option<Verdict> {
        [Verdict::Justified, Verdict::NotJustified].into_iter().find(|verdict| verdict.code() == code)
    }
}

impl Record {
    /// The openings that wait for a review by the caller, the oldest first.
    pub async fn to_review(&self) -> Result<Vec<ToReview>, Error> {
        let about = About::new(Action::Search, TYPE, "openings to review");
        let result = self.queue_now(&about);
        self.after_audit(about, result).await
    }

    fn queue_now(&self, about: &About) -> Result<(Vec<ToReview>, Vec<Line>), Error> {
        let (staff, reach) = self.reviewer()?;
        let logs = self.core.store().logs()?;
        let (mut found, mut lines) = (Vec::new(), Vec::new());
        for opening in logs.record().openings_to_review(0, OPENINGS_MAX)? {
            if opening.wish.who == staff.number || !concerns(logs.record(), staff, &reach, &opening)? {
                continue;
            }
            lines.push(self.line(about, Place { part: opening.wish.patient, rid: 0 }, 0));
            found.push(waiting(&logs, &opening, self.caller.moment)?);
        }
        Ok((found, lines))
    }

    /// Decides on an opening: the verdict and the note stand in the log, and the task about it is closed.
    pub async fn review(&self, opening: &str, verdict: Verdict, note: &str) -> Result<(), Error> {
        let asked = format!("opening {opening}: reviewed, {}: {note}", verdict.code());
        let about = About::new(Action::Operate, "Patient", asked);
        let result = match note.chars().count() > NOTE_MAX {
            true => Err(Error::TooMuch(format!("a note has at most {NOTE_MAX} characters"))),
            false => self.review_now(&about, opening, verdict).await,
        };
        self.after_write(about, result).await
    }

    async fn review_now(&self, about: &About, id: &str, verdict: Verdict) -> Result<(), Error> {
        let (staff, reach) = self.reviewer()?;
        let (opening, closed) = {
            let view = self.view()?;
            let opening = view.opening(id)?.ok_or(Error::NotFound)?;
            if !concerns(&view, staff, &reach, &opening)? {
                return Err(Error::NotFound);
            }
            if opening.wish.who == staff.number {
                return Err(Error::Denied("nobody reviews their own opening".to_string()));
            }
            let closed = self.closed_task(&view, &opening, verdict)?;
            (opening, closed)
        };
        let line = self.line(about, of(&opening), 0);
        let of_task = self.line(about, NOWHERE, 0);
        let (moment, reviewer) = (self.caller.moment, staff.practitioner.clone());
        let everything = Granted::alike(Sight::everything());
        let pending = self.begin(move |tx| {
            let first = tx.review_opening(&opening.id, moment, &reviewer)?;
            tx.audit(&line)?;
            if let Some(task) = closed.filter(|_| first) {
                put(tx, &everything, task, Expected::Any, of_task)?;
            }
            Ok(first)
        });
        match pending.await.map_err(Error::from)? {
            true => Ok(()),
            false => Err(Error::Conflict("the opening was reviewed already".to_string())),
        }
    }

    /// Who reviews, and how much.
    fn reviewer(&self) -> Result<(&Staff, Reach), Error> {
        let staff = self.staff().filter(|_| may_review(&self.caller));
        match (staff, self.reach()) {
            (Some(staff), Ok(reach @ (Reach::All | Reach::Units(_)))) => Ok((staff, reach)),
            _ => Err(Error::Denied("openings are reviewed by leaders and the privacy officer".to_string())),
        }
    }
}

/// Whether an opening is one that somebody reviews: of a patient of their municipality, by somebody of their units.
fn concerns(view: &View, staff: &Staff, reach: &Reach, opening: &Opening) -> Result<bool, Error> {
    let patient = view.at(of(opening))?;
    Ok(patient.is_some_and(|patient| answers_here(staff, &patient)) && reach.has_unit(opening.wish.unit))
}

/// An opening with what the log says of it.
fn waiting(logs: &Logs, opening: &Opening, moment: i64) -> Result<ToReview, Error> {
    let wish = &opening.wish;
    let until = opening.ended.map_or(wish.until, |ended| ended.min(wish.until));
    let wanted = Wanted { parts: Some(vec![wish.patient]), from: Some(wish.since), until: None, after: None };
    let (mut actor, mut entries, mut what, mut failed, mut looked) = (None, 0, BTreeMap::new(), None, 0);
    logs.walk(&wanted, |entry| {
        looked += 1;
        match event_of(logs, entry.clone(), &Reach::All) {
            Ok(event) if event.opened.as_ref().is_some_and(|opened| opened.id == opening.id) => {
                if !event.operates() {
                    entries += 1;
                    event.things.iter().for_each(|thing| *what.entry(thing.type_name).or_default() += 1);
                }
                actor.get_or_insert(event.actor);
            }
            Ok(_) => {}
            Err(error) => failed = Some(error),
        }
        Ok(failed.is_none() && looked < ROWS_MAX)
    })?;
    failed.map_or(Ok(()), Err)?;
    let (patient, name) = names::of_patient(logs.record(), wish.patient)?;
    Ok(ToReview {
        id: opening.id.clone(),
        patient,
        name,
        actor,
        emergency: wish.kind == OpeningKind::Emergency,
        code: wish.code.clone(),
        reason: wish.reason.clone(),
        since: wish.since,
        until,
        overdue: wish.since + OVERDUE_AFTER < moment,
        entries,
        what,
    })
}
