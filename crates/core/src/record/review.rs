//! The review of openings: those that nobody has looked at yet, what was done under each, and the decision.
//!
//! The privacy officer sees all, a leader those of their own unit. A decision stands in the log with its note, in the
//! transaction that notes the review. What it does not do: open or end anything.

use akson_store::audit::Wanted;

use super::Record;
use super::audited::About;
use super::log::{Reach, TYPE, event_of};
use crate::access::Action;
use crate::audit::Actor;
use crate::error::Error;

/// Openings told at once.
const OPENINGS_MAX: usize = 500;
/// Rows looked at for one opening.
const ROWS_MAX: usize = 5000;
/// Characters of a note.
const NOTE_MAX: usize = 2000;

/// An opening that waits for its review.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToReview {
    /// Its id.
    pub id: String,
    /// The id of the patient.
    pub patient: String,
    /// Who opened, as the log knows them; none if nothing was done under it.
    pub actor: Option<Actor>,
    /// Whether it was an emergency; otherwise a declared ground.
    pub emergency: bool,
    /// The reason, as a code.
    pub code: String,
    /// The reason, in words.
    pub reason: String,
    /// From when.
    pub since: i64,
    /// Until when.
    pub until: i64,
    /// How many entries the log has under it.
    pub entries: u64,
}

/// What a review finds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// There was a reason.
    Justified,
    /// There was none that holds.
    NotJustified,
}

impl Record {
    /// The openings that wait for a review, the oldest first.
    pub async fn to_review(&self) -> Result<Vec<ToReview>, Error> {
        let about = About::new(Action::Search, TYPE, "openings to review");
        let result = self.queue_now().map(|found| (found, Vec::new()));
        self.after_audit(about, result).await
    }

    fn queue_now(&self) -> Result<Vec<ToReview>, Error> {
        let reach = self.reviews()?;
        let logs = self.core.store().logs()?;
        let mut found = Vec::new();
        for opening in logs.record().openings_to_review(0, OPENINGS_MAX)? {
            let wish = &opening.wish;
            let (mut actor, mut entries, mut failed) = (None, 0, None);
            let (mut looked, part) = (0, wish.patient);
            let wanted =
                Wanted { parts: Some(vec![part]), from: Some(wish.since), until: Some(wish.until), after: None };
            logs.walk(&wanted, |entry| {
                looked += 1;
                match event_of(&logs, entry.clone(), &Reach::All) {
                    Ok(event) if event.opened.as_ref().is_some_and(|opened| opened.id == opening.id) => {
                        entries += 1;
                        actor.get_or_insert(event.actor);
                    }
                    Ok(_) => {}
                    Err(error) => failed = Some(error),
                }
                Ok(failed.is_none() && looked < ROWS_MAX)
            })?;
            if let Some(error) = failed {
                return Err(error);
            }
            let unit = actor.as_ref().map_or(0, |actor| actor.unit_number);
            if matches!(reach, Reach::Unit(own) if own != unit) {
                continue;
            }
            let patient = logs.record().at(akson_store::Place { part, rid: part })?.map(|stored| stored.id);
            found.push(ToReview {
                id: opening.id.clone(),
                patient: patient.unwrap_or_default(),
                actor,
                emergency: wish.kind == akson_store::search::sight::OpeningKind::Emergency,
                code: wish.code.clone(),
                reason: wish.reason.clone(),
                since: wish.since,
                until: wish.until,
                entries,
            });
        }
        Ok(found)
    }

    /// Decides on an opening: the verdict and the note stand in the log, and the task about it is closed.
    pub async fn review(&self, opening: &str, verdict: Verdict, note: &str) -> Result<(), Error> {
        let about = About::new(Action::Update, "Task", format!("opening {opening}: reviewed, {verdict:?}: {note}"));
        let result = match note.chars().count() > NOTE_MAX {
            true => Err(Error::TooMuch(format!("at most {NOTE_MAX} characters"))),
            false => self.review_now(&about, opening).await,
        };
        self.after_write(about, result).await
    }

    /// How much the caller reviews.
    fn reviews(&self) -> Result<Reach, Error> {
        match self.reach()? {
            Reach::Of(_) | Reach::Nothing => {
                Err(Error::Denied("reviews are for the privacy officer and leaders".to_string()))
            }
            reach => Ok(reach),
        }
    }
}
