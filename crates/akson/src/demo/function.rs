//! Function: the twenty variables of IPLOS, scored from 1 to 5 or 9, as answers to a form.

use super::chance::Chance;
use super::day::Day;
use super::district::Worker;
use super::json::{list, object, text};
use super::lists::LISTS;
use super::shape::{Chart, coding, named};

/// The form's id.
pub(super) const FORM: &str = "iplos-function";
/// Code list 9165.
pub(super) const SCALE: &str = "urn:oid:2.16.578.1.12.4.1.1.9165";
/// Code list 9111.
pub(super) const FUNCTIONS: &str = "urn:oid:2.16.578.1.12.4.1.1.9111";
/// The scores.
pub(super) const ANSWERS: &[(&str, &str)] = &[
    ("1", "Utgjør ingen problem/utfordring"),
    ("2", "Ikke behov for bistand/assistanse/helsehjelp"),
    ("3", "Middels behov for bistand/assistanse/helsehjelp"),
    ("4", "Store behov for bistand/assistanse/helsehjelp"),
    ("5", "Fullt bistands-/assistansebehov/helsehjelp"),
    ("9", "Ikke relevant"),
];
/// How much harder each function is than the others, for who grows old: in tenths.
const HARDER: [i32; 20] = [2, 12, 0, 6, 0, 14, 5, 3, 8, -10, -2, 10, -3, -2, 0, -5, -12, 8, 2, 4];
/// Those that memory decides.
const OF_MIND: &[usize] = &[2, 14, 15, 16, 17, 18];

/// How well somebody manages, from 10 (all) to 50 (nothing) in tenths.
#[derive(Clone, Copy)]
pub(super) struct Need {
    pub body: i32,
    pub mind: i32,
}

/// Scores of the functions, by their place in the list.
pub(super) fn scores(chance: &mut Chance, need: Need) -> [u32; 20] {
    std::array::from_fn(|at| {
        let level = if OF_MIND.contains(&at) { need.mind } else { need.body };
        let tenths = level + HARDER[at] + chance.between(-5, 5);
        ((tenths + 5) / 10).clamp(1, 5) as u32
    })
}

impl Chart<'_> {
    /// An assessment of one day.
    pub(super) fn function(&mut self, name: &str, day: Day, by: &Worker, scores: &[u32; 20]) {
        let items = scores.iter().enumerate().map(|(at, score)| {
            let answer = ANSWERS.iter().find(|(code, _)| code.parse() == Ok(*score)).unwrap_or(&ANSWERS[5]);
            let value = coding(SCALE, answer.0, answer.1);
            object([
                ("linkId", text((at + 1).to_string())),
                ("text", text(LISTS.functions.get(at).copied().unwrap_or(""))),
                ("answer", list([object([("valueCoding", value)])])),
            ])
        });
        let items = list(items);
        let response = self
            .begin("QuestionnaireResponse", name)
            .with("questionnaire", text("urn:akson:questionnaire:iplos-function"))
            .with("status", text("completed"))
            .with("subject", self.subject())
            .with("authored", text(day.at(13 * 60)))
            .with("author", named("Practitioner", &by.id, by.name()))
            .with("item", items);
        self.put(response);
    }
}
