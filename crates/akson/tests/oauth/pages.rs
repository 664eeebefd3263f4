//! The user's pages and the record behind the tokens: over HTTP from the app's link to its first read and its end.

use akson_core::identity::Profile;

use super::pair::sha256;
use super::stand::{Answer, BASE, CB, Stand, VERIFIER, parameter};

const SCOPE: &str = "launch launch/patient openid fhirUser offline_access patient/Patient.rs patient/Observation.rs";
const ORIGIN: (&str, &str) = ("origin", "https://record.example.no");

async fn stand() -> (Stand, String) {
    let stand = Stand::with_sample().await;
    stand.client("app", Profile::SmartPublic, SCOPE, &[]).await;
    let cookie = format!("__Host-akson={}", stand.secret("astrid-lege").await);
    (stand, cookie)
}

/// The value of a hidden field.
fn field(page: &Answer, name: &str) -> String {
    let text = String::from_utf8_lossy(&page.bytes).into_owned();
    let after = text.split_once(&format!("name=\"{name}\" value=\"")).unwrap_or_else(|| panic!("{text}")).1;
    after.split_once('"').unwrap().0.to_string()
}

fn local(address: &str) -> String {
    address.strip_prefix("https://record.example.no").unwrap_or_else(|| panic!("{address}")).to_string()
}

async fn ask(stand: &Stand, more: &[(&str, &str)]) -> String {
    let challenge = sha256(VERIFIER);
    let mut form = vec![
        ("client_id", "app"),
        ("redirect_uri", CB),
        ("response_type", "code"),
        ("scope", SCOPE),
        ("state", "s"),
        ("aud", BASE),
        ("code_challenge", challenge.as_str()),
        ("code_challenge_method", "S256"),
    ];
    form.extend(more);
    let answer = stand.post("/oauth/smart/authorize", &[], &form).await;
    local(answer.is(303).header("location"))
}

#[tokio::test]
async fn a_user_says_yes_on_a_page_and_the_app_reads() {
    let (stand, cookie) = stand().await;
    let path = ask(&stand, &[]).await;
    let answer = stand.get(&path).await;
    assert!(answer.is(303).header("location").starts_with("/signin?return=/oauth/smart/consent/"), "{}", answer.text());
    let page = stand.send(&format!("GET {path}"), &[("cookie", &cookie)], "").await;
    let text = String::from_utf8_lossy(&page.is(200).bytes).into_owned();
    assert!(
        text.contains("App app") && text.contains("målinger og prøvesvar") && text.contains("SYNTETISKE"),
        "{text}"
    );
    let policy = page.header("content-security-policy");
    assert!(policy.contains("form-action 'self' https://app.example.no;") && policy.contains("frame-ancestors 'none'"));
    assert!(policy.contains("script-src 'self';") && !policy.contains("unsafe"), "{policy}");
    let tag = field(&page, "tag");
    let headers = [("cookie", cookie.as_str()), ORIGIN];
    let found = stand.post(&path, &headers, &[("tag", &tag), ("do", "find"), ("name", "Nordmann, kari")]).await;
    assert_eq!(found.is(200).status, 200);
    let found = stand.post(&path, &headers, &[("tag", &tag), ("do", "find"), ("name", "kari")]).await;
    assert!(String::from_utf8_lossy(&found.bytes).contains("value=\"kari\""), "{}", found.text());
    // Without a patient the page asks again; a forged form gets nowhere.
    stand.post(&path, &headers, &[("tag", &tag), ("do", "yes")]).await.is(200);
    let yes = [("tag", tag.as_str()), ("do", "yes"), ("patient", "kari")];
    for headers in [
        vec![("cookie", cookie.as_str())],
        vec![("cookie", cookie.as_str()), ("origin", "https://evil.example")],
        vec![ORIGIN],
    ] {
        let answer = stand.post(&path, &headers, &yes).await;
        assert!(!answer.header("location").starts_with(CB), "{}", answer.text());
    }
    let answer = stand.post(&path, &headers, &[("tag", "wrong"), ("do", "yes"), ("patient", "kari")]).await;
    assert!(!answer.header("location").starts_with(CB));
    let answer = stand.post(&path, &headers, &yes).await;
    let address = answer.is(303).header("location").to_string();
    assert!(address.starts_with(CB), "{address}");
    stand.send(&format!("GET {path}"), &[("cookie", &cookie)], "").await.is(400);
    reads(&stand, &parameter(&address, "code").unwrap()).await;
}

