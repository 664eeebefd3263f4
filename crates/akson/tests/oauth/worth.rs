//! Introspection and revocation: who may ask, what is told, and that an end is an end.

use akson_core::identity::Profile;
use jsonwebtoken::Algorithm;
use serde_json::json;

use super::pair::Pair;
use super::stand::{ASSERTION_TYPE, Stand, TOKEN};

const SCOPE: &str = "system/Patient.rs";

#[tokio::test]
async fn a_token_is_told_about_to_those_who_may_know() {
    let (stand, pair) = (Stand::new(), Pair::new(Algorithm::ES384, "k1"));
    for id in ["lab", "other"] {
        stand.client(id, Profile::SmartBackend, SCOPE, &[&pair]).await;
    }
    stand.client("app", Profile::SmartPublic, "patient/Patient.rs", &[]).await;
    let token = stand.system_token("lab", &pair, SCOPE).await;
    let ask = async |path: &str, client: &str, token: &str| {
        let assertion = pair.sign(&pair.header(), &stand.claims(client, TOKEN));
        let form = [("client_assertion_type", ASSERTION_TYPE), ("client_assertion", &assertion), ("token", token)];
        stand.post(path, &[], &form).await
    };
    let introspect = "/oauth/smart/introspect";
    stand.post(introspect, &[], &[("token", &token)]).await.refuses(401, "invalid_client");
    stand.post(introspect, &[], &[("token", &token), ("client_id", "app")]).await.refuses(401, "invalid_client");
    ask(introspect, "lab", "").await.refuses(400, "invalid_request");
    let value = ask(introspect, "lab", &token).await.is(200).value();
    assert_eq!((&value["active"], &value["client_id"], &value["scope"]), (&json!(true), &json!("lab"), &json!(SCOPE)));
    assert_eq!((&value["sub"], &value["token_type"]), (&json!("lab"), &json!("Bearer")));
    assert!(value["exp"].as_i64().unwrap() > stand.now() && value["iss"].is_string());
    let nothing = json!({ "active": false });
    assert_eq!(ask(introspect, "other", &token).await.is(200).value(), nothing, "of another");
    for wrong in ["x", "a.b.c", &token[..token.len() - 3]] {
        assert_eq!(ask(introspect, "lab", wrong).await.is(200).value(), nothing);
    }
    let lab = stand.core.identity().client("lab").unwrap().unwrap();
    let guard = akson_core::identity::Client { id: "guard".to_string(), introspects: true, ..lab };
    stand.core.identity().register(guard).await.unwrap();
    assert_eq!(ask(introspect, "guard", &token).await.is(200).value()["client_id"], "lab", "may know of all");
    let revoke = "/oauth/smart/revoke";
    ask(revoke, "other", &token).await.is(200);
    assert!(stand.takes(&token), "nobody ends what is another's");
    ask(revoke, "lab", "unknown").await.is(200);
    ask(revoke, "lab", &token).await.is(200);
    assert!(!stand.takes(&token));
    assert_eq!(ask(introspect, "lab", &token).await.is(200).value(), nothing);
    let other = stand.system_token("lab", &pair, SCOPE).await;
    stand.pass(600);
    assert_eq!(ask(introspect, "lab", &other).await.is(200).value(), nothing, "expired");
}
