//! DPoP: every case of RFC 9449 section 4.3, at the token endpoint and at the record.

use akson_core::identity::{Profile, Scheme};
use jsonwebtoken::Algorithm;
use serde_json::{Value, json};

use super::pair::{Pair, text};
use super::stand::{Answer, BASE, FAPI, Stand, proof_header};

const SCOPE: &str = "system/Patient.rs";
const AT_RECORD: &str = "https://record.example.no/fhir/Patient/1";

struct Bench {
    stand: Stand,
    client: Pair,
    holder: Pair,
}

impl Bench {
    async fn new() -> Bench {
        let (stand, client) = (Stand::new(), Pair::new(Algorithm::PS256, "k1"));
        stand.client("hub", Profile::Fapi2, SCOPE, &[&client]).await;
        Bench { stand, client, holder: Pair::new(Algorithm::ES256, "") }
    }

    /// Asks for a token with these proofs.
    async fn ask(&self, proofs: &[String]) -> Answer {
        let assertion = self.client.sign(&self.client.header(), &self.stand.claims("hub", FAPI));
        let headers: Vec<(&str, &str)> = proofs.iter().map(|proof| ("DPoP", proof.as_str())).collect();
        self.stand.post("/oauth/fapi/token", &headers, &self.stand.credentials(&assertion, SCOPE)).await
    }

    fn proof(&self, token: Option<&str>) -> String {
        match token {
            None => self.stand.proof(&self.holder, "POST", &format!("{FAPI}/token"), None),
            Some(_) => self.stand.proof(&self.holder, "GET", AT_RECORD, token),
        }
    }

    /// The cases: what, the proof, whether it is taken.
    fn cases(&self, token: Option<&str>) -> Vec<(&'static str, String, bool)> {
        let (method, url) =
            if token.is_some() { ("GET", AT_RECORD.to_string()) } else { ("POST", format!("{FAPI}/token")) };
        let claims = || self.stand.proof_claims(method, &url, token);
        let header = proof_header(&self.holder);
        let signed = |header: &Value, claims: &Value| self.holder.sign(header, claims);
        let head = |name: &str, value: Value| signed(&change(&header, name, value), &claims());
        let body = |name: &str, value: Value| signed(&header, &change(&claims(), name, value));
        let now = self.stand.now();
        let rsa = Pair::new(Algorithm::RS256, "");
        let mut private = header["jwk"].clone();
        private["d"] = json!("AAAA");
        let other = Pair::new(Algorithm::ES256, "");
        let mut cases = vec![
            ("as it should be", signed(&header, &claims()), true),
            ("further claims", body("more", json!(1)), true),
            ("htu with query and fragment", body("htu", json!(format!("{url}?a=b#c"))), true),
            (
                "htu in capitals and with its port",
                body("htu", json!(url.replace("https://record", "HTTPS://RECORD").replace(".no/", ".no:443/"))),
                true,
            ),
            ("ten seconds old", body("iat", json!(now - 10)), true),
            ("ten seconds ahead", body("iat", json!(now + 10)), true),
            ("no token at all", "proof".to_string(), false),
            ("empty", String::new(), false),
            ("no typ", head("typ", Value::Null), false),
            ("another typ", head("typ", json!("JWT")), false),
            ("no alg", head("alg", Value::Null), false),
            ("alg none", format!("{}.{}.", text(&change(&header, "alg", json!("none"))), text(&claims())), false),
            ("symmetric", head("alg", json!("HS256")), false),
            ("RS256", rsa.sign(&proof_header(&rsa), &claims()), false),
            ("no jwk", head("jwk", Value::Null), false),
            ("jwk with a private key", head("jwk", private), false),
            ("jwk of another key", head("jwk", proof_header(&other)["jwk"].clone()), false),
            ("jwk is a text", head("jwk", json!("x")), false),
            ("symmetric jwk", head("jwk", json!({ "kty": "oct", "k": "AAAA" })), false),
            ("no jti", body("jti", Value::Null), false),
            ("empty jti", body("jti", json!("")), false),
            ("endless jti", body("jti", json!("x".repeat(300))), false),
            ("no htm", body("htm", Value::Null), false),
            ("another verb", body("htm", json!("PUT")), false),
            ("verb in small letters", body("htm", json!(method.to_lowercase())), false),
            ("no htu", body("htu", Value::Null), false),
            ("another host", body("htu", json!(url.replace("record", "other"))), false),
            ("another path", body("htu", json!(format!("{url}/x"))), false),
            ("htu as path", body("htu", json!("/fhir/Patient/1")), false),
            ("no iat", body("iat", Value::Null), false),
            ("an hour old", body("iat", json!(now - 3600)), false),
            ("an hour ahead", body("iat", json!(now + 3600)), false),
        ];
        if token.is_some() {
            cases.push(("no ath", body("ath", Value::Null), false));
            cases.push(("ath of another token", body("ath", json!(super::pair::sha256("other"))), false));
            cases.push(("another key", other.sign(&proof_header(&other), &claims()), false));
        }
        cases
    }
}

