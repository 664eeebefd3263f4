//! Facts about an inhabitant, from the record: who they are, and whom they represent.
//!
//! A representation is an active RelatedPerson with the same identity number: a parent, a guardian, or somebody with a
//! power of attorney. What a mandate covers stands in active Consents that name this RelatedPerson as actor. A parent's
//! responsibility is at home if one of the parents known here lives where the child lives, and documented if the
//! relationship says `by-judgement`. A parent's word for somebody of 13 to 15 is an active Consent of category `own-login`.
//! What it does not do: say what a representation covers at some age (`access`).

use akson_store::View;

use super::lookup::{Known, codes, follow, items, live, matching, text};
use crate::caller::{OnBehalf, Representation, Responsibility};
use crate::error::Error;
use crate::oslo;

/// National identity numbers.
pub(super) const NATIONAL: &[&str] = &[
    "urn:oid:2.16.578.1.12.4.1.4.1",
    "urn:oid:2.16.578.1.12.4.1.4.2",
    "http://hl7.no/fhir/NamingSystem/FNR",
    "http://hl7.no/fhir/NamingSystem/DNR",
];
const RELATION: &str = "http://terminology.hl7.org/CodeSystem/v3-RoleCode|";
const PARENTS: &[&str] = &["PRN", "MTH", "FTH", "NMTH", "NFTH", "ADOPTP", "ADOPTM", "ADOPTF", "NPRN", "GESTM"];
const GUARDIANS: &[&str] = &["GUARD"];
const PROXIES: &[&str] = &["POWATT", "HPOWATT", "DPOWATT", "SPOWATT"];
/// Akson's own codes about relations and consents.
const BY_JUDGEMENT: &str = "urn:akson:relation|by-judgement";
const AREA: &str = "urn:akson:area|";
const OWN_LOGIN: &str = "urn:akson:consent|own-login";
/// The label of a confidential address.
const HIDDEN: &str = "http://terminology.hl7.org/CodeSystem/v3-ActCode|LOCIS";
/// A parent's word counts up to 16.
const YOUNG_YEARS: i64 = 17;
const YEAR: i64 = 366 * 24 * 60 * 60 * 1_000_000;
/// Persons that one may represent, and consents about one mandate.
const REPRESENTED_MAX: usize = 100;

/// Their own Patient, if it is in use.
pub(super) fn own(view: &View, patient: &str) -> Result<Option<Known>, Error> {
    Ok(live(view, "Patient", patient)?.filter(Known::active))
}

/// The RelatedPersons with this inhabitant's number.
pub(super) fn relations(view: &View, own: &Known) -> Result<Vec<Known>, Error> {
    let mut found: Vec<Known> = Vec::new();
    for number in own.identifiers(NATIONAL) {
        for system in &NATIONAL[..2] {
            let asked = format!("{system}|{number}");
            for known in matching(view, "RelatedPerson", &[("identifier", &asked)], REPRESENTED_MAX)? {
                if !found.iter().any(|other| other.place == known.place) {
                    found.push(known);
                }
            }
        }
    }
    // A search goes by hashes; the numbers themselves decide.
    found.retain(|relation| is_same(own, relation));
    Ok(found)
}

/// Whether a RelatedPerson has the number of this inhabitant.
fn is_same(own: &Known, relation: &Known) -> bool {
    let numbers = relation.identifiers(NATIONAL);
    own.identifiers(NATIONAL).iter().any(|number| numbers.contains(number))
}

/// Whom this inhabitant represents as a RelatedPerson.
pub(super) fn behalf(view: &View, own: &Known, relation: &str, moment: i64) -> Result<Option<OnBehalf>, Error> {
    let Some(relation) = live(view, "RelatedPerson", relation)?.filter(|known| is_same(own, known)) else {
        return Ok(None);
    };
    Ok(represented(view, own, &relation, moment)?.map(|(_, behalf)| behalf))
}

/// Whom a RelatedPerson represents, and by which right; nobody if the relation gives none.
pub(super) fn represented(
    view: &View,
    own: &Known,
    relation: &Known,
    moment: i64,
) -> Result<Option<(Known, OnBehalf)>, Error> {
    let (from, until) = oslo::period(relation.get("period"));
    let holds = relation.active() && from <= moment && moment < until;
    let patient = follow(view, "Patient", relation.get("patient"))?.filter(|patient| holds && patient.active());
    let Some(patient) = patient else { return Ok(None) };
    let all = codes(relation.get("relationship"));
    let codes: Vec<&str> = all.iter().filter_map(|code| code.strip_prefix(RELATION)).collect();
    let among = |list: &[&str]| codes.iter().any(|code| list.contains(code));
    let by = if among(PARENTS) {
        let judged = all.iter().any(|code| code == BY_JUDGEMENT);
        Representation::Parent(responsibility(view, own, &patient, judged)?)
    } else if among(GUARDIANS) {
        Representation::Guardian(areas(view, relation, &patient, moment)?)
    } else if among(PROXIES) {
        Representation::Proxy(areas(view, relation, &patient, moment)?)
    } else {
        return Ok(None);
    };
    let behalf = OnBehalf {
        patient: patient.id.clone(),
        part: patient.place.part,
        by,
        born: patient.text("birthDate"),
        hidden: is_hidden(&patient),
        from,
        until,
    };
    Ok(Some((patient, behalf)))
}

