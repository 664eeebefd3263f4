//! The answer to a case that a patient has opened about their log: by the privacy officer, to the patient.
//!
//! What it does not do: open a case (`own_log`), or change what the log says.

use akson_fhir::definition::Definitions;
use akson_fhir::json::write_string;
use akson_fhir::resource::Resource;
use akson_store::search::sight::Sight;
use akson_store::{Companions, State};

use super::audited::{About, NOWHERE};
use super::seen::Expected;
use super::write::put;
use super::{Record, Written, look};
use crate::access::{Action, Granted, may_review};
use crate::caller::Duty;
use crate::error::Error;

/// Characters of an answer.
const ANSWER_MAX: usize = 4000;

impl Record {
    /// Answers a case; it is closed with that.
    pub async fn answer_case(&self, task: &str, answer: &str) -> Result<Written, Error> {
        let about = About::one(Action::Update, "Task", task);
        let result = self.answer_case_now(&about, task, answer.trim()).await;
        self.after_write(about, result).await
    }

    async fn answer_case_now(&self, about: &About, task: &str, answer: &str) -> Result<Written, Error> {
        let officer = self.staff().filter(|staff| staff.duty == Duty::PrivacyOfficer && may_review(&self.caller));
        officer.ok_or_else(|| Error::Denied("cases are answered by the privacy officer".to_string()))?;
        match answer.chars().count() {
            0 => return Err(Error::Precondition("a case is answered in words".to_string())),
            1..=ANSWER_MAX => {}
            _ => return Err(Error::TooMuch(format!("an answer has at most {ANSWER_MAX} characters"))),
        }
        let (prepared, version) = {
            let view = self.view()?;
            let type_id = Definitions::r4().resource("Task").ok_or(Error::NotFound)?.id;
            let stored = view.get(type_id, task)?.ok_or(Error::NotFound)?;
            let sight = self.granted(Action::Read, "Task")?;
            if stored.state == State::Deleted || !look::sees(&view, &sight, &stored)? {
                return Err(Error::NotFound);
            }
            let (open, is_case) = (r#""status":"requested""#, stored.bare().contains(super::own_log::CASE_SYSTEM));
            if !is_case || !stored.bare().contains(open) {
                return Err(Error::Conflict("this case is answered already, or is none".to_string()));
            }
            let mut said = String::new();
            write_string(&mut said, answer);
            let output = format!(r#"{{"type":{{"text":"answer"}},"valueString":{said}}}"#);
            let done = format!(r#""status":"completed","output":[{output}]"#);
            let text = stored.bare().replacen(open, &done, 1);
            let resource = Resource::parse_json(text.as_bytes()).map_err(Error::Invalid)?;
            let home = self.core.store().home(&view, stored.type_id, &stored.id)?;
            let prepared = self.core.store().prepare(&view, &resource, home, &Companions::default())?;
            (prepared, stored.version as u64)
        };
        let line = self.line(about, NOWHERE, 0);
        let everything = Granted::alike(Sight::everything());
        let pending = self.begin(move |tx| put(tx, &everything, prepared, Expected::Version(version), line));
        self.settled(pending.await)
    }
}
