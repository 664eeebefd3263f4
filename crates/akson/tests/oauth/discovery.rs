//! Discovery: what SMART demands of the document, and who may read it.

use akson_core::identity::Profile;

use super::stand::{BASE, Stand};

const SMART: &str = "/fhir/.well-known/smart-configuration";

#[tokio::test]
async fn the_smart_configuration_says_what_smart_demands() {
    let stand = Stand::new();
    for accept in ["application/json", "application/fhir+xml", "text/html", "*/*"] {
        let answer = stand.send(&format!("GET {SMART}"), &[("accept", accept)], "").await;
        assert_eq!(answer.is(200).header("content-type"), "application/json");
        assert_eq!(answer.header("access-control-allow-origin"), "*");
    }
    let value = stand.get(SMART).await.value();
    let root = BASE.strip_suffix("/fhir").unwrap();
    for name in [
        "issuer",
        "jwks_uri",
        "authorization_endpoint",
        "token_endpoint",
        "introspection_endpoint",
        "revocation_endpoint",
    ] {
        assert!(value[name].as_str().unwrap().starts_with(root), "{name}");
    }
    let list = |name: &str| -> Vec<String> {
        let list = value[name].as_array().unwrap_or_else(|| panic!("{name}"));
        list.iter().map(|one| one.as_str().unwrap().to_string()).collect()
    };
    assert_eq!(list("code_challenge_methods_supported"), ["S256"]);
    for kind in ["authorization_code", "client_credentials"] {
        assert!(list("grant_types_supported").contains(&kind.to_string()));
    }
    for one in [
        "launch-ehr",
        "launch-standalone",
        "client-public",
        "client-confidential-asymmetric",
        "sso-openid-connect",
        "authorize-post",
        "permission-patient",
        "permission-user",
        "permission-v1",
        "permission-v2",
        "permission-offline",
        "context-standalone-patient",
        "context-ehr-patient",
        "context-ehr-encounter",
    ] {
        assert!(list("capabilities").contains(&one.to_string()), "{one}");
    }
    assert!(list("token_endpoint_auth_methods_supported").contains(&"private_key_jwt".to_string()));
    assert_eq!(list("token_endpoint_auth_signing_alg_values_supported"), ["RS384", "ES384"]);
    assert_eq!(list("id_token_signing_alg_values_supported"), ["RS256"]);
    assert!(list("scopes_supported").contains(&"openid".to_string()));
}

#[tokio::test]
async fn the_same_document_stands_where_openid_and_oauth_look() {
    let stand = Stand::new();
    for issuer in ["smart", "fapi"] {
        let one = stand.get(&format!("/oauth/{issuer}/.well-known/openid-configuration")).await.is(200).value();
        let two = stand.get(&format!("/.well-known/oauth-authorization-server/oauth/{issuer}")).await.is(200).value();
        assert_eq!(one, two);
        assert!(one["issuer"].as_str().unwrap().ends_with(issuer));
        let keys = one["jwks_uri"].as_str().unwrap().strip_prefix("https://record.example.no").unwrap().to_string();
        assert!(!stand.get(&keys).await.is(200).value()["keys"].as_array().unwrap().is_empty());
    }
}

#[tokio::test]
async fn pages_of_registered_apps_may_read_tokens_and_no_others() {
    let stand = Stand::new();
    stand.client("app", Profile::SmartPublic, "patient/Patient.rs", &[]).await;
    let form = [("grant_type", "authorization_code"), ("client_id", "app"), ("code", "x")];
    for (origin, allowed) in [
        ("https://app.example.no", "https://app.example.no"),
        ("https://evil.example", ""),
        ("https://app.example.no.evil.example", ""),
        ("http://app.example.no", ""),
        ("null", ""),
    ] {
        let answer = stand.post("/oauth/smart/token", &[("origin", origin)], &form).await;
        assert_eq!(answer.header("access-control-allow-origin"), allowed, "{origin}");
        assert_eq!(answer.header("access-control-allow-credentials"), "");
        let answer = stand.post("/oauth/fapi/token", &[("origin", origin)], &form).await;
        assert_eq!(answer.header("access-control-allow-origin"), "", "{origin}");
    }
}
