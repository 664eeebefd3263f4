//! Stories to click through, one or more for each role: the same people in every sandbox, with names that say they are
//! invented.
//!
//! A sign-in page lists them; what happens in them stands in `acts`.

mod acts;
mod cast;

use super::Plan;
use super::district::District;
use super::shape::Made;

/// A story.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Story {
    /// Its name in addresses.
    pub id: &'static str,
    /// What it is about, in bokmål, nynorsk and English.
    pub title: [&'static str; 3],
    /// Whom to sign in as: the id of a Practitioner or a Patient.
    pub person: &'static str,
    /// The Patient it is about; empty: no single one.
    pub patient: &'static str,
}

/// The stories, in the order in which they are shown.
pub const fn stories() -> &'static [Story] {
    STORIES
}

const STORIES: &[Story] = &[
    story(
        "fall",
        [
            "Hjemmesykepleier: Borghild falt hjemme, var på sykehus og er hjemme igjen",
            "Heimesjukepleiar: Borghild fall heime, var på sjukehus og er heime att",
            "Home nurse: Borghild fell at home, went to hospital and is back",
        ],
        "camilla-sykepleier",
        "borghild-testesen",
    ),
    story(
        "route",
        [
            "Helsefagarbeider: dagens rute i sone nord",
            "Helsefagarbeidar: ruta for i dag i sone nord",
            "Care worker: today's route in the northern zone",
        ],
        "david-fagarbeider",
        "",
    ),
    story(
        "dementia",
        [
            "Sykehjem: Oddvar med demens på avdeling Fjell",
            "Sjukeheim: Oddvar med demens på avdeling Fjell",
            "Nursing home: Oddvar, who has dementia",
        ],
        "frode-sykepleier",
        "oddvar-testesen",
    ),
    story(
        "round",
        ["Sykehjemslege: legevisitt", "Sjukeheimslege: legevisitt", "Nursing home doctor: the round"],
        "eva-lege",
        "oddvar-testesen",
    ),
    story(
        "newborn",
        [
            "Helsesykepleier: en nyfødt som ikke har fått nummer ennå",
            "Helsesjukepleiar: ein nyfødd som ikkje har fått nummer enno",
            "Public health nurse: a new-born without a number yet",
        ],
        "grete-helsesykepleier",
        "nyfodt-testesen",
    ),
    story(
        "two-homes",
        [
            "Forelder: Pål og sønnen Iver, som har to hjem",
            "Forelder: Pål og sonen Iver, som har to heimar",
            "Parent: Pål and his son Iver, whose parents live apart",
        ],
        "paal-proveson",
        "iver-proveson",
    ),
    story(
        "inbox",
        [
            "Fastlege: prøvesvar og melding om Ragnhild i innboksen",
            "Fastlege: prøvesvar og melding om Ragnhild i innboksen",
            "General practitioner: an answer and a message about Ragnhild in the inbox",
        ],
        "astrid-lege",
        "ragnhild-testesen",
    ),
    story(
        "unknown",
        [
            "Legevakt: en bevisstløs mann som ingen kjenner navnet på",
            "Legevakt: ein medvitslaus mann som ingen kjenner namnet på",
            "Emergency clinic: an unconscious man whose name nobody knows",
        ],
        "hedda-legevakt",
        "ukjent-mann",
    ),
    story(
        "blocked",
        [
            "Innbygger: Torgeir har sperret journalen for legevakten og for én person",
            "Innbyggjar: Torgeir har sperra journalen for legevakta og for éin person",
            "Inhabitant: Torgeir has blocked the emergency clinic and one person",
        ],
        "torgeir-testesen",
        "torgeir-testesen",
    ),
    story(
        "attorney",
        [
            "Pårørende: Anne har fullmakt for moren Borghild",
            "Pårørande: Anne har fullmakt for mora Borghild",
            "Relative: Anne has a power of attorney for her mother Borghild",
        ],
        "anne-testesen",
        "borghild-testesen",
    ),
    story(
        "youth",
        [
            "Psykolog: Sander på 15, med notater foreldrene ikke ser",
            "Psykolog: Sander på 15, med notat foreldra ikkje ser",
            "Psychologist: Sander, 15, with notes that his parents do not see",
        ],
        "marit-psykolog",
        "sander-testesen",
    ),
    story(
        "secret",
        [
            "Helsesykepleier: Lina og barnet har fortrolig adresse",
            "Helsesjukepleiar: Lina og barnet har fortruleg adresse",
            "Public health nurse: Lina and her child have a confidential address",
        ],
        "grete-helsesykepleier",
        "lina-testesen",
    ),
    story(
        "application",
        [
            "Saksbehandler: Alf har søkt om hjelp hjemme",
            "Saksbehandlar: Alf har søkt om hjelp heime",
            "Case worker: Alf has applied for help at home",
        ],
        "ivar-saksbehandler",
        "alf-testesen",
    ),
    story(
        "review",
        [
            "Personvernombud: nødåpninger som skal etterses",
            "Personvernombod: nødopningar som skal etterprøvast",
            "Privacy officer: emergency openings to review",
        ],
        "knut-personvern",
        "",
    ),
];

const fn story(id: &'static str, title: [&'static str; 3], person: &'static str, patient: &'static str) -> Story {
    Story { id, title, person, patient }
}

/// The records of everybody in the stories.
pub(super) fn told(plan: &Plan, place: &District) -> Vec<Made> {
    let mut out = Vec::new();
    acts::all(plan, place, &mut out);
    out
}
