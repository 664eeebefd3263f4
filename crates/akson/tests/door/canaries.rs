//! A word that stands in one patient's record only is in no byte that goes to somebody who does not see that patient:
//! not in answers, headers, error texts or figures.

use crate::asked::request;
use crate::world::{Chance, PATIENTS, PERSONAS, World, canary, resources};

#[tokio::test]
async fn no_word_of_a_hidden_record_is_in_any_answer() {
    let mut chance = Chance(90);
    let content = resources(&mut chance);
    let world = World::of(&content).await;
    let mut told = 0;
    for persona in PERSONAS {
        let Some(bearer) = world.bearer(*persona).await else { continue };
        let mut hidden = Vec::new();
        for n in 0..PATIENTS {
            let line = format!("GET /fhir/Patient/p{n}");
            if world.stand.send(&line, &[("authorization", &bearer)], "").await.status != 200 {
                hidden.push(canary(n));
            }
        }
        for _ in 0..80 {
            let request = request(&mut chance);
            let mut headers = vec![("authorization", bearer.as_str())];
            headers.extend(request.headers.iter().map(|(name, value)| (*name, value.as_str())));
            let answer = world.stand.send(&request.line, &headers, request.body.clone()).await;
            let text = answer.text();
            told += usize::from(text.contains("kanari"));
            for word in &hidden {
                // What was asked for is told again, in a Bundle's own address and in what is wrong with a request.
                let echoed = request.line.contains(word.as_str()) || request.body.contains(word.as_str());
                assert!(echoed || !text.contains(word.as_str()), "{persona:?}: {request:?} tells {word}: {text}");
            }
        }
    }
    assert!(told > 50, "only {told} answers had anything to tell");
    for line in ["GET /metrics", "GET /health", "GET /fhir/metadata", "GET /", "GET /signedout"] {
        assert!(!world.stand.send(line, &[("accept", "text/html")], "").await.text().contains("kanari"), "{line}");
    }
}
