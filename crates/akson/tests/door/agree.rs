//! What the door shows is what a judge who reads everything would show; and less right never shows more.

use serde_json::{Value, json};

use crate::judge::sees;
use crate::world::{Chance, PATIENTS, PERSONAS, World, block, resources, role};

const TYPES: &[&str] = &["Patient", "Observation", "Condition", "Communication", "Encounter", "Consent"];

fn address(one: &Value) -> String {
    format!("{}/{}", one["resourceType"].as_str().unwrap(), one["id"].as_str().unwrap())
}

#[tokio::test]
async fn the_door_shows_what_a_judge_without_sql_shows() {
    let (mut shown, mut held) = (0, 0);
    for seed in 0..3 {
        let content = resources(&mut Chance(400 + seed));
        let world = World::of(&content).await;
        for persona in PERSONAS {
            let Some(bearer) = world.bearer(*persona).await else { continue };
            let about = content.iter().filter(|one| TYPES.contains(&one["resourceType"].as_str().unwrap()));
            let (seen, unseen): (Vec<&Value>, Vec<&Value>) = about.partition(|one| sees(&content, *persona, one));
            let mut expected: Vec<String> = seen.iter().map(|one| address(one)).collect();
            expected.sort();
            let found = world.found(&bearer, TYPES).await;
            let searchable = |address: &&String| persona.2.is_none() || !address.starts_with("Patient/");
            let wanted: Vec<&String> = expected.iter().filter(searchable).collect();
            assert_eq!(found.iter().collect::<Vec<_>>(), wanted, "seed {seed}, {persona:?} finds");
            for (all, status) in [(&seen, &[200][..]), (&unseen, &[403, 404])] {
                for one in all.iter().step_by(3) {
                    let line = format!("GET /fhir/{}", address(one));
                    let answer = world.stand.send(&line, &[("authorization", &bearer)], "").await;
                    assert!(status.contains(&answer.status), "seed {seed}, {persona:?}: {line} {}", answer.text());
                }
            }
            shown += seen.len();
            held += unseen.len();
        }
    }
    assert!(shown > 60 && held > 60, "{shown} shown, {held} held back");
}

/// Ways to have less right than before.
async fn take_away(world: &World, content: &[Value], chance: &mut Chance, n: usize) {
    let of = |name: &str| content.iter().filter(|one| one["resourceType"] == name).cloned().collect::<Vec<Value>>();
    match chance.below(4) {
        0 => {
            let stays = of("Encounter");
            let mut stay = stays[chance.below(stays.len())].clone();
            stay["status"] = json!("finished");
            world.put(&stay).await;
        }
        1 => {
            let mut patient = of("Patient")[chance.below(PATIENTS)].clone();
            patient.as_object_mut().unwrap().remove("generalPractitioner");
            world.put(&patient).await;
        }
        2 => {
            let mut less = of("Group")[0].clone();
            less["member"].as_array_mut().unwrap().pop();
            world.put(&less).await;
        }
        _ => {
            let patient = chance.below(PATIENTS);
            let mut new = block(chance, &format!("m{n}"), patient);
            new["status"] = json!("active");
            world.put(&new).await;
        }
    }
}

#[tokio::test]
async fn a_right_that_ends_or_a_block_that_is_added_never_shows_more() {
    let mut lost = 0;
    for seed in 0..2 {
        let mut chance = Chance(700 + seed);
        let content = resources(&mut chance);
        let world = World::of(&content).await;
        for persona in PERSONAS {
            let Some(bearer) = world.bearer(*persona).await else { continue };
            let mut before = world.found(&bearer, TYPES).await;
            for n in 0..4 {
                take_away(&world, &content, &mut chance, 10 * before.len() + n).await;
                let after = world.found(&bearer, TYPES).await;
                // The block itself is new.
                let more: Vec<_> =
                    after.iter().filter(|one| !before.contains(one) && !one.starts_with("Consent/m")).collect();
                assert!(more.is_empty(), "seed {seed}, {persona:?}: {more:?}");
                lost += before.len().saturating_sub(after.len());
                before = after;
            }
        }
        // A role that ended shows nothing, an app of fewer scopes no more than one of more.
        let nurse = PERSONAS[0];
        let all = world.found(&world.bearer(nurse).await.unwrap(), TYPES).await;
        for scope in ["user/*.rs", "user/Observation.rs", "user/Observation.rs?code=c0", "openid"] {
            let bearer = world.bearer(("app", nurse.1, Some(scope))).await.unwrap();
            let less = world.found(&bearer, TYPES).await;
            assert!(less.iter().all(|one| all.contains(one)), "{scope}: {less:?}");
        }
        let bearer = world.bearer(nurse).await.unwrap();
        let mut ended = role("nina", "nurse", "u0");
        ended["period"] = json!({ "end": "2026-11-21" });
        world.put(&ended).await;
        let answer = world.stand.send("GET /fhir/Patient?_count=1000", &[("authorization", &bearer)], "").await;
        assert!(answer.status == 401 || answer.value().get("entry").is_none(), "{}", answer.text());
    }
    assert!(lost > 5, "{lost}");
}