/// The app gets its tokens, reads, and is ended.
async fn reads(stand: &Stand, code: &str) {
    let form = [
        ("grant_type", "authorization_code"),
        ("client_id", "app"),
        ("code", code),
        ("redirect_uri", CB),
        ("code_verifier", VERIFIER),
    ];
    let origin = ("origin", "https://app.example.no");
    let answer = stand.post("/oauth/smart/token", &[origin], &form).await;
    let value = answer.is(200).value();
    assert_eq!(answer.header("access-control-allow-origin"), origin.1);
    let bearer = format!("Bearer {}", value["access_token"].as_str().unwrap());
    let read = async |path: &str| stand.send(&format!("GET {path}"), &[origin, ("authorization", &bearer)], "").await;
    let answer = read("/fhir/Patient/kari").await;
    assert_eq!(answer.is(200).header("access-control-allow-origin"), origin.1);
    read("/fhir/Patient/aase").await.is(404);
    read("/fhir/Condition?patient=kari").await.is(403);
    assert_eq!(read("/fhir/Observation?patient=aase").await.is(200).value()["resourceType"], "Bundle");
    let form = [("token", value["refresh_token"].as_str().unwrap()), ("client_id", "app")];
    stand.post("/oauth/smart/revoke", &[], &form).await.is(200);
    let answer = read("/fhir/Patient/kari").await;
    assert!(answer.is(401).header("www-authenticate").contains("invalid_token"));
    for authorization in ["Bearer", "Bearer x", "DPoP x", "Basic x", ""] {
        let answer = stand.send("GET /fhir/Patient/kari", &[("authorization", authorization)], "").await;
        assert!(!answer.is(401).header("www-authenticate").is_empty(), "{authorization}");
    }
    let token = value["access_token"].as_str().unwrap();
    assert_ne!(stand.get(&format!("/fhir/Patient/kari?access_token={token}")).await.status, 200, "not in an address");
}

#[tokio::test]
async fn an_app_is_started_for_a_patient() {
    let (stand, cookie) = stand().await;
    let page = stand.send("GET /oauth/smart/apps", &[("cookie", &cookie)], "").await;
    let tag = field(page.is(200), "tag");
    assert!(page.header("content-security-policy").contains("form-action 'self' https://app.example.no;"));
    let headers = [("cookie", cookie.as_str()), ORIGIN];
    let form = [("tag", tag.as_str()), ("client", "app"), ("patient", "kari")];
    let answer = stand.post("/oauth/smart/apps", &headers, &form).await;
    let address = answer.is(303).header("location").to_string();
    let launch = parameter(&address, "launch").unwrap();
    let path = ask(&stand, &[("launch", &launch)]).await;
    let page = stand.send(&format!("GET {path}"), &[("cookie", &cookie)], "").await;
    assert!(!String::from_utf8_lossy(&page.is(200).bytes).contains("name=\"patient\""), "the patient is known");
    let form = [("tag", tag.as_str()), ("do", "yes")];
    let answer = stand.post(&path, &headers, &form).await;
    reads(&stand, &parameter(answer.is(303).header("location"), "code").unwrap()).await;
}

#[tokio::test]
async fn pages_of_others_read_nothing_of_the_record() {
    let (stand, cookie) = stand().await;
    for (path, origin, expected) in [
        ("/fhir/Patient/kari", "https://app.example.no", "https://app.example.no"),
        ("/fhir/Patient/kari", "https://evil.example", ""),
        ("/fhir/metadata", "https://evil.example", "*"),
        ("/fhir/.well-known/smart-configuration", "https://evil.example", "*"),
        ("/oauth/smart/authorize", "https://app.example.no", ""),
        ("/oauth/smart/apps", "https://app.example.no", ""),
        ("/session", "https://app.example.no", ""),
    ] {
        let headers = [("origin", origin), ("cookie", cookie.as_str())];
        let answer = stand.send(&format!("GET {path}"), &headers, "").await;
        assert_eq!(answer.header("access-control-allow-origin"), expected, "{path} {origin}");
        assert_eq!(answer.header("access-control-allow-credentials"), "", "{path}");
        let asks = [("origin", origin), ("access-control-request-method", "GET")];
        let answer = stand.send(&format!("OPTIONS {path}"), &asks, "").await;
        assert_eq!(answer.header("access-control-allow-origin"), expected, "{path} {origin}");
        assert_eq!(answer.status == 204, !expected.is_empty(), "{path} {origin}");
    }
}
