//! What somebody does at work, from the codes of their role.
//!
//! Akson's own codes decide; where there are none, the category of health personnel (Volven 9060) does. A role whose
//! codes say nothing here is no role to work in: nobody gets rights by a code that nobody knows.

use crate::caller::Duty;

/// Akson's own code system of duties.
pub const DUTY_SYSTEM: &str = "urn:akson:duty";
/// Categories of health personnel.
const CATEGORY: &str = "urn:oid:2.16.578.1.12.4.1.1.9060";

/// Akson's own codes.
const DUTIES: &[(&str, Duty)] = &[
    ("nurse", Duty::Nurse),
    ("doctor", Duty::Doctor),
    ("list-doctor", Duty::ListDoctor),
    ("emergency", Duty::Emergency),
    ("psychologist", Duty::Psychologist),
    ("case-worker", Duty::CaseWorker),
    ("coordinator", Duty::Coordinator),
    ("student", Duty::Student),
    ("leader", Duty::Leader),
    ("privacy-officer", Duty::PrivacyOfficer),
    ("administrator", Duty::Administrator),
];

/// Doctors and psychologists; those who nurse, care and treat.
const DOCTORS: &[&str] = &["LE"];
const PSYCHOLOGISTS: &[&str] = &["PS"];
const NURSES: &[&str] = &["SP", "VP", "HF", "HP", "OA", "JO", "FT", "MT", "ET", "FO", "KE", "AA", "PM"];

impl Duty {
    /// Its code in Akson's own system.
    pub fn code(self) -> &'static str {
        DUTIES.iter().find(|(_, duty)| *duty == self).map_or("", |(code, _)| code)
    }

    /// The duty with a code of that system.
    pub fn of_code(code: &str) -> Option<Duty> {
        DUTIES.iter().find(|(known, _)| *known == code).map(|(_, duty)| *duty)
    }
}

/// The duty of a role with these codes, as `system|code`.
pub fn of(codes: &[String]) -> Option<Duty> {
    let own = codes.iter().filter_map(|code| code.strip_prefix(DUTY_SYSTEM)?.strip_prefix('|'));
    if let Some(duty) = own.filter_map(Duty::of_code).next() {
        return Some(duty);
    }
    let mut categories = codes.iter().filter_map(|code| code.strip_prefix(CATEGORY)?.strip_prefix('|'));
    categories.find_map(|code| {
        let among = [(DOCTORS, Duty::Doctor), (PSYCHOLOGISTS, Duty::Psychologist), (NURSES, Duty::Nurse)];
        among.iter().find(|(list, _)| list.contains(&code)).map(|(_, duty)| *duty)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(codes: &[&str], expected: Option<Duty>) {
        let codes: Vec<String> = codes.iter().map(ToString::to_string).collect();
        assert_eq!(of(&codes), expected, "{codes:?}");
    }

    #[test]
    fn own_codes_win_over_categories() {
        check(&["urn:oid:2.16.578.1.12.4.1.1.9060|LE", "urn:akson:duty|list-doctor"], Some(Duty::ListDoctor));
        check(&["urn:oid:2.16.578.1.12.4.1.1.9060|LE"], Some(Duty::Doctor));
        check(&["urn:oid:2.16.578.1.12.4.1.1.9060|SP"], Some(Duty::Nurse));
    }

    #[test]
    fn unknown_codes_give_no_duty() {
        check(&[], None);
        check(&["urn:oid:2.16.578.1.12.4.1.1.9060|VE", "urn:akson:duty|king", "http://x|LE"], None);
    }
}
