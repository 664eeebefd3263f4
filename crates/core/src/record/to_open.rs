//! Whose record is about to be opened: who that is, and what the caller has open of it.
//!
//! Only for those who open records. Name and date of birth are shown, so that the wrong record is not opened by mistake; that
//! they were shown stands in the patient's log. Somebody is found by their identity number as a whole, never by a part of it.
//! What it does not do: show anything of the record.

use akson_store::opening::Opening;
use akson_store::{Line, Place, State, Stored};

use super::audited::About;
use super::names::NUMBERS;
use super::open::{answers_here, head};
use super::{Record, look};
use crate::access::Action;
use crate::error::Error;
use crate::identity::{born, human_name};

/// Digits of such a number.
const DIGITS: usize = 11;

/// Somebody whose record can be opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToOpen {
    /// The id of the Patient.
    pub id: String,
    /// The name.
    pub name: String,
    /// The date of birth as FHIR writes it; empty if it is not known.
    pub born: String,
    /// Whether the caller sees the Patient already.
    pub sees: bool,
    /// What the caller has open now, the longest first.
    pub open: Vec<Opening>,
}

impl Record {
    /// Who a patient is, for somebody who may open the record.
    pub async fn to_open(&self, patient: &str) -> Result<ToOpen, Error> {
        let about = About::new(Action::Operate, "Patient", format!("{patient}: to open")).of("Patient", patient);
        let result = self.to_open_now(&about, patient);
        self.after_audit(about, result).await
    }

    fn to_open_now(&self, about: &About, patient: &str) -> Result<(ToOpen, Vec<Line>), Error> {
        let view = self.view()?;
        let staff = self.opener().ok_or_else(|| Error::Denied("this caller opens no records".to_string()))?;
        let head = head(&view, patient)?;
        if !answers_here(staff, &head) {
            return Err(Error::NotFound);
        }
        let sees = look::sees(&view, &*self.granted(Action::Read, "Patient")?, &head)?;
        let mut open = view.open_by(staff.number, self.caller.moment)?;
        open.retain(|opening| opening.wish.patient == head.place.part);
        let line = self.line(about, Place { part: head.place.part, rid: 0 }, 0);
        Ok((ToOpen { id: head.id.clone(), name: human_name(&head), born: born(&head), sees, open }, vec![line]))
    }

    /// The id of the patient with an identity number, for somebody who may open the record.
    pub async fn find_to_open(&self, number: &str) -> Result<String, Error> {
        let about = About::new(Action::Operate, "Patient", "looked for by an identity number, to open");
        let result = self.found_to_open(&about, number);
        self.after_audit(about, result).await
    }

    fn found_to_open(&self, about: &About, number: &str) -> Result<(String, Vec<Line>), Error> {
        let staff = self.opener().ok_or_else(|| Error::Denied("this caller opens no records".to_string()))?;
        if number.len() != DIGITS || !number.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(Error::NotFound);
        }
        let view = self.view()?;
        let values: Vec<String> = NUMBERS.iter().map(|system| format!("{system}|{number}")).collect();
        let pairs = [("identifier".to_string(), values.join(","))];
        let found = look::found(&view, "Patient", &pairs, 2)?;
        let here = |stored: &&Stored| stored.state == State::Live && answers_here(staff, stored);
        match found.iter().filter(here).collect::<Vec<_>>()[..] {
            [one] => Ok((one.id.clone(), vec![self.line(about, Place { part: one.place.part, rid: 0 }, 0)])),
            _ => Err(Error::NotFound),
        }
    }
}