/// The areas of a mandate: codes of what is permitted to this RelatedPerson now.
fn areas(view: &View, relation: &Known, patient: &Known, moment: i64) -> Result<Vec<String>, Error> {
    let actor = format!("RelatedPerson/{}", relation.id);
    let of = format!("Patient/{}", patient.id);
    let asked = [("patient", of.as_str()), ("actor", actor.as_str()), ("status", "active")];
    let mut areas = Vec::new();
    for consent in matching(view, "Consent", &asked, REPRESENTED_MAX)? {
        let Some(provision) = consent.get("provision").filter(|it| text(*it, "type") == "permit") else { continue };
        let (from, until) = oslo::period(provision.get("period"));
        let named = items(provision.get("actor")).any(|one| {
            let reference = one.get("reference").map(|reference| text(reference, "reference"));
            reference.is_some_and(|reference| reference == actor)
        });
        if named && from <= moment && moment < until {
            let codes = codes(provision.get("code"));
            areas.extend(codes.iter().filter_map(|code| code.strip_prefix(AREA)).map(str::to_string));
        }
    }
    areas.sort_unstable();
    areas.dedup();
    Ok(areas)
}

/// How a parent's responsibility is known.
fn responsibility(view: &View, own: &Known, child: &Known, judged: bool) -> Result<Responsibility, Error> {
    let home = home(child);
    if !home.is_empty() {
        if self::home(own) == home {
            return Ok(Responsibility::AtHome);
        }
        let of = format!("Patient/{}", child.id);
        for other in matching(view, "RelatedPerson", &[("patient", &of), ("active", "true")], REPRESENTED_MAX)? {
            let parent = codes(other.get("relationship"))
                .iter()
                .any(|code| code.strip_prefix(RELATION).is_some_and(|code| PARENTS.contains(&code)));
            if parent && lives_at(view, &other, &home)? {
                return Ok(Responsibility::AtHome);
            }
        }
    }
    Ok(if judged { Responsibility::Documented } else { Responsibility::Apart })
}

/// Whether a RelatedPerson is an inhabitant who lives there.
fn lives_at(view: &View, relation: &Known, place: &str) -> Result<bool, Error> {
    for number in relation.identifiers(NATIONAL) {
        for system in &NATIONAL[..2] {
            let asked = format!("{system}|{number}");
            let found = matching(view, "Patient", &[("identifier", &asked)], REPRESENTED_MAX)?;
            if found.iter().any(|known| known.active() && is_same(known, relation) && home(known) == place) {
                return Ok(true);
            }
        }
    }
    Ok(false)
}

/// Street and postal code of the home, for comparing; empty if there is none.
fn home(patient: &Known) -> String {
    let addresses: Vec<_> = items(patient.get("address")).collect();
    let Some(home) = addresses.iter().find(|address| text(**address, "use") == "home") else { return String::new() };
    let lines: Vec<String> =
        items(home.get("line")).filter_map(|line| line.as_str().map(|line| line.to_lowercase())).collect();
    let street = lines.join(" ");
    if street.is_empty() { String::new() } else { format!("{street}|{}", text(*home, "postalCode")) }
}

/// Whether the address is confidential.
pub(super) fn is_hidden(patient: &Known) -> bool {
    let labels = patient.get("meta").and_then(|meta| meta.get("security"));
    items(labels).any(|label| format!("{}|{}", text(label, "system"), text(label, "code")) == HIDDEN)
}

/// Whether a parent has agreed that somebody young signs in.
pub(super) fn agreed(view: &View, own: &Known, moment: i64) -> Result<bool, Error> {
    let young = oslo::begin(&own.text("birthDate")).is_some_and(|born| born > moment - YOUNG_YEARS * YEAR);
    if !young {
        return Ok(false);
    }
    let of = format!("Patient/{}", own.id);
    let asked = [("patient", of.as_str()), ("status", "active"), ("category", OWN_LOGIN)];
    let found = matching(view, "Consent", &asked, REPRESENTED_MAX)?;
    Ok(found.iter().any(|consent| {
        let (from, until) = oslo::period(consent.get("provision").and_then(|provision| provision.get("period")));
        from <= moment && moment < until
    }))
}