fn change(value: &Value, name: &str, to: Value) -> Value {
    let mut value = value.clone();
    match to {
        Value::Null => {
            value.as_object_mut().unwrap().remove(name);
        }
        to => value[name] = to,
    }
    value
}

#[tokio::test]
async fn the_token_endpoint_takes_sound_proofs_only() {
    let bench = Bench::new().await;
    for (what, proof, taken) in bench.cases(None) {
        let answer = bench.ask(&[proof]).await;
        assert_eq!(answer.status == 200, taken, "{what}: {}", answer.text());
        if !taken {
            answer.refuses(400, "invalid_dpop_proof");
        }
    }
    bench.ask(&[]).await.refuses(400, "invalid_dpop_proof");
    bench.ask(&[bench.proof(None), bench.proof(None)]).await.refuses(400, "invalid_dpop_proof");
    let proof = bench.proof(None);
    bench.ask(std::slice::from_ref(&proof)).await.is(200);
    bench.ask(&[proof]).await.refuses(400, "invalid_dpop_proof");
}

#[tokio::test]
async fn the_record_takes_a_bound_token_with_sound_proofs_only() {
    let bench = Bench::new().await;
    let answer = bench.ask(&[bench.proof(None)]).await;
    let value = answer.is(200).value();
    assert_eq!(value["token_type"], "DPoP");
    let token = value["access_token"].as_str().unwrap().to_string();
    let stand = &bench.stand;
    for (what, proof, taken) in bench.cases(Some(&token)) {
        let caller = stand.caller(Scheme::Dpop, &token, &[proof]);
        assert_eq!(caller.is_ok(), taken, "{what}");
        if let Err(refused) = caller {
            assert!(refused.challenge().contains("invalid_dpop_proof"), "{what}: {refused:?}");
            assert!(refused.challenge().contains("algs=\"ES256"), "{what}");
        }
    }
    let sound = || stand.proof(&bench.holder, "GET", &format!("{BASE}/Patient/1"), Some(&token));
    assert!(stand.caller(Scheme::Dpop, &token, &[]).is_err(), "no proof");
    assert!(stand.caller(Scheme::Dpop, &token, &[sound(), sound()]).is_err(), "two proofs");
    assert!(stand.caller(Scheme::Bearer, &token, &[]).is_err(), "bound, shown as it is");
    assert!(stand.caller(Scheme::Bearer, &token, &[sound()]).is_err(), "bound, shown as it is with a proof");
    let proof = sound();
    assert!(stand.caller(Scheme::Dpop, &token, std::slice::from_ref(&proof)).is_ok());
    assert!(stand.caller(Scheme::Dpop, &token, std::slice::from_ref(&proof)).is_err(), "the same proof again");
}

#[tokio::test]
async fn a_proof_is_taken_once_also_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let pair = Pair::new(Algorithm::ES384, "k1");
    let holder = Pair::new(Algorithm::ES256, "");
    let (token, proof) = {
        let stand = Stand::at(folder.path());
        stand.client("lab", Profile::SmartBackend, SCOPE, &[&pair]).await;
        let assertion = pair.sign(&pair.header(), &stand.claims("lab", super::stand::TOKEN));
        let proof = stand.proof(&holder, "POST", super::stand::TOKEN, None);
        let form = stand.credentials(&assertion, SCOPE);
        let answer = stand.post("/oauth/smart/token", &[("DPoP", &proof)], &form).await;
        let token = answer.is(200).value()["access_token"].as_str().unwrap().to_string();
        let proof = stand.proof(&holder, "GET", AT_RECORD, Some(&token));
        let caller = stand.caller(Scheme::Dpop, &token, std::slice::from_ref(&proof));
        assert!(caller.is_ok());
        // What the record answers waits for its audit line, which is queued behind the proof's name.
        let record = stand.core.record(caller.unwrap());
        let _ = record.read("Patient", "1").await;
        (token, proof)
    };
    let stand = Stand::at(folder.path());
    assert!(stand.caller(Scheme::Dpop, &token, &[proof]).is_err());
    let proof = stand.proof(&holder, "GET", AT_RECORD, Some(&token));
    assert!(stand.caller(Scheme::Dpop, &token, &[proof]).is_ok());
    assert_eq!(holder.thumbprint().len(), 43);
}
