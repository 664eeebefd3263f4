//! Facts about somebody at work, from the record: practitioner, role, unit, services, places, teams.
//!
//! A role counts if it is active, belongs to the practitioner, has a duty and stands in a unit that is in use. A role at
//! the top of an organisation does not lead down to its units; a role in a unit leads to those below it. Somebody works for
//! the municipality that answers for their organisation, and only that one makes roles in it. What it does not do: decide
//! what they may see.

use std::sync::Arc;

use akson_store::View;

use super::lookup::{Known, codes, follow, items, live, matching, text};
use super::{community, duty};
use crate::caller::Staff;
use crate::error::Error;
use crate::oslo;

/// Numbers in the register of health personnel.
pub(super) const HPR: &[&str] = &["urn:oid:2.16.578.1.12.4.1.4.4", "http://hl7.no/fhir/NamingSystem/HPR"];
/// Numbers of organisations.
const ORGANISATION: &[&str] = &[
    "urn:oid:2.16.578.1.12.4.1.4.101",
    "http://hl7.no/fhir/NamingSystem/ENH",
    "http://hl7.no/fhir/NamingSystem/orgnr",
];
/// Units above a unit, and units below one, that are looked at.
const ABOVE_MAX: usize = 16;
const BELOW_MAX: usize = 1000;
/// Services, places and teams of a role that are looked at.
const LISTED_MAX: usize = 200;

/// What is known of a role, and until when that stays so if nothing is written.
pub(super) struct Facts {
    pub(super) staff: Arc<Staff>,
    pub(super) changes: i64,
}

/// The facts of an account's role; none if there is no such role to work in.
pub(super) fn facts(
    view: &View,
    (user, practitioner): (&str, &str),
    role: &str,
    moment: i64,
) -> Result<Option<Facts>, Error> {
    let Some(person) = live(view, "Practitioner", practitioner)?.filter(Known::active) else { return Ok(None) };
    let Some(role) = live(view, "PractitionerRole", role)?.filter(Known::active) else { return Ok(None) };
    let owner = follow(view, "Practitioner", role.get("practitioner"))?;
    if owner.is_none_or(|owner| owner.id != person.id) {
        return Ok(None);
    }
    let codes = codes(role.get("code"));
    let (Some(duty), Some(unit)) = (duty::of(&codes), unit(view, &role)?) else { return Ok(None) };
    let above = above(view, &unit)?;
    let top = above.last().unwrap_or(&unit);
    if above.iter().any(|unit| !unit.active()) || role.controller != top.controller {
        return Ok(None);
    }
    let mut keys = vec![person.place.rid, role.place.rid, unit.place.rid];
    if !above.is_empty() {
        below(view, &unit, &mut keys)?;
    }
    for (kind, member) in [("HealthcareService", "healthcareService"), ("Location", "location")] {
        for reference in items(role.get(member)).take(LISTED_MAX) {
            keys.extend(follow(view, kind, Some(reference))?.filter(Known::active).map(|known| known.place.rid));
        }
    }
    let mut changes = i64::MAX;
    teams(view, [("Practitioner", &person), ("PractitionerRole", &role)], moment, (&mut keys, &mut changes))?;
    keys.sort_unstable();
    keys.dedup();
    let (from, until) = oslo::period(role.get("period"));
    let municipalities = community::municipalities(view, top.controller, moment, &mut changes)?;
    let staff = Staff {
        user: user.to_string(),
        name: person.human_name(),
        hpr: person.identifiers(HPR).into_iter().next().unwrap_or_default(),
        practitioner: person.id.clone(),
        number: person.place.rid,
        role: role.id.clone(),
        duty,
        codes,
        unit: unit.text("name"),
        unit_number: unit.place.rid,
        organisation: top.text("name"),
        keys: keys.into(),
        controllers: municipalities.into(),
        from,
        until,
    };
    Ok(Some(Facts { staff: Arc::new(staff), changes }))
}

/// The unit that a role stands in: its organisation, if it is in use.
fn unit(view: &View, role: &Known) -> Result<Option<Known>, Error> {
    Ok(follow(view, "Organization", role.get("organization"))?.filter(Known::active))
}

/// Whether a role stands in, or below, an organisation with one of these numbers.
pub(super) fn works_for(view: &View, role: &str, numbers: &[String]) -> Result<bool, Error> {
    let Some(role) = live(view, "PractitionerRole", role)? else { return Ok(false) };
    let Some(unit) = unit(view, &role)? else { return Ok(false) };
    let has = |unit: &Known| unit.identifiers(ORGANISATION).iter().any(|number| numbers.contains(number));
    Ok(has(&unit) || above(view, &unit)?.iter().any(has))
}

/// The organisations that a unit is part of, the nearest first.
fn above(view: &View, unit: &Known) -> Result<Vec<Known>, Error> {
    let mut found: Vec<Known> = Vec::new();
    while found.len() < ABOVE_MAX {
        let at = found.last().unwrap_or(unit);
        let Some(next) = follow(view, "Organization", at.get("partOf"))? else { break };
        if next.place == unit.place || found.iter().any(|known| known.place == next.place) {
            break;
        }
        found.push(next);
    }
    Ok(found)
}

/// Adds the numbers of the units in use below a unit.
fn below(view: &View, unit: &Known, keys: &mut Vec<i64>) -> Result<(), Error> {
    let mut waiting = vec![unit.id.clone()];
    let mut seen = vec![unit.place.rid];
    while let Some(id) = waiting.pop() {
        let parts = matching(view, "Organization", &[("partof", &format!("Organization/{id}"))], BELOW_MAX)?;
        for part in parts.into_iter().filter(Known::active) {
            if seen.len() >= BELOW_MAX || seen.contains(&part.place.rid) {
                continue;
            }
            seen.push(part.place.rid);
            waiting.push(part.id);
        }
    }
    keys.extend(&seen[1..]);
    Ok(())
}

/// Adds the numbers of the active teams that somebody is a member of now, and notes when that changes.
fn teams(
    view: &View,
    members: [(&str, &Known); 2],
    moment: i64,
    (keys, changes): (&mut Vec<i64>, &mut i64),
) -> Result<(), Error> {
    for (kind, known) in members {
        let address = format!("{kind}/{}", known.id);
        let asked = [("participant", address.as_str()), ("status", "active")];
        for team in matching(view, "CareTeam", &asked, LISTED_MAX)? {
            let (since, until) = oslo::period(team.get("period"));
            for participant in items(team.get("participant")) {
                let member = participant.get("member").map(|member| text(member, "reference")).unwrap_or_default();
                let (from, to) = oslo::period(participant.get("period"));
                let (from, to) = (from.max(since), to.min(until));
                if member != address {
                    continue;
                }
                if from <= moment && moment < to {
                    keys.push(team.place.rid);
                }
                *changes = [from, to].into_iter().filter(|edge| *edge > moment).fold(*changes, i64::min);
            }
        }
    }
    Ok(())
}
